#include "jobs/rip.h"

enum {
    RUN_OUT = 2,        /* a track written at once ends in two sectors that are counted and can't be read */
    AUDIO_PREGAP = 150, /* in the mode of the audio track that follows, though the table counts it to the data track */
    CAPACITY_BLUR = 75, /* by so much READ CAPACITY may be beyond the last sector before an audio lead-out (SCSI-2) */
};

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/*
 * The end that is read to is the furthest that anybody claims. What must be readable is what the volume says; without
 * one everything must be.
 */
struct rip_range rip_reconcile(const struct rip_lengths *lengths)
{
    const int64_t furthest = larger(lengths->toc, lengths->capacity);
    const int64_t nearest =
        lengths->capacity > lengths->start && lengths->capacity < lengths->toc ? lengths->capacity : lengths->toc;
    const int64_t slack = RUN_OUT + (lengths->audio_next ? AUDIO_PREGAP + CAPACITY_BLUR : 0);
    struct rip_range range = { furthest, furthest };

    if (lengths->volume > lengths->start && lengths->volume < furthest)
        range.soft_end = larger(lengths->volume, nearest - slack);
    return range;
}
