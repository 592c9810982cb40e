/* Wrapped images: the checked table of blocks behind a store, and how each kind of block is decoded. */
#include "formats/wrapped.h"
#include "util/checked.h"

#include <disckit/sector.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PIECE = 64 << 10, /* bytes in which zeros and plain bytes are handed out, however long their block is */
    SLACK = 4 << 10,  /* bytes, and an eighth of the block, that a codec may need more than it takes off */
    MEBIBYTE = 1 << 20,
    PLACE = 60, /* characters of one, as it is told */
};

struct block {
    uint64_t start; /* in the image; a block ends where the next one begins */
    uint64_t offset;
    uint32_t length;
    uint32_t kind : 8, number : 24; /* the number that it was added as; runs of zeros are one block here */
};

struct wrapped {
    struct dk_store *stored;
    struct wrapped_rules rules;
    uint64_t size;
    uint32_t largest, longest; /* of the coded blocks: bytes decoded, bytes stored */
    struct block *blocks;
    size_t count, room;
    uint32_t added;
    size_t bad, first_bad, last_bad; /* indexes */
};

/* ---- The table ---- */

struct wrapped *wrapped_new(struct dk_store *stored, const struct wrapped_rules *rules)
{
    struct wrapped *wrapped = calloc(1, sizeof *wrapped);

    if (!wrapped) {
        if (rules->free_context)
            rules->free_context(rules->context);
        return NULL;
    }
    wrapped->stored = dk_store_use(stored);
    wrapped->rules = *rules;
    return wrapped;
}

static void destroy(void *context)
{
    struct wrapped *wrapped = context;

    if (wrapped->rules.free_context)
        wrapped->rules.free_context(wrapped->rules.context);
    dk_store_close(wrapped->stored);
    free(wrapped->blocks);
    free(wrapped);
}

void wrapped_free(struct wrapped **wrapped)
{
    if (*wrapped)
        destroy(*wrapped);
    *wrapped = NULL;
}

uint64_t wrapped_size(const struct wrapped *wrapped)
{
    return wrapped->size;
}

/* Can all of a block of `size` bytes be kept so? */
static bool can_be(const struct wrapped *wrapped, uint64_t size, unsigned kind, uint64_t offset, uint64_t length)
{
    const uint64_t whole = wrapped->rules.whole > size ? wrapped->rules.whole : size;

    if (kind == WRAPPED_ZEROS)
        return true;
    if (kind == WRAPPED_RAW)
        return length >= size && range_inside(offset, size, wrapped->stored->size);
    return kind != WRAPPED_BAD && length > 0 && length <= whole + whole / 8 + SLACK &&
           range_inside(offset, length, wrapped->stored->size);
}

static bool make_room(struct wrapped *wrapped, struct dk_error *error)
{
    const size_t room = wrapped->room ? wrapped->room * 2 : 64;
    struct block *blocks;

    if (wrapped->count < wrapped->room)
        return true;
    blocks = realloc(wrapped->blocks, room * sizeof *blocks);
    if (!blocks)
        return dk_fail_errno(error, "cannot open %s", wrapped->stored->name);
    wrapped->blocks = blocks;
    wrapped->room = room;
    return true;
}

static bool check_sizes(const struct wrapped *wrapped, uint64_t size, unsigned kind, struct dk_error *error)
{
    if (kind >= WRAPPED_CODED && size > WRAPPED_BLOCK_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "block %" PRIu32 " of %s has %" PRIu64 " bytes, and %d can be",
                       wrapped->added, wrapped->stored->name, size, WRAPPED_BLOCK_MAX);
    if (size > INT64_MAX - wrapped->size)
        return dk_fail(error, DK_ERROR_FORMAT, "%s is larger than any disc", wrapped->stored->name);
    if (wrapped->added == WRAPPED_COUNT_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has more than %d blocks: their table alone would take %zu MiB",
                       wrapped->stored->name, WRAPPED_COUNT_MAX, WRAPPED_COUNT_MAX * sizeof(struct block) / MEBIBYTE);
    return true;
}

/* What has to be known of all blocks together. */
static void count_block(struct wrapped *wrapped, uint64_t size, unsigned kind, uint64_t length, bool good)
{
    if (!good) {
        wrapped->first_bad = wrapped->bad++ ? wrapped->first_bad : wrapped->count;
        wrapped->last_bad = wrapped->count;
    } else if (kind >= WRAPPED_CODED) {
        wrapped->largest = size > wrapped->largest ? (uint32_t)size : wrapped->largest;
        wrapped->longest = length > wrapped->longest ? (uint32_t)length : wrapped->longest;
    }
    wrapped->count++;
}

