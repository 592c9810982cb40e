/* CHD files that are wrecked at each of their fields, in their map, and in what their metadata say. */
#include "support/chd_builder.h"
#include "support/suite.h"
#include "support/table.h"
#include "support/wrecks.h"

#include <stdlib.h>
#include <string.h>

enum { METADATA = 124, HUNK_0 = 141, HUNK_1 = 159, HUNK_2 = 176, MAP = 2224, BITS = MAP + 16 };

static const uint8_t lzma_a[] = { 0x00, 0x20, 0xEF, 0xFB, 0xBF, 0xFE, 0xA3, 0xB1, 0x5E,
                                  0xE5, 0xF8, 0x3F, 0xB2, 0xA8, 0x81, 0x93, 0x96, 0x00 };
static const uint8_t deflate_a[] = { 0x73, 0x74, 0x1C, 0x05, 0xA3, 0x60, 0x14, 0x8C, 0x82,
                                     0x51, 0x30, 0x0A, 0x46, 0xC1, 0x48, 0x03, 0x00 };

/* A by LZMA, A by deflate, P stored, P as a copy. */
static struct chd_built four(void)
{
    return (struct chd_built){
        .codecs = "lzmazlib",
        .logical_size = 4 * 2048,
        .hunk_size = 2048,
        .unit_size = 2048,
        .metadata = { "DVD " },
        .hunks = { { 0, lzma_a, sizeof lzma_a, 0, block_a },
                   { 1, deflate_a, sizeof deflate_a, 0, block_a },
                   { 4, block_p(), 2048, 0, block_p() },
                   { 5, NULL, 0, 2, NULL } },
        .hunk_count = 4,
    };
}

static struct built build(const struct chd_built *from)
{
    struct built built = { 0 };
    uint8_t *file = malloc(CHD_BUILT_MAX);

    built_add(&built, file, chd_build(from, file));
    free(file);
    return built;
}

/* ---- Fields ---- */

