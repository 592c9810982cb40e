/* What dk_volumes_find() has in hand while it looks; each kind of volume has a file that adds to it. */
#ifndef VOLUME_FOUND_H
#define VOLUME_FOUND_H

#include "util/arena.h"
#include "volume/blocks.h"

struct found {
    struct dk_volumes *volumes;
    unsigned track;
    int32_t lba;    /* of the track */
    uint32_t count; /* its sectors */
};

struct dk_volume *found_add(struct found *found, struct dk_volume volume);
/* Bytes of the track, from its start; false where they are not all there or can't be read. */
bool found_read(const struct found *found, uint64_t offset, void *to, size_t count);
/* A text of a descriptor: without the blanks at its end, what is no UTF-8 spelled out. */
const char *found_text(const struct found *found, const uint8_t *bytes, size_t length);

void find_iso9660(struct found *found);
void find_boot(struct found *found, uint32_t catalog); /* `catalog`: its block */
void find_udf(struct found *found);
void find_hfs(struct found *found);
/* Looks at the root directory of a volume that was just read: base, Rock Ridge, wrecked, empty. */
void find_root(struct found *found, struct dk_volume *volume);

#endif
