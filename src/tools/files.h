/* The files of an image, for the programs that list them or take them out. */
#ifndef TOOLS_FILES_H
#define TOOLS_FILES_H

#include "tools/tool.h"

#include <disckit/volume.h>

/* What --tree takes. */
#define FILES_TREES "iso rr joliet"

struct files {
    struct dk_disc *disc;
    struct dk_volumes *volumes; /* its notes are for what is met in the tree, too: what was told is not told again */
    struct dk_tree *tree;
};

/*
 * Opens the image, the volume on `track` or in `session` (0: whichever is the newest), and the tree of that word (NULL:
 * the best). EXIT_DONE, or what the program ends with: it was said why. To be closed in either case.
 */
int files_open(struct tool *tool, const char *image, unsigned track, unsigned session, const char *tree,
               struct files *files);
void files_close(struct files *files);

#endif
