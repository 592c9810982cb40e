/* Volumes that are broken or lie: each is a sound one with one thing changed, and says what and where it is. */
#include "support/iso_builder.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>

static struct iso iso;
static struct iso_reading reading;

/*
 * The sound volume: "a" (a file), "link", "sub" with "inner", "z" (a file). Where each record stands is kept for the
 * wrecks.
 */
static uint8_t *record_a, *record_link, *record_sub, *record_z;

static void set_up(void)
{
    struct iso_fields link = { .used = 0 };

    iso = iso_new(64);
    record_a = iso_add_file(&iso, ISO_ROOT, "a", 30, 5);
    iso_field_px(&link, 0120777);
    iso_field_nm(&link, 0, "link");
    iso_field(&link, "SL", "\0\0\6target", 9);
    record_link = iso_add(&iso, ISO_ROOT, (struct iso_record){ "LINK.;1", 0, 0, 0, .fields = &link });
    record_sub = iso_add_directory(&iso, ISO_ROOT, "sub", 40);
    iso_add_file(&iso, 40, "inner", 31, 7);
    record_z = iso_add_file(&iso, ISO_ROOT, "z", 32, 9);
}

static void tear_down(void)
{
    iso_reading_free(&reading);
    iso_free(&iso);
}

static const char sound[] = "a file 5\nlink symlink 0 -> target\nsub dir 2048\nsub/inner file 7\nz file 9\n";

START_TEST(the_sound_one_is_sound)
{
    reading = iso_read(&iso, DK_TREE_BEST, 0);
    ck_assert_str_eq(reading.list, sound);
    ck_assert_str_eq(reading.notes, "");
}
END_TEST

/* Where the fields of a record that iso_add_file() made begin, and its NM among them. */
enum { FIELDS_AT = 33 + 7, NM_AT = FIELDS_AT + 36, DIRECTORY_FIELDS_AT = 33 + 9 };

/* Replaces a record's fields by a CE that leads to `block`. */
static void continue_at(uint8_t *record, uint32_t block, uint32_t offset, uint32_t length)
{
    struct iso_fields fields = { .used = 0 };

    iso_field_ce(&fields, block, offset, length);
    memcpy(record + FIELDS_AT, fields.bytes, fields.used);
    memset(record + FIELDS_AT + fields.used, 0, record[0] - FIELDS_AT - fields.used);
}

static void ce_to_itself(void)
{
    struct iso_fields again = { .used = 0 };

    iso_field_nm(&again, 0, "a");
    iso_field_ce(&again, 50, 0, 34);
    memcpy(iso_sector(&iso, 50), again.bytes, again.used);
    continue_at(record_a, 50, 0, 34);
}

static void ce_to_each_other(void)
{
    struct iso_fields first = { .used = 0 }, second = { .used = 0 };

    iso_field_nm(&first, 0, "a");
    iso_field_ce(&first, 51, 8, 28);
    iso_field_ce(&second, 50, 0, 34);
    memcpy(iso_sector(&iso, 50), first.bytes, first.used);
    memcpy(iso_sector(&iso, 51) + 8, second.bytes, second.used);
    continue_at(record_a, 50, 0, 34);
}

/* Each at another place in one sector: no place comes twice, and there is an end all the same. */
static void ce_chain_without_end(void)
{
    for (uint32_t i = 0; i < 60; i++) {
        struct iso_fields next = { .used = 0 };

        if (i == 0)
            iso_field_nm(&next, 0, "a");
        iso_field_ce(&next, 50, 40 + 34 * (i + 1), 34);
        memcpy(iso_sector(&iso, 50) + 40 + 34 * i, next.bytes, next.used);
    }
    continue_at(record_a, 50, 40, 34);
}

static void ce_beyond(void)
{
    continue_at(record_a, 0x7FFFFFF0, 0, 34);
}

static void ce_huge(void)
{
    struct iso_fields rest = { .used = 0 };

    iso_field_nm(&rest, 0, "a");
    memcpy(iso_sector(&iso, 50), rest.bytes, rest.used);
    continue_at(record_a, 50, 0, 0xFFFFFFF0);
}

