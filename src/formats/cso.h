/* CSO and ZSO: the same table of blocks, with other codecs. */
#ifndef FORMATS_CSO_H
#define FORMATS_CSO_H

#include <disckit/format.h>

enum cso_kind { CSO_V1, CSO_V2, ZSO };

int cso_probe_magic(const struct dk_candidate *candidate, const char *magic);
bool cso_read_packed(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error);

extern const struct dk_iso_sink cso_sink, zso_sink;

#endif
