/*
 * MDS: what the sectors of a track are, and where its pregap lies. Programs disagree on the latter: it is left out of
 * the file, or the offset is that of INDEX 00, or the pregap lies right before the offset. Which one an image follows
 * is told by its own numbers: that one is right with which every track begins where the one before ends.
 */
#include "formats/mds.h"
#include "formats/sync.h"

#include <inttypes.h>

/* ---- Mode and size ---- */

/* The low three bits of the code are the sector type of READ CD (MMC-6); the images of DVDs have 2. */
static enum dk_mode mode_by_code(const struct mds_track *track)
{
    static const enum dk_mode modes[] = { DK_MODE2,       DK_AUDIO,       DK_MODE1, DK_MODE2,
                                          DK_MODE2_FORM1, DK_MODE2_FORM2, DK_MODE2, DK_MODE2 };

    return modes[track->code & 7];
}

/* A header at the first, the middle or the last sector; false: none has one. */
static bool find_header(const struct mds_track *track, struct sync_header *header)
{
    for (unsigned i = 0; i < 3; i++) {
        const uint64_t sector = (uint64_t)(track->count - 1) * i / 2;

        if (sync_read(track->files->store, track->offset + sector * track->stored, header))
            return true;
    }
    return false;
}

/* Which of the data modes it is, the sectors know better than the code. */
static bool settle_mode(struct mds *mds, struct mds_track *track, struct dk_error *error)
{
    struct sync_header header;

    track->mode = mode_by_code(track);
    if (track->mode != DK_AUDIO && track->stored >= DK_SECTOR_RAW && track->files->store) {
        if (find_header(track, &header))
            track->mode = header.mode;
        else
            dk_note(&mds->disc->notes, DK_NOTE_ODD,
                    "track %u is said to be data, and its first, middle and last sectors have no sync", track->number);
    }
    if (track->mode == DK_MODE1 && track->stored == 2336)
        track->mode = DK_MODE2;
    track->layout = dk_layout_find(track->mode, track->stored);
    if (track->layout)
        return true;
    return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to have %s sectors of %u bytes, which no disc has",
                   mds->path, track->number, dk_mode_name(track->mode), track->stored);
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
        return next->offset;
    return track->files->store ? track->files->store->size : UINT64_MAX;
}

/* How a pregap is stored; the offset of INDEX 01 and the end of the track follow from it. */
enum gap { GAP_LEFT_OUT, GAP_FROM_OFFSET, GAP_BEFORE_OFFSET };

/* By a header at the offset: that of INDEX 01 or of INDEX 00. */
static bool gap_by_header(const struct mds_track *track, enum gap *gap)
{
    struct sync_header header;

    if (!track->files->store || track->mode == DK_AUDIO || track->stored < DK_SECTOR_RAW ||
        !sync_read(track->files->store, track->offset, &header) || !header.has_lba)
        return false;
    *gap = header.lba == track->lba ? GAP_LEFT_OUT : GAP_FROM_OFFSET;
    return header.lba == track->lba || header.lba == (int64_t)track->lba - track->pregap;
}

/* `begin`: where in the file the track before ends. All products fit: a length has 20 bits, or 32 on a DVD. */
static enum gap find_gap(struct mds *mds, const struct mds_track *track, uint64_t begin)
{
    const uint64_t length = (uint64_t)track->count * track->stored, extra = (uint64_t)track->pregap * track->stored;
    const uint64_t end = told_end(mds, track);
    const struct mds_track *next = next_in_file(mds, track);
    enum gap gap = GAP_LEFT_OUT;

    if (track->offset == begin && end - begin == length)
        return GAP_LEFT_OUT;
    if (track->offset == begin && end - begin == extra + length)
        return GAP_FROM_OFFSET;
    if (track->offset - begin == extra)
        return GAP_BEFORE_OFFSET;
    if (track->offset == begin && next && end - begin == length + (uint64_t)next->pregap * next->stored)
        return GAP_LEFT_OUT;
    if (!gap_by_header(track, &gap))
        dk_note(&mds->disc->notes, DK_NOTE_GUESS,
                "track %u: neither the offsets nor a header tell where its pregap of %" PRIu32
                " sectors lies: it is taken as left out of the file",
                track->number, track->pregap);
    return gap;
}

/* A pregap that is left out and would begin within the track before. */
static void shorten_pregap(struct mds *mds, struct mds_track *track, const struct mds_track *before)
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
static void forget_first_pause(struct mds_track *track, const struct mds_track *before)
{
    if (before && before->session == track->session)
        return;
    track->pregap = before || track->lba <= 0 ? 0 : (uint32_t)track->lba;
}

/* ---- All of it ---- */

static void compare_ends(struct mds *mds, const struct mds_track *track, uint64_t begin)
{
    const uint64_t used = track->files->used;

    if (begin < used)
        dk_note(&mds->disc->notes, DK_NOTE_ODD,
                "track %u begins at byte %" PRIu64 " of %s, before the end of another at byte %" PRIu64, track->number,
                begin, track->files->names[0], used);
    else if (begin > used)
        dk_note(&mds->disc->notes, DK_NOTE_ODD, "%" PRIu64 " bytes of %s before track %u belong to no track",
                begin - used, track->files->names[0], track->number);
}

static bool place_track(struct mds *mds, struct mds_track *track, const struct mds_track *before,
                        struct dk_error *error)
{
    const bool first = !before || before->session != track->session;
    const uint64_t extra = (uint64_t)track->pregap * track->stored;
    const enum gap gap = track->pregap && !first ? find_gap(mds, track, track->files->used) : GAP_LEFT_OUT;
    const uint64_t begin = gap == GAP_BEFORE_OFFSET ? track->offset - extra : track->offset;
    const uint64_t length = (uint64_t)track->count * track->stored;

    if (track->offset > UINT64_MAX / 2)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to begin at byte %" PRIu64 ", beyond any file",
                       mds->path, track->number, track->offset);
    compare_ends(mds, track, begin);
    if (gap == GAP_FROM_OFFSET)
        track->offset += extra;
    track->gap_stored = gap != GAP_LEFT_OUT;
    track->files->used = track->offset + length;
    forget_first_pause(track, before);
    shorten_pregap(mds, track, before);
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
        if (!place_track(mds, &mds->tracks[i], i ? &mds->tracks[i - 1] : NULL, error))
            return false;
    for (size_t i = 0; i < mds->files_count; i++)
        compare_sizes(mds, &mds->files[i]);
    return true;
}
