/* CHD: every version by recipe, the codecs of whole hunks and of CDs, where tracks go, children and their parents. */
#include "support/chd_builder.h"
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"

#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME = 2448, SUBCODE_AT = 2352, PER_HUNK = 4, HUNK = PER_HUNK * FRAME };

/* A sector of 41h, as raw deflate, LZMA without head and end, and one frame of zstd. */
static const uint8_t deflate_a[] = { 0x73, 0x74, 0x1C, 0x05, 0xA3, 0x60, 0x14, 0x8C, 0x82,
                                     0x51, 0x30, 0x0A, 0x46, 0xC1, 0x48, 0x03, 0x00 };
static const uint8_t lzma_a[] = { 0x00, 0x20, 0xEF, 0xFB, 0xBF, 0xFE, 0xA3, 0xB1, 0x5E,
                                  0xE5, 0xF8, 0x3F, 0xB2, 0xA8, 0x81, 0x93, 0x96, 0x00 };
static const uint8_t zstd_a[] = { 0x28, 0xB5, 0x2F, 0xFD, 0x60, 0x00, 0x07, 0x4D, 0x00, 0x00,
                                  0x10, 0x41, 0x41, 0x01, 0x00, 0xFB, 0xFF, 0x00, 0x0B };

static uint8_t sector_a[2048], sector_p[2048], zeros[2048];

static void fill_sectors(void)
{
    for (unsigned i = 0; i < 2048; i++) {
        sector_a[i] = 0x41;
        sector_p[i] = (uint8_t)(7 * i + (i >> 8));
    }
}

static void put(uint8_t *to, uint64_t value, unsigned width)
{
    for (unsigned i = width; i > 0; i--, value >>= 8)
        to[i - 1] = (uint8_t)value;
}

static struct dk_disc *must_open(const void *bytes, size_t size)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file("disc.chd", bytes, size), &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, "chd");
    return disc;
}

static void expect_sector(const struct dk_disc *disc, int32_t lba, const uint8_t *user)
{
    uint8_t sector[DK_SECTOR_USER];
    struct dk_error error = { 0 };

    ck_assert_msg(dk_source_read(disc->source, lba, 1, DK_FORM_USER, sector, &error) == 1, "LBA %d: %s", lba,
                  error.text);
    ck_assert_msg(memcmp(sector, user, sizeof sector) == 0, "LBA %d", lba);
}

/* ---- Versions 1 to 4 ---- */

START_TEST(version_1_and_2)
{
    const unsigned version = (unsigned)_i + 1, head = version == 1 ? 76 : 80, data = head + 24;
    uint8_t file[8192] = "MComprHD";
    struct dk_disc *disc;

    put(file + 8, head, 4);
    put(file + 12, version, 4);
    put(file + 20, 1, 4); /* zlib */
    put(file + 24, 4, 4); /* sectors a hunk */
    put(file + 28, 2, 4);
    put(file + 32, 8, 4); /* cylinders, heads, sectors */
    put(file + 36, 1, 4);
    put(file + 40, 1, 4);
    if (version == 2)
        put(file + 76, 512, 4);
    put(file + head, (uint64_t)sizeof deflate_a << 44 | data, 8);
    put(file + head + 8, 2048ULL << 44 | (data + sizeof deflate_a), 8);
    memcpy(file + head + 16, "EndOfLis", 8);
    memcpy(file + data, deflate_a, sizeof deflate_a);
    memcpy(file + data + sizeof deflate_a, sector_p, 2048);
    disc = must_open(file, data + sizeof deflate_a + 2048);
    expect_sector(disc, 0, sector_a);
    expect_sector(disc, 1, sector_p);
    ck_assert_int_eq(dk_disc_end(disc), 2);
    dk_disc_close(disc);
}
END_TEST

