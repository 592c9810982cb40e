#include "formats/packed.h"
#include "formats/inner.h"
#include "util/checked.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LARGE_TABLE = 16 << 20, /* that one is told about */
    AHEAD = 64 << 10,       /* bytes that are read of a file at once where its blocks are taken in order */
    LONGEST = 2,            /* times a block's size may be stored: what is packed badly can grow */
};

uint64_t packed_count(const struct packed *packed)
{
    return packed->size / packed->block_size + (packed->size % packed->block_size != 0);
}

bool packed_plausible(const struct packed *packed, uint64_t table_at, uint64_t table_size, struct dk_error *error)
{
    const uint64_t block = packed->block_size;

    if (block < DK_SECTOR_USER || block > PACKED_BLOCK_MAX || (block & (block - 1)))
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: blocks of %" PRIu64 " bytes, where a power of two from %d to %d is right", packed->path,
                       block, DK_SECTOR_USER, PACKED_BLOCK_MAX);
    if (packed->size == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: it says that the image in it has 0 bytes", packed->path);
    if (!range_inside(table_at, table_size, packed->file->size))
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: an image of %" PRIu64 " bytes takes a table of %" PRIu64 " bytes at byte %" PRIu64
                       ", and the file has %" PRIu64,
                       packed->path, packed->size, table_size, table_at, packed->file->size);
    if (table_size > PACKED_TABLE_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: its table has %" PRIu64 " bytes; %d are read at most", packed->path,
                       table_size, PACKED_TABLE_MAX);
    return true;
}

bool packed_load_table(struct packed *packed, uint64_t table_at, uint64_t table_size, struct dk_notes *notes,
                       struct dk_error *error)
{
    packed->table = malloc(table_size);
    if (!packed->table)
        return dk_fail_errno(error, "cannot open %s", packed->path);
    if (dk_store_read(packed->file, packed->table, table_size, table_at, error)) {
        if (table_size > LARGE_TABLE)
            dk_note(notes, DK_NOTE_GUESS, "its table of blocks takes %" PRIu64 " MiB of memory", table_size >> 20);
        return true;
    }
    free(packed->table);
    packed->table = NULL;
    return false;
}

/* ---- Where a block lies ---- */

static bool fail_block(const struct packed *packed, uint64_t index, const char *reason, struct dk_error *error)
{
    const uint64_t sectors = packed->block_size / DK_SECTOR_USER, last = (packed->size - 1) / DK_SECTOR_USER;
    const uint64_t first = index * sectors, end = first + sectors - 1;

    return dk_fail(error, DK_ERROR_DAMAGED, "%s: block %" PRIu64 " (LBA %" PRIu64 " to %" PRIu64 "): %s", packed->path,
                   index, first, end < last ? end : last, reason);
}

/* Within the file, or it fails. */
static bool locate(const struct packed *packed, uint64_t index, struct packed_block *block, struct dk_error *error)
{
    struct dk_error reason;
    char text[200];

    if (!packed->locate(packed, index, block, &reason))
        return fail_block(packed, index, reason.text, error);
    if (range_inside(block->offset, block->stored, packed->file->size) &&
        block->stored <= (uint64_t)LONGEST * packed->block_size + packed->padding)
        return true;
    snprintf(text, sizeof text,
             "its %" PRIu64 " bytes are said to lie at byte %" PRIu64 ", and the file has %" PRIu64 " bytes",
             block->stored, block->offset, packed->file->size);
    return fail_block(packed, index, text, error);
}

/* Looks at the whole table: what can't be there is told before anybody asks for it. */
static bool check_table(const struct packed *packed, struct dk_notes *notes, struct dk_error *error)
{
    const uint64_t count = packed_count(packed);
    uint64_t bad = 0;

    for (uint64_t i = 0; i < count; i++) {
        struct packed_block block;
        struct dk_error reason;

        if (!locate(packed, i, &block, &reason) && bad++ == 0)
            *error = reason;
    }
    if (bad == count) {
        error->kind = DK_ERROR_FORMAT;
        return false;
    }
    if (bad)
        dk_note(notes, DK_NOTE_DAMAGE,
                "%" PRIu64 " of %" PRIu64 " blocks lie where none can be and are not read; the first is %s", bad, count,
                error->text);
    return true;
}

/* ---- Unpacking ---- */

/* What one thread needs. */
struct unpacker {
    const struct dk_codec *codecs[PACKED_CODECS];
    void *workers[PACKED_CODECS];
    uint8_t *stored; /* bytes of the file from `start` on */
    size_t room, held;
    uint64_t start, next; /* next: where a block would lie that follows the last one */
    uint8_t *whole;       /* for the last block */
};

static void unpacker_free(void *context)
{
    struct unpacker *unpacker = context;

    for (size_t i = 0; i < PACKED_CODECS; i++)
        if (unpacker->workers[i])
            unpacker->codecs[i]->worker_free(unpacker->workers[i]);
    free(unpacker->stored);
    free(unpacker->whole);
    free(unpacker);
}

