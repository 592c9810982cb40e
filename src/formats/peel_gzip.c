/* gzip (RFC 1952): members one behind the other, zeros behind the last. */
#include "formats/peel.h"
#include "formats/peel_frames.h"
#include "util/cursor.h"

#include <libdeflate.h>
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

/* ---- In place ---- */

/*
 * BGZF (the SAM specification, 4.1): members with an extra field BC that says how long the member is, less one; each
 * gives at most 64 KiB, which its last four bytes say.
 */
enum { BGZF_HEADER = 18, BGZF_TRAILER = 4, BGZF_GIVES_MAX = 64 << 10 };

static void *member_new(void)
{
    return libdeflate_alloc_decompressor();
}

static void member_free(void *worker)
{
    libdeflate_free_decompressor(worker);
}

static bool member_decode(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                          struct dk_error *error)
{
    size_t used;

    return libdeflate_gzip_decompress_ex(worker, from, from_size, to, to_size, &used, NULL) == LIBDEFLATE_SUCCESS ||
           dk_fail(error, DK_ERROR_DAMAGED, "its gzip data are damaged");
}

static const struct dk_codec member_codec = {
    .name = "gzip",
    .worker_new = member_new,
    .worker_free = member_free,
    .decode = member_decode,
};

/* Bytes of the BGZF member at `at`, and what it gives; 0: there is none. */
static uint32_t bgzf_member(struct dk_store *store, uint64_t at, uint32_t *gives)
{
    uint8_t header[BGZF_HEADER], trailer[BGZF_TRAILER];
    struct cursor cursor = cursor_over(header + 16, 2);
    struct cursor size = cursor_over(trailer, BGZF_TRAILER);
    struct dk_error error;
    uint32_t length;

    if (store->size - at < BGZF_HEADER || !dk_store_read(store, header, BGZF_HEADER, at, &error) ||
        memcmp(header, "\x1F\x8B\x08\4", 4) != 0 || memcmp(header + 10, "\6\0BC\2\0", 6) != 0)
        return 0;
    length = cursor_le16(&cursor) + 1U;
    if (length < BGZF_HEADER + 2 * BGZF_TRAILER || length > store->size - at ||
        !dk_store_read(store, trailer, BGZF_TRAILER, at + length - BGZF_TRAILER, &error))
        return 0;
    *gives = cursor_le32(&size);
    return *gives <= BGZF_GIVES_MAX ? length : 0;
}

static struct dk_store *gzip_in_place(const struct dk_candidate *candidate, struct dk_error *error)
{
    struct dk_store *store = candidate->store;
    struct frames frames = { 0 };
    uint32_t length = 1, gives;

    while (length && frames.from < store->size) {
        length = bgzf_member(store, frames.from, &gives);
        if (length && !frames_add(&frames, length, gives))
            length = 0;
    }
    if (length && frames.count)
        return frames_open(&frames, store, &member_codec, error);
    frames_free(&frames);
    return NULL;
}

const struct peel_kind peel_gzip = {
    .name = "gzip",
    .is = is_gzip,
    .unpack = gzip_unpack,
    .in_place = gzip_in_place,
};
