/* CHD: the table of codecs, and those of CDs, which pack sectors and subcode apart. */
#include "formats/chd_codec.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SYNC = 12, MODE_BYTE = 15, P_AND_Q = 2076 };

const struct chd_codec chd_codecs[] = {
    { CHD_TAG('z', 'l', 'i', 'b'), &dk_codec_deflate, NULL, false },
    { CHD_TAG('l', 'z', 'm', 'a'), &chd_lzma, NULL, false },
    { CHD_TAG('h', 'u', 'f', 'f'), &chd_huff, NULL, false },
    { CHD_TAG('f', 'l', 'a', 'c'), &chd_flac, NULL, false },
    { CHD_TAG('z', 's', 't', 'd'), &dk_codec_zstd, NULL, false },
    { CHD_TAG('c', 'd', 'z', 'l'), &dk_codec_deflate, &dk_codec_deflate, false },
    { CHD_TAG('c', 'd', 'l', 'z'), &chd_lzma, &dk_codec_deflate, false },
    { CHD_TAG('c', 'd', 'z', 's'), &dk_codec_zstd, &dk_codec_zstd, false },
    { CHD_TAG('c', 'd', 'f', 'l'), &chd_flac, &dk_codec_deflate, true },
    { 0, NULL, NULL, false },
};

const struct chd_codec *chd_codec_find(uint32_t tag)
{
    for (const struct chd_codec *codec = chd_codecs; codec->tag; codec++)
        if (codec->tag == tag)
            return codec;
    return NULL;
}

const char *chd_tag_text(uint32_t tag, char text[24])
{
    char *at = text;

    for (int shift = 24; shift >= 0; shift -= 8) {
        const uint8_t byte = (uint8_t)(tag >> shift);

        at += sprintf(at, isprint(byte) ? "%c" : "\\x%02X", byte);
    }
    return text;
}

/* ---- Workers ---- */

static bool start_one(const struct dk_codec *codec, void **worker)
{
    if (!codec || !codec->worker_new)
        return true;
    *worker = codec->worker_new();
    return *worker;
}

static void stop_one(const struct dk_codec *codec, void *worker)
{
    if (codec && codec->worker_free && worker)
        codec->worker_free(worker);
}

bool chd_codec_start(const struct chd_codec *codec, size_t hunk_size, struct chd_codec_worker *worker)
{
    *worker = (struct chd_codec_worker){ 0 };
    if (codec->subcode) {
        worker->frames = malloc(hunk_size);
        if (!worker->frames)
            return false;
    }
    return start_one(codec->data, &worker->data) && start_one(codec->subcode, &worker->subcode);
}

void chd_codec_stop(const struct chd_codec *codec, struct chd_codec_worker *worker)
{
    stop_one(codec->data, worker->data);
    stop_one(codec->subcode, worker->subcode);
    free(worker->frames);
}

/* ---- Frames of CDs ---- */

/* Sectors and subcode, each one behind the other, to frames of both. */
static void interleave(const uint8_t *from, size_t frames, uint8_t *to)
{
    const uint8_t *subcode = from + frames * DK_SECTOR_RAW;

    for (size_t i = 0; i < frames; i++) {
        memcpy(to + i * CHD_FRAME, from + i * DK_SECTOR_RAW, DK_SECTOR_RAW);
        memcpy(to + i * CHD_FRAME + DK_SECTOR_RAW, subcode + i * DK_SUBCHANNEL, DK_SUBCHANNEL);
    }
}

static void put_back(uint8_t *sector)
{
    static const uint8_t sync[SYNC] = { 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0 };

    memcpy(sector, sync, sizeof sync);
    dk_ecc_write(sector, sector[MODE_BYTE] == 2);
}

/* A bit for each frame whose sync and P and Q were left out, the length of the sectors' stream, that stream, the other.
 */
static bool decode_cd(const struct chd_codec *codec, struct chd_codec_worker *worker, const uint8_t *from,
                      size_t from_size, uint8_t *to, size_t frames, struct dk_error *error)
{
    const size_t bitmap = (frames + 7) / 8, width = frames * CHD_FRAME < 65536 ? 2 : 3;
    const size_t sectors = frames * DK_SECTOR_RAW;
    size_t at = bitmap + width, length = 0;

    if (from_size < at)
        return dk_fail(error, DK_ERROR_DAMAGED, "it ends before its streams");
    for (size_t i = 0; i < width; i++)
        length = length << 8 | from[bitmap + i];
    if (length > from_size - at)
        return dk_fail(error, DK_ERROR_DAMAGED, "its sectors take %zu bytes, and %zu are there", length,
                       from_size - at);
    if (!codec->data->decode(worker->data, from + at, length, worker->frames, sectors, error))
        return false;
    at += length;
    if (!codec->subcode->decode(worker->subcode, from + at, from_size - at, worker->frames + sectors,
                                frames * DK_SUBCHANNEL, error))
        return false;
    interleave(worker->frames, frames, to);
    for (size_t i = 0; i < frames; i++)
        if (from[i / 8] >> i % 8 & 1)
            put_back(to + i * CHD_FRAME);
    return true;
}

static bool decode_cd_flac(const struct chd_codec *codec, struct chd_codec_worker *worker, const uint8_t *from,
                           size_t from_size, uint8_t *to, size_t frames, struct dk_error *error)
{
    const size_t sectors = frames * DK_SECTOR_RAW;
    size_t used;

    if (!chd_flac_frames(worker->data, from, from_size, worker->frames, sectors / 4, true, &used))
        return dk_fail(error, DK_ERROR_DAMAGED, "its FLAC frames cannot be decoded");
    if (!codec->subcode->decode(worker->subcode, from + used, from_size - used, worker->frames + sectors,
                                frames * DK_SUBCHANNEL, error))
        return false;
    interleave(worker->frames, frames, to);
    return true;
}

bool chd_codec_decode(const struct chd_codec *codec, struct chd_codec_worker *worker, const uint8_t *from,
                      size_t from_size, uint8_t *to, size_t to_size, struct dk_error *error)
{
    if (codec->flac)
        return decode_cd_flac(codec, worker, from, from_size, to, to_size / CHD_FRAME, error);
    if (codec->subcode)
        return decode_cd(codec, worker, from, from_size, to, to_size / CHD_FRAME, error);
    return codec->data->decode(worker->data, from, from_size, to, to_size, error);
}
