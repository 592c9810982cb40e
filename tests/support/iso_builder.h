/*
 * A volume put together by hand in memory, for what no authoring program writes: descriptors in sectors 16 and 17 (18
 * with Joliet), the root directory in 21 with SP, PX and ER of Rock Ridge in its own record, the Joliet root in 24,
 * room for contents from 30 on.
 */
#ifndef SUPPORT_ISO_BUILDER_H
#define SUPPORT_ISO_BUILDER_H

#include <disckit/volume.h>

enum { ISO_ROOT = 21, ISO_JOLIET_ROOT = 24, ISO_CONTENTS = 30 };

struct iso {
    uint8_t *bytes;
    uint32_t sectors;
};

struct iso iso_new(uint32_t sectors); /* with the root, which is empty */
void iso_add_joliet(struct iso *iso); /* with a root, which is empty */
void iso_free(struct iso *iso);
uint8_t *iso_sector(struct iso *iso, uint32_t lba);

void iso_put_both16(uint8_t *to, uint16_t number);
void iso_put_both32(uint8_t *to, uint32_t number);

/* Fields of a system use area, one behind the other. */
struct iso_fields {
    uint8_t bytes[2048];
    size_t used;
};
void iso_field(struct iso_fields *fields, const char *signature, const void *bytes, size_t count);
void iso_field_px(struct iso_fields *fields, uint32_t mode); /* 36 bytes: links 1, uid 10, gid 20 */
void iso_field_nm(struct iso_fields *fields, uint8_t flags, const char *text);
void iso_field_ce(struct iso_fields *fields, uint32_t block, uint32_t offset, uint32_t length);
void iso_field_pair(struct iso_fields *fields, const char *signature, uint32_t first); /* a number in both orders */

struct iso_record {
    const void *name;
    size_t name_length; /* 0: that of the text */
    uint32_t extent, size;
    uint8_t flags, unit, gap;
    const uint8_t *date; /* NULL: 2020-02-03 04:05:06 +00:00 */
    const struct iso_fields *fields;
};
/* Appends a record to the directory in sector `lba` and returns its first byte. */
uint8_t *iso_add(struct iso *iso, uint32_t lba, struct iso_record record);
/* A file with PX and NM: `name` is its NM, its ISO name is made up. Contents are "NAME\n" as far as `size` goes. */
uint8_t *iso_add_file(struct iso *iso, uint32_t lba, const char *name, uint32_t extent, uint32_t size);
/* A directory of one sector with "." and "..", and its record in `parent`. */
uint8_t *iso_add_directory(struct iso *iso, uint32_t parent, const char *name, uint32_t extent);

/* What is read of a volume. */
struct iso_reading {
    struct dk_store *store;
    struct dk_disc *disc;
    struct dk_volumes *volumes;
    struct dk_tree *tree; /* NULL: there is none */
    struct dk_error error;
    bool walked;
    char *list;  /* "path type size\n" an entry; "path type size -> target\n" of a symlink */
    char *notes; /* of damage and oddities, a line each */
    bool damaged;
};
/* Lists the whole tree, with DK_WALK_RECURSIVE and `flags`. */
struct iso_reading iso_read(const struct iso *iso, enum dk_tree_kind kind, unsigned flags);
void iso_reading_free(struct iso_reading *reading);

#endif
