/* MagicISO's images, by recipe: blocks, Nero images and sheets inside, and what must come of wrecks. */
#include "support/nrg_builder.h"
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"
#include "support/wrecks.h"

#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { TRAILER = 64, P_AT = 23, TABLE_AT = P_AT + 2048 };

struct entry {
    uint64_t offset;
    uint32_t length, sector, sectors, type;
};

static void add_zlib(struct built *built, const void *bytes, size_t size)
{
    uint8_t packed[4096];
    uLongf length = sizeof packed;

    ck_assert_int_eq(compress2(packed, &length, bytes, size, 9), Z_OK);
    built_add(built, packed, length);
}

/* A chunk: its size, which counts the two numbers behind it, then a zlib stream behind `extra` bytes. */
static void add_chunk(struct built *built, const char *sign, uint32_t number, const void *bytes, size_t size,
                      size_t extra)
{
    struct built packed = { 0 };

    add_zlib(&packed, bytes, size);
    built_add(built, sign, 4);
    built_le(built, 8 + extra + (size ? packed.size : 0), 4);
    built_le(built, 1, 4);
    built_le(built, number, 4);
    built_add(built, NULL, extra);
    if (size)
        built_add(built, packed.bytes, packed.size);
    built_free(&packed);
}

static void add_table(struct built *built, const struct entry *entries, size_t count)
{
    struct built table = { 0 };

    for (size_t i = 0; i < count; i++) {
        built_le(&table, entries[i].offset, 8);
        built_le(&table, entries[i].length, 4);
        built_le(&table, entries[i].sector, 4);
        built_le(&table, entries[i].sectors, 4);
        built_le(&table, entries[i].type, 4);
    }
    add_chunk(built, "blhr", (uint32_t)count, table.bytes, table.size, 0);
    built_free(&table);
}

static void add_trailer(struct built *built, unsigned type, uint32_t sectors, uint32_t sector_size, uint64_t table_at)
{
    built_add(built, "bbis", 4);
    built_le(built, TRAILER, 4);
    built_le(built, 1, 2);
    built_le(built, type, 2);
    built_le(built, 0, 4);
    built_le(built, sectors, 4);
    built_le(built, sector_size, 4);
    built_le(built, 0, 4);
    built_le(built, table_at, 8);
    built_le(built, built->size - table_at + 28, 4);
    built_add(built, NULL, 24);
}

/* zlib A, P; then what `entries` make of them. */
static struct built build_of(const struct entry *entries, size_t count, uint32_t sectors)
{
    struct built built = { 0 };

    built_hex(&built, block_a_zlib);
    built_add(&built, block_p(), 2048);
    add_table(&built, entries, count);
    add_trailer(&built, 8, sectors, 2048, TABLE_AT);
    return built;
}

static const struct entry two[] = { { 0, 23, 0, 1, 5 }, { P_AT, 2048, 1, 1, 1 } };

static void expect_sectors(const struct built *built, const char *sectors, const char *note)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file("disc.uif", built->bytes, built->size), &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, "uif");
    ck_assert_str_eq(wrecks_sectors(disc), sectors);
    if (note)
        ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, note));
    else
        ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 0);
    dk_disc_close(disc);
}

START_TEST(zlib_and_plain_blocks)
{
    struct built built = build_of(two, 2, 2);

    expect_sectors(&built, "AP", NULL);
    built_free(&built);
}
END_TEST

/* Zeros; a plain block that is shorter than what it gives; the same bytes are never in two blocks. */
START_TEST(zeros_and_short_blocks)
{
    static const struct entry entries[] = {
        { 0, 23, 0, 1, 5 }, { 0, 0, 1, 2, 3 }, { P_AT, 2048, 3, 2, 1 }, { 0, 0, 5, 1, 3 }
    };
    struct built built = build_of(entries, 4, 6);

    expect_sectors(&built, "A00P00", NULL);
    built_free(&built);
}
END_TEST

START_TEST(sectors_in_no_block_are_told)
{
    static const struct entry entries[] = { { 0, 23, 1, 1, 5 }, { P_AT, 2048, 3, 1, 1 } };
    struct built built = build_of(entries, 2, 5);

    expect_sectors(&built, "0A0P0", "no block for the sectors 2 to 2");
    expect_sectors(&built, "0A0P0", "no block for the sectors 4 to 4");
    built_free(&built);
}
END_TEST

/* ---- Mixed images ---- */

/* `image` as blocks of one sector each, and what lies behind them. */
static struct built build_mixed(const uint8_t *image, uint32_t sectors, uint32_t sector_size, const char *sheet)
{
    struct entry entries[64];
    struct built built = { 0 };
    uint64_t table_at;

