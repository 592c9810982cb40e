/*
 * Scrambled dumps: the samples of a disc as a drive gave them, data still scrambled (ECMA-130 annex B). Those of
 * redumper
 * (.scram) begin with LBA -45150, those of DiscImageCreator (.scm) with LBA 0. The table of contents lies beside them
 * as the drive gave it (MMC: READ TOC/PMA/ATIP), redumper's also with the state of each sample and the subchannel.
 */
#include "formats/clear.h"
#include "formats/descriptor.h"
#include "formats/placed.h"
#include "formats/rows.h"
#include "formats/sync.h"
#include "formats/with_sub.h"
#include "util/arena.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEAD_IN = 45150, /* sectors before LBA 0 in redumper's files */
    AROUND = 10,     /* sectors before and behind its place in which the first one of data is looked for */
    SAMPLE = 4,      /* bytes */
    SAMPLES = DK_SECTOR_RAW / SAMPLE, /* of a sector */
    TOC_MAX = 4096,
    LEAD_OUT = 0xA2, /* point of a full TOC */
    LEAD_OUT_TRACK = 0xAA,
    STATE_LOST = 1,     /* redumper: 0 was not read, 1 has errors (C2), above are samples that were read */
    BAD_RUNS_MAX = 100, /* told one by one */
};

struct scram {
    const struct dk_candidate *candidate;
    struct dk_disc *disc;
    unsigned before; /* sectors of the file before LBA 0 */
    int64_t shift;   /* bytes that samples lie behind their place */
    struct placed tracks[DK_TRACKS_MAX];
    size_t count;
    int32_t lead_outs[DK_TRACKS_MAX + 1]; /* by session; 0: not told */
    struct dk_store *image;               /* from LBA 0 on */
    struct dk_store *audio, *data;        /* the same with subchannel, where that is there, and data in clear */
    uint16_t stored;
};

/* ---- Scrambled sectors ---- */

/* The LBA of a scrambled sector by its header; false: none begins here. */
static bool scrambled_lba(const uint8_t bytes[SYNC_AND_HEADER], int32_t *lba)
{
    static const uint8_t scrambler[4] = { 0x01, 0x80, 0x00, 0x60 };
    uint8_t clear[SYNC_AND_HEADER];
    struct sync_header header;

    memcpy(clear, bytes, sizeof clear);
    for (int i = 0; i < 4; i++)
        clear[12 + i] ^= scrambler[i];
    if (clear[15] > 2 || !sync_parse(clear, &header) || !header.has_lba)
        return false;
    *lba = header.lba;
    return true;
}

/* Looks around the place of `lba`; the shift of what is found goes to `*shift`. */
static bool find_shift(struct dk_store *store, unsigned before, int32_t lba, int64_t *shift)
{
    const uint64_t place = ((uint64_t)before + (uint32_t)lba) * DK_SECTOR_RAW, margin = AROUND * DK_SECTOR_RAW;
    const uint64_t from = place > margin ? place - margin : 0;
    const uint64_t most = place + margin < store->size ? place + margin - from : store->size - from;
    uint8_t window[2 * AROUND * DK_SECTOR_RAW];
    struct dk_error error;
    int32_t found;

    if (from >= store->size || !dk_store_read(store, window, (size_t)most, from, &error))
        return false;
    for (size_t at = 0; at + SYNC_AND_HEADER <= most; at += SAMPLE)
        if (scrambled_lba(window + at, &found) && labs((long)found - lba) <= 2 * AROUND) {
            *shift = (int64_t)(from + at) - ((int64_t)before + found) * DK_SECTOR_RAW;
            return true;
        }
    return false;
}

/* ---- Is it one? ---- */

static struct dk_store *open_beside(const struct dk_candidate *candidate, struct dk_disc *disc, const char *suffix)
{
    struct dk_error error;

    return dk_open_beside(candidate, descriptor_sibling(candidate, disc, suffix), false, NULL, &error);
}

