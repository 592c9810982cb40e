/* Writing CUE sheets: the text by hand, and discs of every shape there and back again. */
#include "formats/gd_rom.h"
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"

#include <disckit/cdtext.h>
#include <disckit/watch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AUDIO(n, from, count)                                                                                          \
    {                                                                                                                  \
        .name = n, .parts = { { DK_AUDIO, 2352, from, count } }                                                        \
    }
#define DATA(n, mode, size, count)                                                                                     \
    {                                                                                                                  \
        .name = n, .parts = { { mode, size, 0, count } }                                                               \
    }

/* The sheet that is read, and the one that must be written of it: in one file, and, where not NULL, one a track. */
static const struct {
    const char *what, *sheet;
    struct table_file files[TABLE_FILES];
    const char *written, *split;
} cases[] = {
    { "data and audio with a stored pause",
      "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 00:00:43\n"
      "INDEX 01 00:02:43\n",
      { { .name = "m.bin", .parts = { { DK_MODE1, 2352, 0, 43 }, { DK_AUDIO, 2352, 43, 450 } } } },
      "FILE \"out.bin\" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n"
      "    INDEX 00 00:00:43\n    INDEX 01 00:02:43\n",
      "FILE \"out (Track 1).bin\" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n"
      "FILE \"out (Track 2).bin\" BINARY\n  TRACK 02 AUDIO\n    INDEX 00 00:00:00\n    INDEX 01 00:02:00\n" },
    { "gaps that no file holds",
      "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nPOSTGAP 00:02:00\nTRACK 02 AUDIO\n"
      "PREGAP 00:01:05\nINDEX 01 00:00:43\n",
      { { .name = "m.bin", .parts = { { DK_MODE1, 2352, 0, 43 }, { DK_AUDIO, 2352, 273, 20 } } } },
      "FILE \"out.bin\" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n    POSTGAP 00:02:00\n"
      "  TRACK 02 AUDIO\n    PREGAP 00:01:05\n    INDEX 01 00:00:43\n",
      NULL },
    { "a gap of both kinds",
      "FILE \"m.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nPREGAP 00:01:00\nINDEX 00 00:00:20\n"
      "INDEX 01 00:00:40\n",
      { { .name = "m.bin", .parts = { { DK_AUDIO, 2352, 0, 20 }, { DK_AUDIO, 2352, 95, 50 } } } },
      "FILE \"out.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    PREGAP 00:01:00\n"
      "    INDEX 00 00:00:20\n    INDEX 01 00:00:40\n",
      NULL },
    { "both areas of a GD-ROM",
      "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM HIGH-DENSITY AREA\nFILE \"b.bin\" BINARY\n"
      "TRACK 02 AUDIO\nINDEX 01 00:00:00\n",
      { AUDIO("a.bin", 0, 80), AUDIO("b.bin", 45000, 20) },
      "REM SESSION 01\nFILE \"out.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\nREM LEAD-OUT 08:58:70\n"
      "REM SESSION 02\nREM LEAD-IN 01:00:00\nREM PREGAP 00:00:00\n  TRACK 02 AUDIO\n    INDEX 01 00:01:05\n",
      "REM SINGLE-DENSITY AREA\nFILE \"out (Track 1).bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n"
      "REM HIGH-DENSITY AREA\nFILE \"out (Track 2).bin\" BINARY\n  TRACK 02 AUDIO\n    INDEX 01 00:00:00\n" },
    { "a hidden track",
      "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:01:05\n",
      { AUDIO("a.bin", 0, 100) },
      "FILE \"out.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 00 00:00:00\n    INDEX 01 00:01:05\n",
      NULL },
    { "attributes and texts",
      "CATALOG 0012345678905\nTITLE \"The \"best\" of\"\nFILE \"a.bin\" BINARY\nTRACK 03 AUDIO\nTITLE \"Song\"\n"
      "COMPOSER \"\xC3\x89mile\"\nFLAGS PRE DCP 4CH\nISRC USXX19800123\nINDEX 01 00:00:00\nINDEX 02 00:00:10\n"
      "INDEX 03 00:00:20\n",
      { AUDIO("a.bin", 0, 100) },
      "CATALOG 0012345678905\nTITLE \"The \"best\" of\"\nFILE \"out.bin\" BINARY\n  TRACK 03 AUDIO\n"
      "    TITLE \"Song\"\n    COMPOSER \"\xC3\x89mile\"\n    FLAGS DCP 4CH PRE\n    ISRC USXX19800123\n"
      "    INDEX 01 00:00:00\n    INDEX 02 00:00:10\n    INDEX 03 00:00:20\n",
      NULL },
    { "sessions",
      "REM SESSION 01\nFILE \"1.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM SESSION 02\n"
      "FILE \"2.bin\" BINARY\nTRACK 02 MODE2/2352\nREM MSF: 02:35:05 = LBA: 11480\nINDEX 01 00:00:00\nREM SESSION 03\n"
      "FILE \"3.bin\" BINARY\nTRACK 03 AUDIO\nPREGAP 00:02:00\nINDEX 01 00:00:00\n",
      { AUDIO("1.bin", 0, 80),
        { .name = "2.bin", .parts = { { DK_MODE2_FORM1, 2352, 11480, 20 } } },
        AUDIO("3.bin", 18400, 5) },
      "REM SESSION 01\nFILE \"out.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\nREM LEAD-OUT 01:30:00\n"
      "REM SESSION 02\nREM LEAD-IN 01:00:00\nREM PREGAP 00:02:00\n  TRACK 02 MODE2/2352\n    INDEX 01 00:01:05\n"
      "REM LEAD-OUT 00:30:00\nREM SESSION 03\nREM LEAD-IN 01:00:00\nREM PREGAP 00:02:00\n  TRACK 03 AUDIO\n"
      "    INDEX 01 00:01:25\n",
      "REM SESSION 01\nFILE \"out (Track 1).bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n"
      "REM LEAD-OUT 01:30:00\nREM SESSION 02\nREM LEAD-IN 01:00:00\nREM PREGAP 00:02:00\n"
      "FILE \"out (Track 2).bin\" BINARY\n  TRACK 02 MODE2/2352\n    INDEX 01 00:00:00\n"
      "REM LEAD-OUT 00:30:00\nREM SESSION 03\nREM LEAD-IN 01:00:00\nREM PREGAP 00:02:00\n"
      "FILE \"out (Track 3).bin\" BINARY\n  TRACK 03 AUDIO\n    INDEX 01 00:00:00\n" },
    { "a session at an unusual place, with a pause in its file",
      "REM SESSION 01\nFILE \"1.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM LEAD-OUT 00:01:00\n"
      "REM SESSION 02\nREM LEAD-IN 00:00:20\nREM PREGAP 00:00:10\nFILE \"2.bin\" BINARY\nTRACK 02 AUDIO\n"
      "INDEX 00 00:00:00\nINDEX 01 00:00:10\n",
      { AUDIO("1.bin", 0, 80), AUDIO("2.bin", 175, 40) },
      "REM SESSION 01\nFILE \"out.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\nREM LEAD-OUT 00:00:00\n"
      "REM SESSION 02\nREM LEAD-IN 00:01:20\nREM PREGAP 00:00:10\n  TRACK 02 AUDIO\n    INDEX 00 00:01:05\n"
      "    INDEX 01 00:01:15\n",
      NULL },
    { "a disc that begins later than at LBA 0",
      "FILE \"a.bin\" BINARY\nTRACK 02 AUDIO\nREM MSF: 00:10:00 = LBA: 600\nINDEX 01 00:00:00\n",
      { AUDIO("a.bin", 600, 20) },
      "FILE \"out.bin\" BINARY\n  TRACK 02 AUDIO\n    REM MSF: 00:10:00 = LBA: 600\n    INDEX 01 00:00:00\n",
      NULL },
    { "samples of the other byte order",
      "FILE \"a.bin\" MOTOROLA\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .kind = TABLE_SWAPPED, .parts = { { DK_AUDIO, 2352, 0, 1000 } } } },
      "FILE \"out.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n",
      NULL },
    { "Mode 2 of 2336 bytes is completed",
      "FILE \"a.bin\" BINARY\nTRACK 01 MODE2/2336\nINDEX 01 00:00:00\n",
      { DATA("a.bin", DK_MODE2_FORM1, 2336, 30) },
      NULL,
      NULL },
    { "user data is completed",
      "FILE \"a.bin\" BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n",
      { DATA("a.bin", DK_MODE1, 2048, 1000) },
      NULL,
      NULL },
    { "Form 2",
      "FILE \"a.bin\" BINARY\nTRACK 01 MODE2/2324\nINDEX 01 00:00:00\n",
      { DATA("a.bin", DK_MODE2_FORM2, 2324, 30) },
      NULL,
      NULL },
};

