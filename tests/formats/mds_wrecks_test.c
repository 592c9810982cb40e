/* Media descriptors that are wrecked at each of their fields. */
#include "support/mds_builder.h"
#include "support/suite.h"
#include "support/table.h"
#include "support/wreck.h"

#include <disckit/format.h>
#include <string.h>

/*
 * Session at 88; blocks of A0 to A2 at 112, tracks 1 and 2 at 352 and 432; extra blocks at 512 and 520; a footer at
 * 528, the name at 544.
 */
enum { S = 2352, SIZE = 550 };

static const struct mds_built whole = { .lead_outs = { 80 },
                                        .names = { "*.mdf" },
                                        .tracks = { { 1, 1, 0xA9, S, 0, 0, 150, 40 },
                                                    { 2, 1, 0xA9, S, 40, 40 * S, 0, 40 } } };

static const struct wreck {
    const char *what;
    size_t at;
    const char *bytes;
    size_t length;
    const char *says, *and_says; /* in the error; else, with a `+` in front, in a note */
} wrecks[] = {
    { "version 1.255", 17, "\xFF", 1, NULL, NULL },
    { "version 2", 16, "\2", 1, "an MDX image", "encrypted" },
    { "version 3", 16, "\3", 1, "an MDS sheet", "not read" },
    { "no session", 20, "\0\0", 2, "0 sessions", "1 to 99" },
    { "256 sessions", 20, "\0\1", 2, "256 sessions", "1 to 99" },
    { "99 sessions", 20, "\x63\0", 2, "at byte", "550" },
    { "sessions past the end", 80, "\xFF\xFF\xFF\xFF", 4, "a session block at byte 4294967295", "has 550" },
    { "sessions at 0", 80, "\0\0\0\0", 4, "disc.mds", "byte" },
    { "session of another number", 96, "\7\0", 2, "+session block at byte 88 has number 7", "+taken as 1" },
    { "lead-out before the end", 92, "\5\0\0\0", 4, "+lead-out of session 1", "+LBA 5" },
    { "no block", 98, "\0", 1, "no track", "in it" },
    { "255 blocks", 98, "\xFF", 1, "track block at byte", "has 550" },
    { "blocks past the end", 108, "\xFF\xFF\xFF\x7F", 4, "track block at byte 2147483647", "needs 80 bytes" },
    { "blocks that end behind the end", 108, "\xDB\1\0\0", 4, "a track block at byte", "550" },
    { "blocks at the header", 108, "\0\0\0\0", 4, "disc.mds", "track" },
    { "a track 0", 356, "\0", 1, "+byte 352 is of track 0", "+left out" },
    { "a track 100", 356, "\x64", 1, "+byte 352 is of track 100", "+left out" },
    { "two tracks of one number", 436, "\1", 1, "byte 432 is of track 1", "after that of 1" },
    { "tracks that fall", 356, "\3", 1, "byte 432 is of track 2", "after that of 3" },
    { "sector size 0", 368, "\0\0", 2, "track 1", "sectors of 0 bytes" },
    { "sector size 96", 368, "\x60\0", 2, "track 1", "audio sectors of 96 bytes" },
    { "sector size 65535", 368, "\xFF\xFF", 2, "track 1", "65535 bytes, which no disc has" },
    { "audio of 2048 bytes", 368, "\0\x08", 2, "audio sectors of 2048 bytes", "track 1" },
    { "data without sync", 352, "\xAA", 1, "+track 1 is said to be data", "+no sync" },
    { "extra block past the end", 364, "\xFF\xFF\xFF\xFF", 4, "extra block of a track at byte 4294967295", "550" },
    { "extra block that ends behind the end", 364, "\x1F\2\0\0", 4, "extra block", "needs 8 bytes" },
    { "begins before any disc", 388, "\x61\x79\xFE\xFF", 4, "track 1", "LBA -99999, before any disc" },
    { "begins at the end of all numbers", 468, "\xFF\xFF\xFF\x7F", 4, "track 2", "longer than any disc" },
    { "begins elsewhere than its time says", 468, "\x30\0\0\0", 4, "+LBA 48, and by its time at LBA 40", "+track 2" },
    { "begins within the track before", 468, "\x14\0\0\0", 4, "track 2 begins at LBA 20", "end of track 1" },
    { "sectors that overlap", 472, "\0\0\0\0", 4, "+track 2 begins at byte 0", "+before the end of another" },
    { "sectors with a hole before them", 472, "\x81\x6F\1\0", 4, "+disc.mdf before track 2 belong to no track",
      "+ends 1 bytes too early" },
    { "sectors beyond the file", 472, "\0\0\0\0\0\0\0\1", 8, "+too early for track 2", "+LBA 40 is the first" },
    { "sectors beyond all files", 472, "\0\0\0\0\0\0\0\xFF", 8, "track 2", "beyond any file" },
    { "no file", 400, "\0\0\0\0", 4, NULL, NULL },
    { "all files that can be said", 400, "\xFF\xFF\xFF\xFF", 4, "track 1", "4294967295 files" },
    { "256 files", 400, "\0\1\0\0", 4, "a footer at byte 528", "needs 4096 bytes" },
    { "footer past the end", 404, "\xFF\xFF\xFF\xFF", 4, "footer at byte 4294967295", "has 550" },
    { "pregap that no CD has", 512, "\xFF\xFF\xFF\xFF", 4, "extra block at byte 512", "more than any CD" },
    { "pregap that is nowhere", 520, "\7\0\0\0", 4, "+pregap of 7 sectors", "+only 0 lie behind track 1" },
    { "length that no CD has", 516, "\xFF\xFF\xFF\xFF", 4, "track 1", "4294967295 sectors" },
    { "extra block taken for a length, as DVDs have it", 18, "\x10\0", 2, "track 2 begins at LBA 40",
      "end of track 1 at LBA 512" },
    { "length beyond the next track", 516, "\x29\0\0\0", 4, "track 2 begins", "before the end of track 1" },
    { "shorter than the file", 524, "\x27\0\0\0", 4, "+2352 bytes at the end", "+lead-out of session 1" },
    { "name past the end", 528, "\xFF\xFF\xFF\xFF", 4, "a file's name at byte 4294967295", "550" },
    { "name without an end", 549, "x", 1, "+name at byte 544 has no end", "+is taken by its name" },
    { "name in UTF-16 without an end", 532, "\1", 1, "+name at byte 544", "+no end" },
    { "no name", 544, "\0", 1, NULL, NULL },
    { "the descriptor's own name", 544, "*.mds", 5, "+too early for track 1", "+LBA 0 is the first" },
};

