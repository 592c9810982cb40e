#include "volume/places.h"

#include "util/memory.h"

#include <stdlib.h>

static uint64_t *slot_of(const struct places *places, uint64_t value)
{
    size_t at = (size_t)(value * 0x9E3779B97F4A7C15u >> 32) & (places->size - 1); /* Fibonacci hashing */

    while (places->slots[at] && places->slots[at] != value)
        at = (at + 1) & (places->size - 1);
    return &places->slots[at];
}

static void grow(struct places *places)
{
    const struct places old = *places;

    places->size = old.size ? 2 * old.size : 64;
    places->slots = memory_zeroed(places->size * sizeof *places->slots);
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i])
            *slot_of(places, old.slots[i]) = old.slots[i];
    free(old.slots);
}

bool places_add(struct places *places, uint64_t place)
{
    uint64_t *slot;

    if (2 * places->count >= places->size)
        grow(places);
    slot = slot_of(places, place + 1);
    if (*slot)
        return false;
    *slot = place + 1;
    places->count++;
    return true;
}

void places_free(struct places *places)
{
    free(places->slots);
    *places = (struct places){ 0 };
}
