/*
 * B5T: the parts of the descriptor, which follow each other without offsets: the header has the lengths of all. Numbers
 * are little-endian but for those that the drive gave.
 */
#include "formats/b5t.h"
#include "formats/descriptor.h"
#include "util/arena.h"

#include <disckit/cdtext.h>
#include <inttypes.h>

enum {
    ENTRY = 64,       /* bytes of a session's entry */
    ENTRY_MORE = 8,   /* in addition, of a CD's track */
    TYPE_POINT = 0,   /* types of entries */
    TYPE_DVD = 6,     /* 1 to 5: audio, Mode 1, Mode 2, its Form 1, its Form 2 */
    BLOCK_LEAST = 52, /* bytes of a data block without a name */
};

/* Lengths of the parts, in the order in which they follow. */
enum part { MODE_PAGE, UNKNOWN, PMA, ATIP, CD_TEXT, BCA, STRUCTURES, INFORMATION, DATA_BLOCKS, SESSIONS, DPM, PARTS };

/* What remains of the descriptor, and the part that is read. */
struct reader {
    struct b5t *b5t;
    struct cursor rest, part;
};

static uint64_t place_of(const struct reader *reader, const struct cursor *cursor)
{
    return (uint64_t)(cursor->at - reader->b5t->bytes);
}

/* ---- The header ---- */

/* Profiles of GET CONFIGURATION (MMC-6 table 85). */
static enum dk_medium medium_of(unsigned profile)
{
    if (profile >= 0x40 && profile <= 0x43)
        return DK_MEDIUM_BD;
    if (profile >= 0x10 && profile <= 0x2B && !(profile >= 0x20 && profile <= 0x22)) /* these are double density CDs */
        return DK_MEDIUM_DVD;
    return DK_MEDIUM_CD;
}

static void read_mcn(struct b5t *b5t, struct cursor *header)
{
    const unsigned valid = cursor_u8(header);
    const uint8_t *mcn = cursor_bytes(header, DK_MCN_LENGTH);

    for (size_t i = 0; valid && mcn && i < DK_MCN_LENGTH; i++)
        if (mcn[i] < '0' || mcn[i] > '9') {
            dk_note(&b5t->disc->notes, DK_NOTE_ODD, "the catalog number is not of digits: it is left out");
            return;
        }
    if (valid && mcn)
        memcpy(b5t->disc->mcn, mcn, DK_MCN_LENGTH);
}

static bool read_header(struct reader *reader, unsigned *sessions, uint32_t lengths[PARTS], struct dk_error *error)
{
    struct b5t *b5t = reader->b5t;
    struct cursor *header = &reader->rest;
    uint32_t cd, dvd;

    cursor_skip(header, 48);
    b5t->disc->medium = medium_of(cursor_le16(header));
    *sessions = cursor_le16(header);
    cursor_skip(header, 12);
    read_mcn(b5t, header);
    cursor_skip(header, 18);
    lengths[PMA] = cursor_le16(header);
    lengths[ATIP] = cursor_le16(header);
    lengths[CD_TEXT] = cursor_le16(header);
    cd = cursor_le16(header);
    lengths[BCA] = cursor_le32(header);
    cursor_skip(header, 12);
    lengths[STRUCTURES] = cursor_le32(header);
    dvd = cursor_le32(header);
    lengths[INFORMATION] = b5t->disc->medium == DK_MEDIUM_CD ? cd : dvd;
    cursor_skip(header, 112); /* the drive, and the label of the volume */
    lengths[MODE_PAGE] = cursor_le32(header);
    lengths[UNKNOWN] = cursor_le32(header);
    lengths[DATA_BLOCKS] = cursor_le32(header);
    lengths[SESSIONS] = cursor_le32(header);
    lengths[DPM] = cursor_le32(header);
    return !header->overrun ||
           dk_fail(error, DK_ERROR_DAMAGED, "%s ends within its header, at byte %zu", b5t->path, b5t->size);
}

/* ---- Data blocks ---- */

