/*
 * CDI: the records of the descriptor. None has a length of its own, and most have parts that come and go with the
 * version and with a number in front of them, so all is read in order. All numbers are little-endian.
 */
#include "formats/cdi.h"
#include "util/arena.h"
#include "util/checked.h"

#include <disckit/cdtext.h>
#include <inttypes.h>

enum {
    TRAILER = 8,
    MARKS = 20,
    CD_TEXT_STRINGS = 18, /* of each block */
    CD_TEXT_TITLE = 10,   /* which of them is the title */
    DVD = 0x38,
    SESSION_TAIL = 12,
};

static const uint32_t with_more = 0x80000000, with_sound = 0xFFFFFFFF; /* numbers that announce a group of fields */

/* ---- Where it is ---- */

struct cdi_trailer cdi_trailer(const struct dk_candidate *candidate)
{
    const uint64_t size = candidate->store->size;
    struct cdi_trailer trailer = { 0 };
    struct cursor cursor;
    uint32_t version;

    if (candidate->tail_size < TRAILER)
        return trailer;
    cursor = cursor_over(candidate->tail + candidate->tail_size - TRAILER, TRAILER);
    version = cursor_le32(&cursor);
    trailer.told = cursor_le32(&cursor);
    if (version < 0x80000004 || version > 0x80000006)
        return trailer;
    trailer.marked = true;
    trailer.version = (enum cdi_version)(version - 0x80000004);
    trailer.at = trailer.version == CDI_VERSION_3_5 ? size - trailer.told : trailer.told;
    trailer.placed = trailer.told > 0 && trailer.at < size - TRAILER;
    if (trailer.placed)
        trailer.size = size - TRAILER - trailer.at;
    return trailer;
}

static bool skip_marks(struct cursor *cursor)
{
    static const uint8_t marks[MARKS] = { 0, 0, 1, 0, 0, 0, 255, 255, 255, 255, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255 };
    const uint8_t *bytes;

    if (cursor_le32(cursor) != 0)
        cursor_skip(cursor, 8);
    bytes = cursor_bytes(cursor, MARKS);
    return bytes && memcmp(bytes, marks, MARKS) == 0;
}

bool cdi_begins(const uint8_t *bytes, size_t size)
{
    struct cursor cursor = cursor_over(bytes, size);
    const unsigned sessions = cursor_le16(&cursor), tracks = cursor_le16(&cursor);

    return sessions >= 1 && sessions <= DK_TRACKS_MAX && tracks <= DK_TRACKS_MAX && skip_marks(&cursor);
}

/* Byte of the file at which the cursor stands. */
static uint64_t place_of(const struct cdi *cdi)
{
    return cdi->at + (uint64_t)(cdi->cursor.at - cdi->bytes);
}

/* ---- What every record begins with ---- */

static bool read_header(struct cdi *cdi, unsigned *medium)
{
    struct cursor *cursor = &cdi->cursor;

    *medium = 0;
    if (!skip_marks(cursor))
        return false;
    cursor_skip(cursor, 4);
    cursor_skip(cursor, cursor_u8(cursor)); /* path of the image when it was written */
    cursor_skip(cursor, 19);
    if (cursor_le32(cursor) != with_more)
        return true;
    cursor_skip(cursor, 6);
    *medium = cursor_le16(cursor);
    return true;
}

/* ---- Tracks ---- */

static bool read_lengths(struct cdi *cdi, struct cdi_track *track, struct dk_error *error)
{
    const uint64_t at = place_of(cdi);

    track->index_count = cursor_le16(&cdi->cursor);
    if (track->index_count < 2 || track->index_count > DK_INDEX_MAX + 1)
        return cdi->cursor.overrun ||
               dk_fail(error, DK_ERROR_FORMAT,
                       "%s: at byte %" PRIu64 " track %u is said to have %u indexes: 2 to 100 can be", cdi->path, at,
                       track->placed.number, track->index_count);
    for (unsigned i = 0; i < track->index_count; i++)
        track->lengths[i] = cursor_le32(&cdi->cursor);
    return true;
}

