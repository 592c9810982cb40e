/* CHD files of version 5 for tests, written from the layout of the header, the map and the metadata. */
#ifndef SUPPORT_CHD_BUILDER_H
#define SUPPORT_CHD_BUILDER_H

#include <stddef.h>
#include <stdint.h>

enum { CHD_BUILT_HUNKS = 16, CHD_BUILT_METADATA = 4, CHD_BUILT_MAX = 256 << 10, CHD_BUILT_HEADER = 124 };

struct chd_built_hunk {
    unsigned kind; /* 0 to 3 codec, 4 stored, 5 self, 6 parent */
    const void *bytes;
    size_t size;        /* of the stored bytes */
    uint64_t reference; /* of kinds 5 and 6 */
    const void *whole;  /* what it decodes to, hunk_size bytes, for its check sum */
};

struct chd_built {
    const char *codecs; /* "cdlzcdzl" */
    uint64_t logical_size;
    uint32_t hunk_size, unit_size;
    const char *metadata[CHD_BUILT_METADATA]; /* the tag, then the text: "CHT2TRACK:1 ..." */
    struct chd_built_hunk hunks[CHD_BUILT_HUNKS];
    size_t hunk_count;
    const uint8_t *total, *parent; /* 20 bytes each; NULL: zeros */
};

/* Header, metadata, hunks, map; the tree of the map gives each kind four bits. Returns the size. */
size_t chd_build(const struct chd_built *built, uint8_t to[CHD_BUILT_MAX]);
size_t chd_built_map_at(const uint8_t *file); /* where the map begins */
/* The check sum of hunks and maps, bit by bit. */
uint16_t chd_built_crc(const void *bytes, size_t count);

/*
 * A hunk of a CD as cdzl has it: sectors and subcode by deflate, sync and P and Q of data sectors left out. Returns its
 * size.
 */
size_t chd_built_cdzl(const uint8_t *frames, size_t count, uint8_t *to, size_t room);

#endif
