/* NRG: a track's record held against the file, and what its sectors are. */
#include "formats/nrg.h"
#include "formats/sync.h"
#include "util/checked.h"

#include <inttypes.h>

/* Nero's numbers of modes. */
static const struct {
    uint8_t code;
    uint16_t stored;
    enum dk_mode mode;
} codes[] = {
    { 0x00, 2048, DK_MODE1 }, { 0x02, 2048, DK_MODE2_FORM1 }, { 0x03, 2336, DK_MODE2 }, { 0x05, 2352, DK_MODE1 },
    { 0x06, 2352, DK_MODE2 }, { 0x07, 2352, DK_AUDIO },       { 0x08, 2352, DK_AUDIO }, { 0x0F, 2448, DK_MODE1 },
    { 0x10, 2448, DK_AUDIO }, { 0x11, 2448, DK_MODE2 },
};

static bool find_code(uint8_t code, uint16_t *stored, enum dk_mode *mode)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code) {
            *stored = codes[i].stored;
            *mode = codes[i].mode;
            return true;
        }
    return false;
}

/* ---- What a track's sectors are, where its record does not say it, or says what can't be ---- */

/* The mode that the sectors themselves show, if they are stored in `stored` bytes. */
static enum dk_mode mode_by_sectors(const struct nrg *nrg, const struct nrg_track *track, uint16_t stored)
{
    struct sync_header header;

    if (stored >= DK_SECTOR_RAW)
        return sync_read(nrg->store, track->index1, &header) ? header.mode : DK_AUDIO;
    return stored == 2336 ? DK_MODE2 : DK_MODE1;
}

/* DAO: the sector size is sure. The code may be that of another size (MagicISO writes 0 for Mode 1 of 2352 bytes). */
static bool settle_with_size(struct nrg *nrg, struct nrg_track *track, struct dk_error *error)
{
    struct sync_header header;
    uint16_t usual = 0;

    if (track->stored == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to have sectors of 0 bytes", nrg->path,
                       track->number);
    if (!find_code(track->code, &usual, &track->mode) || !dk_layout_find(track->mode, track->stored))
        track->mode = mode_by_sectors(nrg, track, track->stored);
    else if (usual != track->stored && track->mode == DK_MODE2_FORM1)
        track->mode = DK_MODE2;
    if (usual != track->stored && track->mode == DK_MODE1 && track->stored >= DK_SECTOR_RAW &&
        sync_read(nrg->store, track->index1, &header))
        track->mode = header.mode;
    track->layout = dk_layout_find(track->mode, track->stored);
    if (!track->layout)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to have sectors of %u bytes, which no disc has",
                       nrg->path, track->number, track->stored);
    if (usual != track->stored)
        dk_note(&nrg->disc->notes, DK_NOTE_ODD, "track %u: mode code %02X and sectors of %u bytes; read as %s",
                track->number, track->code, track->stored, dk_mode_name(track->mode));
    return true;
}

/* How many bytes from one sync to the next, at the beginning of a track; 0: there is none. */
static uint16_t raw_size_at(const struct nrg *nrg, const struct nrg_track *track)
{
    static const uint16_t sizes[] = { DK_SECTOR_RAW, DK_SECTOR_RAW_SUB };
    struct sync_header header;

    if (!sync_read(nrg->store, track->index1, &header))
        return 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if ((track->end - track->index1) % sizes[i] == 0 &&
            (track->end - track->index1 == sizes[i] || sync_read(nrg->store, track->index1 + sizes[i], &header)))
            return sizes[i];
    return 0;
}

/* TAO: only the code is there. Where it does not divide the track's length, the sizes are tried in turn. */
static void settle_by_code(struct nrg *nrg, struct nrg_track *track)
{
    static const uint16_t sizes[] = { 2048, 2336, DK_SECTOR_RAW, DK_SECTOR_RAW_SUB };
    const uint64_t length = track->end - track->index1;
    const bool known = find_code(track->code, &track->stored, &track->mode);
    const uint16_t raw = raw_size_at(nrg, track);

    if (known && length % track->stored == 0 && (raw == 0 || track->stored >= DK_SECTOR_RAW)) {
        track->layout = dk_layout_find(track->mode, track->stored);
        return;
    }
    if (!known)
        track->stored = 2048;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (length % sizes[i] == 0) {
            track->stored = sizes[i];
            break;
        }
    if (raw)
        track->stored = raw;
    if (!known || !dk_layout_find(track->mode, track->stored) || raw)
        track->mode = mode_by_sectors(nrg, track, track->stored);
    track->layout = dk_layout_find(track->mode, track->stored);
    dk_note(&nrg->disc->notes, DK_NOTE_ODD, "track %u: mode code %02X does not fit; read as %s of %u bytes a sector",
            track->number, track->code, dk_mode_name(track->mode), track->stored);
}

/* ---- Where it lies in the file ---- */

static bool check_bytes(struct nrg *nrg, struct nrg_track *track, struct dk_error *error)
{
    if (track->index1 > track->end)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: track %u is said to begin at byte %" PRIu64 " and to end before, at byte %" PRIu64,
                       nrg->path, track->number, track->index1, track->end);
    if (track->end > nrg->data_end)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: track %u is said to end at byte %" PRIu64 ", and the sectors end at byte %" PRIu64,
                       nrg->path, track->number, track->end, nrg->data_end);
    if (track->index0 > track->index1) {
        dk_note(&nrg->disc->notes, DK_NOTE_GUESS,
                "track %u: index 0 is said to be at byte %" PRIu64 ", behind index 1; it is left out", track->number,
                track->index0);
        track->index0 = track->index1;
    }
    return true;
}

bool nrg_check_track(struct nrg *nrg, struct nrg_track *track, struct dk_error *error)
{
    uint64_t pregap, count;

    if (!check_bytes(nrg, track, error))
        return false;
    if (!track->at_once)
        settle_by_code(nrg, track);
    else if (!settle_with_size(nrg, track, error))
        return false;
    pregap = (track->index1 - track->index0) / track->stored;
    count = (track->end - track->index1) / track->stored;
    if (pregap + count > INT32_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u has %" PRIu64 " sectors, more than any disc", nrg->path,
                       track->number, pregap + count);
    if ((track->index1 - track->index0) % track->stored)
        dk_note(&nrg->disc->notes, DK_NOTE_ODD, "track %u: the gap before it is not of whole sectors", track->number);
    if ((track->end - track->index1) % track->stored)
        dk_note(&nrg->disc->notes, DK_NOTE_DAMAGE, "track %u ends %u bytes after its last whole sector (%u bytes each)",
                track->number, (unsigned)((track->end - track->index1) % track->stored), track->stored);
    track->pregap = (uint32_t)pregap;
    track->count = (uint32_t)count;
    return true;
}
