/* The parts of dk_inspect(). */
#ifndef JOBS_INSPECTION_H
#define JOBS_INSPECTION_H

#include <disckit/inspect.h>

/* Adds a row to inspection->sizes, which has room for it, and notes what the row says. */
void inspection_measure(struct dk_inspection *inspection, const struct dk_disc *disc, const struct dk_track *track,
                        const struct dk_volumes *volumes);

/* Checks the sectors of all data tracks that are stored with check bytes. False: stopped, or out of memory. */
bool inspection_check_sectors(struct dk_inspection *inspection, const struct dk_disc *disc, struct dk_watch *watch,
                              struct dk_error *error);

#endif
