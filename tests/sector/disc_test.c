/* A disc as readers put it together: what is refused, and what is settled. */
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/sector.h>
#include <stdlib.h>
#include <string.h>

static struct dk_error error;

static struct dk_disc *new_disc(void)
{
    return dk_disc_new("test", "folder/test.img");
}

static void add_stored(struct dk_disc *disc, enum dk_mode mode, int32_t lba, uint32_t count, const uint8_t *bytes,
                       unsigned stored)
{
    struct dk_store *store = dk_store_from_memory(bytes, (size_t)count * stored, "memory");

    dk_disc_add_extent(
        disc, (struct dk_extent){
                  .lba = lba, .count = count, .mode = mode, .store = store, .layout = dk_layout_find(mode, stored) });
    dk_store_close(store);
}

/* ---- What cannot be ---- */

static const struct {
    const char *words;
    struct dk_track tracks[3]; /* without a count none */
    struct dk_extent extents[2];
} wrecks[] = {
    { "there is no track", { { 0 } }, { { 0 } } },
    { "two tracks 2",
      { { .number = 2, .lba = 20, .count = 5 }, { .number = 1, .count = 5 }, { .number = 2, .lba = 9, .count = 5 } },
      { { 0 } } },
    { "track 0: only 1 to 99", { { .number = 0, .count = 5 } }, { { 0 } } },
    { "track 100: only 1 to 99", { { .number = 100, .count = 5 } }, { { 0 } } },
    { "track 2 begins at LBA 4, before the end of track 1 at LBA 5",
      { { .number = 1, .count = 5 }, { .number = 2, .lba = 4, .count = 5 } },
      { { 0 } } },
    { "track 2 begins at LBA 4, before",
      { { .number = 1, .count = 5 }, { .number = 2, .lba = 8, .pregap = 4, .count = 5 } },
      { { 0 } } },
    { "track 2 begins at LBA 8, before",
      { { .number = 1, .count = 5, .postgap = 5 }, { .number = 2, .lba = 8, .count = 5 } },
      { { 0 } } },
    { "track 2 is in session 1, before",
      { { .number = 1, .session = 2, .count = 5 }, { .number = 2, .session = 1, .lba = 8, .count = 5 } },
      { { 0 } } },
    { "track 1 is longer than any disc", { { .number = 1, .count = UINT32_MAX } }, { { 0 } } },
    { "track 1 is longer than any disc", { { .number = 1, .lba = 5, .count = 1, .postgap = UINT32_MAX } }, { { 0 } } },
    { "track 1 is longer than any disc", { { .number = 1, .lba = INT32_MIN, .count = 1, .pregap = 1 } }, { { 0 } } },
    { "both claim LBA 4", { { .number = 1, .count = 9 } }, { { .lba = 4, .count = 5 }, { .lba = 0, .count = 5 } } },
    { "more than any disc has", { { .number = 1, .count = 9 } }, { { .lba = INT32_MAX, .count = 5 } } },
    { "more than any disc has", { { .number = 1, .count = 9 } }, { { .count = UINT32_MAX } } },
};

START_TEST(refuses_wrecks)
{
    struct dk_disc *disc = new_disc();

    for (size_t i = 0; i < 3 && wrecks[_i].tracks[i].count; i++)
        dk_disc_add_track(disc, wrecks[_i].tracks[i]);
    for (size_t i = 0; i < 2 && wrecks[_i].extents[i].count; i++)
        dk_disc_add_extent(disc, wrecks[_i].extents[i]);
    ck_assert(!dk_disc_finish(disc, &error));
    ck_assert_msg(strstr(error.text, wrecks[_i].words) != NULL, "'%s' does not say '%s'", error.text, wrecks[_i].words);
    ck_assert_int_eq(error.kind, DK_ERROR_FORMAT);
    dk_disc_close(disc);
}
END_TEST

