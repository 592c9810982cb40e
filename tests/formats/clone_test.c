/* Clone images of readcd and readom: a reference by bytes, discs by recipe, and a table of wrecks. */
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"

#include <disckit/format.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { S = DK_SECTOR_RAW, SUB = DK_SECTOR_RAW_SUB, ROWS = 12, ROW = 11 };

/* A row of the full TOC. */
struct row {
    uint8_t session, control, point;
    int32_t lba;
};

static size_t put_rows(const struct row *rows, uint8_t *to)
{
    size_t count = 0;

    for (; rows[count].session; count++) {
        const struct dk_msf msf = dk_msf_of_lba(rows[count].lba);
        const uint8_t row[ROW] = { rows[count].session,
                                   (uint8_t)(0x10 | rows[count].control),
                                   0,
                                   rows[count].point,
                                   0,
                                   0,
                                   0,
                                   0,
                                   msf.minute,
                                   msf.second,
                                   msf.frame };

        memcpy(to + 4 + count * ROW, row, ROW);
    }
    to[0] = 0;
    to[1] = (uint8_t)(2 + count * ROW);
    to[2] = 1;
    to[3] = rows[count - 1].session;
    return 4 + count * ROW + 2; /* the types of two sectors behind it */
}

static void write_rows(const struct row *rows)
{
    uint8_t bytes[4 + ROWS * ROW + 2] = { 0 };

    suite_file("disc.toc", bytes, put_rows(rows, bytes));
}

/* Sectors of a track from `lba` on, the first `pause` of them with INDEX 00. */
static void put_sectors(FILE *to, enum dk_mode mode, uint8_t track, int32_t lba, int pause, int count)
{
    uint8_t sector[SUB];

    for (int i = 0; i < count; i++) {
        const struct raw_position position = { mode == DK_AUDIO ? 0 : 4, track, i >= pause, abs(i - pause), lba + i };

        if (mode == DK_AUDIO)
            raw_audio_sector(sector, lba + i);
        else
            raw_sector(sector, mode, lba + i, NULL, NULL);
        raw_subchannel(&position, DK_SUB_INTERLEAVED, sector + S);
        fwrite(sector, 1, SUB, to);
    }
}

static FILE *create(const char *name)
{
    FILE *file = fopen(suite_file(name, "", 0), "wb");

    ck_assert_ptr_nonnull(file);
    return file;
}

static struct dk_disc *try_open(const char *name, struct dk_error *error)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    *error = (struct dk_error){ 0 };
    return dk_image_open(path, error);
}

static struct dk_disc *open_clone(void)
{
    struct dk_error error;
    struct dk_disc *disc = try_open("disc.toc", &error);

    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "clone");
    return disc;
}

static const struct row mixed[] = { { 1, 4, 0xA0, 4350 }, { 1, 0, 0xA1, 8850 }, { 1, 0, 0xA2, 625 },
                                    { 1, 4, 1, 0 },       { 1, 0, 2, 325 },     { 0 } };

static void make_mixed(int missing)
{
    FILE *file = create("disc");

    write_rows(mixed);
    put_sectors(file, DK_MODE1, 1, 0, 0, 175);
    put_sectors(file, DK_AUDIO, 2, 175, 150, 450 - missing);
    fclose(file);
}

/* INDEX 01 is where the table has it, and the pause before it where Q has: it is not counted twice. */
START_TEST(mixed_disc_with_its_pause)
{
    uint8_t sector[SUB], wanted[DK_SUBCHANNEL];
    struct dk_error error;
    struct dk_disc *disc;

    make_mixed(0);
    disc = open_clone();
    ck_assert_str_eq(table_text(disc),
                     "1/1 mode1 0+175 stored 2448\n1/2 audio 325+300 stored 2448 pregap 150\nout 625\n");
    ck_assert_uint_eq(disc->notes.count, 0);
    table_check_sectors(disc);
    ck_assert_uint_eq(dk_source_read(disc->source, 180, 1, DK_FORM_RAW_SUB, sector, &error), 1);
    raw_subchannel(&(struct raw_position){ 0, 2, 0, 145, 180 }, DK_SUB_LINEAR, wanted);
    ck_assert_mem_eq(sector + S, wanted, sizeof wanted);
    dk_disc_close(disc);
}
END_TEST

