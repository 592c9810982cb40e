/* bzip2: streams one behind the other. */
#include "formats/peel.h"

#include <bzlib.h>
#include <stdlib.h>
#include <string.h>

/* "BZh", the size of its blocks, and what the first block begins with: pi, or where there is none, its square root. */
static bool is_bzip2(const struct dk_candidate *candidate)
{
    const uint8_t *head = candidate->head;

    return candidate->head_size >= 10 && memcmp(head, "BZh", 3) == 0 && head[3] >= '1' && head[3] <= '9' &&
           (memcmp(head + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
            memcmp(head + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

/* More bytes where there are none; `stream` has 0 of them at the end of the file. */
static bool fill(struct peeling *peeling, bz_stream *stream, struct dk_error *error)
{
    size_t count;

    if (stream->avail_in)
        return true;
    if (!peel_next(peeling, &count, error))
        return false;
    stream->next_in = (char *)peeling->bytes;
    stream->avail_in = (unsigned)count;
    return true;
}

static bool decode_stream(struct peeling *peeling, bz_stream *stream, uint8_t *out, struct dk_error *error)
{
    int result = BZ_OK;

    while (result == BZ_OK) {
        if (!fill(peeling, stream, error))
            return false;
        stream->next_out = (char *)out;
        stream->avail_out = PEEL_PIECE;
        result = BZ2_bzDecompress(stream);
        if (!peel_put(peeling, out, PEEL_PIECE - stream->avail_out, error))
            return false;
        if (result == BZ_OK && stream->avail_in == 0 && stream->avail_out == PEEL_PIECE &&
            peeling->at == peeling->from->size)
            return peel_damaged(peeling, error, "the bzip2 data end too early");
    }
    return result == BZ_STREAM_END || peel_damaged(peeling, error, "the bzip2 data are damaged");
}

static bool bzip2_unpack(struct peeling *peeling, struct dk_error *error)
{
    uint8_t *out = malloc(PEEL_PIECE);
    bz_stream rest = { 0 };
    bool right = out || dk_fail_errno(error, "cannot unpack %s", peeling->from->name);

    while (right) {
        bz_stream stream = { .next_in = rest.next_in, .avail_in = rest.avail_in };

        if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) {
            right = dk_fail(error, DK_ERROR_SYSTEM, "no memory to unpack %s", peeling->from->name);
            break;
        }
        right = decode_stream(peeling, &stream, out, error) && fill(peeling, &stream, error);
        rest = stream;
        BZ2_bzDecompressEnd(&stream);
        if (rest.avail_in == 0 || rest.next_in[0] != 'B') /* the end, or what others put behind it */
            break;
    }
    free(out);
    return right;
}

const struct peel_kind peel_bzip2 = { .name = "bzip2", .is = is_bzip2, .unpack = bzip2_unpack };
