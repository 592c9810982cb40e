/* Writing an ISO: the user data of its pieces, one behind the other. */
#include "jobs/convert.h"

#include <disckit/verify.h>

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

bool convert_write_iso(struct convert *convert, struct dk_error *error)
{
    struct dk_output_file *file = dk_output_add(convert->output, convert->path, error);

    for (size_t i = 0; file && i < convert->piece_count; i++)
        if (!write_piece(convert, &convert->pieces[i], file, error))
            return false;
    return file != NULL;
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
    return store->size == range.offset ||
           dk_fail(error, DK_ERROR_DAMAGED, "the result has another size: %ju bytes", (uintmax_t)store->size);
}

bool convert_verify_iso(struct convert *convert, struct dk_error *error)
{
    struct dk_store *store = dk_store_open_file(convert->path, error);
    const bool right = store && verify_pieces(convert, store, error);

    dk_store_close(store);
    return right;
}
