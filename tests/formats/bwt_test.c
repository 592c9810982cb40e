/* BlindRead images by recipe, and each field of the descriptor wrecked. */
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"
#include "support/wreck.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>
#include <stdio.h>
#include <string.h>

enum { S = 2352, SUB = 2448, BUILT_MAX = 4096, TRACKS = 3, RECORDS_AT = 74 };

struct track {
    uint8_t point; /* 0: no more records */
    uint8_t session, control, mode;
    uint32_t offset, adjustment;
    int32_t index0, index1, end;
    const char *title, *isrc;
};

struct writer {
    uint8_t *to;
    size_t at;
};

static void put(struct writer *writer, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        writer->to[writer->at++] = (uint8_t)(value >> 8 * i);
}

static void put_text(struct writer *writer, const char *text)
{
    const size_t length = text ? strlen(text) : 0;

    put(writer, length, 4);
    if (text)
        memcpy(writer->to + writer->at, text, length);
    writer->at += length;
}

static void put_record(struct writer *writer, const struct track *track)
{
    put_text(writer, "");
    put(writer, track->offset, 4);
    writer->at += 9;
    put(writer, track->session, 1);
    writer->at += 1;
    put(writer, 0x10 | track->control, 1);
    writer->at += 1;
    put(writer, track->mode, 1);
    writer->at += 1;
    put(writer, track->point, 1);
    writer->at += 8;
    put(writer, track->adjustment, 4);
    writer->at += 6;
    put(writer, (uint32_t)track->end, 4);
    writer->at += 1;
    put(writer, (uint32_t)track->index0, 4);
    put(writer, (uint32_t)track->index1, 4);
    writer->at += 8;
    put_text(writer, track->title);
    for (int i = 0; i < 13; i++)
        put_text(writer, "");
    put_text(writer, track->isrc);
}

/* With an empty name of the subchannel's file the first record is at RECORDS_AT. */
static size_t build(const struct track tracks[TRACKS], const char *sub, uint8_t to[BUILT_MAX])
{
    struct writer writer = { .to = to, .at = 19 };
    unsigned count = 0;

    while (count < TRACKS && tracks[count].point)
        count++;
    memset(to, 0, BUILT_MAX);
    memcpy(to, "BLINDWRITE TOC FILE", 19);
    writer.at += 12;
    put_text(&writer, "VOLUME");
    put_text(&writer, "");
    put_text(&writer, "");
    put(&writer, count, 4);
    put_text(&writer, "d.bwi");
    put_text(&writer, sub);
    writer.at += 4;
    put(&writer, 3, 1);
    writer.at += 3;
    for (unsigned i = 0; i < count; i++)
        put_record(&writer, &tracks[i]);
    return writer.at;
}

static struct dk_disc *open_built(const struct track tracks[TRACKS], const char *sub)
{
    uint8_t bytes[BUILT_MAX];
    const size_t size = build(tracks, sub, bytes);
    struct dk_error error;
    struct dk_disc *disc = dk_image_open(suite_file("d.bwt", bytes, size), &error);

    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "bwt");
    return disc;
}

/* ---- Reading ---- */

