/* A part of a source: what lies outside cannot be read. */
#include "sector/wrapper.h"

#include <inttypes.h>
#include <stdlib.h>

struct slice {
    struct dk_source source;
    struct dk_source *inner;
    int64_t begin, end; /* LBA */
};

static uint32_t slice_read(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                           struct dk_error *error)
{
    const struct slice *slice = (const struct slice *)source;
    uint32_t inside = 0, got;

    if (lba >= slice->begin && lba < slice->end)
        inside = slice->end - lba < count ? (uint32_t)(slice->end - lba) : count;
    got = inside ? dk_source_read(slice->inner, lba, inside, form, to, error) : 0;
    if (got == inside && inside < count)
        dk_fail(error, DK_ERROR_DAMAGED, "LBA %" PRId64 " lies outside LBA %" PRId64 " to %" PRId64,
                (int64_t)lba + inside, slice->begin, slice->end - 1);
    return got;
}

static const struct dk_source_ops slice_ops = { slice_read, source_free };

struct dk_source *dk_source_slice(struct dk_source *inner, int32_t lba, uint32_t count)
{
    struct slice *slice = malloc(sizeof *slice);

    if (!slice)
        return NULL;
    *slice = (struct slice){ { &slice_ops }, inner, lba, (int64_t)lba + count };
    return &slice->source;
}
