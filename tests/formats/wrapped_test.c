/* Wrapped images: what is decoded for a read, and how much a table may take. */
#include "support/suite.h"

#include "formats/wrapped.h"

#include <string.h>

enum { BLOCK = 128 << 10, BLOCKS = 16 };

static _Atomic unsigned decoded, freed;

/* A block of so many bytes that are its first stored one. */
static bool repeat(void *context, uint8_t *from, size_t from_size, uint8_t *to, size_t size, struct dk_error *error)
{
    (void)context;
    (void)from_size;
    (void)error;
    decoded++;
    memset(to, from[0], size);
    return true;
}

static void count_free(void *context)
{
    (void)context;
    freed++;
}

static const struct wrapped_codec codecs[] = { { .name = "repeat", .decode = repeat }, { .name = NULL } };
static const struct wrapped_rules rules = { .codecs = codecs, .free_context = count_free };

static struct dk_store *bytes_store(void)
{
    uint8_t bytes[BLOCKS];

    for (unsigned i = 0; i < BLOCKS; i++)
        bytes[i] = (uint8_t)(i + 1);
    return dk_store_from_memory(bytes, sizeof bytes, "stored");
}

START_TEST(a_random_read_decodes_one_block)
{
    static const unsigned order[] = { 9, 2, 14, 5, 0, 11 };
    struct dk_store *stored = bytes_store(), *image;
    struct wrapped *wrapped = wrapped_new(stored, &rules);
    struct dk_notes notes = { 0 };
    struct dk_error error;
    uint8_t sector[2048];

    for (unsigned i = 0; i < BLOCKS; i++)
        ck_assert(wrapped_add(wrapped, BLOCK, WRAPPED_CODED, i, 1, &error));
    image = wrapped_open(&wrapped, &notes, &error);
    ck_assert_ptr_nonnull(image);
    for (unsigned i = 0; i < sizeof order / sizeof *order; i++) {
        ck_assert(dk_store_read(image, sector, sizeof sector, order[i] * (uint64_t)BLOCK + 4096, &error));
        ck_assert_uint_eq(sector[0], order[i] + 1);
        ck_assert_uint_eq(decoded, i + 1);
    }
    dk_store_close(image);
    dk_store_close(stored);
    ck_assert_uint_eq(freed, 1);
}
END_TEST

/* Zeros and plain bytes are read in pieces, however long they are: here 1 TiB of zeros in front of a byte. */
START_TEST(long_blocks_are_read_in_pieces)
{
    const uint64_t far = UINT64_C(1) << 40;
    struct dk_store *stored = bytes_store(), *image;
    struct wrapped *wrapped = wrapped_new(stored, &rules);
    struct dk_notes notes = { 0 };
    struct dk_error error;
    uint8_t bytes[BLOCKS + 2];

    for (unsigned i = 0; i < 1024; i++)
        ck_assert(wrapped_add(wrapped, far / 1024, WRAPPED_ZEROS, 0, 0, &error));
    ck_assert(wrapped_add(wrapped, BLOCKS, WRAPPED_RAW, 0, BLOCKS, &error));
    ck_assert_uint_eq(wrapped_size(wrapped), far + BLOCKS);
    image = wrapped_open(&wrapped, &notes, &error);
    ck_assert_ptr_nonnull(image);
    ck_assert(dk_store_read(image, bytes, sizeof bytes, far - 2, &error));
    ck_assert_mem_eq(bytes, "\0\0\1\2\3", 5);
    ck_assert_uint_eq(notes.count, 0);
    dk_store_close(image);
    dk_store_close(stored);
}
END_TEST

/* The plain bytes of a file that was cut off are read up to where they end; what is bad is told with its numbers. */
START_TEST(bad_blocks_keep_their_numbers)
{
    struct dk_store *stored = bytes_store(), *image;
    struct wrapped *wrapped = wrapped_new(stored, &rules);
    struct dk_notes notes = { 0 };
    struct dk_error error;
    uint8_t byte;

    ck_assert(wrapped_add(wrapped, 2048, WRAPPED_ZEROS, 0, 0, &error));
    ck_assert(wrapped_add(wrapped, 2048, WRAPPED_ZEROS, 0, 0, &error));
    ck_assert(wrapped_add(wrapped, 2048, WRAPPED_CODED, BLOCKS, 1, &error));
    ck_assert(wrapped_add(wrapped, 2048, WRAPPED_RAW, UINT64_MAX, 2048, &error));
    ck_assert(wrapped_add(wrapped, 2048, WRAPPED_CODED, 3, 1, &error));
    image = wrapped_open(&wrapped, &notes, &error);
    ck_assert_ptr_nonnull(image);
    ck_assert_uint_eq(notes.told[DK_NOTE_DAMAGE], 1);
    ck_assert_ptr_nonnull(strstr(notes.items[0].text, "2 of 5 blocks"));
    ck_assert_ptr_nonnull(strstr(notes.items[0].text, "block 2, from LBA 2 on"));
    ck_assert_ptr_nonnull(strstr(notes.items[0].text, "ends with LBA 3"));
    ck_assert(!dk_store_read(image, &byte, 1, 4096, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_DAMAGED);
    ck_assert_ptr_nonnull(strstr(error.text, "block 2"));
    ck_assert(!dk_store_read(image, &byte, 1, 6144, &error));
    ck_assert(dk_store_read(image, &byte, 1, 8192, &error));
    ck_assert_uint_eq(byte, 4);
    dk_notes_free(&notes);
    dk_store_close(image);
    dk_store_close(stored);
}
END_TEST

START_TEST(what_no_image_has)
{
    struct dk_store *stored = bytes_store();
    struct wrapped *wrapped = wrapped_new(stored, &rules);
    struct dk_notes notes = { 0 };
    struct dk_error error;

    ck_assert(!wrapped_add(wrapped, WRAPPED_BLOCK_MAX + 1, WRAPPED_CODED, 0, 1, &error));
    ck_assert(!wrapped_add(wrapped, UINT64_MAX, WRAPPED_ZEROS, 0, 0, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "larger than any disc"));
    ck_assert(wrapped_add(wrapped, 0, WRAPPED_CODED, 0, 1, &error));
    ck_assert_ptr_null(wrapped_open(&wrapped, &notes, &error));
    ck_assert_ptr_null(wrapped);
    ck_assert_ptr_nonnull(strstr(error.text, "an image of 0 bytes"));
    ck_assert_uint_eq(freed, 1);
    dk_store_close(stored);
}
END_TEST

static void add_all(TCase *test_case)
{
    tcase_add_test(test_case, a_random_read_decodes_one_block);
    tcase_add_test(test_case, long_blocks_are_read_in_pieces);
    tcase_add_test(test_case, bad_blocks_keep_their_numbers);
    tcase_add_test(test_case, what_no_image_has);
}

int main(void)
{
    return suite_run("wrapped", (const struct suite_case[]){ { "wrapped", add_all }, { NULL, NULL } });
}
