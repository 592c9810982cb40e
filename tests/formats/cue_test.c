/* Reading CUE sheets: every rule by a sheet and files made for it. The numbers are counted by hand from both. */
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"

#include <disckit/cdtext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Data of 43 sectors and audio of 450, in one file of 2352 a sector unless it says otherwise. */
#define DATA_43                                                                                                        \
    {                                                                                                                  \
        DK_MODE1, 2352, 0, 43                                                                                          \
    }
#define MIXED(n)                                                                                                       \
    {                                                                                                                  \
        .name = n, .parts = { DATA_43, { DK_AUDIO, 2352, 43, 450 } }                                                   \
    }
/* A file a track; 150 sectors of pause stand at the front of the second. */
#define SPLIT_1                                                                                                        \
    {                                                                                                                  \
        .name = "t1.bin", .parts = { DATA_43 }                                                                         \
    }
#define SPLIT_2                                                                                                        \
    {                                                                                                                  \
        .name = "t2.bin", .parts = { { DK_AUDIO, 2352, 43, 450 } }                                                     \
    }
#define SPLIT_3                                                                                                        \
    {                                                                                                                  \
        .name = "t3.bin", .parts = { { DK_AUDIO, 2352, 493, 300 } }                                                    \
    }
#define AUDIO(n)                                                                                                       \
    {                                                                                                                  \
        .name = n, .parts = { { DK_AUDIO, 2352, 0, 285 } }                                                             \
    }

#define TWO_TRACKS "TRACK 01 MODE1/2352\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 00:00:43\nINDEX 01 00:02:43\n"
#define TWO_TABLE  "1/1 mode1 0+43 stored 2352\n1/2 audio 193+300 stored 2352 pregap 150\nout 493\n"
#define THREE_AUDIO                                                                                                    \
    "TRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 00:01:05\nINDEX 01 00:01:45\n"                        \
    "TRACK 03 AUDIO\nINDEX 01 00:02:60\n"
#define THREE_TABLE                                                                                                    \
    "1/1 audio 0+80 stored 2352\n1/2 audio 120+90 stored 2352 pregap 40\n"                                             \
    "1/3 audio 210+75 stored 2352\nout 285\n"

