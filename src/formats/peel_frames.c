#include "formats/peel_frames.h"

#include <inttypes.h>
#include <stdlib.h>

bool frames_add(struct frames *frames, uint64_t stored, uint64_t gives)
{
    if (gives > FRAME_MAX || stored > 2 * FRAME_MAX)
        return false;
    if (frames->count + 1 >= frames->room) {
        const size_t room = frames->room ? 2 * frames->room : 64;
        struct frame *items = realloc(frames->items, room * sizeof *items);

        if (!items)
            return false;
        frames->items = items;
        frames->room = room;
    }
    if (gives) {
        frames->items[frames->count++] = (struct frame){ frames->from, frames->start };
        frames->largest = gives > frames->largest ? (uint32_t)gives : frames->largest;
    }
    frames->from += stored;
    frames->start += gives;
    frames->items[frames->count] = (struct frame){ frames->from, frames->start };
    return true;
}

void frames_free(struct frames *frames)
{
    free(frames->items);
    *frames = (struct frames){ 0 };
}

/* ---- As blocks ---- */

struct framed {
    struct frames frames;
    struct dk_store *file;
    const struct dk_codec *codec;
};

struct worker {
    const struct dk_codec *codec;
    void *own;
    uint8_t *stored;
    size_t room;
};

static void worker_free(void *context)
{
    struct worker *worker = context;

    if (worker->own)
        worker->codec->worker_free(worker->own);
    free(worker->stored);
    free(worker);
}

static void *worker_new(void *context)
{
    const struct framed *framed = context;
    struct worker *worker = calloc(1, sizeof *worker);

    if (!worker)
        return NULL;
    worker->codec = framed->codec;
    if (!worker->codec->worker_new || (worker->own = worker->codec->worker_new()))
        return worker;
    free(worker);
    return NULL;
}

static bool find(void *context, uint64_t offset, struct dk_block *block, struct dk_error *error)
{
    const struct framed *framed = context;
    const struct frame *items = framed->frames.items;
    size_t low = 0, high = framed->frames.count;

    (void)error;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;

        if (items[middle].start <= offset)
            low = middle;
        else
            high = middle;
    }
    *block = (struct dk_block){ .index = low,
                                .start = items[low].start,
                                .size = (uint32_t)(items[low + 1].start - items[low].start) };
    return true;
}

static bool decode(void *context, void *worker_context, const struct dk_block *block, uint8_t *to,
                   struct dk_error *error)
{
    const struct framed *framed = context;
    const struct frame *item = &framed->frames.items[block->index];
    struct worker *worker = worker_context;
    /* what gives nothing, and lies between this one and the next, is padding to it */
    const size_t size = (size_t)(item[1].from - item[0].from);
    struct dk_error reason;

    if (size > worker->room) {
        free(worker->stored);
        worker->stored = malloc(size);
        worker->room = worker->stored ? size : 0;
    }
    if (size > worker->room)
        return dk_fail(error, DK_ERROR_SYSTEM, "%s: no memory to unpack it", framed->file->name);
    if (!dk_store_read(framed->file, worker->stored, size, item->from, error))
        return false;
    if (framed->codec->decode(worker->own, worker->stored, size, to, block->size, &reason))
        return true;
    return dk_fail(error, DK_ERROR_DAMAGED, "%s: the part at byte %" PRIu64 ": %s", framed->file->name, item->from,
                   reason.text);
}

static void destroy(void *context)
{
    struct framed *framed = context;

    frames_free(&framed->frames);
    dk_store_close(framed->file);
    free(framed);
}

struct dk_store *frames_open(struct frames *frames, struct dk_store *file, const struct dk_codec *codec,
                             struct dk_error *error)
{
    struct framed *framed = malloc(sizeof *framed);
    const struct dk_blocks blocks = {
        .name = file->name,
        .size = frames->start,
        .block_size = frames->largest,
        .find = find,
        .worker_new = worker_new,
        .worker_free = worker_free,
        .decode = decode,
        .destroy = destroy,
        .context = framed,
    };

    if (!framed) {
        dk_fail_errno(error, "cannot open %s", file->name);
        frames_free(frames);
        return NULL;
    }
    *framed = (struct framed){ .frames = *frames, .file = dk_store_use(file), .codec = codec };
    *frames = (struct frames){ 0 };
    return dk_store_from_blocks(&blocks, error);
}
