/* What is refused, what is only told, and which command is offered instead. */
#include "support/made_disc.h"
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/convert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COUNT = 60 };

/* ---- Discs ---- */

static void form2_at_40(uint8_t *image)
{
    uint8_t payload[DK_SECTOR_FORM2];

    memset(payload, 7, sizeof payload);
    for (int32_t lba = 40; lba < 45; lba++)
        raw_sector(image + (size_t)lba * 2352, DK_MODE2_FORM2, lba, payload, NULL);
}

/* As the post-gap of a game's data track: Form 2 by name, and nothing in it. */
static void empty_form2_at_40(uint8_t *image)
{
    for (int32_t lba = 40; lba < 45; lba++)
        raw_sector(image + (size_t)lba * 2352, DK_MODE2_FORM2, lba, NULL, NULL);
}

static void end_of_file_mark(uint8_t *image)
{
    static const uint8_t subheader[4] = { 0, 0, 0x89, 0 };

    raw_sector(image + (size_t)30 * 2352, DK_MODE2_FORM1, 30, NULL, subheader);
}

static void flip_edc(uint8_t *image)
{
    image[10 * 2352 + 2064] ^= 1;
}

static void flip_lyrics(uint8_t *image)
{
    image[10 * 2448 + 2352 + 50] ^= 0x3F; /* R to W of the interleaved subchannel */
}

#define DATA                                                                                                           \
    {                                                                                                                  \
        .mode = DK_MODE1, .stored = 2352, .count = COUNT                                                               \
    }
#define AUDIO                                                                                                          \
    {                                                                                                                  \
        .mode = DK_AUDIO, .stored = 2352, .count = COUNT                                                               \
    }

static const struct made_track data_track[] = { DATA };
static const struct made_track mixed[] = { DATA, AUDIO, AUDIO };
static const struct made_track music[] = { AUDIO, AUDIO };
static const struct made_track two_data[] = { DATA, DATA };
static const struct made_track two_sessions[] = {
    DATA, { .mode = DK_MODE1, .stored = 2352, .count = COUNT, .session = 2, .lba = 11460 }
};
static const struct made_track with_form2[] = {
    { .mode = DK_MODE2, .stored = 2352, .count = COUNT, .spoil = form2_at_40 },
};
static const struct made_track with_empty_form2[] = {
    { .mode = DK_MODE2, .stored = 2352, .count = COUNT, .spoil = empty_form2_at_40 },
};
static const struct made_track with_subheaders[] = {
    { .mode = DK_MODE2_FORM1, .stored = 2352, .count = COUNT, .spoil = end_of_file_mark },
};
static const struct made_track with_subchannel[] = { { .mode = DK_MODE1, .stored = 2448, .count = COUNT } };
static const struct made_track with_lyrics[] = {
    { .mode = DK_MODE1, .stored = 2448, .count = COUNT, .spoil = flip_lyrics },
};
static const struct made_track with_gap_of_sound[] = {
    DATA, { .mode = DK_AUDIO, .stored = 2352, .count = COUNT, .pregap = 20 }
};
static const struct made_track with_sound_in_the_pause[] = {
    { .mode = DK_AUDIO, .stored = 2352, .count = 150 + COUNT, .pregap = 150, .lba = -150 },
};
static const struct made_track with_hidden_sound[] = {
    { .mode = DK_AUDIO, .stored = 2352, .count = 12 + COUNT, .pregap = 12 },
};
static void silence(uint8_t *image)
{
    memset(image, 0, (size_t)20 * 2352);
}

static const struct made_track with_silent_gap[] = {
    DATA, { .mode = DK_AUDIO, .stored = 2352, .count = COUNT, .pregap = 20, .spoil = silence }
};
static const struct made_track odd_edc[] = { { .mode = DK_MODE1, .stored = 2352, .count = COUNT, .spoil = flip_edc } };

#define TRACKS(list) list, sizeof(list) / sizeof *(list)

/* ---- The table ---- */

