/* WinOnCD images: one that another program opened, byte by byte, others by recipe, and each field wrecked. */
#include "support/suite.h"
#include "support/table.h"
#include "support/wreck.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

enum { S = 2352, USER = 2048, SUB = 2448, HEADER = 196, BLOCK = 44, HEAD_MAX = 1024, BLOCKS = 4 };

static void put(uint8_t *to, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

/* Head and parts, one behind the other. */
static const char *make_image(const uint8_t *head, size_t head_size, const struct table_part *parts)
{
    size_t size;
    uint8_t *bytes = table_make_bytes(parts, &size);
    const char *path;

    bytes = realloc(bytes, head_size + size);
    ck_assert_ptr_nonnull(bytes);
    memmove(bytes + head_size, bytes, size);
    memcpy(bytes, head, head_size);
    path = suite_file("disc.c2d", bytes, head_size + size);
    free(bytes);
    return path;
}

static struct dk_disc *must_open(const char *path)
{
    struct dk_error error;
    struct dk_disc *disc = dk_image_open(path, &error);

    ck_assert_msg(disc, "%s", error.text);
    ck_assert_str_eq(disc->format, "c2d");
    return disc;
}

/* ---- Byte by byte ---- */

static const struct {
    size_t at;
    uint8_t bytes[16];
} reference[] = {
    { 0x000, "Adaptec CeQuadra" },
    { 0x010, "t VirtualCD File" },
    { 0x020, { 0xC4, 0, 1, 0, '4', '0', '0', '6', '4', '0', '8', '1', '2', '3', '4', '5' } },
    { 0x030, { '6', 0, 3, 0, 0, 0, 0, 0, 0xC4 } },
    { 0x040, "test" },
    { 0x0C0, { 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 0, 0, 0, 0xAE } },
    { 0x0D0, { 0, 4, 0, 0, 0, 0, 0, 0, 0, 8 } },
    { 0x0E0, { 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 1, 1, 1 } },
    { 0x0F0, { 0x2C, 0, 0, 0, 0xAF, 0, 0, 0, 0x12, 1, 0, 0, 0, 0x7C, 5 } },
    { 0x100, { 0, 0, 0, 0, 0x30, 9, 0, 0, 'D', 'E', 'A', 'B', 'C', '0', '4', '1' } },
    { 0x110, { '2', '3', '4', '5', 0, 1, 2, 1, 0, 0, 0, 0, 0x2C } },
    { 0x120, { 0x13, 1, 0, 0, 0xDA, 1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF } },
    { 0x130, { 0x30, 9 } },
    { 0x140, { 0, 1, 2, 2 } },
};

START_TEST(reference_image_is_read)
{
    const struct table_part parts[TABLE_PARTS] = { { DK_MODE1, USER, 0, 175 }, { DK_AUDIO, S, 175, 300 } };
    uint8_t head[HEAD_MAX] = { 0 };
    struct dk_disc *disc;

    for (size_t i = 0; i < sizeof reference / sizeof *reference; i++)
        memcpy(head + reference[i].at, reference[i].bytes, 16);
    disc = must_open(make_image(head, sizeof head, parts));
    ck_assert_str_eq(disc->mcn, "4006408123456");
    ck_assert_str_eq(table_text(disc), "1/1 mode1 0+175 stored 2048\n"
                                       "1/2 audio 175+300 stored 2352 DEABC0412345 2@275\nout 475\n");
    ck_assert_uint_eq(disc->notes.count, 0);
    table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* ---- By recipe ---- */

struct block {
    int32_t first, last;
    uint64_t offset;
    uint32_t stored;
    uint8_t flags, session, point, index, mode;
};

static size_t build(const struct block blocks[BLOCKS], const uint8_t *packs, uint8_t head[HEAD_MAX])
{
    const size_t texts = packs ? 18 : 0, at = HEADER + texts;
    unsigned count = 0;

    memset(head, 0, HEAD_MAX);
    memcpy(head, "Roxio Image File Format 3.0", 27);
    for (; count < BLOCKS && blocks[count].point; count++) {
        const struct block *block = &blocks[count];
        uint8_t *to = head + at + count * BLOCK;

        put(to, BLOCK, 4);
        put(to + 4, (uint32_t)block->first, 4);
        put(to + 8, (uint32_t)block->last, 4);
        put(to + 12, block->offset, 8);
        put(to + 20, block->stored, 4);
        to[36] = block->flags;
        to[37] = block->session;
        to[38] = block->point;
        to[39] = block->index;
        to[40] = block->mode;
    }
    put(head + 32, HEADER, 2);
    put(head + 50, count, 2);
    put(head + 52, texts, 4);
    put(head + 56, at, 4);
    if (packs)
        memcpy(head + HEADER, packs, texts);
    return HEAD_MAX;
}

static const struct place {
    const char *what;
    struct block blocks[BLOCKS];
    struct table_part parts[TABLE_PARTS];
    const char *table;
    const char *note; /* NULL: there is none */
} places[] = {
    { "two sessions, a gap, flags and subchannel",
      { { 0, 39, HEAD_MAX, S, 3, 1, 1, 1, 0 },
        { 50, 89, HEAD_MAX + 40 * S, SUB, 0, 1, 2, 1, 0xFF },
        { 11490, 11529, HEAD_MAX + 40 * (S + SUB), S, 4, 2, 3, 1, 2 } },
      { { DK_AUDIO, S, 0, 40 }, { DK_AUDIO, SUB, 50, 40 }, { DK_MODE2_FORM1, S, 11490, 40 } },
      "1/1 audio 0+40 stored 2352 control 3\n1/2 audio 50+40 stored 2448 pregap 10\nout 90\n"
      "2/3 mode2-form1 11490+40 stored 2352\nout 11530\n",
      NULL },
    { "bytes between tracks",
      { { 0, 39, HEAD_MAX, USER, 4, 1, 1, 1, 1 }, { 40, 79, HEAD_MAX + 41 * USER, USER, 4, 1, 2, 1, 1 } },
      { { DK_MODE1, USER, 0, 40 }, { DK_MODE1, USER, 7, 1 }, { DK_MODE1, USER, 40, 40 } },
      "1/1 mode1 0+40 stored 2048\n1/2 mode1 40+40 stored 2048\nout 80\n",
      "2048 bytes of" },
    { "a file that ends too early",
      { { 0, 39, HEAD_MAX, USER, 4, 1, 1, 1, 1 } },
      { { DK_MODE1, USER, 0, 30 } },
      "1/1 mode1 0+40 stored 2048\nout 40\n",
      "LBA 30 is the first that is missing, 10 in all" },
    { "headers of another place",
      { { 0, 39, HEAD_MAX, S, 4, 1, 1, 1, 1 } },
      { { DK_MODE1, S, 9, 40 } },
      "1/1 mode1 0+40 stored 2352\nout 40\n",
      "track 1 is said to begin at LBA 0, and its sectors say LBA 9" },
};

START_TEST(place_is_what_the_blocks_say)
{
    const struct place *place = &places[_i];
    uint8_t head[HEAD_MAX];
    struct dk_disc *disc;

    build(place->blocks, NULL, head);
    disc = must_open(make_image(head, HEAD_MAX, place->parts));
    ck_assert_msg(strcmp(table_text(disc), place->table) == 0, "%s:\n%s", place->what, table_text(disc));
    if (place->note)
        ck_assert_msg(table_has_note(&disc->notes, DK_NOTE_ODD, place->note) ||
                          table_has_note(&disc->notes, DK_NOTE_DAMAGE, place->note),
                      "%s: %s", place->what, disc->notes.count ? disc->notes.items[0].text : "no note");
    else
        ck_assert_msg(disc->notes.count == 0, "%s: %s", place->what, disc->notes.items[0].text);
    if (strcmp(place->what, "headers of another place") != 0)
        table_check_sectors(disc);
    dk_disc_close(disc);
}
END_TEST

/* Also of a size that is no whole number of packs, at which other programs end. */
START_TEST(packs_are_decoded)
{
    const struct table_part parts[TABLE_PARTS] = { { DK_AUDIO, S, 0, 40 } };
    const struct block blocks[BLOCKS] = { { 0, 39, HEAD_MAX, S, 0, 1, 1, 1, 0 } };
    uint8_t pack[18] = { 0x80, 0, 0, 0, 'A', 'l', 'b', 'u', 'm', 0, 'S', 'o', 'n', 'g', 0, 0 }, head[HEAD_MAX];
    const uint16_t crc = dk_q_crc(pack, 16);
    struct dk_disc *disc;

    pack[16] = (uint8_t)(crc >> 8);
    pack[17] = (uint8_t)crc;
    build(blocks, pack, head);
    head[52] = (uint8_t)(18 + _i);
    disc = must_open(make_image(head, HEAD_MAX, parts));
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 0, DK_TEXT_TITLE), "Album");
    ck_assert_str_eq(dk_cd_text_get(disc->cd_text, 0, 1, DK_TEXT_TITLE), "Song");
    ck_assert(table_has_note(&disc->notes, DK_NOTE_ODD, "which are no whole packs") == (_i == 1));
    dk_disc_close(disc);
}
END_TEST

