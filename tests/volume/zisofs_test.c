/* Files packed by zisofs: read block by block in any order, and refused where their tables lie. */
#include "support/iso_builder.h"
#include "support/suite.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 15, SIZE = 2 * BLOCK + 1000, EXTENT = 30 };

static struct iso iso;
static struct iso_reading reading;
static uint8_t plain[SIZE];
static uint8_t *record;

static void put_le(uint8_t *to, uint64_t number, int count)
{
    for (int i = 0; i < count; i++)
        to[i] = (uint8_t)(number >> 8 * i);
}

/* Three blocks, the second of zeros, which has no bytes; version 1 or 2. Returns the packed size. */
static uint32_t pack(int version)
{
    static const uint8_t magics[2][8] = { { 0x37, 0xE4, 0x53, 0x96, 0xC9, 0xDB, 0xD6, 0x07 },
                                          { 0xEF, 0x22, 0x55, 0xA1, 0xBC, 0x1B, 0x95, 0xA0 } };
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
    uint8_t *to = iso_sector(&iso, EXTENT);
    const int width = version == 1 ? 4 : 8, table = version == 1 ? 16 : 24;
    size_t used = (size_t)(table + 4 * width);

    memcpy(to, magics[version - 1], 8);
    for (int i = 0; i < SIZE; i++)
        plain[i] = (uint8_t)(i / BLOCK == 1 ? 0 : i * 7 + i / 300);
    for (int block = 0; block <= 3; block++) {
        put_le(to + table + block * width, used, width);
        if (block == 0 || block == 2)
            used += libdeflate_zlib_compress(compressor, plain + block * BLOCK, block == 2 ? 1000 : BLOCK, to + used,
                                             2 * BLOCK);
    }
    libdeflate_free_compressor(compressor);
    return (uint32_t)used;
}

/* The record of the packed file, whose ZF gives these figures. */
static void add(int version, uint32_t packed_size, uint8_t log2, uint64_t size)
{
    struct iso_fields fields = { .used = 0 };
    uint8_t zf[12] = { 'p', 'z', 4, log2 };

    if (version == 2)
        memcpy(zf, (uint8_t[]){ 'P', 'Z', 6 }, 3);
    iso_put_both32(zf + 4, (uint32_t)size);
    if (version == 2)
        put_le(zf + 4, size, 8);
    iso_field_px(&fields, 0100644);
    iso_field_nm(&fields, 0, "packed");
    iso_field(&fields, "ZF", zf, sizeof zf);
    record = iso_add(&iso, ISO_ROOT, (struct iso_record){ "PACKED.;1", 0, EXTENT, packed_size, .fields = &fields });
}

static void set_up(void)
{
    iso = iso_new(256);
}

static void tear_down(void)
{
    iso_reading_free(&reading);
    iso_free(&iso);
}

struct check {
    uint64_t offset;
    size_t count;
    bool right, read;
    struct dk_error error;
};

static bool read_part(const struct dk_entry *entry, void *context)
{
    struct check *check = context;
    uint8_t *contents = malloc(check->count);

    check->read = dk_tree_read(reading.tree, entry, check->offset, contents, check->count, &check->error);
    check->right = check->read && memcmp(contents, plain + check->offset, check->count) == 0;
    free(contents);
    return true;
}

static struct check read_at(uint64_t offset, size_t count)
{
    struct check check = { .offset = offset, .count = count };
    struct dk_error error;

    ck_assert(dk_tree_walk(reading.tree, "packed", 0, read_part, &check, &error));
    return check;
}

START_TEST(is_unpacked_in_any_order)
{
    static const struct {
        uint64_t offset;
        size_t count;
    } parts[] = { { 0, SIZE }, { 2 * BLOCK, 1000 }, { 5, 10 }, { BLOCK - 1, 2 }, { BLOCK, BLOCK }, { SIZE - 1, 1 } };

    add(_i, pack(_i), 15, SIZE);
    reading = iso_read(&iso, DK_TREE_BEST, 0);
    ck_assert_str_eq(reading.list, "packed file 66536\n");
    ck_assert_str_eq(reading.notes, "");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        ck_assert(read_at(parts[i].offset, parts[i].count).right);
}
END_TEST

/* What ZF may say, and what is said of it: such a file is listed as it is recorded. */
static const struct {
    uint8_t log2;
    uint64_t size;
    const char *words;
} figures[] = {
    { 0, SIZE, "with a block or header size that there is not" },
    { 14, SIZE, "with a block or header size that there is not" },
    { 18, SIZE, "with a block or header size that there is not" },
    { 31, SIZE, "with a block or header size that there is not" },
    { 255, SIZE, "with a block or header size that there is not" },
    { 15, 0xFFFFFFFF, "with more blocks than the file has room for" },
};

START_TEST(figures_that_can_not_be_are_told)
{
    char wanted[80];
    const uint32_t size = pack(1);

    add(1, size, figures[_i].log2, figures[_i].size);
    reading = iso_read(&iso, DK_TREE_BEST, 0);
    ck_assert_ptr_nonnull(strstr(reading.notes, figures[_i].words));
    ck_assert(reading.damaged);
    sprintf(wanted, "packed file %u\n", size);
    ck_assert_str_eq(reading.list, wanted);
}
END_TEST

START_TEST(contents_that_are_not_packed_are_told)
{
    add(1, pack(1), 15, SIZE);
    iso_sector(&iso, EXTENT)[0] ^= 1;
    reading = iso_read(&iso, DK_TREE_BEST, 0);
    ck_assert_ptr_nonnull(strstr(reading.notes, "recorded as packed by zisofs, and its contents are not"));
    ck_assert(read_at(0, 100).read);
}
END_TEST

/* An offset in the table of blocks, what it becomes, and what reading the second block then says. */
static const struct {
    int entry;
    uint32_t offset;
    const char *words;
} tables[] = {
    { 1, 0xFFFFFFFF, "lies outside it" },
    { 1, 10, "can't be unpacked" },
    { 2, 3, "lies outside it" },
};

START_TEST(tables_that_lie_are_told)
{
    struct check check;

    add(1, pack(1), 15, SIZE);
    put_le(iso_sector(&iso, EXTENT) + 16 + 4 * tables[_i].entry, tables[_i].offset, 4);
    reading = iso_read(&iso, DK_TREE_BEST, 0);
    check = read_at(BLOCK, 10);
    ck_assert(!check.read && check.error.kind == DK_ERROR_DAMAGED);
    ck_assert_msg(strstr(check.error.text, tables[_i].words), "%s", check.error.text);
    ck_assert_ptr_nonnull(strstr(check.error.text, "LBA 30"));
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, set_up, tear_down);
    tcase_add_loop_test(test_case, is_unpacked_in_any_order, 1, 3);
    tcase_add_loop_test(test_case, figures_that_can_not_be_are_told, 0, sizeof figures / sizeof *figures);
    tcase_add_test(test_case, contents_that_are_not_packed_are_told);
    tcase_add_loop_test(test_case, tables_that_lie_are_told, 0, sizeof tables / sizeof *tables);
}

int main(void)
{
    return suite_run("zisofs", (const struct suite_case[]){ { "packed files", add_all }, { NULL, NULL } });
}
