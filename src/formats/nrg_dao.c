/* NRG, discs written at once: CUEX and CUES say where indexes are on the disc, DAOX and DAOI where they are in the
 * file. */
#include "formats/nrg.h"
#include "util/arena.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum {
    CUE_ENTRY = 8,
    DAO_HEADER = 22,
    LEAD_OUT_BCD = 0xAA,
};

/* ---- CUEX, CUES ---- */

static bool is_bcd(uint8_t byte)
{
    return (byte >> 4) <= 9 && (byte & 15) <= 9;
}

static bool read_cue(struct nrg *nrg, struct nrg_chunk *chunk, struct nrg_cue *cue, uint8_t address[4])
{
    const uint8_t control = cursor_u8(&chunk->cursor), track = cursor_u8(&chunk->cursor),
                  index = cursor_u8(&chunk->cursor);

    cursor_skip(&chunk->cursor, 1);
    memcpy(address, cursor_bytes(&chunk->cursor, 4), 4);
    *cue = (struct nrg_cue){
        .control = control >> 4,
        .track = track == LEAD_OUT_BCD ? NRG_LEAD_OUT : (uint8_t)dk_of_bcd(track),
        .index = (uint8_t)dk_of_bcd(index),
    };
    if ((is_bcd(track) || track == LEAD_OUT_BCD) && is_bcd(index))
        return true;
    dk_note(&nrg->disc->notes, DK_NOTE_ODD,
            "an entry of the %s chunk at byte %" PRIu64 " is for track %02X, index %02X: it is left out", chunk->id,
            chunk->offset, track, index);
    return false;
}

/* The three ways in which addresses are written; false: these four bytes are none. */
static bool address_as_lba(const uint8_t at[4], int32_t *lba)
{
    struct cursor cursor = cursor_over(at, 4);

    *lba = (int32_t)cursor_be32(&cursor);
    return true;
}

static bool address_as_msf(const uint8_t at[4], int32_t *lba)
{
    *lba = dk_lba_of_msf((struct dk_msf){ at[1], at[2], at[3] });
    return at[0] == 0 && at[2] < 60 && at[3] < DK_FRAMES_A_SECOND;
}

static bool address_as_bcd(const uint8_t at[4], int32_t *lba)
{
    const uint8_t plain[4] = { at[0], (uint8_t)dk_of_bcd(at[1]), (uint8_t)dk_of_bcd(at[2]), (uint8_t)dk_of_bcd(at[3]) };

    return is_bcd(at[1]) && is_bcd(at[2]) && is_bcd(at[3]) && address_as_msf(plain, lba);
}

typedef bool address_way(const uint8_t at[4], int32_t *lba);

/* Decodes all addresses in one way; false where one is none, or where the starts of tracks and the lead-out do not
 * rise. */
static bool decode_addresses(struct nrg_cues *cues, const uint8_t (*addresses)[4], address_way *way)
{
    int64_t before = INT64_MIN;

    for (size_t i = 0; i < cues->count; i++) {
        struct nrg_cue *cue = &cues->items[i];

        if (!way(addresses[i], &cue->lba))
            return false;
        if (cue->index == 0 || cue->track == 0)
            continue;
        if (cue->lba < before)
            return false;
        before = cue->lba;
    }
    return true;
}

static bool parse_cues(struct nrg *nrg, struct nrg_chunk *chunk, address_way *const *ways, struct dk_error *error)
{
    const size_t most = chunk->size / CUE_ENTRY;
    struct nrg_cues *cues = &nrg->cues[nrg->cues_count];
    uint8_t(*addresses)[4] = arena_zeroed(nrg->disc->arena, most + 1, sizeof *addresses);

    if (chunk->size % CUE_ENTRY)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the %s chunk at byte %" PRIu64 " ends within an entry (%zu bytes)",
                       nrg->path, chunk->id, chunk->offset, chunk->size);
    if (nrg->cues_count == DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the %s chunk at byte %" PRIu64 " is one too many", nrg->path,
                       chunk->id, chunk->offset);
    cues->items = arena_zeroed(nrg->disc->arena, most + 1, sizeof *cues->items);
    for (size_t i = 0; i < most; i++)
        if (read_cue(nrg, chunk, &cues->items[cues->count], addresses[cues->count]))
            cues->count++;
    nrg->cues_count++;
    for (; *ways; ways++)
        if (decode_addresses(cues, addresses, *ways))
            return true;
    cues->count = 0;
    dk_note(&nrg->disc->notes, DK_NOTE_ODD,
            "the addresses in the %s chunk at byte %" PRIu64
            " do not rise: where tracks lie is counted from their sizes",
            chunk->id, chunk->offset);
    return true;
}

