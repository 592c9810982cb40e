/* Addresses: MSF of an LBA and back, below LBA -150, above 100 minutes, and where 90 minutes and more mean two things.
 */
#include "support/suite.h"

#include <disckit/sector.h>

static const struct {
    int32_t lba;
    uint8_t minute, second, frame;
    uint8_t bcd; /* the minute as it stands in a header */
} rows[] = {
    { 0, 0, 2, 0, 0x00 },         { -150, 0, 0, 0, 0x00 },       { -1, 0, 1, 74, 0x00 },
    { 16, 0, 2, 16, 0x00 },       { 12345, 2, 46, 45, 0x02 },    { 404849, 89, 59, 74, 0x89 },
    { 404850, 90, 0, 0, 0x90 },   { 449849, 99, 59, 74, 0x99 },  { 449850, 100, 0, 0, 0xA0 },
    { 549149, 122, 3, 74, 0xC2 }, { -151, 99, 59, 74, 0x99 },    { -45150, 90, 0, 0, 0x90 },
    { -11635, 97, 26, 65, 0x97 }, { 719849, 159, 59, 74, 0xF9 },
};

START_TEST(turns_both_ways)
{
    const struct dk_msf msf = dk_msf_of_lba(rows[_i].lba);

    ck_assert_uint_eq(msf.minute, rows[_i].minute);
    ck_assert_uint_eq(msf.second, rows[_i].second);
    ck_assert_uint_eq(msf.frame, rows[_i].frame);
    ck_assert_uint_eq(dk_bcd(msf.minute), rows[_i].bcd);
    ck_assert_uint_eq(dk_of_bcd(rows[_i].bcd), rows[_i].minute);
    ck_assert_int_eq(dk_lba_of_msf(msf), rows[_i].lba >= -150 ? rows[_i].lba : rows[_i].lba + 450000);
    ck_assert_int_eq(dk_lba_near(msf, rows[_i].lba), rows[_i].lba);
}
END_TEST

START_TEST(takes_the_nearer_one)
{
    const struct dk_msf lead_in = { 99, 59, 74 }, begin = { 0, 2, 0 };

    ck_assert_int_eq(dk_lba_near(lead_in, 0), -151);
    ck_assert_int_eq(dk_lba_near(lead_in, 400000), 449849);
    ck_assert_int_eq(dk_lba_near(begin, 449849), 0); /* far off, and no lead-in goes so deep */
    ck_assert_int_eq(dk_lba_near(begin, INT32_MAX), 0);
    ck_assert_int_eq(dk_lba_near(lead_in, INT32_MIN), -151);
}
END_TEST

START_TEST(turns_all)
{
    for (int32_t lba = -150; lba < 719850; lba++) {
        const struct dk_msf msf = dk_msf_of_lba(lba);

        ck_assert(msf.second < 60 && msf.frame < 75);
        ck_assert_int_eq(dk_lba_of_msf(msf), lba);
    }
}
END_TEST

static void add_addresses(TCase *test_case)
{
    tcase_add_loop_test(test_case, turns_both_ways, 0, sizeof rows / sizeof *rows);
    tcase_add_test(test_case, takes_the_nearer_one);
    tcase_add_test(test_case, turns_all);
}

int main(void)
{
    return suite_run("address", (const struct suite_case[]){ { "addresses", add_addresses }, { NULL, NULL } });
}
