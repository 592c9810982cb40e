/*
 * ISZ: UltraISO's images (EZB Systems' "ISZ File Format Specification" 1.00): a header, a table of chunks, the chunks.
 * All numbers are little-endian.
 */
#include "formats/isz.h"
#include "formats/inner.h"
#include "formats/rows.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER = 48, /* bytes that every version has; later ones go on with check sums */
    POINTER_MAX = 8,
    FOOTER = 68, /* the header again, behind the data of some images */
    TABLE_PIECE = 6720,
};

static const char magic[] = "IsZ!";

static int isz_probe(const struct dk_candidate *candidate)
{
    return candidate->head_size >= sizeof magic - 1 && memcmp(candidate->head, magic, sizeof magic - 1) == 0 ? 100 : 0;
}

bool isz_read_hidden(const struct isz *isz, uint64_t offset, uint64_t from_table, uint8_t *to, size_t count,
                     struct dk_error *error)
{
    if (!dk_store_read(isz->candidate->store, to, count, offset, error))
        return false;
    for (size_t i = 0; i < count; i++)
        to[i] ^= (uint8_t)~magic[(from_table + i) % 4];
    return true;
}

/* ---- Header ---- */

static bool refuse_encrypted(const struct isz *isz, unsigned encryption, struct dk_error *error)
{
    static const char *const names[] = { "a password", "AES-128", "AES-192", "AES-256" };

    return dk_fail(error, DK_ERROR_FORMAT,
                   "%s is an ISZ image that is encrypted (%s), which is not read: UltraISO opens it with its password",
                   isz->candidate->path, encryption <= 4 ? names[encryption - 1] : "in a way that is not known");
}

/* The file is bare without a chunk size or a table of chunks, so that they need not be there then. */
static bool check_header(const struct isz *isz, uint32_t sector_size, uint32_t sectors, struct dk_error *error)
{
    const char *const path = isz->candidate->path;

    if (sector_size == 0 || sectors == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has %" PRIu32 " sectors of %" PRIu32 " bytes", path, sectors,
                       sector_size);
    if (isz->data_at > isz->candidate->store->size)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s ends at byte %ju, before its data at byte %" PRIu32, path,
                       (uintmax_t)isz->candidate->store->size, isz->data_at);
    if (isz->chunks_at == 0)
        return true;
    if (isz->pointer_size == 0 || isz->pointer_size > POINTER_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has entries of %u bytes in its table of chunks, and 1 to %d can be",
                       path, isz->pointer_size, POINTER_MAX);
    if (isz->chunk_size == 0 || isz->chunk_size > WRAPPED_BLOCK_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has chunks of %" PRIu32 " bytes, and 1 to %d can be", path,
                       isz->chunk_size, WRAPPED_BLOCK_MAX);
    return true;
}

static bool read_header(struct isz *isz, struct dk_error *error)
{
    struct cursor cursor = cursor_over(isz->candidate->head, isz->candidate->head_size);
    uint32_t sector_size, sectors;
    uint8_t encryption, segment;

    cursor_skip(&cursor, 4);
    isz->header_size = cursor_u8(&cursor);
    cursor_skip(&cursor, 5); /* version, volume serial number */
    sector_size = cursor_le16(&cursor);
    sectors = cursor_le32(&cursor);
    encryption = cursor_u8(&cursor);
    isz->segment_size = cursor_le64(&cursor);
    isz->chunk_count = cursor_le32(&cursor);
    isz->chunk_size = cursor_le32(&cursor);
    isz->pointer_size = cursor_u8(&cursor);
    segment = cursor_u8(&cursor);
    isz->chunks_at = cursor_le32(&cursor);
    isz->segments_at = cursor_le32(&cursor);
    isz->data_at = cursor_le32(&cursor);
    if (cursor.overrun || isz->header_size < HEADER || isz->header_size > isz->candidate->head_size)
        return dk_fail(error, DK_ERROR_DAMAGED, "the header of %s says that it has %u bytes, and the file has %ju",
                       isz->candidate->path, isz->header_size, (uintmax_t)isz->candidate->store->size);
    if (encryption)
        return refuse_encrypted(isz, encryption, error);
    if (segment)
        return dk_fail(error, DK_ERROR_FORMAT, "%s is part %u of a split ISZ image: open its first part, the .isz file",
                       isz->candidate->path, segment + 1);
    isz->image_size = (uint64_t)sectors * sector_size;
    return check_header(isz, sector_size, sectors, error);
}

/* ---- Chunks ---- */

/* The two highest bits of an entry are the type, the others the length. */
static struct isz_chunk parse_entry(const uint8_t *entry, unsigned size)
{
    struct cursor cursor = cursor_over(entry, size);
    const uint64_t number = cursor_little_endian(&cursor, size);
    const uint64_t length = number & ~(UINT64_C(3) << (size * 8 - 2));

    return (struct isz_chunk){
        .length = length > UINT32_MAX ? UINT32_MAX : (uint32_t)length,
        .type = (uint8_t)(number >> (size * 8 - 2)),
    };
}

static bool read_entries(struct isz *isz, struct dk_error *error)
{
    const unsigned at_once = TABLE_PIECE / isz->pointer_size;
    uint8_t piece[TABLE_PIECE];

    for (uint32_t i = 0; i < isz->chunk_count; i += at_once) {
        const uint32_t count = isz->chunk_count - i < at_once ? isz->chunk_count - i : at_once;
        const uint64_t before = (uint64_t)i * isz->pointer_size;

        if (!isz_read_hidden(isz, isz->chunks_at + before, before, piece, (size_t)count * isz->pointer_size, error))
            return false;
        for (uint32_t k = 0; k < count; k++)
            isz->chunks[i + k] = parse_entry(piece + (size_t)k * isz->pointer_size, isz->pointer_size);
    }
    return true;
}