static void name_past_record(void)
{
    record_a[32] = 250;
}

static void name_empty(void)
{
    record_a[32] = 0;
}

static void record_short(void)
{
    record_a[0] = 5;
}

static void record_long(void)
{
    record_z[0] = 255;
    memset(record_z + 33, 0xFF, 10);
    record_z[32] = 240;
}

static void little_half_lies(void)
{
    memset(record_a + 2, 0x7F, 4);
}

static void little_half_missing(void)
{
    memset(record_a + 2, 0, 4);
}

static void halves_differ(void)
{
    record_a[6] ^= 1;
}

static void extent_beyond(void)
{
    iso_put_both32(record_a + 2, 5000);
}

static void extent_last(void)
{
    iso_put_both32(record_a + 2, 0xFFFFFFFF);
}

static void end_beyond(void)
{
    iso_put_both32(record_a + 10, 0xFFFFFFFF);
}

static void extents_announced(void)
{
    record_z[25] = 0x80;
}

static void directory_beyond(void)
{
    iso_put_both32(record_sub + 2, 0x00FFFFFF);
}

static void directory_is_root(void)
{
    iso_put_both32(record_sub + 2, ISO_ROOT);
}

static void directory_below_is_root(void)
{
    iso_put_both32(iso_add_directory(&iso, 40, "up", 41) + 2, ISO_ROOT);
}

static void directory_huge(void)
{
    iso_put_both32(record_sub + 10, 0xFFFFF800);
}

static void directory_huge_all_over(void)
{
    iso_put_both32(record_sub + 10, 0xFFFFF800);
    iso_put_both32(iso_sector(&iso, 40) + 10, 0xFFFFF800);
}

static void directory_without_size(void)
{
    iso_put_both32(record_sub + 10, 0);
}

static void directory_zeroed(void)
{
    memset(iso_sector(&iso, 40), 0, DK_SECTOR_USER);
}

static void directory_of_rubbish(void)
{
    memset(iso_sector(&iso, 40), 0xFF, DK_SECTOR_USER);
}

static void root_huge(void)
{
    iso_put_both32(iso_sector(&iso, 16) + 166, 0xFFFFF800);
}

static void root_without_size(void)
{
    iso_put_both32(iso_sector(&iso, 16) + 166, 0);
}

static void field_without_length(void)
{
    record_a[NM_AT + 2] = 0;
}

static void field_too_long(void)
{
    record_a[NM_AT + 2] = 200;
}

static void component_too_long(void)
{
    record_link[FIELDS_AT + 36 + 9 + 4 + 2] = 250;
}

static void times_too_many(void)
{
    memcpy(record_a + NM_AT, "TF\6\1\xFF\0", 6);
}

static void child_is_root(void)
{
    struct iso_fields fields = { .used = 0 };

    iso_field_pair(&fields, "CL", ISO_ROOT);
    memcpy(record_sub + DIRECTORY_FIELDS_AT, fields.bytes, fields.used);
    record_sub[25] = 0;
}

static void child_is_nothing(void)
{
    struct iso_fields fields = { .used = 0 };

    iso_field_pair(&fields, "CL", 0xFFFFFFF0);
    memcpy(record_sub + DIRECTORY_FIELDS_AT, fields.bytes, fields.used);
    record_sub[25] = 0;
}

static void block_size_zero(void)
{
    iso_put_both16(iso_sector(&iso, 16) + 128, 0);
}

static void block_size_odd(void)
{
    iso_put_both16(iso_sector(&iso, 16) + 128, 65535);
}

static void boot_catalog_beyond(void)
{
    memcpy(iso_sector(&iso, 18), iso_sector(&iso, 17), DK_SECTOR_USER);
    memcpy(iso_sector(&iso, 17), "\0CD001\1EL TORITO SPECIFICATION", 30);
    memset(iso_sector(&iso, 17) + 71, 0xFF, 3);
}

static void path_table_lies(void)
{
    iso_put_both32(iso_sector(&iso, 16) + 132, 0xFFFFFFFF);
    iso_put_both32(iso_sector(&iso, 16) + 140, 0x7FFFFFFF);
}

