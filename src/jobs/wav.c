/* Writing the sound of tracks as WAV files (RIFF, "Multimedia Programming Interface and Data Specifications 1.0"). */
#include "jobs/sounds.h"

#include <disckit/verify.h>

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

static bool write_sound(struct convert *convert, const struct convert_sound *sound, uint64_t done,
                        struct dk_output_file *file, struct dk_error *error)
{
    const struct dk_pipeline settings = sounds_pipeline(convert, sound, done, take, copy, file);
    uint8_t header[HEADER_SIZE];

    make_header(header, sound->count * DK_SECTOR_RAW);
    return dk_output_write(file, header, sizeof header, error) && dk_pipeline_run(&settings, error);
}

bool convert_write_wav(struct convert *convert, struct dk_error *error)
{
    return sounds_write(convert, write_sound, error);
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
    return sounds_verify(convert, verify_sound, error);
}
