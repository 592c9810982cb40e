/*
 * Clone images of readcd and readom: a file of all sectors with their subchannel, and the full TOC of the disc as the
 * drive gave it (MMC: READ TOC/PMA/ATIP, format 2), in a file of the same name with .toc behind it.
 */
#include "formats/beside.h"
#include "formats/placed.h"
#include "formats/rows.h"
#include "util/arena.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <string.h>

enum {
    HEAD = 4, /* length of what follows, first session, last session */
    ROW = 11,
    TYPES = 2, /* of the first and the last sector, behind the rows; cdrtools adds a byte to an odd sum */
    FILE_MAX = 4096,
    ROWS_MAX = FILE_MAX / ROW,
    STORED = DK_SECTOR_RAW_SUB,
    LEAD_OUT = 0xA2,
    SESSIONS_MAX = DK_TRACKS_MAX,
    Q_AT = 12,      /* in a linear subchannel, behind P */
    DUMB_MAX = 300, /* sectors in a row whose Q says nothing, before a pause is given up */
};

struct row {
    unsigned session, adr, control, point, minute, second, frame;
};

struct clone {
    const struct dk_candidate *candidate;
    struct dk_disc *disc;
    struct row rows[ROWS_MAX];
    size_t row_count;
    struct placed tracks[DK_TRACKS_MAX];
    size_t count;
    int32_t lead_outs[SESSIONS_MAX + 1]; /* by session; 0: none is given */
    struct dk_store *image;              /* NULL: it is not there */
};

/* ---- Is it one? ---- */

static struct row read_row(struct cursor *cursor)
{
    struct row row;

    row.session = cursor_u8(cursor);
    row.adr = cursor_u8(cursor);
    row.control = row.adr & 15;
    row.adr >>= 4;
    cursor_skip(cursor, 1); /* 0: the lead-in is where these stand on the disc */
    row.point = cursor_u8(cursor);
    cursor_skip(cursor, 4); /* a time in the lead-in, and zero */
    row.minute = cursor_u8(cursor);
    row.second = cursor_u8(cursor);
    row.frame = cursor_u8(cursor);
    return row;
}

static bool is_row(const struct row *row)
{
    return row->session >= 1 && row->session <= SESSIONS_MAX && row->adr >= 1 && row->adr <= 6 &&
           ((row->point >= 1 && row->point <= DK_TRACKS_MAX) || row->point >= 0xA0);
}

/* Does the length in it fit the file, with one byte more or less for what is padded? */
static bool has_head(const struct dk_candidate *candidate)
{
    const uint8_t *head = candidate->head;
    const uint64_t size = candidate->store->size;
    const unsigned length = candidate->head_size < HEAD ? 0 : (unsigned)(head[0] << 8 | head[1]);

    return size > HEAD && size <= FILE_MAX && (size == length + 2U + TYPES || size == length + 2U + TYPES + 1) &&
           head[2] >= 1 && head[2] <= head[3];
}

static int clone_probe(const struct dk_candidate *candidate)
{
    struct cursor cursor = cursor_over(candidate->head, candidate->head_size);
    size_t rows;

    if (!has_head(candidate))
        return 0;
    rows = (cursor_be16(&cursor) - 2U) / ROW;
    cursor_skip(&cursor, 2);
    for (size_t i = 0; i < rows; i++) {
        const struct row row = read_row(&cursor);

        if (!is_row(&row))
            return 0;
    }
    return rows ? 85 : 0;
}

/* ---- The table ---- */

static bool read_rows(struct clone *clone, struct dk_error *error)
{
    struct cursor cursor = cursor_over(clone->candidate->head, clone->candidate->head_size);
    const unsigned length = cursor_be16(&cursor);

    cursor_skip(&cursor, 2);
    if ((length - 2) % ROW)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: its rows are said to have %u bytes, and a row has %d",
                       clone->disc->path, length - 2, ROW);
    clone->row_count = (length - 2) / ROW;
    for (size_t i = 0; i < clone->row_count; i++)
        clone->rows[i] = read_row(&cursor);
    return true;
}

static bool lba_of(const struct clone *clone, const struct row *row, int32_t *lba, struct dk_error *error)
{
    if (row->minute < 100 && row->second < 60 && row->frame < DK_FRAMES_A_SECOND) {
        *lba = dk_lba_of_msf((struct dk_msf){ (uint8_t)row->minute, (uint8_t)row->second, (uint8_t)row->frame });
        if (*lba >= 0)
            return true;
    }
    return dk_fail(error, DK_ERROR_FORMAT, "%s: point %02X is at %02u:%02u:%02u, where no disc has anything",
                   clone->disc->path, row->point, row->minute, row->second, row->frame);
}

