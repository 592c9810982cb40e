/* CHD: what the metadata of CDs and GD-ROMs say of their tracks. */
#ifndef FORMATS_CHD_TRACKS_H
#define FORMATS_CHD_TRACKS_H

#include "formats/chd.h"

/* How the sectors of a track are kept: at the beginning of each frame, as much of the raw sector as the kind says. */
struct chd_track_kind {
    const char *name, *other_name; /* in the metadata */
    enum dk_mode mode;
    uint16_t from, to; /* of the raw sector */
};

enum chd_subcode { CHD_SUB_COOKED, CHD_SUB_RAW, CHD_SUB_NONE }; /* numbered as the oldest metadata have them */

struct chd_track {
    uint32_t number;
    const struct chd_track_kind *kind;
    enum chd_subcode subcode;
    uint32_t frames;    /* stored; with the pregap where that is stored, and with the padding */
    uint32_t pad;       /* of the frames: zeros at the end, up to where the next track of a GD-ROM begins */
    uint32_t pregap;    /* sectors */
    bool pregap_stored; /* they are the first of the frames */
    uint32_t postgap;   /* never stored */
    bool gd;
    /* where it was put */
    uint64_t first_frame;
    int32_t lba; /* of INDEX 01 */
    uint8_t session;
    /* where the private metadata say so */
    uint32_t said_pregap;
    uint8_t control; /* enum dk_control */
    char isrc[DK_ISRC_LENGTH + 1];
    const struct dk_index *indexes;
    size_t index_count;
};

struct chd_track_list {
    struct chd *chd;
    struct dk_disc *disc;
    bool said; /* there are private metadata, and they fit */
    size_t count;
    struct chd_track tracks[DK_TRACKS_MAX];
};

const struct chd_track_kind *chd_kind_named(const char *name, size_t length); /* NULL: there is none */
const struct chd_track_kind *chd_kind_numbered(uint32_t number);

/* Takes the tracks out of the metadata, and checks each by itself. */
bool chd_parse_tracks(struct chd_track_list *list, struct dk_error *error);
/* Gives each its frames and its LBA. */
bool chd_place_tracks(struct chd_track_list *list, struct dk_error *error);
/* Adds them to the disc, out of the store of all hunks; and to the spans of the file. */
void chd_add_tracks(struct chd_track_list *list, struct dk_store *store);

#endif