/* Four hunks: stored, eight bytes again and again, packed, the first once more. */
static size_t build_v3(unsigned version, uint8_t *file)
{
    const unsigned head = version == 3 ? 120 : 108, data = head + 80;
    uint8_t *map = file + head;

    memcpy(file, "MComprHD", 8);
    put(file + 8, head, 4);
    put(file + 12, version, 4);
    put(file + 20, 2, 4);
    put(file + 24, 4, 4);
    put(file + 28, 8192, 8);
    put(file + (version == 3 ? 76 : 44), 2048, 4);
    put(map, data, 8);
    put(map + 8, 0x23D5FC2E, 4);
    put(map + 12, 0x0800, 2);
    map[15] = 2 | 0x10;
    memset(map + 16, 0x41, 8);
    put(map + 24, 0xD5DF2039, 4);
    map[31] = 3;
    put(map + 32, data + 2048, 8);
    put(map + 40, 0xD5DF2039, 4);
    put(map + 44, sizeof deflate_a, 2);
    map[47] = 1;
    map[63] = 4;
    memcpy(map + 64, "EndOfListCookie", 16);
    memcpy(file + data, sector_p, 2048);
    memcpy(file + data + 2048, deflate_a, sizeof deflate_a);
    return data + 2048 + sizeof deflate_a;
}

START_TEST(version_3_and_4)
{
    uint8_t file[8192] = { 0 };
    struct dk_disc *disc = must_open(file, build_v3((unsigned)_i + 3, file));

    expect_sector(disc, 0, sector_p);
    expect_sector(disc, 1, sector_a);
    expect_sector(disc, 2, sector_a);
    expect_sector(disc, 3, sector_p);
    ck_assert_int_eq(dk_disc_end(disc), 4);
    dk_disc_close(disc);
}
END_TEST

START_TEST(a_wrong_crc_32_names_the_hunk)
{
    uint8_t file[8192] = { 0 }, sector[2048];
    const size_t size = build_v3(4, file);
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    file[108 + 32 + 11] ^= 1;
    disc = must_open(file, size);
    expect_sector(disc, 1, sector_a);
    ck_assert_uint_eq(dk_source_read(disc->source, 2, 1, DK_FORM_USER, sector, &error), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "hunk 2"));
    ck_assert_ptr_nonnull(strstr(error.text, "D5DF2038"));
    dk_disc_close(disc);
}
END_TEST

/* ---- Version 5 ---- */

START_TEST(version_5_without_compression)
{
    uint8_t file[3 * 2048] = "MComprHD\0\0\0\x7C\0\0\0\5";
    struct dk_disc *disc;

    put(file + 32, 6144, 8);
    put(file + 40, 124, 8);
    put(file + 56, 2048, 4);
    put(file + 60, 2048, 4);
    put(file + 124, 1, 4);
    put(file + 132, 2, 4);
    memcpy(file + 2048, sector_a, 2048);
    memcpy(file + 4096, sector_p, 2048);
    disc = must_open(file, sizeof file);
    expect_sector(disc, 0, sector_a);
    expect_sector(disc, 1, zeros);
    expect_sector(disc, 2, sector_p);
    dk_disc_close(disc);
}
END_TEST

/* 179 bytes that chdman verifies: a DVD of one sector, in the slot of deflate. */
START_TEST(a_file_of_179_bytes)
{
    uint8_t file[179] = "MComprHD\0\0\0\x7C\0\0\0\5lzmazlib";
    struct dk_disc *disc;

    put(file + 32, 2048, 8);
    put(file + 40, 158, 8);
    put(file + 48, 124, 8);
    put(file + 56, 2048, 4);
    put(file + 60, 2048, 4);
    memcpy(file + 124, "DVD \1\0\0\1", 8);
    memcpy(file + 141, deflate_a, sizeof deflate_a);
    memcpy(file + 158, "\0\0\0\5\0\0\0\0\0\x8D\x82\xCE\5\0\0\0\x14\xD1\x8A\x13\xE8", 21);
    disc = must_open(file, sizeof file);
    ck_assert_int_eq(disc->medium, DK_MEDIUM_DVD);
    expect_sector(disc, 0, sector_a);
    dk_disc_close(disc);
}
END_TEST

