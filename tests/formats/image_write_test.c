/*
 * What is written, byte by byte as the formats have it: the same disc, whose numbers are worked out by hand here, as a
 * CloneCD sheet, a media descriptor and a Nero image. That our own readers agree is the identity test's.
 */
#include "support/made_disc.h"
#include "support/raw.h"
#include "support/suite.h"
#include "support/table.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATA = 40, GAP = 15, SOUND = 25, SECOND = 80 + 11400 };

static uint8_t bytes[4 << 20];
static size_t size;

/* Data; sound with a gap that is not silent; another session with data. */
static struct dk_disc *make(unsigned stored)
{
    const struct made_track tracks[] = {
        { .mode = DK_MODE1, .stored = stored, .count = DATA },
        { .mode = DK_AUDIO, .stored = stored, .count = GAP + SOUND, .pregap = GAP },
        { .mode = DK_MODE2_FORM1, .stored = stored, .count = DATA, .session = 2, .lba = SECOND },
    };
    static const struct dk_index index = { 2, DATA + GAP + 10 };
    struct dk_disc *disc = made_disc(tracks, 3);

    strcpy(disc->mcn, "1234567890128");
    strcpy(disc->tracks[1].isrc, "USRC17607839");
    disc->tracks[1].control |= DK_CONTROL_COPY_PERMITTED;
    disc->tracks[1].indexes = &index;
    disc->tracks[1].index_count = 1;
    return disc;
}

static char *in_folder(const char *name)
{
    static char path[4096];

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    return path;
}

static bool try_write(struct dk_disc *disc, const char *id, const struct dk_write_options *options,
                      struct dk_error *error)
{
    struct dk_output *output = dk_output_new(true);
    char name[20];
    bool right;

    snprintf(name, sizeof name, "disc.%s", id);
    *error = (struct dk_error){ 0 };
    right =
        dk_format_by_id(id)->write(disc, in_folder(name), options, output, error) && dk_output_commit(output, error);
    dk_output_close(output);
    return right;
}

static void write_as(struct dk_disc *disc, const char *id)
{
    const struct dk_write_options options = { 0 };
    struct dk_error error;

    ck_assert_msg(try_write(disc, id, &options, &error), "%s", error.text);
}

/* The file's bytes, in `bytes`, with a NUL behind them. */
static void load(const char *name)
{
    FILE *file = fopen(in_folder(name), "rb");

    ck_assert_ptr_nonnull(file);
    size = fread(bytes, 1, sizeof bytes - 1, file);
    bytes[size] = 0;
    fclose(file);
}

static uint64_t little(size_t at, int count)
{
    uint64_t value = 0;

    for (int i = count; i-- > 0;)
        value = value << 8 | bytes[at + (size_t)i];
    return value;
}

static uint64_t big(size_t at, int count)
{
    uint64_t value = 0;

    for (int i = 0; i < count; i++)
        value = value << 8 | bytes[at + (size_t)i];
    return value;
}

/* ---- CloneCD ---- */

#define ENTRY(number, session, point, control, minute, second, frame, lba)                                             \
    "[Entry " #number "]\r\nSession=" #session "\r\nPoint=0x" #point "\r\nADR=0x01\r\nControl=0x0" #control            \
    "\r\nTrackNo=0\r\nAMin=0\r\nASec=0\r\nAFrame=0\r\nALBA=-150\r\nZero=0\r\nPMin=" #minute "\r\nPSec=" #second        \
    "\r\nPFrame=" #frame "\r\nPLBA=" #lba "\r\n"

static const char sheet[] =
    "[CloneCD]\r\nVersion=3\r\n"
    "[Disc]\r\nTocEntries=9\r\nSessions=2\r\nDataTracksScrambled=0\r\nCDTextLength=0\r\nCATALOG=1234567890128\r\n"
    "[Session 1]\r\nPreGapMode=1\r\nPreGapSubC=0\r\n"
    "[Session 2]\r\nPreGapMode=2\r\nPreGapSubC=0\r\n" ENTRY(0, 1, a0, 4, 1, 0, 0, 4350)
        ENTRY(1, 1, a1, 2, 2, 0, 0, 8850) ENTRY(2, 1, a2, 2, 0, 3, 5, 80) ENTRY(3, 1, 01, 4, 0, 2, 0,
                                                                                0) ENTRY(4, 1, 02, 2, 0, 2, 55, 55)
            ENTRY(5, 2, a0, 4, 3, 32, 0, 15750) ENTRY(6, 2, a1, 4, 3, 0, 0, 13350) ENTRY(7, 2, a2, 4, 2, 35, 45, 11520)
                ENTRY(8, 2, 03, 4, 2, 35, 5,
                      11480) "[TRACK 1]\r\nMODE=1\r\nINDEX 1=0\r\n"
                             "[TRACK 2]\r\nMODE=0\r\nISRC=USRC17607839\r\nINDEX 0=40\r\nINDEX 1=55\r\nINDEX 2=65\r\n"
                             "[TRACK 3]\r\nMODE=2\r\nINDEX 1=0\r\n";

