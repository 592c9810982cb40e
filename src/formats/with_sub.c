/* CCD: sectors and their subchannel, which lie in two files, as one store; scrambled ones in clear. */
#include "formats/ccd.h"

#include <stdlib.h>
#include <string.h>

struct both {
    struct dk_store store;
    struct dk_store *image, *sub;
    bool scrambled;
    size_t stored;
};

static bool read_sector(const struct both *both, uint64_t number, uint8_t to[DK_SECTOR_RAW_SUB], struct dk_error *error)
{
    static const uint8_t sync[12] = { 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0 };

    if (!dk_store_read(both->image, to, DK_SECTOR_RAW, number * DK_SECTOR_RAW, error))
        return false;
    if (both->scrambled && memcmp(to, sync, sizeof sync) == 0)
        dk_scramble(to);
    return !both->sub || dk_store_read(both->sub, to + DK_SECTOR_RAW, DK_SUBCHANNEL, number * DK_SUBCHANNEL, error);
}

static bool both_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *error)
{
    const struct both *both = (const struct both *)store;
    uint8_t sector[DK_SECTOR_RAW_SUB], *at = to;

    while (count) {
        const size_t inside = (size_t)(offset % both->stored), left = both->stored - inside;
        const size_t piece = count < left ? count : left;

        if (!read_sector(both, offset / both->stored, sector, error))
            return false;
        memcpy(at, sector + inside, piece);
        at += piece;
        offset += piece;
        count -= piece;
    }
    return true;
}

static void both_destroy(struct dk_store *store)
{
    struct both *both = (struct both *)store;

    dk_store_close(both->image);
    dk_store_close(both->sub);
    free(both);
}

static const struct dk_store_ops both_ops = { .read = both_read, .destroy = both_destroy };

struct dk_store *ccd_store(struct dk_store *image, struct dk_store *sub, bool scrambled)
{
    struct both *both = calloc(1, sizeof *both);
    uint64_t sectors = image->size / DK_SECTOR_RAW;

    if (!both)
        return NULL;
    both->image = dk_store_use(image);
    both->sub = sub ? dk_store_use(sub) : NULL;
    both->scrambled = scrambled;
    both->stored = sub ? DK_SECTOR_RAW_SUB : DK_SECTOR_RAW;
    if (sub && sub->size / DK_SUBCHANNEL < sectors)
        sectors = sub->size / DK_SUBCHANNEL;
    both->store.ops = &both_ops;
    both->store.size = sectors * both->stored;
    both->store.name = both->image->name;
    both->store.users = 1;
    return &both->store;
}
