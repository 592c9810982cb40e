/* Packed files whose parts can be unpacked alone, by an index: read in place. */
#ifndef FORMATS_PEEL_FRAMES_H
#define FORMATS_PEEL_FRAMES_H

#include <disckit/blocks.h>

enum { FRAME_MAX = 16 << 20 /* bytes that one may give */ };

/* Parts that lie one behind the other, in the file and in what they give. Zero-initialised there is none. */
struct frames {
    struct frame {
        uint64_t from, start; /* first byte in the file, first byte that it gives */
    } * items;                /* one more than there are frames: the end */
    size_t count, room;
    uint64_t from, start; /* where the next one begins */
    uint32_t largest;
};

/* Adds the next one; nothing where it gives no bytes. False: it is larger than FRAME_MAX, or memory is short. */
bool frames_add(struct frames *frames, uint64_t stored, uint64_t gives);
void frames_free(struct frames *frames);
/* What they give, as a store; the frames are its own from here on. NULL: `error` says why. */
struct dk_store *frames_open(struct frames *frames, struct dk_store *file, const struct dk_codec *codec,
                             struct dk_error *error);

#endif
