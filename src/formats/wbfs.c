/*
 * WBFS: a partition for Wii discs, and files that are one with a single disc in it. The blocks that a game uses are
 * kept, and a table says where. All numbers are big-endian.
 */
#include "formats/inner.h"
#include "formats/nintendo.h"
#include "formats/parts.h"
#include "formats/rows.h"
#include "formats/wrapped.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS_AT = 12,
    DISC_HEADER = 0x100, /* a copy of the disc's first bytes, which not every writer keeps right */
    WII_SECTOR = 0x8000,
    DISC_SECTORS = 2 * 143432, /* what a table has room for, in sectors of the Wii */
    HARD_SHIFT_MIN = 9,
    HARD_SHIFT_MAX = 15,
    BLOCK_SHIFT_MIN = 15,
    BLOCK_SHIFT_MAX = 27,
    PARTS_MAX = 100,
};

static const struct parts_rule names = { .before = "wbf", .after = "", .digits = 1, .second = 1, .word = NULL };

struct wbfs {
    const struct dk_candidate *candidate;
    struct dk_disc *disc;
    unsigned hard_shift, block_shift; /* log2 of bytes a sector of the hard disc, and a block */
    unsigned slot, slots;             /* the disc that is read, and how many there are */
    uint32_t count;                   /* entries of the table, up to the last one in use */
    uint16_t *blocks;                 /* on the heap: where each lies, in blocks of the file; 0: nowhere */
    uint64_t needed;                  /* bytes that the file must have */
};

static int wbfs_probe(const struct dk_candidate *candidate)
{
    return candidate->head_size >= SLOTS_AT && memcmp(candidate->head, "WBFS", 4) == 0 ? 100 : 0;
}

/* ---- Header and table ---- */

static bool find_disc(struct wbfs *wbfs, struct dk_error *error)
{
    const size_t end = (size_t)1 << wbfs->hard_shift;

    for (size_t at = SLOTS_AT; at < end && at < wbfs->candidate->head_size; at++)
        if (wbfs->candidate->head[at] && wbfs->slots++ == 0)
            wbfs->slot = (unsigned)(at - SLOTS_AT);
    if (wbfs->slots > 1)
        dk_note(&wbfs->disc->notes, DK_NOTE_ODD, "there are %u discs in it, and the first is read", wbfs->slots);
    return wbfs->slots > 0 ||
           dk_fail(error, DK_ERROR_FORMAT, "%s is a WBFS partition with no disc in it", wbfs->candidate->path);
}

static bool read_header(struct wbfs *wbfs, struct dk_error *error)
{
    wbfs->hard_shift = wbfs->candidate->head[8];
    wbfs->block_shift = wbfs->candidate->head[9];
    if (wbfs->hard_shift < HARD_SHIFT_MIN || wbfs->hard_shift > HARD_SHIFT_MAX || wbfs->block_shift < BLOCK_SHIFT_MIN ||
        wbfs->block_shift > BLOCK_SHIFT_MAX)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s has sectors of 2^%u and blocks of 2^%u bytes: %d to %d and %d to %d can be",
                       wbfs->candidate->path, wbfs->hard_shift, wbfs->block_shift, HARD_SHIFT_MIN, HARD_SHIFT_MAX,
                       BLOCK_SHIFT_MIN, BLOCK_SHIFT_MAX);
    return find_disc(wbfs, error);
}

static bool read_table(struct wbfs *wbfs, struct dk_error *error)
{
    const uint64_t hard_sector = UINT64_C(1) << wbfs->hard_shift, block = UINT64_C(1) << wbfs->block_shift;
    const uint32_t count = (uint32_t)((DISC_SECTORS * (uint64_t)WII_SECTOR + block - 1) >> wbfs->block_shift);
    const uint64_t info = (DISC_HEADER + 2 * (uint64_t)count + hard_sector - 1) / hard_sector * hard_sector;
    uint8_t *bytes;

    wbfs->blocks = malloc(count * sizeof *wbfs->blocks);
    if (!wbfs->blocks)
        return dk_fail_errno(error, "cannot open %s", wbfs->candidate->path);
    bytes = (uint8_t *)wbfs->blocks;
    if (!dk_store_read(wbfs->candidate->store, bytes, count * 2, hard_sector + wbfs->slot * info + DISC_HEADER, error))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const uint16_t place = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
        const uint64_t end = ((uint64_t)place + 1) << wbfs->block_shift;

        wbfs->blocks[i] = place;
        wbfs->count = place ? i + 1 : wbfs->count;
        wbfs->needed = place && end > wbfs->needed ? end : wbfs->needed;
    }
    return wbfs->count > 0 ||
           dk_fail(error, DK_ERROR_FORMAT, "the table of the disc in %s has no block in use", wbfs->candidate->path);
}

