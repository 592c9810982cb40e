/* GDI sheets: by both conventions for pregaps, written by hand and by the library, and wrecked line by line. */
#include "support/suite.h"
#include "support/table.h"
#include "support/wreck.h"

#include <disckit/format.h>
#include <string.h>

enum { S = 2352 };

/* The sheet and files of a whole disc, as chdman wrote them of a CHD that it had made of them. */
static const char whole_sheet[] = "3\n1 0 4 2352 track01.bin 0\n2 450 0 2352 track02.raw 0\n3 45000 4 2352 "
                                  "track03.bin 0\n";
static const struct table_file whole_files[TABLE_FILES] = {
    { .name = "track01.bin", .parts = { { DK_MODE1, S, 0, 300 } } },
    { .name = "track02.raw", .parts = { { DK_AUDIO, S, 450, 30 } } },
    { .name = "track03.bin", .parts = { { DK_MODE1, S, 45000, 60 } } },
};
static const char whole_table[] = "1/1 mode1 0+300 stored 2352\n1/2 audio 450+30 stored 2352 pregap 150\nout 480\n"
                                  "2/3 mode1 45000+60 stored 2352\nout 45060\n";

#define TRACKS_12                                                                                                      \
    { .name = "track01.bin", .parts = { { DK_MODE1, S, 0, 40 } } },                                                    \
    {                                                                                                                  \
        .name = "track02.raw", .parts = { { DK_AUDIO, S, 190, 40 } }                                                   \
    }
#define TABLE_12 "1/1 mode1 0+40 stored 2352\n1/2 audio 190+40 stored 2352 pregap 150\nout 230\n"

static const struct sheet_case {
    const char *what, *sheet;
    struct table_file files[TABLE_FILES];
    const char *table;
    enum dk_note_kind kind;
    const char *note; /* NULL: none */
} cases[] = {
    { "CR LF, tabs, leading blanks, lines without anything",
      "\r\n 2\r\n 1\t0 4   2352 track01.bin\t0\r\n\r\n\t2 190 0 2352  track02.raw  0  \r\n",
      { TRACKS_12 },
      TABLE_12,
      DK_NOTE_ODD,
      "no track from LBA 45000 on" },
    { "names with blanks, in quotes and without, and folders of either kind",
      "3\n1 0 4 2352 \"a (0,1).bin\" 0\n2 190 0 2352 b c  d.raw 0\n3 45000 4 2048 x\\y.bin 0\n",
      { { .name = "a (0,1).bin", .parts = { { DK_MODE1, S, 0, 40 } } },
        { .name = "b c  d.raw", .parts = { { DK_AUDIO, S, 190, 40 } } },
        { .name = "y.bin", .parts = { { DK_MODE1, 2048, 45000, 20 } } } },
      TABLE_12 "2/3 mode1 45000+20 stored 2048\nout 45020\n",
      0,
      NULL },
    { "files that begin with the pregap, which the offset leaves out",
      "2\n1 0 4 2352 track01.bin 0\n2 190 0 2352 track02.raw 352800\n",
      { { .name = "track01.bin", .parts = { { DK_MODE1, S, 0, 40 } } },
        { .name = "track02.raw", .parts = { { DK_AUDIO, S, 40, 190 } } } },
      TABLE_12,
      DK_NOTE_ODD,
      "no track from LBA 45000 on" },
    { "a data track whose headers say another place",
      "3\n1 0 4 2352 track01.bin 0\n2 190 0 2352 track02.raw 0\n3 45000 4 2352 track03.bin 0\n",
      { TRACKS_12, { .name = "track03.bin", .parts = { { DK_MODE1, S, 45150, 20 } } } },
      TABLE_12 "2/3 mode1 45150+20 stored 2352 pregap 150\nout 45170\n",
      DK_NOTE_ODD,
      "line 4: track 3 is said to begin at LBA 45000, and its sectors say LBA 45150: what they say is used" },
    { "headers that say a place that is taken",
      "2\n1 0 4 2352 track01.bin 0\n2 45000 4 2352 track02.raw 0\n",
      { { .name = "track01.bin", .parts = { { DK_AUDIO, S, 0, 40 } } },
        { .name = "track02.raw", .parts = { { DK_MODE1, S, 45000, 20 } } } },
      "1/1 mode1 0+40 stored 2352\nout 40\n2/2 mode1 45000+20 stored 2352\nout 45020\n",
      DK_NOTE_ODD,
      "track 1 is said to be data, and its first, middle and last sectors have no sync" },
    { "tracks that share a file",
      "2\n1 0 0 2352 track01.bin 0\n2 40 0 2352 track01.bin 94080\n",
      { { .name = "track01.bin", .parts = { { DK_AUDIO, S, 0, 60 } } } },
      "1/1 audio 0+40 stored 2352\n1/2 audio 40+20 stored 2352\nout 60\n",
      DK_NOTE_ODD,
      "no track from LBA 45000 on" },
    { "tracks with nothing between them",
      "2\n1 0 4 2352 track01.bin 0\n2 800 0 2352 track02.raw 0\n",
      { { .name = "track01.bin", .parts = { { DK_MODE1, S, 0, 40 } } },
        { .name = "track02.raw", .parts = { { DK_AUDIO, S, 800, 40 } } } },
      "1/1 mode1 0+40 stored 2352\n1/2 audio 800+40 stored 2352 pregap 150\nout 840\n",
      DK_NOTE_DAMAGE,
      "line 3: LBA 40 to 799, before track 2, are in no file" },
    { "a file that is not there",
      "2\n1 0 4 2352 nowhere.bin 0\n2 190 0 2352 track02.raw 0\n",
      { { .name = "track02.raw", .parts = { { DK_AUDIO, S, 190, 40 } } } },
      "1/1 mode1 0+190 stored 2352 missing\n1/2 audio 190+40 stored 2352\nout 230\n",
      DK_NOTE_ODD,
      "no track from LBA 45000 on" },
    { "a file that ends within a sector",
      "2\n1 0 4 2352 track01.bin 0\n2 190 0 2352 track02.raw 0\n",
      { { .name = "track01.bin", .parts = { { DK_MODE1, S, 0, 40 } } },
        { .name = "track02.raw", .parts = { { DK_AUDIO, S, 190, 41 } }, .cut = 1000 } },
      TABLE_12,
      DK_NOTE_DAMAGE,
      "ends 1352 bytes into a sector of 2352, that of LBA 230" },
};