/* A state for each sample: nothing else has such a file beside it. */
static bool has_states(const struct dk_candidate *candidate, struct dk_disc *disc)
{
    struct dk_store *states = open_beside(candidate, disc, ".state");
    const bool fits = states && states->size == candidate->store->size / SAMPLE;

    dk_store_close(states);
    return fits;
}

/* The rows of a reply: behind its length and two numbers; what is behind the length is padding. */
static bool load_reply(const struct dk_candidate *candidate, struct dk_disc *disc, const char *suffix,
                       struct cursor *rows)
{
    struct dk_store *store = open_beside(candidate, disc, suffix);
    uint8_t *bytes = arena_zeroed(disc->arena, TOC_MAX, 1);
    const size_t size = store && store->size < TOC_MAX ? (size_t)store->size : 0;
    struct dk_error error;
    size_t length = 0;

    *rows = cursor_over(bytes, size);
    if (size >= 4 && dk_store_read(store, bytes, size, 0, &error))
        length = 2 + (size_t)cursor_be16(rows);
    dk_store_close(store);
    if (length < 4 || length > size)
        return false;
    *rows = cursor_over(bytes + 4, length - 4);
    return true;
}

/* Scrambled sectors from LBA 0 on are also in a CloneCD image: without a table beside it the file is none of these. */
static int bid(const struct dk_candidate *candidate, struct dk_disc *disc)
{
    const uint64_t size = candidate->store->size;
    struct cursor rows;
    int64_t shift;

    if (size >= DK_SECTOR_RAW && find_shift(candidate->store, 0, 0, &shift))
        return load_reply(candidate, disc, ".fulltoc", &rows) || load_reply(candidate, disc, ".toc", &rows) ? 90 : 0;
    if (size <= (uint64_t)LEAD_IN * DK_SECTOR_RAW)
        return 0;
    return find_shift(candidate->store, LEAD_IN, 0, &shift) || has_states(candidate, disc) ? 90 : 0;
}

static int scram_probe(const struct dk_candidate *candidate)
{
    struct dk_disc *disc = dk_disc_new("scram", candidate->path); /* for its arena */
    const int sure = bid(candidate, disc);

    dk_disc_close(disc);
    return sure;
}

/* ---- The table of contents ---- */

static bool add_track(struct scram *scram, unsigned number, unsigned session, unsigned control, int32_t lba,
                      struct dk_error *error)
{
    struct placed *track = &scram->tracks[scram->count];

    if (scram->count == DK_TRACKS_MAX || session < 1 || session > DK_TRACKS_MAX || lba < 0 ||
        (scram->count && (number <= track[-1].number || lba <= track[-1].lba || session < track[-1].session)))
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the table beside it has track %u in session %u at LBA %" PRId32 ", which cannot follow",
                       scram->disc->path, number, session, lba);
    scram->count++;
    *track = (struct placed){
        .number = (uint8_t)number,
        .session = (uint8_t)session,
        .control = (uint8_t)(control & 15),
        .mode = control & DK_CONTROL_DATA ? DK_MODE1 : DK_AUDIO,
        .lba = lba,
        .sub_order = DK_SUB_INTERLEAVED,
    };
    return true;
}

/* READ TOC format 2: rows of 11 bytes, of all sessions. */
static bool parse_full(struct scram *scram, struct cursor rows, struct dk_error *error)
{
    while (cursor_left(&rows) >= 11) {
        const unsigned session = cursor_u8(&rows), control = cursor_u8(&rows);
        unsigned point;
        struct dk_msf msf;

        cursor_skip(&rows, 1);
        point = cursor_u8(&rows);
        cursor_skip(&rows, 4);
        msf.minute = cursor_u8(&rows);
        msf.second = cursor_u8(&rows);
        msf.frame = cursor_u8(&rows);
        if (control >> 4 != 1)
            continue;
        if (point == LEAD_OUT && session <= DK_TRACKS_MAX)
            scram->lead_outs[session] = dk_lba_of_msf(msf);
        else if (point >= 1 && point <= DK_TRACKS_MAX &&
                 !add_track(scram, point, session, control, dk_lba_of_msf(msf), error))
            return false;
    }
    return true;
}

