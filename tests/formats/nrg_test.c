/* Nero images of every kind, built from the layout: what the disc must be, and what is said of wrecks. */
#include "support/nrg_builder.h"
#include "support/random.h"
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTORS = 43, PAUSE = 150 };

static struct dk_disc *open_built(struct nrg_builder *builder, struct dk_error *error)
{
    const char *path = suite_file("disc.nrg", builder->bytes, builder->size);

    nrg_builder_free(builder);
    return dk_image_open(path, error);
}

static struct dk_disc *must_open(struct nrg_builder *builder)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = open_built(builder, &error);

    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "nrg");
    return disc;
}

static bool has_note(const struct dk_disc *disc, const char *words)
{
    for (size_t i = 0; i < disc->notes.count; i++)
        if (strstr(disc->notes.items[i].text, words))
            return true;
    return false;
}

static void expect_track(const struct dk_disc *disc, unsigned number, unsigned session, enum dk_mode mode, int32_t lba,
                         uint32_t count, uint32_t pregap, unsigned stored)
{
    const struct dk_track *track = dk_disc_track(disc, number);

    ck_assert_msg(track, "no track %u", number);
    ck_assert_uint_eq(track->session, session);
    ck_assert_str_eq(dk_mode_name(track->mode), dk_mode_name(mode));
    ck_assert_int_eq(track->lba, lba);
    ck_assert_uint_eq(track->count, count);
    ck_assert_uint_eq(track->pregap, pregap);
    ck_assert_uint_eq(track->stored, stored);
}

/* Reads sectors that must all be there. */
static void read_all(const struct dk_disc *disc, int32_t lba, uint32_t count, enum dk_form form, void *to)
{
    struct dk_error error = { 0 };

    ck_assert_msg(dk_source_read(disc->source, lba, count, form, to, &error) == count, "%s", error.text);
}

/* ---- One data track, of every kind ---- */

static const struct recipe {
    bool at_once;
    uint8_t code;
    uint16_t stored;
    enum dk_mode mode, shown;
} recipes[] = {
    { true, 0x00, 2048, DK_MODE1, DK_MODE1 },
    { true, 0x02, 2048, DK_MODE2_FORM1, DK_MODE2_FORM1 },
    { true, 0x03, 2336, DK_MODE2_FORM1, DK_MODE2_FORM1 },
    { true, 0x05, 2352, DK_MODE1, DK_MODE1 },
    { true, 0x06, 2352, DK_MODE2_FORM1, DK_MODE2_FORM1 },
    { true, 0x0F, 2448, DK_MODE1, DK_MODE1 },
    { true, 0x11, 2448, DK_MODE2_FORM1, DK_MODE2_FORM1 },
    { true, 0x00, 2352, DK_MODE1, DK_MODE1 }, /* what MagicISO writes */
    { false, 0x00, 2048, DK_MODE1, DK_MODE1 },
    { false, 0x02, 2048, DK_MODE2_FORM1, DK_MODE2_FORM1 },
    { false, 0x03, 2336, DK_MODE2_FORM1, DK_MODE2_FORM1 },
    { false, 0x05, 2352, DK_MODE1, DK_MODE1 },
    { false, 0x06, 2352, DK_MODE2_FORM1, DK_MODE2_FORM1 },
};
enum { RECIPES = sizeof recipes / sizeof *recipes };

/* User data with as much of a volume as other programs look for. */
static void make_volume(uint8_t *user)
{
    struct random random = random_start(1);

    random_fill(&random, user, SECTORS * DK_SECTOR_USER);
    memset(user + 16 * DK_SECTOR_USER, 0, 2 * DK_SECTOR_USER);
    memcpy(user + 16 * DK_SECTOR_USER, "\1CD001\1", 7);
    memcpy(user + 16 * DK_SECTOR_USER + 80, (const uint8_t[]){ SECTORS, 0, 0, 0, 0, 0, 0, SECTORS }, 8);
    memcpy(user + 17 * DK_SECTOR_USER,
           "\xFF"
           "CD001\1",
           7);
}

