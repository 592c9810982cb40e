/*
 * Files beside an image that keep its subchannel, or some of it: .sub (96 bytes a sector, in either order), .sbi and
 * .lsd (the Q of those sectors that a copy protection has made odd).
 */
#ifndef FORMATS_SIDE_H
#define FORMATS_SIDE_H

#include <disckit/format.h>

/* Gives the sectors of the disc what is beside the image, where it keeps no subchannel itself. What is odd is noted. */
void side_attach(const struct dk_candidate *candidate, struct dk_disc *disc);
/* The same with one file, which is of this kind by its suffix (".sbi"). */
void side_take(struct dk_disc *disc, struct dk_store *file, const char *suffix);
/* Is this the name of such a file, which says nothing without an image? */
bool side_is_name(const char *path);

#endif
