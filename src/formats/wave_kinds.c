/* The kinds of audio files, and what they share. */
#include "formats/wave.h"
#include "util/checked.h"
#include "util/cursor.h"

#include <disckit/format.h>
#include <disckit/sector.h>
#include <string.h>

enum { MAGIC_SIZE = 12, CHUNK_HEAD = 8 };

static const struct {
    const char *begins, *then; /* at byte 0, and at byte 8 */
    struct sound_kind kind;
} kinds[] = {
    { "RIFF", "WAVE", { "a WAVE file", wave_open } },
    { "RF64", "WAVE", { "an RF64 file", wave_open } },
    { "BW64", "WAVE", { "a BW64 file", wave_open } },
    { "FORM", "AIFF", { "an AIFF file", aiff_open } },
    { "FORM", "AIFC", { "an AIFC file", aiff_open } },
    { "fLaC", "", { "a FLAC file", flac_open } },
    { "riff\x2E\x91\xCF\x11", "", { "a Wave64 file", NULL } },
    { "OggS", "", { "an Ogg file", NULL } },
    { "MAC ", "", { "a Monkey's Audio file", NULL } },
    { "wvpk", "", { "a WavPack file", NULL } },
    { "TTA1", "", { "a TTA file", NULL } },
    { "ID3", "", { "an MP3 file", NULL } },
    { "\xFF\xFB", "", { "an MP3 file", NULL } },
    { "\xFF\xFA", "", { "an MP3 file", NULL } },
    { "\xFF\xF3", "", { "an MP3 file", NULL } },
};

const struct sound_kind *sound_find(struct dk_store *file)
{
    uint8_t magic[MAGIC_SIZE] = { 0 };
    struct dk_error error;

    if (!dk_store_read(file, magic, file->size < sizeof magic ? (size_t)file->size : sizeof magic, 0, &error))
        return NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (memcmp(magic, kinds[i].begins, strlen(kinds[i].begins)) == 0 &&
            memcmp(magic + 8, kinds[i].then, strlen(kinds[i].then)) == 0)
            return &kinds[i].kind;
    return NULL;
}

struct dk_store *dk_sound_open(struct dk_store *file, struct dk_notes *notes, struct dk_error *error)
{
    const struct sound_kind *kind = sound_find(file);
    struct sound sound = { 0 };

    if (!kind || !kind->open) {
        dk_fail(error, DK_ERROR_FORMAT, "%s is %s, which is not read here", file->name,
                kind ? kind->name : "no sound file that is known");
        return NULL;
    }
    return kind->open(file, &sound, notes, error) ? sound.store : NULL;
}

bool sound_check(const struct dk_store *file, unsigned channels, unsigned rate, unsigned bits, struct dk_error *error)
{
    if (channels == 2 && rate == 44100 && bits == 16)
        return true;
    return dk_fail(error, DK_ERROR_FORMAT,
                   "%s has %u channels of %u bits at %u Hz: CD audio has 2 of 16 bits at 44100 Hz", file->name,
                   channels, bits, rate);
}

bool sound_slice(struct dk_store *file, uint64_t offset, uint64_t size, struct sound *sound, struct dk_notes *notes,
                 struct dk_error *error)
{
    const uint64_t left = file->size - offset;

    if (size == 0 || size == UINT32_MAX || size == UINT64_MAX) {
        size = left;
    } else if (size > left) {
        dk_note(notes, DK_NOTE_DAMAGE, "%s is cut short: it says that it has %ju bytes of samples, and has %ju",
                file->name, (uintmax_t)size, (uintmax_t)left);
        size = left;
    }
    sound->store = dk_store_slice(file, offset, size, error);
    return sound->store != NULL;
}

bool sound_next_chunk(struct dk_store *file, uint64_t *at, bool big_endian, struct sound_chunk *chunk)
{
    uint8_t bytes[CHUNK_HEAD];
    struct cursor cursor = cursor_over(bytes, sizeof bytes);
    struct dk_error error;

    if (!range_inside(*at, sizeof bytes, file->size) || !dk_store_read(file, bytes, sizeof bytes, *at, &error))
        return false;
    memcpy(chunk->id, cursor_bytes(&cursor, sizeof chunk->id), sizeof chunk->id);
    chunk->size = big_endian ? cursor_be32(&cursor) : cursor_le32(&cursor);
    chunk->offset = *at + sizeof bytes;
    *at = chunk->offset + chunk->size + (chunk->size & 1); /* padded to even; 2^64 is far from any file's end */
    return true;
}