START_TEST(refuses_extents_past_their_store)
{
    static const struct {
        uint64_t offset;
        uint32_t count;
    } rows[] = { { 0, 4 }, { 1, 3 }, { UINT64_MAX, 1 }, { UINT64_MAX - 2047, 1 }, { 3 * 2048 + 1, 0 } };
    static const uint8_t bytes[3 * 2048];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dk_disc *disc = new_disc();
        struct dk_store *store = dk_store_from_memory(bytes, sizeof bytes, "short.bin");

        dk_disc_add_track(disc, (struct dk_track){ .number = 1, .mode = DK_MODE1, .count = 3 });
        dk_disc_add_extent(disc, (struct dk_extent){ .count = rows[i].count,
                                                     .store = store,
                                                     .offset = rows[i].offset,
                                                     .layout = dk_layout_find(DK_MODE1, 2048) });
        dk_store_close(store);
        ck_assert(!dk_disc_finish(disc, &error));
        ck_assert_int_eq(error.kind, DK_ERROR_DAMAGED);
        ck_assert_ptr_nonnull(strstr(error.text, "short.bin is too short"));
        dk_disc_close(disc);
    }
}
END_TEST

START_TEST(refuses_sizes_that_there_are_not)
{
    struct dk_disc *disc = new_disc();

    dk_disc_add_track(disc, (struct dk_track){ .number = 1, .mode = DK_MODE1, .count = 1 });
    add_stored(disc, DK_MODE1, 0, 1, (uint8_t[2000]){ 0 }, 2000);
    ck_assert(!dk_disc_finish(disc, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "a size that is not known"));
    dk_disc_close(disc);
}
END_TEST

START_TEST(takes_99_tracks)
{
    struct dk_disc *disc = new_disc();

    for (uint8_t number = 99; number > 0; number--)
        dk_disc_add_track(disc, (struct dk_track){ .number = number, .lba = number * 10, .count = 10 });
    ck_assert(dk_disc_finish(disc, &error));
    ck_assert_uint_eq(disc->track_count, 99);
    for (unsigned i = 0; i < 99; i++)
        ck_assert_uint_eq(disc->tracks[i].number, i + 1);
    ck_assert_uint_eq(dk_disc_track(disc, 99)->lba, 990);
    ck_assert_ptr_null(dk_disc_track(disc, 100));
    dk_disc_close(disc);
}
END_TEST

/* ---- What is settled ---- */

START_TEST(settles_sessions)
{
    struct dk_disc *disc = new_disc();

    dk_disc_add_track(disc,
                      (struct dk_track){ .number = 3, .session = 2, .mode = DK_MODE1, .lba = 12000, .count = 100 });
    dk_disc_add_track(disc,
                      (struct dk_track){ .number = 1, .mode = DK_AUDIO, .control = DK_CONTROL_DATA, .count = 300 });
    dk_disc_add_track(
        disc, (struct dk_track){
                  .number = 2, .session = 1, .mode = DK_MODE1, .lba = 400, .pregap = 100, .count = 50, .postgap = 7 });
    dk_disc_set_lead_out(disc, 2, 12500);
    ck_assert_msg(dk_disc_finish(disc, &error), "%s", error.text);
    ck_assert_uint_eq(disc->session_count, 2);
    ck_assert_int_eq(dk_disc_lead_out(disc, 1), 457);
    ck_assert_int_eq(dk_disc_lead_out(disc, 2), 12500);
    ck_assert_int_eq(dk_disc_end(disc), 12500);
    ck_assert_uint_eq(dk_disc_track(disc, 1)->session, 1);
    ck_assert_uint_eq(dk_disc_track(disc, 1)->control & DK_CONTROL_DATA, 0);
    ck_assert_uint_eq(dk_disc_track(disc, 2)->control & DK_CONTROL_DATA, DK_CONTROL_DATA);
    ck_assert_int_eq(disc->medium, DK_MEDIUM_CD);
    ck_assert_uint_eq(dk_disc_track_at(disc, 299)->number, 1);
    ck_assert_uint_eq(dk_disc_track_at(disc, 300)->number, 2);
    ck_assert_uint_eq(dk_disc_track_at(disc, 456)->number, 2);
    ck_assert_ptr_null(dk_disc_track_at(disc, 457));
    ck_assert_ptr_null(dk_disc_track_at(disc, -1));
    ck_assert_uint_eq(dk_disc_track_at(disc, 12099)->number, 3);
    dk_disc_close(disc);
}
END_TEST