static const struct place {
    const char *what;
    struct track tracks[TRACKS];
    struct table_file files[TABLE_FILES];
    const char *table;
    enum dk_note_kind kind;
    const char *note; /* NULL: there is none */
} places[] = {
    { "one track",
      { { 1, 1, 4, 1, 0, 150, 0, 0, 175, "", "" } },
      { { .name = "d.bwi", .parts = { { DK_MODE1, S, 0, 175 } } } },
      "1/1 mode1 0+175 stored 2352\nout 175\n",
      0,
      NULL },
    { "data, and audio behind a pregap, among points of the lead-in",
      { { 1, 1, 4, 1, 0, 150, -150, 0, 40, "", "" },
        { 2, 1, 2, 0, 60 * S, 150, 40, 60, 100, "", "" },
        { 0xA2, 1, 0, 0, 0, 0, 0, 0, 0, "", "4006408123456" } },
      { { .name = "d.bwi", .parts = { { DK_MODE1, S, 0, 40 }, { DK_AUDIO, S, 40, 60 } } } },
      "1/1 mode1 0+40 stored 2352\n1/2 audio 60+40 stored 2352 pregap 20 control 2\nout 100\n",
      0,
      NULL },
    { "two sessions, the second one moved by its adjustment",
      { { 1, 1, 0, 0, 0, 150, 0, 0, 40, "", "" }, { 2, 2, 4, 2, 50 * S, 160, 0, 11440, 11480, "", "" } },
      { { .name = "d.bwi", .parts = { { DK_AUDIO, S, 0, 40 }, { DK_MODE2_FORM1, S, 11440, 40 } } } },
      "1/1 audio 0+40 stored 2352\nout 40\n2/2 mode2-form1 11440+40 stored 2352\nout 11480\n",
      0,
      NULL },
    { "a file that begins before LBA 0, and a record that does not know it",
      { { 1, 1, 4, 1, 0, 150, 0, 0, 40, "", "" } },
      { { .name = "d.bwi", .parts = { { DK_MODE1, S, -150, 190 } } } },
      "1/1 mode1 0+40 stored 2352\nout 40\n",
      DK_NOTE_GUESS,
      "track 1 is said to begin at sector 0 of the file, and by what the sectors say it begins at sector 150" },
    { "sectors of nowhere",
      { { 1, 1, 4, 1, 0, 150, 0, 0, 40, "", "" } },
      { { .name = "d.bwi", .parts = { { DK_MODE1, S, 7, 40 } } } },
      "1/1 mode1 0+40 stored 2352\nout 40\n",
      DK_NOTE_DAMAGE,
      "track 1 is said to begin at LBA 0, and its sectors say LBA 7" },
    { "a file that ends too early",
      { { 1, 1, 0, 0, 0, 150, 0, 0, 40, "", "" } },
      { { .name = "d.bwi", .parts = { { DK_AUDIO, S, 0, 30 } } } },
      "1/1 audio 0+40 stored 2352\nout 40\n",
      DK_NOTE_DAMAGE,
      "LBA 30 is the first that is missing, 10 in all" },
};

START_TEST(place_is_what_the_records_say)
{
    const struct place *place = &places[_i];
    struct dk_disc *disc;

    table_make_files(place->files);
    disc = open_built(place->tracks, "");
    ck_assert_msg(strcmp(table_text(disc), place->table) == 0, "%s:\n%s", place->what, table_text(disc));
    if (place->note)
        ck_assert_msg(table_has_note(&disc->notes, place->kind, place->note), "%s: %s", place->what,
                      disc->notes.count ? disc->notes.items[0].text : "no note");
    else
        ck_assert_msg(disc->notes.count == 0, "%s: %s", place->what, disc->notes.items[0].text);
    if (strcmp(place->what, "sectors of nowhere") != 0)
        table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* In either order, which the check sums tell. */
START_TEST(subchannel_is_that_of_the_other_file)
{
    const struct track tracks[TRACKS] = { { 1, 1, 0, 0, 0, 150, 0, 0, 40, "Song", "DEABC0412345" } };
    const enum dk_sub_order order = _i ? DK_SUB_LINEAR : DK_SUB_INTERLEAVED;
    uint8_t subs[40 * DK_SUBCHANNEL], wanted[DK_SUBCHANNEL], sector[SUB];
    const struct table_file files[TABLE_FILES] = { { .name = "d.bwi", .parts = { { DK_AUDIO, S, 0, 40 } } } };
    struct dk_error error;
    struct dk_disc *disc;

    for (int32_t lba = 0; lba < 40; lba++)
        raw_subchannel(&(struct raw_position){ 0, 1, 1, lba, lba }, order, subs + lba * DK_SUBCHANNEL);
    table_make_files(files);
    suite_file("d.bws", subs, sizeof subs);
    disc = open_built(tracks, _i ? "D:\\D.BWS" : "");
    ck_assert_str_eq(table_text(disc), "1/1 audio 0+40 stored 2448 DEABC0412345\nout 40\n");
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 1, DK_TEXT_TITLE), "Song");
    for (int32_t lba = 0; lba < 40; lba++) {
        raw_subchannel(&(struct raw_position){ 0, 1, 1, lba, lba }, DK_SUB_LINEAR, wanted);
        ck_assert_uint_eq(dk_source_read(disc->source, lba, 1, DK_FORM_RAW_SUB, sector, &error), 1);
        ck_assert_mem_eq(sector + S, wanted, sizeof wanted);
    }
    dk_disc_close(disc);
    suite_file("d.bws", subs, 39 * DK_SUBCHANNEL);
    disc = open_built(tracks, "");
    ck_assert_uint_eq(disc->tracks[0].stored, S);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "of 39 sectors, of 40: it is left out"));
    dk_disc_close(disc);
    ck_assert_int_eq(remove(suite_file("d.bws", "", 0)), 0); /* other tests of this folder have none */
}
END_TEST

