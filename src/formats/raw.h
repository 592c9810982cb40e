/* Images without a table: how their sectors are stored, and where data ends and audio begins, is found in the bytes. */
#ifndef FORMATS_RAW_H
#define FORMATS_RAW_H

#include <disckit/format.h>

/* How sure a way of recognising is. */
enum { RAW_BID_LATER_SYNC = 30, RAW_BID_OTHER_VOLUME = 50, RAW_BID_VOLUME = 60, RAW_BID_SYNC = 70 };

struct raw_kind {
    int bid;              /* 0: it is none of these */
    uint16_t stored;      /* bytes a sector */
    enum dk_mode mode;    /* of the first data sectors */
    bool synced;          /* sectors begin with a sync, so that each tells what it is */
    int32_t lba;          /* of the file's first sector, where they do not */
    const char *not_read; /* a kind of volume that is recognised, and no more; else NULL */
};

/* What the candidate is, if it is bare sectors. */
struct raw_kind raw_recognise(const struct dk_candidate *candidate);

/* Fills `disc` with the tracks of bare sectors of that kind. */
bool bare_sectors_read(const struct dk_candidate *candidate, const struct raw_kind *kind, struct dk_disc *disc,
                       struct dk_error *error);

/* Sectors in a row that are of one track. */
struct raw_run {
    uint32_t first, count; /* sectors of the file */
    enum dk_mode mode;     /* DK_AUDIO: without a sync, and not all zeros */
    bool has_lba;          /* its headers have addresses */
    int64_t lba_ahead;     /* how far they are ahead of the sector's place in the file */
};

enum { RAW_RUNS_MAX = DK_TRACKS_MAX };

/* Splits `count` sectors where the sync, or its absence, persists; returns the number of runs, 1 or more. */
size_t raw_split(struct dk_store *store, uint16_t stored, uint32_t count, struct raw_run runs[RAW_RUNS_MAX]);

/* Which order the subchannel behind 2352 bytes has, by the CRC of Q in a sample of sectors. */
enum dk_sub_order raw_sub_order(struct dk_store *store, uint16_t stored, uint32_t count);

#endif
