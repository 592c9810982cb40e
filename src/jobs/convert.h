/* Inside converting only: what is going to be written, and the parts that decide and do it. */
#ifndef JOBS_CONVERT_H
#define JOBS_CONVERT_H

#include <disckit/convert.h>
#include <disckit/format.h>
#include <disckit/input.h>

struct convert;

/* How a kind of target goes its way. */
struct convert_way {
    const char *id; /* of the target; NULL: every other one */
    /* Chooses the tracks; refuses what the target can never be. */
    bool (*plan)(struct convert *convert, struct dk_error *error);
    bool (*write)(struct convert *convert, struct dk_error *error);
    /* Opens what was written and compares it with the disc. */
    bool (*verify)(struct convert *convert, struct dk_error *error);
};

/* A piece of an ISO: sectors of the disc, or a hole where nothing belongs to it. */
struct convert_piece {
    int32_t lba;
    uint32_t count;
    bool hole;
};

/* A file of sound. */
struct convert_sound {
    unsigned track; /* 0: what is hidden before the first track */
    int32_t lba;
    uint32_t count;
};

enum { PIECES_MAX = 2 * DK_TRACKS_MAX + 4, SOUNDS_MAX = DK_TRACKS_MAX + 1 };

/* One conversion. */
struct convert {
    struct dk_disc *disc;
    const char *path;
    const struct dk_convert_options *options;
    struct dk_conversion *result;
    struct dk_target target;
    const struct convert_way *way;
    const struct dk_iso_sink *iso_sink; /* packs the ISO; NULL: it stays as it is */
    struct dk_output *output;
    struct dk_volumes *volumes;     /* of the data track of an ISO; NULL: none was looked for */
    bool chosen[DK_TRACKS_MAX + 1]; /* tracks that go into the result, by number */
    struct convert_piece pieces[PIECES_MAX];
    size_t piece_count;
    struct convert_sound sounds[SOUNDS_MAX];
    size_t sound_count;
};

/* ---- Targets ---- */

/* Sets target and way by the options or the suffix. */
bool convert_find_target(struct convert *convert, struct dk_error *error);

/* ---- Planning ---- */

bool convert_plan_iso(struct convert *convert, struct dk_error *error);
bool convert_plan_sound(struct convert *convert, struct dk_error *error);
bool convert_plan_image(struct convert *convert, struct dk_error *error);
/* Refuses, and keeps what would work; `suffix` is NULL where the output's name may stay. */
bool convert_refuse(struct convert *convert, const char *advice, const char *suffix, struct dk_error *error,
                    const char *format, ...) DK_PRINTF(5, 6);
/* Sectors of the track that the image really has, from INDEX 01 on; what is missing is noted. */
uint32_t convert_sectors_there(struct convert *convert, const struct dk_track *track);
bool convert_wants(const struct convert *convert, const struct dk_track *track);

/* Looks for what the target can't hold; refuses where that is content and nobody allowed it (loss.c). */
bool convert_accept_losses(struct convert *convert, struct dk_error *error);

/* ---- Writing ---- */

/* What may differ from what was written is what the disk did to it, so each way compares what it wrote. */
bool convert_verify_iso(struct convert *convert, struct dk_error *error);
bool convert_verify_wav(struct convert *convert, struct dk_error *error);
bool convert_verify_flac(struct convert *convert, struct dk_error *error);
bool convert_verify_image(struct convert *convert, struct dk_error *error);

bool convert_write_iso(struct convert *convert, struct dk_error *error);
bool convert_write_wav(struct convert *convert, struct dk_error *error);
bool convert_write_flac(struct convert *convert, struct dk_error *error);
bool convert_write_image(struct convert *convert, struct dk_error *error);

#endif
