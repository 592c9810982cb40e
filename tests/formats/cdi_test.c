/* DiscJuggler images by recipe, of every version, with what each of them may have in addition. */
#include "support/cdi_builder.h"
#include "support/suite.h"
#include "support/table.h"
#include "util/hash.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

enum { S = 2352, USER = 2048, SUBHEADED = 2336, PQ = 2368, SUB = 2448, RAW = 2 /* the read mode of 2352 bytes */ };

static const char *make_image(const struct cdi_built *built, const struct table_part *parts)
{
    size_t size;
    uint8_t *bytes = table_make_bytes(parts, &size);
    const char *path;

    bytes = realloc(bytes, size + CDI_BUILT_MAX);
    ck_assert_ptr_nonnull(bytes);
    path = suite_file("disc.cdi", bytes, size + cdi_build(built, size, bytes + size));
    free(bytes);
    return path;
}

static struct dk_disc *open_built(const struct cdi_built *built, const struct table_part *parts)
{
    struct dk_error error;
    struct dk_disc *disc = dk_image_open(make_image(built, parts), &error);

    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "cdi");
    return disc;
}

/* ---- A descriptor that other programs opened ---- */

static const struct cdi_built mixed = {
    .version = 35,
    .late = true,
    .sound = true,
    .lead_out = 625,
    .tracks = { { 1, 1, RAW, 0, { 150, 175 }, 0, NULL, NULL }, { 1, 0, RAW, 325, { 150, 300 }, 0, NULL, NULL } },
};
static const struct table_part mixed_parts[TABLE_PARTS] = { { DK_MODE1, S, -150, 325 }, { DK_AUDIO, S, 175, 450 } };
static const char mixed_table[] = "1/1 mode1 0+175 stored 2352 pregap 150\n"
                                  "1/2 audio 325+300 stored 2352 pregap 150\nout 625\n";