/* READ TOC format 0: rows of 8 bytes, which tell no sessions. */
static bool parse_short(struct scram *scram, struct cursor rows, struct dk_error *error)
{
    while (cursor_left(&rows) >= 8) {
        unsigned control, number;
        int32_t lba;

        cursor_skip(&rows, 1);
        control = cursor_u8(&rows);
        number = cursor_u8(&rows);
        cursor_skip(&rows, 1);
        lba = (int32_t)cursor_be32(&rows);
        if (number == LEAD_OUT_TRACK)
            scram->lead_outs[1] = lba;
        else if (number >= 1 && number <= DK_TRACKS_MAX && !add_track(scram, number, 1, control, lba, error))
            return false;
    }
    return true;
}

static bool read_table(struct scram *scram, struct dk_error *error)
{
    struct cursor rows;

    if (load_reply(scram->candidate, scram->disc, ".fulltoc", &rows))
        return parse_full(scram, rows, error);
    if (load_reply(scram->candidate, scram->disc, ".toc", &rows))
        return parse_short(scram, rows, error);
    return dk_fail(error, DK_ERROR_MISSING,
                   "%s is a scrambled dump, and no table of contents (.fulltoc or .toc) lies beside it",
                   scram->disc->path);
}

static bool count_sectors(struct scram *scram, struct dk_error *error)
{
    for (size_t i = 0; i < scram->count; i++) {
        struct placed *track = &scram->tracks[i];
        const bool last = i + 1 == scram->count || track[1].session != track->session;
        const int32_t end = last ? scram->lead_outs[track->session] : track[1].lba;

        if (end <= track->lba)
            return dk_fail(error, DK_ERROR_FORMAT,
                           "%s: by the table beside it track %u begins at LBA %" PRId32 " and ends at LBA %" PRId32,
                           scram->disc->path, track->number, track->lba, end);
        track->count = (uint32_t)(end - track->lba);
    }
    return true;
}

/* ---- Where the sectors are ---- */

/* Of the first data track that has a scrambled sector where it begins. */
static bool find_place(struct scram *scram, struct dk_error *error)
{
    static const unsigned kinds[] = { LEAD_IN, 0 };

    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
        for (size_t i = 0; i < scram->count; i++)
            if (scram->tracks[i].mode != DK_AUDIO &&
                find_shift(scram->candidate->store, kinds[kind], scram->tracks[i].lba, &scram->shift)) {
                scram->before = kinds[kind];
                dk_note(&scram->disc->notes, DK_NOTE_GUESS,
                        "track %u: samples lie %" PRId64 " behind their place (%u sectors before LBA 0), by its first "
                        "sector",
                        scram->tracks[i].number, scram->shift / SAMPLE, scram->before);
                return true;
            }
    scram->before = LEAD_IN;
    if (!has_states(scram->candidate, scram->disc))
        return dk_fail(error, DK_ERROR_DAMAGED, "%s: no data track of it begins with a scrambled sector",
                       scram->disc->path);
    dk_note(&scram->disc->notes, DK_NOTE_GUESS,
            "no sector of data tells how far samples lie behind their place: they are taken to be there");
    return true;
}

static bool open_stores(struct scram *scram, struct dk_error *error)
{
    struct dk_store *whole = scram->candidate->store, *subs = open_beside(scram->candidate, scram->disc, ".subcode");
    const int64_t start = (int64_t)scram->before * DK_SECTOR_RAW + scram->shift;
    const uint64_t subs_at = (uint64_t)LEAD_IN * DK_SUBCHANNEL;
    struct dk_store *sub = NULL;

    if (start >= 0 && (uint64_t)start < whole->size)
        scram->image = dk_store_slice(whole, (uint64_t)start, whole->size - (uint64_t)start, error);
    else
        dk_fail(error, DK_ERROR_DAMAGED, "%s does not have LBA 0", scram->disc->path);
    if (scram->image && scram->before && subs && subs->size > subs_at &&
        (subs->size - subs_at) / DK_SUBCHANNEL >= scram->image->size / DK_SECTOR_RAW)
        sub = dk_store_slice(subs, subs_at, subs->size - subs_at, error);
    scram->stored = sub ? DK_SECTOR_RAW_SUB : DK_SECTOR_RAW;
    if (scram->image) {
        struct dk_store *clear = clear_store(scram->image, DK_SECTOR_RAW);

        scram->audio = sub ? with_sub_store(scram->image, sub) : dk_store_use(scram->image);
        if (clear)
            scram->data = sub ? with_sub_store(clear, sub) : dk_store_use(clear);
        dk_store_close(clear);
        if (!scram->audio || !scram->data)
            dk_fail_errno(error, "cannot open %s", scram->disc->path);
    }
    scram->disc->container_size = whole->size + (sub ? subs->size : 0);
    dk_store_close(sub);
    dk_store_close(subs);
    return scram->audio && scram->data;
}