static const struct {
    const char *what, *sheet;
    struct table_file files[TABLE_FILES];
    const char *table;
    const char *note; /* words of a note, or NULL: there is none of damage or oddity */
} cases[] = {
    { "one file", "FILE \"m.bin\" BINARY\n" TWO_TRACKS, { MIXED("m.bin") }, TWO_TABLE, NULL },
    { "a file a track",
      "FILE \"t1.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n"
      "FILE \"t2.bin\" BINARY\nTRACK 02 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:02:00\n"
      "FILE \"t3.bin\" BINARY\nTRACK 03 AUDIO\nINDEX 01 00:00:00\n",
      { SPLIT_1, SPLIT_2, SPLIT_3 },
      "1/1 mode1 0+43 stored 2352\n1/2 audio 193+300 stored 2352 pregap 150\n1/3 audio 493+300 stored 2352\nout 793\n",
      NULL },
    { "gaps appended to the file before, TRACK before FILE",
      "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 00:01:05\n"
      "FILE \"b.bin\" BINARY\nINDEX 01 00:00:00\nTRACK 03 AUDIO\nFILE \"c.bin\" BINARY\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .parts = { { DK_AUDIO, 2352, 0, 120 } } },
        { .name = "b.bin", .parts = { { DK_AUDIO, 2352, 120, 90 } } },
        { .name = "c.bin", .parts = { { DK_AUDIO, 2352, 210, 75 } } } },
      THREE_TABLE,
      NULL },
    { "sizes that differ within a file",
      "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 00:00:43\n"
      "INDEX 01 00:02:43\n",
      { { .name = "m.bin", .parts = { { DK_MODE1, 2048, 0, 43 }, { DK_AUDIO, 2352, 43, 450 } } } },
      "1/1 mode1 0+43 stored 2048\n1/2 audio 193+300 stored 2352 pregap 150\nout 493\n",
      NULL },
    { "the size changes at INDEX 01 where there is no INDEX 00",
      "FILE \"m.bin\" BINARY\nTRACK 01 MODE2/2336\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:00:43\n",
      { { .name = "m.bin", .parts = { { DK_MODE2_FORM1, 2336, 0, 43 }, { DK_AUDIO, 2352, 43, 20 } } } },
      "1/1 mode2-form1 0+43 stored 2336\n1/2 audio 43+20 stored 2352\nout 63\n",
      NULL },
    { "PREGAP: a gap that is in no file",
      "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nPREGAP 00:02:00\n"
      "INDEX 01 00:00:43\n",
      { { .name = "m.bin", .parts = { DATA_43, { DK_AUDIO, 2352, 193, 300 } } } },
      "1/1 mode1 0+43 stored 2352\n1/2 audio 193+300 stored 2352 pregap 150\nout 493\n",
      NULL },
    { "PREGAP and INDEX 00 in one track",
      "FILE \"m.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nPREGAP 00:01:00\nINDEX 00 00:00:20\n"
      "INDEX 01 00:00:40\n",
      { { .name = "m.bin", .parts = { { DK_AUDIO, 2352, 0, 20 }, { DK_AUDIO, 2352, 95, 50 } } } },
      "1/1 audio 0+20 stored 2352\n1/2 audio 115+30 stored 2352 pregap 95\nout 145\n",
      NULL },
    { "POSTGAP",
      "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nPOSTGAP 00:02:00\nTRACK 02 AUDIO\n"
      "INDEX 01 00:00:43\n",
      { { .name = "m.bin", .parts = { DATA_43, { DK_AUDIO, 2352, 193, 20 } } } },
      "1/1 mode1 0+43 stored 2352 postgap 150\n1/2 audio 193+20 stored 2352\nout 213\n",
      NULL },
    { "a hidden track before the first",
      "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:01:05\nTRACK 02 AUDIO\nINDEX 01 "
      "00:02:20\n",
      { AUDIO("a.bin") },
      "1/1 audio 80+90 stored 2352 pregap 80\n1/2 audio 170+115 stored 2352\nout 285\n",
      NULL },
    { "a hidden track that no INDEX 00 names",
      "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:01:15\n",
      { AUDIO("a.bin") },
      "1/1 audio 90+195 stored 2352 pregap 90\nout 285\n",
      NULL },
    { "INDEX 00 and 01 of the first track at the same place",
      "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:00:00\n",
      { AUDIO("a.bin") },
      "1/1 audio 0+285 stored 2352\nout 285\n",
      NULL },
    { "the pause before LBA 0 stored, as the header of its first sector says",
      "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 00 00:00:00\nINDEX 01 00:02:00\n",
      { { .name = "m.bin", .parts = { { DK_MODE1, 2352, -150, 200 } } } },
      "1/1 mode1 0+50 stored 2352 pregap 150\nout 50\n",
      NULL },
    { "a pause of data after LBA 0",
      "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 00 00:00:00\nINDEX 01 00:02:00\n",
      { { .name = "m.bin", .parts = { { DK_MODE1, 2352, 0, 200 } } } },
      "1/1 mode1 150+50 stored 2352 pregap 150\nout 200\n",
      NULL },
    { "PREGAP of the first track up to LBA 0 moves nothing",
      "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nPREGAP 00:02:00\nINDEX 01 00:00:00\n",
      { { .name = "m.bin", .parts = { DATA_43 } } },
      "1/1 mode1 0+43 stored 2352 pregap 150\nout 43\n",
      NULL },
    { "PREGAP of the first track beyond that",
      "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nPREGAP 00:03:00\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .parts = { { DK_AUDIO, 2352, 75, 30 } } } },
      "1/1 audio 75+30 stored 2352 pregap 225\nout 105\n",
      NULL },
    { "PREGAP of the first track of a ripper's WAVE counts from LBA 0",
      "FILE \"a.wav\" WAVE\nTRACK 01 AUDIO\nPREGAP 00:00:32\nINDEX 01 00:00:00\n",
      { { .name = "a.wav", .kind = TABLE_WAVE, .parts = { { DK_AUDIO, 2352, 32, 30 } } } },
      "1/1 audio 32+30 stored 2352 pregap 32\nout 62\n",
      NULL },
    { "indexes above 1, catalog number, ISRC with hyphens, flags",
      "CATALOG 0012345678905\nFILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nFLAGS DCP PRE 4CH\nISRC US-XX1-98-00123\n"
      "INDEX 01 00:00:00\nINDEX 02 00:00:40\nINDEX 03 00:00:60\nTRACK 02 AUDIO\nINDEX 01 00:02:00\n",
      { AUDIO("a.bin") },
      "1/1 audio 0+150 stored 2352 control 11 USXX19800123 2@40 3@60\n1/2 audio 150+135 stored 2352\nout 285\n",
      NULL },
    { "tracks that do not begin at 1",
      "FILE \"m.bin\" BINARY\nTRACK 03 MODE1/2352\nINDEX 01 00:00:00\nTRACK 04 AUDIO\nINDEX 01 00:00:43\n",
      { MIXED("m.bin") },
      "1/3 mode1 0+43 stored 2352\n1/4 audio 43+450 stored 2352\nout 493\n",
      NULL },
    { "MOTOROLA swaps audio, not data",
      "FILE \"m.bin\" MOTOROLA\n" TWO_TRACKS,
      { { .name = "m.bin", .kind = TABLE_SWAPPED, .parts = { DATA_43, { DK_AUDIO, 2352, 43, 450 } } } },
      TWO_TABLE,
      NULL },
    { "WAVE",
      "FILE \"a.wav\" WAVE\n" THREE_AUDIO,
      { { .name = "a.wav", .kind = TABLE_WAVE, .parts = { { DK_AUDIO, 2352, 0, 285 } } } },
      THREE_TABLE,
      NULL },
    { "a WAVE under BINARY",
      "FILE \"a.wav\" BINARY\n" THREE_AUDIO,
      { { .name = "a.wav", .kind = TABLE_WAVE, .parts = { { DK_AUDIO, 2352, 0, 285 } } } },
      THREE_TABLE,
      "is a WAVE file and is read as such" },
    { "bare samples under WAVE",
      "FILE \"a.bin\" WAVE\n" THREE_AUDIO,
      { AUDIO("a.bin") },
      THREE_TABLE,
      "is no sound file and is read as bare samples" },
    { "keywords in lower case, tabs, CR LF",
      "file \"m.bin\" binary\r\n\ttrack 01 mode1/2352\r\n\t\tindex 01 00:00:00\r\n",
      { { .name = "m.bin", .parts = { DATA_43 } } },
      "1/1 mode1 0+43 stored 2352\nout 43\n",
      NULL },
    { "lines ended by CR alone, comments, empty lines",
      "; a comment\r// another\r\rFILE \"a.bin\" BINARY\r\rTRACK 01 AUDIO\rINDEX 01 00:00:00",
      { AUDIO("a.bin") },
      "1/1 audio 0+285 stored 2352\nout 285\n",
      NULL },
    { "a mark of UTF-8",
      "\xEF\xBB\xBF"
      "FILE \"m.bin\" BINARY\n" TWO_TRACKS,
      { MIXED("m.bin") },
      TWO_TABLE,
      NULL },
    { "words that look like commands within a title",
      "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nTITLE \"MY TRACK AUDIO\"\nINDEX 01 00:00:00\nTRACK 02 AUDIO\n"
      "TITLE \"an INDEX 05 99:99:99 FILE\"\nINDEX 00 00:00:43\nINDEX 01 00:02:43\n",
      { MIXED("m.bin") },
      TWO_TABLE,
      NULL },
    { "a name with quotes in it",
      "FILE \"the \"best\" of.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n",
      { AUDIO("the \"best\" of.bin") },
      "1/1 audio 0+285 stored 2352\nout 285\n",
      NULL },
    { "a name of several words without quotes",
      "FILE my disc.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n",
      { AUDIO("my disc.bin") },
      "1/1 audio 0+285 stored 2352\nout 285\n",
      NULL },
    { "a path of another system",
      "FILE \"C:\\Images\\m.bin\" BINARY\n" TWO_TRACKS,
      { MIXED("m.bin") },
      TWO_TABLE,
      NULL },
    { "a name in another case",
      "FILE \"T1.BIN\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n"
      "FILE \"T3.Bin\" BINARY\nTRACK 02 AUDIO\nINDEX 01 00:00:00\n",
      { SPLIT_1, { .name = "t3.bin", .parts = { { DK_AUDIO, 2352, 43, 300 } } } },
      "1/1 mode1 0+43 stored 2352\n1/2 audio 43+300 stored 2352\nout 343\n",
      NULL },
    { "FILE without a type",
      "FILE \"a.bin\"\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n",
      { AUDIO("a.bin") },
      "1/1 audio 0+285 stored 2352\nout 285\n",
      NULL },
    { "every mode: 2324, by its misprint too",
      "FILE \"a.bin\" BINARY\nTRACK 01 MODE2/2342\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .parts = { { DK_MODE2_FORM2, 2324, 0, 30 } } } },
      "1/1 mode2-form2 0+30 stored 2324\nout 30\n",
      NULL },
    { "every mode: 2048 of Mode 2",
      "FILE \"a.bin\" BINARY\nTRACK 01 MODE2/2048\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .parts = { { DK_MODE2_FORM1, 2048, 0, 30 } } } },
      "1/1 mode2-form1 0+30 stored 2048\nout 30\n",
      NULL },
    { "every mode: CD-i",
      "FILE \"a.bin\" BINARY\nTRACK 01 CDI/2352\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .parts = { { DK_MODE2_FORM1, 2352, 0, 30 } } } },
      "1/1 mode2-form1 0+30 stored 2352\nout 30\n",
      NULL },
    { "every mode: with subchannel",
      "FILE \"a.bin\" BINARY\nTRACK 01 MODE1/2448\nINDEX 01 00:00:00\nTRACK 02 CDG\nINDEX 01 00:00:30\n",
      { { .name = "a.bin", .parts = { { DK_MODE1, 2448, 0, 30 }, { DK_AUDIO, 2448, 30, 20 } } } },
      "1/1 mode1 0+30 stored 2448\n1/2 audio 30+20 stored 2448\nout 50\n",
      NULL },
    { "a sheet that says 2352 of sectors that keep their subchannel",
      "FILE \"a.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .parts = { { DK_MODE1, 2448, 0, 30 } } } },
      "1/1 mode1 0+30 stored 2448\nout 30\n",
      "take 2448 bytes" },
    { "a sheet that says 2048 of raw sectors",
      "FILE \"a.bin\" BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .parts = { { DK_MODE1, 2352, 0, 30 } } } },
      "1/1 mode1 0+30 stored 2352\nout 30\n",
      "take 2352 bytes" },
    { "a sheet that says Mode 1 of Mode 2 sectors",
      "FILE \"a.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .parts = { { DK_MODE2_FORM1, 2352, 0, 30 } } } },
      "1/1 mode2-form1 0+30 stored 2352\nout 30\n",
      "of mode 2, not what TRACK says" },
    { "the pause of a data track ends the sound file before it",
      "FILE \"a.wav\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 MODE1/2048\nINDEX 00 00:00:20\n"
      "FILE \"d.iso\" BINARY\nINDEX 01 00:00:00\n",
      { { .name = "a.wav", .kind = TABLE_WAVE, .parts = { { DK_AUDIO, 2352, 0, 30 } } },
        { .name = "d.iso", .parts = { { DK_MODE1, 2048, 30, 43 } } } },
      "1/1 audio 0+20 stored 2352\n1/2 mode1 30+43 stored 2048 pregap 10\nout 73\n",
      NULL },
    { "the same, and the sheet lies about the sectors",
      "FILE \"a.wav\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 MODE1/2048\nINDEX 00 00:00:20\n"
      "FILE \"d.bin\" BINARY\nINDEX 01 00:00:00\n",
      { { .name = "a.wav", .kind = TABLE_WAVE, .parts = { { DK_AUDIO, 2352, 0, 30 } } },
        { .name = "d.bin", .parts = { { DK_MODE1, 2352, 30, 43 } } } },
      "1/1 audio 0+20 stored 2352\n1/2 mode1 30+43 stored 2352 pregap 10\nout 73\n",
      "take 2352 bytes" },
    { "one file named by several FILE lines",
      "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nFILE \"b.bin\" BINARY\n"
      "INDEX 01 00:00:00\nFILE \"c.bin\" BINARY\n",
      { { .name = "a.bin", .parts = { { DK_AUDIO, 2352, 0, 10 } } },
        { .name = "b.bin", .parts = { { DK_AUDIO, 2352, 10, 10 } } } },
      "1/1 audio 0+10 stored 2352\n1/2 audio 10+10 stored 2352\nout 20\n",
      "no track stands in FILE \"c.bin\"" },
    { "a command that is not known",
      "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nCOLOUR green\nINDEX 01 00:00:00\n",
      { AUDIO("a.bin") },
      "1/1 audio 0+285 stored 2352\nout 285\n",
      "line 3: the command COLOUR is not known" },
    { "a catalog number that is none",
      "CATALOG 12345\nFILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n",
      { AUDIO("a.bin") },
      "1/1 audio 0+285 stored 2352\nout 285\n",
      "line 1: \"12345\" is no catalog number" },
    { "data cut within a sector",
      "FILE \"a.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .parts = { { DK_MODE1, 2352, 0, 96 } }, .cut = 1176 } },
      "1/1 mode1 0+95 stored 2352\nout 95\n",
      "ends 1176 bytes into a sector of 2352, that of LBA 95, which is left out" },
};

