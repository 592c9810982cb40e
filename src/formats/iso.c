/*
 * ISO: a disc's sectors with no table. Plain, they are the 2048 bytes of user data of one track; as they were read from
 * the disc (raw), they may be of several tracks, which are told apart by what they hold.
 */
#include "formats/raw.h"
#include "formats/rows.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <string.h>

enum {
    DESCRIPTOR_SECTOR = 16, /* ECMA-119 6.2.1 */
    VOLUME_SIZE_AT = 80,    /* ECMA-119 8.4.8: both-endian, in blocks */
    BLOCK_SIZE_AT = 128,    /* ECMA-119 8.4.12 */
};

static int iso_probe(const struct dk_candidate *candidate)
{
    return raw_recognise(candidate).bid;
}

/* ---- The file against the volume in it ---- */

/* Sectors of 2048 bytes that the primary descriptor says the volume has; 0: there is none, or it is out of its mind. */
static uint64_t volume_sectors(const uint8_t descriptor[DK_SECTOR_USER])
{
    struct cursor cursor = cursor_over(descriptor, DK_SECTOR_USER);
    uint64_t blocks, block_size;

    if (memcmp(descriptor, "\1CD001", 6) != 0)
        return 0;
    cursor_skip(&cursor, VOLUME_SIZE_AT);
    blocks = cursor_le32(&cursor);
    if (blocks == 0)
        blocks = cursor_be32(&cursor);
    cursor = cursor_over(descriptor + BLOCK_SIZE_AT, 2);
    block_size = cursor_le16(&cursor);
    return block_size == 512 || block_size == 1024 ? blocks * block_size / DK_SECTOR_USER : blocks;
}

/* The same of the volume whose primary descriptor is the sector of an extent with this index. */
static uint64_t volume_sectors_at(const struct dk_extent *extent, uint64_t index)
{
    uint8_t stored[2646], raw[DK_SECTOR_RAW];
    struct dk_error error;
    int user_at;

    if (!dk_store_read(extent->store, stored, extent->layout->stored, extent->offset + index * extent->layout->stored,
                       &error))
        return 0;
    dk_sector_expand(extent->layout, extent->mode, DESCRIPTOR_SECTOR, stored, raw);
    user_at = dk_sector_user_at(raw);
    return user_at < 0 ? 0 : volume_sectors(raw + user_at);
}

/* The same of the volume on an extent that begins at LBA 0 or in the pause before it. */
static uint64_t volume_sectors_on(const struct dk_extent *extent)
{
    return volume_sectors_at(extent, (uint64_t)(DESCRIPTOR_SECTOR - extent->lba));
}

/* Tells what the file has more or less than the volume on its first track, which has `count` sectors from LBA 0 on. */
static void compare_with_volume(struct dk_disc *disc, const struct dk_extent *extent, uint32_t count)
{
    /* the size of a later session's volume counts from the disc's beginning, or from its own */
    const uint64_t wanted = extent->lba <= 0 && extent->mode != DK_AUDIO ? volume_sectors_on(extent) : 0;
    const uint16_t stored = extent->layout->stored;
    const bool credible = wanted && wanted <= INT32_MAX; /* an LBA for each of its sectors */
    const bool whole = credible ? count >= wanted : stored == DK_SECTOR_USER && count > DESCRIPTOR_SECTOR;

    if (disc->odd_tail)
        dk_note(&disc->notes, whole ? DK_NOTE_ODD : DK_NOTE_DAMAGE,
                "the file ends with %" PRIu32 " bytes of a sector, behind the last whole one (%u bytes each)",
                disc->odd_tail, stored);
    if (wanted && !credible)
        dk_note(&disc->notes, DK_NOTE_ODD,
                "the volume has %" PRIu64 " sectors by its descriptor, more than any disc, and the file %" PRIu32,
                wanted, count);
    else if (wanted > count)
        dk_note(&disc->notes, DK_NOTE_DAMAGE,
                "the volume has %" PRIu64 " sectors and the file %" PRIu32 ": LBA %" PRIu32
                " is the first that is missing, %" PRIu64 " in all",
                wanted, count, count, wanted - count);
    else if (credible && wanted < count)
        dk_note(&disc->notes, DK_NOTE_GUESS,
                "the volume has %" PRIu64 " sectors and the track %" PRIu32 ": %" PRIu64
                " (padding or run-out) follow its end",
                wanted, count, count - wanted);
}

