/* Where the tracks of a CUE sheet begin: what the times in it leave open. */
#ifndef FORMATS_CUE_PLACE_H
#define FORMATS_CUE_PLACE_H

#include "formats/cue.h"

/* How far the laying out has come. */
struct cue_layout {
    struct cue *cue;
    int64_t at;        /* LBA of the next sector */
    unsigned file;     /* the one that the last piece lay in; CUE_FILES_MAX: none yet */
    enum dk_mode mode; /* of the sectors of that piece, and their bytes */
    unsigned size;
    uint64_t offset;          /* of what comes next in it */
    struct dk_index *indexes; /* of the current track */
    int64_t skipped;          /* sectors between the lead-out that REM LEAD-OUT places and the next INDEX of the file */
};

/* Moves `at` to the first sector of track `i`, PREGAP included. */
bool cue_place(struct cue_layout *layout, size_t i, struct dk_error *error);
/*
 * The time in the file at which the lead-out of the session of track `i` begins, where REM LEAD-OUT says a place that
 * lies in the piece from `from` to `to`; -1: none.
 */
int32_t cue_lead_out_time(const struct cue *cue, size_t i, int32_t from, int32_t to);
/* Is track `i` the last one of its session? */
bool cue_ends_session(const struct cue *cue, size_t i);

#endif
