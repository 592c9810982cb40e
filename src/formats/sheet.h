/*
 * Sheets: the text files that describe images. Here are the encodings in which they come and their lines and words;
 * what the words mean is each format's own.
 */
#ifndef FORMATS_SHEET_H
#define FORMATS_SHEET_H

#include <disckit/error.h>
#include <disckit/format.h>
#include <disckit/sector.h>
#include <stdbool.h>
#include <stddef.h>

struct dk_arena;

enum { SHEET_MAX = 4 << 20 /* bytes; the longest sheets that a disc of 99 tracks needs have some 100 KiB */ };

struct sheet {
    struct dk_arena *arena;
    const char *path;
    char *at, *end;      /* what was not read yet; NUL behind it */
    unsigned line;       /* number of the line that was read last, from 1 */
    const char *charset; /* NULL: UTF-8; else the code page in which its texts are */
};

/* Are these bytes a text, in whatever encoding: no control characters near their beginning? */
bool sheet_is_text(const void *bytes, size_t size);
/*
 * Turns the bytes of a sheet into lines: UTF-8 with or without a mark, UTF-16 of both orders with or without one. What
 * is none of them is some code page, of which the bytes are kept as they are; `charset` is then CP1252 until who opens
 * the files knows better. Everything lives in the arena.
 */
bool sheet_open(struct sheet *sheet, const char *path, const void *bytes, size_t size, struct dk_arena *arena,
                struct dk_error *error);
/* What a format bids on a candidate whose head is text, by its lines; 0 for others. */
int sheet_bid(const struct dk_candidate *candidate, int (*bid)(struct sheet *sheet));
/* Opens a candidate's whole file as sheet_open() does. */
bool sheet_read(struct sheet *sheet, const struct dk_candidate *candidate, struct dk_arena *arena,
                struct dk_error *error);

/* The next line (ended by LF, CR LF or CR) without the blanks around it, to be written in; NULL at the end. */
char *sheet_next_line(struct sheet *sheet);
/* Cuts the next word off `*rest`: up to a blank, or what stands within quotes. Empty where there is none. */
char *sheet_word(char **rest);
/* A text: from the first quote to the last one, or to the end where that is missing; without quotes, all of it. */
char *sheet_quoted(char *rest);
/* A text of the sheet as UTF-8; bytes that its code page does not have become \xNN. */
const char *sheet_text(const struct sheet *sheet, const char *text);

/* Opens a file beside the sheet, as dk_open_beside() does, under all names that its bytes can mean. */
struct dk_store *sheet_open_beside(struct sheet *sheet, const struct dk_candidate *candidate, const char *name,
                                   bool only, struct dk_notes *notes, struct dk_error *error);

/* Takes an ISRC or a catalog number, without the hyphens and blanks that people put in. False: the word is none. */
bool sheet_isrc(const char *word, char isrc[DK_ISRC_LENGTH + 1]);
bool sheet_mcn(const char *word, char mcn[DK_MCN_LENGTH + 1]); /* of 13 digits, or an UPC of 12 */

#endif
