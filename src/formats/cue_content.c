/* What the sectors say themselves, against what the sheet says of them: sheets lie about modes and sizes. */
#include "formats/cue.h"

#include <string.h>

enum {
    HEADER = 12,
    DESCRIPTOR = 16, /* sector of a volume in which its first descriptor stands (ECMA-119 6.2.1) */
};

static const uint8_t sync[HEADER] = { 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0 };

/* Are these the bytes at `offset`? Also not where the file ends before. */
static bool has(const struct cue_file *file, uint64_t offset, const void *bytes, size_t count)
{
    uint8_t there[HEADER];
    struct dk_error error;

    return offset < file->store->size && file->store->size - offset >= count &&
           dk_store_read(file->store, there, count, offset, &error) && memcmp(there, bytes, count) == 0;
}

static bool has_volume(const struct cue_file *file, uint64_t offset, unsigned stored, unsigned user)
{
    return has(file, offset + (uint64_t)DESCRIPTOR * stored + user + 1, "CD001", 5);
}

static bool is_raw(unsigned stored)
{
    return stored == DK_SECTOR_RAW || stored == DK_SECTOR_RAW_SUB;
}

/* The size that the bytes show, or the one that the sheet gives where they show nothing. */
static unsigned true_size(const struct cue_track *track, const struct cue_file *file, uint64_t offset)
{
    if (has(file, offset, sync, sizeof sync)) {
        if (has(file, offset + DK_SECTOR_RAW, sync, sizeof sync))
            return DK_SECTOR_RAW;
        if (has(file, offset + DK_SECTOR_RAW_SUB, sync, sizeof sync))
            return DK_SECTOR_RAW_SUB;
        return is_raw(track->stored) ? track->stored : DK_SECTOR_RAW;
    }
    if (is_raw(track->stored) && has_volume(file, offset, 2048, 0))
        return 2048;
    if (is_raw(track->stored) && has_volume(file, offset, 2336, 8))
        return 2336;
    return track->stored;
}

static enum dk_mode mode_of_size(const struct cue_track *track, unsigned stored)
{
    switch (stored) {
    case 2048:
        return track->mode == DK_MODE2 ? DK_MODE2_FORM1 : track->mode;
    case 2336:
        return DK_MODE2;
    default:
        return track->mode == DK_MODE1 ? DK_MODE1 : DK_MODE2;
    }
}

/* Mode byte of a raw sector (ECMA-130 14.2). */
static void judge_mode(struct cue *cue, struct cue_track *track, const struct cue_file *file, uint64_t offset)
{
    static const enum dk_mode modes[] = { DK_MODE0, DK_MODE1, DK_MODE2 };
    uint8_t mode;
    struct dk_error error;

    if (!is_raw(track->stored) || !has(file, offset, sync, sizeof sync) || file->store->size - offset < DK_SECTOR_RAW ||
        !dk_store_read(file->store, &mode, 1, offset + 15, &error) || mode >= sizeof modes / sizeof *modes ||
        modes[mode] == track->mode)
        return;
    dk_note(&cue->disc->notes, DK_NOTE_ODD, "%s line %u: the sectors of track %u are of mode %u, not what TRACK says",
            cue->sheet.path, track->line, track->number, mode);
    track->mode = modes[mode];
}

void cue_judge(struct cue *cue, struct cue_track *track, const struct cue_file *file, uint64_t offset)
{
    unsigned size;

    if (!dk_mode_is_data(track->mode) || !file->store)
        return;
    size = true_size(track, file, offset);
    if (size != track->stored) {
        dk_note(&cue->disc->notes, DK_NOTE_ODD,
                "%s line %u: the sectors of track %u take %u bytes in %s, not the %u that TRACK says", cue->sheet.path,
                track->line, track->number, size, file->store->name, track->stored);
        track->mode = mode_of_size(track, size);
        track->stored = (uint16_t)size;
    }
    judge_mode(cue, track, file, offset);
}

static bool is_bcd(uint8_t byte)
{
    return (byte & 0x0F) <= 9;
}

bool cue_header_lba(const struct cue_track *track, const struct cue_file *file, uint64_t offset, int32_t *lba)
{
    uint8_t header[4];
    struct dk_error error;

    if (!dk_mode_is_data(track->mode) || !file->store || !is_raw(track->stored) ||
        !has(file, offset, sync, sizeof sync) || file->store->size - offset < DK_SECTOR_RAW ||
        !dk_store_read(file->store, header, sizeof header, offset + HEADER, &error))
        return false;
    if (!is_bcd(header[0]) || !is_bcd(header[1]) || !is_bcd(header[2]) || dk_of_bcd(header[1]) > 59 ||
        dk_of_bcd(header[2]) >= DK_FRAMES_A_SECOND)
        return false;
    *lba = dk_lba_of_msf(
        (struct dk_msf){ (uint8_t)dk_of_bcd(header[0]), (uint8_t)dk_of_bcd(header[1]), (uint8_t)dk_of_bcd(header[2]) });
    return true;
}