static void build_recipe(struct nrg_builder *builder, unsigned version, const struct recipe *recipe,
                         const uint8_t *user)
{
    uint8_t *pause = raw_image(NULL, PAUSE, recipe->mode, -PAUSE, recipe->stored);
    uint8_t *data = raw_image(user, SECTORS, recipe->mode, 0, recipe->stored);
    struct nrg_part part = { .code = recipe->code, .control = 0x41, .stored = recipe->stored, .lba0 = -PAUSE };

    nrg_builder_start(builder, version);
    if (recipe->at_once)
        nrg_builder_data(builder, pause, (size_t)PAUSE * recipe->stored);
    part.index1 = nrg_builder_data(builder, data, (size_t)SECTORS * recipe->stored);
    part.end = builder->size;
    if (recipe->at_once) {
        nrg_builder_cue(builder, &part, 1, 1, SECTORS);
        nrg_builder_dao(builder, &part, 1, 1, NULL);
    } else {
        nrg_builder_tao(builder, &part, 1);
    }
    nrg_builder_sinf(builder, 1);
    if (version == 2)
        nrg_builder_mtyp(builder, 1);
    nrg_builder_end(builder, part.end);
    free(pause);
    free(data);
}

START_TEST(every_kind_gives_its_user_data)
{
    const struct recipe *recipe = &recipes[_i % RECIPES];
    static uint8_t user[SECTORS * DK_SECTOR_USER], found[SECTORS * DK_SECTOR_USER];
    uint8_t raw[DK_SECTOR_RAW];
    struct nrg_builder builder;
    struct dk_disc *disc;

    make_volume(user);
    build_recipe(&builder, (unsigned)_i / RECIPES + 1, recipe, user);
    disc = must_open(&builder);
    ck_assert_uint_eq(disc->track_count, 1);
    ck_assert_int_eq(disc->medium, DK_MEDIUM_CD);
    expect_track(disc, 1, 1, recipe->shown, 0, SECTORS, recipe->at_once ? PAUSE : 0, recipe->stored);
    ck_assert_int_eq(dk_disc_end(disc), SECTORS);
    read_all(disc, 0, SECTORS, DK_FORM_USER, found);
    ck_assert_mem_eq(found, user, sizeof user);
    for (int32_t lba = recipe->at_once ? -PAUSE : 0; lba < SECTORS; lba++) {
        read_all(disc, lba, 1, DK_FORM_RAW, raw);
        ck_assert_uint_eq(dk_sector_check(raw, lba, true), 0);
    }
    dk_disc_close(disc);
}
END_TEST

