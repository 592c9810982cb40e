/* ISZ: an image in several files. A table says which chunks lie in which; a chunk may go on in the next file. */
#include "formats/isz.h"
#include "formats/parts.h"
#include "util/checked.h"
#include "util/cursor.h"

#include <inttypes.h>

enum {
    SEGMENT = 24, /* bytes of an entry */
    SEGMENTS_MAX = 100,
};

static const struct parts_rule names = { .before = "i", .after = "", .digits = 2, .second = 1, .word = ".part" };

/* An entry of the table of segments. */
struct segment {
    uint64_t size; /* of the file; 0 ends the table */
    uint32_t chunks, first_chunk;
    uint32_t data_at; /* of the first chunk that begins in this file */
    uint32_t left;    /* bytes of its last chunk that lie in the next file */
};

struct segments {
    const struct isz *isz;
    struct segment items[SEGMENTS_MAX];
    size_t count;
    struct dk_store *data[SEGMENTS_MAX];
    size_t opened;
};

static void close_segments(struct segments *segments)
{
    for (size_t i = 0; i < segments->opened; i++)
        dk_store_close(segments->data[i]);
}

static void close_store(struct dk_store **store)
{
    dk_store_close(*store);
}

/* ---- The table ---- */

static struct segment parse_segment(const uint8_t bytes[SEGMENT])
{
    struct cursor cursor = cursor_over(bytes, SEGMENT);
    struct segment segment;

    segment.size = cursor_le64(&cursor);
    segment.chunks = cursor_le32(&cursor);
    segment.first_chunk = cursor_le32(&cursor);
    segment.data_at = cursor_le32(&cursor);
    segment.left = cursor_le32(&cursor);
    return segment;
}

/* Segments follow each other, and all chunks are in them. */
static bool check_segment(const struct segments *segments, const struct segment *segment, struct dk_error *error)
{
    const struct isz *isz = segments->isz;
    const struct segment *before = segments->count ? segment - 1 : NULL;
    const uint32_t first = before ? before->first_chunk + before->chunks : 0;

    if (segment->first_chunk != first || segment->chunks > isz->chunk_count - first)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "segment %zu of %s has %" PRIu32 " chunks from chunk %" PRIu32 " on, and of %" PRIu32
                       " it should go on with chunk %" PRIu32,
                       segments->count + 1, isz->candidate->path, segment->chunks, segment->first_chunk,
                       isz->chunk_count, first);
    if (before && segment->data_at < before->left)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "segment %zu of %s begins with %" PRIu32 " bytes of a chunk, before byte %" PRIu32
                       " of its file",
                       segments->count + 1, isz->candidate->path, before->left, segment->data_at);
    return true;
}

static bool read_table(struct segments *segments, struct dk_error *error)
{
    const struct isz *isz = segments->isz;

    for (;;) {
        const uint64_t before = segments->count * (uint64_t)SEGMENT;
        struct segment segment;
        uint8_t bytes[SEGMENT];

        if (!isz_read_hidden(isz, isz->segments_at + before, before, bytes, sizeof bytes, error))
            return false;
        segment = parse_segment(bytes);
        if (segment.size == 0)
            break;
        if (segments->count == SEGMENTS_MAX)
            return dk_fail(error, DK_ERROR_FORMAT, "%s has more than %d segments", isz->candidate->path, SEGMENTS_MAX);
        segments->items[segments->count] = segment;
        if (!check_segment(segments, &segments->items[segments->count], error))
            return false;
        segments->count++;
    }
    return segments->count > 0 ||
           dk_fail(error, DK_ERROR_FORMAT, "the table of segments at byte %" PRIu32 " of %s is empty", isz->segments_at,
                   isz->candidate->path);
}

/* ---- Files ---- */

/* Bytes of data in a segment: its chunks, with the end of the last one of the segment before, without what is left. */
static bool size_of_data(const struct segments *segments, size_t index, uint64_t *size, struct dk_error *error)
{
    const struct isz *isz = segments->isz;
    const struct segment *segment = &segments->items[index];
    uint64_t sum = index ? segment[-1].left : 0;

    for (uint32_t i = 0; isz->chunks && i < segment->chunks; i++) {
        const struct isz_chunk *chunk = &isz->chunks[segment->first_chunk + i];

        sum += chunk->type == ISZ_ZEROS ? 0 : chunk->length;
    }
    if (segment->left > sum)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "segment %zu of %s leaves %" PRIu32 " bytes to the next one, and has only %" PRIu64, index + 1,
                       isz->candidate->path, segment->left, sum);
    *size = sum - segment->left;
    return true;
}

