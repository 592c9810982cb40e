/* Media descriptors: images by recipe, in each of the ways in which programs lay out their files. */
#include "support/mds_builder.h"
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"

#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

static struct dk_disc *must_open(const char *name)
{
    char path[4096];
    struct dk_error error;
    struct dk_disc *disc;

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    disc = dk_image_open(path, &error);
    ck_assert_msg(disc, "%s", error.text);
    return disc;
}

static struct dk_disc *open_built(const struct mds_built *built)
{
    static uint8_t bytes[MDS_BUILT_MAX];
    const size_t size = mds_build(built, bytes);

    suite_file("disc.mds", bytes, size);
    return must_open("disc.mds");
}

/* ---- A descriptor as another program opened it, byte by byte ---- */

static const struct {
    size_t at;
    uint8_t bytes[16];
} reference[] = {
    { 0x000, "MEDIA DESCRIPTOR" },
    { 0x010, { 1, 3, 0, 0, 1, 0, 2 } },
    { 0x050, { 0x58, 0, 0, 0, 0, 0, 0, 0, 0x6A, 0xFF, 0xFF, 0xFF, 0x71, 2 } },
    { 0x060, { 1, 0, 5, 3, 1, 0, 2, 0, 0, 0, 0, 0, 0x70 } },
    { 0x070, { 0, 0, 0x14, 0, 0xA0, 0, 0, 0, 0, 1 } },
    { 0x0C0, { 0, 0, 0x10, 0, 0xA1, 0, 0, 0, 0, 2 } },
    { 0x110, { 0, 0, 0x10, 0, 0xA2, 0, 0, 0, 0, 0, 10, 25 } },
    { 0x160, { 0xAA, 0, 0x14, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0x18, 2 } },
    { 0x170, { 0x30, 9 } },
    { 0x190, { 1, 0, 0, 0, 0x28, 2 } },
    { 0x1B0, { 0xA9, 0, 0x10, 0, 2, 0, 0, 0, 0, 0, 6, 25, 0x20, 2 } },
    { 0x1C0, { 0x30, 9 } },
    { 0x1D0, { 0, 0, 0, 0, 0x45, 1, 0, 0, 0xD0, 0x47, 6 } },
    { 0x1E0, { 1, 0, 0, 0, 0x28, 2 } },
    { 0x210, { 0, 0, 0, 0, 0, 0, 0, 0, 0x96, 0, 0, 0, 0xAF } },
    { 0x220, { 0x96, 0, 0, 0, 0x2C, 1, 0, 0, 0x38, 2 } },
    { 0x230, { 0, 0, 0, 0, 0, 0, 0, 0, '*', '.', 'm', 'd', 'f' } },
};
enum { REFERENCE_SIZE = 574 };

START_TEST(reference_descriptor_is_read)
{
    const struct table_file files[] = {
        { "m1.mdf", TABLE_PLAIN, { { DK_MODE1, 2352, 0, 175 }, { DK_AUDIO, 2352, 325, 300 } }, 0 }, { 0 }
    };
    uint8_t bytes[REFERENCE_SIZE + 16] = { 0 };
    struct dk_disc *disc;

    for (size_t i = 0; i < sizeof reference / sizeof *reference; i++)
        memcpy(bytes + reference[i].at, reference[i].bytes, 16);
    table_make_files(files);
    suite_file("m1.mds", bytes, REFERENCE_SIZE);
    disc = must_open("m1.mds");
    ck_assert_str_eq(disc->format, "mds");
    ck_assert_int_eq(disc->medium, DK_MEDIUM_CD);
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+175 stored 2352\n"
                                       "1/2 audio 325+300 stored 2352 pregap 150\n"
                                       "out 625\n");
    table_check_sectors(disc);
    ck_assert_uint_eq(disc->notes.count, 0);
    dk_disc_close(disc);
}
END_TEST

/* ---- Where pregaps and sessions lie ---- */

enum { S = 2352, SUB = 2448, AUDIO = 0xA9, MODE1 = 0xAA, MODE2 = 0xAB };

