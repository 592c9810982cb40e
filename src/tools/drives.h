/* The list of drives, as disc-rip and disc-burn print it. */
#ifndef TOOLS_DRIVES_H
#define TOOLS_DRIVES_H

#include <stdbool.h>

/* A line a drive, or a JSON object a line; returns an exit status: 0 where there is none, too. */
int drives_print(bool json);

#endif
