/* UltraISO's images, by recipe: every kind of chunk, segments, and what must come of wrecks. */
#include "support/suite.h"
#include "support/wrecks.h"

#include <disckit/format.h>
#include <string.h>

/* Header 48, table of four chunks of 3 bytes at 48, data at 60: zlib A, zeros, P, bzip2 A without its magic. */
enum { TABLE = 48, DATA = 60, P_AT = DATA + 23 };

static const uint8_t hidden[] = { 0xB6, 0x8C, 0xA5, 0xDE };

struct header {
    unsigned size;
    uint32_t sectors;
    uint8_t encryption;
    uint64_t segment_size;
    uint32_t chunks, chunk_size;
    uint8_t pointer_size, segment;
    uint32_t chunks_at, segments_at, data_at;
};

static const struct header four = {
    .size = 48, .sectors = 4, .chunks = 4, .chunk_size = 2048, .pointer_size = 3, .chunks_at = TABLE, .data_at = DATA
};

static void add_header(struct built *built, struct header header)
{
    built_add(built, "IsZ!", 4);
    built_le(built, header.size, 1);
    built_le(built, 1, 1);
    built_le(built, 0, 4);
    built_le(built, 2048, 2);
    built_le(built, header.sectors, 4);
    built_le(built, header.encryption, 1);
    built_le(built, header.segment_size, 8);
    built_le(built, header.chunks, 4);
    built_le(built, header.chunk_size, 4);
    built_le(built, header.pointer_size, 1);
    built_le(built, header.segment, 1);
    built_le(built, header.chunks_at, 4);
    built_le(built, header.segments_at, 4);
    built_le(built, header.data_at, 4);
    built_le(built, 0, 1);
    built_add(built, NULL, header.size - 48);
}

/* Hides what was added from `from` on, as tables are. */
static void hide(struct built *built, size_t from)
{
    for (size_t i = from; i < built->size; i++)
        built->bytes[i] ^= hidden[(i - from) % 4];
}

static void add_entry(struct built *built, unsigned type, uint32_t length, unsigned width)
{
    built_le(built, (uint64_t)type << (width * 8 - 2) | length, width);
}

static void add_data(struct built *built)
{
    const size_t at = built->size + 23 + 2048;

    built_hex(built, block_a_zlib);
    built_add(built, block_p(), 2048);
    built_hex(built, block_a_bzip2);
    memset(built->bytes + at, 0, 3);
}

static struct built build_four(void)
{
    struct built built = { 0 };

    add_header(&built, four);
    add_entry(&built, 2, 23, 3);
    add_entry(&built, 0, 0, 3);
    add_entry(&built, 1, 2048, 3);
    add_entry(&built, 3, 45, 3);
    hide(&built, TABLE);
    add_data(&built);
    return built;
}

static struct dk_disc *opened(const char *name, const struct built *built)
{
    struct dk_error error = { 0 };
    struct dk_disc *disc = dk_image_open(suite_file(name, built->bytes, built->size), &error);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, "isz");
    return disc;
}

static void expect_sectors(const char *name, const struct built *built, const char *sectors)
{
    struct dk_disc *disc = opened(name, built);

    ck_assert_str_eq(wrecks_sectors(disc), sectors);
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 0);
    dk_disc_close(disc);
}

START_TEST(every_kind_of_chunk_is_read)
{
    struct built built = build_four();

    ck_assert_msg(memcmp(built.bytes + TABLE, "\xA1\x8C\x25\xDE\xB6\x8C\xA5\xD6\xF6\xA1\xA5\x1E", 12) == 0,
                  "the table is not what was computed by hand");
    expect_sectors("a.isz", &built, "A0PA");
    built_free(&built);
}
END_TEST

