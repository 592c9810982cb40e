/* What a container holds where it knows no tracks: bare sectors, plain or raw. */
#ifndef FORMATS_INNER_H
#define FORMATS_INNER_H

#include <disckit/format.h>

/*
 * Fills `disc` with the tracks of `store`, the bytes that a container gives, as the `iso` row would find them. What
 * holds no volume and no sync is one track of plain sectors, which is noted. disc->container_size is that of `store`.
 * The caller still closes its store.
 */
bool inner_read(struct dk_disc *disc, struct dk_store *store, struct dk_error *error);

/*
 * The same with what a certain format finds in `store`, as if it were a file called as the container is. `data`: what a
 * sheet's only file is, or NULL.
 */
bool inner_read_as(struct dk_disc *disc, struct dk_store *store, const struct dk_format *format, struct dk_store *data,
                   struct dk_error *error);

/*
 * Reads the head and the tail of candidate->store into what there is room for, and sets the rest of the candidate. What
 * can't be read for damage is zeros.
 */
bool candidate_read_ends(struct dk_candidate *candidate, uint8_t *head, uint8_t *tail, struct dk_error *error);

#endif
