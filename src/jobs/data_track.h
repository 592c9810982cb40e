/* The one data track that a data disc is about. */
#ifndef JOBS_DATA_TRACK_H
#define JOBS_DATA_TRACK_H

#include <disckit/sector.h>

/*
 * Track `number`, or the only data track of session `session`, or of the disc. Where there are several, or audio too,
 * nothing is chosen for the user: NULL, and `error` names the option that would. `doing` is "ripped" or "burned".
 */
const struct dk_track *data_track_choose(const struct dk_disc *disc, unsigned number, unsigned session,
                                         const char *doing, struct dk_error *error);

enum { DESCRIPTORS_AT = 16 /* sectors of the system area before them: ECMA-119 6.2.1 */ };

/*
 * Sectors of the volume's descriptors on the track, from DESCRIPTORS_AT of it on, to the terminator where there is
 * one (ECMA-119 8.3). Whoever mounts an image looks for them at its sector 16, so where that is a hole they are put
 * there, too.
 */
uint32_t data_track_descriptors(const struct dk_disc *disc, const struct dk_track *track);

#endif
