/*
 * Volumes: the file systems on a disc, and one door to their trees. ISO 9660 (ECMA-119), Joliet and Rock Ridge
 * (RRIP 1.12 over SUSP 1.12) are one reader with three ways of naming; UDF and HFS are recognised.
 */
#ifndef DISCKIT_VOLUME_H
#define DISCKIT_VOLUME_H

#include <disckit/sector.h>

/* ---- Time ---- */

struct dk_time {
    bool known;
    int64_t seconds; /* since 1970-01-01T00:00:00Z; negative before */
    int16_t zone;    /* minutes east of UTC in which it was recorded: -720..780 and odd ones */
};

/* ---- What is on a track ---- */

/* Trees are read of the first two; the others are recognised. */
enum dk_volume_kind {
    DK_VOLUME_ISO9660,
    DK_VOLUME_JOLIET,
    DK_VOLUME_UDF,
    DK_VOLUME_HFS,
    DK_VOLUME_HIGH_SIERRA, /* what ISO 9660 was made from */
    DK_VOLUME_CD_I,        /* Green Book */
};

struct dk_volume {
    enum dk_volume_kind kind;
    unsigned track;      /* the track that it was found on */
    const char *variant; /* "ISO 9660:1999", "Joliet level 3", "UDF 2.60", "HFS+"; NULL: the plain kind */
    const char *label;   /* UTF-8, trailing blanks gone */
    uint32_t blocks;     /* of 2048 bytes, as the descriptor says */
    uint32_t block_size; /* as the descriptor says */
    int32_t base;        /* LBA of the disc at which its block 0 lies */
    int32_t lba;         /* LBA of its descriptor */
    const char *charset; /* of its names: "UTF-16BE", "ASCII" ... */
    bool rock_ridge;     /* its tree has Rock Ridge entries */
    /* ISO 9660 and Joliet; NULL or unknown where they are not given */
    const char *system, *set, *publisher, *preparer, *application, *copyright_file, *abstract_file, *bibliographic_file;
    struct dk_time created, modified, expires, effective;
    unsigned set_size, set_number;
    uint8_t root[34];  /* the directory record of the root */
    bool wrecked;      /* its root directory can't be read, or is none: the notes say how */
    bool empty;        /* there is nothing in its root directory */
    uint8_t susp_skip; /* bytes in front of Rock Ridge's fields in each record */
};

/* An entry of an El Torito boot catalog (El Torito 1.0, figures 2 to 5). */
struct dk_boot_entry {
    uint8_t platform; /* 0 x86, 1 PowerPC, 2 Mac, 0xEF EFI */
    bool bootable;
    uint8_t media; /* 0 no emulation, 1..3 floppies of 1.2, 1.44 and 2.88 MB, 4 hard disk */
    uint16_t load_segment;
    uint16_t sectors; /* of 512 bytes, to load at start */
    uint32_t lba;     /* block of the volume */
};

struct dk_volumes {
    struct dk_volume *items; /* in the order of their descriptors */
    size_t count;
    struct dk_boot_entry *boot;
    size_t boot_count;
    struct dk_notes notes;
    struct dk_source *source; /* the disc's: borrowed */
    int32_t track_lba;        /* of the track that was looked at */
    uint32_t track_count;     /* its sectors */
    struct dk_arena *arena;
};

/*
 * Looks at a data track of `count` sectors from `lba` on. `source` is that of the whole disc, must stay open, and is
 * read beyond the track where the volume counts from LBA 0 of the disc. No volume is an empty list; NULL is an error (a
 * sector that can't be read where a descriptor should be is a note of damage instead).
 */
DK_API struct dk_volumes *dk_volumes_find(struct dk_source *source, unsigned track, int32_t lba, uint32_t count,
                                          struct dk_error *error);
DK_API void dk_volumes_free(struct dk_volumes *volumes);          /* NULL is fine */
DK_API const char *dk_volume_kind_name(enum dk_volume_kind kind); /* "iso9660" */

/* ---- Trees ---- */

enum dk_tree_kind { DK_TREE_BEST, DK_TREE_ISO, DK_TREE_ROCK_RIDGE, DK_TREE_JOLIET };

