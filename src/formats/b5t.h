/* B5T: what the descriptor of a BlindWrite image says, as plain records, before a disc is made of them. */
#ifndef FORMATS_B5T_H
#define FORMATS_B5T_H

#include "formats/placed.h"
#include "util/cursor.h"

enum { B5T_BLOCKS_MAX = 1024 /* runs of sectors; a disc of 99 tracks with as many pauses has some 200 */ };

/* Sectors in a row that are stored one way, whatever tracks they are of. */
struct b5t_block {
    uint64_t at; /* byte of the descriptor at which its record begins */
    uint32_t type, length;
    uint64_t offset; /* in its file */
    int32_t first;   /* LBA */
    uint32_t count;  /* sectors */
    const char *name;
    struct dk_store *store; /* NULL: the file is not there */
    uint16_t stored;        /* bytes a sector */
};

struct b5t_track {
    struct placed placed;
    int32_t first;    /* LBA, with the pregap */
    uint32_t sectors; /* with the pregap */
    int32_t by_time;  /* INDEX 01, as the table of the lead-in has it */
};

struct b5t {
    const struct dk_candidate *candidate;
    const char *path;
    struct dk_disc *disc;
    const uint8_t *bytes; /* of the descriptor */
    size_t size;
    struct b5t_block *blocks;
    size_t block_count;
    struct b5t_track tracks[DK_TRACKS_MAX];
    size_t track_count;
    int32_t lead_outs[DK_TRACKS_MAX + 1]; /* by session */
};

/* Reads all records. */
bool b5t_parse(struct b5t *b5t, struct dk_error *error);
/* Opens the files and finds the bytes of a sector in each block. */
bool b5t_open_files(struct b5t *b5t, struct dk_error *error);
/* Finds what lies where, and adds it to the disc. */
bool b5t_place(struct b5t *b5t, struct dk_error *error);

#endif
