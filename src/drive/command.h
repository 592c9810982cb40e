/* A command to a drive and what comes back. */
#ifndef DRIVE_COMMAND_H
#define DRIVE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sense data (SPC-3 4.5.3): why a command failed. */
struct drive_sense {
    uint8_t key, asc, ascq;
    bool has_lba; /* the information field is valid; without it no sector is named */
    int32_t lba;
};

enum drive_answer {
    DRIVE_GOOD,
    DRIVE_CHECK,  /* failed, and the sense data says why */
    DRIVE_SILENT, /* failed without sense data: the host's side refused it, or the drive says nothing */
};

enum { DRIVE_CDB = 12 };

/* A way to a drive. Tests have their own. */
struct drive_link {
    /* Sends a command; a drive's answer of up to `size` bytes is put into `into`, which is zeroed before. */
    enum drive_answer (*run)(struct drive_link *link, const uint8_t cdb[DRIVE_CDB], void *into, size_t size,
                             struct drive_sense *sense);
    void (*close)(struct drive_link *link);
};

/* Through libcdio's MMC layer. NULL with errno. */
struct drive_link *drive_link_open(const char *path);

/* Sense keys (SPC-3 table 27). */
enum {
    SENSE_NONE = 0,
    SENSE_RECOVERED = 1,
    SENSE_NOT_READY = 2,
    SENSE_MEDIUM = 3,
    SENSE_ILLEGAL = 5,
    SENSE_ATTENTION = 6,
};

/* Additional sense codes (MMC-6 annex F). */
enum {
    ASC_BECOMING_READY = 0x04,
    ASC_INVALID_FIELD = 0x24, /* some drives say it of a read that is too long */
    ASC_CHANGED = 0x28,
    ASC_NO_MEDIUM = 0x3A,
    ASC_PROTECTED = 0x6F,
};

/* "medium error 03/11/05: ..."; lives in `to`. */
const char *drive_sense_text(const struct drive_sense *sense, char to[120]);

#endif
