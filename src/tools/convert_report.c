#include "tools/convert_report.h"

#include "tools/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- --list-formats ---- */

static json_t *json_of_words(const char *list)
{
    json_t *words = json_array();

    while (*list) {
        const size_t length = strcspn(list, ",");

        json_array_append_new(words, json_stringn(list, length));
        list += length + (list[length] != '\0');
    }
    return words;
}

static json_t *json_of_holds(unsigned holds)
{
    json_t *words = json_array();

    for (unsigned bit = 0; dk_holds_name(bit); bit++)
        if (holds & 1U << bit)
            json_array_append_new(words, json_string(dk_holds_name(bit)));
    return words;
}

static void print_target(const struct dk_target *target)
{
    printf("%-8s %-4s %-5s %-10s", target->id, target->readable ? "read" : "", target->writable ? "write" : "",
           target->suffixes);
    for (unsigned bit = 0; dk_holds_name(bit); bit++)
        if (target->holds & 1U << bit)
            printf(" %s", dk_holds_name(bit));
    putchar('\n');
}

void convert_list_targets(char *words, size_t size)
{
    struct dk_target target;

    *words = '\0';
    for (size_t i = 0; dk_target_at(i, &target); i++)
        if (target.writable)
            snprintf(words + strlen(words), size - strlen(words), "%s%s", *words ? " " : "", target.id);
}

int convert_list_formats(bool json)
{
    struct dk_target target;
    json_t *list = json_array();

    for (size_t i = 0; dk_target_at(i, &target); i++)
        if (json)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:o, s:b, s:b, s:o}", "id", target.id, "name", target.name,
                                            "suffixes", json_of_words(target.suffixes), "read", target.readable,
                                            "write", target.writable, "holds", json_of_holds(target.holds)));
        else
            print_target(&target);
    if (json)
        report_print(json_pack("{s:o}", "formats", list), stdout);
    else
        json_decref(list);
    return EXIT_DONE;
}

/* ---- The report ---- */

static json_t *json_of_sums(const struct dk_result_file *file)
{
    json_t *sums = json_object();

    for (size_t i = 0; i < file->sum_count; i++)
        json_object_set_new(sums, file->sums[i].name, json_string(file->sums[i].hex));
    return sums;
}

static json_t *json_of_files(const struct dk_conversion *conversion)
{
    json_t *files = json_array();

    for (size_t i = 0; i < conversion->file_count; i++) {
        const struct dk_result_file *file = &conversion->files[i];
        json_t *object = json_pack("{s:o, s:I}", "path", report_text(file->path), "size", (json_int_t)file->size);

        if (file->sum_count)
            json_object_set_new(object, "hashes", json_of_sums(file));
        json_array_append_new(files, object);
    }
    return files;
}

static json_t *json_of_losses(const struct dk_conversion *conversion)
{
    json_t *losses = json_array();

    for (size_t i = 0; i < conversion->loss_count; i++)
        json_array_append_new(losses, json_pack("{s:s, s:s, s:o}", "id", conversion->losses[i].id, "kind",
                                                conversion->losses[i].kind == DK_LOSS_CONTENT ? "content" : "attribute",
                                                "text", report_text(conversion->losses[i].text)));
    return losses;
}

static json_t *json_of_bad(const struct dk_bad_list *bad)
{
    json_t *runs = json_array();

    for (size_t i = 0; i < bad->count; i++)
        json_array_append_new(runs, json_pack("{s:i, s:I, s:s}", "lba", (int)bad->runs[i].lba, "count",
                                              (json_int_t)bad->runs[i].count, "fault",
                                              dk_bad_fault_name(bad->runs[i].faults)));
    return runs;
}

static json_t *json_of_notes(const struct dk_disc *disc, const struct dk_conversion *conversion)
{
    json_t *list = json_array();

    report_add_notes(list, &disc->notes);
    report_add_notes(list, &conversion->notes);
    return list;
}

static void print_json(const struct dk_disc *disc, const struct dk_conversion *conversion, FILE *to)
{
    json_t *report =
        json_pack("{s:o, s:s, s:s, s:I, s:o, s:o, s:o, s:I, s:b}", "input", report_text(disc->path), "format",
                  disc->format, "to", conversion->target, "sectors", (json_int_t)conversion->sectors, "files",
                  json_of_files(conversion), "loss", json_of_losses(conversion), "bad", json_of_bad(&conversion->bad),
                  "bad_sectors", (json_int_t)conversion->bad.sectors, "verified", conversion->verified);

    json_object_set_new(report, "notes", json_of_notes(disc, conversion));
    if (conversion->file_count == 1 && conversion->files[0].sum_count)
        json_object_set_new(report, "hashes", json_of_sums(&conversion->files[0]));
    report_print(report, to);
}

/* As "sha256sum --tag" prints them, so that "sha256sum --check" reads them. */
static void print_sums(const struct dk_conversion *conversion, FILE *to)
{
    for (size_t i = 0; i < conversion->file_count; i++)
        for (size_t k = 0; k < conversion->files[i].sum_count; k++)
            fprintf(to, "%s (%s) = %s\n", conversion->files[i].sums[k].tag, conversion->files[i].path,
                    conversion->files[i].sums[k].hex);
}

