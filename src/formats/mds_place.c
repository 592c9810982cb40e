/*
 * MDS: what the sectors of a track are, and where its pregap lies. Programs disagree on the latter: it is left out of
 * the file, or the offset is that of INDEX 00, or the pregap lies right before the offset. Which one an image follows
 * is told by its own numbers: that one is right with which every track begins where the one before ends.
 */
#include "formats/mds.h"

#include <inttypes.h>

/* ---- Mode and size ---- */

/* The low three bits of the code are the sector type of READ CD (MMC-6); the images of DVDs have 2. */
static enum dk_mode mode_by_code(const struct mds_track *track)
{
    static const enum dk_mode modes[] = { DK_MODE2,       DK_AUDIO,       DK_MODE1, DK_MODE2,
                                          DK_MODE2_FORM1, DK_MODE2_FORM2, DK_MODE2, DK_MODE2 };

    return modes[track->code & 7];
}

/* ---- The pregap ---- */

static const struct mds_track *next_in_file(const struct mds *mds, const struct mds_track *track)
{
    for (const struct mds_track *next = track + 1; next < mds->tracks + mds->track_count; next++)
        if (next->files == track->files)
            return next;
    return NULL;
}

/* The byte behind the track by the next one's offset, or by the end of the file; UINT64_MAX: it is not there. */
static uint64_t told_end(const struct mds *mds, const struct mds_track *track)
{
    const struct mds_track *next = next_in_file(mds, track);

    if (next)
        return next->placed.offset;
    return track->files->store ? track->files->store->size : UINT64_MAX;
}

/* How a pregap is stored; the offset of INDEX 01 and the end of the track follow from it. */
enum gap { GAP_LEFT_OUT, GAP_FROM_OFFSET, GAP_BEFORE_OFFSET };

/* By what the sectors at the offset say: they are those of INDEX 01 or of INDEX 00. */
static bool gap_by_sectors(const struct placed *track, enum gap *gap)
{
    int32_t told;

    if (!placed_address(track, track->offset, track->count, &told))
        return false;
    *gap = told == track->lba ? GAP_LEFT_OUT : GAP_FROM_OFFSET;
    return told == track->lba || told == (int64_t)track->lba - track->pregap;
}

/* `begin`: where in the file the track before ends. All products fit: a length has 20 bits, or 32 on a DVD. */
static enum gap find_gap(struct mds *mds, const struct mds_track *track, uint64_t begin)
{
    const struct placed *placed = &track->placed;
    const struct mds_track *next = next_in_file(mds, track);
    const uint64_t length = (uint64_t)placed->count * placed->stored, extra = (uint64_t)placed->pregap * placed->stored;
    const uint64_t behind = next ? (uint64_t)next->placed.pregap * next->placed.stored : 0;
    const uint64_t end = told_end(mds, track);
    enum gap gap = GAP_LEFT_OUT;

    if (placed->offset == begin && end - begin == length)
        return GAP_LEFT_OUT;
    if (placed->offset == begin && end - begin == extra + length)
        return GAP_FROM_OFFSET;
    if (placed->offset - begin == extra)
        return GAP_BEFORE_OFFSET;
    if (placed->offset == begin && next && end - begin == length + behind)
        return GAP_LEFT_OUT;
    if (!gap_by_sectors(placed, &gap))
        dk_note(&mds->disc->notes, DK_NOTE_GUESS,
                "track %u: neither the offsets nor its sectors tell where its pregap of %" PRIu32
                " sectors lies: it is taken as left out of the file",
                placed->number, placed->pregap);
    return gap;
}

/* A pregap that is left out and would begin within the track before. */
static void shorten_pregap(struct mds *mds, struct placed *track, const struct placed *before)
{
    const int64_t end = before ? (int64_t)before->lba + before->count : INT64_MIN;

    if (!before || track->gap_stored || track->lba < end || track->lba - (int64_t)track->pregap >= end)
        return;
    dk_note(&mds->disc->notes, DK_NOTE_ODD,
            "track %u is said to have a pregap of %" PRIu32 " sectors, and only %" PRId64 " lie behind track %u",
            track->number, track->pregap, track->lba - end, before->number);
    track->pregap = (uint32_t)(track->lba - end);
}

/* The pause that a session begins with is in every extra block, and in no file; nor is a hidden track before it. */
static void forget_first_pause(struct placed *track, const struct placed *before)
{
    if (before && before->session == track->session)
        return;
    track->pregap = before || track->lba <= 0 ? 0 : (uint32_t)track->lba;
}

/* ---- All of it ---- */

static bool settle_mode(struct mds *mds, struct mds_track *track, struct dk_error *error)
{
    track->placed.mode = mode_by_code(track);
    track->placed.store = track->files->store;
    return placed_settle_mode(mds->disc, &track->placed, error);
}

static bool place_track(struct mds *mds, struct mds_track *track, const struct placed *before, struct dk_error *error)
{
    struct placed *placed = &track->placed;
    const bool first = !before || before->session != placed->session;
    enum gap gap = GAP_LEFT_OUT;

    if (placed->offset > UINT64_MAX / 2)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to begin at byte %" PRIu64 ", beyond any file",
                       mds->path, placed->number, placed->offset);
    if (placed->pregap && !first)
        gap = find_gap(mds, track, track->files->used);
    if (gap == GAP_FROM_OFFSET)
        placed->offset += (uint64_t)placed->pregap * placed->stored;
    placed->gap_stored = gap != GAP_LEFT_OUT;
    placed_compare_begin(mds->disc, placed, &track->files->used);
    forget_first_pause(placed, before);
    shorten_pregap(mds, placed, before);
    return true;
}

static void compare_sizes(struct mds *mds, const struct mds_files *files)
{
    if (files->store && files->store->size > files->used)
        dk_note(&mds->disc->notes, DK_NOTE_ODD, "%" PRIu64 " bytes at the end of %s belong to no track",
                files->store->size - files->used, files->store->name);
}

bool mds_place(struct mds *mds, struct dk_error *error)
{
    for (size_t i = 0; i < mds->track_count; i++)
        if (!settle_mode(mds, &mds->tracks[i], error))
            return false;
    for (size_t i = 0; i < mds->track_count; i++)
        if (!place_track(mds, &mds->tracks[i], i ? &mds->tracks[i - 1].placed : NULL, error))
            return false;
    for (size_t i = 0; i < mds->files_count; i++)
        compare_sizes(mds, &mds->files[i]);
    return true;
}
