/* MDS: what the blocks of a media descriptor say, as plain records, before a disc is made of them. */
#ifndef FORMATS_MDS_H
#define FORMATS_MDS_H

#include "formats/placed.h"
#include "util/cursor.h"

enum { MDS_FILES_MAX = 256 /* that one track is in; a dual layer DVD in parts of 50 MB has 170 */ };

/* The files that a track's sectors are in, as one run of bytes. */
struct mds_files {
    const char *names[MDS_FILES_MAX];
    size_t count;
    struct dk_store *store; /* NULL: one of them is not there */
    uint64_t used;          /* bytes, up to the end of the last track that was placed */
};

struct mds_track {
    struct placed placed; /* its offset counts in `files` */
    uint8_t code;         /* low three bits: sector type as in READ CD */
    uint32_t footer, footer_count;
    struct mds_files *files;
};

struct mds_session {
    uint8_t number;
    int32_t lead_out;
};

struct mds {
    const struct dk_candidate *candidate;
    const char *path;
    struct dk_disc *disc;
    const uint8_t *bytes; /* of the descriptor */
    size_t size;
    struct mds_track tracks[DK_TRACKS_MAX];
    size_t track_count;
    struct mds_session sessions[DK_TRACKS_MAX];
    size_t session_count;
    struct mds_files files[DK_TRACKS_MAX];
    size_t files_count;
};

/* Over `size` bytes at `offset` of the descriptor, which are `what`; false: they are not all there. */
bool mds_record(const struct mds *mds, const char *what, uint64_t offset, uint64_t size, struct cursor *cursor,
                struct dk_error *error);
/* Each step needs those before it. */
bool mds_parse(struct mds *mds, struct dk_error *error);
bool mds_open_files(struct mds *mds, struct dk_error *error);
bool mds_place(struct mds *mds, struct dk_error *error);
bool mds_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error);

#endif
