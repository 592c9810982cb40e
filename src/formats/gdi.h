/* GDI: the sheets of GD-ROMs, a line a track. Read in gdi.c, written in gdi_write.c. */
#ifndef FORMATS_GDI_H
#define FORMATS_GDI_H

#include "formats/gd_rom.h"

#include <disckit/format.h>

bool gdi_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error);

#endif
