/*
 * Writing a disc as a media descriptor of version 1.5 with one .mdf. The offset of a track points at INDEX 01. Readers
 * disagree on pregaps: one that is empty is left out of the file, any other is stored right before the offset.
 */
#include "formats/mds.h"
#include "formats/writer.h"
#include "util/arena.h"
#include "util/pen.h"

#include <inttypes.h>
#include <string.h>

enum {
    HEADER = 88,
    SESSION_BLOCK = 24,
    TRACK_BLOCK = 80,
    EXTRA_BLOCK = 8,
    FOOTER = 16,
    POINTS = 3, /* A0, A1, A2: first track, last track, lead-out */
    POINT_FIRST = 0xA0,
    MEDIUM_CD_ROM = 0,
    MEDIUM_DVD_ROM = 0x10,
    ADR_POSITION = 0x10,
    DVD_ADR_CONTROL = 0x14,
    DVD_CODE = 2,
    TYPE_XA = 0x20,
    SUBCHANNEL_RAW = 8,
};

/* "*.mdf" in UTF-16: the descriptor's own name with that suffix. */
static const uint8_t data_name[] = { '*', 0, '.', 0, 'm', 0, 'd', 0, 'f', 0, 0, 0 };

struct mds_part {
    const struct dk_track *track;
    bool opens_session;
    int32_t begin, end; /* sectors in the file */
    uint32_t pregap;
    struct writer_shape shape;
    uint64_t offset; /* of INDEX 01 */
};

struct mds_writer {
    struct writer base;
    struct dk_output_file *sheet, *data;
    struct mds_part parts[DK_TRACKS_MAX];
    size_t count, sessions;
    bool dvd;
    uint32_t blocks_at, extras_at, footer_at; /* bytes in the descriptor */
    struct pen pen;
};

/* ---- The plan ---- */

static unsigned size_of(const struct mds_writer *writer, const struct dk_track *track)
{
    if (writer->dvd || (dk_mode_is_data(track->mode) && writer->base.options->sector == DK_SECTOR_USER))
        return DK_SECTOR_USER;
    return writer_keeps_subchannel(writer->base.disc) ? DK_SECTOR_RAW_SUB : DK_SECTOR_RAW;
}

/* Would a reader who makes the gap up get what the image has there? Only silence is told so; other sectors are kept. */
static bool is_made_up(const struct mds_writer *writer, int32_t begin, int32_t end)
{
    const struct dk_disc *disc = writer->base.disc;
    int32_t lba = writer_first_stored(disc, begin, end);
    const struct dk_extent *extent = lba < end ? dk_disc_extent_at(disc, lba) : NULL;

    if (!extent)
        return true;
    return extent->mode == DK_AUDIO && !extent->layout->sub_size && writer_first_full(disc, lba, end) == end;
}

static void tell_lost_pause(struct mds_writer *writer, const struct writer_part *from)
{
    const int32_t lba = writer_first_full(writer->base.disc, from->begin, from->track->lba);

    if (lba < from->track->lba)
        dk_note(writer->base.options->notes, DK_NOTE_DAMAGE,
                "LBA %" PRId32 " to %" PRId32 ", the pause before session %d, are not all empty, and are left out", lba,
                from->track->lba - 1, from->track->session);
}

static bool plan_part(struct mds_writer *writer, const struct writer_part *from, struct mds_part *part,
                      struct dk_error *error)
{
    const struct dk_track *track = from->track;

    *part = (struct mds_part){
        .track = track,
        .opens_session = from->opens_session,
        .begin = track->lba,
        .end = from->end,
        .pregap = from->opens_session ? DK_LEAD_IN_PREGAP : track->pregap,
        .shape = { .size = size_of(writer, track), .sub_order = DK_SUB_INTERLEAVED },
    };
    if (part == writer->parts) {
        part->pregap += track->lba > 0 ? (uint32_t)track->lba : 0;
    } else if (from->opens_session) {
        tell_lost_pause(writer, from);
    } else if (!is_made_up(writer, from->begin, track->lba)) {
        part->begin = from->begin;
        part->pregap = (uint32_t)(track->lba - from->begin);
    }
    if (part->shape.size == DK_SECTOR_USER && (track->mode == DK_MODE2 || track->mode == DK_MODE2_FORM2))
        return dk_fail(error, DK_ERROR_REFUSED,
                       "track %d is %s: sectors of 2048 bytes cannot hold it; --sector 2352 keeps it whole",
                       track->number, dk_mode_name(track->mode));
    writer->base.total += (uint32_t)(part->end - part->begin);
    return true;
}

