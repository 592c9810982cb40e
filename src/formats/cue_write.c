/*
 * Writing a disc as a CUE sheet with one file of sectors, or one a track named as redump.org names them. Gaps that the
 * image keeps are kept; a gap that no file holds becomes a PREGAP line.
 */
#include "formats/cue_write.h"

#include "formats/cue.h"
#include "util/arena.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

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
    { DK_MODE0, 2352, "MODE1/2352" }, /* the sectors say that they are of mode 0 */
};

const char *cue_mode_word(enum dk_mode mode, unsigned size)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (modes[i].mode == mode && modes[i].size == size)
            return modes[i].word;
    return NULL;
}

const char *cue_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

char *cue_path_with(const struct cue_writer *writer, const char *suffix)
{
    const size_t length = strlen(writer->path);
    const bool is_cue = length > 4 && strcasecmp(writer->path + length - 4, ".cue") == 0;
    const size_t stem = is_cue ? length - 4 : length, size = stem + strlen(suffix) + 1;
    char *path = arena_zeroed(writer->disc->arena, size, 1);

    snprintf(path, size, "%.*s%s", (int)stem, writer->path, suffix);
    return path;
}

const char *cue_data_path(const struct cue_writer *writer, const struct cue_part *part)
{
    const struct dk_disc *disc = writer->disc;
    char suffix[sizeof " (Track 255).bin"] = ".bin";

    if (writer->options->split && disc->track_count > 1) /* redump.org numbers no track that is alone */
        snprintf(suffix, sizeof suffix, " (Track %0*d).bin", disc->tracks[disc->track_count - 1].number > 9 ? 2 : 1,
                 part->track->number);
    return cue_path_with(writer, suffix);
}

/* ---- The plan ---- */

static bool can_write(const struct cue_writer *writer, struct dk_error *error)
{
    const struct dk_disc *disc = writer->disc;

    if (disc->medium == DK_MEDIUM_DVD || disc->medium == DK_MEDIUM_BD)
        return dk_fail(error, DK_ERROR_REFUSED, "%s is an image of a %s: a CUE sheet is for CDs", disc->path,
                       disc->medium == DK_MEDIUM_DVD ? "DVD" : "BD");
    if (strpbrk(cue_base_name(writer->path), "\r\n"))
        return dk_fail(error, DK_ERROR_REFUSED, "a CUE sheet can't name a file with a line break in its name");
    for (size_t i = 0; i < disc->track_count; i++)
        if (disc->tracks[i].missing)
            return dk_fail(error, DK_ERROR_MISSING, "track %d of %s is not there", disc->tracks[i].number, disc->path);
    return true;
}

/* The first LBA from `from` on, below `to`, of a sector that a file holds; `to` where there is none. */
static int32_t first_stored(const struct dk_disc *disc, int64_t from, int32_t to)
{
    for (size_t i = 0; i < disc->extent_count; i++) {
        const struct dk_extent *extent = &disc->extents[i];

        if (extent->store && extent->lba < to && (int64_t)extent->lba + extent->count > from)
            return extent->lba > from ? extent->lba : (int32_t)from;
    }
    return to;
}

/* Is a sector of no more than zeros at this LBA? */
static bool is_empty(const struct dk_disc *disc, int32_t lba)
{
    const struct dk_extent *extent = dk_disc_extent_at(disc, lba);
    const enum dk_form form = extent && extent->mode == DK_AUDIO ? DK_FORM_RAW : DK_FORM_USER;
    uint8_t sector[DK_SECTOR_RAW];
    struct dk_error error;

    if (!extent || dk_source_read(disc->source, lba, 1, form, sector, &error) != 1)
        return true;
    return sector[0] == 0 && memcmp(sector, sector + 1, dk_form_size(form) - 1) == 0;
}