bool nrg_parse_cuex(struct nrg *nrg, struct nrg_chunk *chunk, struct dk_error *error)
{
    return parse_cues(nrg, chunk, (address_way *const[]){ address_as_lba, NULL }, error);
}

/* Sources disagree on how CUES has its times, so what all of a chunk's entries fit is taken, BCD first. */
bool nrg_parse_cues(struct nrg *nrg, struct nrg_chunk *chunk, struct dk_error *error)
{
    return parse_cues(nrg, chunk, (address_way *const[]){ address_as_bcd, address_as_msf, address_as_lba, NULL },
                      error);
}

const struct nrg_cue *nrg_cue_of(const struct nrg *nrg, const struct nrg_track *track, unsigned index)
{
    const struct nrg_cues *cues = track->at_once && track->cues < nrg->cues_count ? &nrg->cues[track->cues] : NULL;

    for (size_t i = 0; cues && i < cues->count; i++)
        if (cues->items[i].track == track->number && cues->items[i].index == index)
            return &cues->items[i];
    return NULL;
}

/* ---- DAOX, DAOI ---- */

/* Copies a code of letters and digits; what is none of them, but for zeros, is left out with a note. */
static void take_code(struct nrg *nrg, const uint8_t *bytes, size_t length, const char *what, char *to)
{
    size_t good = 0, zeros = 0;

    for (size_t i = 0; i < length; i++) {
        good += isalnum(bytes[i]) != 0;
        zeros += bytes[i] == 0 || bytes[i] == ' ';
    }
    if (good == length)
        memcpy(to, bytes, length);
    else if (zeros != length)
        dk_note(&nrg->disc->notes, DK_NOTE_ODD, "%s is not of %zu letters and digits: it is left out", what, length);
}

static bool read_dao_track(struct nrg *nrg, struct nrg_chunk *chunk, unsigned first, size_t width,
                           struct dk_error *error)
{
    struct nrg_track *track = nrg_new_track(nrg, chunk, error);
    const uint8_t *isrc = cursor_bytes(&chunk->cursor, DK_ISRC_LENGTH);

    if (!track)
        return false;
    if (first > track->number && first <= DK_TRACKS_MAX)
        track->number = (uint8_t)first;
    track->at_once = true;
    track->cues = nrg->dao_count;
    take_code(nrg, isrc, DK_ISRC_LENGTH, "an ISRC", track->isrc);
    track->stored = cursor_be16(&chunk->cursor);
    track->code = cursor_u8(&chunk->cursor);
    cursor_skip(&chunk->cursor, 3);
    track->index0 = cursor_big_endian(&chunk->cursor, width);
    track->index1 = cursor_big_endian(&chunk->cursor, width);
    track->end = cursor_big_endian(&chunk->cursor, width);
    return true;
}

/* `width`: bytes of an offset. */
static bool parse_dao(struct nrg *nrg, struct nrg_chunk *chunk, size_t width, struct dk_error *error)
{
    const size_t entry = DK_ISRC_LENGTH + 6 + 3 * width;
    size_t count;
    unsigned first, last;

    if (chunk->size < DAO_HEADER + entry || (chunk->size - DAO_HEADER) % entry)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: the %s chunk at byte %" PRIu64 " has %zu bytes: %d and %zu for each track belong in it",
                       nrg->path, chunk->id, chunk->offset, chunk->size, DAO_HEADER, entry);
    count = (chunk->size - DAO_HEADER) / entry;
    cursor_skip(&chunk->cursor, 4);
    take_code(nrg, cursor_bytes(&chunk->cursor, DK_MCN_LENGTH), DK_MCN_LENGTH, "the media catalog number",
              nrg->disc->mcn);
    cursor_skip(&chunk->cursor, 3);
    first = cursor_u8(&chunk->cursor);
    last = cursor_u8(&chunk->cursor);
    if (last - first + 1 != count)
        dk_note(&nrg->disc->notes, DK_NOTE_ODD,
                "the %s chunk at byte %" PRIu64 " is for tracks %u to %u, and has %zu: those that are there are taken",
                chunk->id, chunk->offset, first, last, count);
    for (size_t i = 0; i < count; i++)
        if (!read_dao_track(nrg, chunk, i ? 0 : first, width, error))
            return false;
    nrg->part_count++;
    nrg->dao_count++;
    return true;
}

bool nrg_parse_daox(struct nrg *nrg, struct nrg_chunk *chunk, struct dk_error *error)
{
    return parse_dao(nrg, chunk, 8, error);
}

bool nrg_parse_daoi(struct nrg *nrg, struct nrg_chunk *chunk, struct dk_error *error)
{
    return parse_dao(nrg, chunk, 4, error);
}
