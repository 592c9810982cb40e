/* CD-TEXT: packs by hand, right and wrecked. */
#include "support/random.h"
#include "support/suite.h"
#include "util/arena.h"

#include <disckit/cdtext.h>
#include <disckit/sector.h>
#include <string.h>

enum { PACK = DK_CD_TEXT_PACK, ROOM = 64 };

/* ---- Packs by hand ---- */

static uint8_t made[ROOM * PACK];
static size_t made_count;
static struct dk_arena *arena;
static struct dk_notes notes;

static void begin(void)
{
    made_count = 0;
    arena = arena_new();
    notes = (struct dk_notes){ 0 };
}

static void end(void)
{
    arena_free(arena);
    dk_notes_free(&notes);
}

static void put_crc(uint8_t *pack)
{
    const uint16_t crc = dk_q_crc(pack, 16);

    pack[16] = (uint8_t)(crc >> 8);
    pack[17] = (uint8_t)crc;
}

/* `payload` has 12 bytes; what a literal leaves out is NUL. */
static void add_pack(uint8_t type, uint8_t track, uint8_t position, const char payload[12])
{
    uint8_t *pack = made + made_count * PACK;

    ck_assert_uint_lt(made_count, ROOM);
    pack[0] = type;
    pack[1] = track;
    pack[2] = (uint8_t)made_count++;
    pack[3] = position;
    memcpy(pack + 4, payload, 12);
    put_crc(pack);
}

static void add_sizes(uint8_t charset, uint8_t first, uint8_t last, uint8_t language)
{
    char sizes[36] = { (char)charset, (char)first, (char)last };

    for (size_t i = 0; i < made_count; i++)
        sizes[4 + made[i * PACK] - 0x80]++;
    sizes[4 + 15] = 3;
    sizes[20] = (char)(made_count + 2);
    sizes[28] = (char)language;
    for (uint8_t part = 0; part < 3; part++)
        add_pack(0x8F, part, 0, sizes + 12 * part);
}

static struct dk_cd_text *decode_made(void)
{
    struct dk_cd_text *text = dk_cd_text_decode(made, made_count * PACK, arena, &notes);

