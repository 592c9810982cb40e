/* An arena: memory that is given out piece by piece and freed all at once, so that a parser never frees. */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stddef.h>

struct dk_arena;

struct dk_arena *arena_new(void);                                      /* ends the program where there is no memory */
void *arena_zeroed(struct dk_arena *arena, size_t count, size_t size); /* aligned for any type */
/*
 * An array that is to take one item more: `items` has `count` of `size` bytes, and grows by doubling; what it outgrew
 * stays in the arena until the end. Start with NULL and 0.
 */
void *arena_grown(struct dk_arena *arena, void *items, size_t count, size_t size);
char *arena_copy(struct dk_arena *arena, const char *text, size_t length);
void arena_free(struct dk_arena *arena); /* and everything from it; NULL is fine */

#endif
