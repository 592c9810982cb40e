/* Text: what is UTF-8, what may go to a terminal or into JSON, and other character sets. */
#include "support/random.h"
#include "support/suite.h"
#include "util/arena.h"
#include "util/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static struct dk_arena *arena;

static void begin(void)
{
    arena = arena_new();
}

static void end(void)
{
    arena_free(arena);
}

/* Of the first character: its length, 0 where there is none. */
static const struct {
    const char *text;
    size_t length;
} characters[] = {
    { "a", 1 },
    { "\x7F", 1 },
    { "\xC3\xA9", 2 },
    { "\xDF\xBF", 2 },
    { "\xE2\x82\xAC", 3 },
    { "\xED\x9F\xBF", 3 },
    { "\xEE\x80\x80", 3 },
    { "\xF0\x9F\x92\xBF", 4 },
    { "\xF4\x8F\xBF\xBF", 4 },
    { "\x80", 0 },     /* begins nothing */
    { "\xC0\x80", 0 }, /* overlong */
    { "\xC1\xBF", 0 },
    { "\xE0\x9F\xBF", 0 },
    { "\xF0\x8F\xBF\xBF", 0 },
    { "\xED\xA0\x80", 0 },     /* a surrogate */
    { "\xF4\x90\x80\x80", 0 }, /* above 10FFFF */
    { "\xF5\x80\x80\x80", 0 },
    { "\xFF", 0 },
    { "\xC3", 0 }, /* cut off */
    { "\xE2\x82", 0 },
    { "\xF0\x9F\x92", 0 },
    { "\xE2\x28\xA1", 0 },
};

START_TEST(knows_utf8)
{
    const char *text = characters[_i].text;
    const size_t size = strlen(text);
    char *exact = malloc(size); /* so that a read beyond is seen */

    memcpy(exact, text, size);
    ck_assert_uint_eq(text_utf8_length(exact, size), characters[_i].length);
    ck_assert_int_eq(text_is_utf8(exact, size), characters[_i].length == size);
    free(exact);
}
END_TEST

START_TEST(puts_every_character)
{
    for (uint32_t character = 0; character < 0x120000; character++) {
        char utf8[4];
        const size_t length = text_put_utf8(character, utf8);
        const bool is_one = character <= 0x10FFFF && (character < 0xD800 || character > 0xDFFF);

        ck_assert_msg((length > 0) == is_one, "%X", character);
        if (length)
            ck_assert_uint_eq(text_utf8_length(utf8, length), length);
    }
    ck_assert_uint_eq(text_utf8_length("", 0), 0);
    ck_assert(text_is_utf8("", 0));
}
END_TEST

START_TEST(escapes_for_people)
{
    static const struct {
        const char *text;
        bool backslash;
        const char *wanted;
    } rows[] = {
        { "plain é", false, "plain é" },
        { "\x1B[31mred", false, "\\x1b[31mred" },
        { "a\tb\nc\x7F", false, "a\\x09b\\x0ac\\x7f" },
        { "\xC2\x9B"
          "31m",
          false, "\\xc2\\x9b31m" }, /* CSI of C1 */
        { "\xE9t\xE9", false, "\\xe9t\\xe9" },
        { "a\\b", false, "a\\b" },
        { "a\\b", true, "a\\\\b" },
    };
    char got[100];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_uint_eq(text_escape(rows[i].text, strlen(rows[i].text), rows[i].backslash, got, sizeof got),
                          strlen(rows[i].wanted));
        ck_assert_str_eq(got, rows[i].wanted);
    }
    ck_assert_str_eq(text_escaped(arena, "\xFF", 1), "\\xff");
}
END_TEST

/* Cut to any size: whole pieces, a NUL, and nothing behind it. */
START_TEST(cuts_between_pieces)
{
    static const char text[] = "ab\x01\xC3\xA9z";
    char got[20];

    for (size_t size = 0; size < sizeof got; size++) {
        memset(got, '#', sizeof got);
        ck_assert_uint_eq(text_escape(text, strlen(text), false, got, size), 9);
        if (size) {
            ck_assert_uint_lt(strlen(got), size);
            ck_assert(strncmp(got, "ab\\x01ézzz", strlen(got)) == 0);
            ck_assert(text_is_utf8(got, strlen(got)));
        }
        ck_assert_int_eq(got[size], '#');
    }
}
END_TEST

