/* PowerISO's and gBurner's images, by recipe: both versions, every veil, parts, and what must come of wrecks. */
#include "support/suite.h"
#include "support/wrecks.h"

#include <disckit/format.h>
#include <libdeflate.h>
#include <string.h>

enum { HEADER = 76, CHUNK = 16384, FLAG_LZMA = 0x100000 };

/* 16384 bytes of 0x41 */
static const char a_lzma[] =
    "0020effbbffea3b15ee5f83fb2aa2655f868704170150f8dfd1e4c1b8a42b719f4691871ae66238a8a4d2fa30d"
    "d97fa6e38b48581e00";
static const char a_deflate[] = "edc13101000000c2a06ceb5fca183e40010000000000000000000000000000006f03";

struct header {
    const char *signature;
    uint32_t table_at, version, data_at, flags;
    uint64_t image_size, file_size;
    const char *format_2; /* hex; NULL: zeros */
};

static void add_header(struct built *built, const struct header *header)
{
    char signature[16] = { 0 };
    const size_t start = built->size;

    memcpy(signature, header->signature, strlen(header->signature));
    built_add(built, signature, sizeof signature);
    built_le(built, header->table_at, 4);
    built_le(built, header->version, 4);
    built_le(built, header->data_at, 4);
    built_le(built, 1, 4);
    built_le(built, 0, 4);
    built_le(built, header->flags, 4);
    built_le(built, header->image_size, 8);
    built_le(built, header->file_size, 8);
    if (header->format_2)
        built_hex(built, header->format_2);
    else
        built_add(built, NULL, 16);
    ck_assert_uint_eq(built->size - start, HEADER - 4);
    built_le(built, libdeflate_crc32(0, built->bytes + start, HEADER - 4), 4);
}

/* Version 0x100: A, A; data at 82. */
static struct built build_version_1(void)
{
    struct built built = { 0 };

    add_header(&built, &(struct header){ "DAA", HEADER, 0x100, 82, 2048, 4096, 116, NULL });
    built_hex(&built, "001100 001100");
    built_hex(&built, block_a_deflate);
    built_hex(&built, block_a_deflate);
    return built;
}

static const char format_2[] = "01 00000000 01 00 5d00400000 00000000";

/* Version 0x110: a chunk of LZMA, one of deflate; lengths of 14 bits, a bit for the type; data at 80. */
static struct built build_version_2(void)
{
    struct built built = { 0 };

    add_header(&built, &(struct header){ "DAA", HEADER, 0x110, 80, FLAG_LZMA | 1, 32768, 168, format_2 });
    built_hex(&built, "31800e20");
    built_hex(&built, a_lzma);
    built_hex(&built, a_deflate);
    return built;
}

static struct dk_disc *opened(const char *name, const struct built *built)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file(name, built->bytes, built->size), &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, "daa");
    return disc;
}

static void expect_sectors(const char *name, const struct built *built, const char *sectors)
{
    struct dk_disc *disc = opened(name, built);

    ck_assert_str_eq(wrecks_sectors(disc), sectors);
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 0);
    dk_disc_close(disc);
}

START_TEST(version_0x100_is_read)
{
    struct built built = build_version_1();

    ck_assert_msg(memcmp(built.bytes + 72, "\x97\x59\xFA\x35", 4) == 0, "the check sum is not that of the recipe");
    expect_sectors("one.daa", &built, "AA");
    memcpy(built.bytes, "\xB8\xBD\xB6", 3); /* as some files begin; the check sum is told then */
    built.size = HEADER - 4;
    built_le(&built, libdeflate_crc32(0, built.bytes, HEADER - 4), 4);
    built.size = 116;
    expect_sectors("other.daa", &built, "AA");
    built_free(&built);
}
END_TEST

START_TEST(version_0x110_is_read)
{
    struct built built = build_version_2();

    ck_assert_msg(memcmp(built.bytes + 72, "\x17\x80\xDB\xE9", 4) == 0, "the check sum is not that of the recipe");
    expect_sectors("two.daa", &built, "AAAAAAAAAAAAAAAA");
    built_free(&built);
}
END_TEST

/* Version 0x100 has no flag for it: what does not inflate and is long enough is plain. */
START_TEST(a_plain_chunk_of_version_0x100)
{
    struct built built = { 0 };

    add_header(&built, &(struct header){ "DAA", HEADER, 0x100, 82, 2048, 4096, 0, NULL });
    built_hex(&built, "000008 001100");
    built_add(&built, block_p(), 2048);
    built_hex(&built, block_a_deflate);
    expect_sectors("plain.daa", &built, "PA");
    built_free(&built);
}
END_TEST

