/* A part of a store as a store. */
#include "util/checked.h"

#include <disckit/bytes.h>
#include <stdlib.h>

struct slice_store {
    struct dk_store store;
    struct dk_store *whole;
    uint64_t offset;
};

static bool slice_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *error)
{
    const struct slice_store *slice = (const struct slice_store *)store;

    return dk_store_read(slice->whole, to, count, slice->offset + offset, error);
}

static int slice_plain_file(struct dk_store *store, uint64_t *start)
{
    const struct slice_store *slice = (const struct slice_store *)store;
    const int fd = dk_store_plain_file(slice->whole, start);

    if (fd >= 0)
        *start += slice->offset;
    return fd;
}

static void slice_destroy(struct dk_store *store)
{
    dk_store_close(((struct slice_store *)store)->whole);
    free(store);
}

static const struct dk_store_ops slice_ops = {
    .read = slice_read,
    .plain_file = slice_plain_file,
    .destroy = slice_destroy,
};

struct dk_store *dk_store_slice(struct dk_store *whole, uint64_t offset, uint64_t size, struct dk_error *error)
{
    struct slice_store *slice;

    if (!range_inside(offset, size, whole->size)) {
        dk_fail(error, DK_ERROR_DAMAGED, "%s ends at byte %ju, and bytes %ju to %ju were wanted", whole->name,
                (uintmax_t)whole->size, (uintmax_t)offset, (uintmax_t)offset + size);
        return NULL;
    }
    slice = malloc(sizeof *slice);
    if (!slice) {
        dk_fail_errno(error, "cannot open a part of %s", whole->name);
        return NULL;
    }
    slice->store.ops = &slice_ops;
    slice->store.size = size;
    slice->store.name = whole->name;
    slice->store.users = 1;
    slice->whole = dk_store_use(whole);
    slice->offset = offset;
    return &slice->store;
}
