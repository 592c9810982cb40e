/* What lies beside an image, and what the subchannel tells that its table does not. */
#include "support/mds_builder.h"
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"

#include <stdlib.h>
#include <string.h>

enum { S = 2352, COUNT = 100, GAP_AT = 40, SOUND_AT = 60, MCN_AT = 17, ISRC_AT = 75 };

static const char cue[] = "FILE \"disc.bin\" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n"
                          "  TRACK 02 AUDIO\n    INDEX 00 00:00:40\n    INDEX 01 00:00:60\n";

static struct dk_disc *open_name(const char *name)
{
    char path[4096];
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    disc = dk_image_open(path, &error);
    ck_assert_msg(disc != NULL, "%s", error.text);
    return disc;
}

/* Data 0 to 39, the gap of the sound 40 to 59, sound to 99. */
static void make_image(const char *name)
{
    struct table_file files[2] = {
        { name, TABLE_PLAIN, { { DK_MODE1, S, 0, GAP_AT }, { DK_AUDIO, S, GAP_AT, COUNT - GAP_AT } }, 0 }
    };

    table_make_files(files);
}

static void put_frame(uint8_t *sub, const uint8_t q[10], enum dk_sub_order order)
{
    uint8_t linear[DK_SUBCHANNEL] = { 0 };
    const uint16_t crc = dk_q_crc(q, 10);

    memcpy(linear + 12, q, 10);
    linear[22] = (uint8_t)(crc >> 8);
    linear[23] = (uint8_t)crc;
    if (order == DK_SUB_LINEAR)
        memcpy(sub, linear, sizeof linear);
    else
        dk_sub_to_interleaved(linear, sub);
}

/* The subchannel of that disc, with an MCN and an ISRC; R to W are zero. */
static void make_sub(enum dk_sub_order order, uint8_t sub[COUNT][DK_SUBCHANNEL])
{
    static const uint8_t mcn[10] = { 0x42, 0x20, 0x05, 0x91, 0x11, 0x11, 0x71, 0x60, 0, 0x17 };
    static const uint8_t isrc[10] = { 3, 0x96, 0x38, 0x93, 4, 0x76, 7, 0x83, 0x90, 0 };

    for (int32_t lba = 0; lba < COUNT; lba++) {
        const bool data = lba < GAP_AT, gap = !data && lba < SOUND_AT;
        const struct raw_position position = {
            .control = data ? 4 : 0,
            .track = data ? 1 : 2,
            .index = !gap,
            .relative = data  ? lba
                        : gap ? SOUND_AT - 1 - lba
                              : lba - SOUND_AT,
            .lba = lba,
        };

        raw_subchannel(&position, order, sub[lba]);
    }
    put_frame(sub[MCN_AT], mcn, order);
    put_frame(sub[ISRC_AT], isrc, order);
}

static void clean(void)
{
    static const char *const names[] = { "disc.sub", "disc.sbi", "disc.lsd" };
    char path[4096];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", suite_folder(), names[i]);
        remove(path);
    }
}

static void make_disc(void)
{
    clean();
    make_image("disc.bin");
    suite_file("disc.cue", cue, sizeof cue - 1);
}

static void read_sub(const struct dk_disc *disc, int32_t lba, uint8_t linear[DK_SUBCHANNEL])
{
    uint8_t sector[DK_SECTOR_RAW_SUB];
    struct dk_error error;

    ck_assert_uint_eq(dk_source_read(disc->source, lba, 1, DK_FORM_RAW_SUB, sector, &error), 1);
    memcpy(linear, sector + S, DK_SUBCHANNEL);
}

/* ---- .sub ---- */

