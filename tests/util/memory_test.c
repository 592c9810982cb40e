/* Cursors, checked sums, arenas, notes and errors: the small things that all else stands on. */
#include "support/random.h"
#include "support/suite.h"
#include "util/arena.h"
#include "util/checked.h"
#include "util/cursor.h"

#include <disckit/error.h>
#include <disckit/note.h>
#include <errno.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sanitizer ends a program without memory in its own way. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#endif

/* ---- Cursors ---- */

START_TEST(reads_numbers)
{
    static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 };
    struct cursor cursor = cursor_over(bytes, sizeof bytes);

    ck_assert_uint_eq(cursor_u8(&cursor), 0x01);
    ck_assert_uint_eq(cursor_be16(&cursor), 0x0203);
    ck_assert_uint_eq(cursor_le16(&cursor), 0x0504);
    ck_assert_uint_eq(cursor_be32(&cursor), 0x06070809);
    cursor_skip(&cursor, 1);
    ck_assert_uint_eq(cursor_le32(&cursor), 0x0E0D0C0B);
    ck_assert_uint_eq(cursor_left(&cursor), 5);
    ck_assert_mem_eq(cursor_bytes(&cursor, 2), bytes + 14, 2);
    ck_assert(!cursor.overrun);
    cursor = cursor_over(bytes, 16);
    ck_assert_uint_eq(cursor_be64(&cursor), 0x0102030405060708);
    ck_assert_uint_eq(cursor_le64(&cursor), 0x100F0E0D0C0B0A09);
    ck_assert_uint_eq(cursor_left(&cursor), 0);
    ck_assert(!cursor.overrun);
}
END_TEST

/* A read that reaches out gives zero, is remembered, and nothing that follows reads what was left. */
START_TEST(remembers_an_overrun)
{
    uint8_t *bytes = malloc(3);
    struct cursor cursor = cursor_over(bytes, 3);

    memset(bytes, 0xFF, 3);
    ck_assert_uint_eq(cursor_be32(&cursor), 0);
    ck_assert(cursor.overrun);
    ck_assert_uint_eq(cursor_u8(&cursor), 0);
    ck_assert_uint_eq(cursor_left(&cursor), 0);
    cursor = cursor_over(bytes, 3);
    ck_assert_ptr_null(cursor_bytes(&cursor, SIZE_MAX));
    ck_assert(cursor.overrun);
    cursor = cursor_over(NULL, 0);
    ck_assert_uint_eq(cursor_le64(&cursor), 0);
    ck_assert(cursor.overrun);
    free(bytes);
}
END_TEST

START_TEST(checks_ranges_and_sums)
{
    uint64_t sum;
    uint32_t product;

    ck_assert(range_inside(0, 0, 0));
    ck_assert(range_inside(5, 5, 10));
    ck_assert(!range_inside(5, 6, 10));
    ck_assert(!range_inside(11, 0, 10));
    ck_assert(!range_inside(UINT64_MAX, 2, 10));
    ck_assert(!range_inside(2, UINT64_MAX, 10));
    ck_assert(checked_add(UINT64_MAX - 1, 1, &sum));
    ck_assert(!checked_add(UINT64_MAX, 1, &sum));
    ck_assert(checked_multiply(65536U, 65535U, &product));
    ck_assert(!checked_multiply(65536U, 65536U, &product));
}
END_TEST

/* ---- Arenas ---- */

