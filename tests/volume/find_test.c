/* Which volumes are on a track: descriptors, bases, boot catalogs, and kinds that are only recognised. */
#include "support/iso_builder.h"
#include "support/suite.h"

#include <string.h>

enum { TRACK = 5000, SECTORS = 600 };

static struct iso iso;
static struct dk_store *store;
static struct dk_disc *disc;
static struct dk_volumes *volumes;

static void set_up(void)
{
    iso = iso_new(SECTORS);
}

static void tear_down(void)
{
    dk_volumes_free(volumes);
    dk_disc_close(disc);
    dk_store_close(store);
    iso_free(&iso);
}

/* Looks at the volume as a track at `lba`. */
static void find_at(int32_t lba)
{
    struct dk_error error;

    store = dk_store_from_memory(iso.bytes, (size_t)iso.sectors * DK_SECTOR_USER, "handmade");
    disc = dk_disc_new("iso", "handmade");
    dk_disc_add_track(
        disc, (struct dk_track){ .number = 7, .session = 1, .mode = DK_MODE1, .lba = lba, .count = iso.sectors });
    dk_disc_add_extent(disc, (struct dk_extent){ .lba = lba,
                                                 .count = iso.sectors,
                                                 .mode = DK_MODE1,
                                                 .store = store,
                                                 .layout = dk_layout_find(DK_MODE1, DK_SECTOR_USER) });
    ck_assert(dk_disc_finish(disc, &error));
    volumes = dk_volumes_find(disc->source, 7, lba, iso.sectors, &error);
    ck_assert_ptr_nonnull(volumes);
}

static const struct dk_volume *only(enum dk_volume_kind kind)
{
    ck_assert_uint_eq(volumes->count, 1);
    ck_assert_int_eq(volumes->items[0].kind, kind);
    ck_assert_uint_eq(volumes->items[0].track, 7);
    return &volumes->items[0];
}

/* A disc without ISO 9660. */
static void clear(void)
{
    memset(iso.bytes, 0, (size_t)iso.sectors * DK_SECTOR_USER);
}

START_TEST(descriptors_are_read)
{
    uint8_t *primary = iso_sector(&iso, 16);

    iso_add_joliet(&iso);
    memcpy(primary + 8, "LINUX", 5);
    memcpy(primary + 318, "SOMEBODY", 8);
    memcpy(primary + 813, "2026112216385400\xEC", 17); /* zone -20: five hours west */
    iso_put_both16(primary + 120, 3);
    iso_put_both16(primary + 124, 2);
    find_at(0);
    ck_assert_uint_eq(volumes->count, 2);
    ck_assert_str_eq(volumes->items[0].label, "HANDMADE");
    ck_assert_str_eq(volumes->items[0].system, "LINUX");
    ck_assert_str_eq(volumes->items[0].publisher, "SOMEBODY");
    ck_assert_ptr_null(volumes->items[0].preparer);
    ck_assert_uint_eq(volumes->items[0].blocks, SECTORS);
    ck_assert_uint_eq(volumes->items[0].set_size, 3);
    ck_assert_uint_eq(volumes->items[0].set_number, 2);
    ck_assert(volumes->items[0].created.known && !volumes->items[0].modified.known);
    ck_assert_int_eq(volumes->items[0].created.seconds, 1795365534 + 5 * 3600);
    ck_assert_int_eq(volumes->items[0].created.zone, -300);
    ck_assert(volumes->items[0].rock_ridge && !volumes->items[1].rock_ridge);
    ck_assert_int_eq(volumes->items[1].kind, DK_VOLUME_JOLIET);
    ck_assert_str_eq(volumes->items[1].label, "JJJJJJJJJJJJJJJJ");
    ck_assert_str_eq(volumes->items[1].variant, "Joliet level 3");
    ck_assert_int_eq(volumes->items[1].lba, 17);
}
END_TEST

static bool see(const struct dk_entry *entry, void *context)
{
    (void)entry, (void)context;
    return true;
}

