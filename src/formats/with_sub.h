/* Sectors and their subchannel, which lie in two files, as one store. */
#ifndef FORMATS_WITH_SUB_H
#define FORMATS_WITH_SUB_H

#include <disckit/bytes.h>

/*
 * The sectors of `image`, 2352 bytes each, with the 96 of `sub` behind each, as many as both have. Uses both on its
 * own, and has the image's name. NULL: no memory.
 */
struct dk_store *with_sub_store(struct dk_store *image, struct dk_store *sub);

#endif