static struct dk_disc *open_sheet(const void *sheet, size_t size)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file("sheet.cue", sheet, size), &error);

    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "cue");
    return disc;
}

static void check_notes(const struct dk_disc *disc, const char *words)
{
    bool found = words == NULL;

    for (size_t i = 0; i < disc->notes.count; i++) {
        const struct dk_note *note = &disc->notes.items[i];

        if (words && strstr(note->text, words))
            found = true;
        else
            ck_assert_msg(note->kind == DK_NOTE_GUESS, "a note too many: %s", note->text);
    }
    ck_assert_msg(found, "no note says %s", words);
}

START_TEST(reads_what_the_sheet_says)
{
    struct dk_disc *disc;

    table_make_files(cases[_i].files);
    disc = open_sheet(cases[_i].sheet, strlen(cases[_i].sheet));
    ck_assert_msg(strcmp(table_text(disc), cases[_i].table) == 0, "%s:\n%snot\n%s", cases[_i].what, table_text(disc),
                  cases[_i].table);
    ck_assert_int_eq(disc->medium, DK_MEDIUM_CD);
    ck_assert_uint_eq(disc->missing_count, 0);
    check_notes(disc, cases[_i].note);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

static void add_cases(TCase *test_case)
{
    tcase_add_loop_test(test_case, reads_what_the_sheet_says, 0, sizeof cases / sizeof *cases);
}

/* ---- What rows cannot say ---- */

static const char wide[] = "FILE \"d.bin\" BINARY\nTRACK 01 AUDIO\nTITLE \"\xC3\x89t\xC3\xA9\"\nINDEX 01 00:00:00\n";

/* The same sheet in UTF-16: units of one or two bytes of UTF-8. */
static size_t to_utf16(uint8_t *to, bool little, bool mark)
{
    size_t size = 0;

    for (const uint8_t *at = (const uint8_t *)(mark ? "\xEF\xBB\xBF" : ""), *next = (const uint8_t *)wide;
         *at || next;) {
        unsigned unit = *at++;

        if (unit == 0) {
            at = next;
            next = NULL;
            continue;
        }
        if (unit >= 0xE0) {
            unit = (unit & 0x0F) << 12 | (at[0] & 0x3Fu) << 6 | (at[1] & 0x3Fu);
            at += 2;
        } else if (unit >= 0xC0) {
            unit = (unit & 0x1F) << 6 | (*at++ & 0x3Fu);
        }
        to[size + little] = (uint8_t)(unit >> 8);
        to[size + !little] = (uint8_t)unit;
        size += 2;
    }
    return size;
}

START_TEST(reads_utf16_of_both_orders_with_and_without_a_mark)
{
    const struct table_file files[TABLE_FILES] = { AUDIO("d.bin") };
    uint8_t sheet[512];
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_sheet(sheet, to_utf16(sheet, _i & 1, _i & 2));
    ck_assert_str_eq(table_text(disc), "1/1 audio 0+285 stored 2352\nout 285\n");
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 1, DK_TEXT_TITLE), "\xC3\x89t\xC3\xA9");
    dk_disc_close(disc);
}
END_TEST

