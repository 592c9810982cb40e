/* BlindWrite images by recipe: tracks in blocks and blocks in files, in every way that they can lie in each other. */
#include "support/b5t_builder.h"
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"
#include "util/hash.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

enum { S = 2352, USER = 2048, PQ = 2368, SUB = 2448, CD = 8, DVD_ROM = 0x10, BD_ROM = 0x40, AUDIO = 1, MODE1 = 2 };

static struct dk_disc *open_built(const struct b5t_built *built)
{
    uint8_t bytes[B5T_BUILT_MAX];
    const size_t size = b5t_build(built, bytes);
    struct dk_error error;
    struct dk_disc *disc = dk_image_open(suite_file("b1.b6t", bytes, size), &error);

    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "b5t");
    return disc;
}

/* ---- A descriptor that another program opened ---- */

static const struct b5t_built mixed = {
    .profile = CD,
    .lead_outs = { 625 },
    .blocks = { { "b1.b6i", 175 * S, 0, 0, 175 }, { "b1.b6i", 450 * S, 175 * S, 175, 450 } },
    .tracks = { { 1, 1, MODE1, 0, 175, 0 }, { 1, 2, AUDIO, 175, 450, 150 } },
};

START_TEST(reference_descriptor_is_read)
{
    const struct table_file files[TABLE_FILES] = {
        { .name = "b1.b6i", .parts = { { DK_MODE1, S, 0, 175 }, { DK_AUDIO, S, 175, 450 } } }
    };
    uint8_t bytes[B5T_BUILT_MAX];
    const size_t size = b5t_build(&mixed, bytes);
    struct hash_set *sum = hash_set_new(1 << HASH_SHA256, NULL);
    struct dk_disc *disc;

    hash_set_update(sum, bytes, size);
    hash_set_finish(sum);
    ck_assert_uint_eq(size, 870);
    ck_assert_str_eq(hash_set_hex(sum, HASH_SHA256),
                     "b9f79f2f22b412e532529f84b1ae6b48c6e4e95c6894db66c0b61673de93c0ba");
    hash_set_free(sum);
    table_make_files(files);
    disc = open_built(&mixed);
    ck_assert_int_eq(disc->medium, DK_MEDIUM_CD);
    ck_assert_str_eq(disc->mcn, "4006408123456");
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+175 stored 2352\n"
                                       "1/2 audio 325+300 stored 2352 pregap 150\nout 625\n");
    ck_assert_uint_eq(disc->notes.count, 0);
    ck_assert_uint_eq(disc->container_size, 625 * S);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* ---- Places ---- */

