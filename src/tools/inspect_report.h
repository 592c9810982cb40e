/* What disc-inspect prints, for people and for programs, and the words that both use. */
#ifndef TOOLS_INSPECT_REPORT_H
#define TOOLS_INSPECT_REPORT_H

#include <disckit/inspect.h>
#include <stdio.h>

void inspect_print_text(const struct dk_disc *disc, const struct dk_inspection *inspection, FILE *to);
void inspect_print_json(const struct dk_disc *disc, const struct dk_inspection *inspection, FILE *to); /* one object */

enum { INSPECT_TIME = 40, INSPECT_MSF = 16 };

/* "2024-02-03T04:05:06+01:00", with `between` for the T; empty where it is not known. */
void inspect_time(const struct dk_time *time, char between, char to[INSPECT_TIME]);
/* "12:34:56" of an LBA; NULL: a disc of that kind has no such addresses, or none that far. */
const char *inspect_msf_of_lba(const struct dk_disc *disc, int32_t lba, char to[INSPECT_MSF]);
/* The same of a length, minutes, seconds and frames. */
void inspect_msf_of_length(uint32_t sectors, char to[INSPECT_MSF]);

/* The flags of a track's CONTROL, one bit a name. */
struct inspect_flag {
    unsigned bit;
    const char *name;
};
extern const struct inspect_flag inspect_flags[]; /* ends with a NULL name */

const char *inspect_platform(uint8_t platform);    /* "x86"; NULL: no such number */
const char *inspect_boot_media(uint8_t media);     /* "no emulation" */
const char *inspect_verdict(enum dk_size_verdict); /* "padded" */

#endif
