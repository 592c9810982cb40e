/* CDI: what the descriptor of a DiscJuggler image says, as plain records, before a disc is made of them. */
#ifndef FORMATS_CDI_H
#define FORMATS_CDI_H

#include "formats/placed.h"
#include "util/cursor.h"

enum cdi_version { CDI_VERSION_2, CDI_VERSION_3, CDI_VERSION_3_5 /* and 4 */ };

struct cdi_track {
    uint32_t lengths[DK_INDEX_MAX + 1]; /* sectors of the pregap, from INDEX 01 to INDEX 02, and so on */
    unsigned index_count;               /* how many of them there are, 2 or more */
    uint32_t start;                     /* of the pregap, counted from 00:00:00; that of the first track is 0 */
    uint32_t total;                     /* sectors in the file */
    const char *title;                  /* or NULL */
    struct placed placed;
};

struct cdi {
    const char *path;
    struct dk_disc *disc;
    struct dk_store *data; /* the sectors, which the file begins with */
    enum cdi_version version;
    uint64_t at;          /* byte of the file at which the descriptor begins */
    struct cursor cursor; /* over it */
    const uint8_t *bytes; /* of it */
    struct cdi_track tracks[DK_TRACKS_MAX];
    size_t track_count;
    bool has_lead_out;
    int64_t lead_out;
};

/* Where the descriptor lies by the last 8 bytes of the file. */
struct cdi_trailer {
    bool marked; /* the first 4 of them are the number of a version */
    bool placed; /* the others are a place that can be */
    enum cdi_version version;
    uint32_t told;     /* the place: a byte of the file, or, in version 3.5, so many bytes before its end */
    uint64_t at, size; /* of the descriptor, without these 8 bytes */
};
struct cdi_trailer cdi_trailer(const struct dk_candidate *candidate);
/* Does a descriptor stand at the beginning of these bytes? */
bool cdi_begins(const uint8_t *bytes, size_t size);

/* Reads all records. */
bool cdi_parse(struct cdi *cdi, struct dk_error *error);
/* Finds where the sectors of each track lie, in the file and on the disc. */
bool cdi_place(struct cdi *cdi, struct dk_error *error);

#endif
