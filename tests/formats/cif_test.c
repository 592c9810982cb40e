/* Easy CD Creator images: the tables of one that another program opened, others by recipe, and each field wrecked. */
#include "support/suite.h"
#include "support/table.h"
#include "support/wreck.h"
#include "util/hash.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

enum { S = 2352, USER = 2048, HEAD = 20, TRACKS = 3, TABLES_MAX = 4096, AUDIO = 0, MODE1 = 1, FORM1 = 2, MIXED = 4 };

struct track {
    unsigned session; /* 0: no more tracks */
    unsigned type;
    uint32_t told; /* sectors */
    const char *isrc, *title;
    struct table_part part; /* its sectors */
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

static void put_text(struct writer *writer, const char *text, size_t length)
{
    memcpy(writer->to + writer->at, text, length);
    writer->at += length;
}

static void put_chunk(struct writer *writer, const char *type, size_t size)
{
    put_text(writer, "RIFF", 4);
    put(writer, size + 4, 4);
    put_text(writer, type, 4);
}

static void put_disc(struct writer *writer, const char *title, unsigned sessions, unsigned tracks)
{
    const size_t length = 17 + strlen(title);

    put(writer, length, 2);
    put(writer, sessions, 2);
    put(writer, tracks, 2);
    put(writer, strlen(title) + 1, 2);
    put(writer, length, 2);
    put(writer, 0, 2);
    put(writer, 2, 2);
    put(writer, 0, 2);
    put_text(writer, title, strlen(title) + 1);
}

static void put_session(struct writer *writer, unsigned tracks)
{
    put(writer, 18, 2);
    put(writer, tracks, 2);
    put(writer, 1, 2);
    put(writer, 1, 2);
    put(writer, 0, 2);
    put(writer, 1, 2);
    put(writer, 0, 6);
}

static void put_track(struct writer *writer, const struct track *track)
{
    const size_t start = writer->at;
    const size_t length = track->type == AUDIO ? 293 + (track->title ? strlen(track->title) + 1 : 0) : 296;

    put(writer, length, 2);
    put(writer, 0, 2);
    put(writer, track->told, 4);
    put(writer, 0, 2);
    put(writer, track->type, 2);
    put(writer, 0, 6);
    put(writer, 4, 2);
    put(writer, 0, 2);
    put(writer, track->type == AUDIO ? S : USER, 2);
    writer->at = start + 229;
    if (track->isrc)
        put_text(writer, track->isrc, 12);
    writer->at = start + 293;
    if (track->title)
        put_text(writer, track->title, strlen(track->title) + 1);
    writer->at = start + length;
}

static unsigned count_tracks(const struct track tracks[TRACKS], unsigned session)
{
    unsigned count = 0;

    for (size_t i = 0; i < TRACKS && tracks[i].session; i++)
        count += session == 0 || tracks[i].session == session;
    return count;
}

/* The chunks "disc" and "ofs ", behind chunks of `sizes` bytes of sectors. Returns their size. */
static size_t build_tables(const struct track tracks[TRACKS], const size_t sizes[TRACKS], uint8_t to[TABLES_MAX])
{
    const unsigned count = count_tracks(tracks, 0), sessions = tracks[count - 1].session;
    struct writer writer = { .to = to };
    size_t track = 0, place = HEAD, end;

    memset(to, 0, TABLES_MAX);
    writer.at = HEAD;
    put_disc(&writer, "Title", sessions, count);
    for (unsigned session = 1; session <= sessions; session++) {
        put_session(&writer, count_tracks(tracks, session));
        for (unsigned i = 0; i < count_tracks(tracks, session); i++)
            put_track(&writer, &tracks[track++]);
    }
    end = writer.at;
    writer.at = 0;
    put_chunk(&writer, "disc", end - 12);
    writer.at = end + end % 2;
    put_chunk(&writer, "ofs ", 10 + 22 * count);
    put(&writer, 0, 8);
    put(&writer, count, 2);
    for (size_t i = 0; i < count; i++) {
        put_chunk(&writer, tracks[i].type == AUDIO ? "adio" : "info", sizes[i]);
        put(&writer, place + 8, 4);
        put(&writer, 0, 6);
        place += 12 + sizes[i];
    }
    return writer.at;
}

static uint8_t *make_image(const struct track tracks[TRACKS], size_t *size, size_t *tables_at)
{
    uint8_t *image = calloc(1, HEAD), tables[TABLES_MAX];
    struct writer writer = { .to = image };
    size_t sizes[TRACKS] = { 0 }, tables_size;

    put_chunk(&writer, "imag", 8);
    *size = HEAD;
    for (size_t i = 0; i < TRACKS && tracks[i].session; i++) {
        const struct table_part parts[TABLE_PARTS] = { tracks[i].part };
        uint8_t *sectors = table_make_bytes(parts, &sizes[i]);

        image = realloc(image, *size + 12 + sizes[i]);
        ck_assert_ptr_nonnull(image);
        writer = (struct writer){ .to = image, .at = *size };
        put_chunk(&writer, tracks[i].type == AUDIO ? "adio" : "info", sizes[i]);
        memcpy(image + writer.at, sectors, sizes[i]);
        *size = writer.at + sizes[i];
        free(sectors);
    }
    tables_size = build_tables(tracks, sizes, tables);
    image = realloc(image, *size + tables_size);
    ck_assert_ptr_nonnull(image);
    memcpy(image + *size, tables, tables_size);
    *tables_at = *size;
    *size += tables_size;
    return image;
}

static struct dk_disc *open_built(const struct track tracks[TRACKS])
{
    size_t size, tables_at;
    uint8_t *image = make_image(tracks, &size, &tables_at);
    struct dk_error error;
    struct dk_disc *disc = dk_image_open(suite_file("disc.cif", image, size), &error);

    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "cif");
    free(image);
    return disc;
}

