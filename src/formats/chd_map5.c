/*
 * CHD version 5: the compressed map. A Huffman tree, then the kinds of all hunks, then lengths, check sums and
 * references in the order of the hunks, one stream of bits. It is expanded to twelve bytes a hunk, over which the map's
 * own check sum goes.
 */
#include "formats/chd.h"
#include "formats/chd_huffman.h"
#include "util/arena.h"
#include "util/checked.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    MAP_HEAD = 16,
    KINDS = 16, /* symbols of the tree */
    KIND_BITS = 8,
    HUNKS_A_BYTE = 800, /* eight symbols of one bit, the most that three of them say is 274 hunks */
};

/* Kinds that only the compressed map has; 0 to 6 are those of enum chd_kind. */
enum {
    RUN_SHORT = 7,
    RUN_LONG,
    SELF_SAME,
    SELF_NEXT,
    PARENT_HERE,
    PARENT_SAME,
    PARENT_NEXT,
    KIND_END,
};

struct expanding {
    struct chd *chd;
    struct bits bits;
    struct huffman kinds;
    unsigned length_bits, self_bits, parent_bits;
    uint64_t offset; /* of the next stored hunk */
    uint64_t last_self, last_parent;
    uint64_t units; /* of a hunk */
};

static bool ends_early(const struct expanding *map, uint32_t hunk, struct dk_error *error)
{
    return dk_fail(error, DK_ERROR_DAMAGED, "%s: the map at byte %" PRIu64 " ends or goes wrong at hunk %" PRIu32,
                   map->chd->file->name, map->chd->header.map_offset, hunk);
}

/* The kind of each hunk into the first of its twelve bytes. */
static bool expand_kinds(struct expanding *map, struct dk_error *error)
{
    const uint32_t count = map->chd->header.hunk_count;
    uint32_t repeat = 0;
    int last = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (repeat) {
            repeat--;
        } else {
            const int symbol = huffman_take(&map->kinds, &map->bits);
            int more = 0, most = 0;

            if (symbol == RUN_LONG)
                most = huffman_take(&map->kinds, &map->bits);
            if (symbol == RUN_SHORT || symbol == RUN_LONG)
                more = huffman_take(&map->kinds, &map->bits);
            if (symbol < 0 || symbol >= KIND_END || more < 0 || most < 0 || map->bits.overrun)
                return ends_early(map, i, error);
            if (symbol == RUN_SHORT)
                repeat = 2 + (uint32_t)more;
            else if (symbol == RUN_LONG)
                repeat = 18 + 16 * (uint32_t)most + (uint32_t)more;
            else
                last = symbol;
        }
        map->chd->map[(size_t)i * CHD_ENTRY_V5] = (uint8_t)last;
    }
    return true;
}

static void put(uint8_t *entry, unsigned kind, uint32_t length, uint64_t offset, uint16_t crc)
{
    entry[0] = (uint8_t)kind;
    for (int i = 0; i < 3; i++)
        entry[1 + i] = (uint8_t)(length >> (16 - 8 * i));
    for (int i = 0; i < 6; i++)
        entry[4 + i] = (uint8_t)(offset >> (40 - 8 * i));
    entry[10] = (uint8_t)(crc >> 8);
    entry[11] = (uint8_t)crc;
}

static void expand_stored(struct expanding *map, uint8_t *entry)
{
    const uint32_t length =
        entry[0] == CHD_STORED ? map->chd->header.hunk_size : bits_take(&map->bits, map->length_bits);

    put(entry, entry[0], length, map->offset, (uint16_t)bits_take(&map->bits, 16));
    map->offset += length;
}

static uint64_t take_wide(struct bits *bits, unsigned count)
{
    const uint64_t high = count > 32 ? (uint64_t)bits_take(bits, count - 32) << 32 : 0;

    return high | bits_take(bits, count > 32 ? 32 : count);
}

static void expand_reference(struct expanding *map, uint32_t hunk, uint8_t *entry)
{
    switch (entry[0]) {
    case CHD_SELF:
        map->last_self = bits_take(&map->bits, map->self_bits);
        break;
    case SELF_NEXT:
        map->last_self++;
        break;
    case CHD_PARENT:
        map->last_parent = take_wide(&map->bits, map->parent_bits);
        break;
    case PARENT_HERE:
        map->last_parent = hunk * map->units;
        break;
    case PARENT_NEXT:
        map->last_parent += map->units;
        break;
    default: /* the same as before */
        break;
    }
    if (entry[0] == CHD_SELF || entry[0] == SELF_SAME || entry[0] == SELF_NEXT)
        put(entry, CHD_SELF, 0, map->last_self, 0);
    else
        put(entry, CHD_PARENT, 0, map->last_parent, 0);
}