static bool read_block(struct reader *reader, struct b5t_block *block)
{
    struct cursor *part = &reader->part;
    uint32_t length;
    const uint8_t *name;

    block->at = place_of(reader, part);
    block->type = cursor_le32(part);
    block->length = cursor_le32(part);
    cursor_skip(part, 16);
    block->offset = cursor_le32(part);
    cursor_skip(part, 12);
    block->first = (int32_t)cursor_le32(part);
    block->count = cursor_le32(part);
    length = cursor_le32(part);
    name = cursor_bytes(part, length);
    cursor_skip(part, 4);
    block->name = name ? descriptor_wide_text(reader->b5t->disc, name, length) : "";
    if (!*block->name)
        block->name = descriptor_sibling(reader->b5t->candidate, reader->b5t->disc, ".b5i");
    return !part->overrun;
}

static bool read_blocks(struct reader *reader, struct dk_error *error)
{
    struct b5t *b5t = reader->b5t;
    const uint64_t at = place_of(reader, &reader->part);
    const uint32_t count = cursor_le32(&reader->part);

    cursor_skip(&reader->part, cursor_le32(&reader->part)); /* the path in which the files were */
    if (reader->part.overrun || count > B5T_BLOCKS_MAX || count > cursor_left(&reader->part) / BLOCK_LEAST)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: at byte %" PRIu64 " it is said to have %" PRIu32
                       " data blocks, and its part for them ends at byte %" PRIu64,
                       b5t->path, at, count, (uint64_t)(reader->part.end - b5t->bytes));
    b5t->blocks = arena_zeroed(b5t->disc->arena, (size_t)count + 1, sizeof *b5t->blocks);
    for (; b5t->block_count < count; b5t->block_count++)
        if (!read_block(reader, &b5t->blocks[b5t->block_count]))
            return dk_fail(error, DK_ERROR_DAMAGED,
                           "%s: the data block at byte %" PRIu64
                           " goes on behind the end of its part, at byte %" PRIu64,
                           b5t->path, b5t->blocks[b5t->block_count].at, (uint64_t)(reader->part.end - b5t->bytes));
    return true;
}

/* ---- Sessions ---- */

static bool add_track(struct b5t *b5t, unsigned type, unsigned session, struct cursor *entry, uint64_t at,
                      struct dk_error *error)
{
    static const enum dk_mode modes[] = { DK_MODE1,       DK_AUDIO,       DK_MODE1, DK_MODE2,
                                          DK_MODE2_FORM1, DK_MODE2_FORM2, DK_MODE1 };
    struct b5t_track *track = &b5t->tracks[b5t->track_count];
    struct dk_msf msf;

    if (b5t->track_count == DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the entry at byte %" PRIu64 " is a track too many: a disc has 99",
                       b5t->path, at);
    b5t->track_count++;
    track->placed = (struct placed){
        .session = (uint8_t)session, .mode = modes[type], .sub_order = DK_SUB_LINEAR, .gap_stored = true
    };
    cursor_skip(entry, 10);
    track->placed.control = cursor_u8(entry) & 15;
    cursor_skip(entry, 1);
    track->placed.number = cursor_u8(entry);
    cursor_skip(entry, 5);
    msf.minute = cursor_u8(entry);
    msf.second = cursor_u8(entry);
    msf.frame = cursor_u8(entry);
    cursor_skip(entry, 1);
    track->by_time = dk_lba_of_msf(msf);
    track->placed.pregap = cursor_le32(entry);
    cursor_skip(entry, 16);
    track->first = (int32_t)cursor_le32(entry);
    track->sectors = cursor_le32(entry);
    if (type == TYPE_DVD) {
        track->placed.number = (uint8_t)b5t->track_count;
        track->by_time = track->first;
    }
    return true;
}

/* A track, or a point of the lead-in's table, of which nothing is needed. */
static bool read_entry(struct reader *reader, unsigned session, struct dk_error *error)
{
    struct b5t *b5t = reader->b5t;
    const uint64_t at = place_of(reader, &reader->part);
    const unsigned type = cursor_left(&reader->part) ? *reader->part.at : 0;
    const uint8_t *bytes = cursor_bytes(&reader->part, ENTRY);
    struct cursor entry = cursor_over(bytes, bytes ? ENTRY : 0);

    if (type != TYPE_POINT && type != TYPE_DVD)
        cursor_skip(&reader->part, ENTRY_MORE);
    if (reader->part.overrun)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: the entry of session %u at byte %" PRIu64 " goes on behind the end of its part", b5t->path,
                       session, at);
    if (type > TYPE_DVD)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the entry at byte %" PRIu64 " is of type %u: 0 to 6 can be",
                       b5t->path, at, type);
    return type == TYPE_POINT || add_track(b5t, type, session, &entry, at, error);
}