static const struct place {
    const char *what;
    struct mds_built built;
    struct table_part parts[TABLE_PARTS];
    const char *table;
} places[] = {
    { "pregap left out",
      { .lead_outs = { 100 },
        .names = { "*.mdf" },
        .tracks = { { 1, 1, MODE1, S, 0, 0, 150, 40 }, { 2, 1, AUDIO, S, 60, 40 * S, 20, 40 } } },
      { { DK_MODE1, S, 0, 40 }, { DK_AUDIO, S, 60, 40 } },
      "1/1 mode1 0+40 stored 2352\n1/2 audio 60+40 stored 2352 pregap 20\nout 100\n" },
    { "pregap stored from the offset on",
      { .lead_outs = { 100 },
        .names = { "*.mdf" },
        .tracks = { { 1, 1, MODE1, S, 0, 0, 150, 40 }, { 2, 1, AUDIO, S, 60, 40 * S, 20, 40 } } },
      { { DK_MODE1, S, 0, 40 }, { DK_AUDIO, S, 40, 60 } },
      "1/1 mode1 0+40 stored 2352\n1/2 audio 60+40 stored 2352 pregap 20\nout 100\n" },
    { "pregap stored before the offset",
      { .lead_outs = { 100 },
        .names = { "*.mdf" },
        .tracks = { { 1, 1, MODE1, S, 0, 0, 150, 40 }, { 2, 1, AUDIO, S, 60, 60 * S, 20, 40 } } },
      { { DK_MODE1, S, 0, 40 }, { DK_AUDIO, S, 40, 60 } },
      "1/1 mode1 0+40 stored 2352\n1/2 audio 60+40 stored 2352 pregap 20\nout 100\n" },
    { "pregaps of one length stored before the offsets",
      { .lead_outs = { 130 },
        .names = { "*.mdf" },
        .tracks = { { 1, 1, AUDIO, S, 0, 0, 150, 40 },
                    { 2, 1, AUDIO, S, 50, 50 * S, 10, 40 },
                    { 3, 1, AUDIO, S, 100, 100 * S, 10, 30 } } },
      { { DK_AUDIO, S, 0, 130 } },
      "1/1 audio 0+40 stored 2352\n1/2 audio 50+40 stored 2352 pregap 10\n"
      "1/3 audio 100+30 stored 2352 pregap 10\nout 130\n" },
    { "a header tells, where the file is longer than its tracks",
      { .lead_outs = { 100 },
        .names = { "*.mdf" },
        .tracks = { { 1, 1, AUDIO, S, 0, 0, 150, 40 }, { 2, 1, MODE1, S, 60, 40 * S, 20, 40 } } },
      { { DK_AUDIO, S, 0, 40 }, { DK_MODE1, S, 40, 60 }, { DK_MODE1, S, 100, 7 } },
      "1/1 audio 0+40 stored 2352\n1/2 mode1 60+40 stored 2352 pregap 20\nout 100\n" },
    { "hidden track, which is left out",
      { .lead_outs = { 70 }, .names = { "*.mdf" }, .tracks = { { 1, 1, AUDIO, S, 30, 0, 180, 40 } } },
      { { DK_AUDIO, S, 30, 40 } },
      "1/1 audio 30+40 stored 2352 pregap 30\nout 70\n" },
    { "two sessions, one behind the other",
      { .lead_outs = { 40, 11480 },
        .names = { "*.mdf" },
        .tracks = { { 1, 1, AUDIO, S, 0, 0, 150, 40 }, { 2, 2, MODE1, S, 11440, 40 * S, 150, 40 } } },
      { { DK_AUDIO, S, 0, 40 }, { DK_MODE1, S, 11440, 40 } },
      "1/1 audio 0+40 stored 2352\nout 40\n2/2 mode1 11440+40 stored 2352\nout 11480\n" },
    { "lengths that follow from where the next track begins",
      { .lead_outs = { 100 },
        .names = { "*.mdf" },
        .no_extra = true,
        .tracks = { { 1, 1, MODE1, S, 0, 0, 0, 40 }, { 2, 1, AUDIO, S, 40, 40 * S, 0, 60 } } },
      { { DK_MODE1, S, 0, 40 }, { DK_AUDIO, S, 40, 60 } },
      "1/1 mode1 0+40 stored 2352\n1/2 audio 40+60 stored 2352\nout 100\n" },
    { "no footer, so the name is the descriptor's",
      { .lead_outs = { 40 }, .no_footer = true, .tracks = { { 1, 1, MODE2, S, 0, 0, 150, 40 } } },
      { { DK_MODE2_FORM1, S, 0, 40 } },
      "1/1 mode2-form1 0+40 stored 2352\nout 40\n" },
    { "2336 bytes",
      { .lead_outs = { 40 }, .names = { "*.mdf" }, .tracks = { { 1, 1, MODE2, 2336, 0, 0, 150, 40 } } },
      { { DK_MODE2_FORM1, 2336, 0, 40 } },
      "1/1 mode2-form1 0+40 stored 2336\nout 40\n" },
    { "2048 bytes",
      { .lead_outs = { 40 }, .names = { "*.mdf" }, .tracks = { { 1, 1, MODE1, 2048, 0, 0, 150, 40 } } },
      { { DK_MODE1, 2048, 0, 40 } },
      "1/1 mode1 0+40 stored 2048\nout 40\n" },
    { "the mode is what the headers say",
      { .lead_outs = { 40 }, .names = { "*.mdf" }, .tracks = { { 1, 1, MODE1, S, 0, 0, 150, 40 } } },
      { { DK_MODE2_FORM1, S, 0, 40 } },
      "1/1 mode2-form1 0+40 stored 2352\nout 40\n" },
};