static void *unpacker_new(void *context)
{
    const struct packed *packed = context;
    struct unpacker *unpacker = calloc(1, sizeof *unpacker);

    for (size_t i = 0; unpacker && i < PACKED_CODECS; i++) {
        unpacker->codecs[i] = packed->codecs[i];
        if (!packed->codecs[i] || !packed->codecs[i]->worker_new)
            continue;
        unpacker->workers[i] = packed->codecs[i]->worker_new();
        if (!unpacker->workers[i]) {
            unpacker_free(unpacker);
            return NULL;
        }
    }
    return unpacker;
}

/* The stored bytes of a block. Where it follows the last one, more is read than it takes: the next will too. */
static const uint8_t *read_stored(struct unpacker *unpacker, const struct packed *packed,
                                  const struct packed_block *block, size_t count, struct dk_error *error)
{
    const uint64_t left = packed->file->size - block->offset;
    const bool goes_on = block->offset == unpacker->next;
    size_t size = count;

    unpacker->next = block->offset + block->stored;
    if (block->offset >= unpacker->start && range_inside(block->offset - unpacker->start, count, unpacker->held))
        return unpacker->stored + (block->offset - unpacker->start);
    if (goes_on && size < AHEAD)
        size = left < AHEAD ? (size_t)left : AHEAD;
    unpacker->held = 0;
    if (size > unpacker->room) {
        free(unpacker->stored);
        unpacker->room = 0;
        unpacker->stored = malloc(size);
        if (!unpacker->stored) {
            dk_fail(error, DK_ERROR_SYSTEM, "%s: no memory to unpack it", packed->path);
            return NULL;
        }
        unpacker->room = size;
    }
    if (!dk_store_read(packed->file, unpacker->stored, size, block->offset, error))
        return NULL;
    unpacker->start = block->offset;
    unpacker->held = size;
    return unpacker->stored;
}

/* Some writers pack the last block with its padding, others without. */
static bool unpack_last(struct unpacker *unpacker, void *worker, const struct packed *packed,
                        const struct dk_codec *codec, const uint8_t *stored, size_t count, uint8_t *to, size_t size,
                        struct dk_error *error)
{
    struct dk_error ignored;

    if (!unpacker->whole && !(unpacker->whole = malloc(packed->block_size)))
        return dk_fail(error, DK_ERROR_SYSTEM, "no memory to unpack it");
    if (codec->decode(worker, stored, count, to, size, &ignored))
        return true;
    if (!codec->decode(worker, stored, count, unpacker->whole, packed->block_size, error))
        return false;
    memcpy(to, unpacker->whole, size);
    return true;
}

static bool unpack(void *context, void *worker, const struct dk_block *block, uint8_t *to, struct dk_error *error)
{
    const struct packed *packed = context;
    struct unpacker *unpacker = worker;
    const size_t longest = (size_t)LONGEST * packed->block_size;
    const uint8_t *stored;
    struct packed_block where;
    struct dk_error reason;
    size_t count, codec = 0;
    bool right;

    if (!locate(packed, block->index, &where, error))
        return false;
    if (!where.codec && where.stored < block->size)
        return fail_block(packed, block->index, "it is stored as it is, and some of its bytes are missing", error);
    count = (size_t)(where.codec ? where.stored : block->size);
    if (count > longest)
        count = longest;
    stored = read_stored(unpacker, packed, &where, count, error);
    if (!stored)
        return false;
    if (!where.codec) {
        memcpy(to, stored, block->size);
        return true;
    }
    while (packed->codecs[codec] != where.codec)
        codec++;
    if (block->size == packed->block_size)
        right = where.codec->decode(unpacker->workers[codec], stored, count, to, block->size, &reason);
    else
        right = unpack_last(unpacker, unpacker->workers[codec], packed, where.codec, stored, count, to, block->size,
                            &reason);
    return right || fail_block(packed, block->index, reason.text, error);
}

/* ---- The disc ---- */

static void destroy(void *context)
{
    struct packed *packed = context;

    dk_store_close(packed->file);
    free(packed->table);
    free(packed);
}

/* The store of what is packed; the table is its own from here on. */
static struct dk_store *open_store(const struct packed *packed, struct dk_error *error)
{
    struct packed *own = malloc(sizeof *own);
    struct dk_blocks blocks = {
        .name = packed->path,
        .size = packed->size,
        .block_size = packed->block_size,
        .worker_new = unpacker_new,
        .worker_free = unpacker_free,
        .decode = unpack,
        .destroy = destroy,
        .context = own,
    };

    if (!own) {
        dk_fail_errno(error, "cannot open %s", packed->path);
        free(packed->table);
        return NULL;
    }
    *own = *packed;
    own->file = dk_store_use(packed->file);
    return dk_store_from_blocks(&blocks, error);
}

bool packed_read(const struct packed *packed, struct dk_disc *disc, struct dk_error *error)
{
    struct dk_store *store = open_store(packed, error);
    bool right;

    if (!store)
        return false;
    right = check_table(packed, &disc->notes, error) && inner_read(disc, store, error);
    disc->container_size = packed->file->size;
    dk_store_close(store);
    return right;
}
