/* The files that a TOC names: sound by what is in it, data as bytes. */
#include "formats/toc.h"
#include "formats/wave.h"

#include <string.h>
#include <strings.h>

static bool has_suffix(const char *name, const char *suffix)
{
    const size_t length = strlen(name), wanted = strlen(suffix);

    return length >= wanted && strcasecmp(name + length - wanted, suffix) == 0;
}

/* The names by which cdrdao decodes a file, and those of sound that can't be mistaken for samples. */
static bool is_named_as_sound(const struct toc_file *file)
{
    static const char *const suffixes[] = { ".wav", ".flac", ".mp3", ".ogg", ".ape", ".wv", ".tta", ".w64" };

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (has_suffix(file->name, suffixes[i]))
            return true;
    return false;
}

/* Bare samples are big-endian, as a CD's are to cdrdao. */
static bool open_bare(struct toc *toc, struct toc_file *file, struct dk_store *store, struct dk_error *error)
{
    if (file->is_sound && is_named_as_sound(file))
        return toc_fail(toc, file->line, error, "%s is no sound file that is known", store->name);
    file->store = dk_store_use(store);
    file->big_endian = true;
    return true;
}

static bool open_contents(struct toc *toc, struct toc_file *file, struct dk_store *store, struct dk_error *error)
{
    const struct sound_kind *kind = file->is_sound ? sound_find(store) : NULL;
    struct sound sound;

    /* samples can look like the few bytes that some kinds begin with */
    if (!kind || (!kind->open && !is_named_as_sound(file)))
        return open_bare(toc, file, store, error);
    if (!kind->open)
        return toc_fail(toc, file->line, error, "%s is %s, which is not read here", store->name, kind->name);
    if (!kind->open(store, &sound, &toc->disc->notes, error))
        return false;
    if (!is_named_as_sound(file))
        dk_note(&toc->disc->notes, DK_NOTE_ODD, "%s line %u: %s is %s and is read as such", toc->sheet.path, file->line,
                store->name, kind->name);
    file->store = sound.store;
    file->big_endian = sound.big_endian;
    return true;
}

/* Does another file of the table, opened before, have the same name? Then its bytes were counted. */
static bool was_counted(const struct toc *toc, const struct toc_file *file)
{
    for (const struct toc_file *other = toc->files; other < file; other++)
        if (strcmp(other->name, file->name) == 0)
            return true;
    return false;
}

static bool open_file(struct toc *toc, struct toc_file *file, bool only, struct dk_error *error)
{
    struct dk_error why = { 0 };
    struct dk_store *store = sheet_open_beside(&toc->sheet, toc->candidate, file->name, only, &toc->disc->notes, &why);
    bool right;

    if (!store && why.kind == DK_ERROR_MISSING) {
        dk_disc_add_missing(toc->disc, sheet_text(&toc->sheet, file->name));
        return true;
    }
    if (!store) {
        *error = why;
        return false;
    }
    if (!was_counted(toc, file))
        toc->disc->container_size += store->size;
    right = open_contents(toc, file, store, error);
    dk_store_close(store);
    return right;
}

bool toc_open_files(struct toc *toc, struct dk_error *error)
{
    for (size_t i = 0; i < toc->file_count; i++)
        if (!open_file(toc, &toc->files[i], toc->file_count == 1, error))
            return false;
    return true;
}
