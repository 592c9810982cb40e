/* Sound as a result: the names of its files, and one after the other. */
#include "jobs/sounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "disc.wav" itself where there is one file; else "disc (Track 03).wav". */
static char *name_of(const struct convert *convert, const struct convert_sound *sound)
{
    const char *path = convert->path, *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    const int stem = dot ? (int)(dot - path) : (int)strlen(path);
    char *name;

    if (convert->sound_count == 1)
        return strdup(path);
    return asprintf(&name, "%.*s (Track %02u)%s", stem, path, sound->track, dot ? dot : "") < 0 ? NULL : name;
}

struct dk_pipeline sounds_pipeline(struct convert *convert, const struct convert_sound *sound, uint64_t done,
                                   dk_sink_take *take, dk_sink_copy *copy, void *context)
{
    return (struct dk_pipeline){
        .disc = convert->disc,
        .source = convert->options->source,
        .lba = sound->lba,
        .count = sound->count,
        .form = DK_FORM_RAW,
        .go_on = true,
        .bad = &convert->result->bad,
        .take = take,
        .copy = copy,
        .context = context,
        .watch = convert->options->watch,
        .doing = "converting",
        .done_before = done * DK_SECTOR_RAW,
        .total = convert->result->sectors * DK_SECTOR_RAW,
    };
}

static bool refuse_stdout(struct convert *convert, struct dk_error *error)
{
    char advice[40];

    /* the last, since what is hidden before the first would be a file more */
    snprintf(advice, sizeof advice, "--track %u", convert->sounds[convert->sound_count - 1].track);
    return convert_refuse(convert, convert->options->track ? NULL : advice, NULL, error,
                          "stdout takes one file, and %s has %zu audio tracks", convert->disc->path,
                          convert->sound_count);
}

bool sounds_write(struct convert *convert, sounds_write_one *write, struct dk_error *error)
{
    uint64_t done = 0;

    if (strcmp(convert->path, "-") == 0 && convert->sound_count > 1)
        return refuse_stdout(convert, error);
    for (size_t i = 0; i < convert->sound_count; i++) {
        char *name = name_of(convert, &convert->sounds[i]);
        struct dk_output_file *file = name ? dk_output_add(convert->output, name, error) : NULL;

        if (!name)
            return dk_fail_errno(error, "cannot write %s", convert->path);
        free(name);
        if (!file || !write(convert, &convert->sounds[i], done, file, error))
            return false;
        done += convert->sounds[i].count;
    }
    return true;
}

bool sounds_verify(struct convert *convert, sounds_verify_one *verify, struct dk_error *error)
{
    for (size_t i = 0; i < convert->sound_count; i++)
        if (!verify(convert, &convert->sounds[i], dk_output_path(dk_output_file_at(convert->output, i)), error))
            return false;
    return true;
}
