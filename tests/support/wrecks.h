/*
 * Wrapped images for tests: bytes put together number by number, blocks whose packed form is known, and what must come
 * of an image that is whole or wrecked.
 */
#ifndef SUPPORT_WRECKS_H
#define SUPPORT_WRECKS_H

#include <disckit/format.h>

/* ---- Bytes ---- */

/* Zero-initialised it is empty. */
struct built {
    uint8_t *bytes;
    size_t size, room;
};

/* NULL for `bytes` are zeros. */
void built_add(struct built *built, const void *bytes, size_t count);
void built_hex(struct built *built, const char *hex); /* blanks between the bytes are left out */
void built_le(struct built *built, uint64_t value, size_t width);
void built_be(struct built *built, uint64_t value, size_t width);
void built_free(struct built *built);

/* ---- Blocks of 2048 bytes: A is full of 0x41, P has byte i as (7i + (i >> 8)) & 255 ---- */

extern const uint8_t block_a[DK_SECTOR_USER];
extern const char block_a_deflate[]; /* hex, 17 bytes */
extern const char block_a_zlib[];    /* 23 bytes */
extern const char block_a_bzip2[];   /* 45 bytes */
const uint8_t *block_p(void);

/* ---- What comes of them ---- */

/*
 * The sectors of the disc's only track, a letter each: A and P as above, 0 for zeros, ! for one that can't be read, ?
 * for others. It stays until the next call.
 */
const char *wrecks_sectors(const struct dk_disc *disc);

struct wreck {
    const char *what;
    size_t at; /* these bytes of the right image are replaced */
    const char *bytes;
    size_t length;
    const char *says,
        *and_says;       /* in the error; with a `+` in front in a note, and it opens; NULL: nothing is looked for */
    const char *sectors; /* as of wrecks_sectors(); NULL: any */
};

/* Opens the image with the wreck's bytes in it, under this name. */
void wrecks_check(const struct wreck *wreck, const struct built *right, const char *name);
/* Each byte in turn, and each length: the image opens and is read to its end, or a sentence says why not. */
void wrecks_check_every_byte(const struct built *right, const char *name);
void wrecks_check_every_length(const struct built *right, const char *name);

#endif
