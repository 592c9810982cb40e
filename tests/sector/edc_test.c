/* The EDC by known values, and its fast form against the plain one. */
#include "sector/edc.h"
#include "support/random.h"
#include "support/suite.h"

#include <disckit/sector.h>
#include <string.h>

START_TEST(has_the_known_values)
{
    static const struct {
        uint8_t byte;
        uint32_t edc;
    } rows[] = { { 0, 0 }, { 1, 0x90910101 }, { 128, 0xD8018001 }, { 255, 0x7070FF00 } };
    static const uint8_t zeros[3000];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_uint_eq(dk_edc(0, &rows[i].byte, 1), rows[i].edc);
    ck_assert_uint_eq(dk_edc(0, "123456789", 9), 0x6EC2EDC4);
    ck_assert_uint_eq(dk_edc(0, zeros, sizeof zeros), 0);
    ck_assert_uint_eq(dk_edc(0x12345678, NULL, 0), 0x12345678);
}
END_TEST

/* Leading zeros change nothing, and what is behind its EDC sums up to 0. */
START_TEST(is_linear)
{
    struct random random = random_start(1);
    uint8_t bytes[200 + 4] = { 0 };
    uint32_t edc;

    random_fill(&random, bytes + 100, 100);
    edc = dk_edc(0, bytes, 200);
    ck_assert_uint_eq(edc, dk_edc(0, bytes + 100, 100));
    for (int i = 0; i < 4; i++)
        bytes[200 + i] = (uint8_t)(edc >> 8 * i);
    ck_assert_uint_eq(dk_edc(0, bytes, sizeof bytes), 0);
}
END_TEST

/* The polynomial's own definition, a bit at a time. */
static uint32_t slowly(uint32_t edc, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        edc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            edc = edc & 1 ? edc >> 1 ^ 0xD8018001 : edc >> 1;
    }
    return edc;
}

static void assert_same(uint32_t edc, const uint8_t *bytes, size_t count)
{
    const uint32_t plain = edc_plain(edc, bytes, count);

    ck_assert_uint_eq(dk_edc(edc, bytes, count), plain);
    if (edc_has_clmul() && count >= EDC_CLMUL_LEAST)
        ck_assert_msg(edc_clmul(edc, bytes, count) == plain, "%zu bytes", count);
    if (count < 300)
        ck_assert_uint_eq(slowly(edc, bytes, count), plain);
}

START_TEST(fast_is_plain)
{
    struct random random = random_start(2);
    uint8_t bytes[4096 + 16];

    random_fill(&random, bytes, sizeof bytes);
    for (size_t count = 0; count < 700; count++)
        assert_same(random_next(&random), bytes + count % 16, count);
    for (int round = 0; round < 3000; round++)
        assert_same(random_next(&random), bytes + random_below(&random, 16), random_below(&random, 4096));
}
END_TEST

START_TEST(fast_is_plain_on_edges)
{
    static const size_t counts[] = { 64, 65, 79, 80, 127, 128, 129, 2056, 2060, 2064, 2068, 2332, 2336, 2352 };
    uint8_t bytes[2352];

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        memset(bytes, 0xFF, sizeof bytes);
        assert_same(0, bytes, counts[i]);
        assert_same(UINT32_MAX, bytes, counts[i]);
        for (size_t bit = 0; bit < counts[i] * 8; bit += 37) {
            memset(bytes, 0, sizeof bytes);
            bytes[bit / 8] = (uint8_t)(1 << bit % 8);
            assert_same(0, bytes, counts[i]);
        }
    }
}
END_TEST

static void add_values(TCase *test_case)
{
    tcase_add_test(test_case, has_the_known_values);
    tcase_add_test(test_case, is_linear);
}

static void add_forms(TCase *test_case)
{
    tcase_add_test(test_case, fast_is_plain);
    tcase_add_test(test_case, fast_is_plain_on_edges);
}

int main(void)
{
    return suite_run("edc",
                     (const struct suite_case[]){ { "values", add_values }, { "forms", add_forms }, { NULL, NULL } });
}
