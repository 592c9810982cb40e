/* Discs of the GameCube and the Wii, of whose sizes their containers say nothing. */
#ifndef FORMATS_NINTENDO_H
#define FORMATS_NINTENDO_H

#include <disckit/format.h>

/*
 * Bytes of a disc whose header lies at `header_at` of `store` and whose last block in use goes from `last` to `end`:
 * what all discs of its kind have, where that block begins within it; else `end`.
 */
uint64_t nintendo_size(struct dk_store *store, uint64_t header_at, uint64_t last, uint64_t end);

#endif
