/* A drive as a source: reads that find out by themselves how long they may be, and which sector is the bad one. */
#include "drive/drive.h"

#include <cdio/mmc.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* READ CD (MMC-6 6.19): any type of sector, all of its 2352 bytes; and raw subchannel behind them. */
enum { READ_CD_ALL = 0xF8, READ_CD_RAW_SUBCHANNEL = 1 };

/* How a read of a run of sectors went. */
struct outcome {
    uint32_t count; /* sectors that were read */
    bool lost;      /* there is no use in reading on: `error` says why */
};

static void make_command(enum dk_form form, int32_t lba, uint32_t count, uint8_t cdb[DRIVE_CDB])
{
    const uint32_t at = (uint32_t)lba;

    memset(cdb, 0, DRIVE_CDB);
    cdb[2] = (uint8_t)(at >> 24);
    cdb[3] = (uint8_t)(at >> 16);
    cdb[4] = (uint8_t)(at >> 8);
    cdb[5] = (uint8_t)at;
    cdb[7] = (uint8_t)(count >> 8);
    cdb[8] = (uint8_t)count;
    if (form == DK_FORM_USER) {
        cdb[0] = CDIO_MMC_GPCMD_READ_10;
        return;
    }
    cdb[0] = CDIO_MMC_GPCMD_READ_CD;
    cdb[9] = READ_CD_ALL;
    cdb[10] = form == DK_FORM_RAW_SUB ? READ_CD_RAW_SUBCHANNEL : 0;
}

/* A drive that has gone answers nothing at all; then no sector is to blame. */
static bool still_there(struct drive *drive)
{
    static const uint8_t test[DRIVE_CDB] = { CDIO_MMC_GPCMD_TEST_UNIT_READY };
    struct drive_sense sense;

    return drive_ask(drive, test, NULL, 0, &sense) != DRIVE_SILENT;
}

/* Says why a read failed; true where reading on makes no sense. */
static bool explain(struct drive *drive, enum drive_answer answer, const struct drive_sense *sense, int32_t lba,
                    struct dk_error *error)
{
    char text[120];

    if (answer == DRIVE_SILENT) {
        dk_fail(error, DK_ERROR_DAMAGED, "LBA %" PRId32 " cannot be read, and %s does not say why", lba, drive->path);
        return !still_there(drive) && !dk_fail(error, DK_ERROR_SYSTEM, "%s does not answer any more", drive->path);
    }
    drive_sense_text(sense, text);
    if (drive->changed)
        return !dk_fail(error, DK_ERROR_SYSTEM, "the disc in %s was changed while it was read", drive->path);
    if (sense->key == SENSE_NOT_READY || sense->key == SENSE_ATTENTION)
        return !dk_fail(error, DK_ERROR_SYSTEM, "%s stopped reading at LBA %" PRId32 ": %s", drive->path, lba, text);
    if (sense->key == SENSE_ILLEGAL && sense->asc == ASC_PROTECTED)
        return dk_fail(error, DK_ERROR_REFUSED, "LBA %" PRId32 " is protected against copying: %s", lba, text);
    return dk_fail(error, DK_ERROR_DAMAGED, "LBA %" PRId32 " cannot be read: %s", lba, text);
}

/* Could a shorter read do? Only where the drive blames no sector. */
static bool is_about_size(enum drive_answer answer, const struct drive_sense *sense)
{
    return answer == DRIVE_SILENT || (sense->key == SENSE_ILLEGAL && sense->asc == ASC_INVALID_FIELD);
}

static struct outcome read_run(struct drive *drive, enum dk_form form, int32_t lba, uint32_t count, uint8_t *to,
                               struct dk_error *error);

enum { PARTS = 3 };

/* In parts, one behind the other; behind one that does not come whole nothing is read. */
static struct outcome read_parts(struct drive *drive, enum dk_form form, int32_t lba, const uint32_t parts[PARTS],
                                 uint8_t *to, struct dk_error *error)
{
    struct outcome all = { 0 };

    for (size_t i = 0; i < PARTS; i++) {
        struct outcome part;

        if (parts[i] == 0)
            continue;
        part = read_run(drive, form, lba + (int32_t)all.count, parts[i], to + all.count * dk_form_size(form), error);
        all.count += part.count;
        all.lost = part.lost;
        if (part.count < parts[i])
            break;
    }
    return all;
}

