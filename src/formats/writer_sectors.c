/* Writing images: sectors of a disc into a file, copied where they are stored as they shall be, else made anew. */
#include "formats/writer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECTORS_AT_ONCE = 448, /* 1 MiB */
    COPY_AT_ONCE = 64 << 20,
    SUBHEADER = 16,
    CHECK_BYTES_END = 2076, /* of a Mode 2 Form 1 sector, and beyond that of Mode 1: ECMA-130 14.3, CD-ROM XA */
};

static bool tick(struct writer *writer, uint32_t sectors, struct dk_error *error)
{
    writer->done += sectors;
    return dk_watch_tick(writer->options->watch, "converting", writer->done * DK_SECTOR_RAW,
                         writer->total * DK_SECTOR_RAW) ||
           dk_fail(error, DK_ERROR_STOPPED, "stopped");
}

/* ---- Damage ---- */

/* Bad sectors that follow each other are told in one note. */
struct bad_run {
    int32_t lba;
    uint32_t count;
    const char *what;
};

static void tell_run(struct writer *writer, struct bad_run *run)
{
    if (run->count == 1)
        dk_note(writer->options->notes, DK_NOTE_DAMAGE, "LBA %" PRId32 ": %s", run->lba, run->what);
    else if (run->count)
        dk_note(writer->options->notes, DK_NOTE_DAMAGE, "LBA %" PRId32 " to %" PRId64 ": %s", run->lba,
                (int64_t)run->lba + run->count - 1, run->what);
    run->count = 0;
}

static void add_bad(struct writer *writer, struct bad_run *run, int32_t lba, const char *what)
{
    if (run->count && run->lba + (int64_t)run->count == lba && run->what == what) {
        run->count++;
        return;
    }
    tell_run(writer, run);
    *run = (struct bad_run){ lba, 1, what };
}

/*
 * What was stored with check bytes is checked; what was computed here is right. A pause is not: after audio its first
 * second may be audio (ECMA-130 chapter 20).
 */
static void check(struct writer *writer, const struct dk_extent *extent, const uint8_t *sectors, size_t size,
                  int32_t lba, uint32_t count, struct bad_run *run)
{
    if (writer->options->checked || !extent || extent->mode == DK_AUDIO || extent->layout->to < CHECK_BYTES_END ||
        size < DK_SECTOR_RAW)
        return;
    for (uint32_t i = 0; i < count; i++) {
        const struct dk_track *track = dk_disc_track_at(writer->disc, lba + (int32_t)i);

        if (track && lba + (int32_t)i >= track->lba &&
            (dk_sector_check(sectors + i * size, lba + (int32_t)i, false) & (DK_FAULT_SYNC | DK_FAULT_EDC)))
            add_bad(writer, run, lba + (int32_t)i, "damaged (EDC), and copied as it is");
    }
}

/* ---- Reading ---- */

/* What is stored, read by the disc's own source. */
static bool read_plainly(struct writer *writer, const struct dk_extent *extent, const struct dk_write_run *wanted,
                         uint8_t *buffer, struct bad_run *run, struct dk_error *error)
{
    const size_t size = dk_form_size(wanted->form);
    int32_t lba = wanted->lba;
    uint32_t left = wanted->count;

    while (left) {
        const uint32_t most = left < SECTORS_AT_ONCE ? left : SECTORS_AT_ONCE;
        uint32_t got = dk_source_read(writer->disc->source, lba, most, wanted->form, buffer, error);

        if (got) {
            check(writer, extent, buffer, size, lba, got, run);
        } else if (error->kind == DK_ERROR_DAMAGED) {
            got = 1;
            memset(buffer, 0, size);
            add_bad(writer, run, lba, "can't be read: zeros are in its place");
        } else {
            return false;
        }
        if (!wanted->take(wanted->context, lba, got, buffer, error) || !tick(writer, got, error))
            return false;
        lba += (int32_t)got;
        left -= got;
    }
    return true;
}