/* The same sector by three codecs, one stored, and copies of them. */
static struct chd_built dvd(void)
{
    return (struct chd_built){
        .codecs = "lzmazlibhuffzstd",
        .logical_size = 6 * 2048,
        .hunk_size = 2048,
        .unit_size = 2048,
        .metadata = { "DVD " },
        .hunks = { { 0, lzma_a, sizeof lzma_a, 0, sector_a },
                   { 1, deflate_a, sizeof deflate_a, 0, sector_a },
                   { 3, zstd_a, sizeof zstd_a, 0, sector_a },
                   { 4, sector_p, 2048, 0, sector_p },
                   { 5, NULL, 0, 3, NULL },
                   { 5, NULL, 0, 4, NULL } },
        .hunk_count = 6,
    };
}

START_TEST(codecs_of_whole_hunks)
{
    const struct chd_built built = dvd();
    uint8_t *file = malloc(CHD_BUILT_MAX);
    struct dk_disc *disc = must_open(file, chd_build(&built, file));

    for (int32_t lba = 0; lba < 6; lba++)
        expect_sector(disc, lba, lba < 3 ? sector_a : sector_p);
    dk_disc_close(disc);
    free(file);
}
END_TEST

START_TEST(a_child_with_its_parent_beside_it)
{
    static const uint8_t name[20] = "the parent's SHA-1!";
    struct chd_built built = dvd(), child = { .codecs = "zlib",
                                              .logical_size = 4 * 2048,
                                              .hunk_size = 2048,
                                              .unit_size = 2048,
                                              .metadata = { "DVD " },
                                              .hunks = { { 6, NULL, 0, 5, NULL },
                                                         { 1 - 1, deflate_a, sizeof deflate_a, 0, sector_a },
                                                         { 6, NULL, 0, 3, NULL },
                                                         { 6, NULL, 0, 0, NULL } },
                                              .hunk_count = 4,
                                              .parent = name };
    uint8_t *file = malloc(CHD_BUILT_MAX);
    struct dk_disc *disc;

    built.total = name;
    suite_file("mother.CHD", file, chd_build(&built, file));
    disc = must_open(file, chd_build(&child, file));
    expect_sector(disc, 0, sector_p);
    expect_sector(disc, 1, sector_a);
    expect_sector(disc, 2, sector_p);
    expect_sector(disc, 3, sector_a);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_GUESS, "mother.CHD is the parent"));
    dk_disc_close(disc);
    free(file);
}
END_TEST

/* ---- CDs ---- */

static uint8_t frames[CHD_BUILT_HUNKS][HUNK];
static uint8_t packed[CHD_BUILT_HUNKS][HUNK];

static void put_frame(size_t frame, enum dk_mode mode, unsigned stored, int32_t lba)
{
    uint8_t raw[DK_SECTOR_RAW], *to = frames[frame / PER_HUNK] + frame % PER_HUNK * FRAME;

    memset(to, 0, FRAME);
    if (mode == DK_AUDIO)
        raw_audio_sector(raw, lba);
    else
        raw_sector(raw, mode, lba, lba % 2 ? sector_p : sector_a, NULL);
    (void)raw_cut(raw, mode, stored, NULL, DK_SUB_INTERLEAVED, to);
    for (size_t i = 0; mode == DK_AUDIO && i < DK_SECTOR_RAW; i += 2) {
        const uint8_t low = to[i];

        to[i] = to[i + 1];
        to[i + 1] = low;
    }
}

static void expect_raw(const struct dk_disc *disc, int32_t lba, enum dk_mode mode)
{
    uint8_t raw[DK_SECTOR_RAW], sector[DK_SECTOR_RAW];
    struct dk_error error = { 0 };

    if (mode == DK_AUDIO)
        raw_audio_sector(raw, lba);
    else
        raw_sector(raw, mode, lba, lba % 2 ? sector_p : sector_a, NULL);
    ck_assert_msg(dk_source_read(disc->source, lba, 1, DK_FORM_RAW, sector, &error) == 1, "LBA %d: %s", lba,
                  error.text);
    ck_assert_msg(memcmp(sector, raw, sizeof raw) == 0, "LBA %d", lba);
}

