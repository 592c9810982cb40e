/* CUE sheets that are wrong: each is refused with one sentence that has the line in it, or read with a word of it. */
#include "support/random.h"
#include "support/suite.h"
#include "support/table.h"

#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

#define F      "FILE \"a.bin\" BINARY\n"
#define T1     "TRACK 01 AUDIO\n"
#define I1     "INDEX 01 00:00:00\n"
#define ALL(t) F T1 I1 t

/* The file a.bin has 191 sectors of audio. */
static const struct {
    const char *what, *sheet, *says;
} wrecks[] = {
    { "no TRACK", F, "has no TRACK line" },
    { "FILE without a name or anything", "FILE\n" T1 I1, "line 1: FILE has no name" },
    { "FILE with an empty name", "FILE \"\" BINARY\n" T1 I1, "line 1: FILE has no name" },
    { "TRACK before FILE", T1 I1 F, "line 1: TRACK 1 stands before any FILE" },
    { "INDEX before TRACK", F I1 T1, "line 2: INDEX stands before any TRACK" },
    { "PREGAP before TRACK", F "PREGAP 00:02:00\n" T1 I1, "line 2: PREGAP stands before any TRACK" },
    { "FLAGS before TRACK", F "FLAGS DCP\n" T1 I1, "line 2: FLAGS stands before any TRACK" },
    { "ISRC before TRACK", F "ISRC USXX19800123\n" T1 I1, "line 2: ISRC stands before any TRACK" },
    { "POSTGAP before TRACK", F "POSTGAP 00:02:00\n" T1 I1, "line 2: POSTGAP stands before any TRACK" },
    { "a track without an index", F T1, "line 2: track 1 has no INDEX 01" },
    { "a track with a pause alone", F T1 "INDEX 00 00:00:00\n", "line 2: track 1 has no INDEX 01" },
    { "an index without the first one", F T1 "INDEX 05 00:00:00\n", "line 3: INDEX 05: track 1 has no INDEX 01" },
    { "an index above 1 after the pause", F T1 "INDEX 00 00:00:00\nINDEX 02 00:00:10\n", "line 4: INDEX 02" },
    { "an index that is not a number", F T1 "INDEX x 00:00:00\n", "line 3: INDEX: \"x\" is no number from 0 to 99" },
    { "an index of 100", F T1 "INDEX 100 00:00:00\n", "line 3: INDEX: \"100\" is no number from 0 to 99" },
    { "an index below 0", F T1 "INDEX -1 00:00:00\n", "line 3: INDEX: \"-1\"" },
    { "an index near 2^32", F T1 "INDEX 4294967200 00:00:00\n", "line 3: INDEX: \"4294967200\"" },
    { "an index of 2^32", F T1 "INDEX 4294967296 00:00:00\n", "line 3: INDEX: \"4294967296\"" },
    { "an index twice", ALL("INDEX 01 00:00:10\n"), "line 4: INDEX 01 comes after INDEX 01" },
    { "the pause behind the start", ALL("INDEX 00 00:00:10\n"), "line 4: INDEX 00 comes after INDEX 01" },
    { "no time", F T1 "INDEX 01\n", "line 3: INDEX: \"\" is no time" },
    { "a time of two parts", F T1 "INDEX 01 00:00\n", "line 3: INDEX: \"00:00\" is no time" },
    { "a time of four parts", F T1 "INDEX 01 00:00:00:00\n", "is no time" },
    { "90 seconds", F T1 "INDEX 01 00:90:00\n", "line 3: INDEX: \"00:90:00\" is no time" },
    { "75 frames", F T1 "INDEX 01 00:00:75\n", "line 3: INDEX: \"00:00:75\" is no time" },
    { "a time below 0", F T1 "INDEX 01 -1:00:00\n", "is no time" },
    { "minutes that are too many", F T1 "INDEX 01 999999999:00:00\n", "is no time" },
    { "something behind the time", F T1 "INDEX 01 00:00:00 INDEX 02 00:00:10\n", "line 3: INDEX has \"INDEX\" behind" },
    { "a first index beyond the file", F T1 "INDEX 01 00:02:42\n",
      "line 3: INDEX 01 at sector 192 lies beyond the end" },
    { "a first index at the end of the file", F T1 "INDEX 01 00:02:41\n", "line 3: INDEX 01 at sector 191" },
    { "a second track beyond the file", ALL("TRACK 02 AUDIO\nINDEX 01 70:00:00\n"),
      "line 5: INDEX 01 at sector 315000 lies beyond the end" },
    { "an index of 100 minutes", ALL("TRACK 02 AUDIO\nINDEX 01 100:00:00\n"), "line 5: INDEX 01 at sector 450000" },
    { "a second track at the end of the file", ALL("TRACK 02 AUDIO\nINDEX 01 00:02:41\n"), "line 5: INDEX 01" },
    { "an index 02 beyond the file", ALL("INDEX 02 00:10:00\n"), "line 4: INDEX 02 at sector 750 lies beyond" },
    { "times that fall", F T1 "INDEX 01 00:01:00\nTRACK 02 AUDIO\nINDEX 01 00:00:30\n",
      "line 5: INDEX 01 at sector 30 lies before the one above it, at sector 75" },
    { "a track of nothing", F T1 I1 "TRACK 02 AUDIO\nINDEX 01 00:00:00\n", "line 2: track 1 has no sector" },
    { "track 0", F "TRACK 00 AUDIO\n" I1, "line 2: TRACK: \"00\" is no number from 1 to 99" },
    { "track 100", F "TRACK 100 AUDIO\n" I1, "line 2: TRACK: \"100\" is no number from 1 to 99" },
    { "a track number that is none of any size", F "TRACK 99999999999 AUDIO\n" I1, "line 2: TRACK: \"99999999999\"" },
    { "a track twice", ALL("TRACK 01 AUDIO\nINDEX 01 00:01:00\n"), "line 4: TRACK 1 comes after track 1" },
    { "tracks that fall", F "TRACK 02 AUDIO\n" I1 "TRACK 01 AUDIO\nINDEX 01 00:01:00\n",
      "line 4: TRACK 1 comes after track 2" },
    { "a mode that there is not", F "TRACK 01 MODE3/2352\n" I1, "line 2: TRACK 1: \"MODE3/2352\" is no mode" },
    { "no mode", F "TRACK 01\n" I1, "line 2: TRACK 1: \"\" is no mode" },
    { "a type that there is not", "FILE \"a.bin\" SOUND\n" T1 I1, "line 1: FILE: \"SOUND\" is no type" },
    { "PREGAP behind INDEX", F T1 I1 "PREGAP 00:02:00\n", "line 4: PREGAP stands behind an INDEX of track 1" },
    { "PREGAP twice", F T1 "PREGAP 00:02:00\nPREGAP 00:02:00\n" I1, "line 4: PREGAP stands twice" },
    { "PREGAP that is no time", F T1 "PREGAP 2\n" I1, "line 3: PREGAP: \"2\" is no time" },
    { "a pregap longer than discs are", F T1 "PREGAP 470000:00:00\n" I1 "POSTGAP 470000:00:00\n",
      "more sectors than any disc has" },
    { "data in a sound file", "FILE \"a.bin\" WAVE\nTRACK 01 MODE1/2352\n" I1, "line 2: track 1 is no audio" },
    { "a sound file that is none", "FILE \"b.wav\" WAVE\n" T1 I1, "line 1: " },
    { "an MP3", "FILE \"c.mp3\" MP3\n" T1 I1, "line 1: " },
    { "a session that begins within the one before",
      "REM SESSION 01\n" F T1 I1 "REM SESSION 02\nTRACK 02 AUDIO\nREM MSF: 00:02:10 = LBA: 10\nINDEX 01 00:01:00\n",
      "line 6: track 2 would begin at LBA 10, before the end of track 1 at LBA 75" },
};