/* The mode of what no image has: that of its track, or of the track that it is the pause of. */
static enum dk_mode mode_at(const struct dk_disc *disc, int32_t lba)
{
    const struct dk_track *track = dk_disc_track_at(disc, lba);

    for (size_t i = 0; !track && i < disc->track_count; i++)
        if (disc->tracks[i].lba > lba)
            track = &disc->tracks[i];
    return track ? track->mode : disc->tracks[0].mode;
}

/* Sectors that no file holds. */
static bool make_empty(struct writer *writer, const struct dk_extent *extent, const struct dk_write_run *wanted,
                       uint8_t *buffer, struct dk_error *error)
{
    const size_t size = dk_form_size(wanted->form);
    const struct dk_extent empty = {
        .lba = wanted->lba,
        .count = wanted->count,
        .mode = extent ? extent->mode : mode_at(writer->disc, wanted->lba),
    };

    for (uint32_t done = 0; done < wanted->count;) {
        const uint32_t left = wanted->count - done, piece = left < SECTORS_AT_ONCE ? left : SECTORS_AT_ONCE;
        const int32_t lba = wanted->lba + (int32_t)done;

        for (uint32_t i = 0; i < piece; i++)
            dk_extent_turn(writer->disc, &empty, lba + (int32_t)i, NULL, wanted->form, buffer + i * size);
        if (!wanted->take(wanted->context, lba, piece, buffer, error) || !tick(writer, piece, error))
            return false;
        done += piece;
    }
    return true;
}

/* Sectors that one extent has, or that none has. A drive has none, and all sectors. */
static bool read_stretch(struct writer *writer, const struct dk_extent *extent, const struct dk_write_run *wanted,
                         struct bad_run *run, struct dk_error *error)
{
    const bool readable = writer->disc->extent_count == 0 || (extent && extent->store);
    uint8_t *buffer;
    bool right;

    if (readable && writer->options->read) {
        writer->done += wanted->count;
        return writer->options->read(writer->options->reader, wanted, error);
    }
    buffer = malloc(SECTORS_AT_ONCE * dk_form_size(wanted->form));
    if (!buffer)
        return dk_fail_errno(error, "cannot write %s", writer->path);
    right = readable ? read_plainly(writer, extent, wanted, buffer, run, error)
                     : make_empty(writer, extent, wanted, buffer, error);
    free(buffer);
    return right;
}

/* How many of `most` sectors lie in the extent at `lba`, or before the next one where there is none. */
static uint32_t stretch_at(const struct dk_disc *disc, int32_t lba, uint32_t most, const struct dk_extent **extent)
{
    int64_t end = (int64_t)lba + most;

    *extent = dk_disc_extent_at(disc, lba);
    if (*extent && (int64_t)(*extent)->lba + (*extent)->count < end)
        end = (int64_t)(*extent)->lba + (*extent)->count;
    for (size_t i = 0; !*extent && i < disc->extent_count; i++)
        if (disc->extents[i].lba > lba && disc->extents[i].lba < end)
            end = disc->extents[i].lba;
    return (uint32_t)(end - lba);
}

bool writer_read(struct writer *writer, int32_t lba, uint32_t count, enum dk_form form, dk_write_take *take,
                 void *context, struct dk_error *error)
{
    struct bad_run run = { 0 };
    bool right = true;

    while (right && count) {
        const struct dk_extent *extent;
        const uint32_t piece = stretch_at(writer->disc, lba, count, &extent);
        const struct dk_write_run wanted = {
            .lba = lba,
            .count = piece,
            .form = form,
            .done_before = writer->done,
            .total = writer->total,
            .take = take,
            .context = context,
        };

        right = read_stretch(writer, extent, &wanted, &run, error);
        lba += (int32_t)piece;
        count -= piece;
    }
    tell_run(writer, &run);
    return right;
}

/* ---- Into a file ---- */

struct target {
    struct dk_output_file *file;
    const struct writer_shape *shape;
};

