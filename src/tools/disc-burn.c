/* disc-burn: the data track of an image goes to a disc, or to a file in its place. */
#include "tools/drives.h"
#include "tools/report.h"
#include "tools/tool.h"

#include <disckit/burn.h>
#include <inttypes.h>
#include <jansson.h>

struct burn_options {
    struct common_options common;
    unsigned track, session, speed;
    bool list, verify, simulate, eject;
};

#define FIELD(name) offsetof(struct burn_options, name)

static const struct option_row rows[] = {
    { "list", 'l', OPTION_SET, FIELD(list), NULL, "list the drives and what is in them", 0, NULL },
    { "track", 't', OPTION_NUMBER, FIELD(track), "N", "the data track to burn, where there are several", 0, NULL },
    { "session", 's', OPTION_NUMBER, FIELD(session), "N", "the session whose data track to burn", 0, NULL },
    { "speed", 0, OPTION_NUMBER, FIELD(speed), "N", "burn at N x, or the next lower speed; default: the fastest", 0,
      NULL },
    { "simulate", 'n', OPTION_SET, FIELD(simulate), NULL, "do all but write, on media that can: CD, DVD-R", 0, NULL },
    { "verify", 0, OPTION_SET, FIELD(verify), NULL, "read the disc back and compare it with the image", 0, NULL },
    { "eject", 'e', OPTION_SET, FIELD(eject), NULL, "open the tray at the end", 0, NULL },
    { NULL, 0, 0, 0, NULL, NULL, 0, NULL },
};

static const char *const examples[] = {
    "burn an image to the disc in the first drive, and compare",
    "disc-burn --verify disc.iso /dev/sr0",
    "write the data of a .nrg to a file, as a recorder would",
    "disc-burn --verify disc.nrg stdio:disc.iso",
    "which drives are there?",
    "disc-burn --list",
    NULL,
};

static const struct program program = {
    .name = "disc-burn",
    .purpose = "Burn the data track of an image to a disc.",
    .operands = "IMAGE DRIVE",
    .least = 0,
    .most = 2,
    .operand_completion = COMPLETE_FILE,
    .options = rows,
    .examples = examples,
    .more = "DRIVE is the device of a recorder, or stdio:PATH for a file. A medium that is too small or not blank is "
            "refused before it is touched; --force blanks or overwrites what can be.",
};

static void close_disc(struct dk_disc **disc)
{
    dk_disc_close(*disc);
}

static void print_json(const struct dk_burn_report *report, char **operands, bool simulated)
{
    json_t *root = json_pack("{s:o, s:o, s:s, s:i, s:I, s:I, s:b, s:b}", "image", report_text(operands[0]), "drive",
                             report_text(operands[1]), "medium", report->medium, "track", (int)report->track, "sectors",
                             (json_int_t)report->sectors, "bytes", (json_int_t)report->sectors * DK_SECTOR_USER,
                             "simulated", (int)simulated, "verified", (int)report->verified);

    if (root)
        json_dumpf(root, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(root);
}

static int report_end(struct tool *tool, const struct dk_burn_report *report, char **operands)
{
    const struct burn_options *options = (const struct burn_options *)tool->options;

    progress_clear(&tool->progress);
    tool_tell_notes(tool, &report->notes);
    if (options->common.json)
        print_json(report, operands, options->simulate);
    else
        tool_say(tool, "%s: %" PRIu32 " sectors %s%s", operands[1], report->sectors,
                 options->simulate ? "simulated" : "burned", report->verified ? " and compared" : "");
    return tool_end(tool);
}

static int burn(struct tool *tool, char **operands, size_t count)
{
    const struct burn_options *options = (const struct burn_options *)tool->options;
    const struct dk_drive_caller caller = drives_caller(tool);
    const struct dk_burn_options how = {
        .track = options->track,
        .session = options->session,
        .speed = options->speed,
        .simulate = options->simulate,
        .eject = options->eject,
        .overwrite = options->common.force,
        .verify = options->verify,
        .watch = &tool->progress.watch,
        .caller = &caller,
    };
    struct dk_burn_report report;
    struct dk_error error = { 0 };
    DK_CLEANUP(close_disc) struct dk_disc *image = NULL;
    int status;

    if (options->list && count == 0)
        return drives_print(options->common.json);
    if (options->list || count != 2) {
        fprintf(stderr, "disc-burn: it takes IMAGE and DRIVE, or --list; --help says more\n");
        return EXIT_USAGE;
    }
    image = drives_open_input(tool, operands[0], &error);
    if (!image)
        return tool_fail(tool, &error);
    tool_tell_notes(tool, &image->notes);
    if (dk_burn(image, operands[1], &how, &report, &error))
        status = report_end(tool, &report, operands);
    else
        status = tool_fail(tool, &error);
    dk_burn_report_free(&report);
    return status;
}

int main(int argc, char **argv)
{
    struct burn_options options = { 0 };

    return tool_run(&program, &options, burn, argc, argv);
}
