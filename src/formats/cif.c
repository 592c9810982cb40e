/*
 * CIF, the images of Easy CD Creator 4 and 5: chunks as in a RIFF file, one behind the other. Each track has one with
 * its sectors; "disc" describes the tracks, "ofs " says where their chunks are. All numbers are little-endian.
 */
#include "formats/descriptor.h"
#include "formats/placed.h"
#include "formats/rows.h"
#include "util/arena.h"
#include "util/cursor.h"

#include <disckit/cdtext.h>
#include <inttypes.h>
#include <string.h>

enum {
    CHUNK = 12,        /* "RIFF", length, type; the length counts from the type on */
    CHUNKS_MAX = 1000, /* looked at before both tables must have come */
    TABLE_MAX = 1 << 20,
    TABLE_START = 8, /* bytes before what is in a table */
    DISC_LEAST = 16, /* fixed parts of the descriptors of the disc, of a session, of a track */
    SESSION_LEAST = 18,
    TRACK_LEAST = 24,
    OFFSET_ENTRY = 22,
    ISRC_AT = 24 + 205, /* in the descriptor of an audio track */
    TITLE_AT = 24 + 245 + 24,
    TRACK_SHORTEST = 300, /* sectors; shorter ones are padded */
};

struct cif_chunk {
    uint64_t at; /* byte of the file at which it begins */
    char type[5];
    uint64_t data; /* byte at which its contents begin */
    uint64_t size; /* of them */
};

struct cif_track {
    struct placed placed;
    uint32_t told; /* sectors, by its descriptor */
    const char *title;
};

struct cif {
    const char *path;
    struct dk_disc *disc;
    struct dk_store *store;
    struct cif_chunk table, offsets; /* size 0: not there */
    struct cif_track tracks[DK_TRACKS_MAX];
    size_t track_count;
    const char *title, *artist;
};

static int cif_probe(const struct dk_candidate *candidate)
{
    return candidate->head_size >= CHUNK && memcmp(candidate->head, "RIFF", 4) == 0 &&
                   memcmp(candidate->head + 8, "imag", 4) == 0
               ? 95
               : 0;
}

/* ---- Chunks ---- */

static bool read_chunk(const struct cif *cif, uint64_t at, struct cif_chunk *chunk, struct dk_error *error)
{
    uint8_t bytes[CHUNK];
    struct cursor cursor = cursor_over(bytes, sizeof bytes);
    uint32_t length;

    if (!dk_store_read(cif->store, bytes, sizeof bytes, at, error))
        return false;
    if (memcmp(bytes, "RIFF", 4) != 0)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s: no chunk begins at byte %" PRIu64, cif->path, at);
    cursor_skip(&cursor, 4);
    length = cursor_le32(&cursor);
    if (length < 4 || length > cif->store->size - at - 8)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: the chunk at byte %" PRIu64 " is said to have %" PRIu32 " bytes, and the file has %" PRIu64,
                       cif->path, at, length, cif->store->size);
    *chunk = (struct cif_chunk){ .at = at, .data = at + CHUNK, .size = length - 4 };
    memcpy(chunk->type, bytes + 8, 4);
    return true;
}

static bool find_tables(struct cif *cif, struct dk_error *error)
{
    uint64_t at = 0;

    for (unsigned i = 0; i < CHUNKS_MAX && at < cif->store->size; i++) {
        struct cif_chunk chunk;

        if (!read_chunk(cif, at, &chunk, error))
            return false;
        if (memcmp(chunk.type, "disc", 4) == 0)
            cif->table = chunk;
        else if (memcmp(chunk.type, "ofs ", 4) == 0)
            cif->offsets = chunk;
        at = chunk.data + chunk.size + chunk.size % 2;
    }
    if (cif->table.size > TABLE_START && cif->offsets.size > TABLE_START)
        return true;
    return dk_fail(error, DK_ERROR_DAMAGED, "%s has no '%s' chunk, which says where its tracks are", cif->path,
                   cif->table.size > TABLE_START ? "ofs " : "disc");
}

static bool load(struct cif *cif, const struct cif_chunk *chunk, struct cursor *cursor, struct dk_error *error)
{
    uint8_t *bytes;

    if (chunk->size > TABLE_MAX)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the '%s' chunk at byte %" PRIu64 " has %" PRIu64 " bytes, more than a table can have",
                       cif->path, chunk->type, chunk->at, chunk->size);
    bytes = arena_zeroed(cif->disc->arena, (size_t)chunk->size + 1, 1);
    *cursor = cursor_over(bytes, (size_t)chunk->size);
    if (!dk_store_read(cif->store, bytes, (size_t)chunk->size, chunk->data, error))
        return false;
    cursor_skip(cursor, TABLE_START);
    return true;
}

/* ---- What the disc is ---- */

