/* What the files about burning share. */
#ifndef DRIVE_BURNER_H
#define DRIVE_BURNER_H

#include <disckit/drive.h>
#include <libburn/libburn.h>

struct dk_burner {
    struct burn_drive_info *info; /* libburn's list of one */
    struct burn_drive *drive;
    const char *path; /* as the user named it */
    struct dk_burn_medium medium;
    bool file;
    struct dk_error first; /* what libburn said first; DK_ERROR_NONE: nothing */
};

/* Takes libburn's messages; the first that is an error stays in burner->first. */
void burner_listen(struct dk_burner *burner);
/* Waits until the drive is idle again; `doing` goes to the watch, as far as libburn tells. */
bool burner_wait(struct dk_burner *burner, const char *doing, struct dk_watch *watch);

/* A burn_source over sectors in USER form. */
struct burner_source {
    struct dk_source *source;
    int32_t lba;
    uint32_t left;         /* sectors that were not given out yet */
    struct dk_error error; /* why a read failed */
};
/* NULL: no memory. `from` must outlive it; burn_source_free() ends it. */
struct burn_source *burner_source_new(struct burner_source *from);

/* Has the medium, which can be written at any time and so never looks used, something on it? */
bool burner_looks_used(const char *path, const struct dk_drive_caller *caller, unsigned *profile,
                       struct dk_error *error, bool *used);

#endif