    ck_assert_uint_le(sectors, 64);
    for (uint32_t i = 0; i < sectors; i++) {
        entries[i] = (struct entry){ .offset = built.size, .sector = i, .sectors = 1, .type = 5 };
        add_zlib(&built, image + (size_t)i * sector_size, sector_size);
        entries[i].length = (uint32_t)(built.size - entries[i].offset);
    }
    table_at = built.size;
    add_table(&built, entries, sectors);
    add_chunk(&built, "blms", 3, "abc", 3, 0);
    add_chunk(&built, "blss", sheet ? (uint32_t)strlen(sheet) : 0, sheet, sheet ? strlen(sheet) : 0, 4);
    add_trailer(&built, 9, sectors, sector_size, table_at);
    return built;
}

static struct dk_disc *opened(const struct built *built)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file("mixed.uif", built->bytes, built->size), &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, "uif");
    return disc;
}

/* Its footer ends within a sector of the payload, and not within the last. */
START_TEST(a_nero_image_inside)
{
    uint8_t *data = raw_image(NULL, 10, DK_MODE1, 0, 2352), *audio = raw_audio_image(10, 10, 2352);
    struct nrg_part part = { .code = 0, .lba1 = 0, .index1 = 0, .end = 10 * 2352, .stored = 2352 };
    struct nrg_builder nero;
    struct built built;
    struct dk_disc *disc;

    nrg_builder_start(&nero, 2);
    nrg_builder_data(&nero, data, 10 * 2352);
    nrg_builder_data(&nero, audio, 10 * 2352);
    part.index0 = 0;
    part.code = 5;
    part.control = 0x41;
    nrg_builder_cue(&nero,
                    (struct nrg_part[]){ part,
                                         { .code = 7,
                                           .control = 1,
                                           .stored = 2352,
                                           .index0 = 10 * 2352,
                                           .index1 = 10 * 2352,
                                           .end = 20 * 2352,
                                           .lba0 = 10,
                                           .lba1 = 10 } },
                    2, 1, 20);
    nrg_builder_dao(&nero,
                    (struct nrg_part[]){ part,
                                         { .code = 7,
                                           .control = 1,
                                           .stored = 2352,
                                           .index0 = 10 * 2352,
                                           .index1 = 10 * 2352,
                                           .end = 20 * 2352,
                                           .lba0 = 10,
                                           .lba1 = 10 } },
                    2, 1, NULL);
    nrg_builder_sinf(&nero, 2);
    nrg_builder_end(&nero, 20 * 2352);
    nrg_builder_data(&nero, NULL, 2 * 2048 - nero.size % 2048);
    built = build_mixed(nero.bytes, (uint32_t)(nero.size / 2048), 2048, NULL);
    disc = opened(&built);
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+10 stored 2352\n1/2 audio 10+10 stored 2352\nout 20\n");
    ck_assert_uint_eq(disc->missing_count, 0);
    dk_disc_close(disc);
    built_free(&built);
    nrg_builder_free(&nero);
    free(data);
    free(audio);
}
END_TEST

static const char sheet[] = "FILE \"C:\\Images\\disc.bin\" BINARY\r\n  TRACK 01 MODE1/2352\r\n    INDEX 01 00:00:00\r\n"
                            "  TRACK 02 AUDIO\r\n    INDEX 01 00:00:10\r\n";

START_TEST(a_sheet_inside)
{
    uint8_t *image = raw_image(NULL, 20, DK_MODE1, 0, 2352), *audio = raw_audio_image(10, 10, 2352);
    uint8_t sector[2352];
    struct dk_error error;
    struct built built;
    struct dk_disc *disc;

    memcpy(image + 10 * 2352, audio, 10 * 2352);
    built = build_mixed(image, 20, 2352, sheet);
    suite_file("disc.bin", "another", 7); /* what lies beside it is not meant */
    disc = opened(&built);
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+10 stored 2352\n1/2 audio 10+10 stored 2352\nout 20\n");
    ck_assert_uint_eq(disc->missing_count, 0);
    for (int32_t lba = 0; lba < 20; lba++) {
        ck_assert_uint_eq(dk_source_read(disc->source, lba, 1, DK_FORM_RAW, sector, &error), 1);
        ck_assert_mem_eq(sector, image + lba * 2352, 2352);
    }
    dk_disc_close(disc);
    built_free(&built);
    free(image);
    free(audio);
}
END_TEST

START_TEST(a_sheet_of_several_files_names_what_is_missing)
{
    static const char several[] = "FILE one.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
                                  "FILE two.bin BINARY\nTRACK 02 AUDIO\nINDEX 01 00:00:00\n";
    uint8_t *audio = raw_audio_image(4, 0, 2352);
    struct built built = build_mixed(audio, 4, 2352, several);
    struct dk_disc *disc = opened(&built);

    ck_assert_uint_eq(disc->missing_count, 2);
    dk_disc_close(disc);
    built_free(&built);
    free(audio);
}
END_TEST