static const struct {
    const struct made_track *tracks;
    size_t count;
    const char *to;
    struct dk_convert_options options;
    const char *refused; /* words of the error; NULL: it is done */
    const char *advice, *suffix;
    const char *told; /* id of a loss that is listed; NULL: none is */
} cases[] = {
    { TRACKS(data_track), "iso", { 0 }, NULL, "", NULL, NULL },
    { TRACKS(mixed), "iso", { 0 }, "tracks 2, 3 (audio, 120 sectors)", "--track 1", NULL, "audio-tracks" },
    { TRACKS(mixed), "iso", { .track = 1 }, NULL, "", NULL, NULL },
    { TRACKS(mixed), "iso", { .session = 1 }, NULL, "", NULL, NULL },
    { TRACKS(mixed), "iso", { .allow_loss = true }, NULL, "", NULL, "audio-tracks" },
    { TRACKS(mixed), "iso", { .track = 2 }, "track 2 of made disc is audio", "--track 2", "wav", NULL },
    { TRACKS(mixed), "iso", { .track = 4 }, "has no track 4: there are tracks 1 to 3", "", NULL, NULL },
    { TRACKS(mixed), "iso", { .session = 2 }, "has no session 2", "", NULL, NULL },
    { TRACKS(mixed), "wav", { 0 }, "track 1 (data, 60 sectors)", "--allow-loss", NULL, "data-tracks" },
    { TRACKS(mixed), "wav", { .track = 1 }, "track 1 of made disc is data", "--track 1", "iso", NULL },
    { TRACKS(music), "iso", { 0 }, "has no data track", "", "wav", NULL },
    { TRACKS(music), "iso", { .allow_loss = true }, "has no data track", "", "wav", NULL },
    { TRACKS(data_track), "wav", { 0 }, "has no audio track", "", "iso", NULL },
    { TRACKS(two_data), "iso", { 0 }, "tracks 1, 2 of made disc are data tracks", "--track 1", NULL, NULL },
    { TRACKS(two_data), "iso", { .allow_loss = true }, "are data tracks", "--track 1", NULL, NULL },
    { TRACKS(two_sessions), "iso", { 0 }, "are data tracks", "--track 1", NULL, NULL },
    { TRACKS(two_sessions), "iso", { .session = 2 }, NULL, "", NULL, NULL },
    { TRACKS(two_sessions),
      "iso",
      { .track = 2, .session = 1 },
      "track 2 of made disc is not in session 1",
      "",
      NULL,
      NULL },
    { TRACKS(with_form2), "iso", { 0 }, "5 Form 2 sectors (from LBA 40 on)", "--allow-loss", NULL, "form2" },
    { TRACKS(with_form2), "iso", { .track = 1 }, "5 Form 2 sectors", "--allow-loss", NULL, "form2" },
    { TRACKS(with_form2), "iso", { .allow_loss = true }, NULL, "", NULL, "form2" },
    { TRACKS(with_empty_form2), "iso", { 0 }, NULL, "", NULL, NULL },
    { TRACKS(with_subheaders), "iso", { 0 }, NULL, "", NULL, "subheaders" },
    { TRACKS(with_subchannel), "iso", { 0 }, NULL, "", NULL, "subchannel" },
    { TRACKS(with_gap_of_sound), "wav", { .track = 2 }, NULL, "", NULL, "pregap" },
    /* from image to image an attribute is content, and what would be computed again is nothing at all */
    { TRACKS(with_subchannel), "cue", { 0 }, NULL, "", NULL, NULL },
    { TRACKS(with_lyrics), "cue", { 0 }, "the subchannel of 1 sectors", "--allow-loss", NULL, "subchannel" },
    { TRACKS(with_sound_in_the_pause), "cue", { 0 }, "150 sectors of the pause", "--allow-loss", NULL, "pause" },
    { TRACKS(with_sound_in_the_pause), "cue", { .allow_loss = true }, NULL, "", NULL, "pause" },
    { TRACKS(with_sound_in_the_pause), "wav", { 0 }, NULL, "", NULL, "pregap" },
    { TRACKS(data_track), "cue", { .sector = 2048 }, NULL, "", NULL, NULL },
    { TRACKS(odd_edc), "cue", { 0 }, NULL, "", NULL, NULL },
    { TRACKS(odd_edc), "cue", { .sector = 2048 }, "check bytes of 1 sectors", "--allow-loss", NULL, "check-bytes" },
    { TRACKS(with_form2), "cue", { .sector = 2048 }, "5 Form 2 sectors", "--allow-loss", NULL, "form2" },
    { TRACKS(with_form2), "cue", { 0 }, NULL, "", NULL, NULL },
    { TRACKS(with_lyrics), "mds", { 0 }, NULL, "", NULL, NULL },
    { TRACKS(with_sound_in_the_pause), "nrg", { 0 }, NULL, "", NULL, NULL },
    { TRACKS(with_sound_in_the_pause),
      "mds",
      { 0 },
      "150 sectors of the pause before LBA 0 (from LBA -150 on)",
      "--allow-loss",
      NULL,
      "pause" },
    { TRACKS(with_hidden_sound), "cue", { 0 }, NULL, "", NULL, NULL },
    { TRACKS(with_hidden_sound),
      "mds",
      { 0 },
      "12 sectors before the first track (from LBA 0 on)",
      "--allow-loss",
      NULL,
      "hidden" },
    { TRACKS(with_gap_of_sound),
      "gdi",
      { 0 },
      "20 sectors of a pregap (from LBA 60 on)",
      "--allow-loss",
      NULL,
      "pregap" },
    /* where a silent one begins is told, and stops nothing */
    { TRACKS(with_silent_gap), "gdi", { 0 }, NULL, "", NULL, "pregap-lengths" },
    { TRACKS(two_sessions),
      "toc",
      { 0 },
      "borders of its 2 sessions (the first ends at LBA 60)",
      "--allow-loss",
      NULL,
      "sessions" },
};

