/*
 * Memory that is not asked for at an image's word: running out of it is the end of the program, not an error to pass
 * up.
 */
#ifndef UTIL_MEMORY_H
#define UTIL_MEMORY_H

#include <stddef.h>

void *memory_zeroed(size_t size);
/* As realloc(), of `count` items. */
void *memory_resized(void *items, size_t count, size_t size);

#endif
