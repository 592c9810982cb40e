/* Blocks as a store: what is decoded when, by whom, and what becomes of errors. */
#include "support/random.h"
#include "support/suite.h"

#include <dirent.h>
#include <disckit/blocks.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCKS_MAX = 4096, NOWHERE = BLOCKS_MAX + 1, PLACES = 64 };

/* Blocks that are made up: byte `n` of them all is byte_at(n). */
static struct made {
    _Atomic unsigned decoded[BLOCKS_MAX], total, workers, freed, destroyed;
    uint64_t damaged, no_memory; /* indexes of blocks */
    const uint32_t *ends;        /* of blocks that differ */
    size_t end_count;
    pthread_mutex_t lock;
    const void *places[PLACES]; /* where blocks were decoded to */
    size_t place_count;
} made;

static struct dk_error error;

static void begin(void)
{
    memset(&made, 0, sizeof made);
    made.damaged = made.no_memory = NOWHERE;
    pthread_mutex_init(&made.lock, NULL);
    error = (struct dk_error){ 0 };
}

static uint8_t byte_at(uint64_t offset)
{
    return (uint8_t)(offset * 2654435761U >> 13);
}

static void assert_says(const char *words)
{
    ck_assert_msg(strstr(error.text, words) != NULL, "'%s' does not say '%s'", error.text, words);
}

static void keep_place(const void *place)
{
    size_t i = 0;

    pthread_mutex_lock(&made.lock);
    while (i < made.place_count && made.places[i] != place)
        i++;
    if (i == made.place_count && i < PLACES)
        made.places[made.place_count++] = place;
    pthread_mutex_unlock(&made.lock);
}

static bool decode(void *context, void *worker, const struct dk_block *block, uint8_t *to, struct dk_error *reason)
{
    (void)context;
    ck_assert_ptr_nonnull(worker);
    made.decoded[block->index % BLOCKS_MAX]++;
    made.total++;
    keep_place(to);
    if (block->index == made.damaged)
        return dk_fail(reason, DK_ERROR_DAMAGED, "block %ju is damaged", (uintmax_t)block->index);
    if (block->index == made.no_memory && made.decoded[block->index] == 1)
        return dk_fail(reason, DK_ERROR_SYSTEM, "no memory");
    for (uint32_t i = 0; i < block->size; i++)
        to[i] = byte_at(block->start + i);
    return true;
}

static void *worker_new(void *context)
{
    (void)context;
    made.workers++;
    return malloc(1);
}

static void worker_free(void *worker)
{
    made.freed++;
    free(worker);
}

static void destroy(void *context)
{
    (void)context;
    made.destroyed++;
}

static struct dk_blocks description(uint64_t size, uint32_t block_size, unsigned threads)
{
    return (struct dk_blocks){
        .name = "made.blocks",
        .size = size,
        .block_size = block_size,
        .worker_new = worker_new,
        .worker_free = worker_free,
        .decode = decode,
        .destroy = destroy,
        .threads = threads,
    };
}

static struct dk_store *open_made(uint64_t size, uint32_t block_size, unsigned threads)
{
    const struct dk_blocks blocks = description(size, block_size, threads);
    struct dk_store *store = dk_store_from_blocks(&blocks, &error);

    ck_assert_msg(store != NULL, "%s", error.text);
    return store;
}

static void close_made(struct dk_store *store)
{
    dk_store_close(store);
    ck_assert_uint_eq(made.destroyed, 1);
    ck_assert_uint_eq(made.workers, made.freed);
}

static void assert_bytes(const uint8_t *bytes, size_t count, uint64_t offset)
{
    size_t right = 0;

    while (right < count && bytes[right] == byte_at(offset + right))
        right++;
    ck_assert_uint_eq(right, count);
}

