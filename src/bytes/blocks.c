/*
 * Blocks as a store. A reader finds a block in the cache or decodes it itself. Where reads go on in order, threads are
 * started that decode what comes next; a read that stands alone decodes what it asks for and nothing else.
 */
#include "bytes/block_cache.h"
#include "util/checked.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CACHE_BYTES = 24 << 20,  /* of decoded blocks */
    CACHE_SLOTS = 4096,      /* at most */
    CACHE_LEAST = 2,         /* however large a block is */
    WORKER_BYTES = 16 << 20, /* of blocks that threads have in hand at once */
    THREADS_MAX = 64,
    AHEAD_BYTES = 4 << 20, /* that are decoded ahead, if that is enough for all threads */
    BATCH_BYTES = 64 << 10,
    BATCH_MAX = 32, /* blocks that a thread takes at once */
    STREAMS = 4,    /* readers that go on in order, told apart by where they are */
};

/* A reader that may be going on in order. */
struct stream {
    uint64_t end;     /* where its last read ended */
    uint64_t run;     /* bytes that it read in order */
    uint64_t planned; /* up to here blocks were queued */
    uint64_t turn;    /* when it read last */
};

struct blocks_store {
    struct dk_store store;
    struct dk_blocks blocks;
    char *name;
    struct block_cache cache;
    pthread_mutex_t lock;
    pthread_cond_t settled, queued; /* a block was decoded or let go; there is one to decode */
    unsigned waiting;               /* readers, for `settled` */
    bool closing;
    struct stream streams[STREAMS];
    uint64_t turn, ahead;
    pthread_t threads[THREADS_MAX];
    unsigned thread_count, threads_wanted, batch;
    void *idle[THREADS_MAX]; /* what readers decoded with, for the next one */
    unsigned idle_count;
};

static bool has_workers(const struct blocks_store *store)
{
    return store->blocks.worker_new != NULL;
}

static void free_worker(const struct blocks_store *store, void *worker)
{
    if (worker && store->blocks.worker_free)
        store->blocks.worker_free(worker);
}

/* ---- One block ---- */

/* The block that holds `offset`, which is checked: a format's table may be as wrong as its file. */
static bool find_block(const struct blocks_store *store, uint64_t offset, struct dk_block *block,
                       struct dk_error *error)
{
    const struct dk_blocks *blocks = &store->blocks;

    if (!blocks->find) {
        const uint64_t index = offset / blocks->block_size, start = index * blocks->block_size;
        const uint64_t left = blocks->size - start;

        *block = (struct dk_block){ .index = index,
                                    .start = start,
                                    .size = left < blocks->block_size ? (uint32_t)left : blocks->block_size };
        return true;
    }
    if (!blocks->find(blocks->context, offset, block, error))
        return false;
    if (block->size > blocks->block_size || !range_inside(block->start, block->size, blocks->size) ||
        offset < block->start || offset - block->start >= block->size)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s: no block holds byte %ju of what is packed in it", store->name,
                       (uintmax_t)offset);
    return true;
}

/* Decodes into the slot, which is the caller's; the lock is not held. */
static bool decode(const struct blocks_store *store, void *worker, struct slot *slot, struct dk_error *error)
{
    if (!slot->bytes)
        slot->bytes = malloc(store->blocks.block_size);
    if (!slot->bytes || (has_workers(store) && !worker))
        return dk_fail(error, DK_ERROR_SYSTEM, "%s: no memory to decode a block of %ju bytes", store->name,
                       (uintmax_t)slot->block.size);
    return store->blocks.decode(store->blocks.context, worker, &slot->block, slot->bytes, error);
}

/*
 * What became of a slot. That a block is wrong is remembered with it, since who reads sector by sector asks for it
 * again and again; what the system could not do may go well the next time.
 */
static void settle(struct blocks_store *store, struct slot *slot, bool right, const struct dk_error *error)
{
    slot->referenced = true;
    if (right) {
        slot->state = SLOT_READY;
    } else if (error->kind == DK_ERROR_SYSTEM || !(slot->failure = strdup(error->text))) {
        block_cache_drop(&store->cache, slot);
    } else {
        slot->state = SLOT_FAILED;
    }
    if (store->waiting)
        pthread_cond_broadcast(&store->settled);
}

/* ---- Threads that decode ahead ---- */

static void *decode_ahead(void *context)
{
    struct blocks_store *store = context;
    void *worker = has_workers(store) ? store->blocks.worker_new(store->blocks.context) : NULL;
    struct slot *batch[BATCH_MAX];
    bool right[BATCH_MAX];
    struct dk_error errors[BATCH_MAX];

    pthread_mutex_lock(&store->lock);
    while (!store->closing) {
        unsigned count = 0;

        while (count < store->batch && (batch[count] = block_cache_next(&store->cache)))
            batch[count++]->state = SLOT_DECODING;
        if (count == 0) {
            pthread_cond_wait(&store->queued, &store->lock);
            continue;
        }
        pthread_mutex_unlock(&store->lock);
        for (unsigned i = 0; i < count; i++)
            right[i] = decode(store, worker, batch[i], &errors[i]);
        pthread_mutex_lock(&store->lock);
        for (unsigned i = 0; i < count; i++)
            settle(store, batch[i], right[i], &errors[i]);
    }
    pthread_mutex_unlock(&store->lock);
    free_worker(store, worker);
    return NULL;
}

