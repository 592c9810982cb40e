/* WBFS images, by recipe: one file or several, and what must come of wrecks. */
#include "support/suite.h"
#include "support/table.h"
#include "support/wrecks.h"

#include <disckit/format.h>
#include <string.h>

/* Sectors of 512 bytes; blocks of 32 KiB, of which a table then has 286864; the disc's data from block 20 on. */
enum { BLOCK = 0x8000, INFO = 512, TABLE = INFO + 256, ENTRIES = 286864, FIRST = 20, SECTORS = BLOCK / 2048 };

/* A block of A, a hole, a block of P; the copy of the disc's header is another's, as some writers have it. */
static struct built build_three(void)
{
    struct built built = { 0 };

    built_add(&built, "WBFS", 4);
    built_be(&built, 0, 4);
    built_hex(&built, "09 0f 01 00 01");
    built_add(&built, NULL, INFO - built.size);
    built_add(&built, "WRONG HEADER", 12);
    built_add(&built, NULL, TABLE - built.size);
    built_be(&built, FIRST, 2);
    built_be(&built, 0, 2);
    built_be(&built, FIRST + 1, 2);
    built_add(&built, NULL, FIRST * BLOCK - built.size);
    for (int i = 0; i < SECTORS; i++)
        built_add(&built, block_a, 2048);
    for (int i = 0; i < SECTORS; i++)
        built_add(&built, block_p(), 2048);
    return built;
}

static struct dk_disc *opened(const char *name, const uint8_t *bytes, size_t size)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file(name, bytes, size), &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, "wbfs");
    return disc;
}

static const char three[] = "AAAAAAAAAAAAAAAA0000000000000000PPPPPPPPPPPPPPPP";

START_TEST(blocks_and_holes)
{
    struct built built = build_three();
    struct dk_disc *disc = opened("disc.wbfs", built.bytes, built.size);

    ck_assert_str_eq(wrecks_sectors(disc), three);
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 0);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_ODD, "no exact copy"));
    dk_disc_close(disc);
    memcpy(built.bytes + FIRST * BLOCK + 0x18, "\x5D\x1C\x9E\xA3", 4);
    disc = opened("wii.wbfs", built.bytes, built.size);
    ck_assert_uint_eq(disc->tracks[0].count, 4699979776 / 2048);
    dk_disc_close(disc);
    built_free(&built);
}
END_TEST

/* A partition of several discs; the first slot is empty. */
START_TEST(the_first_disc_of_several)
{
    struct built built = build_three(), moved = { 0 };
    enum { BEHIND = 40 /* a block behind two tables */ };
    const size_t info_size = (0x100 + 2 * ENTRIES + 511) / 512 * 512;
    struct dk_disc *disc;

    built.bytes[12] = 0;
    built.bytes[13] = built.bytes[15] = 1;
    built_add(&moved, built.bytes, INFO);
    built_add(&moved, NULL, info_size + 256);
    built_be(&moved, BEHIND, 2);
    built_be(&moved, 0, 2);
    built_be(&moved, BEHIND + 1, 2);
    built_add(&moved, NULL, BEHIND * BLOCK - moved.size);
    built_add(&moved, built.bytes + FIRST * BLOCK, 2 * BLOCK);
    disc = opened("several.wbfs", moved.bytes, moved.size);
    ck_assert_str_eq(wrecks_sectors(disc), three);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_ODD, "2 discs in it"));
    dk_disc_close(disc);
    built_free(&built);
    built_free(&moved);
}
END_TEST

START_TEST(several_files)
{
    struct built built = build_three();
    const size_t first = (FIRST + 1) * BLOCK;
    struct dk_disc *disc;

    disc = opened("alone.wbfs", built.bytes, first);
    ck_assert_uint_eq(disc->missing_count, 1);
    ck_assert_str_eq(disc->missing[0], "alone.wbf1");
    ck_assert_str_eq(wrecks_sectors(disc), "AAAAAAAAAAAAAAAA0000000000000000!!!!!!!!!!!!!!!!");
    dk_disc_close(disc);
    suite_file("x.wbf1", built.bytes + first, built.size - first);
    disc = opened("x.wbfs", built.bytes, first);
    ck_assert_str_eq(wrecks_sectors(disc), three);
    ck_assert_uint_eq(disc->missing_count, 0);
    dk_disc_close(disc);
    built_free(&built);
}
END_TEST

/* What was cut off within a sector of the Wii goes on in no other file: there is none to be named. */
START_TEST(a_file_that_was_cut_off)
{
    struct built built = build_three();
    struct dk_disc *disc = opened("cut.wbfs", built.bytes, built.size - 2048);

    ck_assert_uint_eq(disc->missing_count, 0);
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 1);
    ck_assert_uint_eq(strlen(wrecks_sectors(disc)), 48);
    ck_assert_mem_eq(wrecks_sectors(disc), three, 32);
    ck_assert_int_eq(wrecks_sectors(disc)[47], '!');
    dk_disc_close(disc);
    built_free(&built);
}
END_TEST

static const struct wreck wrecks[] = {
    { "sectors of a byte", 8, "\0", 1, "sectors of 2^0", "9 to 15", NULL },
    { "sectors of 2^255 bytes", 8, "\xFF", 1, "sectors of 2^255", NULL, NULL },
    { "blocks of a byte", 9, "\0", 1, "blocks of 2^0", "15 to 27", NULL },
    { "blocks of 2^255 bytes", 9, "\xFF", 1, "blocks of 2^255", NULL, NULL },
    { "blocks of 2 MiB, which the file has not", 9, "\x15", 1, "+2 of 3 blocks", NULL, NULL },
    { "no disc", 12, "\0", 1, "no disc in it", NULL, NULL },
    { "a disc in the last slot", 12, "\0\0\0\0\1", 5, NULL, NULL, NULL },
    { "no block in use", TABLE, "\0\0\0\0\0\0", 6, "no block in use", NULL, NULL },
    { "a block past the end", TABLE, "\xFF\xFF", 2, "+1 of 3 blocks", "+block 0",
      "!!!!!!!!!!!!!!!!0000000000000000PPPPPPPPPPPPPPPP" },
    { "a block that is another's, too", TABLE + 4, "\0\x14", 2, NULL, NULL,
      "AAAAAAAAAAAAAAAA0000000000000000AAAAAAAAAAAAAAAA" },
};

START_TEST(wreck_is_told_with_its_place)
{
    struct built built = build_three();

    wrecks_check(&wrecks[_i], &built, "wreck.wbfs");
    built_free(&built);
}
END_TEST

START_TEST(any_length)
{
    struct built built = build_three();
    struct dk_error error;

    for (size_t size = 0; size < built.size; size += size < TABLE ? 37 : 30011) {
        struct dk_disc *disc = dk_image_open(suite_file("length.wbfs", built.bytes, size), &error);

        ck_assert(disc || *error.text);
        if (disc)
            wrecks_sectors(disc);
        dk_disc_close(disc);
    }
    built_free(&built);
}
END_TEST

static void add_whole(TCase *test_case)
{
    tcase_add_test(test_case, blocks_and_holes);
    tcase_add_test(test_case, the_first_disc_of_several);
    tcase_add_test(test_case, several_files);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_test(test_case, a_file_that_was_cut_off);
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, any_length);
}

int main(void)
{
    return suite_run("wbfs",
                     (const struct suite_case[]){ { "whole", add_whole }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
