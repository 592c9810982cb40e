/* Images in .gz, .xz, .zst and .bz2: whole, in several parts, cut, damaged, in one another, too large. */
#include "formats/peel.h"
#include "support/iso_builder.h"
#include "support/random.h"
#include "support/suite.h"
#include "support/table.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum { SECTORS = 100, SIZE = SECTORS * DK_SECTOR_USER, ROOM = 2 * SIZE + 4096 };

static uint8_t image[SIZE], packed[ROOM], twice[ROOM];
static struct dk_error error;

static void begin(void)
{
    struct iso iso = iso_new(SECTORS);
    struct random random = random_start(21);

    for (uint32_t sector = ISO_CONTENTS; sector < SECTORS; sector++)
        if (sector % 4 == 0)
            random_fill(&random, iso_sector(&iso, sector), DK_SECTOR_USER);
    memcpy(image, iso.bytes, SIZE);
    iso_free(&iso);
    error = (struct dk_error){ 0 };
}

/* ---- Packing ---- */

static size_t pack_gzip(const uint8_t *from, size_t size, uint8_t *to)
{
    z_stream stream = { .next_in = (Bytef *)from, .avail_in = (uInt)size, .next_out = to, .avail_out = ROOM };

    ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return stream.total_out;
}

static size_t pack_xz(const uint8_t *from, size_t size, uint8_t *to)
{
    size_t used = 0;

    ck_assert_int_eq(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, from, size, to, &used, ROOM), LZMA_OK);
    return used;
}

static size_t pack_zstd(const uint8_t *from, size_t size, uint8_t *to)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    size_t used;

    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    used = ZSTD_compress2(context, to, ROOM, from, size);
    ZSTD_freeCCtx(context);
    return used;
}

static size_t pack_bzip2(const uint8_t *from, size_t size, uint8_t *to)
{
    unsigned used = ROOM;

    ck_assert_int_eq(BZ2_bzBuffToBuffCompress((char *)to, &used, (char *)from, (unsigned)size, 1, 0, 0), BZ_OK);
    return used;
}

static const struct wrapper {
    const char *name;
    size_t (*pack)(const uint8_t *from, size_t size, uint8_t *to);
    unsigned padding; /* zeros that may follow */
} wrappers[] = {
    { "gzip", pack_gzip, 700 },
    { "xz", pack_xz, 8 },
    { "zstd", pack_zstd, 0 },
    { "bzip2", pack_bzip2, 0 },
};

/* ---- Opening ---- */

static void assert_is_image(struct dk_disc *disc, size_t file_size)
{
    uint8_t *sectors = malloc(SIZE);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, "iso");
    ck_assert_uint_eq(disc->tracks[0].count, SECTORS);
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 0);
    ck_assert_uint_eq(disc->container_size, file_size);
    ck_assert_uint_eq(dk_source_read(disc->source, 0, SECTORS, DK_FORM_USER, sectors, &error), SECTORS);
    ck_assert_mem_eq(sectors, image, SIZE);
    free(sectors);
}

START_TEST(opens_one_part)
{
    const size_t size = wrappers[_i].pack(image, SIZE, packed);
    struct dk_disc *disc = dk_image_open(suite_file("one.packed", packed, size), &error);

    assert_is_image(disc, size);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_ODD, wrappers[_i].name));
    ck_assert(table_has_note(&disc->notes, DK_NOTE_ODD, "all 204800 bytes were unpacked into a temporary file"));
    dk_disc_close(disc);
}
END_TEST

START_TEST(opens_several_parts)
{
    static const size_t parts[] = { 0, 40000, 40001, 150000, SIZE };
    size_t size = 0;
    struct dk_disc *disc;

    for (int i = 0; i < 4; i++)
        size += wrappers[_i].pack(image + parts[i], parts[i + 1] - parts[i], packed + size);
    memset(packed + size, 0, wrappers[_i].padding);
    size += wrappers[_i].padding;
    disc = dk_image_open(suite_file("several.packed", packed, size), &error);
    assert_is_image(disc, size);
    dk_disc_close(disc);
}
END_TEST

