/* The folder that is extracted into: what is made in it, what is not replaced, and that nothing leads out of it. */
#include "jobs/extraction.h"
#include "support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct dk_time some_time = { .known = true, .seconds = 86400 };
static char inside[300], outside[300];

/* Each test has a folder of its own and one beside it that must stay empty. */
static void make_folders(void)
{
    snprintf(inside, sizeof inside, "%s/in-XXXXXX", suite_folder());
    snprintf(outside, sizeof outside, "%s/out-XXXXXX", suite_folder());
    ck_assert_ptr_nonnull(mkdtemp(inside));
    ck_assert_ptr_nonnull(mkdtemp(outside));
}

/* The two ways to open a directory: 0 is openat2(), 1 goes step by step. */
static struct place open_place(int way, bool replace)
{
    struct place place;
    struct dk_error error;

    ck_assert_msg(place_open(&place, inside, replace, &error), "%s", error.text);
    place.no_openat2 = way == 1;
    return place;
}

static const char *path_in(const char *folder, const char *name)
{
    static char path[2][800];
    static int turn;

    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static bool holds(const char *path, const char *text)
{
    char read[100] = "";
    FILE *file = fopen(path, "r");

    if (!file)
        return false;
    ck_assert_uint_lt(fread(read, 1, sizeof read - 1, file), sizeof read);
    fclose(file);
    return strcmp(read, text) == 0;
}

static bool make_file(struct place *place, const char *path, const char *text)
{
    struct place_file file;

    if (!place_create(place, path, 0644, &file))
        return false;
    ck_assert_int_eq(write(file.fd, text, strlen(text)), (ssize_t)strlen(text));
    return place_finish(place, &file, 0644, &some_time);
}

static bool is_empty(const char *folder)
{
    return rmdir(folder) == 0 && mkdir(folder, 0755) == 0;
}

START_TEST(makes_files_with_mode_and_time)
{
    struct place place;
    struct place_file file;
    struct stat status;

    make_folders();
    place = open_place(_i, false);
    ck_assert(place_make_directory(&place, "a", 0700));
    ck_assert(place_make_directory(&place, "a/b", 0700));
    ck_assert(place_create(&place, "a/b/file", 0666, &file));
    ck_assert(place_finish(&place, &file, 0666, &some_time));
    ck_assert(make_file(&place, "no/such/folder/yet", "text"));
    ck_assert(place_settle_directory(&place, "a/b", true, 0555, &some_time));
    place_close(&place);
    ck_assert_int_eq(stat(path_in(inside, "a/b/file"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0666);
    ck_assert_int_eq(status.st_mtime, 86400);
    ck_assert_int_eq(stat(path_in(inside, "a/b"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0555);
    ck_assert_int_eq(status.st_mtime, 86400);
    ck_assert(holds(path_in(inside, "no/such/folder/yet"), "text"));
}
END_TEST

/* A link in the place of a directory, at the end of a path, in its middle, and as the file itself. */
START_TEST(follows_no_link)
{
    static const char *const paths[] = { "link/file", "link/deeper/file", "a/up/file", "root/tmp/file" };
    struct place place;

    make_folders();
    ck_assert_int_eq(symlink(outside, path_in(inside, "link")), 0);
    ck_assert_int_eq(mkdir(path_in(inside, "a"), 0755), 0);
    ck_assert_int_eq(symlink("../..", path_in(inside, "a/up")), 0);
    ck_assert_int_eq(symlink("/", path_in(inside, "root")), 0);
    ck_assert_int_eq(symlink(path_in(outside, "made"), path_in(inside, "file")), 0);
    place = open_place(_i, false);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        ck_assert_msg(!make_file(&place, paths[i], "evil") && (errno == ELOOP || errno == ENOTDIR), "%s: %s", paths[i],
                      strerror(errno));
    ck_assert(!make_file(&place, "file", "evil"));
    ck_assert_int_eq(errno, EEXIST);
    ck_assert(!place_make_directory(&place, "link", 0755));
    ck_assert(!place_settle_directory(&place, "link", true, 0777, &some_time));
    place_close(&place);
    ck_assert(is_empty(outside));
}
END_TEST

START_TEST(goes_up_nowhere)
{
    static const char *const paths[] = { "../evil", "a/../../evil", "/tmp/../evil/x", "../../../../../../tmp/x/evil" };
    struct place place;

    make_folders();
    place = open_place(_i, false);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        ck_assert_msg(!make_file(&place, paths[i], "evil"), "%s", paths[i]);
    place_close(&place);
    ck_assert_int_ne(access(path_in(inside, "../evil"), F_OK), 0);
    ck_assert(is_empty(outside));
}
END_TEST

START_TEST(leaves_what_is_there)
{
    struct place place;

    make_folders();
    write_file(path_in(inside, "file"), "old");
    place = open_place(_i, false);
    ck_assert(!make_file(&place, "file", "new"));
    ck_assert_int_eq(errno, EEXIST);
    ck_assert(!place_make_link(&place, "file", "target", &some_time));
    place_close(&place);
    ck_assert(holds(path_in(inside, "file"), "old"));
}
END_TEST

/* With --force: what was there is replaced when the new file is whole, and a second entry of the image does not
 * replace the first. */
START_TEST(replaces_what_was_there_before)
{
    struct place place;
    struct place_file file;

    make_folders();
    write_file(path_in(inside, "file"), "old");
    write_file(path_in(inside, "other"), "old");
    ck_assert_int_eq(symlink(path_in(outside, "made"), path_in(inside, "link")), 0);
    ck_assert_int_eq(mkdir(path_in(inside, "folder"), 0755), 0);
    place = open_place(_i, true);
    ck_assert(place_create(&place, "file", 0644, &file));
    ck_assert(holds(path_in(inside, "file"), "old"));
    place_abandon(&file);
    ck_assert(holds(path_in(inside, "file"), "old"));
    ck_assert(make_file(&place, "file", "new"));
    ck_assert(!make_file(&place, "file", "newer"));
    ck_assert_int_eq(errno, EEXIST);
    ck_assert(make_file(&place, "link", "new"));
    ck_assert(!make_file(&place, "folder", "new"));
    ck_assert(place_make_link(&place, "other", "target", &some_time));
    ck_assert(!place_make_link(&place, "other", "target 2", &some_time));
    place_close(&place);
    ck_assert(holds(path_in(inside, "file"), "new"));
    ck_assert(holds(path_in(inside, "link"), "new"));
    ck_assert(is_empty(outside));
}
END_TEST

START_TEST(leaves_no_half_file)
{
    struct place place;
    struct place_file file;

    make_folders();
    place = open_place(_i, false);
    ck_assert(place_create(&place, "file", 0644, &file));
    ck_assert_int_eq(write(file.fd, "half", 4), 4);
    place_abandon(&file);
    place_close(&place);
    ck_assert(is_empty(inside));
}
END_TEST

START_TEST(reaches_paths_longer_than_the_kernel_takes)
{
    char path[64 * 100] = "";
    struct place place;

    make_folders();
    place = open_place(_i, false);
    for (int i = 0; i < 60; i++) {
        for (int k = 0; k < 99; k++)
            strcat(path, "x");
        ck_assert_msg(place_make_directory(&place, path, 0755), "%zu: %s", strlen(path), strerror(errno));
        strcat(path, "/");
    }
    strcat(path, "file");
    ck_assert(make_file(&place, path, "deep"));
    ck_assert(!make_file(&place, path, "twice"));
    path[strlen(path) - 1] = 'E';
    ck_assert(make_file(&place, path, "deep"));
    place_close(&place);
}
END_TEST

static struct dk_entry entry_named(const char *path, const char *target)
{
    return (struct dk_entry){
        .path = path,
        .path_length = strlen(path),
        .target = target,
        .type = target ? DK_ENTRY_SYMLINK : DK_ENTRY_DIRECTORY,
        .mode = 0750,
        .has_mode = true,
        .mtime = some_time,
    };
}

START_TEST(keeps_a_list_that_reads_from_both_ends)
{
    struct later_list list = { 0 };
    struct later later;
    char path[40];

    ck_assert_int_eq(later_next(&list, true, &later), 0);
    ck_assert_int_eq(later_next(&list, false, &later), 0);
    for (int i = 0; i < 3000; i++) {
        struct dk_entry entry;

        snprintf(path, sizeof path, "%*d", i % 30 + 1, i);
        entry = entry_named(path, i % 2 ? "some/target" : NULL);
        ck_assert(later_add(&list, &entry));
    }
    for (int forwards = 0; forwards < 2; forwards++) {
        ck_assert(later_rewind(&list, forwards));
        for (int n = 0; n < 3000; n++) {
            const int i = forwards ? n : 2999 - n;

            ck_assert_int_eq(later_next(&list, forwards, &later), 1);
            ck_assert_int_eq(atoi(later.path), i);
            ck_assert_uint_eq(later.mode, 0750);
            ck_assert_int_eq(later.target != NULL, i % 2);
            if (later.target)
                ck_assert_str_eq(later.target, "some/target");
        }
        ck_assert_int_eq(later_next(&list, forwards, &later), 0);
    }
    later_close(&list);
}
END_TEST

static void add_place(TCase *test_case)
{
    tcase_add_loop_test(test_case, makes_files_with_mode_and_time, 0, 2);
    tcase_add_loop_test(test_case, follows_no_link, 0, 2);
    tcase_add_loop_test(test_case, goes_up_nowhere, 0, 2);
    tcase_add_loop_test(test_case, leaves_what_is_there, 0, 2);
    tcase_add_loop_test(test_case, replaces_what_was_there_before, 0, 2);
    tcase_add_loop_test(test_case, leaves_no_half_file, 0, 2);
    tcase_add_loop_test(test_case, reaches_paths_longer_than_the_kernel_takes, 0, 2);
}

static void add_list(TCase *test_case)
{
    tcase_add_test(test_case, keeps_a_list_that_reads_from_both_ends);
}

int main(void)
{
    static const struct suite_case cases[] = { { "place", add_place }, { "list", add_list }, { NULL, NULL } };

    return suite_run("extract_place", cases);
}
