#include "volume/blocks.h"

#include "util/checked.h"

#include <string.h>

bool blocks_place(const struct blocks *blocks, uint64_t block, struct place *place)
{
    uint64_t bytes;
    int64_t lba;

    if (!checked_multiply(block, (uint64_t)blocks->block_size, &bytes))
        return false;
    lba = (int64_t)(bytes / DK_SECTOR_USER) + blocks->base;
    if (lba < INT32_MIN || lba > INT32_MAX)
        return false;
    *place = (struct place){ (int32_t)lba, (uint32_t)(bytes % DK_SECTOR_USER) };
    return true;
}

uint64_t blocks_sectors(struct place place, uint64_t size)
{
    return size ? (size - 1 + place.skip) / DK_SECTOR_USER + 1 : 0;
}

bool blocks_in_track(const struct blocks *blocks, int32_t lba, uint64_t sectors)
{
    return lba >= blocks->first && range_inside((uint64_t)((int64_t)lba - blocks->first), sectors, blocks->count);
}

bool blocks_is_there(const struct blocks *blocks, int64_t lba)
{
    uint8_t raw[DK_SECTOR_RAW];
    struct dk_error ignored;

    if (lba < INT32_MIN || lba > INT32_MAX)
        return false;
    if (blocks_in_track(blocks, (int32_t)lba, 1))
        return true;
    return dk_source_read(blocks->source, (int32_t)lba, 1, DK_FORM_RAW, raw, &ignored) == 1;
}

/* A part of one sector. */
static bool read_part(const struct blocks *blocks, int32_t lba, size_t skip, void *to, size_t count,
                      struct dk_error *error)
{
    uint8_t sector[DK_SECTOR_USER];

    if (dk_source_read(blocks->source, lba, 1, DK_FORM_USER, sector, error) != 1)
        return false;
    memcpy(to, sector + skip, count);
    return true;
}

bool blocks_read(const struct blocks *blocks, struct place place, uint64_t offset, void *to, size_t count,
                 struct dk_error *error)
{
    uint8_t *at = to;
    uint64_t from;

    if (!checked_add(offset, (uint64_t)place.skip, &from) ||
        (int64_t)place.lba + (int64_t)(from / DK_SECTOR_USER) + (int64_t)(count / DK_SECTOR_USER) + 1 > INT32_MAX)
        return dk_fail(error, DK_ERROR_DAMAGED, "no disc is as long as this part of the volume would need it to be");
    while (count) {
        const int32_t lba = place.lba + (int32_t)(from / DK_SECTOR_USER);
        const size_t skip = (size_t)(from % DK_SECTOR_USER);
        size_t piece = DK_SECTOR_USER - skip < count ? DK_SECTOR_USER - skip : count;

        if (piece == DK_SECTOR_USER) {
            const uint32_t sectors = (uint32_t)(count / DK_SECTOR_USER);

            piece = (size_t)sectors * DK_SECTOR_USER;
            if (dk_source_read(blocks->source, lba, sectors, DK_FORM_USER, at, error) != sectors)
                return false;
        } else if (!read_part(blocks, lba, skip, at, piece, error)) {
            return false;
        }
        at += piece;
        from += piece;
        count -= piece;
    }
    return true;
}
