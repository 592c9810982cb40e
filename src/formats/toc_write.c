/*
 * Writing a disc as cdrdao's TOC, with one file of sectors or one a track. What no file holds becomes silence or zeros;
 * samples are big-endian, as cdrdao has them in files that are no WAVE.
 */
#include "formats/toc_write.h"
#include "util/arena.h"
#include "util/text.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    enum dk_mode mode;
    unsigned size;
    const char *word;
} modes[] = {
    { DK_AUDIO, 2352, "AUDIO" },
    { DK_MODE1, 2352, "MODE1_RAW" },
    { DK_MODE1, 2048, "MODE1" },
    { DK_MODE2, 2352, "MODE2_RAW" },
    { DK_MODE2_FORM1, 2352, "MODE2_RAW" },
    { DK_MODE2_FORM2, 2352, "MODE2_RAW" },
    { DK_MODE2_FORM1, 2048, "MODE2_FORM1" },
    { DK_MODE0, 2352, "MODE1_RAW" }, /* the sectors say that they are of mode 0 */
};

static const char *mode_word(enum dk_mode mode, unsigned size)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (modes[i].mode == mode && modes[i].size == size)
            return modes[i].word;
    return NULL;
}

/* ---- The plan ---- */

static bool refuse(const struct dk_track *track, const char *what, struct dk_error *error)
{
    return dk_fail(error, DK_ERROR_REFUSED, "track %d %s", track->number, what);
}

static bool check_indexes(const struct dk_track *track, struct dk_error *error)
{
    for (size_t i = 0; i < track->index_count; i++)
        if (track->indexes[i].number != i + 2)
            return refuse(track, "has indexes that are not numbered in a row, as a TOC numbers them", error);
    return true;
}

static bool can_write(const struct writer *writer, struct dk_error *error)
{
    const struct dk_disc *disc = writer->disc;

    if (!writer_can(writer, "toc", WRITER_SPLIT | WRITER_SECTOR_2048 | WRITER_ANY_NAME, error))
        return false;
    if (disc->tracks[0].lba < 0)
        return refuse(&disc->tracks[0], "begins before LBA 0, and a TOC has no place for that", error);
    for (size_t i = 0; i < disc->track_count; i++) {
        if (disc->tracks[i].number != disc->tracks[0].number + i)
            return refuse(&disc->tracks[i], "does not follow the one before it, as a TOC numbers them", error);
        if (!check_indexes(&disc->tracks[i], error))
            return false;
    }
    return true;
}

/* Is subchannel stored of a sector of the track or of its pause? */
static bool has_subchannel(const struct dk_disc *disc, const struct writer_part *part)
{
    for (size_t i = 0; i < disc->extent_count; i++) {
        const struct dk_extent *extent = &disc->extents[i];

        if (extent->store && extent->layout->sub_size && extent->lba < part->end &&
            (int64_t)extent->lba + extent->count > part->begin)
            return true;
    }
    return false;
}

static bool plan_part(struct toc_writer *writer, const struct writer_part *from, struct toc_part *part,
                      struct dk_error *error)
{
    const struct dk_track *track = from->track;
    const bool first = part == writer->parts;
    const bool cut = dk_mode_is_data(track->mode) && writer->base.options->sector == DK_SECTOR_USER;

    *part = (struct toc_part){
        .track = track,
        .begin = first ? 0 : part[-1].end,
        .stored = from->stored,
        .end_stored = track->lba + (int32_t)track->count,
        .end = from->end,
        .mode = mode_word(track->mode, cut ? DK_SECTOR_USER : DK_SECTOR_RAW),
        .subchannel = !cut && has_subchannel(writer->base.disc, from),
        .own_file = first || writer->base.options->split,
    };
    if (!part->mode)
        return dk_fail(error, DK_ERROR_REFUSED,
                       "track %d is %s: sectors of 2048 bytes cannot hold it; --sector 2352 keeps it whole",
                       track->number, dk_mode_name(track->mode));
    part->size = cut ? DK_SECTOR_USER : part->subchannel ? DK_SECTOR_RAW_SUB : DK_SECTOR_RAW;
    if (!part->own_file)
        part->offset = part[-1].offset + (uint64_t)(part[-1].end_stored - part[-1].stored) * part[-1].size;
    writer->base.total += (uint64_t)(part->end_stored - part->stored);
    return true;
}

