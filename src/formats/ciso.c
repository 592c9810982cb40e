/*
 * CISO of GameCube and Wii discs: a block size (little-endian), a map with a byte for each block, then the blocks that
 * are in use. It has its first letters in common with the PSP's CSO, and nothing else.
 */
#include "formats/inner.h"
#include "formats/nintendo.h"
#include "formats/rows.h"
#include "formats/wrapped.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <string.h>

enum {
    MAP_AT = 8,
    DATA_AT = 0x8000,
    BLOCK_MIN = 0x8000,
};

struct ciso {
    const struct dk_candidate *candidate;
    const uint8_t *map;
    uint32_t block_size;
    uint32_t count; /* of the blocks up to the last one in use */
};

static uint32_t block_size_of(const struct dk_candidate *candidate)
{
    struct cursor cursor = cursor_over(candidate->head, candidate->head_size);

    cursor_skip(&cursor, 4);
    return cursor_le32(&cursor);
}

/* The first block is always in use; the map has nothing but zeros and ones; a CSO has the size of its header there. */
static int ciso_probe(const struct dk_candidate *candidate)
{
    const uint32_t block_size = block_size_of(candidate);

    if (candidate->head_size < DATA_AT || memcmp(candidate->head, "CISO", 4) != 0 || candidate->head[MAP_AT] != 1 ||
        block_size < BLOCK_MIN || (block_size & (block_size - 1)) != 0)
        return 0;
    for (size_t i = MAP_AT; i < DATA_AT; i++)
        if (candidate->head[i] > 1)
            return 0;
    return 100;
}

/* ---- Blocks ---- */

/*
 * The block in use that is the last of the file may end with it: what it lacks are zeros, as the writers have them.
 */
static bool add_last(struct wrapped *wrapped, const struct ciso *ciso, uint64_t size, uint64_t offset,
                     struct dk_error *error)
{
    const uint64_t end = ciso->candidate->store->size;
    const uint64_t there = end > offset && end - offset < size ? end - offset : size;

    return wrapped_add(wrapped, there, WRAPPED_RAW, offset, there, error) &&
           wrapped_add(wrapped, size - there, WRAPPED_ZEROS, 0, 0, error);
}

static bool add_block(struct wrapped *wrapped, const struct ciso *ciso, uint32_t index, uint64_t size, uint64_t offset,
                      struct dk_error *error)
{
    if (!ciso->map[index])
        return wrapped_add(wrapped, size, WRAPPED_ZEROS, 0, 0, error);
    return index + 1 == ciso->count ? add_last(wrapped, ciso, size, offset, error)
                                    : wrapped_add(wrapped, size, WRAPPED_RAW, offset, size, error);
}

static bool add_blocks(struct wrapped *wrapped, const struct ciso *ciso, struct dk_error *error)
{
    const uint64_t block = ciso->block_size, end = ciso->count * block;
    const uint64_t total = nintendo_size(ciso->candidate->store, DATA_AT, end - block, end);
    uint64_t offset = DATA_AT;

    for (uint32_t i = 0; i < ciso->count; i++) {
        const uint64_t left = total - i * block;

        if (!add_block(wrapped, ciso, i, left < block ? left : block, offset, error))
            return false;
        offset += ciso->map[i] ? block : 0;
    }
    return total <= end || wrapped_add(wrapped, total - end, WRAPPED_ZEROS, 0, 0, error);
}

static bool ciso_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    const struct wrapped_rules rules = { .codecs = NULL };
    DK_CLEANUP(wrapped_free) struct wrapped *wrapped = wrapped_new(candidate->store, &rules);
    struct ciso ciso = { .candidate = candidate, .map = candidate->head + MAP_AT };
    struct dk_store *image = NULL;
    bool right;

    if (!wrapped)
        return dk_fail_errno(error, "cannot open %s", candidate->path);
    ciso.block_size = block_size_of(candidate);
    for (uint32_t i = 0; i < DATA_AT - MAP_AT; i++)
        if (ciso.map[i])
            ciso.count = i + 1;
    if (add_blocks(wrapped, &ciso, error))
        image = wrapped_open(&wrapped, &disc->notes, error);
    if (image)
        dk_note(&disc->notes, DK_NOTE_GUESS, "the image does not say how long its disc is: %ju bytes are taken",
                (uintmax_t)image->size);
    right = image && inner_read(disc, image, error);
    dk_store_close(image);
    return right;
}

const struct dk_format format_ciso = {
    .id = "ciso",
    .name = "CISO of a GameCube or Wii disc",
    .suffixes = "ciso",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD,
    .probe = ciso_probe,
    .read = ciso_read,
};
