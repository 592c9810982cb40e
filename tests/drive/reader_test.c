/* The reader over a drive that the test plays: how long reads may be, which sector is bad, what ends a read. */
#include "drive/drive.h"

#include "support/suite.h"

#include <stdlib.h>
#include <string.h>

/* A drive of sectors that hold their LBA; faults by number. */
static struct {
    uint32_t longest;         /* sectors; longer reads fail */
    enum drive_answer answer; /* how they do */
    struct drive_sense too_long;
    int32_t bad;
    struct drive_sense bad_sense;
    bool silent_bad, gone;
    unsigned attentions; /* that come first */
    struct drive_sense attention;
    unsigned reads, failed;
    uint32_t longest_good;
} play;

static enum drive_answer checked(struct drive_sense *sense, const struct drive_sense *why)
{
    *sense = *why;
    play.failed++;
    return DRIVE_CHECK;
}

static enum drive_answer answer_read(const uint8_t *cdb, uint8_t *into, struct drive_sense *sense)
{
    const int32_t lba = cdb[2] << 24 | cdb[3] << 16 | cdb[4] << 8 | cdb[5];
    const uint32_t count = (uint32_t)(cdb[7] << 8 | cdb[8]);

    play.reads++;
    if (play.gone)
        return DRIVE_SILENT;
    if (play.longest && count > play.longest) {
        *sense = play.too_long;
        play.failed++;
        return play.answer;
    }
    if (play.bad >= lba && play.bad < lba + (int32_t)count) {
        if (!play.silent_bad)
            return checked(sense, &play.bad_sense);
        play.failed++;
        return DRIVE_SILENT;
    }
    if (count > play.longest_good)
        play.longest_good = count;
    for (uint32_t i = 0; i < count; i++)
        memcpy(into + i * DK_SECTOR_USER, &(int32_t){ lba + (int32_t)i }, 4);
    return DRIVE_GOOD;
}

static enum drive_answer run(struct drive_link *link, const uint8_t cdb[DRIVE_CDB], void *into, size_t size,
                             struct drive_sense *sense)
{
    (void)link;
    (void)size;
    if (play.attentions) {
        play.attentions--;
        return checked(sense, &play.attention);
    }
    if (cdb[0] == 0x28)
        return answer_read(cdb, into, sense);
    return play.gone ? DRIVE_SILENT : DRIVE_GOOD;
}

static void close_nothing(struct drive_link *link)
{
    (void)link;
}

static struct drive_link link_played = { run, close_nothing };
static struct drive drive;
static struct dk_disc disc;
static uint8_t sectors[128 * DK_SECTOR_USER];
static struct dk_error error;

static void set_up(void)
{
    memset(&play, 0, sizeof play);
    play.bad = -1;
    play.bad_sense = (struct drive_sense){ .key = 3, .asc = 0x11, .ascq = 5 };
    drive = (struct drive){ .link = &link_played, .path = "/dev/sr0", .largest = DK_DRIVE_READ };
    disc = (struct dk_disc){ .source = NULL };
    error = (struct dk_error){ 0 };
    drive_become_source(&drive, &disc);
}

static uint32_t read_from(int32_t lba, uint32_t count)
{
    const uint32_t got = dk_source_read(disc.source, lba, count, DK_FORM_USER, sectors, &error);

    for (uint32_t i = 0; i < got; i++)
        ck_assert_mem_eq(sectors + i * DK_SECTOR_USER, &(int32_t){ lba + (int32_t)i }, 4);
    return got;
}

/* A size problem comes without sense data, or with that of a wrong field. */
static const struct {
    enum drive_answer answer;
    struct drive_sense sense;
} shapes[] = {
    { DRIVE_SILENT, { .key = 0 } },
    { DRIVE_CHECK, { .key = 5, .asc = 0x24 } },
};

START_TEST(halves_and_remembers)
{
    play.longest = 10;
    play.answer = shapes[_i].answer;
    play.too_long = shapes[_i].sense;
    ck_assert_uint_eq(read_from(0, 128), 128);
    ck_assert_uint_eq(drive.largest, 8 * DK_SECTOR_USER);
    play.failed = 0;
    ck_assert_uint_eq(read_from(500, 128), 128);
    ck_assert_uint_eq(play.failed, 0);
    ck_assert_uint_eq(play.longest_good, 8);
}
END_TEST