START_TEST(reference_descriptor_is_read)
{
    uint8_t bytes[CDI_BUILT_MAX];
    const size_t size = cdi_build(&mixed, 775 * S, bytes);
    struct hash_set *sum = hash_set_new(1 << HASH_SHA256, NULL);
    struct dk_disc *disc;

    hash_set_update(sum, bytes, size);
    hash_set_finish(sum);
    ck_assert_uint_eq(size, 617);
    ck_assert_str_eq(hash_set_hex(sum, HASH_SHA256),
                     "ba3e07eebc88a776f467fb529969b39576aa3149b8f9a7e83abc691a8d6d6856");
    hash_set_free(sum);
    disc = open_built(&mixed, mixed_parts);
    ck_assert_int_eq(disc->medium, DK_MEDIUM_CD);
    ck_assert_str_eq(table_text(disc), mixed_table);
    ck_assert_uint_eq(disc->notes.count, 0);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

static const struct {
    unsigned version;
    bool early, late, sound;
} versions[] = {
    { 2, false, false, false },  { 3, false, false, false }, { 3, true, false, false },
    { 35, false, false, false }, { 35, true, true, true },   { 35, false, true, false },
};

START_TEST(version_is_read)
{
    struct cdi_built built = mixed;
    struct dk_disc *disc;

    built.version = versions[_i].version;
    built.early = versions[_i].early;
    built.late = versions[_i].late;
    built.sound = versions[_i].sound;
    disc = open_built(&built, mixed_parts);
    ck_assert_str_eq(table_text(disc), mixed_table);
    ck_assert_uint_eq(disc->notes.count, 0);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* ---- Places ---- */

static const struct place {
    const char *what;
    struct cdi_track_list {
        struct cdi_built_track tracks[CDI_TRACKS];
    } list;
    int32_t lead_out;
    struct table_part parts[TABLE_PARTS];
    const char *table;
    enum dk_note_kind kind;
    const char *note; /* NULL: there is none */
} places[] = {
    { "a second session, where its start says",
      { { { 1, 0, RAW, 0, { 150, 302 }, 0, NULL, NULL }, { 2, 2, 1, 11702, { 150, 30 }, 0, NULL, NULL } } },
      11732,
      { { DK_AUDIO, S, -150, 452 }, { DK_MODE2_FORM1, SUBHEADED, 11552, 180 } },
      "1/1 audio 0+302 stored 2352 pregap 150\nout 302\n"
      "2/2 mode2-form1 11702+30 stored 2336 pregap 150\nout 11732\n",
      0,
      NULL },
    { "more than two indexes",
      { { { 1, 0, RAW, 0, { 150, 10, 20, 5 }, 0, NULL, NULL }, { 1, 0, RAW, 185, { 0, 40, 1 }, 0, NULL, NULL } } },
      76,
      { { DK_AUDIO, S, -150, 226 } },
      "1/1 audio 0+35 stored 2352 pregap 150 2@10 3@30\n1/2 audio 35+41 stored 2352 2@75\nout 76\n",
      0,
      NULL },
    { "2048 bytes",
      { { { 1, 1, 0, 0, { 150, 40 }, 0, NULL, NULL } } },
      40,
      { { DK_MODE1, USER, -150, 190 } },
      "1/1 mode1 0+40 stored 2048 pregap 150\nout 40\n",
      0,
      NULL },
    { "2368 bytes",
      { { { 1, 0, 3, 0, { 150, 40 }, 0, NULL, NULL } } },
      40,
      { { DK_AUDIO, PQ, -150, 190 } },
      "1/1 audio 0+40 stored 2368 pregap 150\nout 40\n",
      0,
      NULL },
    { "2448 bytes",
      { { { 1, 1, 4, 0, { 150, 40 }, 0, NULL, NULL } } },
      40,
      { { DK_MODE1, SUB, -150, 190 } },
      "1/1 mode1 0+40 stored 2448 pregap 150\nout 40\n",
      0,
      NULL },
    { "sizes that differ, by which the places in the file add up",
      { { { 1, 1, 0, 0, { 150, 40 }, 0, NULL, NULL }, { 1, 0, RAW, 190, { 10, 20 }, 0, NULL, NULL } } },
      70,
      { { DK_MODE1, USER, -150, 190 }, { DK_AUDIO, S, 40, 30 } },
      "1/1 mode1 0+40 stored 2048 pregap 150\n1/2 audio 50+20 stored 2352 pregap 10\nout 70\n",
      0,
      NULL },
    { "a pregap that is not in the file, by the sum",
      { { { 1, 0, RAW, 0, { 150, 40 }, 40, NULL, NULL }, { 1, 0, RAW, 190, { 10, 20 }, 20, NULL, NULL } } },
      70,
      { { DK_AUDIO, S, 0, 40 }, { DK_AUDIO, S, 50, 20 } },
      "1/1 audio 0+40 stored 2352 pregap 150\n1/2 audio 50+20 stored 2352 pregap 10\nout 70\n",
      DK_NOTE_GUESS,
      "track 2: its pregap of 10 sectors is taken as left out" },
    { "a pregap that is in the file, by the headers, and a track that is cut short",
      { { { 1, 1, RAW, 0, { 150, 160 }, 160, NULL, NULL } } },
      10,
      { { DK_MODE1, S, -150, 160 } },
      "1/1 mode1 0+10 stored 2352 pregap 150\nout 10\n",
      DK_NOTE_DAMAGE,
      "track 1 is said to have 310 sectors by its indexes, and 160 are in the file" },
    { "a pregap that is in the file, by the Q of audio",
      { { { 1, 0, 4, 0, { 150, 160 }, 160, NULL, NULL } } },
      10,
      { { DK_AUDIO, SUB, -150, 160 } },
      "1/1 audio 0+10 stored 2448 pregap 150\nout 10\n",
      DK_NOTE_DAMAGE,
      "track 1 is said to have 310 sectors by its indexes, and 160 are in the file" },
    { "a start amid the track before: the headers know better",
      { { { 1, 1, RAW, 0, { 150, 40 }, 0, NULL, NULL }, { 1, 1, RAW, 60, { 0, 20 }, 0, NULL, NULL } } },
      70,
      { { DK_MODE1, S, -150, 190 }, { DK_MODE1, S, 50, 20 } },
      "1/1 mode1 0+40 stored 2352 pregap 150\n1/2 mode1 50+20 stored 2352\nout 70\n",
      DK_NOTE_ODD,
      "its sectors say LBA 50: what they say is used" },
    { "a start amid the session before, and nothing else to go by",
      { { { 1, 0, RAW, 0, { 150, 40 }, 0, NULL, NULL }, { 2, 0, RAW, 0, { 150, 20 }, 0, NULL, NULL } } },
      11460,
      { { DK_AUDIO, S, -150, 190 }, { DK_AUDIO, S, 11290, 170 } },
      "1/1 audio 0+40 stored 2352 pregap 150\nout 40\n2/2 audio 11440+20 stored 2352 pregap 150\nout 11460\n",
      DK_NOTE_ODD,
      "before the end of track 1: it is taken to begin at LBA 11440" },
    { "a lead-out elsewhere",
      { { { 1, 0, RAW, 0, { 150, 40 }, 0, NULL, NULL } } },
      41,
      { { DK_AUDIO, S, -150, 190 } },
      "1/1 audio 0+40 stored 2352 pregap 150\nout 40\n",
      DK_NOTE_ODD,
      "lead-out is said to be at LBA 41" },
    { "sectors that are missing",
      { { { 1, 0, RAW, 0, { 150, 40 }, 0, NULL, NULL } } },
      40,
      { { DK_AUDIO, S, -150, 180 } },
      "1/1 audio 0+40 stored 2352 pregap 150\nout 40\n",
      DK_NOTE_DAMAGE,
      "ends 23520 bytes too early for track 1: LBA 30 is the first that is missing, 10 in all" },
    { "sectors that belong to nothing",
      { { { 1, 0, RAW, 0, { 150, 40 }, 0, NULL, NULL } } },
      40,
      { { DK_AUDIO, S, -150, 191 } },
      "1/1 audio 0+40 stored 2352 pregap 150\nout 40\n",
      DK_NOTE_ODD,
      "2352 bytes from byte 446880 on belong to no track" },
};

START_TEST(place_is_what_the_numbers_say)
{
    const struct place *place = &places[_i];
    struct cdi_built built = { .version = 35, .late = true, .sound = true, .lead_out = place->lead_out };
    struct dk_disc *disc;

    memcpy(built.tracks, place->list.tracks, sizeof built.tracks);
    disc = open_built(&built, place->parts);
    ck_assert_msg(strcmp(table_text(disc), place->table) == 0, "%s:\n%s", place->what, table_text(disc));
    if (place->note)
        ck_assert_msg(table_has_note(&disc->notes, place->kind, place->note), "%s: %s", place->what,
                      disc->notes.count ? disc->notes.items[0].text : "no note");
    else
        ck_assert_msg(disc->notes.count == 0, "%s: %s", place->what, disc->notes.items[0].text);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* ---- Codes, titles, subchannel ---- */

START_TEST(codes_and_titles_are_kept)
{
    struct cdi_built built = mixed;
    struct dk_disc *disc;

    built.mcn = "4006408123456";
    built.tracks[0].title = "Data";
    built.tracks[1].isrc = "DEABC0412345";
    built.tracks[1].title = "Gr\xFC\xDF"
                            "e";
    disc = open_built(&built, mixed_parts);
    ck_assert_str_eq(disc->mcn, "4006408123456");
    ck_assert_str_eq(disc->tracks[0].isrc, "");
    ck_assert_str_eq(disc->tracks[1].isrc, "DEABC0412345");
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 1, DK_TEXT_TITLE), "Data");
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 2, DK_TEXT_TITLE), "Gr\xC3\xBC\xC3\x9F"
                                                                         "e");
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