static bool plan(struct mds_writer *writer, struct dk_error *error)
{
    const struct dk_disc *disc = writer->base.disc;
    struct writer_part parts[DK_TRACKS_MAX];

    if (disc->medium == DK_MEDIUM_BD)
        return dk_fail(error, DK_ERROR_REFUSED, "%s is an image of a BD, and an .mds knows CDs and DVDs alone",
                       disc->path);
    if (!writer_can(&writer->base, "mds", WRITER_DVD | WRITER_SECTOR_2048, error) || !writer_parts(disc, parts, error))
        return false;
    writer->dvd = disc->medium == DK_MEDIUM_DVD;
    writer->count = disc->track_count;
    for (size_t i = 0; i < writer->count; i++) {
        if (!plan_part(writer, &parts[i], &writer->parts[i], error))
            return false;
        writer->sessions += parts[i].opens_session;
    }
    if (writer->dvd && writer->count > 1)
        return dk_fail(error, DK_ERROR_REFUSED, "%s is a DVD of %zu tracks, and an .mds has one", disc->path,
                       writer->count);
    return true;
}

static bool write_sectors(struct mds_writer *writer, struct dk_error *error)
{
    for (size_t i = 0; i < writer->count; i++) {
        struct mds_part *part = &writer->parts[i];

        part->offset = dk_output_size(writer->data) + (uint64_t)(part->track->lba - part->begin) * part->shape.size;
        if (!writer_put_sectors(&writer->base, part->begin, (uint32_t)(part->end - part->begin), &part->shape,
                                writer->data, error))
            return false;
    }
    return true;
}

/* ---- The descriptor ---- */

static void put_header(struct mds_writer *writer)
{
    struct pen *pen = &writer->pen;

    pen_bytes(pen, "MEDIA DESCRIPTOR\1\5", 18);
    pen_little_endian(pen, 2, writer->dvd ? MEDIUM_DVD_ROM : MEDIUM_CD_ROM);
    pen_little_endian(pen, 2, writer->sessions);
    pen_little_endian(pen, 2, 2);
    pen_zeros(pen, 80 - 24);
    pen_little_endian(pen, 4, HEADER); /* of the session blocks */
    pen_zeros(pen, 4);
}

/* The last track of the session that begins with track `first`. */
static size_t last_of(const struct mds_writer *writer, size_t first)
{
    size_t last = first;

    while (last + 1 < writer->count && !writer->parts[last + 1].opens_session)
        last++;
    return last;
}

static size_t points(const struct mds_writer *writer)
{
    return writer->dvd ? 0 : POINTS;
}

static void put_sessions(struct mds_writer *writer)
{
    uint32_t at = writer->blocks_at;
    struct pen *pen = &writer->pen;

    for (size_t i = 0; i < writer->count; i = last_of(writer, i) + 1) {
        const size_t last = last_of(writer, i), blocks = last + 1 - i + points(writer);
        const struct mds_part *from = &writer->parts[i], *to = &writer->parts[last];
        const int32_t start = i ? from->track->lba - DK_LEAD_IN_PREGAP : -DK_LEAD_IN_PREGAP;

        pen_little_endian(pen, 4, writer->dvd ? 0 : (uint32_t)start);
        pen_little_endian(pen, 4, (uint32_t)to->end);
        pen_little_endian(pen, 2, from->track->session);
        pen_little_endian(pen, 1, blocks);
        pen_little_endian(pen, 1, points(writer));
        pen_little_endian(pen, 2, from->track->number);
        pen_little_endian(pen, 2, to->track->number);
        pen_zeros(pen, 4);
        pen_little_endian(pen, 4, at);
        at += (uint32_t)blocks * TRACK_BLOCK;
    }
}

static void put_msf(struct pen *pen, struct dk_msf msf)
{
    pen_little_endian(pen, 1, msf.minute);
    pen_little_endian(pen, 1, msf.second);
    pen_little_endian(pen, 1, msf.frame);
}

static void put_point(struct mds_writer *writer, const struct dk_track *track, unsigned point, struct dk_msf msf)
{
    struct pen *pen = &writer->pen;

    pen_zeros(pen, 2);
    pen_little_endian(pen, 1, ADR_POSITION | track->control);
    pen_zeros(pen, 1);
    pen_little_endian(pen, 1, point);
    pen_zeros(pen, 4);
    put_msf(pen, msf);
    pen_zeros(pen, TRACK_BLOCK - 12);
}

/* The low bits are the sector type of READ CD, the high ones what of a sector is there: all but C2. */
static uint8_t code_of(const struct dk_track *track)
{
    static const uint8_t codes[] = {
        [DK_AUDIO] = 0xA9, [DK_MODE0] = 0xAA,       [DK_MODE1] = 0xAA,
        [DK_MODE2] = 0xAB, [DK_MODE2_FORM1] = 0xAC, [DK_MODE2_FORM2] = 0xAD,
    };

    return codes[track->mode];
}

