/* Apple's disk images, by recipe: every kind of block, both kinds of list, segments, and what must come of wrecks. */
#include "support/suite.h"
#include "support/table.h"
#include "support/wrecks.h"

#include <disckit/format.h>
#include <stdio.h>
#include <string.h>

enum { TRAILER = 512, SECTORS = 4 /* of 512 bytes in a block of 2048 */, P_AT = 23, DATA = P_AT + 2048 };

static const uint32_t adc = 0x80000004, zlib = 0x80000005, bzip2 = 0x80000006, lzfse = 0x80000007, xz = 0x80000008,
                      comment = 0x7FFFFFFE, end = 0xFFFFFFFF;

struct run {
    uint32_t type;
    uint64_t sector, sectors, offset, length;
};

/* The table of blocks for an image from `first` on. */
static struct built build_table(uint64_t first, const struct run *runs, size_t count)
{
    struct built table = { 0 };

    built_add(&table, "mish", 4);
    built_be(&table, 1, 4);
    built_be(&table, first, 8);
    built_be(&table, 16, 8);
    built_be(&table, 0, 8);
    built_add(&table, NULL, 200 - 32);
    built_be(&table, count, 4);
    for (size_t i = 0; i < count; i++) {
        built_be(&table, runs[i].type, 4);
        built_be(&table, 0, 4);
        built_be(&table, runs[i].sector, 8);
        built_be(&table, runs[i].sectors, 8);
        built_be(&table, runs[i].offset, 8);
        built_be(&table, runs[i].length, 8);
    }
    return table;
}

static void add_text(struct built *built, const char *text)
{
    built_add(built, text, strlen(text));
}

/* In lines, as in every such list. */
static void add_base64(struct built *built, const struct built *bytes)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < bytes->size; i += 3) {
        const size_t left = bytes->size - i;
        const uint32_t bits = (uint32_t)(bytes->bytes[i] << 16 | (left > 1 ? bytes->bytes[i + 1] << 8 : 0) |
                                         (left > 2 ? bytes->bytes[i + 2] : 0));

        for (unsigned k = 0; k < 4; k++)
            built_add(built, k > left ? "=" : &letters[bits >> (18 - 6 * k) & 63], 1);
        if (i % 39 == 36)
            add_text(built, "\n\t\t\t\t");
    }
}

static void add_list(struct built *built, const struct built *tables, size_t count)
{
    add_text(built, "<?xml version=\"1.0\"?>\n<plist version=\"1.0\">\n<dict><key>resource-fork</key><dict>\n");
    add_text(built, "<key>blkx</key>\n<array>\n");
    for (size_t i = 0; i < count; i++) {
        add_text(built, "<dict><key>Attributes</key><string>0x0050</string><key>Data</key>\n<data>\n\t\t\t\t");
        add_base64(built, &tables[i]);
        add_text(built, "\n</data></dict>\n");
    }
    add_text(built, "</array>\n<key>plst</key><array><dict><data>AAAA</data></dict></array></dict></dict></plist>\n");
}

struct koly {
    uint64_t running, data_at, data_size, fork_at, fork_size, list_at, list_size, sectors;
    uint32_t segment, segments;
};

static void add_koly(struct built *built, struct koly koly)
{
    const size_t start = built->size;

    built_add(built, "koly", 4);
    built_be(built, 4, 4);
    built_be(built, 512, 4);
    built_be(built, 1, 4);
    built_be(built, koly.running, 8);
    built_be(built, koly.data_at, 8);
    built_be(built, koly.data_size, 8);
    built_be(built, koly.fork_at, 8);
    built_be(built, koly.fork_size, 8);
    built_be(built, koly.segment, 4);
    built_be(built, koly.segments, 4);
    built_add(built, NULL, 216 - 64);
    built_be(built, koly.list_at, 8);
    built_be(built, koly.list_size, 8);
    built_add(built, NULL, 492 - 232);
    built_be(built, koly.sectors, 8);
    built_add(built, NULL, TRAILER - (built->size - start));
}