static struct outcome read_run(struct drive *drive, enum dk_form form, int32_t lba, uint32_t count, uint8_t *to,
                               struct dk_error *error)
{
    const size_t size = dk_form_size(form);
    uint8_t cdb[DRIVE_CDB];
    struct drive_sense sense = { 0 };
    enum drive_answer answer;
    struct outcome outcome = { 0 };

    make_command(form, lba, count, cdb);
    answer = drive_ask(drive, cdb, to, count * size, &sense);
    if (answer == DRIVE_GOOD && !drive->changed)
        return (struct outcome){ .count = count };
    outcome.lost = (answer != DRIVE_SILENT || count == 1) && explain(drive, answer, &sense, lba, error);
    if (outcome.lost || count == 1)
        return outcome;
    /* A sector that is named is read alone: some drives name the first of a block of which another one is bad. */
    if (sense.has_lba && sense.lba >= lba && sense.lba < lba + (int32_t)count) {
        const uint32_t before = (uint32_t)(sense.lba - lba);

        return read_parts(drive, form, lba, (uint32_t[PARTS]){ before, 1, count - before - 1 }, to, error);
    }
    /* In halves; where both come, the run was only too long. */
    outcome = read_parts(drive, form, lba, (uint32_t[PARTS]){ count / 2, count - count / 2 }, to, error);
    if (outcome.count == count && is_about_size(answer, &sense) && drive->largest > count / 2 * size)
        drive->largest = count / 2 * size;
    return outcome;
}

static uint32_t read_sectors(struct drive *drive, int32_t lba, uint32_t count, enum dk_form form, uint8_t *to,
                             struct dk_error *error)
{
    const size_t size = dk_form_size(form);
    uint32_t done = 0;

    while (done < count) {
        const uint32_t most = drive->largest < size ? 1 : (uint32_t)(drive->largest / size);
        const uint32_t piece = count - done < most ? count - done : most;
        const struct outcome outcome = read_run(drive, form, lba + (int32_t)done, piece, to + done * size, error);

        done += outcome.count;
        if (outcome.count < piece)
            break;
    }
    return done;
}

/* Sectors of DVDs and BDs have no raw form; it is made of their user data, as that of a 2048-byte image is. */
static uint32_t read_made_raw(struct drive *drive, int32_t lba, uint32_t count, enum dk_form form, uint8_t *to,
                              struct dk_error *error)
{
    const size_t size = dk_form_size(form);

    for (uint32_t i = 0; i < count; i++) {
        uint8_t *sector = to + i * size;

        memset(sector, 0, size);
        if (read_sectors(drive, lba + (int32_t)i, 1, DK_FORM_USER, sector + 16, error) != 1)
            return i;
        dk_sector_complete(sector, DK_MODE1, lba + (int32_t)i);
    }
    return count;
}

static bool is_audio(const struct drive *drive, int32_t lba)
{
    for (size_t i = 0; i < drive->toc.count; i++)
        if (lba >= drive->toc.tracks[i].lba && lba < drive->toc.tracks[i].end)
            return drive->toc.tracks[i].mode == DK_AUDIO;
    return false;
}

static uint32_t read_drive(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                           struct dk_error *error)
{
    struct drive *drive = (struct drive *)source;
    uint32_t done;

    if (form == DK_FORM_USER && is_audio(drive, lba)) {
        dk_fail(error, DK_ERROR_DAMAGED, "LBA %" PRId32 " is audio and has no user data", lba);
        return 0;
    }
    if (form != DK_FORM_USER && drive_medium_of(drive->facts.profile) != DK_MEDIUM_CD)
        return read_made_raw(drive, lba, count, form, to, error);
    done = read_sectors(drive, lba, count, form, to, error);
    for (uint32_t i = 0; form == DK_FORM_RAW_SUB && i < done; i++) {
        uint8_t interleaved[DK_SUBCHANNEL], *sub = (uint8_t *)to + i * DK_SECTOR_RAW_SUB + DK_SECTOR_RAW;

        memcpy(interleaved, sub, sizeof interleaved);
        dk_sub_to_linear(interleaved, sub);
    }
    return done;
}

static void destroy(struct dk_source *source)
{
    drive_close((struct drive *)source);
}

static const struct dk_source_ops drive_source_ops = {
    .read = read_drive,
    .destroy = destroy,
};

void drive_become_source(struct drive *drive, struct dk_disc *disc)
{
    drive->source.ops = &drive_source_ops;
    dk_source_close(disc->source);
    disc->source = &drive->source;
}

struct drive *drive_of(const struct dk_disc *disc)
{
    return disc->source && disc->source->ops == &drive_source_ops ? (struct drive *)disc->source : NULL;
}
