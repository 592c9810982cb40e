/* Text: UTF-8 inside, other character sets turned at the border, control characters never sent to a terminal. */
#ifndef UTIL_TEXT_H
#define UTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dk_arena;

/* Bytes of the UTF-8 character at `text`, 1 to 4; 0 where none begins there (overlong forms and surrogates are none).
 */
size_t text_utf8_length(const char *text, size_t left);
bool text_is_utf8(const char *text, size_t length);
/* Writes a character as UTF-8 and returns its bytes; what is no character (a surrogate, above 10FFFF) gives 0. */
size_t text_put_utf8(uint32_t character, char to[4]);

/*
 * For people: bytes that are not UTF-8 and control characters as \xNN, with `backslash` a backslash as \\ too.
 * At most `size` bytes with the NUL; returns what the whole would take, as snprintf does.
 */
size_t text_escape(const char *text, size_t length, bool backslash, char *to, size_t size);
/* The same as a new string in the arena. */
char *text_escaped(struct dk_arena *arena, const char *text, size_t length);

/* From a character set that iconv knows to UTF-8 in the arena; NULL where a byte is not of that set. */
char *text_from_charset(struct dk_arena *arena, const char *charset, const void *bytes, size_t length);
/* The other way, `*length` bytes with a NUL behind them; NULL where a character is not in that set. */
char *text_to_charset(struct dk_arena *arena, const char *charset, const char *utf8, size_t *length);
/* UTF-16BE without a mark; surrogate pairs are joined, a lone one becomes its two bytes as \xNN\xNN, and so does an odd
 * byte at the end. */
char *text_from_utf16be(struct dk_arena *arena, const uint8_t *bytes, size_t length);

/* A JSON string with its quotes: bytes that are no UTF-8 as the text \xNN. Size as in text_escape(). */
size_t text_json(const char *text, size_t length, char *to, size_t size);

/* Is the word in a list with commas between, "toc,tao"? In any case. */
bool text_list_has(const char *list, const char *word, size_t length);
/* The next part of a path, `*length` bytes, with `*path` moved behind it; NULL at the end. Empty parts and "." are
 * none.
 */
const char *text_next_part(const char **path, size_t *length);

/* "1.4 GiB": three figures and a unit. */
void text_size(uint64_t bytes, char to[16]);

#endif
