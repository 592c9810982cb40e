/* Descriptors of BlindWrite images for tests, written from the layout of their parts. Numbers are little-endian. */
#ifndef SUPPORT_B5T_BUILDER_H
#define SUPPORT_B5T_BUILDER_H

#include <disckit/sector.h>

enum { B5T_BUILT_MAX = 16 << 10, B5T_TRACKS = 4, B5T_BLOCKS = 4 };

struct b5t_built_block {
    const char *name; /* NULL: no more blocks */
    uint32_t length, offset;
    int32_t first;
    uint32_t count;
};

struct b5t_built_track {
    unsigned session; /* 0: no more tracks */
    uint8_t number, type;
    int32_t first;
    uint32_t count, pregap;
};

struct b5t_built {
    unsigned profile;
    int32_t lead_outs[2]; /* of sessions; the second is 0 where there is one */
    bool no_points;       /* entries of A0 to A2 */
    const uint8_t *packs; /* 18 bytes, or NULL */
    struct b5t_built_block blocks[B5T_BLOCKS];
    struct b5t_built_track tracks[B5T_TRACKS];
};

/* With one pack or none: blocks are at 348 (and 18), and the header's lengths at 240. Returns the size. */
size_t b5t_build(const struct b5t_built *built, uint8_t to[B5T_BUILT_MAX]);

#endif