START_TEST(big_endian_halves_count_where_the_others_are_empty)
{
    memset(iso_sector(&iso, 16) + 80, 0, 4);
    memset(iso_sector(&iso, 16) + 128, 0, 2);
    memset(iso_sector(&iso, 16) + 158, 0, 4);
    find_at(0);
    ck_assert_uint_eq(only(DK_VOLUME_ISO9660)->blocks, SECTORS);
    ck_assert_uint_eq(volumes->items[0].block_size, 2048);
    ck_assert(!volumes->items[0].wrecked);
}
END_TEST

/* One half of the root's extent lies: where it is, its own record says. */
START_TEST(the_half_that_leads_to_the_root_counts)
{
    struct dk_tree *tree;
    struct dk_error error;

    memset(iso_sector(&iso, 16) + (_i ? 158 : 162), 1, 4);
    find_at(0);
    ck_assert(!only(DK_VOLUME_ISO9660)->wrecked);
    ck_assert_int_eq(volumes->items[0].base, 0);
    ck_assert_uint_eq(volumes->notes.told[DK_NOTE_DAMAGE], 0);
    ck_assert_uint_eq(volumes->notes.told[DK_NOTE_ODD], _i);
    tree = dk_tree_open(volumes, DK_TREE_BEST, NULL, &error);
    ck_assert(dk_tree_walk(tree, "", 0, see, NULL, &error));
    dk_tree_close(tree);
}
END_TEST

/* The root as a block of the volume, and the base that follows, for a track at LBA 5000. */
static const struct {
    uint32_t root;
    int32_t base;
} bases[] = { { ISO_ROOT, TRACK }, { TRACK + ISO_ROOT, 0 }, { 9000 + ISO_ROOT, TRACK - 9000 } };

START_TEST(blocks_count_from_the_disc_the_track_or_elsewhere)
{
    iso_put_both32(iso_sector(&iso, 16) + 158, bases[_i].root);
    iso_put_both32(iso_sector(&iso, ISO_ROOT) + 2, bases[_i].root);
    find_at(TRACK);
    ck_assert_int_eq(only(DK_VOLUME_ISO9660)->base, bases[_i].base);
    ck_assert(!volumes->items[0].wrecked);
    ck_assert_uint_eq(volumes->notes.told[DK_NOTE_DAMAGE], 0);
}
END_TEST

START_TEST(a_boot_catalog_is_read)
{
    static const uint8_t catalog[] = {
        1, 0,    0,    0,    0,    0,    0, 0,    0, 0, 0,    0,    0, 0,  0, 0,    0, 0, 0, 0, 0, 0, 0, 0,   0, 0, 0,
        0, 0xAA, 0x55, 0x55, 0xAA, 0x88, 2, 0xC0, 7, 0, 0,    4,    0, 99, 0, 0,    0, 0, 0, 0, 0, 0, 0, 0,   0, 0, 0,
        0, 0,    0,    0,    0,    0,    0, 0,    0, 0, 0x91, 0xEF, 1, 0,  0, 0,    0, 0, 0, 0, 0, 0, 0, 0,   0, 0, 0,
        0, 0,    0,    0,    0,    0,    0, 0,    0, 0, 0,    0,    0, 0,  0, 0x88, 0, 0, 0, 0, 0, 1, 0, 123, 0, 0, 0,
    };

    memcpy(iso_sector(&iso, 18), iso_sector(&iso, 17), DK_SECTOR_USER);
    memcpy(iso_sector(&iso, 17), "\0CD001\1EL TORITO SPECIFICATION", 30);
    iso_sector(&iso, 17)[71] = 50;
    memcpy(iso_sector(&iso, 50), catalog, sizeof catalog);
    find_at(0);
    ck_assert_uint_eq(volumes->boot_count, 2);
    ck_assert(volumes->boot[0].bootable && volumes->boot[0].platform == 0 && volumes->boot[0].media == 2);
    ck_assert(volumes->boot[0].load_segment == 0x7C0 && volumes->boot[0].sectors == 4 && volumes->boot[0].lba == 99);
    ck_assert(volumes->boot[1].platform == 0xEF && volumes->boot[1].lba == 123);
}
END_TEST

/* ---- UDF ---- */