enum dk_entry_type {
    DK_ENTRY_FILE,
    DK_ENTRY_DIRECTORY,
    DK_ENTRY_SYMLINK,
    DK_ENTRY_CHARACTER_DEVICE,
    DK_ENTRY_BLOCK_DEVICE,
    DK_ENTRY_FIFO,
    DK_ENTRY_SOCKET,
};

struct dk_file_extent {
    int32_t lba;   /* of the disc (base added) */
    uint64_t size; /* bytes that count; 2048 a sector */
    uint32_t skip; /* bytes of the first sector before them: not 0 only in volumes with blocks under 2048 bytes */
};

/*
 * A file, a directory, a link. It lives until the visitor returns. Names are the image's bytes where they are not
 * UTF-8; a slash or a NUL in a name stands there as the text \x2f or \x00, and `odd_name` says that it was so.
 */
struct dk_entry {
    const char *path; /* from the root, without a slash in front; "" is the root itself */
    const char *name; /* its last part, within `path` */
    size_t path_length;
    const uint8_t *raw_name; /* the name as recorded, where `name` spells out what was no text; else NULL */
    size_t raw_name_length;
    enum dk_entry_type type;
    bool odd_name; /* "..", ".", empty, or with a slash or NUL in it: never to be created as such */
    bool has_mode; /* mode, uid, gid and links are recorded */
    bool hidden, associated;
    uint32_t mode; /* permissions and the set bits: 07777 */
    uint32_t uid, gid, links;
    uint32_t device_major, device_minor;
    uint64_t size; /* bytes of a file as one reads it, unpacked where it is a zisofs file */
    struct dk_time mtime;
    const char *target; /* of a symlink; else NULL */
    int32_t lba;        /* of its first extent; of the disc */
    const struct dk_file_extent *extents;
    size_t extent_count;
    unsigned version; /* of ISO 9660; 0: none recorded */
    bool damaged;     /* its extents lie outside the disc, or its record was not whole: the notes say how */
    /* zisofs (0: not packed): log2 of the block size and the format's version */
    uint8_t zisofs_block_log2, zisofs_version, zisofs_header_size;
};

struct dk_tree;

/*
 * Opens a tree; `volumes` must stay open. DK_TREE_BEST takes Rock Ridge, else Joliet, else the enhanced, else the plain
 * names. Damage that is met from here on goes to `notes`. NULL: there is no such tree.
 */
DK_API struct dk_tree *dk_tree_open(const struct dk_volumes *volumes, enum dk_tree_kind kind, struct dk_notes *notes,
                                    struct dk_error *error);
DK_API void dk_tree_close(struct dk_tree *tree);                   /* NULL is fine */
DK_API enum dk_tree_kind dk_tree_kind(const struct dk_tree *tree); /* which one BEST became */
DK_API const struct dk_volume *dk_tree_volume(const struct dk_tree *tree);

enum dk_walk_flags {
    DK_WALK_RECURSIVE = 1,
    DK_WALK_UNSORTED = 2, /* in the order of the disc, with memory for one directory at a time */
    DK_WALK_SELF = 4,     /* visit what `path` names, too, first */
};

/* False ends the walk, as a success. */
typedef bool dk_visit(const struct dk_entry *entry, void *context);

/*
 * Visits what lies in the directory `path` ("" or "/" is the root), parents before children, sorted by the bytes of the
 * names; of a file it visits the file itself. Wrecked parts are noted and left out. False: there is no such path, or
 * nothing of it could be read.
 */
DK_API DK_MUST_USE bool dk_tree_walk(struct dk_tree *tree, const char *path, unsigned flags, dk_visit *visit,
                                     void *context, struct dk_error *error);

/*
 * Reads `count` bytes of a file from `offset` on (unpacked, where it is packed by zisofs); the caller keeps within
 * entry->size. False names the LBA that can't be read.
 */
DK_API DK_MUST_USE bool dk_tree_read(struct dk_tree *tree, const struct dk_entry *entry, uint64_t offset, void *to,
                                     size_t count, struct dk_error *error);

#endif
