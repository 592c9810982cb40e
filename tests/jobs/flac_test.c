/* FLAC as a result: samples, and what the file says of them, held against libFLAC's own readers. */
#include "support/made_disc.h"
#include "support/raw.h"
#include "support/suite.h"

#include <FLAC/metadata.h>
#include <FLAC/stream_decoder.h>
#include <disckit/cdtext.h>
#include <disckit/convert.h>
#include <disckit/format.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *path_of(const char *name)
{
    static char path[1000];

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    return path;
}

static void convert(struct dk_disc *disc, const char *name, const struct dk_convert_options *options,
                    struct dk_conversion *conversion)
{
    struct dk_error error = { 0 };

    ck_assert_msg(dk_convert(disc, path_of(name), options, conversion, &error), "%s", error.text);
    ck_assert_str_eq(conversion->target, "flac");
}

/* ---- Samples ---- */

struct decoded {
    int32_t lba;
    uint64_t samples;
    bool wrong;
};

static FLAC__StreamDecoderWriteStatus on_block(const FLAC__StreamDecoder *decoder, const FLAC__Frame *frame,
                                               const FLAC__int32 *const channels[], void *context)
{
    struct decoded *decoded = context;
    uint8_t raw[DK_SECTOR_RAW];

    (void)decoder;
    for (unsigned i = 0; i < frame->header.blocksize; i++, decoded->samples++) {
        const unsigned at = (unsigned)(decoded->samples % 588) * 4;

        raw_audio_sector(raw, decoded->lba + (int32_t)(decoded->samples / 588));
        decoded->wrong = decoded->wrong || channels[0][i] != (int16_t)(raw[at] | raw[at + 1] << 8) ||
                         channels[1][i] != (int16_t)(raw[at + 2] | raw[at + 3] << 8);
    }
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void on_error(const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status, void *context)
{
    (void)decoder, (void)status;
    ((struct decoded *)context)->wrong = true;
}

/* The decoder checks the MD5 of all samples too. */
static void expect_flac(const char *name, int32_t lba, uint32_t sectors)
{
    FLAC__StreamDecoder *decoder = FLAC__stream_decoder_new();
    struct decoded decoded = { .lba = lba };

    FLAC__stream_decoder_set_md5_checking(decoder, true);
    ck_assert_int_eq(FLAC__stream_decoder_init_file(decoder, path_of(name), on_block, NULL, on_error, &decoded),
                     FLAC__STREAM_DECODER_INIT_STATUS_OK);
    ck_assert(FLAC__stream_decoder_process_until_end_of_stream(decoder));
    ck_assert(FLAC__stream_decoder_finish(decoder));
    ck_assert_uint_eq(decoded.samples, (uint64_t)sectors * 588);
    ck_assert(!decoded.wrong);
    FLAC__stream_decoder_delete(decoder);
}

/* Hidden sound of 30 sectors, a gap of 10 before track 2. */
static const struct made_track tracks[] = {
    { .mode = DK_AUDIO, .stored = 2352, .count = 130, .pregap = 30 },
    { .mode = DK_AUDIO, .stored = 2352, .count = 60, .pregap = 10 },
};

START_TEST(writes_a_file_a_track)
{
    const struct dk_convert_options options = { .verify = true };
    struct dk_disc *disc = made_disc(tracks, 2);
    struct dk_conversion conversion;

    convert(disc, "sound.flac", &options, &conversion);
    ck_assert_uint_eq(conversion.file_count, 3);
    ck_assert(conversion.verified);
    expect_flac("sound (Track 00).flac", 0, 30);
    expect_flac("sound (Track 01).flac", 30, 110);
    expect_flac("sound (Track 02).flac", 140, 50);
    ck_assert_int_ne(access(path_of("sound.flac"), F_OK), 0);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

/* ---- Tags and the cue sheet ---- */

static const char *tag(const FLAC__StreamMetadata *tags, const char *name)
{
    const int at = FLAC__metadata_object_vorbiscomment_find_entry_from(tags, 0, name);

    return at < 0 ? NULL : (const char *)tags->data.vorbis_comment.comments[at].entry + strlen(name) + 1;
}

static void give_texts(struct dk_disc *disc)
{
    static const struct {
        unsigned track;
        enum dk_cd_text_type type;
        const char *text;
    } texts[] = {
        { 0, DK_TEXT_TITLE, "All of it" }, { 0, DK_TEXT_PERFORMER, "Bj\xC3\xB6rk" }, { 2, DK_TEXT_TITLE, "Second" },
        { 2, DK_TEXT_PERFORMER, "Guest" }, { 2, DK_TEXT_SONGWRITER, "Writer" },      { 0, DK_TEXT_DISC_ID, "XY1" },
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        dk_cd_text_add(&disc->cd_text, disc->arena, texts[i].track, texts[i].type, texts[i].text);
}

static struct dk_disc *full_disc(void)
{
    static const struct dk_index indexes[] = { { 2, 150 }, { 3, 160 } };
    struct dk_disc *disc = made_disc(tracks, 2);

    give_texts(disc);
    strcpy(disc->mcn, "4006408123456");
    strcpy(disc->tracks[1].isrc, "DEABC0412345");
    disc->tracks[1].control |= DK_CONTROL_PRE_EMPHASIS;
    disc->tracks[1].indexes = indexes;
    disc->tracks[1].index_count = 2;
    return disc;
}

START_TEST(tags_are_those_of_the_disc)
{
    static const struct {
        const char *file, *name, *value;
    } wanted[] = {
        { "tags (Track 02).flac", "TITLE", "Second" },
        { "tags (Track 02).flac", "ARTIST", "Guest" },
        { "tags (Track 02).flac", "ALBUM", "All of it" },
        { "tags (Track 02).flac", "ALBUMARTIST", "Bj\xC3\xB6rk" },
        { "tags (Track 02).flac", "LYRICIST", "Writer" },
        { "tags (Track 02).flac", "TRACKNUMBER", "2" },
        { "tags (Track 02).flac", "TRACKTOTAL", "2" },
        { "tags (Track 02).flac", "ISRC", "DEABC0412345" },
        { "tags (Track 02).flac", "BARCODE", "4006408123456" },
        { "tags (Track 01).flac", "TITLE", NULL },
        { "tags (Track 01).flac", "ARTIST", "Bj\xC3\xB6rk" },
        { "tags (Track 01).flac", "ISRC", NULL },
        { "tags (Track 00).flac", "TRACKNUMBER", "0" },
    };
    const struct dk_convert_options options = { 0 };
    struct dk_disc *disc = full_disc();
    struct dk_conversion conversion;

    convert(disc, "tags.flac", &options, &conversion);
    ck_assert_uint_eq(conversion.loss_count, 0);
    ck_assert_uint_eq(conversion.notes.count, 1); /* of the disc's own code */
    ck_assert_ptr_nonnull(strstr(conversion.notes.items[0].text, "1 texts of the CD-TEXT"));
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        FLAC__StreamMetadata *tags;
        const char *value;

        ck_assert(FLAC__metadata_get_tags(path_of(wanted[i].file), &tags));
        value = tag(tags, wanted[i].name);
        if (wanted[i].value)
            ck_assert_str_eq(value, wanted[i].value);
        else
            ck_assert_ptr_null(value);
        FLAC__metadata_object_delete(tags);
    }
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

START_TEST(cue_sheet_has_the_place_of_the_track)
{
    const struct dk_convert_options options = { .track = 2 };
    struct dk_disc *disc = full_disc();
    struct dk_conversion conversion;
    FLAC__StreamMetadata *block;
    const FLAC__StreamMetadata_CueSheet *sheet;
    const char *why;

    convert(disc, "cue.flac", &options, &conversion);
    ck_assert(FLAC__metadata_get_cuesheet(path_of("cue.flac"), &block));
    ck_assert_msg(FLAC__metadata_object_cuesheet_is_legal(block, true, &why), "%s", why);
    sheet = &block->data.cue_sheet;
    ck_assert_str_eq(sheet->media_catalog_number, "4006408123456");
    ck_assert_uint_eq(sheet->lead_in, (140 + 150) * 588);
    ck_assert_uint_eq(sheet->num_tracks, 2);
    ck_assert_uint_eq(sheet->tracks[0].number, 2);
    ck_assert_str_eq(sheet->tracks[0].isrc, "DEABC0412345");
    ck_assert_uint_eq(sheet->tracks[0].pre_emphasis, 1);
    ck_assert_uint_eq(sheet->tracks[0].num_indices, 3);
    ck_assert_uint_eq(sheet->tracks[0].indices[0].number, 1);
    ck_assert_uint_eq(sheet->tracks[0].indices[2].number, 3);
    ck_assert_uint_eq(sheet->tracks[0].indices[2].offset, 20 * 588);
    ck_assert_uint_eq(sheet->tracks[1].number, 170);
    ck_assert_uint_eq(sheet->tracks[1].offset, 50 * 588);
    FLAC__metadata_object_delete(block);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

/* ---- What does not fit, and what was changed ---- */

START_TEST(indexes_that_no_cue_sheet_has_are_told)
{
    static const struct dk_index odd[] = { { 4, 150 } };
    const struct dk_convert_options options = { .track = 2 };
    struct dk_disc *disc = made_disc(tracks, 2);
    struct dk_conversion conversion;
    FLAC__StreamMetadata *block;

    disc->tracks[1].indexes = odd;
    disc->tracks[1].index_count = 1;
    convert(disc, "odd.flac", &options, &conversion);
    ck_assert_uint_eq(conversion.notes.count, 1);
    ck_assert_ptr_nonnull(strstr(conversion.notes.items[0].text, "the indexes and marks of track 2"));
    ck_assert(!FLAC__metadata_get_cuesheet(path_of("odd.flac"), &block));
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

START_TEST(data_is_refused)
{
    static const struct made_track data = { .mode = DK_MODE1, .stored = 2352, .count = 60 };
    const struct dk_convert_options options = { 0 };
    struct dk_disc *disc = made_disc(&data, 1);
    struct dk_conversion conversion;
    struct dk_error error = { 0 };

    ck_assert(!dk_convert(disc, path_of("no.flac"), &options, &conversion, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
    ck_assert_msg(strstr(error.text, "has no audio track, and a .flac holds nothing else"), "%s", error.text);
    ck_assert_int_ne(access(path_of("no.flac"), F_OK), 0);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

/* What verifying goes through: the samples of a file, whatever it is. */
START_TEST(sound_is_opened_by_what_is_in_it)
{
    const struct dk_convert_options options = { .track = 2, .replace = true };
    struct dk_disc *disc = made_disc(tracks, 2);
    static const char *const names[] = { "s.wav", "s.flac" };
    uint8_t raw[DK_SECTOR_RAW], there[DK_SECTOR_RAW];
    struct dk_conversion conversion;
    struct dk_store *file, *samples;
    struct dk_error error = { 0 };

    ck_assert(dk_convert(disc, path_of(names[_i]), &options, &conversion, &error));
    file = dk_store_open_file(path_of(names[_i]), &error);
    samples = dk_sound_open(file, NULL, &error);
    ck_assert_msg(samples, "%s", error.text);
    ck_assert_uint_eq(samples->size, 50 * DK_SECTOR_RAW);
    ck_assert(dk_store_read(samples, there, sizeof there, 7 * DK_SECTOR_RAW, &error));
    raw_audio_sector(raw, 147);
    ck_assert_mem_eq(there, raw, sizeof raw);
    dk_store_close(samples);
    dk_store_close(file);
    file = dk_store_from_memory("no sound", 8, "no.flac");
    ck_assert_ptr_null(dk_sound_open(file, NULL, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "no sound file that is known"));
    dk_store_close(file);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_test(test_case, writes_a_file_a_track);
    tcase_add_test(test_case, tags_are_those_of_the_disc);
    tcase_add_test(test_case, cue_sheet_has_the_place_of_the_track);
    tcase_add_test(test_case, indexes_that_no_cue_sheet_has_are_told);
    tcase_add_test(test_case, data_is_refused);
    tcase_add_loop_test(test_case, sound_is_opened_by_what_is_in_it, 0, 2);
}

int main(void)
{
    return suite_run("flac", (const struct suite_case[]){ { "flac", add_all }, { NULL, NULL } });
}
