/* Ripping: the data track of a disc in a drive becomes an .iso, with everything that can be read and a list of the
 * rest. */
#ifndef DISCKIT_RIP_H
#define DISCKIT_RIP_H

#include <disckit/sector.h>
#include <disckit/watch.h>

enum { DK_RIP_RETRIES = 5, DK_RIP_SUMS = 4 };

struct dk_rip_options {
    unsigned track, session; /* which data track, where there are several; 0: the only one */
    unsigned retries;        /* how often what failed is read again, after all the rest; DK_RIP_RETRIES is usual */
    bool allow_protected;    /* go on where the disc is protected against copying */
    bool replace;            /* the file may be there already */
    bool verify;             /* read the disc again, and compare */
    const char *hashes;      /* "md5,sha256", or NULL */
    struct dk_watch *watch;
};

struct dk_rip_run {
    int32_t lba;
    uint32_t count;
    bool protected; /* the drive refused it; else it could not be read */
};

struct dk_rip_sum {
    const char *name; /* "sha256" */
    const char *tag;  /* "SHA256" */
    char hex[65];
};

struct dk_rip_report {
    unsigned track, session;
    int32_t lba;      /* of the disc, at which the result begins */
    uint32_t sectors; /* of the result */
    /* The three lengths that the result's was made from, in sectors from the track's start; 0: not known. */
    uint32_t by_toc, by_capacity, by_volume;
    uint32_t run_out;       /* sectors at the end that a table counts and nobody wrote: left out */
    struct dk_rip_run *bad; /* sectors that are zeros in the result, by LBA */
    size_t bad_count;
    uint32_t bad_sectors;
    uint32_t recovered; /* sectors that failed at first and could be read later */
    struct dk_rip_sum sums[DK_RIP_SUMS];
    size_t sum_count;
    struct dk_notes notes; /* DK_NOTE_DAMAGE where the result is not the whole disc */
};

/*
 * Rips to `path`, or to stdout where that is "-". `report` is to be freed after success and after failure. False:
 * nothing was left behind (but what went to stdout).
 */
DK_API DK_MUST_USE bool dk_rip(struct dk_disc *disc, const char *path, const struct dk_rip_options *options,
                               struct dk_rip_report *report, struct dk_error *error);
DK_API void dk_rip_report_free(struct dk_rip_report *report);

#endif
