/* BlindWrite descriptors that are wrecked at each of their fields. */
#include "support/b5t_builder.h"
#include "support/suite.h"
#include "support/table.h"
#include "support/wreck.h"

#include <disckit/format.h>
#include <string.h>

/*
 * The part of data blocks begins at 348, their records at 362 and 428; the part of sessions at 494, entries of A0 to A2
 * at 510, of the tracks at 702 and 774; the end of the part at 846.
 */
enum { S = 2352, BLOCK = 362, SECOND = 428, SESSION = 494, TRACK = 702, TRACK_2 = 774, END = 846, SIZE = 866 };

static const struct b5t_built whole = {
    .profile = 8,
    .lead_outs = { 80 },
    .blocks = { { "a.b5i", 40 * S, 0, 0, 40 }, { "a.b5i", 40 * S, 40 * S, 40, 40 } },
    .tracks = { { 1, 1, 1, 0, 40, 0 }, { 1, 2, 1, 40, 40, 0 } },
};

static const struct wreck {
    const char *what;
    size_t at;
    const char *bytes;
    size_t length;
    const char *says, *and_says;
} wrecks[] = {
    { "nothing wrong", 0, "B", 1, NULL, NULL },
    { "no session", 50, "\0\0", 2, "0 sessions", "1 to 99 can be" },
    { "100 sessions", 50, "\x64\0", 2, "100 sessions", "1 to 99 can be" },
    { "a session more", 50, "\2\0", 2, "session 2 at byte 846", "behind the end of its part" },
    { "a catalog number of letters", 65, "A", 1, "+catalog number", "+left out" },
    { "a PMA that is not there", 96, "\xFF\xFF", 2, "the PMA at byte 292", "65535 bytes, and the descriptor has 866" },
    { "an ATIP of one byte", 98, "\1", 1, "disc.b5t", "byte" },
    { "CD-TEXT of one byte", 100, "\1", 1, "disc.b5t", "byte" },
    { "information of a byte more", 102, "\x39", 1, "disc.b5t", "byte 349" },
    { "information of a byte less", 102, "\x37", 1, "disc.b5t", "byte 347" },
    { "a BCA that is not there", 104, "\xFF\xFF\xFF\xFF", 4, "the BCA at byte 292", "4294967295 bytes" },
    { "structures that are not there", 120, "\xFF\xFF\xFF\x7F", 4, "the structures of a DVD", "2147483647 bytes" },
    { "a mode page that is not there", 240, "\xFF\xFF\xFF\xFF", 4, "the mode page at byte 260", "4294967295 bytes" },
    { "an unknown part that is not there", 244, "\xFF\xFF\xFF\xFF", 4, "the part behind the mode page", "byte 288" },
    { "data blocks of a byte less", 248, "\x91", 1, "the data block at byte 428", "at byte 493" },
    { "data blocks of no byte", 248, "\0", 1, "said to have 0 data blocks", "ends at byte 348" },
    { "data blocks that are not there", 248, "\xFF\xFF\xFF\xFF", 4, "the part of data blocks at byte 348", "866" },
    { "sessions of a byte less", 252, "\x5F", 1, "the entry of session 1 at byte 774", "behind the end of its part" },
    { "sessions of no byte", 252, "\0\0", 2, "session 1 at byte 494", "behind the end" },
    { "a DPM that is not there", 256, "\xFF\xFF\xFF\xFF", 4, "the DPM at byte 846", "4294967295 bytes" },
    { "no data block", 348, "\0", 1, "no data block has LBA 0", "track 1 begins" },
    { "a data block more", 348, "\3", 1, "said to have 3 data blocks", "at byte 348" },
    { "all data blocks that can be said", 348, "\xFF\xFF\xFF\xFF", 4, "4294967295 data blocks", "ends at byte 494" },
    { "a path beyond the end", 352, "\xFF\xFF\xFF\xFF", 4, "2 data blocks", "ends at byte 494" },
    { "a block of no sector", BLOCK + 44, "\0", 1, "the data block at byte 362", "0 sectors in 94080 bytes" },
    { "a length that is no multiple", BLOCK + 4, "\x81", 1, "the data block at byte 362", "94081 bytes" },
    { "a length of no byte", BLOCK + 4, "\0\0\0\0", 4, "the data block at byte 362", "40 sectors in 0 bytes" },
    { "a block behind the end of the file", SECOND + 24, "\xFF\xFF\xFF\xFF", 4, "+too early for track 2", "+LBA 40" },
    { "a block before all discs", BLOCK + 40, "\0\0\0\x80", 4, "no data block has LBA 0", "track 1" },
    { "a block behind all discs", SECOND + 40, "\xFF\xFF\xFF\x7F", 4, "no data block has LBA 40", "track 2" },
    { "blocks that overlap", SECOND + 40, "\x27", 1, "+LBA 79 to 79 of track 2", "+no data block" },
    { "a name beyond the end", BLOCK + 48, "\xFF\xFF\xFF\xFF", 4, "the data block at byte 362", "byte 494" },
    { "no name", BLOCK + 52, "\0\0", 2, NULL, NULL },
    { "half a character", BLOCK + 52, "\0\xD8", 2, NULL, NULL },
    { "a session of another number", SESSION, "\7", 1, "+session at byte 494 has number 7", "+taken as 1" },
    { "an entry fewer", SESSION + 2, "\4", 1, "+session 1 is said to end at LBA 80", "+ends at LBA 40" },
    { "an entry more", SESSION + 2, "\6", 1, "the entry of session 1 at byte 846", "behind the end of its part" },
    { "an end elsewhere", SESSION + 8, "\x51", 1, "+session 1 is said to end at LBA 81", "+track 2 ends at LBA 80" },
    { "an entry of type 7", TRACK, "\7", 1, "the entry at byte 702 is of type 7", "0 to 6 can be" },
    { "an entry of a DVD on a CD", TRACK_2, "\6", 1, "+track 2 is said to be data", "+no sync" },
    { "track 0", TRACK + 12, "\0", 1, "there is a track 0", "1 to 99" },
    { "track 160", TRACK + 12, "\xA0", 1, "there is a track 160", "1 to 99" },
    { "two tracks of one number", TRACK + 12, "\2", 1, "there are two tracks 2", "two" },
    { "a time of another place", TRACK + 20, "\1", 1, "+LBA 0, and by its time at LBA 1", "+track 1" },
    { "a pregap of all sectors", TRACK + 22, "\x28", 1, "track 1 is said to have 40 sectors", "a pregap of 40" },
    { "a pregap of more", TRACK + 22, "\xFF\xFF\xFF\xFF", 4, "track 1", "a pregap of 4294967295" },
    { "a start before all discs", TRACK + 42, "\0\0\0\x80", 4, "track 1", "LBA -2147483648 on: no disc" },
    { "a start behind all discs", TRACK_2 + 42, "\xFF\xFF\xFF\x7F", 4, "track 2", "LBA 2147483647 on: no disc" },
    { "no sector", TRACK + 46, "\0", 1, "track 1 is said to have 0 sectors", "a pregap of 0" },
    { "more sectors than any disc", TRACK_2 + 46, "\xFF\xFF\xFF\x7F", 4, "track 2", "2147483647 sectors" },
    { "a sector more", TRACK_2 + 46, "\x29", 1, "+no data block has LBA 80 to 80 of track 2", "+ends at LBA 81" },
    { "a sector of the next track", TRACK + 46, "\x29", 1, "track 2 begins at LBA 40", "end of track 1 at LBA 41" },
    { "no footer", END + 4, "X", 1, "+does not end as such a descriptor does", "+disc.b5t" },
};

