/*
 * MDS: the header, the blocks of sessions and tracks, and the extra blocks with a track's lengths. All numbers are
 * little-endian, and all offsets count from the beginning of the descriptor.
 */
#include "formats/mds.h"
#include "util/checked.h"

#include <inttypes.h>

enum {
    HEADER = 88,
    SESSION_BLOCK = 24,
    TRACK_BLOCK = 80,
    EXTRA_BLOCK = 8,
    MEDIUM_DVD = 0x10, /* and above; below are kinds of CD */
    POINT_LEAD_IN = 0xA0,
    POINT_LEAD_OUT = 0xA2,
    CD_SECTORS_MAX = 449850, /* 99:59:74 */
};

bool mds_record(const struct mds *mds, const char *what, uint64_t offset, uint64_t size, struct cursor *cursor,
                struct dk_error *error)
{
    if (!range_inside(offset, size, mds->size))
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: %s at byte %" PRIu64 " needs %" PRIu64 " bytes, and the descriptor has %zu", mds->path,
                       what, offset, size, mds->size);
    *cursor = cursor_over(mds->bytes + offset, (size_t)size);
    return true;
}

static bool is_dvd(const struct mds *mds)
{
    return mds->disc->medium == DK_MEDIUM_DVD;
}

static int32_t read_msf_lba(struct cursor *cursor)
{
    struct dk_msf msf;

    msf.minute = cursor_u8(cursor);
    msf.second = cursor_u8(cursor);
    msf.frame = cursor_u8(cursor);
    return dk_lba_of_msf(msf);
}

/* ---- Tracks ---- */

/* Pregap and length; the oldest descriptors have none, and the lengths then follow from where the next track begins. */
static bool read_extra(struct mds *mds, struct mds_track *track, uint32_t offset, struct dk_error *error)
{
    struct cursor cursor;

    if (offset == 0)
        return true;
    if (!mds_record(mds, "the extra block of a track", offset, EXTRA_BLOCK, &cursor, error))
        return false;
    track->placed.pregap = cursor_le32(&cursor);
    track->placed.count = cursor_le32(&cursor);
    if (track->placed.pregap <= CD_SECTORS_MAX && track->placed.count <= CD_SECTORS_MAX)
        return true;
    return dk_fail(error, DK_ERROR_FORMAT,
                   "%s: the extra block at byte %" PRIu32 " gives track %u %" PRIu32 " sectors and a pregap of %" PRIu32
                   ", more than any CD has",
                   mds->path, offset, track->placed.number, track->placed.count, track->placed.pregap);
}

static void choose_lba(struct mds *mds, struct mds_track *track, int32_t by_time)
{
    if (is_dvd(mds) || track->placed.lba == by_time)
        return;
    if (track->placed.lba == 0) {
        track->placed.lba = by_time;
        return;
    }
    dk_note(&mds->disc->notes, DK_NOTE_ODD,
            "track %u is said to begin at LBA %" PRId32 ", and by its time at LBA %" PRId32 ": the first is used",
            track->placed.number, track->placed.lba, by_time);
}

static bool read_track(struct mds *mds, const struct mds_session *session, uint64_t at, struct cursor *cursor,
                       struct dk_error *error)
{
    struct mds_track *track = &mds->tracks[mds->track_count];
    uint32_t extra;
    int32_t by_time;

    if (mds->track_count == DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the block at byte %" PRIu64 " is a track too many: a disc has 99",
                       mds->path, at);
    *track = (struct mds_track){ .placed = { .session = session->number }, .code = cursor_u8(cursor) };
    cursor_skip(cursor, 1); /* subchannel, 0 or 8: images are met where it is wrong, and the size tells it too */
    track->placed.control = cursor_u8(cursor) & 15;
    cursor_skip(cursor, 1);
    track->placed.number = cursor_u8(cursor);
    cursor_skip(cursor, 4);
    by_time = read_msf_lba(cursor);
    extra = cursor_le32(cursor);
    track->placed.stored = cursor_le16(cursor);
    cursor_skip(cursor, 18);
    track->placed.lba = (int32_t)cursor_le32(cursor);
    track->placed.offset = cursor_le64(cursor);
    track->footer_count = cursor_le32(cursor);
    track->footer = cursor_le32(cursor);
    choose_lba(mds, track, by_time);
    if (track->placed.lba < -DK_LEAD_IN_PREGAP)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to begin at LBA %" PRId32 ", before any disc does",
                       mds->path, track->placed.number, track->placed.lba);
    if (mds->track_count && track->placed.number <= track[-1].placed.number)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the block at byte %" PRIu64 " is of track %u, after that of %u",
                       mds->path, at, track->placed.number, track[-1].placed.number);
    mds->track_count++;
    if (!is_dvd(mds))
        return read_extra(mds, track, extra, error);
    track->placed.count = extra;
    return true;
}

