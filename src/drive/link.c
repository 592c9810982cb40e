/* The way to a drive that is there: libcdio's MMC layer. */
#include "drive/command.h"

#include <cdio/cdio.h>
#include <cdio/logging.h>
#include <cdio/mmc.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct cdio_link {
    struct drive_link link;
    CdIo_t *cdio;
};

static void say_nothing(cdio_log_level_t level, const char *message)
{
    (void)level;
    (void)message;
}

static void take_sense(const cdio_mmc_request_sense_t *from, struct drive_sense *sense)
{
    const uint8_t *information = from->information;

    *sense = (struct drive_sense){ .key = from->sense_key, .asc = from->asc, .ascq = from->ascq };
    sense->has_lba = from->valid;
    sense->lba = (int32_t)((uint32_t)information[0] << 24 | (uint32_t)information[1] << 16 |
                           (uint32_t)information[2] << 8 | information[3]);
}

/* libcdio keeps no sense data of a command that failed without any; a key of zero says as little. */
static enum drive_answer why(const CdIo_t *cdio, struct drive_sense *sense)
{
    cdio_mmc_request_sense_t *given = NULL;
    enum drive_answer answer = DRIVE_SILENT;

    *sense = (struct drive_sense){ 0 };
    if (mmc_last_cmd_sense(cdio, &given) > 0 && given) {
        take_sense(given, sense);
        if (sense->key == SENSE_RECOVERED)
            answer = DRIVE_GOOD;
        else if (sense->key != SENSE_NONE || sense->asc)
            answer = DRIVE_CHECK;
    }
    free(given);
    return answer;
}

static enum drive_answer run(struct drive_link *link, const uint8_t cdb[DRIVE_CDB], void *into, size_t size,
                             struct drive_sense *sense)
{
    const CdIo_t *cdio = ((struct cdio_link *)link)->cdio;
    mmc_cdb_t command = { { 0 } };

    memcpy(command.field, cdb, DRIVE_CDB);
    if (size)
        memset(into, 0, size);
    /* The time limit means nothing on Debian (it is compiled out); the kernel's own of 60 s holds. */
    if (mmc_run_cmd_len(cdio, 0, &command, DRIVE_CDB, size ? SCSI_MMC_DATA_READ : SCSI_MMC_DATA_NONE, (unsigned)size,
                        into) == DRIVER_OP_SUCCESS)
        return DRIVE_GOOD;
    return why(cdio, sense);
}

static void close_link(struct drive_link *link)
{
    cdio_destroy(((struct cdio_link *)link)->cdio);
    free(link);
}

struct drive_link *drive_link_open(const char *path)
{
    struct cdio_link *link = calloc(1, sizeof *link);

    if (!link)
        return NULL;
    cdio_log_set_handler(say_nothing);
    errno = 0;
    /* "IOCTL" opens read-only with O_NONBLOCK, without which an empty drive, or one that spins up, can't be opened. */
    link->cdio = cdio_open_am(path, DRIVER_LINUX, "IOCTL");
    if (!link->cdio) {
        const int reason = errno ? errno : ENODEV;

        free(link);
        errno = reason;
        return NULL;
    }
    link->link = (struct drive_link){ run, close_link };
    return &link->link;
}