/* iat finds the volume in all of these by searching for it. */
START_TEST(every_kind_is_what_iat_makes_of_it)
{
    static uint8_t user[SECTORS * DK_SECTOR_USER], found[SECTORS * DK_SECTOR_USER + 1];
    struct nrg_builder builder;
    const char *path;
    char out[400], command[1200];
    FILE *file;

    if (system("command -v iat >/dev/null") != 0) {
        printf("the Debian package iat is not installed: its opinion is not asked\n");
        return;
    }
    make_volume(user);
    build_recipe(&builder, (unsigned)_i / RECIPES + 1, &recipes[_i % RECIPES], user);
    path = suite_file("iat.nrg", builder.bytes, builder.size);
    nrg_builder_free(&builder);
    snprintf(out, sizeof out, "%s/iat.iso", suite_folder());
    snprintf(command, sizeof command, "iat -i '%s' --iso -o '%s' >/dev/null 2>&1", path, out);
    ck_assert_int_eq(system(command), 0);
    file = fopen(out, "rb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fread(found, 1, sizeof found, file), sizeof user);
    ck_assert_mem_eq(found, user, sizeof user);
    fclose(file);
    unlink(out);
}
END_TEST

static void add_kinds(TCase *test_case)
{
    tcase_add_loop_test(test_case, every_kind_gives_its_user_data, 0, 2 * RECIPES);
    tcase_add_loop_test(test_case, every_kind_is_what_iat_makes_of_it, 0, 2 * RECIPES);
}

/* ---- Discs of several tracks, written at once ---- */

/* Adds `count` audio sectors that begin with `lba`, and returns where they lie. */
static uint64_t add_audio(struct nrg_builder *builder, int32_t lba, uint32_t count, unsigned stored)
{
    uint8_t *audio = raw_audio_image(count, lba, stored);
    const uint64_t at = nrg_builder_data(builder, audio, (size_t)count * stored);

    free(audio);
    return at;
}

static uint64_t add_data(struct nrg_builder *builder, enum dk_mode mode, int32_t lba, uint32_t count, unsigned stored)
{
    uint8_t *data = raw_image(NULL, count, mode, lba, stored);
    const uint64_t at = nrg_builder_data(builder, data, (size_t)count * stored);

    free(data);
    return at;
}

static void expect_audio(const struct dk_disc *disc, int32_t lba)
{
    uint8_t raw[DK_SECTOR_RAW], expected[DK_SECTOR_RAW];

    raw_audio_sector(expected, lba);
    read_all(disc, lba, 1, DK_FORM_RAW, raw);
    ck_assert_mem_eq(raw, expected, sizeof raw);
}

START_TEST(data_and_audio_are_told_apart)
{
    struct nrg_builder builder;
    struct nrg_part parts[2] = { { .code = 0, .control = 0x41, .stored = 2048, .lba0 = -PAUSE },
                                 { .code = 7, .control = 0x01, .stored = 2352, .lba0 = 191, .lba1 = 341 } };
    struct dk_disc *disc;

    nrg_builder_start(&builder, 2);
    nrg_builder_data(&builder, NULL, PAUSE * 2048);
    parts[0].index1 = nrg_builder_data(&builder, NULL, 191 * 2048);
    parts[0].end = parts[1].index0 = add_audio(&builder, 191, PAUSE + 300, 2352);
    parts[1].index1 = parts[1].index0 + PAUSE * 2352;
    parts[1].end = builder.size;
    nrg_builder_cue(&builder, parts, 2, 1, 641);
    nrg_builder_dao(&builder, parts, 2, 1, "0000010271955");
    nrg_builder_sinf(&builder, 2);
    nrg_builder_end(&builder, parts[1].end);
    disc = must_open(&builder);
    expect_track(disc, 1, 1, DK_MODE1, 0, 191, PAUSE, 2048);
    expect_track(disc, 2, 1, DK_AUDIO, 341, 300, PAUSE, 2352);
    ck_assert_int_eq(dk_disc_end(disc), 641);
    ck_assert_str_eq(disc->mcn, "0000010271955");
    expect_audio(disc, 191);
    expect_audio(disc, 640);
    dk_disc_close(disc);
}
END_TEST

/* A pack with its text and check sum. */
static void make_pack(uint8_t *pack, uint8_t type, uint8_t track, uint8_t number, const char *text, size_t length)
{
    uint16_t crc;

    memset(pack, 0, DK_CD_TEXT_PACK);
    pack[0] = type;
    pack[1] = track;
    pack[2] = number;
    memcpy(pack + 4, text, length);
    crc = dk_q_crc(pack, 16);
    pack[16] = (uint8_t)(crc >> 8);
    pack[17] = (uint8_t)crc;
}

/* Two tracks of audio, the first with a gap of 300 sectors from LBA -150 on; lead-out at LBA 302. */
START_TEST(audio_has_gaps_codes_indexes_and_text)
{
    struct nrg_builder builder;
    struct nrg_part parts[2] = {
        { .code = 7, .control = 0x21, .stored = 2352, .lba0 = -PAUSE, .lba1 = 150, .isrc = "USRC17607839" },
        { .code = 7, .control = 0x11, .stored = 2352, .lba0 = 225, .lba1 = 300 },
    };
    uint8_t pack[DK_CD_TEXT_PACK];
    struct dk_disc *disc;

    nrg_builder_start(&builder, 2);
    add_audio(&builder, -150, 452, 2352);
    parts[0].index1 = 300 * 2352;
    parts[0].end = parts[1].index0 = 375 * 2352;
    parts[1].index1 = 450 * 2352;
    parts[1].end = builder.size;
    nrg_builder_chunk(&builder, "CUEX", NULL, 7 * 8);
    nrg_builder_data(&builder,
                     "\x21\0\0\0\xFF\xFF\xFF\x6A"
                     "\x21\1\0\0\xFF\xFF\xFF\x6A"
                     "\x21\1\1\0\0\0\0\x96"
                     "\x21\1\2\0\0\0\0\xA0"
                     "\x11\2\0\0\0\0\0\xE1"
                     "\x11\2\1\0\0\0\1\x2C"
                     "\1\xAA\1\0\0\0\1\x2E",
                     7 * 8);
    nrg_builder_dao(&builder, parts, 2, 1, NULL);
    make_pack(pack, 0x80, 0, 0, "Disc\0One\0Two", 12);
    nrg_builder_chunk(&builder, "CDTX", pack, sizeof pack);
    nrg_builder_sinf(&builder, 2);
    nrg_builder_end(&builder, parts[1].end);
    disc = must_open(&builder);
    expect_track(disc, 1, 1, DK_AUDIO, 150, 75, 300, 2352);
    expect_track(disc, 2, 1, DK_AUDIO, 300, 2, 75, 2352);
    ck_assert_int_eq(dk_disc_end(disc), 302);
    ck_assert_str_eq(disc->tracks[0].isrc, "USRC17607839");
    ck_assert_str_eq(disc->tracks[1].isrc, "");
    ck_assert_uint_eq(disc->tracks[0].control, DK_CONTROL_COPY_PERMITTED);
    ck_assert_uint_eq(disc->tracks[1].control, DK_CONTROL_PRE_EMPHASIS);
    ck_assert_uint_eq(disc->tracks[0].index_count, 1);
    ck_assert_int_eq(disc->tracks[0].indexes[0].number, 2);
    ck_assert_int_eq(disc->tracks[0].indexes[0].lba, 160);
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 0, DK_TEXT_TITLE), "Disc");
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 1, DK_TEXT_TITLE), "One");
    expect_audio(disc, -150);
    expect_audio(disc, 301);
    dk_disc_close(disc);
}
END_TEST