/* Cut anywhere it is refused, or what came out is an image with damage; never silence. */
START_TEST(tells_where_it_is_cut)
{
    const size_t size = wrappers[_i].pack(image, SIZE, packed);

    for (size_t cut = 10; cut < size - wrappers[_i].padding; cut += size / 30 + 1) {
        struct dk_disc *disc = dk_image_open(suite_file("cut.packed", packed, cut), &error);

        if (disc)
            ck_assert_msg(table_has_note(&disc->notes, DK_NOTE_DAMAGE, wrappers[_i].name), "cut to %zu", cut);
        else
            ck_assert_msg(strstr(error.text, "cut.packed") != NULL, "cut to %zu: '%s'", cut, error.text);
        dk_disc_close(disc);
    }
}
END_TEST

START_TEST(tells_what_is_damaged)
{
    const size_t size = wrappers[_i].pack(image, SIZE, packed);
    struct dk_disc *disc;

    for (int i = 0; i < 8; i++)
        packed[size / 2 + i] ^= 0xFF;
    disc = dk_image_open(suite_file("damaged.packed", packed, size), &error);
    if (disc)
        ck_assert(table_has_note(&disc->notes, DK_NOTE_DAMAGE, wrappers[_i].name));
    else
        ck_assert_msg(strstr(error.text, wrappers[_i].name) != NULL, "'%s'", error.text);
    dk_disc_close(disc);
}
END_TEST

START_TEST(opens_what_is_packed_three_times)
{
    size_t size = pack_zstd(image, SIZE, packed);
    struct dk_disc *disc;

    size = pack_bzip2(packed, size, twice);
    size = pack_gzip(twice, size, packed);
    disc = dk_image_open(suite_file("thrice.packed", packed, size), &error);
    assert_is_image(disc, size);
    dk_disc_close(disc);
    size = pack_xz(packed, size, twice);
    ck_assert_ptr_null(dk_image_open(suite_file("more.packed", twice, size), &error));
    ck_assert_msg(strstr(error.text, "is packed more than 3 times") != NULL, "%s", error.text);
}
END_TEST

START_TEST(refuses_more_than_the_bound)
{
    const size_t size = wrappers[_i].pack(image, SIZE, packed);
    struct dk_store *store = dk_store_from_memory(packed, size, "bomb");
    const struct dk_candidate candidate = { .store = store, .path = "bomb", .head = packed, .head_size = size };
    const struct peel_kind *kind = peel_kind_of(&candidate);

    ck_assert_ptr_nonnull(kind);
    ck_assert_str_eq(kind->name, wrappers[_i].name);
    ck_assert_ptr_null(peel_open(kind, &candidate, SIZE - 1, NULL, &error));
    ck_assert_msg(strstr(error.text, "more than 204799 bytes are packed in it") != NULL, "%s", error.text);
    dk_store_close(store);
}
END_TEST

START_TEST(names_what_is_no_image_inside)
{
    const size_t size = pack_gzip((const uint8_t *)"hello world, and no image", 25, packed);

    ck_assert_ptr_null(dk_image_open(suite_file("text.gz", packed, size), &error));
    ck_assert_msg(strstr(error.text, "no image that is known") != NULL, "%s", error.text);
}
END_TEST

START_TEST(refuses_a_dictionary_that_is_too_large)
{
    /* a frame header that asks for a window of 2^31 bytes (RFC 8878 3.1.1.1.2) */
    static const uint8_t frame[] = { 0x28, 0xB5, 0x2F, 0xFD, 0x00, 21 << 3, 1, 0, 0 };

    ck_assert_ptr_null(dk_image_open(suite_file("window.zst", frame, sizeof frame), &error));
    ck_assert_msg(strstr(error.text, "asks for more than 512 MiB of memory") != NULL, "%s", error.text);
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
}
END_TEST

/* ---- In place ---- */

static void put_number(uint8_t *to, uint64_t number, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        to[i] = (uint8_t)(number >> 8 * i);
}

enum { PART = 10000, PARTS = (SIZE + PART - 1) / PART };

