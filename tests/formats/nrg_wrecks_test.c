/* Nero images that are wrecked at each of their fields, and one that is larger than 4 GiB. */
#include "support/nrg_builder.h"
#include "support/suite.h"

#include <disckit/format.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SECTORS = 20, DATA = SECTORS * 2048 };

/* One data track; CUEX of 4 entries at 0, DAOX of one track at 40, SINF at 112, MTYP at 124, END! at 136, footer at
 * 144.
 */
static void build_at_once(struct nrg_builder *builder, unsigned version)
{
    const struct nrg_part part = { .control = 0x41, .stored = 2048, .end = DATA, .lba0 = -150 };

    nrg_builder_start(builder, version);
    nrg_builder_data(builder, NULL, DATA);
    nrg_builder_cue(builder, &part, 1, 1, SECTORS);
    nrg_builder_dao(builder, &part, 1, 1, NULL);
    nrg_builder_sinf(builder, 1);
    nrg_builder_mtyp(builder, 1);
    nrg_builder_end(builder, DATA);
}

/* The same, with ETN2 at 0, SINF at 40. */
static void build_one_at_a_time(struct nrg_builder *builder, unsigned version)
{
    const struct nrg_part part = { .end = DATA };

    nrg_builder_start(builder, version);
    nrg_builder_data(builder, NULL, DATA);
    nrg_builder_tao(builder, &part, 1);
    nrg_builder_sinf(builder, 1);
    nrg_builder_end(builder, DATA);
}