/* The file itself, or a part beside it. */
static struct dk_store *open_file(const struct segments *segments, size_t index, struct dk_error *error)
{
    const struct isz *isz = segments->isz;

    return index ? parts_open(isz->candidate, isz->disc, &names, (unsigned)index + 1, error)
                 : dk_store_use(isz->candidate->store);
}

/* Adds the data of a segment, or what is there of it: then `*whole` is false. */
static bool add_data(struct segments *segments, size_t index, bool *whole, struct dk_error *error)
{
    const struct segment *segment = &segments->items[index];
    const uint64_t from = segment->data_at - (index ? segment[-1].left : 0);
    struct dk_store *file, *data = NULL;
    uint64_t size = 0;

    if (!size_of_data(segments, index, &size, error))
        return false;
    file = open_file(segments, index, error);
    *whole = file && range_inside(from, size, file->size);
    if (!file)
        return error->kind == DK_ERROR_MISSING;
    if (!*whole)
        size = from < file->size ? file->size - from : 0;
    if (size && (data = dk_store_slice(file, from, size, error)))
        segments->data[segments->opened++] = data;
    dk_store_close(file);
    return data || size == 0;
}

/* What lies behind a file that is missing or too short has no place that is known: it counts as missing, too. */
static struct dk_store *chain_segments(struct segments *segments, struct dk_error *error)
{
    bool whole = true;

    for (size_t i = 0; whole && i < segments->count; i++)
        if (!add_data(segments, i, &whole, error))
            return NULL;
    return dk_store_chain(segments->data, segments->opened, segments->isz->candidate->path, error);
}

static struct dk_store *open_table(const struct isz *isz, struct dk_error *error)
{
    DK_CLEANUP(close_segments) struct segments segments = { .isz = isz };

    return read_table(&segments, error) ? chain_segments(&segments, error) : NULL;
}

/* ---- Without a table ---- */

/* Bytes that all chunks take. */
static uint64_t size_of_chunks(const struct isz *isz)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; isz->chunks && i < isz->chunk_count; i++)
        sum += isz->chunks[i].type == ISZ_ZEROS ? 0 : isz->chunks[i].length;
    return isz->chunks ? sum : isz->image_size;
}

/* What lies behind the header of a file, which says its own size at byte 4. */
static bool add_behind_header(struct segments *segments, struct dk_error *error)
{
    const size_t index = segments->opened;
    DK_CLEANUP(close_store) struct dk_store *file = open_file(segments, index, error);
    uint64_t from = segments->isz->data_at;
    uint8_t header_size;

    if (!file || !dk_store_read(file, &header_size, 1, 4, error))
        return false;
    if (index)
        from = header_size;
    if (from >= file->size)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s ends before its data, at byte %ju", file->name,
                       (uintmax_t)file->size);
    segments->data[index] = dk_store_slice(file, from, file->size - from, error);
    segments->opened += segments->data[index] != NULL;
    return segments->data[index] != NULL;
}

/* All files in a row have to be as many bytes as the chunks take: else nobody knows where one goes on in the next. */
static struct dk_store *open_counted(const struct isz *isz, uint64_t needed, struct dk_error *error)
{
    DK_CLEANUP(close_segments) struct segments segments = { .isz = isz };
    uint64_t there = 0;

    while (there < needed && segments.opened < SEGMENTS_MAX) {
        if (!add_behind_header(&segments, error))
            return NULL;
        there += segments.data[segments.opened - 1]->size;
    }
    if (there != needed) {
        dk_fail(error, DK_ERROR_FORMAT,
                "%s has no table of its segments, and %zu files with %" PRIu64
                " bytes of data, and its chunks take %" PRIu64,
                isz->candidate->path, segments.opened, there, needed);
        return NULL;
    }
    return dk_store_chain(segments.data, segments.opened, isz->candidate->path, error);
}

struct dk_store *isz_open_data(const struct isz *isz, struct dk_error *error)
{
    struct dk_store *file = isz->candidate->store;
    const uint64_t there = file->size - isz->data_at, needed = size_of_chunks(isz);

    if (isz->segments_at)
        return open_table(isz, error);
    if (isz->segment_size && needed > there)
        return open_counted(isz, needed, error);
    return dk_store_slice(file, isz->data_at, there, error);
}
