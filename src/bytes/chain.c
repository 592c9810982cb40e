/* Several stores, one behind the other, as one: split images. */
#include "util/checked.h"

#include <disckit/bytes.h>
#include <stdlib.h>
#include <string.h>

struct chain_part {
    struct dk_store *store;
    uint64_t offset; /* of its first byte in the chain */
};

struct chain_store {
    struct dk_store store;
    char *name;
    size_t count;
    struct chain_part parts[];
};

/* The part that holds `offset`, which lies inside the chain: the last one that begins at or before it and is not empty.
 */
static size_t part_at(const struct chain_store *chain, uint64_t offset)
{
    size_t low = 0, high = chain->count;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;

        if (chain->parts[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static bool chain_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *error)
{
    const struct chain_store *chain = (const struct chain_store *)store;
    char *at = to;

    for (size_t i = count ? part_at(chain, offset) : chain->count; count; i++) {
        const struct chain_part *part = &chain->parts[i];
        const uint64_t inside = offset - part->offset, left = part->store->size - inside;
        const size_t piece = count < left ? count : (size_t)left;

        if (!dk_store_read(part->store, at, piece, inside, error))
            return false;
        at += piece;
        offset += piece;
        count -= piece;
    }
    return true;
}

static void chain_destroy(struct dk_store *store)
{
    struct chain_store *chain = (struct chain_store *)store;

    for (size_t i = 0; i < chain->count; i++)
        dk_store_close(chain->parts[i].store);
    free(chain->name);
    free(chain);
}

static const struct dk_store_ops chain_ops = {
    .read = chain_read,
    .destroy = chain_destroy,
};

struct dk_store *dk_store_chain(struct dk_store *const *parts, size_t count, const char *name, struct dk_error *error)
{
    struct chain_store *chain = calloc(1, sizeof *chain + count * sizeof *chain->parts);
    uint64_t size = 0;

    if (!chain || !(chain->name = strdup(name))) {
        dk_fail_errno(error, "cannot open the parts of %s", name);
        free(chain);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        chain->parts[i] = (struct chain_part){ dk_store_use(parts[i]), size };
        chain->count++;
        if (!checked_add(size, parts[i]->size, &size)) {
            dk_fail(error, DK_ERROR_FORMAT, "the parts of %s are larger than any file", name);
            chain_destroy(&chain->store);
            return NULL;
        }
    }
    chain->store.ops = &chain_ops;
    chain->store.size = size;
    chain->store.name = chain->name;
    chain->store.users = 1;
    return &chain->store;
}
