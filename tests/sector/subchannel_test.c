/* Subchannel: both orders, the CRC, and Q made for any place of a disc. */
#include "support/random.h"
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/sector.h>
#include <libdeflate.h>
#include <string.h>

/* Frames as discs have them; ISRC and MCN are not made, so that of these the CRC alone is held. */
static const uint8_t frames[][12] = {
    { 0x41, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x28, 0x32 },
    { 0x01, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x5A, 0x28 },
    { 0x01, 0x02, 0x01, 0x00, 0x04, 0x45, 0x00, 0x02, 0x46, 0x45, 0xF4, 0xFB },
    { 0x01, 0x04, 0x00, 0x00, 0x01, 0x74, 0x00, 0x01, 0x48, 0x01, 0x7E, 0x01 },
    { 0x41, 0x01, 0x00, 0x00, 0x01, 0x74, 0x00, 0x00, 0x00, 0x00, 0xD8, 0xA3 },
    { 0x02, 0x20, 0x05, 0x91, 0x11, 0x11, 0x71, 0x60, 0x00, 0x70, 0xCA, 0xC6 },
    { 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x21, 0x75 },
    { 0x42, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x53, 0x6F },
    { 0x02, 0x00, 0x00, 0x01, 0x02, 0x71, 0x95, 0x50, 0x00, 0x16, 0xF3, 0x60 },
    { 0x03, 0x96, 0x38, 0x93, 0x04, 0x76, 0x07, 0x83, 0x90, 0x22, 0x1D, 0xBC },
    { 0x03, 0x5A, 0x21, 0xA6, 0x20, 0x25, 0x82, 0x02, 0x30, 0x22, 0xB4, 0x70 },
    { 0x41, 0x00, 0xA0, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x53, 0x79 },
    { 0x41, 0x00, 0xA0, 0x00, 0x00, 0x00, 0x00, 0x01, 0x20, 0x00, 0x55, 0x9F },
    { 0x41, 0x00, 0xA2, 0x00, 0x00, 0x00, 0x00, 0x45, 0x10, 0x20, 0x3A, 0xA3 },
    { 0x41, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0xC3, 0x11 },
    { 0x41, 0xAA, 0x01, 0x00, 0x00, 0x00, 0x00, 0x45, 0x10, 0x20, 0x83, 0xE9 },
};

START_TEST(knows_the_crc)
{
    static const uint8_t zeros[10];

    ck_assert_uint_eq(dk_q_crc("123456789", 9), (uint16_t)~0x31C3);
    ck_assert_uint_eq(dk_q_crc(zeros, sizeof zeros), 0xFFFF);
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        ck_assert_uint_eq(dk_q_crc(frames[i], 10), (unsigned)frames[i][10] << 8 | frames[i][11]);
}
END_TEST

/* ---- Orders ---- */

START_TEST(turns_the_known_record)
{
    static const uint8_t begins[] = { 0x00, 0x40, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x40 };
    static const uint8_t with_p[] = { 0x80, 0xC0, 0x80, 0x80, 0x80, 0x80, 0x80, 0xC0 };
    uint8_t linear[DK_SUBCHANNEL] = { 0 }, interleaved[DK_SUBCHANNEL], again[DK_SUBCHANNEL];

    memcpy(linear + 12, frames[0], 12);
    dk_sub_to_interleaved(linear, interleaved);
    ck_assert_mem_eq(interleaved, begins, sizeof begins);
    ck_assert_uint_eq(libdeflate_crc32(0, interleaved, sizeof interleaved), 0x65EA25DC);
    dk_sub_to_linear(interleaved, again);
    ck_assert_mem_eq(again, linear, sizeof linear);
    memset(linear, 0xFF, 12);
    dk_sub_to_interleaved(linear, interleaved);
    ck_assert_mem_eq(interleaved, with_p, sizeof with_p);
}
END_TEST

START_TEST(turns_any_record)
{
    struct random random = random_start(1);

    for (int round = 0; round < 200; round++) {
        uint8_t linear[DK_SUBCHANNEL], interleaved[DK_SUBCHANNEL], again[DK_SUBCHANNEL];

        random_fill(&random, linear, sizeof linear);
        dk_sub_to_interleaved(linear, interleaved);
        for (int k = 0; k < DK_SUBCHANNEL; k++)
            for (int channel = 0; channel < 8; channel++)
                ck_assert_int_eq(interleaved[k] >> (7 - channel) & 1, linear[12 * channel + k / 8] >> (7 - k % 8) & 1);
        dk_sub_to_linear(interleaved, again);
        ck_assert_mem_eq(again, linear, sizeof linear);
    }
}
END_TEST

/* ---- Q of a disc ---- */

/* Data, audio with a pause and indexes, data after a pause; then a second session, whose pause nobody names. */
static struct dk_disc *make_disc(void)
{
    static const struct dk_index indexes[] = { { 2, 12100 }, { 3, 12200 } };
    static const struct dk_track tracks[] = {
        { .number = 1, .session = 1, .mode = DK_MODE1, .lba = 0, .count = 7801, .stored = 2048 },
        { .number = 2,
          .session = 1,
          .mode = DK_AUDIO,
          .lba = 12000,
          .count = 500,
          .indexes = indexes,
          .index_count = 2 },
        { .number = 4, .session = 1, .mode = DK_AUDIO, .control = 2, .lba = 12650, .count = 100, .pregap = 150 },
        { .number = 5, .session = 2, .mode = DK_MODE1, .lba = 24150, .count = 1000, .stored = 2048 },
    };
    struct dk_disc *disc = dk_disc_new("test", "test");
    struct dk_error error;

