#include "volume/susp.h"

#include "util/cursor.h"
#include "volume/numbers.h"

#include <string.h>

enum { FIELD_LEAST = 4, CE_LENGTH = 28 };

/* A continuation that a CE field (SUSP 5.1) points at. */
struct continuation {
    bool given;
    uint32_t block, offset, length;
};

/* A CD-ROM XA record: owner, attributes, "XA". A name in a first field may have these letters there, too. */
static bool is_xa(const uint8_t *area, size_t size)
{
    return size >= SUSP_XA_SIZE && area[6] == 'X' && area[7] == 'A' && !(area[2] >= FIELD_LEAST && area[3] == 1);
}

size_t susp_start(const struct susp *susp, const uint8_t *area, size_t size)
{
    if (is_xa(area, size))
        return SUSP_XA_SIZE;
    return susp->skip < size ? susp->skip : size;
}

static bool is_field(const uint8_t *field, const char *signature)
{
    return field[0] == (uint8_t)signature[0] && field[1] == (uint8_t)signature[1];
}

/* False: a field ST says that nothing follows, here or elsewhere. */
static bool walk_area(struct cursor cursor, susp_visit *visit, void *context, struct continuation *next,
                      const char **damage)
{
    while (cursor_left(&cursor) >= FIELD_LEAST) {
        const uint8_t *field = cursor.at;
        const size_t length = field[2];

        if (field[0] == 0) /* padding */
            break;
        if (length < FIELD_LEAST || length > cursor_left(&cursor)) {
            *damage = length < FIELD_LEAST ? "a field of its system use area has no length"
                                           : "a field of its system use area runs past the end";
            break;
        }
        cursor_skip(&cursor, length);
        if (is_field(field, "ST"))
            return false;
        if (is_field(field, "CE") && length >= CE_LENGTH)
            *next = (struct continuation){ true, both32(field + 4), both32(field + 12), both32(field + 20) };
        else
            visit(context, field, length);
    }
    return true;
}

/* Reads a continuation into susp->area; returns how much of it is there. */
static size_t read_continuation(struct susp *susp, struct continuation from, const char **damage)
{
    const bool long_one = (uint64_t)from.offset + from.length > susp->blocks->block_size;
    const size_t length = from.length < SUSP_CONTINUATION_SIZE ? from.length : SUSP_CONTINUATION_SIZE;
    struct place place;
    struct dk_error error;

    if (long_one)
        *damage = "a continuation of its system use area leaves its block";
    if (!blocks_place(susp->blocks, from.block, &place)) {
        *damage = "a continuation of its system use area lies beyond the end of the disc";
        return 0;
    }
    if (!long_one && place.skip + from.offset + length <= DK_SECTOR_USER) {
        if (!susp->cached || susp->cached_lba != place.lba)
            susp->cached = dk_source_read(susp->blocks->source, place.lba, 1, DK_FORM_USER, susp->cache, &error) == 1;
        susp->cached_lba = place.lba;
        if (susp->cached)
            memcpy(susp->area, susp->cache + place.skip + from.offset, length);
        if (susp->cached)
            return length;
    } else if (blocks_read(susp->blocks, place, from.offset, susp->area, length, &error)) {
        return length;
    }
    *damage = "a continuation of its system use area can't be read";
    return 0;
}

void susp_walk(struct susp *susp, const uint8_t *area, size_t size, susp_visit *visit, void *context,
               const char **damage)
{
    uint64_t seen[SUSP_CONTINUATIONS_MAX];
    struct cursor cursor = cursor_over(area, size);

    for (size_t hops = 0;; hops++) {
        struct continuation next = { 0 };

        if (!walk_area(cursor, visit, context, &next, damage) || !next.given)
            return;
        for (size_t i = 0; i < hops; i++)
            if (seen[i] == ((uint64_t)next.block << 32 | next.offset)) {
                *damage = "its system use area is continued in a loop";
                return;
            }
        if (hops == SUSP_CONTINUATIONS_MAX) {
            *damage = "its system use area has more than 32 continuations";
            return;
        }
        seen[hops] = (uint64_t)next.block << 32 | next.offset;
        cursor = cursor_over(susp->area, read_continuation(susp, next, damage));
    }
}
