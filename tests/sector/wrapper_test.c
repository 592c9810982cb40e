/* Sources over sources, on a small disc in memory, damaged by list. */
#include "support/random.h"
#include "support/suite.h"
#include "util/hash.h"

#include <disckit/wrapper.h>
#include <stdlib.h>
#include <string.h>

enum { SECTORS = 40, USER = DK_SECTOR_USER };

static uint8_t user[SECTORS * USER], got[SECTORS * USER];
static struct dk_disc *disc;
static struct dk_error error;

static void begin(void)
{
    struct random random = random_start(7);
    struct dk_store *store;

    random_fill(&random, user, sizeof user);
    store = dk_store_from_memory(user, sizeof user, "memory");
    disc = dk_disc_new("test", "test");
    dk_disc_add_track(disc, (struct dk_track){ .number = 1, .mode = DK_MODE1, .count = SECTORS, .stored = USER });
    dk_disc_add_extent(
        disc, (struct dk_extent){
                  .count = SECTORS, .mode = DK_MODE1, .store = store, .layout = dk_layout_find(DK_MODE1, USER) });
    dk_store_close(store);
    ck_assert(dk_disc_finish(disc, &error));
}

static void end(void)
{
    dk_disc_close(disc);
}

static uint32_t read_user(struct dk_source *source, int32_t lba, uint32_t count)
{
    memset(got, 0xEE, sizeof got);
    error = (struct dk_error){ 0 };
    return dk_source_read(source, lba, count, DK_FORM_USER, got, &error);
}

/* `count` sectors of the disc from `lba` on were read, and nothing was written behind them. */
static void assert_got(int32_t lba, uint32_t count)
{
    ck_assert_mem_eq(got, user + (size_t)lba * USER, (size_t)count * USER);
    if (count < SECTORS)
        ck_assert_uint_eq(got[(size_t)count * USER], 0xEE);
}

static void assert_says(const char *words)
{
    ck_assert_msg(strstr(error.text, words) != NULL, "'%s' does not say '%s'", error.text, words);
}

START_TEST(slices)
{
    struct dk_source *slice = dk_source_slice(disc->source, 10, 5);

    ck_assert_uint_eq(read_user(slice, 10, 5), 5);
    assert_got(10, 5);
    ck_assert_uint_eq(read_user(slice, 12, 30), 3);
    assert_got(12, 3);
    assert_says("LBA 15 lies outside LBA 10 to 14");
    ck_assert_uint_eq(read_user(slice, 9, 2), 0);
    assert_says("LBA 9 lies outside");
    ck_assert_uint_eq(read_user(slice, 15, 1), 0);
    ck_assert_uint_eq(read_user(slice, INT32_MIN, UINT32_MAX), 0);
    dk_source_close(slice);
}
END_TEST

START_TEST(slices_beyond_the_disc)
{
    struct dk_source *slice = dk_source_slice(disc->source, 38, UINT32_MAX);

    ck_assert_uint_eq(read_user(slice, 38, 10), 2);
    assert_got(38, 2);
    assert_says("no sector with LBA 40");
    dk_source_close(slice);
}
END_TEST

START_TEST(makes_faults)
{
    struct dk_source *faults =
        dk_source_faults(disc->source, "# a comment\n\nbad 20-21\nflaky 5 2\r\nslow 1 1\n", &error);

    ck_assert_ptr_nonnull(faults);
    ck_assert_uint_eq(read_user(faults, 0, 40), 5);
    assert_got(0, 5);
    assert_says("LBA 5 cannot be read");
    ck_assert_int_eq(error.kind, DK_ERROR_DAMAGED);
    ck_assert_uint_eq(read_user(faults, 5, 1), 0);
    ck_assert_uint_eq(read_user(faults, 5, 35), 15);
    assert_got(5, 15);
    assert_says("LBA 20 cannot be read");
    ck_assert_uint_eq(read_user(faults, 21, 1), 0);
    ck_assert_uint_eq(read_user(faults, 22, 18), 18);
    assert_got(22, 18);
    dk_source_close(faults);
}
END_TEST

START_TEST(takes_negative_ranges)
{
    struct dk_source *faults = dk_source_faults(disc->source, "bad -150--1", &error);

    ck_assert_ptr_nonnull(faults);
    ck_assert_uint_eq(read_user(faults, -1, 1), 0);
    assert_says("LBA -1 cannot be read");
    ck_assert_uint_eq(read_user(faults, 0, 1), 1);
    dk_source_close(faults);
}
END_TEST

static const char *const no_faults[] = {
    "bad",
    "bad x",
    "bad 5 3",
    "bad 7-6",
    "bad 5-",
    "flaky 5",
    "flaky 5 0",
    "slow 5 -1",
    "wrong 5",
    "badly 5",
    "bad 99999999999",
    "bad 0-2000000000",
    "bad 1\nbad 2\ngood 3",
};

START_TEST(refuses_what_is_no_fault)
{
    const char *last = strrchr(no_faults[_i], '\n');

    ck_assert_ptr_null(dk_source_faults(disc->source, no_faults[_i], &error));
    assert_says(last ? last + 1 : no_faults[_i]);
}
END_TEST

