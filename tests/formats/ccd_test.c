/* CloneCD sheets: images by recipe, and a table of wrecks. */
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

enum { S = 2352 };

/* An entry of the table: its session, point, CONTROL and time. */
#define ROW(session, point, control, minute, second, frame)                                                            \
    "[Entry 0]\r\nSession=" #session "\r\nPoint=" #point "\r\nADR=0x01\r\nControl=" #control                           \
    "\r\nAMin=0\r\nALBA=-150\r\nPMin=" #minute "\r\nPSec=" #second "\r\nPFrame=" #frame "\r\n"
#define HEAD "[CloneCD]\r\nVersion=3\r\n[Disc]\r\nTocEntries=5\r\nSessions=1\r\nDataTracksScrambled=0\r\n"

static struct dk_disc *try_open(const char *name, struct dk_error *error)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    *error = (struct dk_error){ 0 };
    return dk_image_open(path, error);
}

static struct dk_disc *open_sheet(const char *sheet)
{
    struct dk_error error;
    struct dk_disc *disc;

    suite_file("disc.ccd", sheet, strlen(sheet));
    disc = try_open("disc.ccd", &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "ccd");
    return disc;
}

static void make_image(enum dk_mode first_mode, uint32_t first, int32_t second_lba, uint32_t second, unsigned cut)
{
    struct table_file files[2] = {
        { "disc.img", TABLE_PLAIN, { { first_mode, S, 0, first }, { DK_AUDIO, S, second_lba, second } }, cut }
    };

    table_make_files(files);
}

/* The subchannel of `count` sectors, as if all were of track 7: it is found nowhere else. */
static uint8_t *make_sub(uint32_t count)
{
    uint8_t *sub = malloc((size_t)count * DK_SUBCHANNEL);

    ck_assert_ptr_nonnull(sub);
    for (uint32_t i = 0; i < count; i++)
        raw_subchannel(&(struct raw_position){ 0, 7, 1, (int32_t)i, (int32_t)i }, DK_SUB_LINEAR,
                       sub + i * DK_SUBCHANNEL);
    suite_file("disc.sub", sub, (size_t)count * DK_SUBCHANNEL);
    return sub;
}

static void no_sub(void)
{
    suite_file("disc.sub", "", 0);
}

static const char mixed[] =
    HEAD "CATALOG=4006408123456\r\n[Session 1]\r\nPreGapMode=1\r\nPreGapSubC=0\r\n" ROW(1, 0xa0, 0x04, 1, 0, 0)
        ROW(1, 0xa1, 0x00, 2, 0, 0) ROW(1, 0xa2, 0x00, 0, 3, 25) ROW(1, 0x01, 0x04, 0, 2, 0)
            ROW(1, 0x02, 0x02, 0, 2, 60) "[TRACK 1]\r\nMODE=1\r\nINDEX 1=0\r\n"
                                         "[TRACK 2]\r\nMODE=0\r\nISRC=DEABC0412345\r\nINDEX 0=40\r\nINDEX 1=60\r\n"
                                         "INDEX 2=70\r\n";

START_TEST(mixed_disc_is_read_with_its_subchannel)
{
    uint8_t *sub = make_sub(100), sector[DK_SECTOR_RAW_SUB];
    struct dk_error error;
    struct dk_disc *disc;

    make_image(DK_MODE1, 40, 40, 60, 0);
    disc = open_sheet(mixed);
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+40 stored 2352\n"
                                       "1/2 audio 60+40 stored 2352 pregap 20 control 2 DEABC0412345 2@70\nout 100\n");
    ck_assert_str_eq(disc->mcn, "4006408123456");
    ck_assert_uint_eq(disc->notes.count, 0);
    table_check_sectors(disc);
    for (int32_t lba = 0; lba < 100; lba++) {
        ck_assert_uint_eq(dk_source_read(disc->source, lba, 1, DK_FORM_RAW_SUB, sector, &error), 1);
        ck_assert_mem_eq(sector + S, sub + lba * DK_SUBCHANNEL, DK_SUBCHANNEL);
    }
    dk_disc_close(disc);
    free(sub);
}
END_TEST