static struct dk_disc *open_sheet(const char *sheet)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file("sheet.cue", sheet, strlen(sheet)), &error);

    ck_assert_msg(disc, "%s", error.text);
    return disc;
}

static bool write_disc(struct dk_disc *disc, const char *path, const struct dk_write_options *options,
                       struct dk_error *error)
{
    struct dk_output *output = dk_output_new(true);
    const bool right =
        dk_format_by_id("cue")->write(disc, path, options, output, error) && dk_output_commit(output, error);

    dk_output_close(output);
    return right;
}

static const char *out_path(const char *name)
{
    static char path[600];

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    return path;
}

static struct dk_disc *write_and_open(struct dk_disc *disc, const struct dk_write_options *options)
{
    const char *path = out_path("out.cue");
    struct dk_error error = { 0 };
    struct dk_disc *again;

    ck_assert_msg(write_disc(disc, path, options, &error), "%s", error.text);
    again = dk_image_open(path, &error);
    ck_assert_msg(again, "%s", error.text);
    return again;
}

static const char *file_text(const char *name)
{
    static char text[4096];
    FILE *file = fopen(out_path(name), "rb");

    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* The same but for `stored`, which becomes 2352, and a gap that REM PREGAP names, which is no area of a GD-ROM. */
static void check_again(const struct dk_disc *disc, const struct dk_disc *again)
{
    ck_assert_uint_eq(again->track_count, disc->track_count);
    for (size_t i = 0; i < disc->track_count; i++) {
        struct dk_track *track = &disc->tracks[i];

        if (i && track->session != track[-1].session && track->pregap == 0 && track->lba < GD_ROM_HIGH_DENSITY)
            track->pregap = DK_LEAD_IN_PREGAP;
        ck_assert_uint_eq(again->tracks[i].stored, DK_SECTOR_RAW);
        track->stored = DK_SECTOR_RAW;
    }
    table_check_same(disc, again);
    table_check_sectors(again);
}

static void there_and_back(size_t row, bool split)
{
    struct dk_disc *disc, *again;

    table_make_files(cases[row].files);
    disc = open_sheet(cases[row].sheet);
    again = write_and_open(disc, &(struct dk_write_options){ .split = split, .notes = &disc->notes });
    if (!split && cases[row].written)
        ck_assert_str_eq(file_text("out.cue"), cases[row].written);
    if (split && cases[row].split)
        ck_assert_str_eq(file_text("out.cue"), cases[row].split);
    check_again(disc, again);
    dk_disc_close(again);
    dk_disc_close(disc);
}

START_TEST(there_and_back_in_one_file)
{
    there_and_back((size_t)_i, false);
}
END_TEST

START_TEST(there_and_back_in_a_file_a_track)
{
    there_and_back((size_t)_i, true);
}
END_TEST

START_TEST(two_digits_from_ten_tracks_on)
{
    char sheet[1000] = "FILE \"a.bin\" BINARY\n";
    const struct table_file files[TABLE_FILES] = { AUDIO("a.bin", 0, 100) };
    struct dk_disc *disc, *again;

    for (int i = 1; i <= 10; i++)
        snprintf(sheet + strlen(sheet), sizeof sheet - strlen(sheet), "TRACK %d AUDIO\nINDEX 01 00:00:%02d\n", i,
                 (i - 1) * 5);
    table_make_files(files);
    disc = open_sheet(sheet);
    again = write_and_open(disc, &(struct dk_write_options){ .split = true });
    ck_assert_int_eq(access(out_path("out (Track 01).bin"), F_OK), 0);
    ck_assert_int_eq(access(out_path("out (Track 10).bin"), F_OK), 0);
    check_again(disc, again);
    dk_disc_close(again);
    dk_disc_close(disc);
}
END_TEST

START_TEST(user_data_alone_where_it_is_wanted)
{
    static const char sheet[] = "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nTRACK 02 MODE2/2352\n"
                                "INDEX 01 00:00:43\nTRACK 03 AUDIO\nINDEX 01 00:00:63\n";
    const struct table_file files[TABLE_FILES] = {
        { .name = "m.bin",
          .parts = { { DK_MODE1, 2352, 0, 43 }, { DK_MODE2_FORM1, 2352, 43, 20 }, { DK_AUDIO, 2352, 63, 10 } } }
    };
    struct dk_disc *disc, *again;
    struct stat status;

    table_make_files(files);
    disc = open_sheet(sheet);
    again = write_and_open(disc, &(struct dk_write_options){ .sector = 2048 });
    ck_assert_str_eq(table_text(again), "1/1 mode1 0+43 stored 2048\n1/2 mode2-form1 43+20 stored 2048\n"
                                        "1/3 audio 63+10 stored 2352\nout 73\n");
    ck_assert_int_eq(stat(out_path("out.bin"), &status), 0);
    ck_assert_int_eq(status.st_size, 63 * 2048 + 10 * 2352);
    table_check_sectors(again);
    dk_disc_close(again);
    dk_disc_close(disc);
}
END_TEST

START_TEST(form_2_does_not_fit_in_2048)
{
    static const char sheet[] = "FILE \"a.bin\" BINARY\nTRACK 01 MODE2/2324\nINDEX 01 00:00:00\n";
    const struct table_file files[TABLE_FILES] = { DATA("a.bin", DK_MODE2_FORM2, 2324, 30) };
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_sheet(sheet);
    ck_assert(!write_disc(disc, out_path("no.cue"), &(struct dk_write_options){ .sector = 2048 }, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
    ck_assert_ptr_nonnull(strstr(error.text, "track 1 is mode2-form2"));
    ck_assert_int_ne(access(out_path("no.cue"), F_OK), 0);
    dk_disc_close(disc);
}
END_TEST

START_TEST(damage_is_told_and_kept)
{
    static const char sheet[] = "FILE \"a.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n";
    uint8_t *image = raw_image(NULL, 600, DK_MODE1, 0, 2352);
    struct dk_notes notes = { 0 };
    struct dk_disc *disc, *again;
    uint8_t raw[DK_SECTOR_RAW];
    struct dk_error error;

    image[20 * 2352 + 100] ^= 1;
    image[500 * 2352 + 100] ^= 1;
    image[501 * 2352 + 100] ^= 1;
    suite_file("a.bin", image, 600 * 2352);
    disc = open_sheet(sheet);
    again = write_and_open(disc, &(struct dk_write_options){ .notes = &notes });
    ck_assert(table_has_note(&notes, DK_NOTE_DAMAGE, "LBA 20: damaged"));
    ck_assert(table_has_note(&notes, DK_NOTE_DAMAGE, "LBA 500 to 501: damaged"));
    ck_assert_uint_eq(notes.count, 2);
    ck_assert_uint_eq(dk_source_read(again->source, 20, 1, DK_FORM_RAW, raw, &error), 1);
    ck_assert_mem_eq(raw, image + 20 * 2352, sizeof raw);
    dk_notes_free(&notes);
    dk_disc_close(again);
    dk_disc_close(disc);
    free(image);
}
END_TEST

START_TEST(a_pause_of_audio_before_data_is_no_damage)
{
    static const char sheet[] = "FILE \"m.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 MODE1/2352\n"
                                "INDEX 00 00:00:20\nINDEX 01 00:01:20\n";
    const struct table_file files[TABLE_FILES] = {
        { .name = "m.bin", .parts = { { DK_AUDIO, 2352, 0, 95 }, { DK_MODE1, 2352, 95, 30 } } }
    };
    struct dk_notes notes = { 0 };
    struct dk_disc *disc, *again;

    table_make_files(files);
    disc = open_sheet(sheet);
    again = write_and_open(disc, &(struct dk_write_options){ .notes = &notes });
    ck_assert_uint_eq(notes.count, 0);
    table_check_same(disc, again);
    dk_disc_close(again);
    dk_disc_close(disc);
}
END_TEST

START_TEST(a_dvd_is_refused)
{
    static const char sheet[] = "REM ORIGINAL MEDIA-TYPE: DVD-R\nFILE \"a.bin\" BINARY\nTRACK 01 MODE1/2048\n"
                                "INDEX 01 00:00:00\n";
    const struct table_file files[TABLE_FILES] = { DATA("a.bin", DK_MODE1, 2048, 30) };
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_sheet(sheet);
    ck_assert(!write_disc(disc, out_path("no.cue"), &(struct dk_write_options){ 0 }, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
    ck_assert_ptr_nonnull(strstr(error.text, "is an image of a DVD: a CUE sheet is for CDs"));
    dk_disc_close(disc);
}
END_TEST

START_TEST(missing_data_is_refused)
{
    static const char sheet[] = "FILE \"nowhere.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n"
                                "FILE \"nor here.bin\" BINARY\nTRACK 02 AUDIO\nINDEX 01 00:00:00\n";
    struct dk_error error = { 0 };
    struct dk_disc *disc = open_sheet(sheet);

    ck_assert(!write_disc(disc, out_path("no.cue"), &(struct dk_write_options){ 0 }, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_MISSING);
    dk_disc_close(disc);
}
END_TEST

static bool stop_at_once(struct dk_watch *watch, const char *doing, uint64_t done, uint64_t total)
{
    (void)watch, (void)doing, (void)done, (void)total;
    return false;
}

START_TEST(stops_when_it_is_told_to)
{
    static const char sheet[] = "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n";
    const struct table_file files[TABLE_FILES] = { AUDIO("a.bin", 0, 100) };
    struct dk_watch watch = { .tick = stop_at_once };
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_sheet(sheet);
    ck_assert(!write_disc(disc, out_path("no.cue"), &(struct dk_write_options){ .watch = &watch }, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_STOPPED);
    ck_assert_int_ne(access(out_path("no.cue"), F_OK), 0);
    ck_assert_int_ne(access(out_path("no.bin"), F_OK), 0);
    dk_disc_close(disc);
}
END_TEST

/* Packs with a second language go into a file beside the sheet; the words are those of the first. */
START_TEST(texts_of_two_languages_go_beside)
{
    static const char sheet[] =
        "TITLE \"first\"\nFILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nTITLE \"one\"\nINDEX 01 00:00:00\n";
    const struct table_file files[TABLE_FILES] = { AUDIO("a.bin", 0, 100) };
    struct dk_cd_text_item items[4];
    struct dk_disc *disc, *again;

    table_make_files(files);
    disc = open_sheet(sheet);
    ck_assert_uint_eq(disc->cd_text->count, 2);
    memcpy(items, disc->cd_text->items, 2 * sizeof *items);
    memcpy(items + 2, items, 2 * sizeof *items);
    for (int i = 2; i < 4; i++) {
        items[i].block = 1;
        items[i].text = "andere";
    }
    disc->cd_text->items = items;
    disc->cd_text->count = 4;
    disc->cd_text->language[1] = 8; /* German */
    again = write_and_open(disc, &(struct dk_write_options){ 0 });
    ck_assert_ptr_nonnull(strstr(file_text("out.cue"), "CDTEXTFILE \"out.cdt\"\nTITLE \"first\"\n"));
    ck_assert_pstr_eq(dk_cd_text_get(again->cd_text, 0, 1, DK_TEXT_TITLE), "one");
    ck_assert_pstr_eq(dk_cd_text_get(again->cd_text, 1, 1, DK_TEXT_TITLE), "andere");
    dk_disc_close(again);
    dk_disc_close(disc);
}
END_TEST

/* Sectors before LBA 0 have no place in a sheet: told where there is something in them. */
START_TEST(tells_of_what_lies_before_lba_0)
{
    static const char sheet[] = "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 00 00:00:00\nINDEX 01 00:02:00\n";
    uint8_t *image = raw_image(NULL, 200, DK_MODE1, -150, 2352);
    struct dk_notes notes = { 0 };
    struct dk_disc *disc, *again;

    suite_file("m.bin", image, 200 * 2352);
    disc = open_sheet(sheet);
    again = write_and_open(disc, &(struct dk_write_options){ .notes = &notes });
    ck_assert_uint_eq(notes.count, 0);
    dk_disc_close(again);
    dk_disc_close(disc);
    image[3 * 2352 + 20] = 1;
    suite_file("m.bin", image, 200 * 2352);
    disc = open_sheet(sheet);
    again = write_and_open(disc, &(struct dk_write_options){ .notes = &notes });
    ck_assert_str_eq(table_text(again), "1/1 mode1 0+50 stored 2352\nout 50\n");
    ck_assert(table_has_note(&notes, DK_NOTE_ODD, "LBA -147 to -1"));
    dk_notes_free(&notes);
    dk_disc_close(again);
    dk_disc_close(disc);
    free(image);
}
END_TEST

static void add_tests(TCase *test_case)
{
    tcase_add_loop_test(test_case, there_and_back_in_one_file, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(test_case, there_and_back_in_a_file_a_track, 0, sizeof cases / sizeof *cases);
    tcase_add_test(test_case, two_digits_from_ten_tracks_on);
    tcase_add_test(test_case, user_data_alone_where_it_is_wanted);
    tcase_add_test(test_case, form_2_does_not_fit_in_2048);
    tcase_add_test(test_case, damage_is_told_and_kept);
    tcase_add_test(test_case, a_pause_of_audio_before_data_is_no_damage);
    tcase_add_test(test_case, a_dvd_is_refused);
    tcase_add_test(test_case, missing_data_is_refused);
    tcase_add_test(test_case, stops_when_it_is_told_to);
    tcase_add_test(test_case, texts_of_two_languages_go_beside);
    tcase_add_test(test_case, tells_of_what_lies_before_lba_0);
}

int main(void)
{
    return suite_run("cue_write", (const struct suite_case[]){ { "write", add_tests }, { NULL, NULL } });
}
