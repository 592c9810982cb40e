#include "formats/rows.h"

#include <string.h>

const struct dk_format *const dk_formats[] = {
    &format_b5t,   &format_bwt, &format_c2d,  &format_ccd, &format_cdi, &format_chd, &format_cif, &format_ciso,
    &format_clone, &format_cso, &format_cue,  &format_daa, &format_dax, &format_dmg, &format_ecm, &format_gcz,
    &format_gdi,   &format_iso, &format_isz,  &format_jso, &format_mds, &format_nrg, &format_pdi, &format_scram,
    &format_toc,   &format_uif, &format_wbfs, &format_zso, NULL,
};

const struct dk_format *dk_format_by_id(const char *id)
{
    for (size_t i = 0; dk_formats[i]; i++)
        if (strcmp(dk_formats[i]->id, id) == 0)
            return dk_formats[i];
    return NULL;
}
