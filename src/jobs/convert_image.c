/* Writing an image of another format: what the format's own writer does, with sectors that the pipeline reads. */
#include "jobs/convert.h"

#include <disckit/verify.h>

#include <string.h>

/* One stretch, checked or not. */
static bool run_pipeline(struct convert *convert, const struct dk_write_run *run, int32_t lba, uint32_t count,
                         bool check, struct dk_error *error)
{
    const uint64_t size = dk_form_size(run->form), before = run->done_before + (uint64_t)(lba - run->lba);
    const struct dk_pipeline settings = {
        .disc = convert->disc,
        .source = convert->options->source,
        .lba = lba,
        .count = count,
        .form = run->form,
        .check = check,
        .go_on = true,
        .bad = &convert->result->bad,
        .take = run->take,
        .context = run->context,
        .watch = convert->options->watch,
        .doing = "converting",
        .done_before = before * size,
        .total = run->total * size,
    };

    return count == 0 || dk_pipeline_run(&settings, error);
}

/* A pause is not checked: after audio its first second may be audio (ECMA-130 chapter 20). */
static bool read_sectors(void *reader, const struct dk_write_run *run, struct dk_error *error)
{
    struct convert *convert = reader;
    int32_t lba = run->lba;
    uint32_t left = run->count;

    while (left) {
        const struct dk_track *track = dk_disc_track_at(convert->disc, lba);
        const bool pause = track && lba < track->lba;
        const int64_t end = track ? pause ? track->lba : (int64_t)track->lba + track->count + track->postgap : lba;
        const uint32_t piece = end > lba && end - lba < left ? (uint32_t)(end - lba) : left;

        if (!run_pipeline(convert, run, lba, piece, !pause, error))
            return false;
        lba += (int32_t)piece;
        left -= piece;
    }
    return true;
}

bool convert_write_image(struct convert *convert, struct dk_error *error)
{
    const struct dk_format *format = dk_format_by_id(convert->target.id);
    const struct dk_write_options options = {
        .sector = convert->options->sector,
        .split = convert->options->split,
        .checked = true,
        .packing = convert->options->packing,
        .watch = convert->options->watch,
        .notes = &convert->result->notes,
        .read = read_sectors,
        .reader = convert,
        .read_all = convert->options->source != NULL,
    };

    if (strcmp(convert->path, "-") == 0)
        return dk_fail(error, DK_ERROR_REFUSED, "stdout can't take a .%s", convert->target.id);
    return format->write(convert->disc, convert->path, &options, convert->output, error);
}

bool convert_verify_image(struct convert *convert, struct dk_error *error)
{
    struct dk_disc *result = dk_image_open(convert->path, error);
    const bool right =
        result && dk_verify_disc(convert->disc, result, convert->target.holds, convert->options->watch, error);

    dk_disc_close(result);
    return right;
}
