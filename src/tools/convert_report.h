/* What disc-convert says: as text, as JSON, and what would work where it refuses. */
#ifndef TOOLS_CONVERT_REPORT_H
#define TOOLS_CONVERT_REPORT_H

#include "tools/tool.h"

#include <disckit/convert.h>

struct convert_options {
    struct common_options common;
    const char *to, *hash, *level, *codec;
    unsigned track, session, sector, block;
    bool cut, allow_loss, split, verify, list_formats;
};

int convert_list_formats(bool json);
/* Ids of what can be written, apart by blanks: "cue iso". */
void convert_list_targets(char *words, size_t size);
/* The report of what was done; returns the exit status. */
int convert_tell(struct tool *tool, const struct dk_disc *disc, const struct dk_conversion *conversion);
/* The command that would work instead, where the conversion knows one. */
void convert_tell_advice(struct tool *tool, const struct convert_options *options, char **operands,
                         const struct dk_conversion *conversion);

#endif