/* The bytes of such a file as they are published, with and without the byte that cdrtools adds. */
START_TEST(table_of_a_disc_byte_for_byte)
{
    static const uint8_t bytes[62] = {
        0x00, 0x39, 0x01, 0x01, 0x01, 0x14, 0x00, 0xa0, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01,
        0x10, 0x00, 0xa1, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x01, 0x10, 0x00, 0xa2, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x0a, 0x19, 0x01, 0x14, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00,
        0x01, 0x10, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06, 0x19, 0x01, 0x00,
    };
    struct dk_disc *disc;

    make_mixed(0);
    suite_file("disc.toc", bytes, _i ? 62 : 61);
    disc = open_clone();
    ck_assert_int_eq(disc->tracks[1].lba, 325);
    ck_assert_int_eq(dk_disc_end(disc), 625);
    dk_disc_close(disc);
}
END_TEST

START_TEST(image_leads_to_the_table)
{
    struct dk_error error;
    struct dk_disc *disc;

    make_mixed(0);
    disc = try_open("disc", &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "clone");
    dk_disc_close(disc);
}
END_TEST

START_TEST(a_hidden_track_and_no_lead_out)
{
    static const struct row rows[] = { { 1, 2, 1, 40 }, { 0 } };
    FILE *file = create("disc");
    struct dk_disc *disc;

    write_rows(rows);
    put_sectors(file, DK_AUDIO, 1, 0, 40, 100);
    fclose(file);
    disc = open_clone();
    ck_assert_str_eq(table_text(disc), "1/1 audio 40+60 stored 2448 pregap 40 control 2\nout 100\n");
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* Two sessions: what is between them may be in the file, or not. */
static const struct row two_sessions[] = { { 1, 0, 0xA2, 40 }, { 1, 0, 1, 0 },     { 2, 0, 0xA2, 11500 },
                                           { 2, 0, 2, 11440 }, { 2, 0, 3, 11460 }, { 0 } };

START_TEST(sessions_with_and_without_what_is_between)
{
    FILE *file = create("disc");
    struct dk_disc *disc;

    write_rows(two_sessions);
    put_sectors(file, DK_AUDIO, 1, 0, 0, 40);
    if (_i & 1)
        put_sectors(file, DK_AUDIO, 0, 40, 0, 11400);
    put_sectors(file, DK_AUDIO, 2, 11440, 0, 20);
    put_sectors(file, DK_AUDIO, 3, 11460, 0, _i & 2 ? 30 : 40); /* too short: the sectors tell what is there */
    fclose(file);
    disc = open_clone();
    ck_assert_str_eq(table_text(disc), "1/1 audio 0+40 stored 2448\nout 40\n"
                                       "2/2 audio 11440+20 stored 2448\n2/3 audio 11460+40 stored 2448\nout 11500\n");
    table_check_sectors(disc);
    ck_assert_int_eq(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "LBA 11490 is the first that is missing, 10 in all"),
                     (_i & 2) != 0);
    dk_disc_close(disc);
}
END_TEST

START_TEST(short_image_is_told_by_lba)
{
    struct dk_disc *disc;

    make_mixed(3);
    disc = open_clone();
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "LBA 622 is the first that is missing, 3 in all"));
    dk_disc_close(disc);
}
END_TEST

