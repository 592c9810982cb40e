/* Sectors against the reference vectors, which other programs' code agrees with (edccchk, ecm, libburn). */
#include "sector/contents.h"
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

/* The same with all user data 0. */
START_TEST(completes_an_empty_sector)
{
    static const struct {
        enum dk_mode mode;
        int edc_at;
        uint8_t edc[4];
        uint32_t p, q, all;
    } rows[] = {
        { DK_MODE1, 2064, { 0xC5, 0x13, 0x68, 0x2B }, 0x0ACF429E, 0x97D849F3, 0xD12AD343 },
        { DK_MODE2_FORM1, 2072, { 0x0B, 0x88, 0x81, 0x94 }, 0x1632062A, 0xB910DB12, 0x836FD3F4 },
        { DK_MODE2_FORM2, 2348, { 0x3F, 0x13, 0xB0, 0xBE }, 0, 0, 0x51653EE2 },
    };
    uint8_t raw[DK_SECTOR_RAW];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(raw, 0xEE, sizeof raw);
        sector_make_empty(raw, rows[i].mode, 0);
        ck_assert_mem_eq(raw + rows[i].edc_at, rows[i].edc, 4);
        if (rows[i].p) {
            ck_assert_uint_eq(libdeflate_crc32(0, raw + 2076, 172), rows[i].p);
            ck_assert_uint_eq(libdeflate_crc32(0, raw + 2248, 104), rows[i].q);
        }
        ck_assert_uint_eq(libdeflate_crc32(0, raw, sizeof raw), rows[i].all);
    }
}
END_TEST

/* ---- What a sector says of itself ---- */

static void put_edc(uint8_t *raw, int from, int to)
{
    const uint32_t edc = dk_edc(0, raw + from, (size_t)(to - from));

    for (int i = 0; i < 4; i++)
        raw[to + i] = (uint8_t)(edc >> 8 * i);
}

/* Mode 2 sectors whose subheaders do not say it: empty or unlike, and then the EDC decides. */
START_TEST(knows_forms)
{
    static const struct {
        uint8_t copies[8];
        uint8_t user;   /* each byte, but for the first sixteen, which are 0 */
        int edc_behind; /* the EDC at this place, over all from the subheader on; 0: none */
        enum dk_mode form;
    } rows[] = {
        { { 0, 0, 8, 0, 0, 0, 8, 0 }, 1, 0, DK_MODE2_FORM1 },
        { { 0, 0, 0x20, 0, 0, 0, 0x20, 0 }, 1, 0, DK_MODE2_FORM2 },
        { { 1, 2, 0, 0, 1, 2, 0, 0 }, 1, 0, DK_MODE2_FORM1 },
        { { 0 }, 0, 0, DK_MODE2 },
        { { 0 }, 1, 0, DK_MODE2 },
        { { 0 }, 1, 2072, DK_MODE2_FORM1 },
        { { 0 }, 1, 2348, DK_MODE2_FORM2 },
        { { 1, 2, 3, 4, 5, 6, 7, 8 }, 1, 2072, DK_MODE2_FORM1 },
        { { 1, 2, 3, 4, 5, 6, 7, 8 }, 1, 2348, DK_MODE2_FORM2 },
        { { 1, 2, 3, 4, 5, 6, 7, 8 }, 1, 0, DK_MODE2 },
        { { 0, 0, 8, 0, 0, 1, 8, 0 }, 1, 0, DK_MODE2_FORM1 }, /* a damaged copy */
    };
    uint8_t raw[DK_SECTOR_RAW] = { 0 };

    memset(raw + 16, rows[_i].user, DK_SECTOR_RAW - 16);
    memcpy(raw + 16, rows[_i].copies, 8);
    memset(raw + 24, 0, 16);
    if (rows[_i].edc_behind)
        put_edc(raw, 16, rows[_i].edc_behind);
    ck_assert_int_eq(dk_mode2_form(raw + 16), rows[_i].form);
}
END_TEST

