/* Packing on several threads: order, sameness, errors. */
#include "support/random.h"
#include "support/suite.h"

#include <disckit/packer.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1000, ROOM = BLOCK + 8, COUNT = 3000, NOWHERE = COUNT + 1 };

static struct made {
    uint8_t from[BLOCK * COUNT];
    uint8_t *to; /* everything that was put */
    size_t to_size;
    uint64_t next;               /* block that `put` should get */
    uint64_t bad, unwelcome;     /* block that can't be packed, block that `put` refuses */
    _Atomic unsigned new, freed; /* workers */
    _Atomic unsigned packed;     /* blocks */
    bool whole;                  /* the last block is to be filled up */
} made;

static struct dk_error error;

static void begin(void)
{
    struct random random = random_start(3);

    memset(&made, 0, sizeof made);
    random_fill(&random, made.from, sizeof made.from);
    for (uint32_t i = 0; i < COUNT; i++)
        memcpy(made.from + (size_t)i * BLOCK, &i, sizeof i);
    made.to = malloc(sizeof made.from + COUNT * 8);
    made.bad = made.unwelcome = NOWHERE;
    error = (struct dk_error){ 0 };
}

static void end(void)
{
    free(made.to);
    ck_assert_uint_eq(made.new, made.freed);
}

static void *worker_new(void *context)
{
    (void)context;
    made.new ++;
    return malloc(1);
}

static void worker_free(void *worker)
{
    made.freed++;
    free(worker);
}

/* A codec that keeps the first part of a block. */
static bool pack(void *context, void *worker, const uint8_t *from, size_t size, uint8_t *to, size_t *packed,
                 unsigned *tag, struct dk_error *reason)
{
    uint32_t index;

    (void)context;
    ck_assert_ptr_nonnull(worker);
    memcpy(&index, from, sizeof index);
    if (index == made.bad)
        return dk_fail(reason, DK_ERROR_SYSTEM, "block %u can't be packed", index);
    if (index % 17 == 0)
        usleep(index % 50); /* so that blocks overtake one another */
    *packed = size / (index % 3 + 1);
    memcpy(to, from, *packed);
    *tag = index * 2;
    made.packed++;
    return true;
}

static bool put(void *context, uint64_t index, const uint8_t *bytes, size_t size, unsigned tag, struct dk_error *reason)
{
    (void)context;
    ck_assert_uint_eq(index, made.next++);
    ck_assert_uint_eq(tag, index * 2);
    if (index == made.unwelcome)
        return dk_fail(reason, DK_ERROR_SYSTEM, "the disk is full");
    memcpy(made.to + made.to_size, bytes, size);
    made.to_size += size;
    return true;
}

static struct dk_packer *open_packer(unsigned threads)
{
    const struct dk_packing packing = {
        .block_size = BLOCK,
        .room = ROOM,
        .worker_new = worker_new,
        .worker_free = worker_free,
        .pack = pack,
        .put = put,
        .threads = threads,
        .whole = made.whole,
    };
    struct dk_packer *packer = dk_packer_new(&packing, &error);

    ck_assert_msg(packer != NULL, "%s", error.text);
    return packer;
}

static size_t size_of(unsigned index)
{
    return index == COUNT - 1 ? BLOCK / 3 : BLOCK;
}

/* How many blocks were accepted before it failed. */
static unsigned add_all(struct dk_packer *packer)
{
    for (unsigned i = 0; i < COUNT; i++)
        if (!dk_packer_add(packer, made.from + (size_t)i * BLOCK, size_of(i), &error))
            return i;
    return COUNT;
}

START_TEST(puts_in_order_whatever_the_threads)
{
    struct dk_packer *packer = open_packer((unsigned)_i);
    size_t at = 0;

    ck_assert_uint_eq(add_all(packer), COUNT);
    ck_assert_msg(dk_packer_finish(packer, &error), "%s", error.text);
    ck_assert_uint_eq(made.next, COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        const size_t size = size_of(i) / (i % 3 + 1);

        ck_assert_mem_eq(made.to + at, made.from + (size_t)i * BLOCK, size);
        at += size;
    }
    ck_assert_uint_eq(at, made.to_size);
    if (_i)
        ck_assert_uint_le(made.new, (unsigned)_i);
    dk_packer_free(packer);
}
END_TEST

START_TEST(finishes_what_is_empty_or_small)
{
    struct dk_packer *packer = open_packer(0);

    ck_assert(dk_packer_finish(packer, &error));
    ck_assert(dk_packer_add(packer, made.from, BLOCK, &error));
    ck_assert(dk_packer_finish(packer, &error));
    ck_assert_uint_eq(made.to_size, BLOCK);
    ck_assert(dk_packer_add(packer, made.from + BLOCK, 10, &error));
    ck_assert(dk_packer_finish(packer, &error));
    ck_assert_uint_eq(made.to_size, BLOCK + 5);
    dk_packer_free(packer);
    ck_assert_uint_le(made.new, 2); /* a thread a job */
    dk_packer_free(NULL);
}
END_TEST

/* Bytes that come in pieces of these sizes, cut into blocks; every second time with the last one filled up. */
static const size_t pieces[] = { 1, 7, BLOCK - 1, BLOCK, BLOCK + 1, 10 * BLOCK + 3 };

