/*
 * CHD as it is written: hashes worked out from the recipe, every codec, few hunks and many threads, and the private
 * metadata line by line. That discs come back as they were is the identity test's, that chdman agrees chd.bats'.
 */
#include "support/made_disc.h"
#include "support/random.h"
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAME = 2448, HEADER = 124, RAW_SHA1 = 64, TOTAL_SHA1 = 84, ROOM = 1 << 20 };

static uint8_t written[ROOM];
static size_t written_size;

static char *in_folder(const char *name)
{
    static char path[4096];

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    return path;
}

static bool try_write(struct dk_disc *disc, const struct dk_packing_options *packing, struct dk_error *error)
{
    const struct dk_write_options options = { .packing = *packing };
    struct dk_output *output = dk_output_new(true);
    bool right;

    *error = (struct dk_error){ 0 };
    right = dk_format_by_id("chd")->write(disc, in_folder("disc.chd"), &options, output, error) &&
            dk_output_commit(output, error);
    dk_output_close(output);
    return right;
}

static void must_write(struct dk_disc *disc, const struct dk_packing_options *packing)
{
    struct dk_error error;
    FILE *file;

    ck_assert_msg(try_write(disc, packing, &error), "%s", error.text);
    file = fopen(in_folder("disc.chd"), "rb");
    written_size = fread(written, 1, sizeof written, file);
    fclose(file);
    ck_assert_uint_lt(written_size, sizeof written);
}

static struct dk_disc *must_open(void)
{
    struct dk_error error;
    struct dk_disc *disc = dk_image_open(in_folder("disc.chd"), &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE] + disc->notes.told[DK_NOTE_ODD], 0);
    return disc;
}

static void expect_same_sectors(const struct dk_disc *one, const struct dk_disc *other)
{
    uint8_t sectors[2][DK_SECTOR_RAW];
    struct dk_error error = { 0 };

    for (int32_t lba = 0; lba < dk_disc_end(one); lba++) {
        ck_assert_uint_eq(dk_source_read(one->source, lba, 1, DK_FORM_RAW, sectors[0], &error), 1);
        ck_assert_msg(dk_source_read(other->source, lba, 1, DK_FORM_RAW, sectors[1], &error) == 1, "%s", error.text);
        ck_assert_msg(memcmp(sectors[0], sectors[1], DK_SECTOR_RAW) == 0, "LBA %d", lba);
    }
}

static uint64_t number_at(size_t at, unsigned width)
{
    uint64_t value = 0;

    while (width--)
        value = value << 8 | written[at++];
    return value;
}

/* The text of the metadata with this tag; NULL: there are none. */
static const char *metadata(const char *tag)
{
    for (size_t at = number_at(48, 8); at; at = number_at(at + 8, 8))
        if (memcmp(written + at, tag, 4) == 0)
            return (const char *)written + at + 16;
    return NULL;
}

/* ---- Hashes ---- */

START_TEST(hashes_are_those_of_the_recipe)
{
    static const char text[] = "TRACK:1 TYPE:MODE1_RAW SUBTYPE:NONE FRAMES:5 PREGAP:0 PGTYPE:MODE1 PGSUB:NONE "
                               "POSTGAP:0";
    const struct made_track track = { .mode = DK_MODE1, .stored = 2352, .count = 5 };
    struct dk_disc *disc = made_disc(&track, 1);
    uint8_t frames[8 * FRAME] = { 0 }, sums[20 + 24] = { 0 }, expected[20];

    for (int32_t lba = 0; lba < 5; lba++)
        raw_sector(frames + lba * FRAME, DK_MODE1, lba, NULL, NULL);
    must_write(disc, &(struct dk_packing_options){ 0 });
    ck_assert_uint_eq(number_at(32, 8), sizeof frames);
    ck_assert_str_eq(metadata("CHT2"), text);
    ck_assert_ptr_null(metadata("DKCT"));
    EVP_Digest(frames, sizeof frames, sums, NULL, EVP_sha1(), NULL);
    ck_assert_mem_eq(written + RAW_SHA1, sums, 20);
    memcpy(sums + 20, "CHT2", 4);
    EVP_Digest(text, sizeof text, sums + 24, NULL, EVP_sha1(), NULL);
    EVP_Digest(sums, sizeof sums, expected, NULL, EVP_sha1(), NULL);
    ck_assert_mem_eq(written + TOTAL_SHA1, expected, 20);
    dk_disc_close(disc);
}
END_TEST

