/* Discs for tests of jobs, out of tracks that are made in memory and need no image format. */
#ifndef SUPPORT_MADE_DISC_H
#define SUPPORT_MADE_DISC_H

#include <disckit/sector.h>

struct made_track {
    enum dk_mode mode;
    unsigned stored; /* bytes a sector */
    uint32_t count;
    uint32_t pregap;  /* of these sectors, so many lie before INDEX 01 */
    uint8_t session;  /* 0: the first */
    int32_t lba;      /* of its first sector; 0: behind the track before */
    const void *user; /* count * raw_user_size(mode) bytes; NULL: zeros. Audio is never silent */
    bool in_file;     /* its bytes are a file's, not the memory's */
    /* Spoils the sectors before they are used; `image` has count * stored bytes. */
    void (*spoil)(uint8_t *image);
};

/* Finished; numbers its tracks from 1. Fails the test where it can't be. */
struct dk_disc *made_disc(const struct made_track *tracks, size_t count);

#endif
