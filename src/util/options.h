/*
 * One table of options a program: it parses the command line, prints --help and the completion for bash, and is what
 * the tests hold the man page against.
 */
#ifndef UTIL_OPTIONS_H
#define UTIL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum option_type {
    OPTION_SET,    /* bool: no argument */
    OPTION_TEXT,   /* const char *: as it was typed */
    OPTION_NUMBER, /* unsigned: 1 and up; 0 where it was not given */
    OPTION_COUNT,  /* unsigned: 0 and up; what the field held where it was not given */
};

enum option_completion {
    COMPLETE_NOTHING,
    COMPLETE_FILE,
    COMPLETE_FOLDER,
    COMPLETE_WORDS, /* one of `words` */
    COMPLETE_LIST,  /* some of them, with commas between */
};

struct option_row {
    const char *name; /* without its dashes */
    char letter;      /* 0: none */
    enum option_type type;
    size_t offset;        /* of the field in the program's struct of options */
    const char *argument; /* what --help calls it; NULL for OPTION_SET */
    const char *help;     /* one line */
    enum option_completion completion;
    const char *words; /* for COMPLETE_WORDS and COMPLETE_LIST, apart by blanks; nothing else is taken */
};

/* What all programs know. The struct of a program's options begins with it. */
struct common_options {
    bool help, version, verbose, quiet, json, force, completion;
    const char *progress; /* "json" or "none"; NULL: on a terminal */
};

struct program {
    const char *name;
    const char *purpose;  /* one line */
    const char *operands; /* "INPUT OUTPUT" */
    size_t least, most;   /* operands */
    enum option_completion operand_completion;
    bool no_json, no_force;           /* it has none of these */
    const struct option_row *options; /* ends with a row without a name */
    const char *const *examples;      /* pairs: what it does, the command; ends with NULL */
    const char *more;                 /* a paragraph behind the options, or NULL */
};

enum options_outcome {
    OPTIONS_GO_ON,
    OPTIONS_DONE,  /* --help, --version: printed, exit 0 */
    OPTIONS_WRONG, /* told on stderr, exit 2 */
};

/*
 * Fills the program's struct, which is zeroed, and reorders `argv` so that the operands are its last `*count`,
 * from `*operands` on.
 */
enum options_outcome options_parse(const struct program *program, int argc, char **argv, void *into, char ***operands,
                                   size_t *count);
void options_print_help(const struct program *program, FILE *to);
void options_print_completion(const struct program *program, FILE *to);

#endif
