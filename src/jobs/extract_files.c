/* The files of a window, by several threads: making files takes the kernel's time, and there is more than one core. */
#include "jobs/extraction.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    FILE_MODE = 0666,
    THREADS_MAX = 4,
    SHARE_FILES = 128, /* that a thread takes at once: neighbours, which are read together */
    SHARE_BYTES = 4 << 20,
    WORTH_FILES = 64, /* below both of these a second thread costs more than it gains */
    WORTH_BYTES = 1 << 20,
    LOOK_EVERY = 50000000, /* nanoseconds between looks at the watch while another thread is waited for */
};

/* What a thread has for itself. */
struct worker {
    struct extraction *x;
    struct shares *shares;
    struct place place;
    struct reader reader;
    struct contents_job job;
    pthread_t thread;
};

struct shares {
    pthread_mutex_t lock;
    size_t next; /* the first entry of the window that nobody has taken */
};

/* A damaged record may claim any length: its ends are tried before a file is begun. */
static bool ends_are_there(struct extraction *x, const struct dk_entry *entry)
{
    for (size_t i = 0; i < entry->extent_count; i++) {
        const struct dk_file_extent *extent = &entry->extents[i];
        const int64_t last = extent->lba + (int64_t)extent_sectors(extent) - 1;
        char why[200];
        uint8_t user[DK_SECTOR_USER];
        struct dk_error error;

        if (!extent->size ||
            (last <= INT32_MAX && dk_source_read(x->disc->source, (int32_t)last, 1, DK_FORM_USER, user, &error)))
            continue;
        snprintf(why, sizeof why, "it goes on to LBA %" PRId64 ", which is not there", last);
        extraction_refuse(x, entry, why);
        return false;
    }
    return true;
}

static void tell_contents(struct extraction *x, const struct dk_entry *entry, const struct contents *seen)
{
    pthread_mutex_lock(&x->lock);
    if (seen->form2)
        dk_note(x->options->notes, DK_NOTE_ODD,
                "'%s' has %" PRIu64 " Form 2 sectors: of each the first 2048 of 2324 bytes were taken", entry->path,
                seen->form2);
    if (seen->bad)
        dk_note(x->options->notes, DK_NOTE_DAMAGE,
                "'%s' is damaged: the check bytes of %" PRIu64 " sectors disagree, the first is LBA %" PRId32
                "; it was %s",
                entry->path, seen->bad, seen->first_bad, x->options->keep_damaged ? "kept" : "not kept");
    if (seen->bad && !x->options->keep_damaged)
        x->done->refused++;
    pthread_mutex_unlock(&x->lock);
}

/* The contents are written and the file is open: it gets its name, or goes. */
static void end_file(struct worker *worker, const struct dk_entry *entry, struct place_file *file, uint32_t mode,
                     const struct contents *seen)
{
    struct extraction *x = worker->x;

    if (seen->bad || seen->form2)
        tell_contents(x, entry, seen);
    if (seen->bad && !x->options->keep_damaged) {
        place_abandon(file);
    } else if (!place_finish(&worker->place, file, mode, &entry->mtime)) {
        extraction_refuse_errno(x, entry);
    } else {
        pthread_mutex_lock(&x->lock);
        x->done->files++;
        x->done->bytes += entry->size;
        pthread_mutex_unlock(&x->lock);
    }
}

static void extract_file(struct worker *worker, const struct dk_entry *entry)
{
    struct extraction *x = worker->x;
    const uint32_t mode = extraction_mode(x, entry, FILE_MODE);
    struct place_file file;
    struct contents seen;
    struct dk_error error;

    if (entry->damaged && !ends_are_there(x, entry))
        return;
    if (!place_create(&worker->place, entry->path, mode, &file)) {
        extraction_refuse_errno(x, entry);
        return;
    }
    if (contents_write(&worker->job, entry, file.fd, &seen, &error)) {
        end_file(worker, entry, &file, mode, &seen);
        return;
    }
    place_abandon(&file);
    if (error.kind == DK_ERROR_STOPPED || error.kind == DK_ERROR_SYSTEM)
        extraction_fail(x, &error);
    else
        extraction_refuse(x, entry, error.text);
}

