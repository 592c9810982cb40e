/* cdrdao's TOC: discs by recipe; where everything lies is what cdrdao show-toc says of the same sheets. */
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

enum { S = 2352, SUB = 2448, WAVE_HEAD = 44 };

static struct dk_disc *try_open(const char *name, struct dk_error *error)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    *error = (struct dk_error){ 0 };
    return dk_image_open(path, error);
}

static struct dk_disc *open_sheet(const char *sheet)
{
    struct dk_error error;
    struct dk_disc *disc;

    suite_file("disc.toc", sheet, strlen(sheet));
    disc = try_open("disc.toc", &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "toc");
    return disc;
}

/* ---- Where everything lies ---- */

static const struct place {
    const char *what, *sheet;
    struct table_file files[TABLE_FILES];
    const char *table;
} places[] = {
    { "data, silence and audio",
      "CD_ROM\nTRACK MODE1\nDATAFILE \"k.bin\" 00:00:25\n"
      "TRACK AUDIO\nSILENCE 00:02:00\nFILE \"a.bin\" 0 00:00:40\nSTART 00:02:00\nINDEX 00:00:10\n",
      { { "k.bin", TABLE_PLAIN, { { DK_MODE1, 2048, 0, 25 } }, 0 },
        { "a.bin", TABLE_SWAPPED, { { DK_AUDIO, S, 175, 40 } }, 0 } },
      "1/1 mode1 0+25 stored 2048\n1/2 audio 175+40 stored 2352 pregap 150 2@185\nout 215\n" },
    { "START before the pieces that it counts",
      "TRACK AUDIO\nSTART 00:00:05\nFILE \"a.bin\" 0\n",
      { { "a.bin", TABLE_SWAPPED, { { DK_AUDIO, S, 0, 40 } }, 0 } },
      "1/1 audio 5+35 stored 2352 pregap 5\nout 40\n" },
    { "START without a time",
      "TRACK AUDIO SILENCE 00:00:10 START FILE \"a.bin\" 0 TRACK AUDIO PREGAP 0:0:7 SILENCE 0:0:20",
      { { "a.bin", TABLE_SWAPPED, { { DK_AUDIO, S, 10, 40 } }, 0 } },
      "1/1 audio 10+40 stored 2352 pregap 10\n1/2 audio 57+20 stored 0 pregap 7\nout 77\n" },
    { "a postgap begins with an index",
      "TRACK AUDIO\nSILENCE 00:00:10\nSTART\nFILE \"a.bin\" 0 0:0:40\nEND 0:0:30\nINDEX 0:0:5\nINDEX 0:0:25\n",
      { { "a.bin", TABLE_SWAPPED, { { DK_AUDIO, S, 10, 40 } }, 0 } },
      "1/1 audio 10+40 stored 2352 pregap 10 2@15 3@30 4@35\nout 50\n" },
    { "END without a time, and END of nothing",
      "TRACK AUDIO\nFILE \"a.bin\" 0 0:0:30\nEND\nFILE \"a.bin\" 0:0:30 0\nTRACK AUDIO\nEND 0:0:0\nSILENCE 0:0:8\n",
      { { "a.bin", TABLE_SWAPPED, { { DK_AUDIO, S, 0, 40 } }, 0 } },
      "1/1 audio 0+40 stored 2352 2@30\n1/2 audio 40+8 stored 0\nout 48\n" },
    { "byte order of samples",
      "TRACK AUDIO\nAUDIOFILE \"big.cdda\" 0\nTRACK AUDIO\nAUDIOFILE \"little.bin\" SWAP 0\n"
      "TRACK AUDIO\nFILE \"sound.wav\" 0\nTRACK AUDIO\nDATAFILE \"data.bin\"\n",
      { { "big.cdda", TABLE_SWAPPED, { { DK_AUDIO, S, 0, 10 } }, 0 },
        { "little.bin", TABLE_PLAIN, { { DK_AUDIO, S, 10, 10 } }, 0 },
        { "sound.wav", TABLE_WAVE, { { DK_AUDIO, S, 20, 10 } }, 0 },
        { "data.bin", TABLE_SWAPPED, { { DK_AUDIO, S, 30, 10 } }, 0 } },
      "1/1 audio 0+10 stored 2352\n1/2 audio 10+10 stored 2352\n1/3 audio 20+10 stored 2352\n"
      "1/4 audio 30+10 stored 2352\nout 40\n" },
    { "offsets and lengths in bytes, times and samples",
      "TRACK MODE1_RAW\nDATAFILE \"x.bin\" 23520\nTRACK AUDIO\nFILE \"x.bin\" SWAP #23520 0 0:0:10\n"
      "TRACK AUDIO\nFILE \"x.bin\" SWAP #23520 0:0:10 5880\nTRACK AUDIO\nFILE \"x.bin\" SWAP #0 17640\n",
      { { "x.bin", TABLE_PLAIN, { { DK_MODE1, S, 0, 10 }, { DK_AUDIO, S, 10, 30 } }, 0 } },
      "1/1 mode1 0+10 stored 2352\n1/2 audio 10+10 stored 2352\n1/3 audio 20+10 stored 2352\n"
      "1/4 audio 30+10 stored 2352\nout 40\n" },
    { "every mode",
      "CD_ROM_XA\nTRACK MODE1\nDATAFILE \"a.bin\"\nTRACK MODE2_FORM1\nDATAFILE \"b.bin\"\n"
      "TRACK MODE2_FORM2\nDATAFILE \"c.bin\"\nTRACK MODE2_FORM_MIX\nDATAFILE \"d.bin\"\n",
      { { "a.bin", TABLE_PLAIN, { { DK_MODE1, 2048, 0, 20 } }, 0 },
        { "b.bin", TABLE_PLAIN, { { DK_MODE2_FORM1, 2048, 20, 20 } }, 0 },
        { "c.bin", TABLE_PLAIN, { { DK_MODE2_FORM2, 2324, 40, 20 } }, 0 },
        { "d.bin", TABLE_PLAIN, { { DK_MODE2_FORM1, 2336, 60, 20 } }, 0 } },
      "1/1 mode1 0+20 stored 2048\n1/2 mode2-form1 20+20 stored 2048\n1/3 mode2-form2 40+20 stored 2324\n"
      "1/4 mode2-form1 60+20 stored 2336\nout 80\n" },
    { "raw modes",
      "TRACK MODE2_RAW\nDATAFILE \"b.bin\" 0:0:20\nTRACK MODE1_RAW\nDATAFILE \"b.bin\" #47040 0:0:20",
      { { "b.bin", TABLE_PLAIN, { { DK_MODE2_FORM2, S, 0, 20 }, { DK_MODE1, S, 20, 20 } }, 0 } },
      "1/1 mode2-form2 0+20 stored 2352\n1/2 mode1 20+20 stored 2352\nout 40\n" },
    { "zeros count blocks of the track, whatever their own mode",
      "CD_ROM TRACK MODE1 ZERO MODE0 RW 0:0:10 ZERO 20480 START 0:0:10 TRACK MODE2_FORM2 ZERO 1000000",
      { { 0 } },
      "1/1 mode1 10+10 stored 0 pregap 10\n1/2 mode2-form2 20+431 stored 0\nout 451\n" },
    { "one file whose pieces go on from track to track, as the sum of their lengths says",
      "TRACK MODE1_RAW\nDATAFILE \"b.bin\" 0:0:20\nTRACK AUDIO\nDATAFILE \"b.bin\" 0:0:20",
      { { "b.bin", TABLE_SWAPPED, { { DK_MODE1, S, 0, 20 }, { DK_AUDIO, S, 20, 20 } }, 0 } },
      "1/1 mode1 0+20 stored 2352\n1/2 audio 20+20 stored 2352\nout 40\n" },
    { "FILE in data tracks, as VCDImager writes it",
      "CD_ROM_XA\nTRACK MODE2_RAW\nCOPY\nFILE \"b.bin\" 00:00:00 00:00:20\n"
      "TRACK MODE2_RAW\nCOPY\nFILE \"b.bin\" 00:00:20 00:00:00\nSTART 00:00:04\n",
      { { "b.bin", TABLE_PLAIN, { { DK_MODE2_FORM1, S, 0, 20 }, { DK_MODE2_FORM2, S, 20, 20 } }, 0 } },
      "1/1 mode2-form1 0+20 stored 2352 control 2\n"
      "1/2 mode2-form2 24+16 stored 2352 pregap 4 control 2\nout 40\n" },
    { "first track that is not 1, flags and codes",
      "CATALOG \"4006408123456\"\nCD_DA FIRST_TRACK_NO 7\nTRACK AUDIO COPY PRE_EMPHASIS FOUR_CHANNEL_AUDIO\n"
      "ISRC \"DEABC0412345\" SILENCE 0:0:9\nTRACK AUDIO COPY NO COPY PRE_EMPHASIS NO PRE_EMPHASIS\n"
      "FOUR_CHANNEL_AUDIO TWO_CHANNEL_AUDIO SILENCE 0:0:9",
      { { 0 } },
      "1/7 audio 0+9 stored 0 control 11 DEABC0412345\n1/8 audio 9+9 stored 0\nout 18\n" },
    { "words in lower case, and comments",
      "// a disc\ncd_da // of sound\ntrack Audio//\nsilence 1:0:0",
      { { 0 } },
      "1/1 audio 0+4500 stored 0\nout 4500\n" },
    { "name with an escape",
      "TRACK MODE1 DATAFILE \"k\\040\\303\\244\\\\x.bin\"",
      { { "k \xC3\xA4\\x.bin", TABLE_PLAIN, { { DK_MODE1, 2048, 0, 25 } }, 0 } },
      "1/1 mode1 0+25 stored 2048\nout 25\n" },
};