/* `data`, a list with one table of the runs, the trailer. */
static struct built build_of(const struct built *data, const struct run *runs, size_t count, uint64_t sectors)
{
    struct built built = { 0 }, table = build_table(0, runs, count);
    uint64_t list_at;

    built_add(&built, data->bytes, data->size);
    list_at = built.size;
    add_list(&built, &table, 1);
    add_koly(&built, (struct koly){ .data_size = data->size,
                                    .list_at = list_at,
                                    .list_size = built.size - list_at,
                                    .sectors = sectors,
                                    .segment = 1,
                                    .segments = 1 });
    built_free(&table);
    return built;
}

static struct built zlib_and_plain(void)
{
    struct built data = { 0 };

    built_hex(&data, block_a_zlib);
    built_add(&data, block_p(), 2048);
    return data;
}

/* A by zlib, P plain, zeros, sectors of no account. */
static const struct run four[] = {
    { 0x80000005, 0, SECTORS, 0, P_AT }, { 1, 4, SECTORS, P_AT, 2048 },  { 0, 8, SECTORS, DATA, 0 },
    { 2, 12, SECTORS, DATA, 0 },         { 0xFFFFFFFF, 16, 0, DATA, 0 },
};

static struct built build_four(void)
{
    struct built data = zlib_and_plain(), built = build_of(&data, four, 5, 16);

    built_free(&data);
    return built;
}

static struct dk_disc *opened(const char *name, const struct built *built)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file(name, built->bytes, built->size), &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, "dmg");
    return disc;
}

static void expect_sectors(const char *name, const struct built *built, const char *sectors)
{
    struct dk_disc *disc = opened(name, built);

    ck_assert_str_eq(wrecks_sectors(disc), sectors);
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 0);
    dk_disc_close(disc);
}

START_TEST(zlib_plain_and_zeros)
{
    struct built built = build_four();

    expect_sectors("four.dmg", &built, "AP00");
    built_free(&built);
}
END_TEST

/* ADC: a literal, then matches of three bytes (67 at most) and of two (18 at most) that refer one byte back. */
START_TEST(adc_in_all_its_forms)
{
    struct built data = { 0 }, built;
    unsigned left = 2048 - 1;

    built_hex(&data, "80 41");
    for (; left > 67 + 18; left -= 67)
        built_hex(&data, "7f 00 00");
    built_hex(&data, "3c 00"); /* 18 */
    left -= 18;
    for (; left > 67; left -= 67)
        built_hex(&data, "7f 00 00");
    built_le(&data, 0x40 | (left - 4), 1);
    built_hex(&data, "00 00");
    built = build_of(&data, (struct run[]){ { adc, 0, SECTORS, 0, data.size }, { end, 4, 0, 0, 0 } }, 2, 4);
    expect_sectors("adc.dmg", &built, "A");
    built_free(&data);
    built_free(&built);
}
END_TEST

START_TEST(bzip2_and_xz)
{
    /* as xz --check=crc32 writes A */
    static const char a_xz[] = "fd377a585a0000016922de360200210116000000742fe5a3e007ff00115d0020effbbffea3b15ee5"
                               "f83fb2a881939600000000003920dfd500012980100000002e6709023e300d8b020000000001595a";
    struct built data = { 0 }, built;

    built_hex(&data, a_xz); /* a file that begins like a file of xz is a disk image all the same */
    built_hex(&data, block_a_bzip2);
    built = build_of(
        &data, (struct run[]){ { xz, 0, SECTORS, 0, 80 }, { bzip2, 4, SECTORS, 80, 45 }, { end, 8, 0, 0, 0 } }, 3, 8);
    expect_sectors("bzip2.dmg", &built, "AA");
    built_free(&data);
    built_free(&built);
}
END_TEST

