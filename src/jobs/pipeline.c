/*
 * The engine. Blocks go round in a ring: the reader fills them, the checker looks at them, the caller's thread empties
 * them; each counts the blocks that it is through with, and waits for the others by these counts.
 */
#include "jobs/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SLOTS = 12,
    TICK_NANOSECONDS = 100 * 1000 * 1000, /* between two ticks while nothing comes */
    COPY_PIECE = 32 << 20,                /* bytes between two ticks of a copy in the kernel */
};

struct run {
    struct pipeline_reader reader;
    struct pipeline_block blocks[SLOTS];
    uint8_t *memory, *turned; /* of the blocks; one block in the form that is wanted */
    const struct dk_pipeline *settings;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t read, checked, taken; /* blocks */
    bool ended, stop;              /* the reader is through; nobody wants more */
    struct dk_error read_error;
    struct dk_bad_list faulty;
    struct pipeline_zeros zeros;
};

/* ---- The threads ---- */

static bool room_or_stop(const struct run *run)
{
    const uint64_t slowest = run->checked < run->taken ? run->checked : run->taken;

    return run->stop || run->read - slowest < SLOTS;
}

static void *read_blocks(void *context)
{
    struct run *run = context;
    int32_t lba = run->reader.lba;
    bool right = true;

    pthread_mutex_lock(&run->lock);
    while (right && lba < run->reader.end) {
        struct pipeline_block *block = &run->blocks[run->read % SLOTS];

        while (!room_or_stop(run))
            pthread_cond_wait(&run->changed, &run->lock);
        if (run->stop)
            break;
        pthread_mutex_unlock(&run->lock);
        right = pipeline_fill(&run->reader, block, lba, &run->read_error);
        lba += (int32_t)block->count;
        pthread_mutex_lock(&run->lock);
        if (right) {
            run->read++;
            pthread_cond_broadcast(&run->changed);
        }
    }
    run->ended = true;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    return NULL;
}

static void *check_blocks(void *context)
{
    struct run *run = context;

    pthread_mutex_lock(&run->lock);
    while (!run->stop) {
        if (run->checked < run->read) {
            const struct pipeline_block *block = &run->blocks[run->checked % SLOTS];

            pthread_mutex_unlock(&run->lock);
            pipeline_check(run->settings, block, &run->zeros, &run->faulty);
            pthread_mutex_lock(&run->lock);
            run->checked++;
            pthread_cond_broadcast(&run->changed);
        } else if (run->ended) {
            break;
        } else {
            pthread_cond_wait(&run->changed, &run->lock);
        }
    }
    pthread_mutex_unlock(&run->lock);
    return NULL;
}

/* ---- The caller's side ---- */

static bool tick(const struct dk_pipeline *settings, int32_t lba, struct dk_error *error)
{
    const uint64_t size = dk_form_size(settings->form),
                   done = settings->done_before + (uint64_t)(lba - settings->lba) * size,
                   total = settings->total ? settings->total : settings->count * size;

    return dk_watch_tick(settings->watch, settings->doing, done, total) ||
           dk_fail(error, DK_ERROR_STOPPED, "stopped at LBA %d", (int)lba);
}

enum waited { WAIT_BLOCK, WAIT_END, WAIT_STOPPED };

/* Waits until there is a block to take, or none will come; ticks meanwhile. */
static enum waited wait_for_block(struct run *run, int32_t lba, struct dk_error *error)
{
    enum waited state = WAIT_END;

    pthread_mutex_lock(&run->lock);
    while (state != WAIT_STOPPED && run->taken == run->read && !run->ended) {
        struct timespec until;

        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += TICK_NANOSECONDS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (pthread_cond_timedwait(&run->changed, &run->lock, &until) == ETIMEDOUT) {
            pthread_mutex_unlock(&run->lock);
            state = tick(run->settings, lba, error) ? WAIT_END : WAIT_STOPPED;
            pthread_mutex_lock(&run->lock);
        }
    }
    if (state != WAIT_STOPPED && run->taken < run->read)
        state = WAIT_BLOCK;
    pthread_mutex_unlock(&run->lock);
    return state;
}

static bool give(struct run *run, const struct pipeline_block *block, struct dk_error *error)
{
    const struct dk_pipeline *settings = run->settings;
    const size_t size = dk_form_size(settings->form);
    const uint8_t *bytes = block->bytes;

    if (!settings->take)
        return true;
    if (block->extent && !pipeline_same_bytes(block->extent, settings->form)) {
        for (uint32_t i = 0; i < block->count; i++)
            dk_extent_turn(settings->disc, block->extent, block->lba + (int32_t)i,
                           block->bytes + (size_t)i * block->extent->layout->stored, settings->form,
                           run->turned + i * size);
        bytes = run->turned;
    }
    return settings->take(settings->context, block->lba, block->count, bytes, error);
}

static bool take_blocks(struct run *run, struct dk_error *error)
{
    int32_t lba = run->reader.lba;
    enum waited state;

    while ((state = wait_for_block(run, lba, error)) == WAIT_BLOCK) {
        const struct pipeline_block *block = &run->blocks[run->taken % SLOTS];

        if (!give(run, block, error))
            return false;
        lba = block->lba + (int32_t)block->count;
        pthread_mutex_lock(&run->lock);
        run->taken++;
        pthread_cond_broadcast(&run->changed);
        pthread_mutex_unlock(&run->lock);
        if (!tick(run->settings, lba, error))
            return false;
    }
    if (state == WAIT_END && lba < run->reader.end)
        *error = run->read_error;
    return lba >= run->reader.end;
}