/* Where no thread can be started, the reader decodes everything itself. */
static void start_threads(struct blocks_store *store)
{
    while (store->thread_count < store->threads_wanted) {
        if (pthread_create(&store->threads[store->thread_count], NULL, decode_ahead, store) != 0) {
            store->threads_wanted = store->thread_count;
            break;
        }
        store->thread_count++;
    }
    if (store->thread_count == 0)
        store->ahead = 0;
}

/* The stream that goes on at `offset`; else the one that has not moved for longest begins anew there. */
static struct stream *stream_at(struct blocks_store *store, uint64_t offset)
{
    struct stream *oldest = &store->streams[0];

    for (unsigned i = 0; i < STREAMS; i++) {
        struct stream *stream = &store->streams[i];

        if (stream->turn && stream->end == offset)
            return stream;
        if (stream->turn < oldest->turn)
            oldest = stream;
    }
    *oldest = (struct stream){ .end = offset };
    return oldest;
}

/*
 * Queues what a reader that goes on in order will want next: as many bytes as it read so up to now, within bounds.
 * Not a block at a time, but when half of that has been read.
 */
static void plan_ahead(struct blocks_store *store, uint64_t offset, size_t count)
{
    struct stream *stream = stream_at(store, offset);
    const bool goes_on = stream->run > 0;
    const uint64_t ahead = stream->run < store->ahead ? stream->run : store->ahead;
    uint64_t goal;

    stream->turn = ++store->turn;
    stream->end = offset + count;
    stream->run += count;
    if (!goes_on || ahead == 0)
        return;
    goal = store->store.size - stream->end < ahead ? store->store.size : stream->end + ahead;
    if (stream->planned < offset)
        stream->planned = offset;
    if (stream->planned >= goal || stream->planned > stream->end + ahead / 2)
        return;
    start_threads(store);
    while (stream->planned < goal && store->thread_count) {
        struct dk_block block;
        struct dk_error error;
        struct slot *slot;

        if (!find_block(store, stream->planned, &block, &error))
            break;
        if (!block_cache_find(&store->cache, block.index)) {
            slot = block_cache_take(&store->cache, &block, SLOT_QUEUED, false);
            if (!slot)
                break;
            block_cache_queue(&store->cache, slot);
        }
        stream->planned = block.start + block.size;
    }
    pthread_cond_broadcast(&store->queued);
}

/* ---- Reading ---- */

static void *take_worker(struct blocks_store *store)
{
    void *worker = store->idle_count ? store->idle[--store->idle_count] : NULL;

    if (!worker && has_workers(store)) {
        pthread_mutex_unlock(&store->lock);
        worker = store->blocks.worker_new(store->blocks.context);
        pthread_mutex_lock(&store->lock);
    }
    return worker;
}

static void give_worker_back(struct blocks_store *store, void *worker)
{
    if (worker && store->idle_count < THREADS_MAX)
        store->idle[store->idle_count++] = worker;
    else
        free_worker(store, worker);
}

/* Decodes a slot on the reader's own thread, which holds the lock before and after. */
static bool decode_here(struct blocks_store *store, struct slot *slot, struct dk_error *error)
{
    void *worker;
    bool right;

    slot->state = SLOT_DECODING;
    worker = take_worker(store);
    pthread_mutex_unlock(&store->lock);
    right = decode(store, worker, slot, error);
    pthread_mutex_lock(&store->lock);
    give_worker_back(store, worker);
    settle(store, slot, right, error);
    return right;
}

static void wait_until_settled(struct blocks_store *store)
{
    store->waiting++;
    pthread_cond_wait(&store->settled, &store->lock);
    store->waiting--;
}

/*
 * The slot with the block, decoded, or NULL. What another thread is decoding is waited for; if that one fails for
 * want of memory, this one tries itself.
 */
static struct slot *ready_slot(struct blocks_store *store, const struct dk_block *block, struct dk_error *error)
{
    for (;;) {
        struct slot *slot = block_cache_find(&store->cache, block->index);

        if (!slot)
            slot = block_cache_take(&store->cache, block, SLOT_DECODING, true);
        else if (slot->state == SLOT_READY)
            return slot;
        else if (slot->state == SLOT_QUEUED)
            block_cache_unqueue(&store->cache, slot);
        else if (slot->state == SLOT_FAILED) {
            dk_fail(error, DK_ERROR_DAMAGED, "%s", slot->failure);
            return NULL;
        } else
            slot = NULL;
        if (!slot)
            wait_until_settled(store);
        else
            return decode_here(store, slot, error) ? slot : NULL;
    }
}

