/* CD-TEXT (IEC 61866; MMC-3 annex J): packs of 18 bytes, as discs and images keep them, and the texts that are in them.
 */
#ifndef DISCKIT_CDTEXT_H
#define DISCKIT_CDTEXT_H

#include <disckit/api.h>
#include <disckit/note.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dk_arena;

enum dk_cd_text_type {
    DK_TEXT_TITLE = 0x80,
    DK_TEXT_PERFORMER,
    DK_TEXT_SONGWRITER,
    DK_TEXT_COMPOSER,
    DK_TEXT_ARRANGER,
    DK_TEXT_MESSAGE,
    DK_TEXT_DISC_ID,
    DK_TEXT_GENRE,
    DK_TEXT_TOC,
    DK_TEXT_TOC2,
    DK_TEXT_CLOSED = 0x8D,
    DK_TEXT_UPC_ISRC = 0x8E,
    DK_TEXT_SIZES = 0x8F,
};

enum { DK_CD_TEXT_PACK = 18, DK_CD_TEXT_BLOCKS = 8 };

struct dk_cd_text_item {
    uint8_t block;    /* 0..7, a language each */
    uint8_t track;    /* 0: the disc */
    uint8_t type;     /* enum dk_cd_text_type */
    const char *text; /* UTF-8 */
};

struct dk_cd_text {
    struct dk_cd_text_item *items;
    size_t count;
    uint8_t language[DK_CD_TEXT_BLOCKS]; /* EBU Tech 3264 code; 9 is English */
    uint8_t charset[DK_CD_TEXT_BLOCKS];  /* as packs of type 8F say */
    uint16_t genre[DK_CD_TEXT_BLOCKS];   /* 0: none given */
    const uint8_t *packs;                /* as they were read; NULL where the texts come from a sheet's words */
    size_t pack_count;
};

/*
 * Decodes packs, with or without the four-byte header of READ TOC or the NUL behind them that files have. What is wrong
 * in them (a wrong CRC, a sequence that jumps) is noted and the rest used. NULL: `bytes` are no packs at all.
 */
DK_API struct dk_cd_text *dk_cd_text_decode(const void *bytes, size_t size, struct dk_arena *arena,
                                            struct dk_notes *notes);
/*
 * Adds a text that a sheet gives in words, to the first language; where packs gave one for the same place, that one
 * stays. `*text` may be NULL: it is then made.
 */
DK_API void dk_cd_text_add(struct dk_cd_text **text, struct dk_arena *arena, unsigned track, enum dk_cd_text_type type,
                           const char *utf8);
/* NULL where there is none. */
DK_API const char *dk_cd_text_get(const struct dk_cd_text *text, unsigned block, unsigned track,
                                  enum dk_cd_text_type type);
DK_API const char *dk_cd_text_type_name(enum dk_cd_text_type type); /* "title"; NULL for what is not to be shown */
DK_API const char *dk_cd_text_language_name(uint8_t code);          /* "English"; NULL: no such code */
DK_API const char *dk_cd_text_genre_name(uint16_t code);            /* "Jazz"; NULL: no such code, or none given */
/*
 * Encodes the items of a disc as packs, a block each language, in the arena; returns their number. 0: there is no text,
 * or it does not fit: a block takes at most 255 packs, and a language one character set out of ISO 8859-1, CP1252 and
 * CP932. Texts of tracks outside first_track..last_track are left out.
 */
DK_API size_t dk_cd_text_encode(const struct dk_cd_text *text, unsigned first_track, unsigned last_track,
                                struct dk_arena *arena, const uint8_t **packs);

#endif
