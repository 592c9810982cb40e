/*
 * BWT, the descriptors of BlindRead and BlindWrite 4: tracks of sectors of 2352 bytes in a .bwi, with the subchannel in
 * a .bws. All numbers are little-endian; a text has its length in front.
 */
#include "formats/descriptor.h"
#include "formats/placed.h"
#include "formats/raw.h"
#include "formats/rows.h"
#include "formats/sheet.h"
#include "formats/with_sub.h"
#include "util/arena.h"
#include "util/cursor.h"

#include <disckit/cdtext.h>
#include <inttypes.h>
#include <string.h>

enum {
    SIGNATURE = 19,
    POINT_LEAD_IN = 0xA0,
    RECORD_LEAST = 123, /* bytes of a track without its texts */
    TEXTS = 15,         /* of each track */
    TEXT_TITLE = 0,
    TEXT_PERFORMER = 1,
    TEXT_ISRC = 14,
};

struct bwt_track {
    struct placed placed;
    uint32_t offset, adjustment; /* in the file, as the record has them */
    int32_t index0, end;         /* LBA */
    const char *texts[TEXTS];
};

struct bwt {
    const struct dk_candidate *candidate;
    const char *path;
    struct dk_disc *disc;
    const uint8_t *bytes; /* of the descriptor */
    size_t size;
    struct cursor cursor;
    const char *image_name, *sub_name;
    struct bwt_track tracks[DK_TRACKS_MAX];
    size_t track_count;
    struct dk_store *image, *store; /* the sectors, and those with their subchannel where it is there */
    uint16_t stored;                /* bytes a sector of `store` */
    enum dk_sub_order sub_order;
};

static const char signature[] = "BLINDWRITE TOC FILE";

static int bwt_probe(const struct dk_candidate *candidate)
{
    return candidate->head_size >= SIGNATURE && memcmp(candidate->head, signature, SIGNATURE) == 0 ? 95 : 0;
}

/* ---- Records ---- */

static uint64_t place_of(const struct bwt *bwt)
{
    return (uint64_t)(bwt->cursor.at - bwt->bytes);
}

static const char *read_text(struct bwt *bwt)
{
    const uint32_t length = cursor_le32(&bwt->cursor);
    const uint8_t *text = cursor_bytes(&bwt->cursor, length);

    return text && length ? descriptor_text(bwt->disc, text, length) : "";
}

static bool check_track(const struct bwt *bwt, const struct bwt_track *track, unsigned mode, uint64_t at,
                        struct dk_error *error)
{
    const struct placed *placed = &track->placed;

    if (placed->number > DK_TRACKS_MAX || placed->session < 1 || mode > 2)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the record at byte %" PRIu64 " is of track %u, session %u, mode %u",
                       bwt->path, at, placed->number, placed->session, mode);
    if (placed->lba < 0 || track->end <= placed->lba || track->index0 > placed->lba)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the record at byte %" PRIu64 " gives track %u index 0 at LBA %" PRId32
                       ", index 1 at LBA %" PRId32 " and its end at LBA %" PRId32,
                       bwt->path, at, placed->number, track->index0, placed->lba, track->end);
    if (bwt->track_count && placed->number <= track[-1].placed.number)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the record at byte %" PRIu64 " is of track %u, after that of %u",
                       bwt->path, at, placed->number, track[-1].placed.number);
    return true;
}

static bool read_record(struct bwt *bwt, struct dk_error *error)
{
    static const enum dk_mode modes[] = { DK_AUDIO, DK_MODE1, DK_MODE2 };
    struct cursor *cursor = &bwt->cursor;
    const uint64_t at = place_of(bwt);
    const char *name = read_text(bwt);
    struct bwt_track track = { 0 };
    unsigned mode;

    track.offset = cursor_le32(cursor);
    cursor_skip(cursor, 9);
    track.placed.session = cursor_u8(cursor);
    cursor_skip(cursor, 1);
    track.placed.control = cursor_u8(cursor) & 15;
    cursor_skip(cursor, 1);
    mode = cursor_u8(cursor);
    cursor_skip(cursor, 1);
    track.placed.number = cursor_u8(cursor);
    cursor_skip(cursor, 8);
    track.adjustment = cursor_le32(cursor);
    cursor_skip(cursor, 6);
    track.end = (int32_t)cursor_le32(cursor);
    cursor_skip(cursor, 1);
    track.index0 = (int32_t)cursor_le32(cursor);
    track.placed.lba = (int32_t)cursor_le32(cursor);
    cursor_skip(cursor, 8);
    for (unsigned i = 0; i < TEXTS; i++)
        track.texts[i] = read_text(bwt);
    if (cursor->overrun)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s: the record at byte %" PRIu64 " goes on behind its end, byte %zu",
                       bwt->path, at, bwt->size);
    if (track.placed.number >= POINT_LEAD_IN)
        return true;
    if (bwt->track_count == DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the record at byte %" PRIu64 " is a track too many: a disc has 99",
                       bwt->path, at);
    bwt->tracks[bwt->track_count] = track;
    if (!check_track(bwt, &bwt->tracks[bwt->track_count], mode, at, error))
        return false;
    bwt->tracks[bwt->track_count++].placed.mode = modes[mode];
    if (*name && !*bwt->image_name)
        bwt->image_name = name;
    return true;
}

