/* What disc-inspect prints, for people and for programs. */
#ifndef TOOLS_INSPECT_REPORT_H
#define TOOLS_INSPECT_REPORT_H

#include <disckit/sector.h>
#include <stdio.h>

void inspect_print_text(const struct dk_disc *disc, FILE *to);
void inspect_print_json(const struct dk_disc *disc, FILE *to); /* one object */

#endif
