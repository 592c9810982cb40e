/* Files that a sheet names, found beside it whatever became of their names. */
#include "formats/same_name.h"
#include "support/suite.h"

#include <disckit/format.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each file holds its own path below the test's folder, so that a test sees which one was opened. */
static const char *make(const char *path)
{
    return suite_file(path, path, strlen(path));
}

static const char *sheet_in(const char *folder)
{
    static char path[600];

    snprintf(path, sizeof path, "%s/%s/disc.cue", suite_folder(), folder);
    return path;
}

static struct dk_store *open_beside(const char *folder, const char *name, bool only, struct dk_notes *notes,
                                    struct dk_error *error)
{
    return dk_open_beside(&(struct dk_candidate){ .path = sheet_in(folder) }, name, only, notes, error);
}

static void expect(const char *folder, const char *name, bool only, const char *contents)
{
    struct dk_error error = { 0 };
    struct dk_store *store = open_beside(folder, name, only, NULL, &error);
    char found[100] = "";

    if (!contents) {
        ck_assert_ptr_null(store);
        ck_assert_int_eq(error.kind, DK_ERROR_MISSING);
        ck_assert_msg(strstr(error.text, name) && strstr(error.text, "disc.cue"), "%s", error.text);
        return;
    }
    ck_assert_msg(store, "%s: %s", name, error.text);
    ck_assert_uint_lt(store->size, sizeof found);
    ck_assert(dk_store_read(store, found, (size_t)store->size, 0, &error));
    ck_assert_str_eq(found, contents);
    dk_store_close(store);
}

static const struct {
    const char *name, *contents; /* NULL: not there */
} names[] = {
    { "a.bin", "names/a.bin" },
    { "A.BIN", "names/a.bin" },
    { "Both.bin", "names/Both.bin" },
    { "both.bin", "names/both.bin" },
    { "sub/deep.bin", "names/sub/deep.bin" },
    { "SUB/Deep.Bin", "names/sub/deep.bin" },
    { "sub\\deep.bin", "names/sub/deep.bin" },
    { ".\\Sub\\DEEP.BIN", "names/sub/deep.bin" },
    { "./a.bin", "names/a.bin" },
    { "C:\\Images\\a.bin", "names/a.bin" },
    { "c:a.bin", "names/a.bin" },
    { "/home/somebody/a.bin", "names/a.bin" },
    { "\\\\server\\share\\a.bin", "names/a.bin" },
    { "elsewhere/a.bin", "names/a.bin" },
    { "odd\\name.bin", "names/odd\\name.bin" },
    { "CAF\u00C9.bin", "names/caf\u00E9.bin" },
    { "cafe\u0301.bin", "names/caf\u00E9.bin" },
    { "\u30AF\u3099.bin", "names/\u30B0.bin" },
    { "\u1112\u1161\u11AB.bin", "names/\uD55C.bin" },
    { "../outside.bin", NULL },
    { "sub/../../outside.bin", NULL },
    { "..\\outside.bin", NULL },
    { "sub", NULL },
    { "..", NULL },
    { "cafe.bin", NULL },
    { "none.bin", NULL },
};

START_TEST(finds_the_file_that_is_meant)
{
    make("outside.bin");
    make("names/a.bin");
    make("names/Both.bin");
    make("names/both.bin");
    make("names/sub/deep.bin");
    make("names/odd\\name.bin");
    make("names/caf\u00E9.bin");
    make("names/\u30B0.bin");
    make("names/\uD55C.bin");
    expect("names", names[_i].name, false, names[_i].contents);
}
END_TEST

START_TEST(single_file_may_have_the_sheets_name)
{
    make("stem/DISC.IMG");
    make("stem/other.bin");
    expect("stem", "lost.bin", true, "stem/DISC.IMG");
    expect("stem", "lost.bin", false, NULL);
}
END_TEST

START_TEST(single_file_may_be_the_only_one_and_that_is_told)
{
    struct dk_notes notes = { 0 };
    struct dk_error error;
    struct dk_store *store;

    make("only/Some Game.bin");
    make("only/readme.txt");
    make("only/disc.cue");
    store = open_beside("only", "lost.bin", true, &notes, &error);
    ck_assert_ptr_nonnull(store);
    ck_assert_uint_eq(notes.count, 1);
    ck_assert_ptr_nonnull(strstr(notes.items[0].text, "lost.bin"));
    ck_assert_ptr_nonnull(strstr(notes.items[0].text, "Some Game.bin"));
    dk_store_close(store);
    dk_notes_free(&notes);
}
END_TEST

START_TEST(two_data_files_are_not_guessed_from)
{
    make("two/one.bin");
    make("two/two.iso");
    expect("two", "lost.bin", true, NULL);
}
END_TEST

START_TEST(what_is_no_file_is_refused_at_once)
{
    char fifo[300];
    struct dk_error error = { 0 };

    make("fifo/a.bin");
    snprintf(fifo, sizeof fifo, "%s/fifo/pipe.bin", suite_folder());
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    ck_assert_ptr_null(open_beside("fifo", "pipe.bin", false, NULL, &error));
    ck_assert_msg(strstr(error.text, "is not a file"), "%s", error.text);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_only_like_themselves)
{
    ck_assert(same_name("a\xFF", "A\xFF"));
    ck_assert(!same_name("a\xFF", "a\xFE"));
    ck_assert(!same_name("ab", "abc"));
    ck_assert(same_name("", ""));
}
END_TEST

static void add_names(TCase *test_case)
{
    tcase_add_loop_test(test_case, finds_the_file_that_is_meant, 0, sizeof names / sizeof *names);
    tcase_add_test(test_case, what_is_no_file_is_refused_at_once);
    tcase_add_test(test_case, bytes_that_are_no_text_are_only_like_themselves);
}

static void add_single(TCase *test_case)
{
    tcase_add_test(test_case, single_file_may_have_the_sheets_name);
    tcase_add_test(test_case, single_file_may_be_the_only_one_and_that_is_told);
    tcase_add_test(test_case, two_data_files_are_not_guessed_from);
}

int main(void)
{
    return suite_run("beside",
                     (const struct suite_case[]){ { "names", add_names }, { "single", add_single }, { NULL, NULL } });
}