static const struct {
    enum dk_mode mode;
    uint32_t count;
    uint16_t stored;
    enum dk_medium medium;
} media[] = {
    { DK_MODE1, 1000, 2048, DK_MEDIUM_UNKNOWN }, { DK_MODE1, 1000, 2352, DK_MEDIUM_CD },
    { DK_MODE2, 1000, 2048, DK_MEDIUM_CD },      { DK_AUDIO, 1000, 2352, DK_MEDIUM_CD },
    { DK_MODE1, 449851, 2048, DK_MEDIUM_DVD },   { DK_MODE1, 549150, 2352, DK_MEDIUM_CD },
    { DK_MODE1, 4173824, 2048, DK_MEDIUM_DVD },  { DK_MODE1, 4173825, 2048, DK_MEDIUM_BD },
};

START_TEST(settles_the_medium)
{
    struct dk_disc *disc = new_disc();

    dk_disc_add_track(
        disc,
        (struct dk_track){ .number = 1, .mode = media[_i].mode, .count = media[_i].count, .stored = media[_i].stored });
    ck_assert(dk_disc_finish(disc, &error));
    ck_assert_int_eq(disc->medium, media[_i].medium);
    dk_disc_close(disc);
}
END_TEST

/* Forms of the first, the middle and the last of five sectors; the ones between say nothing. */
static const struct {
    enum dk_mode forms[5];
    enum dk_mode settled;
} tracks[] = {
    { { DK_MODE2_FORM1, DK_MODE2_FORM2, DK_MODE2_FORM1, DK_MODE2_FORM2, DK_MODE2_FORM1 }, DK_MODE2_FORM1 },
    { { DK_MODE2_FORM2, DK_MODE2_FORM1, DK_MODE2_FORM2, DK_MODE2_FORM1, DK_MODE2_FORM2 }, DK_MODE2_FORM2 },
    { { DK_MODE2_FORM1, DK_MODE2_FORM1, DK_MODE2_FORM1, DK_MODE2_FORM1, DK_MODE2_FORM2 }, DK_MODE2 },
    { { DK_MODE2_FORM2, DK_MODE2_FORM1, DK_MODE2_FORM1, DK_MODE2_FORM1, DK_MODE2_FORM1 }, DK_MODE2 },
    { { DK_MODE2_FORM1, DK_MODE2_FORM1, DK_MODE2, DK_MODE2_FORM1, DK_MODE2_FORM1 }, DK_MODE2 },
    { { DK_MODE2, DK_MODE2, DK_MODE2, DK_MODE2, DK_MODE2 }, DK_MODE2 },
};

START_TEST(settles_the_form)
{
    static const unsigned sizes[] = { 2336, 2352, 2448, 2340 };
    uint8_t user[2336], image[5 * 2448], raw[DK_SECTOR_RAW];

    for (size_t i = 0; i < sizeof user; i++)
        user[i] = (uint8_t)(i + 1);
    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
        struct dk_disc *disc = new_disc();

        for (int i = 0; i < 5; i++) {
            raw_sector(raw, tracks[_i].forms[i], i, user, NULL);
            raw_cut(raw, DK_MODE2, sizes[size], NULL, DK_SUB_INTERLEAVED, image + (size_t)i * sizes[size]);
        }
        dk_disc_add_track(disc, (struct dk_track){ .number = 1, .mode = DK_MODE2, .count = 5 });
        add_stored(disc, DK_MODE2, 0, 5, image, sizes[size]);
        ck_assert(dk_disc_finish(disc, &error));
        ck_assert_int_eq(disc->tracks[0].mode, tracks[_i].settled);
        ck_assert_uint_eq(disc->notes.count, 0);
        dk_disc_close(disc);
    }
}
END_TEST

