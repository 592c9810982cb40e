/* The sectors of a disc into a file: copied where they are stored as they shall be, made anew where they are not. */
#include "formats/cue_write.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECTORS_AT_ONCE = 448, /* 1 MiB */
    COPY_AT_ONCE = 64 << 20,
};

/* Bad sectors that follow each other are told in one note. */
struct bad_run {
    int32_t lba;
    uint32_t count;
};

static bool tick(struct cue_writer *writer, uint64_t bytes, struct dk_error *error)
{
    writer->done += bytes;
    return dk_watch_tick(writer->options->watch, "converting", writer->done, writer->total) ||
           dk_fail(error, DK_ERROR_STOPPED, "stopped");
}

/* ---- Copying ---- */

/* Audio alone: of data the check bytes are looked at on the way. */
static bool is_copy(const struct dk_extent *extent, const struct cue_part *part)
{
    return extent && extent->store && extent->mode == DK_AUDIO && !extent->audio_big_endian &&
           extent->layout->stored == part->size;
}

static bool copy(struct cue_writer *writer, const struct cue_part *part, const struct dk_extent *extent, int32_t lba,
                 uint32_t count, struct dk_output_file *to, struct dk_error *error)
{
    uint64_t offset = extent->offset + (uint64_t)(lba - extent->lba) * part->size;
    uint64_t left = (uint64_t)count * part->size;

    while (left) {
        const uint64_t piece = left < COPY_AT_ONCE ? left : COPY_AT_ONCE;

        if (!dk_output_copy(to, extent->store, offset, piece, error) || !tick(writer, piece, error))
            return false;
        offset += piece;
        left -= piece;
    }
    return true;
}

/* ---- Reading ---- */

static void tell_run(struct cue_writer *writer, struct bad_run *run)
{
    if (run->count == 1)
        dk_note(writer->options->notes, DK_NOTE_DAMAGE, "LBA %" PRId32 " is damaged (EDC), and copied as it is",
                run->lba);
    else if (run->count)
        dk_note(writer->options->notes, DK_NOTE_DAMAGE,
                "LBA %" PRId32 " to %" PRId64 " are damaged (EDC), and copied as they are", run->lba,
                (int64_t)run->lba + run->count - 1);
    run->count = 0;
}

/*
 * What was stored with check bytes is checked; what was computed here is right. A pause is not: after audio its first
 * second may be audio (ECMA-130 chapter 20).
 */
static void check(struct cue_writer *writer, const struct cue_part *part, const struct dk_extent *extent,
                  const uint8_t *raw, int32_t lba, uint32_t count, struct bad_run *run)
{
    const int32_t start = part->track->lba;

    if (writer->options->checked || !extent || !extent->store || extent->mode == DK_AUDIO ||
        extent->layout->stored < 2336)
        return;
    for (uint32_t i = lba < start ? (uint32_t)(start - lba) : 0; i < count; i++) {
        const int32_t at = lba + (int32_t)i;

        if ((dk_sector_check(raw + (size_t)i * DK_SECTOR_RAW, at, false) & (DK_FAULT_SYNC | DK_FAULT_EDC)) == 0)
            continue;
        if (run->count && run->lba + (int64_t)run->count == at) {
            run->count++;
            continue;
        }
        tell_run(writer, run);
        *run = (struct bad_run){ at, 1 };
    }
}

/* Raw sectors cut to their user data, in place. */
static void cut(uint8_t *sectors, enum dk_mode mode, uint32_t count)
{
    const size_t user = mode == DK_MODE1 ? 16 : 24;

    for (uint32_t i = 0; i < count; i++)
        memmove(sectors + i * (size_t)DK_SECTOR_USER, sectors + i * (size_t)DK_SECTOR_RAW + user, DK_SECTOR_USER);
}

static bool remake(struct cue_writer *writer, const struct cue_part *part, const struct dk_extent *extent, int32_t lba,
                   uint32_t count, struct dk_output_file *to, struct dk_error *error)
{
    uint8_t *buffer = malloc((size_t)SECTORS_AT_ONCE * DK_SECTOR_RAW);
    struct bad_run run = { 0 };
    bool right = buffer || dk_fail_errno(error, "cannot write %s", dk_output_path(to));

    while (right && count) {
        const uint32_t piece = count < SECTORS_AT_ONCE ? count : SECTORS_AT_ONCE;

        right = dk_source_read(writer->disc->source, lba, piece, DK_FORM_RAW, buffer, error) == piece;
        if (!right)
            break;
        check(writer, part, extent, buffer, lba, piece, &run);
        if (part->size == DK_SECTOR_USER)
            cut(buffer, part->track->mode, piece);
        right = dk_output_write(to, buffer, (size_t)piece * part->size, error) &&
                tick(writer, (uint64_t)piece * part->size, error);
        lba += (int32_t)piece;
        count -= piece;
    }
    tell_run(writer, &run);
    free(buffer);
    return right;
}

bool cue_write_sectors(struct cue_writer *writer, const struct cue_part *part, struct dk_output_file *to,
                       struct dk_error *error)
{
    int32_t lba = part->first;
    uint32_t left = part->sectors;

    while (left) {
        const struct dk_extent *extent = dk_disc_extent_at(writer->disc, lba);
        uint32_t piece = left;

        if (extent && (int64_t)extent->lba + extent->count - lba < left)
            piece = (uint32_t)((int64_t)extent->lba + extent->count - lba);
        if (!(is_copy(extent, part) ? copy(writer, part, extent, lba, piece, to, error)
                                    : remake(writer, part, extent, lba, piece, to, error)))
            return false;
        lba += (int32_t)piece;
        left -= piece;
    }
    return true;
}
