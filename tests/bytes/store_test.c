/* Stores: files, memory, parts of them, several in a row. */
#include "support/random.h"
#include "support/suite.h"

#include <disckit/bytes.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE = 5000 };

static uint8_t bytes[SIZE], got[SIZE];
static struct dk_error error;

static void begin(void)
{
    struct random random = random_start(1);

    random_fill(&random, bytes, sizeof bytes);
    error = (struct dk_error){ 0 };
}

static void assert_says(const char *words)
{
    ck_assert_msg(strstr(error.text, words) != NULL, "'%s' does not say '%s'", error.text, words);
}

/* Any range inside is read; none that reaches out of the store is. */
static void assert_holds(struct dk_store *store, const uint8_t *wanted, uint64_t size)
{
    struct random random = random_start(2);

    ck_assert_uint_eq(store->size, size);
    for (int round = 0; round < 300; round++) {
        const uint32_t offset = random_below(&random, (uint32_t)size + 1);
        const uint32_t count = random_below(&random, (uint32_t)size - offset + 1);

        ck_assert(dk_store_read(store, got, count, offset, &error));
        ck_assert_mem_eq(got, wanted + offset, count);
    }
    ck_assert(dk_store_read(store, got, 0, size, &error));
    ck_assert(!dk_store_read(store, got, 1, size, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_DAMAGED);
    ck_assert(!dk_store_read(store, got, size + 1, 0, &error));
    ck_assert(!dk_store_read(store, got, 2, UINT64_MAX, &error));
    ck_assert(!dk_store_read(store, got, SIZE_MAX, 1, &error));
}

START_TEST(reads_files)
{
    const char *path = suite_file("plain", bytes, SIZE);
    struct dk_store *store = dk_store_open_file(path, &error);
    uint64_t start = 99;
    struct stat status;

    ck_assert_ptr_nonnull(store);
    ck_assert_str_eq(store->name, path);
    assert_holds(store, bytes, SIZE);
    ck_assert_int_eq(fstat(dk_store_plain_file(store, &start), &status), 0);
    ck_assert_uint_eq(start, 0);
    ck_assert_int_eq(status.st_size, SIZE);
    dk_store_close(store);
    dk_store_close(NULL);
}
END_TEST

START_TEST(refuses_what_is_no_file)
{
    char path[300];

    ck_assert_ptr_null(dk_store_open_file(suite_folder(), &error));
    assert_says("is not a file");
    ck_assert_int_eq(error.kind, DK_ERROR_FORMAT);
    snprintf(path, sizeof path, "%s/fifo", suite_folder());
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_ptr_null(dk_store_open_file(path, &error)); /* and does not wait for a writer */
    assert_says("is not a file");
    ck_assert_ptr_null(dk_store_open_file("/dev/null", &error));
    snprintf(path, sizeof path, "%s/nothing", suite_folder());
    ck_assert_ptr_null(dk_store_open_file(path, &error));
    assert_says("No such file");
    ck_assert_int_eq(error.kind, DK_ERROR_SYSTEM);
}
END_TEST

START_TEST(tells_a_file_that_shrinks)
{
    const char *path = suite_file("shrinks", bytes, SIZE);
    struct dk_store *store = dk_store_open_file(path, &error);

    ck_assert_int_eq(truncate(path, 100), 0);
    ck_assert(dk_store_read(store, got, 100, 0, &error));
    ck_assert(!dk_store_read(store, got, 101, 0, &error));
    assert_says("became shorter while it was read");
    ck_assert_int_eq(error.kind, DK_ERROR_DAMAGED);
    dk_store_close(store);
}
END_TEST

START_TEST(reads_memory)
{
    struct dk_store *store = dk_store_from_memory(bytes, SIZE, "memory"),
                    *empty = dk_store_from_memory(NULL, 0, "none");
    uint8_t first = bytes[0];
    uint64_t start;

    bytes[0] ^= 1; /* it has a copy */
    ck_assert(dk_store_read(store, got, 1, 0, &error));
    ck_assert_uint_eq(got[0], first);
    bytes[0] ^= 1;
    assert_holds(store, bytes, SIZE);
    ck_assert_int_eq(dk_store_plain_file(store, &start), -1);
    ck_assert_uint_eq(empty->size, 0);
    ck_assert(dk_store_read(empty, NULL, 0, 0, &error));
    dk_store_close(store);
    dk_store_close(empty);
}
END_TEST

START_TEST(reads_slices)
{
    struct dk_store *file = dk_store_open_file(suite_file("sliced", bytes, SIZE), &error);
    struct dk_store *slice = dk_store_slice(file, 100, 4000, &error), *part = dk_store_slice(slice, 50, 1000, &error);
    uint64_t start;

    dk_store_close(file); /* the slices use it on their own */
    assert_holds(slice, bytes + 100, 4000);
    dk_store_close(slice);
    assert_holds(part, bytes + 150, 1000);
    ck_assert_int_ge(dk_store_plain_file(part, &start), 0);
    ck_assert_uint_eq(start, 150);
    ck_assert_ptr_null(dk_store_slice(part, 1, 1000, &error));
    assert_says("ends at byte 1000, and bytes 1 to 1001 were wanted");
    ck_assert_ptr_null(dk_store_slice(part, UINT64_MAX, 2, &error));
    dk_store_close(part);
    part = dk_store_from_memory(bytes, SIZE, "memory");
    slice = dk_store_slice(part, 10, 10, &error);
    ck_assert_int_eq(dk_store_plain_file(slice, &start), -1);
    dk_store_close(slice);
    dk_store_close(part);
}
END_TEST

/* Parts of these sizes, empty ones among them. */
START_TEST(reads_chains)
{
    static const uint32_t sizes[][6] = {
        { 5000 }, { 1, 4999 }, { 0, 2500, 0, 0, 2500, 0 }, { 1000, 1000, 0, 1, 2998, 1 }, { 0 }
    };
    struct dk_store *parts[6], *chain;
    uint32_t at = 0;

    for (int i = 0; i < 6; i++) {
        parts[i] = dk_store_from_memory(bytes + at, sizes[_i][i], "part");
        at += sizes[_i][i];
    }
    chain = dk_store_chain(parts, 6, "chain", &error);
    for (int i = 0; i < 6; i++)
        dk_store_close(parts[i]);
    ck_assert_ptr_nonnull(chain);
    ck_assert_str_eq(chain->name, "chain");
    assert_holds(chain, bytes, at);
    dk_store_close(chain);
}
END_TEST

/* ---- Stores that are no real ones ---- */

static bool never_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *why)
{
    (void)store, (void)to, (void)count, (void)offset, (void)why;
    ck_abort_msg("it was read");
    return false;
}