/* Names as the sheet's bytes have them, and as the file on the disk is called. */
static const struct {
    const char *sheet_name, *name;
    const char *title, *utf8;
} pages[] = {
    { "\xC4\xE8\xF1\xEA.bin", "\xD0\x94\xD0\xB8\xD1\x81\xD0\xBA.bin", "\xCC\xF3\xE7", "\xD0\x9C\xD1\x83\xD0\xB7" },
    { "\x83\x66\x83\x42\x83\x58\x83\x4E.bin", "\xE3\x83\x87\xE3\x82\xA3\xE3\x82\xB9\xE3\x82\xAF.bin", "\x89\xB9",
      "\xE9\x9F\xB3" },
    { "Gr\xFC\xDF"
      "e.bin",
      "Gr\xC3\xBC\xC3\x9F"
      "e.bin",
      "\x96", "\xE2\x80\x93" },
    { "Gr\xFC\xDF"
      "e.bin",
      "Gr\xFC\xDF"
      "e.bin",
      "\x96", "\xE2\x80\x93" },
};

START_TEST(finds_names_in_old_code_pages)
{
    const struct table_file files[TABLE_FILES] = { AUDIO(pages[_i].name), AUDIO("other.bin") };
    char sheet[300];
    struct dk_disc *disc;

    table_make_files(files);
    snprintf(sheet, sizeof sheet, "TITLE \"%s\"\nFILE \"%s\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n",
             pages[_i].title, pages[_i].sheet_name);
    disc = open_sheet(sheet, strlen(sheet));
    ck_assert_uint_eq(disc->missing_count, 0);
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 0, DK_TEXT_TITLE), pages[_i].utf8);
    dk_disc_close(disc);
}
END_TEST