/* Runs of several tables, which stand in any order; a comment among them; a data fork that does not begin the file. */
START_TEST(several_tables)
{
    struct built data = zlib_and_plain(), built = { 0 };
    struct built tables[] = {
        build_table(8, (struct run[]){ { 1, 0, SECTORS, P_AT, 2048 }, { end, 4, 0, 0, 0 }, { 1, 99, 99, 0, 0 } }, 3),
        build_table(0, (struct run[]){ { comment, 0, 0, 0, 0 }, { zlib, 4, SECTORS, 0, P_AT } }, 2),
        build_table(0, (struct run[]){ { 0, 0, SECTORS, 0, 0 } }, 1),
    };
    uint64_t list_at;

    built_add(&built, NULL, 100);
    built_add(&built, data.bytes, data.size);
    list_at = built.size;
    add_list(&built, tables, 3);
    add_koly(&built, (struct koly){ .data_at = 100,
                                    .data_size = data.size,
                                    .list_at = list_at,
                                    .list_size = built.size - list_at,
                                    .sectors = 12 });
    expect_sectors("tables.dmg", &built, "0AP");
    for (size_t i = 0; i < 3; i++)
        built_free(&tables[i]);
    built_free(&data);
    built_free(&built);
}
END_TEST

/* An image of old: the trailer is the file's first block, and the table is a resource of a Mac file. */
START_TEST(a_resource_fork_and_a_leading_koly)
{
    struct built data = zlib_and_plain(), table = build_table(0, four, 5), fork = { 0 }, built = { 0 };

    built_be(&fork, 256, 4);                  /* of the data */
    built_be(&fork, 256 + 4 + table.size, 4); /* of the map */
    built_be(&fork, 4 + table.size, 4);
    built_be(&fork, 66, 4);
    built_add(&fork, NULL, 256 - 16);
    built_be(&fork, table.size, 4);
    built_add(&fork, table.bytes, table.size);
    built_add(&fork, NULL, 24);
    built_be(&fork, 28, 2); /* of the types, in the map */
    built_be(&fork, 28 + 2 + 16 + 12, 2);
    built_be(&fork, 1, 2); /* two types */
    built_add(&fork, "plst", 4);
    built_be(&fork, 0, 2);
    built_be(&fork, 18, 2);
    built_add(&fork, "blkx", 4);
    built_be(&fork, 0, 2);
    built_be(&fork, 18, 2);
    built_be(&fork, 0, 2); /* id, name, attributes, offset, handle */
    built_be(&fork, 0xFFFF, 2);
    built_be(&fork, 0x50000000, 4);
    built_be(&fork, 0, 4);
    add_koly(&built, (struct koly){ .data_at = TRAILER,
                                    .data_size = data.size,
                                    .fork_at = TRAILER + data.size,
                                    .fork_size = fork.size,
                                    .sectors = 16 });
    built_add(&built, data.bytes, data.size);
    built_add(&built, fork.bytes, fork.size);
    expect_sectors("old.dmg", &built, "AP00");
    wrecks_check_every_length(&built, "old.dmg");
    built_add(&data, NULL, 0);
    memset(built.bytes + TRAILER + data.size + 4, 0xFF, 4);
    ck_assert_ptr_null(dk_image_open(suite_file("old.dmg", built.bytes, built.size), &(struct dk_error){ 0 }));
    built_free(&data);
    built_free(&table);
    built_free(&fork);
    built_free(&built);
}
END_TEST

START_TEST(lzfse_is_named)
{
    struct built data = zlib_and_plain(),
                 built = build_of(&data, (struct run[]){ { lzfse, 0, SECTORS, 0, 23 }, { end, 4, 0, 0, 0 } }, 2, 4);

    wrecks_check(&(struct wreck){ "LZFSE", 0, "\x78", 1, "blocks of LZFSE", "hdiutil of macOS", NULL }, &built,
                 "lzfse.dmg");
    built_free(&data);
    built_free(&built);
}
END_TEST

/* ---- Segments ---- */

