/* Every stored size with every mode that it can hold: made whole again, cut to its user data, and checked. */
#include "sector/contents.h"
#include "support/random.h"
#include "support/raw.h"
#include "support/suite.h"

#include <string.h>

/* FORMATS knows no others: `modes` are bits, 1 << enum dk_mode. */
enum {
    AUDIO = 1 << DK_AUDIO,
    MODE0 = 1 << DK_MODE0,
    MODE1 = 1 << DK_MODE1,
    FORM1 = 1 << DK_MODE2_FORM1,
    FORM2 = 1 << DK_MODE2_FORM2,
    FORMLESS = 1 << DK_MODE2,
    MODE2 = FORM1 | FORM2 | FORMLESS,
    DATA = MODE0 | MODE1 | MODE2,
    ALL = AUDIO | DATA,
};

static const struct {
    unsigned stored;
    unsigned modes;
    bool keeps_edc; /* so that damage of user data can be seen */
} sizes[] = {
    { 2048, MODE1 | FORM1 | FORMLESS, false },
    { 2056, FORM1 | FORMLESS, false },
    { 2324, FORM2 | FORMLESS, false },
    { 2332, MODE2, true }, /* of Form 1 alone */
    { 2336, MODE0 | MODE2, true },
    { 2340, DATA, true },
    { 2352, ALL, true },
    { 2368, ALL, true },
    { 2448, ALL, true },
    { 2646, ALL, true },
};

enum { SIZES = sizeof sizes / sizeof *sizes };

static const enum dk_mode modes[] = { DK_MODE0, DK_MODE1, DK_MODE2_FORM1, DK_MODE2_FORM2, DK_MODE2 };

static bool can_hold(size_t size, enum dk_mode mode)
{
    /* a formless sector is whole only where all 2336 bytes are kept; of fewer, the image means one of the forms */
    return sizes[size].modes & 1U << mode && !(mode == DK_MODE2 && sizes[size].stored < 2336);
}

/* A sector of any data, with the plain subheader where the layout keeps none. */
static void make_sector(struct random *random, size_t size, enum dk_mode mode, int32_t lba, uint8_t raw[DK_SECTOR_RAW])
{
    uint8_t user[2336] = { 0 }, subheader[4] = { 1, 2, 0x08, 3 };

    if (mode == DK_MODE2_FORM2)
        subheader[2] = 0x64;
    if (mode != DK_MODE0)
        random_fill(random, user, sizeof user);
    raw_sector(raw, mode, lba, user, sizes[size].stored < 2056 || sizes[size].stored == 2324 ? NULL : subheader);
}

START_TEST(knows_its_rows)
{
    for (size_t size = 0; size < SIZES; size++)
        for (enum dk_mode mode = DK_AUDIO; mode <= DK_MODE2_FORM2; mode++) {
            const struct dk_layout *layout = dk_layout_find(mode, sizes[size].stored);

            ck_assert_msg((layout != NULL) == ((sizes[size].modes & 1U << mode) != 0), "%u bytes of %s",
                          sizes[size].stored, dk_mode_name(mode));
            if (layout)
                ck_assert_uint_eq(layout->stored,
                                  (unsigned)(layout->to - layout->from) + layout->c2_size + layout->sub_size);
        }
    for (unsigned stored = 0; stored < 3000; stored++) {
        bool known = false;

        for (size_t size = 0; size < SIZES; size++)
            known = known || sizes[size].stored == stored;
        ck_assert_msg(known == (dk_layout_find(DK_MODE2, stored) != NULL) || stored == 2064, "%u bytes", stored);
    }
}
END_TEST

START_TEST(makes_sectors_whole)
{
    struct random random = random_start((uint64_t)_i);

    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const int32_t lba = (int32_t)random_below(&random, 400000) - 150;
        uint8_t wanted[DK_SECTOR_RAW], raw[DK_SECTOR_RAW], stored[3000];

        if (!can_hold((size_t)_i, modes[i]))
            continue;
        make_sector(&random, (size_t)_i, modes[i], lba, wanted);
        raw_cut(wanted, modes[i], sizes[_i].stored, NULL, DK_SUB_INTERLEAVED, stored);
        memset(raw, 0xEE, sizeof raw);
        dk_sector_expand(dk_layout_find(modes[i], sizes[_i].stored), modes[i], lba, stored, raw);
        ck_assert_msg(memcmp(raw, wanted, sizeof raw) == 0, "%s in %u bytes", dk_mode_name(modes[i]), sizes[_i].stored);
    }
}
END_TEST

