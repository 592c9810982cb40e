/* Inspecting discs that are cut, padded and damaged at known places. */
#include "support/iso_builder.h"
#include "support/made_disc.h"
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/inspect.h>
#include <stdlib.h>
#include <string.h>

enum { SECTORS = 60, LAST_FILE = 50 };

/* A volume of 60 sectors whose last file takes the sectors 50 and 51. */
static struct iso make_volume(void)
{
    struct iso iso = iso_new(SECTORS);

    iso_add_file(&iso, ISO_ROOT, "first", ISO_CONTENTS, 10);
    iso_add_file(&iso, ISO_ROOT, "last", LAST_FILE, DK_SECTOR_USER + 1);
    return iso;
}

static bool has_damage(const struct dk_notes *notes, const char *words)
{
    for (size_t i = 0; i < notes->count; i++)
        if (notes->items[i].kind == DK_NOTE_DAMAGE && strstr(notes->items[i].text, words))
            return true;
    return false;
}

static const struct {
    uint32_t stored; /* sectors that the image has of the 60 */
    enum dk_size_verdict verdict;
    uint64_t differ;
    const char *damage; /* NULL: none */
} lengths[] = {
    { 60, DK_SIZE_EXACT, 0, NULL },
    { 75, DK_SIZE_PADDED, 15, NULL },
    { 59, DK_SIZE_PADDING_SHORT, 1, "only padding is missing" },
    { 52, DK_SIZE_PADDING_SHORT, 8, "only padding is missing" },
    { 51, DK_SIZE_TRUNCATED, 9, "LBA 51 is the first" },
    { 50, DK_SIZE_TRUNCATED, 10, "LBA 50 is the first" },
    { 31, DK_SIZE_TRUNCATED, 29, "LBA 31 is the first" },
    { 21, DK_SIZE_TRUNCATED, 39, "LBA 21 is the first" },
};

START_TEST(measures_what_is_there)
{
    static const unsigned sizes[] = { 2048, 2352 };
    struct iso iso = make_volume();
    uint8_t *padded = calloc(80, DK_SECTOR_USER);

    ck_assert_ptr_nonnull(padded);
    memcpy(padded, iso.bytes, SECTORS * DK_SECTOR_USER);
    for (int k = 0; k < 2; k++) {
        const struct made_track track = {
            .mode = DK_MODE1, .stored = sizes[k], .count = lengths[_i].stored, .user = padded
        };
        struct dk_disc *disc = made_disc(&track, 1);
        struct dk_error error;
        struct dk_inspection *inspection = dk_inspect(disc, 0, NULL, &error);

        ck_assert_msg(inspection != NULL, "%s", error.text);
        ck_assert_uint_eq(inspection->volumes_count, 1);
        ck_assert_uint_eq(inspection->size_count, 1);
        ck_assert_int_eq(inspection->sizes[0].verdict, lengths[_i].verdict);
        ck_assert_uint_eq(inspection->sizes[0].track_sectors, lengths[_i].stored);
        ck_assert_uint_eq(inspection->sizes[0].volume_sectors, SECTORS);
        ck_assert_uint_eq(inspection->sizes[0].differ_sectors, lengths[_i].differ);
        ck_assert_uint_eq(inspection->sizes[0].differ_bytes, lengths[_i].differ * sizes[k]);
        if (lengths[_i].damage)
            ck_assert(has_damage(&inspection->notes, lengths[_i].damage));
        else
            ck_assert_uint_eq(inspection->notes.told[DK_NOTE_DAMAGE], 0);
        ck_assert_uint_eq(inspection->checked, k ? lengths[_i].stored : 0);
        dk_inspection_free(inspection);
        dk_disc_close(disc);
    }
    free(padded);
    iso_free(&iso);
}
END_TEST