/* What jansson reads out of it again; bytes that are no UTF-8 become words. */
START_TEST(makes_json)
{
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        { "", "" },
        { "plain é 日本", "plain é 日本" },
        { "\"quoted\" \\ /", "\"quoted\" \\ /" },
        { "a\nb\tc\x01\x7F", "a\nb\tc\x01\x7F" },
        { "caf\xE9", "caf\\xe9" },
    };
    char made[200];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *value;

        text_json(rows[i].text, strlen(rows[i].text), made, sizeof made);
        value = json_loads(made, JSON_DECODE_ANY, NULL);
        ck_assert_msg(value != NULL, "%s", made);
        ck_assert_str_eq(json_string_value(value), rows[i].wanted);
        json_decref(value);
    }
}
END_TEST

START_TEST(makes_json_of_any_bytes)
{
    struct random random = random_start(1);
    char bytes[30], made[400];

    for (int round = 0; round < 1000; round++) {
        const size_t count = random_below(&random, sizeof bytes);
        json_t *value;

        random_fill(&random, bytes, count);
        for (size_t i = 0; i < count; i++)
            bytes[i] = bytes[i] ? bytes[i] : '0';
        ck_assert_uint_lt(text_json(bytes, count, made, sizeof made), sizeof made);
        value = json_loads(made, JSON_DECODE_ANY, NULL);
        ck_assert_msg(value != NULL, "%s", made);
        json_decref(value);
    }
}
END_TEST

START_TEST(turns_character_sets)
{
    size_t length;

    ck_assert_str_eq(text_from_charset(arena, "CP1252", "\x80 caf\xE9", 6), "€ café");
    ck_assert_str_eq(text_from_charset(arena, "CP932", "\x93\xFA\x96\x7B", 4), "日本");
    ck_assert_str_eq(text_from_charset(arena, "ISO-8859-1", "", 0), "");
    ck_assert_ptr_null(text_from_charset(arena, "CP932", "\x93", 1));
    ck_assert_ptr_null(text_from_charset(arena, "ASCII", "\xE9", 1));
    ck_assert_ptr_null(text_from_charset(arena, "no such set", "a", 1));
    ck_assert_str_eq(text_from_charset(arena, "BIG5-HKSCS", "\x88\x66", 2), "Ê"); /* which iconv first holds back */
    ck_assert_str_eq(text_to_charset(arena, "CP1252", "€ café", &length), "\x80 caf\xE9");
    ck_assert_uint_eq(length, 6);
    ck_assert_ptr_null(text_to_charset(arena, "ISO-8859-1", "€", &length));
    ck_assert_str_eq(text_to_charset(arena, "CP932", "日本", &length), "\x93\xFA\x96\x7B");
    ck_assert_uint_eq(length, 4);
}
END_TEST

START_TEST(turns_utf16)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *wanted;
    } rows[] = {
        { "\0a\0\xE9\x20\xAC", 6, "aé€" },
        { "\xD8\x3D\xDC\xBF", 4, "💿" },
        { "\xD8\x3D\0a", 4, "\\xd8\\x3da" },
        { "\xDC\xBF\xD8\x3D", 4, "\\xdc\\xbf\\xd8\\x3d" },
        { "\xD8\x3D", 2, "\\xd8\\x3d" },
        { "\0a\0", 3, "a\\x00" },
        { "", 0, "" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_str_eq(text_from_utf16be(arena, (const uint8_t *)rows[i].bytes, rows[i].length), rows[i].wanted);
}
END_TEST

START_TEST(tells_sizes)
{
    static const struct {
        uint64_t bytes;
        const char *wanted;
    } rows[] = {
        { 0, "0 bytes" },
        { 999, "999 bytes" },
        { 1024, "1.00 KiB" },
        { 737280000, "703 MiB" },
        { 1503238554, "1.40 GiB" },
        { 50050639872, "46.6 GiB" },
        { UINT64_MAX, "16777216 TiB" },
    };
    char got[16];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        text_size(rows[i].bytes, got);
        ck_assert_str_eq(got, rows[i].wanted);
    }
}
END_TEST

static void add_text(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, end);
    tcase_add_loop_test(test_case, knows_utf8, 0, sizeof characters / sizeof *characters);
    tcase_add_test(test_case, puts_every_character);
    tcase_add_test(test_case, escapes_for_people);
    tcase_add_test(test_case, cuts_between_pieces);
    tcase_add_test(test_case, makes_json);
    tcase_add_test(test_case, makes_json_of_any_bytes);
    tcase_add_test(test_case, turns_character_sets);
    tcase_add_test(test_case, turns_utf16);
    tcase_add_test(test_case, tells_sizes);
}

int main(void)
{
    return suite_run("text", (const struct suite_case[]){ { "text", add_text }, { NULL, NULL } });
}
