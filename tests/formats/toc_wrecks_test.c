/* cdrdao's TOC: a table of wrecks, each with the words that its message must have. */
#include "support/raw.h"
#include "support/suite.h"

#include <disckit/format.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { S = 2352 };

static struct dk_disc *try_open(const char *sheet, size_t size, struct dk_error *error)
{
    char path[4096];

    suite_file("disc.toc", sheet, size);
    snprintf(path, sizeof path, "%s/disc.toc", suite_folder());
    *error = (struct dk_error){ 0 };
    return dk_image_open(path, error);
}

static void make_files(void)
{
    uint8_t *sectors = raw_audio_image(40, 0, S);

    suite_file("a.bin", sectors, (size_t)40 * S);
    suite_file("half.bin", sectors, (size_t)40 * S - 1000);
    suite_file("empty.bin", "", 0);
    suite_file("no.wav", sectors, (size_t)40 * S);
    suite_file("long.mp3", "ID3\4", 4);
    suite_file("tight.ape", "MAC \1\2\3\4", 8);
    suite_file("deep/a.bin", sectors, (size_t)40 * S);
    free(sectors);
}

#define LANGUAGE(words) "CD_DA CD_TEXT { LANGUAGE 0 { " words " } } TRACK AUDIO SILENCE 0:4:0"
#define TRACK           "TRACK AUDIO SILENCE 0:4:0 "

