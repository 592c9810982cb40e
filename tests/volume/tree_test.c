/* Trees that are sound, in shapes that authoring programs seldom or never write. */
#include "support/iso_builder.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>

static struct iso iso;
static struct iso_reading reading;

static void set_up(void)
{
    iso = iso_new(64);
}

static void tear_down(void)
{
    iso_reading_free(&reading);
    iso_free(&iso);
}

static void list(enum dk_tree_kind kind, unsigned flags)
{
    reading = iso_read(&iso, kind, flags);
    ck_assert_msg(reading.walked, "%s", reading.error.text);
}

static void expect(enum dk_tree_kind kind, const char *lines)
{
    list(kind, 0);
    ck_assert_str_eq(reading.list, lines);
    ck_assert_str_eq(reading.notes, "");
}

struct wanted {
    const char *path;
    struct dk_entry entry;
    struct dk_file_extent extents[4];
    bool found;
};

static bool take(const struct dk_entry *entry, void *context)
{
    struct wanted *into = context;

    if (strcmp(entry->path, into->path) != 0)
        return true;
    into->entry = *entry;
    into->found = true;
    ck_assert_uint_le(entry->extent_count, 4);
    memcpy(into->extents, entry->extents, entry->extent_count * sizeof *entry->extents);
    into->entry.extents = into->extents;
    into->entry.path = into->entry.name = into->path;
    return false;
}

/* The entry, found by its path and again in the whole list; its contents can be read. */
static struct wanted wanted;

static const struct dk_entry *entry_of(const char *path)
{
    struct wanted again = { .path = path };

    wanted = (struct wanted){ .path = path };
    ck_assert(dk_tree_walk(reading.tree, path, 0, take, &wanted, &reading.error));
    ck_assert(dk_tree_walk(reading.tree, "/", DK_WALK_RECURSIVE, take, &again, &reading.error));
    ck_assert(wanted.found && again.found);
    ck_assert_uint_eq(wanted.entry.size, again.entry.size);
    return &wanted.entry;
}

START_TEST(a_file_in_several_extents_is_one)
{
    struct iso_fields fields = { .used = 0 };
    char contents[5096];

    iso_field_px(&fields, 0100600);
    iso_field_nm(&fields, 0, "big");
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "BIG.;1", 0, 40, 4096, .flags = 0x80, .fields = &fields });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "BIG.;1", 0, 30, 1000, .fields = &fields });
    memset(iso_sector(&iso, 40), 'a', 4096);
    memset(iso_sector(&iso, 30), 'b', 1000);
    expect(DK_TREE_BEST, "big file 5096\n");

    const struct dk_entry *big = entry_of("big");
    ck_assert_uint_eq(big->extent_count, 2);
    ck_assert_int_eq(big->lba, 40);
    ck_assert(dk_tree_read(reading.tree, big, 0, contents, sizeof contents, &reading.error));
    ck_assert(contents[0] == 'a' && contents[4095] == 'a' && contents[4096] == 'b' && contents[5095] == 'b');
    ck_assert(dk_tree_read(reading.tree, big, 4095, contents, 2, &reading.error));
    ck_assert_mem_eq(contents, "ab", 2);
}
END_TEST

/* The first of the extents fills what 32 bits can say, in whole sectors. */
START_TEST(a_file_may_be_larger_than_an_extent_can_say)
{
    const uint32_t most = 0xFFFFF800;

    iso_add(&iso, ISO_ROOT, (struct iso_record){ "HUGE.;1", 0, 30, most, .flags = 0x80 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "HUGE.;1", 0, 30 + most / DK_SECTOR_USER, 1000000, .flags = 0 });
    list(DK_TREE_ISO, 0);
    ck_assert_str_eq(reading.list, "HUGE file 4295965248\n");
    ck_assert_uint_eq(entry_of("HUGE")->extent_count, 2);
    ck_assert_uint_eq(wanted.entry.extents[1].size, 1000000);
    ck_assert_int_eq(wanted.entry.extents[1].lba, 2097181);
}
END_TEST

