/*
 * CDI: where tracks lie. In the file they follow each other without a gap, in the order of the table, each with its
 * pregap. On the disc they begin where the table says; there it is wrong in images whose pregaps were taken out later.
 */
#include "formats/cdi.h"
#include "util/arena.h"

#include <inttypes.h>

enum { SECTORS_MAX = 0x7FFFFFFF / 2 /* of a track; what is more would not fit an LBA */ };

static uint64_t sum_of(const struct cdi_track *track)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < track->index_count; i++)
        sum += track->lengths[i];
    return sum;
}

/* ---- Which sectors are in the file ---- */

/* `total` sectors are, and the indexes say that there are more: is it the pregap that is not there? */
static bool lacks_pregap(const struct cdi_track *track, int64_t lba)
{
    int32_t told;

    if (placed_address(&track->placed, track->placed.offset, track->total, &told))
        return told == lba;
    return sum_of(track) - track->total == track->lengths[0] || track->total <= track->lengths[0];
}

/* Settles pregap and count; `lba` is where INDEX 01 should be. */
static bool count_sectors(struct cdi *cdi, struct cdi_track *track, int64_t lba, struct dk_error *error)
{
    struct placed *placed = &track->placed;
    const uint64_t sum = sum_of(track);

    if (track->total > SECTORS_MAX || track->lengths[0] > SECTORS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: track %u is said to have %" PRIu32 " sectors and a pregap of %" PRIu32
                       ", more than any disc has",
                       cdi->path, placed->number, track->total, track->lengths[0]);
    placed->pregap = track->lengths[0];
    placed->gap_stored = sum <= track->total || !lacks_pregap(track, lba);
    if (track->total <= (placed->gap_stored ? track->lengths[0] : 0))
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: track %u is said to have %" PRIu32 " sectors and a pregap of %" PRIu32
                       ", which leaves nothing of it",
                       cdi->path, placed->number, track->total, track->lengths[0]);
    placed->count = track->total - (placed->gap_stored ? track->lengths[0] : 0);
    if (sum < track->total)
        dk_note(&cdi->disc->notes, DK_NOTE_ODD,
                "track %u has %" PRIu32 " sectors, and its indexes are said to have %" PRIu64, placed->number,
                track->total, sum);
    else if (sum > track->total && placed->count + (uint64_t)track->lengths[0] < sum)
        dk_note(&cdi->disc->notes, DK_NOTE_DAMAGE,
                "track %u is said to have %" PRIu64 " sectors by its indexes, and %" PRIu32 " are in the file",
                placed->number, sum, track->total);
    else if (sum > track->total)
        dk_note(&cdi->disc->notes, DK_NOTE_GUESS,
                "track %u: its pregap of %" PRIu32
                " sectors is taken as left out of the file, by the sum of its lengths",
                placed->number, track->lengths[0]);
    return true;
}

/* ---- Where they are on the disc ---- */

static int64_t end_of(const struct placed *track)
{
    return (int64_t)track->lba + track->count;
}

/* Where a track can begin that the table puts amid the one before: behind that. */
static int64_t next_place(const struct placed *track, const struct placed *before)
{
    if (before->session == track->session)
        return end_of(before) + track->pregap;
    return end_of(before) + (before->session == 1 ? DK_FIRST_SESSION_GAP : DK_LATER_SESSION_GAP);
}

/* The LBA of INDEX 01 by the table; no track begins before the disc. */
static int64_t told_lba(const struct cdi_track *track, bool first)
{
    const int64_t lba = (int64_t)track->start + track->lengths[0] - DK_LEAD_IN_PREGAP;

    return first && lba < 0 ? 0 : lba;
}

static bool set_lba(struct cdi *cdi, struct placed *track, int64_t told, const struct placed *before,
                    struct dk_error *error)
{
    const int64_t least = before ? end_of(before) : 0;
    int64_t lba = told;
    int32_t address;

    if (placed_address(track, track->offset, track->count, &address) && address != told) {
        if (address >= least)
            lba = address;
        dk_note(&cdi->disc->notes, DK_NOTE_ODD,
                "track %u is said to begin at LBA %" PRId64 ", and its sectors say LBA %" PRId32 ": %s used",
                track->number, told, address, lba == told ? "the first is" : "what they say is");
    }
    if (lba < least) {
        lba = next_place(track, before);
        dk_note(&cdi->disc->notes, DK_NOTE_ODD,
                "track %u is said to begin at LBA %" PRId64 ", before the end of track %u: it is taken to begin at LBA "
                "%" PRId64,
                track->number, told, before->number, lba);
    }
    if (lba > INT32_MAX - (int64_t)track->count)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to begin at LBA %" PRId64 ", beyond any disc",
                       cdi->path, track->number, lba);
    track->lba = (int32_t)lba;
    return true;
}

/* ---- Indexes ---- */

static void add_indexes(struct cdi *cdi, struct cdi_track *track)
{
    struct placed *placed = &track->placed;
    struct dk_index *indexes = arena_zeroed(cdi->disc->arena, track->index_count, sizeof *indexes);
    int64_t lba = (int64_t)placed->lba + track->lengths[1];

    for (unsigned i = 2; i < track->index_count; lba += track->lengths[i++]) {
        const int64_t after = i > 2 ? indexes[i - 3].lba : placed->lba;

        if (lba <= after || lba >= end_of(placed)) {
            dk_note(&cdi->disc->notes, DK_NOTE_ODD,
                    "index %u of track %u is said to be at LBA %" PRId64 ", where it cannot be: it is left out", i,
                    placed->number, lba);
            break;
        }
        indexes[placed->index_count++] = (struct dk_index){ (uint8_t)i, (int32_t)lba };
    }
    placed->indexes = indexes;
}

/* ---- All of it ---- */

static bool place_track(struct cdi *cdi, struct cdi_track *track, const struct placed *before, struct dk_error *error)
{
    struct placed *placed = &track->placed;
    const int64_t told = told_lba(track, !before);

    placed->count = track->total;
    if (!placed_settle_mode(cdi->disc, placed, error) || !count_sectors(cdi, track, told, error))
        return false;
    if (placed->gap_stored)
        placed->offset += (uint64_t)placed->pregap * placed->stored;
    if (!set_lba(cdi, placed, told, before, error))
        return false;
    add_indexes(cdi, track);
    return true;
}

bool cdi_place(struct cdi *cdi, struct dk_error *error)
{
    const struct placed *before = NULL;
    uint64_t offset = 0;

    for (size_t i = 0; i < cdi->track_count; i++) {
        struct placed *placed = &cdi->tracks[i].placed;

        placed->store = cdi->data;
        placed->offset = offset;
        if (!place_track(cdi, &cdi->tracks[i], before, error))
            return false;
        offset = placed->offset + (uint64_t)placed->count * placed->stored;
        before = placed;
    }
    if (offset < cdi->data->size)
        dk_note(&cdi->disc->notes, DK_NOTE_ODD, "%" PRIu64 " bytes from byte %" PRIu64 " on belong to no track",
                cdi->data->size - offset, offset);
    return true;
}
