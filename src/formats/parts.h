/* Images in several files: what the further ones are called, and all of them in a row. */
#ifndef FORMATS_PARTS_H
#define FORMATS_PARTS_H

#include <disckit/format.h>

/*
 * How the further parts of `NAME.suffix` are called: in place of the suffix comes a number between two texts. Where the
 * stem itself ends in a number behind a certain word (`NAME.part01.daa`), that number goes on counting instead.
 */
struct parts_rule {
    const char *before, *after; /* "d" and "" give NAME.d00 */
    int digits;                 /* at least so many */
    unsigned second;            /* the number of the second part */
    const char *word;           /* ".part"; NULL: no stem counts */
};

enum { PARTS_NAME_MAX = 300 };

/* The name, without a folder, of part `part`, counted from 1: at least 2. False: it would be too long. */
bool parts_name(const char *path, const struct parts_rule *rule, unsigned part, char to[PARTS_NAME_MAX]);

/*
 * Opens part `part`, beside the first. NULL with DK_ERROR_MISSING: it is not there, which the disc's table of missing
 * files then says.
 */
struct dk_store *parts_open(const struct dk_candidate *candidate, struct dk_disc *disc, const struct parts_rule *rule,
                            unsigned part, struct dk_error *error);

#endif
