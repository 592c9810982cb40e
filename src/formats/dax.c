/*
 * DAX, compressed ISO of the PSP. Little-endian: magic, u32 size of the image, u32 version, u32 number of areas, 16
 * bytes of 0; for each block of 8192 bytes a u32 offset, then for each a u16 length; in version 1 then areas, u32 first
 * block and u32 number of them, that are stored as they are. All others are zlib streams, the last one of a whole
 * block. As maxcso reads and writes them.
 */
#include "formats/packed.h"
#include "formats/rows.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 32, BLOCK = 8192, AREA = 8, BID = 90 };
/* In the lengths as they are kept here: the block is stored as it is; a length that no block can have. */
enum { STORED = 0x8000, NO_LENGTH = 0x7FFF };

static int dax_probe(const struct dk_candidate *candidate)
{
    return candidate->head_size >= 4 && memcmp(candidate->head, "DAX", 4) == 0 ? BID : 0;
}

/* Where the length of a block is in the table, behind all offsets. */
static uint8_t *length_at(const struct packed *packed, uint64_t index)
{
    return packed->table + 4 * packed_count(packed) + 2 * index;
}

static uint16_t length_of(const struct packed *packed, uint64_t index)
{
    struct cursor cursor = cursor_over(length_at(packed, index), 2);

    return cursor_le16(&cursor);
}

static void set_length(const struct packed *packed, uint64_t index, uint16_t length)
{
    uint8_t *at = length_at(packed, index);

    at[0] = (uint8_t)length;
    at[1] = (uint8_t)(length >> 8);
}

static bool locate(const struct packed *packed, uint64_t index, struct packed_block *block, struct dk_error *error)
{
    struct cursor cursor = cursor_over(packed->table + 4 * index, 4);
    const uint16_t length = length_of(packed, index);

    block->offset = cursor_le32(&cursor);
    block->stored = length & STORED ? BLOCK : length;
    block->codec = length & STORED ? NULL : packed->codecs[0];
    if (block->offset < HEADER || (block->codec && block->stored > 2 * BLOCK))
        return dk_fail(error, DK_ERROR_DAMAGED, "the table has it at byte %" PRIu64 " with too many bytes",
                       block->offset);
    return true;
}

/* Marks the blocks of areas in the table. Areas do not overlap, so there are no more than blocks. */
static bool mark_areas(const struct packed *packed, uint64_t at, uint32_t areas, struct dk_error *error)
{
    const uint64_t count = packed_count(packed);
    uint64_t marked = 0;

    for (uint32_t i = 0; i < areas; i++) {
        uint8_t bytes[AREA];
        struct cursor cursor = cursor_over(bytes, AREA);
        uint64_t first, blocks;

        if (!dk_store_read(packed->file, bytes, AREA, at + (uint64_t)i * AREA, error))
            return false;
        first = cursor_le32(&cursor);
        blocks = cursor_le32(&cursor);
        marked += blocks;
        if (blocks == 0 || first + blocks > count || marked > count)
            return dk_fail(error, DK_ERROR_FORMAT,
                           "%s: area %" PRIu32 " at byte %" PRIu64 " is of blocks %" PRIu64 " to %" PRIu64
                           ", and there are %" PRIu64,
                           packed->path, i, at + (uint64_t)i * AREA, first, first + blocks - 1, count);
        for (uint64_t block = first; block < first + blocks; block++)
            set_length(packed, block, STORED);
    }
    return true;
}

static bool dax_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct packed packed = { .file = candidate->store,
                             .path = candidate->path,
                             .block_size = BLOCK,
                             .codecs = { &dk_codec_zlib },
                             .locate = locate };
    struct cursor cursor = cursor_over(candidate->head, candidate->head_size);
    uint64_t table_size;
    uint32_t version, areas;

    cursor_skip(&cursor, 4);
    packed.size = cursor_le32(&cursor);
    version = cursor_le32(&cursor);
    areas = cursor_le32(&cursor);
    if (candidate->head_size < HEADER)
        return dk_fail(error, DK_ERROR_FORMAT, "%s ends within its header, at byte %" PRIu64, candidate->path,
                       candidate->store->size);
    if (version > 1)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: version %" PRIu32 ", where 0 and 1 are known", candidate->path,
                       version);
    table_size = packed_count(&packed) * 6;
    if (!packed_plausible(&packed, HEADER, table_size, error) ||
        !packed_load_table(&packed, HEADER, table_size, &disc->notes, error))
        return false;
    for (uint64_t i = 0; i < packed_count(&packed); i++)
        if (length_of(&packed, i) & STORED)
            set_length(&packed, i, NO_LENGTH);
    if (version == 1 && !mark_areas(&packed, HEADER + table_size, areas, error)) {
        free(packed.table);
        return false;
    }
    return packed_read(&packed, disc, error);
}

const struct dk_format format_dax = {
    .id = "dax",
    .name = "compressed ISO (DAX)",
    .suffixes = "dax",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD,
    .probe = dax_probe,
    .read = dax_read,
};