/* RRIP 4.1.7: virtual size high and low, depth of the table. */
static void sparse_file(void)
{
    struct iso_fields rest = { .used = 0 };

    iso_field_nm(&rest, 0, "a");
    iso_field(&rest, "SF", (const uint8_t[17]){ 0 }, 17);
    memcpy(iso_sector(&iso, 50), rest.bytes, rest.used);
    continue_at(record_a, 50, 0, (uint32_t)rest.used);
}

static void volume_size_lies(void)
{
    iso_put_both32(iso_sector(&iso, 16) + 80, 0);
}

#define REST "link symlink 0 -> target\nsub dir 2048\nsub/inner file 7\nz file 9\n"

static const struct {
    void (*wreck)(void);
    const char *list;  /* NULL: not compared */
    const char *words; /* in the notes; NULL: it does no harm, and there is none */
    bool harmless;     /* it is told, and no damage */
} wrecks[] = {
    { ce_to_itself, "a file 5\n" REST, "a: its system use area is continued in a loop (directory record at LBA 21",
      false },
    { ce_to_each_other, "a file 5\n" REST, "continued in a loop", false },
    { ce_chain_without_end, "a file 5\n" REST, "more than 32 continuations", false },
    { ce_beyond, "FILE file 5\n" REST, "FILE: a continuation of its system use area can't be read (directory record",
      false },
    { ce_huge, "a file 5\n" REST, "leaves its block", false },
    { name_past_record, REST, "LBA 21, byte 129, has a name that is longer than the record", false },
    { name_empty, REST, "has no name", false },
    { record_short, REST, "is too short to be one", false },
    { record_long, NULL, "LBA 21", false },
    { little_half_lies, sound, "a: its extent or size is not the same in both byte orders; the big-endian one", true },
    { little_half_missing, sound, "not the same in both byte orders; the big-endian one counts", true },
    { halves_differ, sound, "a: its extent or size is not the same in both byte orders", true },
    { extent_beyond, sound, "a: LBA 5000 to 5000 of its contents are not all in the image", false },
    { extent_last, sound, "a: its contents lie where no disc has a sector", false },
    { end_beyond, "a file 4294967295\n" REST, "a: LBA 30 to 2097181 of its contents", false },
    { extents_announced, sound, "z: more extents are announced, and none follows", false },
    { directory_beyond, "a file 5\nlink symlink 0 -> target\nsub dir 2048\nz file 9\n",
      "sub: this directory can't be read: the image has no sector with LBA 16777215", false },
    { directory_is_root, "a file 5\nlink symlink 0 -> target\nsub dir 2048\nz file 9\n",
      "sub: the directory at LBA 21 is one that it lies in", false },
    { directory_below_is_root,
      "a file 5\nlink symlink 0 -> target\nsub dir 2048\nsub/inner file 7\nsub/up dir 2048\nz file 9\n",
      "sub/up: the directory at LBA 21 is one that it lies in", false },
    { directory_huge, "a file 5\nlink symlink 0 -> target\nsub dir 4294965248\nsub/inner file 7\nz file 9\n",
      "sub: the directory at LBA 40 has 4294965248 bytes by its record, more than there are", false },
    { directory_huge_all_over, "a file 5\nlink symlink 0 -> target\nsub dir 4294965248\nsub/inner file 7\nz file 9\n",
      "more than there are", false },
    { directory_without_size, "a file 5\nlink symlink 0 -> target\nsub dir 0\nsub/inner file 7\nz file 9\n",
      "sub: the directory at LBA 40 is recorded with a size of 0", false },
    { directory_zeroed, "a file 5\nlink symlink 0 -> target\nsub dir 2048\nz file 9\n",
      "sub: the directory at LBA 40 does not begin with its own record", false },
    { directory_of_rubbish, "a file 5\nlink symlink 0 -> target\nsub dir 2048\nz file 9\n",
      "sub: the directory at LBA 40 does not begin with its own record", false },
    { root_huge, sound, "/: the directory at LBA 21 has 4294965248 bytes", false },
    { root_without_size, sound, "/: the directory at LBA 21 is recorded with a size of 0", false },
    { field_without_length, "FILE file 5\n" REST, "a field of its system use area has no length", false },
    { field_too_long, "FILE file 5\n" REST, "a field of its system use area runs past the end", false },
    { component_too_long, NULL, "link: a component of its target runs past its field", false },
    { times_too_many, NULL, "it claims more times than its field holds", false },
    { child_is_root, NULL, "the directory at LBA 21 is one that it lies in", false },
    { child_is_nothing, NULL, "there is no directory where this one was relocated to", false },
    { block_size_zero, sound, "the volume descriptor at LBA 16 gives 0 bytes as its block size", false },
    { block_size_odd, sound, "gives 65535 bytes as its block size", false },
    { boot_catalog_beyond, sound, "the boot catalog at LBA 16777215 can't be read", false },
    { path_table_lies, sound, NULL, false },
    { sparse_file, "a file 5\n" REST, "a: it is a sparse file", false },
    { volume_size_lies, sound, NULL, false },
};