static bool lists(const struct dk_conversion *conversion, const char *id)
{
    for (size_t i = 0; i < conversion->loss_count; i++)
        if (!id || strcmp(conversion->losses[i].id, id) == 0)
            return true;
    return false;
}

START_TEST(weighs_losses)
{
    struct dk_disc *disc = made_disc(cases[_i].tracks, cases[_i].count);
    struct dk_conversion conversion;
    struct dk_error error = { 0 };
    char path[1000];
    bool done;

    snprintf(path, sizeof path, "%s/%d", suite_folder(), _i); /* some formats' files have names of their own */
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%d/disc.%s", suite_folder(), _i, cases[_i].to);
    done = dk_convert(disc, path, &cases[_i].options, &conversion, &error);
    ck_assert_msg(done == (cases[_i].refused == NULL), "%s", error.text);
    ck_assert_msg(done || strstr(error.text, cases[_i].refused), "%s", error.text);
    ck_assert_msg(done || access(path, F_OK) != 0, "a refusal left %s", path);
    ck_assert_str_eq(conversion.advice, cases[_i].advice);
    ck_assert_pstr_eq(conversion.advice_suffix, cases[_i].suffix);
    ck_assert_msg(lists(&conversion, cases[_i].told) == (cases[_i].told != NULL), "%s is not told, or something is",
                  cases[_i].told ? cases[_i].told : "nothing");
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

/* All 20 are told, in few words; and the command that is offered keeps all of them. */
START_TEST(tells_many_tracks_by_their_range)
{
    struct made_track tracks[21] = { DATA };
    struct dk_conversion conversion;
    struct dk_error error = { 0 };
    struct dk_disc *disc;
    char path[1000];

    for (int i = 1; i < 21; i++)
        tracks[i] = (struct made_track)AUDIO;
    disc = made_disc(tracks, 21);
    snprintf(path, sizeof path, "%s/many.iso", suite_folder());
    ck_assert(!dk_convert(disc, path, &(struct dk_convert_options){ 0 }, &conversion, &error));
    ck_assert_msg(strstr(error.text, "tracks 2 to 21 (audio, 1200 sectors)") != NULL, "%s", error.text);
    ck_assert_str_eq(conversion.advice, "--track 1");
    dk_conversion_free(&conversion);
    snprintf(path, sizeof path, "%s/many.wav", suite_folder());
    ck_assert(!dk_convert(disc, path, &(struct dk_convert_options){ 0 }, &conversion, &error));
    ck_assert_str_eq(conversion.advice, "--allow-loss");
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

START_TEST(damage_is_told_once)
{
    struct dk_disc *disc = made_disc(TRACKS(odd_edc));
    struct dk_conversion conversion;
    struct dk_error error = { 0 };
    char path[1000];

    snprintf(path, sizeof path, "%s/once.cue", suite_folder());
    ck_assert_msg(dk_convert(disc, path, &(struct dk_convert_options){ 0 }, &conversion, &error), "%s", error.text);
    ck_assert_uint_eq(conversion.bad.count, 1);
    ck_assert_int_eq(conversion.bad.runs[0].lba, 10);
    ck_assert_uint_eq(conversion.notes.count, 1);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

/* The table of a disc, which no sector shows. */
START_TEST(tells_attributes_of_the_table)
{
    static const struct dk_index index = { 2, 30 };
    static const char *const ids[] = { "isrc", "mcn", "indexes", "pre-emphasis" };
    const struct dk_convert_options options = { 0 };
    struct dk_disc *disc = made_disc(music, 1);
    struct dk_conversion conversion;
    struct dk_error error = { 0 };
    char path[1000];

    strcpy(disc->mcn, "1234567890128");
    strcpy(disc->tracks[0].isrc, "USRC17607839");
    disc->tracks[0].indexes = &index;
    disc->tracks[0].index_count = 1;
    disc->tracks[0].control |= DK_CONTROL_PRE_EMPHASIS;
    snprintf(path, sizeof path, "%s/attributes.wav", suite_folder());
    ck_assert_msg(dk_convert(disc, path, &options, &conversion, &error), "%s", error.text);
    ck_assert_uint_eq(conversion.loss_count, 4);
    for (size_t i = 0; i < 4; i++)
        ck_assert_msg(lists(&conversion, ids[i]), "%s", ids[i]);
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(conversion.losses[i].kind, DK_LOSS_ATTRIBUTE);
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

/* From image to image each of them is content. */
START_TEST(counts_attributes_from_image_to_image)
{
    static const struct dk_index index = { 2, 30 };
    static const char *const words[] = { "the indexes above 1 of track 1", "the mark of pre-emphasis of track 1",
                                         "the marks of copying allowed or of four channels of track 2",
                                         "the ISRC of track 2", "the media catalog number 1234567890128" };
    const struct dk_convert_options options = { 0 };
    struct dk_disc *disc = made_disc(music, 2);
    struct dk_conversion conversion;
    struct dk_error error = { 0 };
    char path[1000];

    strcpy(disc->mcn, "1234567890128");
    strcpy(disc->tracks[1].isrc, "USRC17607839");
    disc->tracks[0].indexes = &index;
    disc->tracks[0].index_count = 1;
    disc->tracks[0].control |= DK_CONTROL_PRE_EMPHASIS;
    disc->tracks[1].control |= DK_CONTROL_COPY_PERMITTED;
    snprintf(path, sizeof path, "%s/attributes.gdi", suite_folder());
    ck_assert(!dk_convert(disc, path, &options, &conversion, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
    ck_assert_uint_eq(conversion.loss_count, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_msg(strstr(error.text, words[i]) != NULL, "%s", error.text);
        ck_assert_int_eq(conversion.losses[i].kind, DK_LOSS_CONTENT);
    }
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

START_TEST(refuses_a_dvd_where_only_cds_fit)
{
    const struct dk_convert_options options = { .allow_loss = true };
    static const struct made_track track = { .mode = DK_MODE1, .stored = 2048, .count = 10 };
    struct dk_disc *disc = made_disc(&track, 1);
    struct dk_conversion conversion;
    struct dk_error error = { 0 };
    char path[1000];

    disc->medium = DK_MEDIUM_DVD;
    snprintf(path, sizeof path, "%s/dvd.cue", suite_folder());
    ck_assert(!dk_convert(disc, path, &options, &conversion, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "is a DVD, and a .cue holds CDs alone"));
    ck_assert_str_eq(conversion.advice_suffix, "iso");
    dk_conversion_free(&conversion);
    dk_disc_close(disc);
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_loop_test(test_case, weighs_losses, 0, sizeof cases / sizeof *cases);
    tcase_add_test(test_case, tells_many_tracks_by_their_range);
    tcase_add_test(test_case, damage_is_told_once);
    tcase_add_test(test_case, tells_attributes_of_the_table);
    tcase_add_test(test_case, counts_attributes_from_image_to_image);
    tcase_add_test(test_case, refuses_a_dvd_where_only_cds_fit);
}

int main(void)
{
    return suite_run("loss", (const struct suite_case[]){ { "losses", add_all }, { NULL, NULL } });
}
