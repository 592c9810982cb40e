/*
 * Writing a disc as a CloneCD sheet: every sector from LBA 0 to the lead-out of session 1, then those of the next
 * session, in the .img, and their subchannel in the .sub. CloneCD itself stores nothing between sessions; the pause
 * before a later one goes into the files only where there is something in it.
 */
#include "formats/ccd.h"
#include "formats/writer.h"
#include "util/arena.h"

#include <disckit/cdtext.h>
#include <inttypes.h>
#include <string.h>

enum {
    POINT_FIRST = 0xA0,
    POINT_LAST = 0xA1,
    POINT_LEAD_OUT = 0xA2,
    TYPE_XA = 0x20,
    SECTORS_MAX = 449850, /* 99:59:74 */
};

struct ccd_writer {
    struct writer base;
    struct dk_output_file *sheet, *image, *sub;
    struct writer_part parts[DK_TRACKS_MAX];
    size_t count;
    unsigned entries; /* written so far */
};

/* ---- Sectors ---- */

static bool take(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    const struct ccd_writer *writer = context;

    (void)lba;
    for (uint32_t i = 0; i < count; i++, bytes += DK_SECTOR_RAW_SUB)
        if (!dk_output_write(writer->image, bytes, DK_SECTOR_RAW, error) ||
            !dk_output_write(writer->sub, bytes + DK_SECTOR_RAW, DK_SUBCHANNEL, error))
            return false;
    return true;
}

static bool has_full_pause(const struct ccd_writer *writer)
{
    for (size_t i = 1; i < writer->count; i++) {
        const struct writer_part *part = &writer->parts[i];

        if (part->opens_session && writer_first_full(writer->base.disc, part->track->lba - DK_LEAD_IN_PREGAP,
                                                     part->track->lba) < part->track->lba)
            return true;
    }
    return false;
}

/* What goes into the files of each track begins at its part's `begin`. */
static bool plan(struct ccd_writer *writer, struct dk_error *error)
{
    const struct dk_disc *disc = writer->base.disc;
    bool pauses;

    if (!writer_can(&writer->base, "ccd", 0, error) || !writer_parts(disc, writer->parts, error))
        return false;
    if (dk_disc_end(disc) > SECTORS_MAX)
        return dk_fail(error, DK_ERROR_REFUSED, "%s ends at LBA %" PRId32 ", and the times of a .ccd end at LBA %d",
                       disc->path, dk_disc_end(disc), SECTORS_MAX);
    writer->count = disc->track_count;
    pauses = has_full_pause(writer);
    for (size_t i = 0; i < writer->count; i++) {
        struct writer_part *part = &writer->parts[i];

        if (i == 0)
            part->begin = 0;
        else if (part->opens_session)
            part->begin = part->track->lba - (pauses ? DK_LEAD_IN_PREGAP : 0);
        writer->base.total += (uint32_t)(part->end - part->begin);
    }
    return true;
}

static bool write_sectors(struct ccd_writer *writer, struct dk_error *error)
{
    for (size_t i = 0; i < writer->count; i++) {
        const struct writer_part *part = &writer->parts[i];

        if (!writer_read(&writer->base, part->begin, (uint32_t)(part->end - part->begin), DK_FORM_RAW_SUB, take, writer,
                         error))
            return false;
    }
    return true;
}

/* ---- The sheet ---- */

static bool put_head(struct ccd_writer *writer, size_t packs, struct dk_error *error)
{
    const struct dk_disc *disc = writer->base.disc;

    return writer_print(writer->sheet, error,
                        "[CloneCD]\r\nVersion=3\r\n[Disc]\r\nTocEntries=%zu\r\nSessions=%zu\r\n"
                        "DataTracksScrambled=0\r\nCDTextLength=%zu\r\n",
                        writer->count + 3 * disc->session_count, disc->session_count, packs * DK_CD_TEXT_PACK) &&
           (!*disc->mcn || writer_print(writer->sheet, error, "CATALOG=%s\r\n", disc->mcn));
}

/* Without their check sums. */
static bool put_packs(struct ccd_writer *writer, const uint8_t *packs, size_t count, struct dk_error *error)
{
    if (count && !writer_print(writer->sheet, error, "[CDText]\r\nEntries=%zu\r\n", count))
        return false;
    for (size_t i = 0; i < count; i++, packs += DK_CD_TEXT_PACK) {
        if (!writer_print(writer->sheet, error, "Entry %zu=", i))
            return false;
        for (int k = 0; k < DK_CD_TEXT_PACK - 2; k++)
            if (!writer_print(writer->sheet, error, k ? " %02x" : "%02x", packs[k]))
                return false;
        if (!writer_print(writer->sheet, error, "\r\n"))
            return false;
    }
    return true;
}

static int mode_number(const struct dk_track *track)
{
    return track->mode == DK_AUDIO ? 0 : track->mode == DK_MODE1 || track->mode == DK_MODE0 ? 1 : 2;
}

