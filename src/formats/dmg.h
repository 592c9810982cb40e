/* DMG: what an Apple disk image (UDIF) says of itself, before it becomes blocks. */
#ifndef FORMATS_DMG_H
#define FORMATS_DMG_H

#include "formats/wrapped.h"

#include <disckit/format.h>

enum { DMG_SECTOR = 512, DMG_TRAILER = 512 };

/* The block with the signature `koly`, in the end of each file or at its beginning. */
struct dmg_koly {
    uint64_t running_offset; /* of this file's data in the data of all files */
    uint64_t data_at, data_size;
    uint64_t fork_at, fork_size; /* of a Mac resource fork; 0 where there is none */
    uint64_t list_at, list_size; /* of the property list; the same */
    uint32_t segment, segments;
    uint64_t sectors; /* of the image; 0: not said */
};

/* A run of sectors that are kept in the same way. */
struct dmg_run {
    uint64_t sector, sectors; /* of DMG_SECTOR bytes, of the image */
    uint64_t offset, length;  /* in the data of all files */
    uint32_t type;
};

struct dmg {
    const struct dk_candidate *candidate;
    struct dk_disc *disc;
    struct dmg_koly koly;
    struct dmg_run *runs; /* on the heap; by sector after dmg_read_tables() */
    size_t run_count, run_room;
};

bool dmg_parse_koly(const uint8_t block[DMG_TRAILER], struct dmg_koly *koly);
/* All runs of all tables of blocks, wherever this image has them. */
bool dmg_read_tables(struct dmg *dmg, struct dk_error *error);
/* The runs of one such table, a blob that begins with `mish`. */
bool dmg_parse_table(struct dmg *dmg, const uint8_t *bytes, size_t size, struct dk_error *error);
/* The data of all segments in a row, which has one user; NULL: `error` says why. */
struct dk_store *dmg_open_data(struct dmg *dmg, struct dk_error *error);

/* Codecs, as struct wrapped_codec has them. */
bool dmg_decode_adc(void *context, uint8_t *from, size_t from_size, uint8_t *to, size_t size, struct dk_error *error);
bool dmg_decode_xz(void *context, uint8_t *from, size_t from_size, uint8_t *to, size_t size, struct dk_error *error);

#endif