START_TEST(writes_a_clonecd_sheet)
{
    struct dk_disc *disc = make(2352);
    uint8_t raw[DK_SECTOR_RAW], sub[DK_SUBCHANNEL];

    write_as(disc, "ccd");
    load("disc.ccd");
    ck_assert_str_eq((const char *)bytes, sheet);
    load("disc.img");
    ck_assert_uint_eq(size, (size_t)(DATA + GAP + SOUND + DATA) * 2352);
    raw_audio_sector(raw, DATA);
    ck_assert_mem_eq(bytes + (size_t)DATA * 2352, raw, sizeof raw);
    raw_sector(raw, DK_MODE2_FORM1, SECOND, NULL, NULL);
    ck_assert_mem_eq(bytes + (size_t)80 * 2352, raw, sizeof raw);
    load("disc.sub");
    ck_assert_uint_eq(size, (size_t)(DATA + GAP + SOUND + DATA) * 96);
    /* computed: the first of the gap counts down to 0, control 2 */
    raw_subchannel(&(struct raw_position){ 2, 2, 0, GAP - 1, DATA }, DK_SUB_LINEAR, sub);
    ck_assert_mem_eq(bytes + (size_t)DATA * 96, sub, sizeof sub);
    raw_subchannel(&(struct raw_position){ 2, 2, 2, 12, DATA + GAP + 12 }, DK_SUB_LINEAR, sub);
    ck_assert_mem_eq(bytes + (size_t)(DATA + GAP + 12) * 96, sub, sizeof sub);
    dk_disc_close(disc);
}
END_TEST

/* ---- Media descriptors ---- */

enum { BLOCKS = 88 + 2 * 24, EXTRAS = BLOCKS + 9 * 80, FOOTER = EXTRAS + 3 * 8 };

/* The sound's gap lies right before its offset. */
START_TEST(writes_a_media_descriptor)
{
    struct dk_disc *disc = make(2352);
    const size_t tracks[] = { BLOCKS + 3 * 80, BLOCKS + 4 * 80, BLOCKS + 8 * 80 };

    write_as(disc, "mds");
    load("disc.mds");
    ck_assert_uint_eq(size, FOOTER + 16 + 12);
    ck_assert_mem_eq(bytes, "MEDIA DESCRIPTOR\1\5\0\0\2\0\2\0", 24);
    ck_assert_uint_eq(little(80, 4), 88);
    ck_assert_int_eq((int32_t)little(88, 4), -150);
    ck_assert_uint_eq(little(92, 4), 80);
    ck_assert_mem_eq(bytes + 96, "\1\0\5\3\1\0\2\0\0\0\0\0", 12);
    ck_assert_uint_eq(little(108, 4), BLOCKS);
    ck_assert_uint_eq(little(112, 4), SECOND - 150);
    ck_assert_uint_eq(little(116, 4), SECOND + DATA);
    ck_assert_mem_eq(bytes + 120, "\2\0\4\3\3\0\3\0\0\0\0\0", 12);
    ck_assert_uint_eq(little(132, 4), BLOCKS + 5 * 80);
    ck_assert_mem_eq(bytes + BLOCKS + 2, "\x14\0\xA0\0\0\0\0\1\0\0", 10);
    ck_assert_mem_eq(bytes + BLOCKS + 80 + 2, "\x12\0\xA1\0\0\0\0\2\0\0", 10);
    ck_assert_mem_eq(bytes + BLOCKS + 160 + 2, "\x12\0\xA2\0\0\0\0\0\3\5", 10);
    ck_assert_mem_eq(bytes + tracks[0], "\xAA\0\x14\0\1\0\0\0\0\0\2\0", 12);
    ck_assert_mem_eq(bytes + tracks[1], "\xA9\0\x12\0\2\0\0\0\0\0\2\x37", 12);
    ck_assert_mem_eq(bytes + BLOCKS + 5 * 80 + 9, "\3\x20\0", 3); /* A0 of session 2: XA */
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(little(tracks[i] + 12, 4), EXTRAS + 8 * (size_t)i);
        ck_assert_uint_eq(little(tracks[i] + 16, 2), 2352);
        ck_assert_int_eq((int32_t)little(tracks[i] + 36, 4), i == 2 ? SECOND : i * (DATA + GAP));
        ck_assert_uint_eq(little(tracks[i] + 40, 8), (i == 2 ? 80ULL : (size_t)i * (DATA + GAP)) * 2352);
        ck_assert_uint_eq(little(tracks[i] + 48, 4), 1);
        ck_assert_uint_eq(little(tracks[i] + 52, 4), FOOTER);
    }
    ck_assert_uint_eq(little(EXTRAS, 4), 150);
    ck_assert_uint_eq(little(EXTRAS + 4, 4), DATA);
    ck_assert_uint_eq(little(EXTRAS + 8, 4), GAP);
    ck_assert_uint_eq(little(EXTRAS + 12, 4), SOUND);
    ck_assert_uint_eq(little(FOOTER, 4), FOOTER + 16);
    ck_assert_uint_eq(little(FOOTER + 4, 4), 1);
    ck_assert_mem_eq(bytes + FOOTER + 16, "*\0.\0m\0d\0f\0\0\0", 12);
    dk_disc_close(disc);
}
END_TEST