/* Pieces are zeroed, aligned, apart from each other, and stay where they are. */
START_TEST(gives_out_pieces)
{
    enum { PIECES = 3000 };
    static uint8_t *pieces[PIECES];
    static uint32_t sizes[PIECES];
    struct random random = random_start(1);
    struct dk_arena *arena = arena_new();

    for (int i = 0; i < PIECES; i++) {
        sizes[i] = random_below(&random, i % 100 ? 200 : 100000);
        pieces[i] = arena_zeroed(arena, sizes[i], 1);
        ck_assert_uint_eq((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        for (uint32_t at = 0; at < sizes[i]; at++)
            ck_assert_uint_eq(pieces[i][at], 0);
        memset(pieces[i], i & 255, sizes[i]);
    }
    for (int i = 0; i < PIECES; i++)
        for (uint32_t at = 0; at < sizes[i]; at++)
            ck_assert_uint_eq(pieces[i][at], (unsigned)i & 255);
    ck_assert_str_eq(arena_copy(arena, "abcdef", 3), "abc");
    arena_free(arena);
    arena_free(NULL);
}
END_TEST

START_TEST(grows_arrays)
{
    struct dk_arena *arena = arena_new();
    int *items = NULL;

    for (int i = 0; i < 1000; i++) {
        items = arena_grown(arena, items, (size_t)i, sizeof *items);
        items[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(items[i], i);
    arena_free(arena);
}
END_TEST

#ifndef SANITIZED
/* More than there is ends the program, and with a word. */
START_TEST(ends_without_memory)
{
    fclose(stderr);
    arena_zeroed(arena_new(), SIZE_MAX / 2, _i ? 4 : 1);
}
END_TEST
#endif

/* ---- Notes and errors ---- */

START_TEST(tells_each_note_once)
{
    struct dk_notes notes = { 0 };

    dk_note(&notes, DK_NOTE_ODD, "sector %d is odd", 5);
    dk_note(&notes, DK_NOTE_ODD, "sector %d is odd", 5);
    dk_note(&notes, DK_NOTE_DAMAGE, "sector %d is bad", 6);
    dk_note(NULL, DK_NOTE_DAMAGE, "nobody hears it");
    ck_assert_uint_eq(notes.count, 2);
    ck_assert_str_eq(notes.items[0].text, "sector 5 is odd");
    ck_assert_int_eq(notes.items[1].kind, DK_NOTE_DAMAGE);
    ck_assert_uint_eq(notes.told[DK_NOTE_ODD], 1);
    ck_assert_uint_eq(notes.told[DK_NOTE_DAMAGE], 1);
    dk_notes_free(&notes);
    ck_assert_uint_eq(notes.count, 0);
    dk_notes_free(&notes);
}
END_TEST

/* A wreck fills no memory, is counted, and does not hide what is of another kind. */
START_TEST(bounds_notes)
{
    struct dk_notes notes = { 0 };

    for (int i = 0; i < 1000; i++)
        dk_note(&notes, DK_NOTE_DAMAGE, "sector %d is bad", i);
    dk_note(&notes, DK_NOTE_GUESS, "a guess");
    ck_assert_uint_eq(notes.count, DK_NOTES_MAX + 1);
    ck_assert_uint_eq(notes.told[DK_NOTE_DAMAGE], 1000);
    ck_assert_str_eq(notes.items[DK_NOTES_MAX].text, "a guess");
    dk_notes_free(&notes);
}
END_TEST

START_TEST(says_why)
{
    struct dk_error error;
    char *longest = malloc(5000);

    ck_assert(!dk_fail(&error, DK_ERROR_FORMAT, "chunk at byte %d", 7));
    ck_assert_int_eq(error.kind, DK_ERROR_FORMAT);
    ck_assert_str_eq(error.text, "chunk at byte 7");
    errno = ENOENT;
    ck_assert(!dk_fail_errno(&error, "cannot open %s", "a.iso"));
    ck_assert_int_eq(error.kind, DK_ERROR_SYSTEM);
    ck_assert_str_eq(error.text, "cannot open a.iso: No such file or directory");
    memset(longest, 'x', 4999);
    longest[4999] = '\0';
    dk_fail_errno(&error, "%s", longest);
    ck_assert_uint_eq(strlen(error.text), sizeof error.text - 1);
    free(longest);
}
END_TEST

static void add_bytes(TCase *test_case)
{
    tcase_add_test(test_case, reads_numbers);
    tcase_add_test(test_case, remembers_an_overrun);
    tcase_add_test(test_case, checks_ranges_and_sums);
}

static void add_arenas(TCase *test_case)
{
    tcase_add_test(test_case, gives_out_pieces);
    tcase_add_test(test_case, grows_arrays);
#ifndef SANITIZED
    tcase_add_loop_exit_test(test_case, ends_without_memory, 1, 0, 2);
#endif
}

static void add_words(TCase *test_case)
{
    tcase_add_test(test_case, tells_each_note_once);
    tcase_add_test(test_case, bounds_notes);
    tcase_add_test(test_case, says_why);
}

int main(void)
{
    return suite_run("memory",
                     (const struct suite_case[]){
                         { "bytes", add_bytes }, { "arenas", add_arenas }, { "words", add_words }, { NULL, NULL } });
}
