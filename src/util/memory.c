#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>

static void *or_end(void *memory)
{
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

void *memory_zeroed(size_t size)
{
    return or_end(calloc(1, size));
}

void *memory_resized(void *items, size_t count, size_t size)
{
    return or_end(reallocarray(items, count, size));
}
