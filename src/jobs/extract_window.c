/* Files that wait for their turn: so many that reading them in order of LBA pays, so few that memory is bounded. */
#include "jobs/extraction.h"
#include "util/arena.h"

#include <stdlib.h>
#include <string.h>

enum {
    WINDOW_FILES = 16384,
    WINDOW_BYTES = 6 << 20,
    GAP = 8, /* sectors that are sooner read than skipped */
};

bool window_open(struct window *window, struct dk_error *error)
{
    *window = (struct window){ .entries = malloc(WINDOW_FILES * sizeof *window->entries) };
    if (!window->entries)
        return dk_fail_errno(error, "cannot extract");
    window->arena = arena_new();
    return true;
}

void window_close(struct window *window)
{
    arena_free(window->arena);
    free(window->entries);
}

void window_add(struct window *window, const struct dk_entry *entry)
{
    const size_t extents = entry->extent_count * sizeof *entry->extents;
    struct dk_entry *copy = arena_zeroed(window->arena, 1, sizeof *copy);
    struct dk_file_extent *places = arena_zeroed(window->arena, entry->extent_count, sizeof *places);

    *copy = *entry;
    copy->path = arena_copy(window->arena, entry->path, entry->path_length);
    copy->name = copy->path + (entry->name - entry->path);
    if (extents)
        memcpy(places, entry->extents, extents);
    copy->extents = places;
    copy->target = NULL;
    copy->raw_name = NULL;
    /* an empty file has no place: it stays beside the one before it, whose directory is open */
    if (!entry->extent_count && window->count)
        copy->lba = window->entries[window->count - 1]->lba;
    window->entries[window->count++] = copy;
    window->bytes += sizeof *copy + extents + entry->path_length;
}

bool window_is_full(const struct window *window)
{
    return window->count == WINDOW_FILES || window->bytes >= WINDOW_BYTES;
}

static int by_lba(const void *a, const void *b)
{
    const struct dk_entry *left = *(struct dk_entry *const *)a, *right = *(struct dk_entry *const *)b;

    return (left->lba > right->lba) - (left->lba < right->lba);
}

void window_sort(struct window *window)
{
    qsort(window->entries, window->count, sizeof *window->entries, by_lba);
}

uint32_t window_run(const struct window *window, size_t i, size_t stop)
{
    const int64_t start = window->entries[i]->lba;
    int64_t end = start;

    for (; i < stop && end - start < READER_SECTORS; i++) {
        const struct dk_entry *entry = window->entries[i];
        int64_t its_end = entry->lba;

        if (entry->lba > end + GAP || entry->extent_count > 1)
            break;
        if (entry->extent_count)
            its_end += (int64_t)extent_sectors(&entry->extents[0]);
        end = its_end > end ? its_end : end;
    }
    return end - start < READER_SECTORS ? (uint32_t)(end - start) : READER_SECTORS;
}

void window_empty(struct window *window)
{
    arena_free(window->arena);
    window->arena = arena_new();
    window->count = 0;
    window->bytes = 0;
}