bool wrapped_add(struct wrapped *wrapped, uint64_t size, unsigned kind, uint64_t offset, uint64_t length,
                 struct dk_error *error)
{
    const bool good = can_be(wrapped, size, kind, offset, length);
    const bool goes_on = kind == WRAPPED_ZEROS && wrapped->count && wrapped->blocks[wrapped->count - 1].kind == kind;

    if (size == 0)
        return true;
    if (!check_sizes(wrapped, size, kind, error) || !make_room(wrapped, error))
        return false;
    if (!goes_on) {
        wrapped->blocks[wrapped->count] = (struct block){
            .start = wrapped->size,
            .offset = offset,
            .length = good && kind >= WRAPPED_CODED ? (uint32_t)length : 0,
            .kind = (uint8_t)(good || (kind == WRAPPED_RAW && length >= size) ? kind : WRAPPED_BAD),
            .number = wrapped->added & (WRAPPED_COUNT_MAX - 1),
        };
        count_block(wrapped, size, kind, length, good);
    }
    wrapped->added++;
    wrapped->size += size;
    return true;
}

/* ---- Blocks by place ---- */

static uint64_t end_of(const struct wrapped *wrapped, size_t index)
{
    return index + 1 < wrapped->count ? wrapped->blocks[index + 1].start : wrapped->size;
}