START_TEST(retries)
{
    struct dk_source *faults = dk_source_faults(disc->source, "flaky 3 2\nflaky 9 3\nbad 30", &error);
    struct dk_source *retry = dk_source_retry(faults, 2);

    /* a first try and two more: enough for LBA 3, one too few for LBA 9, and the next call has the luck */
    ck_assert_uint_eq(read_user(retry, 0, 40), 9);
    assert_got(0, 9);
    assert_says("LBA 9 cannot be read");
    ck_assert_uint_eq(read_user(retry, 9, 31), 21);
    assert_got(9, 21);
    assert_says("LBA 30 cannot be read");
    ck_assert_uint_eq(read_user(retry, 31, 9), 9);
    dk_source_close(retry);
    dk_source_close(faults);
}
END_TEST

/* A source that stops, and counts how often it was asked. */
struct stopping {
    struct dk_source source;
    enum dk_error_kind kind;
    int asked;
};

static uint32_t stopping_read(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                              struct dk_error *why)
{
    struct stopping *stopping = (struct stopping *)source;

    (void)lba, (void)count, (void)form, (void)to;
    stopping->asked++;
    dk_fail(why, stopping->kind, "no");
    return 0;
}

START_TEST(does_not_retry_for_nothing)
{
    static const struct dk_source_ops ops = { stopping_read, NULL };
    static const struct {
        enum dk_error_kind kind;
        int asked;
    } rows[] = { { DK_ERROR_STOPPED, 1 }, { DK_ERROR_MISSING, 1 }, { DK_ERROR_DAMAGED, 6 }, { DK_ERROR_SYSTEM, 6 } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stopping stopping = { { &ops }, rows[i].kind, 0 };
        struct dk_source *retry = dk_source_retry(&stopping.source, 5);

        ck_assert_uint_eq(read_user(retry, 0, 10), 0);
        ck_assert_int_eq(stopping.asked, rows[i].asked);
        ck_assert_int_eq(error.kind, rows[i].kind);
        dk_source_close(retry);
    }
}
END_TEST

/* ---- Sums ---- */

static const char *sum_of(const void *bytes, size_t count)
{
    static char hex[HASH_HEX];
    struct hash_set *set = hash_set_new(1U << HASH_SHA256, &error);

    hash_set_update(set, bytes, count);
    hash_set_finish(set);
    strcpy(hex, hash_set_hex(set, HASH_SHA256));
    hash_set_free(set);
    return hex;
}

START_TEST(hashes_each_sector_once)
{
    struct hash_set *set = hash_set_new(1U << HASH_SHA256, &error);
    struct dk_source *faults = dk_source_faults(disc->source, "flaky 12 2", &error);
    struct dk_source *hashed = dk_source_hashed(faults, DK_FORM_USER, 4, set);
    struct dk_source *retry = dk_source_retry(hashed, 3);
    uint8_t raw[DK_SECTOR_RAW];

    ck_assert_uint_eq(read_user(retry, 0, 6), 6);   /* LBA 4 and 5 count */
    ck_assert_uint_eq(read_user(retry, 0, 3), 3);   /* nothing new */
    ck_assert_uint_eq(read_user(retry, 5, 20), 20); /* over a sector that fails twice */
    ck_assert_uint_eq(read_user(retry, 10, 30), 30);
    ck_assert_uint_eq(dk_source_read(retry, 39, 1, DK_FORM_RAW, raw, &error), 1);
    hash_set_finish(set);
    ck_assert_str_eq(hash_set_hex(set, HASH_SHA256), sum_of(user + 4 * USER, 36 * USER));
    dk_source_close(retry);
    dk_source_close(hashed);
    dk_source_close(faults);
    hash_set_free(set);
}
END_TEST

START_TEST(never_hashes_with_a_hole)
{
    struct hash_set *set = hash_set_new(1U << HASH_SHA256, &error);
    struct dk_source *hashed = dk_source_hashed(disc->source, DK_FORM_USER, 0, set);

    ck_assert_uint_eq(read_user(hashed, 0, 5), 5);
    ck_assert_uint_eq(read_user(hashed, 6, 1), 0);
    assert_says("LBA 6 is not the next one for the sums, which is 5");
    dk_source_close(hashed);
    hash_set_free(set);
}
END_TEST

/* ---- The map ---- */

static void assert_runs(const struct dk_read_map *map, const struct dk_read_run *runs, size_t count)
{
    ck_assert_uint_eq(map->count, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(map->runs[i].lba, runs[i].lba);
        ck_assert_uint_eq(map->runs[i].count, runs[i].count);
        ck_assert_int_eq(map->runs[i].state, runs[i].state);
    }
}

