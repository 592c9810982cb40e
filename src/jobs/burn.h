/* What the files of the burn share. */
#ifndef JOBS_BURN_H
#define JOBS_BURN_H

#include <disckit/burn.h>

struct burn_task {
    struct dk_disc *image;
    const struct dk_track *track;
    const char *target;
    const struct dk_burn_options *options;
    struct dk_burn_report *report;
};

/* Burns the track and waits until the medium can be read; the other one does the same with a file. */
bool burn_to_drive(const struct burn_task *task, struct dk_error *error);
bool burn_to_file(const struct burn_task *task, const char *path, struct dk_error *error);

/* Writes through an open burner, after all refusals. */
bool burn_write(const struct burn_task *task, struct dk_burner *burner, struct dk_error *error);
/*
 * Compares the image, from its sector `first` on, with what `written` gives from LBA `first` on, exactly as long as the
 * image is; notes differences.
 */
bool burn_compare(const struct burn_task *task, struct dk_source *written, uint32_t first, struct dk_error *error);

#endif
