/*
 * The blocks of a store that are decoded, being decoded or about to be. Nothing here locks: who calls holds the store's
 * lock, except while it fills the bytes of a slot that it has made its own.
 */
#ifndef BYTES_BLOCK_CACHE_H
#define BYTES_BLOCK_CACHE_H

#include <disckit/blocks.h>

enum slot_state {
    SLOT_EMPTY,
    SLOT_QUEUED,   /* waits for a thread that decodes ahead */
    SLOT_DECODING, /* one thread has it */
    SLOT_READY,
    SLOT_FAILED, /* it can't be decoded, and `failure` says why */
};

struct slot {
    struct dk_block block;
    enum slot_state state;
    bool referenced;     /* since the hand passed */
    unsigned users;      /* that copy out of it; it stays meanwhile */
    uint8_t *bytes;      /* block_size of them, from when it is first used */
    char *failure;       /* a sentence */
    struct slot *next;   /* of those whose hash is the same */
    struct slot *behind; /* in the queue */
};

struct block_cache {
    struct slot *slots, **heads; /* heads: by hash, a power of two of them */
    unsigned count, head_count, hand;
    struct slot *queue, **queue_end;
};

bool block_cache_start(struct block_cache *cache, unsigned count);
void block_cache_end(struct block_cache *cache);

struct slot *block_cache_find(const struct block_cache *cache, uint64_t index); /* NULL: it is not there */
/*
 * A slot for a block that is not there, with the state that is given. NULL where all are in use; with `steal` one that
 * only waits in the queue is taken.
 */
struct slot *block_cache_take(struct block_cache *cache, const struct dk_block *block, enum slot_state state,
                              bool steal);
void block_cache_drop(struct block_cache *cache, struct slot *slot);    /* forgets its block */
void block_cache_queue(struct block_cache *cache, struct slot *slot);   /* behind all others */
void block_cache_unqueue(struct block_cache *cache, struct slot *slot); /* it is there */
struct slot *block_cache_next(struct block_cache *cache);               /* off the queue, or NULL */

#endif
