/* What a FLAC file says of its sound: tags, a cue sheet, places to seek to (RFC 9639 section 8). */
#include "jobs/flac.h"

#include <disckit/cdtext.h>
#include <stdio.h>
#include <string.h>

enum {
    LEAD_OUT = 170,    /* the number of a CD's last track in a cue sheet */
    SEEK_STEP = 441000 /* samples: ten seconds, as the program flac has it */
};

/* ---- Tags ---- */

static bool put_tag(FLAC__StreamMetadata *tags, const char *name, const char *value)
{
    FLAC__StreamMetadata_VorbisComment_Entry entry;

    return !value || !*value ||
           (FLAC__metadata_object_vorbiscomment_entry_from_name_value_pair(&entry, name, value) &&
            FLAC__metadata_object_vorbiscomment_append_comment(tags, entry, false));
}

static bool put_number(FLAC__StreamMetadata *tags, const char *name, size_t number)
{
    char text[20];

    snprintf(text, sizeof text, "%zu", number);
    return put_tag(tags, name, text);
}

static const struct {
    const char *name;
    enum dk_cd_text_type type;
    bool of_disc; /* also, or only, what the disc has */
    bool of_track;
} texts[] = {
    { "TITLE", DK_TEXT_TITLE, false, true },        { "ARTIST", DK_TEXT_PERFORMER, true, true },
    { "ALBUM", DK_TEXT_TITLE, true, false },        { "ALBUMARTIST", DK_TEXT_PERFORMER, true, false },
    { "LYRICIST", DK_TEXT_SONGWRITER, true, true }, { "COMPOSER", DK_TEXT_COMPOSER, true, true },
    { "ARRANGER", DK_TEXT_ARRANGER, true, true },   { "COMMENT", DK_TEXT_MESSAGE, true, true },
    { "GENRE", DK_TEXT_GENRE, true, false },
};

static const char *text_for(const struct dk_cd_text *all, size_t row, unsigned track)
{
    const char *text = texts[row].of_track && track ? dk_cd_text_get(all, 0, track, texts[row].type) : NULL;

    if (!text && texts[row].of_disc)
        text = dk_cd_text_get(all, 0, 0, texts[row].type);
    if (!text && texts[row].type == DK_TEXT_GENRE && all)
        text = dk_cd_text_genre_name(all->genre[0]);
    return text;
}

static FLAC__StreamMetadata *make_tags(const struct dk_disc *disc, const struct convert_sound *sound)
{
    FLAC__StreamMetadata *tags = FLAC__metadata_object_new(FLAC__METADATA_TYPE_VORBIS_COMMENT);
    const struct dk_track *track = dk_disc_track(disc, sound->track);
    bool right = tags != NULL;

    for (size_t i = 0; right && i < sizeof texts / sizeof *texts; i++)
        right = put_tag(tags, texts[i].name, text_for(disc->cd_text, i, sound->track));
    right = right && put_number(tags, "TRACKNUMBER", sound->track) &&
            put_number(tags, "TRACKTOTAL", disc->track_count) && put_tag(tags, "ISRC", track ? track->isrc : NULL) &&
            put_tag(tags, "BARCODE", disc->mcn);
    if (!right && tags)
        FLAC__metadata_object_delete(tags);
    return right ? tags : NULL;
}

static bool has_tag(const struct dk_cd_text_item *item)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].type == item->type)
            return item->block == 0;
    return item->type == DK_TEXT_UPC_ISRC;
}

/* What is hidden before track 1 has no number that a sheet could have, and indexes may have such as none has. */
static bool can_have_sheet(const struct dk_disc *disc, const struct convert_sound *sound)
{
    const struct dk_track *track = dk_disc_track(disc, sound->track);

    if (!track || track->lba < 0)
        return false;
    for (size_t i = 0; i < track->index_count; i++)
        if (track->indexes[i].number != i + 2)
            return false;
    return true;
}

