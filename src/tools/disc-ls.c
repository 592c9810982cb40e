/* disc-ls: the files of an image, a line each. */
#include "tools/files.h"
#include "tools/ls_print.h"
#include "util/memory.h"

#include <stdlib.h>
#include <unistd.h>

struct ls_options {
    struct common_options common;
    bool long_form, recursive, lba, unsorted;
    const char *tree;
    unsigned track, session;
};

#define FIELD(name) offsetof(struct ls_options, name)

static const struct option_row options_table[] = {
    { "long", 'l', OPTION_SET, FIELD(long_form), NULL, "modes, owners, sizes, times and targets, too", COMPLETE_NOTHING,
      NULL },
    { "recursive", 'R', OPTION_SET, FIELD(recursive), NULL, "directories with all that lies in them", COMPLETE_NOTHING,
      NULL },
    { "tree", 0, OPTION_TEXT, FIELD(tree), "TREE", "iso, rr or joliet; else the best one that is there", COMPLETE_WORDS,
      FILES_TREES },
    { "lba", 0, OPTION_SET, FIELD(lba), NULL, "where on the disc each entry begins", COMPLETE_NOTHING, NULL },
    { "unsorted", 0, OPTION_SET, FIELD(unsorted), NULL, "in the order of the disc, in little memory", COMPLETE_NOTHING,
      NULL },
    { "track", 0, OPTION_NUMBER, FIELD(track), "N", "the volume on this track", COMPLETE_NOTHING, NULL },
    { "session", 0, OPTION_NUMBER, FIELD(session), "N", "the volume of this session", COMPLETE_NOTHING, NULL },
    { .name = NULL },
};

static const char *const examples[] = {
    "what lies in the root?",
    "disc-ls disc.iso",
    "every file, with sizes and times",
    "disc-ls -lR disc.iso",
    "one directory, by its Joliet names, for a script",
    "disc-ls --tree joliet --json disc.iso docs",
    NULL,
};

static const struct program program = {
    .name = "disc-ls",
    .purpose = "List the files of an image or a disc.",
    .operands = "IMAGE [PATH...]",
    .least = 1,
    .most = (size_t)-1,
    .operand_completion = COMPLETE_FILE,
    .no_force = true,
    .options = options_table,
    .examples = examples,
};

static void free_printer(struct ls_printer **printer)
{
    free(*printer);
}

static bool print_text(const struct dk_entry *entry, void *context)
{
    struct ls_printer *printer = context;

    ls_print_text(printer, entry);
    return !printer->buffer.failed;
}

static bool print_json(const struct dk_entry *entry, void *context)
{
    struct ls_printer *printer = context;

    ls_print_json(printer, entry);
    return !printer->buffer.failed;
}

/* Lists each path. What one of them lacks does not keep the others from being listed. */
static int list(struct tool *tool, const struct ls_options *options, struct dk_tree *tree, char **paths, size_t count)
{
    static char root[] = "", *only_root[] = { root };
    DK_CLEANUP(free_printer) struct ls_printer *printer = memory_zeroed(sizeof *printer);
    const unsigned flags = (options->recursive ? DK_WALK_RECURSIVE : 0) | (options->unsorted ? DK_WALK_UNSORTED : 0);
    int status = EXIT_DONE;

    printer->long_form = options->long_form;
    printer->lba = options->lba;
    printer->escape = options->long_form || isatty(STDOUT_FILENO);
    if (count == 0) {
        paths = only_root;
        count = 1;
    }
    for (size_t i = 0; i < count && !printer->buffer.failed; i++) {
        struct dk_error error;

        if (dk_tree_walk(tree, paths[i], flags, options->common.json ? print_json : print_text, printer, &error))
            continue;
        tool_fail(tool, &error);
        if (error.kind == DK_ERROR_DAMAGED)
            tool->damaged = true;
        else
            status = EXIT_FAILED;
    }
    ls_flush(&printer->buffer);
    return status;
}

static int list_files(struct tool *tool, char **operands, size_t count)
{
    const struct ls_options *options = (const struct ls_options *)tool->options;
    DK_CLEANUP(files_close) struct files files;
    int status = files_open(tool, operands[0], options->track, options->session, options->tree, &files);

    if (status != EXIT_DONE)
        return status;
    status = list(tool, options, files.tree, operands + 1, count - 1);
    tool_tell_notes(tool, &files.volumes->notes);
    return status == EXIT_DONE ? tool_end(tool) : status;
}

int main(int argc, char **argv)
{
    struct ls_options options = { 0 };

    return tool_run(&program, &options, list_files, argc, argv);
}
