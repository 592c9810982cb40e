/* Writing cdrdao's TOC: the text by hand, and discs of every shape there and back again. */
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"

#include <disckit/cdtext.h>
#include <disckit/watch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { S = 2352, SUB = 2448 };

#define AUDIO(n, from, count)                                                                                          \
    {                                                                                                                  \
        .name = n, .parts = { { DK_AUDIO, S, from, count } }                                                           \
    }
#define FLAGS "NO PRE_EMPHASIS\nTWO_CHANNEL_AUDIO\n"

/* The sheet that is read, and the TOC that must be written of it; NULL: it is not looked at. */
static const struct {
    const char *what, *name, *sheet;
    struct table_file files[TABLE_FILES];
    const char *written;
} cases[] = {
    { "data, and audio with a stored pause",
      "s.cue",
      "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 00:00:43\n"
      "INDEX 01 00:02:43\n",
      { { .name = "m.bin", .parts = { { DK_MODE1, S, 0, 43 }, { DK_AUDIO, S, 43, 450 } } } },
      "CD_ROM\n\n// Track 1\nTRACK MODE1_RAW\nNO COPY\nDATAFILE \"out.bin\" #0 00:00:43 // length in bytes: 101136\n"
      "\n// Track 2\nTRACK AUDIO\nNO COPY\n" FLAGS "FILE \"out.bin\" 00:00:43 00:06:00\nSTART 00:02:00\n" },
    { "gaps of both kinds",
      "s.cue",
      "FILE \"m.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nPREGAP 00:01:00\nINDEX 00 00:00:20\n"
      "INDEX 01 00:00:40\n",
      { { .name = "m.bin", .parts = { { DK_AUDIO, S, 0, 20 }, { DK_AUDIO, S, 95, 50 } } } },
      "CD_DA\n\n// Track 1\nTRACK AUDIO\nNO COPY\n" FLAGS "FILE \"out.bin\" 0 00:00:20\n"
      "\n// Track 2\nTRACK AUDIO\nNO COPY\n" FLAGS
      "SILENCE 00:01:00\nFILE \"out.bin\" 00:00:20 00:00:50\nSTART 00:01:20\n" },
    { "a hidden track, codes, flags, indexes",
      "s.cue",
      "CATALOG 0012345678905\nFILE \"a.bin\" BINARY\nTRACK 03 AUDIO\nFLAGS PRE DCP 4CH\nISRC USXX19800123\n"
      "INDEX 00 00:00:00\nINDEX 01 00:00:05\nINDEX 02 00:00:10\nINDEX 03 00:00:20\n",
      { AUDIO("a.bin", 0, 100) },
      "CD_DA\nCATALOG \"0012345678905\"\nFIRST_TRACK_NO 3\n\n// Track 3\nTRACK AUDIO\nCOPY\nPRE_EMPHASIS\n"
      "FOUR_CHANNEL_AUDIO\nISRC \"USXX19800123\"\nFILE \"out.bin\" 0 00:01:25\nSTART 00:00:05\nINDEX 00:00:05\n"
      "INDEX 00:00:15\n" },
    { "texts",
      "s.cue",
      "TITLE \"\xC3\x89mile \\ x\"\nFILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nTITLE \"The \"best\"\"\nINDEX 01 00:00:00\n"
      "TRACK 02 AUDIO\nCOMPOSER \"\xE2\x80\x99\"\nINDEX 01 00:00:50\n",
      { AUDIO("a.bin", 0, 100) },
      "CD_DA\nCD_TEXT {\n  LANGUAGE_MAP { 0 : 9 }\n  LANGUAGE 0 {\n    TITLE \"\\311mile \\\\ x\"\n    COMPOSER \"\"\n"
      "  }\n}\n\n// Track 1\nTRACK AUDIO\nNO COPY\n" FLAGS "CD_TEXT {\n  LANGUAGE 0 {\n    TITLE \"The \\\"best\\\"\"\n"
      "    COMPOSER \"\"\n  }\n}\nFILE \"out.bin\" 0 00:00:50\n\n// Track 2\nTRACK AUDIO\nNO COPY\n" FLAGS
      "CD_TEXT {\n  LANGUAGE 0 {\n    TITLE \"\"\n    COMPOSER \"\\222\"\n  }\n}\n"
      "FILE \"out.bin\" 00:00:50 00:00:50\n" },
    { "texts in two languages, one of them Japanese, with a genre",
      "s.toc",
      "CD_DA\nCD_TEXT { LANGUAGE_MAP { 0 : 9 1 : 105 } LANGUAGE 0 { TITLE \"a\\012b\" GENRE { 0, 3, 74 } }\n"
      "LANGUAGE 1 { ENCODING_MS_JIS TITLE \"\xE6\x97\xA5\xE6\x9C\xAC\" } }\nTRACK AUDIO FILE \"a.bin\" 0\n",
      { { .name = "a.bin", .kind = TABLE_SWAPPED, .parts = { { DK_AUDIO, S, 0, 100 } } } },
      "CD_DA\nCD_TEXT {\n  LANGUAGE_MAP { 0 : 9 1 : 105 }\n  LANGUAGE 0 {\n    TITLE \"a\\012b\"\n"
      "    GENRE { 0, 3, 74, 0 }\n  }\n  LANGUAGE 1 {\n    ENCODING_MS_JIS\n"
      "    TITLE \"\xE6\x97\xA5\xE6\x9C\xAC\"\n  }\n}\n\n// Track 1\nTRACK AUDIO\nNO COPY\n" FLAGS
      "CD_TEXT {\n  LANGUAGE 0 {\n    TITLE \"\"\n  }\n  LANGUAGE 1 {\n    ENCODING_MS_JIS\n    TITLE \"\"\n  }\n}\n"
      "FILE \"out.bin\" 0 00:01:25\n" },
    { "an index that begins a postgap",
      "s.toc",
      "TRACK AUDIO PREGAP 0:0:9 FILE \"a.bin\" 0 END 0:0:50 TRACK AUDIO SILENCE 0:0:33",
      { { .name = "a.bin", .kind = TABLE_SWAPPED, .parts = { { DK_AUDIO, S, 9, 100 } } } },
      NULL },
    { "Mode 2 of 2336 bytes is completed",
      "s.cue",
      "FILE \"a.bin\" BINARY\nTRACK 01 MODE2/2336\nINDEX 01 00:00:00\n",
      { { .name = "a.bin", .parts = { { DK_MODE2_FORM1, 2336, 0, 30 } } } },
      "CD_ROM_XA\n\n// Track 1\nTRACK MODE2_RAW\nNO COPY\nDATAFILE \"out.bin\" #0 00:00:30 "
      "// length in bytes: 70560\n" },
    { "Form 2 is completed",
      "s.toc",
      "TRACK MODE2_FORM2 DATAFILE \"a.bin\" TRACK MODE1 ZERO 0:2:0 DATAFILE \"b.bin\" START 0:2:0",
      { { .name = "a.bin", .parts = { { DK_MODE2_FORM2, 2324, 0, 30 } } },
        { .name = "b.bin", .parts = { { DK_MODE1, 2048, 180, 30 } } } },
      NULL },
    { "nothing but silence",
      "s.toc",
      "CD_DA TRACK AUDIO SILENCE 0:4:0 START 0:1:0 TRACK MODE1 ZERO 0:4:0",
      { { 0 } },
      "CD_ROM\n\n// Track 1\nTRACK AUDIO\nNO COPY\n" FLAGS "SILENCE 00:01:00\nFILE \"out.bin\" 0 00:03:00\n"
      "START 00:01:00\n\n// Track 2\nTRACK MODE1_RAW\nNO COPY\n"
      "DATAFILE \"out.bin\" #529200 00:04:00 // length in bytes: 705600\n" },
};

