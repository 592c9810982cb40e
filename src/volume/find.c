/* Finding the volumes of a track. */
#include "util/text.h"
#include "volume/found.h"

#include <string.h>

const char *dk_volume_kind_name(enum dk_volume_kind kind)
{
    static const char *const names[] = { "iso9660", "joliet", "udf", "hfs", "high-sierra", "cd-i" };

    return names[kind];
}

struct dk_volume *found_add(struct found *found, struct dk_volume volume)
{
    struct dk_volumes *volumes = found->volumes;
    struct dk_volume *items = arena_zeroed(volumes->arena, volumes->count + 1, sizeof *items);

    volume.track = found->track;
    if (volumes->count)
        memcpy(items, volumes->items, volumes->count * sizeof *items);
    items[volumes->count] = volume;
    volumes->items = items;
    return &items[volumes->count++];
}

bool found_read(const struct found *found, uint64_t offset, void *to, size_t count)
{
    const struct blocks blocks = { .source = found->volumes->source };
    const uint64_t size = (uint64_t)found->count * DK_SECTOR_USER;
    struct dk_error ignored;

    return offset <= size && count <= size - offset &&
           blocks_read(&blocks, (struct place){ found->lba, 0 }, offset, to, count, &ignored);
}

const char *found_text(const struct found *found, const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;

    length = strnlen(text, length);
    while (length && text[length - 1] == ' ')
        length--;
    if (text_is_utf8(text, length))
        return arena_copy(found->volumes->arena, text, length);
    return text_escaped(found->volumes->arena, text, length);
}

struct dk_volumes *dk_volumes_find(struct dk_source *source, unsigned track, int32_t lba, uint32_t count,
                                   struct dk_error *error)
{
    struct dk_arena *arena = arena_new();
    struct dk_volumes *volumes = arena_zeroed(arena, 1, sizeof *volumes);
    struct found found = { volumes, track, lba, count };

    (void)error; /* what can't be read is a note: one lost sector must not hide the rest */
    *volumes = (struct dk_volumes){ .source = source, .track_lba = lba, .track_count = count, .arena = arena };
    find_iso9660(&found);
    find_udf(&found);
    find_hfs(&found);
    return volumes;
}

void dk_volumes_free(struct dk_volumes *volumes)
{
    if (!volumes)
        return;
    dk_notes_free(&volumes->notes);
    arena_free(volumes->arena);
}