START_TEST(lines_may_be_long)
{
    const struct table_file files[TABLE_FILES] = { AUDIO("a.bin") };
    static char sheet[300000];
    struct dk_disc *disc;

    table_make_files(files);
    snprintf(sheet, sizeof sheet, "REM %0200000d\nFILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nTITLE \"%05000d\"\n%s", 0, 0,
             "INDEX 01 00:00:00\n");
    disc = open_sheet(sheet, strlen(sheet));
    ck_assert_str_eq(table_text(disc), "1/1 audio 0+285 stored 2352\nout 285\n");
    ck_assert_uint_eq(strlen(dk_cd_text_get(disc->cd_text, 0, 1, DK_TEXT_TITLE)), 5000);
    dk_disc_close(disc);
}
END_TEST

START_TEST(keeps_catalog_number_and_texts)
{
    static const char sheet[] =
        "CATALOG 012345678905\nTITLE \"Disc\"\nPERFORMER Band\nSONGWRITER \"S\"\nCOMPOSER \"C\"\n"
        "ARRANGER \"A\"\nMESSAGE \"say \"hi\"\"\nDISC_ID \"D\"\nGENRE \"G\"\nUPC_EAN \"U\"\n"
        "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nTITLE \"Song\nINDEX 01 00:00:00\n";
    static const struct {
        unsigned track;
        enum dk_cd_text_type type;
        const char *text;
    } wanted[] = {
        { 0, DK_TEXT_TITLE, "Disc" }, { 0, DK_TEXT_PERFORMER, "Band" }, { 0, DK_TEXT_SONGWRITER, "S" },
        { 0, DK_TEXT_COMPOSER, "C" }, { 0, DK_TEXT_ARRANGER, "A" },     { 0, DK_TEXT_MESSAGE, "say \"hi\"" },
        { 0, DK_TEXT_DISC_ID, "D" },  { 0, DK_TEXT_GENRE, "G" },        { 0, DK_TEXT_UPC_ISRC, "U" },
        { 1, DK_TEXT_TITLE, "Song" },
    };
    const struct table_file files[TABLE_FILES] = { AUDIO("a.bin") };
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_sheet(sheet, strlen(sheet));
    ck_assert_str_eq(disc->mcn, "0012345678905");
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        ck_assert_pstr_eq(dk_cd_text_get(disc->cd_text, 0, wanted[i].track, wanted[i].type), wanted[i].text);
    dk_disc_close(disc);
}
END_TEST

