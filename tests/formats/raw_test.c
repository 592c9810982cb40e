/* Sectors without a sheet, found by what they hold. */
#include "support/random.h"
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

enum { SECTORS = 60, VOLUME_SIZE_AT = 16 * DK_SECTOR_USER + 80 };

/* User data with a volume descriptor for `blocks` sectors, and random bytes elsewhere. */
static void make_volume(uint8_t *user, uint32_t sectors, uint32_t blocks)
{
    struct random random = random_start(1);

    random_fill(&random, user, (size_t)sectors * DK_SECTOR_USER);
    memset(user + 16 * DK_SECTOR_USER, 0, 2 * DK_SECTOR_USER);
    memcpy(user + 16 * DK_SECTOR_USER, "\1CD001\1", 7);
    user[VOLUME_SIZE_AT] = (uint8_t)blocks;
    user[VOLUME_SIZE_AT + 1] = (uint8_t)(blocks >> 8);
    memcpy(user + 17 * DK_SECTOR_USER,
           "\xFF"
           "CD001\1",
           7);
}

/* Pieces of an image, one behind the other. */
struct pieces {
    uint8_t *bytes;
    size_t size;
};

static void add_bytes(struct pieces *pieces, const void *bytes, size_t size)
{
    pieces->bytes = realloc(pieces->bytes, pieces->size + size);
    ck_assert_ptr_nonnull(pieces->bytes);
    if (bytes)
        memcpy(pieces->bytes + pieces->size, bytes, size);
    else
        memset(pieces->bytes + pieces->size, 0, size);
    pieces->size += size;
}

static void add_data(struct pieces *pieces, enum dk_mode mode, int32_t lba, uint32_t count, unsigned stored)
{
    uint8_t *data = raw_image(NULL, count, mode, lba, stored);

    add_bytes(pieces, data, (size_t)count * stored);
    free(data);
}

static void add_audio(struct pieces *pieces, uint32_t count, unsigned stored)
{
    uint8_t *audio = raw_audio_image(count, 0, stored);

    add_bytes(pieces, audio, (size_t)count * stored);
    free(audio);
}

static struct dk_disc *must_open(struct pieces *pieces)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file("image.bin", pieces->bytes, pieces->size), &error);

    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "iso");
    free(pieces->bytes);
    *pieces = (struct pieces){ 0 };
    return disc;
}

static bool has_note(const struct dk_disc *disc, enum dk_note_kind kind, const char *words)
{
    for (size_t i = 0; i < disc->notes.count; i++)
        if (disc->notes.items[i].kind == kind && strstr(disc->notes.items[i].text, words))
            return true;
    return false;
}

static void expect_track(const struct dk_disc *disc, unsigned number, unsigned session, enum dk_mode mode, int32_t lba,
                         uint32_t count, unsigned stored)
{
    const struct dk_track *track = dk_disc_track(disc, number);

    ck_assert_msg(track, "no track %u", number);
    ck_assert_uint_eq(track->session, session);
    ck_assert_str_eq(dk_mode_name(track->mode), dk_mode_name(mode));
    ck_assert_int_eq(track->lba, lba);
    ck_assert_uint_eq(track->count, count);
    ck_assert_uint_eq(track->stored, stored);
}

/* ---- One track, in every way in which its sectors can be stored ---- */

static const struct {
    enum dk_mode mode;
    uint16_t stored;
    int32_t first; /* LBA of the first sector: that of data begins with 0, or the pause is there too */
} ways[] = {
    { DK_MODE1, 2048, 0 },       { DK_MODE2_FORM1, 2056, 0 }, { DK_MODE2_FORM1, 2336, 0 },    { DK_MODE1, 2340, 0 },
    { DK_MODE2_FORM1, 2340, 0 }, { DK_MODE1, 2352, 0 },       { DK_MODE2_FORM1, 2352, 0 },    { DK_MODE1, 2368, 0 },
    { DK_MODE2_FORM1, 2368, 0 }, { DK_MODE1, 2448, 0 },       { DK_MODE2_FORM1, 2448, 0 },    { DK_MODE1, 2646, 0 },
    { DK_MODE2_FORM1, 2646, 0 }, { DK_MODE1, 2048, -150 },    { DK_MODE2_FORM1, 2336, -150 }, { DK_MODE1, 2352, -150 },
    { DK_MODE1, 2448, -150 },    { DK_MODE1, 2340, -150 },
};