/* ---- Reading ---- */

static const struct track reference[TRACKS] = {
    { 1, MODE1, 175, NULL, NULL, { DK_MODE1, USER, 0, 300 } },
    { 1, AUDIO, 300, "DEABC0412345", "song", { DK_AUDIO, S, 450, 300 } },
};

/* The tables are those of an image that another program opened. */
START_TEST(reference_image_is_read)
{
    const size_t sizes[TRACKS] = { 300 * USER, 300 * S };
    uint8_t tables[TABLES_MAX];
    const size_t size = build_tables(reference, sizes, tables);
    struct hash_set *sum = hash_set_new(1 << HASH_SHA256, NULL);
    struct dk_disc *disc = open_built(reference);

    hash_set_update(sum, tables, size);
    hash_set_finish(sum);
    ck_assert_uint_eq(size, 720);
    ck_assert_str_eq(hash_set_hex(sum, HASH_SHA256),
                     "2e7b1bf8aa08877fea1468d48e0fd6ebc43eae5778334327a0d733e14867f0e3");
    hash_set_free(sum);
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+300 stored 2048\n"
                                       "1/2 audio 450+300 stored 2352 pregap 150 DEABC0412345\nout 750\n");
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 0, DK_TEXT_TITLE), "Title");
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 2, DK_TEXT_TITLE), "song");
    ck_assert(table_has_note(&disc->notes, DK_NOTE_GUESS, "track 1 has 175 sectors, padded to 300"));
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