START_TEST(never_asks_for_more_than_64_KiB)
{
    ck_assert_uint_eq(read_from(0, 128), 128);
    ck_assert_uint_eq(play.longest_good, 32);
    ck_assert_uint_eq(play.reads, 4);
}
END_TEST

/* Any place in a read, with its LBA told, told wrongly, not told, no sense data at all, that of the block told. */
START_TEST(keeps_everything_before_the_bad_sector)
{
    for (int32_t bad = 0; bad < 40; bad++) {
        set_up();
        play.bad = bad;
        play.silent_bad = _i == 3;
        play.bad_sense.has_lba = _i < 2 || _i == 4;
        play.bad_sense.lba = _i == 1 ? 100000 : _i == 4 ? bad & ~15 : bad;
        ck_assert_uint_eq(read_from(0, 40), (uint32_t)bad);
        ck_assert_int_eq(error.kind, DK_ERROR_DAMAGED);
        ck_assert_ptr_nonnull(strstr(error.text, "cannot be read"));
        ck_assert_uint_eq(drive.largest, DK_DRIVE_READ); /* a bad sector is no reason for shorter reads */
        ck_assert_uint_eq(read_from(bad + 1, 40), 40);
    }
}
END_TEST

/* Each try may take a drive half a minute. */
START_TEST(asks_twice_for_a_sector_that_is_named)
{
    play.bad = 7;
    play.bad_sense.has_lba = true;
    play.bad_sense.lba = 7;
    ck_assert_uint_eq(read_from(0, 32), 7);
    ck_assert_uint_eq(play.failed, 2);
}
END_TEST

START_TEST(address_out_of_range_inside_the_disc_is_a_bad_sector)
{
    play.bad = 33;
    play.bad_sense = (struct drive_sense){ .key = 5, .asc = 0x21 };
    ck_assert_uint_eq(read_from(30, 20), 3);
    ck_assert_int_eq(error.kind, DK_ERROR_DAMAGED);
}
END_TEST

START_TEST(repeats_after_a_reset_and_ends_after_a_change)
{
    play.attentions = 1;
    play.attention = (struct drive_sense){ .key = 6, .asc = 0x29 };
    ck_assert_uint_eq(read_from(0, 10), 10);
    play.attentions = 1;
    play.attention.asc = 0x28;
    ck_assert_uint_eq(read_from(0, 10), 0);
    ck_assert_int_eq(error.kind, DK_ERROR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(error.text, "was changed"));
}
END_TEST

START_TEST(a_drive_that_went_away_blames_no_sector)
{
    play.gone = true;
    ck_assert_uint_eq(read_from(0, 64), 0);
    ck_assert_int_eq(error.kind, DK_ERROR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(error.text, "does not answer any more"));
}
END_TEST

START_TEST(no_medium_ends_the_read_and_protection_names_a_sector)
{
    play.bad = 20;
    play.bad_sense = (struct drive_sense){ .key = 2, .asc = 0x3A, .ascq = 1 };
    ck_assert_uint_eq(read_from(0, 64), 0);
    ck_assert_int_eq(error.kind, DK_ERROR_SYSTEM);
    play.bad_sense = (struct drive_sense){ .key = 5, .asc = 0x6F, .ascq = 3 };
    ck_assert_uint_eq(read_from(0, 64), 20);
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
}
END_TEST

static void add(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, set_up, NULL);
    tcase_add_loop_test(test_case, halves_and_remembers, 0, sizeof shapes / sizeof *shapes);
    tcase_add_test(test_case, never_asks_for_more_than_64_KiB);
    tcase_add_loop_test(test_case, keeps_everything_before_the_bad_sector, 0, 5);
    tcase_add_test(test_case, asks_twice_for_a_sector_that_is_named);
    tcase_add_test(test_case, address_out_of_range_inside_the_disc_is_a_bad_sector);
    tcase_add_test(test_case, repeats_after_a_reset_and_ends_after_a_change);
    tcase_add_test(test_case, a_drive_that_went_away_blames_no_sector);
    tcase_add_test(test_case, no_medium_ends_the_read_and_protection_names_a_sector);
}

int main(void)
{
    return suite_run("drive-reader", (const struct suite_case[]){ { "reader", add }, { NULL, NULL } });
}