START_TEST(every_stored_size_is_found)
{
    static uint8_t user[SECTORS * DK_SECTOR_USER], found[SECTORS * DK_SECTOR_USER];
    const uint16_t stored = ways[_i].stored;
    struct pieces pieces = { 0 };
    struct dk_error error;
    struct dk_disc *disc;
    uint8_t *data;

    make_volume(user, SECTORS, SECTORS);
    if (ways[_i].first)
        add_data(&pieces, ways[_i].mode, ways[_i].first, (uint32_t)-ways[_i].first, stored);
    data = raw_image(user, SECTORS, ways[_i].mode, 0, stored);
    add_bytes(&pieces, data, (size_t)SECTORS * stored);
    free(data);
    disc = must_open(&pieces);
    expect_track(disc, 1, 1, ways[_i].mode, 0, SECTORS, stored);
    ck_assert_uint_eq(disc->tracks[0].pregap, (unsigned)-ways[_i].first);
    ck_assert_uint_eq(disc->track_count, 1);
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE] + disc->notes.told[DK_NOTE_ODD], 0);
    ck_assert_int_eq(disc->medium, stored == 2048 ? DK_MEDIUM_UNKNOWN : DK_MEDIUM_CD);
    ck_assert_uint_eq(dk_source_read(disc->source, 0, SECTORS, DK_FORM_USER, found, &error), SECTORS);
    ck_assert_mem_eq(found, user, sizeof user);
    dk_disc_close(disc);
}
END_TEST

START_TEST(order_of_subchannel_is_found_by_its_check_sums)
{
    const enum dk_sub_order order = _i ? DK_SUB_LINEAR : DK_SUB_INTERLEAVED;
    struct pieces pieces = { 0 };
    struct dk_error error;
    struct dk_disc *disc;
    uint8_t read[DK_SECTOR_RAW_SUB], linear[DK_SUBCHANNEL];

    for (int32_t lba = 0; lba < SECTORS; lba++) {
        uint8_t raw[DK_SECTOR_RAW], sector[DK_SECTOR_RAW_SUB];
        const struct raw_position position = { .control = 4, .track = 1, .index = 1, .relative = lba, .lba = lba };

        raw_sector(raw, DK_MODE1, lba, NULL, NULL);
        raw_subchannel(&position, DK_SUB_LINEAR, linear);
        raw_cut(raw, DK_MODE1, DK_SECTOR_RAW_SUB, linear, order, sector);
        add_bytes(&pieces, sector, sizeof sector);
    }
    disc = must_open(&pieces);
    ck_assert_int_eq(disc->extents[0].sub_order, order);
    ck_assert_uint_eq(dk_source_read(disc->source, SECTORS - 1, 1, DK_FORM_RAW_SUB, read, &error), 1);
    ck_assert_mem_eq(read + DK_SECTOR_RAW, linear, sizeof linear);
    dk_disc_close(disc);
}
END_TEST

START_TEST(damaged_first_sector_does_not_hide_an_image)
{
    struct pieces pieces = { 0 };
    struct dk_disc *disc;

    add_data(&pieces, DK_MODE1, 0, 200, DK_SECTOR_RAW);
    memset(pieces.bytes, 0x55, 3 * DK_SECTOR_RAW);
    disc = must_open(&pieces);
    expect_track(disc, 1, 1, DK_MODE1, 0, 200, DK_SECTOR_RAW);
    ck_assert_uint_eq(disc->track_count, 1);
    dk_disc_close(disc);
}
END_TEST

static void add_ways(TCase *test_case)
{
    tcase_add_loop_test(test_case, every_stored_size_is_found, 0, sizeof ways / sizeof *ways);
    tcase_add_loop_test(test_case, order_of_subchannel_is_found_by_its_check_sums, 0, 2);
    tcase_add_test(test_case, damaged_first_sector_does_not_hide_an_image);
}