/* The next descriptor of the table, which begins with its own length. */
static bool next_record(struct cif *cif, struct cursor *table, const char *what, size_t least, struct cursor *record,
                        struct dk_error *error)
{
    const uint64_t at = cif->table.data + cif->table.size - cursor_left(table);
    struct cursor ahead = *table;
    const unsigned length = cursor_le16(&ahead);
    const uint8_t *bytes = length >= least ? cursor_bytes(table, length) : NULL;

    if (!bytes)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: the descriptor of %s at byte %" PRIu64 " is said to have %u bytes, and needs %zu to %zu",
                       cif->path, what, at, length, least, cursor_left(table));
    *record = cursor_over(bytes, length);
    return true;
}

/* A text up to its NUL, or to the end. */
static const char *take_text(struct cif *cif, struct cursor *cursor)
{
    const size_t left = cursor_left(cursor), length = left ? strnlen((const char *)cursor->at, left) : 0;
    const char *text = length ? descriptor_text(cif->disc, cursor->at, length) : NULL;

    cursor_skip(cursor, length < left ? length + 1 : length);
    return text;
}

/* Bytes a sector: raw audio, user data, or what follows the header of Mode 2, up to its EDC. */
static bool settle_kind(const struct cif *cif, struct placed *track, unsigned type, struct dk_error *error)
{
    static const struct {
        uint16_t type, stored;
        enum dk_mode mode;
    } kinds[] = {
        { 0, DK_SECTOR_RAW, DK_AUDIO }, { 1, 2048, DK_MODE1 }, { 2, 2056, DK_MODE2_FORM1 }, { 4, 2332, DK_MODE2 }
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].type == type) {
            track->mode = kinds[i].mode;
            track->stored = kinds[i].stored;
            return true;
        }
    return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is of type %u: 0, 1, 2 and 4 can be", cif->path, track->number,
                   type);
}

static void read_codes(struct cif *cif, struct cif_track *track, const struct cursor *record)
{
    struct cursor cursor = *record;
    const uint8_t *isrc;

    cursor_skip(&cursor, ISRC_AT);
    isrc = cursor_bytes(&cursor, DK_ISRC_LENGTH);
    if (isrc && strnlen((const char *)isrc, DK_ISRC_LENGTH) == DK_ISRC_LENGTH)
        memcpy(track->placed.isrc, isrc, DK_ISRC_LENGTH);
    cursor = *record;
    cursor_skip(&cursor, TITLE_AT);
    track->title = take_text(cif, &cursor);
}

static bool read_track(struct cif *cif, struct cursor *table, unsigned session, struct dk_error *error)
{
    struct cif_track *track = &cif->tracks[cif->track_count];
    struct cursor record, whole;

    if (!next_record(cif, table, "a track", TRACK_LEAST, &record, error))
        return false;
    if (cif->track_count == DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s is said to have more than 99 tracks", cif->path);
    cif->track_count++;
    whole = record;
    track->placed = (struct placed){ .number = (uint8_t)cif->track_count, .session = (uint8_t)session };
    cursor_skip(&record, 4);
    track->told = cursor_le32(&record);
    cursor_skip(&record, 2);
    if (!settle_kind(cif, &track->placed, cursor_le16(&record), error))
        return false;
    if (track->placed.mode == DK_AUDIO)
        read_codes(cif, track, &whole);
    return true;
}

static bool read_table(struct cif *cif, struct dk_error *error)
{
    struct cursor table, record;
    unsigned sessions;

    if (!load(cif, &cif->table, &table, error) || !next_record(cif, &table, "the disc", DISC_LEAST, &record, error))
        return false;
    cursor_skip(&record, 2);
    sessions = cursor_le16(&record);
    cursor_skip(&record, DISC_LEAST - 4);
    cif->title = take_text(cif, &record);
    cif->artist = take_text(cif, &record);
    if (sessions < 1 || sessions > DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: its table says that there are %u sessions: 1 to 99 can be",
                       cif->path, sessions);
    for (unsigned session = 1; session <= sessions; session++) {
        unsigned tracks;

        if (!next_record(cif, &table, "a session", SESSION_LEAST, &record, error))
            return false;
        cursor_skip(&record, 2);
        tracks = cursor_le16(&record);
        for (unsigned i = 0; i < tracks; i++)
            if (!read_track(cif, &table, session, error))
                return false;
    }
    return true;
}

/* ---- Where the sectors are ---- */

static bool open_track(struct cif *cif, struct cif_track *track, struct cursor *offsets, struct dk_error *error)
{
    struct cif_chunk chunk;
    uint32_t offset;

    cursor_skip(offsets, CHUNK);
    offset = cursor_le32(offsets);
    cursor_skip(offsets, 6);
    if (offset < 8 || offset > cif->store->size - 4)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s: track %u is said to begin at byte %" PRIu32 " of %" PRIu64,
                       cif->path, track->placed.number, offset, cif->store->size);
    if (!read_chunk(cif, offset - 8, &chunk, error))
        return false;
    track->placed.store = dk_store_slice(cif->store, chunk.data, chunk.size, error);
    return track->placed.store != NULL;
}

