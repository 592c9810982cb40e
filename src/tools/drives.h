/* What the programs share about drives. */
#ifndef TOOLS_DRIVES_H
#define TOOLS_DRIVES_H

#include "tools/tool.h"

#include <disckit/drive.h>

/* Says on stderr that a drive is being waited for; for calls that end before the tool does. */
struct dk_drive_caller drives_caller(struct tool *tool);
/* Opens an image, or the disc in a drive, which is said to be waited for where it lets us wait. NULL: `error`. */
struct dk_disc *drives_open_input(struct tool *tool, const char *path, struct dk_error *error);

/* The list of disc-rip and disc-burn. A line a drive, or a JSON object a line; returns an exit status: 0 where there is
 * none, too. */
int drives_print(bool json);

#endif