static bool read_session(struct reader *reader, unsigned number, struct dk_error *error)
{
    const uint64_t at = place_of(reader, &reader->part);
    const unsigned told = cursor_le16(&reader->part), entries = cursor_u8(&reader->part);

    cursor_skip(&reader->part, 5);
    reader->b5t->lead_outs[number] = (int32_t)cursor_le32(&reader->part);
    cursor_skip(&reader->part, 4);
    if (reader->part.overrun)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s: session %u at byte %" PRIu64 " goes on behind the end of its part",
                       reader->b5t->path, number, at);
    if (told != number)
        dk_note(&reader->b5t->disc->notes, DK_NOTE_ODD,
                "the session at byte %" PRIu64 " has number %u: it is taken as %u", at, told, number);
    for (unsigned i = 0; i < entries; i++)
        if (!read_entry(reader, number, error))
            return false;
    return true;
}

/* ---- All of it ---- */

/* Moves on to the next part. */
static bool enter_part(struct reader *reader, const char *name, uint32_t length, struct dk_error *error)
{
    const uint64_t at = place_of(reader, &reader->rest);
    const uint8_t *bytes = cursor_bytes(&reader->rest, length);

    if (!bytes && length)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: %s at byte %" PRIu64 " is said to have %" PRIu32 " bytes, and the descriptor has %zu",
                       reader->b5t->path, name, at, length, reader->b5t->size);
    reader->part = cursor_over(bytes ? bytes : reader->rest.at, length);
    return true;
}

static void look_for_footer(struct reader *reader)
{
    static const char footer[] = "BWT5 STREAM FOOT";
    const uint8_t *bytes;

    cursor_skip(&reader->rest, 4);
    bytes = cursor_bytes(&reader->rest, sizeof footer - 1);
    if (!bytes || memcmp(bytes, footer, sizeof footer - 1) != 0)
        dk_note(&reader->b5t->disc->notes, DK_NOTE_ODD, "%s does not end as such a descriptor does", reader->b5t->path);
}

static bool read_part(struct reader *reader, enum part part, unsigned sessions, struct dk_error *error)
{
    struct b5t *b5t = reader->b5t;
    const size_t size = cursor_left(&reader->part);

    if (part == CD_TEXT && size)
        b5t->disc->cd_text = dk_cd_text_decode(reader->part.at, size, b5t->disc->arena, &b5t->disc->notes);
    if (part == DATA_BLOCKS)
        return read_blocks(reader, error);
    for (unsigned i = 1; part == SESSIONS && i <= sessions; i++)
        if (!read_session(reader, i, error))
            return false;
    return true;
}

bool b5t_parse(struct b5t *b5t, struct dk_error *error)
{
    static const char *const names[PARTS] = { "the mode page",
                                              "the part behind the mode page",
                                              "the PMA",
                                              "the ATIP",
                                              "the CD-TEXT",
                                              "the BCA",
                                              "the structures of a DVD",
                                              "the information",
                                              "the part of data blocks",
                                              "the part of sessions",
                                              "the DPM" };
    struct reader reader = { .b5t = b5t, .rest = cursor_over(b5t->bytes, b5t->size) };
    uint32_t lengths[PARTS];
    unsigned sessions;

    if (!read_header(&reader, &sessions, lengths, error))
        return false;
    if (sessions < 1 || sessions > DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: its header says that there are %u sessions: 1 to 99 can be",
                       b5t->path, sessions);
    for (enum part part = 0; part < PARTS; part++)
        if (!enter_part(&reader, names[part], lengths[part], error) || !read_part(&reader, part, sessions, error))
            return false;
    look_for_footer(&reader);
    return true;
}