/* ---- The states ---- */

static bool is_bad(const uint8_t states[SAMPLES])
{
    for (int i = 0; i < SAMPLES; i++)
        if (states[i] <= STATE_LOST)
            return true;
    return false;
}

static void tell_run(struct scram *scram, const struct placed *track, int64_t from, int64_t to, unsigned *runs)
{
    if (from < to && ++*runs <= BAD_RUNS_MAX)
        dk_note(&scram->disc->notes, DK_NOTE_DAMAGE,
                "LBA %" PRId64 " to %" PRId64 " of track %u were not read, or not without errors, as the dumper says",
                from, to - 1, track->number);
}

/* What the dumper could not read is told by LBA; the states lie in the file as the samples do. */
static void tell_damage(struct scram *scram, struct dk_store *store, const struct placed *track)
{
    const int64_t start = (int64_t)scram->before * SAMPLES + scram->shift / SAMPLE;
    const int64_t end = (int64_t)track->lba + track->count;
    int64_t bad = track->lba;
    unsigned runs = 0;

    for (int64_t lba = track->lba; lba < end; lba++) {
        uint8_t states[SAMPLES];
        struct dk_error error;

        if (!dk_store_read(store, states, sizeof states, (uint64_t)(start + lba * SAMPLES), &error)) {
            tell_run(scram, track, bad, end, &runs);
            return;
        }
        if (is_bad(states))
            continue;
        tell_run(scram, track, bad, lba, &runs);
        bad = lba + 1;
    }
    tell_run(scram, track, bad, end, &runs);
}

/* ---- The disc ---- */

static bool add_all(struct scram *scram, struct dk_error *error)
{
    struct dk_store *states = open_beside(scram->candidate, scram->disc, ".state");
    bool right = true;

    for (size_t i = 0; right && i < scram->count; i++) {
        struct placed *track = &scram->tracks[i];

        track->store = track->mode == DK_AUDIO ? scram->audio : scram->data;
        track->stored = scram->stored;
        track->offset = (uint64_t)track->lba * scram->stored;
        right = placed_settle_mode(scram->disc, track, error) &&
                placed_add(scram->disc, track, i ? track - 1 : NULL, error);
        if (right && states)
            tell_damage(scram, states, track);
    }
    dk_store_close(states);
    return right;
}

static bool scram_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct scram *scram = arena_zeroed(disc->arena, 1, sizeof *scram);
    bool right;

    scram->candidate = candidate;
    scram->disc = disc;
    disc->medium = DK_MEDIUM_CD;
    right = read_table(scram, error) && count_sectors(scram, error) && find_place(scram, error) &&
            open_stores(scram, error) && add_all(scram, error);
    dk_store_close(scram->image);
    dk_store_close(scram->audio);
    dk_store_close(scram->data);
    return right;
}

const struct dk_format format_scram = {
    .id = "scram",
    .name = "scrambled dump (redumper, DiscImageCreator)",
    .suffixes = "scram,scm",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_SESSIONS | DK_HOLDS_SUBCHANNEL | DK_HOLDS_CHECK_BYTES |
             DK_HOLDS_TRACKS | DK_HOLDS_FORM2 | DK_HOLDS_FLAGS,
    .probe = scram_probe,
    .read = scram_read,
};
