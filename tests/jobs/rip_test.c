/* Ripping over sources that fail by list; and how the length of a track is settled. */
#include "jobs/rip.h"

#include "support/suite.h"

#include <disckit/wrapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTORS = 200 };

START_TEST(settles_lengths)
{
    static const struct {
        struct rip_lengths from;
        int64_t end, soft_end;
    } rows[] = {
        /* start, toc, capacity, volume, audio next */
        { { 0, 1000, 1000, 1000, false }, 1000, 1000 },          /* all agree: every sector has to be there */
        { { 0, 1002, 1002, 1000, false }, 1002, 1000 },          /* run-out */
        { { 0, 1002, 1002, 850, false }, 1002, 1000 },           /* padding has to be there, the last two need not */
        { { 0, 1000, 1000, 999, false }, 1000, 999 },            /* never inside the volume */
        { { 0, 1000, 1000, 0, false }, 1000, 1000 },             /* no volume: nothing excuses a failure */
        { { 0, 1000, 1000, 1200, false }, 1000, 1000 },          /* a volume that is longer: no end is soft */
        { { 0, 1000, 1064, 900, false }, 1064, 998 },            /* READ CAPACITY beyond the table */
        { { 0, 1000, 900, 880, false }, 1000, 898 },             /* READ CAPACITY short of it */
        { { 0, 1000, 0, 600, true }, 1000, 773 },                /* 150 of pregap, 75 and 2 before audio */
        { { 12000, 13002, 13002, 13000, false }, 13002, 13000 }, /* a later session */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct rip_range range = rip_reconcile(&rows[i].from);

        ck_assert_msg(range.end == rows[i].end && range.soft_end == rows[i].soft_end, "row %zu: %lld, %lld", i,
                      (long long)range.end, (long long)range.soft_end);
    }
}
END_TEST

/* A disc of SECTORS sectors that hold their numbers. */
static uint32_t read_numbers(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                             struct dk_error *error)
{
    (void)source;
    (void)form;
    (void)error;
    memset(to, 0, count * DK_SECTOR_USER);
    for (uint32_t i = 0; i < count; i++)
        snprintf((char *)to + i * DK_SECTOR_USER, 20, "sector %d", lba + (int32_t)i);
    return count;
}

static const struct dk_source_ops numbers_ops = { .read = read_numbers };

/* Copies the whole disc with these faults into "out"; returns the report, and the file's bytes in `bytes`. */
static struct dk_rip_report copied(const char *faults, unsigned retries, int64_t soft_end, uint8_t **bytes)
{
    struct dk_source numbers = { &numbers_ops };
    struct dk_disc disc = { .source = NULL };
    const struct dk_rip_options options = { .retries = retries };
    struct dk_rip_report report = { 0 };
    struct rip_copy copy = { .disc = &disc, .options = &options, .report = &report, .total = SECTORS };
    struct dk_output *output = dk_output_new(true);
    struct dk_error error = { 0 };
    char path[300];
    FILE *file;

    snprintf(path, sizeof path, "%s/out", suite_folder());
    disc.source = dk_source_faults(&numbers, faults, &error);
    ck_assert_msg(disc.source != NULL, "%s", error.text);
    copy.file = dk_output_add(output, path, &error);
    ck_assert_ptr_nonnull(copy.file);
    ck_assert_msg(rip_copy_range(&copy, 0, (struct rip_range){ SECTORS, soft_end }, &error) && rip_retry(&copy, &error),
                  "%s", error.text);
    report.sectors = (uint32_t)(dk_output_size(copy.file) / DK_SECTOR_USER);
    ck_assert(dk_output_commit(output, &error));
    dk_output_close(output);
    dk_source_close(disc.source);
    *bytes = calloc(SECTORS, DK_SECTOR_USER);
    file = fopen(path, "rb");
    ck_assert_uint_eq(fread(*bytes, DK_SECTOR_USER, SECTORS, file), report.sectors);
    fclose(file);
    return report;
}

static void check_bytes(const uint8_t *bytes, const struct dk_rip_report *report)
{
    for (uint32_t i = 0; i < report->sectors; i++) {
        char expected[20] = "";
        bool bad = false;

        for (size_t k = 0; k < report->bad_count; k++)
            bad = bad || ((int64_t)i >= report->bad[k].lba && i < report->bad[k].lba + (int64_t)report->bad[k].count);
        if (!bad)
            snprintf(expected, sizeof expected, "sector %u", i);
        ck_assert_str_eq((const char *)bytes + i * DK_SECTOR_USER, expected);
    }
}

