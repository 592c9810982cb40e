/* Progress for a person at a terminal, or as JSON lines for a program: a dk_watch that prints, and stops on signals. */
#ifndef UTIL_PROGRESS_H
#define UTIL_PROGRESS_H

#include <disckit/watch.h>
#include <stdbool.h>
#include <time.h>

enum progress_style { PROGRESS_NONE, PROGRESS_TERMINAL, PROGRESS_JSON };

struct progress {
    struct dk_watch watch; /* what jobs are given */
    enum progress_style style;
    const char *doing; /* since `began` */
    struct timespec began, shown;
    uint64_t done_at_start;
    bool line_open; /* there is a line on the terminal that must be wiped */
};

/* `how` is what --progress was given, or NULL: then only where stderr is a terminal, and not when `quiet`. */
struct progress progress_start(const char *how, bool quiet);
/* Wipes the line, so that something else can be printed. */
void progress_clear(struct progress *progress);

#endif