    ck_assert_ptr_nonnull(text);
    return text;
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

/* A size group that is known to be right, with its CRCs. */
static const uint8_t known_sizes[3 * PACK] = {
    0x8F, 0x00, 0x2A, 0x00, 0x01, 0x01, 0x03, 0x00, 0x06, 0x05, 0x04, 0x05, 0x07, 0x06, 0x01, 0x02, 0x48, 0x65,
    0x8F, 0x01, 0x2B, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06, 0x03, 0x2C, 0x00, 0x00, 0x00, 0xC0, 0x20,
    0x8F, 0x02, 0x2C, 0x00, 0x00, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x11, 0x45,
};

START_TEST(knows_the_crc)
{
    for (int i = 0; i < 3; i++) {
        const uint8_t *pack = known_sizes + i * PACK;

        ck_assert_uint_eq(dk_q_crc(pack, 16), (unsigned)pack[16] << 8 | pack[17]);
    }
}
END_TEST

START_TEST(reads_sizes)
{
    const struct dk_cd_text *text = dk_cd_text_decode(known_sizes, sizeof known_sizes, arena, &notes);

    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(text->charset[0], 1);
    ck_assert_uint_eq(text->language[0], 9);
    ck_assert_uint_eq(text->language[1], 0);
    ck_assert_uint_eq(text->count, 0);
    ck_assert_uint_eq(text->pack_count, 3);
    ck_assert_mem_eq(text->packs, known_sizes, sizeof known_sizes);
    ck_assert_uint_gt(notes.told[DK_NOTE_DAMAGE], 0); /* it counts packs that are not there, from the 43rd on */
}
END_TEST

/* Two titles that end in one pack, one that goes over three; a performer that only a TAB repeats. */
static void add_small_disc(void)
{
    add_pack(0x80, 0, 0, "Disc\0One\0Two");
    add_pack(0x80, 2, 3, " and a half ");
    add_pack(0x80, 2, 15, "long\0Three\0\0");
    add_pack(0x81, 0, 0, "Ensemble\0\t\0\t");
    add_pack(0x81, 2, 1, "\0Solo\0\0\0\0\0\0\0");
    add_sizes(0, 1, 3, 9);
}

static void assert_small_disc(const struct dk_cd_text *text)
{
    assert_text(text, 0, 0, DK_TEXT_TITLE, "Disc");
    assert_text(text, 0, 1, DK_TEXT_TITLE, "One");
    assert_text(text, 0, 2, DK_TEXT_TITLE, "Two and a half long");
    assert_text(text, 0, 3, DK_TEXT_TITLE, "Three");
    assert_text(text, 0, 4, DK_TEXT_TITLE, NULL);
    assert_text(text, 0, 0, DK_TEXT_PERFORMER, "Ensemble");
    assert_text(text, 0, 1, DK_TEXT_PERFORMER, "Ensemble");
    assert_text(text, 0, 2, DK_TEXT_PERFORMER, "Ensemble");
    assert_text(text, 0, 3, DK_TEXT_PERFORMER, "Solo");
    assert_text(text, 1, 0, DK_TEXT_TITLE, NULL);
}

START_TEST(reads_texts)
{
    add_small_disc();
    assert_small_disc(decode_made());
    assert_quiet();
}
END_TEST

/* As discs and programs deliver them: bare, with a NUL, with the header of READ TOC, with both. */
START_TEST(takes_all_wrappings)
{
    static const struct {
        bool header, nul;
    } rows[] = { { false, false }, { false, true }, { true, false }, { true, true } };
    uint8_t bytes[sizeof made + 5] = { 0 };
    size_t size = 0;

    add_small_disc();
    if (rows[_i].header) {
        bytes[1] = (uint8_t)(made_count * PACK + 2);
        size = 4;
    }
    memcpy(bytes + size, made, made_count * PACK);
    size += made_count * PACK + rows[_i].nul;
    assert_small_disc(dk_cd_text_decode(bytes, size, arena, &notes));
    assert_quiet();
}
END_TEST

START_TEST(refuses_what_has_no_packs)
{
    static const uint8_t zeros[100];
    static const char *const words = "TITLE \"a sheet and no packs\" and so it goes on for some time";

    ck_assert_ptr_null(dk_cd_text_decode(zeros, sizeof zeros, arena, &notes));
    ck_assert_ptr_null(dk_cd_text_decode(words, strlen(words), arena, &notes));
    ck_assert_ptr_null(dk_cd_text_decode(known_sizes, 17, arena, &notes));
    ck_assert_ptr_null(dk_cd_text_decode(known_sizes, 0, arena, &notes));
    ck_assert_ptr_null(dk_cd_text_decode("\x00\x02\x00\x00", 4, arena, &notes));
}
END_TEST

/* Character sets: what the size packs say, the double-byte bit, and the title as it should come out. */
static const struct {
    uint8_t charset, position;
    char payload[13];
    const char *title;
    bool noted;
} charsets[] = {
    { 0x00, 0x00, "caf\xE9\0one", "café", false },
    { 0x00, 0x00, "\x93quoted\x94\0", "“quoted”", false }, /* CP1252, which ISO 8859-1 has no sign for */
    { 0x01, 0x00, "plain\0one", "plain", false },
    { 0x01, 0x00, "na\xEFve\0one", "naïve", false },
    { 0x80, 0x80, "\x93\xFA\x96\x7B\0\0\x82\x50\0\0", "日本", false },
    { 0x80, 0x00, "\x93\xFA\x96\x7B\0one", "日本", false },
    { 0x00, 0x80, "\x93\xFA\x96\x7B\0\0\x82\x50\0\0", "日本", false },
    { 0x81, 0x80, "\xC7\xD1\xB1\xDB\0\0", "한글", false },
    { 0x82, 0x80, "\xD6\xD0\xCE\xC4\0\0", "中文", false },
    { 0x00, 0x00, "\x90\x6C\x8A\xD4\0", "人間", true }, /* 90 is nothing in CP1252 */
};

START_TEST(knows_character_sets)
{
    const struct dk_cd_text *text;

    add_pack(0x80, 0, charsets[_i].position, charsets[_i].payload);
    add_sizes(charsets[_i].charset, 1, 1, 9);
    text = decode_made();
    assert_text(text, 0, 0, DK_TEXT_TITLE, charsets[_i].title);
    ck_assert_uint_eq(text->charset[0], charsets[_i].charset);
    ck_assert_uint_eq(notes.told[DK_NOTE_GUESS], charsets[_i].noted);
    ck_assert_uint_eq(notes.told[DK_NOTE_DAMAGE] + notes.told[DK_NOTE_ODD], 0);
}
END_TEST

/* Two TABs repeat where a character has two bytes; the text before them must not end at the NUL of one byte. */
START_TEST(knows_double_byte_tabs)
{
    const struct dk_cd_text *text;

    add_pack(0x81, 0, 0x80, "\x93\xFA\x96\x7B\0\0\t\t\0\0\t\t");
    add_pack(0x81, 2, 0x81, "\0\0\x90\x6C\0\0\0\0\0\0\0\0");
    add_sizes(0x80, 1, 3, 0x69);
    text = decode_made();
    assert_text(text, 0, 1, DK_TEXT_PERFORMER, "日本");
    assert_text(text, 0, 2, DK_TEXT_PERFORMER, "日本");
    assert_text(text, 0, 3, DK_TEXT_PERFORMER, "人");
    assert_quiet();
}
END_TEST

START_TEST(keeps_languages_apart)
{
    const struct dk_cd_text *text;
    uint8_t *sizes;

    add_pack(0x80, 0, 0x00, "Night\0Day\0\0\0");
    add_pack(0x80, 0, 0x10, "Nacht\0Tag\0\0\0");
    made[PACK + 2] = 0; /* each block counts from 0 */
    put_crc(made + PACK);
    add_pack(0x8F, 0, 0x00, "\0\1\1\0\1\0\0\0\0\0\0\0");
    add_pack(0x8F, 1, 0x00, "\0\0\0\0\0\0\0\3\3\3\0\0");
    add_pack(0x8F, 2, 0x00, "\0\0\0\0\x09\x08\0\0\0\0\0\0");
    for (sizes = made + 2 * PACK; sizes < made + 5 * PACK; sizes += PACK) {
        sizes[2]--;
        put_crc(sizes);
    }
    text = decode_made();
    assert_text(text, 0, 1, DK_TEXT_TITLE, "Day");
    assert_text(text, 1, 1, DK_TEXT_TITLE, "Tag");
    ck_assert_uint_eq(text->language[0], 9);
    ck_assert_uint_eq(text->language[1], 8);
    ck_assert_str_eq(dk_cd_text_language_name(text->language[1]), "German");
    assert_quiet();
}
END_TEST

START_TEST(lives_without_sizes)
{
    const struct dk_cd_text *text;

    add_pack(0x80, 0, 0, "D\xFCrer\0Hase\0\0");
    text = decode_made();
    assert_text(text, 0, 0, DK_TEXT_TITLE, "Dürer");
    assert_text(text, 0, 1, DK_TEXT_TITLE, "Hase");
    ck_assert_uint_eq(text->language[0], 9);
    ck_assert_uint_eq(text->charset[0], 0);
    assert_quiet();
}
END_TEST

/* A disc whose tracks begin with 5: the text behind the disc's is that of track 5. */
START_TEST(counts_from_the_first_track)
{
    const struct dk_cd_text *text;

    add_pack(0x80, 0, 0, "Disc\0Five\0Si");
    add_pack(0x80, 6, 2, "x\0\0\0\0\0\0\0\0\0\0\0");
    add_sizes(0, 5, 6, 9);
    text = decode_made();
    assert_text(text, 0, 1, DK_TEXT_TITLE, NULL);
    assert_text(text, 0, 5, DK_TEXT_TITLE, "Five");
    assert_text(text, 0, 6, DK_TEXT_TITLE, "Six");
    assert_quiet();
}
END_TEST

/* The code once, and again at the head of the second pack: both are met. */
START_TEST(reads_genre_and_codes)
{
    const struct dk_cd_text *text;

    add_pack(0x86, 0, 0, "CAT-1\0\0\0\0\0\0\0");
    add_pack(0x87, 0, 0, "\0\x0ESlow and c");
    add_pack(0x87, 0, 10, _i ? "\0\x0Eool jazz\0\0" : "ool jazz\0\0\0\0");
    add_pack(0x8E, 0, 0, "400638133393");
    add_pack(0x8E, 0, 12, "1\0DEA1299123");
    add_pack(0x8E, 1, 10, "45\0DEA129912");
    add_pack(0x8E, 2, 9, "346\0\0\0\0\0\0\0\0\0");
    add_sizes(0, 1, 2, 9);
    text = decode_made();
    ck_assert_uint_eq(text->genre[0], 14);
    ck_assert_str_eq(dk_cd_text_genre_name(14), "Jazz");
    assert_text(text, 0, 0, DK_TEXT_DISC_ID, "CAT-1");
    assert_text(text, 0, 0, DK_TEXT_GENRE, "Slow and cool jazz");
    assert_text(text, 0, 0, DK_TEXT_UPC_ISRC, "4006381333931");
    assert_text(text, 0, 1, DK_TEXT_UPC_ISRC, "DEA129912345");
    assert_text(text, 0, 2, DK_TEXT_UPC_ISRC, "DEA129912346");
    assert_quiet();
}
END_TEST

/* A dump of a lead-in has the whole list again and again. */
START_TEST(takes_repeated_packs_once)
{
    add_small_disc();
    memcpy(made + made_count * PACK, made, made_count * PACK);
    made_count *= 2;
    assert_small_disc(decode_made());
    assert_quiet();
}
END_TEST

/* ---- Wrecks ---- */

static void remove_pack(size_t at)
{
    memmove(made + at * PACK, made + (at + 1) * PACK, (made_count - at - 1) * PACK);
    made_count--;
}

static void flip_a_byte(void)
{
    made[2 * PACK + 4] ^= 0x20; /* "long" becomes "Long" */
}

static void forget_crcs(void)
{
    for (size_t i = 0; i < made_count; i++)
        memset(made + i * PACK + 16, 0, 2);
}

static void lose_the_middle(void)
{
    remove_pack(1);
}

static void lose_the_tail_of_titles(void)
{
    remove_pack(2);
}

static void cut_off(void)
{
    made_count = 2;
}

static void number_none(void)
{
    for (size_t i = 0; i < made_count; i++) {
        made[i * PACK + 2] = 0;
        put_crc(made + i * PACK);
    }
}

static void spoil_a_type(void)
{
    made[PACK] = 0x20;
}

static void point_beyond_all_tracks(void)
{
    made[3 * PACK + 1] = 99;
    put_crc(made + 3 * PACK);
}

static const struct {
    void (*wreck)(void);
    enum dk_note_kind kind;
    const char *words; /* of the note; NULL: none */
    const char *title2, *title3, *performer3;
} wrecks[] = {
    { flip_a_byte, DK_NOTE_DAMAGE, "pack 2 (type 80, track 2) has a wrong CRC", "Two and a half Long", "Three",
      "Solo" },
    { forget_crcs, DK_NOTE_DAMAGE, NULL, "Two and a half long", "Three", "Solo" },
    { lose_the_middle, DK_NOTE_DAMAGE, "block 0 has pack 2 where pack 1 should be", "Two", "Three", "Solo" },
    { lose_the_tail_of_titles, DK_NOTE_DAMAGE, "2 packs of type 80 and should have 3", "Two and a half ", NULL,
      "Solo" },
    { cut_off, DK_NOTE_DAMAGE, NULL, "Two and a half ", NULL, NULL },
    { number_none, DK_NOTE_ODD, "not numbered in a row", "Two and a half long", "Three", "Solo" },
    { spoil_a_type, DK_NOTE_DAMAGE, "pack 1 is none (type 20)", "Two", "Three", "Solo" },
    { point_beyond_all_tracks, DK_NOTE_ODD, "texts beyond track 99", "Two and a half long", "Three", NULL },
};

START_TEST(tells_wrecks)
{
    const struct dk_cd_text *text;
    bool told = !wrecks[_i].words;

    add_small_disc();
    wrecks[_i].wreck();
    text = decode_made();
    assert_text(text, 0, 0, DK_TEXT_TITLE, "Disc");
    assert_text(text, 0, 2, DK_TEXT_TITLE, wrecks[_i].title2);
    assert_text(text, 0, 3, DK_TEXT_TITLE, wrecks[_i].title3);
    assert_text(text, 0, 3, DK_TEXT_PERFORMER, wrecks[_i].performer3);
    for (size_t i = 0; i < notes.count; i++)
        told = told || (notes.items[i].kind == wrecks[_i].kind && strstr(notes.items[i].text, wrecks[_i].words));
    ck_assert_msg(told, "nobody said '%s'", wrecks[_i].words);
    if (!wrecks[_i].words)
        assert_quiet();
}
END_TEST

/* A text without its NUL in the last pack, and one that would need a 100th track. */
START_TEST(ends_where_the_packs_end)
{
    const struct dk_cd_text *text;

    add_pack(0x80, 98, 0, "a\0b\0c\0d\0eeee");
    text = decode_made();
    assert_text(text, 0, 98, DK_TEXT_TITLE, "a");
    assert_text(text, 0, 99, DK_TEXT_TITLE, "b");
    ck_assert_uint_eq(text->count, 2);
    ck_assert_uint_eq(notes.told[DK_NOTE_ODD], 1);
}
END_TEST

START_TEST(bears_any_bytes)
{
    struct random random = random_start(1);

    for (int round = 0; round < 500; round++) {
        uint8_t bytes[40 * PACK];
        const size_t size = 18 + random_below(&random, sizeof bytes - 18);

        random_fill(&random, bytes, sizeof bytes);
        for (size_t i = 0; i < sizeof bytes / PACK; i++) {
            bytes[i * PACK] = (uint8_t)(0x80 | bytes[i * PACK]);
            if (round & 1)
                bytes[i * PACK + 3] &= 0x9F; /* all in two blocks */
            bytes[i * PACK] &= 0x8F;
        }
        ck_assert_ptr_nonnull(dk_cd_text_decode(bytes, size, arena, &notes));
    }
}
END_TEST

START_TEST(knows_names)
{
    ck_assert_str_eq(dk_cd_text_language_name(0x09), "English");
    ck_assert_str_eq(dk_cd_text_language_name(0x2B), "Walloon");
    ck_assert_ptr_null(dk_cd_text_language_name(0x2C));
    ck_assert_ptr_null(dk_cd_text_language_name(0));
    ck_assert_str_eq(dk_cd_text_language_name(0x45), "Zulu");
    ck_assert_str_eq(dk_cd_text_language_name(0x69), "Japanese");
    ck_assert_str_eq(dk_cd_text_language_name(0x75), "Chinese");
    ck_assert_str_eq(dk_cd_text_language_name(0x7F), "Amharic");
    ck_assert_ptr_null(dk_cd_text_language_name(0x80));
    ck_assert_str_eq(dk_cd_text_genre_name(27), "World");
    ck_assert_ptr_null(dk_cd_text_genre_name(28));
    ck_assert_ptr_null(dk_cd_text_genre_name(1));
    ck_assert_str_eq(dk_cd_text_type_name(DK_TEXT_PERFORMER), "performer");
    ck_assert_str_eq(dk_cd_text_type_name(DK_TEXT_GENRE), "genre");
    ck_assert_ptr_null(dk_cd_text_type_name(DK_TEXT_TOC));
    ck_assert_ptr_null(dk_cd_text_type_name(DK_TEXT_CLOSED));
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static void add_decoding(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, end);
    tcase_add_test(test_case, knows_the_crc);
    tcase_add_test(test_case, reads_sizes);
    tcase_add_test(test_case, reads_texts);
    tcase_add_loop_test(test_case, takes_all_wrappings, 0, 4);
    tcase_add_test(test_case, refuses_what_has_no_packs);
    tcase_add_loop_test(test_case, knows_character_sets, 0, ROWS(charsets));
    tcase_add_test(test_case, knows_double_byte_tabs);
    tcase_add_test(test_case, keeps_languages_apart);
    tcase_add_test(test_case, lives_without_sizes);
    tcase_add_test(test_case, counts_from_the_first_track);
    tcase_add_loop_test(test_case, reads_genre_and_codes, 0, 2);
    tcase_add_test(test_case, takes_repeated_packs_once);
    tcase_add_test(test_case, knows_names);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, end);
    tcase_add_loop_test(test_case, tells_wrecks, 0, ROWS(wrecks));
    tcase_add_test(test_case, ends_where_the_packs_end);
    tcase_add_test(test_case, bears_any_bytes);
}

int main(void)
{
    return suite_run("cdtext", (const struct suite_case[]){
                                   { "decoding", add_decoding }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
