/*
 * CDI, the images of DiscJuggler: the sectors of all tracks, one behind the other, then a descriptor, then its version
 * and where it begins. Versions 2, 3, 3.5 and 4.
 */
#include "formats/cdi.h"
#include "formats/rows.h"
#include "util/arena.h"
#include "util/text.h"

#include <disckit/cdtext.h>
#include <inttypes.h>
#include <string.h>

enum {
    HEAD = 64,                 /* bytes of a descriptor by which it is known, and more */
    DESCRIPTOR_MAX = 16 << 20, /* 99 tracks with all texts that they can have take 4 MiB */
    /* How sure: the marks of the descriptor are there; the end of the file points to where they should be. */
    BID_MARKS = 95,
    BID_PLACE = 75,
    BID_VERSION = 25,
};

/* ---- Is it one? ---- */

static bool has_marks(const struct dk_candidate *candidate, const struct cdi_trailer *trailer)
{
    uint8_t head[HEAD];
    const size_t size = trailer->size < HEAD ? (size_t)trailer->size : HEAD;
    struct dk_error error;

    return dk_store_read(candidate->store, head, size, trailer->at, &error) && cdi_begins(head, size);
}

static int cdi_probe(const struct dk_candidate *candidate)
{
    const struct cdi_trailer trailer = cdi_trailer(candidate);

    if (!trailer.marked)
        return 0;
    if (!trailer.placed)
        return BID_VERSION;
    return has_marks(candidate, &trailer) ? BID_MARKS : BID_PLACE;
}

/* ---- The disc ---- */

static void add_title(struct cdi *cdi, const struct cdi_track *track)
{
    struct dk_arena *arena = cdi->disc->arena;
    const char *title = track->title;

    if (title && !text_is_utf8(title, strlen(title)))
        title = text_from_charset(arena, "CP1252", title, strlen(title));
    if (title && !dk_cd_text_get(cdi->disc->cd_text, 0, track->placed.number, DK_TEXT_TITLE))
        dk_cd_text_add(&cdi->disc->cd_text, arena, track->placed.number, DK_TEXT_TITLE, title);
}

static bool add_all(struct cdi *cdi, struct dk_error *error)
{
    const struct placed *last = NULL;

    for (size_t i = 0; i < cdi->track_count; i++) {
        const struct placed *track = &cdi->tracks[i].placed;

        if (!placed_add(cdi->disc, track, last, error))
            return false;
        add_title(cdi, &cdi->tracks[i]);
        last = track;
    }
    if (cdi->has_lead_out && last && cdi->lead_out != (int64_t)last->lba + last->count)
        dk_note(&cdi->disc->notes, DK_NOTE_ODD,
                "the lead-out is said to be at LBA %" PRId64 ", and track %u ends at LBA %" PRId64, cdi->lead_out,
                last->number, (int64_t)last->lba + last->count);
    return true;
}

static bool load_descriptor(struct cdi *cdi, const struct dk_candidate *candidate, struct dk_error *error)
{
    const struct cdi_trailer trailer = cdi_trailer(candidate);
    uint8_t *bytes;

    if (!trailer.placed)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s ends as a DiscJuggler image does, but no descriptor can be where its last 4 bytes say: %s "
                       "%" PRIu32 ", and the file has %" PRIu64 " bytes",
                       cdi->path, trailer.version == CDI_VERSION_3_5 ? "bytes from the end" : "byte", trailer.told,
                       candidate->store->size);
    if (trailer.size > DESCRIPTOR_MAX)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: its descriptor is said to begin at byte %" PRIu64 " and to have %" PRIu64
                       " bytes, more than one can have",
                       cdi->path, trailer.at, trailer.size);
    bytes = arena_zeroed(cdi->disc->arena, (size_t)trailer.size + 1, 1);
    cdi->version = trailer.version;
    cdi->at = trailer.at;
    cdi->bytes = bytes;
    cdi->cursor = cursor_over(bytes, (size_t)trailer.size);
    return dk_store_read(candidate->store, bytes, (size_t)trailer.size, trailer.at, error);
}

static bool cdi_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct cdi *cdi = arena_zeroed(disc->arena, 1, sizeof *cdi);
    bool right;

    cdi->path = candidate->path;
    cdi->disc = disc;
    disc->container_size = candidate->store->size;
    if (!load_descriptor(cdi, candidate, error) || !cdi_parse(cdi, error))
        return false;
    cdi->data = dk_store_slice(candidate->store, 0, cdi->at, error);
    right = cdi->data && cdi_place(cdi, error) && add_all(cdi, error);
    dk_store_close(cdi->data);
    return right;
}

const struct dk_format format_cdi = {
    .id = "cdi",
    .name = "DiscJuggler image (CDI)",
    .suffixes = "cdi",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_DVD | DK_HOLDS_SESSIONS | DK_HOLDS_SUBCHANNEL |
             DK_HOLDS_CD_TEXT | DK_HOLDS_INDEXES | DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS | DK_HOLDS_PREGAPS |
             DK_HOLDS_ISRC | DK_HOLDS_MCN | DK_HOLDS_FORM2 | DK_HOLDS_PAUSE | DK_HOLDS_FLAGS | DK_HOLDS_HIDDEN,
    .probe = cdi_probe,
    .read = cdi_read,
};
