/* Tables of contents, bytes computed by hand from MMC-6 tables 475 and 479. */
#include "drive/toc.h"

#include "support/suite.h"

#include <string.h>

/* session, ADR/control, TNO, POINT, min, sec, frame, zero, pmin, psec, pframe */
static const uint8_t two_sessions[] = {
    0, 68,   1, 2, /* length without itself: 2 + 6 x 11 */
    1, 0x14, 0, 0xA0, 0, 0, 0, 0, 1, 0,  0, 1, 0x14, 0, 0xA2, 0, 0, 0, 0, 0,  10, 0,
    1, 0x14, 0, 1,    0, 0, 0, 0, 0, 2,  0, 2, 0x14, 0, 0xA2, 0, 0, 0, 0, 3,  0,  0,
    2, 0x14, 0, 2,    0, 0, 0, 0, 2, 42, 0, 1, 0x54, 0, 0xB0, 0, 0, 0, 0, 79, 59, 74,
};

START_TEST(full_table_has_sessions)
{
    struct drive_toc toc;

    ck_assert(drive_toc_parse_full(two_sessions, sizeof two_sessions, &toc));
    ck_assert_uint_eq(toc.count, 2);
    ck_assert_uint_eq(toc.sessions, 2);
    ck_assert_int_eq(toc.tracks[0].lba, 0);
    ck_assert_int_eq(toc.tracks[0].end, 600); /* 00:10:00 is LBA 600: the gap to the next session is no part of it */
    ck_assert_int_eq(toc.tracks[1].lba, 12000);
    ck_assert_int_eq(toc.tracks[1].session, 2);
    ck_assert_int_eq(toc.tracks[1].end, 13350);
    ck_assert_int_eq(toc.tracks[0].mode, DK_MODE1);
}
END_TEST

START_TEST(plain_table_has_kinds)
{
    static const uint8_t mixed[] = {
        0, 26, 1, 2, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x10, 2, 0, 0, 0, 3, 0xE8, 0, 0x10, 0xAA, 0, 0, 0, 7, 0xD0,
    };
    struct drive_toc toc, again;

    ck_assert(drive_toc_parse_plain(mixed, sizeof mixed, &toc));
    ck_assert_uint_eq(toc.count, 2);
    ck_assert_int_eq(toc.tracks[0].mode, DK_MODE1);
    ck_assert_int_eq(toc.tracks[0].end, 1000);
    ck_assert_int_eq(toc.tracks[1].mode, DK_AUDIO);
    ck_assert_int_eq(toc.tracks[1].end, 2000);
    again = toc;
    ck_assert(drive_toc_same(&toc, &again));
    again.tracks[1].end++;
    ck_assert(!drive_toc_same(&toc, &again));
}
END_TEST

START_TEST(cut_tables_are_refused_or_shorter)
{
    struct drive_toc toc;

    for (size_t size = 0; size < sizeof two_sessions; size++)
        if (drive_toc_parse_full(two_sessions, size, &toc))
            ck_assert_uint_le(toc.count, 2);
    ck_assert(!drive_toc_parse_full(two_sessions, 4, &toc));
    ck_assert(!drive_toc_parse_plain(two_sessions, 0, &toc));
}
END_TEST

/* Places in the table above, a change each; none of the results is a disc. */
static const struct {
    size_t entry, field;
    uint8_t byte;
} wrecks[] = {
    { 2, 3, 2 }, /* two tracks 2 */
    { 1, 9, 1 }, /* session 1 ends at 00:01:00, before its track */
    { 3, 8, 1 }, /* session 2 ends at 01:00:00, before its track */
    { 2, 8, 2 }, /* track 1 begins behind its lead-out */
    { 1, 8, 5 }, /* session 1 ends behind the start of session 2 */
};

START_TEST(tables_that_contradict_themselves_are_refused)
{
    uint8_t bytes[sizeof two_sessions];
    struct drive_toc toc;

    memcpy(bytes, two_sessions, sizeof bytes);
    bytes[4 + wrecks[_i].entry * 11 + wrecks[_i].field] = wrecks[_i].byte;
    ck_assert(!drive_toc_parse_full(bytes, sizeof bytes, &toc));
}
END_TEST

static void add(TCase *test_case)
{
    tcase_add_test(test_case, full_table_has_sessions);
    tcase_add_test(test_case, plain_table_has_kinds);
    tcase_add_test(test_case, cut_tables_are_refused_or_shorter);
    tcase_add_loop_test(test_case, tables_that_contradict_themselves_are_refused, 0, sizeof wrecks / sizeof *wrecks);
}

int main(void)
{
    return suite_run("drive-toc", (const struct suite_case[]){ { "toc", add }, { NULL, NULL } });
}