/* CRC of ECMA-167 7.2.6, bit by bit. */
static uint16_t crc_of(const uint8_t *bytes, size_t count)
{
    uint16_t crc = 0;

    for (size_t i = 0; i < count; i++) {
        crc ^= (uint16_t)(bytes[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    }
    return crc;
}

static void put_le(uint8_t *to, uint32_t number, int count)
{
    for (int i = 0; i < count; i++)
        to[i] = (uint8_t)(number >> 8 * i);
}

static void put_tag(uint8_t *block, uint16_t tag, uint32_t location)
{
    put_le(block, tag, 2);
    put_le(block + 2, 3, 2);
    put_le(block + 8, crc_of(block + 16, 496), 2);
    put_le(block + 10, 496, 2);
    put_le(block + 12, location, 4);
    block[4] = 0;
    for (int i = 0; i < 16; i++)
        block[4] = (uint8_t)(block[4] + (i == 4 ? 0 : block[i]));
}

/* An anchor at block 256 of `size` bytes that points at block 400; there the label, and what ends the sequence. */
static void make_udf(uint32_t size)
{
    uint8_t *anchor = iso.bytes + (size_t)256 * size, *sequence = iso.bytes + (size_t)300 * size;

    for (uint32_t i = 0; i < 3; i++)
        memcpy(iso_sector(&iso, 16 + i) + 1, (const char *[]){ "BEA01", "NSR03", "TEA01" }[i], 5);
    put_le(anchor + 16, 16 * size, 4);
    put_le(anchor + 20, 300, 4);
    put_tag(anchor, 2, 256);
    put_le(sequence + 192, 150, 4);
    put_tag(sequence, 5, 300);
    sequence += size;
    memcpy(sequence + 84, "\x10\0B\x01\x41", 5); /* U+0042 U+0141 */
    sequence[84 + 127] = 5;
    put_le(sequence + 240, 0x0201, 2);
    put_tag(sequence, 6, 301);
    put_tag(sequence + size, 8, 302);
}

START_TEST(udf_is_recognised)
{
    clear();
    make_udf(_i ? 512 : 2048);
    find_at(0);
    ck_assert_str_eq(only(DK_VOLUME_UDF)->label, "B\xC5\x81");
    ck_assert_str_eq(volumes->items[0].variant, "UDF 2.01");
    ck_assert_uint_eq(volumes->items[0].blocks, _i ? 37 : 150);
    ck_assert_uint_eq(volumes->notes.count, 0);
}
END_TEST

/* What is spoiled, and the words that it gives. */
static const struct {
    uint32_t block;
    size_t at;
    const char *words;
} spoiled[] = {
    { 256, 20, "the UDF anchor at block 256 of track 7 is spoiled" }, /* its CRC no longer agrees */
    { 256, 4, "the UDF anchor at block 256 of track 7 is spoiled" },  /* nor its sum */
    { 256, 0, "has no anchor where one should be" },
    { 301, 100, "no descriptors where that points" },
};

START_TEST(spoiled_udf_is_told)
{
    clear();
    make_udf(2048);
    iso_sector(&iso, spoiled[_i].block)[spoiled[_i].at] ^= 1;
    find_at(0);
    ck_assert_str_eq(only(DK_VOLUME_UDF)->label, "");
    ck_assert_uint_ge(volumes->notes.told[DK_NOTE_DAMAGE], 1);
    ck_assert_ptr_nonnull(strstr(volumes->notes.items[0].text, spoiled[_i].words));
}
END_TEST

START_TEST(a_volume_without_a_tree_is_named)
{
    struct dk_error error;

    clear();
    make_udf(2048);
    find_at(0);
    ck_assert_ptr_null(dk_tree_open(volumes, DK_TREE_BEST, NULL, &error));
    ck_assert_str_eq(error.text, "the volume \"B\xC5\x81\" is UDF 2.01: it is recognised, and not read yet");
}
END_TEST

/* ---- HFS and others ---- */

static void make_hfs(uint64_t at)
{
    memcpy(iso.bytes + at + 1024, "BD", 2);
    memcpy(iso.bytes + at + 1024 + 18, "\0\x64\0\0\x10\0", 6); /* 100 blocks of 4096 */
    memcpy(iso.bytes + at + 1024 + 36, "\4Mac\x8E", 5);        /* e acute in Mac Roman */
}

START_TEST(hfs_is_recognised)
{
    clear();
    make_hfs(0);
    find_at(0);
    ck_assert_str_eq(only(DK_VOLUME_HFS)->label, "Mac\xC3\xA9");
    ck_assert_uint_eq(volumes->items[0].blocks, 200);
}
END_TEST

START_TEST(hfs_is_recognised_in_a_partition)
{
    clear();
    memcpy(iso.bytes, "ER\2\0", 4);
    memcpy(iso.bytes + 512, "PM\0\0\0\0\0\2\0\0\0\1", 12);
    memcpy(iso.bytes + 512 + 48, "Apple_partition_map", 19);
    memcpy(iso.bytes + 1024, "PM\0\0\0\0\0\2\0\0\0\x40", 12);
    memcpy(iso.bytes + 1024 + 48, "Apple_HFS", 9);
    make_hfs(0x40 * 512);
    find_at(0);
    ck_assert_str_eq(only(DK_VOLUME_HFS)->label, "Mac\xC3\xA9");
    ck_assert_int_eq(volumes->items[0].base, 16);
}
END_TEST

START_TEST(the_label_of_hfs_plus_is_in_its_catalog)
{
    uint8_t *header = iso.bytes + 1024, *node = iso.bytes + 20 * 4096, *leaf = node + 3 * 8192;

    clear();
    memcpy(header, "H+\0\4", 4);
    memcpy(header + 40, "\0\0\x10\0\0\0\0\x64", 8); /* blocks of 4096, 100 of them */
    header[272 + 16 + 3] = 20;                      /* the catalog's first block */
    node[14 + 13] = 3;                              /* its first leaf node */
    node[14 + 18] = 0x20;                           /* nodes of 8192 bytes */
    leaf[14 + 5] = 1;                               /* the root's parent */
    memcpy(leaf + 14 + 6, "\0\2\0P\x01\x41", 6);
    find_at(0);
    ck_assert_str_eq(only(DK_VOLUME_HFS)->label, "P\xC5\x81");
    ck_assert_str_eq(volumes->items[0].variant, "HFS+");
}
END_TEST

START_TEST(kin_of_iso_9660_are_recognised)
{
    static const struct {
        size_t at, label_at;
        const char *id;
        enum dk_volume_kind kind;
    } rows[] = { { 9, 48, "CDROM", DK_VOLUME_HIGH_SIERRA }, { 1, 40, "CD-I ", DK_VOLUME_CD_I } };

    clear();
    memcpy(iso_sector(&iso, 16) + rows[_i].at, rows[_i].id, 5);
    memcpy(iso_sector(&iso, 16) + rows[_i].label_at, "OLD   ", 6);
    find_at(0);
    ck_assert_str_eq(only(rows[_i].kind)->label, "OLD");
}
END_TEST

START_TEST(a_disc_without_a_volume_has_none)
{
    clear();
    find_at(0);
    ck_assert_uint_eq(volumes->count, 0);
    ck_assert_uint_eq(volumes->notes.count, 0);
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, set_up, tear_down);
    tcase_add_test(test_case, descriptors_are_read);
    tcase_add_test(test_case, big_endian_halves_count_where_the_others_are_empty);
    tcase_add_loop_test(test_case, the_half_that_leads_to_the_root_counts, 0, 2);
    tcase_add_loop_test(test_case, blocks_count_from_the_disc_the_track_or_elsewhere, 0, 3);
    tcase_add_test(test_case, a_boot_catalog_is_read);
    tcase_add_loop_test(test_case, udf_is_recognised, 0, 2);
    tcase_add_loop_test(test_case, spoiled_udf_is_told, 0, sizeof spoiled / sizeof *spoiled);
    tcase_add_test(test_case, a_volume_without_a_tree_is_named);
    tcase_add_test(test_case, hfs_is_recognised);
    tcase_add_test(test_case, hfs_is_recognised_in_a_partition);
    tcase_add_test(test_case, the_label_of_hfs_plus_is_in_its_catalog);
    tcase_add_loop_test(test_case, kin_of_iso_9660_are_recognised, 0, 2);
    tcase_add_test(test_case, a_disc_without_a_volume_has_none);
}

int main(void)
{
    return suite_run("find", (const struct suite_case[]){ { "volumes", add_all }, { NULL, NULL } });
}