START_TEST(maps_what_was_read)
{
    static const struct dk_read_run wanted[] = {
        { 0, 7, DK_READ_GOOD },  { 7, 1, DK_READ_BAD },       { 8, 2, DK_READ_NOT_YET },
        { 10, 5, DK_READ_GOOD }, { 15, 25, DK_READ_NOT_YET },
    };
    struct dk_read_map *map = dk_read_map_new(0, SECTORS);
    struct dk_source *faults = dk_source_faults(disc->source, "bad 7", &error);
    struct dk_source *mapped = dk_source_mapped(faults, map);

    ck_assert_uint_eq(read_user(mapped, 0, 40), 7);
    ck_assert_uint_eq(read_user(mapped, 10, 5), 5);
    assert_runs(map, wanted, sizeof wanted / sizeof *wanted);
    ck_assert_uint_eq(dk_read_map_total(map, DK_READ_GOOD), 12);
    ck_assert_uint_eq(dk_read_map_total(map, DK_READ_BAD), 1);
    ck_assert_uint_eq(dk_read_map_total(map, DK_READ_NOT_YET), 27);
    dk_source_close(mapped);
    dk_source_close(faults);
    dk_read_map_free(map);
}
END_TEST

START_TEST(stopping_is_no_damage)
{
    static const struct dk_source_ops ops = { stopping_read, NULL };
    struct stopping stopping = { { &ops }, DK_ERROR_STOPPED, 0 };
    struct dk_read_map *map = dk_read_map_new(0, SECTORS);
    struct dk_source *mapped = dk_source_mapped(&stopping.source, map);

    ck_assert_uint_eq(read_user(mapped, 0, 40), 0);
    ck_assert_uint_eq(dk_read_map_total(map, DK_READ_NOT_YET), SECTORS);
    dk_source_close(mapped);
    dk_read_map_free(map);
}
END_TEST

/* Any marks, against an array with a state for each sector. */
START_TEST(merges_any_marks)
{
    enum { FIRST = -150, COUNT = 300 };
    struct random random = random_start((uint64_t)_i);
    struct dk_read_map *map = dk_read_map_new(FIRST, COUNT);
    uint8_t states[COUNT] = { 0 };

    for (int round = 0; round < 400; round++) {
        const int32_t lba = FIRST - 20 + (int32_t)random_below(&random, COUNT + 40);
        const uint32_t count = random_below(&random, _i & 1 ? 3 : 60);
        const enum dk_read_state state = random_below(&random, 3);
        size_t run = 0, total = 0;

        dk_read_map_mark(map, lba, count, state);
        for (uint32_t i = 0; i < count; i++)
            if (lba + (int32_t)i >= FIRST && lba + (int32_t)i < FIRST + COUNT)
                states[lba + (int32_t)i - FIRST] = (uint8_t)state;
        for (int i = 0; i < COUNT; i++) {
            if (FIRST + i == map->runs[run].lba + (int32_t)map->runs[run].count)
                run++;
            ck_assert_int_eq(map->runs[run].state, states[i]);
        }
        ck_assert_uint_eq(run + 1, map->count);
        for (run = 0; run + 1 < map->count; run++)
            ck_assert_int_ne(map->runs[run].state, map->runs[run + 1].state);
        for (int i = 0; i < 3; i++)
            total += dk_read_map_total(map, (enum dk_read_state)i);
        ck_assert_uint_eq(total, COUNT);
    }
    dk_read_map_free(map);
}
END_TEST

START_TEST(maps_the_largest_disc)
{
    struct dk_read_map *map = dk_read_map_new(INT32_MIN, UINT32_MAX);

    dk_read_map_mark(map, 0, UINT32_MAX, DK_READ_GOOD);
    ck_assert_uint_eq(dk_read_map_total(map, DK_READ_GOOD), INT32_MAX);
    ck_assert_uint_eq(map->count, 2);
    dk_read_map_free(map);
    dk_read_map_free(NULL);
    map = dk_read_map_new(0, 0);
    dk_read_map_mark(map, 0, 10, DK_READ_GOOD);
    ck_assert_uint_eq(dk_read_map_total(map, DK_READ_GOOD), 0);
    dk_read_map_free(map);
}
END_TEST

static void add_sources(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, end);
    tcase_add_test(test_case, slices);
    tcase_add_test(test_case, slices_beyond_the_disc);
    tcase_add_test(test_case, makes_faults);
    tcase_add_test(test_case, takes_negative_ranges);
    tcase_add_loop_test(test_case, refuses_what_is_no_fault, 0, sizeof no_faults / sizeof *no_faults);
    tcase_add_test(test_case, retries);
    tcase_add_test(test_case, does_not_retry_for_nothing);
    tcase_add_test(test_case, hashes_each_sector_once);
    tcase_add_test(test_case, never_hashes_with_a_hole);
}

static void add_map(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, end);
    tcase_add_test(test_case, maps_what_was_read);
    tcase_add_test(test_case, stopping_is_no_damage);
    tcase_add_loop_test(test_case, merges_any_marks, 0, 6);
    tcase_add_test(test_case, maps_the_largest_disc);
}

int main(void)
{
    return suite_run("wrapper",
                     (const struct suite_case[]){ { "sources", add_sources }, { "map", add_map }, { NULL, NULL } });
}
