/* P and Q against the slow sums of the tests, on any bytes; the scrambler against its standard. */
#include "support/random.h"
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/sector.h>
#include <libdeflate.h>
#include <string.h>

enum { P_AT = 2076 };

START_TEST(is_what_the_standard_says)
{
    struct random random = random_start((uint64_t)_i);
    const enum dk_mode mode = _i & 1 ? DK_MODE2_FORM1 : DK_MODE1;
    uint8_t user[DK_SECTOR_USER], wanted[DK_SECTOR_RAW], raw[DK_SECTOR_RAW], subheader[4];

    random_fill(&random, user, sizeof user);
    random_fill(&random, subheader, sizeof subheader);
    raw_sector(wanted, mode, (int32_t)random_below(&random, 400000) - 150, user, subheader);
    memcpy(raw, wanted, sizeof raw);
    random_fill(&random, raw + P_AT, DK_SECTOR_RAW - P_AT);
    ck_assert(!dk_ecc_right(raw, mode != DK_MODE1));
    dk_ecc_write(raw, mode != DK_MODE1);
    ck_assert_mem_eq(raw, wanted, sizeof raw);
    ck_assert(dk_ecc_right(raw, mode != DK_MODE1));
}
END_TEST

/* One bit anywhere from the header on; the header is not in the sums of Mode 2. */
START_TEST(sees_every_bit)
{
    struct random random = random_start(100);
    const bool mode2 = _i;
    uint8_t user[DK_SECTOR_USER], raw[DK_SECTOR_RAW];

    random_fill(&random, user, sizeof user);
    raw_sector(raw, mode2 ? DK_MODE2_FORM1 : DK_MODE1, 1000, user, NULL);
    for (int at = 0; at < DK_SECTOR_RAW; at++) {
        raw[at] ^= (uint8_t)(1 << at % 8);
        ck_assert_msg(dk_ecc_right(raw, mode2) == (at < (mode2 ? 16 : 12)), "byte %d", at);
        raw[at] ^= (uint8_t)(1 << at % 8);
    }
}
END_TEST

/* ECMA-130 annex B; the sums are of libburn's table. */
START_TEST(scrambles)
{
    static const uint8_t begins[] = { 0x01, 0x80, 0x00, 0x60, 0x00, 0x28, 0x00, 0x1E, 0x80, 0x08, 0x60, 0x06 };
    static const uint8_t ends[] = { 0xF6, 0xC4, 0x46, 0xD3, 0x72, 0xDD, 0xE5, 0x99 };
    uint8_t raw[DK_SECTOR_RAW] = { 0 };

    dk_scramble(raw);
    ck_assert_uint_eq(raw[11], 0);
    ck_assert_mem_eq(raw + 12, begins, sizeof begins);
    ck_assert_mem_eq(raw + DK_SECTOR_RAW - sizeof ends, ends, sizeof ends);
    ck_assert_uint_eq(libdeflate_crc32(0, raw + 12, DK_SECTOR_RAW - 12), 0x9CDC2670);
    dk_scramble(raw);
    for (int i = 0; i < DK_SECTOR_RAW; i++)
        ck_assert_uint_eq(raw[i], 0);
}
END_TEST

START_TEST(scrambles_sectors)
{
    static const struct {
        enum dk_mode mode;
        int32_t lba;
        uint32_t crc;
    } rows[] = { { DK_MODE1, 0, 0x9B0C31DF }, { DK_MODE1, 16, 0x7FD11A59 }, { DK_MODE2_FORM2, 16, 0xDF2933B9 } };
    static const uint8_t begins[] = { 0x01, 0x82, 0x00, 0x61, 0x00, 0x2F, 0x0E, 0x0B };
    uint8_t user[DK_SECTOR_FORM2], raw[DK_SECTOR_RAW];

    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        for (int i = 0; i < DK_SECTOR_FORM2; i++)
            user[i] = (uint8_t)(7 * i + rows[row].lba);
        raw_sector(raw, rows[row].mode, rows[row].lba, user, NULL);
        dk_scramble(raw);
        ck_assert_uint_eq(libdeflate_crc32(0, raw, sizeof raw), rows[row].crc);
        if (row == 0)
            ck_assert_mem_eq(raw + 12, begins, sizeof begins);
    }
}
END_TEST

static void add_parity(TCase *test_case)
{
    tcase_add_loop_test(test_case, is_what_the_standard_says, 0, 20);
    tcase_add_loop_test(test_case, sees_every_bit, 0, 2);
}

static void add_scrambler(TCase *test_case)
{
    tcase_add_test(test_case, scrambles);
    tcase_add_test(test_case, scrambles_sectors);
}

int main(void)
{
    return suite_run(
        "ecc", (const struct suite_case[]){ { "parity", add_parity }, { "scrambler", add_scrambler }, { NULL, NULL } });
}
