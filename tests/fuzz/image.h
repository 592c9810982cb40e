/* What targets for image formats share: the bytes as a file, read by one format, and its sectors read in turn. */
#ifndef FUZZ_IMAGE_H
#define FUZZ_IMAGE_H

#include <disckit/format.h>
#include <stdlib.h>

/* Reads the first, the middle and the last sectors of each track, and what the table says is around it. */
static inline void image_walk(const struct dk_disc *disc)
{
    static const enum dk_form forms[] = { DK_FORM_USER, DK_FORM_RAW, DK_FORM_RAW_SUB };
    uint8_t sectors[2 * DK_SECTOR_RAW_SUB];
    struct dk_error error;

    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];
        const int32_t places[] = { track->lba - (int32_t)track->pregap, track->lba,
                                   track->lba + (int32_t)(track->count / 2), track->lba + (int32_t)track->count - 1 };

        for (size_t place = 0; place < sizeof places / sizeof *places; place++)
            for (size_t form = 0; form < sizeof forms / sizeof *forms; form++)
                if (dk_source_read(disc->source, places[place], 2, forms[form], sectors, &error) > 2)
                    abort();
        if (track->count && dk_disc_track_at(disc, track->lba) != track)
            abort();
    }
}

static inline int image_fuzz(const char *id, const uint8_t *bytes, size_t size)
{
    const struct dk_format *format = dk_format_by_id(id);
    struct dk_store *store = dk_store_from_memory(bytes, size, "fuzz.image");
    const struct dk_candidate candidate = {
        .store = store,
        .path = "/nowhere/fuzz.image",
        .head = bytes,
        .head_size = size < DK_PROBE_HEAD ? size : DK_PROBE_HEAD,
        .tail = size < DK_PROBE_TAIL ? bytes : bytes + size - DK_PROBE_TAIL,
        .tail_size = size < DK_PROBE_TAIL ? size : DK_PROBE_TAIL,
    };
    struct dk_disc *disc = dk_disc_new(id, candidate.path);
    struct dk_error error;

    if (format->probe(&candidate) > 0 && format->read(&candidate, disc, &error) && dk_disc_finish(disc, &error))
        image_walk(disc);
    dk_disc_close(disc);
    dk_store_close(store);
    return 0;
}

#endif
