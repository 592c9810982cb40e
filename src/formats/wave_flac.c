/* FLAC files as samples: a store that decodes the block that is read, and keeps it until another one is wanted. */
#include "formats/wave.h"

#include <FLAC/stream_decoder.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PAIR = 4 /* bytes of a left and a right sample */ };

struct flac_store {
    struct dk_store store;
    struct dk_store *file;
    pthread_mutex_t lock; /* of all below: there is one decoder */
    FLAC__StreamDecoder *decoder;
    uint64_t at; /* where the decoder reads the file */
    unsigned channels, rate, bits;
    uint64_t pairs;
    uint8_t block[FLAC__MAX_BLOCK_SIZE * PAIR]; /* what was decoded last, little-endian */
    uint64_t block_first;                       /* its first pair */
    unsigned block_pairs;
    bool broken; /* the decoder met what it could not decode */
};

/* ---- What the decoder calls ---- */

static FLAC__StreamDecoderReadStatus on_read(const FLAC__StreamDecoder *decoder, FLAC__byte to[], size_t *count,
                                             void *context)
{
    struct flac_store *flac = context;
    const uint64_t left = flac->file->size - flac->at;
    struct dk_error error;

    (void)decoder;
    if (*count > left)
        *count = (size_t)left;
    if (*count == 0)
        return FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
    if (!dk_store_read(flac->file, to, *count, flac->at, &error))
        return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
    flac->at += *count;
    return FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
}

static FLAC__StreamDecoderSeekStatus on_seek(const FLAC__StreamDecoder *decoder, FLAC__uint64 offset, void *context)
{
    struct flac_store *flac = context;

    (void)decoder;
    if (offset > flac->file->size)
        return FLAC__STREAM_DECODER_SEEK_STATUS_ERROR;
    flac->at = offset;
    return FLAC__STREAM_DECODER_SEEK_STATUS_OK;
}

static FLAC__StreamDecoderTellStatus on_tell(const FLAC__StreamDecoder *decoder, FLAC__uint64 *offset, void *context)
{
    (void)decoder;
    *offset = ((const struct flac_store *)context)->at;
    return FLAC__STREAM_DECODER_TELL_STATUS_OK;
}

static FLAC__StreamDecoderLengthStatus on_length(const FLAC__StreamDecoder *decoder, FLAC__uint64 *length,
                                                 void *context)
{
    (void)decoder;
    *length = ((const struct flac_store *)context)->file->size;
    return FLAC__STREAM_DECODER_LENGTH_STATUS_OK;
}

static FLAC__bool on_end(const FLAC__StreamDecoder *decoder, void *context)
{
    const struct flac_store *flac = context;

    (void)decoder;
    return flac->at >= flac->file->size;
}

