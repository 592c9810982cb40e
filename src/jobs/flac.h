/* Writing FLAC: what stands in front of the samples. Inside the room only. */
#ifndef JOBS_FLAC_H
#define JOBS_FLAC_H

#include "jobs/sounds.h"

#include <FLAC/metadata.h>

enum { FLAC_SAMPLES = DK_SECTOR_RAW / 4 /* of both channels, a sector */, FLAC_BLOCKS_MAX = 3 };

/*
 * Makes the blocks of a file: tags out of the CD-TEXT and the codes of the disc, a cue sheet with what the track's
 * table has, and places to seek to. Returns their number; 0: there is no memory. The caller deletes each.
 */
unsigned flac_make_blocks(const struct convert *convert, const struct convert_sound *sound,
                          FLAC__StreamMetadata *blocks[FLAC_BLOCKS_MAX]);
/* Notes what no tag and no cue sheet has a place for. */
void flac_note_loss(const struct convert *convert);

#endif