static void pack_frames(struct chd_built *built, size_t hunks)
{
    for (size_t i = 0; i < hunks; i++)
        built->hunks[i] =
            (struct chd_built_hunk){ 0, packed[i], chd_built_cdzl(frames[i], PER_HUNK, packed[i], sizeof packed[i]), 0,
                                     frames[i] };
    built->hunk_count = hunks;
    built->logical_size = hunks * HUNK;
}

/*
 * Six frames of data, which take eight; ten of audio of which four are its pregap; three of audio, with a pregap of
 * five that no frame holds.
 */
static struct chd_built mixed(void)
{
    struct chd_built built = {
        .codecs = "cdzl",
        .hunk_size = HUNK,
        .unit_size = FRAME,
        .metadata = { "CHT2TRACK:1 TYPE:MODE1_RAW SUBTYPE:NONE FRAMES:6 PREGAP:0 PGTYPE:MODE1 PGSUB:NONE POSTGAP:0",
                      "CHT2TRACK:2 TYPE:AUDIO SUBTYPE:NONE FRAMES:10 PREGAP:4 PGTYPE:VAUDIO PGSUB:NONE POSTGAP:0",
                      "CHT2TRACK:3 TYPE:AUDIO SUBTYPE:NONE FRAMES:3 PREGAP:5 PGTYPE:MODE1 PGSUB:NONE POSTGAP:2" },
    };

    memset(frames, 0, sizeof frames);
    for (int32_t i = 0; i < 6; i++)
        put_frame((size_t)i, DK_MODE1, 2352, i);
    for (int32_t i = 0; i < 10; i++)
        put_frame((size_t)i + 8, DK_AUDIO, 2352, 6 + i);
    for (int32_t i = 0; i < 3; i++)
        put_frame((size_t)i + 20, DK_AUDIO, 2352, 21 + i);
    pack_frames(&built, 6);
    return built;
}

START_TEST(tracks_of_a_cd_go_where_they_belong)
{
    const struct chd_built built = mixed();
    uint8_t *file = malloc(CHD_BUILT_MAX);
    struct dk_disc *disc = must_open(file, chd_build(&built, file));

    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+6 stored 2352\n"
                                       "1/2 audio 10+6 stored 2352 pregap 4\n"
                                       "1/3 audio 21+3 stored 2352 pregap 5 postgap 2\n"
                                       "out 26\n");
    for (int32_t lba = 0; lba < 24; lba++)
        if (lba < 16 || lba >= 21)
            expect_raw(disc, lba, lba < 6 ? DK_MODE1 : DK_AUDIO);
    dk_disc_close(disc);
    free(file);
}
END_TEST

START_TEST(sectors_that_keep_less_than_all)
{
    static const struct {
        const char *metadata;
        enum dk_mode mode;
        unsigned stored;
    } kinds[] = {
        { "CHT2TRACK:1 TYPE:MODE1 SUBTYPE:NONE FRAMES:4 PREGAP:0 PGTYPE:MODE1 PGSUB:NONE POSTGAP:0", DK_MODE1, 2048 },
        { "CHT2TRACK:1 TYPE:MODE2 SUBTYPE:NONE FRAMES:4 PREGAP:0 PGTYPE:MODE1 PGSUB:NONE POSTGAP:0", DK_MODE2_FORM1,
          2336 },
        { "CHTRTRACK:1 TYPE:MODE2_FORM1 SUBTYPE:NONE FRAMES:4", DK_MODE2_FORM1, 2048 },
        { "CHTRTRACK:1 TYPE:MODE2_RAW SUBTYPE:NONE FRAMES:4", DK_MODE2_FORM1, 2352 },
    };
    uint8_t *file = malloc(CHD_BUILT_MAX);

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct chd_built built = {
            .codecs = "cdzl", .hunk_size = HUNK, .unit_size = FRAME, .metadata = { kinds[i].metadata }
        };
        struct dk_disc *disc;

        for (int32_t lba = 0; lba < 4; lba++)
            put_frame((size_t)lba, kinds[i].mode, kinds[i].stored, lba);
        pack_frames(&built, 1);
        disc = must_open(file, chd_build(&built, file));
        ck_assert_int_eq(disc->tracks[0].mode, kinds[i].mode);
        ck_assert_uint_eq(disc->tracks[0].stored, kinds[i].stored);
        for (int32_t lba = 0; lba < 4; lba++)
            expect_sector(disc, lba, lba % 2 ? sector_p : sector_a);
        dk_disc_close(disc);
    }
    free(file);
}
END_TEST

