/* CSO: what maxcso and older writers make, by recipe, and wrecks of it. */
#include "support/packed_builder.h"
#include "support/suite.h"
#include "support/table.h"

#include <string.h>

static const struct packed_recipe right[] = {
    { .kind = PACKED_CSO1, .block = 2048 },
    { .kind = PACKED_CSO1, .block = 16384 },
    { .kind = PACKED_CSO1, .block = 1 << 20 }, /* a single block, larger than the image */
    { .kind = PACKED_CSO1, .block = 2048, .shift = 1 },
    { .kind = PACKED_CSO1, .block = 2048, .shift = 11 },
    { .kind = PACKED_CSO1, .block = 4096, .shift = 3, .short_last = true },
    { .kind = PACKED_CSO1, .block = 2048, .all_stored = true },
    { .kind = PACKED_CSO1, .block = 4096, .cut = 700 },
    { .kind = PACKED_CSO1, .block = 4096, .cut = 700, .short_last = true },
    { .kind = PACKED_CSO1, .block = 2048, .cut = 2047, .short_last = true, .all_stored = true },
    { .kind = PACKED_CSO2, .block = 2048 },
    { .kind = PACKED_CSO2, .block = 2048, .shift = 2 },
    { .kind = PACKED_CSO2, .block = 8192, .shift = 5, .cut = 1, .short_last = true },
    { .kind = PACKED_CSO2, .block = 2048, .all_stored = true },
};

START_TEST(opens_as_it_was)
{
    struct packed_image image = packed_build(&right[_i]);

    dk_disc_close(packed_open_checked(&image, "disc.cso", "cso"));
    packed_free(&image);
}
END_TEST

/* The header's size is 0 and the version too. */
START_TEST(opens_what_old_writers_made)
{
    struct packed_image image = packed_build(&right[0]);

    memset(image.bytes + 4, 0, 4);
    image.bytes[20] = 0;
    dk_disc_close(packed_open_checked(&image, "disc.cso", "cso"));
    packed_free(&image);
}
END_TEST

/* 61 blocks; the table has 62 words from byte 24 on; blocks lie from byte 272 on. */
static const struct packed_recipe whole = { .kind = PACKED_CSO1, .block = 2048 };

static const struct packed_wreck wrecks[] = {
    { "image of 0 bytes", 8, "\0\0\0\0\0\0\0\0", 8, "0 bytes" },
    { "image of 2^50 bytes", 8, "\0\0\0\0\0\0\4\0", 8, "and the file has" },
    { "image of all bytes there are", 8, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "and the file has" },
    { "image longer than its table", 8, "\0\0\0\1\0\0\0\0", 8, "takes a table of 32772 bytes at byte 24" },
    { "block of 0 bytes", 16, "\0\0\0\0", 4, "blocks of 0 bytes" },
    { "block of 1024 bytes", 16, "\0\4\0\0", 4, "blocks of 1024 bytes, where a power of two from 2048" },
    { "block of 2049 bytes", 16, "\1\x08\0\0", 4, "blocks of 2049 bytes" },
    { "block of 4 GiB", 16, "\xFF\xFF\xFF\xFF", 4, "blocks of 4294967295 bytes" },
    { "version 3", 20, "\3", 1, "version 3" },
    { "shift of 32", 21, "\x20", 1, "a shift of 32" },
    { "shift of 31", 21, "\x1F", 1, "block 0 (LBA 0 to 0)" },
    { "first block in the header", 24, "\x10\0\0\0", 4,
      "+1 of 61 blocks lie where none can be and are not read; the first is" },
    { "first block in the table", 24, "\0\1\0\0", 4, "+block 0 (LBA 0 to 0): the table has it at byte 256" },
    { "block behind the file", 24 + 4 * 20, "\xFF\xFF\xFF\x7F", 4, "+2 of 61 blocks" },
    { "block 20 goes backwards", 24 + 4 * 20, "\x11\1\0\0", 4, "+block 19 (LBA 19 to 19)" },
    { "end behind the file", 24 + 4 * 61, "\0\0\0\x10", 4, "+block 60 (LBA 60 to 60): its" },
    { "all blocks at the end of all places", 24, "\xFF\xFF\xFF\x7F\xFF\xFF\xFF\x7F\xFF\xFF\xFF\x7F\xFF\xFF\xFF\x7F", 16,
      "+4 of 61 blocks" },
    { "a descriptor that can't be unpacked", 24 + 4 * 62 + 100, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 12,
      "!its deflate data" },
};

START_TEST(says_what_is_wrecked)
{
    packed_check_wreck(&whole, &wrecks[_i], "wreck.cso");
}
END_TEST

START_TEST(stands_being_cut_anywhere)
{
    packed_check_cuts(&whole, "cut.cso");
    packed_check_cuts(&(struct packed_recipe){ .kind = PACKED_CSO2, .block = 16384, .shift = 4 }, "cut.cso");
}
END_TEST

/* The blocks that are sound are read, and those that are not are told by their sectors. */
START_TEST(reads_around_damage)
{
    struct packed_image image = packed_build(&whole);
    struct dk_error error;
    struct dk_disc *disc;
    uint8_t sector[DK_SECTOR_USER];

    memset(image.bytes + image.block_at[31], 0xFF, 8);
    disc = dk_image_open(suite_file("damage.cso", image.bytes, image.size), &error);
    ck_assert_ptr_nonnull(disc);
    for (int32_t lba = 0; lba < 61; lba++) {
        const uint32_t got = dk_source_read(disc->source, lba, 1, DK_FORM_USER, sector, &error);

        ck_assert_uint_eq(got, lba != 31);
        if (got)
            ck_assert_mem_eq(sector, image.image + (size_t)lba * DK_SECTOR_USER, DK_SECTOR_USER);
        else
            ck_assert_ptr_nonnull(strstr(error.text, "block 31 (LBA 31 to 31): its deflate data are damaged"));
    }
    dk_disc_close(disc);
    packed_free(&image);
}
END_TEST

START_TEST(says_that_it_has_no_checksums)
{
    struct packed_image image = packed_build(&whole);
    struct dk_disc *disc = packed_open_checked(&image, "disc.cso", "cso");

    ck_assert(table_has_note(&disc->notes, DK_NOTE_GUESS, "no checksums"));
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 0);
    dk_disc_close(disc);
    packed_free(&image);
}
END_TEST

static void add_images(TCase *test_case)
{
    tcase_add_loop_test(test_case, opens_as_it_was, 0, sizeof right / sizeof *right);
    tcase_add_test(test_case, opens_what_old_writers_made);
    tcase_add_test(test_case, says_that_it_has_no_checksums);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, says_what_is_wrecked, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, stands_being_cut_anywhere);
    tcase_add_test(test_case, reads_around_damage);
}

int main(void)
{
    return suite_run("cso",
                     (const struct suite_case[]){ { "images", add_images }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