static const struct place {
    const char *what;
    struct track tracks[TRACKS];
    const char *table;
    enum dk_note_kind kind;
    const char *note; /* NULL: there is none */
} places[] = {
    { "two sessions",
      { { 1, AUDIO, 300, NULL, NULL, { DK_AUDIO, S, 0, 300 } },
        { 1, AUDIO, 301, NULL, NULL, { DK_AUDIO, S, 300, 301 } },
        { 2, FORM1, 300, NULL, NULL, { DK_MODE2_FORM1, 2056, 12001, 300 } } },
      "1/1 audio 0+300 stored 2352\n1/2 audio 300+301 stored 2352\nout 601\n"
      "2/3 mode2-form1 12001+300 stored 2056\nout 12301\n",
      0,
      NULL },
    { "sectors of both forms",
      { { 1, MIXED, 300, NULL, NULL, { DK_MODE2_FORM2, 2332, 0, 300 } } },
      "1/1 mode2-form2 0+300 stored 2332\nout 300\n",
      0,
      NULL },
    { "a chunk that is too short",
      { { 1, MODE1, 300, NULL, NULL, { DK_MODE1, USER, 0, 290 } } },
      "1/1 mode1 0+300 stored 2048\nout 300\n",
      DK_NOTE_DAMAGE,
      "LBA 290 is the first that is missing, 10 in all" },
    { "a chunk that is too long",
      { { 1, MODE1, 300, NULL, NULL, { DK_MODE1, USER, 0, 310 } } },
      "1/1 mode1 0+300 stored 2048\nout 300\n",
      DK_NOTE_ODD,
      "said to have 300 sectors, and its chunk has 310" },
    { "a track that nobody padded",
      { { 1, MODE1, 40, NULL, NULL, { DK_MODE1, USER, 0, 40 } } },
      "1/1 mode1 0+40 stored 2048\nout 40\n",
      0,
      NULL },
};