/* Blocks of texts; a count that is too high ends with the bytes. */
static void read_texts(struct cdi *cdi, struct cdi_track *track)
{
    const uint32_t count = cursor_le32(&cdi->cursor);

    for (uint32_t block = 0; block < count && !cdi->cursor.overrun; block++)
        for (unsigned i = 0; i < CD_TEXT_STRINGS; i++) {
            const size_t length = cursor_u8(&cdi->cursor);
            const uint8_t *text = cursor_bytes(&cdi->cursor, length);

            if (block == 0 && i == CD_TEXT_TITLE && text && length)
                track->title = arena_copy(cdi->disc->arena, (const char *)text, length);
        }
}

static bool settle_kind(struct cdi *cdi, struct placed *track, uint64_t at, uint32_t mode, uint32_t read_mode,
                        struct dk_error *error)
{
    static const enum dk_mode modes[] = { DK_AUDIO, DK_MODE1, DK_MODE2 };
    static const uint16_t sizes[] = { 2048, 2336, DK_SECTOR_RAW, 2368, DK_SECTOR_RAW_SUB };

    if (mode >= sizeof modes / sizeof *modes)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the record at byte %" PRIu64 " gives track %u mode %" PRIu32 ": 0 to 2 can be", cdi->path,
                       at, track->number, mode);
    if (read_mode >= sizeof sizes / sizeof *sizes)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the record at byte %" PRIu64 " gives track %u read mode %" PRIu32 ": 0 to 4 can be",
                       cdi->path, at, track->number, read_mode);
    track->mode = modes[mode];
    track->stored = sizes[read_mode];
    return true;
}

/* Letters and digits; else it is left out. */
static void take_code(struct cdi *cdi, const uint8_t *bytes, size_t length, const char *what, char *to)
{
    for (size_t i = 0; i < length; i++)
        if ((bytes[i] < '0' || bytes[i] > '9') && (bytes[i] < 'A' || bytes[i] > 'Z')) {
            dk_note(&cdi->disc->notes, DK_NOTE_ODD, "the %s is not of letters and digits: it is left out", what);
            return;
        }
    memcpy(to, bytes, length);
}

static void read_isrc(struct cdi *cdi, struct placed *track)
{
    const uint8_t *isrc = cursor_bytes(&cdi->cursor, DK_ISRC_LENGTH);

    if (cursor_le32(&cdi->cursor) != 0 && isrc && *isrc)
        take_code(cdi, isrc, DK_ISRC_LENGTH, "ISRC of a track", track->isrc);
}

/* What later versions have behind it. */
static void skip_sound(struct cdi *cdi)
{
    if (cdi->version == CDI_VERSION_2)
        return;
    cursor_skip(&cdi->cursor, 5);
    if (cursor_le32(&cdi->cursor) == with_sound)
        cursor_skip(&cdi->cursor, 78);
}

static bool cut_off(const struct cdi *cdi, const char *what, uint64_t at, struct dk_error *error)
{
    return dk_fail(error, DK_ERROR_DAMAGED,
                   "%s: %s at byte %" PRIu64 " goes on behind the end of the descriptor, which is at byte %" PRIu64,
                   cdi->path, what, at, place_of(cdi));
}

