/* zstd (RFC 8878): frames, and frames that are skipped. */
#include "formats/peel.h"
#include "formats/peel_frames.h"
#include "util/cursor.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { WINDOW_LOG_MAX = 29 /* PEEL_MEMORY_MAX */ };

static bool is_zstd(const struct dk_candidate *candidate)
{
    return candidate->head_size >= 4 && memcmp(candidate->head, "\x28\xB5\x2F\xFD", 4) == 0;
}

static bool fail_as(const struct peeling *peeling, size_t result, struct dk_error *error)
{
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge)
        return dk_fail(error, DK_ERROR_REFUSED, "%s asks for more than %d MiB of memory to be unpacked",
                       peeling->from->name, PEEL_MEMORY_MAX >> 20);
    if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
        return dk_fail(error, DK_ERROR_SYSTEM, "no memory to unpack %s", peeling->from->name);
    return peel_damaged(peeling, error, "the zstd data are damaged");
}

static bool decode_all(struct peeling *peeling, ZSTD_DCtx *context, uint8_t *out, struct dk_error *error)
{
    size_t result = 0, count;

    for (;;) {
        ZSTD_inBuffer in = { .src = peeling->bytes };
        bool full = false; /* so more may come without more bytes */

        if (!peel_next(peeling, &count, error))
            return false;
        in.size = count;
        if (count == 0)
            return result == 0 || peel_damaged(peeling, error, "the zstd data end too early");
        while (in.pos < in.size || full) {
            ZSTD_outBuffer to = { .dst = out, .size = PEEL_PIECE };

            result = ZSTD_decompressStream(context, &to, &in);
            if (!peel_put(peeling, out, to.pos, error))
                return false;
            if (ZSTD_isError(result))
                return fail_as(peeling, result, error);
            full = to.pos == to.size;
        }
    }
}

static bool zstd_unpack(struct peeling *peeling, struct dk_error *error)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    uint8_t *out = malloc(PEEL_PIECE);
    bool right;

    if (!context || !out || ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)))
        right = dk_fail(error, DK_ERROR_SYSTEM, "no memory to unpack %s", peeling->from->name);
    else
        right = decode_all(peeling, context, out, error);
    if (context)
        peeling->memory = ZSTD_sizeof_DCtx(context);
    ZSTD_freeDCtx(context);
    free(out);
    return right;
}

/* ---- In place ---- */

/*
 * The seekable format (zstd's contrib/seekable_format, 0.1.0): the last frame is one to be skipped, with an entry of
 * u32 stored and u32 decoded bytes, and a u32 checksum where bit 7 of the descriptor says so, for each frame before it;
 * then u32 frames, u8 descriptor, u32 magic. All little-endian.
 */
enum { FOOTER = 9, SKIP_HEADER = 8, ENTRY = 8, ENTRY_WITH_SUM = 12, WITH_SUMS = 0x80, RESERVED = 0x7C };

static const uint32_t skip_magic = 0x184D2A5E, seek_magic = 0x8F92EAB1;

/* Where the table is: its place in the file, the bytes of an entry and their number. */
struct seek_table {
    uint64_t at;
    uint32_t entry, count;
};

static bool find_table(const struct dk_candidate *candidate, struct seek_table *table)
{
    const uint64_t size = candidate->store->size;
    uint8_t bytes[FOOTER];
    struct cursor cursor = cursor_over(bytes, FOOTER);
    struct dk_error error;
    uint8_t descriptor;
    uint64_t whole;

    if (size < FOOTER + SKIP_HEADER || !dk_store_read(candidate->store, bytes, FOOTER, size - FOOTER, &error))
        return false;
    table->count = cursor_le32(&cursor);
    descriptor = cursor_u8(&cursor);
    table->entry = descriptor & WITH_SUMS ? ENTRY_WITH_SUM : ENTRY;
    whole = (uint64_t)table->count * table->entry + FOOTER;
    if (cursor_le32(&cursor) != seek_magic || descriptor & RESERVED || whole > size - SKIP_HEADER)
        return false;
    table->at = size - whole;
    cursor = cursor_over(bytes, SKIP_HEADER);
    return dk_store_read(candidate->store, bytes, SKIP_HEADER, table->at - SKIP_HEADER, &error) &&
           cursor_le32(&cursor) == skip_magic && cursor_le32(&cursor) == whole;
}

/* The table is believed where its frames fill what lies before it; else the file is unpacked as if it had none. */
static bool read_table(const struct dk_candidate *candidate, const struct seek_table *table, struct frames *frames)
{
    const size_t size = (size_t)table->count * table->entry;
    uint8_t *bytes = malloc(size + 1);
    struct cursor cursor = cursor_over(bytes, size);
    struct dk_error error;
    bool right = bytes && dk_store_read(candidate->store, bytes, size, table->at, &error);

    for (uint32_t i = 0; right && i < table->count; i++) {
        const uint32_t stored = cursor_le32(&cursor), gives = cursor_le32(&cursor);

        cursor_skip(&cursor, table->entry - ENTRY);
        right = frames_add(frames, stored, gives);
    }
    free(bytes);
    return right && frames->count && frames->from == table->at - SKIP_HEADER;
}

static struct dk_store *zstd_in_place(const struct dk_candidate *candidate, struct dk_error *error)
{
    struct frames frames = { 0 };
    struct seek_table table;

    if (find_table(candidate, &table) && read_table(candidate, &table, &frames))
        return frames_open(&frames, candidate->store, &dk_codec_zstd, error);
    frames_free(&frames);
    return NULL;
}

const struct peel_kind peel_zstd = {
    .name = "zstd",
    .is = is_zstd,
    .unpack = zstd_unpack,
    .in_place = zstd_in_place,
};