static size_t part_at[PARTS + 1];

static size_t part_size(int part)
{
    return part == PARTS - 1 ? SIZE - (size_t)part * PART : PART;
}

/* zstd's seekable format, with room for sums in the table as other writers have it. */
static size_t pack_seekable(void)
{
    uint8_t *at;
    size_t size = 0;

    for (int i = 0; i < PARTS; i++) {
        part_at[i] = size;
        size += pack_zstd(image + (size_t)i * PART, part_size(i), packed + size);
    }
    part_at[PARTS] = size;
    at = packed + size;
    put_number(at, 0x184D2A5E, 4);
    put_number(at + 4, PARTS * 12 + 9, 4);
    at += 8;
    for (int i = 0; i < PARTS; i++, at += 12) {
        put_number(at, part_at[i + 1] - part_at[i], 4);
        put_number(at + 4, part_size(i), 4);
        put_number(at + 8, 0, 4);
    }
    put_number(at, PARTS, 4);
    at[4] = 0x80;
    put_number(at + 5, 0x8F92EAB1, 4);
    return (size_t)(at + 9 - packed);
}

/* BGZF: members with their size in an extra field, and an empty one at the end. */
static size_t pack_bgzf(void)
{
    size_t size = 0;

    for (int i = 0; i <= PARTS; i++) {
        uint8_t *at = packed + size;
        const size_t gives = i == PARTS ? 0 : part_size(i);
        const size_t member = pack_gzip(image + (gives ? (size_t)i * PART : 0), gives, twice);

        part_at[i] = size;
        memcpy(at, twice, 10);
        at[3] = 4;
        memcpy(at + 10, "\6\0BC\2\0", 6);
        put_number(at + 16, member + 8 - 1, 2);
        memcpy(at + 18, twice + 10, member - 10);
        size += member + 8;
    }
    return size;
}

/* xz with a block a part, whose sizes are in the index alone. */
static size_t pack_xz_blocks(void)
{
    lzma_stream stream = LZMA_STREAM_INIT;

    ck_assert_int_eq(lzma_easy_encoder(&stream, 0, LZMA_CHECK_CRC64), LZMA_OK);
    stream.next_out = packed;
    stream.avail_out = ROOM;
    for (int i = 0; i < PARTS; i++) {
        part_at[i] = i ? (size_t)stream.total_out : LZMA_STREAM_HEADER_SIZE;
        stream.next_in = image + (size_t)i * PART;
        stream.avail_in = part_size(i);
        ck_assert_int_eq(lzma_code(&stream, LZMA_FULL_FLUSH), LZMA_STREAM_END);
    }
    ck_assert_int_eq(lzma_code(&stream, LZMA_FINISH), LZMA_STREAM_END);
    lzma_end(&stream);
    return (size_t)stream.total_out;
}

static size_t (*const indexed[])(void) = { pack_seekable, pack_bgzf, pack_xz_blocks };

enum { INDEXED = sizeof indexed / sizeof *indexed };

START_TEST(reads_in_place_what_has_an_index)
{
    const size_t size = indexed[_i]();
    struct dk_disc *disc = dk_image_open(suite_file("indexed.packed", packed, size), &error);

    assert_is_image(disc, size);
    ck_assert(table_has_note(&disc->notes, DK_NOTE_GUESS, "read in place by its index"));
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_ODD], 0);
    dk_disc_close(disc);
}
END_TEST

/* Part 12 has the bytes from 120000 on: sectors 58 to 63. All others are read. */
START_TEST(reads_around_a_part_that_is_damaged)
{
    const size_t size = indexed[_i]();
    struct dk_disc *disc;
    uint8_t sector[DK_SECTOR_USER];

    memset(packed + part_at[12] + 30, 0xFF, 60);
    disc = dk_image_open(suite_file("hurt.packed", packed, size), &error);
    ck_assert_msg(disc != NULL, "%s", error.text);
    for (int32_t lba = 0; lba < SECTORS; lba++) {
        const bool hurt = lba >= 120000 / DK_SECTOR_USER && lba <= 129999 / DK_SECTOR_USER;

        ck_assert_int_eq(dk_source_read(disc->source, lba, 1, DK_FORM_USER, sector, &error), !hurt);
        if (!hurt)
            ck_assert_mem_eq(sector, image + (size_t)lba * DK_SECTOR_USER, DK_SECTOR_USER);
        else
            ck_assert_msg(strstr(error.text, "hurt.packed: the part at byte ") != NULL, "%s", error.text);
    }
    dk_disc_close(disc);
}
END_TEST

