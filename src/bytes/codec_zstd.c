/* One zstd frame. */
#include <disckit/blocks.h>
#include <zstd.h>

static void *zstd_new(void)
{
    return ZSTD_createDCtx();
}

static void zstd_free(void *worker)
{
    ZSTD_freeDCtx(worker);
}

static bool zstd_decode(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                        struct dk_error *error)
{
    const size_t frame = ZSTD_findFrameCompressedSize(from, from_size);
    const size_t got = ZSTD_isError(frame) ? frame : ZSTD_decompressDCtx(worker, to, to_size, from, frame);

    if (ZSTD_isError(got))
        return dk_fail(error, DK_ERROR_DAMAGED, "its zstd data are damaged (%s)", ZSTD_getErrorName(got));
    if (got != to_size)
        return dk_fail(error, DK_ERROR_DAMAGED, "its zstd data give %zu bytes, not %zu", got, to_size);
    return true;
}

const struct dk_codec dk_codec_zstd = {
    .name = "zstd",
    .worker_new = zstd_new,
    .worker_free = zstd_free,
    .decode = zstd_decode,
};