START_TEST(a_gd_rom_has_two_areas)
{
    struct chd_built built = {
        .codecs = "cdzl",
        .hunk_size = HUNK,
        .unit_size = FRAME,
        .metadata = { "CHGDTRACK:1 TYPE:MODE1_RAW SUBTYPE:NONE FRAMES:8 PAD:4 PREGAP:0 PGTYPE:MODE1 PGSUB:NONE "
                      "POSTGAP:0",
                      "CHGDTRACK:2 TYPE:AUDIO SUBTYPE:NONE FRAMES:4 PAD:0 PREGAP:44988 PGTYPE:MODE1 PGSUB:NONE "
                      "POSTGAP:0",
                      "CHGDTRACK:3 TYPE:MODE1_RAW SUBTYPE:NONE FRAMES:4 PAD:0 PREGAP:0 PGTYPE:MODE1 PGSUB:NONE "
                      "POSTGAP:0" },
    };
    uint8_t *file = malloc(CHD_BUILT_MAX);
    struct dk_disc *disc;

    memset(frames, 0, sizeof frames);
    for (int32_t i = 0; i < 4; i++) {
        put_frame((size_t)i, DK_MODE1, 2352, i);
        put_frame((size_t)i + 8, DK_AUDIO, 2352, 44996 + i);
        put_frame((size_t)i + 12, DK_MODE1, 2352, 45000 + i);
    }
    pack_frames(&built, 4);
    disc = must_open(file, chd_build(&built, file));
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+4 stored 2352\n"
                                       "1/2 audio 44996+4 stored 2352 pregap 44992\n"
                                       "out 45000\n"
                                       "2/3 mode1 45000+4 stored 2352\n"
                                       "out 45004\n");
    dk_disc_close(disc);
    free(file);
}
END_TEST

START_TEST(a_damaged_hunk_is_named_with_its_lbas)
{
    const struct chd_built built = mixed();
    uint8_t *file = malloc(CHD_BUILT_MAX), sector[DK_SECTOR_RAW];
    const size_t size = chd_build(&built, file);
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    memset(file + chd_built_map_at(file) - built.hunks[5].size, 0xFF, 1); /* a bit set for a frame of audio */
    disc = must_open(file, size);
    ck_assert_uint_eq(dk_source_read(disc->source, 21, 1, DK_FORM_RAW, sector, &error), 0);
    ck_assert_int_eq(error.kind, DK_ERROR_DAMAGED);
    ck_assert_ptr_nonnull(strstr(error.text, "hunk 5, LBA 21 to 23"));
    ck_assert_ptr_nonnull(strstr(error.text, "CRC"));
    ck_assert_uint_eq(dk_source_read(disc->source, 6, 1, DK_FORM_RAW, sector, &error), 1);
    dk_disc_close(disc);
    free(file);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, fill_sectors, NULL);
    tcase_add_loop_test(tests, version_1_and_2, 0, 2);
    tcase_add_loop_test(tests, version_3_and_4, 0, 2);
    tcase_add_test(tests, a_wrong_crc_32_names_the_hunk);
    tcase_add_test(tests, version_5_without_compression);
    tcase_add_test(tests, a_file_of_179_bytes);
    tcase_add_test(tests, codecs_of_whole_hunks);
    tcase_add_test(tests, a_child_with_its_parent_beside_it);
    tcase_add_test(tests, tracks_of_a_cd_go_where_they_belong);
    tcase_add_test(tests, sectors_that_keep_less_than_all);
    tcase_add_test(tests, a_gd_rom_has_two_areas);
    tcase_add_test(tests, a_damaged_hunk_is_named_with_its_lbas);
}

int main(void)
{
    static const struct suite_case cases[] = { { "chd", add_tests }, { NULL, NULL } };

    return suite_run("chd", cases);
}
