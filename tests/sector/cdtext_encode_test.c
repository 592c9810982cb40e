/* CD-TEXT: words into packs and back, and libburn's packs and sheets as the second opinion. */
#include "support/random.h"
#include "support/suite.h"
#include "util/arena.h"

#include <disckit/cdtext.h>
#include <disckit/sector.h>
#include <libburn/libburn.h>
#include <stdlib.h>
#include <string.h>

enum { PACK = DK_CD_TEXT_PACK };

static struct dk_arena *arena;
static struct dk_notes notes;

static void begin(void)
{
    arena = arena_new();
    notes = (struct dk_notes){ 0 };
}

static void end(void)
{
    arena_free(arena);
    dk_notes_free(&notes);
}

static void assert_quiet(void)
{
    ck_assert_msg(notes.count == 0, "%s", notes.count ? notes.items[0].text : "");
}

static void assert_text(const struct dk_cd_text *text, unsigned block, unsigned track, unsigned type,
                        const char *wanted)
{
    const char *got = dk_cd_text_get(text, block, track, type);

    if (wanted)
        ck_assert_str_eq(got ? got : "(none)", wanted);
    else
        ck_assert_msg(!got, "track %u has '%s'", track, got);
}

START_TEST(adds_what_is_not_there)
{
    static const uint8_t packs[] = "\x80\x00\x00\x00"
                                   "Disc\0One\0\0\0\0\0\0";
    struct dk_cd_text *text = dk_cd_text_decode(packs, PACK, arena, &notes);

    dk_cd_text_add(&text, arena, 1, DK_TEXT_TITLE, "another");
    dk_cd_text_add(&text, arena, 1, DK_TEXT_COMPOSER, "Händel");
    dk_cd_text_add(&text, arena, 100, DK_TEXT_COMPOSER, "nobody");
    dk_cd_text_add(&text, arena, 2, DK_TEXT_COMPOSER, "");
    assert_text(text, 0, 1, DK_TEXT_TITLE, "One");
    assert_text(text, 0, 1, DK_TEXT_COMPOSER, "Händel");
    assert_text(text, 0, 2, DK_TEXT_COMPOSER, NULL);
    assert_text(NULL, 0, 1, DK_TEXT_TITLE, NULL);
    text = NULL;
    dk_cd_text_add(&text, arena, 0, DK_TEXT_TITLE, "new");
    assert_text(text, 0, 0, DK_TEXT_TITLE, "new");
    ck_assert_uint_eq(text->language[0], 9);
}
END_TEST

