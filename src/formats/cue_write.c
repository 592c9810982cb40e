/*
 * Writing a disc as a CUE sheet with one file of sectors, or one a track named as redump.org names them. Gaps that the
 * image keeps are kept; a gap that no file holds becomes a PREGAP line.
 */
#include "formats/cue_write.h"

#include "formats/cue.h"
#include "util/arena.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    enum dk_mode mode;
    unsigned size;
    const char *word;
} modes[] = {
    { DK_AUDIO, 2352, "AUDIO" },
    { DK_MODE1, 2352, "MODE1/2352" },
    { DK_MODE1, 2048, "MODE1/2048" },
    { DK_MODE2, 2352, "MODE2/2352" },
    { DK_MODE2_FORM1, 2352, "MODE2/2352" },
    { DK_MODE2_FORM2, 2352, "MODE2/2352" },
    { DK_MODE2_FORM1, 2048, "MODE2/2048" },
    { DK_MODE2, 2048, "MODE2/2048" },
    { DK_MODE2_FORM2, 2048, "MODE2/2048" },
    { DK_MODE0, 2352, "MODE1/2352" }, /* the sectors say that they are of mode 0 */
    { DK_MODE0, 2048, "MODE1/2048" },
};

/* Can 2048 bytes be all that a sector has? Where the caller has told what is lost, they need not. */
static bool holds_all(const struct cue_writer *writer, const struct cue_part *part)
{
    const enum dk_mode mode = part->track->mode;

    return part->size != DK_SECTOR_USER || mode == DK_MODE1 || mode == DK_MODE2_FORM1 || writer->base.options->checked;
}

const char *cue_mode_word(enum dk_mode mode, unsigned size)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (modes[i].mode == mode && modes[i].size == size)
            return modes[i].word;
    return NULL;
}

const char *cue_data_path(const struct cue_writer *writer, const struct cue_part *part)
{
    return writer->data ? writer->data->path : writer_data_path(&writer->base, "cue", part->track);
}

/* ---- The plan ---- */

static bool can_write(const struct writer *writer, struct dk_error *error)
{
    const struct dk_disc *disc = writer->disc;

    if (disc->medium == DK_MEDIUM_DVD || disc->medium == DK_MEDIUM_BD)
        return dk_fail(error, DK_ERROR_REFUSED, "%s is an image of a %s: a CUE sheet is for CDs", disc->path,
                       disc->medium == DK_MEDIUM_DVD ? "DVD" : "BD");
    if (strpbrk(writer_name(writer->path), "\r\n"))
        return dk_fail(error, DK_ERROR_REFUSED, "a CUE sheet can't name a file with a line break in its name");
    return true;
}

static void tell_what_is_left_out(const struct writer *writer, const struct dk_track *track)
{
    const int32_t end = track->lba < 0 ? track->lba : 0;
    const int32_t lba = writer_first_full(writer->disc, -DK_LEAD_IN_PREGAP, end);

    if (lba < end)
        dk_note(writer->options->notes, DK_NOTE_ODD,
                "LBA %" PRId32 " to %" PRId32 " of %s are not all empty, and are left out: a CUE sheet has no place "
                "for them",
                lba, end - 1, writer->disc->path);
}

/*
 * In front of the first track there is nothing to add a PREGAP to that all programs read alike, so that a gap after
 * LBA 0 goes into the file. Sectors before LBA 0 have no place in a sheet.
 */
static bool plan_part(struct cue_writer *writer, const struct writer_part *from, struct cue_part *part,
                      struct dk_error *error)
{
    const struct dk_track *track = from->track;
    const bool first = part == writer->parts;

    *part = (struct cue_part){
        .track = track,
        .first = first ? from->begin : from->stored,
        .gap = first ? 0 : (uint32_t)(from->stored - from->begin),
        .size = DK_SECTOR_RAW,
        .tells_lba = first && from->begin > 0,
        .own_file = first || writer->base.options->split,
    };
    if (dk_mode_is_data(track->mode) && writer->base.options->sector == DK_SECTOR_USER)
        part->size = DK_SECTOR_USER;
    if (!cue_mode_word(track->mode, part->size) || !holds_all(writer, part))
        return dk_fail(error, DK_ERROR_REFUSED,
                       "track %d is %s: sectors of 2048 bytes cannot hold it; --sector 2352 keeps it whole",
                       track->number, dk_mode_name(track->mode));
    part->sectors = (uint32_t)(track->lba - part->first) + track->count;
    if (!part->own_file)
        part->time = part[-1].time + part[-1].sectors;
    writer->base.total += part->sectors;
    return true;
}

static bool plan(struct cue_writer *writer, struct dk_error *error)
{
    struct writer_part parts[DK_TRACKS_MAX];

    if (!can_write(&writer->base, error) || !writer_parts(writer->base.disc, parts, error))
        return false;
    if (!writer->base.options->checked)
        tell_what_is_left_out(&writer->base, parts->track);
    for (size_t i = 0; i < writer->base.disc->track_count; i++)
        if (!plan_part(writer, &parts[i], &writer->parts[i], error))
            return false;
    return true;
}

/* ---- The files ---- */

static bool write_data(struct cue_writer *writer, struct dk_error *error)
{
    struct dk_output_file *file = NULL;

    for (size_t i = 0; i < writer->base.disc->track_count; i++) {
        const struct cue_part *part = &writer->parts[i];
        const struct writer_shape shape = { .size = part->size };

        if (part->own_file)
            file = dk_output_add(writer->base.output, cue_data_path(writer, part), error);
        if (!file)
            return false;
        if (!(writer->data ? writer->data->put(writer, part, file, error)
                           : writer_put_sectors(&writer->base, part->first, part->sectors, &shape, file, error)))
            return false;
    }
    return !writer->data || writer->data->put(writer, NULL, file, error);
}

bool cue_write_with(struct dk_disc *disc, const char *path, const struct dk_write_options *options,
                    struct dk_output *output, const struct cue_data *data, struct dk_error *error)
{
    struct cue_writer *writer = arena_zeroed(disc->arena, 1, sizeof *writer);

    writer->base = (struct writer){ .disc = disc, .path = path, .options = options, .output = output };
    writer->data = data;
    if (!plan(writer, error))
        return false;
    if (strcmp(cue_data_path(writer, &writer->parts[0]), path) == 0)
        return dk_fail(error, DK_ERROR_REFUSED, "%s would be the name of the sheet and of its data: end it in .cue",
                       path);
    writer->sheet = dk_output_add(output, path, error); /* first, so that it appears last */
    return writer->sheet && write_data(writer, error) && cue_write_cd_text(writer, error) &&
           cue_write_sheet(writer, error);
}

bool cue_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error)
{
    return cue_write_with(disc, path, options, output, NULL, error);
}
