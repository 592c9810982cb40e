/* Burning: the data track of an image goes to a medium, or to a file in its place. */
#ifndef DISCKIT_BURN_H
#define DISCKIT_BURN_H

#include <disckit/drive.h>

struct dk_burn_options {
    unsigned track, session; /* which data track, where there are several; 0: the only one */
    unsigned speed;          /* 8 is 8x; 0: the fastest */
    bool simulate;           /* everything but the laser, on media that can */
    bool eject;
    bool overwrite; /* go on where something is on the medium: CD-RW and DVD-RW are blanked, files replaced */
    bool verify;    /* read it back and compare */
    struct dk_watch *watch;
    const struct dk_drive_caller *caller; /* NULL is fine */
};

struct dk_burn_report {
    unsigned track;
    uint32_t sectors; /* of the image */
    char medium[40];  /* "DVD+R", "file" */
    bool verified;
    struct dk_notes notes; /* DK_NOTE_DAMAGE where what was read back differs */
};

/*
 * Burns to a drive, or to "stdio:PATH". Nothing was touched where the error is DK_ERROR_REFUSED. `report` is to be
 * freed after success and after failure.
 */
DK_API DK_MUST_USE bool dk_burn(struct dk_disc *image, const char *target, const struct dk_burn_options *options,
                                struct dk_burn_report *report, struct dk_error *error);
DK_API void dk_burn_report_free(struct dk_burn_report *report);

#endif
