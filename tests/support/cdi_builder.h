/* Descriptors of DiscJuggler images for tests, written from the layout of their records. Numbers are little-endian. */
#ifndef SUPPORT_CDI_BUILDER_H
#define SUPPORT_CDI_BUILDER_H

#include <disckit/sector.h>

enum { CDI_BUILT_MAX = 16 << 10, CDI_TRACKS = 4, CDI_LENGTHS = 5 };

struct cdi_built_track {
    unsigned session; /* 0: no more tracks */
    uint32_t mode, read_mode;
    uint32_t start;
    uint32_t lengths[CDI_LENGTHS]; /* the last is 0, and so may the pregap be */
    uint32_t total;                /* 0: the sum of these */
    const char *isrc, *title;
};

struct cdi_built {
    unsigned version; /* 2, 3 or 35 */
    bool early, late; /* the group in front of the marks, and that behind 80000000 */
    bool sound;       /* the group behind FFFFFFFF */
    const char *mcn;
    const char *packs; /* 18 bytes, or NULL */
    int32_t lead_out;
    struct cdi_built_track tracks[CDI_TRACKS];
};

/* Writes the descriptor that follows `data` bytes of sectors, with the 8 bytes behind it; returns its size. */
size_t cdi_build(const struct cdi_built *built, size_t data, uint8_t to[CDI_BUILT_MAX]);

#endif
