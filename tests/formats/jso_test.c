/* JSO: what its description says, by recipe, and wrecks of it. */
#include "support/packed_builder.h"
#include "support/suite.h"
#include "support/table.h"

static const struct packed_recipe right[] = {
    { .kind = PACKED_JSO_LZO, .block = 2048 },
    { .kind = PACKED_JSO_LZO, .block = 16384, .cut = 900 },
    { .kind = PACKED_JSO_LZO, .block = 4096, .short_last = true, .block_headers = true },
    { .kind = PACKED_JSO_DEFLATE, .block = 2048 },
    { .kind = PACKED_JSO_DEFLATE, .block = 32768, .block_headers = true },
    { .kind = PACKED_JSO_DEFLATE, .block = 2048, .all_stored = true },
};

START_TEST(opens_as_it_was)
{
    struct packed_image image = packed_build(&right[_i]);
    struct dk_disc *disc = packed_open_checked(&image, "disc.jso", "jso");

    ck_assert_int_eq(disc->notes.told[DK_NOTE_DAMAGE] > 0, right[_i].cut > 0);
    dk_disc_close(disc);
    packed_free(&image);
}
END_TEST

/* 31 blocks; 32 words from byte 48 on; blocks lie from byte 176 on. */
static const struct packed_recipe whole = { .kind = PACKED_JSO_LZO, .block = 4096, .block_headers = true };

static const struct packed_wreck wrecks[] = {
    { "block of 0 bytes", 6, "\0\0", 2, "blocks of 0 bytes" },
    { "block of 65535 bytes", 6, "\xFF\xFF", 2, "blocks of 65535 bytes" },
    { "method 2", 10, "\2", 1, "method 2" },
    { "image of 0 bytes", 12, "\0\0\0\0", 4, "0 bytes" },
    { "image of 4 GiB", 12, "\xFF\xFF\xFF\xFF", 4, "takes a table of 4194308 bytes at byte 48" },
    { "block in the header", 48, "\x2F\0\0\0", 4, "+1 of 31 blocks lie where none can be" },
    { "block that is shorter than its header", 52, "\xB3\0\0\0", 4, "+block 0 (LBA 0 to 1)" },
    { "block behind the file", 48 + 4 * 9, "\xFF\xFF\xFF\xFF", 4, "+2 of 31 blocks" },
    { "the other method", 10, "\1", 1, "!its deflate data" },
    { "no block headers", 8, "\0", 1, "!its LZO data" },
};

START_TEST(says_what_is_wrecked)
{
    packed_check_wreck(&whole, &wrecks[_i], "wreck.jso");
}
END_TEST

START_TEST(stands_being_cut_anywhere)
{
    packed_check_cuts(&whole, "cut.jso");
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
    return suite_run("jso",
                     (const struct suite_case[]){ { "images", add_images }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