START_TEST(takes_a_sub_in_either_order)
{
    static uint8_t sub[COUNT][DK_SUBCHANNEL], linear[COUNT][DK_SUBCHANNEL];
    uint8_t found[DK_SUBCHANNEL];
    struct dk_disc *disc;

    make_disc();
    make_sub(_i ? DK_SUB_INTERLEAVED : DK_SUB_LINEAR, sub);
    make_sub(DK_SUB_LINEAR, linear);
    suite_file("disc.sub", sub, sizeof sub);
    disc = open_name(_i ? "disc.sub" : "disc.cue"); /* named alone it finds its sheet */
    ck_assert_str_eq(disc->format, "cue");
    for (int32_t lba = 0; lba < COUNT; lba++) {
        read_sub(disc, lba, found);
        ck_assert_mem_eq(found, linear[lba], sizeof found);
    }
    table_check_sectors(disc);
    ck_assert_str_eq(disc->mcn, "2005911111716");
    ck_assert_str_eq(disc->tracks[1].isrc, "USRC17607839");
    ck_assert(table_has_note(&disc->notes, DK_NOTE_GUESS, "the ISRC of track 2 is that of the subchannel at LBA 75"));
    dk_disc_close(disc);
}
END_TEST

static const struct {
    const char *name;
    const void *bytes;
    size_t size;
    enum dk_note_kind kind;
    const char *words;
} odd[] = {
    { "disc.sub", "{100}{200}Hello!\n", 17, DK_NOTE_GUESS, "has no Q that is right" },
    { "disc.sbi", "SB", 2, DK_NOTE_ODD, "has 2 bytes" },
    { "disc.sbi", "SBX\0\0\2\x10", 7, DK_NOTE_ODD, "does not begin with SBI" },
    { "disc.sbi", "SBI\0\0\2\x10", 7, DK_NOTE_DAMAGE, "the record at byte 4 is none" },
    { "disc.sbi", "SBI\0\0\2\x10\1\1\2\3\4\5\6\7\x08", 16, DK_NOTE_DAMAGE, "the record at byte 4 is none" },
    { "disc.sbi", "SBI\0\0\2\x10\4\1\2\3", 11, DK_NOTE_DAMAGE, "the record at byte 4 is none" },
    { "disc.sbi", "SBI\0\0\2\x1A\2\1\2\3", 11, DK_NOTE_DAMAGE, "the record at byte 4 is none" },
    { "disc.sbi", "SBI\0\0\x61\x10\2\1\2\3", 11, DK_NOTE_DAMAGE, "the record at byte 4 is none" },
    { "disc.sbi", "SBI\0\x50\2\x10\2\1\2\3", 11, DK_NOTE_ODD, "the Q of 1 sectors that the image does not have" },
    { "disc.sbi", "SBI\0\0\2\x10\2\1\2\3\0\2\x10\2\1\2\3", 18, DK_NOTE_ODD, "the Q of 1 sectors that" },
    { "disc.lsd", "", 0, DK_NOTE_ODD, "has 0 bytes" },
    { "disc.lsd", "\0\2\x10\1\1\1\1\1\1\1\1\1\1\1\1\0", 16, DK_NOTE_ODD, "has 16 bytes" },
    { "disc.lsd", "\0\2\x7A\1\1\1\1\1\1\1\1\1\1\1\1", 15, DK_NOTE_DAMAGE, "the record at byte 0 is none" },
};

