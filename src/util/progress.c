#include "util/progress.h"

#include "util/stop.h"
#include "util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PRINTS_A_SECOND = 10 };

static double seconds_between(struct timespec from, struct timespec to)
{
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

static void print_terminal(struct progress *progress, double rate, double left, uint64_t done, uint64_t total)
{
    char done_text[16], total_text[16], rate_text[16];

    text_size(done, done_text);
    text_size(total, total_text);
    text_size((uint64_t)rate, rate_text);
    fprintf(stderr, "\r\033[K%s: %s", progress->doing, done_text);
    if (total)
        fprintf(stderr, " of %s (%.0f %%)", total_text, 100.0 * (double)done / (double)total);
    fprintf(stderr, ", %s/s", rate_text);
    if (total && rate > 0)
        fprintf(stderr, ", %.0f:%02.0f left", (double)((uint64_t)left / 60), (double)((uint64_t)left % 60));
    fflush(stderr);
    progress->line_open = true;
}

static void print_json(const struct progress *progress, double rate, double left, uint64_t done, uint64_t total)
{
    fprintf(stderr, "{\"doing\":\"%s\",\"done\":%" PRIu64 ",\"total\":%" PRIu64 ",\"rate\":%.0f,\"left\":%.0f}\n",
            progress->doing, done, total, rate, left);
}

static bool tick(struct dk_watch *watch, const char *doing, uint64_t done, uint64_t total)
{
    struct progress *progress = (struct progress *)watch;
    struct timespec now;
    double rate, left, elapsed;

    if (stop_requested())
        return false;
    if (progress->style == PROGRESS_NONE)
        return true;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!progress->doing || strcmp(progress->doing, doing) != 0) {
        progress->doing = doing;
        progress->began = progress->shown = now;
        progress->done_at_start = done;
    }
    if (done != total && seconds_between(progress->shown, now) < 1.0 / PRINTS_A_SECOND)
        return true;
    progress->shown = now;
    elapsed = seconds_between(progress->began, now);
    rate = elapsed > 0 && done >= progress->done_at_start ? (double)(done - progress->done_at_start) / elapsed : 0;
    left = rate > 0 && total > done ? (double)(total - done) / rate : 0;
    (progress->style == PROGRESS_JSON ? (void)print_json(progress, rate, left, done, total)
                                      : print_terminal(progress, rate, left, done, total));
    return true;
}

struct progress progress_start(const char *how, bool quiet)
{
    struct progress progress = { .watch.tick = tick };

    if (how && strcmp(how, "json") == 0)
        progress.style = PROGRESS_JSON;
    else if (!how && !quiet && isatty(STDERR_FILENO))
        progress.style = PROGRESS_TERMINAL;
    return progress;
}

void progress_clear(struct progress *progress)
{
    if (progress->line_open)
        fputs("\r\033[K", stderr);
    progress->line_open = false;
}