/* Of a Mode 2 sector without its header the rest is what a frame begins with. */
START_TEST(sectors_without_headers_stay_so)
{
    const struct made_track track = { .mode = DK_MODE2_FORM1, .stored = 2336, .count = 4 };
    struct dk_disc *disc = made_disc(&track, 1), *back;
    uint8_t frames[4 * FRAME] = { 0 }, raw[DK_SECTOR_RAW], expected[20];

    for (int32_t lba = 0; lba < 4; lba++) {
        raw_sector(raw, DK_MODE2_FORM1, lba, NULL, NULL);
        memcpy(frames + lba * FRAME, raw + 16, 2336);
    }
    must_write(disc, &(struct dk_packing_options){ 0 });
    ck_assert_ptr_nonnull(strstr(metadata("CHT2"), "TYPE:MODE2 "));
    EVP_Digest(frames, sizeof frames, expected, NULL, EVP_sha1(), NULL);
    ck_assert_mem_eq(written + RAW_SHA1, expected, 20);
    back = must_open();
    expect_same_sectors(disc, back);
    dk_disc_close(back);
    dk_disc_close(disc);
}
END_TEST

/* ---- Codecs ---- */

static uint8_t *contents; /* of data tracks: hunks that repeat, that pack well, that pack hardly, and that do not */

static void fill(uint32_t sectors)
{
    struct random random = random_start(1);

    contents = calloc(sectors, DK_SECTOR_USER);
    for (size_t i = 0; i < (size_t)sectors * DK_SECTOR_USER; i++) {
        const size_t part = i / (8 * DK_SECTOR_USER) % 4;

        contents[i] = part == 0   ? 0
                      : part == 1 ? (uint8_t)(i / 256)
                      : part == 2 ? (uint8_t)(random_below(&random, 3) * random_below(&random, 5))
                                  : (uint8_t)random_next(&random);
    }
}

static const struct {
    enum dk_medium medium;
    const char *codecs;
    uint32_t hunk;
    enum dk_level level;
} ways[] = {
    { DK_MEDIUM_CD, NULL, 0, DK_LEVEL_DEFAULT },
    { DK_MEDIUM_CD, NULL, 0, DK_LEVEL_FAST },
    { DK_MEDIUM_CD, NULL, 0, DK_LEVEL_MAX },
    { DK_MEDIUM_CD, "cdlz", FRAME, DK_LEVEL_DEFAULT },
    { DK_MEDIUM_CD, "cdzl", 32 * FRAME, DK_LEVEL_DEFAULT },
    { DK_MEDIUM_CD, "cdzs", 0, DK_LEVEL_DEFAULT },
    { DK_MEDIUM_CD, "cdfl", 5 * FRAME, DK_LEVEL_MAX },
    { DK_MEDIUM_CD, "cdzs,cdfl,cdlz,cdzl", 0, DK_LEVEL_MAX },
    { DK_MEDIUM_DVD, NULL, 0, DK_LEVEL_DEFAULT },
    { DK_MEDIUM_DVD, "lzma", 2048, DK_LEVEL_DEFAULT },
    { DK_MEDIUM_DVD, "zlib", 65536, DK_LEVEL_DEFAULT },
    { DK_MEDIUM_DVD, "huff", 0, DK_LEVEL_DEFAULT },
    { DK_MEDIUM_DVD, "flac", 0, DK_LEVEL_DEFAULT },
    { DK_MEDIUM_DVD, "zstd", 0, DK_LEVEL_FAST },
    { DK_MEDIUM_DVD, "zstd,huff,flac,lzma", 0, DK_LEVEL_MAX },
};

START_TEST(every_codec_gives_the_sectors_back)
{
    enum { SECTORS = 70 };
    const struct dk_packing_options packing = { ways[_i].level, ways[_i].codecs, ways[_i].hunk, 0 };
    const bool cd = ways[_i].medium == DK_MEDIUM_CD;
    struct dk_disc *disc, *back;

    fill(SECTORS);
    disc = made_disc((struct made_track[]){ { .mode = DK_MODE1, .stored = 2048, .count = SECTORS, .user = contents },
                                            { .mode = DK_AUDIO, .stored = 2352, .count = SECTORS } },
                     1 + cd);
    disc->medium = ways[_i].medium;
    must_write(disc, &packing);
    back = must_open();
    ck_assert_int_eq(back->medium, ways[_i].medium);
    expect_same_sectors(disc, back);
    dk_disc_close(back);
    dk_disc_close(disc);
    free(contents);
}
END_TEST