START_TEST(keeps_subchannel_as_it_lies_on_the_disc)
{
    struct dk_disc *disc = make(2448);
    struct dk_error error;
    uint8_t sector[DK_SECTOR_RAW_SUB], sub[DK_SUBCHANNEL];

    ck_assert_uint_eq(dk_source_read(disc->source, 50, 1, DK_FORM_RAW_SUB, sector, &error), 1);
    dk_sub_to_interleaved(sector + 2352, sub);
    write_as(disc, "mds");
    load("disc.mdf");
    ck_assert_uint_eq(size, (size_t)(DATA + GAP + SOUND + DATA) * 2448);
    ck_assert_mem_eq(bytes + 50 * 2448, sector, 2352);
    ck_assert_mem_eq(bytes + 50 * 2448 + 2352, sub, sizeof sub);
    write_as(disc, "nrg");
    load("disc.nrg");
    ck_assert_mem_eq(bytes + 200 * 2448, sector, 2352);
    ck_assert_mem_eq(bytes + 200 * 2448 + 2352, sub, sizeof sub);
    write_as(disc, "ccd");
    load("disc.sub");
    ck_assert_mem_eq(bytes + 50 * 96, sector + 2352, 96);
    dk_disc_close(disc);
}
END_TEST

/* A gap of silence is what readers make up: it is left out of the file, and told by its length. */
START_TEST(leaves_a_silent_gap_out_of_an_mdf)
{
    const struct made_track tracks[] = {
        { .mode = DK_AUDIO, .stored = 2352, .count = DATA },
        { .mode = DK_AUDIO, .stored = 2352, .count = SOUND, .lba = DATA + GAP },
    };
    struct dk_disc *disc = made_disc(tracks, 2);

    disc->tracks[1].pregap = GAP;
    write_as(disc, "mds");
    load("disc.mdf");
    ck_assert_uint_eq(size, (size_t)(DATA + SOUND) * 2352);
    load("disc.mds");
    ck_assert_uint_eq(little(88 + 24 + 4 * 80 + 40, 8), (size_t)DATA * 2352);
    ck_assert_uint_eq(little(88 + 24 + 5 * 80 + 8, 4), GAP);
    dk_disc_close(disc);
}
END_TEST

START_TEST(writes_a_dvd_with_one_block)
{
    const struct made_track track = { .mode = DK_MODE1, .stored = 2048, .count = DATA };
    struct dk_disc *disc = made_disc(&track, 1);

    disc->medium = DK_MEDIUM_DVD;
    write_as(disc, "mds");
    load("disc.mds");
    ck_assert_uint_eq(size, 88 + 24 + 80 + 16 + 12);
    ck_assert_mem_eq(bytes + 16, "\1\5\x10\0\1\0\2\0", 8);
    ck_assert_mem_eq(bytes + 88, "\0\0\0\0\x28\0\0\0\1\0\1\0\1\0\1\0\0\0\0\0\x70\0\0\0", 24);
    ck_assert_mem_eq(bytes + 112, "\2\0\x14\0\1\0\0\0\0\0\0\0\x28\0\0\0\0\x08", 18);
    load("disc.mdf");
    ck_assert_uint_eq(size, DATA * 2048);
    dk_disc_close(disc);
}
END_TEST

