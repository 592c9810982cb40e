/* DiscJuggler images that are wrecked at each of their fields. */
#include "support/cdi_builder.h"
#include "support/raw.h"
#include "support/suite.h"
#include "support/wreck.h"

#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

/*
 * Version 3.5 without groups that come and go: sessions at 0, tracks at 2; two records of tracks of 155 bytes from byte
 * 4 on; the next session at 327, the record of the disc at 329, the end at 437. It stands behind 80 sectors of audio.
 */
enum { S = 2352, DATA = 80 * S, FIRST = 4, SECOND = 159, INDEXES = 57, NEXT = 327, DISC = 329, SIZE = 437 };

static const struct cdi_built whole = {
    .version = 35,
    .lead_out = 80,
    .tracks = { { 1, 0, 2, 0, { 0, 40 }, 0, NULL, NULL }, { 1, 0, 2, 190, { 0, 40 }, 0, NULL, NULL } },
};

static const struct wreck {
    const char *what;
    size_t at;
    const char *bytes;
    size_t length;
    const char *says, *and_says; /* in the error; else, with a `+` in front, in a note */
} wrecks[] = {
    { "nothing wrong", 0, "\1", 1, NULL, NULL },
    { "no session", 0, "\0", 1, "0 sessions", "at byte 188160" },
    { "100 sessions", 0, "\x64", 1, "100 sessions", "1 to 99 can be" },
    { "two sessions, and one is there", 0, "\2", 1, "+said to have 2 sessions", "+has no track" },
    { "no track in the first session", 2, "\0", 1, "descriptor at byte 188160", "no track in its first session" },
    { "a track too many", 2, "\3", 1, "lacks its marks", "of track 3" },
    { "one track fewer", 2, "\1", 1, "track", "disc.cdi" },
    { "no mark", FIRST + 4, "\1", 1, "the record at byte 188164, of track 1, lacks its marks", "track 1" },
    { "no second mark", FIRST + 14, "\1", 1, "of track 1, lacks its marks", "188164" },
    { "no mark of the second track", SECOND + 4, "\1", 1, "of track 2, lacks its marks", "188319" },
    { "a group in front of the marks that is not there", FIRST, "\1", 1, "of track 1, lacks its marks", "188164" },
    { "a group behind the marks that is not there", FIRST + 53, "\0\0\0\x80", 4, "track 1", "disc.cdi" },
    { "a path of 255 bytes", FIRST + 28, "\xFF", 1, "track", "disc.cdi" },
    { "no index", FIRST + INDEXES, "\0", 1, "track 1 is said to have 0 indexes", "at byte 188221" },
    { "one index", FIRST + INDEXES, "\1", 1, "track 1 is said to have 1 indexes", "2 to 100" },
    { "65535 indexes", FIRST + INDEXES, "\xFF\xFF", 2, "65535 indexes", "2 to 100" },
    { "texts without end", FIRST + INDEXES + 10, "\xFF\xFF\xFF\xFF", 4, "the record of a track at byte 188164",
      "behind the end of the descriptor" },
    { "mode 3", FIRST + 73, "\3", 1, "track 1 mode 3", "188164" },
    { "read mode 5", FIRST + 113, "\5", 1, "track 1 read mode 5", "0 to 4" },
    { "audio of 2048 bytes", FIRST + 113, "\0", 1, "track 1", "audio sectors of 2048 bytes" },
    { "no sector", FIRST + 93, "\0\0", 2, "track 1 is said to have 0 sectors", "nothing of it" },
    { "all sectors that can be said", FIRST + 93, "\xFF\xFF\xFF\xFF", 4, "track 1", "more than any disc has" },
    { "more sectors than the file has", SECOND + 93, "\x29", 1, "+2352 bytes too early for track 2", "+LBA 80" },
    { "more sectors than the indexes", FIRST + 93, "\x29", 1, "+its indexes are said to have 40", "+41 sectors" },
    { "fewer sectors than the indexes", FIRST + 93, "\x27", 1, "+40 sectors by its indexes, and 39", "+in the file" },
    { "a pregap that no disc has", FIRST + INDEXES + 2, "\xFF\xFF\xFF\xFF", 4, "track 1", "more than any disc has" },
    { "an end of INDEX 01 that no disc has", FIRST + INDEXES + 6, "\xFF\xFF\xFF\xFF", 4, "+4294967295 sectors",
      "+40 are in the file" },
    { "a start at the end of all numbers", SECOND + 89, "\xFF\xFF\xFF\xFF", 4, "track 2", "beyond any disc" },
    { "a start that goes back", SECOND + 89, "\0", 1, "+before the end of track 1", "+begin at LBA 40" },
    { "an ISRC of control characters", FIRST + 130, "\1\2\3\4\5\6\7\1\2\3\4\5\1", 13, "+ISRC", "+left out" },
    { "no record of the disc", DISC + 4, "\1", 1, "+without the record of the disc", "+descriptor" },
    { "a session more", NEXT, "\1", 1, "230 indexes", "track 3" },
    { "a label of 255 bytes", DISC + 61, "\xFF", 1, "+record of the disc", "+cut off" },
    { "packs beyond the end", DISC + 88, "\xFF\xFF\xFF\xFF", 4, "+record of the disc", "+cut off" },
    { "a catalog number of control characters", DISC + 71, "\1\2\3\4\5\6\7\1\2\3\4\5\6\1", 14, "+catalog number",
      "+left out" },
    { "the descriptor's place behind the end", SIZE - 4, "\xFF\xFF\xFF\xFF", 4, "bytes from the end 4294967295",
      "no descriptor can be" },
    { "the descriptor's place within the trailer", SIZE - 4, "\7\0", 2, "bytes from the end 7", "188597 bytes" },
    { "the descriptor at the end", SIZE - 4, "\0\0", 2, "bytes from the end 0", "no descriptor" },
    { "the descriptor two bytes later", SIZE - 4, "\xB3\1", 2, "no track in its first session", "188162" },
    { "another version, by which the place is another too", SIZE - 8, "\4", 1, "disc.cdi", "sessions" },
};