/* ---- Several tracks ---- */

START_TEST(audio_behind_data_is_a_track)
{
    struct pieces pieces = { 0 };
    struct dk_disc *disc;
    struct dk_error error;
    uint8_t raw[DK_SECTOR_RAW], expected[DK_SECTOR_RAW];
    const unsigned stored = _i ? DK_SECTOR_RAW_SUB : DK_SECTOR_RAW;

    add_data(&pieces, DK_MODE1, 0, 191, stored);
    add_bytes(&pieces, NULL, 10 * stored); /* audio often begins with silence */
    add_audio(&pieces, 300, stored);
    disc = must_open(&pieces);
    ck_assert_uint_eq(disc->track_count, 2);
    expect_track(disc, 1, 1, DK_MODE1, 0, 191, stored);
    expect_track(disc, 2, 1, DK_AUDIO, 191, 310, stored);
    ck_assert(has_note(disc, DK_NOTE_GUESS, "sectors 191 to 500 of the file are audio: track 2"));
    raw_audio_sector(expected, 299);
    ck_assert_uint_eq(dk_source_read(disc->source, 500, 1, DK_FORM_RAW, raw, &error), 1);
    ck_assert_mem_eq(raw, expected, sizeof raw);
    dk_disc_close(disc);
}
END_TEST

/* Where the data lies on the disc is in its headers: at once behind the audio, or further on. */
static const struct {
    int32_t data_lba, audio_lba;
    unsigned session;
} afters[] = {
    { 300, 0, 1 },
    { 450, 0, 1 },
    { 11700, 0, 2 },
};

START_TEST(data_behind_audio_lies_where_its_headers_say)
{
    struct pieces pieces = { 0 };
    struct dk_disc *disc;

    add_audio(&pieces, 300, DK_SECTOR_RAW);
    add_data(&pieces, DK_MODE2_FORM1, afters[_i].data_lba, 191, DK_SECTOR_RAW);
    disc = must_open(&pieces);
    ck_assert_uint_eq(disc->track_count, 2);
    expect_track(disc, 1, 1, DK_AUDIO, afters[_i].audio_lba, 300, DK_SECTOR_RAW);
    expect_track(disc, 2, afters[_i].session, DK_MODE2_FORM1, afters[_i].data_lba, 191, DK_SECTOR_RAW);
    dk_disc_close(disc);
}
END_TEST

/* A file that was joined from two: its audio can't lie in front of LBA 0. */
START_TEST(audio_before_data_begins_at_0_whatever_the_headers_say)
{
    struct pieces pieces = { 0 };
    struct dk_disc *disc;

    add_audio(&pieces, 300, DK_SECTOR_RAW);
    add_data(&pieces, DK_MODE1, 0, 191, DK_SECTOR_RAW);
    disc = must_open(&pieces);
    ck_assert_uint_eq(disc->track_count, 2);
    expect_track(disc, 1, 1, DK_AUDIO, 0, 300, DK_SECTOR_RAW);
    expect_track(disc, 2, 1, DK_MODE1, 300, 191, DK_SECTOR_RAW);
    ck_assert(has_note(disc, DK_NOTE_ODD, "begin with LBA 0, where other sectors are: they are taken as LBA 300"));
    dk_disc_close(disc);
}
END_TEST

/* Sectors without a sync up to LBA 0: the pause of the data behind them, as far as there is one. */
static const struct {
    uint32_t before;
    bool zeros;
    uint32_t pregap;
} pauses[] = {
    { 150, false, 150 },
    { 75, false, 75 },
    { 150, true, 150 },
    { 300, true, 150 },
};