static const struct wreck {
    const char *sheet;
    const char *says; /* in the error; else, with a `+` in front, in a note */
} wrecks[] = {
    { "CD_DA", "has no TRACK" },
    { "CD_DA\n\nTRACK", "line 3: the file ends where the mode of a track should be" },
    { "CD_DA\nTRACK CD_DA SILENCE 1:0:0", "\"CD_DA\" stands where the mode of a track should be" },
    { "CD_DA\nTRACK MODE0 ZERO 1:0:0", "\"MODE0\" stands where the mode of a track should be" },
    { "CD_DA\nTRACK MODE1_FORM45\nSILENCE 10:0:0", "line 2: \"MODE1_FORM45\" stands where the mode" },
    { "CD_DA TRACK AUDIO", "track 1 is made of nothing" },
    { "CD_DA TRACK AUDIO NONSENSE", "track 1 is made of nothing" },
    { "CD_DA " TRACK "\nNONSENSE", "line 2: \"NONSENSE\" stands where a word that is known" },
    { "CD_DA " TRACK "}", "\"}\" stands where a word that is known" },
    { "CATALOG\nTRACK AUDIO SILENCE 1:0:0", "line 2: \"TRACK\" stands where a catalog number in quotes should be" },
    { "CATALOG \"123456789A123\" " TRACK, "+\"123456789A123\" is no catalog number" },
    { "CD_DA FIRST_TRACK_NO 100 " TRACK, "the number of the first track is 100, and at most 99 can be" },
    { "CD_DA FIRST_TRACK_NO 99 " TRACK TRACK, "there is a track 100" },
    { "CD_DA TRACK AUDIO ISRC \"SHORT\" SILENCE 0:4:0", "+\"SHORT\" is no ISRC" },
    { "CD_DA TRACK AUDIO NO SILENCE 0:4:0", "\"SILENCE\" stands where COPY or PRE_EMPHASIS should be" },
    /* strings */
    { "CD_DA CATALOG \"123\n\" " TRACK, "a string that has no end on its line" },
    { "CD_DA CATALOG \"123", "a string that has no end on its line" },
    { "CD_DA CATALOG \"\\9\" " TRACK, "neither a quote, a backslash nor three octal digits" },
    { "CD_DA CATALOG \"\\12\" " TRACK, "neither a quote, a backslash nor three octal digits" },
    { "CD_DA CATALOG \"\\400\" " TRACK, "no byte from 1 to 255" },
    { "CD_DA CATALOG \"\\000\" " TRACK, "no byte from 1 to 255" },
    /* times and lengths */
    { "TRACK AUDIO SILENCE 0:60:0", "the seconds of a time is 60, and at most 59 can be" },
    { "TRACK AUDIO SILENCE 0:0:75", "the frames of a time is 75, and at most 74 can be" },
    { "TRACK AUDIO SILENCE 9999999999:0:0", "a time of 9999999999 minutes is longer than any disc" },
    { "TRACK AUDIO SILENCE 0:0", "the file ends where : should be" },
    { "TRACK AUDIO SILENCE", "the file ends where a length should be" },
    { "TRACK AUDIO SILENCE 99999999999999999999999", "a length is 99999999999999999999999" },
    { "TRACK MODE1 ZERO 999999999999999999", "track 1 is longer than any disc" },
    { "TRACK MODE1 ZERO 477218:0:0 TRACK MODE1 ZERO 477218:0:0", "more sectors than any disc has" },
    { "TRACK AUDIO SILENCE 0", "starts at its block 0, and has 0" },
    /* places */
    { TRACK "START 0:4:0", "track 1 starts at its block 300, and has 300" },
    { TRACK "START 0:2:0 START 0:2:0", "track 1 has its start told twice" },
    { "TRACK AUDIO PREGAP 0:2:0 SILENCE 0:4:0 START 0:2:0", "track 1 has its start told twice" },
    { TRACK "PREGAP 0:2:0", "PREGAP stands behind what track 1 is made of" },
    { TRACK "END 0:4:1", "the END of track 1 is at its block 301" },
    { TRACK "END 0:1:0 END 0:1:0", "END stands twice" },
    { TRACK "START 0:2:0 END 0:2:0", "the END of track 1 is at its block 150: it starts at 150" },
    { TRACK "INDEX 0:4:0", "is 300 blocks behind its start, and it has 300 from there" },
    { TRACK "INDEX 0:0:0", "this INDEX of track 1 is not behind the one before it" },
    { TRACK "INDEX 0:0:2 INDEX 0:0:2", "this INDEX of track 1 is not behind the one before it" },
    /* files */
    { "TRACK AUDIO FIFO \"x\" 0:4:0", "track 1 reads from a pipe (FIFO)" },
    { "TRACK AUDIO FILE \"-\" 0", "reads from a pipe (\"-\")" },
    { "TRACK AUDIO FILE \"\" 0", "a file has no name" },
    { "TRACK AUDIO FILE 0", "\"0\" stands where the name of a file should be" },
    { "TRACK AUDIO FILE \"a.bin\" # 0:0:0", "line 1: \":\" stands where a word that is known" },
    { "TRACK AUDIO FILE \"a.bin\" #", "the file ends where an offset should be" },
    { "TRACK AUDIO DATAFILE \"a.bin\" #94081", "byte 94081 of " },
    { "TRACK AUDIO FILE \"a.bin\" #94080 0 0:0:1", "is beyond its end at 94080" },
    { "TRACK AUDIO FILE \"a.bin\" #999999999999999999 999999999999999999", "is beyond its end at 94080" },
    { "TRACK AUDIO FILE \"a.bin\" 0 999999999999999999", "longer than any disc" },
    { "TRACK AUDIO FILE \"a.bin\" 0 0:0:41", "+2352 of the 96432 bytes that track 1 takes of " },
    { "TRACK AUDIO FILE \"half.bin\" 0 0:0:40", "+1000 of the 94080 bytes that track 1 takes of " },
    { "TRACK AUDIO FILE \"empty.bin\" 0", "starts at its block 0, and has 0" },
    { "TRACK AUDIO FILE \"no.wav\" 0", "no.wav is no sound file that is known" },
    { "TRACK AUDIO FILE \"long.mp3\" 0", "long.mp3 is an MP3 file, which is not read here" },
    { "TRACK AUDIO FILE \"tight.ape\" 0", "tight.ape is a Monkey's Audio file, which is not read here" },
    { "TRACK AUDIO FILE \"disc.toc\" 0", "names itself as the file with its sectors" },
    { "TRACK AUDIO FILE \"deep\" 0 0:0:9", "?missing deep" },
    { "TRACK AUDIO FILE \"../a.bin\" 0 0:0:9 SILENCE 0:0:1", "?no missing" },
    { "TRACK AUDIO FILE \"../../../etc/passwd\" 0 0:0:9 FILE \"a.bin\" 0", "?missing ../../../etc/passwd" },
    { "TRACK AUDIO FILE \"/etc/passwd\" 0 0:0:9 FILE \"a.bin\" 0", "?missing /etc/passwd" },
    { "TRACK AUDIO FILE \"C:\\\\a.bin\" 0 0:0:9 FILE \"half.bin\" 0", "?no missing" },
    { "TRACK AUDIO FILE \"\\377\\376.bin\" 0 0:0:9 FILE \"a.bin\" 0", "?missing \\xff\\xfe.bin" },
    /* texts */
    { "CD_DA CD_TEXT " TRACK, "\"TRACK\" stands where { should be" },
    { "CD_DA CD_TEXT { CD_TEXT { } } " TRACK, "\"CD_TEXT\" stands where } should be" },
    { "CD_DA CD_TEXT { LANGUAGE 8 { } } " TRACK, "the number of a language is 8" },
    { "CD_DA CD_TEXT { LANGUAGE 0 { ", "\"\" is no kind of CD-TEXT" },
    { "CD_DA CD_TEXT { LANGUAGE_MAP { 0 : 256 } } " TRACK, "the code of a language is 256" },
    { "CD_DA CD_TEXT { LANGUAGE_MAP { 0 ", "the file ends where : should be" },
    { "CD_DA CD_TEXT { LANGUAGE_MAP { ", "the file ends where the number of a language should be" },
    { LANGUAGE("TITLE TITLE"), "\"TITLE\" stands where a text or { } should be" },
    { LANGUAGE("TITLE { 256 }"), "a byte is 256" },
    { LANGUAGE("TITLE { 1 2 }"), "\"2\" stands where , should be" },
    { LANGUAGE("TITLE { 1,"), "\"TRACK\" stands where } should be" },
    { LANGUAGE("ENCODING_KLINGON TITLE \"x\""), "\"ENCODING_KLINGON\" is no kind of CD-TEXT" },
    { LANGUAGE("RESERVED2 \"x\""), "+nobody defined what RESERVED2 is" },
};