static const struct wreck {
    const char *what;
    void (*build)(struct nrg_builder *builder, unsigned version);
    unsigned version;
    size_t at; /* behind the data */
    const char *bytes;
    size_t length;
    const char *says, *and_says; /* in the error; else, with a `+` in front, in a note */
} wrecks[] = {
    { "first chunk past the end", build_at_once, 2, 148, "\0\0\0\0\0\1\0\0", 8, "chunks begin at byte 65536", "41116" },
    { "first chunk at the largest number", build_at_once, 2, 148, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8,
      "18446744073709551615", "footer" },
    { "first chunk within the footer", build_at_once, 2, 148, "\0\0\0\0\0\0\xA0\x92", 8, "footer", "41106" },
    { "first chunk in the data", build_at_once, 2, 148, "\0\0\0\0\0\0\0\0", 8, "no chunk at byte 0", "disc.nrg" },
    { "length of a chunk that wraps", build_at_once, 2, 4, "\xFF\xFF\xFF\xFF", 4, "CUEX chunk at byte 40960",
      "4294967295 bytes" },
    { "length of a chunk one too large", build_at_once, 2, 128, "\0\0\0\x1D", 4, "MTYP chunk", "only 12 are left" },
    { "cues that end within an entry", build_at_once, 2, 4, "\0\0\0\x1F", 4, "CUEX chunk", "within an entry" },
    { "cue of a track that is no BCD", build_at_once, 2, 25, "\x1B", 1, "+left out", "+track 1B" },
    { "cues that fall", build_at_once, 2, 36, "\xFF\0\0\0", 4, "+do not rise", "+CUEX chunk at byte 40960" },
    { "cue at the end of all numbers", build_at_once, 2, 28, "\x7F\xFF\xFF\xF0\x41\xAA\1\0\x7F\xFF\xFF\xFF", 12,
      "LBA 2147483632", "beyond any disc" },
    { "lead-out within the track", build_at_once, 2, 36, "\0\0\0\5", 4, "+lead-out of session 1", "+LBA 5" },
    { "times of no clock", build_at_once, 1, 29, "\x77\x99\x99", 3, "+do not rise", "+CUES" },
    { "DAOX without a track", build_at_once, 2, 44, "\0\0\0\x16", 4, "DAOX chunk at byte 41000", "22 bytes" },
    { "DAOX that ends within a track", build_at_once, 2, 44, "\0\0\0\x3F", 4, "DAOX chunk", "63 bytes" },
    { "tracks 1 to 9 of which there is one", build_at_once, 2, 69, "\x09", 1, "+for tracks 1 to 9", "+has 1" },
    { "MCN of other characters", build_at_once, 2, 52, "12*4", 4, "+media catalog number", "+left out" },
    { "ISRC of other characters", build_at_once, 2, 70, "\1\2", 2, "+ISRC", "+left out" },
    { "sector size 0", build_at_once, 2, 82, "\0\0", 2, "track 1", "sectors of 0 bytes" },
    { "sector size 777", build_at_once, 2, 82, "\3\x09", 2, "track 1", "777 bytes, which no disc has" },
    { "index 0 behind index 1", build_at_once, 2, 88, "\0\0\0\0\0\0\x08\0", 8, "+index 0", "+behind index 1" },
    { "index 0 beyond the file", build_at_once, 2, 88, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "+index 0",
      "+18446744073709551615" },
    { "end before the beginning", build_at_once, 2, 96, "\0\0\0\0\0\0\xA0\1", 8, "track 1", "end before" },
    { "end beyond the data", build_at_once, 2, 104, "\0\0\0\0\0\1\0\0", 8, "end at byte 65536",
      "sectors end at byte 40960" },
    { "end at the largest number", build_at_once, 2, 104, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "track 1", "40960" },
    { "end within a sector", build_at_once, 2, 104, "\0\0\0\0\0\0\x9F\xFF", 8, "+ends 2047 bytes after",
      "+2048 bytes" },
    { "end in 32 bits beyond the data", build_at_once, 1, 96, "\xFF\xFF\xFF\xFF", 4, "end at byte 4294967295",
      "track 1" },
    { "SINF of other tracks", build_at_once, 2, 120, "\0\0\0\7", 4, "+for 7 tracks", "+there are 1" },
    { "SINF of all the tracks that can be said", build_at_once, 2, 120, "\xFF\xFF\xFF\xFF", 4, "+4294967295 tracks",
      "+SINF" },
    { "SINF of 5 bytes", build_at_once, 2, 116, "\0\0\0\5", 4, "SINF chunk", "4 belong in it" },
    { "id that is no text", build_at_once, 2, 112, "\0\0\0\0", 4, "no chunk at byte 41072", "should begin" },
    { "list without an end", build_at_once, 2, 136, "ABCD", 4, "+no END!", "+ABCD" },
    { "ETN2 that ends within a track", build_one_at_a_time, 2, 4, "\0\0\0\x1F", 4, "ETN2 chunk", "32 for each" },
    { "offset and length that wrap", build_one_at_a_time, 2, 8, "\xFF\xFF\xFF\xFF\xFF\xFF\xF8\0", 8, "track 1",
      "from byte 18446744073709549568" },
    { "length beyond the data", build_one_at_a_time, 2, 16, "\0\0\0\0\0\1\0\0", 8, "track 1", "end at byte 65536" },
    { "length that no size divides", build_one_at_a_time, 2, 16, "\0\0\0\0\0\0\x9F\x01", 8, "+does not fit",
      "+after its last whole sector" },
    { "start at the end of all numbers", build_one_at_a_time, 2, 28, "\x7F\xFF\xFF\xFF", 4, "track 1",
      "beyond any disc" },
};

static bool has_note(const struct dk_disc *disc, const char *words)
{
    for (size_t i = 0; i < disc->notes.count; i++)
        if (strstr(disc->notes.items[i].text, words))
            return true;
    return false;
}

static void expect_words(const struct wreck *wreck, const char *words, const struct dk_disc *disc,
                         const struct dk_error *error)
{
    if (*words == '+')
        ck_assert_msg(disc && has_note(disc, words + 1), "%s: no note of '%s'; %s", wreck->what, words + 1,
                      disc ? "it opened" : error->text);
    else
        ck_assert_msg(!disc && strstr(error->text, words), "%s: no '%s' in: %s", wreck->what, words,
                      disc ? "it opened" : error->text);
}

