#include "volume/zisofs.h"

#include "util/memory.h"
#include "volume/numbers.h"

#include <inttypes.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

/* What sets the two versions apart. */
static const struct version {
    uint8_t magic[8];
    uint8_t header_size; /* in units of 4 bytes; the table of block offsets follows */
    uint8_t offset_size;
    uint8_t least_log2, most_log2; /* of the block size */
} versions[] = {
    { { 0x37, 0xE4, 0x53, 0x96, 0xC9, 0xDB, 0xD6, 0x07 }, 4, 4, 15, 17 },
    { { 0xEF, 0x22, 0x55, 0xA1, 0xBC, 0x1B, 0x95, 0xA0 }, 6, 8, 15, 20 },
};

/* The block that was unpacked last: files are mostly read from one end to the other. */
struct unpacked {
    struct libdeflate_decompressor *decompressor;
    uint64_t block;
    int32_t lba; /* of the file */
    size_t size; /* 0: none */
    size_t room; /* of `bytes`; `packed` has twice as much */
    uint8_t *bytes, *packed;
};

static uint64_t recorded_size(const struct dk_entry *entry)
{
    uint64_t size = 0;

    for (size_t i = 0; i < entry->extent_count; i++)
        size += entry->extents[i].size;
    return size;
}

const char *zisofs_problem(struct dk_tree *tree, const struct dk_entry *entry, uint64_t unpacked_size)
{
    const struct version *version;
    uint64_t blocks;
    uint8_t magic[8];
    struct dk_error error;

    if (entry->zisofs_version < 1 || entry->zisofs_version > 2)
        return "it is packed by a method that is not known";
    version = &versions[entry->zisofs_version - 1];
    if (entry->zisofs_block_log2 < version->least_log2 || entry->zisofs_block_log2 > version->most_log2 ||
        entry->zisofs_header_size != version->header_size)
        return "it is recorded as packed by zisofs with a block or header size that there is not";
    blocks = (unpacked_size >> entry->zisofs_block_log2) + 2; /* one for what is left, and the end of the last one */
    if (blocks > recorded_size(entry) / version->offset_size)
        return "it is recorded as packed by zisofs with more blocks than the file has room for";
    if (!tree_read_recorded(tree, entry, 0, magic, sizeof magic, &error) ||
        memcmp(magic, version->magic, sizeof magic) != 0)
        return "it is recorded as packed by zisofs, and its contents are not";
    return NULL;
}

static bool fail(const struct dk_entry *entry, uint64_t block, const char *what, struct dk_error *error)
{
    return dk_fail(error, DK_ERROR_DAMAGED, "%s: block %" PRIu64 " of the packed file at LBA %" PRId32 " %s",
                   entry->path, block, entry->lba, what);
}

/* Where a block begins and ends within the packed file. */
static bool find_block(struct dk_tree *tree, const struct dk_entry *entry, uint64_t block, uint64_t range[2],
                       struct dk_error *error)
{
    const struct version *version = &versions[entry->zisofs_version - 1];
    uint8_t offsets[16];

    if (!tree_read_recorded(tree, entry, version->header_size * 4u + block * version->offset_size, offsets,
                            2u * version->offset_size, error))
        return false;
    for (int i = 0; i < 2; i++)
        range[i] = version->offset_size == 4 ? le32(offsets + 4 * i) : le64(offsets + 8 * i);
    if (range[1] < range[0] || range[1] > recorded_size(entry))
        return fail(entry, block, "lies outside it", error);
    return true;
}

static struct unpacked *make_room(struct dk_tree *tree, size_t room)
{
    struct unpacked *unpacked = tree->unpacked;

    if (unpacked && unpacked->room >= room)
        return unpacked;
    zisofs_forget(tree);
    unpacked = tree->unpacked = memory_zeroed(sizeof *unpacked);
    unpacked->decompressor = libdeflate_alloc_decompressor();
    unpacked->bytes = memory_resized(NULL, 3, room);
    unpacked->packed = unpacked->bytes + room;
    unpacked->room = room;
    return unpacked->decompressor ? unpacked : NULL;
}

static bool unpack(struct dk_tree *tree, const struct dk_entry *entry, uint64_t block, struct unpacked *unpacked,
                   struct dk_error *error)
{
    const uint64_t start = block << entry->zisofs_block_log2;
    const size_t whole = (size_t)1 << entry->zisofs_block_log2;
    const size_t want = entry->size - start < whole ? (size_t)(entry->size - start) : whole;
    uint64_t range[2];

    unpacked->size = 0;
    if (!find_block(tree, entry, block, range, error))
        return false;
    if (range[1] - range[0] > 2 * unpacked->room)
        return fail(entry, block, "is larger than any packed block", error);
    if (range[0] == range[1])
        memset(unpacked->bytes, 0, want);
    else if (!tree_read_recorded(tree, entry, range[0], unpacked->packed, (size_t)(range[1] - range[0]), error))
        return false;
    else if (libdeflate_zlib_decompress(unpacked->decompressor, unpacked->packed, (size_t)(range[1] - range[0]),
                                        unpacked->bytes, want, NULL) != LIBDEFLATE_SUCCESS)
        return fail(entry, block, "can't be unpacked", error);
    unpacked->block = block;
    unpacked->lba = entry->lba;
    unpacked->size = want;
    return true;
}

bool zisofs_read(struct dk_tree *tree, const struct dk_entry *entry, uint64_t offset, void *to, size_t count,
                 struct dk_error *error)
{
    struct unpacked *unpacked = make_room(tree, (size_t)1 << entry->zisofs_block_log2);
    uint8_t *at = to;

    if (!unpacked)
        return dk_fail(error, DK_ERROR_SYSTEM, "there is no memory to unpack %s", entry->path);
    while (count) {
        const uint64_t block = offset >> entry->zisofs_block_log2;
        const size_t skip = (size_t)(offset - (block << entry->zisofs_block_log2));
        size_t piece;

        if ((unpacked->size == 0 || unpacked->block != block || unpacked->lba != entry->lba) &&
            !unpack(tree, entry, block, unpacked, error))
            return false;
        if (skip >= unpacked->size)
            return dk_fail(error, DK_ERROR_DAMAGED, "%s ends before byte %" PRIu64, entry->path, offset);
        piece = unpacked->size - skip < count ? unpacked->size - skip : count;
        memcpy(at, unpacked->bytes + skip, piece);
        at += piece;
        offset += piece;
        count -= piece;
    }
    return true;
}

void zisofs_forget(struct dk_tree *tree)
{
    if (!tree->unpacked)
        return;
    if (tree->unpacked->decompressor)
        libdeflate_free_decompressor(tree->unpacked->decompressor);
    free(tree->unpacked->bytes);
    free(tree->unpacked);
    tree->unpacked = NULL;
}