START_TEST(an_interleaved_file_is_read_around_its_gaps)
{
    char contents[5000];

    iso_add(&iso, ISO_ROOT, (struct iso_record){ "INTER.;1", 0, 30, 5000, .unit = 1, .gap = 2 });
    for (uint32_t i = 0; i < 9; i++)
        memset(iso_sector(&iso, 30 + i), 'a' + (int)i, DK_SECTOR_USER);
    expect(DK_TREE_ISO, "INTER file 5000\n");
    const struct dk_entry *file = entry_of("INTER");
    ck_assert(dk_tree_read(reading.tree, file, 0, contents, sizeof contents, &reading.error));
    ck_assert(contents[0] == 'a' && contents[2047] == 'a' && contents[2048] == 'd' && contents[4999] == 'g');
}
END_TEST

START_TEST(files_are_never_links_of_others)
{
    struct iso_fields one = { .used = 0 }, two = { .used = 0 };
    char contents[5];
    uint8_t numbers[40]; /* PX of RRIP 1.12 with a serial number, the same in both */

    for (int i = 0; i < 5; i++)
        iso_put_both32(numbers + 8 * i, i == 0 ? 0100644 : 7);
    iso_field(&one, "PX", numbers, sizeof numbers);
    iso_put_both32(numbers, 0100755);
    iso_field(&two, "PX", numbers, sizeof numbers);
    iso_field_nm(&one, 0, "a");
    iso_field_nm(&two, 0, "b");
    /* the same extent, or, though the serial number says that they are one, different contents */
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "A.;1", 0, 30, 5, .fields = &one });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "B.;1", 0, _i ? 31 : 30, 5, .fields = &two });
    memcpy(iso_sector(&iso, 30), "first", 5);
    memcpy(iso_sector(&iso, 31), "other", 5);
    expect(DK_TREE_BEST, "a file 5\nb file 5\n");
    ck_assert(dk_tree_read(reading.tree, entry_of("b"), 0, contents, 5, &reading.error));
    ck_assert_mem_eq(contents, _i ? "other" : "first", 5);
    ck_assert_uint_eq(entry_of("a")->mode, 0644);
    ck_assert_uint_eq(entry_of("b")->mode, 0755);
    ck_assert_uint_eq(entry_of("b")->uid, 7);
}
END_TEST

/* PN as genisoimage writes it, as Unix had it in 16 bits, and as xorriso and libarchive write it for Linux. */
static const struct {
    uint32_t high, low, major, minor;
} devices[] = {
    { 1, 3, 1, 3 }, { 300, 70000, 300, 70000 }, { 0, 0x0803, 8, 3 }, { 0, 0x11112C70, 300, 70000 }, { 0, 7, 0, 7 },
};

START_TEST(device_numbers_are_told_apart_in_every_packing)
{
    struct iso_fields fields = { .used = 0 };
    uint8_t numbers[16];

    iso_put_both32(numbers, devices[_i].high);
    iso_put_both32(numbers + 8, devices[_i].low);
    iso_field_px(&fields, 0020600);
    iso_field_nm(&fields, 0, "device");
    iso_field(&fields, "PN", numbers, sizeof numbers);
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "DEVICE.;1", 0, 0, 0, .fields = &fields });
    expect(DK_TREE_BEST, "device char 0\n");
    ck_assert_uint_eq(entry_of("device")->device_major, devices[_i].major);
    ck_assert_uint_eq(entry_of("device")->device_minor, devices[_i].minor);
}
END_TEST