START_TEST(place_is_what_cdrdao_says)
{
    const struct place *place = &places[_i];
    struct dk_disc *disc;

    table_make_files(place->files);
    disc = open_sheet(place->sheet);
    ck_assert_msg(strcmp(table_text(disc), place->table) == 0, "%s:\n%s", place->what, table_text(disc));
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* Pieces of 1000 samples, which end amid sectors; 588 samples are one. */
START_TEST(pieces_need_not_end_with_a_sector)
{
    uint8_t *samples = raw_audio_image(10, 0, S), *all = calloc(10, S), *read = calloc(10, S);
    struct dk_error error;
    struct dk_disc *disc;
    const size_t bytes = 4000;

    suite_file("little.bin", samples, (size_t)10 * S);
    disc = open_sheet("TRACK AUDIO FILE \"little.bin\" SWAP 0 1000 SILENCE 1000 FILE \"little.bin\" SWAP 2000 1000 "
                      "FILE \"little.bin\" 0 1000");
    memcpy(all, samples, bytes);
    memcpy(all + 2 * bytes, samples + 2 * bytes, bytes);
    for (size_t i = 0; i < bytes; i++)
        all[3 * bytes + i] = samples[i ^ 1];
    ck_assert_str_eq(table_text(disc), "1/1 audio 0+7 stored 2352\nout 7\n");
    ck_assert_uint_eq(dk_source_read(disc->source, 0, 7, DK_FORM_RAW, read, &error), 7);
    ck_assert_mem_eq(read, all, (size_t)7 * S);
    dk_disc_close(disc);
    free(samples);
    free(all);
    free(read);
}
END_TEST

/* ---- Subchannel ---- */

START_TEST(raw_subchannel_is_kept)
{
    static const char *const sheets[] = { "TRACK MODE1 RW_RAW DATAFILE \"sub.bin\"",
                                          "TRACK MODE1_RAW RW_RAW DATAFILE \"sub.bin\"" };
    const unsigned user = _i ? S : 2048, stored = user + DK_SUBCHANNEL;
    uint8_t *raw = raw_image(NULL, 20, DK_MODE1, 0, SUB), *cut = calloc(20, stored), sector[SUB], linear[DK_SUBCHANNEL];
    struct dk_error error;
    struct dk_disc *disc;

    for (int i = 0; i < 20; i++) {
        memcpy(cut + i * stored, raw + i * SUB + (_i ? 0 : 16), user);
        raw_subchannel(&(struct raw_position){ 4, 33, 1, i, i }, DK_SUB_INTERLEAVED, cut + i * stored + user);
    }
    suite_file("sub.bin", cut, (size_t)20 * stored);
    disc = open_sheet(sheets[_i]);
    ck_assert_uint_eq(disc->tracks[0].count, 20);
    ck_assert_uint_eq(disc->tracks[0].stored, stored);
    for (int i = 0; i < 20; i++) {
        ck_assert_uint_eq(dk_source_read(disc->source, i, 1, DK_FORM_RAW_SUB, sector, &error), 1);
        raw_subchannel(&(struct raw_position){ 4, 33, 1, i, i }, DK_SUB_LINEAR, linear);
        ck_assert_mem_eq(sector, raw + i * SUB, S);
        ck_assert_mem_eq(sector + S, linear, DK_SUBCHANNEL);
    }
    dk_disc_close(disc);
    free(raw);
    free(cut);
}
END_TEST

/* Packs of R to W are no subchannel as a disc has it: what can be computed is given, and the loss is told. */
START_TEST(packs_are_told_and_left_out)
{
    uint8_t *raw = raw_image(NULL, 20, DK_MODE1, 0, SUB), sector[SUB], wanted[DK_SUBCHANNEL];
    struct dk_error error;
    struct dk_disc *disc;

    suite_file("sub.bin", raw, (size_t)20 * SUB);
    disc = open_sheet("TRACK MODE1_RAW RW DATAFILE \"sub.bin\"");
    ck_assert(table_has_note(&disc->notes, DK_NOTE_ODD, "the packs of R to W of track 1 (RW) are left out"));
    ck_assert_uint_eq(disc->tracks[0].count, 20);
    ck_assert_uint_eq(dk_source_read(disc->source, 7, 1, DK_FORM_RAW_SUB, sector, &error), 1);
    ck_assert_mem_eq(sector, raw + 7 * SUB, S);
    dk_sub_make(disc, 7, wanted);
    ck_assert_mem_eq(sector + S, wanted, DK_SUBCHANNEL);
    dk_disc_close(disc);
    free(raw);
}
END_TEST

/* ---- CD-TEXT ---- */

#define ZEROS_OF_SIZES "1, 1, 0, 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0, 9, 105, 0, 0, 0, 0, 0, 0"

static const struct text {
    const char *what, *global, *of_track;
    unsigned block, track;
    enum dk_cd_text_type type;
    const char *text;
    uint8_t language;
} texts[] = {
    { "title", "LANGUAGE_MAP { 0 : EN } LANGUAGE 0 { TITLE \"A \\\"title\\\"\" }", "", 0, 0, DK_TEXT_TITLE,
      "A \"title\"", 9 },
    { "of a track", "", "LANGUAGE 0 { TITLE \"T\" PERFORMER \"P\" }", 0, 1, DK_TEXT_PERFORMER, "P", 9 },
    { "octal escapes in Latin 1", "LANGUAGE 0 { TITLE \"Bj\\366rk\" }", "", 0, 0, DK_TEXT_TITLE, "Bj\xC3\xB6rk", 9 },
    { "UTF-8", "LANGUAGE 0 { ENCODING_ISO_8859_1 TITLE \"Bj\xC3\xB6rk\" }", "", 0, 0, DK_TEXT_TITLE, "Bj\xC3\xB6rk",
      9 },
    { "bytes of Latin 1", "LANGUAGE 0 { TITLE \"Bj\xF6rk\" }", "", 0, 0, DK_TEXT_TITLE, "Bj\xC3\xB6rk", 9 },
    { "MS-JIS by its word",
      "LANGUAGE_MAP {0:9 1:105} LANGUAGE 0 { TITLE \"a\" } LANGUAGE 1 { ENCODING_MS_JIS "
      "TITLE \"\\223\\372\\226\\173\" }",
      "", 1, 0, DK_TEXT_TITLE, "\xE6\x97\xA5\xE6\x9C\xAC", 105 },
    { "MS-JIS by SIZE_INFO", "LANGUAGE 1 { TITLE \"\\223\\372\\226\\173\" SIZE_INFO { 128, " ZEROS_OF_SIZES "} }", "",
      1, 0, DK_TEXT_TITLE, "\xE6\x97\xA5\xE6\x9C\xAC", 105 },
    { "Korean", "LANGUAGE 0 { ENCODING_KOREAN TITLE \"\\260\\241\" }", "", 0, 0, DK_TEXT_TITLE, "\xEA\xB0\x80", 9 },
    { "Mandarin", "LANGUAGE 0 { ENCODING_MANDARIN TITLE \"\\260\\241\" }", "", 0, 0, DK_TEXT_TITLE, "\xE5\x95\x8A", 9 },
    { "genre with its code", "LANGUAGE 0 { GENRE { 0, 3, 74, 97, 122, 122, 0 } TOC_INFO1 {} TOC_INFO2 { 1 } }", "", 0,
      0, DK_TEXT_GENRE, "Jazz", 9 },
    { "code of the disc", "LANGUAGE 0 { DISC_ID \"XY12345\" UPC_EAN \"\" }", "", 0, 0, DK_TEXT_DISC_ID, "XY12345", 9 },
};

START_TEST(text_is_decoded)
{
    const struct text *text = &texts[_i];
    char sheet[1000];
    struct dk_disc *disc;
    const char *found;

    snprintf(sheet, sizeof sheet, "CD_DA CD_TEXT { %s } TRACK AUDIO CD_TEXT { %s } SILENCE 0:4:0", text->global,
             text->of_track);
    disc = open_sheet(sheet);
    ck_assert_msg(disc->cd_text, "%s", text->what);
    found = dk_cd_text_get(disc->cd_text, text->block, text->track, text->type);
    ck_assert_msg(found && strcmp(found, text->text) == 0, "%s: %s", text->what, found ? found : "none");
    ck_assert_uint_eq(disc->cd_text->language[text->block], text->language);
    ck_assert_uint_eq(disc->cd_text->genre[0], text->type == DK_TEXT_GENRE ? 3 : 0);
    ck_assert_uint_eq(disc->notes.count, 0);
    dk_disc_close(disc);
}
END_TEST

START_TEST(empty_texts_are_none)
{
    struct dk_disc *disc = open_sheet("CD_DA CD_TEXT { LANGUAGE 0 { UPC_EAN \"\" } } TRACK AUDIO SILENCE 0:4:0");

    ck_assert_ptr_null(disc->cd_text);
    dk_disc_close(disc);
}
END_TEST

/* ---- Files that are not there, or not whole ---- */

START_TEST(missing_file_leaves_the_table)
{
    struct dk_error error;
    struct dk_disc *disc;
    const char sheet[] = "TRACK AUDIO\nFILE \"data.wav\" 0 00:00:30\nTRACK AUDIO\nFILE \"data.wav\" 00:00:30 00:00:30\n"
                         "START 0:0:10\nTRACK AUDIO FILE \"data.wav\" 0:0:60 START 0:0:5";

    suite_file("alone/alone.toc", sheet, strlen(sheet));
    disc = try_open("alone/alone.toc", &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(table_text(disc), "1/1 audio 0+30 stored 2352 missing\n"
                                       "1/2 audio 40+20 stored 2352 pregap 10 missing\n"
                                       "1/3 audio 65+0 stored 2352 pregap 5 missing\nout 65\n");
    ck_assert_uint_eq(disc->missing_count, 1);
    ck_assert_str_eq(disc->missing[0], "data.wav");
    dk_disc_close(disc);
}
END_TEST

START_TEST(short_file_is_told_in_bytes)
{
    const struct table_file files[2] = { { "k.bin", TABLE_PLAIN, { { DK_MODE1, 2048, 0, 25 } }, 100 } };
    struct dk_error error;
    uint8_t sector[S];
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_sheet("TRACK MODE1 DATAFILE \"k.bin\" 0:0:25 ZERO 0:0:10");
    ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, "100 of the 51200 bytes that track 1 takes"));
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+35 stored 2048\nout 35\n");
    table_check_sectors(disc);
    ck_assert_uint_eq(dk_source_read(disc->source, 24, 1, DK_FORM_USER, sector, &error), 0);
    ck_assert_uint_eq(dk_source_read(disc->source, 25, 1, DK_FORM_USER, sector, &error), 1);
    dk_disc_close(disc);
}
END_TEST