/* One writer takes the bytes of a chunk of zeros up in the file, another one does not. */
START_TEST(zeros_may_take_room)
{
    struct built built = { 0 };

    add_header(&built, four);
    add_entry(&built, 2, 23, 3);
    add_entry(&built, 0, 10, 3);
    add_entry(&built, 1, 2048, 3);
    add_entry(&built, 3, 45, 3);
    hide(&built, TABLE);
    built_hex(&built, block_a_zlib);
    built_add(&built, NULL, 10);
    built_add(&built, block_p(), 2048);
    built_hex(&built, block_a_bzip2);
    expect_sectors("room.isz", &built, "A0PA");
    built_add(&built, NULL, 68); /* the footer that some have */
    expect_sectors("room-and-footer.isz", &built, "A0PA");
    built_free(&built);
}
END_TEST

START_TEST(a_footer_is_no_data)
{
    struct built built = build_four();

    built_add(&built, NULL, 68);
    expect_sectors("footer.isz", &built, "A0PA");
    built_free(&built);
}
END_TEST

START_TEST(entries_have_one_to_eight_bytes)
{
    for (unsigned width = 2; width <= 8; width++) {
        struct header header = four;
        struct built built = { 0 };

        header.pointer_size = (uint8_t)width;
        header.data_at = TABLE + 4 * width;
        add_header(&built, header);
        add_entry(&built, 2, 23, width);
        add_entry(&built, 0, 2048, width);
        add_entry(&built, 1, 2048, width);
        add_entry(&built, 3, 45, width);
        hide(&built, TABLE);
        add_data(&built);
        expect_sectors("width.isz", &built, "A0PA");
        built_free(&built);
    }
}
END_TEST

/* Chunks of two sectors, of which the last has one that counts. */
START_TEST(the_last_chunk_may_be_short)
{
    struct header header = four;
    struct built built = { 0 };

    header.sectors = 3;
    header.chunks = 2;
    header.chunk_size = 4096;
    header.data_at = TABLE + 6;
    add_header(&built, header);
    add_entry(&built, 1, 4096, 3);
    add_entry(&built, 2, 23, 3);
    hide(&built, TABLE);
    built_add(&built, block_a, 2048);
    built_add(&built, block_p(), 2048);
    built_hex(&built, block_a_zlib);
    expect_sectors("short.isz", &built, "APA");
    built_free(&built);
}
END_TEST

START_TEST(without_a_table_all_is_plain)
{
    struct header header = four;
    struct built built = { 0 };

    header.sectors = 3;
    header.chunks_at = 0;
    header.data_at = 48;
    add_header(&built, header);
    built_add(&built, block_a, 2048);
    built_add(&built, block_p(), 2048);
    built_add(&built, block_a, 2048);
    expect_sectors("plain.isz", &built, "APA");
    built_free(&built);
}
END_TEST

/* ---- Segments ---- */

enum { LEFT = 1000 }; /* bytes of P that lie in the second file */

/* The first of two files: A, zeros, most of P. Its table of segments lies behind that of the chunks. */
static struct built build_first(void)
{
    struct header header = four;
    struct built built = { 0 };
    const uint32_t data_at = 64 + 12 + 3 * 24;

    header.size = 64;
    header.segment_size = 4096;
    header.chunks_at = 64;
    header.segments_at = 76;
    header.data_at = data_at;
    add_header(&built, header);
    add_entry(&built, 2, 23, 3);
    add_entry(&built, 0, 2048, 3);
    add_entry(&built, 1, 2048, 3);
    add_entry(&built, 3, 45, 3);
    hide(&built, 64);
    built_le(&built, data_at + 23 + 2048 - LEFT, 8);
    built_le(&built, 3, 4);
    built_le(&built, 0, 4);
    built_le(&built, data_at, 4);
    built_le(&built, LEFT, 4);
    built_le(&built, 64 + LEFT + 45, 8);
    built_le(&built, 1, 4);
    built_le(&built, 3, 4);
    built_le(&built, 64 + LEFT, 4);
    built_le(&built, 0, 4);
    built_add(&built, NULL, 24);
    hide(&built, 76);
    built_hex(&built, block_a_zlib);
    built_add(&built, block_p(), 2048 - LEFT);
    return built;
}

static struct built build_second(void)
{
    struct header header = four;
    struct built built = { 0 };
    size_t at;