START_TEST(wrecks_of_mixed_images)
{
    static const struct {
        const char *sign, *says;
    } cases[] = { { "blms", "no chunk 'blms'" }, { "blss", "no chunk 'blss'" } };
    uint8_t *audio = raw_audio_image(4, 0, 2352);
    struct built built = build_mixed(audio, 4, 2352, sheet);
    struct dk_error error;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t *at = memmem(built.bytes, built.size, cases[i].sign, 4);
        const struct wreck wreck = { cases[i].sign, (size_t)(at - built.bytes), "????", 4, cases[i].says, NULL, NULL };
        const struct wreck size = {
            "a size", wreck.at + 4, "\xFF\xFF\xFF\xFF", 4, "which the file has not", NULL, NULL
        };
        const struct wreck none = { "a size of 0", wreck.at + 4, "\0\0\0\0", 4, "which the file has not", NULL, NULL };

        wrecks_check(&wreck, &built, "mixed.uif");
        wrecks_check(&size, &built, "mixed.uif");
        wrecks_check(&none, &built, "mixed.uif");
        if (i == 1) {
            memcpy(at + 12, "\xFF\xFF\xFF\x7F", 4);
            ck_assert_ptr_null(dk_image_open(suite_file("mixed.uif", built.bytes, built.size), &error));
            ck_assert_ptr_nonnull(strstr(error.text, "2147483647 bytes, and 1048576 can be"));
        }
    }
    built_free(&built);
    free(audio);
}
END_TEST

/* ---- Wrecks ---- */

/* Places counted from the end: the trailer's fields. */
static const struct trailer_wreck {
    const char *what;
    size_t field;
    const char *bytes;
    size_t length;
    const char *says, *sectors;
} trailer_wrecks[] = {
    { "a type nobody has seen", 10, "\7\0", 2, "+of type 7", "AP" },
    { "no sectors", 16, "\0\0\0\0", 4, "0 sectors of 2048 bytes", NULL },
    { "a sector less", 16, "\1\0\0\0", 4, "entry 1 of the table", NULL },
    { "a sector more", 16, "\3\0\0\0", 4, "+the sectors 2 to 2", "AP0" },
    { "all sectors that can be said", 16, "\xFF\xFF\xFF\xFF", 4, "more sectors than any disc", NULL },
    { "sectors of 0 bytes", 20, "\0\0\0\0", 4, "sectors of 0 bytes", NULL },
    { "sectors of 4 GiB", 20, "\xFF\xFF\xFF\xFF", 4, "sectors of 4294967295 bytes", NULL },
    { "sectors of 512 bytes", 20, "\0\2\0\0", 4, NULL, NULL },
    { "a table past the end", 28, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "at byte 18446744073709551615", NULL },
    { "a table that is none", 28, "\0\0\0\0\0\0\0\0", 8, "no chunk 'blhr' at byte 0", NULL },
};

START_TEST(wreck_of_the_trailer)
{
    const struct trailer_wreck *from = &trailer_wrecks[_i];
    struct built built = build_of(two, 2, 2);
    const struct wreck wreck = {
        from->what, built.size - TRAILER + from->field, from->bytes, from->length, from->says, NULL, from->sectors
    };

    wrecks_check(&wreck, &built, "wreck.uif");
    built_free(&built);
}
END_TEST

static const struct wreck wrecks[] = {
    { "a password", TABLE_AT, "bsdr", 4, "encrypted with a password", "MagicISO opens it", NULL },
    { "another sign", TABLE_AT, "blhx", 4, "no chunk 'blhr' at byte 2071", NULL, NULL },
    { "a table of 0 bytes", TABLE_AT + 4, "\0\0\0\0", 4, "has 0 bytes, which the file has not", NULL, NULL },
    { "a table without a stream", TABLE_AT + 4, "\x08\0\0\0", 4, "zlib stream", "is wrong", NULL },
    { "a table of 4 GiB", TABLE_AT + 4, "\xFF\xFF\xFF\xFF", 4, "4294967295 bytes", NULL, NULL },
    { "no entries", TABLE_AT + 12, "\0\0\0\0", 4, "+sectors 0 to 1", NULL, "00" },
    { "an entry less", TABLE_AT + 12, "\1\0\0\0", 4, "+sectors 1 to 1", NULL, "A0" },
    { "an entry more", TABLE_AT + 12, "\3\0\0\0", 4, "ends after entry 2 of 3", NULL, NULL },
    { "all entries that can be said", TABLE_AT + 12, "\xFF\xFF\xFF\xFF", 4, "ends after entry 2 of", NULL, NULL },
    { "a stream that is none", TABLE_AT + 16, "\0\0", 2, "zlib stream before byte", "is wrong", NULL },
    { "a block that is no zlib stream", 0, "\xFF", 1, NULL, NULL, "!P" },
    { "a block with a wrong sum", 22, "\0", 1, NULL, NULL, "!P" },
};

