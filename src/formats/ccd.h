/* CCD: what the sections of a CloneCD sheet say, as plain records, before a disc is made of them. */
#ifndef FORMATS_CCD_H
#define FORMATS_CCD_H

#include "formats/sheet.h"

enum {
    CCD_ENTRIES_MAX = 1000, /* 99 tracks, and the points of as many sessions */
    CCD_PACKS_MAX = 8 * 256,
    CCD_UNSET = INT32_MIN,
};

/* A row of the full TOC (MMC: READ TOC format 2); CCD_UNSET is what the sheet does not give. */
struct ccd_entry {
    int32_t session, point, control, minute, second, frame, lba;
};

struct ccd_track {
    int32_t mode;
    int32_t indexes[DK_INDEX_MAX + 1];
    const char *isrc;
};

struct ccd {
    const struct dk_candidate *candidate;
    struct dk_disc *disc;
    struct sheet sheet;
    struct ccd_entry entries[CCD_ENTRIES_MAX];
    size_t entry_count;
    struct ccd_track tracks[DK_TRACKS_MAX + 1]; /* by number; without those sections all is CCD_UNSET */
    int32_t scrambled;
    uint8_t (*packs)[16]; /* CD-TEXT without check sums */
    size_t pack_count;
    const char *catalog;
};

/* Reads all lines. */
bool ccd_parse(struct ccd *ccd, struct dk_error *error);
/* Finds where everything lies, and adds it to the disc. */
bool ccd_lay_out(struct ccd *ccd, struct dk_error *error);
bool ccd_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error);

#endif
