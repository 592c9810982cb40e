/*
 * Packing: blocks are handed over in order, packed on every processor, and come out in the same order; so the result
 * does not depend on how many threads there are. Memory is bounded by a few blocks a thread.
 */
#ifndef DISCKIT_PACKER_H
#define DISCKIT_PACKER_H

#include <disckit/bytes.h>

/* What is asked of a target that packs. Zero-initialised it is the format's own choice. */
enum dk_level { DK_LEVEL_DEFAULT, DK_LEVEL_FAST, DK_LEVEL_MAX };

struct dk_packing_options {
    enum dk_level level;
    const char *codecs;  /* some of the format's, "deflate,lz4"; NULL: its own choice */
    uint32_t block_size; /* bytes that are packed as a whole; 0: its own choice */
    unsigned threads;    /* 0: one a processor; the result is the same */
};

/* What a format brings. `worker_new` and `worker_free` may be NULL. */
struct dk_packing {
    uint32_t block_size;                /* the most that dk_packer_add() is given at once */
    uint32_t room;                      /* the most that `pack` may fill */
    void *(*worker_new)(void *context); /* what one thread needs; NULL: out of memory */
    void (*worker_free)(void *worker);
    /* Packs one block into `to`, and says how many bytes that is; `tag` goes to `put`. On several threads at once. */
    bool (*pack)(void *context, void *worker, const uint8_t *from, size_t size, uint8_t *to, size_t *packed,
                 unsigned *tag, struct dk_error *error);
    /* Takes what came out of block `index`; in order, one at a time, on the thread that adds or finishes. */
    bool (*put)(void *context, uint64_t index, const uint8_t *bytes, size_t size, unsigned tag, struct dk_error *error);
    void *context;
    unsigned threads; /* 0: one a processor */
    bool whole;       /* what dk_packer_write() leaves of the last block is filled up with zeros */
};

struct dk_packer;

DK_API struct dk_packer *dk_packer_new(const struct dk_packing *packing, struct dk_error *error);
/* The next block; its bytes are copied. */
DK_API DK_MUST_USE bool dk_packer_add(struct dk_packer *packer, const void *bytes, size_t size, struct dk_error *error);
/* Bytes that are cut into blocks of `block_size` here. Not to be mixed with dk_packer_add(). */
DK_API DK_MUST_USE bool dk_packer_write(struct dk_packer *packer, const void *bytes, size_t count,
                                        struct dk_error *error);
/* Waits until every block was put. */
DK_API DK_MUST_USE bool dk_packer_finish(struct dk_packer *packer, struct dk_error *error);
DK_API void dk_packer_free(struct dk_packer *packer); /* without a finish: drops what is under way; NULL is fine */

#endif
