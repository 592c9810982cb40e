/* The blocks of a volume: where they lie on the disc, and reading them as bytes. */
#ifndef VOLUME_BLOCKS_H
#define VOLUME_BLOCKS_H

#include <disckit/volume.h>

struct blocks {
    struct dk_source *source;
    int32_t base;        /* LBA of the disc at which block 0 lies */
    uint32_t block_size; /* 512, 1024 or 2048 */
    int32_t first;       /* of the track that the volume was found on */
    uint32_t count;      /* its sectors */
};

/* A byte on the disc. */
struct place {
    int32_t lba;
    uint32_t skip; /* bytes of that sector before it: not 0 only where blocks are smaller than sectors */
};

/* False: no disc has that block. */
bool blocks_place(const struct blocks *blocks, uint64_t block, struct place *place);
/* Sectors that `size` bytes from `place` on touch. */
uint64_t blocks_sectors(struct place place, uint64_t size);
/* Do they all lie in the track? What lies elsewhere on the disc may be there, too: that takes a look. */
bool blocks_in_track(const struct blocks *blocks, int32_t lba, uint64_t sectors);
/* Is this sector on the disc at all, whatever it holds? */
bool blocks_is_there(const struct blocks *blocks, int64_t lba);
/* Reads `count` bytes, `offset` bytes behind `place`. */
bool blocks_read(const struct blocks *blocks, struct place place, uint64_t offset, void *to, size_t count,
                 struct dk_error *error);

#endif