/* One pack, its CRC computed by the library that FORMATS' packs agree with; words fill only what packs lack. */
START_TEST(takes_packs_before_words)
{
    static const char sheet[] = "CDTEXTFILE \"a.cdt\"\nTITLE \"words\"\nPERFORMER \"words too\"\n"
                                "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n";
    const struct table_file files[TABLE_FILES] = { AUDIO("a.bin") };
    uint8_t pack[DK_CD_TEXT_PACK + 1] = "\x80\0\0\0packs\0\0\0\0\0\0\0";
    const uint16_t crc = dk_q_crc(pack, 16);
    struct dk_disc *disc;

    pack[16] = (uint8_t)(crc >> 8);
    pack[17] = (uint8_t)crc;
    suite_file("a.cdt", pack, sizeof pack);
    table_make_files(files);
    disc = open_sheet(sheet, strlen(sheet));
    ck_assert_pstr_eq(dk_cd_text_get(disc->cd_text, 0, 0, DK_TEXT_TITLE), "packs");
    ck_assert_pstr_eq(dk_cd_text_get(disc->cd_text, 0, 0, DK_TEXT_PERFORMER), "words too");
    dk_disc_close(disc);
}
END_TEST

START_TEST(a_missing_cdtextfile_is_told)
{
    static const char sheet[] =
        "CDTEXTFILE \"nowhere.cdt\"\nFILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n";
    const struct table_file files[TABLE_FILES] = { AUDIO("a.bin") };
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_sheet(sheet, strlen(sheet));
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "CD-TEXT"));
    ck_assert_uint_eq(disc->missing_count, 0);
    dk_disc_close(disc);
}
END_TEST