START_TEST(packs_are_decoded)
{
    uint8_t pack[18] = { 0x80, 0, 0, 0, 'A', 'l', 'b', 'u', 'm', 0, 'S', 'o', 'n', 'g', 0, 0 };
    const uint16_t crc = dk_q_crc(pack, 16);
    struct cdi_built built = mixed;
    struct dk_disc *disc;

    pack[16] = (uint8_t)(crc >> 8);
    pack[17] = (uint8_t)crc;
    built.packs = (const char *)pack;
    built.tracks[0].title = "another";
    disc = open_built(&built, mixed_parts);
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 0, DK_TEXT_TITLE), "Album");
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 1, DK_TEXT_TITLE), "Song");
    dk_disc_close(disc);
}
END_TEST

/* Q in 16 bytes behind each sector, and in 96 that are interleaved. */
START_TEST(subchannel_is_kept)
{
    static const unsigned sizes[] = { PQ, SUB };
    const struct cdi_built built = {
        .version = 35,
        .lead_out = 40,
        .tracks = { { 1, 0, 3 + (unsigned)_i, 0, { 150, 40 }, 0, NULL, NULL } },
    };
    const struct table_part parts[TABLE_PARTS] = { { DK_AUDIO, sizes[_i], -150, 190 } };
    struct dk_disc *disc = open_built(&built, parts);
    uint8_t sector[SUB];
    struct dk_error error;

    ck_assert_uint_eq(dk_source_read(disc->source, 7, 1, DK_FORM_RAW_SUB, sector, &error), 1);
    ck_assert_uint_eq(sector[S + 12] & 15, 1);
    ck_assert_mem_eq(sector + S + 12 + 7, "\0\2\7", 3);
    ck_assert_uint_eq(sector[S + 22] << 8 | sector[S + 23], dk_q_crc(sector + S + 12, 10));
    dk_disc_close(disc);
}
END_TEST

static void add_versions(TCase *test_case)
{
    tcase_add_test(test_case, reference_descriptor_is_read);
    tcase_add_loop_test(test_case, version_is_read, 0, sizeof versions / sizeof *versions);
}

static void add_places(TCase *test_case)
{
    tcase_add_loop_test(test_case, place_is_what_the_numbers_say, 0, sizeof places / sizeof *places);
}

static void add_contents(TCase *test_case)
{
    tcase_add_test(test_case, codes_and_titles_are_kept);
    tcase_add_test(test_case, packs_are_decoded);
    tcase_add_loop_test(test_case, subchannel_is_kept, 0, 2);
}

int main(void)
{
    return suite_run("cdi", (const struct suite_case[]){ { "versions", add_versions },
                                                         { "places", add_places },
                                                         { "contents", add_contents },
                                                         { NULL, NULL } });
}
