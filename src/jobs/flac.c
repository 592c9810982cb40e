/* Writing the sound of tracks as FLAC files, with libFLAC. */
#include "jobs/flac.h"

#include <disckit/verify.h>

#include <FLAC/stream_encoder.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHANNELS = 2,
    BITS = 16,
    RATE = 44100,
    SECTORS_AT_ONCE = 16,
    LEVEL = 5, /* what the program flac uses */
};

/* A file that is being written. */
struct flac_writer {
    struct dk_output_file *file;
    uint64_t at; /* where the encoder writes: it comes back to fill in what it knows last */
    FLAC__StreamEncoder *encoder;
    FLAC__StreamMetadata *blocks[FLAC_BLOCKS_MAX];
    unsigned block_count;
    struct dk_error error; /* of the output */
};

/* ---- What the encoder calls ---- */

static FLAC__StreamEncoderWriteStatus on_write(const FLAC__StreamEncoder *encoder, const FLAC__byte bytes[],
                                               size_t size, uint32_t samples, uint32_t frame, void *context)
{
    struct flac_writer *writer = context;
    const bool replaces = writer->at < dk_output_size(writer->file);

    (void)encoder, (void)samples, (void)frame;
    if (!(replaces ? dk_output_replace_bytes(writer->file, writer->at, bytes, size, &writer->error)
                   : dk_output_write(writer->file, bytes, size, &writer->error)))
        return FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR;
    writer->at += size;
    return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

static FLAC__StreamEncoderSeekStatus on_seek(const FLAC__StreamEncoder *encoder, FLAC__uint64 offset, void *context)
{
    (void)encoder;
    ((struct flac_writer *)context)->at = offset;
    return FLAC__STREAM_ENCODER_SEEK_STATUS_OK;
}

static FLAC__StreamEncoderTellStatus on_tell(const FLAC__StreamEncoder *encoder, FLAC__uint64 *offset, void *context)
{
    (void)encoder;
    *offset = ((const struct flac_writer *)context)->at;
    return FLAC__STREAM_ENCODER_TELL_STATUS_OK;
}

/* ---- Writing ---- */

static bool fail(const struct flac_writer *writer, struct dk_error *error)
{
    if (writer->error.kind != DK_ERROR_NONE) {
        *error = writer->error;
        return false;
    }
    return dk_fail(error, DK_ERROR_SYSTEM, "cannot write %s: %s", dk_output_path(writer->file),
                   FLAC__stream_encoder_get_resolved_state_string(writer->encoder));
}

static bool take(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    struct flac_writer *writer = context;
    FLAC__int32 samples[SECTORS_AT_ONCE * FLAC_SAMPLES * CHANNELS];

    (void)lba;
    while (count) {
        const uint32_t piece = count < SECTORS_AT_ONCE ? count : SECTORS_AT_ONCE;

        for (size_t i = 0; i < (size_t)piece * FLAC_SAMPLES * CHANNELS; i++)
            samples[i] = (int16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
        if (!FLAC__stream_encoder_process_interleaved(writer->encoder, samples, piece * FLAC_SAMPLES))
            return fail(writer, error);
        bytes += (size_t)piece * DK_SECTOR_RAW;
        count -= piece;
    }
    return true;
}

/* To stdout nothing can be filled in later: such a file lacks the MD5 of its samples. */
static bool start(struct flac_writer *writer, const struct convert_sound *sound, struct dk_error *error)
{
    FLAC__StreamEncoder *encoder = writer->encoder;
    const bool seekable = dk_output_temporary(writer->file) != NULL;
    const bool set =
        encoder && FLAC__stream_encoder_set_channels(encoder, CHANNELS) &&
        FLAC__stream_encoder_set_bits_per_sample(encoder, BITS) &&
        FLAC__stream_encoder_set_sample_rate(encoder, RATE) &&
        FLAC__stream_encoder_set_compression_level(encoder, LEVEL) &&
        FLAC__stream_encoder_set_total_samples_estimate(encoder, (FLAC__uint64)sound->count * FLAC_SAMPLES) &&
        FLAC__stream_encoder_set_metadata(encoder, writer->blocks, writer->block_count);

    if (!set)
        return dk_fail(error, DK_ERROR_SYSTEM, "cannot start an encoder for %s", dk_output_path(writer->file));
    if (seekable && !dk_output_allow_replacing(writer->file, error))
        return false;
    return FLAC__stream_encoder_init_stream(encoder, on_write, seekable ? on_seek : NULL, seekable ? on_tell : NULL,
                                            NULL, writer) == FLAC__STREAM_ENCODER_INIT_STATUS_OK ||
           fail(writer, error);
}

static bool write_sound(struct convert *convert, const struct convert_sound *sound, uint64_t done,
                        struct dk_output_file *file, struct dk_error *error)
{
    struct flac_writer writer = { .file = file, .encoder = FLAC__stream_encoder_new() };
    const struct dk_pipeline settings = sounds_pipeline(convert, sound, done, take, NULL, &writer);
    bool right;

    writer.block_count = flac_make_blocks(convert, sound, writer.blocks);
    right = writer.block_count && start(&writer, sound, error);
    if (!writer.block_count)
        dk_fail(error, DK_ERROR_SYSTEM, "cannot write %s: no memory is left", dk_output_path(file));
    right = right && dk_pipeline_run(&settings, error);
    if (right && !FLAC__stream_encoder_finish(writer.encoder))
        right = fail(&writer, error);
    if (writer.encoder)
        FLAC__stream_encoder_delete(writer.encoder);
    for (unsigned i = 0; i < writer.block_count; i++)
        FLAC__metadata_object_delete(writer.blocks[i]);
    return right;
}

bool convert_write_flac(struct convert *convert, struct dk_error *error)
{
    flac_note_loss(convert);
    return sounds_write(convert, write_sound, error);
}

/* ---- Comparing ---- */

static bool verify_sound(struct convert *convert, const struct convert_sound *sound, const char *path,
                         struct dk_error *error)
{
    const struct dk_verify_range range = { .lba = sound->lba, .count = sound->count, .form = DK_FORM_RAW };
    struct dk_store *file = dk_store_open_file(path, error);
    struct dk_store *samples = file ? dk_sound_open(file, &convert->result->notes, error) : NULL;
    bool right = samples != NULL;

    if (right && samples->size != (uint64_t)sound->count * DK_SECTOR_RAW)
        right = dk_fail(error, DK_ERROR_DAMAGED, "%s has %" PRIu64 " bytes of samples, not the %" PRIu64 " written",
                        path, samples->size, (uint64_t)sound->count * DK_SECTOR_RAW);
    right = right &&
            dk_verify_store(convert->disc, convert->options->source, &range, samples, convert->options->watch, error);
    dk_store_close(samples);
    dk_store_close(file);
    return right;
}

bool convert_verify_flac(struct convert *convert, struct dk_error *error)
{
    return sounds_verify(convert, verify_sound, error);
}
