/* gzip (RFC 1952): members one behind the other, zeros behind the last. */
#include "formats/peel.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { GZIP_HEADER = 16 /* of inflateInit2(): a gzip header and its sum */ };

static bool is_gzip(const struct dk_candidate *candidate)
{
    return candidate->head_size >= 3 && memcmp(candidate->head, "\x1F\x8B\x08", 3) == 0;
}

/* What follows a member: another one, or padding, which ends it. */
static bool another_follows(const z_stream *stream)
{
    return stream->avail_in > 0 && stream->next_in[0] == 0x1F;
}

static bool inflate_all(struct peeling *peeling, z_stream *stream, uint8_t *out, struct dk_error *error)
{
    int result = Z_OK;
    size_t count;

    for (;;) {
        if (stream->avail_in == 0) {
            if (!peel_next(peeling, &count, error))
                return false;
            stream->next_in = peeling->bytes;
            stream->avail_in = (uInt)count;
            if (count == 0)
                return result == Z_STREAM_END || peel_damaged(peeling, error, "the gzip data end too early");
        }
        if (result == Z_STREAM_END && !another_follows(stream))
            return true;
        if (result == Z_STREAM_END)
            inflateReset(stream);
        stream->next_out = out;
        stream->avail_out = PEEL_PIECE;
        result = inflate(stream, Z_NO_FLUSH);
        if (!peel_put(peeling, out, PEEL_PIECE - stream->avail_out, error))
            return false;
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return peel_damaged(peeling, error, "the gzip data are damaged");
    }
}

static bool gzip_unpack(struct peeling *peeling, struct dk_error *error)
{
    uint8_t *out = malloc(PEEL_PIECE);
    z_stream stream = { 0 };
    bool right;

    if (!out || inflateInit2(&stream, MAX_WBITS + GZIP_HEADER) != Z_OK) {
        free(out);
        return dk_fail(error, DK_ERROR_SYSTEM, "no memory to unpack %s", peeling->from->name);
    }
    right = inflate_all(peeling, &stream, out, error);
    inflateEnd(&stream);
    free(out);
    return right;
}

const struct peel_kind peel_gzip = { .name = "gzip", .is = is_gzip, .unpack = gzip_unpack };
