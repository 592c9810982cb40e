/* Times as disc-ls prints them, without the C library's calls, which look for the time zone each time. */
#ifndef TOOLS_LS_TIME_H
#define TOOLS_LS_TIME_H

#include "tools/ls_buffer.h"

#include <disckit/volume.h>

/* The day that was printed last: files next to another mostly have the same. */
struct ls_day {
    bool known;
    int64_t number; /* since 1970-01-01 */
    char text[16];  /* "2026-11-22" */
    size_t length;
};

/* "2026-11-22T16:38:54+01:00": the time where it was recorded, and that zone; `between` date, time and zone. */
void ls_put_time(struct ls_buffer *buffer, struct ls_day *day, struct dk_time time, const char *between[2]);

#endif