static void make_data(void)
{
    const struct table_file files[] = { { "disc.mdf", TABLE_PLAIN, { { DK_AUDIO, S, 0, 80 } }, 0 }, { 0 } };

    table_make_files(files);
}

START_TEST(wreck_is_told_with_its_place)
{
    const struct wreck *wreck = &wrecks[_i];
    static uint8_t bytes[MDS_BUILT_MAX];
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    make_data();
    ck_assert_uint_eq(mds_build(&whole, bytes), SIZE);
    memcpy(bytes + wreck->at, wreck->bytes, wreck->length);
    disc = dk_image_open(suite_file("disc.mds", bytes, SIZE), &error);
    wreck_expect(wreck->what, wreck->says, disc, &error);
    wreck_expect(wreck->what, wreck->and_says, disc, &error);
    dk_disc_close(disc);
}
END_TEST

/* Any byte may have any value: the image opens, or a sentence says why not. */
START_TEST(every_byte_may_be_wrong)
{
    static uint8_t bytes[MDS_BUILT_MAX];

    make_data();
    mds_build(&whole, bytes);
    wreck_every_byte("disc.mds", bytes, SIZE, 17, SIZE);
}
END_TEST

/* All that comes before the name is needed; it may lack its end. */
START_TEST(every_field_may_be_the_last)
{
    static uint8_t bytes[MDS_BUILT_MAX];

    make_data();
    mds_build(&whole, bytes);
    for (size_t size = 17; size <= 544; size++) {
        struct dk_error error = { 0 };

        ck_assert_msg(!dk_image_open(suite_file("disc.mds", bytes, size), &error), "%zu bytes", size);
        ck_assert_msg(strstr(error.text, "needs") && strstr(error.text, "byte"), "%s", error.text);
    }
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
    return suite_run("mds-wrecks", (const struct suite_case[]){ { "wrecks", add_wrecks }, { NULL, NULL } });
}
