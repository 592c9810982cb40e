/* The calls on sources, and the source of a disc: sectors as they are stored, turned into the form that is wanted. */
#include "sector/contents.h"
#include "sector/wrapper.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { STORED_MAX = 2646, CHUNK = 16 /* sectors that go through the stack at once */ };

uint32_t dk_source_read(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                        struct dk_error *error)
{
    return source->ops->read(source, lba, count, form, to, error);
}

void dk_source_close(struct dk_source *source)
{
    if (source)
        source->ops->destroy(source);
}

size_t dk_form_size(enum dk_form form)
{
    static const size_t sizes[] = { DK_SECTOR_USER, DK_SECTOR_RAW, DK_SECTOR_RAW_SUB };

    return sizes[form];
}

struct disc_source {
    struct dk_source source;
    const struct dk_disc *disc;
};

static void swap_samples(uint8_t *bytes)
{
    for (int i = 0; i < DK_SECTOR_RAW; i += 2) {
        const uint8_t high = bytes[i];

        bytes[i] = bytes[i + 1];
        bytes[i + 1] = high;
    }
}

/* Q with its CRC, which may be left out as zeros; three bytes of padding; P in the highest bit. */
static void take_q_and_p(const uint8_t sub[16], uint8_t *to)
{
    static const uint8_t none[12];
    uint8_t *q = to + 12;

    memset(to, sub[15] & 0x80 ? 0xFF : 0, 12);
    memcpy(q, sub, 12);
    if (memcmp(q, none, 10) != 0 && memcmp(q + 10, none, 2) == 0) {
        const uint16_t crc = dk_q_crc(q, 10);

        q[10] = (uint8_t)(crc >> 8);
        q[11] = (uint8_t)crc;
    }
}

static void take_subchannel(const struct dk_disc *disc, const struct dk_extent *extent, int32_t lba,
                            const uint8_t *stored, uint8_t *to)
{
    const struct dk_layout *layout = extent->layout;
    const uint8_t *sub = stored ? stored + (layout->to - layout->from) + layout->c2_size : NULL;

    if (sub && layout->sub_size == DK_SUBCHANNEL && extent->sub_order == DK_SUB_LINEAR) {
        memcpy(to, sub, DK_SUBCHANNEL);
    } else if (sub && layout->sub_size == DK_SUBCHANNEL) {
        dk_sub_to_linear(sub, to);
    } else {
        dk_sub_make(disc, lba, to);
        if (sub && layout->sub_size)
            take_q_and_p(sub, to);
    }
}

void dk_extent_turn(const struct dk_disc *disc, const struct dk_extent *extent, int32_t lba, const uint8_t *stored,
                    enum dk_form form, uint8_t *to)
{
    if (form == DK_FORM_USER) {
        if (stored)
            memcpy(to, stored + sector_user_in(extent->layout, extent->mode, stored), DK_SECTOR_USER);
        else
            memset(to, 0, DK_SECTOR_USER);
        return;
    }
    if (stored) {
        dk_sector_expand(extent->layout, extent->mode, lba, stored, to);
        if (extent->mode == DK_AUDIO && extent->audio_big_endian)
            swap_samples(to);
    } else {
        sector_make_empty(to, extent->mode, lba);
    }
    if (form == DK_FORM_RAW_SUB)
        take_subchannel(disc, extent, lba, stored, to + DK_SECTOR_RAW);
}

static bool same_bytes(const struct dk_extent *extent, enum dk_form form)
{
    const struct dk_layout *layout = extent->layout;

    if (!extent->store || extent->audio_big_endian)
        return false;
    return (form == DK_FORM_RAW && layout->stored == DK_SECTOR_RAW) ||
           (form == DK_FORM_USER && layout->stored == DK_SECTOR_USER);
}

/* Reads a few sectors of one extent, from its sector `first` on: all or none. */
static bool read_chunk(const struct dk_disc *disc, const struct dk_extent *extent, uint32_t first, uint32_t count,
                       enum dk_form form, uint8_t *to, struct dk_error *error)
{
    const size_t size = dk_form_size(form), stored = extent->store ? extent->layout->stored : 0;
    uint8_t buffer[CHUNK * STORED_MAX];

    if (stored &&
        !dk_store_read(extent->store, buffer, count * stored, extent->offset + (uint64_t)first * stored, error))
        return false;
    for (uint32_t i = 0; i < count; i++)
        dk_extent_turn(disc, extent, (int32_t)((int64_t)extent->lba + first + i), stored ? buffer + i * stored : NULL,
                       form, to + i * size);
    return true;
}

static bool read_some(const struct dk_disc *disc, const struct dk_extent *extent, uint32_t first, uint32_t count,
                      enum dk_form form, uint8_t *to, struct dk_error *error)
{
    const size_t size = dk_form_size(form);

    return same_bytes(extent, form)
               ? dk_store_read(extent->store, to, count * size, extent->offset + (uint64_t)first * size, error)
               : read_chunk(disc, extent, first, count, form, to, error);
}

/* Returns how many were read; where a piece fails, one by one, so that everything before the bad sector counts. */
static uint32_t read_extent(const struct dk_disc *disc, const struct dk_extent *extent, uint32_t first, uint32_t count,
                            enum dk_form form, uint8_t *to, struct dk_error *error)
{
    const size_t size = dk_form_size(form);
    const uint32_t at_once = same_bytes(extent, form) ? count : CHUNK;
    uint32_t done = 0, single = 0; /* to be read one by one */

    while (done < count) {
        const uint32_t left = count - done, piece = single ? 1 : left < at_once ? left : at_once;

        if (read_some(disc, extent, first + done, piece, form, to + done * size, error)) {
            done += piece;
            single -= single > 0;
        } else if (piece == 1) {
            break;
        } else {
            single = piece;
        }
    }
    return done;
}

static void say_why_not(const struct dk_disc *disc, int32_t lba, struct dk_error *error)
{
    const struct dk_track *track = dk_disc_track_at(disc, lba);

    if (track && track->missing)
        dk_fail(error, DK_ERROR_MISSING, "LBA %" PRId32 " is in track %d, whose file is not there", lba, track->number);
    else
        dk_fail(error, DK_ERROR_DAMAGED, "the image has no sector with LBA %" PRId32, lba);
}

static uint32_t disc_read(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                          struct dk_error *error)
{
    const struct dk_disc *disc = ((struct disc_source *)source)->disc;
    uint32_t done = 0;

    while (done < count) {
        const int32_t at = (int32_t)((int64_t)lba + done);
        const struct dk_extent *extent = dk_disc_extent_at(disc, at);
        uint32_t first, piece, got;

        if (!extent) {
            say_why_not(disc, at, error);
            break;
        }
        if (form == DK_FORM_USER && extent->mode == DK_AUDIO) {
            dk_fail(error, DK_ERROR_DAMAGED, "LBA %" PRId32 " is audio and has no user data", at);
            break;
        }
        first = (uint32_t)((int64_t)at - extent->lba);
        piece = extent->count - first < count - done ? extent->count - first : count - done;
        got = read_extent(disc, extent, first, piece, form, (uint8_t *)to + done * dk_form_size(form), error);
        done += got;
        if (got < piece)
            break;
    }
    return done;
}

void source_free(struct dk_source *source)
{
    free(source);
}

static const struct dk_source_ops disc_source_ops = {
    .read = disc_read,
    .destroy = source_free,
};

struct dk_source *disc_source_new(const struct dk_disc *disc)
{
    struct disc_source *source = malloc(sizeof *source);

    if (!source)
        return NULL;
    *source = (struct disc_source){ { &disc_source_ops }, disc };
    return &source->source;
}