START_TEST(sessions_lie_where_their_cues_say)
{
    struct nrg_builder builder;
    struct nrg_part first = { .code = 7, .control = 0x01, .stored = 2352, .lba0 = -PAUSE };
    struct nrg_part second = { .code = 3, .control = 0x41, .stored = 2336, .lba0 = 11420, .lba1 = 11570 };
    struct dk_disc *disc;

    nrg_builder_start(&builder, 2);
    first.index1 = add_audio(&builder, 0, 170, 2352);
    first.index0 = first.index1;
    first.end = second.index0 = add_data(&builder, DK_MODE2_FORM1, 11420, PAUSE + 63, 2336);
    second.index1 = second.index0 + PAUSE * 2336;
    second.end = builder.size;
    nrg_builder_cue(&builder, &first, 1, 1, 170);
    nrg_builder_dao(&builder, &first, 1, 1, NULL);
    nrg_builder_sinf(&builder, 1);
    nrg_builder_cue(&builder, &second, 1, 2, 11633);
    nrg_builder_dao(&builder, &second, 1, 2, NULL);
    nrg_builder_sinf(&builder, 1);
    nrg_builder_end(&builder, second.end);
    disc = must_open(&builder);
    expect_track(disc, 1, 1, DK_AUDIO, 0, 170, 0, 2352);
    expect_track(disc, 2, 2, DK_MODE2_FORM1, 11570, 63, PAUSE, 2336);
    ck_assert_int_eq(dk_disc_lead_out(disc, 1), 170);
    ck_assert_int_eq(dk_disc_lead_out(disc, 2), 11633);
    dk_disc_close(disc);
}
END_TEST