    header.size = 64;
    header.segment = 1;
    add_header(&built, header);
    built_add(&built, block_p() + 2048 - LEFT, LEFT);
    at = built.size;
    built_hex(&built, block_a_bzip2);
    memset(built.bytes + at, 0, 3);
    return built;
}

static const struct {
    const char *first, *second;
} segment_names[] = {
    { "s1.isz", "s1.i01" },
    { "s2.part01.isz", "s2.part02.isz" },
    { "s3.part001.isz", "s3.part002.isz" },
    { "S4.ISZ", "S4.I01" },
};

START_TEST(a_chunk_goes_on_in_the_next_segment)
{
    struct built first = build_first(), second = build_second();

    suite_file(segment_names[_i].second, second.bytes, second.size);
    expect_sectors(segment_names[_i].first, &first, "A0PA");
    built_free(&first);
    built_free(&second);
}
END_TEST

START_TEST(a_missing_segment_is_named)
{
    struct built first = build_first();
    struct dk_disc *disc = opened("alone.isz", &first);

    ck_assert_uint_eq(disc->missing_count, 1);
    ck_assert_str_eq(disc->missing[0], "alone.i01");
    ck_assert_str_eq(wrecks_sectors(disc), "A0!!");
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 1);
    ck_assert_ptr_nonnull(strstr(disc->notes.items[0].text, "LBA 2"));
    dk_disc_close(disc);
    built_free(&first);
}
END_TEST

/* Fields of the first entry, at 76, and of the second, at 100; the bytes are hidden as they are written. */
static const struct wreck segment_wrecks[] = {
    { "an empty table", 76, "\0\0\0\0\0\0\0\0", 8, "the table of segments at byte 76", "is empty", NULL },
    { "more chunks than there are", 84, "\5\0\0\0", 4, "segment 1 of", "5 chunks from chunk 0 on, and of 4", NULL },
    { "all chunks that can be said", 84, "\xFF\xFF\xFF\xFF", 4, "segment 1 of", "4294967295 chunks", NULL },
    { "a chunk less", 84, "\2\0\0\0", 4, "segment 2 of", "from chunk 3 on", NULL },
    { "a first chunk that is not the first", 88, "\1\0\0\0", 4, "segment 1 of", "go on with chunk 0", NULL },
    { "data past the end of the file", 92, "\xFF\xFF\xFF\xFF", 4, "+3 of 4 blocks", NULL, "!0!!" },
    { "more left to the next than there is", 96, "\xFF\xFF\xFF\xFF", 4, "segment 2 of", "4294967295 bytes of a chunk",
      NULL },
    { "a second segment of the first one's chunks", 112, "\0\0\0\0", 4, "segment 2 of", "from chunk 0 on", NULL },
    { "data of the second before what is left", 116, "\1\0\0\0", 4, "segment 2 of", "before byte 1 of its file", NULL },
    { "data of the second past its end", 116, "\xFF\xFF\xFF\xFF", 4, "+2 of 4 blocks", NULL, "A0!!" },
    { "the second leaves more than it has", 120, "\xFF\xFF\xFF\xFF", 4, "leaves 4294967295 bytes", NULL, NULL },
    { "a table without an end", 124, "\1", 1, "segment 3 of", NULL, NULL },
};

START_TEST(wreck_of_a_segment)
{
    const struct wreck *from = &segment_wrecks[_i];
    struct built first = build_first(), second = build_second();
    struct wreck wreck = *from;
    char bytes[8];

    for (size_t i = 0; i < from->length; i++)
        bytes[i] = (char)(from->bytes[i] ^ hidden[(from->at + i - 76) % 4]);
    wreck.bytes = bytes;
    suite_file("segment.i01", second.bytes, second.size);
    wrecks_check(&wreck, &first, "segment.isz");
    built_free(&first);
    built_free(&second);
}
END_TEST

START_TEST(a_later_segment_says_what_to_open)
{
    struct built second = build_second();
    struct dk_error error;

    ck_assert_ptr_null(dk_image_open(suite_file("later.i01", second.bytes, second.size), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "is part 2 of a split ISZ image"));
    built_free(&second);
}
END_TEST

