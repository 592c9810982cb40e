/* Recognising bare sectors: by their sync, by a volume where one must lie for each way of storing, else not at all. */
#include "formats/raw.h"
#include "formats/sync.h"
#include "util/cursor.h"

#include <string.h>

enum {
    DESCRIPTORS = 16, /* ECMA-119 6.2.1: the system area has 16 sectors */
    DESCRIPTORS_AT = DESCRIPTORS * DK_SECTOR_USER,
    LOOK_AHEAD = 8, /* sectors whose sync tells the size of one */
    SAMPLES = 64,   /* places of a file at which a sync is looked for */
};

static const uint16_t raw_sizes[] = { DK_SECTOR_RAW, 2368, DK_SECTOR_RAW_SUB, 2646 };
enum { RAW_SIZES = sizeof raw_sizes / sizeof *raw_sizes };

/* ---- Sectors with a sync ---- */

/* How many of the sectors after the first go on as they should, if each takes `stored` bytes. */
static unsigned syncs_that_follow(struct dk_store *store, uint64_t offset, uint16_t stored)
{
    struct sync_header header;
    unsigned follow = 0;

    if (!sync_read(store, offset, &header))
        return 0;
    for (unsigned i = 1; i <= LOOK_AHEAD; i++)
        follow += sync_read(store, offset + (uint64_t)i * stored, &header);
    return follow;
}

static struct raw_kind by_sync(const struct dk_candidate *candidate)
{
    struct raw_kind kind = { 0 };
    struct sync_header header;
    unsigned most = 0;

    if (!sync_read(candidate->store, 0, &header))
        return kind;
    for (int i = 0; i < RAW_SIZES; i++) {
        const unsigned follow = syncs_that_follow(candidate->store, 0, raw_sizes[i]);

        if (follow > most || (most == 0 && candidate->store->size == raw_sizes[i])) {
            most = follow;
            kind =
                (struct raw_kind){ .bid = RAW_BID_SYNC, .stored = raw_sizes[i], .mode = header.mode, .synced = true };
        }
    }
    return kind;
}

/* The file begins with audio, or with what was lost, and there is data further on. */
static struct raw_kind by_later_sync(const struct dk_candidate *candidate)
{
    for (int i = 0; i < RAW_SIZES; i++) {
        const uint64_t sectors = candidate->store->size / raw_sizes[i];

        for (uint64_t sample = 1; sample <= SAMPLES && sectors > LOOK_AHEAD; sample++) {
            const uint64_t at = (sectors - LOOK_AHEAD - 1) * sample / SAMPLES * raw_sizes[i];

            if (syncs_that_follow(candidate->store, at, raw_sizes[i]) >= LOOK_AHEAD / 2)
                return (struct raw_kind){
                    .bid = RAW_BID_LATER_SYNC, .stored = raw_sizes[i], .mode = DK_AUDIO, .synced = true
                };
        }
    }
    return (struct raw_kind){ 0 };
}

/* ---- An ISO 9660 volume ---- */

/* Where user data begins in a stored sector. */
static const struct {
    uint16_t stored, user_at;
    enum dk_mode mode;
} user_places[] = {
    { 2048, 0, DK_MODE1 },  { 2056, 8, DK_MODE2_FORM1 }, { 2332, 8, DK_MODE2 },  { 2336, 8, DK_MODE2 },
    { 2340, 4, DK_MODE1 },  { 2340, 12, DK_MODE2 },      { 2352, 16, DK_MODE1 }, { 2352, 24, DK_MODE2 },
    { 2368, 16, DK_MODE1 }, { 2368, 24, DK_MODE2 },      { 2448, 16, DK_MODE1 }, { 2448, 24, DK_MODE2 },
    { 2646, 16, DK_MODE1 }, { 2646, 24, DK_MODE2 },
};

static bool head_has(const struct dk_candidate *candidate, uint64_t offset, const char *text)
{
    const size_t length = strlen(text);

    return candidate->head_size >= offset + length && memcmp(candidate->head + offset, text, length) == 0;
}

/* Images of sectors without sync and with header (2340 bytes) say their own addresses. */
static int32_t first_lba(const struct dk_candidate *candidate, uint16_t stored, int32_t otherwise)
{
    uint8_t bytes[SYNC_AND_HEADER] = { 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0 };
    struct sync_header header;

    if (stored != 2340 || candidate->head_size < 4)
        return otherwise;
    memcpy(bytes + 12, candidate->head, 4);
    return sync_parse(bytes, &header) && header.has_lba ? header.lba : otherwise;
}