static bool plan(struct toc_writer *writer, struct dk_error *error)
{
    struct writer_part parts[DK_TRACKS_MAX];

    if (!can_write(&writer->base, error) || !writer_parts(writer->base.disc, parts, error))
        return false;
    for (size_t i = 0; i < writer->base.disc->track_count; i++)
        if (!plan_part(writer, &parts[i], &writer->parts[i], error))
            return false;
    return true;
}

/* ---- The files ---- */

static bool write_data(struct toc_writer *writer, struct dk_error *error)
{
    struct dk_output_file *file = NULL;

    for (size_t i = 0; i < writer->base.disc->track_count; i++) {
        const struct toc_part *part = &writer->parts[i];
        const struct writer_shape shape = {
            .size = part->size,
            .sub_order = DK_SUB_INTERLEAVED,
            .big_endian = part->track->mode == DK_AUDIO,
        };

        if (part->own_file)
            file = dk_output_add(writer->base.output, writer_data_path(&writer->base, "toc", part->track), error);
        if (!file || !writer_put_sectors(&writer->base, part->stored, (uint32_t)(part->end_stored - part->stored),
                                         &shape, file, error))
            return false;
    }
    return true;
}

/* ---- The words ---- */

bool toc_write_string(struct toc_writer *writer, const char *bytes, bool octal, struct dk_error *error)
{
    bool right = writer_print(writer->sheet, error, "\"");

    for (; right && *bytes; bytes++) {
        const unsigned byte = (unsigned char)*bytes;

        if (byte < 0x20 || byte == 0x7F || (octal && byte > 0x7F))
            right = writer_print(writer->sheet, error, "\\%03o", byte);
        else
            right = writer_print(writer->sheet, error, byte == '"' || byte == '\\' ? "\\%c" : "%c", *bytes);
    }
    return right && writer_print(writer->sheet, error, "\"");
}

/* "TYPE \"name\"", with the name as UTF-8 where it is that. */
static bool put_file(struct toc_writer *writer, const struct toc_part *part, const char *type, struct dk_error *error)
{
    const char *name = writer_name(writer_data_path(&writer->base, "toc", part->track));

    return writer_print(writer->sheet, error, "%s ", type) &&
           toc_write_string(writer, name, !text_is_utf8(name, strlen(name)), error);
}

/* Plain samples have a start of their own, which all programs know that read these files; what else there is, `#`. */
static bool put_stored(struct toc_writer *writer, const struct toc_part *part, struct dk_error *error)
{
    const uint64_t count = (uint64_t)(part->end_stored - part->stored);
    char start[WRITER_TIME], length[WRITER_TIME];

    writer_time(count, length);
    if (part->track->mode != DK_AUDIO || part->subchannel)
        return put_file(writer, part, "DATAFILE", error) &&
               writer_print(writer->sheet, error, " #%" PRIu64 " %s // length in bytes: %" PRIu64 "\n", part->offset,
                            length, count * part->size);
    if (!put_file(writer, part, "FILE", error))
        return false;
    if (part->offset % DK_SECTOR_RAW)
        return writer_print(writer->sheet, error, " #%" PRIu64 " 0 %s\n", part->offset, length);
    return writer_print(writer->sheet, error, " %s %s\n",
                        part->offset ? writer_time(part->offset / DK_SECTOR_RAW, start) : "0", length);
}

/* Sectors that no file holds. */
static bool put_empty(struct toc_writer *writer, const struct toc_part *part, int32_t count, struct dk_error *error)
{
    char length[WRITER_TIME];

    if (count == 0)
        return true;
    writer_time((uint64_t)count, length);
    if (part->subchannel)
        return writer_print(writer->sheet, error, "ZERO %s RW_RAW %s\n", part->mode, length);
    return writer_print(writer->sheet, error, "%s %s\n", part->track->mode == DK_AUDIO ? "SILENCE" : "ZERO", length);
}

