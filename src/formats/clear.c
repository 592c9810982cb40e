#include "formats/clear.h"

#include <disckit/sector.h>
#include <stdlib.h>
#include <string.h>

enum { STORED_MAX = 2646 };

struct clear {
    struct dk_store store;
    struct dk_store *image;
    unsigned stored;
};

static bool read_sector(const struct clear *clear, uint64_t number, uint8_t to[STORED_MAX], size_t *size,
                        struct dk_error *error)
{
    static const uint8_t sync[12] = { 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0 };
    const uint64_t offset = number * clear->stored, left = clear->image->size - offset;

    *size = left < clear->stored ? (size_t)left : clear->stored;
    if (!dk_store_read(clear->image, to, *size, offset, error))
        return false;
    if (*size >= DK_SECTOR_RAW && memcmp(to, sync, sizeof sync) == 0)
        dk_scramble(to);
    return true;
}

static bool clear_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *error)
{
    const struct clear *clear = (const struct clear *)store;
    uint8_t sector[STORED_MAX], *at = to;

    while (count) {
        const size_t inside = (size_t)(offset % clear->stored);
        size_t size, piece;

        if (!read_sector(clear, offset / clear->stored, sector, &size, error))
            return false;
        piece = size - inside < count ? size - inside : count;
        memcpy(at, sector + inside, piece);
        at += piece;
        offset += piece;
        count -= piece;
    }
    return true;
}

static void clear_destroy(struct dk_store *store)
{
    struct clear *clear = (struct clear *)store;

    dk_store_close(clear->image);
    free(clear);
}

static const struct dk_store_ops clear_ops = { .read = clear_read, .destroy = clear_destroy };

struct dk_store *clear_store(struct dk_store *image, unsigned stored)
{
    struct clear *clear = calloc(1, sizeof *clear);

    if (!clear)
        return NULL;
    clear->image = dk_store_use(image);
    clear->stored = stored;
    clear->store.ops = &clear_ops;
    clear->store.size = image->size;
    clear->store.name = image->name;
    clear->store.users = 1;
    return &clear->store;
}
