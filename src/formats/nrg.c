/*
 * NRG, the images of Nero: the sectors of all tracks, then chunks that tell what they are (all numbers big-endian),
 * then a footer that tells where the chunks begin. Version 2 (Nero 5.5 and later) has 64-bit offsets and other chunk
 * names; what a chunk is goes by its name alone.
 */
#include "formats/nrg.h"
#include "formats/rows.h"
#include "util/arena.h"
#include "util/checked.h"

#include <ctype.h>
#include <disckit/cdtext.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    FOOTER_V1 = 8,       /* "NERO", offset of the first chunk (32 bits) */
    FOOTER_V2 = 12,      /* "NER5", the same with 64 bits */
    CHUNK_HEAD = 8,      /* id, bytes that follow */
    CHUNK_MAX = 1 << 20, /* of those that are read: 99 tracks with 99 indexes each take 78 KiB */
    CHUNKS_MAX = 10000,  /* so that a list of empty ones has an end */
};

/* ---- The footer ---- */

/* The size of the footer and the offset in it; 0: there is none. */
static size_t read_footer(const struct dk_candidate *candidate, uint64_t *first_chunk)
{
    const uint8_t *end = candidate->tail + candidate->tail_size;
    struct cursor cursor;

    if (candidate->tail_size >= FOOTER_V2 && memcmp(end - FOOTER_V2, "NER5", 4) == 0) {
        cursor = cursor_over(end - 8, 8);
        *first_chunk = cursor_be64(&cursor);
        return FOOTER_V2;
    }
    if (candidate->tail_size >= FOOTER_V1 && memcmp(end - FOOTER_V1, "NERO", 4) == 0) {
        cursor = cursor_over(end - 4, 4);
        *first_chunk = cursor_be32(&cursor);
        return FOOTER_V1;
    }
    return 0;
}

static int nrg_probe(const struct dk_candidate *candidate)
{
    uint64_t first_chunk;

    return read_footer(candidate, &first_chunk) ? 95 : 0;
}

/* ---- Small chunks ---- */

static bool has_size(const struct nrg *nrg, const struct nrg_chunk *chunk, size_t size, struct dk_error *error)
{
    if (chunk->size == size)
        return true;
    return dk_fail(error, DK_ERROR_FORMAT, "%s: the %s chunk at byte %" PRIu64 " has %zu bytes, and %zu belong in it",
                   nrg->path, chunk->id, chunk->offset, chunk->size, size);
}

static bool parse_sinf(struct nrg *nrg, struct nrg_chunk *chunk, struct dk_error *error)
{
    if (!has_size(nrg, chunk, 4, error))
        return false;
    if (nrg->session_count == DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the SINF chunk at byte %" PRIu64 " is one session too many",
                       nrg->path, chunk->offset);
    nrg->session_sizes[nrg->session_count++] = cursor_be32(&chunk->cursor);
    return true;
}

/* Nero's bits for media, as its NeroAPI names them. */
enum {
    MEDIA_CD = 0x1 | 0x2 | 0x20 | 0x40 | 0x400,               /* CD, DDCD, ML, MRW, CD-ROM */
    MEDIA_DVD = 0x4 | 0x8 | 0x10 | 0x200 | 0x40000 | 0x80000, /* DVD-R, +R, -RAM, -ROM, both DL */
    MEDIA_BD = 0x100000 | 0x200000 | 0x400000,                /* BD-ROM, -R, -RE */
    CD_SECTORS_MAX = 449850,                                  /* 99:59:74 */
};

static bool parse_mtyp(struct nrg *nrg, struct nrg_chunk *chunk, struct dk_error *error)
{
    uint32_t media;

    if (!has_size(nrg, chunk, 4, error))
        return false;
    media = cursor_be32(&chunk->cursor);
    if (media & MEDIA_CD)
        nrg->disc->medium = DK_MEDIUM_CD;
    else if (media & MEDIA_DVD)
        nrg->disc->medium = DK_MEDIUM_DVD;
    else if (media & MEDIA_BD)
        nrg->disc->medium = DK_MEDIUM_BD;
    return true;
}

