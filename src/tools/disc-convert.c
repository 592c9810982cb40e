/* disc-convert: an image or a disc in, files of another format out. */
#include "tools/convert_report.h"
#include "tools/drives.h"
#include "tools/tool.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static char targets[400]; /* set before the options are parsed: the formats' rows know them */

static const struct option_row option_rows[] = {
    { "to", 't', OPTION_TEXT, offsetof(struct convert_options, to), "FORMAT",
      "write this format, whatever the name of OUTPUT", COMPLETE_WORDS, targets },
    { "track", 0, OPTION_NUMBER, offsetof(struct convert_options, track), "N", "only this track", COMPLETE_NOTHING,
      NULL },
    { "session", 0, OPTION_NUMBER, offsetof(struct convert_options, session), "N", "only this session",
      COMPLETE_NOTHING, NULL },
    { "cut", 0, OPTION_SET, offsetof(struct convert_options, cut), NULL,
      "the bare track, also where its volume counts from LBA 0 of the disc", COMPLETE_NOTHING, NULL },
    { "allow-loss", 0, OPTION_SET, offsetof(struct convert_options, allow_loss), NULL,
      "go on where content is lost, and tell what", COMPLETE_NOTHING, NULL },
    { "split", 0, OPTION_SET, offsetof(struct convert_options, split), NULL, "a .cue with a file a track",
      COMPLETE_NOTHING, NULL },
    { "sector", 0, OPTION_NUMBER, offsetof(struct convert_options, sector), "BYTES",
      "bytes a sector of data tracks in an image: 2352 or 2048", COMPLETE_WORDS, "2048 2352" },
    { "level", 0, OPTION_TEXT, offsetof(struct convert_options, level), "LEVEL",
      "of what is packed: fast, default, or as small as can be", COMPLETE_WORDS, "fast default max" },
    { "codec", 0, OPTION_TEXT, offsetof(struct convert_options, codec), "LIST",
      "pack with these; --list-formats names them", COMPLETE_NOTHING, NULL },
    { "block", 0, OPTION_NUMBER, offsetof(struct convert_options, block), "BYTES", "that are packed as a whole",
      COMPLETE_NOTHING, NULL },
    { "verify", 0, OPTION_SET, offsetof(struct convert_options, verify), NULL,
      "open the result again and compare it with INPUT", COMPLETE_NOTHING, NULL },
    { "hash", 0, OPTION_TEXT, offsetof(struct convert_options, hash), "LIST",
      "print sums of what is written: md5,sha1,sha256,crc32", COMPLETE_LIST, "md5 sha1 sha256 crc32" },
    { "list-formats", 0, OPTION_SET, offsetof(struct convert_options, list_formats), NULL,
      "print what can be read and written, and what it holds", COMPLETE_NOTHING, NULL },
    { NULL, 0, OPTION_SET, 0, NULL, NULL, COMPLETE_NOTHING, NULL },
};

static const char *const examples[] = {
    "an ISO of a Nero image",
    "disc-convert disc.nrg disc.iso",
    "the data track of a disc with music behind it",
    "disc-convert --track 1 game.cue data.iso",
    "all its music, a file a track",
    "disc-convert --allow-loss game.cue music.wav",
    "another image, a file a track, compared afterwards",
    "disc-convert --split --verify disc.nrg disc.cue",
    "sums on the way",
    "disc-convert --hash md5,sha256 disc.bin disc.iso",
    NULL,
};

static const struct program program = {
    .name = "disc-convert",
    .purpose = "Turn an image or a disc into an image of another format; what would be lost is told or refused.",
    .operands = "INPUT OUTPUT",
    .least = 0,
    .most = 2,
    .operand_completion = COMPLETE_FILE,
    .options = option_rows,
    .examples = examples,
    .more = "The suffix of OUTPUT chooses what is written: .iso (the data track), .wav or .flac (audio tracks),\n"
            ".cue and others (the whole disc; --list-formats names them). OUTPUT may be - for an .iso or one sound.",
};

static void close_disc(struct dk_disc **disc)
{
    dk_disc_close(*disc);
}

static int wrong_use(struct tool *tool, const char *text)
{
    struct dk_error error;

    dk_fail(&error, DK_ERROR_REFUSED, "%s", text);
    tool_fail(tool, &error);
    return EXIT_USAGE;
}

/* Refused or failed: why, and what would work. */
static int fail(struct tool *tool, const struct convert_options *options, char **operands,
                const struct dk_conversion *conversion, const struct dk_error *error)
{
    const int status = tool_fail(tool, error);

    convert_tell_advice(tool, options, operands, conversion);
    return conversion->target ? status : EXIT_USAGE; /* no target: the command line says none */
}

/* The option takes no other word. */
static enum dk_level level_of(const char *word)
{
    if (!word || strcmp(word, "default") == 0)
        return DK_LEVEL_DEFAULT;
    return strcmp(word, "fast") == 0 ? DK_LEVEL_FAST : DK_LEVEL_MAX;
}

static int convert(struct tool *tool, char **operands, size_t count)
{
    const struct convert_options *options = (const struct convert_options *)tool->options;
    struct dk_error error = { DK_ERROR_NONE, "" };
    struct dk_conversion conversion;
    int status;

    if (options->list_formats)
        return convert_list_formats(options->common.json);
    if (count != 2)
        return wrong_use(tool, "it takes INPUT and OUTPUT; --help shows how");
    if (strcmp(operands[0], "-") == 0)
        return wrong_use(tool, "stdin can't be INPUT: images are read in any order");
    if (options->sector && options->sector != DK_SECTOR_USER && options->sector != DK_SECTOR_RAW)
        return wrong_use(tool, "--sector is 2048 or 2352");

    DK_CLEANUP(close_disc) struct dk_disc *disc = drives_open_input(tool, operands[0], &error);
    const struct dk_convert_options job = {
        .to = options->to,
        .track = options->track,
        .session = options->session,
        .sector = options->sector,
        .split = options->split,
        .cut = options->cut,
        .allow_loss = options->allow_loss,
        .replace = options->common.force,
        .verify = options->verify,
        .sums = options->hash,
        .packing = { .level = level_of(options->level), .codecs = options->codec, .block_size = options->block },
        .watch = &tool->progress.watch,
    };

    if (!disc)
        return tool_fail(tool, &error);
    if (dk_convert(disc, operands[1], &job, &conversion, &error))
        status = convert_tell(tool, disc, &conversion);
    else
        status = fail(tool, options, operands, &conversion, &error);
    dk_conversion_free(&conversion);
    return status;
}

int main(int argc, char **argv)
{
    struct convert_options options = { 0 };

    convert_list_targets(targets, sizeof targets);
    return tool_run(&program, &options, convert, argc, argv);
}