static struct dk_disc *must_open(const char *path)
{
    struct dk_error error;
    struct dk_disc *disc = dk_image_open(path, &error);

    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "gdi");
    return disc;
}

START_TEST(sheet_is_read)
{
    const struct sheet_case *this = &cases[_i];
    struct dk_disc *disc;

    table_make_files(this->files);
    disc = must_open(suite_file("disc.gdi", this->sheet, strlen(this->sheet)));
    ck_assert_msg(strcmp(table_text(disc), this->table) == 0, "%s:\n%s", this->what, table_text(disc));
    if (this->note)
        ck_assert_msg(table_has_note(&disc->notes, this->kind, this->note), "%s: %s", this->what,
                      disc->notes.count ? disc->notes.items[0].text : "no note");
    else
        ck_assert_msg(disc->notes.count == 0, "%s: %s", this->what, disc->notes.items[0].text);
    if (!strstr(this->what, "a place that is taken"))
        table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

START_TEST(whole_disc_is_read)
{
    struct dk_disc *disc;

    table_make_files(whole_files);
    disc = must_open(suite_file("disc.gdi", whole_sheet, strlen(whole_sheet)));
    ck_assert_str_eq(table_text(disc), whole_table);
    ck_assert_uint_eq(disc->notes.count, 0);
    ck_assert_int_eq(disc->medium, DK_MEDIUM_CD);
    ck_assert_uint_eq(disc->container_size, 390 * S);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* ---- Writing ---- */

static bool write_as(struct dk_disc *disc, const char *path, unsigned sector, struct dk_error *error)
{
    const struct dk_write_options options = { .sector = sector, .notes = &disc->notes };
    struct dk_output *output = dk_output_new(true);
    const bool right =
        dk_format_by_id("gdi")->write(disc, path, &options, output, error) && dk_output_commit(output, error);

    dk_output_close(output);
    return right;
}

static void check_text(const char *path, const char *wanted)
{
    char text[1000];
    FILE *file = fopen(path, "r");
    size_t size;

    ck_assert_ptr_nonnull(file);
    size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    ck_assert_str_eq(text, wanted);
}

START_TEST(disc_is_written_and_read_again)
{
    const char *sheet = "3\n1 0 4 2352 one.bin 0\n2 450 0 2352 two.bin 0\n3 45000 4 2352 three.bin 0\n";
    struct table_file files[TABLE_FILES];
    struct dk_disc *disc, *again;
    struct dk_error error;
    char path[4096];

    memcpy(files, whole_files, sizeof files);
    files[0].name = "one.bin";
    files[1].name = "two.bin";
    files[2].name = "three.bin";
    table_make_files(files);
    disc = must_open(suite_file("disc.gdi", sheet, strlen(sheet)));
    snprintf(path, sizeof path, "%s/out.gdi", suite_folder());
    ck_assert_msg(write_as(disc, path, 0, &error), "%s", error.text);
    check_text(path, whole_sheet);
    again = must_open(path);
    ck_assert_str_eq(table_text(again), whole_table);
    table_check_same(disc, again);
    dk_disc_close(again);
    ck_assert_msg(write_as(disc, path, DK_SECTOR_USER, &error), "%s", error.text);
    again = must_open(path);
    ck_assert_uint_eq(again->tracks[2].stored, DK_SECTOR_USER);
    table_check_sectors(again);
    dk_disc_close(again);
    dk_disc_close(disc);
}
END_TEST

static const struct {
    const char *sheet;
    struct table_file files[TABLE_FILES];
    const char *says;
} refusals[] = {
    { "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM SESSION 02\nFILE \"b.bin\" BINARY\n"
      "TRACK 02 AUDIO\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .parts = { { DK_AUDIO, S, 0, 40 } } },
        { .name = "b.bin", .parts = { { DK_AUDIO, S, 11440, 40 } } } },
      "track 2 begins at LBA 11440 in session 2" },
    { "REM HIGH-DENSITY AREA\nFILE \"a.bin\" BINARY\nTRACK 01 MODE2/2352\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .parts = { { DK_MODE2_FORM1, S, 0, 40 } } } },
      "track 1 is mode2-form1: a GDI sheet takes sectors of 2048 bytes for mode1" },
};

START_TEST(what_a_sheet_cannot_say_is_refused)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc;
    char path[4096];

    table_make_files(refusals[_i].files);
    disc = dk_image_open(suite_file("disc.cue", refusals[_i].sheet, strlen(refusals[_i].sheet)), &error);
    ck_assert_msg(disc, "%s", error.text);
    snprintf(path, sizeof path, "%s/refused.gdi", suite_folder());
    ck_assert(!write_as(disc, path, _i == 1 ? DK_SECTOR_USER : 0, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
    ck_assert_msg(strstr(error.text, refusals[_i].says), "%s", error.text);
    dk_disc_close(disc);
}
END_TEST

/* ---- Wrecks ---- */

static const struct wreck {
    const char *sheet, *says, *and_says;
} wrecks[] = {
    { "2\n1 0 4 2352 a.bin 0\n2 190 0 2352 b.bin 0\n", "+no track from LBA 45000", "+no track" },
    { "1 0 4 2352 a.bin 0\n2 190 0 2352 b.bin 0\n", "+does not begin with the number of its tracks", "+no track" },
    { "0\n1 0 4 2352 a.bin 0\n", "+said to have 0 tracks, and has lines of 1", "+no track" },
    { "100\n1 0 4 2352 a.bin 0\n", "+said to have 100 tracks, and lines of 1 are there", "+no track" },
    { "3\n1 0 4 2352 a.bin 0\nwhat\n", "line 3: it is not the number of a track", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n-2 190 0 2352 b.bin 0\n", "line 3: it is not the number of a track", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n2 -190 0 2352 b.bin 0\n", "line 3: it is not the LBA of a track", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n2 99999999999 0 2352 b.bin 0\n", "line 3: it is not the LBA", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 x 2352 b.bin 0\n", "line 3: it is not the control nibble", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 16 2352 b.bin 0\n", "line 3: a control nibble is 0 to 15", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 0 0x930 b.bin 0\n", "line 3: it is not the bytes of a sector", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 0 2352 b.bin\n", "line 3: it is not where a track begins", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 0 2352 b.bin -1\n", "line 3: it is not where a track begins", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 0 2352 \"b.bin 0\n", "line 3: it is not the name of a file: its quotes", "disc" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 0 2352 \"\" 0\n", "line 3: it is not the name of a file", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 0 70000 b.bin 0\n", "line 3: no disc has sectors of so many bytes", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 0 1 b.bin 0\n", "track 2", "audio sectors of 1 bytes" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 0 0 b.bin 0\n", "line 3: no sector of 0 bytes", "b.bin" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 0 2048 b.bin 0\n", "track 2", "audio sectors of 2048 bytes" },
    { "3\n1 0 4 2352 a.bin 0\n0 190 0 2352 b.bin 0\n", "line 3: tracks have numbers from 1 to 99", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n100 190 0 2352 b.bin 0\n", "line 3: tracks have numbers from 1 to 99", "disc.gdi" },
    { "3\n2 0 4 2352 a.bin 0\n2 190 0 2352 b.bin 0\n", "line 3: its number is not above that", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n2 20 0 2352 b.bin 0\n", "track 2 begins at LBA 20", "end of track 1 at LBA 40" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 0 2352 b.bin 94081\n", "line 3: no sector of 2352 bytes lies from byte 94081",
      "94080 bytes" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 0 2352 empty.bin 0\n", "line 3: no sector of 2352 bytes", "has 0 bytes" },
    { "3\n1 0 4 2352 a.bin 0\n2 190 0 2352 disc.gdi 0\n", "line 3: no sector of 2352 bytes", "disc.gdi" },
    { "3\n1 0 4 2352 a.bin 0\n2 2147483647 0 2352 b.bin 0\n", "track 2", "longer than any disc" },
};

START_TEST(wreck_is_told_with_its_line)
{
    const struct wreck *wreck = &wrecks[_i];
    const struct table_file files[TABLE_FILES] = { { .name = "a.bin", .parts = { { DK_MODE1, S, 0, 40 } } },
                                                   { .name = "b.bin", .parts = { { DK_AUDIO, S, 190, 40 } } } };
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    table_make_files(files);
    suite_file("empty.bin", "", 0);
    disc = dk_image_open(suite_file("disc.gdi", wreck->sheet, strlen(wreck->sheet)), &error);
    wreck_expect(wreck->sheet, wreck->says, disc, &error);
    wreck_expect(wreck->sheet, wreck->and_says, disc, &error);
    dk_disc_close(disc);
}
END_TEST

START_TEST(every_byte_may_be_wrong)
{
    uint8_t bytes[sizeof whole_sheet];

    table_make_files(whole_files);
    memcpy(bytes, whole_sheet, sizeof whole_sheet);
    wreck_every_byte("disc.gdi", bytes, sizeof whole_sheet - 1, 0, sizeof whole_sheet - 1);
}
END_TEST

static void add_reading(TCase *test_case)
{
    tcase_add_loop_test(test_case, sheet_is_read, 0, sizeof cases / sizeof *cases);
    tcase_add_test(test_case, whole_disc_is_read);
}

static void add_writing(TCase *test_case)
{
    tcase_add_test(test_case, disc_is_written_and_read_again);
    tcase_add_loop_test(test_case, what_a_sheet_cannot_say_is_refused, 0, sizeof refusals / sizeof *refusals);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_is_told_with_its_line, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, every_byte_may_be_wrong);
}

int main(void)
{
    return suite_run(
        "gdi", (const struct suite_case[]){
                   { "reading", add_reading }, { "writing", add_writing }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