START_TEST(wreck_is_told_with_its_place)
{
    const struct wreck *wreck = &wrecks[_i];
    struct nrg_builder builder;
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    wreck->build(&builder, wreck->version);
    ck_assert_uint_le(DATA + wreck->at + wreck->length, builder.size);
    memcpy(builder.bytes + DATA + wreck->at, wreck->bytes, wreck->length);
    disc = dk_image_open(suite_file("disc.nrg", builder.bytes, builder.size), &error);
    expect_words(wreck, wreck->says, disc, &error);
    expect_words(wreck, wreck->and_says, disc, &error);
    dk_disc_close(disc);
    nrg_builder_free(&builder);
}
END_TEST

/* Any byte of the chunks may have any value: the image opens, or a sentence says why not. */
START_TEST(every_byte_may_be_wrong)
{
    static const uint8_t values[] = { 0x00, 0x01, 0x7F, 0x80, 0xFF };
    struct nrg_builder builder;

    (_i & 2 ? build_at_once : build_one_at_a_time)(&builder, _i & 1 ? 1 : 2);
    for (size_t at = DATA; at < builder.size; at++)
        for (size_t i = 0; i < sizeof values; i++) {
            const uint8_t right = builder.bytes[at];
            struct dk_error error = { 0 };
            struct dk_disc *disc;

            builder.bytes[at] = values[i];
            disc = dk_image_open(suite_file("byte.nrg", builder.bytes, builder.size), &error);
            ck_assert_msg(disc || *error.text, "byte %zu", at);
            dk_disc_close(disc);
            builder.bytes[at] = right;
        }
    nrg_builder_free(&builder);
}
END_TEST

/* The footer stays; what is cut out before it makes every chunk end too early once. */
START_TEST(every_field_may_be_the_last)
{
    struct nrg_builder builder;
    const size_t footer = 12;

    build_at_once(&builder, 2);
    for (size_t kept = DATA; kept + footer < builder.size; kept++) {
        struct dk_error error = { 0 };
        struct dk_disc *disc;
        uint8_t bytes[DATA + 200];

        memcpy(bytes, builder.bytes, kept);
        memcpy(bytes + kept, builder.bytes + builder.size - footer, footer);
        disc = dk_image_open(suite_file("cut.nrg", bytes, kept + footer), &error);
        ck_assert_msg(disc ? disc->notes.told[DK_NOTE_DAMAGE] > 0 : *error.text != '\0', "%zu bytes", kept);
        dk_disc_close(disc);
    }
    nrg_builder_free(&builder);
}
END_TEST

START_TEST(list_of_chunks_has_an_end)
{
    struct nrg_builder builder;
    struct dk_error error = { 0 };

    nrg_builder_start(&builder, 2);
    for (int i = 0; i < 20000; i++)
        nrg_builder_chunk(&builder, "NULL", NULL, 0);
    nrg_builder_end(&builder, 0);
    ck_assert_ptr_null(dk_image_open(suite_file("long.nrg", builder.bytes, builder.size), &error));
    ck_assert_msg(strstr(error.text, "more than 10000 chunks"), "%s", error.text);
    nrg_builder_free(&builder);
}
END_TEST

START_TEST(hundred_tracks_are_one_too_many)
{
    struct nrg_part parts[100] = { 0 };
    struct nrg_builder builder;
    struct dk_error error = { 0 };

    for (unsigned i = 0; i < 100; i++)
        parts[i].end = DATA;
    nrg_builder_start(&builder, 2);
    nrg_builder_data(&builder, NULL, DATA);
    nrg_builder_tao(&builder, parts, 100);
    nrg_builder_end(&builder, DATA);
    ck_assert_ptr_null(dk_image_open(suite_file("many.nrg", builder.bytes, builder.size), &error));
    ck_assert_msg(strstr(error.text, "a track too many"), "%s", error.text);
    nrg_builder_free(&builder);
}
END_TEST