static struct built build_first(uint32_t segments)
{
    struct built built = { 0 }, table = build_table(0, four, 5), data = zlib_and_plain();

    built_add(&built, data.bytes, 1000);
    add_list(&built, &table, 1);
    add_koly(&built, (struct koly){ .data_size = 1000,
                                    .list_at = 1000,
                                    .list_size = built.size - 1000,
                                    .sectors = 16,
                                    .segment = 1,
                                    .segments = segments });
    built_free(&table);
    built_free(&data);
    return built;
}

static struct built build_second(uint64_t running)
{
    struct built built = { 0 }, data = zlib_and_plain();

    built_add(&built, data.bytes + 1000, data.size - 1000);
    add_koly(
        &built,
        (struct koly){ .running = running, .data_size = data.size - 1000, .sectors = 16, .segment = 2, .segments = 2 });
    built_free(&data);
    return built;
}

static const struct {
    const char *first, *second;
} segment_names[] = { { "s1.dmg", "s1.002.dmgpart" }, { "s2.001.dmg", "s2.002.dmg" } };

START_TEST(segments_in_a_row)
{
    struct built first = build_first(2), second = build_second(1000);

    suite_file(segment_names[_i].second, second.bytes, second.size);
    expect_sectors(segment_names[_i].first, &first, "AP00");
    built_free(&first);
    built_free(&second);
}
END_TEST

START_TEST(wrecks_of_segments)
{
    struct built first = build_first(2), second = build_second(999);
    struct dk_disc *disc = opened("alone.dmg", &first);
    struct dk_error error;

    ck_assert_uint_eq(disc->missing_count, 1);
    ck_assert_str_eq(disc->missing[0], "alone.002.dmgpart");
    ck_assert_str_eq(wrecks_sectors(disc), "A!00");
    dk_disc_close(disc);
    suite_file("odd.002.dmgpart", second.bytes, second.size);
    ck_assert_ptr_null(dk_image_open(suite_file("odd.dmg", first.bytes, first.size), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "begin at byte 999 of all data, and 1000"));
    suite_file("odd.002.dmgpart", second.bytes, second.size - 1);
    ck_assert_ptr_null(dk_image_open(suite_file("odd.dmg", first.bytes, first.size), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "should be segment 2 of"));
    ck_assert_ptr_null(dk_image_open(suite_file("second.dmg", second.bytes, second.size), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "is segment 2 of 2: open the first one"));
    built_free(&first);
    first = build_first(UINT32_MAX);
    ck_assert_ptr_null(dk_image_open(suite_file("many.dmg", first.bytes, first.size), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "4294967295 segments"));
    built_free(&first);
    built_free(&second);
}
END_TEST

/* ---- Wrecks ---- */

static const struct trailer_wreck {
    const char *what;
    size_t field;
    const char *bytes;
    size_t length;
    const char *says, *sectors;
} trailer_wrecks[] = {
    { "data past the end", 24, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "from byte 18446744073709551615", NULL },
    { "data from the end on", 24, "\0\0\0\0\0\0\x08\x17", 8, NULL, NULL },
    { "no list and no fork", 224, "\0\0\0\0\0\0\0\0", 8, "neither a property list nor a resource fork", NULL },
    { "a list of all bytes that can be said", 224, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "18446744073709551615 bytes",
      NULL },
    { "a list past the end", 216, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "from byte 18446744073709551615", NULL },
    { "a list in the data", 216, "\0\0\0\0\0\0\0\0", 8, "no whole list 'blkx'", NULL },
    { "a list cut short", 224, "\0\0\0\0\0\0\1\0", 8, "no whole list 'blkx'", NULL },
    { "no sectors said", 492, "\0\0\0\0\0\0\0\0", 8, NULL, "AP00" },
    { "a sector less", 492, "\0\0\0\0\0\0\0\x0F", 8, "+said to have 7680 bytes", "AP00" },
    { "more sectors", 492, "\0\0\0\0\0\0\0\x14", 8, "+2048 bytes of the image from byte 8192", "AP000" },
    { "all sectors that can be said", 492, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "more than any disc", NULL },
    { "all sectors of the world", 492, "\0\x7F\xFF\xFF\xFF\xFF\xFF\xFF", 8, "more than any disc", NULL },
};

