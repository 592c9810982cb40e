/*
 * Packing on every processor. Blocks gather in a job until it is worth a thread's while; jobs stand in a ring, are
 * packed by whichever thread comes first, and leave the ring in the order in which they entered it.
 */
#include <disckit/packer.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    JOB_BYTES = 128 << 10, /* of blocks that are given to a thread at once */
    RING_BYTES = 24 << 20, /* of jobs, with what comes out of them; but there are at least two */
    JOBS_A_THREAD = 4,
    THREADS_MAX = 64,
};

enum job_state { JOB_EMPTY, JOB_QUEUED, JOB_PACKING, JOB_DONE };

struct packed {
    size_t size, from_size;
    unsigned tag;
};

struct job {
    enum job_state state;
    unsigned count;        /* blocks in it */
    uint8_t *from, *to;    /* each block at a multiple of block_size, and of room */
    struct packed *blocks; /* packer->batch of them */
    bool failed;           /* the block behind the last of `count` could not be packed */
    struct dk_error error; /* why */
};

struct dk_packer {
    struct dk_packing packing;
    unsigned batch; /* blocks a job */
    struct job *jobs;
    unsigned job_count;
    unsigned first, filling; /* of the ring: the next to leave, and the one that gathers */
    unsigned under_way;      /* jobs in the ring that have not left */
    unsigned next;           /* to be packed */
    uint64_t put;            /* blocks that left */
    size_t gathered;         /* bytes of the block that is not full yet */
    bool broken;             /* every further call says the reason */
    struct dk_error reason;
    pthread_mutex_t lock;
    pthread_cond_t queued, done;
    bool closing;
    pthread_t threads[THREADS_MAX];
    unsigned thread_count, threads_wanted;
};

static bool fail_as(const struct dk_error *reason, struct dk_error *error)
{
    *error = *reason;
    return false;
}

static bool no_memory(struct dk_error *error)
{
    return dk_fail(error, DK_ERROR_SYSTEM, "no memory to pack blocks");
}

/* ---- Threads ---- */

/* Packs what the job holds. Up to a block that fails, whose reason it keeps. */
static void pack_job(const struct dk_packer *packer, void *worker, struct job *job)
{
    const struct dk_packing *packing = &packer->packing;
    struct dk_error error;

    for (unsigned i = 0; i < job->count; i++) {
        struct packed *block = &job->blocks[i];
        const bool right =
            packing->worker_new && !worker
                ? no_memory(&error)
                : packing->pack(packing->context, worker, job->from + (size_t)i * packing->block_size, block->from_size,
                                job->to + (size_t)i * packing->room, &block->size, &block->tag, &error);
        if (!right) {
            job->count = i;
            job->failed = true;
            job->error = error;
        }
    }
}

static void *pack_jobs(void *context)
{
    struct dk_packer *packer = context;
    void *worker = packer->packing.worker_new ? packer->packing.worker_new(packer->packing.context) : NULL;

    pthread_mutex_lock(&packer->lock);
    while (!packer->closing) {
        struct job *job = &packer->jobs[packer->next];

        if (job->state != JOB_QUEUED) {
            pthread_cond_wait(&packer->queued, &packer->lock);
            continue;
        }
        packer->next = (packer->next + 1) % packer->job_count;
        job->state = JOB_PACKING;
        pthread_mutex_unlock(&packer->lock);
        pack_job(packer, worker, job);
        pthread_mutex_lock(&packer->lock);
        job->state = JOB_DONE;
        pthread_cond_signal(&packer->done);
    }
    pthread_mutex_unlock(&packer->lock);
    if (worker && packer->packing.worker_free)
        packer->packing.worker_free(worker);
    return NULL;
}

/* One thread more for each job until there are enough: a small file starts few. */
static bool start_thread(struct dk_packer *packer, struct dk_error *error)
{
    if (packer->thread_count == packer->threads_wanted)
        return true;
    if (pthread_create(&packer->threads[packer->thread_count], NULL, pack_jobs, packer) == 0)
        packer->thread_count++;
    else if (packer->thread_count == 0)
        return dk_fail(error, DK_ERROR_SYSTEM, "no thread can be started to pack blocks");
    else
        packer->threads_wanted = packer->thread_count;
    return true;
}

