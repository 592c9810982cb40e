/*
 * Writing a disc as a Nero image of version 2, as a disc at once: the sectors of all tracks with their pauses, then a
 * list of chunks. The pause before each session is stored, too, as Nero does.
 */
#include "formats/nrg.h"
#include "formats/writer.h"
#include "util/pen.h"

#include <disckit/cdtext.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    CUE_ENTRY = 8,
    DAO_HEADER = 22,
    DAO_ENTRY = 42,
    ADR_POSITION = 1,
    TYPE_XA = 0x20, /* of the disc, as PSEC of POINT A0 */
    MEDIA_CD = 1,   /* MTYP, after NeroAPI */
    MEDIA_DVD_ROM = 0x200,
    MEDIA_BD_ROM = 0x100000,
};

struct nrg_part {
    const struct dk_track *track;
    bool opens_session;
    int32_t begin, end; /* sectors in the file, from index 0 on */
    struct writer_shape shape;
    uint8_t code;
    uint64_t index0, index1, end_at; /* bytes in the file */
};

struct nrg_writer {
    struct writer base;
    struct dk_output_file *file;
    struct nrg_part parts[DK_TRACKS_MAX];
    size_t count;
};

/* ---- The plan ---- */

enum kind { AUDIO, MODE1, MODE2 };

static const struct {
    enum kind kind;
    unsigned size;
    uint8_t code;
} codes[] = {
    { MODE1, 2048, 0x00 }, { MODE2, 2048, 0x02 }, { MODE1, 2352, 0x05 }, { MODE2, 2352, 0x06 },
    { AUDIO, 2352, 0x07 }, { MODE1, 2448, 0x0F }, { AUDIO, 2448, 0x10 }, { MODE2, 2448, 0x11 },
};

static enum kind kind_of(const struct dk_track *track)
{
    return track->mode == DK_AUDIO ? AUDIO : track->mode == DK_MODE1 || track->mode == DK_MODE0 ? MODE1 : MODE2;
}

/* Bytes a sector: all that is known of it, and no more than that where it is 2048 bytes alone. */
static unsigned size_of(const struct nrg_writer *writer, const struct dk_track *track)
{
    const unsigned wanted = writer->base.options->sector;

    if (dk_mode_is_data(track->mode) && (wanted == DK_SECTOR_USER || (!wanted && track->stored == DK_SECTOR_USER)))
        return DK_SECTOR_USER;
    return writer_keeps_subchannel(writer->base.disc) ? DK_SECTOR_RAW_SUB : DK_SECTOR_RAW;
}

static bool plan_part(struct nrg_writer *writer, const struct writer_part *from, struct nrg_part *part,
                      struct dk_error *error)
{
    const struct dk_track *track = from->track;
    const bool dvd = writer->base.disc->medium == DK_MEDIUM_DVD || writer->base.disc->medium == DK_MEDIUM_BD;

    *part = (struct nrg_part){
        .track = track,
        .opens_session = from->opens_session,
        .begin = from->begin,
        .end = from->end,
        .shape = { .size = size_of(writer, track), .sub_order = DK_SUB_INTERLEAVED },
    };
    if (part == writer->parts && !dvd && track->lba > -DK_LEAD_IN_PREGAP)
        part->begin = -DK_LEAD_IN_PREGAP;
    else if (part->opens_session && part != writer->parts)
        part->begin = track->lba - DK_LEAD_IN_PREGAP;
    if (part->shape.size == DK_SECTOR_USER && (track->mode == DK_MODE2 || track->mode == DK_MODE2_FORM2))
        return dk_fail(error, DK_ERROR_REFUSED,
                       "track %d is %s: sectors of 2048 bytes cannot hold it; --sector 2352 keeps it whole",
                       track->number, dk_mode_name(track->mode));
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].kind == kind_of(track) && codes[i].size == part->shape.size)
            part->code = codes[i].code;
    writer->base.total += (uint32_t)(part->end - part->begin);
    return true;
}

