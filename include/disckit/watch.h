/* A watch: how something long tells where it is, and learns that it should stop. */
#ifndef DISCKIT_WATCH_H
#define DISCKIT_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct dk_watch {
    /*
     * Called often, from one thread at a time, as cheaply as a call can be: what is being done ("converting",
     * "verifying"), how many bytes are done and how many there are (0: nobody knows). False: stop now, with
     * DK_ERROR_STOPPED.
     */
    bool (*tick)(struct dk_watch *watch, const char *doing, uint64_t done, uint64_t total);
};

/* NULL for `watch` never stops. */
static inline bool dk_watch_tick(struct dk_watch *watch, const char *doing, uint64_t done, uint64_t total)
{
    return !watch || watch->tick(watch, doing, done, total);
}

#endif
