/*
 * C2D, the images of WinOnCD (CeQuadrat, Adaptec, Roxio): a header, CD-TEXT, a block for each index of each track, then
 * the sectors. All numbers are little-endian.
 */
#include "formats/descriptor.h"
#include "formats/placed.h"
#include "formats/rows.h"
#include "util/arena.h"
#include "util/checked.h"
#include "util/cursor.h"

#include <disckit/cdtext.h>
#include <inttypes.h>
#include <string.h>

enum {
    SIGNATURE = 32,
    HEADER = 64, /* bytes that are read of it; a description follows */
    BLOCK = 44,
    MODE_AUDIO_TOO = 0xFF,
};

/* Bits of a block that are not where Q has them. */
enum { FLAG_COPY = 1, FLAG_PRE_EMPHASIS = 2 };

struct c2d_block {
    uint64_t at; /* byte of the file at which it begins */
    int32_t first, last;
    uint64_t offset;
    uint32_t stored;
    char isrc[DK_ISRC_LENGTH];
    uint8_t flags, session, point, index, mode, compressed;
};

struct c2d_track {
    struct placed placed;
    struct dk_index indexes[DK_INDEX_MAX];
    int32_t last; /* LBA of its last sector */
};

struct c2d {
    const char *path;
    struct dk_disc *disc;
    struct dk_store *store;
    struct c2d_track *tracks;
    size_t track_count;
    uint64_t used; /* bytes, up to the end of the last track that was placed */
};

static int c2d_probe(const struct dk_candidate *candidate)
{
    static const char *const signatures[] = { "Adaptec CeQuadrat VirtualCD File", "Roxio Image File Format" };

    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
        if (candidate->head_size >= SIGNATURE && memcmp(candidate->head, signatures[i], strlen(signatures[i])) == 0)
            return 95;
    return 0;
}

/* ---- Blocks ---- */

static void parse_block(struct cursor *cursor, struct c2d_block *block)
{
    const uint8_t *isrc;

    cursor_skip(cursor, 4);
    block->first = (int32_t)cursor_le32(cursor);
    block->last = (int32_t)cursor_le32(cursor);
    block->offset = cursor_le64(cursor);
    block->stored = cursor_le32(cursor);
    isrc = cursor_bytes(cursor, DK_ISRC_LENGTH);
    memcpy(block->isrc, isrc, DK_ISRC_LENGTH);
    block->flags = cursor_u8(cursor);
    block->session = cursor_u8(cursor);
    block->point = cursor_u8(cursor);
    block->index = cursor_u8(cursor);
    block->mode = cursor_u8(cursor);
    block->compressed = cursor_u8(cursor);
    cursor_skip(cursor, 2);
}

static bool check_block(const struct c2d *c2d, const struct c2d_block *block, struct dk_error *error)
{
    if (block->last < block->first || block->first < 0)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the block at byte %" PRIu64 " is said to go from LBA %" PRId32 " to LBA %" PRId32,
                       c2d->path, block->at, block->first, block->last);
    if (block->compressed)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: track %u is compressed, in a way that only WinOnCD and its successors know", c2d->path,
                       block->point);
    if (block->mode > 2 && block->mode != MODE_AUDIO_TOO)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the block at byte %" PRIu64 " is of mode %u: 0 to 2 can be",
                       c2d->path, block->at, block->mode);
    if (block->stored > UINT16_MAX || block->session < 1)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the block at byte %" PRIu64 " is of session %u, with %" PRIu32 " bytes a sector", c2d->path,
                       block->at, block->session, block->stored);
    return true;
}

static void take_isrc(struct c2d *c2d, const struct c2d_block *block, struct placed *track)
{
    if (block->isrc[0] == '\0')
        return;
    for (int i = 0; i < DK_ISRC_LENGTH; i++)
        if ((block->isrc[i] < '0' || block->isrc[i] > '9') && (block->isrc[i] < 'A' || block->isrc[i] > 'Z')) {
            dk_note(&c2d->disc->notes, DK_NOTE_ODD, "the ISRC of track %u is not of letters and digits: it is left out",
                    track->number);
            return;
        }
    memcpy(track->isrc, block->isrc, DK_ISRC_LENGTH);
}

