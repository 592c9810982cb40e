/*
 * Audio files that sheets name: where their samples are. CD audio has 44100 samples a second, 16 bits and two channels,
 * and nothing else is taken.
 */
#ifndef FORMATS_WAVE_H
#define FORMATS_WAVE_H

#include <disckit/bytes.h>
#include <disckit/note.h>

/* Samples, 4 bytes for each pair of left and right. */
struct sound {
    struct dk_store *store; /* the caller closes it */
    bool big_endian;
};

struct sound_kind {
    const char *name; /* "a WAVE file" */
    /* NULL: the kind is known by name alone. The sound uses `file` on its own. */
    bool (*open)(struct dk_store *file, struct sound *sound, struct dk_notes *notes, struct dk_error *error);
};

/* The kind of a file by its first bytes; NULL where it is none that is known. */
const struct sound_kind *sound_find(struct dk_store *file);

bool wave_open(struct dk_store *file, struct sound *sound, struct dk_notes *notes, struct dk_error *error);
bool aiff_open(struct dk_store *file, struct sound *sound, struct dk_notes *notes, struct dk_error *error);
bool flac_open(struct dk_store *file, struct sound *sound, struct dk_notes *notes, struct dk_error *error);

/* Refuses, with the figures, what is not CD audio. */
bool sound_check(const struct dk_store *file, unsigned channels, unsigned rate, unsigned bits, struct dk_error *error);
/*
 * The part of `file` with the samples, cut to what is there; `size` 0 or 2^32 - 1, which writers leave that could not
 * come back to fill it in, is all up to the end.
 */
bool sound_slice(struct dk_store *file, uint64_t offset, uint64_t size, struct sound *sound, struct dk_notes *notes,
                 struct dk_error *error);

/* A chunk of RIFF and IFF files; what IFF calls big-endian, RIFF has the other way round. */
struct sound_chunk {
    char id[4];
    uint32_t size;
    uint64_t offset; /* of its contents */
};
/* The chunk at `*at`, which then is that of the next one. False at the end of the file. */
bool sound_next_chunk(struct dk_store *file, uint64_t *at, bool big_endian, struct sound_chunk *chunk);

enum { SOUND_CHUNKS_MAX = 10000 /* looked at before the samples must have come */ };

#endif
