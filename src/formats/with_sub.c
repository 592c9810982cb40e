#include "formats/with_sub.h"

#include <disckit/sector.h>
#include <stdlib.h>
#include <string.h>

struct both {
    struct dk_store store;
    struct dk_store *image, *sub;
};

static bool read_sector(const struct both *both, uint64_t number, uint8_t to[DK_SECTOR_RAW_SUB], struct dk_error *error)
{
    return dk_store_read(both->image, to, DK_SECTOR_RAW, number * DK_SECTOR_RAW, error) &&
           dk_store_read(both->sub, to + DK_SECTOR_RAW, DK_SUBCHANNEL, number * DK_SUBCHANNEL, error);
}

static bool both_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *error)
{
    const struct both *both = (const struct both *)store;
    uint8_t sector[DK_SECTOR_RAW_SUB], *at = to;

    while (count) {
        const size_t inside = (size_t)(offset % sizeof sector), left = sizeof sector - inside;
        const size_t piece = count < left ? count : left;

        if (!read_sector(both, offset / sizeof sector, sector, error))
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

struct dk_store *with_sub_store(struct dk_store *image, struct dk_store *sub)
{
    const uint64_t sectors = image->size / DK_SECTOR_RAW, subs = sub->size / DK_SUBCHANNEL;
    struct both *both = calloc(1, sizeof *both);

    if (!both)
        return NULL;
    both->image = dk_store_use(image);
    both->sub = dk_store_use(sub);
    both->store.ops = &both_ops;
    both->store.size = (sectors < subs ? sectors : subs) * DK_SECTOR_RAW_SUB;
    both->store.name = both->image->name;
    both->store.users = 1;
    return &both->store;
}