    for (size_t i = 0; i < sizeof tracks / sizeof *tracks; i++)
        dk_disc_add_track(disc, tracks[i]);
    ck_assert_msg(dk_disc_finish(disc, &error), "%s", error.text);
    return disc;
}

static const struct {
    int32_t lba;
    struct raw_position wanted;
} places[] = {
    { 0, { 4, 1, 1, 0, 0 } },           { 7800, { 4, 1, 1, 7800, 7800 } },  { -150, { 4, 1, 0, 149, -150 } },
    { -1, { 4, 1, 0, 0, -1 } },         { 12000, { 0, 2, 1, 0, 12000 } },   { 12099, { 0, 2, 1, 99, 12099 } },
    { 12100, { 0, 2, 2, 100, 12100 } }, { 12345, { 0, 2, 3, 345, 12345 } }, { 12500, { 2, 4, 0, 149, 12500 } },
    { 12649, { 2, 4, 0, 0, 12649 } },   { 12650, { 2, 4, 1, 0, 12650 } },   { 24000, { 4, 5, 0, 149, 24000 } },
    { 24149, { 4, 5, 0, 0, 24149 } },   { 25149, { 4, 5, 1, 999, 25149 } },
};

START_TEST(makes_q)
{
    struct dk_disc *disc = make_disc();
    uint8_t linear[DK_SUBCHANNEL], wanted[DK_SUBCHANNEL];

    dk_sub_make(disc, places[_i].lba, linear);
    raw_subchannel(&places[_i].wanted, DK_SUB_LINEAR, wanted);
    ck_assert_mem_eq(linear, wanted, sizeof linear);
    dk_disc_close(disc);
}
END_TEST

/* Behind each session its own lead-out, with the time from its beginning. */
START_TEST(makes_lead_outs)
{
    static const struct {
        int32_t lba;
        uint8_t q[10];
    } rows[] = {
        { 12750, { 0x21, 0xAA, 1, 0x00, 0x00, 0x00, 0, 0x02, 0x52, 0x00 } },
        { 12825, { 0x21, 0xAA, 1, 0x00, 0x01, 0x00, 0, 0x02, 0x53, 0x00 } },
        { 25150, { 0x41, 0xAA, 1, 0x00, 0x00, 0x00, 0, 0x05, 0x37, 0x25 } },
        { 25160, { 0x41, 0xAA, 1, 0x00, 0x00, 0x10, 0, 0x05, 0x37, 0x35 } },
    };
    struct dk_disc *disc = make_disc();
    uint8_t linear[DK_SUBCHANNEL];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dk_sub_make(disc, rows[i].lba, linear);
        ck_assert_mem_eq(linear + 12, rows[i].q, 10);
        ck_assert_uint_eq(dk_q_crc(linear + 12, 10), (unsigned)linear[22] << 8 | linear[23]);
    }
    dk_sub_make(disc, INT32_MAX, linear);
    dk_sub_make(disc, INT32_MIN, linear);
    dk_disc_close(disc);
}
END_TEST

static void make_single(struct dk_track track, int32_t lba, const uint8_t q[12])
{
    struct dk_disc *disc = dk_disc_new("test", "test");
    struct dk_error error;
    uint8_t linear[DK_SUBCHANNEL];

    dk_disc_add_track(disc, track);
    ck_assert(dk_disc_finish(disc, &error));
    dk_sub_make(disc, lba, linear);
    ck_assert_mem_eq(linear + 12, q, 12);
    dk_disc_close(disc);
}

START_TEST(makes_the_known_frames)
{
    make_single((struct dk_track){ .number = 1, .mode = DK_MODE1, .count = 100 }, 0, frames[0]);
    make_single((struct dk_track){ .number = 1, .mode = DK_AUDIO, .count = 100 }, 0, frames[1]);
    make_single((struct dk_track){ .number = 2, .mode = DK_AUDIO, .lba = 12000, .count = 400 }, 12345, frames[2]);
    make_single((struct dk_track){ .number = 4, .mode = DK_AUDIO, .lba = 8101, .count = 9, .pregap = 150 }, 7951,
                frames[3]);
    make_single((struct dk_track){ .number = 1, .mode = DK_MODE1, .count = 100 }, -150, frames[4]);
    make_single((struct dk_track){ .number = 1, .mode = DK_MODE1, .count = 203120 }, 203120, frames[15]);
}
END_TEST

static void add_orders(TCase *test_case)
{
    tcase_add_test(test_case, knows_the_crc);
    tcase_add_test(test_case, turns_the_known_record);
    tcase_add_test(test_case, turns_any_record);
}

static void add_q(TCase *test_case)
{
    tcase_add_loop_test(test_case, makes_q, 0, sizeof places / sizeof *places);
    tcase_add_test(test_case, makes_lead_outs);
    tcase_add_test(test_case, makes_the_known_frames);
}

int main(void)
{
    return suite_run("subchannel",
                     (const struct suite_case[]){ { "orders", add_orders }, { "q", add_q }, { NULL, NULL } });
}