START_TEST(cuts_what_is_written_into_blocks)
{
    enum { LAST = 333, BLOCKS = 6, ALL = (BLOCKS - 1) * BLOCK + LAST };
    const size_t piece = pieces[_i / 2];
    struct dk_packer *packer;
    size_t at = 0;

    made.whole = _i % 2;
    packer = open_packer(2);
    for (size_t done = 0; done < ALL; done += piece)
        ck_assert(dk_packer_write(packer, made.from + done, ALL - done < piece ? ALL - done : piece, &error));
    ck_assert(dk_packer_finish(packer, &error));
    ck_assert_uint_eq(made.next, BLOCKS);
    if (made.whole)
        memset(made.from + ALL, 0, BLOCK - LAST);
    for (unsigned i = 0; i < BLOCKS; i++) {
        const size_t from_size = i < BLOCKS - 1 || made.whole ? BLOCK : LAST, size = from_size / (i % 3 + 1);

        ck_assert_mem_eq(made.to + at, made.from + (size_t)i * BLOCK, size);
        at += size;
    }
    ck_assert_uint_eq(at, made.to_size);
    dk_packer_free(packer);
}
END_TEST

START_TEST(says_what_could_not_be_packed_and_goes_no_further)
{
    struct dk_packer *packer = open_packer(3);

    made.bad = 1234;
    if (add_all(packer) == COUNT)
        ck_assert(!dk_packer_finish(packer, &error));
    ck_assert_str_eq(error.text, "block 1234 can't be packed");
    ck_assert_uint_eq(made.next, 1234); /* all before it, and none behind */
    error = (struct dk_error){ 0 };
    ck_assert(!dk_packer_add(packer, made.from, BLOCK, &error));
    ck_assert_str_eq(error.text, "block 1234 can't be packed");
    ck_assert(!dk_packer_finish(packer, &error));
    ck_assert_uint_eq(made.next, 1234);
    dk_packer_free(packer);
}
END_TEST

START_TEST(stops_where_put_fails)
{
    struct dk_packer *packer = open_packer(2);

    made.unwelcome = 600;
    if (add_all(packer) == COUNT)
        ck_assert(!dk_packer_finish(packer, &error));
    ck_assert_str_eq(error.text, "the disk is full");
    ck_assert(!dk_packer_finish(packer, &error));
    ck_assert_uint_eq(made.next, 601);
    dk_packer_free(packer);
}
END_TEST

START_TEST(drops_what_is_under_way)
{
    struct dk_packer *packer = open_packer(4);

    for (unsigned i = 0; i < 700; i++)
        ck_assert(dk_packer_add(packer, made.from + (size_t)i * BLOCK, BLOCK, &error));
    dk_packer_free(packer);
    ck_assert_uint_le(made.next, 700);
}
END_TEST

/* What is under way at once does not grow with what was added. */
START_TEST(holds_back_who_adds_too_fast)
{
    struct dk_packer *packer = open_packer(1);

    for (unsigned i = 0; i < COUNT; i++) {
        ck_assert(dk_packer_add(packer, made.from + (size_t)i * BLOCK, size_of(i), &error));
        ck_assert_uint_le(i + 1 - made.next, 5 * ((128 << 10) / BLOCK));
    }
    dk_packer_free(packer);
}
END_TEST

START_TEST(refuses_blocks_that_are_too_large)
{
    struct dk_packer *packer = open_packer(1);

    ck_assert(!dk_packer_add(packer, made.from, BLOCK + 1, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "a block of 1001 bytes is larger than 1000"));
    dk_packer_free(packer);
    ck_assert_ptr_null(dk_packer_new(&(struct dk_packing){ .room = 1, .pack = pack, .put = put }, &error));
}
END_TEST

static void *no_worker(void *context)
{
    (void)context;
    return NULL;
}

START_TEST(says_where_memory_is_short)
{
    const struct dk_packing packing = {
        .block_size = BLOCK, .room = ROOM, .worker_new = no_worker, .pack = pack, .put = put
    };
    struct dk_packer *packer = dk_packer_new(&packing, &error);

    ck_assert(dk_packer_add(packer, made.from, BLOCK, &error));
    ck_assert(!dk_packer_finish(packer, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_SYSTEM);
    ck_assert_uint_eq(made.next, 0);
    dk_packer_free(packer);
}
END_TEST

static void add_packing(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, end);
    tcase_add_loop_test(test_case, puts_in_order_whatever_the_threads, 0, 9);
    tcase_add_test(test_case, finishes_what_is_empty_or_small);
    tcase_add_loop_test(test_case, cuts_what_is_written_into_blocks, 0, 2 * (int)(sizeof pieces / sizeof *pieces));
    tcase_add_test(test_case, says_what_could_not_be_packed_and_goes_no_further);
    tcase_add_test(test_case, stops_where_put_fails);
    tcase_add_test(test_case, drops_what_is_under_way);
    tcase_add_test(test_case, holds_back_who_adds_too_fast);
    tcase_add_test(test_case, refuses_blocks_that_are_too_large);
    tcase_add_test(test_case, says_where_memory_is_short);
}

int main(void)
{
    return suite_run("packer", (const struct suite_case[]){ { "packing", add_packing }, { NULL, NULL } });
}
