/* Writing the sound of tracks as WAV files (RIFF, "Multimedia Programming Interface and Data Specifications 1.0"). */
#include "jobs/convert.h"

#include <disckit/verify.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_SIZE = 44,
    CHANNELS = 2,
    RATE = 44100,
    FRAME = 4, /* bytes of one sample of both channels */
    PCM = 1,
};

static void put_le(uint8_t *at, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

/* No other chunks, so that equal sound gives equal files. */
static void make_header(uint8_t header[HEADER_SIZE], uint32_t size)
{
    memcpy(header, "RIFF....WAVEfmt ", 16);
    put_le(header + 4, HEADER_SIZE - 8 + size, 4);
    put_le(header + 16, 16, 4);
    put_le(header + 20, PCM, 2);
    put_le(header + 22, CHANNELS, 2);
    put_le(header + 24, RATE, 4);
    put_le(header + 28, RATE * FRAME, 4);
    put_le(header + 32, FRAME, 2);
    put_le(header + 34, FRAME / CHANNELS * 8, 2);
    memcpy(header + 36, "data", 4);
    put_le(header + 40, size, 4);
}

static bool take(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    (void)lba;
    return dk_output_write(context, bytes, (size_t)count * DK_SECTOR_RAW, error);
}

static bool copy(void *context, struct dk_store *store, uint64_t offset, uint64_t count, struct dk_error *error)
{
    return dk_output_copy(context, store, offset, count, error);
}

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

static bool write_sound(struct convert *convert, const struct convert_sound *sound, uint64_t done,
                        struct dk_output_file *file, struct dk_error *error)
{
    const struct dk_pipeline settings = {
        .disc = convert->disc,
        .source = convert->options->source,
        .lba = sound->lba,
        .count = sound->count,
        .form = DK_FORM_RAW,
        .go_on = true,
        .bad = &convert->result->bad,
        .take = take,
        .copy = copy,
        .context = file,
        .watch = convert->options->watch,
        .doing = "converting",
        .done_before = done * DK_SECTOR_RAW,
        .total = convert->result->sectors * DK_SECTOR_RAW,
    };
    uint8_t header[HEADER_SIZE];

    make_header(header, sound->count * DK_SECTOR_RAW);
    return dk_output_write(file, header, sizeof header, error) && dk_pipeline_run(&settings, error);
}

bool convert_write_wav(struct convert *convert, struct dk_error *error)
{
    uint64_t done = 0;
    char advice[40];

    if (strcmp(convert->path, "-") == 0 && convert->sound_count > 1) {
        /* the last, since what is hidden before the first would be a file more */
        snprintf(advice, sizeof advice, "--track %u", convert->sounds[convert->sound_count - 1].track);
        return convert_refuse(convert, convert->options->track ? NULL : advice, NULL, error,
                              "stdout takes one file, and %s has %zu audio tracks", convert->disc->path,
                              convert->sound_count);
    }
    for (size_t i = 0; i < convert->sound_count; i++) {
        char *name = name_of(convert, &convert->sounds[i]);
        struct dk_output_file *file = name ? dk_output_add(convert->output, name, error) : NULL;

        if (!name)
            return dk_fail_errno(error, "cannot write %s", convert->path);
        free(name);
        if (!file || !write_sound(convert, &convert->sounds[i], done, file, error))
            return false;
        done += convert->sounds[i].count;
    }
    return true;
}

static bool verify_sound(struct convert *convert, const struct convert_sound *sound, const char *path,
                         struct dk_error *error)
{
    const struct dk_verify_range range = {
        .lba = sound->lba,
        .count = sound->count,
        .form = DK_FORM_RAW,
        .offset = HEADER_SIZE,
    };
    struct dk_store *store = dk_store_open_file(path, error);
    uint8_t header[HEADER_SIZE], there[HEADER_SIZE];
    bool right = store && dk_store_read(store, there, sizeof there, 0, error);

    make_header(header, sound->count * DK_SECTOR_RAW);
    if (right && (memcmp(header, there, sizeof header) != 0 ||
                  store->size != HEADER_SIZE + (uint64_t)sound->count * DK_SECTOR_RAW))
        right = dk_fail(error, DK_ERROR_DAMAGED, "the header of %s is not what was written", path);
    right = right &&
            dk_verify_store(convert->disc, convert->options->source, &range, store, convert->options->watch, error);
    dk_store_close(store);
    return right;
}

bool convert_verify_wav(struct convert *convert, struct dk_error *error)
{
    for (size_t i = 0; i < convert->sound_count; i++)
        if (!verify_sound(convert, &convert->sounds[i], dk_output_path(dk_output_file_at(convert->output, i)), error))
            return false;
    return true;
}
