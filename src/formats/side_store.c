/* Sectors with the subchannel of a file beside the image. */
#include "formats/side_store.h"
#include "util/arena.h"

#include <stdlib.h>
#include <string.h>

struct side {
    struct dk_store store;
    struct dk_store *image, *sub; /* `sub` NULL: it is computed, and then patched */
    uint64_t image_at, sub_at;    /* bytes, of the first sector */
    const struct dk_disc *disc;
    int32_t lba;                    /* of the first sector */
    const struct side_patch *patch; /* of the only sector */
};

static void make_sub(const struct side *side, int32_t lba, uint8_t linear[DK_SUBCHANNEL])
{
    const struct side_patch *patch = side->patch;
    uint8_t *q = linear + 12;
    uint16_t crc;

    dk_sub_make(side->disc, lba, linear);
    memcpy(q + patch->from, patch->q, patch->count);
    if (patch->wrong_crc) {
        crc = (uint16_t)~dk_q_crc(q, 10);
        q[10] = (uint8_t)(crc >> 8);
        q[11] = (uint8_t)crc;
    }
}

static bool read_sector(const struct side *side, uint64_t number, uint8_t to[DK_SECTOR_RAW_SUB], struct dk_error *error)
{
    if (!dk_store_read(side->image, to, DK_SECTOR_RAW, side->image_at + number * DK_SECTOR_RAW, error))
        return false;
    if (side->sub)
        return dk_store_read(side->sub, to + DK_SECTOR_RAW, DK_SUBCHANNEL, side->sub_at + number * DK_SUBCHANNEL,
                             error);
    make_sub(side, side->lba + (int32_t)number, to + DK_SECTOR_RAW);
    return true;
}

static bool side_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *error)
{
    const struct side *side = (const struct side *)store;
    uint8_t sector[DK_SECTOR_RAW_SUB], *at = to;

    while (count) {
        const size_t inside = (size_t)(offset % sizeof sector), left = sizeof sector - inside;
        const size_t piece = count < left ? count : left;

        if (!read_sector(side, offset / sizeof sector, sector, error))
            return false;
        memcpy(at, sector + inside, piece);
        at += piece;
        offset += piece;
        count -= piece;
    }
    return true;
}

static void side_destroy(struct dk_store *store)
{
    struct side *side = (struct side *)store;

    dk_store_close(side->image);
    dk_store_close(side->sub);
    free(side);
}

static const struct dk_store_ops side_ops = { .read = side_read, .destroy = side_destroy };

/* The extent's sectors from such a store; false: no memory, and nothing has changed. */
static bool put_store(const struct dk_disc *disc, struct dk_extent *extent, struct dk_store *sub, uint64_t sub_at,
                      const struct side_patch *patch)
{
    struct side *side = calloc(1, sizeof *side);

    if (!side)
        return false;
    *side = (struct side){
        .store = { .ops = &side_ops,
                   .size = (uint64_t)extent->count * DK_SECTOR_RAW_SUB,
                   .name = extent->store->name,
                   .users = 1 },
        .image = extent->store,
        .sub = sub ? dk_store_use(sub) : NULL,
        .image_at = extent->offset,
        .sub_at = sub_at,
        .disc = disc,
        .lba = extent->lba,
        .patch = patch,
    };
    extent->store = &side->store;
    extent->offset = 0;
    extent->layout = dk_layout_find(extent->mode, DK_SECTOR_RAW_SUB);
    return true;
}

static bool is_raw(const struct dk_extent *extent)
{
    return extent->store && extent->layout->stored == DK_SECTOR_RAW;
}

void side_give_sub(struct dk_disc *disc, struct dk_store *sub, enum dk_sub_order order, bool by_lba)
{
    uint64_t before = 0; /* sectors that are stored */

    for (size_t i = 0; i < disc->extent_count; i++) {
        struct dk_extent *extent = &disc->extents[i];
        const uint64_t first = by_lba ? (uint64_t)extent->lba : before;

        before += extent->store ? extent->count : 0;
        if (!is_raw(extent) || (by_lba && extent->lba < 0) || (first + extent->count) * DK_SUBCHANNEL > sub->size)
            continue;
        if (put_store(disc, extent, sub, first * DK_SUBCHANNEL, NULL))
            extent->sub_order = order;
    }
}

/* ---- Single sectors ---- */

/* Where the extents of a disc are put anew, those of a patch apart. */
struct cutter {
    struct dk_disc *disc;
    struct dk_extent *extents;
    size_t count, given;
};

/* `count` sectors of `whole` from its sector `first` on, with a user of the store of their own. */
static struct dk_extent *add_piece(struct cutter *cutter, const struct dk_extent *whole, uint32_t first, uint32_t count)
{
    struct dk_extent *piece = &cutter->extents[cutter->count];

    if (count == 0)
        return NULL;
    *piece = *whole;
    piece->lba += (int32_t)first;
    piece->count = count;
    if (whole->store) {
        piece->offset += (uint64_t)first * whole->layout->stored;
        dk_store_use(whole->store);
    }
    cutter->count++;
    return piece;
}

static const struct side_patch *cut_extent(struct cutter *cutter, const struct dk_extent *extent,
                                           const struct side_patch *patch, const struct side_patch *end)
{
    const int64_t extent_end = (int64_t)extent->lba + extent->count;
    uint32_t done = 0;

    while (patch < end && patch->lba < extent_end) {
        const uint32_t at = (uint32_t)(patch->lba - extent->lba);
        struct dk_extent *one;

        if (patch->lba >= extent->lba && is_raw(extent) && at >= done) {
            add_piece(cutter, extent, done, at - done);
            one = add_piece(cutter, extent, at, 1);
            one->sub_order = DK_SUB_LINEAR;
            cutter->given += put_store(cutter->disc, one, NULL, 0, patch);
            done = at + 1;
        }
        patch++;
    }
    add_piece(cutter, extent, done, extent->count - done);
    return patch;
}

size_t side_give_patches(struct dk_disc *disc, const struct side_patch *patches, size_t count)
{
    struct cutter cutter = { .disc = disc };
    const struct side_patch *end = patches + count;

    cutter.extents = arena_zeroed(disc->arena, disc->extent_count + 2 * count, sizeof *cutter.extents);
    for (size_t i = 0; i < disc->extent_count; i++) {
        patches = cut_extent(&cutter, &disc->extents[i], patches, end);
        dk_store_close(disc->extents[i].store);
    }
    disc->extents = cutter.extents;
    disc->extent_count = cutter.count;
    return cutter.given;
}
