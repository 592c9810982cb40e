/* An arena: memory that is given out piece by piece and freed all at once, so that a parser never frees. */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stddef.h>

struct dk_arena;

struct dk_arena *arena_new(void);                                      /* ends the program where there is no memory */
void *arena_zeroed(struct dk_arena *arena, size_t count, size_t size); /* aligned for any type */
char *arena_copy(struct dk_arena *arena, const char *text, size_t length);
void arena_free(struct dk_arena *arena); /* and everything from it; NULL is fine */

#endif
