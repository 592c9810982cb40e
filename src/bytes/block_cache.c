#include "bytes/block_cache.h"

#include <stdlib.h>

bool block_cache_start(struct block_cache *cache, unsigned count)
{
    cache->count = count;
    for (cache->head_count = 1; cache->head_count < count;)
        cache->head_count *= 2;
    cache->slots = calloc(count, sizeof *cache->slots);
    cache->heads = calloc(cache->head_count, sizeof(struct slot *));
    cache->queue_end = &cache->queue;
    return cache->slots && cache->heads;
}

void block_cache_end(struct block_cache *cache)
{
    for (unsigned i = 0; cache->slots && i < cache->count; i++) {
        free(cache->slots[i].bytes);
        free(cache->slots[i].failure);
    }
    free(cache->slots);
    free(cache->heads);
}

/* Neighbours fall beside one another, so blocks in a row share no head. */
static struct slot **head_of(const struct block_cache *cache, uint64_t index)
{
    return &cache->heads[index & (cache->head_count - 1)];
}

struct slot *block_cache_find(const struct block_cache *cache, uint64_t index)
{
    struct slot *slot = *head_of(cache, index);

    while (slot && slot->block.index != index)
        slot = slot->next;
    return slot;
}

void block_cache_drop(struct block_cache *cache, struct slot *slot)
{
    struct slot **link = head_of(cache, slot->block.index);

    while (*link != slot)
        link = &(*link)->next;
    *link = slot->next;
    if (slot->state == SLOT_QUEUED)
        block_cache_unqueue(cache, slot);
    free(slot->failure);
    slot->failure = NULL;
    slot->state = SLOT_EMPTY;
}

/*
 * The hand goes round over the slots and takes the first that nobody uses and nobody has read since it passed last.
 * After two turns it has been everywhere and found none.
 */
static struct slot *free_slot(struct block_cache *cache, bool steal)
{
    for (unsigned step = 0; step < 2 * cache->count; step++) {
        struct slot *slot = &cache->slots[cache->hand];
        const bool busy = slot->users || slot->state == SLOT_DECODING || (slot->state == SLOT_QUEUED && !steal);

        cache->hand = (cache->hand + 1) % cache->count;
        if (slot->state == SLOT_EMPTY)
            return slot;
        if (!busy && !slot->referenced) {
            block_cache_drop(cache, slot);
            return slot;
        }
        slot->referenced = false;
    }
    return NULL;
}

struct slot *block_cache_take(struct block_cache *cache, const struct dk_block *block, enum slot_state state,
                              bool steal)
{
    struct slot *slot = free_slot(cache, steal);
    struct slot **head;

    if (!slot)
        return NULL;
    slot->block = *block;
    slot->state = state;
    slot->referenced = true;
    head = head_of(cache, block->index);
    slot->next = *head;
    *head = slot;
    return slot;
}

void block_cache_queue(struct block_cache *cache, struct slot *slot)
{
    slot->behind = NULL;
    *cache->queue_end = slot;
    cache->queue_end = &slot->behind;
}

void block_cache_unqueue(struct block_cache *cache, struct slot *slot)
{
    struct slot **link = &cache->queue;

    while (*link != slot)
        link = &(*link)->behind;
    *link = slot->behind;
    if (!*link)
        cache->queue_end = link;
}

struct slot *block_cache_next(struct block_cache *cache)
{
    struct slot *slot = cache->queue;

    if (slot)
        block_cache_unqueue(cache, slot);
    return slot;
}
