/* DAA: chunks, which are deflate streams whose types of blocks may have other numbers, or LZMA without a header. */
#include "formats/daa.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    WINDOW = 32 << 10,       /* how far back deflate refers (RFC 1951) */
    DICTIONARY_LEAST = 4096, /* of LZMA, as liblzma has it */
};

/* ---- Deflate ---- */

/* For each permutation: what the numbers 0 to 3 in a stream are by RFC 1951; 3 is an error there. */
static const uint8_t true_types[4][4] = {
    { 0, 1, 2, 3 },
    { 2, 0, 1, 3 },
    { 0, 2, 1, 3 },
    { 1, 0, 2, 3 },
};

struct stream {
    uint8_t *from, *to;
    size_t from_size, room;
    uint64_t bit; /* of `from`, where the next block begins */
    size_t made;
    bool last; /* of the block that was looked at last */
};

static unsigned bit_at(const struct stream *stream, uint64_t bit)
{
    return stream->from[bit >> 3] >> (bit & 7) & 1;
}

static void set_bit(struct stream *stream, uint64_t bit, unsigned value)
{
    stream->from[bit >> 3] = (uint8_t)((stream->from[bit >> 3] & ~(1U << (bit & 7))) | value << (bit & 7));
}

/* Reads whether a block is the last, and gives its type the number of RFC 1951. False: the stream ends there. */
static bool mend_header(struct stream *stream, unsigned permutation)
{
    const uint64_t at = stream->bit + 1;
    unsigned type;

    if (at + 2 > (uint64_t)stream->from_size * 8)
        return false;
    stream->last = bit_at(stream, stream->bit);
    type = true_types[permutation][bit_at(stream, at) | bit_at(stream, at + 1) << 1];
    set_bit(stream, at, type & 1);
    set_bit(stream, at + 1, type >> 1);
    return true;
}

/*
 * Inflates one block with a stream of zlib's that begins there, since zlib holds bits of the next block back when it
 * ends, where they could not be mended any more.
 */
static bool inflate_block(struct stream *stream, z_stream *z)
{
    const size_t window = stream->made < WINDOW ? stream->made : WINDOW;
    const unsigned skip = stream->bit & 7;
    size_t byte = (size_t)(stream->bit >> 3);
    int result;

    if (inflateReset(z) != Z_OK ||
        (window && inflateSetDictionary(z, stream->to + stream->made - window, (unsigned)window) != Z_OK))
        return false;
    if (skip && inflatePrime(z, 8 - (int)skip, stream->from[byte++] >> skip) != Z_OK)
        return false;
    z->next_in = stream->from + byte;
    z->avail_in = (unsigned)(stream->from_size - byte);
    z->next_out = stream->to + stream->made;
    z->avail_out = (unsigned)(stream->room - stream->made);
    result = inflate(z, Z_BLOCK);
    stream->made = stream->room - z->avail_out;
    stream->bit = (uint64_t)(z->next_in - stream->from) * 8 - (unsigned)(z->data_type & 7);
    return result == Z_OK && z->data_type & 128;
}

static bool inflate_blocks(struct stream *stream, unsigned permutation)
{
    z_stream z = { 0 };
    bool right = inflateInit2(&z, -15) == Z_OK;

    while (right && !stream->last)
        right = mend_header(stream, permutation) && inflate_block(stream, &z);
    inflateEnd(&z);
    return right;
}

bool daa_inflate(unsigned permutation, uint8_t *from, size_t from_size, uint8_t *to, size_t room, size_t *made,
                 struct dk_error *error)
{
    struct stream stream = { .from = from, .to = to, .from_size = from_size, .room = room };
    const bool right = inflate_blocks(&stream, permutation);

    *made = stream.made;
    return right || dk_fail(error, DK_ERROR_DAMAGED, "its deflate stream is wrong after %zu bytes", stream.made);
}

/* ---- Chunks ---- */

/*
 * Takes `made` bytes of a chunk, of which the image needs `size`. Only of its last chunk are there more: writers differ
 * in whether they fill that up.
 */
static bool take(const uint8_t *chunk, size_t made, uint8_t *to, size_t size, struct dk_error *error)
{
    if (made < size)
        return dk_fail(error, DK_ERROR_DAMAGED, "it gives %zu bytes, not %zu", made, size);
    memcpy(to, chunk, size);
    return true;
}

struct chunk {
    uint8_t *bytes;
};

static void free_chunk(struct chunk *chunk)
{
    free(chunk->bytes);
}

static bool make_room(struct chunk *chunk, const struct daa_coding *coding, struct dk_error *error)
{
    chunk->bytes = malloc(coding->chunk_size);
    return chunk->bytes || dk_fail(error, DK_ERROR_SYSTEM, "no memory is left");
}

bool daa_decode_deflate(void *context, uint8_t *from, size_t from_size, uint8_t *to, size_t size,
                        struct dk_error *error)
{
    const struct daa_coding *coding = context;
    DK_CLEANUP(free_chunk) struct chunk chunk = { 0 };
    size_t made;

    if (!make_room(&chunk, coding, error))
        return false;
    if (daa_inflate(coding->permutation, from, from_size, chunk.bytes, coding->chunk_size, &made, error))
        return take(chunk.bytes, made, to, size, error);
    if (!coding->stored_where_long || from_size < size)
        return false;
    memcpy(to, from, size);
    return true;
}

/* A stream that ends without saying so ends where its output is whole: known for all chunks but the last. */
static bool run_lzma(const struct daa_coding *coding, bool size_known, const uint8_t *from, size_t from_size,
                     uint8_t *to, size_t *made)
{
    lzma_options_lzma options = {
        .dict_size = coding->chunk_size > DICTIONARY_LEAST ? coding->chunk_size : DICTIONARY_LEAST,
        .lc = coding->literal_context,
        .lp = coding->literal_position,
        .pb = coding->position,
        .ext_flags = LZMA_LZMA1EXT_ALLOW_EOPM,
        .ext_size_low = coding->chunk_size,
    };
    const lzma_filter lzma = { .id = size_known ? LZMA_FILTER_LZMA1EXT : LZMA_FILTER_LZMA1, .options = &options };
    const lzma_filter end = { .id = LZMA_VLI_UNKNOWN };
    const lzma_filter plain[] = { lzma, end }, filtered[] = { { .id = LZMA_FILTER_X86 }, lzma, end };
    lzma_stream stream = LZMA_STREAM_INIT;
    lzma_ret result = lzma_raw_decoder(&stream, coding->filtered ? filtered : plain);

    stream.next_in = from;
    stream.avail_in = from_size;
    stream.next_out = to;
    stream.avail_out = coding->chunk_size;
    while (result == LZMA_OK)
        result = lzma_code(&stream, LZMA_FINISH);
    *made = coding->chunk_size - stream.avail_out;
    lzma_end(&stream);
    return result == LZMA_STREAM_END;
}

bool daa_decode_lzma(void *context, uint8_t *from, size_t from_size, uint8_t *to, size_t size, struct dk_error *error)
{
    const struct daa_coding *coding = context;
    DK_CLEANUP(free_chunk) struct chunk chunk = { 0 };
    size_t made;

    if (!make_room(&chunk, coding, error))
        return false;
    if (run_lzma(coding, true, from, from_size, chunk.bytes, &made))
        return take(chunk.bytes, made, to, size, error);
    if (size == coding->chunk_size)
        return dk_fail(error, DK_ERROR_DAMAGED, "its LZMA stream is wrong after %zu bytes", made);
    run_lzma(coding, false, from, from_size, chunk.bytes, &made);
    return take(chunk.bytes, made, to, size, error);
}
