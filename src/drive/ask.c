/* Questions to a drive: what it is, what lies in it. */
#include "drive/drive.h"

#include "util/stop.h"

#include <cdio/mmc.h>
#include <string.h>
#include <time.h>

enum {
    ATTENTIONS_MAX = 8, /* changed, reset, and what else a drive has to say before it listens */
    WAIT_MILLISECONDS = 200,
    TOC_SIZE = 4 + 110 * 11, /* 99 tracks and the points of the lead-ins */
};

static bool wait_a_moment(const struct timespec *since, unsigned patience)
{
    const struct timespec pause = { 0, WAIT_MILLISECONDS * 1000000L };
    struct timespec now;

    nanosleep(&pause, NULL);
    clock_gettime(CLOCK_MONOTONIC, &now);
    return !stop_requested() && now.tv_sec - since->tv_sec < (time_t)patience;
}

enum drive_answer drive_ask(struct drive *drive, const uint8_t cdb[DRIVE_CDB], void *into, size_t size,
                            struct drive_sense *sense)
{
    const unsigned patience = drive->caller.patience ? drive->caller.patience : DK_DRIVE_PATIENCE;
    unsigned attentions = 0;
    enum drive_answer answer;
    struct timespec began;

    clock_gettime(CLOCK_MONOTONIC, &began);
    patience_begin_wait(drive->patience);
    for (;;) {
        answer = drive->link->run(drive->link, cdb, into, size, sense);
        if (answer != DRIVE_CHECK)
            break;
        if (sense->key == SENSE_ATTENTION) {
            drive->changed = drive->changed || sense->asc == ASC_CHANGED;
            if (++attentions > ATTENTIONS_MAX)
                break;
        } else if (sense->key != SENSE_NOT_READY || sense->asc != ASC_BECOMING_READY ||
                   !wait_a_moment(&began, patience)) {
            break;
        }
    }
    patience_end_wait(drive->patience);
    return answer;
}

bool drive_get_ready(struct drive *drive, struct dk_error *error)
{
    static const uint8_t test[DRIVE_CDB] = { CDIO_MMC_GPCMD_TEST_UNIT_READY };
    struct drive_sense sense;
    char text[120];

    if (drive_ask(drive, test, NULL, 0, &sense) != DRIVE_CHECK)
        return true;
    if (sense.key != SENSE_NOT_READY)
        return true;
    if (sense.asc == ASC_NO_MEDIUM)
        return dk_fail(error, DK_ERROR_SYSTEM, "there is no disc in %s%s", drive->path,
                       sense.ascq == 2 ? ": its tray is open" : "");
    if (sense.asc == ASC_BECOMING_READY && !stop_requested())
        return dk_fail(error, DK_ERROR_SYSTEM, "%s did not get ready: %s", drive->path, drive_sense_text(&sense, text));
    if (stop_requested())
        return dk_fail(error, DK_ERROR_STOPPED, "stopped while %s was waited for", drive->path);
    return dk_fail(error, DK_ERROR_SYSTEM, "the disc in %s cannot be read: %s", drive->path,
                   drive_sense_text(&sense, text));
}

static uint32_t big_endian_32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool ask_toc(struct drive *drive, unsigned format, uint8_t reply[TOC_SIZE])
{
    const uint8_t msf = format == 2 ? 2 : 0; /* format 2 has no other addresses */
    const uint8_t cdb[DRIVE_CDB] = {
        CDIO_MMC_GPCMD_READ_TOC, msf, (uint8_t)format, 0, 0, 0, 1, TOC_SIZE >> 8, TOC_SIZE & 0xFF,
    };
    struct drive_sense sense;

    return drive_ask(drive, cdb, reply, TOC_SIZE, &sense) == DRIVE_GOOD;
}

/* READ TRACK INFORMATION (MMC-6 6.27): the data mode, which no table has, and the session where the table is plain. */
static void ask_track(struct drive *drive, struct drive_toc *toc, struct drive_toc_track *track, bool plain)
{
    const uint8_t cdb[DRIVE_CDB] = {
        CDIO_MMC_GPCMD_READ_TRACK_INFORMATION, 1, 0, 0, 0, track->number, 0, 0, 36,
    };
    uint8_t reply[36];
    struct drive_sense sense;

    if (drive_ask(drive, cdb, reply, sizeof reply, &sense) != DRIVE_GOOD || reply[2] != track->number)
        return;
    if (track->mode != DK_AUDIO && (reply[6] & 15) == 2)
        track->mode = DK_MODE2;
    if (plain && reply[3] > track->session && reply[3] <= DK_TRACKS_MAX) {
        track->session = reply[3];
        toc->lead_out[reply[3]] = toc->lead_out[1];
        if (reply[3] > toc->sessions)
            toc->sessions = reply[3];
    }
}

