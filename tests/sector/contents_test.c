/* Sectors against the reference vectors, which other programs' code agrees with (edccchk, ecm, libburn). */
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/sector.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

/* User byte i is (7 i + lba) & 255; CRC-32 of P, of Q, and of the whole sector. */
static const struct {
    enum dk_mode mode;
    int32_t lba;
    uint8_t subheader[4];
    uint8_t edc[4];
    uint32_t p, q, all;
} vectors[] = {
    { DK_MODE1, 0, { 0 }, { 0x2B, 0x58, 0xCC, 0xD5 }, 0xE9541CD0, 0x4E9612E5, 0x1C4673C9 },
    { DK_MODE1, 16, { 0 }, { 0xE9, 0x3B, 0x5B, 0x82 }, 0x2C602743, 0x12DC1149, 0xF89B584F },
    { DK_MODE1, 12345, { 0 }, { 0x8B, 0x79, 0x5F, 0xEC }, 0x5037DB05, 0xB1962A9F, 0xEE04740A },
    { DK_MODE1, -150, { 0 }, { 0x9B, 0xCC, 0x74, 0x1B }, 0x77C74479, 0x47E7536F, 0x984072AD },
    { DK_MODE1, -1, { 0 }, { 0xE2, 0x6A, 0xDB, 0xFF }, 0xBC9D4B43, 0x86C63DB3, 0x8A79FA42 },
    { DK_MODE1, 449849, { 0 }, { 0xDC, 0xDC, 0x37, 0xAF }, 0xAAF008EA, 0x3D173F55, 0x1F041AA4 },
    { DK_MODE2_FORM1, 0, { 0, 0, 8, 0 }, { 0xE5, 0xC3, 0x25, 0x6A }, 0xCDDF5400, 0xC0A037D3, 0xA337F079 },
    { DK_MODE2_FORM1, 16, { 0, 0, 8, 0 }, { 0x5E, 0xA4, 0xDA, 0x49 }, 0xDCE34C3E, 0x0CEB57F6, 0xFA9625BC },
    { DK_MODE2_FORM1, 16, { 0, 1, 9, 0 }, { 0x0F, 0x64, 0xFF, 0xFD }, 0x5F8BAFD0, 0xB0E32EB8, 0x2B13141A },
    { DK_MODE2_FORM1, 12345, { 0, 0, 8, 0 }, { 0x16, 0x09, 0xD9, 0xD7 }, 0xFF1A8F4F, 0x7EEDB68A, 0xEA9C72A2 },
    { DK_MODE2_FORM2, 0, { 0, 0, 0x20, 0 }, { 0x4F, 0xBE, 0xA1, 0x88 }, 0, 0, 0x2F829626 },
    { DK_MODE2_FORM2, 16, { 0, 0, 0x20, 0 }, { 0x2F, 0x26, 0x10, 0x36 }, 0, 0, 0x586371AF },
    { DK_MODE2_FORM2, 16, { 1, 1, 0x64, 0x80 }, { 0xFF, 0xE9, 0x14, 0xC9 }, 0, 0, 0x00202759 },
    { DK_MODE2_FORM2, 12345, { 0, 0, 0x20, 0 }, { 0x6B, 0xE3, 0xD0, 0x3A }, 0, 0, 0x061EC65B },
};

static void make_vector(size_t row, uint8_t raw[DK_SECTOR_RAW])
{
    const bool mode1 = vectors[row].mode == DK_MODE1;
    const int user = mode1 ? 16 : 24, size = vectors[row].mode == DK_MODE2_FORM2 ? DK_SECTOR_FORM2 : DK_SECTOR_USER;

    memset(raw, 0, DK_SECTOR_RAW);
    if (!mode1) {
        memcpy(raw + 16, vectors[row].subheader, 4);
        memcpy(raw + 20, vectors[row].subheader, 4);
    }
    for (int i = 0; i < size; i++)
        raw[user + i] = (uint8_t)(7 * i + vectors[row].lba);
    dk_sector_complete(raw, vectors[row].mode, vectors[row].lba);
}

START_TEST(completes_a_sector)
{
    static const int edc_at[] = { [DK_MODE1] = 2064, [DK_MODE2_FORM1] = 2072, [DK_MODE2_FORM2] = 2348 };
    uint8_t raw[DK_SECTOR_RAW];

    make_vector((size_t)_i, raw);
    ck_assert_mem_eq(raw + edc_at[vectors[_i].mode], vectors[_i].edc, 4);
    if (vectors[_i].mode != DK_MODE2_FORM2) {
        ck_assert_uint_eq(libdeflate_crc32(0, raw + 2076, 172), vectors[_i].p);
        ck_assert_uint_eq(libdeflate_crc32(0, raw + 2248, 104), vectors[_i].q);
    }
    ck_assert_uint_eq(libdeflate_crc32(0, raw, sizeof raw), vectors[_i].all);
}
END_TEST

START_TEST(finds_every_flipped_byte)
{
    uint8_t raw[DK_SECTOR_RAW];

    make_vector((size_t)_i, raw);
    ck_assert_uint_eq(dk_sector_check(raw, vectors[_i].lba, true), 0);
    for (int at = 0; at < DK_SECTOR_RAW; at++) {
        raw[at] ^= 0x40;
        ck_assert_msg(dk_sector_check(raw, vectors[_i].lba, true) != 0, "byte %d", at);
        raw[at] ^= 0x40;
    }
}
END_TEST

/* The second computation in the tests gives the same sectors: both were written from the standard alone. */
START_TEST(tests_make_the_same_sector)
{
    const uint8_t plain[4] = { 0, 0, vectors[_i].mode == DK_MODE2_FORM2 ? 0x20 : 8, 0 };
    uint8_t user[DK_SECTOR_FORM2], raw[DK_SECTOR_RAW];

    for (int i = 0; i < DK_SECTOR_FORM2; i++)
        user[i] = (uint8_t)(7 * i + vectors[_i].lba);
    raw_sector(raw, vectors[_i].mode, vectors[_i].lba, user,
               memcmp(vectors[_i].subheader, plain, 4) ? vectors[_i].subheader : NULL);
    ck_assert_uint_eq(libdeflate_crc32(0, raw, sizeof raw), vectors[_i].all);
}
END_TEST

static void add_vectors(TCase *test_case)
{
    tcase_add_loop_test(test_case, completes_a_sector, 0, sizeof vectors / sizeof *vectors);
    tcase_add_loop_test(test_case, tests_make_the_same_sector, 0, sizeof vectors / sizeof *vectors);
    tcase_add_loop_test(test_case, finds_every_flipped_byte, 0, sizeof vectors / sizeof *vectors);
}

int main(void)
{
    return suite_run("contents", (const struct suite_case[]){ { "vectors", add_vectors }, { NULL, NULL } });
}
