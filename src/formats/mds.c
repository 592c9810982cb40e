/*
 * MDS, the descriptors of Alcohol 120 % and others (XMD is the same): a table of sessions and tracks; the sectors are
 * in files of their own, .mdf. Version 1 alone: that of 2 is encrypted.
 */
#include "formats/mds.h"
#include "formats/rows.h"
#include "util/arena.h"

#include <inttypes.h>
#include <string.h>

enum {
    VERSION_AT = 16,
    DESCRIPTOR_MAX = 16 << 20, /* with the lists of errors and angles that some have; tables alone take 30 KiB */
};

static int mds_probe(const struct dk_candidate *candidate)
{
    return candidate->head_size > VERSION_AT && memcmp(candidate->head, "MEDIA DESCRIPTOR\1", VERSION_AT + 1) == 0 ? 95
                                                                                                                   : 0;
}

/* ---- The disc ---- */

/* What no file holds between two tracks of a session, or before the first one, reads as silence or as empty sectors. */
static void add_gap(struct mds *mds, const struct mds_track *track, const struct mds_track *before)
{
    const bool follows = before && before->session == track->session;
    const int64_t begin = (int64_t)track->lba - (track->gap_stored ? track->pregap : 0);
    const int64_t end = follows ? (int64_t)before->lba + before->count : (int64_t)track->lba - track->pregap;

    if (begin > end)
        dk_disc_add_extent(mds->disc, (struct dk_extent){
                                          .lba = (int32_t)end,
                                          .count = (uint32_t)(begin - end),
                                          .mode = track->mode,
                                      });
}

/* The sectors that the file has; what it should have and ends before is told by LBA. */
static void add_sectors(struct mds *mds, const struct mds_track *track)
{
    const uint32_t gap = track->gap_stored ? track->pregap : 0, wanted = gap + track->count;
    const uint64_t offset = track->offset - (uint64_t)gap * track->stored, size = track->files->store->size;
    const uint64_t there = offset < size ? (size - offset) / track->stored : 0;
    const uint32_t count = there < wanted ? (uint32_t)there : wanted;

    if (count < wanted)
        dk_note(&mds->disc->notes, DK_NOTE_DAMAGE,
                "%s ends %" PRIu64 " bytes too early for track %u: LBA %" PRId64
                " is the first that is missing, %" PRIu32 " in all",
                track->files->store->name, offset + (uint64_t)wanted * track->stored - size, track->number,
                (int64_t)track->lba - gap + count, wanted - count);
    if (count)
        dk_disc_add_extent(mds->disc, (struct dk_extent){
                                          .lba = track->lba - (int32_t)gap,
                                          .count = count,
                                          .mode = track->mode,
                                          .store = track->files->store,
                                          .offset = offset,
                                          .layout = track->layout,
                                          .sub_order = DK_SUB_INTERLEAVED,
                                      });
}

static bool add_track(struct mds *mds, const struct mds_track *track, const struct mds_track *before,
                      struct dk_error *error)
{
    if (track->count > INT32_MAX - DK_FIRST_SESSION_GAP)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to have %" PRIu32 " sectors, more than any disc",
                       mds->path, track->number, track->count);
    dk_disc_add_track(mds->disc, (struct dk_track){
                                     .number = track->number,
                                     .session = track->session,
                                     .mode = track->mode,
                                     .control = track->control,
                                     .lba = track->lba,
                                     .count = track->count,
                                     .pregap = track->pregap,
                                     .stored = track->layout->stored,
                                     .missing = !track->files->store,
                                 });
    add_gap(mds, track, before);
    if (track->files->store)
        add_sectors(mds, track);
    return true;
}

/* The lead-out as its session has it, where that is where the last track ends. */
static void compare_lead_out(struct mds *mds, const struct mds_track *last)
{
    const int32_t told = mds->sessions[last->session - 1].lead_out;
    const int64_t end = (int64_t)last->lba + last->count;

    if (told != end)
        dk_note(&mds->disc->notes, DK_NOTE_ODD,
                "the lead-out of session %u is said to be at LBA %" PRId32 ", and track %u ends at LBA %" PRId64,
                last->session, told, last->number, end);
}

static bool add_all(struct mds *mds, struct dk_error *error)
{
    for (size_t i = 0; i < mds->track_count; i++) {
        const struct mds_track *track = &mds->tracks[i];

        if (!add_track(mds, track, i ? track - 1 : NULL, error))
            return false;
        if (i + 1 == mds->track_count || track[1].session != track->session)
            compare_lead_out(mds, track);
    }
    return true;
}

static bool mds_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct mds *mds = arena_zeroed(disc->arena, 1, sizeof *mds);
    uint8_t *bytes;
    bool right;

    mds->candidate = candidate;
    mds->path = candidate->path;
    mds->disc = disc;
    if (candidate->store->size > DESCRIPTOR_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has %" PRIu64 " bytes, more than a descriptor can have", mds->path,
                       candidate->store->size);
    mds->size = (size_t)candidate->store->size;
    mds->bytes = bytes = arena_zeroed(disc->arena, mds->size + 1, 1);
    right = dk_store_read(candidate->store, bytes, mds->size, 0, error) && mds_parse(mds, error) &&
            mds_open_files(mds, error) && mds_place(mds, error) && add_all(mds, error);
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