START_TEST(encodes_byte_for_byte)
{
    static const uint8_t wanted[] = {
        0x80, 0x00, 0x00, 0x00, 'D', 'i', 's', 'c', 0, 'O', 'n', 'e', 0, 'T', 'w', 'o', 0x34, 0xE1,
    };
    struct dk_cd_text *text = NULL;
    const uint8_t *packs;

    dk_cd_text_add(&text, arena, 0, DK_TEXT_TITLE, "Disc");
    dk_cd_text_add(&text, arena, 1, DK_TEXT_TITLE, "One");
    dk_cd_text_add(&text, arena, 2, DK_TEXT_TITLE, "Two");
    ck_assert_uint_eq(dk_cd_text_encode(text, 1, 2, arena, &packs), 5);
    ck_assert_mem_eq(packs, wanted, sizeof wanted);
    ck_assert_mem_eq(packs + PACK, "\x80\x02\x01\x03\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    ck_assert_mem_eq(packs + 2 * PACK, "\x8F\x00\x02\x00\x00\x01\x02\x00\x02\0\0\0\0\0\0\0", 16);
    ck_assert_mem_eq(packs + 3 * PACK, "\x8F\x01\x03\x00\0\0\0\0\0\0\0\x03\x04\0\0\0", 16);
    ck_assert_mem_eq(packs + 4 * PACK, "\x8F\x02\x04\x00\0\0\0\0\x09\0\0\0\0\0\0\0", 16);
}
END_TEST

START_TEST(refuses_what_does_not_fit)
{
    struct dk_cd_text *text = NULL, *mixed = NULL;
    const uint8_t *packs;
    char longest[256 * 12];

    ck_assert_uint_eq(dk_cd_text_encode(NULL, 1, 1, arena, &packs), 0);
    memset(longest, 'x', sizeof longest);
    longest[252 * 12 - 1 - 1] = '\0'; /* with the NULs of two texts 252 packs, and three of sizes */
    dk_cd_text_add(&text, arena, 0, DK_TEXT_TITLE, longest);
    ck_assert_uint_eq(dk_cd_text_encode(text, 1, 1, arena, &packs), 255);
    ck_assert_uint_eq(dk_cd_text_encode(text, 1, 2, arena, &packs), 0);
    dk_cd_text_add(&mixed, arena, 0, DK_TEXT_TITLE, "日本");
    dk_cd_text_add(&mixed, arena, 1, DK_TEXT_TITLE, "Łódź");
    ck_assert_uint_eq(dk_cd_text_encode(mixed, 1, 1, arena, &packs), 0);
}
END_TEST

static const char *const alphabets[] = { "a", "bc ", "é", "“", "日", "本", "ア", "ｱ" };

/* Letters of the first two, of ISO 8859-1, of CP1252, of double bytes alone, of CP932 at large. */
static const struct {
    unsigned from, to;
    uint8_t charset;
} letters[] = { { 0, 2, 1 }, { 0, 3, 0 }, { 0, 4, 0 }, { 4, 7, 0x80 }, { 0, 2, 0x80 }, { 4, 8, 0x80 } };

static const char *random_text(struct random *random, size_t kind)
{
    char text[200] = "";

    for (uint32_t i = random_below(random, 40); i > 0; i--)
        strcat(text, alphabets[letters[kind].from + random_below(random, letters[kind].to - letters[kind].from)]);
    return arena_copy(arena, text, strlen(text));
}

static void random_disc(struct random *random, struct dk_cd_text *text, unsigned first, unsigned last)
{
    static const uint8_t types[] = { 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x8D };

    text->items = arena_zeroed(arena, 10000, sizeof *text->items);
    text->genre[0] = (uint16_t)random_below(random, 28);
    for (uint8_t block = 0; block < 8; block++) {
        const size_t kind = random_below(random, sizeof letters / sizeof *letters);

        text->language[block] = (uint8_t)random_below(random, 128);
        text->charset[block] = letters[kind].charset;
        for (size_t i = 0; i < sizeof types; i++)
            for (unsigned track = random_below(random, 2) ? 0 : first; track <= last; track = track ? track + 1 : first)
                text->items[text->count++] =
                    (struct dk_cd_text_item){ block, (uint8_t)track, types[i],
                                              types[i] == 0x8D ? random_text(random, 1) : random_text(random, kind) };
    }
}

START_TEST(goes_there_and_back)
{
    struct random random = random_start((uint64_t)_i);
    const unsigned first = 1 + random_below(&random, 90), last = first + random_below(&random, 6);
    struct dk_cd_text text = { 0 }, *again;
    const uint8_t *packs;
    size_t count, kept = 0;

    random_disc(&random, &text, first, last);
    count = dk_cd_text_encode(&text, first, last, arena, &packs);
    ck_assert_uint_gt(count, 0);
    again = dk_cd_text_decode(packs, count * PACK, arena, &notes);
    assert_quiet();
    for (size_t i = 0; i < text.count; i++) {
        const struct dk_cd_text_item *item = &text.items[i];

        assert_text(again, item->block, item->track, item->type, *item->text ? item->text : NULL);
        kept += *item->text != '\0';
    }
    ck_assert_uint_eq(again->count, kept);
    ck_assert_uint_eq(again->genre[0], text.genre[0]);
    ck_assert_mem_eq(again->language, text.language, sizeof text.language);
}
END_TEST

/* ---- libburn ---- */

static const char sheet[] = "Input Sheet Version = 0.7T\nText Code = 8859\nLanguage Code = German\n"
                            "Album Title = Die Sch\xF6ne M\xFCllerin\nArtist Name = The \xC9"
                            "clairs\nComposer = Schubert\nAlbum Message = Hello\nCatalog Number = CAT-1\n"
                            "Genre Code = Jazz\nGenre Information = Slow and cool jazz\nUPC / EAN = 4006381333931\n"
                            "Track 01 Title = One\nTrack 01 Artist = The \xC9"
                            "clairs\nISRC 01 = DEA129912345\n"
                            "Track 02 Title = A title that is far longer than two packs of payload\n"
                            "Track 02 Artist = The \xC9"
                            "clairs\nTrack 03 Title = Three\nTrack 03 Artist = Somebody Else\n";

static unsigned char *libburns_packs(int *count)
{
    char *path = (char *)suite_file("sheet.v07t", sheet, strlen(sheet));
    struct burn_session *session = burn_session_create();
    unsigned char *packs = NULL;

    for (int i = 0; i < 3; i++) {
        struct burn_track *track = burn_track_create();

        ck_assert_int_eq(burn_session_add_track(session, track, BURN_POS_END), 1);
        burn_track_free(track); /* the session holds it from now on */
    }
    ck_assert_int_gt(burn_session_input_sheet_v07t(session, path, 0, 0), 0);
    ck_assert_int_gt(burn_cdtext_from_session(session, &packs, count, 0), 0);
    burn_session_free(session);
    return packs;
}

START_TEST(reads_what_libburn_encodes)
{
    const struct dk_cd_text *text;
    unsigned char *packs;
    int count;

    ck_assert_int_eq(burn_initialize(), 1);
    packs = libburns_packs(&count);
    text = dk_cd_text_decode(packs, (size_t)count * PACK, arena, &notes);
    assert_quiet();
    assert_text(text, 0, 0, DK_TEXT_TITLE, "Die Schöne Müllerin");
    assert_text(text, 0, 2, DK_TEXT_TITLE, "A title that is far longer than two packs of payload");
    assert_text(text, 0, 3, DK_TEXT_TITLE, "Three");
    assert_text(text, 0, 2, DK_TEXT_PERFORMER, "The Éclairs");
    assert_text(text, 0, 3, DK_TEXT_PERFORMER, "Somebody Else");
    assert_text(text, 0, 0, DK_TEXT_COMPOSER, "Schubert");
    assert_text(text, 0, 0, DK_TEXT_GENRE, "Slow and cool jazz");
    assert_text(text, 0, 0, DK_TEXT_UPC_ISRC, "4006381333931");
    assert_text(text, 0, 1, DK_TEXT_UPC_ISRC, "DEA129912345");
    ck_assert_uint_eq(text->genre[0], 14);
    ck_assert_str_eq(dk_cd_text_language_name(text->language[0]), "German");
    free(packs);
    burn_finish();
}
END_TEST

START_TEST(is_read_by_libburn)
{
    static const char *const lines[] = {
        "Language Code       = French\n",
        "Album Title         = \xC0 bient\xF4t\n",
        "Track 01 Title      = Un titre qui prend plus de deux paquets\n",
        "Track 02 Title      = Deux\n",
        "Track 02 Artist     = Personne\n",
        "Genre Code          = Classical\n",
        "UPC / EAN           = 4006381333931\n",
    };
    struct dk_cd_text *text = NULL;
    const uint8_t *packs;
    char *result = NULL;
    int charset = 0;
    size_t count;

    dk_cd_text_add(&text, arena, 0, DK_TEXT_TITLE, "À bientôt");
    dk_cd_text_add(&text, arena, 1, DK_TEXT_TITLE, "Un titre qui prend plus de deux paquets");
    dk_cd_text_add(&text, arena, 2, DK_TEXT_TITLE, "Deux");
    dk_cd_text_add(&text, arena, 2, DK_TEXT_PERFORMER, "Personne");
    dk_cd_text_add(&text, arena, 0, DK_TEXT_UPC_ISRC, "4006381333931");
    text->language[0] = 0x0F;
    text->genre[0] = 5;
    count = dk_cd_text_encode(text, 1, 2, arena, &packs);
    ck_assert_int_eq(burn_initialize(), 1);
    ck_assert_int_gt(burn_make_input_sheet_v07t((unsigned char *)packs, (int)count, 0, 0, &result, &charset, 0), 0);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        ck_assert_msg(strstr(result, lines[i]) != NULL, "no '%s' in\n%s", lines[i], result);
    free(result);
    burn_finish();
}
END_TEST

static void add_encoding(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, end);
    tcase_add_test(test_case, adds_what_is_not_there);
    tcase_add_test(test_case, encodes_byte_for_byte);
    tcase_add_test(test_case, refuses_what_does_not_fit);
    tcase_add_loop_test(test_case, goes_there_and_back, 0, 20);
    tcase_add_test(test_case, reads_what_libburn_encodes);
    tcase_add_test(test_case, is_read_by_libburn);
}

int main(void)
{
    return suite_run("cdtext_encode", (const struct suite_case[]){ { "encoding", add_encoding }, { NULL, NULL } });
}