bool drive_read_toc(struct drive *drive, struct drive_toc *toc)
{
    uint8_t reply[TOC_SIZE];
    bool plain = drive_medium_of(drive->facts.profile) != DK_MEDIUM_CD;

    if (plain || !ask_toc(drive, 2, reply) || !drive_toc_parse_full(reply, TOC_SIZE, toc)) {
        plain = true;
        if (!ask_toc(drive, 0, reply) || !drive_toc_parse_plain(reply, TOC_SIZE, toc))
            return false;
    }
    for (size_t i = 0; i < toc->count; i++)
        ask_track(drive, toc, &toc->tracks[i], plain);
    return true;
}

uint32_t drive_read_capacity(struct drive *drive)
{
    static const uint8_t cdb[DRIVE_CDB] = { CDIO_MMC_GPCMD_READ_CAPACITIY };
    uint8_t reply[8];
    struct drive_sense sense;
    uint32_t last;

    if (drive_ask(drive, cdb, reply, sizeof reply, &sense) != DRIVE_GOOD)
        return 0;
    last = big_endian_32(reply);
    return last < INT32_MAX ? last + 1 : 0;
}

static void copy_text(char *to, const uint8_t *from, size_t length)
{
    memcpy(to, from, length);
    while (length && (to[length - 1] == ' ' || to[length - 1] == '\0'))
        length--;
    to[length] = '\0';
}

void drive_inquire(struct drive *drive)
{
    static const uint8_t cdb[DRIVE_CDB] = { CDIO_MMC_GPCMD_INQUIRY, 0, 0, 0, 36 };
    uint8_t reply[36];
    struct drive_sense sense;

    if (drive_ask(drive, cdb, reply, sizeof reply, &sense) != DRIVE_GOOD)
        return;
    copy_text(drive->facts.vendor, reply + 8, 8);
    copy_text(drive->facts.model, reply + 16, 16);
    copy_text(drive->facts.revision, reply + 32, 4);
}

unsigned drive_current_profile(struct drive *drive)
{
    static const uint8_t cdb[DRIVE_CDB] = { CDIO_MMC_GPCMD_GET_CONFIGURATION, 2, 0, 0, 0, 0, 0, 0, 8 };
    uint8_t reply[8];
    struct drive_sense sense;

    if (drive_ask(drive, cdb, reply, sizeof reply, &sense) != DRIVE_GOOD)
        return 0;
    return (unsigned)reply[6] << 8 | reply[7];
}

bool drive_is_blank(struct drive *drive)
{
    static const uint8_t cdb[DRIVE_CDB] = { CDIO_MMC_GPCMD_READ_DISC_INFORMATION, 0, 0, 0, 0, 0, 0, 0, 34 };
    uint8_t reply[34];
    struct drive_sense sense;

    return drive_ask(drive, cdb, reply, sizeof reply, &sense) == DRIVE_GOOD && (reply[2] & 3) == 0;
}

/* READ DISC STRUCTURE (MMC-6 6.22) of a DVD, or with `media` 1 of a BD, into a reply of at least four bytes. */
static bool ask_structure(struct drive *drive, unsigned media, unsigned format, uint8_t reply[8])
{
    const uint8_t cdb[DRIVE_CDB] = {
        CDIO_MMC_GPCMD_READ_DVD_STRUCTURE, (uint8_t)media, 0, 0, 0, 0, 0, (uint8_t)format, 0, 8,
    };
    struct drive_sense sense;

    return drive_ask(drive, cdb, reply, 8, &sense) == DRIVE_GOOD;
}

/*
 * What a DVD's lead-in says of copyright (format 01h, MMC-6 table 397), and whether a pressed BD has a media key block
 * (format 83h, which AACS defines; its fourth byte counts the packs). Recordable BDs may have one without being
 * protected.
 */
void drive_read_protection(struct drive *drive)
{
    enum { BD_ROM = 0x40, COPYRIGHT = 0x01, MEDIA_KEY_BLOCK = 0x83 };
    struct dk_drive_facts *facts = &drive->facts;
    uint8_t reply[8];

    if (drive_medium_of(facts->profile) == DK_MEDIUM_DVD && ask_structure(drive, 0, COPYRIGHT, reply)) {
        if (reply[4])
            facts->protection = reply[4] == 1 ? DK_PROTECTION_CSS : DK_PROTECTION_CPRM;
        facts->regions = (uint8_t)~reply[5];
    } else if (facts->profile == BD_ROM && ask_structure(drive, 1, MEDIA_KEY_BLOCK, reply) && reply[3]) {
        facts->protection = DK_PROTECTION_AACS;
    }
}