static bool parse_cdtx(struct nrg *nrg, struct nrg_chunk *chunk, struct dk_error *error)
{
    (void)error;
    nrg->disc->cd_text =
        dk_cd_text_decode(cursor_bytes(&chunk->cursor, chunk->size), chunk->size, nrg->disc->arena, &nrg->disc->notes);
    if (!nrg->disc->cd_text)
        dk_note(&nrg->disc->notes, DK_NOTE_ODD, "the CDTX chunk at byte %" PRIu64 " has no packs of CD-TEXT in it",
                chunk->offset);
    return true;
}

/* ---- The list of chunks ---- */

static const struct {
    char id[5];
    nrg_parse *parse;
} chunk_kinds[] = {
    { "CUEX", nrg_parse_cuex }, { "CUES", nrg_parse_cues }, { "DAOX", nrg_parse_daox }, { "DAOI", nrg_parse_daoi },
    { "ETN2", nrg_parse_etn2 }, { "ETNF", nrg_parse_etnf }, { "TINF", nrg_parse_tinf }, { "SINF", parse_sinf },
    { "MTYP", parse_mtyp },     { "CDTX", parse_cdtx },
};

static nrg_parse *parser_of(const char *id)
{
    for (size_t i = 0; i < sizeof chunk_kinds / sizeof *chunk_kinds; i++)
        if (strcmp(chunk_kinds[i].id, id) == 0)
            return chunk_kinds[i].parse;
    return NULL;
}

static bool read_head(const struct nrg *nrg, uint64_t offset, uint64_t end, struct nrg_chunk *chunk,
                      struct dk_error *error)
{
    uint8_t head[CHUNK_HEAD];
    struct cursor cursor = cursor_over(head, sizeof head);

    if (end - offset < CHUNK_HEAD)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s: the list of chunks ends within a chunk's head, at byte %" PRIu64,
                       nrg->path, offset);
    if (!dk_store_read(nrg->store, head, sizeof head, offset, error))
        return false;
    *chunk = (struct nrg_chunk){ .offset = offset };
    memcpy(chunk->id, cursor_bytes(&cursor, 4), 4);
    chunk->size = cursor_be32(&cursor);
    for (int i = 0; i < 4; i++)
        if (!isgraph((unsigned char)chunk->id[i]))
            return dk_fail(error, DK_ERROR_FORMAT, "%s: there is no chunk at byte %" PRIu64 ", where one should begin",
                           nrg->path, offset);
    if (!range_inside(offset + CHUNK_HEAD, chunk->size, end))
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: the %s chunk at byte %" PRIu64 " says that it has %zu bytes, and only %" PRIu64
                       " are left in the file",
                       nrg->path, chunk->id, offset, chunk->size, end - offset - CHUNK_HEAD);
    return true;
}

static bool read_chunk(struct nrg *nrg, struct nrg_chunk *chunk, struct dk_error *error)
{
    nrg_parse *const parse = parser_of(chunk->id);
    uint8_t *bytes;

    if (!parse) {
        dk_note(&nrg->disc->notes, DK_NOTE_GUESS, "the %s chunk at byte %" PRIu64 " (%zu bytes) is left out", chunk->id,
                chunk->offset, chunk->size);
        return true;
    }
    if (chunk->size > CHUNK_MAX)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the %s chunk at byte %" PRIu64 " has %zu bytes, more than all tracks of a disc need",
                       nrg->path, chunk->id, chunk->offset, chunk->size);
    bytes = arena_zeroed(nrg->disc->arena, chunk->size + 1, 1);
    if (!dk_store_read(nrg->store, bytes, chunk->size, chunk->offset + CHUNK_HEAD, error))
        return false;
    chunk->cursor = cursor_over(bytes, chunk->size);
    return parse(nrg, chunk, error);
}

