#include "drive/patience.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct patience {
    const char *name;
    const struct dk_drive_caller *caller;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned waits; /* begun and not ended */
    bool told, ending;
    struct timespec since;
};

static void tell(const struct patience *patience)
{
    char sentence[200];

    snprintf(sentence, sizeof sentence, "%s has not answered for %d s: waiting for it", patience->name,
             DK_DRIVE_SILENCE);
    patience->caller->tell(patience->caller->context, sentence);
}

/* Tells with the lock held, so that the wait can't end, and its thread can't print, meanwhile. */
static void *watch(void *of)
{
    struct patience *patience = of;

    pthread_mutex_lock(&patience->lock);
    while (!patience->ending) {
        if (!patience->waits || patience->told) {
            pthread_cond_wait(&patience->changed, &patience->lock);
        } else {
            const struct timespec until = { patience->since.tv_sec + DK_DRIVE_SILENCE, patience->since.tv_nsec };
            struct timespec now;

            pthread_cond_timedwait(&patience->changed, &patience->lock, &until);
            clock_gettime(CLOCK_MONOTONIC, &now);
            if (patience->waits && !patience->told && !patience->ending &&
                now.tv_sec - patience->since.tv_sec >= DK_DRIVE_SILENCE) {
                patience->told = true;
                tell(patience);
            }
        }
    }
    pthread_mutex_unlock(&patience->lock);
    return NULL;
}

struct patience *patience_start(const char *name, const struct dk_drive_caller *caller)
{
    struct patience *patience = caller->tell ? calloc(1, sizeof *patience) : NULL;
    pthread_condattr_t attributes;

    if (!patience)
        return NULL;
    patience->name = name;
    patience->caller = caller;
    pthread_mutex_init(&patience->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&patience->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&patience->thread, NULL, watch, patience) != 0) {
        free(patience);
        return NULL;
    }
    return patience;
}

void patience_end(struct patience *patience)
{
    if (!patience)
        return;
    pthread_mutex_lock(&patience->lock);
    patience->ending = true;
    pthread_cond_signal(&patience->changed);
    pthread_mutex_unlock(&patience->lock);
    pthread_join(patience->thread, NULL);
    pthread_cond_destroy(&patience->changed);
    pthread_mutex_destroy(&patience->lock);
    free(patience);
}

void patience_begin_wait(struct patience *patience)
{
    if (!patience)
        return;
    pthread_mutex_lock(&patience->lock);
    if (patience->waits++ == 0) {
        clock_gettime(CLOCK_MONOTONIC, &patience->since);
        patience->told = false;
        pthread_cond_signal(&patience->changed);
    }
    pthread_mutex_unlock(&patience->lock);
}

void patience_end_wait(struct patience *patience)
{
    if (!patience)
        return;
    pthread_mutex_lock(&patience->lock);
    patience->waits--;
    pthread_mutex_unlock(&patience->lock);
}