/* A row of the full TOC (MMC: READ TOC format 2). */
static bool put_entry(struct ccd_writer *writer, const struct dk_track *track, unsigned point, struct dk_msf msf,
                      struct dk_error *error)
{
    return writer_print(writer->sheet, error,
                        "[Entry %u]\r\nSession=%d\r\nPoint=0x%02x\r\nADR=0x01\r\nControl=0x%02x\r\nTrackNo=0\r\n"
                        "AMin=0\r\nASec=0\r\nAFrame=0\r\nALBA=-150\r\nZero=0\r\n"
                        "PMin=%u\r\nPSec=%u\r\nPFrame=%u\r\nPLBA=%" PRId32 "\r\n",
                        writer->entries++, track->session, point, (unsigned)track->control, msf.minute, msf.second,
                        msf.frame, dk_lba_of_msf(msf));
}

static uint8_t disc_type(const struct dk_track *first, const struct dk_track *last)
{
    for (const struct dk_track *track = first; track <= last; track++)
        if (mode_number(track) == 2)
            return TYPE_XA;
    return 0;
}

static bool put_session(struct ccd_writer *writer, size_t first, size_t last, struct dk_error *error)
{
    const struct dk_track *from = writer->parts[first].track, *to = writer->parts[last].track;

    if (!put_entry(writer, from, POINT_FIRST, (struct dk_msf){ from->number, disc_type(from, to), 0 }, error) ||
        !put_entry(writer, to, POINT_LAST, (struct dk_msf){ to->number, 0, 0 }, error) ||
        !put_entry(writer, to, POINT_LEAD_OUT, dk_msf_of_lba(writer->parts[last].end), error))
        return false;
    for (const struct dk_track *track = from; track <= to; track++)
        if (!put_entry(writer, track, track->number, dk_msf_of_lba(track->lba), error))
            return false;
    return true;
}

/* The last track of the session that begins with track `first`. */
static size_t last_of(const struct ccd_writer *writer, size_t first)
{
    size_t last = first;

    while (last + 1 < writer->count && !writer->parts[last + 1].opens_session)
        last++;
    return last;
}

static bool put_sessions(struct ccd_writer *writer, struct dk_error *error)
{
    for (size_t i = 0; i < writer->count; i = last_of(writer, i) + 1)
        if (!writer_print(writer->sheet, error, "[Session %d]\r\nPreGapMode=%d\r\nPreGapSubC=0\r\n",
                          writer->parts[i].track->session, mode_number(writer->parts[i].track)))
            return false;
    for (size_t i = 0; i < writer->count; i = last_of(writer, i) + 1)
        if (!put_session(writer, i, last_of(writer, i), error))
            return false;
    return true;
}

/* `origin`: the LBA that indexes count from, which in later sessions is that of their first track. */
static bool put_track(struct ccd_writer *writer, const struct writer_part *part, int32_t origin, struct dk_error *error)
{
    const struct dk_track *track = part->track;

    if (!writer_print(writer->sheet, error, "[TRACK %d]\r\nMODE=%d\r\n", track->number, mode_number(track)) ||
        (*track->isrc && !writer_print(writer->sheet, error, "ISRC=%s\r\n", track->isrc)) ||
        (!part->opens_session && track->pregap &&
         !writer_print(writer->sheet, error, "INDEX 0=%" PRId32 "\r\n",
                       track->lba - (int32_t)track->pregap - origin)) ||
        !writer_print(writer->sheet, error, "INDEX 1=%" PRId32 "\r\n", track->lba - origin))
        return false;
    for (size_t i = 0; i < track->index_count; i++)
        if (!writer_print(writer->sheet, error, "INDEX %d=%" PRId32 "\r\n", track->indexes[i].number,
                          track->indexes[i].lba - origin))
            return false;
    return true;
}

static bool put_tracks(struct ccd_writer *writer, struct dk_error *error)
{
    int32_t origin = 0;

    for (size_t i = 0; i < writer->count; i++) {
        if (i && writer->parts[i].opens_session)
            origin = writer->parts[i].track->lba;
        if (!put_track(writer, &writer->parts[i], origin, error))
            return false;
    }
    return true;
}

bool ccd_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error)
{
    struct ccd_writer *writer = arena_zeroed(disc->arena, 1, sizeof *writer);
    const uint8_t *packs;
    size_t count;

    writer->base = (struct writer){ .disc = disc, .path = path, .options = options, .output = output };
    if (!plan(writer, error))
        return false;
    writer->sheet = dk_output_add(output, path, error); /* first, so that it appears last */
    writer->image = writer->sheet ? dk_output_add(output, writer_path(&writer->base, "ccd", ".img"), error) : NULL;
    writer->sub = writer->image ? dk_output_add(output, writer_path(&writer->base, "ccd", ".sub"), error) : NULL;
    if (!writer->sub || !write_sectors(writer, error))
        return false;
    packs = writer_packs(&writer->base, &count);
    return put_head(writer, count, error) && put_packs(writer, packs, count, error) && put_sessions(writer, error) &&
           put_tracks(writer, error);
}
