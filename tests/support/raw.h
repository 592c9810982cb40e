/*
 * Sectors for tests, as a disc has them and as images store them. All check bytes are computed here a second time, bit
 * by bit from the polynomials and without a table, so that the library is not held against itself.
 */
#ifndef SUPPORT_RAW_H
#define SUPPORT_RAW_H

#include <disckit/sector.h>

/*
 * A raw sector of `mode` (not DK_AUDIO). `user` has raw_user_size(mode) bytes, NULL is zeros; `subheader` is written
 * twice, NULL is a plain one of the form. DK_MODE2 is a formless sector, without either.
 */
void raw_sector(uint8_t raw[DK_SECTOR_RAW], enum dk_mode mode, int32_t lba, const uint8_t *user,
                const uint8_t subheader[4]);
size_t raw_user_size(enum dk_mode mode); /* 2048, 2324 or 2336 */
/* Audio that is not silent, and other audio at each LBA. */
void raw_audio_sector(uint8_t raw[DK_SECTOR_RAW], int32_t lba);

/* Q of a place in the program area, and P: all ones where `index` is 0. R to W are zero. */
struct raw_position {
    uint8_t control, track, index; /* plain numbers, not BCD */
    int32_t relative;              /* sectors */
    int32_t lba;
};
void raw_subchannel(const struct raw_position *position, enum dk_sub_order order, uint8_t sub[DK_SUBCHANNEL]);

/*
 * What an image with `stored` bytes a sector (any size of the layout table) keeps of a raw sector; `linear` is its
 * subchannel, NULL is zeros. Returns `stored`.
 */
size_t raw_cut(const uint8_t raw[DK_SECTOR_RAW], enum dk_mode mode, unsigned stored, const uint8_t *linear,
               enum dk_sub_order order, uint8_t *to);

/*
 * `count` sectors of a data track from `lba` on, `stored` bytes each, out of count * raw_user_size(mode) bytes (NULL:
 * zeros). Where subchannel is stored it is interleaved, and that of track 1. The caller frees it.
 */
uint8_t *raw_image(const void *user, uint32_t count, enum dk_mode mode, int32_t lba, unsigned stored);
/* The same for audio: 2352 bytes a sector or more. */
uint8_t *raw_audio_image(uint32_t count, int32_t lba, unsigned stored);

#endif
