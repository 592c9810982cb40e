/* Inspecting a disc: what it consists of, and what of it is not as it should be. */
#include "jobs/inspection.h"

#include <inttypes.h>
#include <stdlib.h>

enum { DESCRIPTOR_SECTOR = 16 /* the first that has a volume descriptor: ECMA-119 6.2.1 */ };

static void note_missing_files(struct dk_inspection *inspection, const struct dk_disc *disc)
{
    for (size_t i = 0; i < disc->missing_count; i++)
        dk_note(&inspection->notes, DK_NOTE_DAMAGE, "the file '%s', which %s names, is not there", disc->missing[i],
                disc->path);
}

static void look_at_track(struct dk_inspection *inspection, const struct dk_disc *disc, const struct dk_track *track)
{
    struct dk_error error;
    struct dk_volumes *volumes = dk_volumes_find(disc->source, track->number, track->lba, track->count, &error);

    if (!volumes) {
        dk_note(&inspection->notes, DK_NOTE_DAMAGE, "the volumes of track %d: %s", track->number, error.text);
        return;
    }
    inspection->volumes[inspection->volumes_count++] = volumes;
    if (!volumes->count && disc->odd_tail && track == &disc->tracks[disc->track_count - 1] &&
        track->count <= DESCRIPTOR_SECTOR)
        dk_note(&inspection->notes, DK_NOTE_DAMAGE,
                "the image ends in the middle of LBA %" PRId64 ", before any volume descriptor is whole",
                (int64_t)track->lba + track->count);
    inspection_measure(inspection, disc, track, volumes);
}

struct dk_inspection *dk_inspect(struct dk_disc *disc, unsigned flags, struct dk_watch *watch, struct dk_error *error)
{
    struct dk_inspection *inspection = calloc(1, sizeof *inspection);

    if (!inspection || !(inspection->volumes = calloc(disc->track_count, sizeof *inspection->volumes)) ||
        !(inspection->sizes = calloc(disc->track_count, sizeof *inspection->sizes))) {
        dk_fail_errno(error, "cannot inspect %s", disc->path);
        goto fail;
    }
    note_missing_files(inspection, disc);
    for (size_t i = 0; i < disc->track_count; i++)
        if (dk_mode_is_data(disc->tracks[i].mode) && !disc->tracks[i].missing)
            look_at_track(inspection, disc, &disc->tracks[i]);
    if (!(flags & DK_INSPECT_FAST) && !inspection_check_sectors(inspection, disc, watch, error))
        goto fail;
    return inspection;

fail:
    dk_inspection_free(inspection);
    return NULL;
}

void dk_inspection_free(struct dk_inspection *inspection)
{
    if (!inspection)
        return;
    for (size_t i = 0; i < inspection->volumes_count; i++)
        dk_volumes_free(inspection->volumes[i]);
    free(inspection->volumes);
    free(inspection->sizes);
    dk_bad_list_free(&inspection->bad);
    dk_notes_free(&inspection->notes);
    free(inspection);
}