/* Maps of a hunk, of two, and so on; with the last of them full or not. */
START_TEST(few_hunks_come_back)
{
    for (uint32_t sectors = 1; sectors < 34; sectors += 3) {
        struct dk_disc *disc, *back;

        fill(sectors);
        disc =
            made_disc(&(struct made_track){ .mode = DK_MODE1, .stored = 2048, .count = sectors, .user = contents }, 1);
        must_write(disc, &(struct dk_packing_options){ 0 });
        back = must_open();
        expect_same_sectors(disc, back);
        dk_disc_close(back);
        dk_disc_close(disc);
        free(contents);
    }
}
END_TEST

START_TEST(any_number_of_threads_makes_the_same_file)
{
    enum { SECTORS = 200 };
    static uint8_t first[ROOM];
    size_t first_size = 0;
    struct dk_disc *disc;

    fill(SECTORS);
    disc = made_disc((struct made_track[]){ { .mode = DK_MODE1, .stored = 2352, .count = SECTORS, .user = contents },
                                            { .mode = DK_AUDIO, .stored = 2352, .count = 60 } },
                     2);
    for (unsigned threads = 1; threads < 8; threads += 3) {
        must_write(disc, &(struct dk_packing_options){ .threads = threads });
        if (threads == 1) {
            first_size = written_size;
            memcpy(first, written, written_size);
        }
        ck_assert_uint_eq(written_size, first_size);
        ck_assert_mem_eq(written, first, first_size);
    }
    dk_disc_close(disc);
    free(contents);
}
END_TEST

/* ---- The private metadata ---- */

START_TEST(what_the_standard_metadata_lack_is_in_lines)
{
    static const struct dk_index index = { 2, 30 };
    const struct made_track tracks[] = {
        { .mode = DK_AUDIO, .stored = 2352, .count = 40 },
        { .mode = DK_AUDIO, .stored = 2352, .count = 30, .pregap = 10 },
        { .mode = DK_MODE1, .stored = 2352, .count = 20, .session = 2, .lba = 70 + 11400 },
    };
    struct dk_disc *disc = made_disc(tracks, 3);

    strcpy(disc->mcn, "1234567890128");
    strcpy(disc->tracks[1].isrc, "USRC17607839");
    disc->tracks[0].indexes = &index;
    disc->tracks[0].index_count = 1;
    disc->tracks[0].control |= DK_CONTROL_PRE_EMPHASIS | DK_CONTROL_COPY_PERMITTED;
    must_write(disc, &(struct dk_packing_options){ 0 });
    ck_assert_ptr_nonnull(metadata("DKCT"));
    ck_assert_str_eq(metadata("DKCT"), "CATALOG 1234567890128\n"
                                       "REM SESSION 01\n"
                                       "  TRACK 01 AUDIO\n"
                                       "    FLAGS DCP PRE\n"
                                       "    INDEX 01 00:00:00\n"
                                       "    INDEX 02 00:00:30\n"
                                       "  TRACK 02 AUDIO\n"
                                       "    ISRC USRC17607839\n"
                                       "    PREGAP 00:00:10\n"
                                       "    INDEX 01 00:00:50\n"
                                       "REM LEAD-OUT 00:00:70\n"
                                       "REM SESSION 02\n"
                                       "  TRACK 03 MODE1_RAW\n"
                                       "    INDEX 01 02:32:70\n"
                                       "REM LEAD-OUT 02:33:15\n");
    dk_disc_close(disc);
}
END_TEST

static const struct {
    const char *line, *other; /* of the same length */
} wrong_lines[] = {
    { "INDEX 01 00:00:50", "INDEX 01 00:00:39" },
    { "INDEX 01 00:00:50", "INDEX 01 99:99:99" },
    { "INDEX 02 00:00:30", "INDEX 03 00:00:30" },
    { "INDEX 02 00:00:30", "INDEX 02 00:00:00" },
    { "INDEX 02 00:00:30", "INDEX 02 00:01:30" },
    { "TRACK 02 AUDIO", "TRACK 01 AUDIO" },
    { "TRACK 02 AUDIO", "TRACK 00 AUDIO" },
    { "TRACK 02 AUDIO", "TRACK 04 AUDIO" },
    { "REM SESSION 01", "REM SESSION 00" },
    { "REM SESSION 02", "REM SESSION 04" },
    { "CATALOG 1234567890128", "CATALOG 12345678 0128" },
};