static bool read_chunks(struct nrg *nrg, uint64_t end, struct dk_error *error)
{
    uint64_t offset = nrg->data_end;
    struct nrg_chunk chunk;

    for (unsigned count = 0; offset < end; count++) {
        if (count == CHUNKS_MAX)
            return dk_fail(error, DK_ERROR_FORMAT, "%s has more than %d chunks", nrg->path, CHUNKS_MAX);
        if (!read_head(nrg, offset, end, &chunk, error))
            return false;
        offset += CHUNK_HEAD + chunk.size;
        if (strcmp(chunk.id, "END!") == 0) {
            if (offset < end)
                dk_note(&nrg->disc->notes, DK_NOTE_ODD, "%" PRIu64 " bytes lie between the END! chunk and the footer",
                        end - offset);
            return true;
        }
        if (!read_chunk(nrg, &chunk, error))
            return false;
    }
    dk_note(&nrg->disc->notes, DK_NOTE_DAMAGE, "the list of chunks has no END! before byte %" PRIu64, end);
    return true;
}

/* ---- The disc ---- */

struct nrg_track *nrg_new_track(struct nrg *nrg, const struct nrg_chunk *chunk, struct dk_error *error)
{
    struct nrg_track *track = &nrg->tracks[nrg->track_count];

    if (nrg->track_count == DK_TRACKS_MAX) {
        dk_fail(error, DK_ERROR_FORMAT, "%s: the %s chunk at byte %" PRIu64 " has a track too many: a disc has 99",
                nrg->path, chunk->id, chunk->offset);
        return NULL;
    }
    *track = (struct nrg_track){
        .number = nrg->track_count ? (uint8_t)(nrg->tracks[nrg->track_count - 1].number + 1) : 1,
        .part = nrg->part_count,
    };
    nrg->track_count++;
    return track;
}

/* What no file holds between two tracks of a session reads as silence, or as empty sectors. */
static void add_gap(struct nrg *nrg, const struct nrg_track *track, const struct nrg_track *before, uint32_t *pregap)
{
    const int64_t end = (int64_t)before->lba + before->count, begin = (int64_t)track->lba - track->pregap;
    const struct nrg_cue *index0 = nrg_cue_of(nrg, track, 0);

    if (before->session != track->session || begin <= end)
        return;
    if (index0 && index0->lba == end)
        *pregap = (uint32_t)(track->lba - end);
    dk_disc_add_extent(nrg->disc, (struct dk_extent){
                                      .lba = (int32_t)end,
                                      .count = (uint32_t)(begin - end),
                                      .mode = track->mode,
                                  });
}

static void take_indexes(struct nrg *nrg, const struct nrg_track *from, struct dk_track *track)
{
    struct dk_index *indexes = arena_zeroed(nrg->disc->arena, DK_INDEX_MAX, sizeof *indexes);
    int32_t after = track->lba;

    for (unsigned number = 2; number <= DK_INDEX_MAX; number++) {
        const struct nrg_cue *cue = nrg_cue_of(nrg, from, number);

        if (!cue)
            break;
        if (cue->lba <= after || cue->lba >= track->lba + (int64_t)track->count) {
            dk_note(&nrg->disc->notes, DK_NOTE_ODD,
                    "index %u of track %u is said to be at LBA %" PRId32 ", outside its place; it is left out", number,
                    track->number, cue->lba);
            break;
        }
        indexes[track->index_count++] = (struct dk_index){ .number = (uint8_t)number, .lba = cue->lba };
        after = cue->lba;
    }
    track->indexes = indexes;
}

static void add_track(struct nrg *nrg, const struct nrg_track *from, const struct nrg_track *before)
{
    const struct nrg_cue *cue = nrg_cue_of(nrg, from, 1);
    struct dk_track track = {
        .number = from->number,
        .session = from->session,
        .mode = from->mode,
        .control = cue ? cue->control : 0,
        .lba = from->lba,
        .count = from->count,
        .pregap = from->pregap,
        .stored = from->layout->stored,
    };

    memcpy(track.isrc, from->isrc, sizeof from->isrc);
    if (before)
        add_gap(nrg, from, before, &track.pregap);
    if (cue)
        take_indexes(nrg, from, &track);
    dk_disc_add_track(nrg->disc, track);
    if (from->pregap + from->count == 0)
        return;
    dk_disc_add_extent(nrg->disc, (struct dk_extent){
                                      .lba = from->lba - (int32_t)from->pregap,
                                      .count = from->pregap + from->count,
                                      .mode = from->mode,
                                      .store = nrg->store,
                                      .offset = from->index1 - (uint64_t)from->pregap * from->layout->stored,
                                      .layout = from->layout,
                                  });
}