static int destroyed;

static void count_destroy(struct dk_store *store)
{
    (void)store;
    destroyed++;
}

static const struct dk_store_ops never_ops = { .read = never_read, .destroy = count_destroy };

START_TEST(refuses_chains_that_wrap)
{
    struct dk_store huge = { &never_ops, UINT64_MAX - 5, "huge", 1 }, small = { &never_ops, 6, "small", 1 };
    struct dk_store *const parts[] = { &huge, &small };

    destroyed = 0;
    ck_assert_ptr_null(dk_store_chain(parts, 2, "both", &error));
    assert_says("the parts of both are larger than any file");
    ck_assert_uint_eq(huge.users, 1);
    ck_assert_uint_eq(small.users, 1);
    ck_assert_int_eq(destroyed, 0);
}
END_TEST

static void *use_and_close(void *store)
{
    for (int i = 0; i < 100000; i++) {
        dk_store_use(store);
        dk_store_close(store);
    }
    return NULL;
}

START_TEST(counts_users_of_all_threads)
{
    struct dk_store store = { &never_ops, 0, "shared", 1 };
    pthread_t threads[4];

    destroyed = 0;
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, use_and_close, &store), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(store.users, 1);
    ck_assert_int_eq(destroyed, 0);
    dk_store_close(&store);
    ck_assert_int_eq(destroyed, 1);
}
END_TEST

static void add_stores(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, NULL);
    tcase_add_test(test_case, reads_files);
    tcase_add_test(test_case, refuses_what_is_no_file);
    tcase_add_test(test_case, tells_a_file_that_shrinks);
    tcase_add_test(test_case, reads_memory);
    tcase_add_test(test_case, reads_slices);
    tcase_add_loop_test(test_case, reads_chains, 0, 5);
    tcase_add_test(test_case, refuses_chains_that_wrap);
    tcase_add_test(test_case, counts_users_of_all_threads);
}

int main(void)
{
    return suite_run("store", (const struct suite_case[]){ { "stores", add_stores }, { NULL, NULL } });
}