START_TEST(audio_cut_within_a_sector_goes_on_with_silence)
{
    const struct table_file files[TABLE_FILES] = {
        { .name = "a.bin", .parts = { { DK_AUDIO, 2352, 0, 10 } }, .cut = 2000 }
    };
    static const char sheet[] = "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n";
    static const uint8_t silence[2000];
    uint8_t raw[DK_SECTOR_RAW];
    struct dk_error error;
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_sheet(sheet, strlen(sheet));
    ck_assert_str_eq(table_text(disc), "1/1 audio 0+10 stored 2352\nout 10\n");
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "352 bytes into a sector of 2352, that of LBA 9"));
    ck_assert_uint_eq(dk_source_read(disc->source, 9, 1, DK_FORM_RAW, raw, &error), 1);
    ck_assert_mem_eq(raw + 352, silence, sizeof silence);
    ck_assert_uint_eq(disc->odd_tail, 352);
    dk_disc_close(disc);
}
END_TEST

START_TEST(a_table_without_its_files)
{
    static const char sheet[] = "FILE \"one.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nTRACK 02 AUDIO\n"
                                "INDEX 00 00:04:00\nINDEX 01 00:06:00\nFILE \"two.bin\" BINARY\nTRACK 03 AUDIO\n"
                                "INDEX 01 00:00:00\n";
    struct dk_disc *disc;

    disc = open_sheet(sheet, strlen(sheet));
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+300 stored 2352 missing\n"
                                       "1/2 audio 450+0 stored 2352 pregap 150 missing\n"
                                       "1/3 audio 450+0 stored 2352 missing\nout 450\n");
    ck_assert_uint_eq(disc->missing_count, 2);
    ck_assert_str_eq(disc->missing[0], "one.bin");
    ck_assert_str_eq(disc->missing[1], "two.bin");
    dk_disc_close(disc);
}
END_TEST

