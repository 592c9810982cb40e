/* xz: streams of blocks, with zeros between and behind them. */
#include "formats/peel.h"
#include "formats/peel_frames.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>

static bool is_xz(const struct dk_candidate *candidate)
{
    static const uint8_t magic[] = { 0xFD, '7', 'z', 'X', 'Z', 0 };

    return candidate->head_size >= sizeof magic && memcmp(candidate->head, magic, sizeof magic) == 0;
}

static bool fail_as(const struct peeling *peeling, lzma_ret result, uint64_t memory, struct dk_error *error)
{
    switch (result) {
    case LZMA_MEMLIMIT_ERROR:
        return dk_fail(error, DK_ERROR_REFUSED, "%s asks for %ju MiB of memory to be unpacked; %d are given",
                       peeling->from->name, (uintmax_t)(memory >> 20), PEEL_MEMORY_MAX >> 20);
    case LZMA_MEM_ERROR:
        return dk_fail(error, DK_ERROR_SYSTEM, "no memory to unpack %s", peeling->from->name);
    case LZMA_BUF_ERROR:
        return peel_damaged(peeling, error, "the xz data end too early");
    case LZMA_OPTIONS_ERROR:
        return dk_fail(error, DK_ERROR_FORMAT, "%s is packed by xz with a filter that is not known",
                       peeling->from->name);
    default:
        return peel_damaged(peeling, error, "the xz data are damaged");
    }
}

static bool decode_all(struct peeling *peeling, lzma_stream *stream, uint8_t *out, struct dk_error *error)
{
    lzma_action action = LZMA_RUN;
    lzma_ret result = LZMA_OK;

    while (result == LZMA_OK) {
        size_t count;

        if (stream->avail_in == 0 && action == LZMA_RUN) {
            if (!peel_next(peeling, &count, error))
                return false;
            stream->next_in = peeling->bytes;
            stream->avail_in = count;
            action = count ? LZMA_RUN : LZMA_FINISH;
        }
        stream->next_out = out;
        stream->avail_out = PEEL_PIECE;
        result = lzma_code(stream, action);
        if (!peel_put(peeling, out, PEEL_PIECE - stream->avail_out, error))
            return false;
    }
    peeling->memory = lzma_memusage(stream);
    return result == LZMA_STREAM_END || fail_as(peeling, result, peeling->memory, error);
}

static bool xz_unpack(struct peeling *peeling, struct dk_error *error)
{
    lzma_stream stream = LZMA_STREAM_INIT;
    uint8_t *out = malloc(PEEL_PIECE);
    bool right;

    if (!out || lzma_stream_decoder(&stream, PEEL_MEMORY_MAX, LZMA_CONCATENATED) != LZMA_OK) {
        free(out);
        return dk_fail(error, DK_ERROR_SYSTEM, "no memory to unpack %s", peeling->from->name);
    }
    right = decode_all(peeling, &stream, out, error);
    lzma_end(&stream);
    free(out);
    return right;
}

/* ---- In place ---- */

enum { INDEX_MEMORY = 32 << 20, BLOCK_MEMORY = 64 << 20 };

static bool decode_block(lzma_check check, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                         struct dk_error *error)
{
    lzma_filter filters[LZMA_FILTERS_MAX + 1] = { { .id = LZMA_VLI_UNKNOWN } };
    lzma_block block = { .version = 1, .check = check, .filters = filters, .ignore_check = false };
    size_t in_at, out_at = 0;
    bool right = false;

    block.header_size = from_size && from[0] ? lzma_block_header_size_decode(from[0]) : 0;
    if (block.header_size == 0 || block.header_size > from_size ||
        lzma_block_header_decode(&block, NULL, from) != LZMA_OK)
        return dk_fail(error, DK_ERROR_DAMAGED, "its xz block has no right header");
    in_at = block.header_size;
    if (lzma_raw_decoder_memusage(filters) > BLOCK_MEMORY)
        dk_fail(error, DK_ERROR_REFUSED, "it asks for more than %d MiB of memory", BLOCK_MEMORY >> 20);
    else if (lzma_block_buffer_decode(&block, NULL, from, &in_at, from_size, to, &out_at, to_size) != LZMA_OK ||
             out_at != to_size)
        dk_fail(error, DK_ERROR_DAMAGED, "its xz data are damaged");
    else
        right = true;
    lzma_filters_free(filters, NULL);
    return right;
}