/* ---- The ring ---- */

/* Hands on what came out of the job at the front, which is done. */
static bool put_first(struct dk_packer *packer, struct dk_error *error)
{
    const struct dk_packing *packing = &packer->packing;
    struct job *job = &packer->jobs[packer->first];

    for (unsigned i = 0; i < job->count; i++)
        if (!packing->put(packing->context, packer->put++, job->to + (size_t)i * packing->room, job->blocks[i].size,
                          job->blocks[i].tag, error))
            return false;
    if (job->failed)
        return fail_as(&job->error, error);
    job->count = 0;
    job->state = JOB_EMPTY;
    packer->first = (packer->first + 1) % packer->job_count;
    packer->under_way--;
    return true;
}

static bool first_is_done(struct dk_packer *packer, bool wait)
{
    const struct job *job = &packer->jobs[packer->first];
    bool done;

    pthread_mutex_lock(&packer->lock);
    while (wait && job->state != JOB_DONE)
        pthread_cond_wait(&packer->done, &packer->lock);
    done = job->state == JOB_DONE;
    pthread_mutex_unlock(&packer->lock);
    return done;
}

/* Gives the job that gathers to the threads; then takes what is done, and waits where the ring is full or it is all. */
static bool submit(struct dk_packer *packer, bool all, struct dk_error *error)
{
    struct job *job = &packer->jobs[packer->filling];

    if (job->count) {
        if (!start_thread(packer, error))
            return false;
        pthread_mutex_lock(&packer->lock);
        job->state = JOB_QUEUED;
        pthread_cond_signal(&packer->queued);
        pthread_mutex_unlock(&packer->lock);
        packer->filling = (packer->filling + 1) % packer->job_count;
        packer->under_way++;
    }
    while (packer->under_way && first_is_done(packer, all || packer->under_way == packer->job_count))
        if (!put_first(packer, error))
            return false;
    return true;
}

static bool allocate(const struct dk_packer *packer, struct job *job)
{
    if (!job->from)
        job->from = malloc((size_t)packer->batch * packer->packing.block_size);
    if (!job->to)
        job->to = malloc((size_t)packer->batch * packer->packing.room);
    if (!job->blocks)
        job->blocks = calloc(packer->batch, sizeof *job->blocks);
    return job->from && job->to && job->blocks;
}

static bool add(struct dk_packer *packer, const void *bytes, size_t size, struct dk_error *error)
{
    struct job *job = &packer->jobs[packer->filling];

    if (size > packer->packing.block_size)
        return dk_fail(error, DK_ERROR_REFUSED, "a block of %zu bytes is larger than %ju", size,
                       (uintmax_t)packer->packing.block_size);
    if (!allocate(packer, job))
        return no_memory(error);
    memcpy(job->from + (size_t)job->count * packer->packing.block_size, bytes, size);
    job->blocks[job->count++].from_size = size;
    return job->count < packer->batch || submit(packer, false, error);
}

/* The block behind those of the job that gathers is as long as it will be. */
static bool end_block(struct dk_packer *packer, struct dk_error *error)
{
    struct job *job = &packer->jobs[packer->filling];

    job->blocks[job->count++].from_size = packer->gathered;
    packer->gathered = 0;
    return job->count < packer->batch || submit(packer, false, error);
}

static bool gather(struct dk_packer *packer, const uint8_t *bytes, size_t count, struct dk_error *error)
{
    const size_t block_size = packer->packing.block_size;

    while (count) {
        struct job *job = &packer->jobs[packer->filling];
        const size_t room = block_size - packer->gathered, piece = count < room ? count : room;

        if (!allocate(packer, job))
            return no_memory(error);
        memcpy(job->from + job->count * block_size + packer->gathered, bytes, piece);
        packer->gathered += piece;
        bytes += piece;
        count -= piece;
        if (packer->gathered == block_size && !end_block(packer, error))
            return false;
    }
    return true;
}