START_TEST(tells_a_file_beyond_the_end)
{
    struct iso iso = make_volume();
    struct made_track track = { .mode = DK_MODE1, .stored = 2048, .count = SECTORS };
    struct dk_disc *disc;
    struct dk_inspection *inspection;
    struct dk_error error;

    iso_add_file(&iso, ISO_ROOT, "lost", 500, 4);
    track.user = iso.bytes;
    disc = made_disc(&track, 1);
    inspection = dk_inspect(disc, 0, NULL, &error);
    ck_assert_ptr_nonnull(inspection);
    ck_assert_int_eq(inspection->sizes[0].verdict, DK_SIZE_EXACT);
    ck_assert(has_damage(&inspection->notes, "lost"));
    ck_assert(has_damage(&inspection->notes, "500"));
    dk_inspection_free(inspection);
    dk_disc_close(disc);
    iso_free(&iso);
}
END_TEST

static void spoil_three(uint8_t *image)
{
    image[35 * DK_SECTOR_RAW + 100] ^= 1;
    image[36 * DK_SECTOR_RAW + 100] ^= 1;
    image[58 * DK_SECTOR_RAW] ^= 1; /* its sync */
}

START_TEST(lists_damaged_sectors)
{
    struct iso iso = make_volume();
    const struct made_track tracks[] = {
        { .mode = DK_MODE1, .stored = 2352, .count = SECTORS, .user = iso.bytes, .spoil = spoil_three },
        { .mode = DK_AUDIO, .stored = 2352, .count = 40 },
    };
    struct dk_disc *disc = made_disc(tracks, 2);
    struct dk_error error;
    struct dk_inspection *inspection = dk_inspect(disc, 0, NULL, &error);

    ck_assert_ptr_nonnull(inspection);
    ck_assert_uint_eq(inspection->checked, SECTORS); /* audio has no check bytes */
    ck_assert_uint_eq(inspection->bad.sectors, 3);
    ck_assert_uint_eq(inspection->bad.count, 2);
    ck_assert_int_eq(inspection->bad.runs[0].lba, 35);
    ck_assert_uint_eq(inspection->bad.runs[0].count, 2);
    ck_assert_int_eq(inspection->bad.runs[1].lba, 58);
    ck_assert(has_damage(&inspection->notes, "LBA 35"));
    dk_inspection_free(inspection);
    inspection = dk_inspect(disc, DK_INSPECT_FAST, NULL, &error);
    ck_assert_ptr_nonnull(inspection);
    ck_assert_uint_eq(inspection->checked, 0);
    ck_assert_uint_eq(inspection->notes.told[DK_NOTE_DAMAGE], 0);
    dk_inspection_free(inspection);
    dk_disc_close(disc);
    iso_free(&iso);
}
END_TEST

START_TEST(names_missing_files)
{
    struct dk_disc *disc = dk_disc_new("cue", "disc.cue");
    struct dk_inspection *inspection;
    struct dk_error error;

    dk_disc_add_track(disc, (struct dk_track){ .number = 1, .mode = DK_MODE1, .count = 100, .missing = true });
    dk_disc_add_missing(disc, "disc.bin");
    ck_assert(dk_disc_finish(disc, &error));
    inspection = dk_inspect(disc, 0, NULL, &error);
    ck_assert_ptr_nonnull(inspection);
    ck_assert(has_damage(&inspection->notes, "'disc.bin'"));
    ck_assert_uint_eq(inspection->volumes_count, 0);
    dk_inspection_free(inspection);
    dk_disc_close(disc);
}
END_TEST

static bool never(struct dk_watch *watch, const char *doing, uint64_t done, uint64_t total)
{
    (void)watch;
    (void)doing;
    (void)done;
    (void)total;
    return false;
}

START_TEST(stops_when_it_is_asked_to)
{
    struct dk_watch watch = { never };
    const struct made_track track = { .mode = DK_MODE1, .stored = 2352, .count = SECTORS };
    struct dk_disc *disc = made_disc(&track, 1);
    struct dk_error error;

    ck_assert_ptr_null(dk_inspect(disc, 0, &watch, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_STOPPED);
    dk_disc_close(disc);
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_loop_test(test_case, measures_what_is_there, 0, sizeof lengths / sizeof *lengths);
    tcase_add_test(test_case, tells_a_file_beyond_the_end);
    tcase_add_test(test_case, lists_damaged_sectors);
    tcase_add_test(test_case, names_missing_files);
    tcase_add_test(test_case, stops_when_it_is_asked_to);
}

int main(void)
{
    return suite_run("inspect", (const struct suite_case[]){ { "inspect", add_all }, { NULL, NULL } });
}
