/* DAA: an image in several files. What is behind each one's own header is one row of bytes, and chunks go across. */
#include "formats/daa.h"
#include "formats/parts.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <string.h>

enum {
    PART_HEADER = 40, /* signature 16, offset of the data 4, unknown 16, check sum 4 */
    OFFSET_MASK = 0xFFFFFF,
    PARTS_MAX = 1000,
};

static const struct parts_rule names = { .before = "d", .after = "", .digits = 2, .second = 0, .word = ".part" };

struct parts {
    struct daa *daa;
    struct dk_store *data[PARTS_MAX];
    size_t count;
    uint64_t size;
};

static void close_parts(struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        dk_store_close(parts->data[i]);
}

static bool add_data(struct parts *parts, struct dk_store *file, uint64_t data_at, struct dk_error *error)
{
    struct dk_store *data;

    if (data_at >= file->size && parts->count)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s ends at byte %ju, before its data at byte %" PRIu64, file->name,
                       (uintmax_t)file->size, data_at);
    data = dk_store_slice(file, data_at, file->size - data_at, error);
    if (!data)
        return false;
    parts->data[parts->count++] = data;
    parts->size += data->size;
    return true;
}

static bool read_part(struct parts *parts, struct dk_store *file, struct dk_error *error)
{
    uint8_t header[PART_HEADER];
    struct cursor cursor = cursor_over(header, sizeof header);
    const uint8_t *signature;

    if (!dk_store_read(file, header, sizeof header, 0, error))
        return false;
    signature = cursor_bytes(&cursor, 16);
    if (memcmp(signature, parts->daa->gburner ? "GBI VOL" : "DAA VOL", sizeof "DAA VOL") != 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s should be part %zu of %s, and does not begin like one", file->name,
                       parts->count + 1, parts->daa->candidate->path);
    return add_data(parts, file, cursor_le32(&cursor) & OFFSET_MASK, error);
}

static uint64_t size_of_chunks(const struct daa *daa)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < daa->chunk_count; i++)
        sum += daa->chunks[i].length;
    return sum;
}

/* Adds the next part; without it `*missing` is set, since nothing behind it has a place that is known. */
static bool add_part(struct parts *parts, bool *missing, struct dk_error *error)
{
    struct daa *daa = parts->daa;
    struct dk_store *file = parts_open(daa->candidate, daa->disc, &names, (unsigned)parts->count + 1, error);
    bool right;

    *missing = !file;
    if (!file)
        return error->kind == DK_ERROR_MISSING;
    right = read_part(parts, file, error);
    dk_store_close(file);
    return right;
}

struct dk_store *daa_open_data(struct daa *daa, struct dk_error *error)
{
    DK_CLEANUP(close_parts) struct parts parts = { .daa = daa };
    const uint64_t needed = size_of_chunks(daa);
    bool missing = !daa->several;

    if (!add_data(&parts, daa->candidate->store, daa->data_at, error))
        return NULL;
    while (!missing && parts.size < needed && parts.count < PARTS_MAX)
        if (!add_part(&parts, &missing, error))
            return NULL;
    return dk_store_chain(parts.data, parts.count, daa->candidate->path, error);
}
