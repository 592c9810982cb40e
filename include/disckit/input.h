/* Opening what a user named: an image, or a drive with a disc in it. */
#ifndef DISCKIT_INPUT_H
#define DISCKIT_INPUT_H

#include <disckit/drive.h>
#include <disckit/sector.h>
#include <disckit/volume.h>

/* NULL: `error` says why. dk_disc_close() ends it. */
DK_API struct dk_disc *dk_input_open(const char *path, struct dk_error *error);
/* The same for a caller who wants to hear that a drive is being waited for. */
DK_API struct dk_disc *dk_input_open_for(const char *path, const struct dk_drive_caller *caller,
                                         struct dk_error *error);

/*
 * The volumes of the disc: those of track `track`, of session `session` (0: whichever), or, where both are 0, of the
 * track that holds the newest volume. An empty list where no data track has one. NULL: error, or no such track.
 */
DK_API struct dk_volumes *dk_input_volumes(struct dk_disc *disc, unsigned track, unsigned session,
                                           struct dk_error *error);

#endif