START_TEST(names_and_targets_go_on_in_continuation_areas)
{
    struct iso_fields link = { .used = 0 }, first = { .used = 0 }, second = { .used = 0 };
    char forty[41], sixty[61], fifty[51], line[600] = "";
    uint8_t components[201] = { 0 };

    memset(forty, 'x', 40), memset(sixty, 'y', 60), memset(fifty, 'z', 50);
    forty[40] = sixty[60] = fifty[50] = '\0';
    iso_field_px(&link, 0120777);
    iso_field_nm(&link, 1, forty);
    iso_field_ce(&link, 50, 100, 4 + 1 + 60 + 28);
    iso_field_nm(&first, 1, sixty);
    iso_field_ce(&first, 51, 1000, 4 + 1 + 50 + 205);
    iso_field_nm(&second, 0, fifty);
    for (int i = 0; i < 40; i++) /* 40 components "abc" */
        memcpy(components + 1 + 5 * i, "\0\3abc", 5);
    iso_field(&second, "SL", components, sizeof components);
    memcpy(iso_sector(&iso, 50) + 100, first.bytes, first.used);
    memcpy(iso_sector(&iso, 51) + 1000, second.bytes, second.used);
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "LINK.;1", 0, 0, 0, .fields = &link });
    snprintf(line, sizeof line, "%s%s%s symlink 0 -> abc", forty, sixty, fifty);
    for (int i = 1; i < 40; i++)
        strcat(line, "/abc");
    strcat(line, "\n");
    expect(DK_TREE_BEST, line);
}
END_TEST

/* Components of SL: flags, length, text; the target that they make. */
static const struct {
    const char *bytes;
    size_t count;
    const char *target;
} links[] = {
    { "\0\x08\0\0\3abs\0\1x", 11, "/abs/x" }, { "\0\4\0\4\0\0\1x", 8, "../../x" }, { "\0\2\0\0\1x", 6, "./x" },
    { "\0\1\2ab\0\2cd\0\1e", 12, "abcd/e" },  { "\0\0\1d\0\0\0\1e", 9, "d//e" },   { "\0\x08\0", 3, "/" },
};

START_TEST(components_make_a_target)
{
    struct iso_fields fields = { .used = 0 };
    char line[80];

    iso_field_px(&fields, 0120777);
    iso_field_nm(&fields, 0, "l");
    iso_field(&fields, "SL", links[_i].bytes, links[_i].count);
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "L.;1", 0, 0, 0, .fields = &fields });
    snprintf(line, sizeof line, "l symlink 0 -> %s\n", links[_i].target);
    expect(DK_TREE_BEST, line);
}
END_TEST

START_TEST(a_relocated_directory_stands_where_it_belongs)
{
    struct iso_fields fields = { .used = 0 }, moved = { .used = 0 };

    iso_add_directory(&iso, ISO_ROOT, "rr_moved", 40);
    iso_add_directory(&iso, 40, "shadow", 41);
    memset(iso_sector(&iso, 40), 0, DK_SECTOR_USER); /* its record again, now with RE */
    iso_add(&iso, 40, (struct iso_record){ "\0", 1, 40, DK_SECTOR_USER, .flags = 2 });
    iso_add(&iso, 40, (struct iso_record){ "\1", 1, ISO_ROOT, DK_SECTOR_USER, .flags = 2 });
    iso_field_px(&moved, 040755);
    iso_field_nm(&moved, 0, "deep");
    iso_field(&moved, "RE", "", 0);
    iso_add(&iso, 40, (struct iso_record){ "DEEP", 0, 41, DK_SECTOR_USER, .flags = 2, .fields = &moved });
    iso_add_file(&iso, 41, "file", 42, 9);
    iso_field_px(&fields, 0100644);
    iso_field_nm(&fields, 0, "deep");
    iso_field_pair(&fields, "CL", 41);
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "DEEP", 0, 41, DK_SECTOR_USER, .fields = &fields });
    expect(DK_TREE_BEST, "deep dir 2048\ndeep/file file 9\n");
    ck_assert_uint_eq(entry_of("deep/file")->size, 9);
}
END_TEST

