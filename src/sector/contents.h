/* Inside the room only: sectors as they are stored. */
#ifndef SECTOR_CONTENTS_H
#define SECTOR_CONTENTS_H

#include <disckit/sector.h>

/* Where in the stored bytes the user data of a data sector begin. */
int sector_user_in(const struct dk_layout *layout, enum dk_mode mode, const uint8_t *stored);
/* A sector with nothing in it: silence, or zeros of `mode` with all that belongs around them. */
void sector_make_empty(uint8_t raw[DK_SECTOR_RAW], enum dk_mode mode, int32_t lba);
/* The source of a disc: finds the extent and turns what is stored into the form that is wanted. */
struct dk_source *disc_source_new(const struct dk_disc *disc);

#endif