static struct raw_kind by_descriptor(const struct dk_candidate *candidate)
{
    for (unsigned pause = 0; pause <= DK_LEAD_IN_PREGAP; pause += DK_LEAD_IN_PREGAP)
        for (size_t i = 0; i < sizeof user_places / sizeof *user_places; i++) {
            const uint16_t stored = user_places[i].stored;

            if (head_has(candidate, (uint64_t)(DESCRIPTORS + pause) * stored + user_places[i].user_at + 1, "CD001"))
                return (struct raw_kind){
                    .bid = RAW_BID_VOLUME,
                    .stored = stored,
                    .mode = user_places[i].mode,
                    .synced = stored >= DK_SECTOR_RAW,
                    .lba = first_lba(candidate, stored, -(int32_t)pause),
                };
        }
    return (struct raw_kind){ 0 };
}

/* ---- Other volumes, in plain sectors of 2048 bytes ---- */

static const struct raw_kind plain = { .bid = RAW_BID_OTHER_VOLUME, .stored = DK_SECTOR_USER, .mode = DK_MODE1 };

/* An anchor volume descriptor pointer (ECMA-167 3/10.2) at `block`: its tag's checksum is right (3/7.2). */
static bool is_anchor(const struct dk_candidate *candidate, uint64_t block, unsigned block_size)
{
    uint8_t tag[16];
    struct dk_error error;
    uint8_t sum = 0;

    if (!dk_store_read(candidate->store, tag, sizeof tag, block * block_size, &error))
        return false;
    for (int i = 0; i < 16; i++)
        sum = (uint8_t)(sum + (i == 4 ? 0 : tag[i]));
    return tag[0] == 2 && tag[1] == 0 && sum == tag[4] && (tag[12] | tag[13] << 8) == (int)block;
}

static struct raw_kind by_udf(const struct dk_candidate *candidate)
{
    static const unsigned block_sizes[] = { 2048, 512, 1024, 4096 };

    for (unsigned sector = DESCRIPTORS; sector < 2 * DESCRIPTORS; sector++)
        if (head_has(candidate, (uint64_t)sector * DK_SECTOR_USER + 1, "NSR0"))
            return plain;
    for (size_t i = 0; i < sizeof block_sizes / sizeof *block_sizes; i++)
        if (is_anchor(candidate, 256, block_sizes[i]) || is_anchor(candidate, 512, block_sizes[i]))
            return plain;
    return (struct raw_kind){ 0 };
}

/*
 * HFS: signature BD, and allocation blocks in multiples of 512 bytes (Inside Macintosh: Files, 2-60). HFS+: H+ or HX
 * and version 4 or 5 (Apple TN1150). Both in the third block of 512 bytes.
 */
static struct raw_kind by_hfs(const struct dk_candidate *candidate)
{
    struct cursor cursor = cursor_over(candidate->head, candidate->head_size);
    uint16_t signature, version;
    uint32_t allocation;

    cursor_skip(&cursor, 1024);
    signature = cursor_be16(&cursor);
    version = cursor_be16(&cursor);
    cursor_skip(&cursor, 16);
    allocation = cursor_be32(&cursor);
    if (!cursor.overrun && ((signature == 0x4244 && allocation && allocation % 512 == 0) ||
                            (signature == 0x482B && version == 4) || (signature == 0x4858 && version == 5)))
        return plain;
    if (head_has(candidate, 0, "ER") && (head_has(candidate, 512, "PM") || head_has(candidate, 2048, "PM")))
        return plain;
    return (struct raw_kind){ 0 };
}

/* High Sierra's identifier stands 8 bytes further back (its 1986 proposal); CD-i has one of its own (Green Book). */
static struct raw_kind by_older_kin(const struct dk_candidate *candidate)
{
    struct raw_kind kind = plain;

    if (head_has(candidate, DESCRIPTORS_AT + 9, "CDROM"))
        kind.not_read = "High Sierra";
    else if (head_has(candidate, DESCRIPTORS_AT + 1, "CD-I "))
        kind.not_read = "CD-i";
    else
        kind.bid = 0;
    return kind;
}

struct raw_kind raw_recognise(const struct dk_candidate *candidate)
{
    static struct raw_kind (*const ways[])(const struct dk_candidate *) = {
        by_sync, by_descriptor, by_udf, by_hfs, by_older_kin, by_later_sync,
    };
    struct raw_kind kind = { 0 };

    for (size_t i = 0; i < sizeof ways / sizeof *ways && kind.bid == 0; i++)
        kind = ways[i](candidate);
    return kind;
}