START_TEST(subchannel_may_be_short)
{
    uint8_t *sub = make_sub(50), sector[DK_SECTOR_RAW_SUB];
    struct dk_error error;
    struct dk_disc *disc;

    make_image(DK_MODE1, 40, 40, 60, 0);
    disc = open_sheet(mixed);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "the subchannel of 50 sectors is missing"));
    table_check_sectors(disc);
    ck_assert_uint_eq(dk_source_read(disc->source, 49, 1, DK_FORM_RAW_SUB, sector, &error), 1);
    ck_assert_mem_eq(sector + S, sub + 49 * DK_SUBCHANNEL, DK_SUBCHANNEL);
    ck_assert_uint_eq(dk_source_read(disc->source, 99, 1, DK_FORM_RAW_SUB, sector, &error), 1);
    dk_disc_close(disc);
    free(sub);
}
END_TEST

START_TEST(scrambled_sectors_are_read_in_clear)
{
    uint8_t *image = raw_image(NULL, 40, DK_MODE1, 0, S);
    struct dk_disc *disc;

    no_sub();
    for (int i = 0; i < 40; i++)
        dk_scramble(image + i * S);
    suite_file("disc.img", image, (size_t)40 * S);
    disc = open_sheet("[CloneCD]\n[Disc]\nDataTracksScrambled=1\n" ROW(1, 0xa2, 4, 0, 2, 40) ROW(1, 1, 4, 0, 2, 0));
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+40 stored 2352\nout 40\n");
    table_check_sectors(disc);
    dk_disc_close(disc);
    free(image);
}
END_TEST

/* ---- What the size of the image tells ---- */

#define TWO_SESSIONS                                                                                                   \
    HEAD ROW(1, 0xa2, 0, 0, 2, 40) ROW(1, 1, 0, 0, 2, 0) ROW(2, 0xa2, 0, 2, 35, 5) ROW(2, 2, 0, 2, 34, 40)
#define HIDDEN HEAD ROW(1, 0xa2, 0, 0, 3, 25) ROW(1, 1, 0, 0, 2, 30)

static const struct place {
    const char *what, *sheet;
    struct table_part parts[TABLE_PARTS];
    const char *table;
} places[] = {
    { "two sessions, one behind the other",
      TWO_SESSIONS,
      { { DK_AUDIO, S, 0, 40 }, { DK_AUDIO, S, 11440, 40 } },
      "1/1 audio 0+40 stored 2352\nout 40\n2/2 audio 11440+40 stored 2352\nout 11480\n" },
    { "two sessions, with the pause before the second",
      TWO_SESSIONS,
      { { DK_AUDIO, S, 0, 40 }, { DK_AUDIO, S, 11290, 190 } },
      "1/1 audio 0+40 stored 2352\nout 40\n2/2 audio 11440+40 stored 2352 pregap 150\nout 11480\n" },
    { "indexes that count from the session",
      TWO_SESSIONS "[TRACK 2]\nMODE=0\nINDEX 1=0\nINDEX 2=7\n",
      { { DK_AUDIO, S, 0, 40 }, { DK_AUDIO, S, 11440, 40 } },
      "1/1 audio 0+40 stored 2352\nout 40\n2/2 audio 11440+40 stored 2352 2@11447\nout 11480\n" },
    { "indexes that count from the disc",
      TWO_SESSIONS "[TRACK 2]\nMODE=0\nINDEX 1=11440\nINDEX 2=11447\n",
      { { DK_AUDIO, S, 0, 40 }, { DK_AUDIO, S, 11440, 40 } },
      "1/1 audio 0+40 stored 2352\nout 40\n2/2 audio 11440+40 stored 2352 2@11447\nout 11480\n" },
    { "hidden track", HIDDEN, { { DK_AUDIO, S, 0, 100 } }, "1/1 audio 30+70 stored 2352 pregap 30\nout 100\n" },
    { "hidden track that is left out",
      HIDDEN,
      { { DK_AUDIO, S, 30, 70 } },
      "1/1 audio 30+70 stored 2352 pregap 30\nout 100\n" },
    { "no lead-out", HEAD ROW(1, 1, 0, 0, 2, 0), { { DK_AUDIO, S, 0, 50 } }, "1/1 audio 0+50 stored 2352\nout 50\n" },
    { "mode by the headers",
      HEAD ROW(1, 0xA2, 4, 0, 2, 40) ROW(1, 1, 4, 0, 2, 0) "[TRACK 1]\nMODE=1\n",
      { { DK_MODE2_FORM1, S, 0, 40 } },
      "1/1 mode2-form1 0+40 stored 2352\nout 40\n" },
};

