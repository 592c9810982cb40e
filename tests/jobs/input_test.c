/* Which track's files are meant, by track, by session, or by neither. */
#include "support/iso_builder.h"
#include "support/made_disc.h"
#include "support/suite.h"

#include <disckit/input.h>
#include <string.h>

enum { SECTORS = 40 };

/* A volume whose label tells it from the others: its numbers count from the start of its own track. */
static struct iso labelled(const char *label)
{
    struct iso iso = iso_new(SECTORS);

    memcpy(iso_sector(&iso, 16) + 40, label, strlen(label));
    memset(iso_sector(&iso, 16) + 40 + strlen(label), ' ', 32 - strlen(label));
    return iso;
}

/* Session 1: audio, data "FIRST", data "MIDDLE". Session 2: audio, data without a volume, data "LAST". */
static struct dk_disc *make_disc(struct iso isos[3])
{
    static const char *const labels[] = { "FIRST", "MIDDLE", "LAST" };
    struct made_track tracks[] = {
        { .mode = DK_AUDIO, .stored = 2352, .count = 20, .session = 1 },
        { DK_MODE1, 2048, SECTORS, .session = 1 },
        { .mode = DK_MODE1, .stored = 2048, .count = SECTORS, .session = 1 },
        { DK_AUDIO, 2352, 20, .session = 2, .lba = 20000 },
        { .mode = DK_MODE1, .stored = 2048, .count = 30, .session = 2 },
        { DK_MODE1, 2048, SECTORS, .session = 2 },
    };

    for (int i = 0; i < 3; i++)
        isos[i] = labelled(labels[i]);
    tracks[1].user = isos[0].bytes;
    tracks[2].user = isos[1].bytes;
    tracks[5].user = isos[2].bytes;
    return made_disc(tracks, 6);
}

static const struct {
    unsigned track, session;
    const char *label; /* NULL: no volume; the words of the error where it begins with '!' */
} choices[] = {
    { 0, 0, "LAST" },
    { 2, 0, "FIRST" },
    { 3, 0, "MIDDLE" },
    { 6, 0, "LAST" },
    { 5, 0, NULL },
    { 0, 1, "FIRST" },
    { 0, 2, "LAST" },
    { 3, 2, "MIDDLE" },
    { 1, 0, "!track 1 of" },
    { 7, 0, "!no track 7" },
    { 0, 3, "!no data track in session 3" },
};

START_TEST(chooses_a_track)
{
    struct iso isos[3];
    struct dk_disc *disc = make_disc(isos);
    struct dk_error error = { .text = "" };
    struct dk_volumes *volumes = dk_input_volumes(disc, choices[_i].track, choices[_i].session, &error);
    const char *label = choices[_i].label;

    if (label && *label == '!') {
        ck_assert_ptr_null(volumes);
        ck_assert_msg(strstr(error.text, label + 1) != NULL, "%s", error.text);
    } else {
        ck_assert_ptr_nonnull(volumes);
        ck_assert_uint_eq(volumes->count, label != NULL);
        if (label)
            ck_assert_str_eq(volumes->items[0].label, label);
    }
    dk_volumes_free(volumes);
    dk_disc_close(disc);
    for (int i = 0; i < 3; i++)
        iso_free(&isos[i]);
}
END_TEST

START_TEST(falls_back_on_an_older_session)
{
    struct iso iso = labelled("OLD");
    const struct made_track tracks[] = {
        { .mode = DK_MODE1, .stored = 2048, .count = SECTORS, .session = 1, .user = iso.bytes },
        { .mode = DK_MODE1, .stored = 2048, .count = 30, .session = 2, .lba = 20000 },
        { .mode = DK_AUDIO, .stored = 2352, .count = 30, .session = 3, .lba = 40000 },
    };
    struct dk_disc *disc = made_disc(tracks, 3);
    struct dk_error error;
    struct dk_volumes *volumes = dk_input_volumes(disc, 0, 0, &error);

    ck_assert_ptr_nonnull(volumes);
    ck_assert_uint_eq(volumes->count, 1);
    ck_assert_str_eq(volumes->items[0].label, "OLD");
    dk_volumes_free(volumes);
    dk_disc_close(disc);
    iso_free(&iso);
}
END_TEST

START_TEST(says_that_there_is_only_audio)
{
    const struct made_track tracks[] = { { .mode = DK_AUDIO, .stored = 2352, .count = 20 },
                                         { .mode = DK_AUDIO, .stored = 2352, .count = 20 } };
    struct dk_disc *disc = made_disc(tracks, 2);
    struct dk_error error;

    ck_assert_ptr_null(dk_input_volumes(disc, 0, 0, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "no data track"));
    dk_disc_close(disc);
}
END_TEST

START_TEST(says_that_the_data_is_missing)
{
    struct dk_disc *disc = dk_disc_new("cue", "disc.cue");
    struct dk_error error;

    dk_disc_add_track(disc, (struct dk_track){ .number = 1, .mode = DK_MODE1, .count = 100, .missing = true });
    dk_disc_add_missing(disc, "disc.bin");
    ck_assert(dk_disc_finish(disc, &error));
    for (unsigned track = 0; track < 2; track++) {
        ck_assert_ptr_null(dk_input_volumes(disc, track, 0, &error));
        ck_assert_int_eq(error.kind, DK_ERROR_MISSING);
    }
    dk_disc_close(disc);
}
END_TEST

START_TEST(opens_an_image_by_its_content)
{
    struct iso iso = labelled("IMAGE");
    struct dk_error error;
    struct dk_disc *disc = dk_input_open(suite_file("no-suffix", iso.bytes, SECTORS * DK_SECTOR_USER), &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, "iso");
    ck_assert_uint_eq(disc->tracks[0].count, SECTORS);
    dk_disc_close(disc);
    ck_assert_ptr_null(dk_input_open(suite_folder(), &error));
    ck_assert_ptr_null(dk_input_open("/no/such/file", &error));
    ck_assert_ptr_nonnull(strstr(error.text, "/no/such/file"));
    iso_free(&iso);
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_loop_test(test_case, chooses_a_track, 0, sizeof choices / sizeof *choices);
    tcase_add_test(test_case, falls_back_on_an_older_session);
    tcase_add_test(test_case, says_that_there_is_only_audio);
    tcase_add_test(test_case, says_that_the_data_is_missing);
    tcase_add_test(test_case, opens_an_image_by_its_content);
}

int main(void)
{
    return suite_run("input", (const struct suite_case[]){ { "input", add_all }, { NULL, NULL } });
}
