/* zisofs: files packed block by block, unpacked while they are read (libisofs doc/zisofs_format.txt, zisofs2). */
#ifndef VOLUME_ZISOFS_H
#define VOLUME_ZISOFS_H

#include "volume/tree.h"

/* Why a file that is recorded as packed can't be unpacked, half a sentence; NULL where it can. */
const char *zisofs_problem(struct dk_tree *tree, const struct dk_entry *entry, uint64_t unpacked_size);
bool zisofs_read(struct dk_tree *tree, const struct dk_entry *entry, uint64_t offset, void *to, size_t count,
                 struct dk_error *error);
void zisofs_forget(struct dk_tree *tree);

#endif
