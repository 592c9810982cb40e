/* Inside the room only: where things lie in a pack of CD-TEXT (MMC-3 annex J). */
#ifndef SECTOR_CDTEXT_H
#define SECTOR_CDTEXT_H

#include <disckit/cdtext.h>

enum {
    PACK_TYPE,
    PACK_TRACK,    /* of the pack's first character; of a size pack its part, 0..2 */
    PACK_SEQUENCE, /* within the block */
    PACK_POSITION, /* double byte, block, characters of this text in earlier packs */
    PACK_PAYLOAD,
    PACK_CRC = 16,

    PAYLOAD = 12,
    EXTENSION = 0x80,   /* in PACK_TRACK */
    DOUBLE_BYTE = 0x80, /* in PACK_POSITION */
    POSITION_MAX = 15,  /* means so many or more */
    TRACK_MAX = 99,
    ENGLISH = 9,

    /* in the 36 bytes that the three size packs of a block give together */
    SIZE_PACKS = 3,
    SIZES = SIZE_PACKS * PAYLOAD,
    SIZES_CHARSET = 0,
    SIZES_FIRST_TRACK = 1,
    SIZES_LAST_TRACK = 2,
    SIZES_COUNTS = 4, /* of the packs of types 80..8F */
    SIZES_LAST_SEQUENCE = 20,
    SIZES_LANGUAGE = 28,
};

enum cd_text_charset {
    CHARSET_LATIN1 = 0x00,
    CHARSET_ASCII = 0x01,
    CHARSET_MS_JIS = 0x80,
    CHARSET_KOREAN,
    CHARSET_MANDARIN
};

/* Adds an item, unless there is one for its place. */
void cd_text_put(struct dk_cd_text *text, struct dk_arena *arena, struct dk_cd_text_item item);
static inline bool cd_text_is_per_track(unsigned type)
{
    return type <= DK_TEXT_MESSAGE || type == DK_TEXT_CLOSED || type == DK_TEXT_UPC_ISRC;
}

#endif