START_TEST(wreck_is_told_with_its_place)
{
    struct built built = build_of(two, 2, 2);

    wrecks_check(&wrecks[_i], &built, "wreck.uif");
    built_free(&built);
}
END_TEST

/* The table's own fields, which are packed. */
static const struct entry_wreck {
    struct entry second;
    const char *says, *sectors;
} entry_wrecks[] = {
    { { P_AT, 2048, 0, 1, 1 }, "entry 1 of the table", NULL },
    { { P_AT, 2048, 2, 1, 1 }, "1 sectors from sector 2 on; 1 to 2 are left", NULL },
    { { P_AT, 2048, UINT32_MAX, UINT32_MAX, 1 }, "4294967295 sectors from sector 4294967295", NULL },
    { { P_AT, 2048, 1, 1, 2 }, "+1 of 2 blocks", "A!" },
    { { UINT64_MAX, 2048, 1, 1, 1 }, "+1 of 2 blocks", "A!" },
    { { P_AT, UINT32_MAX, 1, 1, 5 }, "have more bytes than the file", NULL },
    { { P_AT, 2048, 1, 1, 5 }, NULL, "A!" },
    { { 0, 23, 1, 1, 5 }, NULL, "AA" },
    { { P_AT, 0, 1, 1, 5 }, "+block 1", "A!" },
    { { P_AT, 0, 1, 1, 1 }, NULL, "A0" },
    { { P_AT, 0, 1, 0, 1 }, "+sectors 1 to 1", "A0" },
};

START_TEST(wreck_of_an_entry)
{
    const struct entry entries[] = { two[0], entry_wrecks[_i].second };
    struct built built = build_of(entries, 2, 2);
    const struct wreck wreck = { "an entry", 0, "\x78", 1, entry_wrecks[_i].says, NULL, entry_wrecks[_i].sectors };

    wrecks_check(&wreck, &built, "entry.uif");
    built_free(&built);
}
END_TEST

START_TEST(a_block_of_64_mib_and_more_is_refused)
{
    static const struct entry entries[] = { { 0, 23, 0, 40000, 5 } };
    struct built built = build_of(entries, 1, 40000);
    const struct wreck wreck = {
        "a large block", 0, "\x78", 1, "block 0", "81920000 bytes, and 67108864 can be", NULL
    };

    wrecks_check(&wreck, &built, "large.uif");
    built_free(&built);
}
END_TEST

/* Many entries that share the same bytes would make a table without an end out of a small file. */
START_TEST(blocks_do_not_share_their_bytes)
{
    struct entry entries[200];
    struct built built;

    for (uint32_t i = 0; i < 200; i++)
        entries[i] = (struct entry){ 0, 23, i, 1, 5 };
    built = build_of(entries, 200, 200);
    wrecks_check(&(struct wreck){ "shared", 0, "\x78", 1, "have more bytes than the file", NULL, NULL }, &built,
                 "shared.uif");
    built_free(&built);
}
END_TEST

START_TEST(anything_may_be_wrong)
{
    struct built built = build_of(two, 2, 2), end = { 0 };

    wrecks_check_every_length(&built, "cut.uif");
    built_add(&end, built.bytes + TABLE_AT, built.size - TABLE_AT);
    memset(end.bytes + end.size - TRAILER + 28, 0, 8); /* the table is the first thing now */
    wrecks_check_every_byte(&end, "byte.uif");
    built_free(&built);
    built_free(&end);
}
END_TEST

static void add_whole(TCase *test_case)
{
    tcase_add_test(test_case, zlib_and_plain_blocks);
    tcase_add_test(test_case, zeros_and_short_blocks);
    tcase_add_test(test_case, sectors_in_no_block_are_told);
}

static void add_mixed(TCase *test_case)
{
    tcase_add_test(test_case, a_nero_image_inside);
    tcase_add_test(test_case, a_sheet_inside);
    tcase_add_test(test_case, a_sheet_of_several_files_names_what_is_missing);
    tcase_add_test(test_case, wrecks_of_mixed_images);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_of_the_trailer, 0, sizeof trailer_wrecks / sizeof *trailer_wrecks);
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_loop_test(test_case, wreck_of_an_entry, 0, sizeof entry_wrecks / sizeof *entry_wrecks);
    tcase_add_test(test_case, a_block_of_64_mib_and_more_is_refused);
    tcase_add_test(test_case, blocks_do_not_share_their_bytes);
    tcase_add_test(test_case, anything_may_be_wrong);
}

int main(void)
{
    return suite_run("uif",
                     (const struct suite_case[]){
                         { "whole", add_whole }, { "mixed", add_mixed }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
