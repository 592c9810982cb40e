/*
 * MDS, the descriptors of Alcohol 120 % and others (XMD is the same): a table of sessions and tracks; the sectors are
 * in files of their own, .mdf. Version 1 alone: that of 2 is encrypted.
 */
#include "formats/mds.h"

#include "formats/descriptor.h"
#include "formats/rows.h"
#include "util/arena.h"

#include <inttypes.h>
#include <string.h>

enum { VERSION_AT = 16 };

static int mds_probe(const struct dk_candidate *candidate)
{
    return candidate->head_size > VERSION_AT && memcmp(candidate->head, "MEDIA DESCRIPTOR\1", VERSION_AT + 1) == 0 ? 95
                                                                                                                   : 0;
}

/* ---- The disc ---- */

/* The lead-out as its session has it, where that is where the last track ends. */
static void compare_lead_out(struct mds *mds, const struct mds_track *last)
{
    const int32_t told = mds->sessions[last->placed.session - 1].lead_out;
    const int64_t end = (int64_t)last->placed.lba + last->placed.count;

    if (told != end)
        dk_note(&mds->disc->notes, DK_NOTE_ODD,
                "the lead-out of session %u is said to be at LBA %" PRId32 ", and track %u ends at LBA %" PRId64,
                last->placed.session, told, last->placed.number, end);
}

static bool add_all(struct mds *mds, struct dk_error *error)
{
    for (size_t i = 0; i < mds->track_count; i++) {
        const struct mds_track *track = &mds->tracks[i];

        if (!placed_add(mds->disc, &track->placed, i ? &track[-1].placed : NULL, error))
            return false;
        if (i + 1 == mds->track_count || track[1].placed.session != track->placed.session)
            compare_lead_out(mds, track);
    }
    return true;
}

static bool mds_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct mds *mds = arena_zeroed(disc->arena, 1, sizeof *mds);
    bool right;

    mds->candidate = candidate;
    mds->path = candidate->path;
    mds->disc = disc;
    mds->bytes = descriptor_load(candidate, disc, error);
    if (!mds->bytes)
        return false;
    mds->size = (size_t)candidate->store->size;
    right = mds_parse(mds, error) && mds_open_files(mds, error) && mds_place(mds, error) && add_all(mds, error);
    for (size_t i = 0; i < mds->files_count; i++)
        dk_store_close(mds->files[i].store);
    return right;
}

const struct dk_format format_mds = {
    .id = "mds",
    .name = "media descriptor (MDS, XMD)",
    .suffixes = "mds,xmd",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_DVD | DK_HOLDS_SESSIONS | DK_HOLDS_SUBCHANNEL |
             DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS | DK_HOLDS_PREGAPS | DK_HOLDS_FORM2 | DK_HOLDS_FLAGS,
    .probe = mds_probe,
    .read = mds_read,
    .write = mds_write,
};
