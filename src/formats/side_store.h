/* Sectors of an image with the subchannel that a file beside it has, as a store of 2448 bytes a sector. */
#ifndef FORMATS_SIDE_STORE_H
#define FORMATS_SIDE_STORE_H

#include <disckit/sector.h>

/* Bytes of the Q of one sector; the others are those that would be computed. */
struct side_patch {
    int32_t lba;
    uint8_t q[12];
    uint8_t from, count; /* q[0 .. count) stand at `from` */
    bool wrong_crc;      /* that is what tells it from a copy's */
};

/* All raw sectors of the disc get the subchannel of `sub`: that of their LBA, or in the order of what is stored. */
void side_give_sub(struct dk_disc *disc, struct dk_store *sub, enum dk_sub_order order, bool by_lba);
/* The sectors of the patches, which rise by LBA, alone; returns how many were given. They live as long as the disc. */
size_t side_give_patches(struct dk_disc *disc, const struct side_patch *patches, size_t count);

#endif
