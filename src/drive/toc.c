#include "drive/toc.h"

#include "util/cursor.h"

#include <stdlib.h>
#include <string.h>

enum { ADR_POSITION = 1, POINT_LEAD_OUT = 0xA2, LEAD_OUT = 0xAA };

static struct drive_toc empty_toc(void)
{
    struct drive_toc toc = { .count = 0 };

    for (size_t i = 0; i <= DK_TRACKS_MAX; i++)
        toc.lead_out[i] = INT32_MIN;
    return toc;
}

static bool add_track(struct drive_toc *toc, unsigned number, unsigned session, unsigned control, int32_t lba)
{
    for (size_t i = 0; i < toc->count; i++)
        if (toc->tracks[i].number == number)
            return false;
    if (toc->count == DK_TRACKS_MAX)
        return false;
    toc->tracks[toc->count++] = (struct drive_toc_track){
        .number = (uint8_t)number,
        .session = (uint8_t)session,
        .control = (uint8_t)control,
        .mode = control & DK_CONTROL_DATA ? DK_MODE1 : DK_AUDIO,
        .lba = lba,
    };
    if (session > toc->sessions)
        toc->sessions = session;
    return true;
}

static int by_number(const void *a, const void *b)
{
    return ((const struct drive_toc_track *)a)->number - ((const struct drive_toc_track *)b)->number;
}

/* A track ends where the next one of its session begins, or at the session's lead-out. */
static bool find_ends(struct drive_toc *toc)
{
    qsort(toc->tracks, toc->count, sizeof *toc->tracks, by_number);
    for (size_t i = 0; i < toc->count; i++) {
        struct drive_toc_track *track = &toc->tracks[i];
        const bool last = i + 1 == toc->count || toc->tracks[i + 1].session != track->session;

        track->end = last ? toc->lead_out[track->session] : toc->tracks[i + 1].lba;
        if (track->end <= track->lba || (!last && i + 1 < toc->count && toc->tracks[i + 1].lba < track->end))
            return false;
        if (i && toc->tracks[i].lba < toc->tracks[i - 1].end)
            return false;
    }
    return toc->count > 0;
}

/* The bytes that the reply's first field counts, behind its header of four. */
static struct cursor entries_of(const uint8_t *bytes, size_t size)
{
    struct cursor cursor = cursor_over(bytes, size);
    const size_t length = cursor_be16(&cursor);

    cursor_skip(&cursor, 2);
    if (length >= 2 && cursor_left(&cursor) > length - 2)
        cursor.end = cursor.at + (length - 2);
    return cursor;
}

bool drive_toc_parse_full(const uint8_t *bytes, size_t size, struct drive_toc *toc)
{
    struct cursor cursor = entries_of(bytes, size);

    *toc = empty_toc();
    while (cursor_left(&cursor) >= 11) { /* MMC-6 table 479 */
        const unsigned session = cursor_u8(&cursor), control = cursor_u8(&cursor);
        unsigned point;
        struct dk_msf msf;

        cursor_skip(&cursor, 1);
        point = cursor_u8(&cursor);
        cursor_skip(&cursor, 4);
        msf.minute = cursor_u8(&cursor);
        msf.second = cursor_u8(&cursor);
        msf.frame = cursor_u8(&cursor);
        if (control >> 4 != ADR_POSITION || session < 1 || session > DK_TRACKS_MAX)
            continue;
        if (point == POINT_LEAD_OUT)
            toc->lead_out[session] = dk_lba_of_msf(msf);
        else if (point >= 1 && point <= DK_TRACKS_MAX &&
                 !add_track(toc, point, session, control & 15, dk_lba_of_msf(msf)))
            return false;
    }
    return find_ends(toc);
}

bool drive_toc_parse_plain(const uint8_t *bytes, size_t size, struct drive_toc *toc)
{
    struct cursor cursor = entries_of(bytes, size);

    *toc = empty_toc();
    while (cursor_left(&cursor) >= 8) { /* MMC-6 table 475 */
        unsigned control, number;
        int32_t lba;

        cursor_skip(&cursor, 1);
        control = cursor_u8(&cursor) & 15;
        number = cursor_u8(&cursor);
        cursor_skip(&cursor, 1);
        lba = (int32_t)cursor_be32(&cursor);
        if (number == LEAD_OUT)
            toc->lead_out[1] = lba;
        else if (number < 1 || number > DK_TRACKS_MAX || !add_track(toc, number, 1, control, lba))
            return false;
    }
    return find_ends(toc);
}

bool drive_toc_same(const struct drive_toc *a, const struct drive_toc *b)
{
    if (a->count != b->count || a->sessions != b->sessions)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->tracks[i].lba != b->tracks[i].lba || a->tracks[i].end != b->tracks[i].end ||
            a->tracks[i].control != b->tracks[i].control)
            return false;
    return true;
}
