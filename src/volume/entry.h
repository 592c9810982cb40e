/* Entries: one or more directory records, with what Rock Ridge adds, as one file, directory or link. */
#ifndef VOLUME_ENTRY_H
#define VOLUME_ENTRY_H

#include "volume/tree.h"

struct child {
    struct dk_entry entry;        /* without its path: that is put together when it is visited */
    struct dk_file_extent extent; /* the only one of most files */
    struct place place;           /* of a directory's records */
    uint32_t directory_size;
    size_t order; /* on the disc */
};

/* The next entry of a directory, its texts in `pool`. False: there are no more. */
bool child_next(struct dk_tree *tree, struct directory *directory, struct pool *pool, struct child *child);
/* The root, by its record in the descriptor. */
bool child_root(struct dk_tree *tree, struct pool *pool, struct child *child);

#endif