/* The cue names a gap that the file does not have. */
START_TEST(gap_that_is_not_stored_reads_as_silence)
{
    struct nrg_builder builder;
    struct nrg_part parts[2] = { { .code = 7, .control = 1, .stored = 2352, .lba0 = -PAUSE },
                                 { .code = 7, .control = 1, .stored = 2352, .lba0 = 20, .lba1 = 170 } };
    uint8_t raw[DK_SECTOR_RAW], silence[DK_SECTOR_RAW] = { 0 };
    struct dk_disc *disc;

    nrg_builder_start(&builder, 2);
    add_audio(&builder, 0, 20, 2352);
    parts[0].end = parts[1].index0 = parts[1].index1 = add_audio(&builder, 170, 10, 2352);
    parts[1].end = builder.size;
    nrg_builder_cue(&builder, parts, 2, 1, 180);
    nrg_builder_dao(&builder, parts, 2, 1, NULL);
    nrg_builder_end(&builder, parts[1].end);
    disc = must_open(&builder);
    expect_track(disc, 2, 1, DK_AUDIO, 170, 10, 150, 2352);
    read_all(disc, 100, 1, DK_FORM_RAW, raw);
    ck_assert_mem_eq(raw, silence, sizeof raw);
    expect_audio(disc, 170);
    dk_disc_close(disc);
}
END_TEST

static void add_at_once(TCase *test_case)
{
    tcase_add_test(test_case, data_and_audio_are_told_apart);
    tcase_add_test(test_case, audio_has_gaps_codes_indexes_and_text);
    tcase_add_test(test_case, sessions_lie_where_their_cues_say);
    tcase_add_test(test_case, gap_that_is_not_stored_reads_as_silence);
}

/* ---- Where things are, when sources disagree ---- */

static void build_one(struct nrg_builder *builder, unsigned version, struct nrg_part *part, uint32_t count)
{
    *part = (struct nrg_part){ .code = 0, .control = 0x41, .stored = 2048, .lba0 = -PAUSE };
    nrg_builder_start(builder, version);
    nrg_builder_data(builder, NULL, (size_t)count * 2048);
    part->end = builder->size;
}

static const struct {
    const char *what;
    uint8_t start[4], end[4]; /* of CUES: index 1 of the track and the lead-out */
    int32_t lba, lead_out;
} cues[] = {
    { "BCD", { 0, 0x00, 0x12, 0x10 }, { 0, 0x00, 0x14, 0x30 }, 760, 930 },
    { "plain numbers", { 0, 0, 12, 10 }, { 0, 0, 14, 30 }, 760, 930 },
    { "plain numbers, for one low nibble", { 0, 0, 0x12, 0x10 }, { 0, 0, 0x14, 0x3A }, 1216, 1408 },
    { "an LBA", { 0, 0, 0, 200 }, { 0, 0, 0, 250 }, 200, 250 },
};

START_TEST(cues_of_version_1_are_times_or_addresses)
{
    struct nrg_builder builder;
    struct nrg_part part;
    struct dk_disc *disc;

    build_one(&builder, 1, &part, 20);
    nrg_builder_chunk(&builder, "CUES", NULL, 16);
    nrg_builder_data(&builder, "\x41\1\1\0", 4);
    nrg_builder_data(&builder, cues[_i].start, 4);
    nrg_builder_data(&builder, "\x41\xAA\1\0", 4);
    nrg_builder_data(&builder, cues[_i].end, 4);
    nrg_builder_dao(&builder, &part, 1, 1, NULL);
    nrg_builder_end(&builder, part.end);
    disc = must_open(&builder);
    ck_assert_msg(disc->tracks[0].lba == cues[_i].lba, "%s: LBA %d", cues[_i].what, disc->tracks[0].lba);
    ck_assert_int_eq(dk_disc_end(disc), cues[_i].lead_out);
    dk_disc_close(disc);
}
END_TEST