static const struct place {
    const char *what;
    struct b5t_built built;
    struct table_file files[TABLE_FILES];
    const char *table;
    enum dk_note_kind kind;
    const char *note; /* NULL: there is none */
} places[] = {
    { "user data, then audio with subchannel",
      { .profile = CD,
        .lead_outs = { 80 },
        .blocks = { { "a.b5i", 40 * USER, 0, 0, 40 }, { "a.b5i", 40 * SUB, 40 * USER, 40, 40 } },
        .tracks = { { 1, 1, MODE1, 0, 40, 0 }, { 1, 2, AUDIO, 40, 40, 10 } } },
      { { .name = "a.b5i", .parts = { { DK_MODE1, USER, 0, 40 }, { DK_AUDIO, SUB, 40, 40 } } } },
      "1/1 mode1 0+40 stored 2048\n1/2 audio 50+30 stored 2448 pregap 10\nout 80\n",
      DK_NOTE_GUESS,
      "not in the order of the format" },
    { "tracks that begin within a block of three files",
      { .profile = CD,
        .lead_outs = { 90 },
        .blocks = { { "a.b5i", 30 * S, 0, 0, 30 }, { "a.b00", 30 * S, 0, 30, 30 }, { "a.b01", 30 * S, 0, 60, 30 } },
        .tracks = { { 1, 1, AUDIO, 0, 20, 0 }, { 1, 2, AUDIO, 20, 25, 5 }, { 1, 3, AUDIO, 45, 45, 0 } } },
      { { .name = "a.b5i", .parts = { { DK_AUDIO, S, 0, 30 } } },
        { .name = "a.b00", .parts = { { DK_AUDIO, S, 30, 30 } } },
        { .name = "a.b01", .parts = { { DK_AUDIO, S, 60, 30 } } } },
      "1/1 audio 0+20 stored 2352\n1/2 audio 25+20 stored 2352 pregap 5\n1/3 audio 45+45 stored 2352\nout 90\n",
      0,
      NULL },
    { "a pause before LBA 0 that no block has, and a pregap of which half is there",
      { .profile = CD,
        .lead_outs = { 90 },
        .blocks = { { "a.b5i", 40 * S, 0, 0, 40 }, { "a.b5i", 40 * S, 40 * S, 50, 40 } },
        .tracks = { { 1, 1, AUDIO, -150, 190, 150 }, { 1, 2, AUDIO, 40, 50, 20 } } },
      { { .name = "a.b5i", .parts = { { DK_AUDIO, S, 0, 40 }, { DK_AUDIO, S, 50, 40 } } } },
      "1/1 audio 0+40 stored 2352 pregap 150\n1/2 audio 60+30 stored 2352 pregap 20\nout 90\n",
      0,
      NULL },
    { "two sessions",
      { .profile = CD,
        .lead_outs = { 40, 11480 },
        .blocks = { { "a.b5i", 40 * S, 0, 0, 40 }, { "a.b5i", 190 * S, 40 * S, 11290, 190 } },
        .tracks = { { 1, 1, AUDIO, 0, 40, 0 }, { 2, 2, 4, 11290, 190, 150 } } },
      { { .name = "a.b5i", .parts = { { DK_AUDIO, S, 0, 40 }, { DK_MODE2_FORM1, S, 11290, 190 } } } },
      "1/1 audio 0+40 stored 2352\nout 40\n2/2 mode2-form1 11440+40 stored 2352 pregap 150\nout 11480\n",
      0,
      NULL },
    { "the mode is what the headers say",
      { .profile = CD,
        .lead_outs = { 40 },
        .blocks = { { "a.b5i", 40 * PQ, 0, 0, 40 } },
        .tracks = { { 1, 1, MODE1, 0, 40, 0 } } },
      { { .name = "a.b5i", .parts = { { DK_MODE2_FORM1, PQ, 0, 40 } } } },
      "1/1 mode2-form1 0+40 stored 2368\nout 40\n",
      0,
      NULL },
    { "sectors that no block has",
      { .profile = CD,
        .lead_outs = { 80 },
        .blocks = { { "a.b5i", 40 * S, 0, 0, 40 }, { "a.b5i", 30 * S, 40 * S, 50, 30 } },
        .tracks = { { 1, 1, AUDIO, 0, 80, 0 } } },
      { { .name = "a.b5i", .parts = { { DK_AUDIO, S, 0, 40 }, { DK_AUDIO, S, 50, 30 } } } },
      "1/1 audio 0+80 stored 2352\nout 80\n",
      DK_NOTE_DAMAGE,
      "no data block has LBA 40 to 49 of track 1" },
    { "a file that ends too early",
      { .profile = CD,
        .lead_outs = { 40 },
        .blocks = { { "a.b5i", 40 * S, 0, 0, 40 } },
        .tracks = { { 1, 1, AUDIO, 0, 40, 0 } } },
      { { .name = "a.b5i", .parts = { { DK_AUDIO, S, 0, 30 } } } },
      "1/1 audio 0+40 stored 2352\nout 40\n",
      DK_NOTE_DAMAGE,
      "ends 23520 bytes too early for track 1: LBA 30 is the first that is missing, 10 in all" },
    { "a file that is called as the descriptor",
      { .profile = CD,
        .lead_outs = { 40 },
        .blocks = { { "D:\\old\\name.b5i", 40 * S, 0, 0, 40 } },
        .tracks = { { 1, 1, AUDIO, 0, 40, 0 } } },
      { { .name = "b1.b5i", .parts = { { DK_AUDIO, S, 0, 40 } } } },
      "1/1 audio 0+40 stored 2352\nout 40\n",
      DK_NOTE_GUESS,
      "b1.b5i is taken by its name" },
    { "headers of another place",
      { .profile = CD,
        .lead_outs = { 40 },
        .blocks = { { "a.b5i", 40 * S, 0, 0, 40 } },
        .tracks = { { 1, 1, MODE1, 0, 40, 0 } } },
      { { .name = "a.b5i", .parts = { { DK_MODE1, S, 7, 40 } } } },
      "1/1 mode1 0+40 stored 2352\nout 40\n",
      DK_NOTE_ODD,
      "track 1 is said to begin at LBA 0, and its sectors say LBA 7" },
    { "a DVD in two files",
      { .profile = DVD_ROM,
        .lead_outs = { 100 },
        .no_points = true,
        .blocks = { { "a.b5i", 60 * USER, 0, 0, 60 }, { "a.i00", 40 * USER, 0, 60, 40 } },
        .tracks = { { 1, 1, 6, 0, 100, 0 } } },
      { { .name = "a.b5i", .parts = { { DK_MODE1, USER, 0, 60 } } },
        { .name = "a.i00", .parts = { { DK_MODE1, USER, 60, 40 } } } },
      "1/1 mode1 0+100 stored 2048\nout 100\n",
      0,
      NULL },
};

