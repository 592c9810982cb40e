/* Packing hunks for CHD: bits and Huffman codes written, a hunk by each codec, the smallest taken. */
#ifndef FORMATS_CHD_ENCODE_H
#define FORMATS_CHD_ENCODE_H

#include "formats/chd.h"
#include "formats/chd_huffman.h"

/* ---- Bits ---- */

struct bit_sink {
    uint8_t *to, *end;
    uint64_t window; /* the bits that wait, from bit 0 up */
    unsigned count;
    bool full; /* there was no room for what came */
};

struct bit_sink sink_over(void *bytes, size_t room);
void sink_put(struct bit_sink *sink, uint64_t value, unsigned count); /* up to 32 bits */
/* Zeros up to a whole byte; returns where the bits end. */
uint8_t *sink_end(struct bit_sink *sink);

/* ---- Huffman codes ---- */

struct huffman_codes {
    unsigned symbols, bits_max;
    uint8_t lengths[HUFFMAN_SYMBOLS]; /* 0: it never comes */
    uint16_t codes[HUFFMAN_SYMBOLS];
};

/* Codes for symbols that come so often, none of them longer than `bits_max`. */
void huffman_make(struct huffman_codes *codes, const uint32_t *counts, unsigned symbols, unsigned bits_max);
/* The trees that huffman_read_rle() and huffman_read_huffman() read. */
void huffman_put_rle(const struct huffman_codes *codes, struct bit_sink *sink);
void huffman_put_huffman(const struct huffman_codes *codes, struct bit_sink *sink);

static inline void huffman_put(const struct huffman_codes *codes, unsigned symbol, struct bit_sink *sink)
{
    sink_put(sink, codes->codes[symbol], codes->lengths[symbol]);
}

/* ---- Codecs ---- */

/* How much work a hunk is worth. */
enum chd_effort {
    CHD_FAST,   /* LZMA and deflate at less than their best */
    CHD_NORMAL, /* what is nearly sure not to be the smallest is not tried */
    CHD_MOST,   /* every codec on every hunk, with all that it has */
};

struct chd_packing {
    uint32_t codecs[CHD_CODECS]; /* tags; 0: no more */
    uint32_t hunk_size;
    enum chd_effort effort;
    unsigned threads; /* 0: one a processor */
};

/* What one thread needs; NULL: out of memory. */
struct chd_encoder;
struct chd_encoder *chd_encoder_new(const struct chd_packing *packing);
void chd_encoder_free(struct chd_encoder *encoder);
/*
 * Packs a whole hunk into `to`, which has room for one, and returns its size; `slot` is that of the codec, or
 * CHD_STORED.
 */
size_t chd_encode_hunk(struct chd_encoder *encoder, const uint8_t *hunk, uint8_t *to, unsigned *slot);

/*
 * FLAC frames of `pairs` of samples in blocks of `block`, without anything before them. 0: no room. The worker is
 * NULL-able state of chd_flac_encoder_new().
 */
struct chd_flac_encoder;
struct chd_flac_encoder *chd_flac_encoder_new(void);
void chd_flac_encoder_free(struct chd_flac_encoder *encoder);
size_t chd_flac_encode(struct chd_flac_encoder *encoder, const uint8_t *from, size_t pairs, bool big_endian,
                       unsigned block, uint8_t *to, size_t room);

#endif