/* In place, since what follows is smaller or as large: what `bytes` points to is this call's. */
static void shape_sector(const struct writer_shape *shape, const uint8_t *from, uint8_t *to)
{
    switch (shape->size) {
    case 2336:
        memcpy(to, from + SUBHEADER, shape->size);
        break;
    case DK_SECTOR_RAW_SUB:
        memcpy(to, from, DK_SECTOR_RAW);
        if (shape->sub_order == DK_SUB_INTERLEAVED)
            dk_sub_to_interleaved(from + DK_SECTOR_RAW, to + DK_SECTOR_RAW);
        else
            memcpy(to + DK_SECTOR_RAW, from + DK_SECTOR_RAW, DK_SUBCHANNEL);
        break;
    default:
        memcpy(to, from, shape->size);
    }
    for (int i = 0; shape->big_endian && i < DK_SECTOR_RAW; i += 2) {
        const uint8_t first = to[i];

        to[i] = to[i + 1];
        to[i + 1] = first;
    }
}

static enum dk_form form_of(const struct writer_shape *shape)
{
    return shape->size == DK_SECTOR_USER ? DK_FORM_USER : shape->size > DK_SECTOR_RAW ? DK_FORM_RAW_SUB : DK_FORM_RAW;
}

static bool put(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    enum { AT_ONCE = 16 };
    const struct target *target = context;
    const size_t size = target->shape->size, form_size = dk_form_size(form_of(target->shape));
    uint8_t shaped[AT_ONCE * DK_SECTOR_RAW_SUB];

    (void)lba;
    if (size == form_size && !target->shape->big_endian &&
        (size != DK_SECTOR_RAW_SUB || target->shape->sub_order == DK_SUB_LINEAR))
        return dk_output_write(target->file, bytes, count * size, error);
    while (count) {
        const uint32_t piece = count < AT_ONCE ? count : AT_ONCE;

        for (uint32_t i = 0; i < piece; i++)
            shape_sector(target->shape, bytes + i * form_size, shaped + i * size);
        if (!dk_output_write(target->file, shaped, piece * size, error))
            return false;
        bytes += piece * form_size;
        count -= piece;
    }
    return true;
}

/* Bytes of a plain file that need no look: audio, bare user data. */
static bool is_copy(const struct writer *writer, const struct dk_extent *extent, const struct writer_shape *shape)
{
    uint64_t start;

    return extent && extent->store && extent->layout->stored == shape->size &&
           extent->audio_big_endian == shape->big_endian &&
           (extent->mode == DK_AUDIO || shape->size == DK_SECTOR_USER) && !writer->options->read_all &&
           (shape->size != DK_SECTOR_RAW_SUB || extent->sub_order == shape->sub_order) &&
           dk_store_plain_file(extent->store, &start) >= 0;
}

static bool copy(struct writer *writer, const struct dk_extent *extent, int32_t lba, uint32_t count,
                 struct dk_output_file *to, struct dk_error *error)
{
    const unsigned size = extent->layout->stored;
    uint64_t offset = extent->offset + (uint64_t)(lba - extent->lba) * size;

    while (count) {
        const uint32_t piece = count < COPY_AT_ONCE / size ? count : COPY_AT_ONCE / size;

        if (!dk_output_copy(to, extent->store, offset, (uint64_t)piece * size, error) || !tick(writer, piece, error))
            return false;
        offset += (uint64_t)piece * size;
        count -= piece;
    }
    return true;
}

bool writer_put_sectors(struct writer *writer, int32_t lba, uint32_t count, const struct writer_shape *shape,
                        struct dk_output_file *to, struct dk_error *error)
{
    struct target target = { to, shape };

    while (count) {
        const struct dk_extent *extent;
        const uint32_t piece = stretch_at(writer->disc, lba, count, &extent);

        if (!(is_copy(writer, extent, shape) ? copy(writer, extent, lba, piece, to, error)
                                             : writer_read(writer, lba, piece, form_of(shape), put, &target, error)))
            return false;
        lba += (int32_t)piece;
        count -= piece;
    }
    return true;
}
