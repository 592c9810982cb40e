/* DAA: what the header and the table of a PowerISO or gBurner image say, before they become blocks. */
#ifndef FORMATS_DAA_H
#define FORMATS_DAA_H

#include "formats/wrapped.h"

#include <disckit/format.h>

enum daa_type { DAA_LZMA, DAA_DEFLATE };

struct daa_chunk {
    uint32_t length; /* bytes stored */
    uint8_t type;    /* enum daa_type; others are not known */
};

/* How chunks are decoded. */
struct daa_coding {
    uint32_t chunk_size;
    unsigned permutation;                                /* 0 to 3: what deflate's types of blocks were renamed to */
    bool stored_where_long;                              /* 0x100: what is no deflate stream and long enough is plain */
    bool filtered;                                       /* LZMA's output goes through the x86 filter */
    uint8_t literal_context, literal_position, position; /* LZMA's lc, lp and pb */
};

struct daa {
    const struct dk_candidate *candidate;
    struct dk_disc *disc;
    bool gburner;
    bool several; /* a descriptor says that it is in several files */
    uint32_t table_at, version, data_at;
    uint32_t flags; /* of version 0x110 */
    uint64_t image_size, file_size;
    uint32_t crc;          /* of the header, as it is stored */
    uint32_t packed_table; /* 0x110: bytes of the table, where it is deflated */
    unsigned length_bits, type_bits;
    struct daa_coding coding;
    struct daa_chunk *chunks; /* on the heap */
    size_t chunk_count;
};

enum daa_flags {
    DAA_TABLE_DEFLATED = 0x4000,
    DAA_BITS_HIDDEN = 0x20000,
    DAA_HAS_LZMA = 0x100000,
    DAA_TABLE_HIDDEN = 0x8000000,
};

/* The chunks by the table; exactly as many as the image needs. */
bool daa_read_table(struct daa *daa, struct dk_error *error);
/* The data of all parts in a row, which has one user; NULL: `error` says why. */
struct dk_store *daa_open_data(struct daa *daa, struct dk_error *error);

/* Inflates what begins at `from`, which is changed; says how many bytes came out where `made` is not NULL. */
bool daa_inflate(unsigned permutation, uint8_t *from, size_t from_size, uint8_t *to, size_t room, size_t *made,
                 struct dk_error *error);
/* One chunk, as struct wrapped_codec has it; the context is a struct daa_coding. */
bool daa_decode_deflate(void *context, uint8_t *from, size_t from_size, uint8_t *to, size_t size,
                        struct dk_error *error);
bool daa_decode_lzma(void *context, uint8_t *from, size_t from_size, uint8_t *to, size_t size, struct dk_error *error);

#endif
