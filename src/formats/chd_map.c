/* CHD: the map, which says of each hunk where it lies, in the four forms that it had over the years. */
#include "formats/chd.h"
#include "util/arena.h"
#include "util/checked.h"
#include "util/cursor.h"

#include <inttypes.h>

enum {
    ENTRY_V1 = 8,
    ENTRY_V3 = 16,
    ENTRY_V5_PLAIN = 4,
    TYPE_V3 = 0x0F, /* of the flags of an entry of version 3 */
    NO_CRC_V3 = 0x10,
    MAP_MAX = 512 << 20, /* bytes in memory */
    MAP_LARGE = 48 << 20,
};

/* ---- One entry ---- */

static struct chd_hunk entry_v1(const struct chd *chd, uint64_t index)
{
    struct cursor cursor = cursor_over(chd->map + index * ENTRY_V1, ENTRY_V1);
    const uint64_t entry = cursor_be64(&cursor);
    struct chd_hunk hunk = { .length = (uint32_t)(entry >> 44), .offset = entry & ((1ULL << 44) - 1) };

    hunk.kind = hunk.length == chd->header.hunk_size ? CHD_STORED : CHD_PACKED;
    return hunk;
}

static struct chd_hunk entry_v3(const struct chd *chd, uint64_t index)
{
    static const uint8_t kinds[] = { CHD_BAD, CHD_PACKED, CHD_STORED, CHD_REPEAT, CHD_SELF, CHD_PARENT };
    struct cursor cursor = cursor_over(chd->map + index * ENTRY_V3, ENTRY_V3);
    struct chd_hunk hunk = { .offset = cursor_be64(&cursor), .crc = cursor_be32(&cursor) };
    uint8_t flags;

    hunk.length = cursor_be16(&cursor);
    hunk.length |= (uint32_t)cursor_u8(&cursor) << 16;
    flags = cursor_u8(&cursor);
    hunk.kind = (flags & TYPE_V3) < sizeof kinds ? kinds[flags & TYPE_V3] : CHD_BAD;
    hunk.check = flags & NO_CRC_V3 ? CHD_UNCHECKED : CHD_CRC32;
    if (hunk.kind == CHD_STORED)
        hunk.length = chd->header.hunk_size;
    if (hunk.kind == CHD_PARENT && /* the entry has a hunk */
        !checked_multiply(hunk.offset, chd->header.hunk_size / chd->header.unit_size, &hunk.offset))
        hunk.kind = CHD_BAD;
    return hunk;
}

static struct chd_hunk entry_v5(const struct chd *chd, uint64_t index)
{
    struct cursor cursor = cursor_over(chd->map + index * CHD_ENTRY_V5, CHD_ENTRY_V5);
    struct chd_hunk hunk = { .kind = cursor_u8(&cursor) };

    hunk.length = (uint32_t)cursor_big_endian(&cursor, 3);
    hunk.offset = cursor_big_endian(&cursor, 6);
    hunk.crc = cursor_be16(&cursor);
    hunk.check = hunk.kind <= CHD_STORED ? CHD_CRC16 : CHD_UNCHECKED;
    return hunk;
}

static struct chd_hunk entry_v5_plain(const struct chd *chd, uint64_t index)
{
    struct cursor cursor = cursor_over(chd->map + index * ENTRY_V5_PLAIN, ENTRY_V5_PLAIN);
    const uint64_t place = cursor_be32(&cursor);
    const uint32_t size = chd->header.hunk_size;

    if (place == 0)
        return (struct chd_hunk){ .kind = CHD_ABSENT };
    return (struct chd_hunk){ .kind = CHD_STORED, .length = size, .offset = place * size };
}

struct map_kind {
    unsigned entry_size;
    unsigned offset_at, offset_size; /* of the offset, where a hunk can be the copy of another */
    struct chd_hunk (*entry)(const struct chd *chd, uint64_t index);
};

