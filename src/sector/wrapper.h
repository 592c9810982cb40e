/* Inside the room only: what wrappers have in common. */
#ifndef SECTOR_WRAPPER_H
#define SECTOR_WRAPPER_H

#include <disckit/wrapper.h>

/* Is it an error of the sector, which another try may cure? */
static inline bool is_sector_error(const struct dk_error *error)
{
    return error->kind == DK_ERROR_DAMAGED || error->kind == DK_ERROR_SYSTEM;
}

/* Of sources that own nothing but themselves. */
void source_free(struct dk_source *source);

#endif