START_TEST(place_is_what_the_numbers_say)
{
    const struct place *place = &places[_i];
    struct table_file files[2] = { { .name = "disc.img" } };
    struct dk_disc *disc;

    no_sub();
    memcpy(files[0].parts, place->parts, sizeof place->parts);
    table_make_files(files);
    disc = open_sheet(place->sheet);
    ck_assert_msg(strcmp(table_text(disc), place->table) == 0, "%s:\n%s", place->what, table_text(disc));
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* "Song" as the title of track 1: its check sum is not in the sheet. */
START_TEST(cd_text_is_decoded)
{
    struct dk_disc *disc;

    no_sub();
    make_image(DK_AUDIO, 40, 0, 0, 0);
    disc = open_sheet(HEAD ROW(1, 0xa2, 0, 0, 2, 40) ROW(
        1, 1, 0, 0, 2, 0) "[CDText]\r\nEntries=1\r\nEntry 0=80 00 00 00 44 69 73 63 00 53 6f 6e 67 00 00 00\r\n");
    ck_assert_ptr_nonnull(disc->cd_text);
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 0, DK_TEXT_TITLE), "Disc");
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 1, DK_TEXT_TITLE), "Song");
    dk_disc_close(disc);
}
END_TEST

START_TEST(image_leads_to_the_sheet)
{
    struct dk_error error;
    struct dk_disc *disc;

    make_image(DK_MODE1, 40, 40, 60, 0);
    free(make_sub(_i ? 100 : 0));
    dk_disc_close(open_sheet(mixed));
    disc = try_open("disc.img", &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "ccd");
    dk_disc_close(disc);
}
END_TEST

START_TEST(missing_image_leaves_the_table)
{
    struct dk_error error;
    struct dk_disc *disc;

    suite_file("alone/alone.ccd", mixed, strlen(mixed));
    disc = try_open("alone/alone.ccd", &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_uint_eq(disc->missing_count, 1);
    ck_assert_str_eq(disc->missing[0], "alone.img");
    ck_assert(disc->tracks[0].missing && disc->tracks[1].missing);
    dk_disc_close(disc);
}
END_TEST

START_TEST(short_image_is_told_by_lba)
{
    struct dk_disc *disc;

    no_sub();
    make_image(DK_MODE1, 40, 40, 60, 2 * S + 1);
    disc = open_sheet(mixed);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "LBA 97 is the first that is missing, 3 in all"));
    dk_disc_close(disc);
}
END_TEST

/* ---- Wrecks ---- */