START_TEST(place_is_what_the_numbers_say)
{
    const struct place *place = &places[_i];
    struct table_file files[2] = { { .name = "disc.mdf" } };
    struct dk_disc *disc;

    memcpy(files[0].parts, place->parts, sizeof place->parts);
    table_make_files(files);
    disc = open_built(&place->built);
    ck_assert_msg(strcmp(table_text(disc), place->table) == 0, "%s:\n%s", place->what, table_text(disc));
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

START_TEST(track_of_ninety_nine_is_binary)
{
    const struct table_file files[] = { { "disc.mdf", TABLE_PLAIN, { { DK_AUDIO, S, 0, 80 } }, 0 }, { 0 } };
    const struct mds_built built = { .lead_outs = { 80 },
                                     .names = { "*.mdf" },
                                     .tracks = { { 10, 1, AUDIO, S, 0, 0, 150, 40 },
                                                 { 99, 1, AUDIO, S, 40, 40 * S, 0, 40 } } };
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_built(&built);
    ck_assert_str_eq(table_text(disc), "1/10 audio 0+40 stored 2352\n1/99 audio 40+40 stored 2352\nout 80\n");
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

START_TEST(subchannel_is_kept)
{
    const struct table_file files[] = { { "disc.mdf", TABLE_PLAIN, { { DK_MODE1, SUB, 0, 40 } }, 0 }, { 0 } };
    const struct mds_built built = { .lead_outs = { 40 },
                                     .names = { "*.mdf" },
                                     .tracks = { { 1, 1, MODE1, SUB, 0, 0, 150, 40 } } };
    uint8_t *stored = raw_image(NULL, 40, DK_MODE1, 0, SUB), found[SUB], linear[DK_SUBCHANNEL];
    struct dk_error error;
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_built(&built);
    ck_assert_uint_eq(disc->tracks[0].stored, SUB);
    for (int32_t lba = 0; lba < 40; lba++) {
        ck_assert_uint_eq(dk_source_read(disc->source, lba, 1, DK_FORM_RAW_SUB, found, &error), 1);
        dk_sub_to_linear(stored + lba * SUB + S, linear);
        ck_assert_mem_eq(found, stored + lba * SUB, S);
        ck_assert_mem_eq(found + S, linear, DK_SUBCHANNEL);
    }
    dk_disc_close(disc);
    free(stored);
}
END_TEST

static void add_places(TCase *test_case)
{
    tcase_add_test(test_case, reference_descriptor_is_read);
    tcase_add_loop_test(test_case, place_is_what_the_numbers_say, 0, sizeof places / sizeof *places);
    tcase_add_test(test_case, track_of_ninety_nine_is_binary);
    tcase_add_test(test_case, subchannel_is_kept);
}

/* ---- Files ---- */

/* A DVD in two files with names in UTF-16. */
START_TEST(dvd_is_read_from_two_files)
{
    const struct table_file files[] = { { "disc.mdf", TABLE_PLAIN, { { DK_MODE1, 2048, 0, 100 } }, 0 },
                                        { "disc.md0", TABLE_PLAIN, { { DK_MODE1, 2048, 100, 75 } }, 0 },
                                        { 0 } };
    const struct mds_built built = { .medium = 0x10,
                                     .lead_outs = { 175 },
                                     .names = { "*.mdf", "*.md0" },
                                     .wide = true,
                                     .tracks = { { 1, 1, 2, 2048, 0, 0, 0, 175 } } };
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_built(&built);
    ck_assert_int_eq(disc->medium, DK_MEDIUM_DVD);
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+175 stored 2048\nout 175\n");
    table_check_sectors(disc);
    ck_assert_uint_eq(disc->container_size, 175 * 2048);
    dk_disc_close(disc);
    disc = must_open("disc.mdf");
    ck_assert_str_eq(disc->format, "mds");
    dk_disc_close(disc);
}
END_TEST

/* The border of two files may lie anywhere within a sector. */
START_TEST(files_are_joined_by_bytes)
{
    uint8_t *image = raw_audio_image(40, 0, S);
    const struct mds_built built = { .lead_outs = { 40 },
                                     .names = { "*.i00", "*.i01", "*.i02" },
                                     .tracks = { { 1, 1, AUDIO, S, 0, 0, 150, 40 } } };
    struct dk_disc *disc;

    suite_file("disc.i00", image, 1000);
    suite_file("disc.i01", image + 1000, 5 * S);
    suite_file("disc.i02", image + 1000 + 5 * S, 35 * S - 1000);
    disc = open_built(&built);
    table_check_sectors(disc);
    ck_assert_uint_eq(disc->notes.count, 0);
    dk_disc_close(disc);
    free(image);
}
END_TEST

START_TEST(names_of_other_systems_are_found)
{
    static const char *const names[] = { "C:\\Images\\Game\\DATA.MDF", "data.MDF", "sub\\..\\x\\data.mdf" };
    const struct table_file files[] = { { "data.mdf", TABLE_PLAIN, { { DK_MODE1, S, 0, 40 } }, 0 }, { 0 } };
    const struct mds_built built = { .lead_outs = { 40 },
                                     .names = { names[_i] },
                                     .tracks = { { 1, 1, MODE1, S, 0, 0, 150, 40 } } };
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_built(&built);
    ck_assert_uint_eq(disc->missing_count, 0);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* GameJack's, in which all is the same but the names. */
START_TEST(xmd_is_read_with_its_xmf)
{
    const struct table_file files[] = { { "disc.xmf", TABLE_PLAIN, { { DK_AUDIO, S, 0, 40 } }, 0 }, { 0 } };
    const struct mds_built built = {
        .lead_outs = { 40 }, .names = { "*.xmf" }, .no_footer = _i == 1, .tracks = { { 1, 1, AUDIO, S, 0, 0, 150, 40 } }
    };
    static uint8_t bytes[MDS_BUILT_MAX];
    struct dk_disc *disc;

    table_make_files(files);
    suite_file("disc.xmd", bytes, mds_build(&built, bytes));
    disc = must_open("disc.xmd");
    ck_assert_str_eq(disc->format, "mds");
    ck_assert_uint_eq(disc->missing_count, 0);
    ck_assert_uint_eq(disc->notes.count, 0);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

START_TEST(missing_file_leaves_the_table)
{
    const struct mds_built built = { .lead_outs = { 100 },
                                     .names = { "nowhere.mdf", "nowhere.md0" },
                                     .tracks = { { 1, 1, MODE1, S, 0, 0, 150, 40 },
                                                 { 2, 1, AUDIO, S, 60, 40 * S, 20, 40 } } };
    struct dk_disc *disc = open_built(&built);

    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+40 stored 2352 missing\n"
                                       "1/2 audio 60+40 stored 2352 pregap 20 missing\nout 100\n");
    ck_assert_uint_eq(disc->missing_count, 2);
    ck_assert_str_eq(disc->missing[0], "nowhere.mdf");
    dk_disc_close(disc);
}
END_TEST

START_TEST(short_file_is_told_by_lba_and_bytes)
{
    const struct table_file files[] = { { "disc.mdf", TABLE_PLAIN, { { DK_MODE1, S, 0, 40 } }, 3 * S + 2 }, { 0 } };
    const struct mds_built built = { .lead_outs = { 40 },
                                     .names = { "*.mdf" },
                                     .tracks = { { 1, 1, MODE1, S, 0, 0, 150, 40 } } };
    uint8_t raw[S];
    struct dk_error error;
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_built(&built);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "ends 7058 bytes too early for track 1"));
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "LBA 36 is the first that is missing, 4 in all"));
    ck_assert_uint_eq(dk_source_read(disc->source, 35, 1, DK_FORM_RAW, raw, &error), 1);
    ck_assert_uint_eq(dk_source_read(disc->source, 36, 1, DK_FORM_RAW, raw, &error), 0);
    dk_disc_close(disc);
}
END_TEST

