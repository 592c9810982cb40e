/* CHD: the compressed map, written; see chd_map5.c for what it is. */
#include "formats/chd_plan.h"

#include "util/cursor.h"

#include <stdlib.h>

enum {
    MAP_HEAD = 16,
    KINDS = 16,
    KIND_BITS = 8,
    RUN_SHORT = 7, /* and a symbol of 0 to 15: 3 to 18 hunks more as before */
    RUN_LONG = 8,  /* and two symbols: 19 to 274 */
    RUN_SHORT_MIN = 3,
    RUN_LONG_MIN = 19,
    RUN_MOST = 274,
    SELF_SAME = 9,
    SELF_NEXT = 10,
};

struct entry {
    unsigned kind;
    uint32_t length;
    uint64_t offset;
    uint16_t crc;
};

static struct entry read_entry(const uint8_t *entries, uint32_t index)
{
    struct cursor cursor = cursor_over(entries + (size_t)index * CHD_ENTRY_V5, CHD_ENTRY_V5);
    struct entry entry = { .kind = cursor_u8(&cursor) };

    entry.length = (uint32_t)cursor_big_endian(&cursor, 3);
    entry.offset = cursor_big_endian(&cursor, 6);
    entry.crc = cursor_be16(&cursor);
    return entry;
}

struct map_writer {
    const uint8_t *entries;
    uint32_t count;
    uint8_t *symbols; /* of the kinds, with runs counted */
    size_t symbol_count;
    uint32_t longest;
    uint64_t last_self, farthest_self; /* of copies whose hunk is written out */
};

static unsigned width_of(uint64_t value)
{
    return value ? 64 - (unsigned)__builtin_clzll(value) : 0;
}

/* The kind as it is written: a copy of the same hunk as the last copy, or of the next one, needs no number. */
static uint8_t kind_of(struct map_writer *map, const struct entry *entry)
{
    uint8_t kind = (uint8_t)entry->kind;

    if (entry->kind != CHD_SELF)
        return kind;
    if (entry->offset == map->last_self)
        kind = SELF_SAME;
    else if (entry->offset == map->last_self + 1)
        kind = SELF_NEXT;
    else if (entry->offset > map->farthest_self)
        map->farthest_self = entry->offset;
    map->last_self = entry->offset;
    return kind;
}

static void put_run(struct map_writer *map, uint8_t kind, uint32_t run)
{
    uint8_t *to = map->symbols;
    size_t count = map->symbol_count;

    while (run) {
        uint32_t piece = 1;

        if (run >= RUN_LONG_MIN) {
            piece = run < RUN_MOST ? run : RUN_MOST;
            to[count++] = RUN_LONG;
            to[count++] = (uint8_t)((piece - RUN_LONG_MIN) >> 4);
            to[count++] = (piece - RUN_LONG_MIN) & 15;
        } else if (run >= RUN_SHORT_MIN) {
            piece = run;
            to[count++] = RUN_SHORT;
            to[count++] = (uint8_t)(piece - RUN_SHORT_MIN);
        } else {
            to[count++] = kind;
        }
        run -= piece;
    }
    map->symbol_count = count;
}

static void gather(struct map_writer *map)
{
    uint32_t run = 0;
    uint8_t last = 0; /* a run at the very beginning would be of this kind */

    for (uint32_t i = 0; i < map->count; i++) {
        const struct entry entry = read_entry(map->entries, i);
        const uint8_t kind = kind_of(map, &entry);

        map->longest = entry.length > map->longest ? entry.length : map->longest;
        if (kind == last) {
            run++;
            continue;
        }
        put_run(map, last, run);
        map->symbols[map->symbol_count++] = kind;
        last = kind;
        run = 0;
    }
    put_run(map, last, run);
}

static void put_fields(struct map_writer *map, unsigned length_bits, unsigned self_bits, struct bit_sink *sink)
{
    map->last_self = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        const struct entry entry = read_entry(map->entries, i);
        const uint8_t kind = kind_of(map, &entry);

        if (kind < CHD_STORED)
            sink_put(sink, entry.length, length_bits);
        if (kind <= CHD_STORED)
            sink_put(sink, entry.crc, 16);
        else if (kind == CHD_SELF)
            sink_put(sink, entry.offset, self_bits);
    }
}

static void put_number(uint8_t *to, uint64_t value, unsigned width)
{
    for (unsigned i = width; i > 0; i--, value >>= 8)
        to[i - 1] = (uint8_t)value;
}

static size_t put_map(struct map_writer *map, uint64_t first, uint8_t *to, size_t room)
{
    const unsigned length_bits = width_of(map->longest), self_bits = width_of(map->farthest_self);
    struct bit_sink sink = sink_over(to + MAP_HEAD, room - MAP_HEAD);
    uint32_t counts[KINDS] = { 0 };
    struct huffman_codes codes;
    size_t size;

    for (size_t i = 0; i < map->symbol_count; i++)
        counts[map->symbols[i]]++;
    huffman_make(&codes, counts, KINDS, KIND_BITS);
    huffman_put_rle(&codes, &sink);
    for (size_t i = 0; i < map->symbol_count; i++)
        huffman_put(&codes, map->symbols[i], &sink);
    put_fields(map, length_bits, self_bits, &sink);
    size = (size_t)(sink_end(&sink) - to);
    put_number(to, size - MAP_HEAD, 4);
    put_number(to + 4, first, 6);
    put_number(to + 10, chd_crc16(map->entries, (size_t)map->count * CHD_ENTRY_V5), 2);
    to[12] = (uint8_t)length_bits;
    to[13] = (uint8_t)self_bits;
    to[14] = to[15] = 0;
    return size;
}

uint8_t *chd_pack_map(const uint8_t *entries, uint32_t count, uint64_t first, size_t *size)
{
    /* a hunk takes a code of 8 bits at most, and 24 and 16 bits, or 32; a run takes less than what it counts */
    const size_t room = MAP_HEAD + 64 + (size_t)count * 7;
    struct map_writer map = { .entries = entries, .count = count, .symbols = malloc((size_t)count + 3) };
    uint8_t *to = malloc(room);

    if (to && map.symbols) {
        gather(&map);
        *size = put_map(&map, first, to, room);
    } else {
        free(to);
        to = NULL;
    }
    free(map.symbols);
    return to;
}
