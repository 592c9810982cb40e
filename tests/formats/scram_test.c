/* Scrambled dumps by recipe: where samples lie, what is in clear, what was not read, tables that are wrecked. */
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"
#include "support/wreck.h"

#include <disckit/format.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { S = 2352, LEAD_IN = 45150, SAMPLES = 588, SECTORS = 80 };

static const struct table_part data_first[TABLE_PARTS] = { { DK_MODE1, S, 0, 40 }, { DK_AUDIO, S, 40, 40 } };
static const struct table_part audio_alone[TABLE_PARTS] = { { DK_AUDIO, S, 0, 80 } };
static const char mixed[] = "1/1 mode1 0+40 stored 2352\n1/2 audio 40+40 stored 2352\nout 80\n";

/* Bytes at a place of a file that is else one hole of `size` bytes. */
static const char *make_sparse(const char *name, size_t size, const void *bytes, size_t count, size_t offset)
{
    const char *path = suite_file(name, "", 0);
    const int fd = open(path, O_WRONLY);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
    ck_assert_int_eq(pwrite(fd, bytes, count, (off_t)offset), (ssize_t)count);
    close(fd);
    return path;
}

/* The dump of sectors from LBA 0 on, of which those of data are scrambled. */
static const char *make_dump(const char *name, const struct table_part *parts, size_t before, long shift)
{
    size_t size;
    uint8_t *sectors = table_make_bytes(parts, &size);
    const char *path;

    for (size_t i = 0, at = 0; i < TABLE_PARTS; i++)
        for (uint32_t j = 0; j < parts[i].count; j++, at += S)
            if (parts[i].mode != DK_AUDIO)
                dk_scramble(sectors + at);
    path = make_sparse(name, before * S + size + 20 * S, sectors, size, (size_t)((long)(before * S) + 4 * shift));
    free(sectors);
    return path;
}

/* Replies of READ TOC: of format 2 with A0 to A2, of format 0 in 804 bytes. */
static const uint8_t full_toc[] = {
    0, 2 + 11 * 4, 1, 1,                          /* */
    1, 0x14,       0, 0xA0, 0, 0, 0, 0, 1, 0, 0,  /* */
    1, 0x10,       0, 0xA2, 0, 0, 0, 0, 0, 3, 5,  /* */
    1, 0x14,       0, 1,    0, 0, 0, 0, 0, 2, 0,  /* */
    1, 0x10,       0, 2,    0, 0, 0, 0, 0, 2, 40, /* */
};
static const uint8_t short_toc[804] = {
    0, 2 + 8 * 3, 1, 2, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x10, 2, 0, 0, 0, 0, 40, 0, 0x10, 0xAA, 0, 0, 0, 0, 80,
};

static struct dk_disc *must_open(const char *path)
{
    struct dk_error error;
    struct dk_disc *disc = dk_image_open(path, &error);

    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "scram");
    return disc;
}

static const struct {
    size_t before;
    long shift; /* samples */
    bool full;
} dumps[] = { { LEAD_IN, 0, true }, { LEAD_IN, 7, true }, { LEAD_IN, -1300, false }, { 0, 0, false }, { 0, 30, true } };

START_TEST(dump_is_put_in_place_and_in_clear)
{
    static const char *const names[][2] = { { "a.scram", "a.toc" }, { "b.scram", "b.fulltoc" } };
    const char *const *name = names[dumps[_i].full];
    const char *path = make_dump(name[0], data_first, dumps[_i].before, dumps[_i].shift);
    struct dk_disc *disc;

    if (dumps[_i].full)
        suite_file(name[1], full_toc, sizeof full_toc);
    else
        suite_file(name[1], short_toc, sizeof short_toc);
    disc = must_open(path);
    ck_assert_str_eq(table_text(disc), mixed);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_GUESS, "behind their place"));
    ck_assert_uint_eq(disc->notes.count, 1);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* The states lie as the samples do; of what is bad each LBA is told. */
START_TEST(states_tell_damage)
{
    uint8_t states[SECTORS * SAMPLES], toc[sizeof full_toc];
    const char *path = make_dump("s.scram", audio_alone, LEAD_IN, 0);
    struct dk_disc *disc;

    memset(states, 4, sizeof states);
    states[10 * SAMPLES + 3] = 1;
    states[11 * SAMPLES + 587] = 0;
    states[79 * SAMPLES] = 0;
    memcpy(toc, full_toc, sizeof toc);
    toc[4 + 2 * 11 + 1] = 0x10;
    suite_file("s.fulltoc", toc, sizeof toc);
    make_sparse("s.state", (LEAD_IN + 100) * SAMPLES, states, sizeof states, LEAD_IN * SAMPLES);
    disc = must_open(path);
    ck_assert_str_eq(table_text(disc), "1/1 audio 0+40 stored 2352\n1/2 audio 40+40 stored 2352\nout 80\n");
    ck_assert(table_has_note(&disc->notes, DK_NOTE_GUESS, "they are taken to be there"));
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "LBA 10 to 11 of track 1 were not read"));
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "LBA 79 to 79 of track 2 were not read"));
    ck_assert_uint_eq(disc->notes.count, 3);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