START_TEST(random_bytes_are_no_nero_image)
{
    uint8_t bytes[50000];
    struct dk_error error = { 0 };

    memset(bytes, 0xA5, sizeof bytes);
    ck_assert_ptr_null(dk_image_open(suite_file("random.nrg", bytes, sizeof bytes), &error));
    ck_assert_msg(strstr(error.text, "NRG"), "%s", error.text);
}
END_TEST

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_loop_test(test_case, every_byte_may_be_wrong, 0, 4);
    tcase_add_test(test_case, every_field_may_be_the_last);
    tcase_add_test(test_case, list_of_chunks_has_an_end);
    tcase_add_test(test_case, hundred_tracks_are_one_too_many);
    tcase_add_test(test_case, random_bytes_are_no_nero_image);
}

/* ---- DVD ---- */

START_TEST(dvd_is_read_beyond_4_gib)
{
    static const char text[] = "the last sector";
    const uint64_t size = (4ull << 30) + (1 << 20);
    struct nrg_part part = { .control = 0x41, .stored = 2048, .end = size };
    struct nrg_builder builder;
    struct dk_error error = { 0 };
    struct dk_disc *disc;
    char sector[DK_SECTOR_USER];
    const char *path = suite_file("dvd.nrg", "", 0);
    const int fd = open(path, O_WRONLY | O_CLOEXEC);

    nrg_builder_start(&builder, 2);
    builder.hole = size;
    if (_i) {
        nrg_builder_cue(&builder, &part, 1, 1, (int32_t)(size / 2048));
        nrg_builder_dao(&builder, &part, 1, 1, NULL);
    } else {
        nrg_builder_tao(&builder, &part, 1);
    }
    nrg_builder_sinf(&builder, 1);
    nrg_builder_mtyp(&builder, 0x8);
    nrg_builder_end(&builder, size);
    ck_assert_int_eq(pwrite(fd, builder.bytes, builder.size, (off_t)size), (ssize_t)builder.size);
    ck_assert_int_eq(pwrite(fd, text, sizeof text, (off_t)size - 2048), sizeof text);
    close(fd);
    nrg_builder_free(&builder);
    disc = dk_image_open(path, &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_int_eq(disc->medium, DK_MEDIUM_DVD);
    ck_assert_uint_eq(disc->tracks[0].count, 2097664);
    ck_assert_uint_eq(disc->tracks[0].pregap, 0);
    ck_assert_int_eq(dk_disc_end(disc), 2097664);
    ck_assert_uint_eq(dk_source_read(disc->source, 2097663, 1, DK_FORM_USER, sector, &error), 1);
    ck_assert_str_eq(sector, text);
    dk_disc_close(disc);
    unlink(path);
}
END_TEST

START_TEST(medium_is_what_the_bits_say)
{
    static const struct {
        uint32_t bits;
        enum dk_medium medium;
    } media[] = {
        { 0x1, DK_MEDIUM_CD },      { 0x400, DK_MEDIUM_CD },    { 0x4, DK_MEDIUM_DVD },
        { 0x40000, DK_MEDIUM_DVD }, { 0x100000, DK_MEDIUM_BD }, { 0x8000, DK_MEDIUM_UNKNOWN },
    };

    for (size_t i = 0; i < sizeof media / sizeof *media; i++) {
        const struct nrg_part part = { .end = DATA };
        struct nrg_builder builder;
        struct dk_error error;
        struct dk_disc *disc;

        nrg_builder_start(&builder, 2);
        nrg_builder_data(&builder, NULL, DATA);
        nrg_builder_tao(&builder, &part, 1);
        nrg_builder_mtyp(&builder, media[i].bits);
        nrg_builder_end(&builder, DATA);
        disc = dk_image_open(suite_file("medium.nrg", builder.bytes, builder.size), &error);
        ck_assert_msg(disc, "%s", error.text);
        ck_assert_int_eq(disc->medium, media[i].medium);
        dk_disc_close(disc);
        nrg_builder_free(&builder);
    }
}
END_TEST

static void add_dvd(TCase *test_case)
{
    tcase_add_loop_test(test_case, dvd_is_read_beyond_4_gib, 0, 2);
    tcase_add_test(test_case, medium_is_what_the_bits_say);
}

int main(void)
{
    return suite_run("nrg-wrecks",
                     (const struct suite_case[]){ { "wrecks", add_wrecks }, { "dvd", add_dvd }, { NULL, NULL } });
}