static bool open_tracks(struct cif *cif, struct dk_error *error)
{
    struct cursor offsets;
    unsigned count;

    if (!load(cif, &cif->offsets, &offsets, error))
        return false;
    count = cursor_le16(&offsets);
    if (count < cif->track_count || count > cursor_left(&offsets) / OFFSET_ENTRY)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: the 'ofs ' chunk at byte %" PRIu64 " is said to have %u entries in %" PRIu64
                       " bytes, and there are %zu tracks",
                       cif->path, cif->offsets.at, count, cif->offsets.size, cif->track_count);
    for (size_t i = 0; i < cif->track_count; i++)
        if (!open_track(cif, &cif->tracks[i], &offsets, error))
            return false;
    return true;
}

/* ---- The disc ---- */

/* No track has an address: a pause comes before the first one, and where data turn to audio or audio to data. */
static int64_t next_lba(struct placed *track, const struct placed *before)
{
    const int64_t end = before ? (int64_t)before->lba + before->count : 0;

    if (!before)
        return 0;
    if (before->session != track->session)
        return end + (before->session == 1 ? DK_FIRST_SESSION_GAP : DK_LATER_SESSION_GAP);
    if (dk_mode_is_data(before->mode) != dk_mode_is_data(track->mode))
        track->pregap = DK_LEAD_IN_PREGAP;
    return end + track->pregap;
}

static bool add_track(struct cif *cif, struct cif_track *track, const struct placed *before, struct dk_error *error)
{
    struct placed *placed = &track->placed;
    const uint64_t there = placed->store->size / placed->stored;
    int64_t lba;

    placed->count = track->told < TRACK_SHORTEST && there >= TRACK_SHORTEST ? TRACK_SHORTEST : track->told;
    if (placed->count == 0 || placed->count > INT32_MAX / 2)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to have %" PRIu32 " sectors", cif->path,
                       placed->number, track->told);
    if (placed->count > track->told)
        dk_note(&cif->disc->notes, DK_NOTE_GUESS, "track %u has %" PRIu32 " sectors, padded to %" PRIu32,
                placed->number, track->told, placed->count);
    if (there > placed->count)
        dk_note(&cif->disc->notes, DK_NOTE_ODD,
                "track %u is said to have %" PRIu32 " sectors, and its chunk has %" PRIu64 ": the others are left out",
                placed->number, track->told, there);
    lba = next_lba(placed, before);
    if (lba > INT32_MAX / 2)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: its tracks are longer than any disc", cif->path);
    placed->lba = (int32_t)lba;
    return placed_settle_mode(cif->disc, placed, error) && placed_add(cif->disc, placed, before, error);
}

static void add_text(struct cif *cif, unsigned track, enum dk_cd_text_type type, const char *text)
{
    if (text)
        dk_cd_text_add(&cif->disc->cd_text, cif->disc->arena, track, type, text);
}

static bool add_all(struct cif *cif, struct dk_error *error)
{
    bool sounds = false;

    for (size_t i = 0; i < cif->track_count; i++) {
        if (!add_track(cif, &cif->tracks[i], i ? &cif->tracks[i - 1].placed : NULL, error))
            return false;
        add_text(cif, cif->tracks[i].placed.number, DK_TEXT_TITLE, cif->tracks[i].title);
        sounds = sounds || cif->tracks[i].placed.mode == DK_AUDIO;
    }
    if (sounds) { /* of a disc of data it is the label of the volume */
        add_text(cif, 0, DK_TEXT_TITLE, cif->title);
        add_text(cif, 0, DK_TEXT_PERFORMER, cif->artist);
    }
    return true;
}

static bool cif_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct cif *cif = arena_zeroed(disc->arena, 1, sizeof *cif);
    bool right;

    cif->path = candidate->path;
    cif->disc = disc;
    cif->store = candidate->store;
    disc->medium = DK_MEDIUM_CD;
    disc->container_size = candidate->store->size;
    right = find_tables(cif, error) && read_table(cif, error) && open_tracks(cif, error) && add_all(cif, error);
    for (size_t i = 0; i < cif->track_count; i++)
        dk_store_close(cif->tracks[i].placed.store);
    return right;
}

const struct dk_format format_cif = {
    .id = "cif",
    .name = "Easy CD Creator image (CIF)",
    .suffixes = "cif",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_SESSIONS | DK_HOLDS_CD_TEXT | DK_HOLDS_TRACKS |
             DK_HOLDS_ISRC | DK_HOLDS_FORM2,
    .probe = cif_probe,
    .read = cif_read,
};