static bool parse(struct bwt *bwt, struct dk_error *error)
{
    struct cursor *cursor = &bwt->cursor;
    uint32_t count;

    cursor_skip(cursor, SIGNATURE + 12);
    for (unsigned i = 0; i < 3; i++) /* volume, system, comments */
        read_text(bwt);
    count = cursor_le32(cursor);
    bwt->image_name = read_text(bwt);
    bwt->sub_name = read_text(bwt);
    cursor_skip(cursor, 4);
    cursor_skip(cursor, cursor_u8(cursor));
    if (cursor->overrun || count > cursor_left(cursor) / RECORD_LEAST)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s is said to have %" PRIu32 " records, and ends at byte %zu, before all of them can have come",
                       bwt->path, count, bwt->size);
    for (uint32_t i = 0; i < count; i++)
        if (!read_record(bwt, error))
            return false;
    if (cursor_left(cursor))
        dk_note(&bwt->disc->notes, DK_NOTE_ODD, "%zu bytes of %s behind its last record are of nothing that is known",
                cursor_left(cursor), bwt->path);
    return true;
}

/* ---- Files ---- */

static bool open_sub(struct bwt *bwt, struct dk_error *error)
{
    const char *name = *bwt->sub_name ? bwt->sub_name : descriptor_sibling(bwt->candidate, bwt->disc, ".bws");
    struct dk_error no_sub;
    struct dk_store *sub = dk_open_beside(bwt->candidate, name, false, &bwt->disc->notes, &no_sub);
    const uint64_t sectors = bwt->image->size / DK_SECTOR_RAW;
    bool right = true;

    if (!sub && (no_sub.kind != DK_ERROR_MISSING || *bwt->sub_name))
        dk_note(&bwt->disc->notes, DK_NOTE_DAMAGE, "the subchannel is lost: %s", no_sub.text);
    if (sub && sub->size / DK_SUBCHANNEL < sectors) {
        dk_note(&bwt->disc->notes, DK_NOTE_DAMAGE,
                "%s has the subchannel of %" PRIu64 " sectors, of %" PRIu64 ": it is left out", sub->name,
                sub->size / DK_SUBCHANNEL, sectors);
    } else if (sub && sectors) {
        bwt->store = with_sub_store(bwt->image, sub);
        right = bwt->store || dk_fail_errno(error, "cannot open %s", sub->name);
        bwt->stored = DK_SECTOR_RAW_SUB;
        bwt->disc->container_size += sub->size;
    }
    dk_store_close(sub);
    return right;
}

static bool open_files(struct bwt *bwt, struct dk_error *error)
{
    static const char *const suffixes[] = { ".bwi", ".img", NULL };
    const char *name = *bwt->image_name ? bwt->image_name : descriptor_sibling(bwt->candidate, bwt->disc, ".bwi");

    if (!descriptor_open(bwt->candidate, bwt->disc, name, true, suffixes, &bwt->image, error))
        return false;
    bwt->stored = DK_SECTOR_RAW;
    if (!bwt->image)
        return true;
    bwt->disc->container_size += bwt->image->size;
    if (!open_sub(bwt, error))
        return false;
    if (!bwt->store)
        bwt->store = dk_store_use(bwt->image);
    if (bwt->stored == DK_SECTOR_RAW_SUB)
        bwt->sub_order = raw_sub_order(bwt->store, bwt->stored, (uint32_t)(bwt->store->size / bwt->stored & INT32_MAX));
    return true;
}

/* ---- Places ---- */

/* Sectors of the file before INDEX 01, if it begins with `first` of the disc. */
static uint64_t sectors_before(const struct placed *track, int32_t first)
{
    return (uint64_t)((int64_t)track->lba - first);
}

/*
 * The record's offset counts from a place that its adjustment moves; images whose numbers do not lead to the right
 * sector are taken to hold the disc from LBA 0 on, or from LBA -150.
 */
