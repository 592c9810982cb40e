/* Options: what a table takes, what it refuses, and in which words. */
#include "support/suite.h"
#include "util/options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct chosen {
    struct common_options common;
    bool whole;
    const char *to;
    unsigned track;
};

static const struct option_row rows[] = {
    { "whole", 'w', OPTION_SET, offsetof(struct chosen, whole), NULL, "all of it", COMPLETE_NOTHING, NULL },
    { "to", 't', OPTION_TEXT, offsetof(struct chosen, to), "FORMAT", "the format", COMPLETE_WORDS, "iso cue wav" },
    { "track", 0, OPTION_NUMBER, offsetof(struct chosen, track), "N", "the track", COMPLETE_NOTHING, NULL },
    { NULL, 0, OPTION_SET, 0, NULL, NULL, COMPLETE_NOTHING, NULL },
};

static const struct program program = {
    .name = "disc-test",
    .purpose = "tests",
    .operands = "INPUT OUTPUT",
    .least = 1,
    .most = 2,
    .no_force = true,
    .options = rows,
};

static struct chosen chosen;
static char **operands, said[4000];
static size_t count;

/* Parses up to eight words; what was printed on stdout and stderr is in `said`. */
static enum options_outcome parse(const char *const *words)
{
    static char *argv[10] = { "program" }; /* the operands point into it */
    const char *path = suite_file("said", "", 0);
    enum options_outcome outcome;
    FILE *file;
    int argc = 1;

    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)words[argc - 1];
    ck_assert_ptr_nonnull(freopen(path, "a", stdout));
    ck_assert_ptr_nonnull(freopen(path, "a", stderr));
    outcome = options_parse(&program, argc, argv, &chosen, &operands, &count);
    fflush(NULL);
    file = fopen(path, "r");
    said[fread(said, 1, sizeof said - 1, file)] = '\0';
    fclose(file);
    return outcome;
}

START_TEST(takes_options_anywhere)
{
    ck_assert_int_eq(parse((const char *[]){ "a", "-wt", "cue", "--track=7", "b", "-q", NULL }), OPTIONS_GO_ON);
    ck_assert(chosen.whole);
    ck_assert_str_eq(chosen.to, "cue");
    ck_assert_uint_eq(chosen.track, 7);
    ck_assert(chosen.common.quiet && !chosen.common.verbose);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(operands[0], "a");
    ck_assert_str_eq(operands[1], "b");
    ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(takes_what_looks_like_options)
{
    ck_assert_int_eq(parse((const char *[]){ "--", "-w", "-", NULL }), OPTIONS_GO_ON);
    ck_assert(!chosen.whole);
    ck_assert_str_eq(operands[0], "-w");
    ck_assert_str_eq(operands[1], "-");
}
END_TEST

static const struct {
    const char *words[4];
    const char *told;
} wrongs[] = {
    { { NULL }, "something is missing" },
    { { "a", "b", "c", NULL }, "one name too many" },
    { { "a", "--track", "0", NULL }, "--track takes a number from 1 up, not '0'" },
    { { "a", "--track", "-1", NULL }, "--track takes a number from 1 up, not '-1'" },
    { { "a", "--track", "7x", NULL }, "not '7x'" },
    { { "a", "--track", "", NULL }, "not ''" },
    { { "a", "--track", "99999999999999999999", NULL }, "not '99999999999999999999'" },
    { { "a", "--to", "is", NULL }, "--to takes one of: iso cue wav" },
    { { "a", "--to", "", NULL }, "--to takes one of" },
    { { "a", "--to", "iso cue", NULL }, "--to takes one of" },
    { { "a", "--track", NULL }, "requires an argument" },
    { { "a", "--nothing", NULL }, "unrecognized option" },
    { { "a", "--force", NULL }, "unrecognized option" }, /* which this program does not have */
    { { "a", "-x", NULL }, "invalid option" },
};

START_TEST(refuses_wrong_use)
{
    ck_assert_int_eq(parse(wrongs[_i].words), OPTIONS_WRONG);
    ck_assert_msg(strstr(said, wrongs[_i].told) != NULL, "'%s' is not in '%s'", wrongs[_i].told, said);
    ck_assert_ptr_nonnull(strstr(said, "usage: disc-test [OPTION...] INPUT OUTPUT\n"));
    ck_assert_ptr_nonnull(strstr(said, "try 'disc-test --help'"));
}
END_TEST

/* Each asks for itself alone: operands may be missing. */
START_TEST(prints_what_is_asked)
{
    static const struct {
        const char *words[2];
        const char *told;
    } asked[] = {
        { { "--version", NULL }, "disc-test (disckit) " },
        { { "--help", NULL }, "-t, --to FORMAT" },
        { { "-h", NULL }, "exit status: 0 done" },
        { { "--print-completion", NULL }, "complete -F _disc_test disc-test" },
    };

    ck_assert_int_eq(parse(asked[_i].words), OPTIONS_DONE);
    ck_assert_msg(strstr(said, asked[_i].told) != NULL, "'%s' is not in '%s'", asked[_i].told, said);
    ck_assert_ptr_null(strstr(said, "--force"));
}
END_TEST

static void add_options(TCase *test_case)
{
    tcase_add_test(test_case, takes_options_anywhere);
    tcase_add_test(test_case, takes_what_looks_like_options);
    tcase_add_loop_test(test_case, refuses_wrong_use, 0, sizeof wrongs / sizeof *wrongs);
    tcase_add_loop_test(test_case, prints_what_is_asked, 0, 4);
}

int main(void)
{
    return suite_run("options", (const struct suite_case[]){ { "options", add_options }, { NULL, NULL } });
}
