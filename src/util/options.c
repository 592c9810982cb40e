#include "util/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#ifndef DISCKIT_VERSION
#define DISCKIT_VERSION "unknown"
#endif

enum { ROWS_MAX = 64, FIRST_LONG = 256, HELP_COLUMN = 28 };

#define COMMON(field) offsetof(struct common_options, field)

static const struct option_row common_rows[] = {
    { "verbose", 'v', OPTION_SET, COMMON(verbose), NULL, "tell what was guessed, and why", 0, NULL },
    { "quiet", 'q', OPTION_SET, COMMON(quiet), NULL, "say nothing but errors and damage", 0, NULL },
    { "json", 0, OPTION_SET, COMMON(json), NULL, "print the report as JSON", 0, NULL },
    { "force", 'f', OPTION_SET, COMMON(force), NULL, "replace what is there", 0, NULL },
    { "progress", 0, OPTION_TEXT, COMMON(progress), "HOW", "json: a JSON object a line on stderr; none: no progress",
      COMPLETE_WORDS, "json none" },
    { "help", 'h', OPTION_SET, COMMON(help), NULL, "print this and end", 0, NULL },
    { "version", 'V', OPTION_SET, COMMON(version), NULL, "print the version and end", 0, NULL },
    { NULL, 0, 0, 0, NULL, NULL, 0, NULL },
};

/* Not in --help: `make` asks each program for its completion. */
static const struct option_row completion_row = {
    "print-completion", 0, OPTION_SET, COMMON(completion), NULL, "print the completion for bash", 0, NULL,
};

static bool has_row(const struct program *program, const struct option_row *row)
{
    return !(program->no_json && strcmp(row->name, "json") == 0) &&
           !(program->no_force && strcmp(row->name, "force") == 0);
}

/* The program's rows, then the common ones; returns their number. */
static size_t all_rows(const struct program *program, const struct option_row *rows[ROWS_MAX])
{
    size_t count = 0;

    for (const struct option_row *row = program->options; row && row->name; row++)
        rows[count++] = row;
    for (const struct option_row *row = common_rows; row->name; row++)
        if (has_row(program, row))
            rows[count++] = row;
    return count;
}

static bool take_number(const struct program *program, const struct option_row *row, const char *text, unsigned *into)
{
    const unsigned least = row->type == OPTION_COUNT ? 0 : 1;
    char *end;
    unsigned long number;

    errno = 0;
    number = strtoul(text, &end, 10);
    if (errno || *end || end == text || *text == '-' || number < least || number > INT_MAX) {
        fprintf(stderr, "%s: --%s takes a number from %u up, not '%s'\n", program->name, row->name, least, text);
        return false;
    }
    *into = (unsigned)number;
    return true;
}

static bool is_a_word(const char *words, const char *text, size_t length)
{
    while (*words) {
        const size_t size = strcspn(words, " ");

        if (size == length && memcmp(words, text, size) == 0)
            return true;
        words += size + (words[size] == ' ');
    }
    return false;
}

/* Is the argument what the row's words allow? */
static bool has_its_words(const struct option_row *row, const char *text)
{
    size_t length;

    if (row->completion == COMPLETE_WORDS)
        return is_a_word(row->words, text, strlen(text));
    if (row->completion != COMPLETE_LIST)
        return true;
    for (;; text += length + 1) {
        length = strcspn(text, ",");
        if (!is_a_word(row->words, text, length))
            return false;
        if (!text[length])
            return true;
    }
}

static bool take(const struct program *program, const struct option_row *row, const char *text, void *into)
{
    char *field = (char *)into + row->offset;

    switch (row->type) {
    case OPTION_SET:
        *(bool *)field = true;
        return true;
    case OPTION_TEXT:
        if (!has_its_words(row, text)) {
            fprintf(stderr, "%s: --%s takes %s: %s\n", program->name, row->name,
                    row->completion == COMPLETE_LIST ? "some of these, with commas between" : "one of", row->words);
            return false;
        }
        *(const char **)field = text;
        return true;
    case OPTION_NUMBER:
    case OPTION_COUNT:
        return take_number(program, row, text, (unsigned *)field);
    }
    return false;
}

static enum options_outcome wrong_use(const struct program *program)
{
    fprintf(stderr, "usage: %s [OPTION...] %s\ntry '%s --help'\n", program->name, program->operands, program->name);
    return OPTIONS_WRONG;
}

/* getopt's view of the rows: a long option's value is its place among them, a letter's is found by the letter. */
static size_t describe(const struct program *program, const struct option_row *rows[ROWS_MAX],
                       struct option table[ROWS_MAX + 1], char *letters)
{
    size_t count = all_rows(program, rows);

    rows[count++] = &completion_row;
    for (size_t i = 0; i < count; i++) {
        const bool argument = rows[i]->type != OPTION_SET;

        table[i] =
            (struct option){ rows[i]->name, argument ? required_argument : no_argument, NULL, FIRST_LONG + (int)i };
        if (rows[i]->letter)
            *letters++ = rows[i]->letter;
        if (rows[i]->letter && argument)
            *letters++ = ':';
    }
    *letters = '\0';
    table[count] = (struct option){ 0 };
    return count;
}

static const struct option_row *row_of(const struct option_row *const *rows, size_t count, int value)
{
    if (value >= FIRST_LONG && (size_t)(value - FIRST_LONG) < count)
        return rows[value - FIRST_LONG];
    for (size_t i = 0; i < count; i++)
        if (rows[i]->letter && rows[i]->letter == value)
            return rows[i];
    return NULL;
}

