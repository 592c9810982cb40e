/* Descriptors: tables of sessions and tracks in files of their own, small enough to be read whole. */
#ifndef FORMATS_DESCRIPTOR_H
#define FORMATS_DESCRIPTOR_H

#include <disckit/format.h>

/* All bytes of the candidate, in the disc's arena; NULL: they can't be read, or are more than a table can have. */
const uint8_t *descriptor_load(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error);

/* A Windows program's text: UTF-16LE without a mark, as UTF-8; and bytes of a code page, taken as CP1252 where they are
 * no UTF-8. In the disc's arena, up to the first NUL. */
char *descriptor_wide_text(struct dk_disc *disc, const uint8_t *bytes, size_t size);
char *descriptor_text(struct dk_disc *disc, const uint8_t *bytes, size_t size);

/* The name of the candidate's file with `suffix` (".mdf") in the place of its own, in the disc's arena. */
char *descriptor_sibling(const struct dk_candidate *candidate, struct dk_disc *disc, const char *suffix);

/*
 * Opens a file with sectors: by its name, else, where it is the only one, as the descriptor is called, with the first
 * of `suffixes` (ends with NULL) that is there. A file that is not there is added to the disc's missing ones: `*store`
 * is then NULL, and nothing has failed.
 */
bool descriptor_open(const struct dk_candidate *candidate, struct dk_disc *disc, const char *name, bool only,
                     const char *const *suffixes, struct dk_store **store, struct dk_error *error);

#endif
