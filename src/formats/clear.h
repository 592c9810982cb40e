/* Scrambled sectors (ECMA-130 annex B) in clear, for images that keep them as they are on the disc. */
#ifndef FORMATS_CLEAR_H
#define FORMATS_CLEAR_H

#include <disckit/bytes.h>

/*
 * The sectors of `image`, `stored` bytes each, 2352 or more: those with a sync are unscrambled, what is behind their
 * 2352 bytes stays. Uses `image` on its own, and has its name. NULL: no memory.
 */
struct dk_store *clear_store(struct dk_store *image, unsigned stored);

#endif
