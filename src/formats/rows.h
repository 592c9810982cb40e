/* The formats, a row each. A new one is its file, its line here and its line in rows.c. */
#ifndef FORMATS_ROWS_H
#define FORMATS_ROWS_H

#include <disckit/format.h>

extern const struct dk_format format_b5t;
extern const struct dk_format format_bwt;
extern const struct dk_format format_c2d;
extern const struct dk_format format_ccd;
extern const struct dk_format format_cdi;
extern const struct dk_format format_chd;
extern const struct dk_format format_cif;
extern const struct dk_format format_ciso;
extern const struct dk_format format_clone;
extern const struct dk_format format_cso;
extern const struct dk_format format_cue;
extern const struct dk_format format_daa;
extern const struct dk_format format_dax;
extern const struct dk_format format_dmg;
extern const struct dk_format format_ecm;
extern const struct dk_format format_gcz;
extern const struct dk_format format_gdi;
extern const struct dk_format format_iso;
extern const struct dk_format format_isz;
extern const struct dk_format format_jso;
extern const struct dk_format format_mds;
extern const struct dk_format format_nrg;
extern const struct dk_format format_pdi;
extern const struct dk_format format_scram;
extern const struct dk_format format_toc;
extern const struct dk_format format_uif;
extern const struct dk_format format_wbfs;
extern const struct dk_format format_zso;

#endif
