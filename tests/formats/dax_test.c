/* DAX: what maxcso makes, and version 1, by recipe, and wrecks of it. */
#include "support/packed_builder.h"
#include "support/suite.h"
#include "support/table.h"

static const struct packed_recipe right[] = {
    { .kind = PACKED_DAX },
    { .kind = PACKED_DAX, .cut = 100 },
    { .kind = PACKED_DAX, .version = 1 },
    { .kind = PACKED_DAX, .version = 1, .cut = 2000 },
    { .kind = PACKED_DAX, .version = 1, .all_stored = true },
};

START_TEST(opens_as_it_was)
{
    struct packed_image image = packed_build(&right[_i]);
    struct dk_disc *disc = packed_open_checked(&image, "disc.dax", "dax");

    ck_assert_int_eq(disc->notes.told[DK_NOTE_DAMAGE] > 0, right[_i].cut > 0);
    dk_disc_close(disc);
    packed_free(&image);
}
END_TEST

/* 16 blocks; offsets from byte 32 on, lengths from 96, areas from 128; blocks lie from byte 256 on. */
static const struct packed_recipe whole = { .kind = PACKED_DAX, .version = 1, .all_stored = true };

static const struct packed_wreck wrecks[] = {
    { "image of 0 bytes", 4, "\0\0\0\0", 4, "0 bytes" },
    { "image of 4 GiB", 4, "\xFF\xFF\xFF\xFF", 4, "takes a table of 3145728 bytes at byte 32" },
    { "version 2", 8, "\2\0\0\0", 4, "version 2" },
    { "more areas than there is room for", 12, "\0\1\0\0", 4, "area 16 at byte 256" },
    { "all areas that can be said", 12, "\xFF\xFF\xFF\xFF", 4, "area 16 at byte 256" },
    { "area of no block", 128 + 4, "\0\0\0\0", 4, "area 0 at byte 128" },
    { "area past the last block", 128, "\x10\0\0\0", 4, "is of blocks 16 to 16, and there are 16" },
    { "area that wraps", 128, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "area 0 at byte 128" },
    { "areas that overlap", 128 + 4, "\x10\0\0\0", 4, "area 1 at byte 136" },
    { "block in the header", 32, "\x1F\0\0\0", 4, "+1 of 16 blocks lie where none can be" },
    { "block behind the file", 32 + 4 * 7, "\xFF\xFF\xFF\xFF", 4, "+block 7 (LBA 28 to 31)" },
    { "version 0 with stored blocks", 8, "\0", 1, "!its zlib data are damaged" },
    { "version 0 with a length no block has", 8, "\0\0\0\0\0\0\0\0", 8, "!its zlib data are damaged" },
};

START_TEST(says_what_is_wrecked)
{
    packed_check_wreck(&whole, &wrecks[_i], "wreck.dax");
}
END_TEST

START_TEST(stands_being_cut_anywhere)
{
    packed_check_cuts(&whole, "cut.dax");
}
END_TEST

static void add_images(TCase *test_case)
{
    tcase_add_loop_test(test_case, opens_as_it_was, 0, sizeof right / sizeof *right);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, says_what_is_wrecked, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, stands_being_cut_anywhere);
}

int main(void)
{
    return suite_run("dax",
                     (const struct suite_case[]){ { "images", add_images }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