/* Tracks that were written one at a time, of one or two sessions. */
static const struct {
    const char *what;
    unsigned version, first_session; /* tracks of it */
    unsigned count;
    uint32_t sectors[5];
    int32_t start[5], lba[5];
} tao[] = {
    { "starts without pauses",
      1,
      5,
      5,
      { 676, 75, 75, 75, 225 },
      { 0, 676, 751, 826, 901 },
      { 0, 826, 1051, 1276, 1501 } },
    { "starts with pauses", 2, 3, 3, { 300, 400, 100 }, { 0, 450, 1000 }, { 0, 450, 1000 } },
    { "one track", 2, 1, 1, { 59 }, { 0 }, { 0 } },
    { "second session as it is", 2, 1, 2, { 191, 191 }, { 0, 11591 }, { 0, 11591 } },
    { "second session without its pause", 2, 1, 2, { 191, 191 }, { 0, 11441 }, { 0, 11591 } },
    { "second session as if there were no sessions", 1, 1, 2, { 191, 191 }, { 0, 191 }, { 0, 11591 } },
    { "second session of two tracks", 1, 1, 3, { 191, 20, 30 }, { 0, 191, 211 }, { 0, 11591, 11761 } },
    { "starts that are all the same", 2, 2, 2, { 100, 50 }, { 0, 0 }, { 0, 250 } },
};

START_TEST(tracks_one_at_a_time_are_placed)
{
    struct nrg_part parts[5] = { 0 };
    struct nrg_builder builder;
    struct dk_disc *disc;
    const unsigned first = tao[_i].first_session, count = tao[_i].count;

    nrg_builder_start(&builder, tao[_i].version);
    for (unsigned i = 0; i < count; i++) {
        parts[i].code = 7;
        parts[i].lba1 = tao[_i].start[i];
        parts[i].index1 = nrg_builder_data(&builder, NULL, tao[_i].sectors[i] * (size_t)2352);
        parts[i].end = builder.size;
    }
    nrg_builder_tao(&builder, parts, first);
    nrg_builder_sinf(&builder, first);
    if (count > first) {
        nrg_builder_tao(&builder, parts + first, count - first);
        nrg_builder_sinf(&builder, count - first);
    }
    nrg_builder_end(&builder, parts[count - 1].end);
    disc = must_open(&builder);
    ck_assert_uint_eq(disc->track_count, count);
    for (unsigned i = 0; i < count; i++)
        expect_track(disc, i + 1, i < first ? 1 : 2, DK_AUDIO, tao[_i].lba[i], tao[_i].sectors[i], 0, 2352);
    dk_disc_close(disc);
}
END_TEST

START_TEST(first_versions_have_no_addresses_at_all)
{
    struct nrg_builder builder;
    struct dk_disc *disc;

    nrg_builder_start(&builder, 1);
    nrg_builder_data(&builder, NULL, 100 * 2048 + 50 * 2352);
    nrg_builder_chunk(&builder, "TINF", NULL, 24);
    nrg_builder_number(&builder, 0, 4);
    nrg_builder_number(&builder, 100 * 2048, 4);
    nrg_builder_number(&builder, 0, 4);
    nrg_builder_number(&builder, 100 * 2048, 4);
    nrg_builder_number(&builder, 50 * 2352, 4);
    nrg_builder_number(&builder, 7, 4);
    nrg_builder_end(&builder, 100 * 2048 + 50 * 2352);
    disc = must_open(&builder);
    expect_track(disc, 1, 1, DK_MODE1, 0, 100, 0, 2048);
    expect_track(disc, 2, 1, DK_AUDIO, 250, 50, 0, 2352);
    dk_disc_close(disc);
}
END_TEST

