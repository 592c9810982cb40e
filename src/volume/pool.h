/* A pool: as an arena, but it can be emptied and used again, and what it gives out is not zeroed. */
#ifndef VOLUME_POOL_H
#define VOLUME_POOL_H

#include <stddef.h>

struct pool_block;

/* Zero-initialised it is empty. */
struct pool {
    struct pool_block *blocks;
    size_t used; /* of the newest block */
};

void *pool_take(struct pool *pool, size_t size); /* aligned for any type; ends the program where there is no memory */
void pool_reset(struct pool *pool);              /* all that it gave out is gone; one block stays for what comes */
void pool_free(struct pool *pool);

#endif