/* A block of the lead-in's table: a track, or a point from A0 on, of which only the lead-out is of use. */
static bool read_block(struct mds *mds, struct mds_session *session, uint64_t at, struct dk_error *error)
{
    struct cursor cursor, ahead;
    uint8_t point;

    if (!mds_record(mds, "a track block", at, TRACK_BLOCK, &cursor, error))
        return false;
    ahead = cursor;
    cursor_skip(&ahead, 4);
    point = cursor_u8(&ahead);
    if (point >= 1 && point <= DK_TRACKS_MAX)
        return read_track(mds, session, at, &cursor, error);
    cursor_skip(&ahead, 4);
    if (point == POINT_LEAD_OUT && session->lead_out <= 0)
        session->lead_out = read_msf_lba(&ahead);
    if (point < POINT_LEAD_IN)
        dk_note(&mds->disc->notes, DK_NOTE_ODD, "the track block at byte %" PRIu64 " is of track %u: it is left out",
                at, point);
    return true;
}

/* ---- Sessions ---- */

static bool read_session(struct mds *mds, uint64_t at, struct dk_error *error)
{
    struct mds_session *session = &mds->sessions[mds->session_count++];
    unsigned number, blocks;
    uint64_t first;
    struct cursor cursor;

    if (!mds_record(mds, "a session block", at, SESSION_BLOCK, &cursor, error))
        return false;
    cursor_skip(&cursor, 4);
    session->number = (uint8_t)mds->session_count;
    session->lead_out = (int32_t)cursor_le32(&cursor);
    number = cursor_le16(&cursor);
    blocks = cursor_u8(&cursor);
    cursor_skip(&cursor, 9);
    first = cursor_le32(&cursor);
    if (number != session->number)
        dk_note(&mds->disc->notes, DK_NOTE_ODD,
                "the session block at byte %" PRIu64 " has number %u: it is taken as %u", at, number, session->number);
    for (unsigned i = 0; i < blocks; i++)
        if (!read_block(mds, session, first + (uint64_t)i * TRACK_BLOCK, error))
            return false;
    return true;
}

/* Sectors up to the next track, or to the lead-out, where no extra block says it. */
static bool count_the_rest(struct mds *mds, struct dk_error *error)
{
    for (size_t i = 0; i < mds->track_count; i++) {
        struct mds_track *track = &mds->tracks[i];
        const bool last = i + 1 == mds->track_count || track[1].placed.session != track->placed.session;
        const int64_t end = last ? mds->sessions[track->placed.session - 1].lead_out
                                 : (int64_t)track[1].placed.lba - track[1].placed.pregap;

        if (track->placed.count)
            continue;
        if (end <= track->placed.lba || end > INT32_MAX)
            return dk_fail(error, DK_ERROR_FORMAT,
                           "%s: track %u begins at LBA %" PRId32 " and would end at LBA %" PRId64, mds->path,
                           track->placed.number, track->placed.lba, end);
        track->placed.count = (uint32_t)(end - track->placed.lba);
    }
    return true;
}

bool mds_parse(struct mds *mds, struct dk_error *error)
{
    struct cursor cursor;
    unsigned medium, sessions;
    uint64_t first;

    if (!mds_record(mds, "the header", 0, HEADER, &cursor, error))
        return false;
    cursor_skip(&cursor, 18);
    medium = cursor_le16(&cursor);
    sessions = cursor_le16(&cursor);
    cursor_skip(&cursor, 58);
    first = cursor_le32(&cursor);
    mds->disc->medium = medium >= MEDIUM_DVD ? DK_MEDIUM_DVD : DK_MEDIUM_CD;
    if (sessions == 0 || sessions > DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the header says that there are %u sessions: 1 to 99 can be",
                       mds->path, sessions);
    for (unsigned i = 0; i < sessions; i++)
        if (!read_session(mds, first + (uint64_t)i * SESSION_BLOCK, error))
            return false;
    return count_the_rest(mds, error);
}
