/* UIF: what a MagicISO image says of itself, before it becomes blocks. */
#ifndef FORMATS_UIF_H
#define FORMATS_UIF_H

#include "formats/wrapped.h"

#include <disckit/format.h>

struct uif {
    const struct dk_candidate *candidate;
    struct dk_disc *disc;
    bool mixed; /* not an ISO: a Nero image, or the sectors of a sheet */
    uint32_t sectors, sector_size;
    uint64_t chunk_at; /* of the table's chunk, and then of the one that is read next */
};

/* A chunk of the file's end: a zlib stream behind a short header. */
struct uif_chunk {
    uint64_t data_at;
    uint32_t packed;
    uint32_t number; /* of entries in it, or of bytes */
};

/* Reads the header of the chunk at uif->chunk_at, which must have this sign, and goes behind it. */
bool uif_next_chunk(struct uif *uif, const char *sign, struct uif_chunk *chunk, struct dk_error *error);
/*
 * Unpacks the chunk in pieces of `piece` bytes, at most UIF_PIECE_MAX; what is less in its end is not handed out, and
 * more than `most` bytes are not unpacked.
 */
typedef bool uif_take(void *context, const uint8_t *piece, struct dk_error *error);
bool uif_unpack(const struct uif *uif, const struct uif_chunk *chunk, size_t piece, uint64_t most, uif_take *take,
                void *context, struct dk_error *error);
/* The table of blocks as a store; NULL: `error` says why. */
struct dk_store *uif_open_blocks(struct uif *uif, struct dk_error *error);
/* Fills the disc by what comes behind the table in an image of mixed type. */
bool uif_read_mixed(struct uif *uif, struct dk_store *image, struct dk_error *error);

enum { UIF_PIECE_MAX = 24 };

#endif