START_TEST(tells_what_is_wrong_and_lists_the_rest)
{
    wrecks[_i].wreck();
    for (unsigned flags = 0; flags <= DK_WALK_UNSORTED; flags += DK_WALK_UNSORTED) {
        if (flags)
            iso_reading_free(&reading);
        reading = iso_read(&iso, DK_TREE_BEST, flags);
        if (wrecks[_i].list)
            ck_assert_str_eq(reading.list, wrecks[_i].list);
        if (wrecks[_i].words)
            ck_assert_msg(strstr(reading.notes, wrecks[_i].words), "'%s' is not in '%s'", wrecks[_i].words,
                          reading.notes);
        else
            ck_assert_str_eq(reading.notes, "");
        ck_assert_uint_eq(reading.damaged, wrecks[_i].words && !wrecks[_i].harmless);
    }
}
END_TEST

START_TEST(a_wrecked_root_is_told_and_nothing_is_listed)
{
    iso_put_both32(iso_sector(&iso, 16) + 158, 0x00FFFFFF);
    reading = iso_read(&iso, DK_TREE_BEST, 0);
    ck_assert_str_eq(reading.list, "");
    ck_assert(!reading.walked && reading.error.kind == DK_ERROR_DAMAGED);
    ck_assert_ptr_nonnull(strstr(reading.error.text, "LBA 16777215"));
    ck_assert_ptr_nonnull(strstr(reading.notes, "the root directory of the iso9660 volume \"HANDMADE\""));
}
END_TEST

START_TEST(descriptors_without_end_are_given_up)
{
    iso_free(&iso);
    iso = iso_new(100);
    iso_put_both32(iso_sector(&iso, 16) + 158, 90);
    memcpy(iso_sector(&iso, 90), iso_sector(&iso, ISO_ROOT), DK_SECTOR_USER);
    iso_put_both32(iso_sector(&iso, 90) + 2, 90);
    for (uint32_t lba = 17; lba < 90; lba++)
        memcpy(iso_sector(&iso, lba), iso_sector(&iso, 16), DK_SECTOR_USER);
    iso_add_file(&iso, 90, "file", 95, 3);
    reading = iso_read(&iso, DK_TREE_BEST, 0);
    ck_assert_str_eq(reading.list, "file file 3\n");
    ck_assert_str_eq(reading.notes, "the volume descriptors from LBA 16 on have no end\n");
    ck_assert(reading.damaged);
}
END_TEST

START_TEST(names_that_lead_elsewhere_are_marked)
{
    struct iso_fields up = { .used = 0 };

    iso_add_file(&iso, ISO_ROOT, "../../evil", 33, 1);
    iso_add_file(&iso, ISO_ROOT, "..", 33, 1);
    iso_field_px(&up, 0100644);
    iso_field_nm(&up, 4, "");
    iso_add(&iso, 40, (struct iso_record){ "UP.;1", 0, 33, 1, .fields = &up });
    reading = iso_read(&iso, DK_TREE_BEST, 0);
    ck_assert_str_eq(reading.list, ".. file 1\n..\\x2f..\\x2fevil file 1\na file 5\nlink symlink 0 -> target\n"
                                   "sub dir 2048\nsub/.. file 1\nsub/inner file 7\nz file 9\n");
}
END_TEST