static void make_data(void)
{
    const struct table_file files[TABLE_FILES] = { { .name = "a.b5i", .parts = { { DK_AUDIO, S, 0, 80 } } } };

    table_make_files(files);
}

START_TEST(wreck_is_told_with_its_place)
{
    const struct wreck *wreck = &wrecks[_i];
    uint8_t bytes[B5T_BUILT_MAX];
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    make_data();
    ck_assert_uint_eq(b5t_build(&whole, bytes), SIZE);
    memcpy(bytes + wreck->at, wreck->bytes, wreck->length);
    disc = dk_image_open(suite_file("disc.b5t", bytes, SIZE), &error);
    wreck_expect(wreck->what, wreck->says, disc, &error);
    wreck_expect(wreck->what, wreck->and_says, disc, &error);
    dk_disc_close(disc);
}
END_TEST

START_TEST(every_byte_may_be_wrong)
{
    uint8_t bytes[B5T_BUILT_MAX];

    make_data();
    b5t_build(&whole, bytes);
    wreck_every_byte("disc.b5t", bytes, SIZE, 16, SIZE);
}
END_TEST

/* All that comes before the footer is needed. */
START_TEST(every_field_may_be_the_last)
{
    uint8_t bytes[B5T_BUILT_MAX];

    make_data();
    b5t_build(&whole, bytes);
    for (size_t size = 16; size < END; size++) {
        struct dk_error error = { 0 };

        ck_assert_msg(!dk_image_open(suite_file("disc.b5t", bytes, size), &error), "%zu bytes", size);
        ck_assert_msg(strstr(error.text, "byte"), "%s", error.text);
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
    return suite_run("b5t-wrecks", (const struct suite_case[]){ { "wrecks", add_wrecks }, { NULL, NULL } });
}
