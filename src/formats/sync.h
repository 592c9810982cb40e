/* The sync and the header of raw data sectors, looked for where an image does not say what it holds. */
#ifndef FORMATS_SYNC_H
#define FORMATS_SYNC_H

#include <disckit/sector.h>

enum { SYNC_AND_HEADER = 16 };

struct sync_header {
    enum dk_mode mode; /* DK_MODE0, DK_MODE1 or DK_MODE2 */
    bool has_lba;      /* the address in it is one */
    int32_t lba;
};

/* False: the 16 bytes do not begin with a sync, or the mode behind it is none. */
bool sync_parse(const uint8_t bytes[SYNC_AND_HEADER], struct sync_header *header);
/* The same at a place of a store; false also where nothing can be read there. */
bool sync_read(struct dk_store *store, uint64_t offset, struct sync_header *header);

#endif