static bool read_from_block(struct blocks_store *store, const struct dk_block *block, size_t skip, void *to,
                            size_t count, struct dk_error *error)
{
    struct slot *slot = ready_slot(store, block, error);

    if (!slot)
        return false;
    slot->users++;
    slot->referenced = true;
    pthread_mutex_unlock(&store->lock);
    memcpy(to, slot->bytes + skip, count);
    pthread_mutex_lock(&store->lock);
    if (--slot->users == 0 && store->waiting)
        pthread_cond_broadcast(&store->settled);
    return true;
}

static bool blocks_read(struct dk_store *generic, void *to, size_t count, uint64_t offset, struct dk_error *error)
{
    struct blocks_store *store = (struct blocks_store *)generic;
    bool right = true;

    if (count == 0)
        return true;
    pthread_mutex_lock(&store->lock);
    plan_ahead(store, offset, count);
    while (count && right) {
        struct dk_block block;

        right = find_block(store, offset, &block, error);
        if (right) {
            const size_t skip = (size_t)(offset - block.start);
            const size_t part = block.size - skip < count ? block.size - skip : count;

            right = read_from_block(store, &block, skip, to, part, error);
            to = (uint8_t *)to + part;
            offset += part;
            count -= part;
        }
    }
    pthread_mutex_unlock(&store->lock);
    return right;
}

/* ---- Its life ---- */

static void blocks_destroy(struct dk_store *generic)
{
    struct blocks_store *store = (struct blocks_store *)generic;

    pthread_mutex_lock(&store->lock);
    store->closing = true;
    pthread_cond_broadcast(&store->queued);
    pthread_mutex_unlock(&store->lock);
    for (unsigned i = 0; i < store->thread_count; i++)
        pthread_join(store->threads[i], NULL);
    while (store->idle_count)
        free_worker(store, store->idle[--store->idle_count]);
    block_cache_end(&store->cache);
    if (store->blocks.destroy)
        store->blocks.destroy(store->blocks.context);
    pthread_cond_destroy(&store->queued);
    pthread_cond_destroy(&store->settled);
    pthread_mutex_destroy(&store->lock);
    free(store->name);
    free(store);
}

static const struct dk_store_ops blocks_ops = {
    .read = blocks_read,
    .destroy = blocks_destroy,
};

static uint64_t at_most(uint64_t value, uint64_t bound)
{
    return value < bound ? value : bound;
}

static uint64_t at_least(uint64_t value, uint64_t bound)
{
    return value > bound ? value : bound;
}

/* How many of everything, by the size of a block. */
static unsigned measure(struct blocks_store *store)
{
    const uint64_t block = store->blocks.block_size;
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const uint64_t threads = store->blocks.threads ? store->blocks.threads : at_least((uint64_t)processors, 1);
    const uint64_t slots = at_least(at_most(CACHE_BYTES / block, CACHE_SLOTS), CACHE_LEAST);

    store->threads_wanted = (unsigned)at_most(at_most(threads, THREADS_MAX), WORKER_BYTES / block);
    store->ahead = at_most(at_least(AHEAD_BYTES, 2 * store->threads_wanted * block), (slots - 1) / 2 * block);
    if (store->threads_wanted == 0)
        store->ahead = 0;
    store->batch = (unsigned)at_most(at_least(BATCH_BYTES / block, 1), BATCH_MAX);
    return (unsigned)slots;
}

struct dk_store *dk_store_from_blocks(const struct dk_blocks *blocks, struct dk_error *error)
{
    struct blocks_store *store;

    if (blocks->block_size == 0 || blocks->block_size > DK_BLOCK_MAX) {
        dk_fail(error, DK_ERROR_FORMAT, "%s has blocks of %ju bytes: 1 to %d are possible", blocks->name,
                (uintmax_t)blocks->block_size, DK_BLOCK_MAX);
        goto fail;
    }
    store = calloc(1, sizeof *store);
    if (!store) {
        dk_fail_errno(error, "cannot open %s", blocks->name);
        goto fail;
    }
    store->blocks = *blocks;
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->settled, NULL);
    pthread_cond_init(&store->queued, NULL);
    store->store = (struct dk_store){ .ops = &blocks_ops, .size = blocks->size, .users = 1 };
    store->store.name = store->name = strdup(blocks->name);
    if (store->name && block_cache_start(&store->cache, measure(store)))
        return &store->store;
    dk_fail_errno(error, "cannot open %s", blocks->name);
    dk_store_close(&store->store);
    return NULL;

fail:
    if (blocks->destroy)
        blocks->destroy(blocks->context);
    return NULL;
}