START_TEST(tells_what_is_odd_beside)
{
    struct dk_disc *disc;

    make_disc();
    suite_file(odd[_i].name, odd[_i].bytes, odd[_i].size);
    disc = open_name("disc.cue");
    ck_assert_msg(table_has_note(&disc->notes, odd[_i].kind, odd[_i].words), "%s",
                  disc->notes.count ? disc->notes.items[0].text : "nothing is told");
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* It is too short for the disc, so that nobody knows whose the sectors are. */
START_TEST(leaves_a_short_sub_out)
{
    static uint8_t sub[COUNT][DK_SUBCHANNEL];
    struct dk_disc *disc;

    make_disc();
    make_sub(DK_SUB_LINEAR, sub);
    suite_file("disc.sub", sub, sizeof sub - 5 * DK_SUBCHANNEL);
    disc = open_name("disc.cue");
    ck_assert(table_has_note(&disc->notes, DK_NOTE_ODD, "has the subchannel of 95 sectors, and the image has 100"));
    ck_assert_str_eq(disc->mcn, "");
    dk_disc_close(disc);
}
END_TEST

/* ---- .sbi and .lsd ---- */

static const uint8_t sbi[] = { 'S', 'B', 'I',  0, /* all of Q, its relative and its absolute time */
                               0,   2,   0x10, 1, 0x41, 1, 1, 7, 6, 5, 0, 0x23, 8, 5, /* LBA 10 */
                               0,   2,   0x20, 2, 1,    2, 3,                         /* LBA 20 */
                               0,   2,   0x30, 3, 4,    5, 6 };                       /* LBA 30 */

START_TEST(takes_the_q_of_an_sbi)
{
    static const uint8_t first[10] = { 0x41, 1, 1, 7, 6, 5, 0, 0x23, 8, 5 };
    static const uint8_t second[10] = { 0x41, 1, 1, 1, 2, 3, 0, 0, 2, 0x20 };
    static const uint8_t third[10] = { 0x41, 1, 1, 0, 0, 0x30, 0, 4, 5, 6 };
    static const uint8_t *const wanted[] = { first, second, third };
    uint8_t sub[DK_SUBCHANNEL], plain[DK_SUBCHANNEL];
    struct dk_disc *disc;

    make_disc();
    suite_file("disc.sbi", sbi, sizeof sbi);
    disc = open_name("disc.cue");
    for (int i = 0; i < 3; i++) {
        const uint16_t crc = dk_q_crc(wanted[i], 10);

        read_sub(disc, 10 * (i + 1), sub);
        ck_assert_mem_eq(sub + 12, wanted[i], 10);
        ck_assert_uint_eq(sub[22], (uint8_t) ~(crc >> 8));
        ck_assert_uint_eq(sub[23], (uint8_t)~crc);
    }
    read_sub(disc, 11, sub);
    dk_sub_make(disc, 11, plain);
    ck_assert_mem_eq(sub, plain, sizeof sub);
    ck_assert_uint_eq(disc->extent_count, 8); /* three, what is between them, and the sound */
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

START_TEST(takes_the_q_of_an_lsd)
{
    static const uint8_t lsd[] = { 0, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    uint8_t sub[DK_SUBCHANNEL];
    struct dk_disc *disc;

    make_disc();
    suite_file("disc.lsd", lsd, sizeof lsd);
    disc = open_name("disc.lsd");
    read_sub(disc, 0, sub);
    ck_assert_mem_eq(sub + 12, lsd + 3, 12);
    dk_disc_close(disc);
}
END_TEST

/* ---- What Q tells ---- */

/* A sheet says nothing of the order; by its kind it would be that of the disc. */
START_TEST(puts_the_order_right)
{
    static uint8_t sub[COUNT][DK_SUBCHANNEL], image[COUNT][DK_SECTOR_RAW_SUB];
    static const char sheet[] = "FILE \"order.bin\" BINARY\n TRACK 01 MODE1/2448\n INDEX 01 00:00:00\n";
    uint8_t found[DK_SUBCHANNEL];
    struct dk_disc *disc;

    make_sub(DK_SUB_LINEAR, sub);
    for (int32_t lba = 0; lba < COUNT; lba++) {
        raw_sector(image[lba], DK_MODE1, lba, NULL, NULL);
        memcpy(image[lba] + S, sub[lba], DK_SUBCHANNEL);
    }
    suite_file("order.bin", image, sizeof image);
    suite_file("order.cue", sheet, sizeof sheet - 1);
    disc = open_name("order.cue");
    read_sub(disc, 50, found);
    ck_assert_mem_eq(found, sub[50], sizeof found);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_GUESS, "a channel after the other"));
    ck_assert_str_eq(disc->mcn, "2005911111716");
    dk_disc_close(disc);
}
END_TEST

#define ROW(point, control, minute, second, frame)                                                                     \
    "[Entry 0]\nSession=1\nPoint=" #point "\nControl=" #control "\nPMin=" #minute "\nPSec=" #second "\nPFrame=" #frame \
    "\n"

/* Without INDEX 0 the gap would be the data track's. */
START_TEST(a_clonecd_sheet_without_index_0_has_the_gap_of_its_sub)
{
    static uint8_t sub[COUNT][DK_SUBCHANNEL];
    static const char sheet[] = "[CloneCD]\n" ROW(0xa2, 0, 0, 3, 25) ROW(1, 4, 0, 2, 0) ROW(2, 0, 0, 2, 60);
    struct dk_disc *disc;

    make_image("gap.img");
    make_sub(DK_SUB_LINEAR, sub);
    suite_file("gap.sub", sub, sizeof sub);
    suite_file("gap.ccd", sheet, sizeof sheet - 1);
    disc = open_name("gap.ccd");
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+40 stored 2352\n"
                                       "1/2 audio 60+40 stored 2352 pregap 20 USRC17607839\nout 100\n");
    ck_assert_str_eq(disc->mcn, "2005911111716");
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* Bytes that belong to no track hide from the offsets how the gap is stored: Q at the offset is that of INDEX 00. */
START_TEST(a_media_descriptor_has_the_gap_that_its_q_tells)
{
    static uint8_t sub[COUNT][DK_SUBCHANNEL], image[COUNT + 2][DK_SECTOR_RAW_SUB], mds[MDS_BUILT_MAX];
    const struct mds_built built = {
        .lead_outs = { COUNT },
        .tracks = { { 1, 1, 0xAA, 2448, 0, 0, 150, GAP_AT },
                    { 2, 1, 0xA9, 2448, SOUND_AT, (GAP_AT + 1) * 2448, SOUND_AT - GAP_AT, COUNT - SOUND_AT } },
        .names = { "*.mdf" },
    };
    struct dk_disc *disc;

    make_sub(DK_SUB_INTERLEAVED, sub);
    for (int32_t lba = 0; lba < COUNT; lba++) {
        uint8_t *sector = image[lba < GAP_AT ? lba : lba + 1];

        if (lba < GAP_AT)
            raw_sector(sector, DK_MODE1, lba, NULL, NULL);
        else
            raw_audio_sector(sector, lba);
        memcpy(sector + S, sub[lba], DK_SUBCHANNEL);
    }
    suite_file("q.mdf", image, sizeof image);
    suite_file("q.mds", mds, mds_build(&built, mds));
    disc = open_name("q.mdf");
    ck_assert_str_eq(disc->format, "mds");
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+40 stored 2448\n"
                                       "1/2 audio 60+40 stored 2448 pregap 20 USRC17607839\nout 100\n");
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* In UTF-16, as some programs write text, with and without a mark. */
START_TEST(a_clonecd_sheet_may_be_in_utf16)
{
    static const char sheet[] = "[CloneCD]\n" ROW(0xa2, 0, 0, 3, 25) ROW(1, 4, 0, 2, 0) ROW(2, 0, 0, 2, 60);
    static uint8_t wide[2 * sizeof sheet];
    const size_t mark = _i & 1 ? 2 : 0;
    const bool big = _i & 2;
    struct dk_disc *disc;

    make_image("wide.img");
    wide[!big] = 0xFE;
    wide[big] = 0xFF;
    for (size_t i = 0; i < sizeof sheet - 1; i++) {
        wide[mark + 2 * i + big] = (uint8_t)sheet[i];
        wide[mark + 2 * i + !big] = 0;
    }
    suite_file("wide.ccd", wide, mark + 2 * (sizeof sheet - 1));
    disc = open_name("wide.ccd");
    ck_assert_str_eq(disc->format, "ccd");
    ck_assert_uint_eq(disc->track_count, 2);
    dk_disc_close(disc);
}
END_TEST

static void add_files(TCase *test_case)
{
    tcase_add_loop_test(test_case, takes_a_sub_in_either_order, 0, 2);
    tcase_add_loop_test(test_case, tells_what_is_odd_beside, 0, sizeof odd / sizeof *odd);
    tcase_add_test(test_case, leaves_a_short_sub_out);
    tcase_add_test(test_case, takes_the_q_of_an_sbi);
    tcase_add_test(test_case, takes_the_q_of_an_lsd);
}

static void add_q(TCase *test_case)
{
    tcase_add_test(test_case, puts_the_order_right);
    tcase_add_test(test_case, a_clonecd_sheet_without_index_0_has_the_gap_of_its_sub);
    tcase_add_test(test_case, a_media_descriptor_has_the_gap_that_its_q_tells);
    tcase_add_loop_test(test_case, a_clonecd_sheet_may_be_in_utf16, 0, 4);
}

int main(void)
{
    return suite_run("side", (const struct suite_case[]){ { "files", add_files }, { "q", add_q }, { NULL, NULL } });
}
