/* disc-inspect: what an image or a disc is, without changing or writing anything. */
#include "tools/inspect_report.h"
#include "tools/tool.h"

#include <disckit/input.h>

struct inspect_options {
    struct common_options common;
};

static const char *const examples[] = {
    "what is in this image?", "disc-inspect disc.nrg", "the same for a script", "disc-inspect --json disc.cue", NULL,
};

static const struct program program = {
    .name = "disc-inspect",
    .purpose = "Show what an image is: its sessions, tracks and volumes, and whether it is whole.",
    .operands = "IMAGE",
    .least = 1,
    .most = 1,
    .operand_completion = COMPLETE_FILE,
    .no_force = true,
    .examples = examples,
};

static void close_disc(struct dk_disc **disc)
{
    dk_disc_close(*disc);
}

static int inspect(struct tool *tool, char **operands, size_t count)
{
    struct dk_error error;
    DK_CLEANUP(close_disc) struct dk_disc *disc = dk_input_open(operands[0], &error);

    (void)count;
    if (!disc)
        return tool_fail(tool, &error);
    if (tool->options->json)
        inspect_print_json(disc, stdout);
    else
        inspect_print_text(disc, stdout);
    tool_tell_notes(tool, &disc->notes);
    return tool_end(tool);
}

int main(int argc, char **argv)
{
    struct inspect_options options = { 0 };

    return tool_run(&program, &options, inspect, argc, argv);
}