static void assert_reads(struct dk_store *store, uint64_t offset, size_t count)
{
    uint8_t *bytes = malloc(count + 1);
    struct dk_error reason = { 0 };

    ck_assert_msg(dk_store_read(store, bytes, count, offset, &reason), "%s", reason.text);
    assert_bytes(bytes, count, offset);
    free(bytes);
}

static size_t threads_of_process(void)
{
    DIR *tasks = opendir("/proc/self/task");
    size_t count = 0;

    while (readdir(tasks))
        count++;
    closedir(tasks);
    return count;
}

/* ---- What comes out ---- */

START_TEST(gives_any_range)
{
    static const uint32_t sizes[] = { 1, 100, 2048, 10000, 1 << 20 };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (unsigned threads = 1; threads <= 3; threads++) {
            const uint64_t size = (uint64_t)sizes[i] * 3 + 777;
            struct random random = random_start(1);
            struct dk_store *store;

            begin();
            store = open_made(size, sizes[i], threads);
            ck_assert_uint_eq(store->size, size);
            ck_assert_str_eq(store->name, "made.blocks");
            for (int round = 0; round < 20; round++) {
                const uint32_t offset = random_below(&random, (uint32_t)size + 1);

                assert_reads(store, offset, random_below(&random, (uint32_t)(size - offset) + 1));
            }
            assert_reads(store, 0, (size_t)size);
            ck_assert(!dk_store_read(store, &random, 1, size, &error));
            close_made(store);
        }
}
END_TEST

static bool find_by_ends(void *context, uint64_t offset, struct dk_block *block, struct dk_error *reason)
{
    uint64_t start = 0;

    (void)context;
    (void)reason;
    for (size_t i = 0; i < made.end_count; start = made.ends[i++])
        if (offset < made.ends[i]) {
            *block = (struct dk_block){ .index = i, .start = start, .size = (uint32_t)(made.ends[i] - start) };
            return true;
        }
    *block = (struct dk_block){ .index = 99, .start = start, .size = 100 };
    return true;
}

START_TEST(gives_blocks_that_differ_in_size)
{
    static const uint32_t ends[] = { 1, 2000, 2001, 5000, 60000, 60100 };
    struct dk_blocks blocks = description(60100, 55000, 2);
    struct dk_store *store;

    made.ends = ends;
    made.end_count = 6;
    blocks.find = find_by_ends;
    store = dk_store_from_blocks(&blocks, &error);
    ck_assert_ptr_nonnull(store);
    for (uint32_t offset = 0; offset < 60000; offset += 50)
        assert_reads(store, offset, 100);
    assert_reads(store, 0, 60100);
    close_made(store);
}
END_TEST

START_TEST(trusts_no_table)
{
    static const uint32_t ends[] = { 100, 200 };
    struct dk_blocks blocks = description(1000, 100, 1);
    struct dk_store *store;
    uint8_t bytes[300];

    made.ends = ends;
    made.end_count = 2;
    blocks.find = find_by_ends;
    store = dk_store_from_blocks(&blocks, &error);
    assert_reads(store, 0, 200);
    ck_assert(!dk_store_read(store, bytes, 101, 200, &error)); /* the block that it is given ends at byte 300 */
    assert_says("no block holds byte 300 of what is packed");
    ck_assert_int_eq(error.kind, DK_ERROR_DAMAGED);
    made.end_count = 1;
    blocks.block_size = 99;
    dk_store_close(store);
    store = dk_store_from_blocks(&blocks, &error);
    ck_assert(!dk_store_read(store, bytes, 1, 0, &error)); /* larger than it said */
    dk_store_close(store);
}
END_TEST

START_TEST(refuses_sizes_that_cannot_be)
{
    static const uint32_t sizes[] = { 0, DK_BLOCK_MAX + 1, UINT32_MAX };

    for (unsigned i = 0; i < 3; i++) {
        const struct dk_blocks blocks = description(1000, sizes[i], 0);

        ck_assert_ptr_null(dk_store_from_blocks(&blocks, &error));
        assert_says("made.blocks has blocks of");
        ck_assert_uint_eq(made.destroyed, i + 1);
    }
}
END_TEST