/* The block that is not full, then all that is under way. */
static bool finish(struct dk_packer *packer, struct dk_error *error)
{
    const struct job *job = &packer->jobs[packer->filling];
    const size_t block_size = packer->packing.block_size;

    if (packer->gathered && packer->packing.whole) {
        memset(job->from + job->count * block_size + packer->gathered, 0, block_size - packer->gathered);
        packer->gathered = block_size;
    }
    return (packer->gathered == 0 || end_block(packer, error)) && submit(packer, true, error);
}

/* Keeps what went wrong: after a block that is missing no other may follow. */
static bool remember(struct dk_packer *packer, bool right, const struct dk_error *error)
{
    if (!right) {
        packer->broken = true;
        packer->reason = *error;
    }
    return right;
}

bool dk_packer_add(struct dk_packer *packer, const void *bytes, size_t size, struct dk_error *error)
{
    if (packer->broken)
        return fail_as(&packer->reason, error);
    return remember(packer, add(packer, bytes, size, error), error);
}

bool dk_packer_write(struct dk_packer *packer, const void *bytes, size_t count, struct dk_error *error)
{
    if (packer->broken)
        return fail_as(&packer->reason, error);
    return remember(packer, gather(packer, bytes, count, error), error);
}

bool dk_packer_finish(struct dk_packer *packer, struct dk_error *error)
{
    if (packer->broken)
        return fail_as(&packer->reason, error);
    return remember(packer, finish(packer, error), error);
}

/* ---- Its life ---- */

static uint64_t bounded(uint64_t value, uint64_t least, uint64_t most)
{
    if (value > most)
        value = most;
    return value < least ? least : value;
}

static void measure(struct dk_packer *packer)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const uint64_t wanted =
        packer->packing.threads ? packer->packing.threads : bounded((uint64_t)processors, 1, THREADS_MAX);
    uint64_t job;

    packer->batch = (unsigned)bounded(JOB_BYTES / packer->packing.block_size, 1, JOB_BYTES);
    job = (uint64_t)packer->batch * ((uint64_t)packer->packing.block_size + packer->packing.room);
    packer->threads_wanted = (unsigned)bounded(wanted, 1, THREADS_MAX);
    packer->job_count = (unsigned)bounded(RING_BYTES / job, 2, (uint64_t)packer->threads_wanted * JOBS_A_THREAD);
    packer->threads_wanted = (unsigned)bounded(packer->threads_wanted, 1, packer->job_count);
}

struct dk_packer *dk_packer_new(const struct dk_packing *packing, struct dk_error *error)
{
    struct dk_packer *packer;

    if (packing->block_size == 0 || packing->room == 0) {
        dk_fail(error, DK_ERROR_REFUSED, "blocks of 0 bytes can't be packed");
        return NULL;
    }
    packer = calloc(1, sizeof *packer);
    if (!packer) {
        no_memory(error);
        return NULL;
    }
    packer->packing = *packing;
    measure(packer);
    pthread_mutex_init(&packer->lock, NULL);
    pthread_cond_init(&packer->queued, NULL);
    pthread_cond_init(&packer->done, NULL);
    packer->jobs = calloc(packer->job_count, sizeof *packer->jobs);
    if (packer->jobs)
        return packer;
    no_memory(error);
    dk_packer_free(packer);
    return NULL;
}

void dk_packer_free(struct dk_packer *packer)
{
    if (!packer)
        return;
    pthread_mutex_lock(&packer->lock);
    packer->closing = true;
    pthread_cond_broadcast(&packer->queued);
    pthread_mutex_unlock(&packer->lock);
    for (unsigned i = 0; i < packer->thread_count; i++)
        pthread_join(packer->threads[i], NULL);
    for (unsigned i = 0; packer->jobs && i < packer->job_count; i++) {
        free(packer->jobs[i].from);
        free(packer->jobs[i].to);
        free(packer->jobs[i].blocks);
    }
    free(packer->jobs);
    pthread_cond_destroy(&packer->done);
    pthread_cond_destroy(&packer->queued);
    pthread_mutex_destroy(&packer->lock);
    free(packer);
}
