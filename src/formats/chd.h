/*
 * CHD, MAME's "compressed hunks of data": a header, a map that says of each hunk where it lies and how it is packed,
 * and a chain of metadata that says what the bytes are. All numbers are big-endian.
 *
 * A struct chd is one file of it, opened: it lives in an arena of its own, since the store that decodes it outlives
 * the reader.
 */
#ifndef FORMATS_CHD_H
#define FORMATS_CHD_H

#include <disckit/blocks.h>
#include <disckit/sector.h>

enum {
    CHD_MAGIC_SIZE = 8,
    CHD_CODECS = 4, /* slots of version 5 */
    CHD_SHA1 = 20,
    CHD_MD5 = 16,
    CHD_FRAME = 2448,         /* a sector of a CD with its subcode */
    CHD_FRAME_SUBCODE = 2352, /* where in it the subcode is */
    CHD_TRACK_PADDING = 4,    /* tracks begin at multiples of so many frames */
    CHD_ENTRY_V5 = 12,        /* bytes of a hunk in the expanded map of version 5 */
    CHD_HUNK_MAX = 128 << 20,
    CHD_HEADER_V5 = 124,
    CHD_GD_HIGH = 45000, /* LBA of the high-density area of a GD-ROM */
};

#define CHD_TAG(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* A hash that names a file: SHA-1, or MD5 in the versions that knew no other. */
struct chd_name {
    size_t size; /* 0: there is none */
    uint8_t bytes[CHD_SHA1];
};

struct chd_header {
    unsigned version;
    uint64_t logical_size, map_offset, metadata_offset;
    uint32_t hunk_size, hunk_count;
    uint32_t unit_size;          /* 0 before version 5: the metadata tell */
    uint32_t codecs[CHD_CODECS]; /* tags; 0: none */
    bool compressed;             /* the map is that of compressed hunks */
    bool child;                  /* has a parent */
    struct chd_name raw, total, md5, parent;
};

enum chd_kind {
    CHD_PACKED, /* 0 to 3: by the codec of that slot */
    CHD_STORED = 4,
    CHD_SELF,   /* the same as an earlier hunk */
    CHD_PARENT, /* lies in the parent, from a unit on */
    CHD_REPEAT, /* eight bytes, again and again (versions 3 and 4) */
    CHD_ABSENT, /* not stored: zeros, or what the parent has there */
    CHD_BAD,    /* its entry in the map can't be right */
};

/* What the map says of one hunk. */
struct chd_hunk {
    unsigned kind;
    uint32_t length;
    uint64_t offset; /* in the file; of CHD_SELF a hunk, of CHD_PARENT a unit, of CHD_REPEAT the eight bytes */
    enum { CHD_UNCHECKED, CHD_CRC16, CHD_CRC32 } check;
    uint32_t crc;
};

/* Frames that lie one behind the other in the file and on the disc. */
struct chd_span {
    uint32_t first, count;
    int32_t lba;
};

struct chd_metadata {
    uint32_t tag;
    uint8_t flags; /* 1: counts in the SHA-1 of all */
    uint32_t size;
    uint64_t offset;  /* of the contents */
    const char *text; /* the contents, with a NUL behind them */
};

struct chd_codec;

struct chd {
    struct dk_store *file;
    struct chd_header header;
    uint8_t *map; /* as the file has it; of compressed version 5 expanded */
    struct chd_metadata *metadata;
    size_t metadata_count;
    const struct chd_codec *codecs[CHD_CODECS];
    unsigned children;       /* it is the parent of one that is the parent of another, and so on */
    struct dk_store *parent; /* what the parent holds; NULL: there is none */
    uint32_t parent_unit;
    struct chd_span *spans; /* for messages; filled by who knows what the frames are */
    size_t span_count;
    struct dk_arena *arena;
};

/* ---- chd_header.c ---- */
bool chd_is_one(const void *head, size_t size);
/* Reads and checks the header; everything in it then lies within bounds that the file's size gives. */
bool chd_read_header(struct dk_store *file, struct chd_header *header, struct dk_error *error);

/* ---- chd_metadata.c ---- */
bool chd_read_metadata(struct chd *chd, struct dk_error *error);
const struct chd_metadata *chd_find_metadata(const struct chd *chd, uint32_t tag); /* NULL: there is none */

/* ---- chd_map.c, chd_map5.c ---- */
/* Reads the map. Hunks whose entry can't be right are CHD_BAD from then on, and told in the notes. */
bool chd_read_map(struct chd *chd, struct dk_notes *notes, struct dk_error *error);
bool chd_expand_map(struct chd *chd, struct dk_error *error); /* the compressed one of version 5 */
struct chd_hunk chd_hunk_at(const struct chd *chd, uint64_t index);

/* ---- chd_hunks.c ---- */
/*
 * Opens a file of hunks, and its parents, which are looked for beside `path`; it is opened itself as the parent of so
 * many `children`. NULL: `error` says why. The store that it
 * decodes is made by chd_store(); one of chd_close() and chd_store() ends it.
 */
struct chd *chd_open(struct dk_store *file, const char *path, unsigned children, struct dk_notes *notes,
                     struct dk_error *error);
void chd_close(struct chd *chd); /* NULL is fine */
/* All hunks one behind the other, the last one whole. The struct is the store's from here on, also on failure. */
struct dk_store *chd_store(struct chd *chd, struct dk_error *error);

/* ---- chd_parent.c ---- */
bool chd_open_parent(struct chd *chd, const char *path, struct dk_notes *notes, struct dk_error *error);

/* ---- chd_tracks.c ---- */
bool chd_is_cd(const struct chd *chd);

/* CRC-16 of hunks and maps: x^16 + x^12 + x^5 + 1, from FFFF on, nothing reflected or inverted. */
uint16_t chd_crc16(const void *bytes, size_t count);

#endif