static bool print_what_was_asked(const struct program *program, const struct common_options *common)
{
    if (common->help)
        options_print_help(program, stdout);
    else if (common->version)
        printf("%s (disckit) %s\n", program->name, DISCKIT_VERSION);
    else if (common->completion)
        options_print_completion(program, stdout);
    return common->help || common->version || common->completion;
}

enum options_outcome options_parse(const struct program *program, int argc, char **argv, void *into, char ***operands,
                                   size_t *count)
{
    const struct option_row *rows[ROWS_MAX];
    struct option table[ROWS_MAX + 1];
    char letters[2 * ROWS_MAX + 1];
    const size_t known = describe(program, rows, table, letters);
    int value;

    argv[0] = (char *)program->name; /* for getopt's own messages */
    optind = 1;
    while ((value = getopt_long(argc, argv, letters, table, NULL)) != -1) {
        const struct option_row *row = row_of(rows, known, value);

        if (!row || !take(program, row, optarg, into))
            return wrong_use(program);
    }
    if (print_what_was_asked(program, into))
        return OPTIONS_DONE;
    *operands = argv + optind;
    *count = (size_t)(argc - optind);
    if (*count < program->least || *count > program->most) {
        fprintf(stderr, "%s: %s\n", program->name,
                *count < program->least ? "something is missing on the command line" : "that is one name too many");
        return wrong_use(program);
    }
    return OPTIONS_GO_ON;
}

static void print_row(const struct option_row *row, FILE *to)
{
    char left[80], letter[8] = "    ";

    if (row->letter)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    snprintf(left, sizeof left, "  %s--%s%s%s", letter, row->name, row->argument ? " " : "",
             row->argument ? row->argument : "");
    fprintf(to, "%-*s%s%s\n", HELP_COLUMN, left, strlen(left) >= HELP_COLUMN ? "  " : "", row->help);
}

void options_print_help(const struct program *program, FILE *to)
{
    const struct option_row *rows[ROWS_MAX];
    const size_t count = all_rows(program, rows);

    fprintf(to, "usage: %s [OPTION...] %s\n\n%s\n\noptions:\n", program->name, program->operands, program->purpose);
    for (size_t i = 0; i < count; i++)
        print_row(rows[i], to);
    if (program->more)
        fprintf(to, "\n%s\n", program->more);
    fputs("\nexamples:\n", to);
    for (const char *const *example = program->examples; example && *example; example += 2)
        fprintf(to, "  %s\n      %s\n", example[0], example[1]);
    fprintf(to,
            "\nexit status: 0 done; 1 refused or failed, nothing left behind; 2 wrong use;\n"
            "3 done as far as possible, with damage or a missing part that is told\n"
            "more: man %s, man disckit\n",
            program->name);
}

/* What compgen is asked for; names of files may hold blanks, so that its lines are taken, not its words. */
static void print_reply(enum option_completion completion, const char *words, FILE *to)
{
    static const char *const actions[] = { [COMPLETE_FILE] = "-f", [COMPLETE_FOLDER] = "-d" };

    if (completion == COMPLETE_NOTHING)
        fputs("COMPREPLY=()", to);
    else if (completion == COMPLETE_WORDS)
        fprintf(to, "mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$word\")", words);
    else if (completion == COMPLETE_LIST)
        fprintf(to, "mapfile -t COMPREPLY < <(compgen -P \"${word%%\"${word##*,}\"}\" -W '%s' -- \"${word##*,}\")",
                words);
    else
        fprintf(to, "mapfile -t COMPREPLY < <(compgen %s -- \"$word\")", actions[completion]);
}

static void print_argument_of(const struct option_row *row, FILE *to)
{
    fprintf(to, "    --%s", row->name);
    if (row->letter)
        fprintf(to, "|-%c", row->letter);
    fputs(") ", to);
    print_reply(row->completion, row->words, to);
    fputs("; return ;;\n", to);
}

static void print_option_names(const struct option_row *const *rows, size_t count, FILE *to)
{
    fputs("    -*) mapfile -t COMPREPLY < <(compgen -W '", to);
    for (size_t i = 0; i < count; i++)
        fprintf(to, "%s--%s", i ? " " : "", rows[i]->name);
    fputs("' -- \"$word\") ;;\n    *) ", to);
}

void options_print_completion(const struct program *program, FILE *to)
{
    const struct option_row *rows[ROWS_MAX];
    const size_t count = all_rows(program, rows);
    char function[80];

    snprintf(function, sizeof function, "_%s", program->name);
    for (char *at = function; *at; at++)
        if (*at == '-')
            *at = '_';
    /* bash makes a word of its own of the = in --option=word */
    fprintf(
        to,
        "# bash completion for %s, made by %s --print-completion\n%s()\n{\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n\n"
        "    if [ \"$word\" = = ]; then word=; elif [ \"$before\" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
        "    compopt -o filenames 2>/dev/null\n    case $before in\n",
        program->name, program->name, function);
    for (size_t i = 0; i < count; i++)
        if (rows[i]->argument)
            print_argument_of(rows[i], to);
    fputs("    esac\n    case $word in\n", to);
    print_option_names(rows, count, to);
    print_reply(program->operand_completion == COMPLETE_FOLDER ? COMPLETE_FOLDER : COMPLETE_FILE, NULL, to);
    fprintf(to, " ;;\n    esac\n}\ncomplete -F %s %s\n", function, program->name);
}