static void find_sectors(struct bwt *bwt, struct bwt_track *track)
{
    struct placed *placed = &track->placed;
    const int64_t told = (int64_t)track->offset + ((int64_t)DK_LEAD_IN_PREGAP - track->adjustment) * DK_SECTOR_RAW;
    const uint64_t by_record = told < 0 ? 0 : (uint64_t)told / DK_SECTOR_RAW;
    const uint64_t ways[] = { by_record, sectors_before(placed, 0), sectors_before(placed, -DK_LEAD_IN_PREGAP) };
    int32_t address;

    placed->offset = by_record * bwt->stored;
    for (size_t i = 0; bwt->store && i < sizeof ways / sizeof *ways; i++)
        if (placed_address(placed, ways[i] * bwt->stored, placed->count, &address) && address == placed->lba) {
            placed->offset = ways[i] * bwt->stored;
            if (ways[i] != by_record)
                dk_note(&bwt->disc->notes, DK_NOTE_GUESS,
                        "track %u is said to begin at sector %" PRIu64 " of the file, and by what the sectors say it "
                        "begins at sector %" PRIu64,
                        placed->number, by_record, ways[i]);
            return;
        }
    if (bwt->store && placed_address(placed, placed->offset, placed->count, &address))
        dk_note(&bwt->disc->notes, DK_NOTE_DAMAGE,
                "track %u is said to begin at LBA %" PRId32 ", and its sectors say LBA %" PRId32, placed->number,
                placed->lba, address);
    if (told < 0 || told % DK_SECTOR_RAW)
        dk_note(&bwt->disc->notes, DK_NOTE_DAMAGE, "track %u is said to begin at byte %" PRId64 ", amid a sector",
                placed->number, told);
}

static void take_isrc(struct bwt *bwt, struct bwt_track *track)
{
    const char *isrc = track->texts[TEXT_ISRC];

    if (*isrc && !sheet_isrc(isrc, track->placed.isrc))
        dk_note(&bwt->disc->notes, DK_NOTE_ODD, "the ISRC of track %u is none: it is left out", track->placed.number);
}

static void add_text(struct bwt *bwt, unsigned track, enum dk_cd_text_type type, const char *text)
{
    if (*text)
        dk_cd_text_add(&bwt->disc->cd_text, bwt->disc->arena, track, type, text);
}

/* The pregap lies right before INDEX 01 in the file; that of track 1 before LBA 0 is not there. */
static bool place_track(struct bwt *bwt, size_t i, struct dk_error *error)
{
    struct bwt_track *track = &bwt->tracks[i];
    struct placed *placed = &track->placed;

    placed->store = bwt->store;
    placed->stored = bwt->stored;
    placed->sub_order = bwt->sub_order;
    placed->count = (uint32_t)((int64_t)track->end - placed->lba);
    placed->layout = dk_layout_find(placed->mode, bwt->stored);
    find_sectors(bwt, track);
    if (track->index0 > 0)
        placed->pregap = (uint32_t)(placed->lba - track->index0);
    placed->gap_stored = placed->offset >= (uint64_t)placed->pregap * placed->stored;
    if (!placed_settle_mode(bwt->disc, placed, error))
        return false;
    take_isrc(bwt, track);
    add_text(bwt, placed->number, DK_TEXT_TITLE, track->texts[TEXT_TITLE]);
    add_text(bwt, placed->number, DK_TEXT_PERFORMER, track->texts[TEXT_PERFORMER]);
    return placed_add(bwt->disc, placed, i ? &track[-1].placed : NULL, error);
}

static bool bwt_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct bwt *bwt = arena_zeroed(disc->arena, 1, sizeof *bwt);
    bool right;

    bwt->candidate = candidate;
    bwt->path = candidate->path;
    bwt->disc = disc;
    bwt->bytes = descriptor_load(candidate, disc, error);
    if (!bwt->bytes)
        return false;
    bwt->size = (size_t)candidate->store->size;
    bwt->cursor = cursor_over(bwt->bytes, bwt->size);
    disc->medium = DK_MEDIUM_CD;
    right = parse(bwt, error) && open_files(bwt, error);
    for (size_t i = 0; right && i < bwt->track_count; i++)
        right = place_track(bwt, i, error);
    dk_store_close(bwt->image);
    dk_store_close(bwt->store);
    return right;
}

const struct dk_format format_bwt = {
    .id = "bwt",
    .name = "BlindRead image (BWT)",
    .suffixes = "bwt",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_SESSIONS | DK_HOLDS_SUBCHANNEL | DK_HOLDS_CD_TEXT |
             DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS | DK_HOLDS_PREGAPS | DK_HOLDS_ISRC | DK_HOLDS_FORM2 |
             DK_HOLDS_FLAGS,
    .probe = bwt_probe,
    .read = bwt_read,
};
