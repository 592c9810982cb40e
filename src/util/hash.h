/* Sums of what goes by: any of MD5, SHA-1, SHA-256 and CRC-32 (as zip and PNG have it) at once. */
#ifndef UTIL_HASH_H
#define UTIL_HASH_H

#include <disckit/error.h>
#include <stddef.h>

enum hash_kind { HASH_MD5, HASH_SHA1, HASH_SHA256, HASH_CRC32, HASH_KINDS };

enum { HASH_HEX = 65 }; /* the longest of them in hexadecimal, with its NUL */

/* What the user calls it and "sha256sum --tag" prints. */
const char *hash_name(enum hash_kind kind); /* "sha256" */
const char *hash_tag(enum hash_kind kind);  /* "SHA256" */

/* Reads "md5,sha256" into bits, 1 << HASH_MD5 and so on. False: a word is none of them, and `error` lists them. */
bool hash_parse(const char *list, unsigned *kinds, struct dk_error *error);

struct hash_set;

/* NULL: no memory, or the library for them refuses one. */
struct hash_set *hash_set_new(unsigned kinds, struct dk_error *error);
void hash_set_update(struct hash_set *set, const void *bytes, size_t count);
/* Ends the sums; nothing more may be added. */
void hash_set_finish(struct hash_set *set);
unsigned hash_set_kinds(const struct hash_set *set);
/* After the end, in lower case; "" for a kind that the set does not have. Lives as long as the set. */
const char *hash_set_hex(const struct hash_set *set, enum hash_kind kind);
void hash_set_free(struct hash_set *set); /* NULL is fine */

#endif
