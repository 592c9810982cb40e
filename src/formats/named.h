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
};

/* NULL: it is none of them. */
const struct named_kind *named_kind_of(const struct dk_candidate *candidate);

#endif
