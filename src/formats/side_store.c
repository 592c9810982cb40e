/* Sectors with the subchannel of a file beside the image. */
#include "formats/side_store.h"
#include "formats/with_sub.h"
#include "util/arena.h"

#include <stdlib.h>
#include <string.h>

/* ---- All sectors ---- */

static void put_store(struct dk_extent *extent, struct dk_store *store)
{
    dk_store_close(extent->store);
    extent->store = store;
    extent->offset = 0;
    extent->layout = dk_layout_find(extent->mode, DK_SECTOR_RAW_SUB);
}

/* The extent's sectors with the subchannel from `sub_at` on; false: it can't be, and nothing has changed. */
static bool give_sub(struct dk_extent *extent, struct dk_store *sub, uint64_t sub_at)
{
    struct dk_error unused;
    struct dk_store *image =
        dk_store_slice(extent->store, extent->offset, (uint64_t)extent->count * DK_SECTOR_RAW, &unused);
    struct dk_store *part = dk_store_slice(sub, sub_at, (uint64_t)extent->count * DK_SUBCHANNEL, &unused);
    struct dk_store *both = image && part ? with_sub_store(image, part) : NULL;

    dk_store_close(image);
    dk_store_close(part);
    if (both)
        put_store(extent, both);
    return both != NULL;
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
        if (give_sub(extent, sub, first * DK_SUBCHANNEL))
            extent->sub_order = order;
    }
}

/* ---- Single sectors ---- */

/* One sector whose subchannel is computed, and then patched. */
struct side {
    struct dk_store store;
    struct dk_store *image;
    uint64_t image_at; /* bytes */
    const struct dk_disc *disc;
    int32_t lba;
    const struct side_patch *patch;
};

static void make_sub(const struct side *side, uint8_t linear[DK_SUBCHANNEL])
{
    const struct side_patch *patch = side->patch;
    uint8_t *q = linear + 12;
    uint16_t crc;

    dk_sub_make(side->disc, side->lba, linear);
    memcpy(q + patch->from, patch->q, patch->count);
    if (patch->wrong_crc) {
        crc = (uint16_t)~dk_q_crc(q, 10);
        q[10] = (uint8_t)(crc >> 8);
        q[11] = (uint8_t)crc;
    }
}

static bool side_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *error)
{
    const struct side *side = (const struct side *)store;
    uint8_t sector[DK_SECTOR_RAW_SUB];

    if (!dk_store_read(side->image, sector, DK_SECTOR_RAW, side->image_at, error))
        return false;
    make_sub(side, sector + DK_SECTOR_RAW);
    memcpy(to, sector + offset, count);
    return true;
}

static void side_destroy(struct dk_store *store)
{
    struct side *side = (struct side *)store;

    dk_store_close(side->image);
    free(side);
}

static const struct dk_store_ops side_ops = { .read = side_read, .destroy = side_destroy };

/* An extent of one sector with its patch; false: no memory, and nothing has changed. */
static bool give_patch(const struct dk_disc *disc, struct dk_extent *extent, const struct side_patch *patch)
{
    struct side *side = calloc(1, sizeof *side);

    if (!side)
        return false;
    *side = (struct side){
        .store = { .ops = &side_ops, .size = DK_SECTOR_RAW_SUB, .name = extent->store->name, .users = 1 },
        .image = dk_store_use(extent->store),
        .image_at = extent->offset,
        .disc = disc,
        .lba = extent->lba,
        .patch = patch,
    };
    put_store(extent, &side->store);
    return true;
}

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
            cutter->given += give_patch(cutter->disc, one, patch);
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
