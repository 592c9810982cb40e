/*
 * Sources over sources. Each uses the inner source without owning it: the inner one must outlive it, and
 * dk_source_close() of the wrapper leaves it open. They can be stacked in any order. NULL: there is no memory. A
 * wrapper is for one thread at a time.
 */
#ifndef DISCKIT_WRAPPER_H
#define DISCKIT_WRAPPER_H

#include <disckit/sector.h>

/* Only [lba, lba + count): a track, a session, a gap. What lies outside is an error. Addresses stay those of the disc.
 */
DK_API struct dk_source *dk_source_slice(struct dk_source *inner, int32_t lba, uint32_t count);

/*
 * Reads a sector that fails up to `times` more, alone; not where the file with it is missing, or somebody said stop.
 */
DK_API struct dk_source *dk_source_retry(struct dk_source *inner, unsigned times);

struct hash_set;
/*
 * Adds to `set`, which must outlive it, the sectors from `lba` on as they are read in `form`: each once and in order,
 * so that sectors that are read again change nothing. A read that would leave sectors out is an error. What is read
 * in another form goes by.
 */
DK_API struct dk_source *dk_source_hashed(struct dk_source *inner, enum dk_form form, int32_t lba,
                                          struct hash_set *set);

/* What was read how: a list of runs of sectors, merged, in order of LBA. */
enum dk_read_state { DK_READ_NOT_YET, DK_READ_GOOD, DK_READ_BAD };
struct dk_read_run {
    int32_t lba;
    uint32_t count;
    enum dk_read_state state;
};
struct dk_read_map {
    struct dk_read_run *runs; /* all of the map, without gaps; neighbours differ in their state */
    size_t count;
    size_t room; /* runs that fit before it has to grow */
};
/* A map that starts as one run that was not read yet. */
DK_API struct dk_read_map *dk_read_map_new(int32_t lba, uint32_t count);
/* What lies outside the map is left out. */
DK_API void dk_read_map_mark(struct dk_read_map *map, int32_t lba, uint32_t count, enum dk_read_state state);
DK_API uint64_t dk_read_map_total(const struct dk_read_map *map, enum dk_read_state state); /* sectors */
DK_API void dk_read_map_free(struct dk_read_map *map);                                      /* NULL is fine */
/* Marks in `map`, which must outlive it, what was read and what failed. */
DK_API struct dk_source *dk_source_mapped(struct dk_source *inner, struct dk_read_map *map);

/*
 * For tests: fails by list, one fault a line: "bad 120", "bad 120-130", "flaky 200 2" (fails twice, then reads),
 * "slow 300-310 50" (milliseconds a sector); empty lines and those with # are left out. NULL: `error` names the line
 * that is no fault.
 */
DK_API struct dk_source *dk_source_faults(struct dk_source *inner, const char *list, struct dk_error *error);

#endif
