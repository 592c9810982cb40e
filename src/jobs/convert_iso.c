/* Writing an ISO: the user data of its pieces, one behind the other, as they are or packed. */
#include "jobs/convert.h"

#include <disckit/verify.h>
#include <string.h>

enum { ZEROS = 16 << 10 };

/* Where the bytes go. */
struct iso_result {
    struct dk_output_file *file;
    const struct dk_iso_sink *sink; /* NULL: into the file */
    void *packer;                   /* what the sink made */
    uint64_t done;
};

static bool write_bytes(struct iso_result *result, const void *bytes, size_t count, struct dk_error *error)
{
    result->done += count;
    return result->sink ? result->sink->write(result->packer, bytes, count, error)
                        : dk_output_write(result->file, bytes, count, error);
}

static bool write_zeros(struct iso_result *result, uint64_t count, struct dk_error *error)
{
    static const uint8_t zeros[ZEROS];

    if (!result->sink) {
        result->done += count;
        return dk_output_zeros(result->file, count, error);
    }
    for (; count >= ZEROS; count -= ZEROS)
        if (!write_bytes(result, zeros, ZEROS, error))
            return false;
    return write_bytes(result, zeros, (size_t)count, error);
}

static bool take(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    (void)lba;
    return write_bytes(context, bytes, (size_t)count * DK_SECTOR_USER, error);
}

static bool copy(void *context, struct dk_store *store, uint64_t offset, uint64_t count, struct dk_error *error)
{
    struct iso_result *result = context;

    result->done += count;
    return dk_output_copy(result->file, store, offset, count, error);
}

static bool write_piece(struct convert *convert, const struct convert_piece *piece, struct iso_result *result,
                        struct dk_error *error)
{
    const struct dk_pipeline settings = {
        .disc = convert->disc,
        .source = convert->options->source,
        .lba = piece->lba,
        .count = piece->count,
        .form = DK_FORM_USER,
        .check = true,
        .go_on = true,
        .bad = &convert->result->bad,
        .take = take,
        .copy = result->sink ? NULL : copy,
        .context = result,
        .watch = convert->options->watch,
        .doing = "converting",
        .done_before = result->done,
        .total = convert->result->sectors * DK_SECTOR_USER,
    };

    if (piece->hole)
        return write_zeros(result, (uint64_t)piece->count * DK_SECTOR_USER, error);
    return dk_pipeline_run(&settings, error);
}

/* ---- What is less than a sector ---- */

/*
 * The extent with whose bytes the result ends, where its file goes on for less than a sector: partition maps of other
 * systems count in 512 bytes. NULL: nothing of that kind is left.
 */
static const struct dk_extent *extent_with_tail(const struct convert *convert)
{
    const struct convert_piece *last = &convert->pieces[convert->piece_count - 1];
    const int32_t end = last->lba + (int32_t)last->count;
    const struct dk_extent *extent = dk_disc_extent_at(convert->disc, end - 1);

    if (!convert->disc->odd_tail || convert->options->source || last->hole || end != dk_disc_end(convert->disc))
        return NULL;
    return extent && extent->store && extent->layout->stored == DK_SECTOR_USER ? extent : NULL;
}

static uint64_t tail_at(const struct dk_extent *extent)
{
    return extent->offset + (uint64_t)extent->count * extent->layout->stored;
}

/* A tail that can't be read is left out: the image is said to be damaged there already. */
static bool read_tail(const struct convert *convert, uint8_t tail[DK_SECTOR_USER])
{
    const struct dk_extent *extent = extent_with_tail(convert);
    struct dk_error error;

    return extent && convert->disc->odd_tail < DK_SECTOR_USER &&
           dk_store_read(extent->store, tail, convert->disc->odd_tail, tail_at(extent), &error);
}

/* ---- All of it ---- */

static bool write_pieces(struct convert *convert, struct iso_result *result, const uint8_t *tail, size_t tail_size,
                         struct dk_error *error)
{
    for (size_t i = 0; i < convert->piece_count; i++)
        if (!write_piece(convert, &convert->pieces[i], result, error))
            return false;
    return tail_size == 0 || write_bytes(result, tail, tail_size, error);
}

bool convert_write_iso(struct convert *convert, struct dk_error *error)
{
    struct iso_result result = { .file = dk_output_add(convert->output, convert->path, error),
                                 .sink = convert->iso_sink };
    uint8_t tail[DK_SECTOR_USER];
    const size_t tail_size = result.file && read_tail(convert, tail) ? convert->disc->odd_tail : 0;
    const uint64_t size = convert->result->sectors * DK_SECTOR_USER + tail_size;
    bool right;

    if (!result.file || !result.sink)
        return result.file && write_pieces(convert, &result, tail, tail_size, error);
    result.packer = result.sink->open(result.file, size, &convert->options->packing, error);
    if (!result.packer)
        return false;
    right = write_pieces(convert, &result, tail, tail_size, error) && result.sink->finish(result.packer, error);
    result.sink->close(result.packer);
    return right;
}

static bool verify_tail(struct convert *convert, struct dk_store *store, uint64_t offset, struct dk_error *error)
{
    uint8_t tail[DK_SECTOR_USER], result[DK_SECTOR_USER];
    const size_t size = read_tail(convert, tail) ? convert->disc->odd_tail : 0;

    if (store->size != offset + size)
        return dk_fail(error, DK_ERROR_DAMAGED, "the result has another size: %ju bytes", (uintmax_t)store->size);
    if (size == 0)
        return true;
    if (!dk_store_read(store, result, size, offset, error))
        return false;
    return memcmp(result, tail, size) == 0 ||
           dk_fail(error, DK_ERROR_DAMAGED, "the result differs in its last %zu bytes", size);
}

static bool verify_pieces(struct convert *convert, struct dk_store *store, struct dk_error *error)
{
    struct dk_verify_range range = { .form = DK_FORM_USER, .total = convert->result->sectors * DK_SECTOR_USER };

    for (size_t i = 0; i < convert->piece_count; i++) {
        const struct convert_piece *piece = &convert->pieces[i];

        range.lba = piece->lba;
        range.count = piece->count;
        range.done_before = range.offset;
        if (!(piece->hole ? dk_verify_zeros(store, range.offset, (uint64_t)piece->count * DK_SECTOR_USER, error)
                          : dk_verify_store(convert->disc, convert->options->source, &range, store,
                                            convert->options->watch, error)))
            return false;
        range.offset += (uint64_t)piece->count * DK_SECTOR_USER;
    }
    return verify_tail(convert, store, range.offset, error);
}

/* What a packed ISO gives as its reader has it. */
static bool verify_packed(struct convert *convert, struct dk_error *error)
{
    struct dk_disc *disc = dk_image_open(convert->path, error);
    bool right = false;

    if (disc && disc->extent_count == 1 && disc->extents[0].store)
        right = verify_pieces(convert, disc->extents[0].store, error);
    else if (disc)
        dk_fail(error, DK_ERROR_DAMAGED, "the result is read as %zu pieces, not as an ISO", disc->extent_count);
    dk_disc_close(disc);
    return right;
}

bool convert_verify_iso(struct convert *convert, struct dk_error *error)
{
    struct dk_store *store;
    bool right;

    if (convert->iso_sink)
        return verify_packed(convert, error);
    store = dk_store_open_file(convert->path, error);
    right = store && verify_pieces(convert, store, error);
    dk_store_close(store);
    return right;
}
