/* ZSO: what maxcso makes, by recipe, and wrecks of it. */
#include "support/packed_builder.h"
#include "support/suite.h"
#include "support/table.h"

static const struct packed_recipe right[] = {
    { .kind = PACKED_ZSO, .block = 2048 },
    { .kind = PACKED_ZSO, .block = 32768, .cut = 5 },
    { .kind = PACKED_ZSO, .block = 2048, .shift = 4 },
    { .kind = PACKED_ZSO, .block = 8192, .shift = 1, .cut = 3000, .short_last = true },
    { .kind = PACKED_ZSO, .block = 2048, .all_stored = true },
};

START_TEST(opens_as_it_was)
{
    struct packed_image image = packed_build(&right[_i]);
    struct dk_disc *disc = packed_open_checked(&image, "disc.zso", "zso");

    ck_assert_int_eq(disc->notes.told[DK_NOTE_DAMAGE] > 0, right[_i].cut > 0);
    dk_disc_close(disc);
    packed_free(&image);
}
END_TEST

/* 31 blocks; 32 words from byte 24 on; blocks lie from byte 152 on. */
static const struct packed_recipe whole = { .kind = PACKED_ZSO, .block = 4096 };

static const struct packed_wreck wrecks[] = {
    { "image of 0 bytes", 8, "\0\0\0\0\0\0\0\0", 8, "0 bytes" },
    { "image of 2^63 bytes", 8, "\0\0\0\0\0\0\0\x80", 8, "and the file has" },
    { "block of 3000 bytes", 16, "\xB8\x0B\0\0", 4, "blocks of 3000 bytes" },
    { "first block is the header", 24, "\0\0\0\0", 4, "+block 0 (LBA 0 to 1): the table has it at byte 0" },
    { "end before the last block", 24 + 4 * 31, "\x98\0\0\0", 4, "+block 30 (LBA 60 to 60)" },
    { "a block stored that has not all its bytes", 24 + 3, "\x80", 1, "!some of its bytes are missing" },
    { "a block that can't be unpacked", 152, "\xFF\xFF\xFF\xFF\xFF", 5, "!its LZ4 data" },
};

START_TEST(says_what_is_wrecked)
{
    packed_check_wreck(&whole, &wrecks[_i], "wreck.zso");
}
END_TEST

START_TEST(stands_being_cut_anywhere)
{
    packed_check_cuts(&whole, "cut.zso");
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
    return suite_run("zso",
                     (const struct suite_case[]){ { "images", add_images }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
