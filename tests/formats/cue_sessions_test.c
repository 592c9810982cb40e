/* Where the later sessions and areas of a CUE sheet begin: by lengths, by places, by headers, by what is usual. */
#include "support/suite.h"
#include "support/table.h"

#include <string.h>

#define AUDIO_80                                                                                                       \
    {                                                                                                                  \
        .name = "1.bin", .parts = { { DK_AUDIO, 2352, 0, 80 } }                                                        \
    }
#define FIRST  "REM SESSION 01\nFILE \"1.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
#define SECOND "FILE \"2.bin\" BINARY\nTRACK 02 AUDIO\nINDEX 01 00:00:00\n"
#define ONE_80 "1/1 audio 0+80 stored 2352\nout 80\n"

static const struct {
    const char *what, *sheet;
    struct table_file files[TABLE_FILES];
    const char *table;
} cases[] = {
    { "nothing told: 11400 sectors after the first",
      FIRST "REM SESSION 02\n" SECOND,
      { AUDIO_80, { .name = "2.bin", .parts = { { DK_AUDIO, 2352, 11480, 20 } } } },
      ONE_80 "2/2 audio 11480+20 stored 2352\nout 11500\n" },
    { "nothing told: 6900 after later ones",
      FIRST "REM SESSION 02\n" SECOND "REM SESSION 03\nFILE \"3.bin\" BINARY\nTRACK 03 AUDIO\nINDEX 01 00:00:00\n",
      { AUDIO_80,
        { .name = "2.bin", .parts = { { DK_AUDIO, 2352, 11480, 20 } } },
        { .name = "3.bin", .parts = { { DK_AUDIO, 2352, 18400, 5 } } } },
      ONE_80 "2/2 audio 11480+20 stored 2352\nout 11500\n3/3 audio 18400+5 stored 2352\nout 18405\n" },
    { "lengths that are the usual ones",
      FIRST "REM LEAD-OUT 01:30:00\nREM SESSION 02\nREM LEAD-IN 01:00:00\nREM PREGAP 00:02:00\n" SECOND,
      { AUDIO_80, { .name = "2.bin", .parts = { { DK_AUDIO, 2352, 11480, 20 } } } },
      ONE_80 "2/2 audio 11480+20 stored 2352 pregap 150\nout 11500\n" },
    { "lengths that are not",
      FIRST "REM LEAD-OUT 00:01:00\nREM SESSION 02\nREM LEAD-IN 00:00:20\nREM PREGAP 00:00:10\n" SECOND,
      { AUDIO_80, { .name = "2.bin", .parts = { { DK_AUDIO, 2352, 185, 20 } } } },
      ONE_80 "2/2 audio 185+20 stored 2352 pregap 10\nout 205\n" },
    { "lengths, and a pause in the file",
      FIRST "REM LEAD-OUT 01:30:00\nREM SESSION 02\nREM LEAD-IN 01:00:00\nREM PREGAP 00:02:00\n"
            "FILE \"2.bin\" BINARY\nTRACK 02 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:02:00\n",
      { AUDIO_80, { .name = "2.bin", .parts = { { DK_AUDIO, 2352, 11330, 170 } } } },
      ONE_80 "2/2 audio 11480+20 stored 2352 pregap 150\nout 11500\n" },
    { "the header of a raw data sector",
      FIRST "REM SESSION 02\nFILE \"2.bin\" BINARY\nTRACK 02 MODE1/2352\nINDEX 01 00:00:00\n",
      { AUDIO_80, { .name = "2.bin", .parts = { { DK_MODE1, 2352, 12345, 20 } } } },
      ONE_80 "2/2 mode1 12345+20 stored 2352\nout 12365\n" },
    { "REM MSF",
      FIRST "REM SESSION 02\nFILE \"2.bin\" BINARY\nTRACK 02 AUDIO\nREM MSF: 00:04:50 = LBA: 200\nINDEX 01 00:00:00\n",
      { AUDIO_80, { .name = "2.bin", .parts = { { DK_AUDIO, 2352, 200, 20 } } } },
      ONE_80 "2/2 audio 200+20 stored 2352\nout 220\n" },
    { "one file, REM LEAD-OUT a place in it, the gap not stored",
      "REM SESSION 01\nFILE \"1.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM LEAD-OUT 00:01:05\n"
      "REM SESSION 02\nTRACK 02 AUDIO\nINDEX 01 00:01:05\n",
      { { .name = "1.bin", .parts = { { DK_AUDIO, 2352, 0, 80 }, { DK_AUDIO, 2352, 11480, 20 } } } },
      ONE_80 "2/2 audio 11480+20 stored 2352\nout 11500\n" },
    { "one file, REM LEAD-OUT a place in it, the gap stored",
      "REM SESSION 01\nFILE \"1.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM LEAD-OUT 00:01:05\n"
      "REM SESSION 02\nTRACK 02 AUDIO\nINDEX 01 02:33:05\n",
      { { .name = "1.bin", .parts = { { DK_AUDIO, 2352, 0, 11500 } } } },
      ONE_80 "2/2 audio 11480+20 stored 2352\nout 11500\n" },
    { "GD-ROM: the high-density area",
      "REM SINGLE-DENSITY AREA\nFILE \"1.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM HIGH-DENSITY AREA\n"
      "FILE \"2.bin\" BINARY\nTRACK 02 AUDIO\nINDEX 01 00:00:00\n"
      "FILE \"3.bin\" BINARY\nTRACK 03 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:00:05\n",
      { AUDIO_80,
        { .name = "2.bin", .parts = { { DK_AUDIO, 2352, 45000, 20 } } },
        { .name = "3.bin", .parts = { { DK_AUDIO, 2352, 45020, 20 } } } },
      ONE_80 "2/2 audio 45000+20 stored 2352\n2/3 audio 45025+15 stored 2352 pregap 5\nout 45040\n" },
    { "GD-ROM: a pause in the first file of the area",
      "REM SINGLE-DENSITY AREA\nFILE \"1.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM HIGH-DENSITY AREA\n"
      "FILE \"2.bin\" BINARY\nTRACK 02 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:02:00\n",
      { AUDIO_80, { .name = "2.bin", .parts = { { DK_AUDIO, 2352, 45000, 170 } } } },
      ONE_80 "2/2 audio 45150+20 stored 2352 pregap 150\nout 45170\n" },
    { "GD-ROM: pauses that no file holds, and headers",
      "REM SINGLE-DENSITY AREA\nFILE \"1.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n"
      "FILE \"2.bin\" BINARY\nTRACK 02 AUDIO\nPREGAP 00:02:00\nINDEX 01 00:00:00\nREM HIGH-DENSITY AREA\n"
      "FILE \"3.bin\" BINARY\nTRACK 03 MODE1/2352\nINDEX 01 00:00:00\n",
      { { .name = "1.bin", .parts = { { DK_MODE1, 2352, 0, 30 } } },
        { .name = "2.bin", .parts = { { DK_AUDIO, 2352, 180, 20 } } },
        { .name = "3.bin", .parts = { { DK_MODE1, 2352, 45000, 20 } } } },
      "1/1 mode1 0+30 stored 2352\n1/2 audio 180+20 stored 2352 pregap 150\nout 200\n"
      "2/3 mode1 45000+20 stored 2352\nout 45020\n" },
    { "REM lines that say nothing",
      "REM SESSION\nREM SESSION x\nREM LEAD-OUT soon\nREM MSF: nowhere\nREM ORIGINAL\nREM HIGH-DENSITY\n"
      "REM\nREM REPLAYGAIN_ALBUM_GAIN -7.20 dB\n"
      "FILE \"1.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n",
      { AUDIO_80 },
      ONE_80 },
};

