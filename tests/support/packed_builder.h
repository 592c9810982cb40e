/* Compressed ISOs by recipe: a volume, and the kinds of file that pack it block by block. */
#ifndef SUPPORT_PACKED_BUILDER_H
#define SUPPORT_PACKED_BUILDER_H

#include <disckit/format.h>

enum packed_kind { PACKED_CSO1, PACKED_CSO2, PACKED_ZSO, PACKED_DAX, PACKED_JSO_LZO, PACKED_JSO_DEFLATE };

struct packed_recipe {
    enum packed_kind kind;
    uint32_t block;     /* bytes; DAX has its own */
    unsigned shift;     /* CSO, ZSO */
    unsigned version;   /* DAX */
    uint32_t cut;       /* bytes that the image is shorter than its whole sectors */
    bool short_last;    /* the last block is packed without its padding */
    bool block_headers; /* JSO */
    bool all_stored;
};

struct packed_image {
    uint8_t *bytes; /* the file */
    size_t size;
    uint8_t *image; /* what is packed in it */
    size_t image_size;
    size_t block_at[64]; /* where the first blocks lie in the file */
};

/* A volume of some 60 sectors with a root directory, and contents of which some can be packed and some can't. */
struct packed_image packed_build(const struct packed_recipe *recipe);
void packed_free(struct packed_image *image);

/* Opens the file as an image; every sector of it is that of the image. The disc is the caller's. */
struct dk_disc *packed_open_checked(const struct packed_image *image, const char *name, const char *id);

/*
 * A place of the file that is overwritten, and what is then said: in the error; with `+` in front, in a note of damage;
 * with `!`, of the first sector that can't be read.
 */
struct packed_wreck {
    const char *what;
    size_t at;
    const char *bytes;
    size_t length;
    const char *says;
};
void packed_check_wreck(const struct packed_recipe *recipe, const struct packed_wreck *wreck, const char *name);
/* Cut off anywhere it is refused, or opens with a note of damage; never a crash, never silence. */
void packed_check_cuts(const struct packed_recipe *recipe, const char *name);

#endif
