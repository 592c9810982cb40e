/* Names as the three kinds of trees record them, turned into what a person types. */
#ifndef VOLUME_NAMES_H
#define VOLUME_NAMES_H

#include "volume/pool.h"

#include <stdbool.h>
#include <stdint.h>

struct name {
    char *text; /* ends with a NUL */
    size_t length;
    unsigned version;   /* what stood behind the ';'; 0: nothing did */
    bool odd;           /* must never be created as such: empty, ".", "..", or with a slash or a NUL in it */
    const uint8_t *raw; /* as recorded, where `text` had to spell out what was no text; else NULL */
    size_t raw_length;
};

/* ECMA-119 7.5: the version and a dot with nothing behind it go. */
void name_of_iso(struct pool *pool, const uint8_t *bytes, size_t length, struct name *name);
/* The bytes as they are: ISO 9660:1999 and Rock Ridge. */
void name_of_bytes(struct pool *pool, const uint8_t *bytes, size_t length, struct name *name);
/* UTF-16BE: what Windows 2000 and later write where the Joliet specification says UCS-2. */
void name_of_joliet(struct pool *pool, const uint8_t *bytes, size_t length, struct name *name);

/* ";7" at the end: its number, and where it begins in `*length`; 0 and nothing changed where there is none. */
unsigned name_version(const char *text, size_t *length);

#endif