static struct dk_disc *open_image(const char *path)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(path, &error);

    ck_assert_msg(disc, "%s", error.text);
    return disc;
}

static bool write_disc(struct dk_disc *disc, const char *path, const struct dk_write_options *options,
                       struct dk_error *error)
{
    struct dk_output *output = dk_output_new(true);
    const bool right =
        dk_format_by_id("toc")->write(disc, path, options, output, error) && dk_output_commit(output, error);

    dk_output_close(output);
    return right;
}

static const char *out_path(const char *name)
{
    static char path[600];

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    return path;
}

static struct dk_disc *write_and_open(struct dk_disc *disc, const struct dk_write_options *options)
{
    struct dk_error error = { 0 };

    ck_assert_msg(write_disc(disc, out_path("out.toc"), options, &error), "%s", error.text);
    return open_image(out_path("out.toc"));
}

static const char *file_text(const char *name)
{
    static char text[4096];
    FILE *file = fopen(out_path(name), "rb");

    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void check_texts(const struct dk_cd_text *one, const struct dk_cd_text *other)
{
    ck_assert_int_eq(one != NULL, other != NULL);
    for (size_t i = 0; one && i < one->count; i++) {
        const struct dk_cd_text_item *item = &one->items[i];
        const char *text = dk_cd_text_get(other, item->block, item->track, item->type);

        ck_assert_msg(text && strcmp(text, item->text) == 0, "'%s', not '%s'", text ? text : "", item->text);
        ck_assert_uint_eq(one->language[item->block], other->language[item->block]);
        ck_assert_uint_eq(one->genre[item->block], other->genre[item->block]);
    }
    if (one)
        ck_assert_uint_eq(one->count, other->count);
}

/* The same but for `stored`, which becomes 2352. */
static void check_again(const struct dk_disc *disc, const struct dk_disc *again)
{
    for (size_t i = 0; i < disc->track_count; i++) {
        ck_assert_uint_eq(again->tracks[i].stored, S);
        disc->tracks[i].stored = S;
    }
    table_check_same(disc, again);
    check_texts(disc->cd_text, again->cd_text);
}

START_TEST(there_and_back)
{
    struct dk_disc *disc, *again;

    table_make_files(cases[_i].files);
    disc = open_image(suite_file(cases[_i].name, cases[_i].sheet, strlen(cases[_i].sheet)));
    again = write_and_open(disc, &(struct dk_write_options){ .notes = &disc->notes });
    if (cases[_i].written)
        ck_assert_str_eq(file_text("out.toc"), cases[_i].written);
    check_again(disc, again);
    dk_disc_close(again);
    again = write_and_open(disc, &(struct dk_write_options){ .split = true, .notes = &disc->notes });
    if (disc->track_count > 1)
        ck_assert_ptr_nonnull(strstr(file_text("out.toc"), "out (Track 2).bin"));
    check_again(disc, again);
    dk_disc_close(again);
    dk_disc_close(disc);
}
END_TEST

/* In a file that no WAVE is, samples are big-endian. */
START_TEST(samples_are_swapped)
{
    const struct table_file files[TABLE_FILES] = { AUDIO("a.bin", 0, 20) };
    static const char sheet[] = "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n";
    struct dk_disc *disc;
    uint8_t raw[S], *samples = raw_audio_image(20, 0, S);
    struct dk_error error = { 0 };
    FILE *file;

    table_make_files(files);
    disc = open_image(suite_file("s.cue", sheet, strlen(sheet)));
    ck_assert_msg(write_disc(disc, out_path("out.toc"), &(struct dk_write_options){ 0 }, &error), "%s", error.text);
    file = fopen(out_path("out.bin"), "rb");
    ck_assert_uint_eq(fread(raw, 1, S, file), S);
    for (int i = 0; i < S; i++)
        ck_assert_uint_eq(raw[i], samples[i ^ 1]);
    fclose(file);
    dk_disc_close(disc);
    free(samples);
}
END_TEST

/* Subchannel that no computation would give. */
START_TEST(subchannel_is_kept)
{
    static const char sheet[] = "CD_ROM\nTRACK MODE1_RAW RW_RAW\nDATAFILE \"sub.bin\" #0 0:0:20\n"
                                "TRACK AUDIO RW_RAW\nZERO AUDIO RW_RAW 0:0:5\nDATAFILE \"sub.bin\" #48960\nSTART 0:0:5";
    uint8_t *bytes = malloc(40 * SUB), *data = raw_image(NULL, 20, DK_MODE1, 0, SUB), one[SUB], other[SUB];
    struct dk_disc *disc, *again;
    struct dk_error error;

    memcpy(bytes, data, 20 * SUB);
    for (int i = 0; i < 40; i++) {
        if (i >= 20)
            raw_audio_sector(bytes + i * SUB, i);
        raw_subchannel(&(struct raw_position){ 4, 33, 1, i, i }, DK_SUB_INTERLEAVED, bytes + i * SUB + S);
    }
    suite_file("sub.bin", bytes, 40 * SUB);
    disc = open_image(suite_file("s.toc", sheet, strlen(sheet)));
    again = write_and_open(disc, &(struct dk_write_options){ 0 });
    ck_assert_str_eq(table_text(again), table_text(disc));
    ck_assert_uint_eq(again->tracks[1].stored, SUB);
    for (int lba = 0; lba < 45; lba++) {
        ck_assert_uint_eq(dk_source_read(disc->source, lba, 1, DK_FORM_RAW_SUB, one, &error), 1);
        ck_assert_uint_eq(dk_source_read(again->source, lba, 1, DK_FORM_RAW_SUB, other, &error), 1);
        ck_assert_msg(memcmp(one, other, SUB) == 0, "LBA %d", lba);
    }
    ck_assert_ptr_nonnull(strstr(file_text("out.toc"), "ZERO AUDIO RW_RAW 00:00:05\nDATAFILE \"out.bin\" #48960"));
    dk_disc_close(again);
    dk_disc_close(disc);
    free(bytes);
    free(data);
}
END_TEST

START_TEST(user_data_alone_where_it_is_wanted)
{
    static const char sheet[] = "FILE \"m.bin\" BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nTRACK 02 MODE2/2352\n"
                                "INDEX 01 00:00:43\nTRACK 03 AUDIO\nINDEX 01 00:00:63\n";
    const struct table_file files[TABLE_FILES] = {
        { .name = "m.bin", .parts = { { DK_MODE1, S, 0, 43 }, { DK_MODE2_FORM1, S, 43, 20 }, { DK_AUDIO, S, 63, 10 } } }
    };
    struct dk_disc *disc, *again;

    table_make_files(files);
    disc = open_image(suite_file("s.cue", sheet, strlen(sheet)));
    again = write_and_open(disc, &(struct dk_write_options){ .sector = 2048 });
    ck_assert_str_eq(table_text(again), "1/1 mode1 0+43 stored 2048\n1/2 mode2-form1 43+20 stored 2048\n"
                                        "1/3 audio 63+10 stored 2352\nout 73\n");
    table_check_sectors(again);
    dk_disc_close(again);
    dk_disc_close(disc);
}
END_TEST

/* A second session goes where it is on the disc, behind silence: the border is what is lost. */
START_TEST(sessions_become_a_gap)
{
    static const char sheet[] = "REM SESSION 01\nFILE \"1.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
                                "REM SESSION 02\nFILE \"2.bin\" BINARY\nTRACK 02 MODE2/2352\n"
                                "REM MSF: 02:35:05 = LBA: 11480\nINDEX 01 00:00:00\n";
    const struct table_file files[TABLE_FILES] = { AUDIO("1.bin", 0, 80),
                                                   { .name = "2.bin", .parts = { { DK_MODE2_FORM1, S, 11480, 20 } } } };
    struct dk_disc *disc, *again;

    table_make_files(files);
    disc = open_image(suite_file("s.cue", sheet, strlen(sheet)));
    again = write_and_open(disc, &(struct dk_write_options){ 0 });
    ck_assert_str_eq(table_text(again), "1/1 audio 0+80 stored 2352\n"
                                        "1/2 mode2-form1 11480+20 stored 2352 pregap 11400\nout 11500\n");
    dk_disc_close(again);
    dk_disc_close(disc);
}
END_TEST

static const struct {
    const char *name, *sheet, *says;
    unsigned sector;
} refused[] = {
    { "no.toc", "REM ORIGINAL MEDIA-TYPE: DVD-R\nFILE \"d.bin\" BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n",
      "is an image of a DVD", 0 },
    { "no.toc", "FILE \"d.bin\" BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\nTRACK 03 MODE1/2048\nINDEX 01 0:0:9\n",
      "track 3 does not follow the one before it", 0 },
    { "no.toc", "FILE \"f.bin\" BINARY\nTRACK 01 MODE2/2324\nINDEX 01 00:00:00\n", "track 1 is mode2-form2", 2048 },
    { "no.toc", "FILE \"gone.bin\" BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n", "is not there", 0 },
};

START_TEST(what_has_no_place_is_refused)
{
    const struct table_file files[TABLE_FILES] = {
        { .name = "d.bin", .parts = { { DK_MODE1, 2048, 0, 30 } } },
        { .name = "f.bin", .parts = { { DK_MODE2_FORM2, 2324, 0, 30 } } },
    };
    struct dk_error error = { 0 };
    struct dk_disc *disc;

    table_make_files(files);
    disc = open_image(suite_file("s.cue", refused[_i].sheet, strlen(refused[_i].sheet)));
    ck_assert(!write_disc(disc, out_path(refused[_i].name), &(struct dk_write_options){ .sector = refused[_i].sector },
                          &error));
    ck_assert_msg(strstr(error.text, refused[_i].says), "%s", error.text);
    ck_assert_int_ne(access(out_path(refused[_i].name), F_OK), 0);
    dk_disc_close(disc);
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_loop_test(test_case, there_and_back, 0, sizeof cases / sizeof *cases);
    tcase_add_test(test_case, samples_are_swapped);
    tcase_add_test(test_case, subchannel_is_kept);
    tcase_add_test(test_case, user_data_alone_where_it_is_wanted);
    tcase_add_test(test_case, sessions_become_a_gap);
    tcase_add_loop_test(test_case, what_has_no_place_is_refused, 0, sizeof refused / sizeof *refused);
}

int main(void)
{
    return suite_run("toc_write", (const struct suite_case[]){ { "toc write", add_all }, { NULL, NULL } });
}