/* ---- Wrecks ---- */

/* Blocks of track 1 at 196, of track 2 at 240, of its INDEX 02 at 284. */
static const struct block whole[BLOCKS] = { { 0, 39, HEAD_MAX, S, 0, 1, 1, 1, 0 },
                                            { 40, 59, HEAD_MAX + 40 * S, S, 0, 1, 2, 1, 0 },
                                            { 60, 79, UINT32_MAX, S, 0, 1, 2, 2, 0 } };

static const struct wreck {
    const char *what;
    size_t at;
    const char *bytes;
    size_t length;
    const char *says, *and_says;
} wrecks[] = {
    { "nothing wrong", 0, "R", 1, NULL, NULL },
    { "no block", 50, "\0", 1, "0 blocks of tracks", "from byte 196 on" },
    { "65535 blocks", 50, "\xFF\xFF", 2, "65535 blocks of tracks", "from byte 196 on" },
    { "blocks behind the end", 56, "\xFF\xFF\xFF\xFF", 4, "from byte 4294967295 on", "blocks of tracks" },
    { "blocks in the header", 56, "\0\0\0\0", 4, "the block at byte 0", "LBA" },
    { "CD-TEXT of 4 GiB", 52, "\xFF\xFF\xFF\xFF", 4, "+CD-TEXT is said to have 4294967295 bytes", "+left out" },
    { "CD-TEXT of 17 bytes", 52, "\x11", 1, "+17 bytes, which are no whole packs", "+CD-TEXT" },
    { "a catalog number of nothing", 34, "\1", 1, "+catalog number", "+left out" },
    { "first behind last", 196 + 4, "\x28", 1, "the block at byte 196", "from LBA 40 to LBA 39" },
    { "first before the disc", 196 + 4, "\xFF\xFF\xFF\xFF", 4, "the block at byte 196", "from LBA -1" },
    { "last at the end of all numbers", 284 + 8, "\xFF\xFF\xFF\x7F", 4, "track 2", "more than any disc" },
    { "tracks that overlap", 196 + 8, "\x28", 1, "track 2 begins at LBA 40", "end of track 1 at LBA 41" },
    { "an offset beyond all files", 196 + 12, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, "track 1", "beyond any file" },
    { "an offset behind the end", 240 + 12, "\0\0\0\0\1", 5, "+too early for track 2", "+LBA 40 is the first" },
    { "an offset into the table", 196 + 12, "\0\0", 2, "+bytes of", "+before track 2 belong to no track" },
    { "sectors of no byte", 196 + 20, "\0\0", 2, "track 1", "audio sectors of 0 bytes" },
    { "sectors of 4 GiB", 196 + 20, "\xFF\xFF\xFF\xFF", 4, "the block at byte 196", "4294967295 bytes a sector" },
    { "an ISRC of control characters", 240 + 24, "\1", 1, "+ISRC of track 2", "+left out" },
    { "session 0", 196 + 37, "\0", 1, "the block at byte 196", "session 0" },
    { "a session that goes back", 196 + 37, "\2", 1, "track 2 is in session 1", "before that of track 1" },
    { "track 0", 196 + 38, "\0", 1, "there is a track 0", "1 to 99" },
    { "two tracks of one number", 240 + 38, "\1", 1, "the block at byte 240 is of track 1, after that of 1", "disc" },
    { "an index of another track", 284 + 38, "\3", 1, "the block at byte 284 is of index 2 of track 3", "go on" },
    { "an index that is left out", 284 + 39, "\3", 1, "the block at byte 284 is of index 3", "go on" },
    { "an index at its track's beginning", 284 + 4, "\x28", 1, "index 2 of track 2, from LBA 40 on", "go on" },
    { "mode 3", 196 + 40, "\3", 1, "the block at byte 196 is of mode 3", "0 to 2" },
    { "compressed", 240 + 41, "\1", 1, "track 2 is compressed", "WinOnCD" },
};

