/*
 * Bits and Huffman codes of CHD: bits from the highest of each byte on; codes in rising order from the longest length
 * down, so that the longest are the smallest numbers, the reverse of deflate's.
 */
#ifndef FORMATS_CHD_HUFFMAN_H
#define FORMATS_CHD_HUFFMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bits {
    const uint8_t *at, *end;
    uint64_t window; /* the next bits, from bit 63 down */
    unsigned count;  /* how many of them are there */
    bool overrun;    /* more was taken than there is; what is beyond the end reads as zeros */
};

struct bits bits_over(const void *bytes, size_t size);
void bits_fill(struct bits *bits); /* so that 56 can be looked at, or all that are left */

/* The next `count` bits, 0 to 32, which stay. */
static inline uint32_t bits_peek(struct bits *bits, unsigned count)
{
    if (bits->count < count)
        bits_fill(bits);
    return count ? (uint32_t)(bits->window >> (64 - count)) : 0;
}

static inline void bits_skip(struct bits *bits, unsigned count)
{
    if (count > bits->count) {
        bits->overrun = true;
        count = bits->count;
    }
    bits->window = count < 64 ? bits->window << count : 0;
    bits->count -= count;
}

static inline uint32_t bits_take(struct bits *bits, unsigned count)
{
    const uint32_t value = bits_peek(bits, count);

    bits_skip(bits, count);
    return value;
}

enum { HUFFMAN_SYMBOLS = 256, HUFFMAN_BITS = 16 };

struct huffman {
    unsigned symbols;                  /* how many there can be, up to HUFFMAN_SYMBOLS */
    unsigned bits_max;                 /* of a code, up to HUFFMAN_BITS */
    uint8_t lengths[HUFFMAN_SYMBOLS];  /* 0: has no code */
    unsigned width;                    /* of the table's index */
    uint16_t table[1 << HUFFMAN_BITS]; /* symbol << 5 | length; 0: no code begins so */
};

void huffman_start(struct huffman *huffman, unsigned symbols, unsigned bits_max); /* before a tree is read */
/* Reads a tree. False: it is none, or the bits end in it. */
bool huffman_read_rle(struct huffman *huffman, struct bits *bits);     /* of maps: lengths, repeated ones counted */
bool huffman_read_huffman(struct huffman *huffman, struct bits *bits); /* of hunks: lengths under a small tree */

/* The next symbol; -1: what comes is no code. */
static inline int huffman_take(const struct huffman *huffman, struct bits *bits)
{
    const uint16_t found = huffman->table[bits_peek(bits, huffman->width)];

    if (found == 0)
        return -1;
    bits_skip(bits, found & 31);
    return found >> 5;
}

#endif