int convert_tell(struct tool *tool, const struct dk_disc *disc, const struct dk_conversion *conversion)
{
    const bool to_stdout = conversion->file_count == 1 && strcmp(conversion->files[0].path, "-") == 0;
    FILE *to = to_stdout ? stderr : stdout; /* the result has stdout for itself */

    progress_clear(&tool->progress);
    for (size_t i = 0; i < conversion->loss_count; i++)
        tool_say(tool, "left out: %s", conversion->losses[i].text);
    tool_tell_notes(tool, &disc->notes);
    tool_tell_notes(tool, &conversion->notes);
    if (tool->options->json)
        print_json(disc, conversion, to);
    else
        print_sums(conversion, to);
    return tool_end(tool);
}

/* ---- What would work ---- */

/* A word as a shell takes it. */
static void put_word(char *line, size_t size, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,:=+@%";
    char *at = line + strlen(line), *const end = line + size - 1;

    if (at < end)
        *at++ = ' ';
    if (*word && strspn(word, plain) == strlen(word)) {
        snprintf(at, (size_t)(end - at), "%s", word);
        return;
    }
    if (at < end)
        *at++ = '\'';
    for (; *word && at + 5 < end; word++)
        at = *word == '\'' ? stpcpy(at, "'\\''") : (*at = *word, at + 1);
    if (at < end)
        *at++ = '\'';
    *at = '\0';
}

/* The options that were given and stay as they are. */
static void put_options(char *line, size_t size, const struct convert_options *options)
{
    const struct {
        bool given;
        const char *word;
    } flags[] = {
        { options->common.force, "--force" }, { options->cut, "--cut" },       { options->allow_loss, "--allow-loss" },
        { options->split, "--split" },        { options->verify, "--verify" },
    };
    char word[80];

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].given)
            put_word(line, size, flags[i].word);
    if (options->session) {
        snprintf(word, sizeof word, "--session=%u", options->session);
        put_word(line, size, word);
    }
    if (options->sector) {
        snprintf(word, sizeof word, "--sector=%u", options->sector);
        put_word(line, size, word);
    }
    if (options->hash) {
        snprintf(word, sizeof word, "--hash=%s", options->hash);
        put_word(line, size, word);
    }
    if (options->level) {
        snprintf(word, sizeof word, "--level=%s", options->level);
        put_word(line, size, word);
    }
    if (options->codec) {
        snprintf(word, sizeof word, "--codec=%s", options->codec);
        put_word(line, size, word);
    }
    if (options->block) {
        snprintf(word, sizeof word, "--block=%u", options->block);
        put_word(line, size, word);
    }
}

/* The name of the output with the suffix of another format. */
static void put_output(char *line, size_t size, const char *output, const char *suffix)
{
    const char *slash = strrchr(output, '/'), *dot = strrchr(slash ? slash : output, '.');
    char name[1000];

    snprintf(name, sizeof name, "%.*s.%s", dot ? (int)(dot - output) : (int)strlen(output), output, suffix);
    put_word(line, size, name);
}

/* Sound that is no ISO may be wanted with its gaps and titles, too. */
static void tell_sheet_advice(struct tool *tool, const struct convert_options *options, char **operands)
{
    char line[3000] = "disc-convert";

    put_options(line, sizeof line, options);
    put_word(line, sizeof line, operands[0]);
    put_output(line, sizeof line, operands[1], "cue");
    tool_say(tool, "and this: %s", line);
}

void convert_tell_advice(struct tool *tool, const struct convert_options *options, char **operands,
                         const struct dk_conversion *conversion)
{
    const char *suffix = conversion->advice_suffix;
    const bool to_stdout = strcmp(operands[1], "-") == 0;
    struct convert_options same = *options;
    char line[3000] = "disc-convert";

    if (!*conversion->advice && !suffix)
        return;
    if (suffix) { /* these are for the format that was asked for */
        same.cut = same.split = false;
        same.level = same.codec = NULL;
        same.sector = same.block = 0;
    }
    put_options(line, sizeof line, &same);
    if (*conversion->advice) {
        strncat(line, " ", sizeof line - strlen(line) - 1);
        strncat(line, conversion->advice, sizeof line - strlen(line) - 1);
    }
    if (suffix && to_stdout) {
        put_word(line, sizeof line, "--to");
        put_word(line, sizeof line, suffix);
    } else if (!suffix && options->to) {
        put_word(line, sizeof line, "--to");
        put_word(line, sizeof line, options->to);
    }
    put_word(line, sizeof line, operands[0]);
    if (suffix && !to_stdout)
        put_output(line, sizeof line, operands[1], suffix);
    else
        put_word(line, sizeof line, operands[1]);
    tool_say(tool, "this would: %s", line);
    if (suffix && strcmp(suffix, "wav") == 0 && !*conversion->advice && !to_stdout)
        tell_sheet_advice(tool, &same, operands);
}
