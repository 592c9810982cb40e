/* CHD: the chain of metadata. */
#include "formats/chd.h"
#include "util/arena.h"
#include "util/checked.h"
#include "util/cursor.h"

#include <inttypes.h>

enum {
    ENTRY_HEAD = 16, /* tag, flags, length, offset of the next */
    ENTRIES_MAX = 4096,
    TEXT_MAX = 1 << 20, /* of the contents that are read */
};

static bool seen(const struct chd *chd, uint64_t offset)
{
    for (size_t i = 0; i < chd->metadata_count; i++)
        if (chd->metadata[i].offset == offset + ENTRY_HEAD)
            return true;
    return false;
}

static bool read_entry(struct chd *chd, uint64_t *offset, struct dk_error *error)
{
    struct chd_metadata entry = { .offset = *offset + ENTRY_HEAD };
    uint8_t head[ENTRY_HEAD], *text;
    struct cursor cursor = cursor_over(head, sizeof head);
    uint64_t next;

    if (!range_inside(*offset, ENTRY_HEAD, chd->file->size))
        return dk_fail(error, DK_ERROR_DAMAGED, "%s: metadata are said to be at byte %" PRIu64 ", past its end",
                       chd->file->name, *offset);
    if (!dk_store_read(chd->file, head, sizeof head, *offset, error))
        return false;
    entry.tag = cursor_be32(&cursor);
    entry.flags = cursor_u8(&cursor);
    entry.size = (uint32_t)cursor_big_endian(&cursor, 3);
    next = cursor_be64(&cursor);
    if (!range_inside(entry.offset, entry.size, chd->file->size))
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: the metadata at byte %" PRIu64 " say that they have %" PRIu32 " bytes, past its end",
                       chd->file->name, *offset, entry.size);
    if (entry.size <= TEXT_MAX) {
        text = arena_zeroed(chd->arena, entry.size + (size_t)1, 1);
        if (!dk_store_read(chd->file, text, entry.size, entry.offset, error))
            return false;
        entry.text = (const char *)text;
    }
    chd->metadata = arena_grown(chd->arena, chd->metadata, chd->metadata_count, sizeof *chd->metadata);
    chd->metadata[chd->metadata_count++] = entry;
    *offset = next;
    return true;
}

bool chd_read_metadata(struct chd *chd, struct dk_error *error)
{
    uint64_t offset = chd->header.metadata_offset, read = 0;

    while (offset) {
        if (seen(chd, offset))
            return dk_fail(error, DK_ERROR_FORMAT, "%s: the chain of metadata comes back to byte %" PRIu64,
                           chd->file->name, offset);
        if (chd->metadata_count == ENTRIES_MAX)
            return dk_fail(error, DK_ERROR_FORMAT, "%s has more than %d metadata", chd->file->name, ENTRIES_MAX);
        if (!read_entry(chd, &offset, error))
            return false;
        read += chd->metadata[chd->metadata_count - 1].size;
        if (read > chd->file->size)
            return dk_fail(error, DK_ERROR_FORMAT, "%s: its metadata overlap each other", chd->file->name);
    }
    return true;
}

const struct chd_metadata *chd_find_metadata(const struct chd *chd, uint32_t tag)
{
    for (size_t i = 0; i < chd->metadata_count; i++)
        if (chd->metadata[i].tag == tag)
            return &chd->metadata[i];
    return NULL;
}
