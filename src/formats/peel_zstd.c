/* zstd (RFC 8878): frames, and frames that are skipped. */
#include "formats/peel.h"

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

const struct peel_kind peel_zstd = { .name = "zstd", .is = is_zstd, .unpack = zstd_unpack };
