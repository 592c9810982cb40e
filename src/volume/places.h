/* A set of places on the disc that were visited: how loops are found. */
#ifndef VOLUME_PLACES_H
#define VOLUME_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialised it is empty. */
struct places {
    uint64_t *slots; /* place + 1; 0 is a free one */
    size_t size;     /* a power of two, or 0 */
    size_t count;
};

/* False: it was there already. */
bool places_add(struct places *places, uint64_t place);
void places_free(struct places *places);

#endif