static bool plan(struct nrg_writer *writer, struct dk_error *error)
{
    struct writer_part parts[DK_TRACKS_MAX];

    if (!writer_can(&writer->base, "nrg", WRITER_DVD | WRITER_SECTOR_2048 | WRITER_ANY_NAME, error) ||
        !writer_parts(writer->base.disc, parts, error))
        return false;
    writer->count = writer->base.disc->track_count;
    for (size_t i = 0; i < writer->count; i++)
        if (!plan_part(writer, &parts[i], &writer->parts[i], error))
            return false;
    return true;
}

static bool write_sectors(struct nrg_writer *writer, struct dk_error *error)
{
    for (size_t i = 0; i < writer->count; i++) {
        struct nrg_part *part = &writer->parts[i];

        part->index0 = dk_output_size(writer->file);
        part->index1 = part->index0 + (uint64_t)(part->track->lba - part->begin) * part->shape.size;
        if (!writer_put_sectors(&writer->base, part->begin, (uint32_t)(part->end - part->begin), &part->shape,
                                writer->file, error))
            return false;
        part->end_at = dk_output_size(writer->file);
    }
    return true;
}

/* ---- Chunks ---- */

static bool put_chunk(struct nrg_writer *writer, const char *id, const void *bytes, size_t size, struct dk_error *error)
{
    uint8_t head[8];
    struct pen pen = { head };

    pen_bytes(&pen, id, 4);
    pen_big_endian(&pen, 4, size);
    return dk_output_write(writer->file, head, sizeof head, error) &&
           (size == 0 || dk_output_write(writer->file, bytes, size, error));
}

static bool put_number(struct nrg_writer *writer, const char *id, uint32_t number, struct dk_error *error)
{
    uint8_t bytes[4];
    struct pen pen = { bytes };

    pen_big_endian(&pen, 4, number);
    return put_chunk(writer, id, bytes, sizeof bytes, error);
}

static void put_cue(struct pen *pen, const struct dk_track *track, unsigned number, unsigned index, int32_t lba)
{
    pen_big_endian(pen, 1, (unsigned)track->control << 4 | ADR_POSITION);
    pen_big_endian(pen, 1, number);
    pen_big_endian(pen, 1, dk_bcd(index));
    pen_big_endian(pen, 1, 0);
    pen_big_endian(pen, 4, (uint32_t)lba);
}

/* Where each index of tracks `first` to `last`, which are a session, lies. */
static bool put_cues(struct nrg_writer *writer, size_t first, size_t last, struct dk_error *error)
{
    size_t entries = 2;
    struct pen pen;
    uint8_t *bytes;
    bool right;

    for (size_t i = first; i <= last; i++)
        entries += 2 + writer->parts[i].track->index_count;
    bytes = malloc(entries * CUE_ENTRY);
    if (!bytes)
        return dk_fail_errno(error, "cannot write %s", writer->base.path);
    pen = (struct pen){ bytes };
    put_cue(&pen, writer->parts[first].track, 0, 0, writer->parts[first].begin);
    for (size_t i = first; i <= last; i++) {
        const struct nrg_part *part = &writer->parts[i];

        put_cue(&pen, part->track, dk_bcd(part->track->number), 0, part->begin);
        put_cue(&pen, part->track, dk_bcd(part->track->number), 1, part->track->lba);
        for (size_t k = 0; k < part->track->index_count; k++)
            put_cue(&pen, part->track, dk_bcd(part->track->number), part->track->indexes[k].number,
                    part->track->indexes[k].lba);
    }
    put_cue(&pen, writer->parts[last].track, NRG_LEAD_OUT, 1, writer->parts[last].end);
    right = put_chunk(writer, "CUEX", bytes, entries * CUE_ENTRY, error);
    free(bytes);
    return right;
}