/* CD-ROM XA puts 14 bytes in front of the fields; SP says so, and stands before or behind its own. */
START_TEST(xa_records_stand_before_the_fields)
{
    static const uint8_t xa[14] = { 0, 0, 0, 0, 0x0D, 0x55, 'X', 'A' };
    struct iso_fields root = { .used = 0 }, file = { .used = 0 };

    if (_i == 1) {
        memcpy(root.bytes, xa, sizeof xa);
        root.used = sizeof xa;
    }
    iso_field(&root, "SP", "\xBE\xEF\x0E", 3);
    iso_field_px(&root, 040755);
    memcpy(file.bytes, xa, sizeof xa);
    file.used = sizeof xa;
    iso_field_px(&file, 0100644);
    iso_field_nm(&file, 0, "rock");
    memset(iso_sector(&iso, ISO_ROOT), 0, DK_SECTOR_USER);
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "\0", 1, ISO_ROOT, DK_SECTOR_USER, .flags = 2, .fields = &root });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "\1", 1, ISO_ROOT, DK_SECTOR_USER, .flags = 2 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "PLAIN.;1", 0, 30, 4, .fields = &file });
    expect(DK_TREE_BEST, "rock file 4\n");
}
END_TEST

START_TEST(rock_ridge_without_its_mark_is_taken)
{
    memcpy(iso_sector(&iso, ISO_ROOT) + 34, "XX", 2); /* where SP was */
    iso_add_file(&iso, ISO_ROOT, "rock", 30, 4);
    expect(DK_TREE_BEST, "rock file 4\n");
    ck_assert_uint_eq(reading.volumes->notes.told[DK_NOTE_GUESS], 1);
}
END_TEST

START_TEST(the_highest_version_has_the_bare_name)
{
    const unsigned flags = _i ? DK_WALK_UNSORTED : 0;

    iso_add(&iso, ISO_ROOT, (struct iso_record){ "NODOT.;1", 0, 30, 1, .flags = 0 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "VER.TXT;3", 0, 31, 3, .flags = 0 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "VER.TXT;2", 0, 32, 2, .flags = 0 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "lower.txt", 0, 34, 5, .flags = 0 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "\x82\xA0", 0, 33, 4, .flags = 1 });
    list(DK_TREE_ISO, flags);
    ck_assert_str_eq(reading.list,
                     "NODOT file 1\nVER.TXT file 3\nVER.TXT;2 file 2\nlower.txt file 5\n\x82\xA0 file 4\n");
    ck_assert_uint_eq(entry_of("VER.TXT")->size, 3);
    ck_assert_uint_eq(entry_of("VER.TXT;2")->size, 2);
    ck_assert(entry_of("\x82\xA0")->hidden);
}
END_TEST

START_TEST(an_associated_file_is_marked_and_never_merged)
{
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "TWO.;1", 0, 30, 7, .flags = 4 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "TWO.;1", 0, 31, 9, .flags = 0 });
    list(DK_TREE_ISO, 0);
    ck_assert_str_eq(reading.list, "TWO file 7\nTWO file 9\n");
}
END_TEST

/* Names of Joliet that are no text, or would leave their directory. */
static const struct {
    const char *utf16;
    size_t size;
    const char *name;
    bool odd, spelled;
} joliet_names[] = {
    { "\0b\xD8\x3D\xDE\x00", 6, "b\xF0\x9F\x98\x80", false, false }, /* U+1F600 as a surrogate pair */
    { "\0b\xD8\x00\0c", 6, "b\\xd8\\x00c", false, true },
    { "\0s\0/\0h", 6, "s\\x2fh", true, true },
    { "\0.\0.\0/\0u", 8, "..\\x2fu", true, true },
    { "\0n\0\0\0x", 6, "n\\x00x", true, true },
    { "\0.\0.", 4, "..", true, false },
    { "\0a\0;\0001", 6, "a", false, false },
};