/* The image, with the descriptor at `image + DATA`; the caller frees it. */
static uint8_t *make_whole(void)
{
    uint8_t *image = raw_audio_image(80, 0, S);

    image = realloc(image, DATA + CDI_BUILT_MAX);
    ck_assert_ptr_nonnull(image);
    ck_assert_uint_eq(cdi_build(&whole, DATA, image + DATA), SIZE);
    return image;
}

START_TEST(wreck_is_told_with_its_place)
{
    const struct wreck *wreck = &wrecks[_i];
    uint8_t *image = make_whole();
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    memcpy(image + DATA + wreck->at, wreck->bytes, wreck->length);
    disc = dk_image_open(suite_file("disc.cdi", image, DATA + SIZE), &error);
    wreck_expect(wreck->what, wreck->says, disc, &error);
    wreck_expect(wreck->what, wreck->and_says, disc, &error);
    dk_disc_close(disc);
    free(image);
}
END_TEST

/* Of a file without sectors, so that a byte of its table is wrong each time and nothing else. */
START_TEST(every_byte_may_be_wrong)
{
    uint8_t *image = make_whole();

    wreck_every_byte("disc.cdi", image + DATA, SIZE, 0, SIZE);
    free(image);
}
END_TEST

/* The descriptor is cut off at every byte up to the record of the disc, which alone may lack. */
START_TEST(every_field_may_be_the_last)
{
    uint8_t *image = make_whole(), *bytes = image + DATA, cut[SIZE];

    for (size_t size = 1; size < NEXT; size++) {
        struct dk_error error = { 0 };

        memcpy(cut, bytes, size);
        memcpy(cut + size, "\6\0\0\x80", 4);
        cut[size + 4] = (uint8_t)(size + 8);
        cut[size + 5] = (uint8_t)((size + 8) >> 8);
        cut[size + 6] = cut[size + 7] = 0;
        if (size < NEXT - 13)
            ck_assert_msg(!dk_image_open(suite_file("disc.cdi", cut, size + 8), &error), "%zu bytes", size);
        else
            dk_disc_close(dk_image_open(suite_file("disc.cdi", cut, size + 8), &error));
        ck_assert_msg(*error.text || size >= NEXT - 13, "%zu bytes", size);
    }
    free(image);
}
END_TEST

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, every_byte_may_be_wrong);
    tcase_add_test(test_case, every_field_may_be_the_last);
}

int main(void)
{
    return suite_run("cdi-wrecks", (const struct suite_case[]){ { "wrecks", add_wrecks }, { NULL, NULL } });
}
