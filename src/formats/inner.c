#include "formats/inner.h"
#include "formats/raw.h"

#include <stdlib.h>
#include <string.h>

static void free_bytes(uint8_t **bytes)
{
    free(*bytes);
}

enum {
    PIECE = 2048,
    FAILURES_MAX = 16, /* a block that cannot be decoded may be large, and each try takes its time */
};

/* Where a part cannot be decoded the rest may still say what it is: what is missing reads as zeros. */
static void read_pieces(struct dk_disc *disc, struct dk_store *store, uint8_t *to, size_t size, uint64_t offset)
{
    struct dk_error error;

    memset(to, 0, size);
    for (size_t at = 0, failures = 0; at < size && failures < FAILURES_MAX; at += PIECE) {
        if (dk_store_read(store, to + at, size - at < PIECE ? size - at : PIECE, offset + at, &error))
            continue;
        dk_note(&disc->notes, DK_NOTE_DAMAGE, "%s", error.text);
        failures++;
    }
}

static bool read_end(struct dk_disc *disc, struct dk_store *store, uint8_t *to, size_t size, uint64_t offset,
                     struct dk_error *error)
{
    if (dk_store_read(store, to, size, offset, error))
        return true;
    if (error->kind != DK_ERROR_DAMAGED)
        return false;
    read_pieces(disc, store, to, size, offset);
    return true;
}

bool inner_read(struct dk_disc *disc, struct dk_store *store, struct dk_error *error)
{
    DK_CLEANUP(free_bytes) uint8_t *ends = malloc(DK_PROBE_HEAD + DK_PROBE_TAIL);
    struct dk_candidate inside = {
        .store = store,
        .path = disc->path,
        .head = ends,
        .head_size = store->size < DK_PROBE_HEAD ? (size_t)store->size : DK_PROBE_HEAD,
        .tail_size = store->size < DK_PROBE_TAIL ? (size_t)store->size : DK_PROBE_TAIL,
    };
    struct raw_kind kind;

    if (!ends)
        return dk_fail_errno(error, "cannot open %s", disc->path);
    inside.tail = ends + DK_PROBE_HEAD;
    if (!read_end(disc, store, ends, inside.head_size, 0, error) ||
        !read_end(disc, store, ends + DK_PROBE_HEAD, inside.tail_size, store->size - inside.tail_size, error))
        return false;
    kind = raw_recognise(&inside);
    if (kind.bid == 0) {
        kind = (struct raw_kind){ .stored = DK_SECTOR_USER, .mode = DK_MODE1 };
        dk_note(&disc->notes, DK_NOTE_GUESS,
                "what is packed in it is no volume that is known: one track of %d-byte sectors", DK_SECTOR_USER);
    }
    return bare_sectors_read(&inside, &kind, disc, error);
}