/* The index of the block that holds byte `offset` of the image. */
static size_t index_at(const struct wrapped *wrapped, uint64_t offset)
{
    size_t low = 0, high = wrapped->count;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;

        if (wrapped->blocks[middle].start <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Zeros and plain bytes come in pieces; so what a block is known by is its first byte, not its number. */
static bool find(void *context, uint64_t offset, struct dk_block *block, struct dk_error *error)
{
    const struct wrapped *wrapped = context;
    const size_t index = index_at(wrapped, offset);
    uint64_t start = wrapped->blocks[index].start, end = end_of(wrapped, index);

    (void)error;
    if (wrapped->blocks[index].kind < WRAPPED_CODED) {
        start += (offset - start) / PIECE * PIECE;
        end = end - start > PIECE ? start + PIECE : end;
    }
    *block = (struct dk_block){ .index = start, .start = start, .size = (uint32_t)(end - start) };
    return true;
}

/* ---- Decoding ---- */

struct worker {
    const struct wrapped *wrapped;
    uint8_t *stored; /* as many bytes as the longest block takes */
    uint8_t *whole;  /* a block that is larger than what the image needs of it; NULL until there is one */
    size_t codec_count;
    void **codec_workers; /* of each codec that was needed so far */
};

static size_t count_codecs(const struct wrapped_codec *codecs)
{
    size_t count = 0;

    while (codecs && codecs[count].name)
        count++;
    return count;
}

static void worker_free(void *context)
{
    struct worker *worker = context;

    for (size_t i = 0; worker->codec_workers && i < worker->codec_count; i++)
        if (worker->codec_workers[i])
            worker->wrapped->rules.codecs[i].codec->worker_free(worker->codec_workers[i]);
    free(worker->codec_workers);
    free(worker->whole);
    free(worker->stored);
    free(worker);
}

static void *worker_new(void *context)
{
    const struct wrapped *wrapped = context;
    struct worker *worker = calloc(1, sizeof *worker);

    if (!worker)
        return NULL;
    worker->wrapped = wrapped;
    worker->codec_count = count_codecs(wrapped->rules.codecs);
    worker->stored = malloc(wrapped->longest ? wrapped->longest : 1);
    worker->codec_workers = calloc(worker->codec_count + 1, sizeof *worker->codec_workers);
    if (worker->stored && worker->codec_workers)
        return worker;
    worker_free(worker);
    return NULL;
}

static bool run_codec(struct worker *worker, const struct block *block, uint8_t *to, size_t size,
                      struct dk_error *error)
{
    const size_t index = block->kind - WRAPPED_CODED;
    const struct wrapped_rules *rules = &worker->wrapped->rules;
    const struct wrapped_codec *own = &rules->codecs[index];
    void **state = &worker->codec_workers[index];

    if (!own->codec)
        return own->decode(rules->context, worker->stored, block->length, to, size, error);
    if (own->codec->worker_new && !*state && !(*state = own->codec->worker_new()))
        return dk_fail(error, DK_ERROR_SYSTEM, "no memory is left");
    return own->codec->decode(*state, worker->stored, block->length, to, size, error);
}

/* Decodes all that the block gives, of which the image may need less. */
static bool run_codec_whole(struct worker *worker, const struct block *block, uint8_t *to, size_t size,
                            struct dk_error *error)
{
    const uint32_t whole = worker->wrapped->rules.whole;

    if (whole <= size)
        return run_codec(worker, block, to, size, error);
    if (!worker->whole && !(worker->whole = malloc(whole)))
        return dk_fail(error, DK_ERROR_SYSTEM, "no memory is left");
    if (!run_codec(worker, block, worker->whole, whole, error))
        return false;
    memcpy(to, worker->whole, size);
    return true;
}

/* Where a byte of the image belongs, for a person; returns `to`. */
static const char *place_of(const struct wrapped *wrapped, uint64_t byte, char to[PLACE])
{
    if (wrapped->rules.not_plain)
        snprintf(to, PLACE, "byte %" PRIu64 " of the image", byte);
    else
        snprintf(to, PLACE, "LBA %" PRIu64, byte / DK_SECTOR_USER);
    return to;
}

static bool decode_coded(struct worker *worker, const struct block *block, uint8_t *to, size_t size,
                         struct dk_error *error)
{
    const struct wrapped *wrapped = worker->wrapped;
    struct dk_error inner;
    char place[PLACE];

    if (!dk_store_read(wrapped->stored, worker->stored, block->length, block->offset, error))
        return false;
    if ((!wrapped->rules.prepare || wrapped->rules.prepare(wrapped->rules.context, block->number, block->kind,
                                                           worker->stored, block->length, &inner)) &&
        run_codec_whole(worker, block, to, size, &inner))
        return true;
    return dk_fail(error, inner.kind,
                   "block %u of %s, from %s on (%s, %" PRIu32 " bytes from byte %" PRIu64 " of its data on): %s",
                   block->number, wrapped->stored->name, place_of(wrapped, block->start, place),
                   wrapped->rules.codecs[block->kind - WRAPPED_CODED].name, block->length, block->offset, inner.text);
}

static bool decode(void *context, void *worker, const struct dk_block *block, uint8_t *to, struct dk_error *error)
{
    const struct wrapped *wrapped = context;
    const struct block *entry = &wrapped->blocks[index_at(wrapped, block->start)];
    char place[PLACE];

    switch (entry->kind) {
    case WRAPPED_ZEROS:
        memset(to, 0, block->size);
        return true;
    case WRAPPED_RAW:
        return dk_store_read(wrapped->stored, to, block->size, entry->offset + (block->start - entry->start), error);
    case WRAPPED_BAD:
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "block %u of %s, from %s on, is not where the table of blocks has it, at byte %" PRIu64,
                       entry->number, wrapped->stored->name, place_of(wrapped, entry->start, place), entry->offset);
    default:
        return decode_coded(worker, entry, to, block->size, error);
    }
}

/* ---- All of it ---- */

static void tell_bad(const struct wrapped *wrapped, struct dk_notes *notes)
{
    const uint64_t from = wrapped->blocks[wrapped->first_bad].start, to = end_of(wrapped, wrapped->last_bad);
    char first[PLACE], last[PLACE];

    dk_note(notes, DK_NOTE_DAMAGE,
            "%zu of %" PRIu32 " blocks can't be read, as they are not in the file or not of a size that can be: block "
            "%u, from %s on, is the first, and the last one ends with %s",
            wrapped->bad, wrapped->added, wrapped->blocks[wrapped->first_bad].number, place_of(wrapped, from, first),
            place_of(wrapped, to - 1, last));
}

struct dk_store *wrapped_open(struct wrapped **wrapped, struct dk_notes *notes, struct dk_error *error)
{
    struct wrapped *const all = *wrapped;
    struct dk_blocks blocks = {
        .name = all->stored->name,
        .size = all->size,
        .block_size = all->largest > PIECE ? all->largest : PIECE,
        .find = find,
        .worker_new = worker_new,
        .worker_free = worker_free,
        .decode = decode,
        .destroy = destroy,
        .context = all,
    };

    if (all->size == 0) {
        dk_fail(error, DK_ERROR_FORMAT, "%s holds an image of 0 bytes", all->stored->name);
        wrapped_free(wrapped);
        return NULL;
    }
    if (all->bad)
        tell_bad(all, notes);
    *wrapped = NULL;
    return dk_store_from_blocks(&blocks, error);
}
