/* A tree that is open, as the files that read it share it. */
#ifndef VOLUME_TREE_H
#define VOLUME_TREE_H

#include "volume/directory.h"
#include "volume/pool.h"
#include "volume/rock_ridge.h"

enum naming { NAMES_ISO, NAMES_BYTES, NAMES_JOLIET, NAMES_ROCK_RIDGE };

struct unpacked;

struct dk_tree {
    const struct dk_volumes *volumes;
    const struct dk_volume *volume;
    enum dk_tree_kind kind;
    enum naming naming;
    struct dk_notes *notes;
    struct blocks blocks;
    struct susp susp;
    struct rock_ridge rock_ridge; /* of the record that is being read */
    struct unpacked *unpacked;    /* the block of a packed file that was read last */
    struct window window;
};

struct blocks blocks_of(const struct dk_volumes *volumes, const struct dk_volume *volume);
/* The bytes of a file as they are recorded, packed or not: `count` from `offset` on. */
bool tree_read_recorded(struct dk_tree *tree, const struct dk_entry *entry, uint64_t offset, void *to, size_t count,
                        struct dk_error *error);

#endif
