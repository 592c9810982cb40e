/* The files that sheets name: found whatever code page their names are in. */
#include "formats/sheet.h"

#include "util/arena.h"
#include "util/text.h"

#include <string.h>

/*
 * Code pages in which sheets without a mark were written, the likeliest first: the first in which a named file is there
 * is the sheet's. CP1252 and CP932 come first, as nothing but the names tells them apart.
 */
static const char *const code_pages[] = {
    "CP1252", "CP932",  "CP1251", "CP1250", "CP936",  "CP950", "CP949", "CP866",
    "CP850",  "KOI8-R", "CP1253", "CP1254", "CP1255", "CP874", "CP437",
};

static struct dk_store *try_name(const struct dk_candidate *candidate, const char *name, struct dk_notes *notes)
{
    struct dk_error error;

    return name && *name ? dk_open_beside(candidate, name, false, notes, &error) : NULL;
}

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

/* The name in each code page, until there is such a file; the sheet's texts are in that one then. */
static struct dk_store *open_in_some_code_page(struct sheet *sheet, const struct dk_candidate *candidate,
                                               const char *name, struct dk_notes *notes)
{
    struct dk_store *store = try_name(candidate, name, notes);

    for (size_t i = 0; !store && i < sizeof code_pages / sizeof *code_pages; i++) {
        store = try_name(candidate, text_from_charset(sheet->arena, code_pages[i], name, strlen(name)), notes);
        if (store && sheet->charset != code_pages[i]) {
            sheet->charset = code_pages[i];
            dk_note(notes, DK_NOTE_GUESS, "%s is taken to be in %s, since the file that it names is there", sheet->path,
                    code_pages[i]);
        }
    }
    return store;
}

struct dk_store *sheet_open_beside(struct sheet *sheet, const struct dk_candidate *candidate, const char *name,
                                   bool only, struct dk_notes *notes, struct dk_error *error)
{
    const bool is_utf8 = is_ascii(name) || (!sheet->charset && text_is_utf8(name, strlen(name)));
    struct dk_store *store = is_utf8 ? NULL : open_in_some_code_page(sheet, candidate, name, notes);

    return store ? store : dk_open_beside(candidate, sheet_text(sheet, name), only, notes, error);
}
