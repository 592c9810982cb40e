/* WAVE (Microsoft and IBM, Multimedia Programming Interface 1.0), and RF64 (EBU Tech 3306) for more than 4 GiB. */
#include "formats/wave.h"
#include "util/cursor.h"

#include <string.h>

enum {
    FIRST_CHUNK = 12,
    PCM = 1,
    EXTENSIBLE = 0xFFFE, /* the true tag stands in a GUID at byte 24 */
    FORMAT_MAX = 40,
    DS64_SIZE = 24, /* what is read of it: sizes of the file and of its data, number of samples */
};

static const uint8_t pcm_guid[16] = { 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71 };

struct wave {
    struct dk_store *file;
    bool has_format;
    uint64_t data_size_64; /* of ds64; 0: there is none */
};

static bool read_format(struct wave *wave, const struct sound_chunk *chunk, struct dk_error *error)
{
    uint8_t bytes[FORMAT_MAX] = { 0 };
    const size_t size = chunk->size < sizeof bytes ? chunk->size : sizeof bytes;
    struct cursor cursor = cursor_over(bytes, size);
    unsigned tag, channels, rate, bits;

    if (!dk_store_read(wave->file, bytes, size, chunk->offset, error))
        return false;
    tag = cursor_le16(&cursor);
    channels = cursor_le16(&cursor);
    rate = cursor_le32(&cursor);
    cursor_skip(&cursor, 6); /* bytes a second, bytes a pair of samples: follow from the others */
    bits = cursor_le16(&cursor);
    if (cursor.overrun)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: its \"fmt \" chunk of %u bytes is too short", wave->file->name,
                       chunk->size);
    if (tag == EXTENSIBLE && size == FORMAT_MAX && memcmp(bytes + 24, pcm_guid, sizeof pcm_guid) == 0)
        tag = PCM;
    if (tag != PCM)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has samples of format %04Xh; only PCM (0001h) is CD audio",
                       wave->file->name, tag);
    wave->has_format = true;
    return sound_check(wave->file, channels, rate, bits, error);
}

static bool read_ds64(struct wave *wave, const struct sound_chunk *chunk, struct dk_error *error)
{
    uint8_t bytes[DS64_SIZE];
    struct cursor cursor = cursor_over(bytes, sizeof bytes);

    if (chunk->size < sizeof bytes)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: its \"ds64\" chunk of %u bytes is too short", wave->file->name,
                       chunk->size);
    if (!dk_store_read(wave->file, bytes, sizeof bytes, chunk->offset, error))
        return false;
    cursor_skip(&cursor, 8);
    wave->data_size_64 = cursor_le64(&cursor);
    return true;
}

static bool open_data(const struct wave *wave, const struct sound_chunk *chunk, struct sound *sound,
                      struct dk_notes *notes, struct dk_error *error)
{
    const bool is_64 = chunk->size == UINT32_MAX && wave->data_size_64;

    if (!wave->has_format)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has no \"fmt \" chunk before its \"data\"", wave->file->name);
    return sound_slice(wave->file, chunk->offset, is_64 ? wave->data_size_64 : chunk->size, sound, notes, error);
}

bool wave_open(struct dk_store *file, struct sound *sound, struct dk_notes *notes, struct dk_error *error)
{
    struct wave wave = { .file = file };
    uint64_t at = FIRST_CHUNK;
    struct sound_chunk chunk;

    *sound = (struct sound){ 0 };
    for (int i = 0; i < SOUND_CHUNKS_MAX && sound_next_chunk(file, &at, false, &chunk); i++) {
        if (memcmp(chunk.id, "data", 4) == 0)
            return open_data(&wave, &chunk, sound, notes, error);
        if (memcmp(chunk.id, "fmt ", 4) == 0 && !wave.has_format && !read_format(&wave, &chunk, error))
            return false;
        if (memcmp(chunk.id, "ds64", 4) == 0 && !read_ds64(&wave, &chunk, error))
            return false;
    }
    return dk_fail(error, DK_ERROR_FORMAT, "%s has no \"data\" chunk", file->name);
}
