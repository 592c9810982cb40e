/* B5T: which sectors of which data block each track has; a track may be in several, and a block hold several tracks. */
#include "formats/b5t.h"

#include <inttypes.h>

static int64_t end_of(const struct b5t_track *track)
{
    return (int64_t)track->first + track->sectors;
}

static int64_t end_of_block(const struct b5t_block *block)
{
    return (int64_t)block->first + block->count;
}

/* The first block with a sector from `lba` on; NULL: there is none. */
static const struct b5t_block *block_from(const struct b5t *b5t, int64_t lba)
{
    const struct b5t_block *found = NULL;

    for (size_t i = 0; i < b5t->block_count; i++) {
        const struct b5t_block *block = &b5t->blocks[i];

        if (end_of_block(block) > lba && (!found || block->first < found->first))
            found = block;
    }
    return found;
}

/* ---- Checks ---- */

static bool check_track(const struct b5t *b5t, struct b5t_track *track, struct dk_error *error)
{
    struct placed *placed = &track->placed;

    if (placed->pregap >= track->sectors)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: track %u is said to have %" PRIu32 " sectors, and a pregap of %" PRIu32 " in them",
                       b5t->path, placed->number, track->sectors, placed->pregap);
    if (end_of(track) > INT32_MAX - DK_FIRST_SESSION_GAP || track->first < -DK_LEAD_IN_PREGAP)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: track %u is said to have %" PRIu32 " sectors from LBA %" PRId32 " on: no disc has them",
                       b5t->path, placed->number, track->sectors, track->first);
    placed->lba = (int32_t)(track->first + (int64_t)placed->pregap);
    placed->count = track->sectors - placed->pregap;
    if (track->by_time != placed->lba)
        dk_note(&b5t->disc->notes, DK_NOTE_ODD,
                "track %u is said to begin at LBA %" PRId32 ", and by its time at LBA %" PRId32 ": the first is used",
                placed->number, placed->lba, track->by_time);
    return true;
}

/* By the block that INDEX 01 is in; a track without one has no sectors at all. */
static bool settle_mode(struct b5t *b5t, struct b5t_track *track, struct dk_error *error)
{
    const struct b5t_block *block = block_from(b5t, track->placed.lba);
    struct placed *placed = &track->placed;
    const uint32_t count = placed->count;
    int32_t told;

    if (!block || block->first > placed->lba)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s: no data block has LBA %" PRId32 ", where track %u begins",
                       b5t->path, placed->lba, placed->number);
    placed->store = block->store;
    placed->stored = block->stored;
    placed->offset = block->offset + (uint64_t)((int64_t)placed->lba - block->first) * block->stored;
    if (end_of_block(block) < end_of(track))
        placed->count = (uint32_t)(end_of_block(block) - placed->lba);
    if (!placed_settle_mode(b5t->disc, placed, error))
        return false;
    if (placed_address(placed, placed->offset, placed->count, &told) && told != placed->lba)
        dk_note(&b5t->disc->notes, DK_NOTE_ODD,
                "track %u is said to begin at LBA %" PRId32 ", and its sectors say LBA %" PRId32 ": the first is used",
                placed->number, placed->lba, told);
    placed->count = count;
    return true;
}

/* ---- Sectors ---- */

/* Those that no block has: of a pregap they are silence or empty, of the track they are lost. */
static void add_hole(struct b5t *b5t, const struct placed *track, int64_t from, int64_t to)
{
    if (from < track->lba)
        dk_disc_add_extent(b5t->disc, (struct dk_extent){
                                          .lba = (int32_t)from,
                                          .count = (uint32_t)((to < track->lba ? to : track->lba) - from),
                                          .mode = track->mode,
                                      });
    if (to > track->lba)
        dk_note(&b5t->disc->notes, DK_NOTE_DAMAGE, "no data block has LBA %" PRId64 " to %" PRId64 " of track %u",
                from > track->lba ? from : track->lba, to - 1, track->number);
}

static bool add_piece(struct b5t *b5t, const struct placed *track, const struct b5t_block *block, int64_t from,
                      int64_t to, struct dk_error *error)
{
    struct placed piece = *track;

    piece.lba = (int32_t)from;
    piece.count = (uint32_t)(to - from);
    piece.pregap = 0;
    piece.store = block->store;
    piece.stored = block->stored;
    piece.offset = block->offset + (uint64_t)(from - block->first) * block->stored;
    piece.layout = dk_layout_find(track->mode, block->stored);
    if (!piece.layout)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the data block at byte %" PRIu64 " has sectors of %u bytes, and track %u in it is %s",
                       b5t->path, block->at, block->stored, track->number, dk_mode_name(track->mode));
    if (piece.store)
        placed_add_sectors(b5t->disc, &piece);
    return true;
}

static bool add_sectors(struct b5t *b5t, const struct b5t_track *track, struct dk_error *error)
{
    const int64_t end = end_of(track);

    for (int64_t at = track->first; at < end;) {
        const struct b5t_block *block = block_from(b5t, at);
        const int64_t from = !block || block->first > end ? end : block->first > at ? block->first : at;
        const int64_t to = block && end_of_block(block) < end ? end_of_block(block) : end;

        if (from > at)
            add_hole(b5t, &track->placed, at, from);
        if (from < end && !add_piece(b5t, &track->placed, block, from, to, error))
            return false;
        at = from < end ? to : end;
    }
    return true;
}

static void compare_lead_out(struct b5t *b5t, const struct placed *last)
{
    const int32_t told = b5t->lead_outs[last->session];
    const int64_t end = (int64_t)last->lba + last->count;

    if (told != end)
        dk_note(&b5t->disc->notes, DK_NOTE_ODD,
                "session %u is said to end at LBA %" PRId32 ", and track %u ends at LBA %" PRId64, last->session, told,
                last->number, end);
}

bool b5t_place(struct b5t *b5t, struct dk_error *error)
{
    for (size_t i = 0; i < b5t->track_count; i++) {
        struct b5t_track *track = &b5t->tracks[i];

        if (!check_track(b5t, track, error) || !settle_mode(b5t, track, error) ||
            !placed_add_track(b5t->disc, &track->placed, error) || !add_sectors(b5t, track, error))
            return false;
        if (i + 1 == b5t->track_count || track[1].placed.session != track->placed.session)
            compare_lead_out(b5t, &track->placed);
    }
    return true;
}