/* ---- Nero ---- */

static size_t check_chunk(size_t at, const char *id, size_t length)
{
    ck_assert_msg(memcmp(bytes + at, id, 4) == 0, "no %s at byte %zu", id, at);
    ck_assert_uint_eq(big(at + 4, 4), length);
    return at + 8;
}

static void check_cue(size_t at, unsigned control, unsigned track, unsigned index, int32_t lba)
{
    ck_assert_uint_eq(bytes[at], control);
    ck_assert_uint_eq(bytes[at + 1], track);
    ck_assert_uint_eq(bytes[at + 2], index);
    ck_assert_int_eq((int32_t)big(at + 4, 4), lba);
}

static void check_dao(size_t at, unsigned code, uint64_t index0, uint64_t index1, uint64_t end)
{
    ck_assert_uint_eq(big(at + 12, 2), 2352);
    ck_assert_uint_eq(bytes[at + 14], code);
    ck_assert_uint_eq(big(at + 18, 8), index0 * 2352);
    ck_assert_uint_eq(big(at + 26, 8), index1 * 2352);
    ck_assert_uint_eq(big(at + 34, 8), end * 2352);
}

/* In the file: the pause, then all tracks, then the second session with its pause. */
START_TEST(writes_a_nero_image)
{
    struct dk_disc *disc = make(2352);
    size_t at = (size_t)(150 + 80 + 150 + DATA) * 2352;
    uint8_t raw[DK_SECTOR_RAW];

    dk_cd_text_add(&disc->cd_text, disc->arena, 2, DK_TEXT_TITLE, "Sound");
    write_as(disc, "nrg");
    load("disc.nrg");
    ck_assert_mem_eq(bytes + size - 12, "NER5", 4);
    ck_assert_uint_eq(big(size - 8, 8), at);
    at = check_chunk(at, "CUEX", 7 * 8);
    check_cue(at, 0x41, 0, 0, -150);
    check_cue(at + 8, 0x41, 1, 0, -150);
    check_cue(at + 16, 0x41, 1, 1, 0);
    check_cue(at + 24, 0x21, 2, 0, DATA);
    check_cue(at + 32, 0x21, 2, 1, DATA + GAP);
    check_cue(at + 40, 0x21, 2, 2, DATA + GAP + 10);
    check_cue(at + 48, 0x21, 0xAA, 1, 80);
    at = check_chunk(at + 56, "DAOX", 22 + 2 * 42);
    ck_assert_uint_eq(big(at, 4), 22 + 2 * 42);
    ck_assert_mem_eq(bytes + at + 4, "1234567890128\0\0\1\1\2", 18);
    check_dao(at + 22, 5, 0, 150, 150 + DATA);
    ck_assert_mem_eq(bytes + at + 22 + 42, "USRC17607839", 12);
    check_dao(at + 22 + 42, 7, 150 + DATA, 150 + DATA + GAP, 150 + 80);
    at += 22 + 2 * 42;
    ck_assert_mem_eq(bytes + at, "CDTX", 4);
    ck_assert_uint_eq(big(at + 4, 4) % 18, 0);
    at = check_chunk(at + 8 + big(at + 4, 4), "SINF", 4);
    ck_assert_uint_eq(big(at, 4), 2);
    at = check_chunk(at + 4, "CUEX", 4 * 8);
    check_cue(at, 0x41, 0, 0, SECOND - 150);
    check_cue(at + 8, 0x41, 3, 0, SECOND - 150);
    check_cue(at + 16, 0x41, 3, 1, SECOND);
    check_cue(at + 24, 0x41, 0xAA, 1, SECOND + DATA);
    at = check_chunk(at + 32, "DAOX", 22 + 42);
    ck_assert_mem_eq(bytes + at + 18, "\x20\1\3\3", 4);
    check_dao(at + 22, 6, 150 + 80, 300 + 80, 300 + 80 + DATA);
    at = check_chunk(at + 22 + 42, "SINF", 4);
    at = check_chunk(at + 4, "MTYP", 4);
    ck_assert_uint_eq(big(at, 4), 1);
    at = check_chunk(at + 4, "END!", 0);
    ck_assert_uint_eq(at + 12, size);
    raw_sector(raw, DK_MODE1, -1, NULL, NULL); /* the pause has headers, too */
    ck_assert_mem_eq(bytes + (size_t)149 * 2352, raw, sizeof raw);
    raw_sector(raw, DK_MODE2_FORM1, SECOND - 150, NULL, NULL);
    ck_assert_mem_eq(bytes + (size_t)(150 + 80) * 2352, raw, sizeof raw);
    dk_disc_close(disc);
}
END_TEST