START_TEST(nesting_has_an_end)
{
    enum { LEVELS = 1100, FIRST = 60 };

    iso_free(&iso);
    iso = iso_new(FIRST + LEVELS);
    for (uint32_t i = 0; i < LEVELS; i++)
        iso_add_directory(&iso, i ? FIRST + i - 1 : ISO_ROOT, "d", FIRST + i);
    reading = iso_read(&iso, DK_TREE_BEST, _i ? DK_WALK_UNSORTED : 0);
    ck_assert(reading.damaged);
    ck_assert_ptr_nonnull(strstr(reading.notes, "directories are nested more than 1024 deep"));
}
END_TEST

/* Each begins a sector behind the other and claims all the rest: read one by one, they would be fifty times it. */
START_TEST(directories_that_lie_over_others_are_given_up)
{
    enum { COUNT = 100, FIRST = 40 };

    iso_free(&iso);
    iso = iso_new(FIRST + COUNT);
    for (uint32_t i = 0; i < COUNT; i++)
        iso_put_both32(iso_add_directory(&iso, i ? FIRST + i - 1 : ISO_ROOT, "d", FIRST + i) + 10,
                       (COUNT - i) * DK_SECTOR_USER);
    reading = iso_read(&iso, DK_TREE_BEST, 0);
    ck_assert(reading.damaged);
    ck_assert_ptr_nonnull(strstr(reading.notes, " lies over others\n"));
    ck_assert_ptr_nonnull(strstr(reading.list, "d dir 204800\n"));
}
END_TEST

/* The volume is cut behind each of its sectors: there is always an end, and never more than there is. */
START_TEST(is_cut_anywhere)
{
    iso.sectors = (uint32_t)_i;
    reading = iso_read(&iso, DK_TREE_BEST, 0);
    ck_assert_uint_le(strlen(reading.list), sizeof sound);
    ck_assert_msg(_i > 40 || _i <= 16 || reading.damaged, "%s%s", reading.list, reading.notes);
}
END_TEST

/* Every byte of the descriptor and of both directories, set to values that lengths and counts trip over. */
START_TEST(no_byte_breaks_it)
{
    static const uint32_t sectors[] = { 16, ISO_ROOT, 40 };
    static const uint8_t values[] = { 0, 1, 0x7F, 0x80, 0xFF };
    uint8_t *byte = iso_sector(&iso, sectors[_i / 64]) + (_i % 64) * 8;

    for (int i = 0; i < 8; i++, byte++) {
        const uint8_t old = *byte;

        for (size_t v = 0; v < sizeof values; v++) {
            *byte = values[v];
            reading = iso_read(&iso, DK_TREE_BEST, 0);
            ck_assert_uint_le(strlen(reading.list), 10000);
            iso_reading_free(&reading);
        }
        *byte = old;
    }
    reading = (struct iso_reading){ 0 };
}
END_TEST

static void add_wrecks(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, set_up, tear_down);
    tcase_add_test(test_case, the_sound_one_is_sound);
    tcase_add_loop_test(test_case, tells_what_is_wrong_and_lists_the_rest, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, a_wrecked_root_is_told_and_nothing_is_listed);
    tcase_add_test(test_case, descriptors_without_end_are_given_up);
    tcase_add_test(test_case, names_that_lead_elsewhere_are_marked);
    tcase_add_loop_test(test_case, nesting_has_an_end, 0, 2);
    tcase_add_test(test_case, directories_that_lie_over_others_are_given_up);
    tcase_add_loop_test(test_case, is_cut_anywhere, 1, 64);
    tcase_add_loop_test(test_case, no_byte_breaks_it, 0, 3 * 64);
}

int main(void)
{
    return suite_run("hostile", (const struct suite_case[]){ { "wrecks", add_wrecks }, { NULL, NULL } });
}
