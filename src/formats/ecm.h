/*
 * ECM: a file without what can be computed in its raw sectors. "ECM" and a NUL, then records: a number that says which
 * kind of unit follows and how many of them, and the units; an end mark; the EDC of all that was packed, u32
 * little-endian. As Neill Corlett's ecm and unecm write and read it.
 */
#ifndef FORMATS_ECM_H
#define FORMATS_ECM_H

#include <disckit/format.h>

enum ecm_type {
    ECM_BYTES,
    ECM_MODE1, /* address and user data of a sector of 2352 bytes */
    ECM_FORM1, /* subheader and user data of a sector of 2336 bytes */
    ECM_FORM2, /* the same of Form 2 */
    ECM_TYPES,
};

enum {
    ECM_MAGIC = 4,
    ECM_COUNT_MAX = INT32_MAX, /* units of a record */
    ECM_NUMBER_MAX = 5,        /* bytes of a number */
};

/* Bytes of a unit, packed and unpacked. */
struct ecm_unit {
    uint16_t packed, size;
};

extern const struct ecm_unit ecm_units[ECM_TYPES];

/* A place in the file from which it can be unpacked. */
struct ecm_block {
    uint64_t start;  /* byte of what is unpacked */
    uint64_t offset; /* of the unit in the file */
    uint32_t left;   /* units of its record, from this one on */
    uint8_t type;
};

enum { ECM_BLOCK_MAX = 64 << 10 /* bytes that are unpacked together, at most */ };

struct ecm_index {
    struct dk_store *file;
    struct ecm_block *blocks;
    size_t count, room;
    uint64_t size;    /* of all that is unpacked */
    uint64_t end;     /* byte of the file behind the last unit */
    uint64_t longest; /* bytes that a block takes in the file, at most */
    bool has_edc;
    uint32_t edc;
};

/* Walks all records. What is cut short is told in `notes`, and ends what there is. */
bool ecm_index_read(struct ecm_index *index, struct dk_notes *notes, struct dk_error *error);
/* Reads the number of a record out of `bytes`; returns how many of them it takes, 0: it goes on, or is too long. */
size_t ecm_number(const uint8_t *bytes, size_t size, enum ecm_type *type, uint64_t *count);

/* One unit out of its packed bytes. */
void ecm_unpack(enum ecm_type type, const uint8_t *packed, uint8_t *to);
/* The type of a sector whose packed bytes give all of it again, with them in `packed`; else ECM_BYTES. Of Mode 2 the
 * unit begins behind the sector's header. */
enum ecm_type ecm_pack(const uint8_t raw[DK_SECTOR_RAW], uint8_t packed[DK_SECTOR_RAW]);

bool ecm_is_one(struct dk_store *file);
/*
 * What a file holds, as a store with its name. All of it is unpacked once, for the check sum at its end; that this is
 * wrong is told in `notes`. NULL: `error` says why.
 */
struct dk_store *ecm_open(struct dk_store *file, struct dk_notes *notes, struct dk_error *error);

bool ecm_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error);

#endif
