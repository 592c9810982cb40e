/* The engine: everything arrives, in order, checked, once; and it stops when it should. */
#include "support/made_disc.h"
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/pipeline.h>
#include <stdlib.h>
#include <string.h>

/* A sink that compares what comes with single reads, and can fail. */
struct expecting {
    const struct dk_disc *disc;
    enum dk_form form;
    int32_t next;
    uint32_t sectors, fail_at; /* taken; 0: never */
    uint64_t copied;           /* bytes by the other door */
};

static bool take(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    struct expecting *expecting = context;
    const size_t size = dk_form_size(expecting->form);
    uint8_t one[DK_SECTOR_RAW_SUB];

    ck_assert_int_eq(lba, expecting->next);
    for (uint32_t i = 0; expecting->disc && i < count; i++) {
        ck_assert_uint_eq(dk_source_read(expecting->disc->source, lba + (int32_t)i, 1, expecting->form, one, error), 1);
        ck_assert_mem_eq(bytes + i * size, one, size);
    }
    expecting->next += (int32_t)count;
    expecting->sectors += count;
    if (expecting->fail_at && expecting->sectors >= expecting->fail_at)
        return dk_fail(error, DK_ERROR_SYSTEM, "the sink is full");
    return true;
}

static bool copy(void *context, struct dk_store *store, uint64_t offset, uint64_t count, struct dk_error *error)
{
    struct expecting *expecting = context;

    (void)store, (void)offset, (void)error;
    expecting->copied += count;
    expecting->next += (int32_t)(count / DK_SECTOR_USER);
    return true;
}

static struct dk_pipeline settings_for(const struct dk_disc *disc, struct expecting *expecting, enum dk_form form)
{
    expecting->disc = disc;
    expecting->form = form;
    return (struct dk_pipeline){
        .disc = disc,
        .count = disc ? (uint32_t)dk_disc_end(disc) : 0,
        .form = form,
        .take = take,
        .context = expecting,
        .doing = "testing",
    };
}

/* ---- Everything arrives ---- */

static const unsigned stored_sizes[] = { 2048, 2336, 2352, 2368, 2448 };

START_TEST(gives_all_sectors_in_every_form)
{
    const enum dk_mode mode = stored_sizes[_i] == 2336 ? DK_MODE2_FORM1 : DK_MODE1;
    const struct made_track tracks[] = {
        { .mode = mode, .stored = stored_sizes[_i], .count = 150 },
        { .mode = mode, .stored = 2048, .count = 40 },
    };
    struct dk_disc *disc = made_disc(tracks, 2);
    struct dk_error error = { 0 };

    for (int form = DK_FORM_USER; form <= DK_FORM_RAW_SUB; form++) {
        struct expecting expecting = { 0 };
        const struct dk_pipeline settings = settings_for(disc, &expecting, (enum dk_form)form);

        ck_assert_msg(dk_pipeline_run(&settings, &error), "%s", error.text);
        ck_assert_uint_eq(expecting.sectors, 190);
    }
    dk_disc_close(disc);
}
END_TEST

/* More than the ring holds, so that the reader waits for the others many times. */
START_TEST(goes_round_the_ring)
{
    const struct made_track track = { .mode = DK_AUDIO, .stored = 2352, .count = 12000 };
    struct dk_disc *disc = made_disc(&track, 1);
    struct expecting expecting = { 0 };
    struct dk_pipeline settings = settings_for(disc, &expecting, DK_FORM_RAW);
    struct dk_error error = { 0 };

    settings.check = true;
    ck_assert_msg(dk_pipeline_run(&settings, &error), "%s", error.text);
    ck_assert_uint_eq(expecting.sectors, 12000);
    dk_disc_close(disc);
}
END_TEST

START_TEST(copies_only_what_is_the_same_and_unchecked)
{
    static const struct {
        unsigned stored;
        bool in_file, copied;
    } cases[] = { { 2048, true, true }, { 2048, false, false }, { 2352, true, false } };
    const struct made_track track = {
        .mode = DK_MODE1,
        .stored = cases[_i].stored,
        .count = 100,
        .in_file = cases[_i].in_file,
    };
    struct dk_disc *disc = made_disc(&track, 1);
    struct expecting expecting = { 0 };
    struct dk_pipeline settings = settings_for(disc, &expecting, DK_FORM_USER);
    struct dk_error error = { 0 };

    settings.check = true;
    settings.copy = copy;
    ck_assert_msg(dk_pipeline_run(&settings, &error), "%s", error.text);
    ck_assert_uint_eq(expecting.copied, cases[_i].copied ? 100 * 2048 : 0);
    ck_assert_uint_eq(expecting.sectors, cases[_i].copied ? 0 : 100);
    dk_disc_close(disc);
}
END_TEST