/* The last chunk is filled up by one writer, and ends with the image by another. */
START_TEST(the_last_chunk_may_be_full_or_short)
{
    struct built full = { 0 }, low = { 0 };

    add_header(&full, &(struct header){ "DAA", HEADER, 0x110, 80, FLAG_LZMA | 1, 32768 - 2048, 168, format_2 });
    built_hex(&full, "31800e20");
    built_hex(&full, a_lzma);
    built_hex(&full, a_deflate);
    expect_sectors("full.daa", &full, "AAAAAAAAAAAAAAA");
    add_header(&low, &(struct header){ "DAA", HEADER, 0x110, 80, FLAG_LZMA | 1, CHUNK + 2048, 0, format_2 });
    built_hex(&low, "31000620"); /* 54 and 0 as before, then 17 - 5 in 14 bits and 1 */
    built_hex(&low, a_lzma);
    built_hex(&low, block_a_deflate);
    expect_sectors("short.daa", &low, "AAAAAAAAA");
    built_free(&full);
    built_free(&low);
}
END_TEST

/* The table itself may be deflated; what it has in addition is filling. */
START_TEST(a_deflated_table)
{
    struct built built = { 0 };
    static const uint8_t table[] = { 0x31, 0x80, 0x0E, 0x20, 0, 0, 0, 0 };

    add_header(&built, &(struct header){ "DAA", HEADER, 0x110, HEADER + 13, FLAG_LZMA | 0x4000 | 1, 32768, 0,
                                         "01 0d000000 01 00 5d00400000 00000000" });
    built_hex(&built, "01 0800 f7ff"); /* a stored block of eight bytes */
    built_add(&built, table, sizeof table);
    built_hex(&built, a_lzma);
    built_hex(&built, a_deflate);
    expect_sectors("table.daa", &built, "AAAAAAAAAAAAAAAA");
    built_free(&built);
}
END_TEST

/* gBurner renames deflate's types (stored 1, fixed 2, dynamic 0) and hides its table by the check sum and its size. */
START_TEST(gburner_hides_its_table)
{
    struct built built = { 0 };
    static const uint8_t table[] = { 0x31, 0x80, 0x0E, 0x20 };
    uint8_t sum;

    add_header(&built, &(struct header){ "GBI", HEADER, 0x110, 80, FLAG_LZMA | 1, 32768, 168, format_2 });
    sum = built.bytes[72];
    for (size_t i = 0; i < sizeof table; i++)
        built_le(&built, (uint64_t)((table[i] ^ sizeof table >> 2) + sum), 1);
    built_hex(&built, a_lzma);
    built_hex(&built, a_deflate);
    built.bytes[80 + 54] = (uint8_t)(built.bytes[80 + 54] & ~6); /* dynamic: 2, in the stream 0 */
    expect_sectors("one.gbi", &built, "AAAAAAAAAAAAAAAA");
    built_free(&built);
}
END_TEST

START_TEST(an_encrypted_image_is_named)
{
    static const struct {
        const char *signature, *says;
    } cases[] = { { "DAA", "PowerISO opens it" }, { "GBI", "gBurner opens it" } };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct built built = { 0 };
        struct dk_error error;

        add_header(&built,
                   &(struct header){ cases[i].signature, HEADER + 144, 0x100, HEADER + 150, 2048, 4096, 0, NULL });
        built_le(&built, 3, 4);
        built_le(&built, 144, 4);
        built_add(&built, NULL, 136 + 6 + 2 * 17);
        ck_assert_ptr_null(dk_image_open(suite_file("secret.daa", built.bytes, built.size), &error));
        ck_assert_ptr_nonnull(strstr(error.text, "encrypted with a password"));
        ck_assert_ptr_nonnull(strstr(error.text, cases[i].says));
        built_free(&built);
    }
}
END_TEST

/* ---- Parts ---- */

enum { FIRST_DATA = HEADER + 28 + 6, CUT = 12 }; /* the first part ends within the first chunk */

static struct built build_first_part(void)
{
    struct built built = { 0 }, data = { 0 };

    add_header(&built, &(struct header){ "DAA", HEADER + 28, 0x100, FIRST_DATA, 2048, 4096, FIRST_DATA + CUT, NULL });
    built_hex(&built, "01000000 0c000000 00000000");
    built_hex(&built, "02000000 10000000 02000000 01000000");
    built_hex(&built, "001100 001100");
    built_hex(&data, block_a_deflate);
    built_add(&built, data.bytes, CUT);
    built_free(&data);
    return built;
}

static struct built build_second_part(void)
{
    struct built built = { 0 }, data = { 0 };