static const struct map_kind *map_kind_of(const struct chd_header *header)
{
    static const struct map_kind kinds[] = {
        { 0, 0, 0, NULL },
        { ENTRY_V1, 0, 0, entry_v1 },
        { ENTRY_V1, 0, 0, entry_v1 },
        { ENTRY_V3, 0, 8, entry_v3 },
        { ENTRY_V3, 0, 8, entry_v3 },
        { CHD_ENTRY_V5, 4, 6, entry_v5 },
    };
    static const struct map_kind plain = { ENTRY_V5_PLAIN, 0, 0, entry_v5_plain };

    return header->version == 5 && !header->compressed ? &plain : &kinds[header->version];
}

static bool may_be(const struct chd *chd, uint64_t index, const struct chd_hunk *hunk)
{
    switch (hunk->kind) {
    case CHD_SELF:
        return hunk->offset < index;
    case CHD_PARENT:
        return chd->parent && hunk->offset <= chd->parent->size / chd->parent_unit &&
               hunk->offset * chd->parent_unit < chd->parent->size;
    case CHD_REPEAT:
    case CHD_ABSENT:
        return true;
    default:
        return hunk->kind <= CHD_STORED && range_inside(hunk->offset, hunk->length, chd->file->size);
    }
}

struct chd_hunk chd_hunk_at(const struct chd *chd, uint64_t index)
{
    struct chd_hunk hunk = map_kind_of(&chd->header)->entry(chd, index);

    if (!may_be(chd, index, &hunk))
        hunk.kind = CHD_BAD;
    return hunk;
}

/* ---- The whole of it ---- */

static bool read_plain(struct chd *chd, struct dk_error *error)
{
    const struct chd_header *header = &chd->header;
    const uint64_t size = (uint64_t)header->hunk_count * map_kind_of(header)->entry_size;

    if (!range_inside(header->map_offset, size, chd->file->size))
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: a map of %" PRIu32 " hunks at byte %" PRIu64 " does not fit into its %" PRIu64 " bytes",
                       chd->file->name, header->hunk_count, header->map_offset, chd->file->size);
    chd->map = arena_zeroed(chd->arena, (size_t)size, 1);
    return dk_store_read(chd->file, chd->map, (size_t)size, header->map_offset, error);
}

/* The copy of a copy becomes one of what that was made of, so that no chain is ever followed. */
static void shorten(struct chd *chd, uint32_t index, uint64_t original)
{
    const struct map_kind *kind = map_kind_of(&chd->header);
    uint8_t *offset = chd->map + (size_t)index * kind->entry_size + kind->offset_at;

    for (unsigned i = kind->offset_size; i > 0; i--) {
        offset[i - 1] = (uint8_t)original;
        original >>= 8;
    }
}

static void settle(struct chd *chd, struct dk_notes *notes)
{
    uint32_t count = 0, first = 0;

    for (uint32_t i = 0; i < chd->header.hunk_count; i++) {
        const struct chd_hunk hunk = chd_hunk_at(chd, i);

        if (hunk.kind == CHD_BAD)
            first = count++ ? first : i;
        if (hunk.kind == CHD_SELF) {
            const struct chd_hunk original = chd_hunk_at(chd, hunk.offset);

            if (original.kind == CHD_SELF)
                shorten(chd, i, original.offset);
        }
    }
    if (count)
        dk_note(notes, DK_NOTE_DAMAGE,
                "%s: %" PRIu32 " of %" PRIu32 " hunks, the first of them %" PRIu32
                ", cannot be where the map says: past the end of the file, or a copy of what is not before it",
                chd->file->name, count, chd->header.hunk_count, first);
}

bool chd_read_map(struct chd *chd, struct dk_notes *notes, struct dk_error *error)
{
    const struct chd_header *header = &chd->header;
    const uint64_t size = (uint64_t)header->hunk_count * map_kind_of(header)->entry_size;
    const bool packed = header->version == 5 && header->compressed;

    if (size > MAP_MAX)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the map of its %" PRIu32 " hunks takes %" PRIu64 " MiB of memory, and %d are the limit",
                       chd->file->name, header->hunk_count, size >> 20, MAP_MAX >> 20);
    if (!(packed ? chd_expand_map(chd, error) : read_plain(chd, error)))
        return false;
    if (size > MAP_LARGE)
        dk_note(notes, DK_NOTE_GUESS, "the map of its %" PRIu32 " hunks takes %" PRIu64 " MiB of memory",
                header->hunk_count, size >> 20);
    settle(chd, notes);
    return true;
}
