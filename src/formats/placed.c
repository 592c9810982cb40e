#include "formats/placed.h"

#include "formats/sync.h"

#include <inttypes.h>
#include <string.h>

enum {
    SAMPLES = 3,       /* the first, the middle and the last sector */
    HEADER_AT = 12,    /* in a raw sector, behind the sync */
    STORED_MAX = 2646, /* bytes a sector, of any layout */
    Q_AT = 12,
    Q_SIZE = 12 /* in a linear subchannel, behind P */
};

static uint64_t sample(uint32_t count, unsigned i)
{
    return (uint64_t)(count - 1) * i / (SAMPLES - 1);
}

/* ---- What sectors say of themselves ---- */

/* By a header; layouts without sync have it first thing. */
static bool header_of(const struct dk_layout *layout, const uint8_t *stored, struct sync_header *header)
{
    uint8_t bytes[SYNC_AND_HEADER] = { 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0 };

    if (layout->from > HEADER_AT)
        return false;
    memcpy(bytes + layout->from, stored, (size_t)(SYNC_AND_HEADER - layout->from));
    return sync_parse(bytes, header);
}

/* By Q of mode 1 (IEC 60908 17.5.1) whose CRC is right. */
static bool q_address(const struct placed *track, const uint8_t *stored, int32_t *lba)
{
    const struct dk_layout *layout = track->layout;
    const uint8_t *sub = stored + layout->stored - layout->sub_size, *q = sub;
    uint8_t linear[DK_SUBCHANNEL];
    struct dk_msf msf;

    if (layout->sub_size == DK_SUBCHANNEL) {
        memcpy(linear, sub, sizeof linear);
        if (track->sub_order == DK_SUB_INTERLEAVED)
            dk_sub_to_linear(sub, linear);
        q = linear + Q_AT;
    }
    if (layout->sub_size < Q_SIZE || (q[0] & 15) != 1 || dk_q_crc(q, 10) != (q[10] << 8 | q[11]))
        return false;
    msf.minute = (uint8_t)dk_of_bcd(q[7]);
    msf.second = (uint8_t)dk_of_bcd(q[8]);
    msf.frame = (uint8_t)dk_of_bcd(q[9]);
    *lba = dk_lba_of_msf(msf);
    return true;
}

static bool address_at(const struct placed *track, uint64_t offset, int32_t *lba)
{
    uint8_t stored[STORED_MAX];
    struct sync_header header;
    struct dk_error error;

    if (!dk_store_read(track->store, stored, track->layout->stored, offset, &error))
        return false;
    if (track->mode != DK_AUDIO && header_of(track->layout, stored, &header) && header.has_lba) {
        *lba = header.lba;
        return true;
    }
    return q_address(track, stored, lba);
}

bool placed_address(const struct placed *track, uint64_t offset, uint32_t count, int32_t *lba)
{
    int64_t told[SAMPLES];
    unsigned tellers = 0;

    if (!track->store || count == 0)
        return false;
    for (unsigned i = 0; i < SAMPLES; i++) {
        const uint64_t sector = sample(count, i);
        int32_t address;

        if (!address_at(track, offset + sector * track->layout->stored, &address))
            continue;
        told[tellers++] = address - (int64_t)sector;
        for (unsigned other = 0; other + 1 < tellers; other++)
            if (told[other] == told[tellers - 1]) {
                *lba = (int32_t)told[other];
                return true;
            }
    }
    return false;
}

/* ---- Mode and layout ---- */

static bool find_header(const struct placed *track, struct sync_header *header)
{
    for (unsigned i = 0; i < SAMPLES; i++)
        if (sync_read(track->store, track->offset + sample(track->count, i) * track->stored, header))
            return true;
    return false;
}

