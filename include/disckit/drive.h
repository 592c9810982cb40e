/*
 * Drives: an optical drive with a disc in it is a disc like any image, whose source sends commands to the drive. Needs
 * no more rights than reading the device.
 */
#ifndef DISCKIT_DRIVE_H
#define DISCKIT_DRIVE_H

#include <disckit/sector.h>
#include <disckit/watch.h>

enum {
    DK_DRIVE_SILENCE = 5,     /* seconds after which the caller is told that the drive is being waited for */
    DK_DRIVE_PATIENCE = 90,   /* seconds that a drive may take to get ready; slow ones spin up for 20 and more */
    DK_DRIVE_READ = 64 << 10, /* bytes a read at most; less where the kernel or the drive takes less */
};

/* How a drive tells its caller what can't wait until a call returns. All may be zero. */
struct dk_drive_caller {
    /* A sentence, from another thread than the caller's, while that one waits in a call. */
    void (*tell)(void *context, const char *sentence);
    void *context;
    unsigned patience; /* seconds; 0: DK_DRIVE_PATIENCE */
};

enum dk_drive_protection { DK_PROTECTION_NONE, DK_PROTECTION_CSS, DK_PROTECTION_CPRM, DK_PROTECTION_AACS };

struct dk_drive_facts {
    char vendor[9], model[17], revision[5]; /* as INQUIRY says, without trailing blanks */
    unsigned profile;                       /* MMC-6 5.3.1: 08h CD-ROM, 10h DVD-ROM ...; 0: the drive does not say */
    uint32_t capacity;                      /* sectors, by READ CAPACITY; 0: it does not say */
    enum dk_drive_protection protection;
    uint8_t regions; /* of a CSS disc: bit n set where it plays in region n + 1 */
};

/* Is `path` an optical drive? Never opens other devices. */
DK_API bool dk_drive_is_one(const char *path);

/*
 * Opens the disc in a drive: waits while it spins up, and says at once where there is none. The disc's format is
 * "drive"; its tracks come from READ TOC. NULL: `error` says why. dk_disc_close() ends it.
 */
DK_API struct dk_disc *dk_drive_open(const char *path, struct dk_error *error);
/* The same for a caller who wants to hear of waiting; `caller` is copied. NULL is fine. */
DK_API struct dk_disc *dk_drive_open_for(const char *path, const struct dk_drive_caller *caller,
                                         struct dk_error *error);

/* The same without a table of contents, which some drives have none of just after burning: `sectors` from LBA 0 on. */
DK_API struct dk_disc *dk_drive_open_sectors(const char *path, const struct dk_drive_caller *caller, uint32_t sectors,
                                             struct dk_error *error);

/* What the drive says of itself and its disc; NULL where the disc is no drive's. Lives as long as the disc. */
DK_API const struct dk_drive_facts *dk_drive_facts(const struct dk_disc *disc);
/* "CSS"; "" for none. A disc that is protected has a note of damage that says so. */
DK_API const char *dk_drive_protection_name(enum dk_drive_protection protection);
/* "DVD+R"; "no disc" for 0. */
DK_API const char *dk_drive_profile_name(unsigned profile);
/* Asks the drive for table and capacity again: false where it is not the disc that was opened. */
DK_API DK_MUST_USE bool dk_drive_is_same_disc(struct dk_disc *disc, struct dk_error *error);
/* Reads at `times` x from now on, as the medium counts; 0: the fastest. Drives that can't read as they do. */
DK_API void dk_drive_set_speed(struct dk_disc *disc, unsigned times);
/* Does another program, or a mount, hold the drive for itself? */
DK_API bool dk_drive_is_claimed(const char *path);

/* Opens the tray, where the drive can and nobody holds it. */
DK_API void dk_drive_eject(const char *path);

/* A drive of this machine. */
struct dk_drive_entry {
    char path[32];
    struct dk_drive_facts facts;
    const char *state; /* "ready", "blank", "no disc", "tray open", "not ready", "cannot be opened"; a constant */
};

/* The drives of this machine, by number; no waiting. Returns their count, at most `room`. */
DK_API size_t dk_drive_list(struct dk_drive_entry *entries, size_t room);

/* ---- Burning ---- */

/* What lies in a recorder, before anything is done to it. */
struct dk_burn_medium {
    unsigned profile;  /* as in dk_drive_facts; 0xFFFF: a file */
    const char *name;  /* "DVD+R", "file" */
    bool used;         /* something is on it */
    bool erasable;     /* blanking makes it empty */
    bool overwritable; /* any sector can be written at any time */
    bool unformatted;  /* dk_burner_prepare() has to format it */
    uint64_t room;     /* sectors that fit on it, blanked if need be */
};

/* A recorder held for this program alone, or a file in its place. One at a time in a process: libburn has one state. */
struct dk_burner;

/* `address`: the path of a drive, or "stdio:PATH". Nothing is written. NULL: `error` says why. */
DK_API struct dk_burner *dk_burner_open(const char *address, const struct dk_drive_caller *caller,
                                        struct dk_error *error);
DK_API const struct dk_burn_medium *dk_burner_medium(const struct dk_burner *burner);
/* Blanks what is used, formats what is unformatted. Blanking can't be stopped. */
DK_API DK_MUST_USE bool dk_burner_prepare(struct dk_burner *burner, struct dk_watch *watch, struct dk_error *error);

struct dk_burner_job {
    struct dk_source *source; /* read from another thread until the call returns */
    int32_t lba;
    uint32_t count;
    unsigned speed; /* as the medium counts: 8 is 8x; 0: the fastest */
    bool simulate;
    struct dk_watch *watch;
    struct dk_notes *notes;
};

/* Writes one data track and closes the disc. After a failure the medium may be neither blank nor readable. */
DK_API DK_MUST_USE bool dk_burner_write(struct dk_burner *burner, const struct dk_burner_job *job,
                                        struct dk_error *error);
DK_API void dk_burner_close(struct dk_burner *burner, bool eject); /* NULL is fine */

#endif
