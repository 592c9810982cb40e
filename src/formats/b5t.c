/*
 * B5T and B6T, the descriptors of BlindWrite 5 to 7: what the drive said of the disc, runs of sectors and the files
 * that they are in, sessions and tracks. The sectors are in .b5i, .b6i and further files.
 */
#include "formats/b5t.h"

#include "formats/descriptor.h"
#include "formats/rows.h"
#include "util/arena.h"

#include <inttypes.h>
#include <string.h>

static int b5t_probe(const struct dk_candidate *candidate)
{
    static const char signature[] = "BWT5 STREAM SIGN";

    return candidate->head_size >= sizeof signature - 1 && memcmp(candidate->head, signature, sizeof signature - 1) == 0
               ? 95
               : 0;
}

/* ---- Files ---- */

static bool open_file(struct b5t *b5t, struct b5t_block *block, bool only, struct dk_error *error)
{
    static const char *const suffixes[] = { ".b5i", ".b6i", ".i00", ".b00", NULL };

    for (const struct b5t_block *other = b5t->blocks; other < block; other++)
        if (strcmp(other->name, block->name) == 0) {
            block->store = other->store ? dk_store_use(other->store) : NULL;
            return true;
        }
    if (!descriptor_open(b5t->candidate, b5t->disc, block->name, only, suffixes, &block->store, error))
        return false;
    if (block->store)
        b5t->disc->container_size += block->store->size;
    return true;
}

static bool is_a_size(uint64_t stored)
{
    static const uint16_t sizes[] = { 2048, 2056, 2324, 2332, 2336, 2340, 2352, 2368, 2448 };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i] == stored)
            return true;
    return false;
}

/* A length has 32 bits, so that of more than 4 GiB it lacks the rest: what the file has counts then. */
static bool find_size(struct b5t *b5t, struct b5t_block *block, struct dk_error *error)
{
    const uint64_t left = block->store && block->offset < block->store->size ? block->store->size - block->offset : 0;

    if (block->count && block->length % block->count == 0 && is_a_size(block->length / block->count))
        block->stored = (uint16_t)(block->length / block->count);
    else if (block->count && left > UINT32_MAX && left % block->count == 0 && is_a_size(left / block->count))
        block->stored = (uint16_t)(left / block->count);
    if (block->stored)
        return true;
    return dk_fail(error, DK_ERROR_FORMAT,
                   "%s: the data block at byte %" PRIu64 " is said to have %" PRIu32 " sectors in %" PRIu32
                   " bytes, and no sector has such a size",
                   b5t->path, block->at, block->count, block->length);
}

bool b5t_open_files(struct b5t *b5t, struct dk_error *error)
{
    bool only = true;

    for (size_t i = 1; i < b5t->block_count; i++)
        only = only && strcmp(b5t->blocks[i].name, b5t->blocks[0].name) == 0;
    for (size_t i = 0; i < b5t->block_count; i++)
        if (!open_file(b5t, &b5t->blocks[i], only, error) || !find_size(b5t, &b5t->blocks[i], error))
            return false;
    return true;
}

/* ---- The disc ---- */

static bool b5t_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct b5t *b5t = arena_zeroed(disc->arena, 1, sizeof *b5t);
    bool right;

    b5t->candidate = candidate;
    b5t->path = candidate->path;
    b5t->disc = disc;
    b5t->bytes = descriptor_load(candidate, disc, error);
    if (!b5t->bytes)
        return false;
    b5t->size = (size_t)candidate->store->size;
    right = b5t_parse(b5t, error) && b5t_open_files(b5t, error) && b5t_place(b5t, error);
    for (size_t i = 0; i < b5t->block_count; i++)
        dk_store_close(b5t->blocks[i].store);
    return right;
}

const struct dk_format format_b5t = {
    .id = "b5t",
    .name = "BlindWrite image (B5T, B6T)",
    .suffixes = "b5t,b6t",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_DVD | DK_HOLDS_SESSIONS | DK_HOLDS_SUBCHANNEL |
             DK_HOLDS_CD_TEXT | DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS | DK_HOLDS_PREGAPS | DK_HOLDS_MCN |
             DK_HOLDS_FORM2 | DK_HOLDS_PAUSE | DK_HOLDS_FLAGS | DK_HOLDS_HIDDEN,
    .probe = b5t_probe,
    .read = b5t_read,
};