/* The lead-out as the cues give it, where it does not lie before the last track's end. */
static void take_lead_out(struct nrg *nrg, const struct nrg_track *last)
{
    const struct nrg_cues *cues = last->at_once && last->cues < nrg->cues_count ? &nrg->cues[last->cues] : NULL;
    const int64_t end = (int64_t)last->lba + last->count;

    for (size_t i = 0; cues && i < cues->count; i++) {
        const struct nrg_cue *cue = &cues->items[i];

        if (cue->track != NRG_LEAD_OUT)
            continue;
        if (cue->lba < end)
            dk_note(&nrg->disc->notes, DK_NOTE_ODD,
                    "the lead-out of session %u is said to be at LBA %" PRId32
                    ", before the end of track %u at LBA %" PRId64,
                    last->session, cue->lba, last->number, end);
        else
            dk_disc_set_lead_out(nrg->disc, last->session, cue->lba);
    }
}

static void add_all(struct nrg *nrg)
{
    for (size_t i = 0; i < nrg->track_count; i++) {
        const struct nrg_track *track = &nrg->tracks[i];

        add_track(nrg, track, i ? track - 1 : NULL);
        if (i + 1 == nrg->track_count || track[1].session != track->session)
            take_lead_out(nrg, track);
    }
}

static bool nrg_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct nrg *nrg = arena_zeroed(disc->arena, 1, sizeof *nrg);
    const size_t footer = read_footer(candidate, &nrg->data_end);
    const uint64_t end = candidate->store->size - footer;

    nrg->path = candidate->path;
    nrg->store = candidate->store;
    nrg->disc = disc;
    disc->container_size = candidate->store->size;
    if (nrg->data_end >= end)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: the footer says that the chunks begin at byte %" PRIu64 ", and the file has %" PRIu64,
                       nrg->path, nrg->data_end, candidate->store->size);
    if (footer == FOOTER_V1)
        disc->medium = DK_MEDIUM_CD; /* there was no other */
    if (!read_chunks(nrg, end, error))
        return false;
    for (size_t i = 0; i < nrg->track_count; i++)
        if (!nrg_check_track(nrg, &nrg->tracks[i], error))
            return false;
    if (!nrg_place(nrg, error))
        return false;
    add_all(nrg);
    if (disc->medium == DK_MEDIUM_CD && nrg->track_count &&
        (int64_t)nrg->tracks[nrg->track_count - 1].lba + nrg->tracks[nrg->track_count - 1].count > CD_SECTORS_MAX) {
        dk_note(&disc->notes, DK_NOTE_ODD, "the image is said to be of a CD, and it is larger than any");
        disc->medium = DK_MEDIUM_UNKNOWN;
    }
    return true;
}

const struct dk_format format_nrg = {
    .id = "nrg",
    .name = "Nero image (NRG)",
    .suffixes = "nrg",
    .mark = "NER5 or NERO at its end",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_DVD | DK_HOLDS_SESSIONS | DK_HOLDS_SUBCHANNEL |
             DK_HOLDS_CD_TEXT | DK_HOLDS_INDEXES | DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS | DK_HOLDS_PREGAPS |
             DK_HOLDS_ISRC | DK_HOLDS_MCN | DK_HOLDS_FORM2 | DK_HOLDS_PAUSE | DK_HOLDS_FLAGS | DK_HOLDS_HIDDEN,
    .probe = nrg_probe,
    .read = nrg_read,
    .write = nrg_write,
};