/* ---- What is bad ---- */

static void spoil(uint8_t *image)
{
    static const int flipped[] = { 20, 21, 22, 50 };

    for (size_t i = 0; i < 4; i++)
        image[flipped[i] * 2352 + 500] ^= 1;
    memset(image + 60 * 2352, 0xAA, 12); /* no sync */
    image[70 * 2352 + 2064] ^= 1;        /* the EDC itself, and P and Q made to agree with it */
    dk_ecc_write(image + 70 * 2352, false);
    memset(image + 80 * 2352, 0, (size_t)2 * 2352);            /* nothing, and the track goes on behind it */
    image[90 * 2352 + 13] ^= 1;                                /* the header: EDC and P are wrong by it, too */
    raw_sector(image + 95 * 2352, DK_MODE1, 5000, NULL, NULL); /* whole, of another place */
    memset(image + 98 * 2352, 0, (size_t)2 * 2352);            /* a run-out: no damage */
}

START_TEST(lists_what_the_check_bytes_say)
{
    static const struct dk_bad_run expected[] = {
        { 20, 3, DK_FAULT_EDC | DK_FAULT_ECC },
        { 50, 1, DK_FAULT_EDC | DK_FAULT_ECC },
        { 60, 1, DK_FAULT_SYNC },
        { 70, 1, DK_FAULT_EDC },
        { 80, 2, DK_FAULT_SYNC },
        { 90, 1, DK_FAULT_EDC | DK_FAULT_ECC },
    };
    const struct made_track track = { .mode = DK_MODE1, .stored = 2352, .count = 100, .spoil = spoil };
    struct dk_disc *disc = made_disc(&track, 1);
    struct dk_bad_list bad = { 0 };
    struct dk_notes notes = { 0 };
    struct dk_pipeline settings = { .disc = disc, .count = 100, .check = true, .bad = &bad, .doing = "checking" };
    struct dk_error error = { 0 };

    ck_assert_msg(dk_pipeline_run(&settings, &error), "%s", error.text);
    ck_assert_uint_eq(bad.count, 6);
    for (size_t i = 0; i < bad.count; i++) {
        ck_assert_int_eq(bad.runs[i].lba, expected[i].lba);
        ck_assert_uint_eq(bad.runs[i].count, expected[i].count);
        ck_assert_uint_eq(bad.runs[i].faults, expected[i].faults);
    }
    ck_assert_uint_eq(bad.sectors, 9);
    ck_assert_uint_eq(bad.odd_headers, 2);
    dk_bad_list_note(&bad, &notes);
    ck_assert_uint_eq(notes.told[DK_NOTE_DAMAGE], 6);
    ck_assert_ptr_nonnull(strstr(notes.items[0].text, "LBA 20 to 22 (3 sectors): the data are wrong"));
    ck_assert_ptr_nonnull(strstr(notes.items[2].text, "LBA 60: no sync"));
    dk_notes_free(&notes);
    dk_bad_list_free(&bad);
    dk_disc_close(disc);
}
END_TEST

static struct dk_disc *whole_disc(void)
{
    static const struct made_track track = { .mode = DK_MODE1, .stored = 2352, .count = 300 };

    return made_disc(&track, 1);
}

START_TEST(goes_on_behind_unreadable_sectors)
{
    struct dk_disc *disc = whole_disc();
    struct dk_error error = { 0 };
    struct dk_source *faults = dk_source_faults(disc->source, "bad 5\nbad 100-149\nbad 299", &error);
    struct dk_read_map *map = dk_read_map_new(0, 300);
    struct dk_bad_list bad = { 0 };
    struct expecting expecting = { 0 };
    struct dk_pipeline settings = settings_for(NULL, &expecting, DK_FORM_USER);

    settings.source = faults;
    settings.count = 300;
    settings.go_on = true;
    settings.bad = &bad;
    settings.map = map;
    ck_assert_msg(dk_pipeline_run(&settings, &error), "%s", error.text);
    ck_assert_uint_eq(expecting.sectors, 300);
    ck_assert_uint_eq(bad.count, 3);
    ck_assert_int_eq(bad.runs[1].lba, 100);
    ck_assert_uint_eq(bad.runs[1].count, 50);
    ck_assert_uint_eq(bad.runs[1].faults, 0);
    ck_assert_uint_eq(dk_read_map_total(map, DK_READ_BAD), 52);
    ck_assert_uint_eq(dk_read_map_total(map, DK_READ_GOOD), 248);
    dk_bad_list_free(&bad);
    dk_read_map_free(map);
    dk_source_close(faults);
    dk_disc_close(disc);
}
END_TEST

