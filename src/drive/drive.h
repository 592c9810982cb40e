/* What the files of this room share: a drive that is open. */
#ifndef DRIVE_DRIVE_H
#define DRIVE_DRIVE_H

#include "drive/command.h"
#include "drive/patience.h"
#include "drive/toc.h"

#include <disckit/drive.h>

struct drive {
    struct dk_source source;
    struct drive_link *link;
    char *path;
    struct dk_drive_caller caller;
    struct patience *patience;
    struct dk_drive_facts facts;
    struct drive_toc toc;
    size_t largest; /* bytes that a read may have, as far as is known now */
    bool changed;   /* the drive said that the disc may be another one */
};

/*
 * Sends a command, and again where the drive had to say something else first (unit attention) or was not ready. An
 * answer that is shorter than `size` is followed by zeros.
 */
enum drive_answer drive_ask(struct drive *drive, const uint8_t cdb[DRIVE_CDB], void *into, size_t size,
                            struct drive_sense *sense);
/* Waits until the drive is ready: false where there is no disc, or it does not become ready. */
bool drive_get_ready(struct drive *drive, struct dk_error *error);

bool drive_read_toc(struct drive *drive, struct drive_toc *toc);
uint32_t drive_read_capacity(struct drive *drive);
void drive_inquire(struct drive *drive);
unsigned drive_current_profile(struct drive *drive);
bool drive_is_blank(struct drive *drive);
void drive_read_protection(struct drive *drive);

enum dk_medium drive_medium_of(unsigned profile);
/* Bytes a second, in thousands, at so many x. */
unsigned drive_kilobytes(unsigned profile, unsigned times);

/* The source of `disc`, whose tracks are settled; `drive` belongs to it from then on. */
void drive_become_source(struct drive *drive, struct dk_disc *disc);
/* Opens the way to a drive and nothing more. */
struct drive *drive_open_link(const char *path, const struct dk_drive_caller *caller, struct dk_error *error);
struct drive *drive_of(const struct dk_disc *disc); /* NULL: it is no drive's */
void drive_close(struct drive *drive);              /* NULL is fine */

/* The most bytes that a read may have: what queue/max_sectors_kb of the device says, at most DK_DRIVE_READ. */
size_t drive_largest_read(const char *path);

#endif