/* ---- Files ---- */

struct files {
    struct dk_store *items[PARTS_MAX];
    size_t count;
    uint64_t size;
};

static void close_files(struct files *files)
{
    for (size_t i = 0; i < files->count; i++)
        dk_store_close(files->items[i]);
}

static void add_file(struct files *files, struct dk_store *file)
{
    files->items[files->count++] = file;
    files->size += file->size;
}

/* Files are cut between sectors of the Wii: what ends elsewhere was cut off, and goes on nowhere. */
static struct dk_store *open_files(const struct wbfs *wbfs, struct dk_error *error)
{
    DK_CLEANUP(close_files) struct files files = { .count = 0 };

    add_file(&files, dk_store_use(wbfs->candidate->store));
    while (files.size < wbfs->needed && files.size % WII_SECTOR == 0 && files.count < PARTS_MAX) {
        struct dk_store *file = parts_open(wbfs->candidate, wbfs->disc, &names, (unsigned)files.count + 1, error);

        if (!file && error->kind != DK_ERROR_MISSING)
            return NULL;
        if (!file)
            break;
        add_file(&files, file);
    }
    return dk_store_chain(files.items, files.count, wbfs->candidate->path, error);
}

/* ---- Blocks ---- */

static bool add_blocks(const struct wbfs *wbfs, struct wrapped *wrapped, struct dk_store *data, struct dk_error *error)
{
    const uint64_t block = UINT64_C(1) << wbfs->block_shift, end = wbfs->count * block;
    /* without a first block there is no header: the file's own first bytes are none */
    const uint64_t total = nintendo_size(data, wbfs->blocks[0] * block, end - block, end);

    for (uint32_t i = 0; i < wbfs->count; i++) {
        const uint64_t left = total - i * block, size = left < block ? left : block;

        if (!wrapped_add(wrapped, size, wbfs->blocks[i] ? WRAPPED_RAW : WRAPPED_ZEROS, wbfs->blocks[i] * block, size,
                         error))
            return false;
    }
    return total <= end || wrapped_add(wrapped, total - end, WRAPPED_ZEROS, 0, 0, error);
}

static struct dk_store *open_image(const struct wbfs *wbfs, struct dk_store *data, struct dk_error *error)
{
    const struct wrapped_rules rules = { .codecs = NULL };
    DK_CLEANUP(wrapped_free) struct wrapped *wrapped = wrapped_new(data, &rules);

    if (!wrapped) {
        dk_fail_errno(error, "cannot open %s", wbfs->candidate->path);
        return NULL;
    }
    return add_blocks(wbfs, wrapped, data, error) ? wrapped_open(&wrapped, &wbfs->disc->notes, error) : NULL;
}

static void free_blocks(struct wbfs *wbfs)
{
    free(wbfs->blocks);
}

static bool wbfs_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    DK_CLEANUP(free_blocks) struct wbfs wbfs = { .candidate = candidate, .disc = disc };
    struct dk_store *data = NULL, *image = NULL;
    bool right;

    if (read_header(&wbfs, error) && read_table(&wbfs, error))
        data = open_files(&wbfs, error);
    if (data)
        image = open_image(&wbfs, data, error);
    if (image)
        dk_note(&disc->notes, DK_NOTE_ODD,
                "what the game does not use of its disc was left out and is zeros: this is no exact copy of it");
    right = image && inner_read(disc, image, error);
    dk_store_close(data);
    dk_store_close(image);
    return right;
}

const struct dk_format format_wbfs = {
    .id = "wbfs",
    .name = "WBFS image of a Wii disc",
    .suffixes = "wbfs",
    .holds = DK_HOLDS_DVD,
    .probe = wbfs_probe,
    .read = wbfs_read,
};