/* The image says Mode 2 and no more: the form is found in the sector. */
START_TEST(finds_the_form)
{
    struct random random = random_start((uint64_t)_i);
    const struct dk_layout *layout = dk_layout_find(DK_MODE2, sizes[_i].stored);

    for (enum dk_mode mode = DK_MODE2_FORM1; mode <= DK_MODE2_FORM2; mode++) {
        uint8_t wanted[DK_SECTOR_RAW], raw[DK_SECTOR_RAW], stored[3000];

        if (!can_hold((size_t)_i, mode))
            continue;
        make_sector(&random, (size_t)_i, mode, 1000, wanted);
        raw_cut(wanted, mode, sizes[_i].stored, NULL, DK_SUB_INTERLEAVED, stored);
        dk_sector_expand(layout, DK_MODE2, 1000, stored, raw);
        ck_assert_msg(memcmp(raw, wanted, sizeof raw) == 0, "%s in %u bytes", dk_mode_name(mode), sizes[_i].stored);
        ck_assert_int_eq(dk_mode2_form(raw + 16), mode);
    }
}
END_TEST

START_TEST(finds_user_data)
{
    struct random random = random_start((uint64_t)_i);

    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        uint8_t raw[DK_SECTOR_RAW], stored[3000];
        int user_at = 16;

        if (!can_hold((size_t)_i, modes[i]))
            continue;
        if (modes[i] == DK_MODE2_FORM1 || modes[i] == DK_MODE2_FORM2)
            user_at = 24;
        make_sector(&random, (size_t)_i, modes[i], 1000, raw);
        raw_cut(raw, modes[i], sizes[_i].stored, NULL, DK_SUB_INTERLEAVED, stored);
        ck_assert_mem_eq(stored + sector_user_in(dk_layout_find(modes[i], sizes[_i].stored), modes[i], stored),
                         raw + user_at, DK_SECTOR_USER);
        ck_assert_int_eq(dk_sector_user_at(raw), user_at);
    }
}
END_TEST

/* Right as stored; wrong after one bit of user data flipped, wherever an EDC is kept. */
START_TEST(checks_what_is_stored)
{
    struct random random = random_start((uint64_t)_i);

    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const struct dk_layout *layout = dk_layout_find(modes[i], sizes[_i].stored);
        const bool form2_cut = modes[i] == DK_MODE2_FORM2 && sizes[_i].stored == 2332;
        uint8_t raw[DK_SECTOR_RAW], stored[3000];

        if (!can_hold((size_t)_i, modes[i]))
            continue;
        make_sector(&random, (size_t)_i, modes[i], 1000, raw);
        raw_cut(raw, modes[i], sizes[_i].stored, NULL, DK_SUB_INTERLEAVED, stored);
        ck_assert_uint_eq(dk_sector_check_stored(layout, modes[i], stored, 1000, true), 0);
        stored[sector_user_in(layout, modes[i], stored) + 1000] ^= 1;
        ck_assert_msg(dk_sector_check_stored(layout, modes[i], stored, 1000, true) ==
                          (sizes[_i].keeps_edc && !form2_cut && modes[i] != DK_MODE2 ? DK_FAULT_EDC : 0U),
                      "%s in %u bytes", dk_mode_name(modes[i]), sizes[_i].stored);
    }
}
END_TEST

/* 2332 bytes of Form 1 hold the EDC, P, and Q but for its end: none of that is made anew, so damage there is seen. */
START_TEST(keeps_stored_check_bytes)
{
    const struct dk_layout *layout = dk_layout_find(DK_MODE2_FORM1, 2332);
    static const struct {
        int at;
        unsigned fault;
    } rows[] = { { 2072, DK_FAULT_EDC }, { 2100, DK_FAULT_ECC }, { 2300, DK_FAULT_ECC } };
    uint8_t raw[DK_SECTOR_RAW], stored[2332];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        raw_sector(raw, DK_MODE2_FORM1, 0, NULL, NULL);
        raw_cut(raw, DK_MODE2_FORM1, 2332, NULL, DK_SUB_INTERLEAVED, stored);
        stored[rows[i].at - 16] ^= 1;
        ck_assert_uint_eq(dk_sector_check_stored(layout, DK_MODE2_FORM1, stored, 0, true), rows[i].fault);
        dk_sector_expand(layout, DK_MODE2_FORM1, 0, stored, raw);
        ck_assert_uint_eq(raw[rows[i].at], stored[rows[i].at - 16]);
    }
}
END_TEST

static void add_layouts(TCase *test_case)
{
    tcase_add_test(test_case, knows_its_rows);
    tcase_add_loop_test(test_case, makes_sectors_whole, 0, SIZES);
    tcase_add_loop_test(test_case, finds_the_form, 0, SIZES);
    tcase_add_loop_test(test_case, finds_user_data, 0, SIZES);
    tcase_add_loop_test(test_case, checks_what_is_stored, 0, SIZES);
    tcase_add_test(test_case, keeps_stored_check_bytes);
}

int main(void)
{
    return suite_run("layout", (const struct suite_case[]){ { "layouts", add_layouts }, { NULL, NULL } });
}
