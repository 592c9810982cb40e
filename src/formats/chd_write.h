/* CHD: the row's writer. */
#ifndef FORMATS_CHD_WRITE_H
#define FORMATS_CHD_WRITE_H

#include <disckit/format.h>

bool chd_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error);

#endif
