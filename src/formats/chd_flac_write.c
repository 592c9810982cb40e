/* CHD: samples as bare FLAC frames, by libFLAC, whose metadata are left out. */
#include "formats/chd_encode.h"

#include <FLAC/stream_encoder.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 2, PAIR = 4, AT_ONCE = 1024, LEVEL = 8 };

struct chd_flac_encoder {
    FLAC__StreamEncoder *encoder;
    uint8_t *to;
    size_t size, room;
    bool full;
};

struct chd_flac_encoder *chd_flac_encoder_new(void)
{
    struct chd_flac_encoder *flac = calloc(1, sizeof *flac);

    if (flac)
        flac->encoder = FLAC__stream_encoder_new();
    if (flac && flac->encoder)
        return flac;
    free(flac);
    return NULL;
}

void chd_flac_encoder_free(struct chd_flac_encoder *flac)
{
    if (!flac)
        return;
    FLAC__stream_encoder_delete(flac->encoder);
    free(flac);
}

/* Metadata come with no samples. */
static FLAC__StreamEncoderWriteStatus on_write(const FLAC__StreamEncoder *encoder, const FLAC__byte bytes[],
                                               size_t count, uint32_t samples, uint32_t frame, void *context)
{
    struct chd_flac_encoder *flac = context;

    (void)encoder;
    (void)frame;
    if (samples == 0)
        return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
    if (count > flac->room - flac->size) {
        flac->full = true;
        return FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR;
    }
    memcpy(flac->to + flac->size, bytes, count);
    flac->size += count;
    return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

static bool put_samples(FLAC__StreamEncoder *encoder, const uint8_t *from, size_t pairs, bool big_endian)
{
    const size_t high = big_endian ? 0 : 1;
    FLAC__int32 samples[AT_ONCE * CHANNELS];

    while (pairs) {
        const size_t piece = pairs < AT_ONCE ? pairs : AT_ONCE;

        for (size_t i = 0; i < piece * CHANNELS; i++, from += 2)
            samples[i] = (int16_t)(from[high] << 8 | from[1 - high]);
        if (!FLAC__stream_encoder_process_interleaved(encoder, samples, (uint32_t)piece))
            return false;
        pairs -= piece;
    }
    return true;
}

size_t chd_flac_encode(struct chd_flac_encoder *flac, const uint8_t *from, size_t pairs, bool big_endian,
                       unsigned block, uint8_t *to, size_t room)
{
    bool right;

    flac->to = to;
    flac->room = room;
    flac->size = 0;
    flac->full = false;
    FLAC__stream_encoder_set_channels(flac->encoder, CHANNELS);
    FLAC__stream_encoder_set_bits_per_sample(flac->encoder, 16);
    FLAC__stream_encoder_set_sample_rate(flac->encoder, 44100);
    FLAC__stream_encoder_set_compression_level(flac->encoder, LEVEL);
    FLAC__stream_encoder_set_streamable_subset(flac->encoder, false);
    FLAC__stream_encoder_set_blocksize(flac->encoder, block);
    right = FLAC__stream_encoder_init_stream(flac->encoder, on_write, NULL, NULL, NULL, flac) ==
                FLAC__STREAM_ENCODER_INIT_STATUS_OK &&
            put_samples(flac->encoder, from, pairs, big_endian);
    right = FLAC__stream_encoder_finish(flac->encoder) && right;
    return right && !flac->full ? flac->size : 0;
}