/* With a size of segments and no table of them, the parts' data must be all that the chunks take. */
START_TEST(segments_without_a_table_must_add_up)
{
    struct built second = build_second(), first = { 0 };
    struct header header = four;
    struct dk_error error;

    header.segment_size = 1200;
    header.size = 48;
    add_header(&first, header);
    add_entry(&first, 2, 23, 3);
    add_entry(&first, 0, 2048, 3);
    add_entry(&first, 1, 2048, 3);
    add_entry(&first, 3, 45, 3);
    hide(&first, TABLE);
    built_hex(&first, block_a_zlib);
    built_add(&first, block_p(), 2048 - LEFT);
    suite_file("up.i01", second.bytes, second.size);
    expect_sectors("up.isz", &first, "A0PA");
    suite_file("few.i01", second.bytes, second.size - 1);
    ck_assert_ptr_null(dk_image_open(suite_file("few.isz", first.bytes, first.size), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "few.i02, which"));
    built_add(&second, NULL, 1);
    suite_file("off.i01", second.bytes, second.size);
    ck_assert_ptr_null(dk_image_open(suite_file("off.isz", first.bytes, first.size), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "2 files with 2117 bytes of data, and its chunks take 2116"));
    built_free(&first);
    built_free(&second);
}
END_TEST

/* ---- Wrecks ---- */

static const struct wreck wrecks[] = {
    { "a header of 0 bytes", 4, "\0", 1, "says that it has 0 bytes", NULL, NULL },
    { "a header of 255 bytes", 4, "\xFF", 1, NULL, NULL, "A0PA" },
    { "sectors of 0 bytes", 10, "\0\0", 2, "4 sectors of 0 bytes", NULL, NULL },
    { "no sectors", 12, "\0\0\0\0", 4, "0 sectors", NULL, NULL },
    { "all sectors that can be said", 12, "\xFF\xFF\xFF\xFF", 4, "has 4 chunks of 2048 bytes", "4294967295", NULL },
    { "a password", 16, "\1", 1, "is encrypted (a password)", "UltraISO", NULL },
    { "AES-256", 16, "\4", 1, "is encrypted (AES-256)", "password", NULL },
    { "an unknown encryption", 16, "\x80", 1, "is encrypted (in a way that is not known)", NULL, NULL },
    { "no chunks", 25, "\0\0\0\0", 4, "has 0 chunks", "would take 4", NULL },
    { "a chunk less", 25, "\3\0\0\0", 4, "has 3 chunks", "would take 4", NULL },
    { "a chunk more", 25, "\5\0\0\0", 4, "has 5 chunks", "would take 4", NULL },
    { "all chunks that can be said", 25, "\xFF\xFF\xFF\xFF", 4, "has 4294967295 chunks", NULL, NULL },
    { "chunks of 0 bytes", 29, "\0\0\0\0", 4, "chunks of 0 bytes", NULL, NULL },
    { "chunks of a byte", 29, "\1\0\0\0", 4, "has 4 chunks of 1 bytes", "8192", NULL },
    { "chunks of 2 GiB", 29, "\0\0\0\x80", 4, "chunks of 2147483648 bytes", NULL, NULL },
    { "entries of 0 bytes", 33, "\0", 1, "entries of 0 bytes", NULL, NULL },
    { "entries of 9 bytes", 33, "\x09", 1, "entries of 9 bytes", NULL, NULL },
    { "a table past the end", 35, "\xFF\xFF\xFF\xFF", 4, "4 chunks at byte 4294967295", "does not fit", NULL },
    { "a table that ends behind the end", 35, "\x7A\x08\0\0", 4, "does not fit into its 2176 bytes", NULL, NULL },
    { "segments past the end", 39, "\xFF\xFF\xFF\xFF", 4, "wreck.isz", "4294967295", NULL },
    { "segments in the data", 39, "\x60\x01\0\0", 4, "segment 1", "chunk", NULL },
    { "data past the end", 43, "\xFF\xFF\xFF\xFF", 4, "before its data at byte 4294967295", NULL, NULL },
    { "data at the end", 43, "\x80\x08\0\0", 4, "+3 of 4 blocks", "+block 0", "!0!!" },
    { "data a byte further on", 43, "\x3D\0\0\0", 4, "+1 of 4 blocks", "+block 3", "!0?!" },
    { "a chunk that is longer than the file", TABLE, "\x49\x73\x1A", 3, "+3 of 4 blocks", "+block 0", "!0!!" },
    { "a chunk of no bytes", TABLE, "\xB6\x8C\x25", 3, "+block 0", NULL, "!0?!" },
    { "a chunk one byte short", TABLE, "\xA0\x8C\x25", 3, NULL, NULL, "!0?!" },
    { "plain bytes that are too few", TABLE + 6, "\x5A\xD9\xF6", 3, "+block 2", "+LBA 2", "A0!!" },
    { "zlib that is none", DATA, "\xFF", 1, NULL, NULL, "!0PA" },
    { "zlib with a wrong sum", DATA + 22, "\0", 1, NULL, NULL, "!0PA" },
    { "bzip2 with a wrong sum", P_AT + 2048 + 10, "\xFF", 1, NULL, NULL, "A0P!" },
};