    built_add(&built, "DAA VOL\0\0\0\0\0\0\0\0", 16);
    built_le(&built, 0xFF000000 | 52, 4); /* the highest byte says something else */
    built_add(&built, NULL, 20);
    built_hex(&built, "01000000 0c000000 01000000");
    built_hex(&data, block_a_deflate);
    built_hex(&data, block_a_deflate);
    built_add(&built, data.bytes + CUT, data.size - CUT);
    built_free(&data);
    return built;
}

static const struct {
    const char *first, *second;
} part_names[] = {
    { "p1.part01.daa", "p1.part02.daa" },
    { "p2.part001.daa", "p2.part002.daa" },
    { "p3.daa", "p3.d00" },
    { "P4.PART1.DAA", "P4.PART2.DAA" },
};

START_TEST(chunks_go_across_parts)
{
    struct built first = build_first_part(), second = build_second_part();

    suite_file(part_names[_i].second, second.bytes, second.size);
    expect_sectors(part_names[_i].first, &first, "AA");
    built_free(&first);
    built_free(&second);
}
END_TEST

START_TEST(a_missing_part_is_named)
{
    struct built first = build_first_part();
    struct dk_disc *disc = opened("alone.part01.daa", &first);

    ck_assert_uint_eq(disc->missing_count, 1);
    ck_assert_str_eq(disc->missing[0], "alone.part02.daa");
    ck_assert_str_eq(wrecks_sectors(disc), "!!");
    dk_disc_close(disc);
    built_free(&first);
}
END_TEST

START_TEST(a_part_that_is_none_is_refused)
{
    struct built first = build_first_part(), second = build_second_part();
    struct dk_error error;

    memcpy(second.bytes, "GBI", 3);
    suite_file("odd.d00", second.bytes, second.size);
    ck_assert_ptr_null(dk_image_open(suite_file("odd.daa", first.bytes, first.size), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "should be part 2 of"));
    memcpy(second.bytes, "DAA", 3);
    memcpy(second.bytes + 16, "\xFF\xFF\xFF\0", 4);
    suite_file("odd.d00", second.bytes, second.size);
    ck_assert_ptr_null(dk_image_open(suite_file("odd.daa", first.bytes, first.size), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "before its data at byte 16777215"));
    ck_assert_ptr_null(dk_image_open(suite_file("later.daa", second.bytes, second.size), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "open the first one (.part01.daa"));
    built_free(&first);
    built_free(&second);
}
END_TEST

/* ---- Wrecks ---- */

static const struct wreck wrecks_1[] = {
    { "table within the header", 16, "\x4B\0\0\0", 4, "table of chunks at byte 75", NULL, NULL },
    { "table past the end", 16, "\xFF\xFF\xFF\xFF", 4, "table of chunks at byte 4294967295", "116 bytes", NULL },
    { "table behind its data", 16, "\x53\0\0\0", 4, "table of chunks at byte 83", "data at byte 82", NULL },
    { "descriptors where there are none", 16, "\x4F\0\0\0", 4, "the descriptor at byte 76", "byte 79", NULL },
    { "version 0x120", 20, "\x20\1\0\0", 4, "is of version 0x120", "0x100 and 0x110", NULL },
    { "version 0", 20, "\0\0\0\0", 4, "is of version 0x0", NULL, NULL },
    { "data past the end", 24, "\xFF\xFF\xFF\x7F", 4, "its data at byte 2147483647", "116 bytes", NULL },
    { "data at the table", 24, "\x4C\0\0\0", 4, "has 0 chunks", "would take 2", NULL },
    { "data at the end", 24, "\x74\0\0\0", 4, "+2 of 2 blocks", "+check sum of the header", "!!" },
    { "chunks of 0 bytes", 36, "\0\0\0\0", 4, "chunks of 0 bytes", NULL, NULL },
    { "chunks of a byte", 36, "\1\0\0\0", 4, "has 2 chunks of 1 bytes", "would take 4096", NULL },
    { "chunks of 4 GiB", 36, "\xFF\xFF\xFF\xFF", 4, "chunks of 4294967295 bytes", NULL, NULL },
    { "chunks that are larger than what they give", 36, "\0\x10\0\0", 4, "+check sum", NULL, "!!" },
    { "an image of 0 bytes", 40, "\0\0\0\0\0\0\0\0", 8, "image has 0 bytes", NULL, NULL },
    { "an image of a byte more", 40, "\1\x10\0\0\0\0\0\0", 8, "has 2 chunks", "4097 bytes would take 3", NULL },
    { "an image of all bytes that can be said", 40, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "has 2 chunks",
      "18446744073709551615", NULL },
    { "a wrong check sum", 72, "\0", 1, "+check sum of the header is wrong", NULL, "AA" },
    { "a chunk of no bytes", 76, "\0\0\0", 3, "+1 of 2 blocks", "+block 0", "!A" },
    { "a chunk that is too short", 76, "\0\x10\0", 3, NULL, NULL, "!!" },
    { "a chunk past the end", 79, "\0\xFF\xFF", 3, "+1 of 2 blocks", "+LBA 1", "A!" },
    { "a chunk that is no deflate stream", 82, "\7", 1, NULL, NULL, "!A" },
};

