/* disc-extract: files out of an image or a disc, into a folder and nowhere else. */
#include "tools/files.h"
#include "tools/report.h"

#include <disckit/extract.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

struct extract_options {
    struct common_options common;
    const char *folder, *tree;
    unsigned track, session;
    bool to_stdout, devices, keep_damaged;
};

#define FIELD(name) offsetof(struct extract_options, name)

static const struct option_row rows[] = {
    { "directory", 'C', OPTION_TEXT, FIELD(folder), "DIR", "extract into DIR, which is made if it is not there",
      COMPLETE_FOLDER, NULL },
    { "stdout", 'O', OPTION_SET, FIELD(to_stdout), NULL, "write the contents of files to stdout, sorted by path",
      COMPLETE_NOTHING, NULL },
    { "tree", 0, OPTION_TEXT, FIELD(tree), "TREE", "names of this tree: iso, rr or joliet; else the best",
      COMPLETE_WORDS, FILES_TREES },
    { "track", 0, OPTION_NUMBER, FIELD(track), "N", "the files on track N", COMPLETE_NOTHING, NULL },
    { "session", 0, OPTION_NUMBER, FIELD(session), "N", "the files as session N has them", COMPLETE_NOTHING, NULL },
    { "devices", 0, OPTION_SET, FIELD(devices), NULL, "make devices, fifos and sockets too", COMPLETE_NOTHING, NULL },
    { "keep-damaged", 0, OPTION_SET, FIELD(keep_damaged), NULL, "keep files whose sectors have wrong check bytes",
      COMPLETE_NOTHING, NULL },
    { NULL, 0, 0, 0, NULL, NULL, 0, NULL },
};

static const char *const examples[] = {
    "everything, into a new folder",
    "disc-extract -C files disc.iso",
    "one directory and one file of it",
    "disc-extract -C files disc.nrg docs setup/readme.txt",
    "read a file without extracting it",
    "disc-extract -O disc.cue readme.txt",
    NULL,
};

static const struct program program = {
    .name = "disc-extract",
    .purpose = "Take files out of an image or a disc.",
    .operands = "IMAGE [PATH...]",
    .least = 1,
    .most = SIZE_MAX,
    .operand_completion = COMPLETE_FILE,
    .options = rows,
    .examples = examples,
};

static void print_json(const struct dk_extracted *done)
{
    json_t *report =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "files", (json_int_t)done->files, "directories",
                  (json_int_t)done->directories, "symlinks", (json_int_t)done->symlinks, "specials",
                  (json_int_t)done->specials, "bytes", (json_int_t)done->bytes, "refused", (json_int_t)done->refused);

    report_print(report, stdout);
}

static int end(struct tool *tool, bool extracted, const struct dk_notes *notes, const struct dk_extracted *done,
               const struct dk_error *error)
{
    const struct extract_options *options = (const struct extract_options *)tool->options;

    progress_clear(&tool->progress);
    tool_tell_notes(tool, notes);
    if (!extracted)
        return tool_fail(tool, error);
    if (tool->options->json && !options->to_stdout)
        print_json(done);
    else if (tool->options->verbose)
        tool_say(tool, "%" PRIu64 " files (%" PRIu64 " bytes), %" PRIu64 " directories, %" PRIu64 " symlinks",
                 done->files, done->bytes, done->directories, done->symlinks);
    return tool_end(tool);
}

static int extract_tree(struct tool *tool, struct files *files, char **paths, size_t count)
{
    const struct extract_options *options = (const struct extract_options *)tool->options;
    struct dk_notes *notes = &files->volumes->notes;
    const struct dk_extract_options how = {
        .folder = options->folder,
        .paths = (const char *const *)paths,
        .path_count = count,
        .replace = options->common.force,
        .devices = options->devices,
        .keep_damaged = options->keep_damaged,
        .watch = &tool->progress.watch,
        .notes = notes,
    };
    struct dk_extracted done;
    struct dk_error error;
    bool made = false, extracted;

    if (options->to_stdout) {
        extracted = dk_extract_stream(files->disc, files->tree, &how, STDOUT_FILENO, &done, &error);
        return end(tool, extracted, notes, &done, &error);
    }
    if (options->folder && !(made = mkdir(options->folder, 0777) == 0) && errno != EEXIST) {
        dk_fail_errno(&error, "cannot make %s", options->folder);
        return tool_fail(tool, &error);
    }
    extracted = dk_extract(files->disc, files->tree, &how, &done, &error);
    if (!extracted && made)
        rmdir(options->folder); /* only where nothing is in it */
    return end(tool, extracted, notes, &done, &error);
}

static int extract(struct tool *tool, char **operands, size_t count)
{
    const struct extract_options *options = (const struct extract_options *)tool->options;
    DK_CLEANUP(files_close) struct files files;
    const int status = files_open(tool, operands[0], options->track, options->session, options->tree, &files);

    return status == EXIT_DONE ? extract_tree(tool, &files, operands + 1, count - 1) : status;
}

int main(int argc, char **argv)
{
    struct extract_options options = { 0 };

    return tool_run(&program, &options, extract, argc, argv);
}