static void make_sound_files(void)
{
    const struct table_file files[TABLE_FILES] = { { .name = "a.bin", .parts = { { DK_AUDIO, 2352, 0, 191 } } } };

    table_make_files(files);
    suite_file("b.wav", "this is no sound at all", 23);
    suite_file("c.mp3", "ID3\3\0\0\0\0\0\0 and so on", 21);
}

START_TEST(refuses_with_the_line)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    make_sound_files();
    disc = dk_image_open(suite_file("wreck.cue", wrecks[_i].sheet, strlen(wrecks[_i].sheet)), &error);
    ck_assert_msg(!disc, "%s: opened", wrecks[_i].what);
    ck_assert_msg(strstr(error.text, wrecks[_i].says), "%s: %s", wrecks[_i].what, error.text);
    ck_assert_ptr_null(strchr(error.text, '\n'));
}
END_TEST

START_TEST(refuses_more_tracks_than_99)
{
    static char sheet[20000] = F;
    struct dk_error error = { 0 };

    make_sound_files();
    for (int i = 1; i < 300; i++)
        snprintf(sheet + strlen(sheet), sizeof sheet - strlen(sheet), "TRACK %02d AUDIO\nINDEX 01 00:%02d:%02d\n", i,
                 i / 75, i % 75);
    ck_assert_ptr_null(dk_image_open(suite_file("wreck.cue", sheet, strlen(sheet)), &error));
    ck_assert_msg(strstr(error.text, "line 200: TRACK: \"100\" is no number from 1 to 99"), "%s", error.text);
}
END_TEST

