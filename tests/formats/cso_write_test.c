/* Writing CSO and ZSO: what comes back, sameness, and what can't be written. */
#include "support/random.h"
#include "support/suite.h"

#include <disckit/format.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 3 << 20 };

static uint8_t bytes[SIZE];
static char path[300];
static struct dk_error error;

/* Text, zeros and noise in stretches of some blocks. */
static void begin(void)
{
    struct random random = random_start(5);

    for (size_t at = 0; at < SIZE; at += 5000) {
        const size_t size = SIZE - at < 5000 ? SIZE - at : 5000;

        if (at / 5000 % 3 == 0)
            random_fill(&random, bytes + at, size);
        else if (at / 5000 % 3 == 1)
            for (size_t i = 0; i < size; i++)
                bytes[at + i] = (uint8_t) "these are words, and other words "[(i * i / 7 + at) % 33];
        else
            memset(bytes + at, 0, size);
    }
    error = (struct dk_error){ 0 };
}

/* Writes the bytes in pieces of odd sizes; false where that is refused. */
static bool write_file(const char *id, const char *name, size_t size, const struct dk_packing_options *options)
{
    const struct dk_iso_sink *sink = dk_format_by_id(id)->iso_sink;
    struct dk_output *output = dk_output_new(true);
    struct dk_output_file *file;
    void *packer;
    bool right;

    snprintf(path, sizeof path, "%s/%s", suite_folder(), name);
    file = dk_output_add(output, path, &error);
    ck_assert_ptr_nonnull(file);
    packer = sink->open(file, size, options, &error);
    right = packer != NULL;
    for (size_t at = 0; right && at < size; at += 77777)
        right = sink->write(packer, bytes + at, size - at < 77777 ? size - at : 77777, &error);
    right = right && sink->finish(packer, &error) && dk_output_commit(output, &error);
    if (packer)
        sink->close(packer);
    dk_output_close(output);
    return right;
}

static size_t read_file(uint8_t **to)
{
    FILE *file = fopen(path, "rb");
    long size;

    ck_assert_ptr_nonnull(file);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    *to = malloc((size_t)size);
    ck_assert_uint_eq(fread(*to, 1, (size_t)size, file), (size_t)size);
    fclose(file);
    return (size_t)size;
}

static void assert_gives(const char *id, size_t size)
{
    struct dk_disc *disc = dk_image_open(path, &error);
    uint8_t *got = malloc(size);

    ck_assert_msg(disc != NULL, "%s", error.text);
    ck_assert_str_eq(disc->format, id);
    ck_assert_uint_eq(disc->notes.told[DK_NOTE_DAMAGE], 0);
    ck_assert_uint_eq(disc->extents[0].store->size, size);
    ck_assert_msg(dk_store_read(disc->extents[0].store, got, size, 0, &error), "%s", error.text);
    ck_assert_mem_eq(got, bytes, size);
    free(got);
    dk_disc_close(disc);
}

static const struct written {
    const char *id;
    size_t size;
    struct dk_packing_options options;
} written[] = {
    { "cso", SIZE, { 0 } },
    { "cso", SIZE, { .level = DK_LEVEL_FAST } },
    { "cso", SIZE, { .level = DK_LEVEL_MAX } },
    { "cso", SIZE - 2048, { .block_size = 16384 } },
    { "cso", 2048, { .block_size = 1 << 20 } },
    { "cso", SIZE, { .codecs = "deflate,lz4" } },
    { "cso", SIZE, { .codecs = "lz4,deflate", .level = DK_LEVEL_FAST, .block_size = 8192 } },
    { "zso", SIZE, { 0 } },
    { "zso", SIZE, { .level = DK_LEVEL_FAST } },
    { "zso", SIZE - 6144, { .level = DK_LEVEL_MAX, .codecs = "lz4", .block_size = 4096 } },
};

START_TEST(gives_what_was_written)
{
    const struct written *row = &written[_i];

    ck_assert_msg(write_file(row->id, "written.image", row->size, &row->options), "%s", error.text);
    assert_gives(row->id, row->size);
}
END_TEST

