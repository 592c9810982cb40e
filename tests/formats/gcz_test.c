/* Dolphin's compressed images, by recipe, and what must come of wrecks. */
#include "support/suite.h"
#include "support/wrecks.h"

#include <disckit/format.h>
#include <string.h>
#include <zlib.h>

enum { HEADER = 32, DATA = HEADER + 2 * 12, P_AT = 23 };

static void add_header(struct built *built, uint64_t data_size, uint64_t image_size, uint32_t block, uint32_t count)
{
    built_hex(built, "01c00bb1 00000000");
    built_le(built, data_size, 8);
    built_le(built, image_size, 8);
    built_le(built, block, 4);
    built_le(built, count, 4);
}

/* zlib A, P plain; sums as they were computed by hand. */
static struct built build_two(void)
{
    struct built built = { 0 };

    add_header(&built, P_AT + 2048, 4096, 2048, 2);
    built_le(&built, 0, 8);
    built_le(&built, UINT64_C(1) << 63 | P_AT, 8);
    built_le(&built, 0x68A107F8, 4);
    built_le(&built, 0x23D5FC2E, 4);
    built_hex(&built, block_a_zlib);
    built_add(&built, block_p(), 2048);
    return built;
}

static void expect_sectors(const struct built *built, const char *sectors)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file("disc.gcz", built->bytes, built->size), &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, "gcz");
    ck_assert_str_eq(wrecks_sectors(disc), sectors);
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 0);
    dk_disc_close(disc);
}

START_TEST(packed_and_plain_blocks)
{
    struct built built = build_two();

    expect_sectors(&built, "AP");
    built.bytes[4] = 1; /* a kind about which programs do not agree */
    expect_sectors(&built, "AP");
    built_free(&built);
}
END_TEST

/* The last block is always filled up, also a plain one. */
START_TEST(the_last_block_is_cut)
{
    struct built built = { 0 };
    uint8_t both[4096], packed[4096];
    uLongf size = sizeof packed;

    memcpy(both, block_a, 2048);
    memcpy(both + 2048, block_p(), 2048);
    ck_assert_int_eq(compress(packed, &size, both, sizeof both), Z_OK);
    for (int plain = 0; plain < 2; plain++) {
        const uint8_t *last = plain ? both : packed;
        const uint64_t length = plain ? sizeof both : size;

        add_header(&built, size + length, 3 * 2048, 4096, 2);
        built_le(&built, 0, 8);
        built_le(&built, (plain ? UINT64_C(1) << 63 : 0) | size, 8);
        built_le(&built, adler32(1, packed, (unsigned)size), 4);
        built_le(&built, adler32(1, last, (unsigned)length), 4);
        built_add(&built, packed, size);
        built_add(&built, last, length);
        expect_sectors(&built, "APA");
        built_free(&built);
    }
}
END_TEST

START_TEST(an_nkit_image_inside_is_named)
{
    struct built built = { 0 };
    uint8_t image[2048] = { 0 };

    memcpy(image + 0x200, "NKIT", 4);
    add_header(&built, 2048, 2048, 2048, 1);
    built_le(&built, UINT64_C(1) << 63, 8);
    built_le(&built, adler32(1, image, sizeof image), 4);
    built_add(&built, image, sizeof image);
    wrecks_check(&(struct wreck){ "NKit", 0, "\1", 1, "holds an NKit image", "makes the disc of it again", NULL },
                 &built, "nkit.gcz");
    built_free(&built);
}
END_TEST

static const struct wreck wrecks[] = {
    { "data of 0 bytes", 8, "\0\0\0\0\0\0\0\0", 8, "+1 of 2 blocks", "+block 1", "A!" },
    { "data of all bytes that can be said", 8, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "+LBA 1", NULL, "A!" },
    { "an image of 0 bytes", 16, "\0\0\0\0\0\0\0\0", 8, "an image of 0 bytes", NULL, NULL },
    { "an image of all bytes that can be said", 16, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "has 2 blocks",
      "18446744073709551615 bytes", NULL },
    { "a block more in the image", 16, "\1\x10\0\0\0\0\0\0", 8, "has 2 blocks", "would take 3", NULL },
    { "blocks of 0 bytes", 24, "\0\0\0\0", 4, "in blocks of 0", NULL, NULL },
    { "blocks of 1 byte", 24, "\1\0\0\0", 4, "would take 4096", NULL, NULL },
    { "blocks of 2 GiB", 24, "\0\0\0\x80", 4, "in blocks of 2147483648", NULL, NULL },
    { "blocks that are larger", 24, "\xFF\x0F\0\0", 4, NULL, NULL, "!!" },
    { "a block less", 28, "\1\0\0\0", 4, "has 1 blocks", "would take 2", NULL },
    { "all blocks that can be said", 28, "\xFF\xFF\xFF\xFF", 4, "has 4294967295 blocks", NULL, NULL },
    { "places that fall", 32, "\xFF\0\0\0\0\0\0\0", 8, "+1 of 2 blocks", "+block 0", "!P" },
    { "places that are the same", 32, "\x17\0\0\0\0\0\0\0", 8, "+block 0", NULL, "!P" },
    { "a place past the end", 40, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "+2 of 2 blocks", NULL, "!!" },
    { "a plain block taken for a packed one", 47, "\0", 1, NULL, NULL, "A!" },
    { "a packed block taken for a plain one", 39, "\x80", 1, NULL, NULL, "!P" },
    { "a wrong sum", 48, "\0", 1, NULL, NULL, "!P" },
    { "a wrong sum of a plain block", 52, "\0", 1, NULL, NULL, "A!" },
    { "a block that is no zlib stream", DATA, "\xFF", 1, NULL, NULL, "!P" },
    { "a byte of a plain block", DATA + P_AT, "\xFF", 1, NULL, NULL, "A!" },
};

START_TEST(wreck_is_told_with_its_place)
{
    struct built built = build_two();

    wrecks_check(&wrecks[_i], &built, "wreck.gcz");
    built_free(&built);
}
END_TEST

START_TEST(a_wrong_sum_is_said)
{
    struct built built = build_two();
    uint8_t sector[DK_SECTOR_USER];
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    built.bytes[48]++;
    disc = dk_image_open(suite_file("sum.gcz", built.bytes, built.size), &error);
    ck_assert_uint_eq(dk_source_read(disc->source, 0, 1, DK_FORM_USER, sector, &error), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "check sum is 68A107F8, not 68A107F9"));
    dk_disc_close(disc);
    built_free(&built);
}
END_TEST

START_TEST(anything_may_be_wrong)
{
    struct built built = build_two();

    wrecks_check_every_length(&built, "cut.gcz");
    built.size = DATA + P_AT + 8;
    wrecks_check_every_byte(&built, "byte.gcz");
    built_free(&built);
}
END_TEST

static void add_whole(TCase *test_case)
{
    tcase_add_test(test_case, packed_and_plain_blocks);
    tcase_add_test(test_case, the_last_block_is_cut);
    tcase_add_test(test_case, an_nkit_image_inside_is_named);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, a_wrong_sum_is_said);
    tcase_add_test(test_case, anything_may_be_wrong);
}

int main(void)
{
    return suite_run("gcz",
                     (const struct suite_case[]){ { "whole", add_whole }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
