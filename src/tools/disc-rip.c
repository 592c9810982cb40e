/* disc-rip: a data disc in a drive becomes an .iso. */
#include "tools/drives.h"
#include "tools/report.h"
#include "tools/tool.h"

#include <disckit/drive.h>
#include <disckit/rip.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

struct rip_options {
    struct common_options common;
    unsigned track, session, retries;
    bool list, verify, allow_protected;
    const char *hash;
};

#define FIELD(name) offsetof(struct rip_options, name)

static const struct option_row rows[] = {
    { "list", 'l', OPTION_SET, FIELD(list), NULL, "list the drives and what is in them", 0, NULL },
    { "track", 't', OPTION_NUMBER, FIELD(track), "N", "the data track to rip, where there are several", 0, NULL },
    { "session", 's', OPTION_NUMBER, FIELD(session), "N", "the session whose data track to rip", 0, NULL },
    { "retries", 'r', OPTION_COUNT, FIELD(retries), "N", "how often to try again what could not be read (5)", 0, NULL },
    { "verify", 0, OPTION_SET, FIELD(verify), NULL, "read the disc again and compare", 0, NULL },
    { "hash", 0, OPTION_TEXT, FIELD(hash), "LIST", "print sums of the image: md5,sha1,sha256,crc32", COMPLETE_LIST,
      "md5 sha1 sha256 crc32" },
    { "allow-protected", 0, OPTION_SET, FIELD(allow_protected), NULL,
      "rip a protected DVD or BD as it is: scrambled, and useless without keys", 0, NULL },
    { NULL, 0, 0, 0, NULL, NULL, 0, NULL },
};

static const char *const examples[] = {
    "rip the disc in the first drive",
    "disc-rip /dev/sr0 disc.iso",
    "read it twice, and print a sum",
    "disc-rip --verify --hash sha256 /dev/sr0 disc.iso",
    "which drives are there?",
    "disc-rip --list",
    NULL,
};

static const struct program program = {
    .name = "disc-rip",
    .purpose = "Read a data disc in a drive into an ISO image.",
    .operands = "DRIVE OUTPUT.iso",
    .least = 0,
    .most = 2,
    .operand_completion = COMPLETE_FILE,
    .options = rows,
    .examples = examples,
    .more = "Sectors that cannot be read are zeros in the image and are listed; the exit status is then 3.",
};

static void close_disc(struct dk_disc **disc)
{
    dk_disc_close(*disc);
}

static json_t *json_of_bad(const struct dk_rip_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->bad_count; i++)
        json_array_append_new(list, json_pack("{s:i, s:i, s:b}", "lba", (int)report->bad[i].lba, "count",
                                              (int)report->bad[i].count, "protected", (int)report->bad[i].protected));
    return list;
}

static void print_json(const struct dk_disc *disc, const struct dk_rip_report *report, const char *path)
{
    const struct dk_drive_facts *facts = dk_drive_facts(disc);
    json_t *hashes = json_object(), *root;

    for (size_t i = 0; i < report->sum_count; i++)
        json_object_set_new(hashes, report->sums[i].name, json_string(report->sums[i].hex));
    root = json_pack("{s:o, s:s, s:s, s:o, s:i, s:i, s:i, s:I, s:I, s:{s:I, s:I, s:I}, s:I, s:I, s:o, s:o}", "drive",
                     report_text(disc->path), "medium", dk_medium_name(disc->medium), "profile",
                     facts ? dk_drive_profile_name(facts->profile) : "", "output", report_text(path), "track",
                     (int)report->track, "session", (int)report->session, "lba", (int)report->lba, "sectors",
                     (json_int_t)report->sectors, "bytes", (json_int_t)report->sectors * DK_SECTOR_USER, "lengths",
                     "toc", (json_int_t)report->by_toc, "capacity", (json_int_t)report->by_capacity, "volume",
                     (json_int_t)report->by_volume, "run_out", (json_int_t)report->run_out, "recovered",
                     (json_int_t)report->recovered, "bad", json_of_bad(report), "hashes", hashes);
    if (root)
        json_dumpf(root, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(root);
}

static void print_text(struct tool *tool, const struct dk_rip_report *report, const char *path)
{
    for (size_t i = 0; i < report->sum_count; i++)
        fprintf(strcmp(path, "-") == 0 ? stderr : stdout, "%s (%s) = %s\n", report->sums[i].tag, path,
                report->sums[i].hex);
    if (report->bad_sectors)
        tool_say(tool, "%s: %" PRIu32 " sectors, of which %" PRIu32 " are missing", path, report->sectors,
                 report->bad_sectors);
    else
        tool_say(tool, "%s: %" PRIu32 " sectors, all read", path, report->sectors);
}

static int rip_disc(struct tool *tool, struct dk_disc *disc, const char *path)
{
    const struct rip_options *options = (const struct rip_options *)tool->options;
    const struct dk_rip_options how = {
        .track = options->track,
        .session = options->session,
        .retries = options->retries,
        .allow_protected = options->allow_protected,
        .replace = options->common.force,
        .verify = options->verify,
        .hashes = options->hash,
        .watch = &tool->progress.watch,
    };
    struct dk_rip_report report;
    struct dk_error error = { 0 };
    int status = EXIT_FAILED;

    if (!dk_rip(disc, path, &how, &report, &error)) {
        tool_fail(tool, &error);
    } else {
        progress_clear(&tool->progress);
        tool_tell_notes(tool, &disc->notes);
        tool_tell_notes(tool, &report.notes);
        if (options->common.json)
            print_json(disc, &report, path);
        else
            print_text(tool, &report, path);
        status = tool_end(tool);
    }
    dk_rip_report_free(&report);
    return status;
}

static int rip(struct tool *tool, char **operands, size_t count)
{
    const struct rip_options *options = (const struct rip_options *)tool->options;
    const struct dk_drive_caller caller = drives_caller(tool);
    struct dk_error error = { 0 };
    DK_CLEANUP(close_disc) struct dk_disc *disc = NULL;

    if (options->list && count == 0)
        return drives_print(options->common.json);
    if (options->list || count != 2) {
        fprintf(stderr, "disc-rip: it takes DRIVE and OUTPUT.iso, or --list; --help says more\n");
        return EXIT_USAGE;
    }
    if (options->common.json && strcmp(operands[1], "-") == 0) {
        fprintf(stderr, "disc-rip: stdout can hold the image or the report, not both\n");
        return EXIT_USAGE;
    }
    disc = dk_drive_open_for(operands[0], &caller, &error);
    if (!disc)
        return tool_fail(tool, &error);
    if (dk_drive_is_claimed(operands[0]))
        tool_say(tool, "%s is mounted, or another program uses it: reading may take longer", operands[0]);
    return rip_disc(tool, disc, operands[1]);
}

int main(int argc, char **argv)
{
    struct rip_options options = { .retries = DK_RIP_RETRIES };

    return tool_run(&program, &options, rip, argc, argv);
}
