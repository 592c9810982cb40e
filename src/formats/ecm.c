/* ECM: what is packed, as a store, and the disc in it. */
#include "formats/ecm.h"
#include "formats/inner.h"
#include "formats/rows.h"

#include <disckit/blocks.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int ecm_probe(const struct dk_candidate *candidate)
{
    return candidate->head_size > ECM_MAGIC && memcmp(candidate->head, "ECM", ECM_MAGIC) == 0 ? 90 : 0;
}

bool ecm_is_one(struct dk_store *file)
{
    uint8_t magic[ECM_MAGIC];
    struct dk_error error;

    return file->size > ECM_MAGIC && dk_store_read(file, magic, sizeof magic, 0, &error) &&
           memcmp(magic, "ECM", ECM_MAGIC) == 0;
}

/* ---- Unpacking ---- */

static void destroy(void *context)
{
    struct ecm_index *index = context;

    dk_store_close(index->file);
    free(index->blocks);
    free(index);
}

static void *worker_new(void *context)
{
    const struct ecm_index *index = context;

    return malloc((size_t)index->longest);
}

static size_t number_at(const struct ecm_index *index, uint64_t offset)
{
    size_t low = 0, high = index->count;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;

        if (index->blocks[middle].start <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static bool find(void *context, uint64_t offset, struct dk_block *block, struct dk_error *error)
{
    const struct ecm_index *index = context;
    const size_t number = number_at(index, offset);
    const uint64_t start = index->blocks[number].start;
    const uint64_t end = number + 1 < index->count ? index->blocks[number + 1].start : index->size;

    (void)error;
    *block = (struct dk_block){ .index = number, .start = start, .size = (uint32_t)(end - start) };
    return true;
}

/* As many units as fit in what is left; returns their bytes. */
static size_t unpack_units(enum ecm_type type, uint64_t count, const uint8_t *packed, uint8_t *to)
{
    const struct ecm_unit *unit = &ecm_units[type];

    if (type == ECM_BYTES)
        memcpy(to, packed, (size_t)count);
    for (uint64_t i = 0; type != ECM_BYTES && i < count; i++)
        ecm_unpack(type, packed + i * unit->packed, to + i * unit->size);
    return (size_t)(count * unit->size);
}

/* The records were walked through before: a file that has others now was changed meanwhile. */
static bool unpack(const struct ecm_block *from, const uint8_t *packed, size_t packed_size, uint8_t *to, size_t size)
{
    enum ecm_type type = from->type;
    uint64_t count = from->left;

    while (size) {
        const uint64_t fit = size / ecm_units[type].size, there = packed_size / ecm_units[type].packed;
        const uint64_t piece = count < fit ? count : fit;
        size_t done, used;

        if (piece == 0 || piece > there)
            return false;
        done = unpack_units(type, piece, packed, to);
        to += done;
        size -= done;
        packed += piece * ecm_units[type].packed;
        packed_size -= (size_t)(piece * ecm_units[type].packed);
        if (size == 0)
            break;
        used = ecm_number(packed, packed_size, &type, &count);
        if (used == 0)
            return false;
        packed += used;
        packed_size -= used;
    }
    return true;
}

static bool decode(void *context, void *worker, const struct dk_block *block, uint8_t *to, struct dk_error *error)
{
    const struct ecm_index *index = context;
    const struct ecm_block *from = &index->blocks[block->index];
    const uint64_t end = block->index + 1 < index->count ? from[1].offset : index->end;
    const size_t packed_size = (size_t)(end - from->offset);

    if (!dk_store_read(index->file, worker, packed_size, from->offset, error))
        return false;
    return unpack(from, worker, packed_size, to, block->size) ||
           dk_fail(error, DK_ERROR_DAMAGED, "%s has other records at byte %" PRIu64 " than it had before",
                   index->file->name, from->offset);
}

/* ---- The check sum ---- */

static void free_bytes(uint8_t **bytes)
{
    free(*bytes);
}

static bool check_sum(struct dk_store *store, uint32_t wanted, struct dk_notes *notes, struct dk_error *error)
{
    enum { PIECE = 1 << 20 };
    DK_CLEANUP(free_bytes) uint8_t *bytes = malloc(PIECE);
    uint32_t edc = 0;

    if (!bytes)
        return dk_fail_errno(error, "cannot open %s", store->name);
    for (uint64_t at = 0; at < store->size; at += PIECE) {
        const size_t piece = store->size - at < PIECE ? (size_t)(store->size - at) : PIECE;

        if (!dk_store_read(store, bytes, piece, at, error))
            return false;
        edc = dk_edc(edc, bytes, piece);
    }
    if (edc != wanted)
        dk_note(notes, DK_NOTE_DAMAGE,
                "the check sum at the end of %s is %08" PRIX32 ", and that of what it holds is %08" PRIX32
                ": something in it is wrong, and nothing tells where",
                store->name, wanted, edc);
    return true;
}

struct dk_store *ecm_open(struct dk_store *file, struct dk_notes *notes, struct dk_error *error)
{
    struct ecm_index *index = calloc(1, sizeof *index);
    struct dk_blocks blocks = {
        .name = file->name,
        .block_size = ECM_BLOCK_MAX,
        .find = find,
        .worker_new = worker_new,
        .worker_free = free,
        .decode = decode,
        .destroy = destroy,
        .context = index,
    };
    struct dk_store *store;
    bool has_edc;
    uint32_t edc;

    if (!index) {
        dk_fail_errno(error, "cannot open %s", file->name);
        return NULL;
    }
    index->file = dk_store_use(file);
    if (!ecm_index_read(index, notes, error)) {
        destroy(index);
        return NULL;
    }
    blocks.size = index->size;
    has_edc = index->has_edc;
    edc = index->edc;
    store = dk_store_from_blocks(&blocks, error);
    if (store && has_edc && !check_sum(store, edc, notes, error)) {
        dk_store_close(store);
        return NULL;
    }
    return store;
}

/* ---- The disc ---- */

static bool ecm_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct dk_store *store = ecm_open(candidate->store, &disc->notes, error);
    const bool right = store && inner_read(disc, store, error);

    disc->container_size = candidate->store->size;
    dk_store_close(store);
    return right;
}

const struct dk_format format_ecm = {
    .id = "ecm",
    .name = "raw image without check bytes (ECM)",
    .suffixes = "ecm",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_SESSIONS | DK_HOLDS_CD_TEXT | DK_HOLDS_INDEXES |
             DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS | DK_HOLDS_PREGAPS | DK_HOLDS_ISRC | DK_HOLDS_MCN | DK_HOLDS_FORM2 |
             DK_HOLDS_FLAGS | DK_HOLDS_HIDDEN,
    .probe = ecm_probe,
    .read = ecm_read,
    .write = ecm_write,
};
