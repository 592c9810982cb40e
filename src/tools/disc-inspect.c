/* disc-inspect: what an image or a disc is, without changing or writing anything. */
#include "tools/drives.h"
#include "tools/inspect_report.h"
#include "tools/tool.h"

struct inspect_options {
    struct common_options common;
    bool fast;
};

static const struct option_row rows[] = {
    { "fast", 0, OPTION_SET, offsetof(struct inspect_options, fast), NULL,
      "leave the check bytes of raw sectors alone: read only what the report needs", COMPLETE_NOTHING, NULL },
    { NULL, 0, 0, 0, NULL, NULL, 0, NULL },
};

static const char *const examples[] = {
    "what is in this image, and is it whole?",
    "disc-inspect disc.nrg",
    "the same for a script",
    "disc-inspect --json disc.cue",
    "of a large raw image, without reading all of it",
    "disc-inspect --fast disc.bin",
    NULL,
};

static const struct program program = {
    .name = "disc-inspect",
    .purpose = "Show what an image is: its sessions, tracks and volumes, and whether it is whole.",
    .operands = "IMAGE",
    .least = 1,
    .most = 1,
    .operand_completion = COMPLETE_FILE,
    .no_force = true,
    .options = rows,
    .examples = examples,
};

static void close_disc(struct dk_disc **disc)
{
    dk_disc_close(*disc);
}

static void free_inspection(struct dk_inspection **inspection)
{
    dk_inspection_free(*inspection);
}

static int inspect(struct tool *tool, char **operands, size_t count)
{
    const struct inspect_options *options = (const struct inspect_options *)tool->options;
    struct dk_error error;
    DK_CLEANUP(close_disc) struct dk_disc *disc = drives_open_input(tool, operands[0], &error);
    DK_CLEANUP(free_inspection) struct dk_inspection *inspection = NULL;

    (void)count;
    if (!disc)
        return tool_fail(tool, &error);
    inspection = dk_inspect(disc, options->fast ? DK_INSPECT_FAST : 0, &tool->progress.watch, &error);
    if (!inspection)
        return tool_fail(tool, &error);
    progress_clear(&tool->progress);
    if (tool->options->json)
        inspect_print_json(disc, inspection, stdout);
    else
        inspect_print_text(disc, inspection, stdout);
    tool_tell_notes(tool, &disc->notes);
    for (size_t i = 0; i < inspection->volumes_count; i++)
        tool_tell_notes(tool, &inspection->volumes[i]->notes);
    tool_tell_notes(tool, &inspection->notes);
    return tool_end(tool);
}

int main(int argc, char **argv)
{
    struct inspect_options options = { 0 };

    return tool_run(&program, &options, inspect, argc, argv);
}
