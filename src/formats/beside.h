/* The folder of an image: what lies beside it, and names taken apart. */
#ifndef FORMATS_BESIDE_H
#define FORMATS_BESIDE_H

#include <disckit/format.h>

/* The folder that a path's last part lies in; the caller frees it. NULL: no memory. */
char *beside_folder(const char *path);
/* Where the last part of a path begins, and its length without the suffix. */
size_t beside_stem(const char *path, const char **stem);
/* Calls `visit` for each name in the folder until one is answered by true, which is returned. */
bool beside_each(const char *folder, bool (*visit)(const char *name, void *context), void *context);

#endif
