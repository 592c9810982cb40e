/* Writing an image of another format: what the format's own writer does. */
#include "jobs/convert.h"

#include <disckit/verify.h>

#include <string.h>

bool convert_write_image(struct convert *convert, struct dk_error *error)
{
    const struct dk_format *format = dk_format_by_id(convert->target.id);
    const struct dk_write_options options = {
        .sector = convert->options->sector,
        .split = convert->options->split,
        .checked = true,
        .watch = convert->options->watch,
        .notes = &convert->result->notes,
    };

    if (strcmp(convert->path, "-") == 0)
        return dk_fail(error, DK_ERROR_REFUSED, "a .%s is more than one file: stdout can't take it",
                       convert->target.id);
    return format->write(convert->disc, convert->path, &options, convert->output, error);
}

bool convert_verify_image(struct convert *convert, struct dk_error *error)
{
    struct dk_disc *result = dk_image_open(convert->path, error);
    const bool right = result && dk_verify_disc(convert->disc, result, convert->options->watch, error);

    dk_disc_close(result);
    return right;
}
