/* Directory records (ECMA-119 9.1), one after the other, of a directory that nobody has checked. */
#ifndef VOLUME_DIRECTORY_H
#define VOLUME_DIRECTORY_H

#include "volume/blocks.h"

enum { RECORD_FIXED = 33, RECORD_LEAST = 34 }; /* bytes before the name; with the shortest name */

enum record_flag {
    RECORD_HIDDEN = 0x01,
    RECORD_DIRECTORY = 0x02,
    RECORD_ASSOCIATED = 0x04,
    RECORD_MORE_EXTENTS = 0x80,
};

/* Its pointers live until the next record is asked for. */
struct record {
    uint32_t extent, size; /* block, bytes: by their little-endian halves, by the other where those are 0 */
    uint32_t big_extent, big_size;
    uint8_t attribute_blocks, flags, unit, gap;
    const uint8_t *date;
    const uint8_t *name;
    size_t name_length;
    const uint8_t *system_use;
    size_t system_use_size;
    bool halves_differ; /* an extent or a size is not the same in both byte orders */
    int32_t lba;        /* where the record stands */
    unsigned offset;    /* and its first byte in that sector */
};

/* False: these bytes are no record. */
bool record_parse(const uint8_t *bytes, size_t left, struct record *record);
static inline bool record_is_self(const struct record *record)
{
    return record->name_length == 1 && record->name[0] == 0;
}
/* Itself or its parent: the first two of each directory. */
static inline bool record_is_special(const struct record *record)
{
    return record->name_length == 1 && record->name[0] <= 1;
}
/* The first byte of its data, behind an extended attribute record. */
bool record_place(const struct record *record, const struct blocks *blocks, struct place *place);

enum { WINDOW_SECTORS = 128 };

/* The sectors that were read last; several directories take turns with one window. */
struct window {
    int32_t lba;
    uint32_t count;
    uint8_t bytes[WINDOW_SECTORS * DK_SECTOR_USER];
};

struct directory {
    const struct blocks *blocks;
    struct window *window;
    struct dk_notes *notes;
    const char *path; /* for the notes: the owner keeps it pointing at what is there */
    struct place place;
    uint64_t at, end;  /* bytes from the start of the sector of `place` */
    uint32_t run;      /* sectors to read next */
    uint64_t unwanted; /* bytes of its size that lie outside the disc */
};

/*
 * Looks at the directory of `size` bytes at `place`, without reading more of it than its first sector. Where its size
 * can't be, that of its own record counts, else what looks like a directory. False, with a note: there is none.
 */
bool directory_open(struct directory *directory, const struct blocks *blocks, struct window *window,
                    struct dk_notes *notes, const char *path, struct place place, uint32_t size);
/* The next sound record; broken ones are noted and left out. False: there are no more. */
bool directory_next(struct directory *directory, struct record *record);
/* Damage that shows in a directory's parent already: `size` is beyond the disc; it is its own ancestor. */
void directory_note_size(struct dk_notes *notes, const char *path, struct place place, uint32_t size);
void directory_note_loop(struct dk_notes *notes, const char *path, struct place place);
/* "LBA 23, byte 116", for messages. */
const char *record_where(const struct record *record, char to[40]);

#endif
