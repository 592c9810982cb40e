/* What all programs do alike: words to stderr, exit statuses, signals. */
#ifndef TOOLS_TOOL_H
#define TOOLS_TOOL_H

#include "util/options.h"
#include "util/progress.h"

#include <disckit/error.h>
#include <disckit/note.h>

enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAILED = 1, /* refused or failed; nothing left behind */
    EXIT_USAGE = 2,
    EXIT_DAMAGED = 3, /* done as far as possible; the rest is told */
};

struct tool {
    const struct program *program;
    const struct common_options *options;
    struct progress progress; /* &tool->progress.watch is for jobs */
    bool damaged;             /* a note of damage was told */
};

/*
 * Runs a program: parses its options into `options` (its first member the common ones), catches signals, calls `job`,
 * and turns what it returns into an exit status: a full stdout makes it 1, a signal ends the program by that signal.
 */
typedef int tool_job(struct tool *tool, char **operands, size_t count);
int tool_run(const struct program *program, void *options, tool_job *job, int argc, char **argv);

void tool_say(struct tool *tool, const char *format, ...) DK_PRINTF(2, 3); /* to stderr, unless --quiet */
/* Prints the error and returns EXIT_FAILED; an empty one (DK_ERROR_NONE) only returns it. */
int tool_fail(struct tool *tool, const struct dk_error *error);
/* Prints the notes, guesses only with --verbose; remembers whether one was damage. */
void tool_tell_notes(struct tool *tool, const struct dk_notes *notes);
/* EXIT_DAMAGED where a note of damage was told, else EXIT_DONE. */
int tool_end(const struct tool *tool);

#endif
