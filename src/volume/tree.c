/* Opening a tree, and reading what lies in it. */
#include "volume/tree.h"

#include "util/memory.h"
#include "volume/zisofs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct blocks blocks_of(const struct dk_volumes *volumes, const struct dk_volume *volume)
{
    return (struct blocks){
        .source = volumes->source,
        .base = volume->base,
        .block_size = volume->block_size,
        .first = volumes->track_lba,
        .count = volumes->track_count,
    };
}

/* ---- Which one ---- */

static bool is_plain(const struct dk_volume *volume)
{
    return volume->kind == DK_VOLUME_ISO9660 && !volume->variant;
}

static bool is_enhanced(const struct dk_volume *volume)
{
    return volume->kind == DK_VOLUME_ISO9660 && volume->variant;
}

static bool is_joliet(const struct dk_volume *volume)
{
    return volume->kind == DK_VOLUME_JOLIET;
}

static bool has_rock_ridge(const struct dk_volume *volume)
{
    return volume->rock_ridge;
}

/* The best first. */
static const struct choice {
    enum dk_tree_kind kind;
    enum naming naming;
    bool (*suits)(const struct dk_volume *volume);
    const char *name;
} choices[] = {
    { DK_TREE_ROCK_RIDGE, NAMES_ROCK_RIDGE, has_rock_ridge, "Rock Ridge" },
    { DK_TREE_JOLIET, NAMES_JOLIET, is_joliet, "Joliet" },
    { DK_TREE_BEST, NAMES_BYTES, is_enhanced, "ISO 9660:1999" },
    { DK_TREE_ISO, NAMES_ISO, is_plain, "ISO 9660" },
    { DK_TREE_ISO, NAMES_BYTES, is_enhanced, "ISO 9660" },
};

/* How much a tree may be worse than the rest before another takes its place, where nobody asked for it by name. */
enum { FULL, EMPTY, WRECKED, STATES };

static int state_of(const struct dk_volume *volume)
{
    return volume->wrecked ? WRECKED : volume->empty ? EMPTY : FULL;
}

static const struct dk_volume *find_volume(const struct dk_volumes *volumes, const struct choice *choice, int state)
{
    for (size_t i = 0; i < volumes->count; i++)
        if (choice->suits(&volumes->items[i]) && state_of(&volumes->items[i]) <= state)
            return &volumes->items[i];
    return NULL;
}

static const struct dk_volume *choose(const struct dk_volumes *volumes, enum dk_tree_kind kind,
                                      const struct choice **chosen)
{
    for (int state = kind == DK_TREE_BEST ? FULL : WRECKED; state < STATES; state++)
        for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
            const struct dk_volume *volume;

            if (kind != DK_TREE_BEST && choices[i].kind != kind)
                continue;
            volume = find_volume(volumes, &choices[i], state);
            if (volume) {
                *chosen = &choices[i];
                return volume;
            }
        }
    return NULL;
}

static void say_why_not(const struct dk_volumes *volumes, enum dk_tree_kind kind, struct dk_error *error)
{
    if (kind == DK_TREE_BEST && volumes->count) { /* all those of ISO 9660 have a tree */
        const struct dk_volume *volume = &volumes->items[0];

        dk_fail(error, DK_ERROR_FORMAT, "the volume \"%s\" is %s: it is recognised, and not read yet",
                volume->label ? volume->label : "",
                volume->variant ? volume->variant : dk_volume_kind_name(volume->kind));
        return;
    }
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (choices[i].kind == kind && kind != DK_TREE_BEST) {
            dk_fail(error, DK_ERROR_FORMAT, "there is no %s tree", choices[i].name);
            return;
        }
    dk_fail(error, DK_ERROR_FORMAT, "there is no volume with a tree: ISO 9660, Joliet and Rock Ridge were looked for");
}

struct dk_tree *dk_tree_open(const struct dk_volumes *volumes, enum dk_tree_kind kind, struct dk_notes *notes,
                             struct dk_error *error)
{
    const struct choice *choice;
    const struct dk_volume *volume = choose(volumes, kind, &choice);
    struct dk_tree *tree;

    if (!volume) {
        say_why_not(volumes, kind, error);
        return NULL;
    }
    tree = memory_zeroed(sizeof *tree);
    tree->volumes = volumes;
    tree->volume = volume;
    tree->kind = choice->kind == DK_TREE_BEST ? DK_TREE_ISO : choice->kind;
    tree->naming = choice->naming;
    tree->notes = notes;
    tree->blocks = blocks_of(volumes, volume);
    tree->susp.blocks = &tree->blocks;
    tree->susp.skip = volume->susp_skip;
    return tree;
}

void dk_tree_close(struct dk_tree *tree)
{
    if (!tree)
        return;
    zisofs_forget(tree);
    free(tree);
}

enum dk_tree_kind dk_tree_kind(const struct dk_tree *tree)
{
    return tree->kind;
}

const struct dk_volume *dk_tree_volume(const struct dk_tree *tree)
{
    return tree->volume;
}

/* ---- Contents ---- */

bool tree_read_recorded(struct dk_tree *tree, const struct dk_entry *entry, uint64_t offset, void *to, size_t count,
                        struct dk_error *error)
{
    uint8_t *at = to;

    for (size_t i = 0; i < entry->extent_count && count; i++) {
        const struct dk_file_extent *extent = &entry->extents[i];
        const struct place place = { extent->lba, extent->skip };
        size_t piece;

        if (offset >= extent->size) {
            offset -= extent->size;
            continue;
        }
        piece = extent->size - offset < count ? (size_t)(extent->size - offset) : count;
        if (!blocks_read(&tree->blocks, place, offset, at, piece, error))
            return false;
        at += piece;
        count -= piece;
        offset = 0;
    }
    if (count)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s is %zu bytes shorter than it should be", entry->path, count);
    return true;
}

bool dk_tree_read(struct dk_tree *tree, const struct dk_entry *entry, uint64_t offset, void *to, size_t count,
                  struct dk_error *error)
{
    return entry->zisofs_version ? zisofs_read(tree, entry, offset, to, count, error)
                                 : tree_read_recorded(tree, entry, offset, to, count, error);
}