START_TEST(data_file_leads_to_the_descriptor)
{
    const struct table_file files[] = { { "disc.mdf", TABLE_PLAIN, { { DK_AUDIO, S, 0, 40 } }, 0 }, { 0 } };
    const struct mds_built built = { .lead_outs = { 40 },
                                     .names = { "*.mdf" },
                                     .tracks = { { 1, 1, AUDIO, S, 0, 0, 150, 40 } } };
    struct dk_disc *disc;

    table_make_files(files);
    dk_disc_close(open_built(&built));
    disc = must_open("disc.mdf");
    ck_assert_str_eq(disc->format, "mds");
    ck_assert(table_has_note(&disc->notes, DK_NOTE_ODD, "disc.mds is opened"));
    dk_disc_close(disc);
}
END_TEST

static void add_files(TCase *test_case)
{
    tcase_add_test(test_case, dvd_is_read_from_two_files);
    tcase_add_test(test_case, files_are_joined_by_bytes);
    tcase_add_loop_test(test_case, names_of_other_systems_are_found, 0, 3);
    tcase_add_loop_test(test_case, xmd_is_read_with_its_xmf, 0, 2);
    tcase_add_test(test_case, missing_file_leaves_the_table);
    tcase_add_test(test_case, short_file_is_told_by_lba_and_bytes);
    tcase_add_test(test_case, data_file_leads_to_the_descriptor);
}

int main(void)
{
    return suite_run("mds",
                     (const struct suite_case[]){ { "places", add_places }, { "files", add_files }, { NULL, NULL } });
}
