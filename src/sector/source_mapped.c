/* A source that keeps a map of what was read. */
#include "sector/wrapper.h"

#include <stdlib.h>

struct mapped {
    struct dk_source source;
    struct dk_source *inner;
    struct dk_read_map *map;
};

static uint32_t mapped_read(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                            struct dk_error *error)
{
    const struct mapped *mapped = (const struct mapped *)source;
    const uint32_t got = dk_source_read(mapped->inner, lba, count, form, to, error);

    dk_read_map_mark(mapped->map, lba, got, DK_READ_GOOD);
    if (got < count && is_sector_error(error))
        dk_read_map_mark(mapped->map, lba + (int32_t)got, 1, DK_READ_BAD);
    return got;
}

static const struct dk_source_ops mapped_ops = { mapped_read, source_free };

struct dk_source *dk_source_mapped(struct dk_source *inner, struct dk_read_map *map)
{
    struct mapped *mapped = malloc(sizeof *mapped);

    if (!mapped)
        return NULL;
    *mapped = (struct mapped){ { &mapped_ops }, inner, map };
    return &mapped->source;
}
