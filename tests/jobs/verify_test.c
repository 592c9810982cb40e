/* Comparing finds what differs, says where, and compares no more than both sides store. */
#include "support/made_disc.h"
#include "support/random.h"
#include "support/suite.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>
#include <disckit/verify.h>
#include <stdlib.h>
#include <string.h>

enum { SECTORS = 700 };

static uint8_t user[SECTORS * DK_SECTOR_USER];

static struct dk_disc *disc_of(unsigned stored, void (*spoil)(uint8_t *image))
{
    const struct made_track track = {
        .mode = DK_MODE1,
        .stored = stored,
        .count = SECTORS,
        .user = user,
        .spoil = spoil,
    };

    return made_disc(&track, 1);
}

static void fill(void)
{
    struct random random = random_start(1);

    random_fill(&random, user, sizeof user);
}

/* ---- Against a file ---- */

/* The byte of the file that is changed (-1: none), and the words of the message. */
static const struct {
    long flipped;
    const char *words;
} files[] = {
    { -1, NULL },
    { 0, "differs at LBA 0, byte 0 of 2048" },
    { 2047, "differs at LBA 0, byte 2047 of 2048" },
    { 300 * 2048 + 7, "differs at LBA 300, byte 7 of 2048" },
    { SECTORS * 2048 - 1, "differs at LBA 699, byte 2047 of 2048" },
};

START_TEST(compares_with_a_file)
{
    const struct dk_verify_range range = { .count = SECTORS, .form = DK_FORM_USER };
    struct dk_error error = { 0 };
    struct dk_disc *disc;
    struct dk_store *store;
    bool same;

    fill();
    disc = disc_of(2352, NULL);
    if (files[_i].flipped >= 0)
        user[files[_i].flipped] ^= 0x10;
    store = dk_store_open_file(suite_file("result.iso", user, sizeof user), &error);
    same = dk_verify_store(disc, NULL, &range, store, NULL, &error);
    ck_assert(same == (files[_i].words == NULL));
    if (files[_i].words)
        ck_assert_msg(strstr(error.text, files[_i].words) != NULL, "%s", error.text);
    dk_store_close(store);
    dk_disc_close(disc);
}
END_TEST

START_TEST(fails_where_the_file_is_short)
{
    const struct dk_verify_range range = { .count = SECTORS, .form = DK_FORM_USER };
    struct dk_error error = { 0 };
    struct dk_store *store = dk_store_from_memory(user, sizeof user - 1, "short.iso");
    struct dk_disc *disc = disc_of(2048, NULL);

    ck_assert(!dk_verify_store(disc, NULL, &range, store, NULL, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "short.iso ends at byte"));
    dk_store_close(store);
    dk_disc_close(disc);
}
END_TEST

START_TEST(finds_bytes_in_a_hole)
{
    static uint8_t zeros[100000];
    struct dk_error error = { 0 };
    struct dk_store *store = dk_store_from_memory(zeros, sizeof zeros, "hole");

    ck_assert(dk_verify_zeros(store, 5, 99995, &error));
    dk_store_close(store);
    zeros[99999] = 1;
    store = dk_store_from_memory(zeros, sizeof zeros, "hole");
    ck_assert(dk_verify_zeros(store, 0, 99999, &error));
    ck_assert(!dk_verify_zeros(store, 0, 100000, &error));
    dk_store_close(store);
}
END_TEST

/* ---- Against a disc ---- */

static void flip_user(uint8_t *image)
{
    image[123 * 2352 + 16] ^= 1;
}

static void flip_parity(uint8_t *image)
{
    image[123 * 2352 + 2351] ^= 1;
}

static const struct {
    unsigned one, other;
    void (*spoil)(uint8_t *image); /* the first */
    const char *words;             /* NULL: the same */
} discs[] = {
    { 2352, 2352, NULL, NULL },
    { 2352, 2048, NULL, NULL },
    { 2448, 2352, NULL, NULL },
    { 2352, 2352, flip_user, "differs at LBA 123, byte 16 of 2352" },
    { 2352, 2048, flip_user, "differs at LBA 123, byte 0 of 2048" },
    { 2352, 2352, flip_parity, "differs at LBA 123, byte 2351 of 2352" },
    { 2352, 2048, flip_parity, NULL }, /* the other has no parity of its own to compare */
};

START_TEST(compares_with_a_disc)
{
    struct dk_error error = { 0 };
    struct dk_disc *one = disc_of(discs[_i].one, discs[_i].spoil), *other = disc_of(discs[_i].other, NULL);
    const bool same = dk_verify_disc(one, other, ~0U, NULL, &error);

    ck_assert(same == (discs[_i].words == NULL));
    if (discs[_i].words)
        ck_assert_msg(strstr(error.text, discs[_i].words) != NULL, "%s", error.text);
    dk_disc_close(one);
    dk_disc_close(other);
}
END_TEST

static void other_isrc(struct dk_disc *disc)
{
    strcpy(disc->tracks[1].isrc, "USRC17607839");
}

static void other_mcn(struct dk_disc *disc)
{
    strcpy(disc->mcn, "1234567890128");
}

static void other_place(struct dk_disc *disc)
{
    disc->tracks[1].lba++;
}

static void other_indexes(struct dk_disc *disc)
{
    static const struct dk_index index = { 2, 120 };

    disc->tracks[1].indexes = &index;
    disc->tracks[1].index_count = 1;
}

