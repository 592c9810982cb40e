/* Writing an ISO: the user data of its pieces, one behind the other. */
#include "jobs/convert.h"

#include <disckit/verify.h>
#include <string.h>

static bool take(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    (void)lba;
    return dk_output_write(context, bytes, (size_t)count * DK_SECTOR_USER, error);
}

static bool copy(void *context, struct dk_store *store, uint64_t offset, uint64_t count, struct dk_error *error)
{
    return dk_output_copy(context, store, offset, count, error);
}

static bool write_piece(struct convert *convert, const struct convert_piece *piece, struct dk_output_file *file,
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
        .copy = copy,
        .context = file,
        .watch = convert->options->watch,
        .doing = "converting",
        .done_before = dk_output_size(file),
        .total = convert->result->sectors * DK_SECTOR_USER,
    };

    if (piece->hole)
        return dk_output_zeros(file, (uint64_t)piece->count * DK_SECTOR_USER, error);
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

bool convert_write_iso(struct convert *convert, struct dk_error *error)
{
    struct dk_output_file *file = dk_output_add(convert->output, convert->path, error);
    uint8_t tail[DK_SECTOR_USER];

    for (size_t i = 0; file && i < convert->piece_count; i++)
        if (!write_piece(convert, &convert->pieces[i], file, error))
            return false;
    return file && (!read_tail(convert, tail) || dk_output_write(file, tail, convert->disc->odd_tail, error));
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

bool convert_verify_iso(struct convert *convert, struct dk_error *error)
{
    struct dk_store *store = dk_store_open_file(convert->path, error);
    const bool right = store && verify_pieces(convert, store, error);

    dk_store_close(store);
    return right;
}
