/* The system use area of a directory record: SUSP 1.12 fields, with their continuations. */
#ifndef VOLUME_SUSP_H
#define VOLUME_SUSP_H

#include "volume/blocks.h"

enum {
    SUSP_CONTINUATIONS_MAX = 32,                 /* of one record; Linux stops there, too */
    SUSP_CONTINUATION_SIZE = 4 * DK_SECTOR_USER, /* the standard has them within one sector */
    SUSP_XA_SIZE = 14,                           /* a CD-ROM XA record in front of the fields */
};

/* One field: `bytes` begins with its signature, `length` is at least 4 and what it says itself. */
typedef void susp_visit(void *context, const uint8_t *bytes, size_t length);

struct susp {
    const struct blocks *blocks;
    struct dk_notes *notes;
    uint8_t skip; /* bytes in front of the fields of every record but the root's own (the SP field) */
    int32_t cached_lba;
    bool cached;
    uint8_t cache[DK_SECTOR_USER]; /* the continuation sector that was read last: records next to another share it */
    uint8_t area[SUSP_CONTINUATION_SIZE];
};

/* The fields of an area and of its continuations. What is wrong with it is said in `*damage`, a half sentence. */
void susp_walk(struct susp *susp, const uint8_t *area, size_t size, susp_visit *visit, void *context,
               const char **damage);
/* Where the fields begin in a record's area, behind `skip` bytes or an XA record. */
size_t susp_start(const struct susp *susp, const uint8_t *area, size_t size);

#endif