START_TEST(place_is_what_the_blocks_say)
{
    const struct place *place = &places[_i];
    struct dk_disc *disc;

    table_make_files(place->files);
    disc = open_built(&place->built);
    ck_assert_int_eq(disc->medium, place->built.profile == CD ? DK_MEDIUM_CD : DK_MEDIUM_DVD);
    ck_assert_msg(strcmp(table_text(disc), place->table) == 0, "%s:\n%s", place->what, table_text(disc));
    if (place->note)
        ck_assert_msg(table_has_note(&disc->notes, place->kind, place->note), "%s: %s", place->what,
                      disc->notes.count ? disc->notes.items[0].text : "no note");
    else
        ck_assert_msg(disc->notes.count == 0, "%s: %s", place->what, disc->notes.items[0].text);
    if (strcmp(place->what, "headers of another place") != 0)
        table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* ---- Contents ---- */

/* Behind 2352 bytes, a channel after the other; other programs take it for interleaved. */
START_TEST(subchannel_is_linear)
{
    const struct b5t_built built = { .profile = CD,
                                     .lead_outs = { 40 },
                                     .blocks = { { "s.b5i", 40 * SUB, 0, 0, 40 } },
                                     .tracks = { { 1, 1, AUDIO, 0, 40, 0 } } };
    uint8_t *image = raw_audio_image(40, 0, SUB), sector[SUB];
    struct dk_error error;
    struct dk_disc *disc;

    for (int32_t lba = 0; lba < 40; lba++)
        raw_subchannel(&(struct raw_position){ 0, 1, 1, lba, lba }, DK_SUB_LINEAR, image + lba * SUB + S);
    suite_file("s.b5i", image, 40 * SUB);
    disc = open_built(&built);
    ck_assert_uint_eq(disc->notes.count, 0);
    for (int32_t lba = 0; lba < 40; lba++) {
        ck_assert_uint_eq(dk_source_read(disc->source, lba, 1, DK_FORM_RAW_SUB, sector, &error), 1);
        ck_assert_mem_eq(sector, image + lba * SUB, SUB);
    }
    dk_disc_close(disc);
    free(image);
}
END_TEST

START_TEST(packs_are_decoded)
{
    const struct table_file files[TABLE_FILES] = { { .name = "b1.b6i", .parts = { { DK_AUDIO, S, 0, 625 } } } };
    uint8_t pack[18] = { 0x80, 0, 0, 0, 'A', 'l', 'b', 'u', 'm', 0, 'S', 'o', 'n', 'g', 0, 0 };
    const uint16_t crc = dk_q_crc(pack, 16);
    struct b5t_built built = mixed;
    struct dk_disc *disc;

    pack[16] = (uint8_t)(crc >> 8);
    pack[17] = (uint8_t)crc;
    built.packs = pack;
    table_make_files(files);
    disc = open_built(&built);
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 0, DK_TEXT_TITLE), "Album");
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 1, DK_TEXT_TITLE), "Song");
    dk_disc_close(disc);
}
END_TEST

START_TEST(missing_file_leaves_the_table)
{
    struct b5t_built built = mixed;
    struct dk_disc *disc;

    built.blocks[0].name = "nowhere.b6i";
    built.blocks[1].name = "nowhere.b00";
    disc = open_built(&built);
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+175 stored 2352 missing\n"
                                       "1/2 audio 325+300 stored 2352 pregap 150 missing\nout 625\n");
    ck_assert_uint_eq(disc->missing_count, 2);
    dk_disc_close(disc);
}
END_TEST

static void add_places(TCase *test_case)
{
    tcase_add_test(test_case, reference_descriptor_is_read);
    tcase_add_loop_test(test_case, place_is_what_the_blocks_say, 0, sizeof places / sizeof *places);
}

static void add_contents(TCase *test_case)
{
    tcase_add_test(test_case, subchannel_is_linear);
    tcase_add_test(test_case, packs_are_decoded);
    tcase_add_test(test_case, missing_file_leaves_the_table);
}

int main(void)
{
    return suite_run(
        "b5t", (const struct suite_case[]){ { "places", add_places }, { "contents", add_contents }, { NULL, NULL } });
}
