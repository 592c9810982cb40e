/* A whole bzip2 stream. */
#include <bzlib.h>
#include <disckit/blocks.h>
#include <limits.h>

static bool bzip2_decode(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                         struct dk_error *error)
{
    unsigned got = (unsigned)to_size;
    int result;

    (void)worker;
    if (from_size > UINT_MAX || to_size > UINT_MAX)
        return dk_fail(error, DK_ERROR_DAMAGED, "it is larger than a bzip2 block can be");
    result = BZ2_bzBuffToBuffDecompress((char *)to, &got, (char *)from, (unsigned)from_size, 0, 0);
    if (result == BZ_MEM_ERROR)
        return dk_fail(error, DK_ERROR_SYSTEM, "no memory to decode bzip2 data");
    if (result == BZ_OUTBUFF_FULL)
        return dk_fail(error, DK_ERROR_DAMAGED, "its bzip2 data give more than %zu bytes", to_size);
    if (result != BZ_OK)
        return dk_fail(error, DK_ERROR_DAMAGED, "its bzip2 data are damaged");
    if (got != to_size)
        return dk_fail(error, DK_ERROR_DAMAGED, "its bzip2 data give %u bytes, not %zu", got, to_size);
    return true;
}

const struct dk_codec dk_codec_bzip2 = { .name = "bzip2", .decode = bzip2_decode };
