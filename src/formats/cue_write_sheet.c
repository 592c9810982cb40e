/* The text of a CUE sheet, and the CDTEXTFILE that it may name. */
#include "formats/cue_write.h"

#include "formats/gd_rom.h"

#include <disckit/cdtext.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LEAD_IN = DK_LATER_SESSION_GAP - 2250 - DK_LEAD_IN_PREGAP /* 4500: what is left of 2250 + 4500 + 150 */ };

/* ---- Lines ---- */

static bool put_time(struct cue_writer *writer, const char *words, uint64_t sectors, struct dk_error *error)
{
    char text[WRITER_TIME];

    return writer_print(writer->sheet, error, "%s %s\n", words, writer_time(sectors, text));
}

static bool put_index(struct cue_writer *writer, const struct cue_part *part, unsigned number, int32_t lba,
                      struct dk_error *error)
{
    char text[WRITER_TIME];

    return writer_print(writer->sheet, error, "    INDEX %02u %s\n", number,
                        writer_time(part->time + (uint64_t)(lba - part->first), text));
}

/* ---- CD-TEXT ---- */

static const struct {
    enum dk_cd_text_type type;
    const char *word;
} texts[] = {
    { DK_TEXT_TITLE, "TITLE" },       { DK_TEXT_PERFORMER, "PERFORMER" }, { DK_TEXT_SONGWRITER, "SONGWRITER" },
    { DK_TEXT_COMPOSER, "COMPOSER" }, { DK_TEXT_ARRANGER, "ARRANGER" },   { DK_TEXT_MESSAGE, "MESSAGE" },
    { DK_TEXT_DISC_ID, "DISC_ID" },   { DK_TEXT_GENRE, "GENRE" },         { DK_TEXT_UPC_ISRC, "UPC_EAN" },
};

/* A track's ISRC has a line of its own. */
static bool has_word(const struct cue_writer *writer, const struct dk_cd_text_item *item)
{
    const struct dk_track *track = dk_disc_track(writer->base.disc, item->track);

    if (item->block != 0 || strpbrk(item->text, "\r\n"))
        return false;
    if (item->type == DK_TEXT_UPC_ISRC && item->track)
        return track && strcmp(track->isrc, item->text) == 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].type == item->type)
            return item->track == 0 || track;
    return false;
}

static bool words_tell_all(const struct cue_writer *writer)
{
    const struct dk_cd_text *text = writer->base.disc->cd_text;

    for (size_t i = 0; i < text->count; i++)
        if (!has_word(writer, &text->items[i]))
            return false;
    return text->genre[0] == 0;
}

static bool put_texts(struct cue_writer *writer, unsigned track, const char *indent, struct dk_error *error)
{
    const struct dk_cd_text *text = writer->base.disc->cd_text;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *words = dk_cd_text_get(text, 0, track, texts[i].type);

        if (!words || strpbrk(words, "\r\n") || (track && texts[i].type == DK_TEXT_UPC_ISRC))
            continue;
        if (!writer_print(writer->sheet, error, "%s%s \"%s\"\n", indent, texts[i].word, words))
            return false;
    }
    return true;
}

/* The packs in a file of their own, where the sheet's words cannot tell all that is in them. */
bool cue_write_cd_text(struct cue_writer *writer, struct dk_error *error)
{
    const struct dk_disc *disc = writer->base.disc;
    const struct dk_cd_text *text = disc->cd_text;
    const uint8_t *packs;
    struct dk_output_file *file;
    size_t count;

    if (!text || words_tell_all(writer))
        return true;
    packs = text->packs;
    count = text->pack_count;
    if (!packs)
        count = dk_cd_text_encode(text, disc->tracks[0].number, disc->tracks[disc->track_count - 1].number, disc->arena,
                                  &packs);
    if (count == 0) {
        dk_note(writer->base.options->notes, DK_NOTE_DAMAGE,
                "the CD-TEXT of %s does not fit in packs: only what the "
                "words of a sheet can tell is kept",
                disc->path);
        return true;
    }
    writer->cd_text_path = writer_path(&writer->base, "cue", ".cdt");
    file = dk_output_add(writer->base.output, writer->cd_text_path, error);
    return file && dk_output_write(file, packs, count * DK_CD_TEXT_PACK, error);
}

/* ---- Sessions ---- */

static int64_t end_of(const struct dk_track *track)
{
    return (int64_t)track->lba + track->count + track->postgap;
}

/* A GD-ROM whose second area begins with the file of a track: the words for its areas then say where that lies. */
static bool has_areas(const struct cue_writer *writer)
{
    const struct dk_disc *disc = writer->base.disc;
    size_t i = 1;

    while (i < disc->track_count && disc->tracks[i].session == disc->tracks[0].session)
        i++;
    return disc->session_count == 2 && i < disc->track_count && writer->parts[i].own_file &&
           writer->parts[i].gap == 0 && writer->parts[i].first == GD_ROM_HIGH_DENSITY;
}