void flac_note_loss(const struct convert *convert)
{
    const struct dk_cd_text *text = convert->disc->cd_text;
    size_t lost = 0;

    for (size_t i = 0; text && i < text->count; i++)
        lost += !has_tag(&text->items[i]);
    if (lost)
        dk_note(&convert->result->notes, DK_NOTE_ODD,
                "%zu texts of the CD-TEXT (of further languages, codes of the disc) have no tag and are left out",
                lost);
    for (size_t i = 0; i < convert->sound_count; i++) {
        const struct dk_track *track = dk_disc_track(convert->disc, convert->sounds[i].track);

        if (track && !can_have_sheet(convert->disc, &convert->sounds[i]) &&
            (track->index_count || track->control & DK_CONTROL_PRE_EMPHASIS))
            dk_note(&convert->result->notes, DK_NOTE_ODD,
                    "the indexes and marks of track %d are none that a cue sheet in FLAC can have, and are left out",
                    track->number);
    }
}

/* ---- The cue sheet ---- */

static void fill_track(FLAC__StreamMetadata_CueSheet_Track *to, const struct dk_track *track)
{
    to->number = track->number;
    to->pre_emphasis = (track->control & DK_CONTROL_PRE_EMPHASIS) != 0;
    memcpy(to->isrc, track->isrc, sizeof to->isrc);
    to->indices[0].number = 1;
    for (size_t i = 0; i < track->index_count; i++) {
        to->indices[i + 1].number = track->indexes[i].number;
        to->indices[i + 1].offset = (FLAC__uint64)(track->indexes[i].lba - track->lba) * FLAC_SAMPLES;
    }
}

/* The one track of the file, at its place on the disc: the lead-in goes from the disc's beginning to INDEX 01. */
static FLAC__StreamMetadata *make_cue_sheet(const struct dk_disc *disc, const struct convert_sound *sound)
{
    const struct dk_track *track = dk_disc_track(disc, sound->track);
    FLAC__StreamMetadata *block = FLAC__metadata_object_new(FLAC__METADATA_TYPE_CUESHEET);
    FLAC__StreamMetadata_CueSheet *sheet;

    if (!block || !FLAC__metadata_object_cuesheet_resize_tracks(block, 2) ||
        !FLAC__metadata_object_cuesheet_track_resize_indices(block, 0, (unsigned)track->index_count + 1)) {
        if (block)
            FLAC__metadata_object_delete(block);
        return NULL;
    }
    sheet = &block->data.cue_sheet;
    memcpy(sheet->media_catalog_number, disc->mcn, sizeof disc->mcn);
    sheet->is_cd = true;
    sheet->lead_in = (FLAC__uint64)(track->lba + DK_LEAD_IN_PREGAP) * FLAC_SAMPLES;
    fill_track(&sheet->tracks[0], track);
    sheet->tracks[1].number = LEAD_OUT;
    sheet->tracks[1].offset = (FLAC__uint64)sound->count * FLAC_SAMPLES;
    return block;
}

/* ---- Places to seek to ---- */

static FLAC__StreamMetadata *make_places(const struct convert_sound *sound)
{
    FLAC__StreamMetadata *places = FLAC__metadata_object_new(FLAC__METADATA_TYPE_SEEKTABLE);

    if (places &&
        FLAC__metadata_object_seektable_template_append_spaced_points_by_samples(
            places, SEEK_STEP, (FLAC__uint64)sound->count * FLAC_SAMPLES) &&
        FLAC__metadata_object_seektable_template_sort(places, true))
        return places;
    if (places)
        FLAC__metadata_object_delete(places);
    return NULL;
}

unsigned flac_make_blocks(const struct convert *convert, const struct convert_sound *sound,
                          FLAC__StreamMetadata *blocks[FLAC_BLOCKS_MAX])
{
    const unsigned wanted = can_have_sheet(convert->disc, sound) ? 3 : 2;
    unsigned count = 0;

    blocks[count++] = make_places(sound);
    blocks[count++] = make_tags(convert->disc, sound);
    if (wanted > count)
        blocks[count++] = make_cue_sheet(convert->disc, sound);
    for (unsigned i = 0; i < count; i++) {
        if (blocks[i])
            continue;
        for (unsigned j = 0; j < count; j++)
            if (blocks[j])
                FLAC__metadata_object_delete(blocks[j]);
        return 0;
    }
    return count;
}