static void other_count(struct dk_disc *disc)
{
    disc->track_count--;
}

static const struct {
    void (*change)(struct dk_disc *disc);
    const char *words;
} tables[] = {
    { other_isrc, "track 2 has another ISRC" },
    { other_mcn, "the MCN '1234567890128'" },
    { other_place, "track 2 has another place" },
    { other_indexes, "track 2 has another list of indexes" },
    { other_count, "the result has 1 tracks in 1 sessions, not 2 in 1" },
};

START_TEST(compares_the_tables)
{
    static const struct made_track tracks[] = {
        { .mode = DK_MODE1, .stored = 2352, .count = 100 },
        { .mode = DK_AUDIO, .stored = 2352, .count = 50 },
    };
    struct dk_error error = { 0 };
    struct dk_disc *one = made_disc(tracks, 2), *other = made_disc(tracks, 2);

    ck_assert_msg(dk_verify_disc(one, other, ~0U, NULL, &error), "%s", error.text);
    tables[_i].change(other);
    ck_assert(!dk_verify_disc(one, other, ~0U, NULL, &error));
    ck_assert_msg(strstr(error.text, tables[_i].words) != NULL, "%s", error.text);
    dk_disc_close(one);
    dk_disc_close(other);
}
END_TEST

/* ---- As far as the result can hold it ---- */

static void other_flags(struct dk_disc *disc)
{
    disc->tracks[1].control |= DK_CONTROL_COPY_PERMITTED;
}

static void other_pregap(struct dk_disc *disc)
{
    disc->tracks[1].pregap = 0;
}

static void other_text(struct dk_disc *disc)
{
    dk_cd_text_add(&disc->cd_text, disc->arena, 1, DK_TEXT_TITLE, "Another");
}

static const struct {
    void (*change)(struct dk_disc *disc);
    unsigned holds; /* the bit without which nobody asks */
    const char *words;
} attributes[] = {
    { other_isrc, DK_HOLDS_ISRC, "another ISRC" },
    { other_mcn, DK_HOLDS_MCN, "the MCN" },
    { other_indexes, DK_HOLDS_INDEXES, "another list of indexes" },
    { other_flags, DK_HOLDS_FLAGS, "another set of flags" },
    { other_pregap, DK_HOLDS_PREGAPS, "another pregap" },
    { other_text, DK_HOLDS_CD_TEXT, "another CD-TEXT for track 1: '', not 'Another'" },
};

START_TEST(asks_for_what_the_result_can_hold)
{
    static const struct made_track tracks[] = {
        { .mode = DK_MODE1, .stored = 2352, .count = 100 },
        { .mode = DK_AUDIO, .stored = 2352, .count = 50, .pregap = 10 },
    };
    struct dk_error error = { 0 };
    struct dk_disc *one = made_disc(tracks, 2), *other = made_disc(tracks, 2);

    attributes[_i].change(one);
    ck_assert(!dk_verify_disc(one, other, ~0U, NULL, &error));
    ck_assert_msg(strstr(error.text, attributes[_i].words) != NULL, "%s", error.text);
    ck_assert_msg(dk_verify_disc(one, other, ~attributes[_i].holds, NULL, &error), "%s", error.text);
    dk_disc_close(one);
    dk_disc_close(other);
}
END_TEST

/* The gap of the second track: sound in the disc, not in the result. */
START_TEST(compares_what_lies_before_a_track)
{
    static const struct made_track full[] = {
        { .mode = DK_MODE1, .stored = 2352, .count = 100 },
        { .mode = DK_AUDIO, .stored = 2352, .count = 50, .pregap = 10 },
    };
    static const struct made_track bare[] = {
        { .mode = DK_MODE1, .stored = 2352, .count = 100 },
        { .mode = DK_AUDIO, .stored = 2352, .count = 40, .lba = 110 },
    };
    struct dk_error error = { 0 };
    struct dk_disc *one = made_disc(full, 2), *other = made_disc(bare, 2);

    other->tracks[1].pregap = 10;
    ck_assert(!dk_verify_disc(one, other, ~0U, NULL, &error));
    ck_assert_msg(strstr(error.text, "lacks sectors from LBA 100 on") != NULL, "%s", error.text);
    ck_assert_msg(dk_verify_disc(one, other, ~(unsigned)DK_HOLDS_PREGAPS, NULL, &error), "%s", error.text);
    ck_assert_msg(dk_verify_disc(other, one, ~0U, NULL, &error), "%s", error.text);
    dk_disc_close(one);
    dk_disc_close(other);
}
END_TEST

static void add_files(TCase *test_case)
{
    tcase_add_loop_test(test_case, compares_with_a_file, 0, sizeof files / sizeof *files);
    tcase_add_test(test_case, fails_where_the_file_is_short);
    tcase_add_test(test_case, finds_bytes_in_a_hole);
}

static void add_discs(TCase *test_case)
{
    tcase_add_loop_test(test_case, compares_with_a_disc, 0, sizeof discs / sizeof *discs);
    tcase_add_loop_test(test_case, compares_the_tables, 0, sizeof tables / sizeof *tables);
    tcase_add_loop_test(test_case, asks_for_what_the_result_can_hold, 0, sizeof attributes / sizeof *attributes);
    tcase_add_test(test_case, compares_what_lies_before_a_track);
}

int main(void)
{
    return suite_run("verify",
                     (const struct suite_case[]){ { "files", add_files }, { "discs", add_discs }, { NULL, NULL } });
}