START_TEST(wreck_is_told_with_its_place)
{
    struct built built = build_four();

    ck_assert_uint_eq(built.size, P_AT + 2048 + 45);
    wrecks_check(&wrecks[_i], &built, "wreck.isz");
    built_free(&built);
}
END_TEST

START_TEST(a_cut_file_gives_what_is_left)
{
    struct built built = build_four();
    const struct wreck cut = { "cut", 0, "I", 1, "+1 of 4 blocks", "+LBA 3", "A0P!" };

    built.size -= 1;
    wrecks_check(&cut, &built, "cut.isz");
    built_free(&built);
}
END_TEST

START_TEST(anything_may_be_wrong)
{
    struct built built = build_four();

    wrecks_check_every_length(&built, "cut.isz");
    built.size = DATA + 30;
    wrecks_check_every_byte(&built, "byte.isz");
    built_free(&built);
}
END_TEST

START_TEST(any_byte_of_segments_may_be_wrong)
{
    struct built first = build_first(), second = build_second();

    suite_file("byte.i01", second.bytes, second.size);
    first.size = 64 + 12 + 3 * 24 + 10;
    wrecks_check_every_byte(&first, "byte.isz");
    built_free(&first);
    built_free(&second);
}
END_TEST

static void add_whole(TCase *test_case)
{
    tcase_add_test(test_case, every_kind_of_chunk_is_read);
    tcase_add_test(test_case, zeros_may_take_room);
    tcase_add_test(test_case, a_footer_is_no_data);
    tcase_add_test(test_case, entries_have_one_to_eight_bytes);
    tcase_add_test(test_case, the_last_chunk_may_be_short);
    tcase_add_test(test_case, without_a_table_all_is_plain);
}

static void add_segments(TCase *test_case)
{
    tcase_add_loop_test(test_case, a_chunk_goes_on_in_the_next_segment, 0,
                        sizeof segment_names / sizeof *segment_names);
    tcase_add_test(test_case, a_missing_segment_is_named);
    tcase_add_loop_test(test_case, wreck_of_a_segment, 0, sizeof segment_wrecks / sizeof *segment_wrecks);
    tcase_add_test(test_case, a_later_segment_says_what_to_open);
    tcase_add_test(test_case, segments_without_a_table_must_add_up);
}

static void add_wrecks(TCase *test_case)
{
    tcase_add_loop_test(test_case, wreck_is_told_with_its_place, 0, sizeof wrecks / sizeof *wrecks);
    tcase_add_test(test_case, a_cut_file_gives_what_is_left);
    tcase_add_test(test_case, anything_may_be_wrong);
    tcase_add_test(test_case, any_byte_of_segments_may_be_wrong);
}

int main(void)
{
    return suite_run(
        "isz", (const struct suite_case[]){
                   { "whole", add_whole }, { "segments", add_segments }, { "wrecks", add_wrecks }, { NULL, NULL } });
}