START_TEST(subchannel_is_kept)
{
    uint8_t *subs = malloc(100 * DK_SUBCHANNEL), wanted[DK_SUBCHANNEL], sector[DK_SECTOR_RAW_SUB];
    const char *path = make_dump("q.scram", data_first, LEAD_IN, 5);
    struct dk_error error;
    struct dk_disc *disc;

    ck_assert_ptr_nonnull(subs);
    for (int32_t lba = 0; lba < 100; lba++)
        raw_subchannel(&(struct raw_position){ 4, 7, 1, lba, lba }, DK_SUB_INTERLEAVED, subs + lba * DK_SUBCHANNEL);
    suite_file("q.fulltoc", full_toc, sizeof full_toc);
    make_sparse("q.subcode", (LEAD_IN + 100) * DK_SUBCHANNEL, subs, 100 * DK_SUBCHANNEL, LEAD_IN * DK_SUBCHANNEL);
    disc = must_open(path);
    for (int32_t lba = 0; lba < SECTORS; lba++) {
        raw_subchannel(&(struct raw_position){ 4, 7, 1, lba, lba }, DK_SUB_LINEAR, wanted);
        ck_assert_uint_eq(dk_source_read(disc->source, lba, 1, DK_FORM_RAW_SUB, sector, &error), 1);
        ck_assert_mem_eq(sector + S, wanted, sizeof wanted);
    }
    table_check_sectors(disc);
    dk_disc_close(disc);
    free(subs);
}
END_TEST

/* ---- Wrecks, of the full table ---- */

enum { ROWS = 4, LEAD_OUT_ROW = ROWS + 11, ONE = ROWS + 22, TWO = ROWS + 33 };

static const struct wreck {
    const char *what;
    size_t at;
    const char *bytes;
    size_t length;
    const char *says, *and_says;
} wrecks[] = {
    { "nothing wrong", 0, "\0", 1, "+behind their place", "+first sector" },
    { "a length beyond the end", 1, "\x2F", 1, "no table of contents", "(.fulltoc or .toc)" },
    { "a length of nothing", 1, "\0", 1, "no table of contents", "(.fulltoc or .toc)" },
    { "no row", 1, "\2", 1, "w.scram", "data track" },
    { "session 0", ONE, "\0", 1, "track 1 in session 0", "cannot follow" },
    { "a session that goes back", ONE, "\2", 1, "track 2 in session 1", "cannot follow" },
    { "two tracks of one number", TWO + 3, "\1", 1, "track 1 in session 1 at LBA 40", "cannot follow" },
    { "two tracks at one place", TWO + 10, "\0", 1, "track 2 in session 1 at LBA 0", "cannot follow" },
    { "a place before the disc", ONE + 9, "\0", 1, "track 1 in session 1 at LBA -150", "cannot follow" },
    { "no lead-out", LEAD_OUT_ROW + 3, "\xA1", 1, "track 2 begins at LBA 40 and ends at LBA 0", "table beside it" },
    { "a lead-out amid the track", LEAD_OUT_ROW + 9, "\2\x28", 2, "begins at LBA 40 and ends at LBA 40", "track 2" },
    { "a lead-out behind the end", LEAD_OUT_ROW + 8, "\1", 1, "+too early for track 2", "+LBA 100 is the first" },
    { "no data track", ONE + 1, "\x10", 1, "no data track of it begins with a scrambled sector", "w.scram" },
};

START_TEST(wreck_is_told)
{
    const struct wreck *wreck = &wrecks[_i];
    const char *path = make_dump("w.scram", data_first, LEAD_IN, 0);
    uint8_t toc[sizeof full_toc];
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    memcpy(toc, full_toc, sizeof toc);
    memcpy(toc + wreck->at, wreck->bytes, wreck->length);
    suite_file("w.fulltoc", toc, sizeof toc);
    disc = dk_image_open(path, &error);
    wreck_expect(wreck->what, wreck->says, disc, &error);
    wreck_expect(wreck->what, wreck->and_says, disc, &error);
    dk_disc_close(disc);
}
END_TEST

/* Scrambled sectors alone are none of these: a CloneCD image has them too. */
START_TEST(image_without_a_table_is_another)
{
    const char *path = make_dump("alone.img", data_first, 0, 0);
    struct dk_error error;
    struct dk_disc *disc = dk_image_open(path, &error);

    ck_assert(!disc || strcmp(disc->format, "scram") != 0);
    dk_disc_close(disc);
}
END_TEST

static void add_reading(TCase *test_case)
{
    tcase_add_loop_test(test_case, dump_is_put_in_place_and_in_clear, 0, sizeof dumps / sizeof *dumps);
    tcase_add_test(test_case, states_tell_damage);
    tcase_add_test(test_case, subchannel_is_kept);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_is_told, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, image_without_a_table_is_another);
}

int main(void)
{
    return suite_run(
        "scram", (const struct suite_case[]){ { "reading", add_reading }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