START_TEST(wreck_of_the_trailer)
{
    const struct trailer_wreck *from = &trailer_wrecks[_i];
    struct built built = build_four();
    const struct wreck wreck = {
        from->what, built.size - TRAILER + from->field, from->bytes, from->length, from->says, NULL, from->sectors
    };

    wrecks_check(&wreck, &built, "wreck.dmg");
    built_free(&built);
}
END_TEST

static const struct run_wreck {
    struct run second;
    const char *says, *sectors;
} run_wrecks[] = {
    { { 1, 0, SECTORS, P_AT, 2048 }, "begins at sector 0, and the one before it ends at sector 4", NULL },
    { { 1, 8, SECTORS, P_AT, 2048 }, "+2048 bytes of the image from byte 2048", "A0P" },
    { { 1, 4, SECTORS, P_AT, 2047 }, "+1 of 2 blocks", "A!" },
    { { 1, 4, SECTORS, UINT64_MAX, 2048 }, "+block 1", "A!" },
    { { 1, 4, SECTORS, P_AT, UINT64_MAX }, NULL, "AP" },
    { { 0x80000005, 4, SECTORS, P_AT, UINT64_MAX }, "+LBA 1", "A!" },
    { { 0x80000005, 4, SECTORS, P_AT, 2048 }, NULL, "A!" },
    { { 0x80000005, 4, SECTORS, 0, 0 }, "+1 of 2 blocks", "A!" },
    { { 0x80000005, 4, 8, 0, P_AT }, NULL, "A!!" },
    { { 0x80000005, 4, 3, 0, P_AT }, NULL, NULL },
    { { 0x80000005, 4, 1 << 20, 0, P_AT }, "536870912 bytes, and 67108864 can be", NULL },
    { { 0x80000004, 4, SECTORS, P_AT, 2048 }, NULL, "A!" },
    { { 0x80000006, 4, SECTORS, P_AT, 2048 }, NULL, "A!" },
    { { 0x80000008, 4, SECTORS, P_AT, 2048 }, NULL, "A!" },
    { { 0x80000099, 4, SECTORS, P_AT, 2048 }, "+1 of 2 blocks", "A!" },
    { { 0, 4, UINT64_MAX, 0, 0 }, "18446744073709551615 sectors from sector 4", NULL },
    { { 0, UINT64_MAX, SECTORS, 0, 0 }, "from sector 18446744073709551615", NULL },
    { { 0, 4, UINT64_MAX >> 10, 0, 0 }, "18014398509481983 sectors from sector 4", NULL },
};

START_TEST(wreck_of_a_run)
{
    const struct run runs[] = { four[0], run_wrecks[_i].second, { end, 8, 0, 0, 0 } };
    struct built data = zlib_and_plain(), built = build_of(&data, runs, 3, 0);

    wrecks_check(&(struct wreck){ "a run", 0, "\x78", 1, run_wrecks[_i].says, NULL, run_wrecks[_i].sectors }, &built,
                 "run.dmg");
    built_free(&data);
    built_free(&built);
}
END_TEST