START_TEST(tells_faults_apart)
{
    static const struct {
        enum dk_mode mode;
        int at;
        uint8_t flip;
        int32_t lba;
        unsigned faults;
    } rows[] = {
        { DK_MODE1, 0, 1, 100, DK_FAULT_SYNC },
        { DK_MODE1, 2100, 1, 100, DK_FAULT_ECC },
        { DK_MODE1, 2300, 1, 100, DK_FAULT_ECC },
        { DK_MODE1, 100, 1, 100, DK_FAULT_EDC },
        { DK_MODE1, 2064, 1, 100, DK_FAULT_EDC },
        { DK_MODE1, 2070, 1, 100, DK_FAULT_ECC },                 /* a zero that is none */
        { DK_MODE1, 15, 2, 100, DK_FAULT_EDC | DK_FAULT_HEADER }, /* mode 3 */
        { DK_MODE1, 15, 1, 100, DK_FAULT_EDC },                   /* mode 0, and not empty */
        { DK_MODE1, 15, 0x80, 100, DK_FAULT_EDC | DK_FAULT_HEADER },
        { DK_MODE1, 100, 0, 101, DK_FAULT_HEADER },         /* at another place */
        { DK_MODE2_FORM1, 13, 1, 100, DK_FAULT_HEADER },    /* which no sum covers */
        { DK_MODE2_FORM1, 15, 0x60, 100, DK_FAULT_HEADER }, /* a link block */
        { DK_MODE2_FORM1, 2100, 1, 100, DK_FAULT_ECC },
        { DK_MODE2_FORM2, 2347, 1, 100, DK_FAULT_EDC },
        { DK_MODE0, 2000, 1, 100, DK_FAULT_EDC },
        { DK_MODE0, 2000, 0, 100, 0 },
        { DK_MODE2, 2000, 1, 100, 0 },
    };
    uint8_t raw[DK_SECTOR_RAW], user[2336];

    for (size_t i = 0; i < sizeof user; i++)
        user[i] = (uint8_t)(i * i + 1);
    raw_sector(raw, rows[_i].mode, 100, rows[_i].mode == DK_MODE0 ? NULL : user, NULL);
    raw[rows[_i].at] ^= rows[_i].flip;
    ck_assert_uint_eq(dk_sector_check(raw, rows[_i].lba, true), rows[_i].faults);
    ck_assert_uint_eq(dk_sector_check(raw, rows[_i].lba, false), rows[_i].faults & ~(unsigned)DK_FAULT_ECC);
}
END_TEST

/* Form 2 may leave its EDC out. */
START_TEST(takes_no_edc_for_right)
{
    uint8_t raw[DK_SECTOR_RAW], user[DK_SECTOR_FORM2];

    memset(user, 0x55, sizeof user);
    raw_sector(raw, DK_MODE2_FORM2, 100, user, NULL);
    memset(raw + 2348, 0, 4);
    ck_assert_uint_eq(dk_sector_check(raw, 100, true), 0);
}
END_TEST

static void add_vectors(TCase *test_case)
{
    tcase_add_loop_test(test_case, completes_a_sector, 0, sizeof vectors / sizeof *vectors);
    tcase_add_test(test_case, completes_an_empty_sector);
    tcase_add_loop_test(test_case, tests_make_the_same_sector, 0, sizeof vectors / sizeof *vectors);
    tcase_add_loop_test(test_case, finds_every_flipped_byte, 0, sizeof vectors / sizeof *vectors);
}

static void add_forms(TCase *test_case)
{
    tcase_add_loop_test(test_case, knows_forms, 0, 11);
    tcase_add_loop_test(test_case, tells_faults_apart, 0, 17);
    tcase_add_test(test_case, takes_no_edc_for_right);
}

int main(void)
{
    return suite_run("contents",
                     (const struct suite_case[]){ { "vectors", add_vectors }, { "forms", add_forms }, { NULL, NULL } });
}