START_TEST(joliet_names_are_kept_whatever_they_hold)
{
    struct wanted found = { .path = joliet_names[_i].name };

    iso_add_joliet(&iso);
    iso_add(&iso, ISO_JOLIET_ROOT,
            (struct iso_record){ joliet_names[_i].utf16, joliet_names[_i].size, 30, 5, .flags = 0 });
    list(DK_TREE_JOLIET, 0);
    ck_assert(dk_tree_walk(reading.tree, "", 0, take, &found, &reading.error));
    ck_assert_msg(found.found, "%s", reading.list);
    ck_assert_uint_eq(found.entry.odd_name, joliet_names[_i].odd);
    ck_assert_uint_eq(found.entry.raw_name != NULL, joliet_names[_i].spelled);
    ck_assert_str_eq(reading.notes, "");
}
END_TEST

/* As long as a record has room for: 110 units, and three bytes of UTF-8 for each. */
START_TEST(joliet_names_may_fill_their_record)
{
    char utf16[220], line[400] = "";

    for (size_t i = 0; i < sizeof utf16; i += 2) {
        memcpy(utf16 + i, "\x20\xAC", 2);
        strcat(line, "\xE2\x82\xAC");
    }
    strcat(line, " file 5\n");
    iso_add_joliet(&iso);
    iso_add(&iso, ISO_JOLIET_ROOT, (struct iso_record){ utf16, sizeof utf16, 30, 5, .flags = 0 });
    expect(DK_TREE_JOLIET, line);
}
END_TEST

START_TEST(odd_joliet_names_make_no_directory_and_hide_nothing)
{
    iso_add_joliet(&iso);
    for (size_t i = 1; i < 5; i++)
        iso_add(&iso, ISO_JOLIET_ROOT,
                (struct iso_record){ joliet_names[i].utf16, joliet_names[i].size, 30, 5, .flags = 0 });
    list(DK_TREE_JOLIET, DK_WALK_RECURSIVE);
    ck_assert_str_eq(reading.list, "..\\x2fu file 5\nb\\xd8\\x00c file 5\nn\\x00x file 5\ns\\x2fh file 5\n");
}
END_TEST

static const struct {
    uint8_t date[7];
    bool known;
    int64_t seconds;
    int zone;
} dates[] = {
    { { 220, 1, 1, 0, 0, 0, 0 }, true, 4733510400, 0 }, { { 100, 1, 1, 14, 0, 0, 56 }, true, 946684800, 840 },
    { { 70, 1, 1, 0, 0, 0, 4 }, true, -3600, 60 },      { { 0, 3, 1, 0, 0, 0, 0xF0 }, true, -2203891200 + 14400, -240 },
    { { 0, 0, 0, 0, 0, 0, 0 }, false, 0, 0 },           { { 120, 77, 1, 0, 0, 0, 0 }, false, 0, 0 },
    { { 121, 2, 29, 0, 0, 0, 0 }, false, 0, 0 },
};

START_TEST(dates_are_what_was_recorded_or_unknown)
{
    const struct dk_entry *file;

    iso_add(&iso, ISO_ROOT, (struct iso_record){ "D.;1", 0, 30, 5, .date = dates[_i].date });
    list(DK_TREE_ISO, 0);
    file = entry_of("D");
    ck_assert_uint_eq(file->mtime.known, dates[_i].known);
    ck_assert_int_eq(file->mtime.seconds, dates[_i].seconds);
    ck_assert_int_eq(file->mtime.zone, dates[_i].zone);
}
END_TEST

START_TEST(the_sort_is_by_bytes_and_parents_come_first)
{
    iso_add_file(&iso, ISO_ROOT, "b", 30, 1);
    iso_add_directory(&iso, ISO_ROOT, "a", 40);
    iso_add_file(&iso, 40, "z", 31, 2);
    iso_add_file(&iso, 40, "y", 32, 3);
    iso_add_file(&iso, ISO_ROOT, "B", 33, 4);
    expect(DK_TREE_BEST, "B file 4\na dir 2048\na/y file 3\na/z file 2\nb file 1\n");
    iso_reading_free(&reading);
    list(DK_TREE_BEST, DK_WALK_UNSORTED);
    ck_assert_str_eq(reading.list, "b file 1\na dir 2048\na/z file 2\na/y file 3\nB file 4\n");
}
END_TEST