static bool put_places(struct toc_writer *writer, const struct toc_part *part, struct dk_error *error)
{
    const struct dk_track *track = part->track;
    char text[WRITER_TIME];

    if (part->begin < track->lba &&
        !writer_print(writer->sheet, error, "START %s\n", writer_time((uint64_t)(track->lba - part->begin), text)))
        return false;
    for (size_t i = 0; i < track->index_count; i++)
        if (!writer_print(writer->sheet, error, "INDEX %s\n",
                          writer_time((uint64_t)(track->indexes[i].lba - track->lba), text)))
            return false;
    return true;
}

/* All are told, for programs that take other values for granted. */
static bool put_flags(struct toc_writer *writer, const struct dk_track *track, struct dk_error *error)
{
    const uint8_t control = track->control;

    if (!writer_print(writer->sheet, error, "%sCOPY\n", control & DK_CONTROL_COPY_PERMITTED ? "" : "NO "))
        return false;
    return track->mode != DK_AUDIO || writer_print(writer->sheet, error, "%sPRE_EMPHASIS\n%s_CHANNEL_AUDIO\n",
                                                   control & DK_CONTROL_PRE_EMPHASIS ? "" : "NO ",
                                                   control & DK_CONTROL_FOUR_CHANNELS ? "FOUR" : "TWO");
}

static bool put_track(struct toc_writer *writer, const struct toc_part *part, struct dk_error *error)
{
    const struct dk_track *track = part->track;

    return writer_print(writer->sheet, error, "\n// Track %d\nTRACK %s%s\n", track->number, part->mode,
                        part->subchannel ? " RW_RAW" : "") &&
           put_flags(writer, track, error) &&
           (!*track->isrc || writer_print(writer->sheet, error, "ISRC \"%s\"\n", track->isrc)) &&
           toc_write_texts(writer, track->number, error) &&
           put_empty(writer, part, part->stored - part->begin, error) &&
           (part->stored == part->end_stored || put_stored(writer, part, error)) &&
           put_empty(writer, part, part->end - part->end_stored, error) && put_places(writer, part, error);
}

static const char *kind_of(const struct dk_disc *disc)
{
    const char *kind = "CD_DA";

    for (size_t i = 0; i < disc->track_count; i++) {
        const enum dk_mode mode = disc->tracks[i].mode;

        if (mode == DK_MODE2 || mode == DK_MODE2_FORM1 || mode == DK_MODE2_FORM2)
            return "CD_ROM_XA";
        if (mode != DK_AUDIO)
            kind = "CD_ROM";
    }
    return kind;
}

static bool put_sheet(struct toc_writer *writer, struct dk_error *error)
{
    const struct dk_disc *disc = writer->base.disc;
    bool right = writer_print(writer->sheet, error, "%s\n", kind_of(disc));

    if (right && *disc->mcn)
        right = writer_print(writer->sheet, error, "CATALOG \"%s\"\n", disc->mcn);
    if (right && disc->tracks[0].number > 1)
        right = writer_print(writer->sheet, error, "FIRST_TRACK_NO %d\n", disc->tracks[0].number);
    right = right && toc_write_texts(writer, 0, error);
    for (size_t i = 0; right && i < disc->track_count; i++)
        right = put_track(writer, &writer->parts[i], error);
    return right;
}

bool toc_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error)
{
    struct toc_writer *writer = arena_zeroed(disc->arena, 1, sizeof *writer);

    writer->base = (struct writer){ .disc = disc, .path = path, .options = options, .output = output };
    if (!plan(writer, error))
        return false;
    writer->sheet = dk_output_add(output, path, error); /* first, so that it appears last */
    return writer->sheet && write_data(writer, error) && put_sheet(writer, error);
}