/* ---- One track ---- */

/*
 * Sectors of the pause that a run behind LBA `end` begins with. In front of LBA 0 all are of it; a later session's is
 * told by its volume, whose descriptor lies that much further back.
 */
static uint32_t pause_of(const struct dk_disc *disc, const struct dk_extent *extent, int64_t end)
{
    const bool begins_session = disc->track_count == 0 || extent->lba + DK_LEAD_IN_PREGAP - end >= DK_LATER_SESSION_GAP;

    if (disc->track_count == 0 && extent->lba < 0)
        return extent->lba >= -DK_LEAD_IN_PREGAP && extent->count > (uint32_t)-extent->lba ? (uint32_t)-extent->lba : 0;
    if (extent->lba > 0 && begins_session && extent->mode != DK_AUDIO && extent->count > DK_LEAD_IN_PREGAP &&
        volume_sectors_at(extent, DESCRIPTOR_SECTOR) == 0 &&
        volume_sectors_at(extent, DESCRIPTOR_SECTOR + DK_LEAD_IN_PREGAP) > 0)
        return DK_LEAD_IN_PREGAP;
    return 0;
}

/* Adds a run of sectors as a track, the first `pregap` of them as its pause. */
static void add_track(struct dk_disc *disc, struct dk_extent extent, uint32_t pregap, unsigned session)
{
    dk_disc_add_extent(disc, extent);
    dk_disc_add_track(disc, (struct dk_track){
                                .number = (uint8_t)(disc->track_count + 1),
                                .session = (uint8_t)session,
                                .mode = extent.mode,
                                .lba = extent.lba + (int32_t)pregap,
                                .count = extent.count - pregap,
                                .pregap = pregap,
                                .stored = extent.layout->stored,
                            });
}

static void read_plain(struct dk_disc *disc, const struct raw_kind *kind, struct dk_extent extent)
{
    extent.lba = kind->lba;
    extent.mode = kind->mode;
    extent.layout = dk_layout_find(kind->mode, kind->stored);
    add_track(disc, extent, pause_of(disc, &extent, 0), 1);
    if (kind->not_read)
        dk_note(&disc->notes, DK_NOTE_ODD, "the volume is of %s, which is recognised and not read", kind->not_read);
    if (kind->bid == RAW_BID_VOLUME && disc->tracks[0].count <= DESCRIPTOR_SECTOR)
        dk_note(&disc->notes, DK_NOTE_DAMAGE, "the file ends within its volume descriptor, at byte %" PRIu64,
                disc->container_size);
    compare_with_volume(disc, &extent, disc->tracks[0].count);
}

/* ---- Several tracks ---- */

/* LBA of the first sector: as its header has it. A track of audio begins at LBA 0, whatever the data behind it say. */
static int64_t first_lba(const struct raw_run *first)
{
    return first->mode != DK_AUDIO && first->has_lba ? first->first + first->lba_ahead : 0;
}

/* LBA of a run behind `end`: what its headers say, unless that is taken already. */
static int64_t lba_of(struct dk_disc *disc, const struct raw_run *run, int64_t end)
{
    const int64_t told = run->first + run->lba_ahead;

    if (run->mode == DK_AUDIO || !run->has_lba || told == end)
        return end;
    if (told > end && told + run->count <= INT32_MAX)
        return told;
    dk_note(&disc->notes, DK_NOTE_ODD,
            "the headers from sector %" PRIu32 " of the file on begin with LBA %" PRId64
            ", where other sectors are: they are taken as LBA %" PRId64,
            run->first, told, end);
    return end;
}