static uint8_t *make_whole(size_t *size)
{
    const struct table_part parts[TABLE_PARTS] = { { DK_AUDIO, S, 0, 80 } };
    uint8_t *sectors = table_make_bytes(parts, size), *image = malloc(HEAD_MAX + *size);

    ck_assert_ptr_nonnull(image);
    build(whole, NULL, image);
    memcpy(image + HEAD_MAX, sectors, *size);
    *size += HEAD_MAX;
    free(sectors);
    return image;
}

START_TEST(wreck_is_told_with_its_place)
{
    const struct wreck *wreck = &wrecks[_i];
    struct dk_error error = { 0 };
    struct dk_disc *disc;
    size_t size;
    uint8_t *image = make_whole(&size);

    memcpy(image + wreck->at, wreck->bytes, wreck->length);
    disc = dk_image_open(suite_file("disc.c2d", image, size), &error);
    wreck_expect(wreck->what, wreck->says, disc, &error);
    wreck_expect(wreck->what, wreck->and_says, disc, &error);
    dk_disc_close(disc);
    free(image);
}
END_TEST

/* Of a file without sectors, so that it is quick. */
START_TEST(every_byte_may_be_wrong)
{
    uint8_t head[HEAD_MAX];

    build(whole, NULL, head);
    wreck_every_byte("disc.c2d", head, HEAD_MAX, 32, 60);
    wreck_every_byte("disc.c2d", head, HEAD_MAX, HEADER, HEADER + 3 * BLOCK);
}
END_TEST

START_TEST(every_field_may_be_the_last)
{
    uint8_t head[HEAD_MAX];

    build(whole, NULL, head);
    for (size_t size = 32; size < HEADER + 3 * BLOCK; size++) {
        struct dk_error error = { 0 };

        ck_assert_msg(!dk_image_open(suite_file("disc.c2d", head, size), &error), "%zu bytes", size);
        ck_assert_msg(strstr(error.text, "disc.c2d"), "%s", error.text);
    }
}
END_TEST

static void add_places(TCase *test_case)
{
    tcase_add_test(test_case, reference_image_is_read);
    tcase_add_loop_test(test_case, place_is_what_the_blocks_say, 0, sizeof places / sizeof *places);
    tcase_add_loop_test(test_case, packs_are_decoded, 0, 2);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, every_byte_may_be_wrong);
    tcase_add_test(test_case, every_field_may_be_the_last);
}

int main(void)
{
    return suite_run("c2d",
                     (const struct suite_case[]){ { "places", add_places }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
