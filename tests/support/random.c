#include "support/random.h"

#include <stdlib.h>
#include <time.h>

uint64_t random_seed(void)
{
    static uint64_t seed;

    if (seed == 0) {
        const char *text = getenv("DISCKIT_SEED");
        struct timespec now;

        clock_gettime(CLOCK_REALTIME, &now);
        seed = text ? strtoull(text, NULL, 10) : (uint64_t)now.tv_sec * 1000003 + (uint64_t)now.tv_nsec;
        seed += seed == 0;
    }
    return seed;
}

struct random random_start(uint64_t stream)
{
    return (struct random){ random_seed() + stream * 0x9E3779B97F4A7C15 };
}

/* SplitMix64 (Steele, Lea, Flood 2014): every state gives a good number, so any seed will do. */
uint32_t random_next(struct random *random)
{
    uint64_t mixed = random->state += 0x9E3779B97F4A7C15;

    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
    return (uint32_t)(mixed >> 32);
}

uint32_t random_below(struct random *random, uint32_t limit)
{
    return (uint32_t)((uint64_t)random_next(random) * limit >> 32);
}

void random_fill(struct random *random, void *to, size_t count)
{
    uint8_t *at = to;

    for (size_t i = 0; i < count; i++)
        at[i] = (uint8_t)random_next(random);
}
