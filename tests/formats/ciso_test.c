/* The CISO of GameCube and Wii discs, by recipe, and what must come of wrecks. */
#include "support/suite.h"
#include "support/wrecks.h"

#include <disckit/format.h>
#include <string.h>

enum { BLOCK = 0x8000, DATA = 0x8000, SECTORS = BLOCK / 2048 };

/* A block of A, a hole, a block of P; each letter stands for `SECTORS` of them. */
static struct built build_three(void)
{
    struct built built = { 0 };

    built_add(&built, "CISO", 4);
    built_le(&built, BLOCK, 4);
    built_hex(&built, "01 00 01");
    built_add(&built, NULL, DATA - built.size);
    for (int i = 0; i < SECTORS; i++)
        built_add(&built, block_a, 2048);
    for (int i = 0; i < SECTORS; i++)
        built_add(&built, block_p(), 2048);
    return built;
}

static struct dk_disc *opened(const struct built *built)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file("disc.ciso", built->bytes, built->size), &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, "ciso");
    return disc;
}

START_TEST(blocks_and_holes)
{
    struct built built = build_three();
    struct dk_disc *disc = opened(&built);

    ck_assert_str_eq(wrecks_sectors(disc), "AAAAAAAAAAAAAAAA0000000000000000PPPPPPPPPPPPPPPP");
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 0);
    dk_disc_close(disc);
    built_free(&built);
}
END_TEST

/* Writers leave out the zeros that the last block ends with. */
START_TEST(the_last_block_may_be_short)
{
    struct built built = build_three();
    struct dk_disc *disc;

    built.size -= 3 * 2048;
    disc = opened(&built);
    ck_assert_str_eq(wrecks_sectors(disc), "AAAAAAAAAAAAAAAA0000000000000000PPPPPPPPPPPPP000");
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 0);
    dk_disc_close(disc);
    built_free(&built);
}
END_TEST

static const struct {
    size_t at;
    const char *magic;
    uint32_t sectors;
} kinds[] = {
    { 0x18, "\x5D\x1C\x9E\xA3", 4699979776 / 2048 },
    { 0x1C, "\xC2\x33\x9F\x3D", 1459978240 / 2048 },
};

START_TEST(the_size_is_that_of_the_kind)
{
    struct built built = build_three();
    struct dk_disc *disc;

    memcpy(built.bytes + DATA + kinds[_i].at, kinds[_i].magic, 4);
    disc = opened(&built);
    ck_assert_uint_eq(disc->tracks[0].count, kinds[_i].sectors);
    dk_disc_close(disc);
    built_free(&built);
}
END_TEST

/* A Wii disc whose last block in use lies behind the end of one layer has two. */
START_TEST(a_disc_of_two_layers)
{
    struct built built = build_three();
    struct dk_disc *disc;

    memcpy(built.bytes + DATA + 0x18, "\x5D\x1C\x9E\xA3", 4);
    memcpy(built.bytes + 4, "\0\0\x20\0", 4);
    memset(built.bytes + 8, 0, 3);
    built.bytes[8] = built.bytes[8 + 2241] = 1; /* of 2 MiB: the last one that one layer has a part of */
    disc = opened(&built);
    ck_assert_uint_eq(disc->tracks[0].count, 4699979776 / 2048);
    dk_disc_close(disc);
    built.bytes[8 + 2242] = 1;
    disc = opened(&built);
    ck_assert_uint_eq(disc->tracks[0].count, 8511160320 / 2048);
    dk_disc_close(disc);
    built_free(&built);
}
END_TEST

/* Not this kind: the PSP's CSO has the same first letters. */
static const struct wreck others[] = {
    { "a size of blocks that is none", 4, "\1\x80\0\0", 4, NULL, NULL, NULL },
    { "blocks of 16 KiB", 4, "\0\x40\0\0", 4, NULL, NULL, NULL },
    { "the first block not in use", 8, "\0", 1, NULL, NULL, NULL },
    { "a map with other numbers", 0x7FFF, "\2", 1, NULL, NULL, NULL },
};

START_TEST(what_is_another_kind)
{
    struct built built = build_three();
    struct dk_error error;
    struct dk_disc *disc;

    memcpy(built.bytes + others[_i].at, others[_i].bytes, others[_i].length);
    disc = dk_image_open(suite_file("other.ciso", built.bytes, built.size), &error);
    ck_assert(!disc || strcmp(disc->format, "ciso") != 0);
    dk_disc_close(disc);
    built_free(&built);
}
END_TEST

static const struct wreck wrecks[] = {
    { "a block more", 11, "\1", 1, "+1 of 4 blocks", "+LBA 48",
      "AAAAAAAAAAAAAAAA0000000000000000PPPPPPPPPPPPPPPP!!!!!!!!!!!!!!!!" },
    { "a hole taken for a block", 9, "\1", 1, "+1 of 3 blocks", NULL,
      "AAAAAAAAAAAAAAAAPPPPPPPPPPPPPPPP!!!!!!!!!!!!!!!!" },
    { "blocks of 2 GiB", 4, "\0\0\0\x80", 4, "+block 0", "+LBA 0", NULL },
};

START_TEST(wreck_is_told_with_its_place)
{
    struct built built = build_three();

    wrecks_check(&wrecks[_i], &built, "wreck.ciso");
    built_free(&built);
}
END_TEST

START_TEST(any_length)
{
    struct built built = build_three();
    struct dk_error error;

    for (size_t size = 0; size < built.size; size += 999) {
        struct dk_disc *disc = dk_image_open(suite_file("cut.ciso", built.bytes, size), &error);

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
    tcase_add_test(test_case, the_last_block_may_be_short);
    tcase_add_loop_test(test_case, the_size_is_that_of_the_kind, 0, sizeof kinds / sizeof *kinds);
    tcase_add_test(test_case, a_disc_of_two_layers);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, what_is_another_kind, 0, sizeof others / sizeof *others);
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, any_length);
}

int main(void)
{
    return suite_run("ciso",
                     (const struct suite_case[]){ { "whole", add_whole }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