/* A sector whose subheader is lost is read as the others of its track are. */
START_TEST(gives_a_sector_the_form_of_its_track)
{
    struct dk_disc *disc = new_disc();
    uint8_t *image = raw_image(NULL, 9, DK_MODE2_FORM1, 0, 2352), user[DK_SECTOR_USER];

    for (int i = 0; i < 9; i++)
        memset(image + i * 2352 + 24, i + 1, 2048);
    memcpy(image + 3 * 2352 + 16, "\1\2\3\4\5\6\7\x8", 8);
    dk_disc_add_track(disc, (struct dk_track){ .number = 1, .mode = DK_MODE2, .count = 9, .stored = 2352 });
    add_stored(disc, DK_MODE2, 0, 9, image, 2352);
    ck_assert(dk_disc_finish(disc, &error));
    ck_assert_uint_eq(dk_source_read(disc->source, 3, 1, DK_FORM_USER, user, &error), 1);
    for (int i = 0; i < DK_SECTOR_USER; i++)
        ck_assert_uint_eq(user[i], 4);
    dk_disc_close(disc);
    free(image);
}
END_TEST

/* A sheet that says Mode 1 of Mode 2 sectors, and the other way round: told, and read by what the sectors say. */
START_TEST(tells_modes_that_disagree)
{
    const enum dk_mode said = _i ? DK_MODE2 : DK_MODE1, is = _i ? DK_MODE1 : DK_MODE2_FORM1;
    uint8_t data[5 * DK_SECTOR_USER], user[DK_SECTOR_USER], *image;
    struct dk_disc *disc = new_disc();

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i / 7);
    image = raw_image(data, 5, is, 0, 2352);
    dk_disc_add_track(disc, (struct dk_track){ .number = 1, .mode = said, .count = 5, .stored = 2352 });
    add_stored(disc, said, 0, 5, image, 2352);
    ck_assert(dk_disc_finish(disc, &error));
    ck_assert_uint_eq(disc->notes.count, 1);
    ck_assert_int_eq(disc->notes.items[0].kind, DK_NOTE_ODD);
    ck_assert_ptr_nonnull(
        strstr(disc->notes.items[0].text, _i ? "said to be of Mode 2, and its sectors are of Mode 1"
                                             : "said to be of Mode 1, and its sectors are of Mode 2"));
    ck_assert_uint_eq(dk_source_read(disc->source, 4, 1, DK_FORM_USER, user, &error), 1);
    ck_assert_mem_eq(user, data + 4 * DK_SECTOR_USER, sizeof user);
    dk_disc_close(disc);
    free(image);
}
END_TEST

START_TEST(keeps_missing_files_once)
{
    struct dk_disc *disc = new_disc();

    dk_disc_add_missing(disc, "a.bin");
    dk_disc_add_missing(disc, "b.bin");
    dk_disc_add_missing(disc, "a.bin");
    ck_assert_uint_eq(disc->missing_count, 2);
    ck_assert_str_eq(disc->missing[1], "b.bin");
    ck_assert_str_eq(disc->path, "folder/test.img");
    ck_assert(!dk_disc_finish(disc, &error));
    dk_disc_close(disc);
    dk_disc_close(NULL);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, refuses_wrecks, 0, ROWS(wrecks));
    tcase_add_test(test_case, refuses_extents_past_their_store);
    tcase_add_test(test_case, refuses_sizes_that_there_are_not);
    tcase_add_test(test_case, takes_99_tracks);
}

static void add_settling(TCase *test_case)
{
    tcase_add_test(test_case, settles_sessions);
    tcase_add_loop_test(test_case, settles_the_medium, 0, ROWS(media));
    tcase_add_loop_test(test_case, settles_the_form, 0, ROWS(tracks));
    tcase_add_test(test_case, gives_a_sector_the_form_of_its_track);
    tcase_add_loop_test(test_case, tells_modes_that_disagree, 0, 2);
    tcase_add_test(test_case, keeps_missing_files_once);
}

int main(void)
{
    return suite_run(
        "disc", (const struct suite_case[]){ { "wrecks", add_wrecks }, { "settling", add_settling }, { NULL, NULL } });
}
