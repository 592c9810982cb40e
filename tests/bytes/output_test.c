/* Outputs: files that are whole or not there, and never in the place of what nobody gave up. */
#include "support/suite.h"

#include <dirent.h>
#include <disckit/bytes.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct dk_error error;
static struct dk_output *output;
static char folder[200];

static const char *path_of(const char *name)
{
    static char paths[4][PATH_MAX];
    static int turn;
    char *path = paths[turn++ % 4];

    snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return path;
}

static void begin(void)
{
    snprintf(folder, sizeof folder, "%s/output.XXXXXX", suite_folder());
    ck_assert_ptr_nonnull(mkdtemp(folder));
    error = (struct dk_error){ 0 };
    output = dk_output_new(false);
}

static void end(void)
{
    dk_output_close(output);
}

static int files_in_folder(void)
{
    DIR *entries = opendir(folder);
    int count = 0;

    while (readdir(entries))
        count++;
    closedir(entries);
    return count - 2;
}

static void put_file(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static void assert_file(const char *name, const char *wanted)
{
    char got[100];
    FILE *file = fopen(path_of(name), "r");
    size_t count;

    ck_assert_msg(file != NULL, "%s is not there", name);
    count = fread(got, 1, sizeof got - 1, file);
    fclose(file);
    got[count] = '\0';
    ck_assert_str_eq(got, wanted);
}

static struct dk_output_file *add(const char *name)
{
    struct dk_output_file *file = dk_output_add(output, path_of(name), &error);

    ck_assert_msg(file != NULL, "%s", error.text);
    return file;
}

static void put_text(struct dk_output_file *file, const char *text)
{
    ck_assert_msg(dk_output_write(file, text, strlen(text), &error), "%s", error.text);
}

static void assert_says(const char *words)
{
    ck_assert_msg(strstr(error.text, words) != NULL, "'%s' does not say '%s'", error.text, words);
}

START_TEST(gives_the_name_at_the_end)
{
    struct dk_output_file *file = add("a.iso");

    put_text(file, "some bytes");
    ck_assert_uint_eq(dk_output_size(file), 10);
    ck_assert_str_eq(dk_output_path(file), path_of("a.iso"));
    ck_assert_int_ne(access(path_of("a.iso"), F_OK), 0);
    ck_assert_int_eq(files_in_folder(), 1); /* in the folder where it is to stand */
    ck_assert(dk_output_commit(output, &error));
    assert_file("a.iso", "some bytes");
    ck_assert_int_eq(files_in_folder(), 1);
    dk_output_close(output);
    output = NULL;
    assert_file("a.iso", "some bytes");
}
END_TEST

START_TEST(leaves_nothing_of_a_failure)
{
    put_text(add("a.bin"), "half");
    put_text(add("a.cue"), "a file");
    ck_assert_int_eq(files_in_folder(), 2);
    dk_output_close(output);
    output = NULL;
    ck_assert_int_eq(files_in_folder(), 0);
}
END_TEST

START_TEST(keeps_what_is_there)
{
    put_file("a.iso", "old");
    ck_assert_ptr_null(dk_output_add(output, path_of("a.iso"), &error));
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
    assert_says("is there already; --force replaces it");
    assert_file("a.iso", "old");
    ck_assert_int_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(replaces_when_it_may)
{
    dk_output_close(output);
    output = dk_output_new(true);
    put_file("a.iso", "old");
    put_text(add("a.iso"), "new");
    assert_file("a.iso", "old");
    if (_i) {
        ck_assert(dk_output_commit(output, &error));
        assert_file("a.iso", "new");
    } else {
        dk_output_close(output);
        output = NULL;
        assert_file("a.iso", "old");
    }
    ck_assert_int_eq(files_in_folder(), 1);
}
END_TEST

/* A link is replaced, and not what it points at. */
START_TEST(does_not_write_through_links)
{
    put_file("target", "old");
    ck_assert_int_eq(symlink("target", path_of("a.iso")), 0);
    ck_assert_ptr_null(dk_output_add(output, path_of("a.iso"), &error));
    dk_output_close(output);
    output = dk_output_new(true);
    put_text(add("a.iso"), "new");
    ck_assert(dk_output_commit(output, &error));
    assert_file("target", "old");
    assert_file("a.iso", "new");
}
END_TEST

START_TEST(does_not_replace_what_came_up)
{
    put_text(add("a.iso"), "new");
    put_file("a.iso", "somebody else's");
    ck_assert(!dk_output_commit(output, &error));
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
    assert_says("came up while it was written");
    dk_output_close(output);
    output = NULL;
    assert_file("a.iso", "somebody else's");
    ck_assert_int_eq(files_in_folder(), 1);
}
END_TEST

/* The one that was added first, the sheet, gets its name last; where it cannot, the data has none either. */
START_TEST(names_all_or_none)
{
    put_text(add("a.cue"), "sheet");
    put_text(add("a.bin"), "data");
    put_file("a.cue", "somebody else's");
    ck_assert(!dk_output_commit(output, &error));
    dk_output_close(output);
    output = NULL;
    assert_file("a.cue", "somebody else's");
    ck_assert_int_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(refuses_folders_and_devices)
{
    dk_output_close(output);
    output = dk_output_new(true);
    ck_assert_ptr_null(dk_output_add(output, folder, &error));
    assert_says("is there and is no file");
    ck_assert_int_eq(error.kind, DK_ERROR_REFUSED);
    ck_assert_ptr_null(dk_output_add(output, "/dev/null", &error));
    assert_says("is there and is no file");
    ck_assert_ptr_null(dk_output_add(output, path_of("no/such/folder.iso"), &error));
    ck_assert_int_eq(error.kind, DK_ERROR_SYSTEM);
    assert_says("No such file");
}
END_TEST

START_TEST(has_the_mode_of_any_file)
{
    struct stat status;

    umask(_i ? 077 : 022);
    put_text(add("a.iso"), "x");
    ck_assert(dk_output_commit(output, &error));
    ck_assert_int_eq(stat(path_of("a.iso"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, _i ? 0600 : 0644);
}
END_TEST

/* As long as a name can be, so that nothing can be put behind it. */
START_TEST(takes_the_longest_name)
{
    char name[NAME_MAX + 1];

    memset(name, 'n', NAME_MAX);
    name[NAME_MAX] = '\0';
    put_text(add(name), "x");
    ck_assert_msg(dk_output_commit(output, &error), "%s", error.text);
    assert_file(name, "x");
}
END_TEST

START_TEST(copies_and_leaves_holes)
{
    struct dk_store *plain = dk_store_open_file(suite_file("source", "0123456789", 10), &error);
    struct dk_store *memory = dk_store_from_memory("abcdefghij", 10, "memory");
    struct dk_store *slice = dk_store_slice(plain, 4, 5, &error);
    struct dk_output_file *file = add("a.bin");
    char got[40];
    FILE *made;

    ck_assert(dk_output_copy(file, plain, 2, 3, &error));
    ck_assert(dk_output_zeros(file, 5, &error));
    ck_assert(dk_output_copy(file, memory, 0, 4, &error));
    ck_assert(dk_output_copy(file, slice, 1, 4, &error));
    put_text(file, "end");
    ck_assert(dk_output_zeros(file, 2, &error));
    ck_assert_uint_eq(dk_output_size(file), 21);
    ck_assert(!dk_output_copy(file, plain, 8, 3, &error));
    ck_assert(!dk_output_copy(file, memory, 8, 3, &error));
    ck_assert(dk_output_commit(output, &error));
    made = fopen(path_of("a.bin"), "r");
    ck_assert_uint_ge(fread(got, 1, sizeof got, made), 21);
    fclose(made);
    ck_assert_mem_eq(got, "234\0\0\0\0\0abcd5678end\0\0", 21);
    dk_store_close(slice);
    dk_store_close(plain);
    dk_store_close(memory);
}
END_TEST

static void gather(void *context, const struct dk_output_file *file, const void *bytes, size_t count)
{
    (void)file;
    strncat(context, bytes, count);
}

START_TEST(shows_what_was_replaced_as_it_is_at_the_end)
{
    char seen[100] = "", got[100] = "";
    struct dk_output_file *file = dk_output_add(output, path_of("a"), &error);
    FILE *result;

    dk_output_set_tap(output, gather, seen);
    ck_assert(dk_output_allow_replacing(file, &error));
    ck_assert(dk_output_write(file, "????, world", 11, &error));
    ck_assert(dk_output_replace_bytes(file, 0, "well", 4, &error));
    ck_assert(dk_output_write(file, "!", 1, &error));
    ck_assert_str_eq(seen, "");
    ck_assert(dk_output_commit(output, &error));
    ck_assert_str_eq(seen, "well, world!");
    result = fopen(path_of("a"), "r");
    ck_assert_ptr_nonnull(fgets(got, sizeof got, result));
    fclose(result);
    ck_assert_str_eq(got, "well, world!");
}
END_TEST

START_TEST(writes_to_stdout)
{
    const int saved = dup(STDOUT_FILENO), to = open(path_of("out"), O_RDWR | O_CREAT, 0600);
    struct dk_store *memory = dk_store_from_memory("cde", 3, "memory");
    struct dk_output_file *file;
    bool right;
    char got[10];

    fflush(stdout);
    dup2(to, STDOUT_FILENO);
    file = dk_output_add(output, "-", &error);
    right = file && dk_output_write(file, "ab", 2, &error) && dk_output_copy(file, memory, 0, 3, &error) &&
            dk_output_zeros(file, 2, &error) && dk_output_commit(output, &error);
    dk_output_close(output);
    output = NULL;
    dup2(saved, STDOUT_FILENO);
    ck_assert(right);
    ck_assert_int_eq(pread(to, got, sizeof got, 0), 7);
    ck_assert_mem_eq(got, "abcde\0\0", 7);
    ck_assert_int_eq(files_in_folder(), 1);
    dk_store_close(memory);
    close(saved);
    close(to);
}
END_TEST

START_TEST(tells_a_full_disk)
{
    const int saved = dup(STDOUT_FILENO), full = open("/dev/full", O_WRONLY);
    struct dk_output_file *file = dk_output_add(output, "-", &error);
    bool right;

    fflush(stdout);
    dup2(full, STDOUT_FILENO);
    right = dk_output_write(file, "ab", 2, &error);
    dup2(saved, STDOUT_FILENO);
    ck_assert(!right);
    ck_assert_int_eq(error.kind, DK_ERROR_SYSTEM);
    assert_says("No space left");
    close(saved);
    close(full);
}
END_TEST

/* No room for all of a file: what fitted does not stay. */
START_TEST(leaves_nothing_where_there_is_no_room)
{
    const struct rlimit limit = { 1000, 1000 };
    static const char bytes[3000];
    struct dk_output_file *file = add("a.iso");

    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert(!dk_output_write(file, bytes, sizeof bytes, &error));
    assert_says("cannot write");
    ck_assert(!dk_output_zeros(file, 5000, &error));
    dk_output_close(output);
    output = NULL;
    ck_assert_int_eq(files_in_folder(), 0);
}
END_TEST

static void add_names(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, end);
    tcase_add_test(test_case, gives_the_name_at_the_end);
    tcase_add_test(test_case, leaves_nothing_of_a_failure);
    tcase_add_test(test_case, keeps_what_is_there);
    tcase_add_loop_test(test_case, replaces_when_it_may, 0, 2);
    tcase_add_test(test_case, does_not_write_through_links);
    tcase_add_test(test_case, does_not_replace_what_came_up);
    tcase_add_test(test_case, names_all_or_none);
    tcase_add_test(test_case, refuses_folders_and_devices);
    tcase_add_loop_test(test_case, has_the_mode_of_any_file, 0, 2);
    tcase_add_test(test_case, takes_the_longest_name);
}

static void add_bytes(TCase *test_case)
{
    tcase_add_checked_fixture(test_case, begin, end);
    tcase_add_test(test_case, copies_and_leaves_holes);
    tcase_add_test(test_case, shows_what_was_replaced_as_it_is_at_the_end);
    tcase_add_test(test_case, writes_to_stdout);
    tcase_add_test(test_case, tells_a_full_disk);
    tcase_add_test(test_case, leaves_nothing_where_there_is_no_room);
}

int main(void)
{
    return suite_run("output",
                     (const struct suite_case[]){ { "names", add_names }, { "bytes", add_bytes }, { NULL, NULL } });
}
