/* Q decoded, against frames that were captured from discs and some that are worked out by hand. */
#include "support/suite.h"

#include <disckit/sector.h>
#include <string.h>

static const struct {
    uint8_t q[12];
    bool right;
    struct dk_q decoded;
} frames[] = {
    /* of discs */
    { { 0x41, 1, 1, 0, 0, 0, 0, 0, 2, 0, 0x28, 0x32 }, true, { 4, 1, 1, 1, 0, "" } },
    { { 1, 4, 0, 0, 1, 0x74, 0, 1, 0x48, 1, 0x7E, 1 }, true, { 0, 1, 4, 0, 7951, "" } },
    { { 2, 0x20, 5, 0x91, 0x11, 0x11, 0x71, 0x60, 0, 0x70, 0xCA, 0xC6 }, true, { 0, 2, 0, 0, 0, "2005911111716" } },
    { { 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x75 }, true, { 0, 2, 0, 0, 0, "" } },
    { { 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53, 0x6F }, true, { 4, 2, 0, 0, 0, "" } },
    /* computed */
    { { 1, 2, 1, 0, 4, 0x45, 0, 2, 0x46, 0x45, 0xF4, 0xFB }, true, { 0, 1, 2, 1, 12345, "" } },
    { { 0x41, 1, 0, 0, 1, 0x74, 0, 0, 0, 0, 0xD8, 0xA3 }, true, { 4, 1, 1, 0, -150, "" } },
    { { 0x41, 0xAA, 1, 0, 0, 0, 0, 0x45, 0x10, 0x20, 0x83, 0xE9 }, true, { 4, 1, 0xAA, 1, 203120, "" } },
    { { 2, 0, 0, 1, 2, 0x71, 0x95, 0x50, 0, 0x16, 0xF3, 0x60 }, true, { 0, 2, 0, 0, 0, "0000010271955" } },
    { { 3, 0x96, 0x38, 0x93, 4, 0x76, 7, 0x83, 0x90, 0x22, 0x1D, 0xBC }, true, { 0, 3, 0, 0, 0, "USRC17607839" } },
    { { 3, 0x5A, 0x21, 0xA6, 0x20, 0x25, 0x82, 2, 0x30, 0x22, 0xB4, 0x70 }, true, { 0, 3, 0, 0, 0, "FR6V82582023" } },
    /* nothing there; one bit wrong; no seconds have 60 of them */
    { { 0 }, false, { 0, 0, 0, 0, 0, "" } },
    { { 0x41, 1, 1, 0, 0, 0, 0, 0, 2, 0, 0x28, 0x33 }, false, { 4, 1, 0, 0, 0, "" } },
};

START_TEST(decodes)
{
    struct dk_q q;

    ck_assert(dk_q_decode(frames[_i].q, &q) == frames[_i].right);
    ck_assert_int_eq(q.adr, frames[_i].decoded.adr);
    ck_assert_int_eq(q.control, frames[_i].decoded.control);
    ck_assert_int_eq(q.track, frames[_i].decoded.track);
    ck_assert_int_eq(q.index, frames[_i].decoded.index);
    ck_assert_int_eq(q.lba, frames[_i].decoded.lba);
    ck_assert_str_eq(q.code, frames[_i].decoded.code);
}
END_TEST

static void put_crc(uint8_t q[12])
{
    const uint16_t crc = dk_q_crc(q, 10);

    q[10] = (uint8_t)(crc >> 8);
    q[11] = (uint8_t)crc;
}

/* A position that none is, with the CRC right. */
START_TEST(refuses_what_is_no_position)
{
    static const struct {
        int at;
        uint8_t value;
    } odd[] = { { 1, 0x1A }, { 2, 0xA0 }, { 8, 0x60 }, { 9, 0x75 }, { 7, 0x0A } };
    uint8_t q[12] = { 0x41, 1, 1, 0, 0, 0, 0, 0, 2, 0 };
    struct dk_q decoded;

    q[odd[_i].at] = odd[_i].value;
    put_crc(q);
    ck_assert(!dk_q_decode(q, &decoded));
}
END_TEST

/* Codes with what is no digit or letter in them are none. */
START_TEST(leaves_out_odd_codes)
{
    uint8_t mcn[12] = { 2, 0x2A }, isrc[12] = { 3, 0xFF, 0xFF, 0xFF, 0xFF };
    struct dk_q q;

    put_crc(mcn);
    put_crc(isrc);
    ck_assert(dk_q_decode(mcn, &q));
    ck_assert_str_eq(q.code, "");
    ck_assert(dk_q_decode(isrc, &q));
    ck_assert_str_eq(q.code, "");
}
END_TEST

/* What is made for a place is read as that place. */
START_TEST(reads_what_is_made)
{
    struct dk_disc *disc = dk_disc_new("made", "made");
    struct dk_error error;
    uint8_t linear[DK_SUBCHANNEL];
    struct dk_q q;

    dk_disc_add_track(disc, (struct dk_track){ .number = 12, .mode = DK_MODE1, .lba = 150, .count = 5000 });
    ck_assert(dk_disc_finish(disc, &error));
    for (int32_t lba = 0; lba < 5200; lba += 7) {
        dk_sub_make(disc, lba, linear);
        ck_assert(dk_q_decode(linear + 12, &q));
        ck_assert_int_eq(q.lba, lba);
        ck_assert_int_eq(q.track, lba < 5150 ? 12 : 0xAA);
        ck_assert_int_eq(q.index, lba >= 150);
    }
    dk_disc_close(disc);
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_loop_test(test_case, decodes, 0, sizeof frames / sizeof *frames);
    tcase_add_loop_test(test_case, refuses_what_is_no_position, 0, 5);
    tcase_add_test(test_case, leaves_out_odd_codes);
    tcase_add_test(test_case, reads_what_is_made);
}

int main(void)
{
    return suite_run("q", (const struct suite_case[]){ { "frames", add_all }, { NULL, NULL } });
}