/* Rows of other modes than 1 (times of multisession discs, codes) say nothing of tracks. */
static bool take_row(struct clone *clone, const struct row *row, struct dk_error *error)
{
    struct placed *track = &clone->tracks[clone->count];

    if (row->adr != 1 || (row->point > DK_TRACKS_MAX && row->point != LEAD_OUT))
        return true;
    if (row->point == LEAD_OUT)
        return lba_of(clone, row, &clone->lead_outs[row->session], error);
    if (clone->count && (row->point <= track[-1].number || row->session < track[-1].session))
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the row of track %u comes after that of track %u",
                       clone->disc->path, row->point, track[-1].number);
    clone->count++;
    *track = (struct placed){
        .number = (uint8_t)row->point,
        .session = (uint8_t)row->session,
        .control = (uint8_t)row->control,
        .mode = row->control & DK_CONTROL_DATA ? DK_MODE1 : DK_AUDIO,
        .stored = STORED,
        .gap_stored = true,
        .sub_order = DK_SUB_INTERLEAVED,
    };
    return lba_of(clone, row, &track->lba, error);
}

static bool begins_session(const struct clone *clone, size_t i)
{
    return i == 0 || clone->tracks[i].session != clone->tracks[i - 1].session;
}

/* ---- Where sessions lie ---- */

static bool open_image(struct clone *clone, struct dk_error *error)
{
    const char *stem;
    const size_t length = beside_stem(clone->disc->path, &stem);
    const char *name = arena_copy(clone->disc->arena, stem, length);

    clone->image = dk_open_beside(clone->candidate, name, true, &clone->disc->notes, error);
    if (!clone->image && error->kind == DK_ERROR_MISSING) {
        dk_disc_add_missing(clone->disc, name);
        return true;
    }
    if (clone->image)
        clone->disc->container_size = clone->image->size;
    return clone->image != NULL;
}

/* What lies between the sessions up to that of track `i`: sectors that a file without them does not have. */
static int64_t between(const struct clone *clone, size_t i)
{
    int64_t sum = 0;

    for (; i > 0; i--)
        if (begins_session(clone, i))
            sum += clone->tracks[i].lba - clone->lead_outs[clone->tracks[i - 1].session];
    return sum;
}

/*
 * Is the time between the sessions in the file? Its size tells; else the sectors do, where the last session would
 * begin either way.
 */
static bool has_all_sectors(struct clone *clone, size_t last)
{
    const uint64_t sectors = clone->image->size / STORED;
    const int64_t end = clone->lead_outs[clone->tracks[clone->count - 1].session], gaps = between(clone, last);
    struct placed track = clone->tracks[last];
    int32_t lba;

    if (gaps == 0 || (int64_t)sectors == end)
        return true;
    if ((int64_t)sectors == end - gaps)
        return false;
    track.store = clone->image;
    track.layout = dk_layout_find(track.mode, STORED);
    if (placed_address(&track, (uint64_t)track.lba * STORED, 3, &lba) && lba == track.lba)
        return true;
    if (placed_address(&track, (uint64_t)(track.lba - gaps) * STORED, 3, &lba) && lba == track.lba)
        return false;
    dk_note(&clone->disc->notes, DK_NOTE_GUESS,
            "%s has %" PRIu64 " sectors: what lies between the sessions is taken to be among them", clone->image->name,
            sectors);
    return true;
}

static void find_places(struct clone *clone)
{
    size_t last = clone->count - 1;
    bool all;

    while (!begins_session(clone, last))
        last--;
    all = has_all_sectors(clone, last);
    for (size_t i = 0; i < clone->count; i++) {
        struct placed *track = &clone->tracks[i];

        track->store = clone->image;
        track->offset = (uint64_t)(track->lba - (all ? 0 : between(clone, i))) * STORED;
    }
}

/* ---- Pauses ---- */

/* Track and index by the Q of a sector; false: it says nothing of them. */
static bool read_q(const struct clone *clone, uint64_t offset, unsigned *track, unsigned *index)
{
    uint8_t sub[DK_SUBCHANNEL], linear[DK_SUBCHANNEL];
    const uint8_t *q = linear + Q_AT;
    struct dk_error error;

    if (!dk_store_read(clone->image, sub, sizeof sub, offset + DK_SECTOR_RAW, &error))
        return false;
    dk_sub_to_linear(sub, linear);
    *track = dk_of_bcd(q[1]);
    *index = dk_of_bcd(q[2]);
    return (q[0] & 15) == 1 && dk_q_crc(q, 10) == (q[10] << 8 | q[11]);
}

