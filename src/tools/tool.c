#include "tools/tool.h"

#include "util/stop.h"
#include "util/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void print_line(struct tool *tool, const char *text)
{
    const size_t length = strlen(text), size = text_escape(text, length, false, NULL, 0) + 1;
    char *escaped = malloc(size);

    progress_clear(&tool->progress);
    if (escaped)
        text_escape(text, length, false, escaped, size);
    fprintf(stderr, "%s: %s\n", tool->program->name, escaped ? escaped : "out of memory");
    free(escaped);
}

void tool_say(struct tool *tool, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;

    if (tool->options->quiet)
        return;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) >= 0)
        print_line(tool, text);
    va_end(arguments);
    free(text);
}

int tool_fail(struct tool *tool, const struct dk_error *error)
{
    if (error->kind != DK_ERROR_NONE && error->kind != DK_ERROR_STOPPED)
        print_line(tool, error->text);
    return EXIT_FAILED;
}

void tool_tell_notes(struct tool *tool, const struct dk_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++) {
        const enum dk_note_kind kind = notes->items[i].kind;

        if (kind == DK_NOTE_DAMAGE || (kind == DK_NOTE_ODD && !tool->options->quiet) || tool->options->verbose)
            print_line(tool, notes->items[i].text);
    }
    if (notes->told[DK_NOTE_DAMAGE] > DK_NOTES_MAX) {
        char more[80];

        snprintf(more, sizeof more, "and %zu more places of damage", notes->told[DK_NOTE_DAMAGE] - DK_NOTES_MAX);
        print_line(tool, more);
    }
    tool->damaged = tool->damaged || notes->told[DK_NOTE_DAMAGE] > 0;
}

int tool_end(const struct tool *tool)
{
    return tool->damaged ? EXIT_DAMAGED : EXIT_DONE;
}

/* A report that could not be written is a failure, even where the rest was done. */
static int with_stdout(struct tool *tool, int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (!stop_requested())
        print_line(tool, "cannot write to stdout");
    return EXIT_FAILED;
}

int tool_run(const struct program *program, void *options, tool_job *job, int argc, char **argv)
{
    struct tool tool = { .program = program, .options = options };
    char **operands;
    size_t count;
    int status;

    switch (options_parse(program, argc, argv, options, &operands, &count)) {
    case OPTIONS_WRONG:
        return EXIT_USAGE;
    case OPTIONS_DONE:
        return with_stdout(&tool, EXIT_DONE);
    case OPTIONS_GO_ON:
        break;
    }
    stop_catch_signals();
    tool.progress = progress_start(tool.options->progress, tool.options->quiet);
    status = job(&tool, operands, count);
    progress_clear(&tool.progress);
    status = with_stdout(&tool, status);
    stop_by_signal();
    return status;
}
