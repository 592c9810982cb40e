/* What the files of the rip share. */
#ifndef JOBS_RIP_H
#define JOBS_RIP_H

#include "util/hash.h"

#include <disckit/bytes.h>
#include <disckit/rip.h>

/* How long a data track is: three sources that each can be wrong. */
struct rip_lengths {
    int64_t start;    /* LBA of the track */
    int64_t toc;      /* its end by the table of contents */
    int64_t capacity; /* its end by READ CAPACITY; 0: another track ends the disc, or not known */
    int64_t volume;   /* the end of the volume on it; 0: there is none */
    bool audio_next;  /* the next track is audio: its pregap lies before the end by the table */
};

/* [start, end) is read; from `soft_end` on sectors that can't be read, up to the end, are no damage. */
struct rip_range {
    int64_t end, soft_end;
};

struct rip_range rip_reconcile(const struct rip_lengths *lengths);

/* A copy under way. */
struct rip_copy {
    struct dk_disc *disc;
    struct dk_output_file *file;
    struct hash_set *hashes; /* NULL: none wanted */
    const struct dk_rip_options *options;
    struct dk_rip_report *report;
    uint64_t done, total; /* sectors */
    bool streams;         /* what is written can't be written over: a sector has to be tried again at once */
};

/* ---- rip_copy.c ---- */

/* Copies the sectors [lba, range.end). False: stopped, the drive is lost, or the file can't be written. */
bool rip_copy_range(struct rip_copy *copy, int64_t lba, struct rip_range range, struct dk_error *error);
/* Copies sectors that have to be readable and whose place in the result is not their place on the disc. */
bool rip_copy_exactly(struct rip_copy *copy, int64_t lba, uint32_t count, struct dk_error *error);
/* Writes sectors of zeros. */
bool rip_write_zeros(struct rip_copy *copy, uint64_t count, struct dk_error *error);

/* ---- rip_retry.c ---- */

/* Adds a sector to report->bad, behind or before the last run of it or far from it. */
bool rip_remember_bad(struct dk_rip_report *report, int64_t lba, bool protected, struct dk_error *error);
/* May the next sector be fine after such an error? */
bool rip_is_bad_sector(const struct dk_error *error);
/* Reads a sector alone for the `attempt`-th time (from 0), so that the drive has to do better than before. */
bool rip_try_again(const struct rip_copy *copy, int64_t lba, unsigned attempt, uint8_t *sector, struct dk_error *error);
/* Tries everything bad again, options->retries times, and puts what can be read into its place in the file. */
bool rip_retry(struct rip_copy *copy, struct dk_error *error);

/* ---- rip_verify.c ---- */

/* Reads the sectors [lba, end) again and compares them with the file, whose byte 0 is report->lba; notes differences.
 */
bool rip_verify(struct rip_copy *copy, struct dk_store *file, int64_t lba, int64_t end, struct dk_error *error);

#endif
