#include "jobs/data_track.h"

#include <string.h>

static const struct dk_track *chosen_track(const struct dk_disc *disc, unsigned number, const char *doing,
                                           struct dk_error *error)
{
    const struct dk_track *track = dk_disc_track(disc, number);

    if (!track)
        dk_fail(error, DK_ERROR_REFUSED, "%s has no track %u", disc->path, number);
    else if (!dk_mode_is_data(track->mode))
        dk_fail(error, DK_ERROR_REFUSED, "track %u is audio: only data tracks are %s", number, doing);
    else
        return track;
    return NULL;
}

/* The only data track of a session (0: of the disc). */
static const struct dk_track *only_data_track(const struct dk_disc *disc, unsigned session, const char *doing,
                                              struct dk_error *error)
{
    const struct dk_track *only = NULL, *first_audio = NULL;
    unsigned data = 0;

    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];

        if (session && track->session != session)
            continue;
        if (!dk_mode_is_data(track->mode))
            first_audio = first_audio ? first_audio : track;
        else if (data++ == 0)
            only = track;
    }
    if (data == 0 && first_audio)
        dk_fail(error, DK_ERROR_REFUSED, "%s holds audio only: only data is %s", disc->path, doing);
    else if (data == 0)
        dk_fail(error, DK_ERROR_REFUSED, "%s has no session %u", disc->path, session);
    else if (data > 1)
        dk_fail(error, DK_ERROR_REFUSED, "%s has %u data tracks: choose one with --track, such as --track %u",
                disc->path, data, only->number);
    else if (first_audio && !session)
        dk_fail(error, DK_ERROR_REFUSED, "%s has audio too, which is not %s: --track %u takes the data alone",
                disc->path, doing, only->number);
    else
        return only;
    return NULL;
}

const struct dk_track *data_track_choose(const struct dk_disc *disc, unsigned number, unsigned session,
                                         const char *doing, struct dk_error *error)
{
    return number ? chosen_track(disc, number, doing, error) : only_data_track(disc, session, doing, error);
}

uint32_t data_track_descriptors(const struct dk_disc *disc, const struct dk_track *track)
{
    enum { DESCRIPTORS_MAX = 64, TERMINATOR = 255 };
    const int32_t first = track->lba + DESCRIPTORS_AT;
    uint8_t sector[DK_SECTOR_USER];
    struct dk_error error;
    uint32_t count = 0;

    while (count < DESCRIPTORS_MAX &&
           dk_source_read(disc->source, first + (int32_t)count, 1, DK_FORM_USER, sector, &error) == 1 &&
           memcmp(sector + 1, "CD001", 5) == 0) {
        count++;
        if (sector[0] == TERMINATOR)
            break;
    }
    return count;
}
