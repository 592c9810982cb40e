/* Kinds of file that are known by their first or last bytes, and not read: a refusal can at least say what they are. */
#ifndef FORMATS_NAMED_H
#define FORMATS_NAMED_H

#include <disckit/format.h>

enum named_flags {
    NAMED_WEAKLY = 1, /* so short a magic that a format's own bid goes before it */
    NAMED_SOUND = 2,  /* a sheet beside it may be about it */
};

struct named_kind {
    const char *name; /* with its article: "a CHD image" */
    int32_t offset;   /* of the magic, from the end where it is negative */
    const char *magic;
    size_t length;
    unsigned flags;
    const char *advice; /* what can open it, as a sentence; NULL: nobody knows, or the next version here */
};

/* NULL: it is none of them. */
const struct named_kind *named_kind_of(const struct dk_candidate *candidate);

/* Images of which no layout is public, so that only what a file is called tells them. */
struct named_suffix {
    const char *suffixes; /* "vcd,fcd" */
    const char *name, *advice;
};
/* NULL: it is called as none of them. */
const struct named_suffix *named_suffix_of(const char *path);

#endif