START_TEST(what_fills_the_pause_is_of_no_other_track)
{
    struct pieces pieces = { 0 };
    struct dk_disc *disc;
    struct dk_error error;
    uint8_t raw[DK_SECTOR_RAW];

    if (pauses[_i].zeros)
        add_bytes(&pieces, NULL, (size_t)pauses[_i].before * DK_SECTOR_RAW);
    else
        add_audio(&pieces, pauses[_i].before, DK_SECTOR_RAW);
    add_data(&pieces, DK_MODE1, 0, 191, DK_SECTOR_RAW);
    disc = must_open(&pieces);
    ck_assert_uint_eq(disc->track_count, 1);
    expect_track(disc, 1, 1, DK_MODE1, 0, 191, DK_SECTOR_RAW);
    ck_assert_uint_eq(disc->tracks[0].pregap, pauses[_i].pregap);
    ck_assert(has_note(disc, DK_NOTE_ODD, "the first 150 sectors of the file are zeros in front of LBA -150") ==
              (pauses[_i].before > pauses[_i].pregap));
    ck_assert_uint_eq(dk_source_read(disc->source, 0, 1, DK_FORM_RAW, raw, &error), 1);
    ck_assert_uint_eq(dk_sector_check(raw, 0, true), 0);
    dk_disc_close(disc);
}
END_TEST

START_TEST(pause_of_a_later_session_is_told_by_its_volume)
{
    static uint8_t user[(150 + SECTORS) * DK_SECTOR_USER];
    struct pieces pieces = { 0 };
    struct dk_disc *disc;
    uint8_t *data;

    make_volume(user + 150 * DK_SECTOR_USER, SECTORS, SECTORS);
    data = raw_image(user, 150 + SECTORS, DK_MODE1, 11550, DK_SECTOR_RAW);
    add_bytes(&pieces, data, (150 + (size_t)SECTORS) * DK_SECTOR_RAW);
    free(data);
    disc = must_open(&pieces);
    expect_track(disc, 1, 1, DK_MODE1, 11700, SECTORS, DK_SECTOR_RAW);
    ck_assert_uint_eq(disc->tracks[0].pregap, 150);
    dk_disc_close(disc);
}
END_TEST

START_TEST(later_session_alone_keeps_its_addresses)
{
    struct pieces pieces = { 0 };
    struct dk_disc *disc;

    add_data(&pieces, DK_MODE1, 11702, 50, DK_SECTOR_RAW);
    disc = must_open(&pieces);
    expect_track(disc, 1, 1, DK_MODE1, 11702, 50, DK_SECTOR_RAW);
    dk_disc_close(disc);
}
END_TEST

START_TEST(modes_and_sessions_are_split_where_headers_jump)
{
    struct pieces pieces = { 0 };
    struct dk_disc *disc;

    add_data(&pieces, DK_MODE1, 0, 100, DK_SECTOR_RAW);
    add_data(&pieces, DK_MODE2_FORM1, 100, 77, DK_SECTOR_RAW);
    add_audio(&pieces, 400, DK_SECTOR_RAW);
    add_data(&pieces, DK_MODE1, 577 + 11400, 33, DK_SECTOR_RAW);
    disc = must_open(&pieces);
    ck_assert_uint_eq(disc->track_count, 4);
    expect_track(disc, 1, 1, DK_MODE1, 0, 100, DK_SECTOR_RAW);
    expect_track(disc, 2, 1, DK_MODE2_FORM1, 100, 77, DK_SECTOR_RAW);
    expect_track(disc, 3, 1, DK_AUDIO, 177, 400, DK_SECTOR_RAW);
    expect_track(disc, 4, 2, DK_MODE1, 11977, 33, DK_SECTOR_RAW);
    dk_disc_close(disc);
}
END_TEST

/* A few lost sectors, a wrong header, and zeros behind the end stay in the track. */
START_TEST(what_does_not_persist_is_no_track)
{
    struct pieces pieces = { 0 };
    struct dk_disc *disc;

    add_data(&pieces, DK_MODE1, 0, 400, DK_SECTOR_RAW);
    add_bytes(&pieces, NULL, 152 * DK_SECTOR_RAW);
    memset(pieces.bytes + 160 * DK_SECTOR_RAW, 0x99, 5 * DK_SECTOR_RAW);
    memcpy(pieces.bytes + 320 * DK_SECTOR_RAW + 12, "\x45\x12\x10", 3);
    disc = must_open(&pieces);
    ck_assert_uint_eq(disc->track_count, 1);
    expect_track(disc, 1, 1, DK_MODE1, 0, 552, DK_SECTOR_RAW);
    dk_disc_close(disc);
}
END_TEST