static FLAC__StreamDecoderWriteStatus on_block(const FLAC__StreamDecoder *decoder, const FLAC__Frame *frame,
                                               const FLAC__int32 *const samples[], void *context)
{
    struct flac_store *flac = context;
    uint8_t *to = flac->block;

    (void)decoder;
    if (frame->header.channels != 2 || frame->header.bits_per_sample != 16 ||
        frame->header.blocksize > FLAC__MAX_BLOCK_SIZE) {
        flac->broken = true;
        return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
    }
    for (unsigned i = 0; i < frame->header.blocksize; i++) {
        for (unsigned channel = 0; channel < 2; channel++) {
            *to++ = (uint8_t)samples[channel][i];
            *to++ = (uint8_t)(samples[channel][i] >> 8);
        }
    }
    flac->block_first = frame->header.number.sample_number;
    flac->block_pairs = frame->header.blocksize;
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void on_metadata(const FLAC__StreamDecoder *decoder, const FLAC__StreamMetadata *metadata, void *context)
{
    struct flac_store *flac = context;

    (void)decoder;
    if (metadata->type != FLAC__METADATA_TYPE_STREAMINFO)
        return;
    flac->channels = metadata->data.stream_info.channels;
    flac->rate = metadata->data.stream_info.sample_rate;
    flac->bits = metadata->data.stream_info.bits_per_sample;
    flac->pairs = metadata->data.stream_info.total_samples;
}

static void on_error(const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status, void *context)
{
    (void)decoder;
    (void)status;
    ((struct flac_store *)context)->broken = true;
}

/* ---- The store ---- */

static bool holds(const struct flac_store *flac, uint64_t pair)
{
    return pair >= flac->block_first && pair - flac->block_first < flac->block_pairs;
}

/* Brings the block with `pair` in: the next one where that is it, else by a search. */
static bool decode(struct flac_store *flac, uint64_t pair)
{
    flac->broken = false;
    if (flac->block_pairs && pair == flac->block_first + flac->block_pairs)
        (void)FLAC__stream_decoder_process_single(flac->decoder);
    if (!flac->broken && holds(flac, pair))
        return true;
    flac->broken = false;
    flac->block_pairs = 0;
    if (FLAC__stream_decoder_seek_absolute(flac->decoder, pair) && !flac->broken && holds(flac, pair))
        return true;
    flac->block_pairs = 0;
    FLAC__stream_decoder_flush(flac->decoder); /* a search that failed would fail all that follow */
    return false;
}

static bool read_pairs(struct flac_store *flac, uint8_t *to, size_t count, uint64_t offset, struct dk_error *error)
{
    while (count) {
        const uint64_t pair = offset / PAIR;
        size_t from, piece;

        if (!holds(flac, pair) && !decode(flac, pair))
            return dk_fail(error, DK_ERROR_DAMAGED, "%s cannot be decoded at sample %ju", flac->store.name,
                           (uintmax_t)pair);
        from = (size_t)(offset - flac->block_first * PAIR);
        piece = flac->block_pairs * (size_t)PAIR - from;
        piece = piece < count ? piece : count;
        memcpy(to, flac->block + from, piece);
        to += piece;
        offset += piece;
        count -= piece;
    }
    return true;
}

static bool flac_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *error)
{
    struct flac_store *flac = (struct flac_store *)store;
    bool right;

    pthread_mutex_lock(&flac->lock);
    right = read_pairs(flac, to, count, offset, error);
    pthread_mutex_unlock(&flac->lock);
    return right;
}

static void flac_destroy(struct dk_store *store)
{
    struct flac_store *flac = (struct flac_store *)store;

    if (flac->decoder)
        FLAC__stream_decoder_delete(flac->decoder);
    pthread_mutex_destroy(&flac->lock);
    dk_store_close(flac->file);
    free(flac);
}

static const struct dk_store_ops flac_ops = {
    .read = flac_read,
    .destroy = flac_destroy,
};

static struct flac_store *new_store(struct dk_store *file)
{
    struct flac_store *flac = calloc(1, sizeof *flac);

    if (!flac)
        return NULL;
    pthread_mutex_init(&flac->lock, NULL);
    flac->file = dk_store_use(file);
    flac->store.ops = &flac_ops;
    flac->store.name = file->name;
    flac->store.users = 1;
    return flac;
}

static bool start_decoder(struct flac_store *flac)
{
    flac->decoder = FLAC__stream_decoder_new();
    return flac->decoder &&
           FLAC__stream_decoder_init_stream(flac->decoder, on_read, on_seek, on_tell, on_length, on_end, on_block,
                                            on_metadata, on_error, flac) == FLAC__STREAM_DECODER_INIT_STATUS_OK;
}

static bool check_stream(struct flac_store *flac, struct dk_error *error)
{
    if (!FLAC__stream_decoder_process_until_end_of_metadata(flac->decoder) || flac->rate == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has no STREAMINFO: it is no whole FLAC file", flac->store.name);
    if (!sound_check(flac->file, flac->channels, flac->rate, flac->bits, error))
        return false;
    if (flac->pairs == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s does not say how many samples it has", flac->store.name);
    flac->store.size = flac->pairs * PAIR; /* 36 bits of samples: no overflow */
    return true;
}

bool flac_open(struct dk_store *file, struct sound *sound, struct dk_notes *notes, struct dk_error *error)
{
    struct flac_store *flac = new_store(file);
    uint8_t last[PAIR];
    struct dk_error why;

    *sound = (struct sound){ 0 };
    if (!flac || !start_decoder(flac)) {
        dk_fail(error, DK_ERROR_SYSTEM, "cannot start a decoder for %s", file->name);
        goto fail;
    }
    if (!check_stream(flac, error))
        goto fail;
    /* the number of samples is a claim that no size bounds: its last one must be there */
    if (!dk_store_read(&flac->store, last, sizeof last, flac->store.size - sizeof last, &why))
        dk_note(notes, DK_NOTE_DAMAGE, "%s, the last that it says to have: it is cut short or damaged", why.text);
    sound->store = &flac->store;
    return true;

fail:
    if (flac)
        flac_destroy(&flac->store);
    return false;
}