START_TEST(finds_where_sessions_begin)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    table_make_files(cases[_i].files);
    disc = dk_image_open(suite_file("sheet.cue", cases[_i].sheet, strlen(cases[_i].sheet)), &error);
    ck_assert_msg(disc, "%s: %s", cases[_i].what, error.text);
    ck_assert_msg(strcmp(table_text(disc), cases[_i].table) == 0, "%s:\n%snot\n%s", cases[_i].what, table_text(disc),
                  cases[_i].table);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

START_TEST(a_start_that_nobody_told_is_a_guess)
{
    const char *sheet = cases[0].sheet;
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    table_make_files(cases[0].files);
    disc = dk_image_open(suite_file("sheet.cue", sheet, strlen(sheet)), &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_GUESS, "session 2 is taken to begin 11400 sectors after"));
    dk_disc_close(disc);
}
END_TEST

START_TEST(media_are_told_by_a_remark)
{
    static const char sheet[] = "REM ORIGINAL MEDIA-TYPE: DVD+R\nFILE \"d.iso\" BINARY\nTRACK 01 MODE1/2048\n"
                                "INDEX 01 00:00:00\n";
    const struct table_file files[TABLE_FILES] = { { .name = "d.iso", .parts = { { DK_MODE1, 2048, 0, 20 } } } };
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    table_make_files(files);
    disc = dk_image_open(suite_file("sheet.cue", sheet, sizeof sheet - 1), &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_int_eq(disc->medium, DK_MEDIUM_DVD);
    dk_disc_close(disc);
}
END_TEST

static void add_tests(TCase *test_case)
{
    tcase_add_loop_test(test_case, finds_where_sessions_begin, 0, sizeof cases / sizeof *cases);
    tcase_add_test(test_case, a_start_that_nobody_told_is_a_guess);
    tcase_add_test(test_case, media_are_told_by_a_remark);
}

int main(void)
{
    return suite_run("cue_sessions", (const struct suite_case[]){ { "sessions", add_tests }, { NULL, NULL } });
}