static void put_track(struct mds_writer *writer, const struct mds_part *part, uint32_t extra)
{
    struct pen *pen = &writer->pen;

    pen_little_endian(pen, 1, writer->dvd ? DVD_CODE : code_of(part->track));
    pen_little_endian(pen, 1, part->shape.size == DK_SECTOR_RAW_SUB ? SUBCHANNEL_RAW : 0);
    pen_little_endian(pen, 1, writer->dvd ? DVD_ADR_CONTROL : ADR_POSITION | part->track->control);
    pen_zeros(pen, 1);
    pen_little_endian(pen, 1, part->track->number);
    pen_zeros(pen, 4);
    put_msf(pen, writer->dvd ? (struct dk_msf){ 0, 0, 0 } : dk_msf_of_lba(part->track->lba));
    pen_little_endian(pen, 4, writer->dvd ? (uint32_t)(part->end - part->begin) : extra);
    pen_little_endian(pen, 2, part->shape.size);
    pen_zeros(pen, 18);
    pen_little_endian(pen, 4, writer->dvd ? 0 : (uint32_t)part->track->lba);
    pen_little_endian(pen, 8, part->offset);
    pen_little_endian(pen, 4, 1);
    pen_little_endian(pen, 4, writer->footer_at);
    pen_zeros(pen, 24);
}

static bool is_mode2(const struct dk_track *track)
{
    return track->mode == DK_MODE2 || track->mode == DK_MODE2_FORM1 || track->mode == DK_MODE2_FORM2;
}

static uint8_t disc_type(const struct mds_writer *writer, size_t first, size_t last)
{
    for (size_t i = first; i <= last; i++)
        if (is_mode2(writer->parts[i].track))
            return TYPE_XA;
    return 0;
}

static void put_blocks(struct mds_writer *writer)
{
    uint32_t extra = writer->extras_at;

    for (size_t i = 0; i < writer->count; i = last_of(writer, i) + 1) {
        const size_t last = last_of(writer, i);
        const struct dk_track *from = writer->parts[i].track, *to = writer->parts[last].track;

        if (!writer->dvd) {
            put_point(writer, from, POINT_FIRST, (struct dk_msf){ from->number, disc_type(writer, i, last), 0 });
            put_point(writer, to, POINT_FIRST + 1, (struct dk_msf){ to->number, 0, 0 });
            put_point(writer, to, POINT_FIRST + 2, dk_msf_of_lba(writer->parts[last].end));
        }
        for (size_t k = i; k <= last; k++, extra += EXTRA_BLOCK)
            put_track(writer, &writer->parts[k], extra);
    }
}

static void put_extras(struct mds_writer *writer)
{
    for (size_t i = 0; !writer->dvd && i < writer->count; i++) {
        const struct mds_part *part = &writer->parts[i];

        pen_little_endian(&writer->pen, 4, part->pregap);
        pen_little_endian(&writer->pen, 4, (uint32_t)(part->end - part->track->lba));
    }
}

static void put_footer(struct mds_writer *writer)
{
    pen_little_endian(&writer->pen, 4, writer->footer_at + FOOTER);
    pen_little_endian(&writer->pen, 4, 1); /* the name is in UTF-16 */
    pen_zeros(&writer->pen, 8);
    pen_bytes(&writer->pen, data_name, sizeof data_name);
}

static bool put_descriptor(struct mds_writer *writer, struct dk_error *error)
{
    const uint32_t tracks = (uint32_t)writer->count, sessions = (uint32_t)writer->sessions;
    uint8_t *bytes;
    size_t size;

    writer->blocks_at = HEADER + sessions * SESSION_BLOCK;
    writer->extras_at = writer->blocks_at + (tracks + sessions * (uint32_t)points(writer)) * TRACK_BLOCK;
    writer->footer_at = writer->extras_at + (writer->dvd ? 0 : tracks * EXTRA_BLOCK);
    size = writer->footer_at + FOOTER + sizeof data_name;
    bytes = arena_zeroed(writer->base.disc->arena, size, 1);
    writer->pen = (struct pen){ bytes };
    put_header(writer);
    put_sessions(writer);
    put_blocks(writer);
    put_extras(writer);
    put_footer(writer);
    return dk_output_write(writer->sheet, bytes, size, error);
}

bool mds_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error)
{
    struct mds_writer *writer = arena_zeroed(disc->arena, 1, sizeof *writer);

    writer->base = (struct writer){ .disc = disc, .path = path, .options = options, .output = output };
    if (!plan(writer, error))
        return false;
    writer->sheet = dk_output_add(output, path, error); /* first, so that it appears last */
    writer->data = writer->sheet ? dk_output_add(output, writer_path(&writer->base, "mds", ".mdf"), error) : NULL;
    return writer->data && write_sectors(writer, error) && put_descriptor(writer, error);
}