bool placed_settle_mode(struct dk_disc *disc, struct placed *track, struct dk_error *error)
{
    struct sync_header header;

    if (track->mode != DK_AUDIO && track->stored >= DK_SECTOR_RAW && track->store && track->count) {
        if (find_header(track, &header))
            track->mode = header.mode;
        else
            dk_note(&disc->notes, DK_NOTE_ODD,
                    "track %u is said to be data, and its first, middle and last sectors have no sync", track->number);
    }
    if (track->mode == DK_MODE1 && track->stored == 2336)
        track->mode = DK_MODE2;
    track->layout = dk_layout_find(track->mode, track->stored);
    if (track->layout)
        return true;
    return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to have %s sectors of %u bytes, which no disc has",
                   disc->path, track->number, dk_mode_name(track->mode), track->stored);
}

/* ---- The disc ---- */

static void add_gap(struct dk_disc *disc, const struct placed *track, const struct placed *before)
{
    const bool follows = before && before->session == track->session;
    const int64_t begin = (int64_t)track->lba - (track->gap_stored ? track->pregap : 0);
    const int64_t end = follows ? (int64_t)before->lba + before->count : (int64_t)track->lba - track->pregap;

    if (begin > end)
        dk_disc_add_extent(disc, (struct dk_extent){
                                     .lba = (int32_t)end,
                                     .count = (uint32_t)(begin - end),
                                     .mode = track->mode,
                                 });
}

void placed_add_sectors(struct dk_disc *disc, const struct placed *track)
{
    const uint32_t gap = track->gap_stored ? track->pregap : 0, wanted = gap + track->count;
    const uint64_t offset = track->offset - (uint64_t)gap * track->stored, size = track->store->size;
    const uint64_t there = offset < size ? (size - offset) / track->stored : 0;
    const uint32_t count = there < wanted ? (uint32_t)there : wanted;

    if (count < wanted)
        dk_note(&disc->notes, DK_NOTE_DAMAGE,
                "%s ends %" PRIu64 " bytes too early for track %u: LBA %" PRId64
                " is the first that is missing, %" PRIu32 " in all",
                track->store->name, offset + (uint64_t)wanted * track->stored - size, track->number,
                (int64_t)track->lba - gap + count, wanted - count);
    if (count)
        dk_disc_add_extent(disc, (struct dk_extent){
                                     .lba = track->lba - (int32_t)gap,
                                     .count = count,
                                     .mode = track->mode,
                                     .store = track->store,
                                     .offset = offset,
                                     .layout = track->layout,
                                     .sub_order = track->sub_order,
                                 });
}

bool placed_add_track(struct dk_disc *disc, const struct placed *track, struct dk_error *error)
{
    struct dk_track to = {
        .number = track->number,
        .session = track->session,
        .mode = track->mode,
        .control = track->control,
        .lba = track->lba,
        .count = track->count,
        .pregap = track->pregap,
        .stored = track->layout->stored,
        .missing = !track->store,
        .indexes = track->indexes,
        .index_count = track->index_count,
    };

    if (track->count > INT32_MAX - DK_FIRST_SESSION_GAP || track->pregap > INT32_MAX - DK_FIRST_SESSION_GAP)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u is said to have %" PRIu32 " sectors, more than any disc",
                       disc->path, track->number, track->count);
    memcpy(to.isrc, track->isrc, sizeof to.isrc);
    dk_disc_add_track(disc, to);
    return true;
}

bool placed_add(struct dk_disc *disc, const struct placed *track, const struct placed *before, struct dk_error *error)
{
    if (!placed_add_track(disc, track, error))
        return false;
    add_gap(disc, track, before);
    if (track->store)
        placed_add_sectors(disc, track);
    return true;
}

void placed_compare_begin(struct dk_disc *disc, const struct placed *track, uint64_t *used)
{
    const uint64_t gap = track->gap_stored ? (uint64_t)track->pregap * track->stored : 0;
    const uint64_t begin = track->offset - gap;

    if (track->store && begin < *used)
        dk_note(&disc->notes, DK_NOTE_ODD,
                "track %u begins at byte %" PRIu64 " of %s, before the end of another at byte %" PRIu64, track->number,
                begin, track->store->name, *used);
    else if (track->store && begin > *used)
        dk_note(&disc->notes, DK_NOTE_ODD, "%" PRIu64 " bytes of %s before track %u belong to no track", begin - *used,
                track->store->name, track->number);
    *used = track->offset + (uint64_t)track->count * track->stored;
}