static bool start_track(struct c2d *c2d, const struct c2d_block *block, struct dk_error *error)
{
    static const enum dk_mode modes[] = { DK_AUDIO, DK_MODE1, DK_MODE2 };
    struct c2d_track *track = &c2d->tracks[c2d->track_count];

    if (c2d->track_count == DK_TRACKS_MAX || (c2d->track_count && block->point <= track[-1].placed.number))
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the block at byte %" PRIu64 " is of track %u, after that of %u",
                       c2d->path, block->at, block->point, track[-1].placed.number);
    if (block->offset > INT64_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to begin at byte %" PRIu64 ", beyond any file",
                       c2d->path, block->point, block->offset);
    c2d->track_count++;
    track->last = block->last;
    track->placed = (struct placed){
        .number = block->point,
        .session = block->session,
        .control = (uint8_t)((block->flags & FLAG_COPY ? DK_CONTROL_COPY_PERMITTED : 0) |
                             (block->flags & FLAG_PRE_EMPHASIS ? DK_CONTROL_PRE_EMPHASIS : 0)),
        .mode = block->mode == MODE_AUDIO_TOO ? DK_AUDIO : modes[block->mode],
        .stored = (uint16_t)block->stored,
        .lba = block->first,
        .store = c2d->store,
        .offset = block->offset,
        .sub_order = DK_SUB_INTERLEAVED,
        .indexes = track->indexes,
    };
    take_isrc(c2d, block, &track->placed);
    return true;
}

/* An INDEX 02 or up, of the track that the block before is of. */
static bool add_index(struct c2d *c2d, const struct c2d_block *block, struct dk_error *error)
{
    struct c2d_track *track = &c2d->tracks[c2d->track_count - 1];
    struct placed *placed = &track->placed;

    if (c2d->track_count == 0 || placed->number != block->point || placed->session != block->session ||
        block->index != placed->index_count + 2 || block->index > DK_INDEX_MAX || block->first <= placed->lba ||
        (placed->index_count && block->first <= track->indexes[placed->index_count - 1].lba))
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the block at byte %" PRIu64 " is of index %u of track %u, from LBA %" PRId32
                       " on, and does not go on from the one before",
                       c2d->path, block->at, block->index, block->point, block->first);
    track->indexes[placed->index_count++] = (struct dk_index){ block->index, block->first };
    if (block->last > track->last)
        track->last = block->last;
    return true;
}

static bool read_blocks(struct c2d *c2d, uint64_t offset, unsigned count, struct dk_error *error)
{
    uint8_t bytes[BLOCK];

    if (count < 1 || !range_inside(offset, (uint64_t)count * BLOCK, c2d->store->size))
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s is said to have %u blocks of tracks from byte %" PRIu64 " on, and has %" PRIu64 " bytes",
                       c2d->path, count, offset, c2d->store->size);
    c2d->tracks = arena_zeroed(c2d->disc->arena, DK_TRACKS_MAX, sizeof *c2d->tracks);
    for (unsigned i = 0; i < count; i++) {
        struct c2d_block block = { .at = offset + (uint64_t)i * BLOCK };
        struct cursor cursor = cursor_over(bytes, sizeof bytes);

        if (!dk_store_read(c2d->store, bytes, sizeof bytes, block.at, error))
            return false;
        parse_block(&cursor, &block);
        if (!check_block(c2d, &block, error) ||
            !(block.index > 1 && c2d->track_count ? add_index(c2d, &block, error) : start_track(c2d, &block, error)))
            return false;
    }
    return true;
}

/* ---- Places ---- */

