/*
 * CSO, the compressed ISO of the PSP, and ZSO, the same with LZ4. Little-endian: magic, u32 size of the header, u64
 * size of the image, u32 size of a block, u8 version, u8 shift, two bytes of 0; then, one more than there are blocks,
 * u32 offsets that are to be shifted left, whose highest bit says how the block is stored. What a block has is all up
 * to the next one, padding included. As maxcso describes and writes them.
 */
#include "formats/cso.h"
#include "formats/packed.h"
#include "formats/rows.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <string.h>

enum { HEADER = 24, BID = 90, BID_OTHER_HEADER = 40 };
enum { MORE_SHIFT, MORE_KIND };

static const uint32_t flag = 0x80000000;

/*
 * The GameCube's compact ISO begins with the same four bytes; there the size of a block follows, 32 KiB and more. Old
 * writers of CSO leave the header's size 0.
 */
int cso_probe_magic(const struct dk_candidate *candidate, const char *magic)
{
    struct cursor cursor = cursor_over(candidate->head, candidate->head_size);
    const uint8_t *bytes = cursor_bytes(&cursor, 4);
    const uint32_t header_size = cursor_le32(&cursor);

    if (cursor.overrun || memcmp(bytes, magic, 4) != 0)
        return 0;
    return header_size == HEADER || header_size == 0 ? BID : BID_OTHER_HEADER;
}

static bool locate(const struct packed *packed, uint64_t index, struct packed_block *block, struct dk_error *error)
{
    struct cursor cursor = cursor_over(packed->table + 4 * index, 8);
    const uint32_t word = cursor_le32(&cursor), next = cursor_le32(&cursor) & ~flag;
    const enum cso_kind kind = (enum cso_kind)packed->more[MORE_KIND];

    block->offset = (uint64_t)(word & ~flag) << packed->more[MORE_SHIFT];
    if (next < (word & ~flag) || block->offset < HEADER + 4 * (packed_count(packed) + 1))
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "the table has it at byte %" PRIu64 " and the next one at byte %" PRIu64, block->offset,
                       (uint64_t)next << packed->more[MORE_SHIFT]);
    block->stored = ((uint64_t)next << packed->more[MORE_SHIFT]) - block->offset;
    block->codec = packed->codecs[0];
    if (kind == CSO_V2 && block->stored >= packed->block_size)
        block->codec = NULL;
    else if (word & flag)
        block->codec = kind == CSO_V2 ? packed->codecs[1] : NULL;
    return true;
}

bool cso_read_packed(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct packed packed = { .file = candidate->store, .path = candidate->path, .locate = locate };
    struct cursor cursor = cursor_over(candidate->head, candidate->head_size);
    const bool is_zso = candidate->head_size && candidate->head[0] == 'Z';
    uint8_t version, shift;
    uint64_t table_size;

    cursor_skip(&cursor, 8);
    packed.size = cursor_le64(&cursor);
    packed.block_size = cursor_le32(&cursor);
    version = cursor_u8(&cursor);
    shift = cursor_u8(&cursor);
    if (cursor.overrun || candidate->head_size < HEADER)
        return dk_fail(error, DK_ERROR_FORMAT, "%s ends within its header, at byte %" PRIu64, candidate->path,
                       candidate->store->size);
    if (version > 2 || shift > 31)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: version %u with a shift of %u, where 0 to 2 and at most 31 are known", candidate->path,
                       version, shift);
    packed.more[MORE_SHIFT] = shift;
    packed.more[MORE_KIND] = is_zso ? ZSO : version == 2 ? CSO_V2 : CSO_V1;
    packed.padding = UINT64_C(1) << shift;
    packed.codecs[0] = is_zso ? &dk_codec_lz4 : &dk_codec_deflate;
    packed.codecs[1] = packed.more[MORE_KIND] == CSO_V2 ? &dk_codec_lz4 : NULL;
    table_size = packed.block_size ? (packed_count(&packed) + 1) * 4 : 0;
    if (!packed_plausible(&packed, HEADER, table_size, error) ||
        !packed_load_table(&packed, HEADER, table_size, &disc->notes, error))
        return false;
    dk_note(&disc->notes, DK_NOTE_GUESS,
            "a file of this kind has no checksums: damage shows only where it can't be unpacked");
    return packed_read(&packed, disc, error);
}

static int cso_probe(const struct dk_candidate *candidate)
{
    return cso_probe_magic(candidate, "CISO");
}

const struct dk_format format_cso = {
    .id = "cso",
    .name = "compressed ISO (CSO)",
    .suffixes = "cso",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD,
    .probe = cso_probe,
    .read = cso_read_packed,
    .iso_sink = &cso_sink,
    .codecs = "deflate lz4",
};