START_TEST(bad_sectors_are_zeros_and_nothing_else_is)
{
    uint8_t *bytes;
    struct dk_rip_report report = copied("bad 0\nbad 31-33\nbad 64\nbad 66\nbad 199\n", 1, SECTORS, &bytes);
    static const struct dk_rip_run expected[] = {
        { 0, 1, 0 }, { 31, 3, 0 }, { 64, 1, 0 }, { 66, 1, 0 }, { 199, 1, 0 }
    };

    ck_assert_uint_eq(report.sectors, SECTORS);
    ck_assert_uint_eq(report.bad_sectors, 7);
    ck_assert_uint_eq(report.bad_count, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(report.bad[i].lba, expected[i].lba);
        ck_assert_uint_eq(report.bad[i].count, expected[i].count);
    }
    check_bytes(bytes, &report);
    free(bytes);
    dk_rip_report_free(&report);
}
END_TEST

START_TEST(flaky_sectors_are_read_again_as_often_as_wanted)
{
    uint8_t *bytes;
    struct dk_rip_report report = copied("flaky 50 3\n", 5, SECTORS, &bytes);

    ck_assert_uint_eq(report.bad_sectors, 0);
    check_bytes(bytes, &report);
    free(bytes);
    report = copied("flaky 50 9\n", 2, SECTORS, &bytes);
    ck_assert_uint_eq(report.bad_sectors, 1);
    check_bytes(bytes, &report);
    free(bytes);
    dk_rip_report_free(&report);
}
END_TEST

/* Passes go both ways, and leave a list that is in order. */
START_TEST(the_list_shrinks_and_stays_in_order)
{
    static const struct dk_rip_run expected[] = { { 20, 1, 0 }, { 23, 2, 0 }, { 60, 1, 0 } };

    for (unsigned retries = 0; retries < 4; retries++) {
        uint8_t *bytes;
        struct dk_rip_report report =
            copied("bad 20\nflaky 21-22 2\nbad 23-24\nflaky 40-45 2\nbad 60\n", retries, SECTORS, &bytes);
        uint32_t listed = 0;

        for (size_t i = 0; i < report.bad_count; i++) {
            ck_assert(i == 0 || report.bad[i].lba > report.bad[i - 1].lba + (int64_t)report.bad[i - 1].count);
            listed += report.bad[i].count;
        }
        ck_assert_uint_eq(listed, report.bad_sectors);
        check_bytes(bytes, &report);
        ck_assert(retries < 2 || (report.bad_count == 3 && report.recovered > 0));
        for (size_t i = 0; retries >= 2 && i < 3; i++)
            ck_assert(report.bad[i].lba == expected[i].lba && report.bad[i].count == expected[i].count);
        free(bytes);
        dk_rip_report_free(&report);
    }
}
END_TEST

START_TEST(only_a_tail_that_fails_to_the_end_is_run_out)
{
    uint8_t *bytes;
    struct dk_rip_report report = copied("bad 198-199\n", 1, 198, &bytes);

    ck_assert_uint_eq(report.run_out, 2);
    ck_assert_uint_eq(report.bad_sectors, 0);
    ck_assert_uint_eq(report.sectors, 198);
    free(bytes);
    report = copied("bad 198\n", 1, 198, &bytes); /* what comes behind it can be read */
    ck_assert_uint_eq(report.run_out, 0);
    ck_assert_uint_eq(report.bad_sectors, 1);
    ck_assert_uint_eq(report.sectors, SECTORS);
    free(bytes);
    dk_rip_report_free(&report);
    report = copied("bad 197-199\n", 1, 198, &bytes); /* one of them is the volume's */
    ck_assert_uint_eq(report.bad_sectors, 1);
    ck_assert_uint_eq(report.run_out, 2);
    free(bytes);
    dk_rip_report_free(&report);
}
END_TEST

static void add(TCase *test_case)
{
    tcase_add_test(test_case, settles_lengths);
    tcase_add_test(test_case, bad_sectors_are_zeros_and_nothing_else_is);
    tcase_add_test(test_case, flaky_sectors_are_read_again_as_often_as_wanted);
    tcase_add_test(test_case, the_list_shrinks_and_stays_in_order);
    tcase_add_test(test_case, only_a_tail_that_fails_to_the_end_is_run_out);
}

int main(void)
{
    return suite_run("rip", (const struct suite_case[]){ { "rip", add }, { NULL, NULL } });
}
