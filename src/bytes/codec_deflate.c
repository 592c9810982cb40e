/* Deflate, bare (RFC 1951) and with zlib's header and sum (RFC 1950). */
#include <disckit/blocks.h>
#include <libdeflate.h>

static void *deflate_new(void)
{
    return libdeflate_alloc_decompressor();
}

static void deflate_free(void *worker)
{
    libdeflate_free_decompressor(worker);
}

static bool judge(enum libdeflate_result result, const char *name, size_t size, struct dk_error *error)
{
    switch (result) {
    case LIBDEFLATE_SUCCESS:
        return true;
    case LIBDEFLATE_SHORT_OUTPUT:
        return dk_fail(error, DK_ERROR_DAMAGED, "its %s data give fewer than %zu bytes", name, size);
    case LIBDEFLATE_INSUFFICIENT_SPACE:
        return dk_fail(error, DK_ERROR_DAMAGED, "its %s data give more than %zu bytes", name, size);
    default:
        return dk_fail(error, DK_ERROR_DAMAGED, "its %s data are damaged", name);
    }
}

static bool deflate_decode(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                           struct dk_error *error)
{
    size_t used;

    return judge(libdeflate_deflate_decompress_ex(worker, from, from_size, to, to_size, &used, NULL), "deflate",
                 to_size, error);
}

static bool zlib_decode(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                        struct dk_error *error)
{
    size_t used;

    return judge(libdeflate_zlib_decompress_ex(worker, from, from_size, to, to_size, &used, NULL), "zlib", to_size,
                 error);
}

const struct dk_codec dk_codec_deflate = {
    .name = "deflate",
    .worker_new = deflate_new,
    .worker_free = deflate_free,
    .decode = deflate_decode,
};

const struct dk_codec dk_codec_zlib = {
    .name = "zlib",
    .worker_new = deflate_new,
    .worker_free = deflate_free,
    .decode = zlib_decode,
};
