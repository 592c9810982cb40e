/*
 * JSO, compressed ISO of the PSP, by JISO. Little-endian: magic, a 3, a 1, u16 size of a block, u8 whether each block
 * has a header of 4 bytes, a byte of 0, u8 method (0 LZO1X, 1 deflate), a byte of 0, u32 size of the image, MD5 of the
 * image, u32 size of the header, 12 bytes; then, one more than there are blocks, u32 offsets. A block that is as long
 * as it is unpacked is stored as it is. As rom-properties has found out; no other description exists.
 */
#include "formats/packed.h"
#include "formats/rows.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <lzo/lzo1x.h>
#include <string.h>

enum { HEADER = 48, BLOCK_HEADER = 4, METHOD_LZO = 0, METHOD_DEFLATE = 1, BID = 90 };
enum { MORE_BLOCK_HEADER };

static bool lzo_decode(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                       struct dk_error *error)
{
    lzo_uint got = to_size;

    (void)worker;
    if (lzo1x_decompress_safe(from, from_size, to, &got, NULL) != LZO_E_OK)
        return dk_fail(error, DK_ERROR_DAMAGED, "its LZO data are damaged");
    if (got != to_size)
        return dk_fail(error, DK_ERROR_DAMAGED, "its LZO data give %zu bytes, not %zu", (size_t)got, to_size);
    return true;
}

static const struct dk_codec codec_lzo = { .name = "LZO", .decode = lzo_decode };

static int jso_probe(const struct dk_candidate *candidate)
{
    return candidate->head_size >= 4 && memcmp(candidate->head, "JISO", 4) == 0 ? BID : 0;
}

static bool locate(const struct packed *packed, uint64_t index, struct packed_block *block, struct dk_error *error)
{
    struct cursor cursor = cursor_over(packed->table + 4 * index, 8);
    const uint64_t skipped = packed->more[MORE_BLOCK_HEADER];
    const uint64_t left = packed->size - index * packed->block_size;
    const uint32_t offset = cursor_le32(&cursor), next = cursor_le32(&cursor);

    if (offset < HEADER || next < offset || next - offset < skipped)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "the table has it at byte %" PRIu32 " and the next one at byte %" PRIu32, offset, next);
    block->offset = offset + skipped;
    block->stored = next - block->offset;
    block->codec = block->stored == packed->block_size || block->stored == left ? NULL : packed->codecs[0];
    return true;
}

static bool jso_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct packed packed = { .file = candidate->store, .path = candidate->path, .locate = locate };
    struct cursor cursor = cursor_over(candidate->head, candidate->head_size);
    uint64_t table_size;
    uint8_t method;

    cursor_skip(&cursor, 6);
    packed.block_size = cursor_le16(&cursor);
    packed.more[MORE_BLOCK_HEADER] = cursor_u8(&cursor) ? BLOCK_HEADER : 0;
    cursor_skip(&cursor, 1);
    method = cursor_u8(&cursor);
    cursor_skip(&cursor, 1);
    packed.size = cursor_le32(&cursor);
    if (candidate->head_size < HEADER)
        return dk_fail(error, DK_ERROR_FORMAT, "%s ends within its header, at byte %" PRIu64, candidate->path,
                       candidate->store->size);
    if (method > METHOD_DEFLATE || (method == METHOD_LZO && lzo_init() != LZO_E_OK))
        return dk_fail(error, DK_ERROR_FORMAT, "%s: method %u, where 0 (LZO) and 1 (deflate) are known",
                       candidate->path, method);
    packed.codecs[0] = method == METHOD_LZO ? &codec_lzo : &dk_codec_deflate;
    table_size = packed.block_size ? (packed_count(&packed) + 1) * 4 : 0;
    return packed_plausible(&packed, HEADER, table_size, error) &&
           packed_load_table(&packed, HEADER, table_size, &disc->notes, error) && packed_read(&packed, disc, error);
}

const struct dk_format format_jso = {
    .id = "jso",
    .name = "compressed ISO (JSO)",
    .suffixes = "jso",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD,
    .probe = jso_probe,
    .read = jso_read,
};