/* ---- Refusals ---- */

static void long_cd(struct dk_disc *disc)
{
    disc->sessions[0].lead_out = disc->sessions[1].lead_out = 500000;
}

static void dvd(struct dk_disc *disc)
{
    disc->medium = DK_MEDIUM_DVD;
}

static void bd(struct dk_disc *disc)
{
    disc->medium = DK_MEDIUM_BD;
}

static void lost(struct dk_disc *disc)
{
    disc->tracks[1].missing = true;
}

static const struct {
    const char *id;
    void (*change)(struct dk_disc *disc);
    struct dk_write_options options;
    const char *words;
} refusals[] = {
    { "ccd", dvd, { 0 }, "is an image of a DVD, and a .ccd holds CDs alone" },
    { "ccd", long_cd, { 0 }, "the times of a .ccd end at LBA 449850" },
    { "ccd", NULL, { .sector = 2048 }, "--sector 2048 has no use" },
    { "ccd", NULL, { .split = true }, "a .ccd can't be split" },
    { "ccd", lost, { 0 }, "track 2 of made disc is not there" },
    { "mds", bd, { 0 }, "knows CDs and DVDs alone" },
    { "mds", dvd, { 0 }, "is a DVD of 3 tracks" },
    { "mds", NULL, { .split = true }, "a .mds can't be split" },
    { "nrg", NULL, { .split = true }, "a .nrg can't be split" },
    { "nrg", lost, { 0 }, "track 2 of made disc is not there" },
};

START_TEST(refuses)
{
    struct dk_disc *disc = make(2352);
    struct dk_error error;

    if (refusals[_i].change)
        refusals[_i].change(disc);
    ck_assert(!try_write(disc, refusals[_i].id, &refusals[_i].options, &error));
    ck_assert_msg(strstr(error.text, refusals[_i].words) != NULL, "%s", error.text);
    dk_disc_close(disc);
}
END_TEST

static void flip(uint8_t *image)
{
    image[20 * 2352 + 100] ^= 1;
    image[21 * 2352 + 100] ^= 1;
}

/* A caller who reads for the writer and keeps in mind what is bad is not told a second time; others are. */
START_TEST(tells_damage_by_lba)
{
    const struct made_track track = { .mode = DK_MODE1, .stored = 2352, .count = DATA, .spoil = flip };
    struct dk_notes notes = { 0 };
    const struct dk_write_options options = { .notes = &notes };
    struct dk_disc *disc = made_disc(&track, 1);
    struct dk_error error;

    ck_assert(try_write(disc, "nrg", &options, &error));
    ck_assert_uint_eq(notes.count, 1);
    ck_assert(table_has_note(&notes, DK_NOTE_DAMAGE, "LBA 20 to 21: damaged"));
    dk_notes_free(&notes);
    dk_disc_close(disc);
}
END_TEST

static void add_formats(TCase *test_case)
{
    tcase_add_test(test_case, writes_a_clonecd_sheet);
    tcase_add_test(test_case, writes_a_media_descriptor);
    tcase_add_test(test_case, keeps_subchannel_as_it_lies_on_the_disc);
    tcase_add_test(test_case, leaves_a_silent_gap_out_of_an_mdf);
    tcase_add_test(test_case, writes_a_dvd_with_one_block);
    tcase_add_test(test_case, writes_a_nero_image);
}

static void add_refusals(TCase *test_case)
{
    tcase_add_loop_test(test_case, refuses, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(test_case, tells_damage_by_lba);
}

int main(void)
{
    return suite_run("image_write", (const struct suite_case[]){
                                        { "formats", add_formats }, { "refusals", add_refusals }, { NULL, NULL } });
}