static const struct wreck wrecks_2[] = {
    { "chunks of 0 bytes", 36, "\0\0\x10\0", 4, "chunks of 0 bytes", NULL, NULL },
    { "chunks of nearly 64 MiB", 36, "\xFF\x0F\x10\0", 4, NULL, NULL, "!!!!!!!!!!!!!!!!" },
    { "other types of blocks", 38, "\x90", 1, NULL, NULL, "AAAAAAAA!!!!!!!!" },
    { "a deflated table of 0 bytes", 37, "\x40", 1, "the table of", "has 0 bytes", NULL },
    { "lengths of 41 bits", 61, "\xF9", 1, "lengths of 41 bits", NULL, NULL },
    { "types of 7 bits", 61, "\7", 1, NULL, "would take 2", NULL },
    { "LZMA properties that none has", 63, "\xFF", 1, NULL, NULL, NULL },
    { "lc and lp that are too large", 63, "\x0E", 1, "lc 5, lp 1", NULL, NULL },
    { "a type that is not known", 79, "\x20", 1, NULL, NULL, "AAAAAAAAAAAAAAAA" },
    { "LZMA that is none", 81, "\xFF\xFF\xFF\xFF", 4, NULL, NULL, "!!!!!!!!AAAAAAAA" },
    { "deflate taken for LZMA", 79, "\0", 1, NULL, NULL, "AAAAAAAA!!!!!!!!" },
};

START_TEST(wreck_of_version_0x100)
{
    struct built built = build_version_1();

    ck_assert_uint_eq(built.size, 116);
    wrecks_check(&wrecks_1[_i], &built, "wreck.daa");
    built_free(&built);
}
END_TEST

START_TEST(wreck_of_version_0x110)
{
    struct built built = build_version_2();

    ck_assert_uint_eq(built.size, 168);
    wrecks_check(&wrecks_2[_i], &built, "wreck.daa");
    built_free(&built);
}
END_TEST

START_TEST(anything_may_be_wrong)
{
    struct built built[] = { build_version_1(), build_version_2(), build_first_part() };

    for (size_t i = 0; i < sizeof built / sizeof *built; i++) {
        wrecks_check_every_length(&built[i], "cut.daa");
        wrecks_check_every_byte(&built[i], "byte.daa");
        built_free(&built[i]);
    }
}
END_TEST

START_TEST(anything_of_a_later_part_may_be_wrong)
{
    struct built first = build_first_part(), second = build_second_part();
    struct dk_error error;

    for (size_t size = 0; size < second.size; size++) {
        struct dk_disc *disc;

        suite_file("cut.d00", second.bytes, size);
        disc = dk_image_open(suite_file("cut.daa", first.bytes, first.size), &error);
        ck_assert_msg(disc ? disc->notes.told[DK_NOTE_DAMAGE] > 0 || disc->missing_count : *error.text, "%zu bytes",
                      size);
        dk_disc_close(disc);
    }
    built_free(&first);
    built_free(&second);
}
END_TEST

static void add_whole(TCase *test_case)
{
    tcase_add_test(test_case, version_0x100_is_read);
    tcase_add_test(test_case, version_0x110_is_read);
    tcase_add_test(test_case, a_plain_chunk_of_version_0x100);
    tcase_add_test(test_case, the_last_chunk_may_be_full_or_short);
    tcase_add_test(test_case, a_deflated_table);
    tcase_add_test(test_case, gburner_hides_its_table);
    tcase_add_test(test_case, an_encrypted_image_is_named);
}

static void add_parts(TCase *test_case)
{
    tcase_add_loop_test(test_case, chunks_go_across_parts, 0, sizeof part_names / sizeof *part_names);
    tcase_add_test(test_case, a_missing_part_is_named);
    tcase_add_test(test_case, a_part_that_is_none_is_refused);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_of_version_0x100, 0, sizeof wrecks_1 / sizeof *wrecks_1);
    tcase_add_loop_test(test_case, wreck_of_version_0x110, 0, sizeof wrecks_2 / sizeof *wrecks_2);
    tcase_add_test(test_case, anything_may_be_wrong);
    tcase_add_test(test_case, anything_of_a_later_part_may_be_wrong);
}

int main(void)
{
    return suite_run("daa",
                     (const struct suite_case[]){
                         { "whole", add_whole }, { "parts", add_parts }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
