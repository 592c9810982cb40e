/*
 * GCZ: Dolphin's compressed images: a table of places, a table of check sums, then blocks by zlib. All numbers are
 * little-endian.
 */
#include "formats/inner.h"
#include "formats/rows.h"
#include "formats/wrapped.h"
#include "util/checked.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER = 32,
    PLACE = 8, /* bytes of an entry in each of the two tables */
    SUM = 4,
    NKIT_AT = 0x200,
};

static const char magic[] = { 0x01, (char)0xC0, 0x0B, (char)0xB1 };
static const uint64_t plain_bit = UINT64_C(1) << 63;

struct gcz {
    const struct dk_candidate *candidate;
    uint64_t data_size, image_size;
    uint32_t block_size, count;
    uint8_t *tables; /* on the heap: as they are in the file */
};

static int gcz_probe(const struct dk_candidate *candidate)
{
    return candidate->head_size >= HEADER && memcmp(candidate->head, magic, sizeof magic) == 0 ? 100 : 0;
}

static uint64_t number_at(const struct gcz *gcz, uint64_t offset, size_t width)
{
    struct cursor cursor = cursor_over(gcz->tables + offset, width);

    return cursor_little_endian(&cursor, width);
}

static uint64_t size_of_tables(const struct gcz *gcz)
{
    return (uint64_t)gcz->count * (PLACE + SUM);
}

/* ---- Header ---- */

static bool read_header(struct gcz *gcz, struct dk_error *error)
{
    const char *const path = gcz->candidate->path;
    const uint64_t size = gcz->candidate->store->size;
    struct cursor cursor = cursor_over(gcz->candidate->head, HEADER);
    uint64_t needed;

    cursor_skip(&cursor, 8); /* magic, and a kind that programs do not agree about */
    gcz->data_size = cursor_le64(&cursor);
    gcz->image_size = cursor_le64(&cursor);
    gcz->block_size = cursor_le32(&cursor);
    gcz->count = cursor_le32(&cursor);
    if (gcz->image_size == 0 || gcz->block_size == 0 || gcz->block_size > WRAPPED_BLOCK_MAX)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s has an image of %" PRIu64 " bytes in blocks of %" PRIu32 ", and 1 to %d bytes can be in one",
                       path, gcz->image_size, gcz->block_size, WRAPPED_BLOCK_MAX);
    needed = (gcz->image_size - 1) / gcz->block_size + 1;
    if (gcz->count != needed)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s has %" PRIu32 " blocks of %" PRIu32 " bytes, and its %" PRIu64 " bytes would take %" PRIu64,
                       path, gcz->count, gcz->block_size, gcz->image_size, needed);
    if (size_of_tables(gcz) > size - HEADER)
        return dk_fail(error, DK_ERROR_DAMAGED, "the tables of %" PRIu32 " blocks of %s do not fit into its %ju bytes",
                       gcz->count, path, (uintmax_t)size);
    if (gcz->count > WRAPPED_COUNT_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has %" PRIu32 " blocks, and up to %d are read", path, gcz->count,
                       WRAPPED_COUNT_MAX);
    gcz->tables = malloc((size_t)size_of_tables(gcz));
    if (!gcz->tables)
        return dk_fail_errno(error, "cannot open %s", path);
    return dk_store_read(gcz->candidate->store, gcz->tables, (size_t)size_of_tables(gcz), HEADER, error);
}

/* ---- Blocks ---- */

/* The sums of all blocks, which stay as long as the image is open. */
struct sums {
    size_t count;
    uint32_t values[];
};

/* The sum is of what is stored, so that it is known before anything is decoded. */
static bool check_sum(void *context, size_t number, unsigned kind, uint8_t *stored, size_t size, struct dk_error *error)
{
    const struct sums *sums = context;
    const uint32_t sum = libdeflate_adler32(1, stored, size);

    (void)kind;
    return number >= sums->count || sums->values[number] == sum ||
           dk_fail(error, DK_ERROR_DAMAGED, "its check sum is %08" PRIX32 ", not %08" PRIX32, sum,
                   sums->values[number]);
}