/* The table has no pauses. Q has: INDEX 00 of a track, in front of it. */
static void find_pause(struct clone *clone, size_t i)
{
    struct placed *track = &clone->tracks[i];
    const uint32_t room = i && !begins_session(clone, i) ? (uint32_t)(track->lba - track[-1].lba) : 0;
    unsigned number, index, dumb = 0;

    if (i == 0)
        track->pregap = (uint32_t)track->lba;
    for (uint32_t back = 1; back < room && dumb < DUMB_MAX; back++) {
        if (!read_q(clone, track->offset - (uint64_t)back * STORED, &number, &index)) {
            dumb++;
            continue;
        }
        if (number != track->number || index != 0)
            break;
        dumb = 0;
        track->pregap = back;
    }
}

/* ---- The disc ---- */

/* LBA behind a track: the next one's pause, the lead-out, or what the file has; -1: nothing says. */
static int64_t end_of(const struct clone *clone, size_t i)
{
    const struct placed *track = &clone->tracks[i];
    const bool last = i + 1 == clone->count;

    if (!last && !begins_session(clone, i + 1))
        return (int64_t)track[1].lba - track[1].pregap;
    if (clone->lead_outs[track->session])
        return clone->lead_outs[track->session];
    return last && clone->image
               ? track->lba + (int64_t)(clone->image->size / STORED) - (int64_t)(track->offset / STORED)
               : -1;
}

static bool add_track(struct clone *clone, size_t i, struct dk_error *error)
{
    struct placed *track = &clone->tracks[i];
    const int64_t end = end_of(clone, i);

    if (end <= track->lba || end > INT32_MAX)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: track %u begins at LBA %" PRId32 ", and its end would be LBA %" PRId64, clone->disc->path,
                       track->number, track->lba, end);
    track->count = (uint32_t)(end - track->lba);
    return placed_settle_mode(clone->disc, track, error) && placed_add(clone->disc, track, i ? track - 1 : NULL, error);
}

static bool check_sessions(const struct clone *clone, struct dk_error *error)
{
    for (size_t i = 1; i < clone->count; i++) {
        const int32_t end = clone->lead_outs[clone->tracks[i - 1].session];

        if (begins_session(clone, i) && (end == 0 || end > clone->tracks[i].lba))
            return dk_fail(error, DK_ERROR_FORMAT, "%s: session %u has no lead-out before session %u",
                           clone->disc->path, clone->tracks[i - 1].session, clone->tracks[i].session);
        if (clone->tracks[i].lba <= clone->tracks[i - 1].lba)
            return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u begins at LBA %" PRId32 ", before track %u",
                           clone->disc->path, clone->tracks[i].number, clone->tracks[i].lba,
                           clone->tracks[i - 1].number);
    }
    return true;
}

static bool lay_out(struct clone *clone, struct dk_error *error)
{
    if (clone->count == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has no row of a track", clone->disc->path);
    if (!check_sessions(clone, error) || !open_image(clone, error))
        return false;
    if (clone->image)
        find_places(clone);
    for (size_t i = 0; clone->image && i < clone->count; i++)
        find_pause(clone, i);
    for (size_t i = 0; i < clone->count; i++)
        if (!add_track(clone, i, error))
            return false;
    return true;
}

static bool clone_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct clone *clone = arena_zeroed(disc->arena, 1, sizeof *clone);
    bool right;

    clone->candidate = candidate;
    clone->disc = disc;
    disc->medium = DK_MEDIUM_CD;
    right = read_rows(clone, error);
    for (size_t i = 0; right && i < clone->row_count; i++) {
        if (clone->count == DK_TRACKS_MAX && clone->rows[i].point <= DK_TRACKS_MAX)
            right = dk_fail(error, DK_ERROR_FORMAT, "%s has more than 99 tracks", disc->path);
        right = right && take_row(clone, &clone->rows[i], error);
    }
    right = right && lay_out(clone, error);
    dk_store_close(clone->image);
    return right;
}

const struct dk_format format_clone = {
    .id = "clone",
    .name = "clone image of readcd or readom",
    .suffixes = "toc",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_SESSIONS | DK_HOLDS_SUBCHANNEL | DK_HOLDS_CHECK_BYTES |
             DK_HOLDS_TRACKS | DK_HOLDS_PREGAPS | DK_HOLDS_FORM2 | DK_HOLDS_FLAGS | DK_HOLDS_HIDDEN,
    .probe = clone_probe,
    .read = clone_read,
};