START_TEST(gives_what_lies_before_a_failure)
{
    struct dk_disc *disc = whole_disc();
    struct dk_error error = { 0 };
    struct dk_source *faults = dk_source_faults(disc->source, "bad 213", &error);
    struct expecting expecting = { 0 };
    struct dk_pipeline settings = settings_for(NULL, &expecting, DK_FORM_RAW);

    settings.source = faults;
    settings.count = 300;
    ck_assert(!dk_pipeline_run(&settings, &error));
    ck_assert_uint_eq(expecting.sectors, 213);
    ck_assert_ptr_nonnull(strstr(error.text, "213"));
    dk_source_close(faults);
    dk_disc_close(disc);
}
END_TEST

/* ---- Stopping ---- */

struct stopping {
    struct dk_watch watch;
    int ticks, stop_at;
    uint64_t done, total;
};

static bool tick(struct dk_watch *watch, const char *doing, uint64_t done, uint64_t total)
{
    struct stopping *stopping = (struct stopping *)watch;

    ck_assert_str_eq(doing, "testing");
    ck_assert_uint_ge(done, stopping->done);
    stopping->done = done;
    stopping->total = total;
    return ++stopping->ticks != stopping->stop_at;
}

START_TEST(stops_when_its_watch_says_so)
{
    struct dk_disc *disc = whole_disc();
    struct stopping stopping = { .watch.tick = tick, .stop_at = 2 };
    struct expecting expecting = { 0 };
    struct dk_pipeline settings = settings_for(disc, &expecting, DK_FORM_RAW);
    struct dk_error error = { 0 };

    settings.watch = &stopping.watch;
    settings.at_once = 10;
    ck_assert(!dk_pipeline_run(&settings, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_STOPPED);
    ck_assert_uint_le(expecting.sectors, 20);
    dk_disc_close(disc);
}
END_TEST

START_TEST(tells_how_far_it_is)
{
    struct dk_disc *disc = whole_disc();
    struct stopping stopping = { .watch.tick = tick };
    struct expecting expecting = { 0 };
    struct dk_pipeline settings = settings_for(disc, &expecting, DK_FORM_USER);
    struct dk_error error = { 0 };

    settings.watch = &stopping.watch;
    ck_assert_msg(dk_pipeline_run(&settings, &error), "%s", error.text);
    ck_assert_uint_eq(stopping.done, 300 * 2048);
    ck_assert_uint_eq(stopping.total, 300 * 2048);
    dk_disc_close(disc);
}
END_TEST

START_TEST(ends_when_its_sink_fails)
{
    struct dk_disc *disc = whole_disc();
    struct expecting expecting = { .fail_at = 50 };
    struct dk_pipeline settings = settings_for(disc, &expecting, DK_FORM_RAW);
    struct dk_error error = { 0 };

    settings.at_once = 25;
    settings.check = true;
    ck_assert(!dk_pipeline_run(&settings, &error));
    ck_assert_str_eq(error.text, "the sink is full");
    ck_assert_uint_eq(expecting.sectors, 50);
    dk_disc_close(disc);
}
END_TEST

static void add_arriving(TCase *test_case)
{
    tcase_add_loop_test(test_case, gives_all_sectors_in_every_form, 0, sizeof stored_sizes / sizeof *stored_sizes);
    tcase_add_test(test_case, goes_round_the_ring);
    tcase_add_loop_test(test_case, copies_only_what_is_the_same_and_unchecked, 0, 3);
}

static void add_bad(TCase *test_case)
{
    tcase_add_test(test_case, lists_what_the_check_bytes_say);
    tcase_add_test(test_case, goes_on_behind_unreadable_sectors);
    tcase_add_test(test_case, gives_what_lies_before_a_failure);
}

static void add_stopping(TCase *test_case)
{
    tcase_add_test(test_case, stops_when_its_watch_says_so);
    tcase_add_test(test_case, tells_how_far_it_is);
    tcase_add_test(test_case, ends_when_its_sink_fails);
}

int main(void)
{
    return suite_run("pipeline", (const struct suite_case[]){ { "arriving", add_arriving },
                                                              { "bad", add_bad },
                                                              { "stopping", add_stopping },
                                                              { NULL, NULL } });
}