static bool is_missing(const struct dk_disc *disc, const char *says)
{
    if (strncmp(says, "?no", 3) == 0)
        return disc->missing_count == 0;
    return disc->missing_count == 1 && strcmp(disc->missing[0], says + strlen("?missing ")) == 0;
}

START_TEST(wreck_is_told_with_its_place)
{
    const struct wreck *wreck = &wrecks[_i];
    struct dk_error error;
    struct dk_disc *disc;
    bool told = false;

    make_files();
    disc = try_open(wreck->sheet, strlen(wreck->sheet), &error);
    for (size_t i = 0; disc && *wreck->says == '+' && i < disc->notes.count; i++)
        told = told || strstr(disc->notes.items[i].text, wreck->says + 1);
    if (disc && *wreck->says == '?')
        told = is_missing(disc, wreck->says);
    ck_assert_msg(disc ? told : strstr(error.text, wreck->says) != NULL, "no '%s' in: %s", wreck->says,
                  disc ? "it opened" : error.text);
    dk_disc_close(disc);
}
END_TEST

/* So many of something that the sheet is refused for it, and not for the memory that they would take. */
static const struct crowd {
    const char *head, *each, *says;
    unsigned count;
} crowds[] = {
    { "CD_DA", " TRACK AUDIO SILENCE 0:4:0", "there is a track 100", 100 },
    { "TRACK AUDIO", " SILENCE 588", "more than 10000 pieces", 10001 },
    { "TRACK AUDIO SILENCE 9:0:0", "", "more than 98 INDEX words", 99 },
    { "TRACK AUDIO", "", "more than 1000 files", 1001 },
    { "CD_DA CD_TEXT { LANGUAGE 0 { TITLE { 0", ", 1", "more than 3072 bytes in { }", 3072 },
    { "CD_DA CD_TEXT { LANGUAGE 0 {", " TITLE \"a\"", "more than 20000 texts", 20001 },
};

START_TEST(too_many_are_refused)
{
    const struct crowd *crowd = &crowds[_i];
    struct dk_error error;
    char *sheet = NULL;
    size_t size;
    FILE *to = open_memstream(&sheet, &size);

    fputs(crowd->head, to);
    for (unsigned i = 0; i < crowd->count; i++) {
        if (strstr(crowd->says, "INDEX"))
            fprintf(to, " INDEX 0:%u:%u", (i + 1) / 75, (i + 1) % 75);
        else if (strstr(crowd->says, "files"))
            fprintf(to, " FILE \"%u\" 0", i);
        else
            fputs(crowd->each, to);
    }
    fclose(to);
    ck_assert_ptr_null(try_open(sheet, size, &error));
    ck_assert_msg(strstr(error.text, crowd->says), "%s", error.text);
    free(sheet);
}
END_TEST

START_TEST(sheet_may_end_anywhere)
{
    static const char sheet[] =
        "CATALOG \"4006408123456\"\nCD_DA\nCD_TEXT { LANGUAGE_MAP { 0 : EN 1 : 105 }\nLANGUAGE 0 { TITLE \"a\\344\" "
        "SIZE_INFO { 0, 1, 2 } } }\nTRACK AUDIO RW\nNO COPY ISRC \"DEABC0412345\"\nPREGAP 0:2:0\n"
        "DATAFILE \"a.bin\" #0 0:0:9\nEND\nZERO AUDIO RW_RAW 0:2:0\nINDEX 0:0:5\nTRACK MODE2_RAW\nZERO 0:4:0";
    struct dk_error error;

    make_files();
    for (size_t size = 1; size <= strlen(sheet); size++) {
        struct dk_disc *disc = try_open(sheet, size, &error);

        ck_assert_msg(disc || *error.text, "%zu bytes", size);
        dk_disc_close(disc);
    }
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_loop_test(test_case, too_many_are_refused, 0, sizeof crowds / sizeof *crowds);
    tcase_add_test(test_case, sheet_may_end_anywhere);
}

int main(void)
{
    return suite_run("toc_wrecks", (const struct suite_case[]){ { "toc wrecks", add_all }, { NULL, NULL } });
}