/* An index that does not fit its file is no index: the file is unpacked as if it had none. */
static const struct wrong_index {
    const char *what;
    int from_end;
    uint64_t number;
    unsigned length;
} wrong_indexes[] = {
    { "magic", 4, 0, 4 },
    { "a reserved bit", 5, 0x84, 1 },
    { "no sums", 5, 0, 1 },
    { "a frame too many", 9, PARTS + 1, 4 },
    { "all frames that can be said", 9, UINT32_MAX, 4 },
    { "none", 9, 0, 4 },
    { "a frame that is longer", 9 + 12, 1 << 20, 4 },
    { "a frame that gives 2 GiB", 9 + 8, UINT32_C(2) << 30, 4 },
    { "a size of the table that is another", 9 + 12 * PARTS + 4, 99, 4 },
};

START_TEST(trusts_no_index)
{
    const struct wrong_index *wrong = &wrong_indexes[_i];
    const size_t size = pack_seekable();
    struct dk_disc *disc;

    put_number(packed + size - wrong->from_end, wrong->number, wrong->length);
    disc = dk_image_open(suite_file("wrong.packed", packed, size), &error);
    ck_assert_msg(disc != NULL, "%s: %s", wrong->what, error.text);
    ck_assert_msg(table_has_note(&disc->notes, DK_NOTE_ODD, "unpacked into a temporary file"), "%s", wrong->what);
    dk_disc_close(disc);
}
END_TEST

/* Frames that give another number of bytes than the table says */
START_TEST(tells_where_an_index_lies)
{
    const size_t size = pack_seekable();
    struct dk_disc *disc;
    uint8_t sector[DK_SECTOR_USER];

    put_number(packed + size - 9 - 8, part_size(PARTS - 1) + 2048, 4);
    disc = dk_image_open(suite_file("lies.packed", packed, size), &error);
    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_uint_eq(dk_source_read(disc->source, SECTORS - 1, 1, DK_FORM_USER, sector, &error), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "its zstd data give 4800 bytes, not 6848"));
    dk_disc_close(disc);
}
END_TEST

static void add_places(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, NULL);
    tcase_add_loop_test(test_case, reads_in_place_what_has_an_index, 0, INDEXED);
    tcase_add_loop_test(test_case, reads_around_a_part_that_is_damaged, 0, INDEXED);
    tcase_add_loop_test(test_case, trusts_no_index, 0, sizeof wrong_indexes / sizeof *wrong_indexes);
    tcase_add_test(test_case, tells_where_an_index_lies);
}

static void add_peeling(TCase *test_case)
{
    const int count = sizeof wrappers / sizeof *wrappers;

    tcase_add_checked_fixture(test_case, begin, NULL);
    tcase_add_loop_test(test_case, opens_one_part, 0, count);
    tcase_add_loop_test(test_case, opens_several_parts, 0, count);
    tcase_add_loop_test(test_case, tells_where_it_is_cut, 0, count);
    tcase_add_loop_test(test_case, tells_what_is_damaged, 0, count);
    tcase_add_loop_test(test_case, refuses_more_than_the_bound, 0, count);
    tcase_add_test(test_case, opens_what_is_packed_three_times);
    tcase_add_test(test_case, names_what_is_no_image_inside);
    tcase_add_test(test_case, refuses_a_dictionary_that_is_too_large);
}

int main(void)
{
    return suite_run(
        "peel", (const struct suite_case[]){ { "peeling", add_peeling }, { "in place", add_places }, { NULL, NULL } });
}
