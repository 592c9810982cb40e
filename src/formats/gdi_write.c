/* Writing a GD-ROM as a GDI sheet: a file a track, from INDEX 01 on. What is in a pregap has no place in it. */
#include "formats/gdi.h"
#include "formats/writer.h"
#include "util/arena.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A reader takes the second session from where the high-density area begins. */
static bool can_write(const struct dk_disc *disc, struct dk_error *error)
{
    const unsigned first = disc->tracks[0].session;

    if (disc->medium == DK_MEDIUM_DVD || disc->medium == DK_MEDIUM_BD)
        return dk_fail(error, DK_ERROR_REFUSED, "%s is an image of a %s: a GDI sheet is for GD-ROMs and CDs",
                       disc->path, disc->medium == DK_MEDIUM_DVD ? "DVD" : "BD");
    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];
        const bool high = track->lba >= GD_ROM_HIGH_DENSITY && disc->tracks[0].lba < GD_ROM_HIGH_DENSITY;

        if (track->lba < 0 || high != (track->session != first) || track->session > first + 1)
            return dk_fail(error, DK_ERROR_REFUSED,
                           "track %d begins at LBA %" PRId32 " in session %d: a GDI sheet has one session below LBA "
                           "%d and one from there on",
                           track->number, track->lba, track->session, GD_ROM_HIGH_DENSITY);
    }
    return true;
}

static unsigned size_of(const struct writer *writer, const struct dk_track *track)
{
    return dk_mode_is_data(track->mode) && writer->options->sector == DK_SECTOR_USER ? DK_SECTOR_USER : DK_SECTOR_RAW;
}

/* "track01.bin" beside the sheet, ".raw" for audio: the names that programs of that world give. */
static char *track_path(const struct writer *writer, const struct dk_track *track)
{
    const char *name = writer_name(writer->path);
    const size_t folder = (size_t)(name - writer->path), size = folder + sizeof "track255.bin";
    char *path = arena_zeroed(writer->disc->arena, size, 1);

    snprintf(path, size, "%.*strack%02d.%s", (int)folder, writer->path, track->number,
             dk_mode_is_data(track->mode) ? "bin" : "raw");
    return path;
}

static bool write_track(struct writer *writer, const struct writer_part *part, struct dk_output_file *sheet,
                        struct dk_error *error)
{
    const struct dk_track *track = part->track;
    const struct writer_shape shape = { .size = size_of(writer, track) };
    const char *path = track_path(writer, track);
    struct dk_output_file *file = dk_output_add(writer->output, path, error);

    return file && writer_put_sectors(writer, track->lba, (uint32_t)(part->end - track->lba), &shape, file, error) &&
           writer_print(sheet, error, "%d %" PRId32 " %d %u %s 0\n", track->number, track->lba,
                        dk_mode_is_data(track->mode) ? DK_CONTROL_DATA : 0, shape.size, writer_name(path));
}

static bool plan(struct writer *writer, struct writer_part *parts, struct dk_error *error)
{
    const struct dk_disc *disc = writer->disc;

    if (!can_write(disc, error) || !writer_parts(disc, parts, error))
        return false;
    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];

        if (track->mode != DK_MODE1 && dk_mode_is_data(track->mode) && size_of(writer, track) == DK_SECTOR_USER)
            return dk_fail(error, DK_ERROR_REFUSED,
                           "track %d is %s: a GDI sheet takes sectors of 2048 bytes for mode1; --sector 2352 keeps it",
                           track->number, dk_mode_name(track->mode));
        writer->total += (uint64_t)(parts[i].end - track->lba);
    }
    return true;
}

bool gdi_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error)
{
    struct writer writer = { .disc = disc, .path = path, .options = options, .output = output };
    struct writer_part parts[DK_TRACKS_MAX];
    struct dk_output_file *sheet;

    if (!plan(&writer, parts, error))
        return false;
    sheet = dk_output_add(output, path, error); /* first, so that it appears last */
    if (!sheet || !writer_print(sheet, error, "%zu\n", disc->track_count))
        return false;
    for (size_t i = 0; i < disc->track_count; i++)
        if (!write_track(&writer, &parts[i], sheet, error))
            return false;
    return true;
}