START_TEST(place_is_what_is_usual)
{
    const struct place *place = &places[_i];
    struct dk_disc *disc = open_built(place->tracks);

    ck_assert_msg(strcmp(table_text(disc), place->table) == 0, "%s:\n%s", place->what, table_text(disc));
    if (place->note)
        ck_assert_msg(table_has_note(&disc->notes, place->kind, place->note), "%s", place->what);
    else
        ck_assert_msg(disc->notes.count == 0, "%s: %s", place->what, disc->notes.items[0].text);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* ---- Wrecks ---- */

/*
 * Chunks of sectors at 20 and 614432, tables at 1320044: "disc" with its descriptors at 20 (the disc), 42 (the
 * session), 60 and 356 (the tracks); "ofs " at 654 with entries at 676 and 698.
 */
enum { TABLES = 1320044, OFS = 654 };

static const struct wreck {
    const char *what;
    size_t at;
    const char *bytes;
    size_t length;
    const char *says, *and_says;
} wrecks[] = {
    { "nothing wrong but the padding", 0, "R", 1, "+padded to 300", "+track 1" },
    { "a first chunk of 3 bytes", 4, "\3", 1, "the chunk at byte 0 is said to have 3 bytes", "disc.cif" },
    { "a first chunk of all bytes", 4, "\xFF\xFF\xFF\xFF", 4, "the chunk at byte 0 is said to have 4294967295", "cif" },
    { "a chunk of no byte", 24, "\0\0\0", 3, "the chunk at byte 20 is said to have 0 bytes", "disc.cif" },
    { "no chunk", 20, "X", 1, "no chunk begins at byte 20", "disc.cif" },
    { "a chunk with a byte more", 24, "\6", 1, "no chunk begins at byte 614434", "disc.cif" },
    { "no table", TABLES + 8, "X", 1, "has no 'disc' chunk", "disc.cif" },
    { "no offsets", TABLES + OFS + 8, "X", 1, "has no 'ofs ' chunk", "disc.cif" },
    { "a descriptor of the disc of no byte", TABLES + 20, "\0", 1, "the descriptor of the disc at byte 1320064", "0" },
    { "a descriptor of the disc of all bytes", TABLES + 20, "\xFF\xFF", 2, "the disc at byte 1320064", "65535 bytes" },
    { "no session", TABLES + 22, "\0", 1, "0 sessions", "1 to 99 can be" },
    { "100 sessions", TABLES + 22, "\x64", 1, "100 sessions", "1 to 99 can be" },
    { "a session more", TABLES + 22, "\2", 1, "the descriptor of a session at byte 1320698", "0 bytes" },
    { "a session of no byte", TABLES + 42, "\0", 1, "the descriptor of a session at byte 1320086", "0 bytes" },
    { "no track", TABLES + 44, "\0", 1, "there is no track", "in it" },
    { "a track fewer", TABLES + 44, "\1", 1, "+padded to 300", "+track 1" },
    { "65535 tracks", TABLES + 44, "\xFF\xFF", 2, "the descriptor of a track at byte 1320698", "bytes" },
    { "a track of no byte", TABLES + 60, "\0\0", 2, "the descriptor of a track at byte 1320104", "needs 24" },
    { "a track of 23 bytes", TABLES + 60, "\x17\0", 2, "the descriptor of a track at byte 1320104", "needs 24" },
    { "a track of no sector", TABLES + 356 + 4, "\0\0", 2, "+padded to 300", "+track 2 has 0 sectors" },
    { "a track of all sectors", TABLES + 356 + 4, "\xFF\xFF\xFF\xFF", 4, "track 2 is said to have 4294967295", "cif" },
    { "a track of too many sectors", TABLES + 356 + 4, "\x2D\1", 2, "+LBA 750 is the first that is missing", "+1 in" },
    { "type 3", TABLES + 60 + 10, "\3", 1, "track 1 is of type 3", "0, 1, 2 and 4 can be" },
    { "no offset", TABLES + OFS + 20, "\0", 1, "said to have 0 entries", "2 tracks" },
    { "an offset fewer", TABLES + OFS + 20, "\1", 1, "said to have 1 entries", "2 tracks" },
    { "an offset more", TABLES + OFS + 20, "\3", 1, "said to have 3 entries in 54 bytes", "2 tracks" },
    { "an offset of 0", TABLES + OFS + 34, "\0", 1, "track 1 is said to begin at byte 0", "of 1320764" },
    { "an offset behind the end", TABLES + OFS + 34, "\xFF\xFF\xFF\xFF", 4, "track 1 is said to begin at byte",
      "4294967295" },
    { "an offset of no chunk", TABLES + OFS + 34, "\x1D", 1, "no chunk begins at byte 21", "disc.cif" },
    { "an offset of the other track", TABLES + OFS + 56, "\x1C\0\0\0", 4, "+early for track 2", "+track 2" },
};

START_TEST(wreck_is_told_with_its_place)
{
    const struct wreck *wreck = &wrecks[_i];
    struct dk_error error = { 0 };
    struct dk_disc *disc;
    size_t size, tables_at;
    uint8_t *image = make_image(reference, &size, &tables_at);

    ck_assert_uint_eq(tables_at, TABLES);
    memcpy(image + wreck->at, wreck->bytes, wreck->length);
    disc = dk_image_open(suite_file("disc.cif", image, size), &error);
    wreck_expect(wreck->what, wreck->says, disc, &error);
    wreck_expect(wreck->what, wreck->and_says, disc, &error);
    dk_disc_close(disc);
    free(image);
}
END_TEST

static const struct track small[TRACKS] = {
    { 1, MODE1, 1, NULL, NULL, { DK_MODE1, USER, 0, 1 } },
    { 1, AUDIO, 1, "DEABC0412345", "song", { DK_AUDIO, S, 151, 1 } },
};

START_TEST(every_byte_may_be_wrong)
{
    size_t size, tables_at;
    uint8_t *image = make_image(small, &size, &tables_at);

    wreck_every_byte("disc.cif", image, size, 0, HEAD + 12);
    wreck_every_byte("disc.cif", image, size, tables_at, tables_at + 90);
    wreck_every_byte("disc.cif", image, size, tables_at + 350, tables_at + 380);
    wreck_every_byte("disc.cif", image, size, tables_at + OFS, size);
    free(image);
}
END_TEST

START_TEST(every_byte_may_be_the_last)
{
    size_t size, tables_at;
    uint8_t *image = make_image(small, &size, &tables_at);

    for (size_t cut = 12; cut < size; cut += cut < tables_at ? 97 : 1) {
        struct dk_error error = { 0 };

        ck_assert_msg(!dk_image_open(suite_file("disc.cif", image, cut), &error), "%zu bytes", cut);
        ck_assert_msg(strstr(error.text, "disc.cif"), "%s", error.text);
    }
    free(image);
}
END_TEST

static void add_reading(TCase *test_case)
{
    tcase_add_test(test_case, reference_image_is_read);
    tcase_add_loop_test(test_case, place_is_what_is_usual, 0, sizeof places / sizeof *places);
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
        "cif", (const struct suite_case[]){ { "reading", add_reading }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
