/* What all kinds of store share. */
#include "util/checked.h"

#include <disckit/bytes.h>

struct dk_store *dk_store_use(struct dk_store *store)
{
    store->users++;
    return store;
}

void dk_store_close(struct dk_store *store)
{
    if (store && --store->users == 0)
        store->ops->destroy(store);
}

bool dk_store_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *error)
{
    if (!range_inside(offset, count, store->size))
        return dk_fail(error, DK_ERROR_DAMAGED, "%s ends at byte %ju, and bytes %ju to %ju were wanted", store->name,
                       (uintmax_t)store->size, (uintmax_t)offset, (uintmax_t)offset + count);
    return count == 0 || store->ops->read(store, to, count, offset, error); /* for nothing `to` may be NULL */
}

int dk_store_plain_file(struct dk_store *store, uint64_t *start)
{
    return store->ops->plain_file ? store->ops->plain_file(store, start) : -1;
}
