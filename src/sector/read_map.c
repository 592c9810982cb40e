/* What was read how: runs of sectors in order, whose neighbours differ. */
#include "util/memory.h"

#include <disckit/wrapper.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_AT_FIRST = 16 };

struct dk_read_map *dk_read_map_new(int32_t lba, uint32_t count)
{
    struct dk_read_map *map = memory_zeroed(sizeof *map);

    map->room = ROOM_AT_FIRST;
    map->runs = memory_resized(NULL, map->room, sizeof *map->runs);
    map->runs[0] = (struct dk_read_run){ lba, count, DK_READ_NOT_YET };
    map->count = 1;
    return map;
}

void dk_read_map_free(struct dk_read_map *map)
{
    if (!map)
        return;
    free(map->runs);
    free(map);
}

static int64_t end_of(const struct dk_read_run *run)
{
    return (int64_t)run->lba + run->count;
}

/* The run that holds `lba`, which is on the map. */
static size_t run_at(const struct dk_read_map *map, int64_t lba)
{
    size_t low = 0, high = map->count;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;

        if (map->runs[middle].lba <= lba)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Puts `new_count` runs in the place of [first, first + old_count). */
static void splice(struct dk_read_map *map, size_t first, size_t old_count, const struct dk_read_run *runs,
                   size_t new_count)
{
    const size_t behind = map->count - first - old_count;

    if (map->count + new_count > map->room) {
        map->room = 2 * map->room + new_count;
        map->runs = memory_resized(map->runs, map->room, sizeof *map->runs);
    }
    memmove(map->runs + first + new_count, map->runs + first + old_count, behind * sizeof *map->runs);
    memcpy(map->runs + first, runs, new_count * sizeof *runs);
    map->count = first + new_count + behind;
}

/* Appends a run to the few that are to be spliced in: an empty one not, one of the last one's state by growing that. */
static void append(struct dk_read_run *runs, size_t *count, int64_t begin, int64_t end, enum dk_read_state state)
{
    if (begin >= end)
        return;
    if (*count && runs[*count - 1].state == state)
        runs[*count - 1].count += (uint32_t)(end - begin);
    else
        runs[(*count)++] = (struct dk_read_run){ (int32_t)begin, (uint32_t)(end - begin), state };
}

void dk_read_map_mark(struct dk_read_map *map, int32_t lba, uint32_t count, enum dk_read_state state)
{
    const int64_t map_begin = map->runs[0].lba, map_end = end_of(&map->runs[map->count - 1]);
    const int64_t begin = lba > map_begin ? lba : map_begin;
    const int64_t end = (int64_t)lba + count < map_end ? (int64_t)lba + count : map_end;
    struct dk_read_run runs[5];
    size_t first, last, new_count = 0;

    if (begin >= end)
        return;
    first = run_at(map, begin);
    last = run_at(map, end - 1);
    if (map->runs[first].state == state && first == last)
        return;
    /* with a neighbour on either side, which may be of this state */
    if (first > 0)
        first--;
    if (last + 1 < map->count)
        last++;
    for (size_t i = first; i <= last && map->runs[i].lba < begin; i++)
        append(runs, &new_count, map->runs[i].lba, end_of(&map->runs[i]) < begin ? end_of(&map->runs[i]) : begin,
               map->runs[i].state);
    append(runs, &new_count, begin, end, state);
    for (size_t i = first; i <= last; i++)
        append(runs, &new_count, map->runs[i].lba > end ? map->runs[i].lba : end, end_of(&map->runs[i]),
               map->runs[i].state);
    splice(map, first, last - first + 1, runs, new_count);
}

uint64_t dk_read_map_total(const struct dk_read_map *map, enum dk_read_state state)
{
    uint64_t total = 0;

    for (size_t i = 0; i < map->count; i++)
        if (map->runs[i].state == state)
            total += map->runs[i].count;
    return total;
}
