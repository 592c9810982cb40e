/*
 * Tracks as the table of an image places them. Where tables of one kind disagree on what their numbers mean, the
 * sectors themselves are asked: by their headers, then by their Q.
 */
#ifndef FORMATS_PLACED_H
#define FORMATS_PLACED_H

#include <disckit/format.h>

struct placed {
    uint8_t number, session;
    uint8_t control;        /* enum dk_control */
    enum dk_mode mode;      /* by the table, until placed_settle_mode() */
    uint16_t stored;        /* bytes a sector, with its subchannel */
    int32_t lba;            /* of INDEX 01 */
    uint32_t pregap, count; /* sectors before INDEX 01, and from it on */
    bool gap_stored;        /* the pregap lies in the store, right before INDEX 01 */
    struct dk_store *store; /* NULL: the file is not there */
    uint64_t offset;        /* of INDEX 01 in the store */
    enum dk_sub_order sub_order;
    char isrc[DK_ISRC_LENGTH + 1];
    const struct dk_index *indexes; /* INDEX 02 and up, in the disc's arena */
    size_t index_count;
    const struct dk_layout *layout; /* from placed_settle_mode() on */
};

/*
 * Tables tell audio from data, and are often wrong about which kind of data it is: that is taken from the first, the
 * middle or the last sector. Finds the layout too; false: no disc has sectors of such a size.
 */
bool placed_settle_mode(struct dk_disc *disc, struct placed *track, struct dk_error *error);

/*
 * The LBA of the sector at `offset`, the first of `count`, by the headers of data or by the Q of any sector: the first,
 * the middle and the last one are asked, and two must agree. False: they do not tell, or nothing is stored that could.
 */
bool placed_address(const struct placed *track, uint64_t offset, uint32_t count, int32_t *lba);

/* Adds the track alone, without sectors. False: it is longer than any disc. */
bool placed_add_track(struct dk_disc *disc, const struct placed *track, struct dk_error *error);
/* Adds the sectors that the store has; those that it should have, and ends before, are told as damage. */
void placed_add_sectors(struct dk_disc *disc, const struct placed *track);

/*
 * Adds the track with its sectors, and a gap of silence or empty sectors for what no file holds between it and `before`
 * (NULL: it is the first of all) or, in a later session, of its pregap.
 */
bool placed_add(struct dk_disc *disc, const struct placed *track, const struct placed *before, struct dk_error *error);

/*
 * Tells it where the track's bytes in its store do not begin where those of the tracks before it end, at `*used`, and
 * moves that to their end. For formats in which tracks follow each other without a gap.
 */
void placed_compare_begin(struct dk_disc *disc, const struct placed *track, uint64_t *used);

#endif
