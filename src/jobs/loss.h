/* Inside loss only: what is known of a disc and a target, and what of the one the other can't hold. */
#ifndef JOBS_LOSS_H
#define JOBS_LOSS_H

#include "jobs/convert.h"

enum { LOSS_TEXT = 300 };

/* What a look at the sectors found; counts of sectors. */
struct loss_scan {
    uint64_t form2;      /* whose bytes from 2048 on are more than zeros */
    int32_t form2_first; /* LBA of the first */
    uint64_t subheaders; /* of Form 1, that say more than "data" */
    uint64_t subchannel; /* that is not what would be computed, nor empty */
    uint64_t computed;   /* sectors of a layout with check bytes whose raw form would not be computed again as it is */
    uint64_t pregap;     /* sectors with data in pregaps that are left out */
};

struct loss_facts {
    const struct convert *convert;
    struct loss_scan scan;
    uint64_t outside;         /* files with extents outside the result */
    const char *outside_path; /* the first of them */
};

#endif