static void tell_what_is_left_out(const struct cue_writer *writer, const struct dk_track *track)
{
    for (int32_t lba = first_stored(writer->disc, -DK_LEAD_IN_PREGAP, 0); lba < 0 && lba < track->lba; lba++) {
        if (is_empty(writer->disc, lba))
            continue;
        dk_note(writer->options->notes, DK_NOTE_ODD,
                "LBA %" PRId32 " to -1 of %s are not all empty, and are left out: a CUE sheet has no place for them",
                lba, writer->disc->path);
        return;
    }
}

/*
 * In front of the first track there is nothing to add a PREGAP to that all programs read alike, so that a gap after
 * LBA 0 goes into the file. Sectors before LBA 0 have no place in a sheet.
 */
static void plan_first(const struct cue_writer *writer, struct cue_part *part)
{
    const struct dk_disc *disc = writer->disc;
    const int32_t lba = part->track->lba;

    part->first = lba;
    if (lba > 0)
        part->first = dk_disc_extent_at(disc, 0) ? 0 : first_stored(disc, 0, lba);
    part->tells_lba = part->first > 0;
    if (!writer->options->checked)
        tell_what_is_left_out(writer, part->track);
}

static bool plan_part(struct cue_writer *writer, size_t i, struct dk_error *error)
{
    const struct dk_disc *disc = writer->disc;
    const struct dk_track *track = &disc->tracks[i], *before = i ? track - 1 : NULL;
    struct cue_part *part = &writer->parts[i];
    const int64_t end = before ? (int64_t)before->lba + before->count + before->postgap : 0;

    *part = (struct cue_part){ .track = track, .size = DK_SECTOR_RAW, .own_file = !before || writer->options->split };
    if (!before) {
        plan_first(writer, part);
    } else if (before->session != track->session) { /* REM lines say where it begins */
        part->first = first_stored(disc, (int64_t)track->lba - track->pregap, track->lba);
    } else {
        part->first = first_stored(disc, end, track->lba);
        part->gap = (uint32_t)(part->first - end);
    }
    if (dk_mode_is_data(track->mode) && writer->options->sector == DK_SECTOR_USER)
        part->size = DK_SECTOR_USER;
    if (!cue_mode_word(track->mode, part->size))
        return dk_fail(error, DK_ERROR_REFUSED,
                       "track %d is %s: sectors of 2048 bytes cannot hold it; --sector 2352 keeps it whole",
                       track->number, dk_mode_name(track->mode));
    part->sectors = (uint32_t)(track->lba - part->first) + track->count;
    if (!part->own_file)
        part->time = writer->parts[i - 1].time + writer->parts[i - 1].sectors;
    writer->total += (uint64_t)part->sectors * part->size;
    return true;
}

/* ---- The files ---- */

static bool write_data(struct cue_writer *writer, struct dk_error *error)
{
    struct dk_output_file *file = NULL;

    for (size_t i = 0; i < writer->disc->track_count; i++) {
        const struct cue_part *part = &writer->parts[i];

        if (part->own_file)
            file = dk_output_add(writer->output, cue_data_path(writer, part), error);
        if (!file || !cue_write_sectors(writer, part, file, error))
            return false;
    }
    return true;
}

bool cue_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error)
{
    struct cue_writer *writer = arena_zeroed(disc->arena, 1, sizeof *writer);

    *writer = (struct cue_writer){ .disc = disc, .path = path, .options = options, .output = output };
    if (!can_write(writer, error))
        return false;
    for (size_t i = 0; i < disc->track_count; i++)
        if (!plan_part(writer, i, error))
            return false;
    if (strcmp(cue_data_path(writer, &writer->parts[0]), path) == 0)
        return dk_fail(error, DK_ERROR_REFUSED, "%s would be the name of the sheet and of its data: end it in .cue",
                       path);
    writer->sheet = dk_output_add(output, path, error); /* first, so that it appears last */
    return writer->sheet && write_data(writer, error) && cue_write_cd_text(writer, error) &&
           cue_write_sheet(writer, error);
}
