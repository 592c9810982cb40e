/*
 * Files that are a table of packed blocks, all of one size when they are unpacked, and hold bare sectors. A format
 * reads its header and says where a block lies; what is the same for all of them is here.
 */
#ifndef FORMATS_PACKED_H
#define FORMATS_PACKED_H

#include <disckit/blocks.h>
#include <disckit/format.h>

/* Where one block is stored, as the file's table has it. */
struct packed_block {
    uint64_t offset, stored;
    const struct dk_codec *codec; /* one of packed->codecs; NULL: the block is stored as it is */
};

enum { PACKED_CODECS = 2, PACKED_BLOCK_MAX = 16 << 20, PACKED_TABLE_MAX = 512 << 20 };

struct packed {
    struct dk_store *file;
    const char *path;
    uint64_t size;       /* bytes of the image in it */
    uint32_t block_size; /* bytes of a block; what of the last one lies behind `size` is padding */
    const struct dk_codec *codecs[PACKED_CODECS];
    uint64_t padding; /* bytes that may follow a block and count as stored with it */
    uint8_t *table;   /* what `locate` looks into; from malloc(), or NULL */
    /* Fails where the table says what can't be; that a block lies within the file is checked by who calls it. */
    bool (*locate)(const struct packed *packed, uint64_t index, struct packed_block *block, struct dk_error *error);
    uint64_t more[2]; /* for `locate` */
};

uint64_t packed_count(const struct packed *packed); /* blocks */
/* Are there a size, a block size that is a power of two of 2048 or more, and so many bytes of table at `offset`? */
bool packed_plausible(const struct packed *packed, uint64_t table_at, uint64_t table_size, struct dk_error *error);
/* Reads the table, which is plausible. */
bool packed_load_table(struct packed *packed, uint64_t table_at, uint64_t table_size, struct dk_notes *notes,
                       struct dk_error *error);
/*
 * Fills the disc with what is packed. Blocks that the table puts where they can't be are noted; where it is all of
 * them, that is an error. Frees the table, whatever happens.
 */
bool packed_read(const struct packed *packed, struct dk_disc *disc, struct dk_error *error);

#endif