static bool read_track(struct cdi *cdi, unsigned session, struct dk_error *error)
{
    struct cdi_track *track = &cdi->tracks[cdi->track_count];
    struct cursor *cursor = &cdi->cursor;
    const uint64_t at = place_of(cdi);
    uint32_t mode, read_mode;
    unsigned medium;

    if (cdi->track_count == DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the record at byte %" PRIu64 " is a track too many: a disc has 99",
                       cdi->path, at);
    cdi->track_count++;
    *track = (struct cdi_track){ .placed = { .number = (uint8_t)cdi->track_count, .session = (uint8_t)session } };
    if (!read_header(cdi, &medium))
        return cursor->overrun ? cut_off(cdi, "the record of a track", at, error)
                               : dk_fail(error, DK_ERROR_DAMAGED,
                                         "%s: the record at byte %" PRIu64 ", of track %u, lacks its marks", cdi->path,
                                         at, track->placed.number);
    cdi->disc->medium = medium == DVD ? DK_MEDIUM_DVD : DK_MEDIUM_CD;
    if (!read_lengths(cdi, track, error))
        return false;
    read_texts(cdi, track);
    cursor_skip(cursor, 2);
    mode = cursor_le32(cursor);
    cursor_skip(cursor, 12);
    track->start = cursor_le32(cursor);
    track->total = cursor_le32(cursor);
    cursor_skip(cursor, 16);
    read_mode = cursor_le32(cursor);
    track->placed.control = (uint8_t)(cursor_le32(cursor) & 15);
    cursor_skip(cursor, 9);
    read_isrc(cdi, &track->placed);
    skip_sound(cdi);
    if (cursor->overrun)
        return cut_off(cdi, "the record of a track", at, error);
    return settle_kind(cdi, &track->placed, at, mode, read_mode, error);
}

/* ---- Sessions, and the disc ---- */

static void read_disc(struct cdi *cdi)
{
    struct cursor *cursor = &cdi->cursor;
    const uint8_t *mcn, *packs;
    uint32_t has_mcn, size, lead_out;
    unsigned medium;

    if (!read_header(cdi, &medium)) {
        dk_note(&cdi->disc->notes, DK_NOTE_ODD, "the descriptor ends without the record of the disc");
        return;
    }
    lead_out = cursor_le32(cursor);
    cursor_skip(cursor, cursor_u8(cursor)); /* label of the volume */
    cursor_skip(cursor, 9);
    mcn = cursor_bytes(cursor, DK_MCN_LENGTH);
    has_mcn = cursor_le32(cursor);
    size = cursor_le32(cursor);
    packs = cursor_bytes(cursor, size);
    if (cursor->overrun) {
        dk_note(&cdi->disc->notes, DK_NOTE_ODD, "the record of the disc, which ends the descriptor, is cut off");
        return;
    }
    cdi->has_lead_out = true;
    cdi->lead_out = (int64_t)lead_out - DK_LEAD_IN_PREGAP;
    if (has_mcn && *mcn)
        take_code(cdi, mcn, DK_MCN_LENGTH, "catalog number", cdi->disc->mcn);
    if (size)
        cdi->disc->cd_text = dk_cd_text_decode(packs, size, cdi->disc->arena, &cdi->disc->notes);
}

bool cdi_parse(struct cdi *cdi, struct dk_error *error)
{
    struct cursor *cursor = &cdi->cursor;
    const unsigned sessions = cursor_le16(cursor);

    if (sessions < 1 || sessions > DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: at byte %" PRIu64 ", where its descriptor begins, it is said to have %u sessions: 1 to 99 "
                       "can be",
                       cdi->path, cdi->at, sessions);
    for (unsigned session = 1; session <= sessions + 1; session++) {
        const uint64_t at = place_of(cdi);
        const unsigned tracks = cursor_le16(cursor);

        if (cursor->overrun && session <= sessions)
            return cut_off(cdi, "the table of a session", at, error);
        if (tracks == 0 && session <= sessions)
            dk_note(&cdi->disc->notes, DK_NOTE_ODD,
                    "it is said to have %u sessions, and that at byte %" PRIu64 " has no track", sessions, at);
        if (tracks == 0)
            break;
        for (unsigned i = 0; i < tracks; i++)
            if (!read_track(cdi, session, error))
                return false;
        cursor_skip(cursor, SESSION_TAIL + (cdi->version != CDI_VERSION_2));
    }
    if (cdi->track_count == 0)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the descriptor at byte %" PRIu64 " has no track in its first session", cdi->path, cdi->at);
    read_disc(cdi);
    return true;
}
