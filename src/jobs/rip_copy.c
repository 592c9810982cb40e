/* The copy itself: sector after sector in order, zeros where the disc gives none. */
#include "jobs/rip.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 32 /* sectors: 64 KiB, what a drive takes at once */ };

static bool put(struct rip_copy *copy, const void *bytes, uint32_t count, struct dk_error *error)
{
    const size_t size = (size_t)count * DK_SECTOR_USER;

    if (copy->hashes)
        hash_set_update(copy->hashes, bytes, size);
    if (!dk_output_write(copy->file, bytes, size, error))
        return false;
    copy->done += count;
    return dk_watch_tick(copy->options->watch, "ripping", copy->done * DK_SECTOR_USER, copy->total * DK_SECTOR_USER) ||
           dk_fail(error, DK_ERROR_STOPPED, "stopped");
}

bool rip_write_zeros(struct rip_copy *copy, uint64_t count, struct dk_error *error)
{
    static const uint8_t zeros[CHUNK * DK_SECTOR_USER];

    for (uint64_t left = count; copy->hashes && left; left -= left < CHUNK ? left : CHUNK)
        hash_set_update(copy->hashes, zeros, (left < CHUNK ? (size_t)left : CHUNK) * DK_SECTOR_USER);
    copy->done += count;
    return dk_output_zeros(copy->file, count * DK_SECTOR_USER, error);
}

static bool read_one(struct rip_copy *copy, int64_t lba, uint8_t *sector, struct dk_error *error)
{
    return dk_source_read(copy->disc->source, (int32_t)lba, 1, DK_FORM_USER, sector, error) == 1;
}

/* Is there nothing more from here to the end? Then it is run-out, and no damage. */
static bool is_run_out(struct rip_copy *copy, int64_t lba, struct rip_range range)
{
    uint8_t sector[DK_SECTOR_USER];
    struct dk_error ignored;

    if (lba < range.soft_end)
        return false;
    while (++lba < range.end)
        if (read_one(copy, lba, sector, &ignored) || !rip_is_bad_sector(&ignored))
            return false;
    return true;
}

/* A sector that failed is zeros for now; in a stream, where there is no coming back to it, it is tried again. */
static bool take_failed(struct rip_copy *copy, int64_t lba, struct dk_error *error)
{
    uint8_t sector[DK_SECTOR_USER] = { 0 };

    for (unsigned i = 0; copy->streams && i < copy->options->retries && error->kind == DK_ERROR_DAMAGED; i++) {
        if (!dk_watch_tick(copy->options->watch, "retrying", copy->done * DK_SECTOR_USER, copy->total * DK_SECTOR_USER))
            return dk_fail(error, DK_ERROR_STOPPED, "stopped");
        if (rip_try_again(copy, lba, i, sector, error)) {
            copy->report->recovered++;
            return put(copy, sector, 1, error);
        }
    }
    if (!rip_is_bad_sector(error) || !rip_remember_bad(copy->report, lba, error->kind == DK_ERROR_REFUSED, error))
        return false;
    memset(sector, 0, sizeof sector);
    return put(copy, sector, 1, error);
}

bool rip_copy_exactly(struct rip_copy *copy, int64_t lba, uint32_t count, struct dk_error *error)
{
    uint8_t sector[DK_SECTOR_USER];

    for (uint32_t i = 0; i < count; i++)
        if (!read_one(copy, lba + i, sector, error) || !put(copy, sector, 1, error))
            return false;
    return true;
}

/* After a bad sector its neighbours are read alone, and then twice as many each time: bad ones seldom come alone. */
bool rip_copy_range(struct rip_copy *copy, int64_t lba, struct rip_range range, struct dk_error *error)
{
    uint8_t buffer[CHUNK * DK_SECTOR_USER];
    uint32_t most = CHUNK;

    while (lba < range.end) {
        const uint32_t piece = range.end - lba < most ? (uint32_t)(range.end - lba) : most;
        const uint32_t got = dk_source_read(copy->disc->source, (int32_t)lba, piece, DK_FORM_USER, buffer, error);
        struct dk_error writing;

        if (got && !put(copy, buffer, got, &writing)) {
            *error = writing;
            return false;
        }
        lba += got;
        most = most < CHUNK ? most * 2 : CHUNK;
        if (got == piece)
            continue;
        if (!rip_is_bad_sector(error))
            return false;
        if (is_run_out(copy, lba, range)) {
            copy->report->run_out = (uint32_t)(range.end - lba);
            return true;
        }
        if (!take_failed(copy, lba++, error))
            return false;
        most = 1;
    }
    return true;
}