static bool expand_fields(struct expanding *map, struct dk_error *error)
{
    for (uint32_t i = 0; i < map->chd->header.hunk_count; i++) {
        uint8_t *entry = map->chd->map + (size_t)i * CHD_ENTRY_V5;

        if (entry[0] <= CHD_STORED)
            expand_stored(map, entry);
        else
            expand_reference(map, i, entry);
        if (map->bits.overrun)
            return ends_early(map, i, error);
    }
    return true;
}

static bool expand(struct expanding *map, uint16_t crc, struct dk_error *error)
{
    const struct chd *chd = map->chd;
    const size_t size = (size_t)chd->header.hunk_count * CHD_ENTRY_V5;
    uint16_t found;

    huffman_start(&map->kinds, KINDS, KIND_BITS);
    if (!huffman_read_rle(&map->kinds, &map->bits))
        return dk_fail(error, DK_ERROR_DAMAGED, "%s: the map at byte %" PRIu64 " begins with no tree of codes",
                       chd->file->name, chd->header.map_offset);
    if (!expand_kinds(map, error) || !expand_fields(map, error))
        return false;
    found = chd_crc16(chd->map, size);
    return found == crc || dk_fail(error, DK_ERROR_DAMAGED,
                                   "%s: the map at byte %" PRIu64 " is damaged: its CRC should be %04X, and is %04X",
                                   chd->file->name, chd->header.map_offset, crc, found);
}

static bool check_size(const struct chd *chd, uint32_t size, struct dk_error *error)
{
    const struct chd_header *header = &chd->header;

    if (!range_inside(header->map_offset + MAP_HEAD, size, chd->file->size))
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: the map at byte %" PRIu64 " says that it has %" PRIu32 " bytes, past its end",
                       chd->file->name, header->map_offset, size);
    if (header->hunk_count / HUNKS_A_BYTE > size)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: a map of %" PRIu32 " bytes cannot describe %" PRIu32 " hunks, which %" PRIu64
                       " bytes would be",
                       chd->file->name, size, header->hunk_count, header->logical_size);
    return true;
}

static void free_bytes(uint8_t **bytes)
{
    free(*bytes);
}

static void free_expanding(struct expanding **map)
{
    free(*map);
}

bool chd_expand_map(struct chd *chd, struct dk_error *error)
{
    DK_CLEANUP(free_bytes) uint8_t *packed = NULL;
    DK_CLEANUP(free_expanding) struct expanding *map = calloc(1, sizeof *map);
    const struct chd_header *header = &chd->header;
    uint8_t head[MAP_HEAD];
    struct cursor cursor = cursor_over(head, sizeof head);
    uint32_t size;
    uint16_t crc;

    if (!map)
        return dk_fail_errno(error, "cannot read the map of %s", chd->file->name);
    if (!range_inside(header->map_offset, MAP_HEAD, chd->file->size))
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s has %" PRIu64 " bytes, and its map should be at byte %" PRIu64 ": it is cut short",
                       chd->file->name, chd->file->size, header->map_offset);
    if (!dk_store_read(chd->file, head, sizeof head, header->map_offset, error))
        return false;
    size = cursor_be32(&cursor);
    *map = (struct expanding){ .chd = chd, .units = header->hunk_size / header->unit_size };
    map->offset = cursor_big_endian(&cursor, 6);
    crc = cursor_be16(&cursor);
    map->length_bits = cursor_u8(&cursor);
    map->self_bits = cursor_u8(&cursor);
    map->parent_bits = cursor_u8(&cursor);
    if (map->length_bits > 24 || map->self_bits > 32 || map->parent_bits > 48)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the map at byte %" PRIu64 " has numbers of %u, %u and %u bits",
                       chd->file->name, header->map_offset, map->length_bits, map->self_bits, map->parent_bits);
    if (!check_size(chd, size, error))
        return false;
    packed = malloc(size + (size_t)1);
    if (!packed)
        return dk_fail_errno(error, "cannot read the map of %s", chd->file->name);
    if (!dk_store_read(chd->file, packed, size, header->map_offset + MAP_HEAD, error))
        return false;
    map->bits = bits_over(packed, size);
    chd->map = arena_zeroed(chd->arena, header->hunk_count, CHD_ENTRY_V5);
    return expand(map, crc, error);
}
