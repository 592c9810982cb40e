/* CHD: trees of Huffman codes as maps and hunks have them. */
#include "formats/chd_huffman.h"

#include <endian.h>
#include <string.h>

enum {
    SMALL_SYMBOLS = 24, /* of the tree that the lengths of a hunk's tree are written by */
    SMALL_BITS = 6,
};

struct bits bits_over(const void *bytes, size_t size)
{
    return (struct bits){ .at = bytes, .end = (const uint8_t *)bytes + size };
}

void bits_fill(struct bits *bits)
{
    uint64_t eight;

    if (bits->end - bits->at >= (ptrdiff_t)sizeof eight && bits->count < 56) {
        memcpy(&eight, bits->at, sizeof eight);
        bits->window |= be64toh(eight) >> bits->count; /* what is beyond the whole bytes comes again, the same */
        bits->at += (63 - bits->count) >> 3;
        bits->count |= 56;
        return;
    }
    while (bits->count <= 56 && bits->at < bits->end) {
        bits->window |= (uint64_t)*bits->at++ << (56 - bits->count);
        bits->count += 8;
    }
}

void huffman_start(struct huffman *huffman, unsigned symbols, unsigned bits_max)
{
    huffman->symbols = symbols;
    huffman->bits_max = bits_max;
    memset(huffman->lengths, 0, sizeof huffman->lengths);
}

/* ---- From lengths to codes ---- */

static void put_code(struct huffman *huffman, unsigned symbol, unsigned code)
{
    const unsigned length = huffman->lengths[symbol], shift = huffman->width - length;

    for (unsigned i = 0; i < 1U << shift; i++)
        huffman->table[(code << shift) + i] = (uint16_t)(symbol << 5 | length);
}

/* False: the lengths make no codes: too many short ones, or a hole that is not that of a lone code. */
static bool make_codes(struct huffman *huffman)
{
    unsigned counts[HUFFMAN_BITS + 1] = { 0 }, next[HUFFMAN_BITS + 1], start = 0;

    huffman->width = 1;
    for (unsigned i = 0; i < huffman->symbols; i++) {
        const unsigned length = huffman->lengths[i];

        if (length > huffman->bits_max)
            return false;
        counts[length]++;
        huffman->width = length > huffman->width ? length : huffman->width;
    }
    for (unsigned length = HUFFMAN_BITS; length > 0; length--) {
        const unsigned end = start + counts[length];

        next[length] = start;
        if (length > 1 ? end % 2 != 0 : end > 2)
            return false;
        start = end / 2;
    }
    memset(huffman->table, 0, sizeof *huffman->table << huffman->width);
    for (unsigned i = 0; i < huffman->symbols; i++)
        if (huffman->lengths[i])
            put_code(huffman, i, next[huffman->lengths[i]]++);
    return true;
}

/* ---- Trees as they are written ---- */

bool huffman_read_rle(struct huffman *huffman, struct bits *bits)
{
    const unsigned width = huffman->bits_max >= 16 ? 5 : huffman->bits_max >= 8 ? 4 : 3;
    unsigned symbol = 0;

    while (symbol < huffman->symbols) {
        unsigned length = bits_take(bits, width), count = 1;

        if (length == 1) {
            length = bits_take(bits, width);
            if (length != 1)
                count = bits_take(bits, width) + 3;
        }
        if (count > huffman->symbols - symbol || bits->overrun)
            return false;
        memset(huffman->lengths + symbol, (int)length, count);
        symbol += count;
    }
    return make_codes(huffman);
}

static bool read_small(struct huffman *small, struct bits *bits)
{
    unsigned start;

    huffman_start(small, SMALL_SYMBOLS, SMALL_BITS);
    small->lengths[0] = (uint8_t)bits_take(bits, 3);
    start = bits_take(bits, 3) + 1;
    for (unsigned symbol = start; symbol < SMALL_SYMBOLS; symbol++) {
        const unsigned length = bits_take(bits, 3);

        if (length == 7)
            break;
        small->lengths[symbol] = (uint8_t)length;
    }
    return !bits->overrun && make_codes(small);
}

bool huffman_read_huffman(struct huffman *huffman, struct bits *bits)
{
    enum { REPEAT_BITS = 3, REPEAT_MIN = 2, REPEAT_MORE = 9, REPEAT_MORE_BITS = 8 };
    struct huffman small;
    unsigned symbol = 0;
    uint8_t last = 0;

    if (!read_small(&small, bits))
        return false;
    while (symbol < huffman->symbols) {
        const int value = huffman_take(&small, bits);
        unsigned count = 1;

        if (value < 0 || bits->overrun)
            return false;
        if (value == 0) {
            count = bits_take(bits, REPEAT_BITS) + REPEAT_MIN;
            if (count == REPEAT_MORE)
                count += bits_take(bits, REPEAT_MORE_BITS);
        } else {
            last = (uint8_t)(value - 1);
        }
        if (count > huffman->symbols - symbol)
            count = huffman->symbols - symbol;
        memset(huffman->lengths + symbol, last, count);
        symbol += count;
    }
    return !bits->overrun && make_codes(huffman);
}
