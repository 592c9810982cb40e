/* xz: streams of blocks, with zeros between and behind them. */
#include "formats/peel.h"

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

const struct peel_kind peel_xz = { .name = "xz", .is = is_xz, .unpack = xz_unpack };