/*
 * Lengths, as redump.org writes them: lead-out, lead-in and pregap together are what lies between the end of the one
 * session and INDEX 01 of the next. Where that is not what MMC says, the lead-out takes the difference.
 */
static bool put_session(struct cue_writer *writer, size_t i, struct dk_error *error)
{
    const struct dk_track *track = writer->parts[i].track, *before = track - 1;
    const int64_t between = track->lba - end_of(before);
    const int64_t usual =
        before->session == writer->parts[0].track->session ? DK_FIRST_SESSION_GAP : DK_LATER_SESSION_GAP;
    int64_t pregap = between == usual ? DK_LEAD_IN_PREGAP : track->pregap;
    int64_t lead_in = LEAD_IN;

    if (has_areas(writer))
        return writer_print(writer->sheet, error, "REM HIGH-DENSITY AREA\n");
    if (pregap > between)
        pregap = between;
    if (lead_in > between - pregap)
        lead_in = between - pregap;
    return put_time(writer, "REM LEAD-OUT", (uint64_t)(between - pregap - lead_in), error) &&
           writer_print(writer->sheet, error, "REM SESSION %02d\n", track->session) &&
           put_time(writer, "REM LEAD-IN", (uint64_t)lead_in, error) &&
           put_time(writer, "REM PREGAP", (uint64_t)pregap, error);
}

/* ---- The sheet ---- */

static bool put_head(struct cue_writer *writer, struct dk_error *error)
{
    const struct dk_disc *disc = writer->base.disc;

    return (!*disc->mcn || writer_print(writer->sheet, error, "CATALOG %s\n", disc->mcn)) &&
           (!writer->cd_text_path ||
            writer_print(writer->sheet, error, "CDTEXTFILE \"%s\"\n", writer_name(writer->cd_text_path))) &&
           put_texts(writer, 0, "", error) &&
           (disc->session_count < 2 ||
            (has_areas(writer) ? writer_print(writer->sheet, error, "REM SINGLE-DENSITY AREA\n")
                               : writer_print(writer->sheet, error, "REM SESSION %02d\n", disc->tracks[0].session)));
}

static bool put_flags(struct cue_writer *writer, uint8_t control, struct dk_error *error)
{
    if ((control & (DK_CONTROL_COPY_PERMITTED | DK_CONTROL_FOUR_CHANNELS | DK_CONTROL_PRE_EMPHASIS)) == 0)
        return true;
    return writer_print(writer->sheet, error, "    FLAGS%s%s%s\n", control & DK_CONTROL_COPY_PERMITTED ? " DCP" : "",
                        control & DK_CONTROL_FOUR_CHANNELS ? " 4CH" : "",
                        control & DK_CONTROL_PRE_EMPHASIS ? " PRE" : "");
}

static bool put_indexes(struct cue_writer *writer, const struct cue_part *part, struct dk_error *error)
{
    const struct dk_track *track = part->track;

    if (part->tells_lba) {
        const struct dk_msf msf = dk_msf_of_lba(part->first);

        if (!writer_print(writer->sheet, error, "    REM MSF: %02u:%02u:%02u = LBA: %" PRId32 "\n", msf.minute,
                          msf.second, msf.frame, part->first))
            return false;
    }
    if (part->first < track->lba && !put_index(writer, part, 0, part->first, error))
        return false;
    if (!put_index(writer, part, 1, track->lba, error))
        return false;
    for (size_t i = 0; i < track->index_count; i++)
        if (!put_index(writer, part, track->indexes[i].number, track->indexes[i].lba, error))
            return false;
    return true;
}

static bool put_track(struct cue_writer *writer, const struct cue_part *part, struct dk_error *error)
{
    const struct dk_track *track = part->track;

    return writer_print(writer->sheet, error, "  TRACK %02d %s\n", track->number,
                        cue_mode_word(track->mode, part->size)) &&
           put_texts(writer, track->number, "    ", error) && put_flags(writer, track->control, error) &&
           (!*track->isrc || writer_print(writer->sheet, error, "    ISRC %s\n", track->isrc)) &&
           (!part->gap || put_time(writer, "    PREGAP", part->gap, error)) && put_indexes(writer, part, error) &&
           (!track->postgap || put_time(writer, "    POSTGAP", track->postgap, error));
}

bool cue_write_sheet(struct cue_writer *writer, struct dk_error *error)
{
    bool right = put_head(writer, error);

    for (size_t i = 0; right && i < writer->base.disc->track_count; i++) {
        const struct cue_part *part = &writer->parts[i];

        if (i && part->track->session != part[-1].track->session)
            right = put_session(writer, i, error);
        if (right && part->own_file)
            right = writer_print(writer->sheet, error, "FILE \"%s\" BINARY\n",
                                 writer->data ? writer->data->name : writer_name(cue_data_path(writer, part)));
        right = right && put_track(writer, part, error);
    }
    return right;
}
