/* Pseudo-random bytes that a failure can be repeated with: suite_run() prints the seed, DISCKIT_SEED sets it. */
#ifndef SUPPORT_RANDOM_H
#define SUPPORT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

uint64_t random_seed(void); /* of this run: from the environment, else from the clock */
/* A run of numbers of its own for each `stream`, so that one test's use does not move another's. */
struct random random_start(uint64_t stream);
uint32_t random_next(struct random *random);
uint32_t random_below(struct random *random, uint32_t limit); /* 0 .. limit - 1 */
void random_fill(struct random *random, void *to, size_t count);

#endif
