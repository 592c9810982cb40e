/* CHD: LZMA without a header and without an end mark, and hunks that are Huffman codes alone. */
#include "formats/chd_codec.h"
#include "formats/chd_huffman.h"

#include <lzma.h>
#include <stdlib.h>

/* ---- LZMA ---- */

enum { DICTIONARY_MIN = 4096 };

static void *lzma_new(void)
{
    return calloc(1, sizeof(lzma_stream)); /* zeros are LZMA_STREAM_INIT */
}

static void lzma_free_worker(void *worker)
{
    lzma_end(worker);
    free(worker);
}

static bool lzma_decode(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                        struct dk_error *error)
{
    lzma_options_lzma options = {
        .dict_size = to_size < DICTIONARY_MIN ? DICTIONARY_MIN : (uint32_t)to_size,
        .lc = 3,
        .lp = 0,
        .pb = 2,
        .ext_size_low = (uint32_t)to_size, /* it ends after so many bytes */
    };
    const lzma_filter filters[] = { { LZMA_FILTER_LZMA1EXT, &options }, { LZMA_VLI_UNKNOWN, NULL } };
    lzma_stream *stream = worker;

    if (lzma_raw_decoder(stream, filters) != LZMA_OK)
        return dk_fail(error, DK_ERROR_SYSTEM, "the LZMA decoder cannot be started");
    stream->next_in = from;
    stream->avail_in = from_size;
    stream->next_out = to;
    stream->avail_out = to_size;
    if (lzma_code(stream, LZMA_FINISH) != LZMA_STREAM_END || stream->avail_out)
        return dk_fail(error, DK_ERROR_DAMAGED, "its LZMA stream is damaged");
    return true;
}

const struct dk_codec chd_lzma = { "lzma", lzma_new, lzma_free_worker, lzma_decode };

/* ---- Huffman ---- */

static void *huff_new(void)
{
    return malloc(sizeof(struct huffman));
}

static bool huff_decode(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                        struct dk_error *error)
{
    struct huffman *huffman = worker;
    struct bits bits = bits_over(from, from_size);

    huffman_start(huffman, HUFFMAN_SYMBOLS, HUFFMAN_BITS);
    if (!huffman_read_huffman(huffman, &bits))
        return dk_fail(error, DK_ERROR_DAMAGED, "it has no tree of Huffman codes");
    for (size_t i = 0; i < to_size; i++) {
        const int symbol = huffman_take(huffman, &bits);

        if (symbol < 0 || bits.overrun)
            return dk_fail(error, DK_ERROR_DAMAGED, "its Huffman codes end at byte %zu", i);
        to[i] = (uint8_t)symbol;
    }
    return true;
}

const struct dk_codec chd_huff = { "huff", huff_new, free, huff_decode };
