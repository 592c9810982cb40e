/* Tables of contents as drives give them (MMC-6 6.25, READ TOC/PMA/ATIP). */
#ifndef DRIVE_TOC_H
#define DRIVE_TOC_H

#include <disckit/sector.h>

struct drive_toc_track {
    uint8_t number, session, control;
    enum dk_mode mode;
    int32_t lba, end; /* [lba, end), as far as the table knows: run-out and gaps before other modes included */
};

struct drive_toc {
    struct drive_toc_track tracks[DK_TRACKS_MAX];
    size_t count;
    int32_t lead_out[DK_TRACKS_MAX + 1]; /* by session; INT32_MIN where there is none */
    unsigned sessions;
};

/* Format 2, the full table of a CD. False: it is none, or contradicts itself. */
bool drive_toc_parse_full(const uint8_t *bytes, size_t size, struct drive_toc *toc);
/* Format 0: tracks and the last lead-out; everything is session 1. */
bool drive_toc_parse_plain(const uint8_t *bytes, size_t size, struct drive_toc *toc);
bool drive_toc_same(const struct drive_toc *a, const struct drive_toc *b);

#endif
