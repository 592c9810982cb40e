/*
 * cdrdao's TOC files, from text to disc in three steps: toc_parse() reads the words into the structs below,
 * toc_open_files() opens what they name, toc_lay_out() finds where everything lies and adds it to the disc.
 */
#ifndef FORMATS_TOC_H
#define FORMATS_TOC_H

#include "formats/sheet.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>

enum {
    TOC_FILES_MAX = 1000,
    TOC_ITEMS_MAX = 10000, /* of all tracks together */
    TOC_INDEXES_MAX = DK_INDEX_MAX - 1,
};

/* ---- Tokens ---- */

enum toc_token_kind { TOC_END, TOC_WORD, TOC_NUMBER, TOC_STRING, TOC_MARK, TOC_WRONG };

struct toc_token {
    enum toc_token_kind kind;
    unsigned line;
    char *text;   /* of a string: without its quotes and escapes; of a wrong token: what is wrong */
    bool escaped; /* an escape gave a byte above 127 */
};

/* Cuts the next token off the sheet, whose line it counts. */
struct toc_token toc_next_token(struct sheet *sheet);

/* ---- What the words say ---- */

/* A time, in blocks, or a plain number, which counts samples or bytes. */
struct toc_length {
    enum { TOC_NO_LENGTH, TOC_TIME, TOC_COUNT } unit;
    uint64_t value;
};

enum toc_item_kind { TOC_SOUND_FILE, TOC_DATA_FILE, TOC_NOTHING /* silence or zeros */ };

/* What a track is made of, piece behind piece. */
struct toc_item {
    enum toc_item_kind kind;
    unsigned line;
    uint16_t file; /* in toc.files */
    bool swapped, has_offset;
    uint64_t offset; /* behind the `#`: bytes */
    struct toc_length start, length;
    unsigned count_size; /* bytes that 1 of a TOC_COUNT means */
};

struct toc_file {
    const char *name; /* as the sheet has it */
    unsigned line;
    bool is_sound; /* it is opened by what is in it, not as bytes */
    bool big_endian;
    struct dk_store *store; /* NULL: it is not there */
};

enum toc_subchannel { TOC_NO_SUBCHANNEL, TOC_PACKED, TOC_RAW };

struct toc_track {
    uint8_t number, control;
    unsigned line;
    enum dk_mode mode;
    enum toc_subchannel subchannel;
    uint16_t block; /* bytes */
    char isrc[DK_ISRC_LENGTH + 1];
    struct toc_item *items;
    size_t item_count;
    /* START and END: a place in blocks, or the end of as many items; `line` 0: there is none */
    struct toc_place {
        unsigned line;
        bool has_time;
        uint64_t blocks;
        size_t items;
    } start, end;
    struct toc_index {
        unsigned line;
        uint64_t blocks; /* from INDEX 01 on */
    } indexes[TOC_INDEXES_MAX];
    size_t index_count;
};

/* A text, not yet decoded: the character set of its block may be told behind it. */
struct toc_text {
    uint8_t block, track, type;
    struct toc_token token;
    const uint8_t *bytes; /* of a binary item; NULL: it is the token's text */
    size_t size;
};

struct toc {
    const struct dk_candidate *candidate;
    struct dk_disc *disc;
    struct sheet sheet;
    struct toc_token next; /* the token that is looked at */
    unsigned first_number;
    struct toc_file files[TOC_FILES_MAX];
    size_t file_count;
    struct toc_track *tracks[DK_TRACKS_MAX];
    size_t track_count;
    size_t item_count;
    struct toc_text *texts;
    size_t text_count;
    uint8_t language[DK_CD_TEXT_BLOCKS];
    int charset[DK_CD_TEXT_BLOCKS]; /* by ENCODING words; -1: none */
};

/* "PATH line N: ..." */
bool toc_fail(const struct toc *toc, unsigned line, struct dk_error *error, const char *format, ...) DK_PRINTF(4, 5);
bool toc_parse(struct toc *toc, struct dk_error *error);

/* ---- Parts of the grammar ---- */

/* Goes on to the next token; false where that is none. */
bool toc_step(struct toc *toc, struct dk_error *error);
/* Each takes a token of its kind, or fails: `what` is what it should be. */
bool toc_take_number(struct toc *toc, uint64_t most, const char *what, uint64_t *number, struct dk_error *error);
bool toc_take_string(struct toc *toc, const char *what, struct toc_token *string, struct dk_error *error);
bool toc_take_mark(struct toc *toc, char mark, struct dk_error *error);
bool toc_is_mark(const struct toc *toc, char mark);
bool toc_is_word(const struct toc *toc, const char *word);
/* CD_TEXT { ... } of track 0, the disc, or of another. */
bool toc_parse_texts(struct toc *toc, unsigned track, struct dk_error *error);
void toc_add_texts(struct toc *toc);

/* ---- Modes ---- */

struct toc_mode {
    const char *word;
    enum dk_mode mode;
    uint16_t size; /* bytes a block, without subchannel */
};

/* NULL: it is no mode. */
const struct toc_mode *toc_find_mode(const char *word);

/* ---- Files and places ---- */

bool toc_open_files(struct toc *toc, struct dk_error *error);
bool toc_lay_out(struct toc *toc, struct dk_error *error);

bool toc_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error);

#endif