/* ---- How much is decoded ---- */

START_TEST(decodes_one_block_for_a_random_read)
{
    struct dk_store *store = open_made(2048 * 64 * 64, 2048 * 64, 0);
    const size_t threads = threads_of_process();

    for (uint64_t round = 0; round < 64; round++) {
        assert_reads(store, (round * 37 + 5) % 64 * 2048 * 64 + (round * 29) % 64 * 2048, 2048);
        ck_assert_uint_eq(made.total, round + 1);
    }
    ck_assert_uint_eq(threads_of_process(), threads);
    ck_assert_uint_eq(made.workers, 1);
    close_made(store);
}
END_TEST

START_TEST(keeps_what_it_decoded)
{
    struct dk_store *store = open_made(2048 * 1000, 2048, 2);

    for (int round = 0; round < 5; round++)
        for (uint64_t block = 0; block < 1000; block += 3)
            assert_reads(store, block * 2048, 1000);
    ck_assert_uint_eq(made.total, 334);
    close_made(store);
}
END_TEST

START_TEST(decodes_once_what_is_read_in_order)
{
    for (unsigned threads = 1; threads <= 4; threads++) {
        const uint32_t block_size = 2048 * threads * threads;
        struct dk_store *store;

        begin();
        store = open_made((uint64_t)block_size * 1000, block_size, threads);
        for (uint64_t offset = 0; offset < store->size; offset += 8000)
            assert_reads(store, offset, store->size - offset < 8000 ? (size_t)(store->size - offset) : 8000);
        for (unsigned block = 0; block < 1000; block++)
            ck_assert_uint_eq(made.decoded[block], 1);
        close_made(store);
    }
}
END_TEST

START_TEST(decodes_ahead_of_who_reads_in_order)
{
    const size_t threads = threads_of_process();
    struct dk_store *store = open_made(2048 * 1000, 2048, 3);

    for (uint64_t block = 0; block < 20; block++)
        assert_reads(store, block * 2048, 2048);
    ck_assert_uint_eq(threads_of_process(), threads + 3);
    while (!made.decoded[20] || !made.decoded[25])
        usleep(100);
    close_made(store);
}
END_TEST

START_TEST(stays_small_whatever_a_block_is)
{
    static const uint32_t sizes[] = { 128 << 10, 1 << 20, 8 << 20, 16 << 20 };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const unsigned count = (64 << 20) / sizes[i] * 2;
        struct dk_store *store;
        uint8_t bytes[16];

        begin();
        store = open_made((uint64_t)count * sizes[i], sizes[i], 0);
        for (uint64_t block = 0; block < (count < PLACES ? count : PLACES); block++) {
            ck_assert(dk_store_read(store, bytes, 16, block * sizes[i], &error));
            assert_bytes(bytes, 16, block * sizes[i]);
        }
        ck_assert_uint_le(made.place_count * sizes[i], 32 << 20);
        close_made(store);
    }
}
END_TEST

/* ---- Several readers ---- */

static void *read_in_order(void *context)
{
    struct dk_store *store = context;

    for (uint64_t offset = 0; offset + 6000 <= store->size; offset += 6000)
        assert_reads(store, offset, 6000);
    return NULL;
}

static void *read_anywhere(void *context)
{
    struct dk_store *store = context;
    struct random random = random_start(7);
    const int rounds = store->size > 10000000 ? 10 : 500;

    for (int round = 0; round < rounds; round++)
        assert_reads(store, random_below(&random, (uint32_t)store->size - 20000), random_below(&random, 20000));
    return NULL;
}

static void read_with_several(struct dk_store *store)
{
    pthread_t threads[6];

    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, i % 2 ? read_anywhere : read_in_order, store), 0);
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
}

START_TEST(serves_several_readers)
{
    struct dk_store *store = open_made(3000000, 4096, 2);

    read_with_several(store);
    close_made(store);
}
END_TEST

