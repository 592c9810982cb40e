/* Opening an image: every format bids on what the file holds, and the surest one reads. */
#include "util/arena.h"

#include <disckit/format.h>
#include <stdlib.h>
#include <string.h>

static void free_pointer(void *pointer)
{
    free(*(void **)pointer);
}

static void close_store(struct dk_store **store)
{
    dk_store_close(*store);
}

static const struct dk_format *surest(const struct dk_candidate *candidate)
{
    const struct dk_format *best = NULL;
    int highest = 0;

    for (size_t i = 0; dk_formats[i]; i++) {
        const int bid = dk_formats[i]->probe(candidate);

        if (bid > highest) {
            highest = bid;
            best = dk_formats[i];
        }
    }
    return best;
}

static bool not_known(const struct dk_candidate *candidate, struct dk_error *error)
{
    char looked_for[400] = "";

    for (size_t i = 0; dk_formats[i]; i++) {
        strncat(looked_for, i ? ", " : "", sizeof looked_for - strlen(looked_for) - 1);
        strncat(looked_for, dk_formats[i]->name, sizeof looked_for - strlen(looked_for) - 1);
    }
    return dk_fail(error, DK_ERROR_FORMAT, "%s (%ju bytes) is no image that is known here; looked for: %s",
                   candidate->path, (uintmax_t)candidate->store->size, looked_for);
}

static bool read_ends(struct dk_candidate *candidate, uint8_t *head, uint8_t *tail, struct dk_error *error)
{
    const uint64_t size = candidate->store->size;

    candidate->head = head;
    candidate->head_size = size < DK_PROBE_HEAD ? (size_t)size : DK_PROBE_HEAD;
    candidate->tail = tail;
    candidate->tail_size = size < DK_PROBE_TAIL ? (size_t)size : DK_PROBE_TAIL;
    return dk_store_read(candidate->store, head, candidate->head_size, 0, error) &&
           dk_store_read(candidate->store, tail, candidate->tail_size, size - candidate->tail_size, error);
}

struct dk_disc *dk_image_open(const char *path, struct dk_error *error)
{
    DK_CLEANUP(free_pointer) uint8_t *head = malloc(DK_PROBE_HEAD + DK_PROBE_TAIL);
    DK_CLEANUP(close_store) struct dk_store *store = dk_store_open_file(path, error);
    struct dk_candidate candidate = { .store = store, .path = path };
    const struct dk_format *format;
    struct dk_disc *disc;

    if (!store)
        return NULL;
    if (!head) {
        dk_fail_errno(error, "cannot open %s", path);
        return NULL;
    }
    if (!read_ends(&candidate, head, head + DK_PROBE_HEAD, error))
        return NULL;
    format = surest(&candidate);
    if (!format) {
        not_known(&candidate, error);
        return NULL;
    }
    disc = dk_disc_new(format->id, path);
    if (format->read(&candidate, disc, error) && dk_disc_finish(disc, error))
        return disc;
    dk_disc_close(disc);
    return NULL;
}