/* The runs that a table is said to have, against the bytes that it has; and tables that are none. */
START_TEST(wrecks_of_a_table)
{
    static const struct wreck wrecks[] = {
        { "no signature", 0, "fish", 4, "does not begin with 'mish'", NULL, NULL },
        { "a run more", 200, "\0\0\0\6", 4, "has 6 of them in 404 bytes", NULL, NULL },
        { "all runs that can be said", 200, "\xFF\xFF\xFF\xFF", 4, "has 4294967295 of them", NULL, NULL },
        { "no run", 200, "\0\0\0\0", 4, "have no block", NULL, NULL },
        { "a first sector of the world's end", 8, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "more than any disc", NULL,
          NULL },
    };
    struct built data = zlib_and_plain();

    for (size_t i = 0; i < sizeof wrecks / sizeof *wrecks; i++) {
        struct built table = build_table(0, four, 5), built = { 0 };
        uint64_t list_at;

        memcpy(table.bytes + wrecks[i].at, wrecks[i].bytes, wrecks[i].length);
        built_add(&built, data.bytes, data.size);
        list_at = built.size;
        add_list(&built, &table, 1);
        add_koly(&built, (struct koly){ .list_at = list_at, .list_size = built.size - list_at });
        wrecks_check(&(struct wreck){ wrecks[i].what, 0, "\x78", 1, wrecks[i].says, NULL, NULL }, &built, "table.dmg");
        built_free(&table);
        built_free(&built);
    }
    built_free(&data);
}
END_TEST

static const struct {
    const char *what, *hex;
} adc_wrecks[] = {
    { "a literal that ends behind the end", "ff41" },   { "a match before the beginning", "7f0000" },
    { "a match of three bytes cut off", "80417f00" },   { "a match of two bytes cut off", "80413c" },
    { "a match that refers too far back", "80413c01" }, { "too little", "80417f0000" },
};

START_TEST(wreck_of_adc)
{
    struct built data = { 0 }, built;

    built_hex(&data, adc_wrecks[_i].hex);
    built = build_of(&data, (struct run[]){ { adc, 0, SECTORS, 0, data.size }, { end, 4, 0, 0, 0 } }, 2, 4);
    wrecks_check(
        &(struct wreck){ adc_wrecks[_i].what, 1, built.bytes ? (char *)built.bytes + 1 : "", 1, NULL, NULL, "!" },
        &built, "adc.dmg");
    built_free(&data);
    built_free(&built);
}
END_TEST

START_TEST(anything_may_be_wrong)
{
    struct built built = build_four(), small = { 0 }, table = build_table(0, four, 5);

    for (size_t size = DATA; size < built.size; size += 7) {
        struct dk_error error = { 0 };

        ck_assert_ptr_null(dk_image_open(suite_file("cut.dmg", built.bytes, size), &error));
        ck_assert(*error.text);
    }
    built_hex(&small, block_a_zlib);
    add_list(&small, &table, 1);
    add_koly(&small, (struct koly){ .list_at = P_AT, .list_size = small.size - P_AT, .sectors = 16 });
    wrecks_check_every_byte(&small, "byte.dmg");
    built_free(&built);
    built_free(&small);
    built_free(&table);
}
END_TEST

static void add_whole(TCase *test_case)
{
    tcase_add_test(test_case, zlib_plain_and_zeros);
    tcase_add_test(test_case, adc_in_all_its_forms);
    tcase_add_test(test_case, bzip2_and_xz);
    tcase_add_test(test_case, several_tables);
    tcase_add_test(test_case, a_resource_fork_and_a_leading_koly);
    tcase_add_test(test_case, lzfse_is_named);
}

static void add_segments(TCase *test_case)
{
    tcase_add_loop_test(test_case, segments_in_a_row, 0, sizeof segment_names / sizeof *segment_names);
    tcase_add_test(test_case, wrecks_of_segments);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_of_the_trailer, 0, sizeof trailer_wrecks / sizeof *trailer_wrecks);
    tcase_add_loop_test(test_case, wreck_of_a_run, 0, sizeof run_wrecks / sizeof *run_wrecks);
    tcase_add_loop_test(test_case, wreck_of_adc, 0, sizeof adc_wrecks / sizeof *adc_wrecks);
    tcase_add_test(test_case, wrecks_of_a_table);
    tcase_add_test(test_case, anything_may_be_wrong);
}

int main(void)
{
    return suite_run(
        "dmg", (const struct suite_case[]){
                   { "whole", add_whole }, { "segments", add_segments }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
