/* One LZ4 block without a frame. */
#include <disckit/blocks.h>
#include <limits.h>
#include <lz4.h>

/* Where padding follows the block, LZ4_decompress_safe() would take it for more of the block; this one stops. */
static bool lz4_decode(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                       struct dk_error *error)
{
    int got;

    (void)worker;
    if (from_size > INT_MAX || to_size > INT_MAX)
        return dk_fail(error, DK_ERROR_DAMAGED, "it is larger than an LZ4 block can be");
    got = LZ4_decompress_safe_partial((const char *)from, (char *)to, (int)from_size, (int)to_size, (int)to_size);
    if (got < 0)
        return dk_fail(error, DK_ERROR_DAMAGED, "its LZ4 data are damaged");
    if ((size_t)got < to_size)
        return dk_fail(error, DK_ERROR_DAMAGED, "its LZ4 data give %d bytes, not %zu", got, to_size);
    return true;
}

const struct dk_codec dk_codec_lz4 = { .name = "LZ4", .decode = lz4_decode };
