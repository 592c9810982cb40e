/* ISZ: what the header and the two tables of an UltraISO image say, before they become blocks. */
#ifndef FORMATS_ISZ_H
#define FORMATS_ISZ_H

#include "formats/wrapped.h"

#include <disckit/format.h>

enum isz_type { ISZ_ZEROS, ISZ_RAW, ISZ_ZLIB, ISZ_BZIP2 };

struct isz_chunk {
    uint32_t length; /* bytes stored; of zeros whatever the writer put there */
    uint8_t type;    /* enum isz_type */
};

struct isz {
    const struct dk_candidate *candidate;
    struct dk_disc *disc;
    uint8_t header_size, pointer_size;
    uint64_t image_size, segment_size;
    uint32_t chunk_count, chunk_size;
    uint32_t chunks_at, segments_at, data_at; /* bytes of the file; the first two are 0 where there is no table */
    struct isz_chunk *chunks;                 /* on the heap; NULL: all is stored plainly */
};

/* Reads `count` bytes of a table at `offset` and takes off what hides them; `from_table` bytes of it lie before. */
bool isz_read_hidden(const struct isz *isz, uint64_t offset, uint64_t from_table, uint8_t *to, size_t count,
                     struct dk_error *error);
/* The data of all segments in a row, which has one user; NULL: `error` says why. */
struct dk_store *isz_open_data(const struct isz *isz, struct dk_error *error);

#endif