START_TEST(lines_that_cannot_be_are_left_out)
{
    static const struct dk_index index = { 2, 30 };
    const struct made_track tracks[] = {
        { .mode = DK_AUDIO, .stored = 2352, .count = 40 },
        { .mode = DK_AUDIO, .stored = 2352, .count = 30, .pregap = 10 },
        { .mode = DK_MODE1, .stored = 2352, .count = 20, .session = 2, .lba = 70 + 11400 }
    };
    struct dk_disc *disc = made_disc(tracks, 3), *back;
    struct dk_error error;
    char *line;

    strcpy(disc->mcn, "1234567890128");
    disc->tracks[0].indexes = &index;
    disc->tracks[0].index_count = 1;
    must_write(disc, &(struct dk_packing_options){ 0 });
    line = strstr((char *)(uintptr_t)metadata("DKCT"), wrong_lines[_i].line);
    ck_assert_ptr_nonnull(line);
    memcpy(line, wrong_lines[_i].other, strlen(wrong_lines[_i].other));
    back = dk_image_open(suite_file("wrong.chd", written, written_size), &error);
    ck_assert_msg(back != NULL, "%s", error.text);
    ck_assert_uint_eq(back->track_count, 3);
    ck_assert_uint_eq(back->session_count, 1);
    ck_assert_str_eq(back->mcn, "");
    ck_assert_uint_eq(back->notes.told[DK_NOTE_ODD], 1);
    ck_assert_ptr_nonnull(strstr(back->notes.items[0].text, "DKCT"));
    dk_disc_close(back);
    dk_disc_close(disc);
}
END_TEST

/* ---- Refusals ---- */

static const struct {
    struct dk_packing_options packing;
    const char *says;
} refusals[] = {
    { { .codecs = "lzma" }, "'lzma' is no codec for a CD; there are: cdzl, cdlz, cdzs, cdfl" },
    { { .codecs = "cdlz,xyz" }, "'xyz' is no codec" },
    { { .codecs = "cdlz,cdzl,cdfl,cdzs,cdzl" }, "no more than 4 codecs" },
    { { .codecs = "" }, "without a codec" },
    { { .block_size = 4096 }, "multiples of 2448" },
    { { .block_size = 2448 << 14 }, "up to" },
};

START_TEST(what_a_chd_cannot_be_is_refused)
{
    struct dk_disc *disc = made_disc(&(struct made_track){ .mode = DK_MODE1, .stored = 2352, .count = 5 }, 1);
    struct dk_error error;

    ck_assert(!try_write(disc, &refusals[_i].packing, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
    ck_assert_msg(strstr(error.text, refusals[_i].says) != NULL, "%s", error.text);
    dk_disc_close(disc);
}
END_TEST

static void add_tests(TCase *test_case)
{
    tcase_set_timeout(test_case, 60);
    tcase_add_test(test_case, hashes_are_those_of_the_recipe);
    tcase_add_test(test_case, sectors_without_headers_stay_so);
    tcase_add_loop_test(test_case, every_codec_gives_the_sectors_back, 0, sizeof ways / sizeof *ways);
    tcase_add_test(test_case, few_hunks_come_back);
    tcase_add_test(test_case, any_number_of_threads_makes_the_same_file);
    tcase_add_test(test_case, what_the_standard_metadata_lack_is_in_lines);
    tcase_add_loop_test(test_case, lines_that_cannot_be_are_left_out, 0, sizeof wrong_lines / sizeof *wrong_lines);
    tcase_add_loop_test(test_case, what_a_chd_cannot_be_is_refused, 0, sizeof refusals / sizeof *refusals);
}

int main(void)
{
    if (access("/dev/shm", W_OK) == 0) /* files are synced, and none of them matters */
        setenv("TMPDIR", "/dev/shm", 0);
    return suite_run("chd_write", (const struct suite_case[]){ { "write", add_tests }, { NULL, NULL } });
}