static bool place_track(struct c2d *c2d, size_t i, struct dk_error *error)
{
    struct c2d_track *track = &c2d->tracks[i];
    struct placed *placed = &track->placed;
    const struct placed *before = i ? &c2d->tracks[i - 1].placed : NULL;
    const int64_t end = before ? (int64_t)before->lba + before->count : 0;
    int32_t told;

    placed->count = (uint32_t)((int64_t)track->last - placed->lba + 1);
    if (!placed_settle_mode(c2d->disc, placed, error))
        return false;
    if (placed->lba > end && (!before || before->session == placed->session))
        placed->pregap = (uint32_t)(placed->lba - end);
    if (placed_address(placed, placed->offset, placed->count, &told) && told != placed->lba)
        dk_note(&c2d->disc->notes, DK_NOTE_ODD,
                "track %u is said to begin at LBA %" PRId32 ", and its sectors say LBA %" PRId32 ": the first is used",
                placed->number, placed->lba, told);
    placed_compare_begin(c2d->disc, placed, &c2d->used);
    return placed_add(c2d->disc, placed, before, error);
}

/* ---- All of it ---- */

static void read_mcn(struct c2d *c2d, struct cursor *header)
{
    const bool has = cursor_le16(header) != 0;
    const uint8_t *mcn = cursor_bytes(header, DK_MCN_LENGTH);

    for (int i = 0; has && i < DK_MCN_LENGTH; i++)
        if (mcn[i] < '0' || mcn[i] > '9') {
            dk_note(&c2d->disc->notes, DK_NOTE_ODD, "the catalog number is not of digits: it is left out");
            return;
        }
    if (has)
        memcpy(c2d->disc->mcn, mcn, DK_MCN_LENGTH);
}

static bool read_cd_text(struct c2d *c2d, uint64_t offset, uint32_t size, struct dk_error *error)
{
    enum { MOST = 8 * 256 * DK_CD_TEXT_PACK };
    uint8_t *bytes;

    if (size == 0)
        return true;
    if (size > MOST || !range_inside(offset, size, c2d->store->size)) {
        dk_note(&c2d->disc->notes, DK_NOTE_DAMAGE,
                "its CD-TEXT is said to have %" PRIu32 " bytes from byte %" PRIu64
                " on, which can't be: it is left out",
                size, offset);
        return true;
    }
    bytes = arena_zeroed(c2d->disc->arena, size, 1);
    if (!dk_store_read(c2d->store, bytes, size, offset, error))
        return false;
    c2d->disc->cd_text = dk_cd_text_decode(bytes, size - size % DK_CD_TEXT_PACK, c2d->disc->arena, &c2d->disc->notes);
    if (size % DK_CD_TEXT_PACK)
        dk_note(&c2d->disc->notes, DK_NOTE_ODD, "its CD-TEXT has %" PRIu32 " bytes, which are no whole packs", size);
    return true;
}

static bool read_all(struct c2d *c2d, struct dk_error *error)
{
    uint8_t bytes[HEADER];
    struct cursor header = cursor_over(bytes, sizeof bytes);
    uint32_t size, text_size;
    unsigned count;

    if (!dk_store_read(c2d->store, bytes, sizeof bytes, 0, error))
        return false;
    cursor_skip(&header, SIGNATURE);
    size = cursor_le16(&header);
    read_mcn(c2d, &header);
    cursor_skip(&header, 1);
    count = cursor_le16(&header);
    text_size = cursor_le32(&header);
    if (!read_cd_text(c2d, size, text_size, error) || !read_blocks(c2d, cursor_le32(&header), count, error))
        return false;
    c2d->used = c2d->tracks[0].placed.offset;
    for (size_t i = 0; i < c2d->track_count; i++)
        if (!place_track(c2d, i, error))
            return false;
    return true;
}

static bool c2d_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct c2d c2d = { .path = candidate->path, .disc = disc, .store = candidate->store };

    disc->medium = DK_MEDIUM_CD;
    disc->container_size = candidate->store->size;
    return read_all(&c2d, error);
}

const struct dk_format format_c2d = {
    .id = "c2d",
    .name = "WinOnCD image (C2D)",
    .suffixes = "c2d",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_SESSIONS | DK_HOLDS_SUBCHANNEL | DK_HOLDS_CD_TEXT |
             DK_HOLDS_INDEXES | DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS | DK_HOLDS_ISRC | DK_HOLDS_MCN | DK_HOLDS_FORM2 |
             DK_HOLDS_FLAGS,
    .probe = c2d_probe,
    .read = c2d_read,
};
