#include "volume/pool.h"

#include "util/memory.h"

#include <stdalign.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 64 << 10 };

struct pool_block {
    struct pool_block *next;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

static void add_block(struct pool *pool, size_t size)
{
    struct pool_block *block = memory_resized(NULL, 1, sizeof *block + size);

    block->size = size;
    block->next = pool->blocks;
    pool->blocks = block;
    pool->used = 0;
}

void *pool_take(struct pool *pool, size_t size)
{
    const size_t align = alignof(max_align_t), want = (size + align - 1) & ~(align - 1);
    void *bytes;

    if (!pool->blocks || pool->blocks->size - pool->used < want)
        add_block(pool, want > BLOCK_SIZE ? want : BLOCK_SIZE);
    bytes = pool->blocks->bytes + pool->used;
    pool->used += want;
    return bytes;
}

static void free_blocks(struct pool_block *block)
{
    while (block) {
        struct pool_block *next = block->next;

        free(block);
        block = next;
    }
}

void pool_reset(struct pool *pool)
{
    if (pool->blocks) {
        free_blocks(pool->blocks->next);
        pool->blocks->next = NULL;
    }
    pool->used = 0;
}

void pool_free(struct pool *pool)
{
    free_blocks(pool->blocks);
    *pool = (struct pool){ 0 };
}