/* ---- Starting and ending ---- */

static void stop(struct run *run)
{
    pthread_mutex_lock(&run->lock);
    run->stop = true;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

static bool start_thread(pthread_t *thread, void *(*body)(void *), struct run *run, struct dk_error *error)
{
    const int wrong = pthread_create(thread, NULL, body, run);

    if (wrong)
        errno = wrong;
    return !wrong || dk_fail_errno(error, "cannot start a thread");
}

/* Reads, checks and gives away the sectors of the reader; a sink that fails, or a watch, ends both threads. */
static bool run_threads(struct run *run, struct dk_error *error)
{
    pthread_t reader, checker;
    bool right, checks = false;

    if (!run->settings->check)
        run->checked = UINT64_MAX;
    if (!start_thread(&reader, read_blocks, run, error))
        return false;
    right = !run->settings->check || (checks = start_thread(&checker, check_blocks, run, error));
    right = right && take_blocks(run, error);
    if (!right)
        stop(run);
    pthread_join(reader, NULL);
    if (checks)
        pthread_join(checker, NULL);
    return right;
}

static bool run_span(const struct dk_pipeline *settings, int32_t lba, int32_t end, struct dk_error *error)
{
    struct run run = { .settings = settings, .reader = pipeline_reader(settings, lba, end) };
    bool right;

    run.memory = malloc((size_t)SLOTS * PIPELINE_BLOCK);
    run.turned = malloc(PIPELINE_TURNED);
    if (!run.memory || !run.turned) {
        free(run.memory);
        free(run.turned);
        return dk_fail_errno(error, "cannot read ahead");
    }
    for (size_t i = 0; i < SLOTS; i++)
        run.blocks[i].bytes = run.memory + i * PIPELINE_BLOCK;
    pthread_mutex_init(&run.lock, NULL);
    pthread_cond_init(&run.changed, NULL);
    right = run_threads(&run, error);
    pthread_cond_destroy(&run.changed);
    pthread_mutex_destroy(&run.lock);
    if (settings->bad)
        pipeline_merge_bad(settings->bad, &run.reader.unreadable, &run.faulty);
    dk_bad_list_free(&run.reader.unreadable);
    dk_bad_list_free(&run.faulty);
    free(run.memory);
    free(run.turned);
    return right;
}

/* ---- Copies in the kernel ---- */

static bool copy_span(const struct dk_pipeline *settings, const struct dk_extent *extent, int32_t lba, int32_t end,
                      struct dk_error *error)
{
    const uint64_t stored = extent->layout->stored;
    const uint32_t piece = (uint32_t)(COPY_PIECE / stored);

    while (lba < end) {
        const uint32_t count = (uint32_t)(end - lba) < piece ? (uint32_t)(end - lba) : piece;

        if (!settings->copy(settings->context, extent->store, extent->offset + (uint64_t)(lba - extent->lba) * stored,
                            count * stored, error))
            return false;
        if (settings->map)
            dk_read_map_mark(settings->map, lba, count, DK_READ_GOOD);
        lba += (int32_t)count;
        if (!tick(settings, lba, error))
            return false;
    }
    return true;
}

/* The extent at `lba` where its bytes can go as they are, and nothing is to be checked in them. */
static const struct dk_extent *copied_extent(const struct dk_pipeline *settings, int32_t lba)
{
    const struct dk_extent *extent = settings->source ? NULL : dk_disc_extent_at(settings->disc, lba);
    uint64_t start;

    return settings->copy && extent && pipeline_same_bytes(extent, settings->form) &&
                   !(settings->check && pipeline_can_check(extent)) && dk_store_plain_file(extent->store, &start) >= 0
               ? extent
               : NULL;
}

/* The first sector from `lba` on, at most `end`, that begins an extent to be copied. */
static int32_t next_copied(const struct dk_pipeline *settings, int32_t lba, int32_t end)
{
    for (size_t i = 0; settings->copy && !settings->source && i < settings->disc->extent_count; i++) {
        const struct dk_extent *extent = &settings->disc->extents[i];

        if (extent->lba > lba && extent->lba < end && copied_extent(settings, extent->lba))
            return extent->lba;
    }
    return end;
}

static int32_t end_of(const struct dk_extent *extent, int32_t most)
{
    const int64_t end = (int64_t)extent->lba + extent->count;

    return end < most ? (int32_t)end : most;
}

bool dk_pipeline_run(const struct dk_pipeline *settings, struct dk_error *error)
{
    const int32_t end = settings->lba + (int32_t)settings->count;
    int32_t lba = settings->lba;

    while (lba < end) {
        const struct dk_extent *extent = copied_extent(settings, lba);
        const int32_t until = extent ? end_of(extent, end) : next_copied(settings, lba, end);

        if (!(extent ? copy_span(settings, extent, lba, until, error) : run_span(settings, lba, until, error)))
            return false;
        lba = until;
    }
    return true;
}
