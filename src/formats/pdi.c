/*
 * PDI, the images of Pinnacle InstantCopy: 304 bytes of which only the first 16 are known, then the sectors of a disc.
 * Nothing is known of a table, so that an image of one data track alone is read.
 */
#include "formats/clear.h"
#include "formats/raw.h"
#include "formats/rows.h"
#include "formats/sync.h"

#include <inttypes.h>
#include <string.h>

enum { DATA_AT = 304 };

static const uint8_t magic[16] = { 'T', 'T', 'A', 'F', 'M', 'P', 'V', 'O', 'B', 'C', 'D', 'I', 'M', 'G', 1, 0 };

static int pdi_probe(const struct dk_candidate *candidate)
{
    return candidate->head_size >= sizeof magic && memcmp(candidate->head, magic, sizeof magic) == 0 ? 95 : 0;
}

/* How sectors of the image are stored. */
struct shape {
    uint16_t stored;
    enum dk_mode mode;
    bool scrambled;
};

/* The bytes of a raw sector, by where the next one begins; 0: by none of the sizes that a sector has. */
static uint16_t raw_size(struct dk_store *store)
{
    static const uint16_t sizes[] = { DK_SECTOR_RAW, 2368, DK_SECTOR_RAW_SUB };
    struct sync_header header;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (store->size == sizes[i] || sync_read(store, sizes[i], &header))
            return sizes[i];
    return 0;
}

/* Is this the header of LBA 0 as the scrambler leaves it? It begins with 01 80 00 60 (ECMA-130 annex B). */
static bool unscramble_header(uint8_t header[4])
{
    static const uint8_t scrambler[4] = { 0x01, 0x80, 0x00, 0x60 }, first[3] = { 0, 2, 0 };

    for (int i = 0; i < 4; i++)
        header[i] ^= scrambler[i];
    return memcmp(header, first, sizeof first) == 0;
}

static bool find_shape(struct dk_store *store, const char *path, struct shape *shape, struct dk_error *error)
{
    uint8_t bytes[SYNC_AND_HEADER] = { 0 }, clear[SYNC_AND_HEADER];
    struct sync_header header;

    if (store->size >= sizeof bytes && !dk_store_read(store, bytes, sizeof bytes, 0, error))
        return false;
    *shape = (struct shape){ .stored = DK_SECTOR_USER, .mode = DK_MODE1 };
    memcpy(clear, bytes, sizeof clear);
    shape->scrambled = unscramble_header(clear + 12);
    if (!sync_parse(shape->scrambled ? clear : bytes, &header))
        return true;
    shape->mode = header.mode;
    shape->stored = raw_size(store);
    return shape->stored ||
           dk_fail(error, DK_ERROR_DAMAGED, "%s: a raw sector begins at byte %d, and no other one where it should end",
                   path, DATA_AT);
}

/* Sectors of another kind, or bytes that are no whole sector, are of further tracks. */
static bool is_one_track(struct dk_store *store, const struct shape *shape)
{
    struct raw_run runs[RAW_RUNS_MAX];

    return store->size % shape->stored == 0 && store->size / shape->stored <= INT32_MAX / 2 &&
           (shape->stored == DK_SECTOR_USER ||
            raw_split(store, shape->stored, (uint32_t)(store->size / shape->stored), runs) == 1);
}

static void add_track(struct dk_disc *disc, struct dk_store *store, const struct shape *shape)
{
    struct dk_extent extent = {
        .count = (uint32_t)(store->size / shape->stored),
        .mode = shape->mode,
        .store = store,
        .layout = dk_layout_find(shape->mode, shape->stored),
    };

    if (shape->stored == DK_SECTOR_RAW_SUB)
        extent.sub_order = raw_sub_order(store, shape->stored, extent.count);
    dk_note(&disc->notes, DK_NOTE_GUESS, "the image does not say it: sectors of %u bytes, by what they hold",
            shape->stored);
    dk_disc_add_extent(disc, extent);
    dk_disc_add_track(
        disc, (struct dk_track){ .number = 1, .mode = shape->mode, .count = extent.count, .stored = shape->stored });
}

static bool read_clear(struct dk_store *store, const char *path, const struct shape *shape, struct dk_disc *disc,
                       struct dk_error *error)
{
    if (!is_one_track(store, shape))
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s is an InstantCopy image with more than one track, or one that is cut short (%" PRIu64
                       " bytes of sectors, %u each); InstantCopy itself can open it",
                       path, store->size, shape->stored);
    add_track(disc, store, shape);
    return true;
}

static bool read_sectors(struct dk_store *store, const char *path, struct dk_disc *disc, struct dk_error *error)
{
    struct dk_store *clear;
    struct shape shape;
    bool right;

    if (!find_shape(store, path, &shape, error))
        return false;
    if (!shape.scrambled || shape.stored == DK_SECTOR_USER)
        return read_clear(store, path, &shape, disc, error);
    clear = clear_store(store, shape.stored);
    right = clear ? read_clear(clear, path, &shape, disc, error) : dk_fail_errno(error, "cannot open %s", path);
    dk_store_close(clear);
    return right;
}

static bool pdi_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    const uint64_t size = candidate->store->size;
    struct dk_store *store;
    bool right;

    if (size <= DATA_AT)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s has %" PRIu64 " bytes: its sectors begin at byte %d, and none is there", candidate->path,
                       size, DATA_AT);
    store = dk_store_slice(candidate->store, DATA_AT, size - DATA_AT, error);
    right = store && read_sectors(store, candidate->path, disc, error);
    dk_store_close(store);
    disc->container_size = size;
    return right;
}

const struct dk_format format_pdi = {
    .id = "pdi",
    .name = "InstantCopy image (PDI)",
    .suffixes = "pdi",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD | DK_HOLDS_SUBCHANNEL | DK_HOLDS_CHECK_BYTES | DK_HOLDS_FORM2,
    .probe = pdi_probe,
    .read = pdi_read,
};
