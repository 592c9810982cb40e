/* The sheets that lie beside a data file and may be about it. */
#ifndef FORMATS_SHEETS_H
#define FORMATS_SHEETS_H

#include <disckit/format.h>

enum { SHEETS_MAX = 8 };

/*
 * Paths of the sheets in the folder of `path` that are called as it is, but for the suffix and for what a data file's
 * name has in addition ("x (Track 1).bin" of "x.cue"); those that have most of its name first. The caller frees each.
 */
size_t sheets_beside(const char *path, char *sheets[SHEETS_MAX]);
/* Is a sector of the disc in this file? */
bool sheet_is_about(const struct dk_disc *disc, struct dk_store *file);

#endif