/* The sheet says 2352 of sectors that are shorter: where a volume's descriptor stands tells. */
START_TEST(believes_a_volume_before_the_sheet)
{
    static const struct {
        size_t stored, user;
        const char *table;
    } sizes[] = { { 2048, 0, "1/1 mode1 0+20 stored 2048\nout 20\n" },
                  { 2336, 8, "1/1 mode2-form1 0+20 stored 2336\nout 20\n" } };
    static const char sheet[] = "FILE \"a.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n";
    const size_t stored = sizes[_i].stored;
    uint8_t *user = calloc(20, 2048), *image;
    struct dk_disc *disc;

    memcpy(user + (size_t)16 * 2048, "\1CD001\1", 7);
    image = raw_image(user, 20, _i ? DK_MODE2_FORM1 : DK_MODE1, 0, (unsigned)stored);
    ck_assert_mem_eq(image + 16 * stored + sizes[_i].user, "\1CD001", 6);
    suite_file("a.bin", image, 20 * stored);
    disc = open_sheet(sheet, strlen(sheet));
    ck_assert_str_eq(table_text(disc), sizes[_i].table);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_ODD, "not the 2352 that TRACK says"));
    dk_disc_close(disc);
    free(image);
    free(user);
}
END_TEST

/* 1900000 sectors, with a hole where nothing matters: the second track begins beyond 4 GiB. */
START_TEST(reaches_beyond_4_gib)
{
    enum { SECTORS = 1900000, SECOND = 1899990 };
    static const char sheet[] = "FILE \"huge.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n"
                                "TRACK 02 AUDIO\nINDEX 01 422:13:15\n";
    uint8_t raw[DK_SECTOR_RAW], wanted[DK_SECTOR_RAW];
    const char *path = suite_file("huge.bin", "", 0);
    struct dk_error error;
    struct dk_disc *disc;
    FILE *file;

    raw_audio_sector(wanted, SECTORS - 1);
    ck_assert_int_eq(truncate(path, (off_t)SECTORS * 2352), 0);
    file = fopen(path, "r+b");
    ck_assert_int_eq(fseeko(file, (off_t)(SECTORS - 1) * 2352, SEEK_SET), 0);
    ck_assert_uint_eq(fwrite(wanted, sizeof wanted, 1, file), 1);
    fclose(file);
    disc = open_sheet(sheet, strlen(sheet));
    ck_assert_str_eq(table_text(disc),
                     "1/1 mode1 0+1899990 stored 2352\n1/2 audio 1899990+10 stored 2352\nout 1900000\n");
    ck_assert_uint_eq(dk_source_read(disc->source, SECTORS - 1, 1, DK_FORM_RAW, raw, &error), 1);
    ck_assert_mem_eq(raw, wanted, sizeof raw);
    ck_assert_int_eq(dk_disc_track(disc, 2)->lba, SECOND);
    dk_disc_close(disc);
    unlink(path);
}
END_TEST

/* EAC's line for the data track of a CD-Extra that it did not read: the table, and a word of what is missing. */
START_TEST(a_track_that_was_never_read)
{
    static const char sheet[] = "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
                                "TRACK 02 MODEx/2xxx\nINDEX 00 00:03:00\n";
    const struct table_file files[TABLE_FILES] = { AUDIO("a.bin") };
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_sheet(sheet, strlen(sheet));
    ck_assert_str_eq(table_text(disc),
                     "1/1 audio 0+225 stored 2352\n1/2 mode1 285+0 stored 0 pregap 60 missing\nout 285\n");
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "names track 2, and no file with its sectors"));
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

static void add_others(TCase *test_case)
{
    tcase_add_loop_test(test_case, believes_a_volume_before_the_sheet, 0, 2);
    tcase_add_test(test_case, reaches_beyond_4_gib);
    tcase_add_test(test_case, a_track_that_was_never_read);
    tcase_add_loop_test(test_case, reads_utf16_of_both_orders_with_and_without_a_mark, 0, 4);
    tcase_add_loop_test(test_case, finds_names_in_old_code_pages, 0, sizeof pages / sizeof *pages);
    tcase_add_test(test_case, lines_may_be_long);
    tcase_add_test(test_case, keeps_catalog_number_and_texts);
    tcase_add_test(test_case, takes_packs_before_words);
    tcase_add_test(test_case, a_missing_cdtextfile_is_told);
    tcase_add_test(test_case, audio_cut_within_a_sector_goes_on_with_silence);
    tcase_add_test(test_case, a_table_without_its_files);
}

int main(void)
{
    return suite_run("cue",
                     (const struct suite_case[]){ { "sheets", add_cases }, { "others", add_others }, { NULL, NULL } });
}