static const struct wreck wrecks[] = {
    { "another letter in the magic", 7, "d", 1, "no image that is known", NULL, NULL },
    { "a header of 4 GiB", 8, "\xFF\xFF\xFF\xFF", 4, "version 5 has 124 bytes", "4294967295", NULL },
    { "the header of version 4", 8, "\0\0\0\x6C", 4, "version 5 has 124 bytes", "108", NULL },
    { "version 0", 12, "\0\0\0\0", 4, "version 0", "1 to 5", NULL },
    { "version 6", 12, "\0\0\0\6", 4, "version 6", "1 to 5", NULL },
    { "a codec that nobody knows", 16, "zl\1b", 4, "codec zl\\x01b", "slot 0", NULL },
    { "a laserdisc's codec", 20, "avhu", 4, "laserdisc", "chdman", NULL },
    { "a codec of CDs for sectors of a DVD", 16, "cdlz", 4, "2048 bytes", "frames of 2448", NULL },
    { "no bytes", 32, "\0\0\0\0\0\0\0\0", 8, "the size of what it holds", NULL, NULL },
    { "the most bytes", 32, "\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "hunks, more than any disc has", NULL, NULL },
    { "more bytes than that", 32, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "the size of what it holds", NULL, NULL },
    { "more hunks than the map can say", 32, "\0\0\0\x10\0\0\0\0", 8, "a map of 20 bytes cannot", "33554432", NULL },
    { "a hunk more than the map has", 32, "\0\0\0\0\0\0\x28\0", 8, "the map at byte 2224", "hunk", NULL },
    { "a map past the end", 40, "\0\0\0\0\0\1\0\0", 8, "should be at byte 65536", "cut short", NULL },
    { "a map at the largest offset", 40, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "18446744073709551615", NULL, NULL },
    { "metadata past the end", 48, "\0\0\0\0\0\1\0\0", 8, "metadata", "byte 65536", NULL },
    { "metadata at the largest offset", 48, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "metadata", "past its end", NULL },
    { "hunks of 0 bytes", 56, "\0\0\0\0", 4, "hunks of 0 bytes", NULL, NULL },
    { "hunks of 4 GiB", 56, "\xFF\xFF\xFF\xFF", 4, "hunks of 4294967295 bytes", NULL, NULL },
    { "hunks of no whole number of units", 56, "\0\0\x08\1", 4, "2049 bytes", "no whole number of units", NULL },
    { "units of 0 bytes", 60, "\0\0\0\0", 4, "units of 0", NULL, NULL },
    { "a parent that is not there", 104, "\xAB\xCD", 2, "SHA-1 is abcd0000", "none beside it", NULL },
    { "metadata that lead to themselves", METADATA + 8, "\0\0\0\0\0\0\0\x7C", 8, "comes back to byte 124", NULL, NULL },
    { "metadata that lead past the end", METADATA + 8, "\0\0\0\0\0\1\0\0", 8, "byte 65536", NULL, NULL },
    { "metadata of 16 MiB", METADATA + 5, "\xFF\xFF\xFF", 3, "metadata at byte 124", "16777215", NULL },
    { "metadata that nobody knows", METADATA, "ABCD", 4, NULL, NULL, "AAPP" },
    { "a hard disk", METADATA, "GDDD", 4, "a hard disk", "chdman extracthd", NULL },
    { "a laserdisc", METADATA, "AVAV", 4, "a laserdisc", NULL, NULL },
    { "a CD without tracks", METADATA, "CHCD", 4, "table of tracks at byte 140", "cut short", NULL },
    { "a hunk of LZMA that is damaged", HUNK_0 + 4, "\0", 1, NULL, NULL, "!APP" },
    { "a hunk of deflate that is damaged", HUNK_1 + 2, "\0", 1, NULL, NULL, "A!PP" },
    { "a hunk with another byte", HUNK_2 + 7, "\0", 1, NULL, NULL, "AA!!" },
    { "a map longer than the file", MAP, "\0\0\1\0", 4, "the map at byte 2224", "256 bytes", NULL },
    { "a map of 4 GiB", MAP, "\xFF\xFF\xFF\xFF", 4, "4294967295 bytes", NULL, NULL },
    { "a map that runs out", MAP, "\0\0\0\x09", 4, "the map at byte 2224 ends or goes wrong at hunk", NULL, NULL },
    { "a map that runs out in its tree", MAP, "\0\0\0\1", 4, "begins with no tree", NULL, NULL },
    { "hunks from another byte on", MAP + 4, "\0\0\0\0\0\x8C", 6, "the map at byte 2224 is damaged", "CRC", NULL },
    { "a wrong CRC of the map", MAP + 10, "\0\0", 2, "CRC should be 0000", NULL, NULL },
    { "lengths of 25 bits", MAP + 12, "\x19", 1, "numbers of 25, 32 and 32 bits", NULL, NULL },
    { "copies of 33 bits", MAP + 13, "\x21", 1, "24, 33 and 32", NULL, NULL },
    { "units of 49 bits", MAP + 14, "\x31", 1, "32 and 49 bits", NULL, NULL },
    { "a tree with too many short codes", BITS, "\x22\x22\x22\x22", 4, "begins with no tree of codes", NULL, NULL },
    { "a tree of three codes of one bit", BITS, "\x11\x11\x11\x10\xD0", 5, "begins with no tree of codes", NULL, NULL },
    { "a tree without a code", BITS, "\x10\xD0", 2, "goes wrong at hunk 0", NULL, NULL },
};

START_TEST(wreck_is_told_with_its_place)
{
    const struct chd_built from = four();
    struct built built = build(&from);

    ck_assert_uint_eq(chd_built_map_at(built.bytes), MAP);
    wrecks_check(&wrecks[_i], &built, "wreck.chd");
    built_free(&built);
}
END_TEST

/* ---- Maps that are whole, and say what can't be ---- */

static const struct {
    struct chd_built_hunk hunk; /* in the place of the last */
    const char *note, *sectors;
} entries[] = {
    { { 5, NULL, 0, 3, NULL }, "1 of 4 hunks, the first of them 3", "AAP!" },
    { { 5, NULL, 0, 4, NULL }, "1 of 4 hunks", "AAP!" },
    { { 5, NULL, 0, 0xFFFFFFFF, NULL }, "1 of 4 hunks", "AAP!" },
    { { 6, NULL, 0, 0, NULL }, "1 of 4 hunks", "AAP!" },
    { { 0, lzma_a, 0, 0, block_a }, NULL, "AAP!" },
    { { 2, lzma_a, sizeof lzma_a, 0, block_a }, NULL, "AAP!" },
    { { 0, lzma_a, sizeof lzma_a - 3, 0, block_a }, NULL, "AAP!" },
    { { 1, deflate_a, sizeof deflate_a - 1, 0, block_a }, NULL, "AAP!" },
    { { 0, lzma_a, sizeof lzma_a, 0, (const uint8_t[2048]){ 0 } }, NULL, "AAP!" },
};

START_TEST(an_entry_that_cannot_be_costs_its_hunk_alone)
{
    struct chd_built from = four();
    struct built built;
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    from.hunks[3] = entries[_i].hunk;
    built = build(&from);
    disc = dk_image_open(suite_file("entry.chd", built.bytes, built.size), &error);
    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(wrecks_sectors(disc), entries[_i].sectors);
    if (entries[_i].note)
        ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, entries[_i].note));
    dk_disc_close(disc);
    built_free(&built);
}
END_TEST