/* Two slots for six readers */
START_TEST(serves_more_readers_than_it_keeps_blocks)
{
    struct dk_store *store = open_made(27 << 20, 9 << 20, 2);
    pthread_t threads[6];

    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_anywhere, store), 0);
    for (int i = 0; i < 2; i++)
        assert_reads(store, (uint64_t)(i + 1) * (9 << 20) - 5, 10);
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_le(made.place_count, 2);
    close_made(store);
}
END_TEST

START_TEST(closes_while_it_decodes_ahead)
{
    for (int round = 0; round < 20; round++) {
        struct dk_store *store;

        begin();
        store = open_made(2048 * 4000, 2048, 4);
        for (uint64_t offset = 0; offset < (uint64_t)2048 * 20 * round; offset += 2048 * 5)
            assert_reads(store, offset, 2048 * 5);
        close_made(store);
        ck_assert_uint_lt(made.total, 4000);
    }
}
END_TEST

/* ---- Errors ---- */

START_TEST(tells_damage_to_who_asks_for_it)
{
    struct dk_store *store = open_made(2048 * 300, 2048, 2);
    uint8_t bytes[2048 * 3];

    made.damaged = 150;
    for (uint64_t block = 0; block < 300; block++) {
        const bool right = dk_store_read(store, bytes, 2048, block * 2048, &error);

        ck_assert_int_eq(right, block != 150);
        if (right)
            assert_bytes(bytes, 2048, block * 2048);
    }
    for (int round = 0; round < 10; round++) {
        error = (struct dk_error){ 0 };
        ck_assert(!dk_store_read(store, bytes, 2048 * 3, 149 * 2048, &error));
        ck_assert_int_eq(error.kind, DK_ERROR_DAMAGED);
        ck_assert_str_eq(error.text, "block 150 is damaged");
        assert_reads(store, 151 * 2048, 100);
    }
    ck_assert_uint_eq(made.decoded[150], 1); /* and it is not tried again for every sector in it */
    close_made(store);
}
END_TEST

START_TEST(tries_again_where_memory_was_short)
{
    struct dk_store *store = open_made(2048 * 300, 2048, 2);
    uint8_t byte;

    made.no_memory = 7;
    ck_assert(!dk_store_read(store, &byte, 1, 7 * 2048, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_SYSTEM);
    assert_reads(store, 7 * 2048, 2048);
    close_made(store);
}
END_TEST

static void add_bytes(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, NULL);
    tcase_add_test(test_case, gives_any_range);
    tcase_add_test(test_case, gives_blocks_that_differ_in_size);
    tcase_add_test(test_case, trusts_no_table);
    tcase_add_test(test_case, refuses_sizes_that_cannot_be);
}

static void add_counts(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, NULL);
    tcase_add_test(test_case, decodes_one_block_for_a_random_read);
    tcase_add_test(test_case, keeps_what_it_decoded);
    tcase_add_test(test_case, decodes_once_what_is_read_in_order);
    tcase_add_test(test_case, decodes_ahead_of_who_reads_in_order);
    tcase_add_test(test_case, stays_small_whatever_a_block_is);
}

static void add_readers(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, NULL);
    tcase_add_test(test_case, serves_several_readers);
    tcase_add_test(test_case, serves_more_readers_than_it_keeps_blocks);
    tcase_add_test(test_case, closes_while_it_decodes_ahead);
}

static void add_errors(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, NULL);
    tcase_add_test(test_case, tells_damage_to_who_asks_for_it);
    tcase_add_test(test_case, tries_again_where_memory_was_short);
}

int main(void)
{
    return suite_run("blocks", (const struct suite_case[]){
                                   { "bytes", add_bytes },
                                   { "counts", add_counts },
                                   { "readers", add_readers },
                                   { "errors", add_errors },
                                   { NULL, NULL },
                               });
}
