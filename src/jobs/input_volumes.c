/* Which track's volumes a user means who names a disc, a session or a track. */
#include <disckit/input.h>
#include <inttypes.h>

static struct dk_volumes *volumes_of(struct dk_disc *disc, const struct dk_track *track, struct dk_error *error)
{
    if (track->missing) {
        dk_fail(error, DK_ERROR_MISSING, "the file with track %d of %s is not there", track->number, disc->path);
        return NULL;
    }
    return dk_volumes_find(disc->source, track->number, track->lba, track->count, error);
}

static struct dk_volumes *volumes_of_number(struct dk_disc *disc, unsigned number, struct dk_error *error)
{
    const struct dk_track *track = dk_disc_track(disc, number);

    if (!track) {
        dk_fail(error, DK_ERROR_REFUSED, "%s has no track %u", disc->path, number);
        return NULL;
    }
    if (!dk_mode_is_data(track->mode)) {
        dk_fail(error, DK_ERROR_REFUSED, "track %u of %s is audio and holds no files", number, disc->path);
        return NULL;
    }
    return volumes_of(disc, track, error);
}

/*
 * The first data track of the session that has a volume; the last one that was looked at where none has. NULL without
 * touching `error` where the session has no data track.
 */
static struct dk_volumes *volumes_of_session(struct dk_disc *disc, unsigned session, struct dk_error *error)
{
    struct dk_volumes *volumes = NULL;

    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];

        if (track->session != session || !dk_mode_is_data(track->mode))
            continue;
        dk_volumes_free(volumes);
        volumes = volumes_of(disc, track, error);
        if (!volumes || volumes->count)
            break;
    }
    return volumes;
}

/* The newest session first: its directories refer to the files of the older ones, not the other way round. */
static struct dk_volumes *newest_volumes(struct dk_disc *disc, struct dk_error *error)
{
    struct dk_volumes *found = NULL;
    struct dk_error failure = { DK_ERROR_NONE, "" };

    for (size_t i = disc->session_count; i-- > 0;) {
        struct dk_volumes *volumes = volumes_of_session(disc, disc->sessions[i].number, &failure);

        if (!volumes)
            continue;
        dk_volumes_free(found);
        found = volumes;
        if (found->count)
            return found;
    }
    if (!found && failure.kind != DK_ERROR_NONE)
        *error = failure;
    else if (!found)
        dk_fail(error, DK_ERROR_REFUSED, "%s has no data track: there are no files on it", disc->path);
    return found;
}

struct dk_volumes *dk_input_volumes(struct dk_disc *disc, unsigned track, unsigned session, struct dk_error *error)
{
    struct dk_volumes *volumes;

    if (track)
        return volumes_of_number(disc, track, error);
    if (!session)
        return newest_volumes(disc, error);
    error->kind = DK_ERROR_NONE;
    volumes = volumes_of_session(disc, session, error);
    if (!volumes && error->kind == DK_ERROR_NONE)
        dk_fail(error, DK_ERROR_REFUSED, "%s has no data track in session %u", disc->path, session);
    return volumes;
}