static bool read_chunks(struct isz *isz, struct dk_error *error)
{
    const char *const path = isz->candidate->path;
    const uint64_t size = isz->candidate->store->size, table = (uint64_t)isz->chunk_count * isz->pointer_size;
    uint64_t needed;

    if (isz->chunks_at == 0)
        return true;
    needed = (isz->image_size + isz->chunk_size - 1) / isz->chunk_size;
    if (isz->chunk_count != needed)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s has %" PRIu32 " chunks of %" PRIu32 " bytes, and its %" PRIu64 " bytes would take %" PRIu64,
                       path, isz->chunk_count, isz->chunk_size, isz->image_size, needed);
    if (isz->chunks_at > size || table > size - isz->chunks_at)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "the table of %" PRIu32 " chunks at byte %" PRIu32 " of %s does not fit into its %ju bytes",
                       isz->chunk_count, isz->chunks_at, path, (uintmax_t)size);
    if (isz->chunk_count > WRAPPED_COUNT_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has %" PRIu32 " chunks, and up to %d are read", path,
                       isz->chunk_count, WRAPPED_COUNT_MAX);
    isz->chunks = calloc(isz->chunk_count, sizeof *isz->chunks);
    if (!isz->chunks)
        return dk_fail_errno(error, "cannot open %s", path);
    return read_entries(isz, error);
}

/* ---- Blocks ---- */

/* A bzip2 stream's magic is overwritten in the file. */
static bool mend_bzip2(void *context, size_t number, unsigned kind, uint8_t *stored, size_t size,
                       struct dk_error *error)
{
    (void)context;
    (void)number;
    (void)error;
    if (kind == WRAPPED_CODED + 1 && size >= 3)
        memcpy(stored, "BZh", 3);
    return true;
}

static const struct wrapped_codec codecs[] = {
    { .name = "zlib", .codec = &dk_codec_zlib },
    { .name = "bzip2", .codec = &dk_codec_bzip2 },
    { .name = NULL },
};

static const uint8_t kinds[] = {
    [ISZ_ZEROS] = WRAPPED_ZEROS,
    [ISZ_RAW] = WRAPPED_RAW,
    [ISZ_ZLIB] = WRAPPED_CODED,
    [ISZ_BZIP2] = WRAPPED_CODED + 1,
};

/*
 * Some writers take room for chunks of zeros and others do not, and nothing says which. They do where the data then end
 * where the file does, and would not otherwise.
 */
static bool zeros_take_room(const struct isz *isz, uint64_t data_size)
{
    uint64_t with = 0, without = 0;

    for (uint32_t i = 0; i < isz->chunk_count; i++) {
        with += isz->chunks[i].length;
        without += isz->chunks[i].type == ISZ_ZEROS ? 0 : isz->chunks[i].length;
    }
    return without != data_size && without + FOOTER != data_size && (with == data_size || with + FOOTER == data_size);
}

static bool add_chunks(const struct isz *isz, struct wrapped *wrapped, bool zeros_count, struct dk_error *error)
{
    uint64_t offset = 0, left = isz->image_size;

    for (uint32_t i = 0; i < isz->chunk_count; i++) {
        const struct isz_chunk *chunk = &isz->chunks[i];
        const uint64_t size = left < isz->chunk_size ? left : isz->chunk_size;

        if (!wrapped_add(wrapped, size, kinds[chunk->type], offset, chunk->length, error))
            return false;
        offset += chunk->type == ISZ_ZEROS && !zeros_count ? 0 : chunk->length;
        left -= size;
    }
    return true;
}

static struct dk_store *open_image(const struct isz *isz, struct dk_store *data, struct dk_error *error)
{
    const struct wrapped_rules rules = { .codecs = codecs, .prepare = mend_bzip2 };
    DK_CLEANUP(wrapped_free) struct wrapped *wrapped = wrapped_new(data, &rules);

    if (!wrapped) {
        dk_fail_errno(error, "cannot open %s", isz->candidate->path);
        return NULL;
    }
    if (!(isz->chunks ? add_chunks(isz, wrapped, zeros_take_room(isz, data->size), error)
                      : wrapped_add(wrapped, isz->image_size, WRAPPED_RAW, 0, isz->image_size, error)))
        return NULL;
    return wrapped_open(&wrapped, &isz->disc->notes, error);
}

static void free_chunks(struct isz_chunk **chunks)
{
    free(*chunks);
}

static bool isz_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct isz isz = { .candidate = candidate, .disc = disc };
    DK_CLEANUP(free_chunks) struct isz_chunk *chunks = NULL;
    struct dk_store *data = NULL, *image = NULL;
    bool right = read_header(&isz, error) && read_chunks(&isz, error);

    chunks = isz.chunks;
    if (right)
        data = isz_open_data(&isz, error);
    if (data)
        image = open_image(&isz, data, error);
    right = image && inner_read(disc, image, error);
    dk_store_close(data);
    dk_store_close(image);
    return right;
}

const struct dk_format format_isz = {
    .id = "isz",
    .name = "UltraISO's compressed image",
    .suffixes = "isz",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD,
    .probe = isz_probe,
    .read = isz_read,
};
