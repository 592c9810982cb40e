/* NRG: what the chunks of a Nero image say, as plain records, before a disc is made of them. */
#ifndef FORMATS_NRG_H
#define FORMATS_NRG_H

#include "util/cursor.h"

#include <disckit/format.h>

enum { NRG_LEAD_OUT = 170 /* AA, where a track's number stands in a cue */ };

/* An entry of CUEX or CUES: where an index of a track begins. */
struct nrg_cue {
    uint8_t control; /* enum dk_control */
    uint8_t track;   /* 0: the lead-in; NRG_LEAD_OUT */
    uint8_t index;
    int32_t lba;
};

struct nrg_cues {
    struct nrg_cue *items;
    size_t count;
};

/* A track as DAOX, DAOI, ETN2, ETNF or TINF describe it. */
struct nrg_track {
    uint8_t number;
    uint8_t session;
    unsigned part;                /* which chunk of tracks it stands in, from 0 */
    unsigned cues;                /* DAO: which list of cues is its */
    bool at_once;                 /* of a disc written at once (DAO), with its gaps in the file */
    bool has_start;               /* of a track written at once (TAO): `start` is an LBA that the record gives */
    int32_t start;                /* with or without the pauses before it */
    uint64_t index0, index1, end; /* bytes of the file */
    uint8_t code;                 /* Nero's number of the mode */
    uint16_t stored;              /* bytes a sector; 0: only `code` tells */
    char isrc[DK_ISRC_LENGTH];
    enum dk_mode mode; /* from here on: found by nrg_check_track() */
    const struct dk_layout *layout;
    uint32_t pregap, count; /* sectors that the file holds */
    int32_t lba;            /* of INDEX 01; found by nrg_place() */
};

struct nrg {
    const char *path;
    struct dk_store *store;
    struct dk_disc *disc; /* what is added in the end; its notes and arena serve all steps */
    uint64_t data_end;    /* where the chunks begin */
    struct nrg_track tracks[DK_TRACKS_MAX];
    size_t track_count;
    unsigned part_count, dao_count, cues_count;
    struct nrg_cues cues[DK_TRACKS_MAX]; /* a list for each chunk of DAO tracks, in the same order */
    unsigned session_sizes[DK_TRACKS_MAX];
    size_t session_count;
};

struct nrg_chunk {
    char id[5];
    uint64_t offset; /* of its id, for messages */
    size_t size;
    struct cursor cursor; /* over its data */
};

/* Each reads one chunk into `nrg`. */
typedef bool nrg_parse(struct nrg *nrg, struct nrg_chunk *chunk, struct dk_error *error);
nrg_parse nrg_parse_cuex, nrg_parse_cues, nrg_parse_daox, nrg_parse_daoi, nrg_parse_etn2, nrg_parse_etnf,
    nrg_parse_tinf;

/* A track more, zeroed, numbered on from the last; NULL: there are 99. */
struct nrg_track *nrg_new_track(struct nrg *nrg, const struct nrg_chunk *chunk, struct dk_error *error);
/* Checks the bytes of a track against the file, and settles its mode, layout, pregap and count. */
bool nrg_check_track(struct nrg *nrg, struct nrg_track *track, struct dk_error *error);
/* Settles sessions and LBAs of all tracks, which are checked. */
bool nrg_place(struct nrg *nrg, struct dk_error *error);
/* The entry for an index of the track, or NULL. */
const struct nrg_cue *nrg_cue_of(const struct nrg *nrg, const struct nrg_track *track, unsigned index);
bool nrg_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error);

#endif