static bool decode_none(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                        struct dk_error *error)
{
    (void)worker;
    return decode_block(LZMA_CHECK_NONE, from, from_size, to, to_size, error);
}

static bool decode_crc32(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                         struct dk_error *error)
{
    (void)worker;
    return decode_block(LZMA_CHECK_CRC32, from, from_size, to, to_size, error);
}

static bool decode_crc64(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                         struct dk_error *error)
{
    (void)worker;
    return decode_block(LZMA_CHECK_CRC64, from, from_size, to, to_size, error);
}

static bool decode_sha256(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                          struct dk_error *error)
{
    (void)worker;
    return decode_block(LZMA_CHECK_SHA256, from, from_size, to, to_size, error);
}

/* By the check that the stream's flags name. */
static const struct dk_codec block_codecs[LZMA_CHECK_ID_MAX + 1] = {
    [LZMA_CHECK_NONE] = { .name = "xz", .decode = decode_none },
    [LZMA_CHECK_CRC32] = { .name = "xz", .decode = decode_crc32 },
    [LZMA_CHECK_CRC64] = { .name = "xz", .decode = decode_crc64 },
    [LZMA_CHECK_SHA256] = { .name = "xz", .decode = decode_sha256 },
};

/* The index of a file that is one stream; NULL where it is more than that, or none. */
static lzma_index *read_index(struct dk_store *store, lzma_stream_flags *flags)
{
    uint8_t footer[LZMA_STREAM_HEADER_SIZE];
    uint64_t memory = INDEX_MEMORY;
    lzma_index *index = NULL;
    struct dk_error error;
    uint8_t *bytes;
    size_t at = 0;

    if (store->size < 2 * sizeof footer || store->size % 4 ||
        !dk_store_read(store, footer, sizeof footer, store->size - sizeof footer, &error) ||
        lzma_stream_footer_decode(flags, footer) != LZMA_OK || flags->backward_size > INDEX_MEMORY ||
        flags->backward_size > store->size - 2 * sizeof footer)
        return NULL;
    bytes = malloc(flags->backward_size);
    if (bytes &&
        dk_store_read(store, bytes, flags->backward_size, store->size - sizeof footer - flags->backward_size, &error) &&
        lzma_index_buffer_decode(&index, &memory, NULL, bytes, &at, flags->backward_size) != LZMA_OK)
        index = NULL;
    free(bytes);
    if (index && lzma_index_file_size(index) != store->size) {
        lzma_index_end(index, NULL);
        index = NULL;
    }
    return index;
}

/* A single block, or large ones, are unpacked once: a read of 2048 bytes is not to wait for all of that. */
static struct dk_store *xz_in_place(const struct dk_candidate *candidate, struct dk_error *error)
{
    struct frames frames = { .from = LZMA_STREAM_HEADER_SIZE };
    lzma_stream_flags flags;
    lzma_index *index = read_index(candidate->store, &flags);
    lzma_index_iter iter;
    bool right = index && lzma_index_block_count(index) > 1 && block_codecs[flags.check].decode;

    if (index)
        lzma_index_iter_init(&iter, index);
    while (right && !lzma_index_iter_next(&iter, LZMA_INDEX_ITER_BLOCK))
        right = frames_add(&frames, iter.block.total_size, iter.block.uncompressed_size);
    lzma_index_end(index, NULL);
    if (right && frames.count)
        return frames_open(&frames, candidate->store, &block_codecs[flags.check], error);
    frames_free(&frames);
    return NULL;
}

const struct peel_kind peel_xz = { .name = "xz", .is = is_xz, .unpack = xz_unpack, .in_place = xz_in_place };
