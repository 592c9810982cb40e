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

#endif