START_TEST(an_empty_or_wrecked_tree_does_not_hide_another)
{
    iso_add_joliet(&iso);
    memset(iso_sector(&iso, ISO_ROOT), 0, DK_SECTOR_USER); /* a root without Rock Ridge */
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "\0", 1, ISO_ROOT, DK_SECTOR_USER, .flags = 2 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "\1", 1, ISO_ROOT, DK_SECTOR_USER, .flags = 2 });
    iso_add(&iso, ISO_ROOT, (struct iso_record){ "FULL.;1", 0, 30, 5, .flags = 0 });
    list(DK_TREE_BEST, 0);
    ck_assert_str_eq(reading.list, "FULL file 5\n");
    ck_assert_int_eq(dk_tree_kind(reading.tree), DK_TREE_ISO);
}
END_TEST

START_TEST(what_is_not_there_is_said)
{
    iso_add_file(&iso, ISO_ROOT, "file", 30, 1);
    list(DK_TREE_BEST, 0);
    ck_assert(!dk_tree_walk(reading.tree, "no/such", 0, take, &(struct wanted){ .path = "" }, &reading.error));
    ck_assert_str_eq(reading.error.text, "there is no no/such in the image");
    ck_assert(!dk_tree_walk(reading.tree, "file/below", 0, take, &(struct wanted){ .path = "" }, &reading.error));
    ck_assert_ptr_null(dk_tree_open(reading.volumes, DK_TREE_JOLIET, NULL, &reading.error));
    ck_assert_str_eq(reading.error.text, "there is no Joliet tree");
}
END_TEST

static void add_shapes(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, set_up, tear_down);
    tcase_add_test(test_case, a_file_in_several_extents_is_one);
    tcase_add_test(test_case, a_file_may_be_larger_than_an_extent_can_say);
    tcase_add_test(test_case, an_interleaved_file_is_read_around_its_gaps);
    tcase_add_loop_test(test_case, files_are_never_links_of_others, 0, 2);
    tcase_add_test(test_case, names_and_targets_go_on_in_continuation_areas);
    tcase_add_loop_test(test_case, components_make_a_target, 0, sizeof links / sizeof *links);
    tcase_add_loop_test(test_case, device_numbers_are_told_apart_in_every_packing, 0, sizeof devices / sizeof *devices);
    tcase_add_test(test_case, a_relocated_directory_stands_where_it_belongs);
    tcase_add_loop_test(test_case, xa_records_stand_before_the_fields, 0, 2);
    tcase_add_test(test_case, rock_ridge_without_its_mark_is_taken);
    tcase_add_loop_test(test_case, the_highest_version_has_the_bare_name, 0, 2);
    tcase_add_test(test_case, an_associated_file_is_marked_and_never_merged);
    tcase_add_loop_test(test_case, joliet_names_are_kept_whatever_they_hold, 0,
                        sizeof joliet_names / sizeof *joliet_names);
    tcase_add_test(test_case, joliet_names_may_fill_their_record);
    tcase_add_test(test_case, odd_joliet_names_make_no_directory_and_hide_nothing);
    tcase_add_loop_test(test_case, dates_are_what_was_recorded_or_unknown, 0, sizeof dates / sizeof *dates);
    tcase_add_test(test_case, the_sort_is_by_bytes_and_parents_come_first);
    tcase_add_test(test_case, an_empty_or_wrecked_tree_does_not_hide_another);
    tcase_add_test(test_case, what_is_not_there_is_said);
}

int main(void)
{
    return suite_run("tree", (const struct suite_case[]){ { "shapes", add_shapes }, { NULL, NULL } });
}