static void read_runs(struct dk_disc *disc, const struct raw_run *runs, size_t count, struct dk_extent whole)
{
    const uint16_t stored = whole.layout->stored;
    int64_t end = first_lba(&runs[0]);
    unsigned session = 1;

    if (runs[0].first)
        dk_note(&disc->notes, DK_NOTE_ODD,
                "the first %" PRIu32 " sectors of the file are zeros in front of LBA %" PRId64 ", and of no track",
                runs[0].first, end);
    for (size_t i = 0; i < count; i++) {
        struct dk_extent extent = whole;
        const int64_t lba = lba_of(disc, &runs[i], end);
        uint32_t pause;

        extent.lba = (int32_t)lba;
        extent.count = runs[i].count;
        extent.mode = runs[i].mode;
        extent.layout = dk_layout_find(runs[i].mode, stored);
        extent.offset = (uint64_t)runs[i].first * stored;
        pause = pause_of(disc, &extent, end);
        if (i && lba + pause - end >= DK_LATER_SESSION_GAP)
            session++;
        else if (i && lba > end)
            dk_disc_add_extent(
                disc, (struct dk_extent){ .lba = (int32_t)end, .count = (uint32_t)(lba - end), .mode = runs[i].mode });
        add_track(disc, extent, pause, session);
        if (count > 1)
            dk_note(&disc->notes, DK_NOTE_GUESS,
                    "sectors %" PRIu32 " to %" PRIu32 " of the file are %s: track %zu, from LBA %" PRId64 " on",
                    runs[i].first, runs[i].first + runs[i].count - 1, dk_mode_name(runs[i].mode), i + 1, lba);
        end = lba + runs[i].count;
    }
}

static void read_raw(struct dk_disc *disc, const struct raw_kind *kind, struct dk_extent extent)
{
    struct raw_run runs[RAW_RUNS_MAX];
    const size_t count = raw_split(extent.store, kind->stored, extent.count, runs);

    extent.layout = dk_layout_find(DK_MODE1, kind->stored);
    if (extent.layout->sub_size == DK_SUBCHANNEL) {
        extent.sub_order = raw_sub_order(extent.store, kind->stored, extent.count);
        dk_note(&disc->notes, DK_NOTE_GUESS, "the subchannel is %s, by the check sums in it",
                extent.sub_order == DK_SUB_LINEAR ? "linear, a channel after the other" : "interleaved");
    }
    read_runs(disc, runs, count, extent);
    compare_with_volume(disc, &disc->extents[0], disc->tracks[0].count);
}

bool bare_sectors_read(const struct dk_candidate *candidate, const struct raw_kind *kind, struct dk_disc *disc,
                       struct dk_error *error)
{
    const uint64_t size = candidate->store->size;
    struct dk_extent extent = { .store = candidate->store };

    if (size / kind->stored > INT32_MAX - DK_FIRST_SESSION_GAP)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has more sectors than any disc", candidate->path);
    extent.count = (uint32_t)(size / kind->stored);
    disc->container_size = size;
    disc->odd_tail = (uint32_t)(size % kind->stored);
    if (kind->stored != DK_SECTOR_USER)
        dk_note(&disc->notes, DK_NOTE_GUESS, "no sheet says so: sectors of %u bytes, by what they hold", kind->stored);
    if (kind->synced)
        read_raw(disc, kind, extent);
    else
        read_plain(disc, kind, extent);
    return true;
}

static bool iso_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    const struct raw_kind kind = raw_recognise(candidate);

    return bare_sectors_read(candidate, &kind, disc, error);
}

const struct dk_format format_iso = {
    .id = "iso",
    .name = "ISO image, or its sectors as they are on a disc",
    .suffixes = "iso",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD,
    .probe = iso_probe,
    .read = iso_read,
};
