/* Writing CHD version 5. */
#ifndef FORMATS_CHD_PLAN_H
#define FORMATS_CHD_PLAN_H

#include "formats/chd.h"
#include "formats/chd_encode.h"
#include "formats/chd_tracks.h"
#include "formats/writer.h"

/* A track as it goes into the file. */
struct chd_planned {
    const struct dk_track *track;
    const struct chd_track_kind *kind;
    enum dk_form form; /* in which its sectors are read */
    bool subcode;
    int32_t first;   /* LBA of its first frame */
    uint32_t frames; /* sectors that are stored, the pregap with them where that is */
    uint32_t pregap; /* sectors */
    bool pregap_stored;
    uint32_t pad; /* frames of zeros that a GD-ROM has after it */
    /* where a reader that knows no more than the standard metadata puts its INDEX 01 */
    int32_t plain_lba;
};

struct chd_file; /* of hunks, chd_file.c */

struct chd_plan {
    struct dk_disc *disc;
    bool gd; /* a GD-ROM */
    struct chd_planned tracks[DK_TRACKS_MAX];
    size_t count;
    uint64_t sectors; /* that are read */
};

/* ---- chd_plan.c ---- */

bool chd_plan_cd(struct writer *writer, struct chd_plan *plan, struct dk_error *error);
uint32_t chd_padding(const struct chd_planned *track); /* frames of zeros behind those of the track */
/* A text for each track, and `more` (NULL: nothing) as the private one. */
bool chd_plan_metadata(const struct chd_plan *plan, struct chd_file *file, const char *more, struct dk_error *error);

/* ---- chd_file.c: bytes in, hunks out ---- */

/* The file with its metadata; bytes of all tracks then go to chd_file_add(). */
struct chd_file *chd_file_new(const struct chd_packing *packing, uint32_t unit_size, struct dk_output_file *to,
                              uint64_t logical_size, struct dk_error *error);
/* In front of all hunks; a text's NUL counts in its size. */
bool chd_file_metadata(struct chd_file *file, uint32_t tag, bool counts, const void *bytes, size_t size, bool last,
                       struct dk_error *error);
bool chd_file_add(struct chd_file *file, const uint8_t *bytes, size_t count, struct dk_error *error);
bool chd_file_finish(struct chd_file *file, struct dk_error *error); /* map and header */
void chd_file_free(struct chd_file *file);                           /* NULL is fine */

/* ---- chd_write_map.c ---- */

/* The map of `count` hunks out of their twelve bytes each; the caller frees it. NULL: no memory. */
uint8_t *chd_pack_map(const uint8_t *entries, uint32_t count, uint64_t first, size_t *size);

/* ---- chd_dkct.c ---- */

/* What the standard metadata cannot say, as lines; NULL: they say it all. In the disc's arena. */
char *chd_dkct_write(const struct writer *writer, const struct chd_plan *plan);
/* Takes it back, into tracks that were placed. */
void chd_dkct_read(struct chd_track_list *list);

#endif
