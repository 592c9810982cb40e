/* Sound as a result: a file for each audio track, whatever its format. Inside the room only. */
#ifndef JOBS_SOUNDS_H
#define JOBS_SOUNDS_H

#include "jobs/convert.h"

#include <disckit/pipeline.h>

/* Writes one sound as a file; `done` sectors were written to those before it. */
typedef bool sounds_write_one(struct convert *convert, const struct convert_sound *sound, uint64_t done,
                              struct dk_output_file *file, struct dk_error *error);
/* Compares the file of one sound with the disc. */
typedef bool sounds_verify_one(struct convert *convert, const struct convert_sound *sound, const char *path,
                               struct dk_error *error);

bool sounds_write(struct convert *convert, sounds_write_one *write, struct dk_error *error);
bool sounds_verify(struct convert *convert, sounds_verify_one *verify, struct dk_error *error);
/* What gives the samples of a sound to `take`, or, where they need no look, the bytes of a file to `copy` (or NULL). */
struct dk_pipeline sounds_pipeline(struct convert *convert, const struct convert_sound *sound, uint64_t done,
                                   dk_sink_take *take, dk_sink_copy *copy, void *context);

#endif