/* The entries from `*first` up to what is returned are the caller's; none are left where both are the same. */
static size_t take_share(struct shares *shares, const struct window *window, size_t *first)
{
    uint64_t bytes = 0;
    size_t end;

    pthread_mutex_lock(&shares->lock);
    *first = end = shares->next;
    while (end < window->count && end - *first < SHARE_FILES && bytes < SHARE_BYTES)
        bytes += window->entries[end++]->size;
    shares->next = end;
    pthread_mutex_unlock(&shares->lock);
    return end;
}

static void *work(void *context)
{
    struct worker *worker = context;
    const struct window *window = &worker->x->window;
    size_t i, end;

    while (!worker->x->failed && (end = take_share(worker->shares, window, &i)) > i)
        for (; i < end && !worker->x->failed; i++) {
            const struct dk_entry *entry = window->entries[i];

            if (entry->extent_count && !reader_holds(&worker->reader, entry->lba))
                worker->job.ahead = window_run(window, i, end);
            extract_file(worker, entry);
        }
    return NULL;
}

/* ---- The threads ---- */

static bool worker_open(struct worker *worker, struct extraction *x, struct shares *shares)
{
    struct dk_error error;

    *worker = (struct worker){ .x = x, .shares = shares, .place = place_share(&x->place) };
    worker->job = (struct contents_job){
        .reader = &worker->reader,
        .tree = x->tree,
        .tree_lock = &x->tree_lock,
        .doing = "extracting",
        .done = &x->progress,
        .end = &x->failed,
    };
    if (reader_open(&worker->reader, x->disc, &error))
        return true;
    extraction_fail(x, &error);
    place_leave(&worker->place);
    return false;
}

static void worker_close(struct worker *worker)
{
    worker->x->unchecked += worker->reader.unchecked;
    reader_close(&worker->reader);
    place_leave(&worker->place);
}

/* Sectors that come from a drive are read by one thread, forwards. */
static bool is_stored(const struct dk_disc *disc)
{
    for (size_t i = 0; i < disc->extent_count; i++)
        if (!disc->extents[i].store)
            return false;
    return disc->extent_count > 0;
}

static size_t threads_for(const struct extraction *x)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t bytes = 0;

    for (size_t i = 0; i < x->window.count && bytes < WORTH_BYTES; i++)
        bytes += x->window.entries[i]->size;
    if ((x->window.count < WORTH_FILES && bytes < WORTH_BYTES) || cores < 2 || !is_stored(x->disc))
        return 1;
    return cores < THREADS_MAX ? (size_t)cores : THREADS_MAX;
}

/* Waits for a thread; whoever watches is asked meanwhile, so that Ctrl-C works in the middle of a large file. */
static void wait_for(struct worker *worker, struct worker *first)
{
    struct extraction *x = worker->x;
    struct timespec until;

    do {
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_EVERY;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        if (!x->failed && !dk_watch_tick(first->job.watch, first->job.doing, x->progress, first->job.total)) {
            struct dk_error error;

            dk_fail(&error, DK_ERROR_STOPPED, "stopped");
            extraction_fail(x, &error);
        }
    } while (pthread_timedjoin_np(worker->thread, NULL, &until) != 0);
}

static void run(struct extraction *x, struct shares *shares)
{
    const size_t threads = threads_for(x);
    struct worker workers[THREADS_MAX];
    size_t running = 1;

    if (!worker_open(&workers[0], x, shares))
        return;
    workers[0].job.watch = x->options->watch;
    if (!x->options->path_count)
        workers[0].job.total = (uint64_t)dk_tree_volume(x->tree)->blocks * DK_SECTOR_USER;
    for (; running < threads; running++) {
        if (!worker_open(&workers[running], x, shares))
            break;
        if (pthread_create(&workers[running].thread, NULL, work, &workers[running]) != 0) {
            worker_close(&workers[running]);
            break; /* as many as there are will do */
        }
    }
    work(&workers[0]);
    for (size_t i = 1; i < running; i++) {
        wait_for(&workers[i], &workers[0]);
        worker_close(&workers[i]);
    }
    worker_close(&workers[0]);
}

void files_extract(struct extraction *x)
{
    struct shares shares = { .next = 0 };

    window_sort(&x->window);
    pthread_mutex_init(&shares.lock, NULL);
    run(x, &shares);
    pthread_mutex_destroy(&shares.lock);
    window_empty(&x->window);
}