START_TEST(data_file_leads_to_the_sheet)
{
    const struct table_file files[2] = { { "disc.bin", TABLE_PLAIN, { { DK_MODE1, S, 0, 25 } }, 0 } };
    struct dk_error error;
    struct dk_disc *disc;

    table_make_files(files);
    dk_disc_close(open_sheet("TRACK MODE1_RAW COPY DATAFILE \"disc.bin\""));
    disc = try_open("disc.bin", &error);
    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "toc");
    dk_disc_close(disc);
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_loop_test(test_case, place_is_what_cdrdao_says, 0, sizeof places / sizeof *places);
    tcase_add_test(test_case, pieces_need_not_end_with_a_sector);
    tcase_add_loop_test(test_case, raw_subchannel_is_kept, 0, 2);
    tcase_add_test(test_case, packs_are_told_and_left_out);
    tcase_add_loop_test(test_case, text_is_decoded, 0, sizeof texts / sizeof *texts);
    tcase_add_test(test_case, empty_texts_are_none);
    tcase_add_test(test_case, missing_file_leaves_the_table);
    tcase_add_test(test_case, short_file_is_told_in_bytes);
    tcase_add_test(test_case, data_file_leads_to_the_sheet);
}

int main(void)
{
    return suite_run("toc", (const struct suite_case[]){ { "toc", add_all }, { NULL, NULL } });
}
