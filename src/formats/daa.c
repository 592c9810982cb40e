/*
 * DAA: PowerISO's images, versions 0x100 and 0x110, and gBurner's GBI. No layout was ever published; it is known from
 * daa2iso and libmirage, which took it from the programs. All numbers are little-endian.
 */
#include "formats/daa.h"
#include "formats/inner.h"
#include "formats/rows.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIGNATURE = 16,
    HEADER = 76,
    CHECKED = 72, /* bytes of it that the check sum in its end is of */
    VERSION_1 = 0x100,
    VERSION_2 = 0x110,
    OFFSET_MASK = 0xFFFFFF, /* 0x110: above it are flags that no reader has met */
    LZMA_PROPERTIES = 225,  /* (pb * 5 + lp) * 9 + lc */
    DESCRIPTOR = 8,         /* type and length, the latter with these 8 bytes */
};

enum descriptor { DESCRIPTOR_PART = 1, DESCRIPTOR_SPLIT = 2, DESCRIPTOR_ENCRYPTION = 3, DESCRIPTOR_COMMENT = 4 };

static const struct signature {
    char bytes[SIGNATURE + 1]; /* with zeros behind the letters */
    bool gburner, later;
} signatures[] = {
    { "DAA", false, false },    { "\xB8\xBD\xB6", false, false }, { "GBI", true, false },
    { "DAA VOL", false, true }, { "GBI VOL", true, true },
};

static const struct signature *signature_of(const struct dk_candidate *candidate)
{
    for (size_t i = 0; candidate->head_size >= SIGNATURE && i < sizeof signatures / sizeof *signatures; i++)
        if (memcmp(candidate->head, signatures[i].bytes, SIGNATURE) == 0)
            return &signatures[i];
    return NULL;
}

static int daa_probe(const struct dk_candidate *candidate)
{
    return signature_of(candidate) ? 100 : 0;
}

/* ---- Header ---- */

/* How many bits the fields of the table have; where the header leaves it open, the size of chunks says it. */
static void find_bits(struct daa *daa, uint8_t sizes)
{
    daa->type_bits = sizes & 7;
    daa->length_bits = sizes >> 3;
    if (daa->length_bits)
        daa->length_bits += 10;
    else
        for (uint32_t left = daa->coding.chunk_size; left > daa->type_bits; left >>= 1)
            daa->length_bits++;
}

/* The 16 bytes that only version 0x110 has, "format 2". */
static void read_format_2(struct daa *daa, struct cursor *cursor)
{
    uint8_t properties, sizes;

    cursor_skip(cursor, 1);
    daa->packed_table = cursor_le32(cursor);
    sizes = cursor_u8(cursor);
    daa->coding.filtered = cursor_u8(cursor) == 1;
    properties = cursor_u8(cursor);
    cursor_skip(cursor, 8); /* LZMA's dictionary, which is never of use above a chunk; unknown bytes */
    daa->data_at &= OFFSET_MASK;
    daa->coding.chunk_size = (daa->flags & 0xFFF) << 14;
    daa->coding.permutation = (daa->flags >> 23 & 3) ^ daa->gburner;
    daa->coding.literal_context = properties % 9;
    daa->coding.literal_position = properties / 9 % 5;
    daa->coding.position = properties < LZMA_PROPERTIES ? properties / 45 : UINT8_MAX;
    find_bits(daa, sizes);
}

static bool check_header(const struct daa *daa, struct dk_error *error)
{
    const char *const path = daa->candidate->path;

    if (daa->image_size == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s says that its image has 0 bytes", path);
    if (daa->coding.chunk_size == 0 || daa->coding.chunk_size > WRAPPED_BLOCK_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has chunks of %" PRIu32 " bytes, and 1 to %d can be", path,
                       daa->coding.chunk_size, WRAPPED_BLOCK_MAX);
    if (daa->table_at < HEADER || daa->data_at < daa->table_at || daa->data_at > daa->candidate->store->size)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s has its table of chunks at byte %" PRIu32 " and its data at byte %" PRIu32
                       ", which can't be in a file of %ju bytes",
                       path, daa->table_at, daa->data_at, (uintmax_t)daa->candidate->store->size);
    if (daa->version == VERSION_2 && (daa->length_bits == 0 || daa->length_bits > 32))
        return dk_fail(error, DK_ERROR_FORMAT, "%s has lengths of %u bits in its table of chunks, and 1 to 32 can be",
                       path, daa->length_bits);
    if (daa->flags & DAA_HAS_LZMA && daa->coding.literal_context + daa->coding.literal_position > 4)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has LZMA properties that no LZMA stream has (lc %u, lp %u)", path,
                       daa->coding.literal_context, daa->coding.literal_position);
    return true;
}

