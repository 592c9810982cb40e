/* AIFF and AIFF-C (Apple, Audio Interchange File Format 1.3 and AIFF-C draft of 1991): PCM in either byte order. */
#include "formats/wave.h"
#include "util/cursor.h"

#include <string.h>

enum {
    FIRST_CHUNK = 12,
    COMMON_MAX = 22, /* channels 2, frames 4, bits 2, rate 10, in AIFF-C the kind of compression 4 */
    COMMON_PLAIN = 18,
    SAMPLES_HEAD = 8, /* offset of the first sample, block size */
};

/* Sample rate as an extended-precision number of IEEE 754 (Motorola 68881): whole rates below 2^32, else 0. */
static unsigned take_rate(struct cursor *cursor)
{
    const unsigned exponent = cursor_be16(cursor);
    const uint64_t mantissa = cursor_be64(cursor);
    const unsigned whole_bits = exponent - 16383;

    return whole_bits < 32 ? (unsigned)(mantissa >> (63 - whole_bits)) : 0;
}

static bool read_common(struct dk_store *file, const struct sound_chunk *chunk, struct sound *sound,
                        struct dk_error *error)
{
    uint8_t bytes[COMMON_MAX] = { 0 };
    const size_t size = chunk->size < sizeof bytes ? chunk->size : sizeof bytes;
    struct cursor cursor = cursor_over(bytes, size);
    unsigned channels, bits, rate;

    if (!dk_store_read(file, bytes, size, chunk->offset, error))
        return false;
    channels = cursor_be16(&cursor);
    cursor_skip(&cursor, 4); /* frames: the chunk with the samples has its own size */
    bits = cursor_be16(&cursor);
    rate = take_rate(&cursor);
    if (cursor.overrun)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: its \"COMM\" chunk of %u bytes is too short", file->name,
                       chunk->size);
    sound->big_endian = true;
    if (size > COMMON_PLAIN) {
        const char *kind = (const char *)bytes + COMMON_PLAIN;

        sound->big_endian = memcmp(kind, "sowt", 4) != 0;
        if (sound->big_endian && memcmp(kind, "NONE", 4) != 0 && memcmp(kind, "twos", 4) != 0)
            return dk_fail(error, DK_ERROR_FORMAT, "%s is an AIFF-C file whose samples are not plain PCM", file->name);
    }
    return sound_check(file, channels, rate, bits, error);
}

static bool open_samples(struct dk_store *file, const struct sound_chunk *chunk, struct sound *sound,
                         struct dk_notes *notes, struct dk_error *error)
{
    uint8_t bytes[SAMPLES_HEAD];
    struct cursor cursor = cursor_over(bytes, sizeof bytes);
    uint32_t skip;

    if (!dk_store_read(file, bytes, sizeof bytes, chunk->offset, error))
        return false;
    skip = cursor_be32(&cursor);
    if (chunk->size <= SAMPLES_HEAD || skip >= chunk->size - SAMPLES_HEAD ||
        chunk->offset + SAMPLES_HEAD + skip >= file->size)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: its \"SSND\" chunk has no samples", file->name);
    return sound_slice(file, chunk->offset + SAMPLES_HEAD + skip, chunk->size - SAMPLES_HEAD - skip, sound, notes,
                       error);
}

bool aiff_open(struct dk_store *file, struct sound *sound, struct dk_notes *notes, struct dk_error *error)
{
    struct sound_chunk chunk, samples = { .size = 0 };
    uint64_t at = FIRST_CHUNK;
    bool has_common = false;

    *sound = (struct sound){ 0 };
    for (int i = 0; i < SOUND_CHUNKS_MAX && sound_next_chunk(file, &at, true, &chunk); i++) {
        if (memcmp(chunk.id, "SSND", 4) == 0 && samples.size == 0)
            samples = chunk;
        if (memcmp(chunk.id, "COMM", 4) != 0 || has_common)
            continue;
        if (!read_common(file, &chunk, sound, error))
            return false;
        has_common = true;
    }
    if (!has_common || samples.size == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has no \"%s\" chunk", file->name, has_common ? "SSND" : "COMM");
    return open_samples(file, &samples, sound, notes, error);
}