START_TEST(missing_image_leaves_the_table)
{
    uint8_t bytes[4 + ROWS * ROW + 2] = { 0 };
    struct dk_error error;
    struct dk_disc *disc;

    suite_file("alone/disc.toc", bytes, put_rows(mixed, bytes));
    disc = try_open("alone/disc.toc", &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(table_text(disc),
                     "1/1 mode1 0+325 stored 2448 missing\n1/2 audio 325+300 stored 2448 missing\nout 625\n");
    ck_assert_str_eq(disc->missing[0], "disc");
    dk_disc_close(disc);
}
END_TEST

/* ---- Wrecks ---- */

static const struct wreck {
    struct row rows[ROWS];
    int32_t at; /* a byte of the file that is changed; 0: none */
    uint8_t byte;
    const char *says;
} wrecks[] = {
    { { { 1, 0, 0xA2, 625 } }, 0, 0, "has no row of a track" },
    { { { 1, 0, 2, 0 }, { 1, 0, 1, 100 } }, 0, 0, "the row of track 1 comes after that of track 2" },
    { { { 1, 0, 1, 0 }, { 1, 0, 1, 100 } }, 0, 0, "the row of track 1 comes after that of track 1" },
    { { { 2, 0, 1, 0 }, { 1, 0, 2, 100 } }, 3, 2, "the row of track 2 comes after that of track 1" },
    { { { 1, 0, 1, 100 }, { 1, 0, 2, 100 } }, 0, 0, "track 2 begins at LBA 100, before track 1" },
    { { { 1, 0, 1, 0 }, { 2, 0, 2, 100 } }, 0, 0, "session 1 has no lead-out before session 2" },
    { { { 1, 0, 0xA2, 101 }, { 1, 0, 1, 0 }, { 2, 0, 2, 100 } }, 0, 0, "session 1 has no lead-out before session 2" },
    { { { 1, 0, 1, 100 }, { 1, 0, 0xA2, 100 } }, 0, 0, "its end would be LBA 100" },
    { { { 1, 0, 1, 700 } }, 0, 0, "its end would be LBA 625" },
    { { { 1, 0, 1, 0 } }, 4 + 8, 100, "point 01 is at 100:02:00, where no disc has anything" },
    { { { 1, 0, 1, 0 } }, 4 + 9, 60, "point 01 is at 00:60:00" },
    { { { 1, 0, 1, 0 } }, 4 + 10, 75, "point 01 is at 00:02:75" },
    { { { 1, 0, 1, 0 } }, 4 + 9, 1, "point 01 is at 00:01:00" },
    { { { 1, 0, 1, 0 } }, 4, 0, "no image that is known" },
    { { { 1, 0, 1, 0 } }, 4 + 1, 0, "no image that is known" },
    { { { 1, 0, 1, 0 } }, 4 + 1, 0x70, "no image that is known" },
    { { { 1, 0, 100, 0 } }, 0, 0, "no image that is known" },
    { { { 1, 0, 0, 0 } }, 0, 0, "no image that is known" },
    { { { 1, 0, 1, 0 } }, 1, 14, "no image that is known" },
    { { { 1, 0, 1, 0 } }, 1, 0, "no image that is known" },
    { { { 1, 0, 1, 0 } }, 2, 0, "no image that is known" },
    { { { 1, 0, 1, 0 } }, 2, 2, "no image that is known" },
};

START_TEST(wreck_is_told)
{
    const struct wreck *wreck = &wrecks[_i];
    uint8_t bytes[4 + ROWS * ROW + 2] = { 0 };
    const size_t size = put_rows(wreck->rows, bytes);
    struct dk_error error;
    struct dk_disc *disc;

    make_mixed(0);
    if (wreck->at)
        bytes[wreck->at] = wreck->byte;
    suite_file("disc.toc", bytes, size);
    disc = try_open("disc.toc", &error);
    ck_assert_msg(!disc && strstr(error.text, wreck->says), "no '%s' in: %s", wreck->says,
                  disc ? "it opened" : error.text);
    dk_disc_close(disc);
}
END_TEST

START_TEST(table_may_end_anywhere)
{
    uint8_t bytes[4 + ROWS * ROW + 2] = { 0 };
    const size_t whole = put_rows(mixed, bytes);
    struct dk_error error;

    make_mixed(0);
    for (size_t size = 1; size < whole; size++) {
        struct dk_disc *disc;

        suite_file("disc.toc", bytes, size);
        disc = try_open("disc.toc", &error);
        ck_assert_msg(!disc && *error.text, "%zu bytes", size);
    }
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_test(test_case, mixed_disc_with_its_pause);
    tcase_add_loop_test(test_case, table_of_a_disc_byte_for_byte, 0, 2);
    tcase_add_test(test_case, image_leads_to_the_table);
    tcase_add_test(test_case, a_hidden_track_and_no_lead_out);
    tcase_add_loop_test(test_case, sessions_with_and_without_what_is_between, 0, 4);
    tcase_add_test(test_case, short_image_is_told_by_lba);
    tcase_add_test(test_case, missing_image_leaves_the_table);
    tcase_add_loop_test(test_case, wreck_is_told, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, table_may_end_anywhere);
}

int main(void)
{
    return suite_run("clone", (const struct suite_case[]){ { "clone", add_all }, { NULL, NULL } });
}