static bool read_header(struct daa *daa, struct dk_error *error)
{
    const uint8_t *const head = daa->candidate->head;
    struct cursor cursor = cursor_over(head, daa->candidate->head_size);

    if (daa->candidate->head_size < HEADER)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s ends within its header, at byte %zu of %d", daa->candidate->path,
                       daa->candidate->head_size, HEADER);
    cursor_skip(&cursor, SIGNATURE);
    daa->table_at = cursor_le32(&cursor);
    daa->version = cursor_le32(&cursor);
    daa->data_at = cursor_le32(&cursor);
    cursor_skip(&cursor, 8);
    daa->coding.chunk_size = cursor_le32(&cursor);
    daa->image_size = cursor_le64(&cursor);
    daa->file_size = cursor_le64(&cursor);
    if (daa->version != VERSION_1 && daa->version != VERSION_2)
        return dk_fail(error, DK_ERROR_FORMAT, "%s is of version 0x%" PRIx32 ", and 0x100 and 0x110 are known",
                       daa->candidate->path, daa->version);
    daa->coding.stored_where_long = daa->version == VERSION_1;
    if (daa->version == VERSION_2) {
        daa->flags = daa->coding.chunk_size;
        read_format_2(daa, &cursor);
    }
    cursor = cursor_over(head + CHECKED, HEADER - CHECKED);
    daa->crc = cursor_le32(&cursor);
    if (daa->crc != libdeflate_crc32(0, head, CHECKED))
        dk_note(&daa->disc->notes, DK_NOTE_DAMAGE, "the check sum of the header is wrong: what it says may be, too");
    return check_header(daa, error);
}

/* ---- Descriptors, between header and table ---- */

static bool read_descriptor(struct daa *daa, uint32_t type, struct dk_error *error)
{
    switch (type) {
    case DESCRIPTOR_PART:
    case DESCRIPTOR_SPLIT:
        daa->several = true;
        return true;
    case DESCRIPTOR_ENCRYPTION:
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s is an image that is encrypted with a password, which is not read: %s opens it",
                       daa->candidate->path, daa->gburner ? "gBurner" : "PowerISO");
    default: /* a comment, or what no reader knows */
        return true;
    }
}

static bool read_descriptors(struct daa *daa, struct dk_error *error)
{
    for (uint64_t at = HEADER; at < daa->table_at;) {
        uint8_t bytes[DESCRIPTOR];
        struct cursor cursor = cursor_over(bytes, sizeof bytes);
        uint32_t type, length;

        if (!dk_store_read(daa->candidate->store, bytes, sizeof bytes, at, error))
            return false;
        type = cursor_le32(&cursor);
        length = cursor_le32(&cursor);
        if (length < DESCRIPTOR || length > daa->table_at - at)
            return dk_fail(error, DK_ERROR_DAMAGED,
                           "the descriptor at byte %" PRIu64 " of %s has %" PRIu32
                           " bytes, and the table of chunks begins at byte %" PRIu32,
                           at, daa->candidate->path, length, daa->table_at);
        if (!read_descriptor(daa, type, error))
            return false;
        at += length;
    }
    return true;
}

/* ---- Blocks ---- */

static const struct wrapped_codec codecs[] = {
    [DAA_LZMA] = { .name = "LZMA", .decode = daa_decode_lzma },
    [DAA_DEFLATE] = { .name = "deflate", .decode = daa_decode_deflate },
    { .name = NULL },
};

/* In version 0x110 a chunk that is as long as it gives is not packed; only then some writers add bytes behind it. */
static unsigned kind_of(const struct daa *daa, const struct daa_chunk *chunk)
{
    if (!daa->coding.stored_where_long && chunk->length >= daa->coding.chunk_size)
        return WRAPPED_RAW;
    return chunk->type <= DAA_DEFLATE ? WRAPPED_CODED + chunk->type : WRAPPED_BAD;
}

static bool add_chunks(const struct daa *daa, struct wrapped *wrapped, struct dk_error *error)
{
    uint64_t offset = 0, left = daa->image_size;

    for (size_t i = 0; i < daa->chunk_count; i++) {
        const struct daa_chunk *chunk = &daa->chunks[i];
        const uint64_t size = left < daa->coding.chunk_size ? left : daa->coding.chunk_size;

        if (!wrapped_add(wrapped, size, kind_of(daa, chunk), offset, chunk->length, error))
            return false;
        offset += chunk->length;
        left -= size;
    }
    return true;
}

static struct dk_store *open_image(const struct daa *daa, struct dk_store *data, struct dk_error *error)
{
    struct daa_coding *coding = malloc(sizeof *coding);
    const struct wrapped_rules rules = { .codecs = codecs, .context = coding, .free_context = free };
    DK_CLEANUP(wrapped_free) struct wrapped *wrapped = NULL;

    if (coding) {
        *coding = daa->coding;
        wrapped = wrapped_new(data, &rules);
    }
    if (!wrapped) {
        dk_fail_errno(error, "cannot open %s", daa->candidate->path);
        return NULL;
    }
    return add_chunks(daa, wrapped, error) ? wrapped_open(&wrapped, &daa->disc->notes, error) : NULL;
}

static void free_chunks(struct daa *daa)
{
    free(daa->chunks);
}

static bool daa_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    const struct signature *signature = signature_of(candidate);
    DK_CLEANUP(free_chunks) struct daa daa = { .candidate = candidate, .disc = disc, .gburner = signature->gburner };
    struct dk_store *data = NULL, *image = NULL;
    bool right;

    if (signature->later)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s is a later part of a split image: open the first one (.part01.%s, .part001.%s or .%s)",
                       candidate->path, daa.gburner ? "gbi" : "daa", daa.gburner ? "gbi" : "daa",
                       daa.gburner ? "gbi" : "daa");
    if (read_header(&daa, error) && read_descriptors(&daa, error) && daa_read_table(&daa, error))
        data = daa_open_data(&daa, error);
    if (data)
        image = open_image(&daa, data, error);
    right = image && inner_read(disc, image, error);
    dk_store_close(data);
    dk_store_close(image);
    return right;
}

const struct dk_format format_daa = {
    .id = "daa",
    .name = "PowerISO's or gBurner's compressed image",
    .suffixes = "daa,gbi",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD,
    .probe = daa_probe,
    .read = daa_read,
};
