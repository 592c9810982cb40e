/* Opening an image: every format bids on what the file holds, and the surest one reads. */
#include "formats/inner.h"
#include "formats/named.h"
#include "formats/peel.h"
#include "formats/rows.h"
#include "formats/sheets.h"
#include "formats/side.h"
#include "formats/subchannel.h"
#include "util/text.h"

#include <stdlib.h>
#include <string.h>

static const struct dk_format *surest(const struct dk_candidate *candidate)
{
    const struct dk_format *best = NULL;
    int highest = 0;

    for (size_t i = 0; dk_formats[i]; i++) {
        const int bid = dk_formats[i]->probe(candidate);

        if (bid > highest) {
            highest = bid;
            best = dk_formats[i];
        }
    }
    return best;
}

/* The format that a file's name speaks of. */
static const struct dk_format *format_by_suffix(const char *path)
{
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && dk_formats[i]; i++)
        if (text_list_has(dk_formats[i]->suffixes, dot + 1, strlen(dot + 1)))
            return dk_formats[i];
    return NULL;
}

/* Says what the file is, if it is known and not read, else what was looked for. */
static bool refuse(const struct dk_candidate *candidate, const struct named_kind *named, struct dk_error *error)
{
    const uint64_t size = candidate->store->size;
    const struct dk_format *wanted = format_by_suffix(candidate->path);
    const struct named_suffix *called = named_suffix_of(candidate->path);
    char looked_for[1500] = "";

    if (named)
        return dk_fail(error, DK_ERROR_FORMAT, "%s is %s, which is not read yet%s%s", candidate->path, named->name,
                       named->advice ? "; " : "", named->advice ? named->advice : "");
    if (size == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s is empty", candidate->path);
    if (called)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s is called as %s is, and no bare sectors are in it: it is not read; %s", candidate->path,
                       called->name, called->advice);
    for (size_t i = 0; dk_formats[i]; i++) {
        strncat(looked_for, i ? ", " : "", sizeof looked_for - strlen(looked_for) - 1);
        strncat(looked_for, dk_formats[i]->name, sizeof looked_for - strlen(looked_for) - 1);
    }
    return dk_fail(error, DK_ERROR_FORMAT, "%s (%ju bytes) is no image that is known here; looked for: %s%s%s%s",
                   candidate->path, (uintmax_t)size, looked_for, wanted && wanted->mark ? ". It has no " : "",
                   wanted && wanted->mark ? wanted->mark : "",
                   size % DK_SECTOR_RAW ? "" : ". It could be bare CD audio: a CUE sheet would say so");
}

/* ---- The file itself ---- */

/* A file that was opened, and what it may be. */
struct opening {
    uint8_t *ends;
    struct dk_store *store;
    struct dk_candidate candidate;
    const struct dk_format *format; /* NULL: none bids */
    const struct named_kind *named; /* it is this, and no format reads it */
    uint64_t wrapped_size;          /* of the file, where the store is what was packed in it; else 0 */
    struct dk_notes notes;          /* of how it was opened */
};

static void close_opening(struct opening *opening)
{
    dk_store_close(opening->store);
    free(opening->ends);
    dk_notes_free(&opening->notes);
}

static bool recognise(struct opening *opening, struct dk_error *error)
{
    opening->candidate.store = opening->store;
    if (!candidate_read_ends(&opening->candidate, opening->ends, opening->ends + DK_PROBE_HEAD, error))
        return false;
    opening->format = surest(&opening->candidate);
    opening->named = named_kind_of(&opening->candidate);
    if (opening->format && opening->named && opening->named->flags & NAMED_WEAKLY)
        opening->named = NULL;
    return true;
}

/* Takes off what is wrapped around the image, layer by layer. */
static bool peel(struct opening *opening, struct dk_error *error)
{
    const struct peel_kind *kind;
    unsigned layers = 0;

    while (!opening->format && !opening->named && (kind = peel_kind_of(&opening->candidate))) {
        struct dk_store *inside;

        if (layers++ == PEEL_LAYERS)
            return dk_fail(error, DK_ERROR_FORMAT, "%s is packed more than %d times", opening->candidate.path,
                           PEEL_LAYERS);
        inside = peel_open(kind, &opening->candidate, PEEL_BOUND, &opening->notes, error);
        if (!inside)
            return false;
        if (!opening->wrapped_size)
            opening->wrapped_size = opening->store->size;
        dk_store_close(opening->store);
        opening->store = inside;
        if (!recognise(opening, error))
            return false;
    }
    return true;
}

