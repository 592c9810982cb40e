/* GDI: the sheets of GD-ROMs, a line a track. Read in gdi.c, written in gdi_write.c. */
#ifndef FORMATS_GDI_H
#define FORMATS_GDI_H

#include <disckit/format.h>

enum {
    GDI_HIGH_DENSITY = 45000, /* LBA of the high-density area of every GD-ROM, the second of its two sessions */
};

bool gdi_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error);

#endif