START_TEST(headers_that_go_back_are_not_believed)
{
    struct pieces pieces = { 0 };
    struct dk_disc *disc;

    add_data(&pieces, DK_MODE1, 0, 100, DK_SECTOR_RAW);
    add_data(&pieces, DK_MODE1, 0, 100, DK_SECTOR_RAW);
    disc = must_open(&pieces);
    expect_track(disc, 2, 1, DK_MODE1, 100, 100, DK_SECTOR_RAW);
    ck_assert(has_note(disc, DK_NOTE_ODD, "begin with LBA 0, where other sectors are"));
    dk_disc_close(disc);
}
END_TEST

START_TEST(more_pieces_than_tracks_are_one)
{
    struct pieces pieces = { 0 };
    struct dk_disc *disc;

    for (int i = 0; i < 101; i++) {
        add_data(&pieces, DK_MODE1, 40 * i, 20, DK_SECTOR_RAW);
        add_audio(&pieces, 20, DK_SECTOR_RAW);
    }
    disc = must_open(&pieces);
    ck_assert_uint_eq(disc->track_count, 1);
    ck_assert_uint_eq(disc->tracks[0].count, 101 * 40);
    dk_disc_close(disc);
}
END_TEST

static void add_mixed(TCase *test_case)
{
    tcase_add_loop_test(test_case, audio_behind_data_is_a_track, 0, 2);
    tcase_add_loop_test(test_case, data_behind_audio_lies_where_its_headers_say, 0, sizeof afters / sizeof *afters);
    tcase_add_test(test_case, audio_before_data_begins_at_0_whatever_the_headers_say);
    tcase_add_loop_test(test_case, what_fills_the_pause_is_of_no_other_track, 0, sizeof pauses / sizeof *pauses);
    tcase_add_test(test_case, pause_of_a_later_session_is_told_by_its_volume);
    tcase_add_test(test_case, later_session_alone_keeps_its_addresses);
    tcase_add_test(test_case, modes_and_sessions_are_split_where_headers_jump);
    tcase_add_test(test_case, what_does_not_persist_is_no_track);
    tcase_add_test(test_case, headers_that_go_back_are_not_believed);
    tcase_add_test(test_case, more_pieces_than_tracks_are_one);
}

/* ---- Cut short ---- */

START_TEST(truncation_is_told_with_figures)
{
    static uint8_t user[SECTORS * DK_SECTOR_USER];
    const uint16_t stored = _i ? DK_SECTOR_USER : DK_SECTOR_RAW;
    struct pieces pieces = { 0 };
    struct dk_disc *disc;
    uint8_t *data;

    make_volume(user, SECTORS, SECTORS);
    data = raw_image(user, SECTORS, DK_MODE1, 0, stored);
    add_bytes(&pieces, data, 40 * (size_t)stored + 1000);
    free(data);
    disc = must_open(&pieces);
    expect_track(disc, 1, 1, DK_MODE1, 0, 40, stored);
    ck_assert_uint_eq(disc->odd_tail, 1000);
    ck_assert(has_note(disc, DK_NOTE_DAMAGE, "1000 bytes of a sector"));
    ck_assert(has_note(disc, DK_NOTE_DAMAGE,
                       "volume has 60 sectors and the file 40: LBA 40 is the first that is "
                       "missing, 20 in all"));
    dk_disc_close(disc);
}
END_TEST

static void add_cut(TCase *test_case)
{
    tcase_add_loop_test(test_case, truncation_is_told_with_figures, 0, 2);
}

int main(void)
{
    return suite_run("raw", (const struct suite_case[]){
                                { "ways", add_ways }, { "mixed", add_mixed }, { "cut", add_cut }, { NULL, NULL } });
}