START_TEST(refuses_more_files_than_tracks_can_have)
{
    static char sheet[20000];
    struct dk_error error = { 0 };

    for (int i = 0; i < 300; i++)
        strcat(sheet, F);
    strcat(sheet, T1 I1);
    ck_assert_ptr_null(dk_image_open(suite_file("wreck.cue", sheet, strlen(sheet)), &error));
    ck_assert_msg(strstr(error.text, "line 201: there are more than 200 FILE lines"), "%s", error.text);
}
END_TEST

/* A sheet of 5 MiB, and one that is text at its head alone. */
START_TEST(refuses_what_is_too_large_or_no_text)
{
    enum { LARGE = 5 << 20 };
    static char sheet[LARGE];
    struct dk_error error = { 0 };

    memset(sheet, '\n', sizeof sheet);
    memcpy(sheet, ALL(""), sizeof ALL("") - 1);
    ck_assert_ptr_null(dk_image_open(suite_file("wreck.cue", sheet, sizeof sheet), &error));
    ck_assert_msg(strstr(error.text, "more than any sheet"), "%s", error.text);
    sheet[600000] = '\0';
    ck_assert_ptr_null(dk_image_open(suite_file("wreck.cue", sheet, 700000), &error));
    ck_assert_msg(strstr(error.text, "NUL"), "%s", error.text);
    ck_assert_ptr_null(dk_image_open(suite_file("wreck.cue", "", 0), &error));
    ck_assert_msg(strstr(error.text, "is empty"), "%s", error.text);
}
END_TEST

START_TEST(a_name_of_any_length_is_only_missing)
{
    static char sheet[300000];
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    snprintf(sheet, sizeof sheet, "FILE \"%0200000d\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n", 0);
    disc = dk_image_open(suite_file("alone/long.cue", sheet, strlen(sheet)), &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_uint_eq(disc->missing_count, 1);
    dk_disc_close(disc);
}
END_TEST

/* Cut anywhere, and with any byte changed, a sheet gives a disc or a sentence. */
START_TEST(stands_every_cut_and_change)
{
    static const char whole[] = "CATALOG 0012345678905\nREM SESSION 01\nTITLE \"x\"\n" ALL(
        "INDEX 02 00:00:20\n") "REM LEAD-OUT 01:30:00\nREM SESSION 02\nREM LEAD-IN 01:00:00\nTRACK 02 "
                               "MODE1/2352\nFLAGS DCP\n"
                               "PREGAP 00:02:00\nINDEX 00 00:01:00\nINDEX 01 00:01:10\nPOSTGAP 00:02:00\n";
    struct random random = random_start(1);
    char sheet[sizeof whole];
    struct dk_error error;

    make_sound_files();
    for (size_t i = 0; i < 2 * sizeof whole; i++) {
        size_t size = sizeof whole - 1;

        memcpy(sheet, whole, sizeof whole);
        if (i < sizeof whole)
            size = i;
        else
            sheet[i - sizeof whole] = (char)random_next(&random);
        error = (struct dk_error){ 0 };
        struct dk_disc *disc = dk_image_open(suite_file("wreck.cue", sheet, size), &error);

        ck_assert(disc || *error.text);
        dk_disc_close(disc);
    }
}
END_TEST

static void add_tests(TCase *test_case)
{
    tcase_add_loop_test(test_case, refuses_with_the_line, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, refuses_more_tracks_than_99);
    tcase_add_test(test_case, refuses_more_files_than_tracks_can_have);
    tcase_add_test(test_case, refuses_what_is_too_large_or_no_text);
    tcase_add_test(test_case, a_name_of_any_length_is_only_missing);
    tcase_add_test(test_case, stands_every_cut_and_change);
}

int main(void)
{
    return suite_run("cue_wrecks", (const struct suite_case[]){ { "wrecks", add_tests }, { NULL, NULL } });
}