START_TEST(missing_file_leaves_the_table)
{
    const struct track tracks[TRACKS] = { { 1, 1, 0, 0, 0, 150, 0, 0, 40, "", "" } };
    uint8_t bytes[BUILT_MAX];
    const size_t size = build(tracks, "", bytes);
    struct dk_error error;
    struct dk_disc *disc;

    memcpy(bytes + 57, "x.bwi", 5);
    disc = dk_image_open(suite_file("other.bwt", bytes, size), &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(table_text(disc), "1/1 audio 0+40 stored 2352 missing\nout 40\n");
    ck_assert_str_eq(disc->missing[0], "x.bwi");
    dk_disc_close(disc);
}
END_TEST

/* ---- Wrecks ---- */

/* Records of 123 bytes at 74 and 197. */
enum { FIRST = RECORDS_AT, SECOND = RECORDS_AT + 123, SIZE = RECORDS_AT + 246 };

static const struct track whole[TRACKS] = { { 1, 1, 0, 0, 0, 150, 0, 0, 40, "", "" },
                                            { 2, 1, 0, 0, 40 * S, 150, 0, 40, 80, "", "" } };

static const struct wreck {
    const char *what;
    size_t at;
    const char *bytes;
    size_t length;
    const char *says, *and_says;
} wrecks[] = {
    { "nothing wrong", 0, "B", 1, NULL, NULL },
    { "a label of 4 GiB", 31, "\xFF\xFF\xFF\xFF", 4, "0 records, and ends at byte 320", "d.bwt" },
    { "a system of 4 GiB", 41, "\xFF\xFF\xFF\xFF", 4, "0 records, and ends at byte 320", "d.bwt" },
    { "a comment of 4 GiB", 45, "\xFF\xFF\xFF\xFF", 4, "0 records, and ends at byte 320", "d.bwt" },
    { "no record", 49, "\0", 1, "there is no track", "in it" },
    { "a record fewer", 49, "\1", 1, "+123 bytes of", "+of nothing that is known" },
    { "a record more", 49, "\3", 1, "3 records, and ends at byte 320", "d.bwt" },
    { "all records", 49, "\xFF\xFF\xFF\xFF", 4, "4294967295 records, and ends at byte 320", "d.bwt" },
    { "a file's name of 4 GiB", 53, "\xFF\xFF\xFF\xFF", 4, "2 records, and ends at byte 320", "d.bwt" },
    { "a subchannel's name of 4 GiB", 62, "\xFF\xFF\xFF\xFF", 4, "2 records, and ends at byte 320", "d.bwt" },
    { "255 bytes before the records", 70, "\xFF", 1, "2 records, and ends at byte 320", "d.bwt" },
    { "a record's name of 4 GiB", FIRST, "\xFF\xFF\xFF\xFF", 4, "the record at byte 74 goes on", "byte 320" },
    { "an offset behind the end", SECOND + 4, "\0\0\0\x70", 4, "+too early for track 2", "+LBA 40 is the first" },
    { "an offset amid a sector", SECOND + 4, "\x81", 1, "+track 2 is said to begin at byte 94081", "+amid a sector" },
    { "session 0", FIRST + 17, "\0", 1, "the record at byte 74 is of track 1, session 0", "mode 0" },
    { "mode 3", FIRST + 21, "\3", 1, "the record at byte 74 is of track 1", "mode 3" },
    { "track 0", FIRST + 23, "\0", 1, "there is a track 0", "1 to 99" },
    { "track 100", FIRST + 23, "\x64", 1, "the record at byte 74 is of track 100", "session 1" },
    { "two tracks of one number", SECOND + 23, "\1", 1, "the record at byte 197 is of track 1, after that of 1", "d." },
    { "an adjustment before the file", FIRST + 32, "\xFF\xFF\xFF\x7F", 4, "+track 1 is said to begin at byte -",
      "+amid" },
    { "an end before the beginning", SECOND + 42, "\x28", 1, "index 1 at LBA 40 and its end at LBA 40", "track 2" },
    { "an end behind all discs", SECOND + 42, "\xFF\xFF\xFF\x7F", 4, "track 2 is said to have", "more than any disc" },
    { "an index 0 behind index 1", SECOND + 47, "\x29", 1, "index 0 at LBA 41, index 1 at LBA 40", "track 2" },
    { "a beginning before the disc", FIRST + 51, "\xFF\xFF\xFF\xFF", 4, "index 1 at LBA -1", "track 1" },
    { "tracks that overlap", FIRST + 42, "\x29", 1, "track 2 begins at LBA 40", "end of track 1 at LBA 41" },
    { "a title of 4 GiB", FIRST + 63, "\xFF\xFF\xFF\xFF", 4, "the record at byte 74 goes on", "byte 320" },
    { "an ISRC of 4 GiB", SECOND + 119, "\xFF\xFF\xFF\xFF", 4, "the record at byte 197 goes on", "byte 320" },
};

static size_t make_whole(uint8_t bytes[BUILT_MAX])
{
    const struct table_file files[TABLE_FILES] = { { .name = "d.bwi", .parts = { { DK_AUDIO, S, 0, 80 } } } };

    table_make_files(files);
    return build(whole, "", bytes);
}

START_TEST(wreck_is_told_with_its_place)
{
    const struct wreck *wreck = &wrecks[_i];
    uint8_t bytes[BUILT_MAX];
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    ck_assert_uint_eq(make_whole(bytes), SIZE);
    memcpy(bytes + wreck->at, wreck->bytes, wreck->length);
    disc = dk_image_open(suite_file("d.bwt", bytes, SIZE), &error);
    wreck_expect(wreck->what, wreck->says, disc, &error);
    wreck_expect(wreck->what, wreck->and_says, disc, &error);
    dk_disc_close(disc);
}
END_TEST

START_TEST(every_byte_may_be_wrong)
{
    uint8_t bytes[BUILT_MAX];

    make_whole(bytes);
    wreck_every_byte("d.bwt", bytes, SIZE, 19, SIZE);
}
END_TEST

START_TEST(every_byte_may_be_the_last)
{
    uint8_t bytes[BUILT_MAX];

    make_whole(bytes);
    for (size_t size = 19; size < SIZE; size++) {
        struct dk_error error = { 0 };

        ck_assert_msg(!dk_image_open(suite_file("d.bwt", bytes, size), &error), "%zu bytes", size);
        ck_assert_msg(strstr(error.text, "byte"), "%s", error.text);
    }
}
END_TEST

static void add_reading(TCase *test_case)
{
    tcase_add_loop_test(test_case, place_is_what_the_records_say, 0, sizeof places / sizeof *places);
    tcase_add_test(test_case, missing_file_leaves_the_table);
    tcase_add_loop_test(test_case, subchannel_is_that_of_the_other_file, 0, 2);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, every_byte_may_be_wrong);
    tcase_add_test(test_case, every_byte_may_be_the_last);
}

int main(void)
{
    return suite_run(
        "bwt", (const struct suite_case[]){ { "reading", add_reading }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