static bool decode_plain(void *context, uint8_t *from, size_t from_size, uint8_t *to, size_t size,
                         struct dk_error *error)
{
    (void)context;
    if (from_size < size)
        return dk_fail(error, DK_ERROR_DAMAGED, "it has %zu bytes, not %zu", from_size, size);
    memcpy(to, from, size);
    return true;
}

static const struct wrapped_codec codecs[] = {
    { .name = "zlib", .codec = &dk_codec_zlib },
    { .name = "plain", .decode = decode_plain },
    { .name = NULL },
};

/* A block ends where the next one begins. Places that fall are a damage of that block alone. */
static bool add_blocks(const struct gcz *gcz, struct wrapped *wrapped, struct dk_error *error)
{
    uint64_t left = gcz->image_size;

    for (uint32_t i = 0; i < gcz->count; i++) {
        const uint64_t entry = number_at(gcz, (uint64_t)i * PLACE, PLACE), from = entry & ~plain_bit;
        const uint64_t to =
            i + 1 < gcz->count ? number_at(gcz, (uint64_t)(i + 1) * PLACE, PLACE) & ~plain_bit : gcz->data_size;
        const uint64_t size = left < gcz->block_size ? left : gcz->block_size;
        const unsigned kind = to <= from ? WRAPPED_BAD : entry & plain_bit ? WRAPPED_CODED + 1 : WRAPPED_CODED;

        if (!wrapped_add(wrapped, size, kind, from, to - from, error))
            return false;
        left -= size;
    }
    return true;
}

static struct sums *make_sums(const struct gcz *gcz)
{
    struct sums *sums = malloc(sizeof *sums + gcz->count * sizeof *sums->values);

    if (!sums)
        return NULL;
    sums->count = gcz->count;
    for (uint32_t i = 0; i < gcz->count; i++)
        sums->values[i] = (uint32_t)number_at(gcz, (uint64_t)gcz->count * PLACE + (uint64_t)i * SUM, SUM);
    return sums;
}

static struct dk_store *open_image(const struct gcz *gcz, struct dk_store *data, struct dk_notes *notes,
                                   struct dk_error *error)
{
    const struct wrapped_rules rules = {
        .codecs = codecs,
        .prepare = check_sum,
        .whole = gcz->block_size,
        .context = make_sums(gcz),
        .free_context = free,
    };
    DK_CLEANUP(wrapped_free) struct wrapped *wrapped = rules.context ? wrapped_new(data, &rules) : NULL;

    if (!wrapped) {
        dk_fail_errno(error, "cannot open %s", gcz->candidate->path);
        return NULL;
    }
    return add_blocks(gcz, wrapped, error) ? wrapped_open(&wrapped, notes, error) : NULL;
}

/* What NKit makes looks like a disc whose places and hashes are all there, and they are not. */
static bool refuse_nkit(const struct gcz *gcz, struct dk_store *image, struct dk_error *error)
{
    char mark[4];
    struct dk_error inner;

    if (image->size < NKIT_AT + sizeof mark || !dk_store_read(image, mark, sizeof mark, NKIT_AT, &inner) ||
        memcmp(mark, "NKIT", sizeof mark) != 0)
        return true;
    return dk_fail(error, DK_ERROR_FORMAT,
                   "%s holds an NKit image, which leaves out parts of the disc and is not read: NKit makes the disc of "
                   "it again",
                   gcz->candidate->path);
}

static void free_tables(struct gcz *gcz)
{
    free(gcz->tables);
}

static bool gcz_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    DK_CLEANUP(free_tables) struct gcz gcz = { .candidate = candidate };
    struct dk_store *data = NULL, *image = NULL;
    bool right;

    if (read_header(&gcz, error)) {
        const uint64_t data_at = HEADER + size_of_tables(&gcz);

        data = dk_store_slice(candidate->store, data_at, candidate->store->size - data_at, error);
    }
    if (data)
        image = open_image(&gcz, data, &disc->notes, error);
    right = image && refuse_nkit(&gcz, image, error) && inner_read(disc, image, error);
    dk_store_close(data);
    dk_store_close(image);
    return right;
}

const struct dk_format format_gcz = {
    .id = "gcz",
    .name = "Dolphin's compressed image",
    .suffixes = "gcz",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD,
    .probe = gcz_probe,
    .read = gcz_read,
};