START_TEST(without_cues_tracks_follow_each_other)
{
    struct nrg_builder builder;
    struct nrg_part parts[2] = { { .code = 7, .stored = 2352 }, { .code = 7, .stored = 2352 } };
    struct dk_disc *disc;

    nrg_builder_start(&builder, 2);
    add_audio(&builder, -150, 150 + 30 + 10 + 20, 2352);
    parts[0].index1 = 150 * 2352;
    parts[0].end = parts[1].index0 = 180 * 2352;
    parts[1].index1 = 190 * 2352;
    parts[1].end = builder.size;
    nrg_builder_dao(&builder, parts, 2, 1, NULL);
    nrg_builder_end(&builder, parts[1].end);
    disc = must_open(&builder);
    expect_track(disc, 1, 1, DK_AUDIO, 0, 30, 150, 2352);
    expect_track(disc, 2, 1, DK_AUDIO, 40, 20, 10, 2352);
    ck_assert(has_note(disc, "no cue says where track 2"));
    expect_audio(disc, 59);
    dk_disc_close(disc);
}
END_TEST

/* What writers got wrong: the size of a sector goes before the code, what is stored before what is said. */
static const struct {
    const char *what;
    bool at_once;
    uint8_t code;
    uint16_t said, stored; /* bytes a sector */
    enum dk_mode made, shown;
} quirks[] = {
    { "code 0 with Mode 1 of 2352", true, 0, 2352, 2352, DK_MODE1, DK_MODE1 },
    { "code 0 with Mode 2 of 2352", true, 0, 2352, 2352, DK_MODE2_FORM1, DK_MODE2_FORM1 },
    { "code 2 with 2352", true, 2, 2352, 2352, DK_MODE2_FORM1, DK_MODE2_FORM1 },
    { "code 3 with 2352", true, 3, 2352, 2352, DK_MODE2_FORM2, DK_MODE2_FORM2 },
    { "an unknown code with 2448", true, 0x55, 2448, 2448, DK_MODE1, DK_MODE1 },
    { "an unknown code with 2336", true, 0x55, 2336, 2336, DK_MODE2_FORM1, DK_MODE2_FORM1 },
    { "TAO, code 0 with 2352", false, 0, 0, 2352, DK_MODE1, DK_MODE1 },
    { "TAO, an unknown code with 2336", false, 0x55, 0, 2336, DK_MODE2_FORM1, DK_MODE2_FORM1 },
};

START_TEST(sector_size_goes_before_the_code)
{
    struct nrg_part part = { .code = quirks[_i].code, .control = 0x41, .stored = quirks[_i].said };
    struct nrg_builder builder;
    struct dk_disc *disc;

    nrg_builder_start(&builder, 2);
    add_data(&builder, quirks[_i].made, 0, 29, quirks[_i].stored); /* 29: no other size divides it */
    part.end = builder.size;
    if (quirks[_i].at_once)
        nrg_builder_dao(&builder, &part, 1, 1, NULL);
    else
        nrg_builder_tao(&builder, &part, 1);
    nrg_builder_end(&builder, part.end);
    disc = must_open(&builder);
    expect_track(disc, 1, 1, quirks[_i].shown, 0, 29, 0, quirks[_i].stored);
    ck_assert(has_note(disc, "mode code"));
    dk_disc_close(disc);
}
END_TEST

static void add_disputes(TCase *test_case)
{
    tcase_add_loop_test(test_case, cues_of_version_1_are_times_or_addresses, 0, sizeof cues / sizeof *cues);
    tcase_add_loop_test(test_case, tracks_one_at_a_time_are_placed, 0, sizeof tao / sizeof *tao);
    tcase_add_test(test_case, first_versions_have_no_addresses_at_all);
    tcase_add_test(test_case, without_cues_tracks_follow_each_other);
    tcase_add_loop_test(test_case, sector_size_goes_before_the_code, 0, sizeof quirks / sizeof *quirks);
}

int main(void)
{
    return suite_run(
        "nrg", (const struct suite_case[]){
                   { "kinds", add_kinds }, { "at once", add_at_once }, { "disputes", add_disputes }, { NULL, NULL } });
}