/* A code, or as many zeros. */
static void put_code(struct pen *pen, const char *code, size_t length)
{
    if (strlen(code) == length)
        pen_bytes(pen, code, length);
    else
        pen_zeros(pen, length);
}

static bool has_mode2(const struct nrg_writer *writer, size_t first, size_t last)
{
    for (size_t i = first; i <= last; i++)
        if (kind_of(writer->parts[i].track) == MODE2)
            return true;
    return false;
}

static bool put_tracks(struct nrg_writer *writer, size_t first, size_t last, struct dk_error *error)
{
    uint8_t bytes[DAO_HEADER + DK_TRACKS_MAX * DAO_ENTRY];
    const size_t size = DAO_HEADER + (last + 1 - first) * DAO_ENTRY;
    struct pen pen = { bytes };

    pen_big_endian(&pen, 4, size);
    put_code(&pen, writer->base.disc->mcn, DK_MCN_LENGTH);
    pen_zeros(&pen, 1);
    pen_big_endian(&pen, 1, has_mode2(writer, first, last) ? TYPE_XA : 0);
    pen_big_endian(&pen, 1, 1);
    pen_big_endian(&pen, 1, writer->parts[first].track->number);
    pen_big_endian(&pen, 1, writer->parts[last].track->number);
    for (size_t i = first; i <= last; i++) {
        const struct nrg_part *part = &writer->parts[i];

        put_code(&pen, part->track->isrc, DK_ISRC_LENGTH);
        pen_big_endian(&pen, 2, part->shape.size);
        pen_big_endian(&pen, 1, part->code);
        pen_zeros(&pen, 1);
        pen_big_endian(&pen, 2, 1);
        pen_big_endian(&pen, 8, part->index0);
        pen_big_endian(&pen, 8, part->index1);
        pen_big_endian(&pen, 8, part->end_at);
    }
    return put_chunk(writer, "DAOX", bytes, size, error);
}

static bool put_cd_text(struct nrg_writer *writer, struct dk_error *error)
{
    size_t count;
    const uint8_t *packs = writer_packs(&writer->base, &count);

    return !packs || put_chunk(writer, "CDTX", packs, count * DK_CD_TEXT_PACK, error);
}

static bool put_sessions(struct nrg_writer *writer, struct dk_error *error)
{
    for (size_t first = 0, last; first < writer->count; first = last + 1) {
        for (last = first; last + 1 < writer->count && !writer->parts[last + 1].opens_session;)
            last++;
        if (!put_cues(writer, first, last, error) || !put_tracks(writer, first, last, error) ||
            (first == 0 && !put_cd_text(writer, error)) ||
            !put_number(writer, "SINF", (uint32_t)(last + 1 - first), error))
            return false;
    }
    return true;
}

static bool put_footer(struct nrg_writer *writer, uint64_t first_chunk, struct dk_error *error)
{
    uint8_t bytes[12];
    struct pen pen = { bytes };

    pen_bytes(&pen, "NER5", 4);
    pen_big_endian(&pen, 8, first_chunk);
    return dk_output_write(writer->file, bytes, sizeof bytes, error);
}

static uint32_t media_bits(enum dk_medium medium)
{
    return medium == DK_MEDIUM_DVD ? MEDIA_DVD_ROM : medium == DK_MEDIUM_BD ? MEDIA_BD_ROM : MEDIA_CD;
}

bool nrg_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error)
{
    struct nrg_writer writer = { .base = { .disc = disc, .path = path, .options = options, .output = output } };
    uint64_t first_chunk;

    if (!plan(&writer, error))
        return false;
    writer.file = dk_output_add(output, path, error);
    if (!writer.file || !write_sectors(&writer, error))
        return false;
    first_chunk = dk_output_size(writer.file);
    return put_sessions(&writer, error) && put_number(&writer, "MTYP", media_bits(disc->medium), error) &&
           put_chunk(&writer, "END!", NULL, 0, error) && put_footer(&writer, first_chunk, error);
}