static bool look_at(const char *path, struct opening *opening, struct dk_error *error)
{
    opening->store = dk_store_open_file(path, error);
    if (!opening->store)
        return false;
    opening->ends = malloc(DK_PROBE_HEAD + DK_PROBE_TAIL);
    if (!opening->ends)
        return dk_fail_errno(error, "cannot open %s", path);
    opening->candidate.path = path;
    return recognise(opening, error) && peel(opening, error);
}

static void copy_notes(struct dk_disc *disc, const struct dk_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        dk_note(&disc->notes, notes->items[i].kind, "%s", notes->items[i].text);
}

/* What was unpacked only in part may be no image for that reason alone. */
static void blame_wrapper(const struct opening *opening, struct dk_error *error)
{
    for (size_t i = 0; i < opening->notes.count; i++)
        if (opening->notes.items[i].kind == DK_NOTE_DAMAGE) {
            dk_fail(error, DK_ERROR_DAMAGED, "%s; that is not enough of an image", opening->notes.items[i].text);
            return;
        }
}

static struct dk_disc *read_disc(const struct opening *opening, struct dk_error *error)
{
    struct dk_disc *disc;

    if (!opening->format || opening->named) {
        refuse(&opening->candidate, opening->named, error);
        blame_wrapper(opening, error);
        return NULL;
    }
    disc = dk_disc_new(opening->format->id, opening->candidate.path);
    if (opening->format->read(&opening->candidate, disc, error) && dk_disc_finish(disc, error)) {
        side_attach(&opening->candidate, disc);
        subchannel_settle(disc);
        copy_notes(disc, &opening->notes);
        if (opening->wrapped_size)
            disc->container_size = opening->wrapped_size;
        return disc;
    }
    dk_disc_close(disc);
    blame_wrapper(opening, error);
    return NULL;
}

/* ---- The sheet beside it ---- */

/* May a sheet know more of this file than is in it? */
static bool may_have_sheet(const struct opening *opening)
{
    if (opening->named)
        return opening->named->flags & NAMED_SOUND;
    return !opening->format || opening->format == &format_iso || opening->format == &format_ecm;
}

/* The disc of a sheet that is about the file, or NULL; a sheet that can't be read is noted. */
static struct dk_disc *read_sheet(const char *path, const struct opening *file, struct dk_notes *notes)
{
    DK_CLEANUP(close_opening) struct opening sheet = { 0 };
    struct dk_error error;
    struct dk_disc *disc = look_at(path, &sheet, &error) ? read_disc(&sheet, &error) : NULL;

    if (!disc) {
        dk_note(notes, DK_NOTE_ODD, "the sheet beside it is not used: %s", error.text);
        return NULL;
    }
    if (!sheet_is_about(disc, file->store)) {
        dk_disc_close(disc);
        return NULL;
    }
    dk_note(&disc->notes, DK_NOTE_ODD, "%s is opened, the sheet that names %s", path, file->candidate.path);
    return disc;
}

static struct dk_disc *disc_of_sheet(const struct opening *file, struct dk_notes *notes)
{
    char *sheets[SHEETS_MAX];
    const size_t count = sheets_beside(file->candidate.path, sheets);
    struct dk_disc *disc = NULL;

    for (size_t i = 0; i < count; i++) {
        if (!disc)
            disc = read_sheet(sheets[i], file, notes);
        free(sheets[i]);
    }
    return disc;
}

struct dk_disc *dk_image_open(const char *path, struct dk_error *error)
{
    DK_CLEANUP(close_opening) struct opening file = { 0 };
    DK_CLEANUP(dk_notes_free) struct dk_notes notes = { 0 };
    struct dk_disc *disc = NULL;

    if (!look_at(path, &file, error))
        return NULL;
    if (may_have_sheet(&file))
        disc = disc_of_sheet(&file, &notes);
    if (disc)
        return disc;
    disc = read_disc(&file, error);
    if (!disc)
        return NULL;
    copy_notes(disc, &notes);
    return disc;
}