/* The table by hand: offsets rise from its end on, what is stored has the flag, what is not is shorter than a block. */
START_TEST(has_the_table_that_others_expect)
{
    uint8_t *file;
    size_t size;
    uint32_t last = 24 + 4 * (SIZE / 2048 + 1), stored = 0;

    ck_assert(write_file("cso", "table.cso", SIZE, &(struct dk_packing_options){ 0 }));
    size = read_file(&file);
    ck_assert_mem_eq(file, "CISO\x18\0\0\0\0\0\x30\0\0\0\0\0\0\x08\0\0\1\0\0\0", 24);
    for (size_t i = 0; i <= SIZE / 2048; i++) {
        const uint8_t *at = file + 24 + 4 * i;
        const uint32_t word = at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
        const uint32_t offset = word & 0x7FFFFFFF;

        if (i == 0)
            ck_assert_uint_eq(offset, last);
        else
            ck_assert_uint_eq(offset - last == 2048, stored);
        stored = word >> 31;
        last = offset;
    }
    ck_assert_uint_eq(last, size);
    ck_assert_uint_eq(stored, 0);
    free(file);
}
END_TEST

START_TEST(is_the_same_whatever_the_threads)
{
    static const char *const codecs[] = { NULL, "deflate,lz4" };
    uint8_t *one, *many;

    for (int i = 0; i < 2; i++) {
        size_t size;

        ck_assert(
            write_file("cso", "one.cso", SIZE, &(struct dk_packing_options){ .threads = 1, .codecs = codecs[i] }));
        size = read_file(&one);
        ck_assert(
            write_file("cso", "many.cso", SIZE, &(struct dk_packing_options){ .threads = 7, .codecs = codecs[i] }));
        ck_assert_uint_eq(read_file(&many), size);
        ck_assert_mem_eq(one, many, size);
        free(one);
        free(many);
    }
}
END_TEST

START_TEST(is_smaller_the_harder_it_tries)
{
    uint64_t sizes[3];

    for (int level = 0; level < 3; level++) {
        static const enum dk_level levels[] = { DK_LEVEL_FAST, DK_LEVEL_DEFAULT, DK_LEVEL_MAX };
        uint8_t *file;

        ck_assert(write_file("cso", "level.cso", SIZE, &(struct dk_packing_options){ .level = levels[level] }));
        sizes[level] = read_file(&file);
        free(file);
    }
    ck_assert_uint_gt(sizes[0], sizes[1]);
    ck_assert_uint_ge(sizes[1] + sizes[1] / 100, sizes[2]); /* on noise no level gains anything */
}
END_TEST

static const struct refused {
    const char *id;
    struct dk_packing_options options;
    const char *says;
} refused[] = {
    { "cso", { .block_size = 1024 }, "--block 1024: a power of two from 2048" },
    { "cso", { .block_size = 3000 }, "--block 3000" },
    { "zso", { .block_size = 2 << 20 }, "to 1048576 is right" },
    { "cso", { .codecs = "zlib" }, "--codec: 'zlib' is none" },
    { "cso", { .codecs = "deflate,,lz4" }, "--codec: '' is none" },
    { "zso", { .codecs = "deflate" }, "--codec: 'deflate' is none" },
};

START_TEST(refuses_what_cannot_be_written)
{
    const struct refused *row = &refused[_i];

    ck_assert(!write_file(row->id, "refused.image", 4096, &row->options));
    ck_assert_msg(strstr(error.text, row->says) != NULL, "'%s'", error.text);
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
}
END_TEST

static void add_writing(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, NULL);
    tcase_add_loop_test(test_case, gives_what_was_written, 0, sizeof written / sizeof *written);
    tcase_add_test(test_case, has_the_table_that_others_expect);
    tcase_add_test(test_case, is_the_same_whatever_the_threads);
    tcase_add_test(test_case, is_smaller_the_harder_it_tries);
    tcase_add_loop_test(test_case, refuses_what_cannot_be_written, 0, sizeof refused / sizeof *refused);
}

int main(void)
{
    return suite_run("cso_write", (const struct suite_case[]){ { "writing", add_writing }, { NULL, NULL } });
}
