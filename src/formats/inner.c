#include "formats/inner.h"
#include "formats/raw.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = DK_SECTOR_USER };

static void free_bytes(uint8_t **bytes)
{
    free(*bytes);
}

/* What can't be read is zeros here: the sectors around it say as well what they are. */
static bool read_what_can_be(struct dk_store *store, uint8_t *to, size_t count, uint64_t offset, struct dk_error *error)
{
    if (dk_store_read(store, to, count, offset, error))
        return true;
    for (size_t done = 0; done < count; done += PIECE) {
        const size_t piece = count - done < PIECE ? count - done : PIECE;

        if (dk_store_read(store, to + done, piece, offset + done, error))
            continue;
        if (error->kind != DK_ERROR_DAMAGED)
            return false;
        memset(to + done, 0, piece);
    }
    return true;
}

bool candidate_read_ends(struct dk_candidate *candidate, uint8_t *head, uint8_t *tail, struct dk_error *error)
{
    const uint64_t size = candidate->store->size;

    candidate->head = head;
    candidate->head_size = size < DK_PROBE_HEAD ? (size_t)size : DK_PROBE_HEAD;
    candidate->tail = tail;
    candidate->tail_size = size < DK_PROBE_TAIL ? (size_t)size : DK_PROBE_TAIL;
    return read_what_can_be(candidate->store, head, candidate->head_size, 0, error) &&
           read_what_can_be(candidate->store, tail, candidate->tail_size, size - candidate->tail_size, error);
}

bool inner_read(struct dk_disc *disc, struct dk_store *store, struct dk_error *error)
{
    DK_CLEANUP(free_bytes) uint8_t *ends = malloc(DK_PROBE_HEAD + DK_PROBE_TAIL);
    struct dk_candidate inside = { .store = store, .path = disc->path };
    struct raw_kind kind;

    if (!ends)
        return dk_fail_errno(error, "cannot open %s", disc->path);
    if (!candidate_read_ends(&inside, ends, ends + DK_PROBE_HEAD, error))
        return false;
    kind = raw_recognise(&inside);
    if (kind.bid == 0) {
        kind = (struct raw_kind){ .stored = DK_SECTOR_USER, .mode = DK_MODE1 };
        dk_note(&disc->notes, DK_NOTE_GUESS,
                "what is packed in it is no volume that is known: one track of %d-byte sectors", DK_SECTOR_USER);
    }
    return bare_sectors_read(&inside, &kind, disc, error);
}

bool inner_read_as(struct dk_disc *disc, struct dk_store *store, const struct dk_format *format, struct dk_store *data,
                   struct dk_error *error)
{
    DK_CLEANUP(free_bytes) uint8_t *ends = malloc(DK_PROBE_HEAD + DK_PROBE_TAIL);
    struct dk_candidate inside = { .store = store, .path = disc->path, .data = data };

    if (!ends)
        return dk_fail_errno(error, "cannot open %s", disc->path);
    if (!candidate_read_ends(&inside, ends, ends + DK_PROBE_HEAD, error))
        return false;
    return format->read(&inside, disc, error);
}