/* ---- Tracks ---- */

static const struct {
    const char *metadata[2];
    const char *says;
} tracks[] = {
    { { "CHT2TRACK:0 TYPE:AUDIO SUBTYPE:NONE FRAMES:4" }, "track 0" },
    { { "CHT2TRACK:100 TYPE:AUDIO SUBTYPE:NONE FRAMES:4" }, "track 100" },
    { { "CHT2TRACK:4294967297 TYPE:AUDIO SUBTYPE:NONE FRAMES:4" }, "\"TRACK:4294967297\"" },
    { { "CHT2TRACK:-1 TYPE:AUDIO SUBTYPE:NONE FRAMES:4" }, "\"TRACK:-1\"" },
    { { "CHT2TRACK:2 TYPE:AUDIO SUBTYPE:NONE FRAMES:4", "CHT2TRACK:2 TYPE:AUDIO SUBTYPE:NONE FRAMES:4" },
      "track 2 in the metadata, after 2" },
    { { "CHT2TRACK:1 TYPE:MODE3 SUBTYPE:NONE FRAMES:4" }, "\"TYPE:MODE3\"" },
    { { "CHT2TRACK:1 TYPE:AUDIO SUBTYPE:SOME FRAMES:4" }, "\"SUBTYPE:SOME\"" },
    { { "CHT2TRACK:1 SUBTYPE:NONE FRAMES:4" }, "a type that is not known" },
    { { "CHT2TRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:99999999999999999999" }, "FRAMES:9999999999" },
    { { "CHT2TRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:3 PREGAP:4 PGTYPE:VAUDIO" }, "the pregap of track 1 has 4 frames" },
    { { "CHGDTRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:3 PAD:4" }, "PAD is 4" },
    { { "CHT2TRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:4 PREGAP:2147483647" }, "beyond any disc" },
    { { "CHT2TRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:4 POSTGAP:2147483647" }, "beyond any disc" },
    { { "CHT2TRACK:1 "
        "TYPE:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA "
        "FRAMES:4" },
      "\"TYPE:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"" },
};

static struct built one_hunk_cd(const char *const *metadata)
{
    static uint8_t frames[4 * 2448], packed[4 * 2448];
    const struct chd_built from = {
        .codecs = "cdzl",
        .logical_size = sizeof frames,
        .hunk_size = sizeof frames,
        .unit_size = 2448,
        .metadata = { metadata[0], metadata[1] },
        .hunks = { { 0, packed, chd_built_cdzl(frames, 4, packed, sizeof packed), 0, frames } },
        .hunk_count = 1,
    };

    return build(&from);
}

START_TEST(tracks_that_cannot_be_are_named)
{
    struct built built = one_hunk_cd(tracks[_i].metadata);
    struct dk_error error = { 0 };

    ck_assert_ptr_null(dk_image_open(suite_file("tracks.chd", built.bytes, built.size), &error));
    ck_assert_msg(strstr(error.text, tracks[_i].says) != NULL, "%s", error.text);
    built_free(&built);
}
END_TEST

START_TEST(tracks_longer_than_the_image_are_cut)
{
    static const char *const metadata[2] = { "CHT2TRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:1000000" };
    struct built built = one_hunk_cd(metadata);
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file("long.chd", built.bytes, built.size), &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_uint_eq(disc->tracks[0].count, 4);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "should have 1000000 frames, and 4 are there"));
    dk_disc_close(disc);
    built_free(&built);
}
END_TEST

/* ---- Anything ---- */

START_TEST(anything_may_be_wrong)
{
    struct chd_built from = four();
    struct built built;

    from.hunks[2] = from.hunks[0];
    built = build(&from);
    wrecks_check_every_length(&built, "cut.chd");
    wrecks_check_every_byte(&built, "byte.chd");
    built_free(&built);
}
END_TEST

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_loop_test(test_case, an_entry_that_cannot_be_costs_its_hunk_alone, 0, sizeof entries / sizeof *entries);
    tcase_add_loop_test(test_case, tracks_that_cannot_be_are_named, 0, sizeof tracks / sizeof *tracks);
    tcase_add_test(test_case, tracks_longer_than_the_image_are_cut);
    tcase_add_test(test_case, anything_may_be_wrong);
}

int main(void)
{
    static const struct suite_case cases[] = { { "wrecks", add_wrecks }, { NULL, NULL } };

    return suite_run("chd_wrecks", cases);
}
