/* Media descriptors for tests, written from the layout of their blocks. All numbers are little-endian. */
#ifndef SUPPORT_MDS_BUILDER_H
#define SUPPORT_MDS_BUILDER_H

#include <disckit/sector.h>

enum { MDS_BUILT_MAX = 16 << 10, MDS_TRACKS = 4, MDS_NAMES = 3 };

/* A track as its block and its extra block are to describe it. */
struct mds_built_track {
    uint8_t number; /* 0: no more tracks */
    uint8_t session;
    uint8_t code;
    uint16_t stored;
    int32_t lba;
    uint64_t offset;
    uint32_t pregap, count;
};

struct mds_built {
    unsigned medium;
    int32_t lead_outs[2]; /* of sessions; the second is 0 where there is one */
    struct mds_built_track tracks[MDS_TRACKS];
    const char *names[MDS_NAMES]; /* of the files that all tracks are in */
    bool wide;                    /* names in UTF-16 */
    bool no_extra, no_footer;
};

/*
 * Header at 0, sessions at 88. With one session and without `no_extra`: blocks of A0, A1, A2 at 112, 192 and 272 (but
 * for DVDs), tracks at 352. Then the extra blocks of the tracks, the footers, the names. Returns the size.
 */
size_t mds_build(const struct mds_built *built, uint8_t to[MDS_BUILT_MAX]);

#endif