static const struct wreck {
    const char *sheet;
    const char *says; /* in the error; else, with a `+` in front, in a note */
} wrecks[] = {
    { HEAD, "no entry of a track" },
    { HEAD "[Entry 0\r\n", "line 7: a section's name has no end" },
    { HEAD "[Entry]\r\n", "a section without its number" },
    { HEAD "[Entry x]\r\n", "a section without its number" },
    { HEAD "[TRACK 0]\r\n", "only tracks 1 to 99 can be" },
    { HEAD "[TRACK 100]\r\n", "only tracks 1 to 99 can be" },
    { HEAD "nonsense\r\n", "neither a section nor a key: nonsense" },
    { HEAD "[Entry 0]\r\nPoint=\r\n", "this is no number" },
    { HEAD "[Entry 0]\r\nPoint=0x\r\n", "this is no number" },
    { HEAD "[Entry 0]\r\nPoint=99999999999999999999\r\n", "this is no number" },
    { HEAD "[Entry 0]\r\nPoint=1\r\nPLBA=0\r\n", "of no session" },
    { HEAD "[Entry 0]\r\nSession=256\r\nPoint=1\r\nPLBA=0\r\n", "of no session" },
    { HEAD "[Entry 0]\r\nSession=1\r\nPoint=1\r\n", "point 01 has no place" },
    { HEAD "[Entry 0]\r\nSession=1\r\nPoint=1\r\nPLBA=-99999\r\n", "point 01 has no place" },
    { HEAD ROW(1, 1, 0, 0, 60, 0), "point 01 has no place" },
    { HEAD ROW(1, 1, 0, 0, 2, 75), "point 01 has no place" },
    { HEAD ROW(1, 1, 0, 0, 1, 74), "point 01 has no place" },
    { HEAD ROW(1, 2, 0, 0, 2, 0) ROW(1, 1, 0, 0, 3, 0), "track 1 comes after that of track 2" },
    { HEAD ROW(1, 1, 0, 0, 2, 0) ROW(1, 1, 0, 0, 3, 0), "track 1 comes after that of track 1" },
    { HEAD ROW(2, 1, 0, 0, 2, 0) ROW(1, 2, 0, 0, 3, 0), "track 2 comes after that of track 1" },
    { HEAD ROW(1, 1, 0, 0, 3, 0) ROW(1, 0xa2, 0, 0, 2, 9), "begins at LBA 75, and its end would be LBA 9" },
    { HEAD ROW(1, 1, 0, 0, 3, 0) ROW(1, 2, 0, 0, 2, 9), "begins at LBA 75, and its end would be LBA 9" },
    { HEAD ROW(1, 1, 0, 0, 2, 0) "PLBA=7\r\n" ROW(1, 0xa2, 0, 0, 2, 40), "+LBA 7, and by its time at LBA 0" },
    { HEAD ROW(1, 1, 0, 0, 2, 0) ROW(1, 0xa2, 0, 0, 2, 39), "+40 sectors, and the tracks have 39" },
    { HEAD ROW(1, 1, 4, 0, 2, 0) ROW(1, 0xa2, 0, 0, 2, 40), "+have no sync" },
    { HEAD ROW(1, 1, 0, 0, 2, 0) ROW(1, 0xa2, 0, 9, 2, 40), "+LBA 40 is the first that is missing" },
    { HEAD ROW(1, 1, 0, 0, 2, 0) "[TRACK 1]\nINDEX 1=0\nINDEX 2=90\n", "+index 2 of track 1" },
    { HEAD ROW(1, 1, 0, 0, 2, 0) "[TRACK 1]\nINDEX 1=-2147483647\nINDEX 2=2147483647\n", "+index 2 of track 1" },
    { HEAD ROW(1, 1, 0, 0, 2, 0) "[TRACK 1]\nINDEX 100=0\n", "this is no index" },
    { HEAD ROW(1, 1, 0, 0, 2, 0) "[TRACK 1]\nISRC=SHORT\n", "+a code is not of 12" },
    { HEAD "CATALOG=12\r\n" ROW(1, 1, 0, 0, 2, 0), "+a code is not of 13" },
    { HEAD "[CDText]\nEntry 0=80 00\n", "fewer than 16 bytes" },
    { HEAD "[CDText]\nEntry 0=80 00 1 2 3 4 5 6 7 8 9 a b c d e f\n", "no pack of 16 bytes" },
    { HEAD "[CDText]\nEntry 0=100 00\n", "no pack of 16 bytes" },
};

START_TEST(wreck_is_told_with_its_place)
{
    const struct wreck *wreck = &wrecks[_i];
    struct dk_error error;
    struct dk_disc *disc;
    bool told = false;

    no_sub();
    make_image(DK_AUDIO, 40, 0, 0, 0);
    suite_file("disc.ccd", wreck->sheet, strlen(wreck->sheet));
    disc = try_open("disc.ccd", &error);
    for (size_t i = 0; disc && *wreck->says == '+' && i < disc->notes.count; i++)
        told = told || strstr(disc->notes.items[i].text, wreck->says + 1);
    ck_assert_msg(disc ? told : strstr(error.text, wreck->says) != NULL, "no '%s' in: %s", wreck->says,
                  disc ? "it opened" : error.text);
    dk_disc_close(disc);
}
END_TEST

START_TEST(sheet_may_end_anywhere)
{
    struct dk_error error;

    no_sub();
    make_image(DK_MODE1, 40, 40, 60, 0);
    for (size_t size = 10; size < strlen(mixed); size++) {
        struct dk_disc *disc;

        suite_file("disc.ccd", mixed, size);
        disc = try_open("disc.ccd", &error);
        ck_assert_msg(disc || *error.text, "%zu bytes", size);
        dk_disc_close(disc);
    }
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_test(test_case, mixed_disc_is_read_with_its_subchannel);
    tcase_add_test(test_case, subchannel_may_be_short);
    tcase_add_test(test_case, scrambled_sectors_are_read_in_clear);
    tcase_add_loop_test(test_case, place_is_what_the_numbers_say, 0, sizeof places / sizeof *places);
    tcase_add_test(test_case, cd_text_is_decoded);
    tcase_add_loop_test(test_case, image_leads_to_the_sheet, 0, 2);
    tcase_add_test(test_case, missing_image_leaves_the_table);
    tcase_add_test(test_case, short_image_is_told_by_lba);
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, sheet_may_end_anywhere);
}

int main(void)
{
    return suite_run("ccd", (const struct suite_case[]){ { "ccd", add_all }, { NULL, NULL } });
}
