/* Inside loss only: what is known of a disc and a target, and what of the one the other can't hold. */
#ifndef JOBS_LOSS_H
#define JOBS_LOSS_H

#include "jobs/convert.h"

enum { LOSS_TEXT = 300 };

/* Sectors that have something to lose. */
struct loss_found {
    uint64_t count;
    int32_t first; /* LBA */
};

/* What a look at the sectors found. */
struct loss_scan {
    struct loss_found form2;      /* Form 2 or formless, with more than zeros behind their first 2048 bytes */
    struct loss_found subheaders; /* of Form 1, that say more than "data" */
    struct loss_found subchannel; /* that is neither empty nor what would be computed */
    struct loss_found odd_raw;    /* sync, header or check bytes that would not be computed again as they are */
    struct loss_found pregap;     /* of pregaps that are left out, and more than zeros */
    struct loss_found pause;      /* of what lies before LBA 0, the same */
    struct loss_found hidden;     /* of what lies between LBA 0 and the first track, the same */
};

/* Files with extents that the result does not have. */
struct loss_outside {
    uint64_t files;
    char first[200]; /* the path of the first of them */
    int32_t lba;     /* of its extent */
};

struct loss_facts {
    const struct convert *convert;
    unsigned holds; /* of the target, as it is going to be written */
    struct loss_scan scan;
    struct loss_outside outside;
};

/* An image of another format, for which everything is content. */
bool loss_is_image(const struct convert *convert);
/*
 * Looks at the sectors that go into the result and could lose something there. For images it checks them on the way:
 * what is bad goes to the conversion's list, since their writers only copy.
 */
bool loss_scan(struct convert *convert, unsigned holds, struct loss_scan *scan, struct dk_error *error);
/* Walks the volume of an ISO. */
void loss_find_outside(struct convert *convert, struct loss_outside *outside);

#endif
