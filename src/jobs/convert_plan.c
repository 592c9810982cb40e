/* Which tracks, and which sectors of them, go into a result. */
#include "jobs/convert.h"
#include "jobs/data_track.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool convert_refuse(struct convert *convert, const char *advice, const char *suffix, struct dk_error *error,
                    const char *format, ...)
{
    va_list arguments;

    snprintf(convert->result->advice, sizeof convert->result->advice, "%s", advice ? advice : "");
    convert->result->advice_suffix = suffix;
    error->kind = DK_ERROR_REFUSED;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return false;
}

bool convert_wants(const struct convert *convert, const struct dk_track *track)
{
    const struct dk_convert_options *options = convert->options;

    return (!options->track || options->track == track->number) &&
           (!options->session || options->session == track->session);
}

/* A track or session that the disc does not have is refused in one place for all targets. */
static bool check_choice(struct convert *convert, struct dk_error *error)
{
    const struct dk_disc *disc = convert->disc;
    const unsigned track = convert->options->track, session = convert->options->session;

    if (track && !dk_disc_track(disc, track))
        return dk_fail(error, DK_ERROR_REFUSED, "%s has no track %u: there are tracks %d to %d", disc->path, track,
                       disc->tracks[0].number, disc->tracks[disc->track_count - 1].number);
    if (session && session > disc->sessions[disc->session_count - 1].number)
        return dk_fail(error, DK_ERROR_REFUSED, "%s has no session %u: it has %zu", disc->path, session,
                       disc->session_count);
    for (size_t i = 0; i < disc->track_count; i++)
        if (convert_wants(convert, &disc->tracks[i]))
            return true;
    return dk_fail(error, DK_ERROR_REFUSED, "track %u of %s is not in session %u", track, disc->path, session);
}

uint32_t convert_sectors_there(struct convert *convert, const struct dk_track *track)
{
    const struct dk_disc *disc = convert->disc;
    const int64_t end = (int64_t)track->lba + track->count;
    int64_t there = track->lba;

    for (size_t i = 0; i < disc->extent_count; i++) {
        const struct dk_extent *extent = &disc->extents[i];
        const int64_t extent_end = (int64_t)extent->lba + extent->count;

        if (extent->lba < end && extent_end > there)
            there = extent_end < end ? extent_end : end;
    }
    if (disc->extent_count == 0 || there == end) /* a drive has no extents */
        return track->count;
    dk_note(&convert->result->notes, DK_NOTE_DAMAGE,
            "track %d ends in the image at LBA %" PRId64 ": %" PRId64 " of its %" PRIu32 " sectors are missing",
            track->number, there, end - there, track->count);
    return (uint32_t)(there - track->lba);
}

/* ---- ISO ---- */

static void list_track(char *list, size_t size, const struct dk_track *track)
{
    snprintf(list + strlen(list), size - strlen(list), "%s%d", *list ? ", " : "", track->number);
}

/* The one data track that an ISO is made of. */
static const struct dk_track *track_of_iso(struct convert *convert, struct dk_error *error)
{
    const struct dk_disc *disc = convert->disc;
    const struct dk_track *found = NULL;
    char list[400] = "", advice[40];
    size_t count = 0;

    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];

        if (!convert_wants(convert, track) || !dk_mode_is_data(track->mode))
            continue;
        found = count ? found : track;
        list_track(list, sizeof list, track);
        count++;
    }
    if (count == 1)
        return found;
    if (count) {
        snprintf(advice, sizeof advice, "--track %d", found->number);
        convert_refuse(convert, advice, NULL, error,
                       "tracks %s of %s are data tracks, and an .iso holds one of them: %s chooses it", list,
                       disc->path, disc->session_count > 1 ? "--track or --session" : "--track");
    } else if (convert->options->track) {
        snprintf(advice, sizeof advice, "--track %u", convert->options->track);
        convert_refuse(convert, advice, "wav", error, "track %u of %s is audio, and an .iso holds data",
                       convert->options->track, disc->path);
    } else {
        convert_refuse(convert, NULL, "wav", error, "%s has no data track%s, and an .iso holds nothing else",
                       disc->path, convert->options->session ? " in that session" : "");
    }
    return NULL;
}

static void add_piece(struct convert *convert, int32_t lba, uint32_t count, bool hole)
{
    if (count == 0)
        return;
    convert->pieces[convert->piece_count++] = (struct convert_piece){ lba, count, hole };
    convert->result->sectors += count;
}

/* Does the newest volume on the track count its blocks from LBA 0 of the disc? */
static bool counts_from_zero(struct convert *convert, const struct dk_track *track)
{
    struct dk_error error;

    convert->volumes = dk_input_volumes(convert->disc, track->number, 0, &error);
    return convert->volumes && convert->volumes->count && convert->volumes->items[0].base == 0 && track->lba > 0;
}

/*
 * A hole from `from` to `to`. Whoever mounts a file looks for descriptors at sector 16 of it: where that is a hole, the
 * newest volume's stand there, too.
 */
static void add_hole(struct convert *convert, int32_t from, int32_t to, const struct dk_track *newest)
{
    const uint32_t count = data_track_descriptors(convert->disc, newest);
    const int32_t end = DESCRIPTORS_AT + (int32_t)count;

    if (from <= DESCRIPTORS_AT && end <= to && count) {
        add_piece(convert, from, (uint32_t)(DESCRIPTORS_AT - from), true);
        add_piece(convert, newest->lba + DESCRIPTORS_AT, count, false);
        from = end;
    }
    add_piece(convert, from, (uint32_t)(to - from), true);
}

/*
 * From LBA 0 to the end of the track: its directories name files of earlier sessions by their LBA, so earlier data
 * tracks stay in their places; sound and the gaps between are holes.
 */
static void plan_from_zero(struct convert *convert, const struct dk_track *newest)
{
    int32_t at = 0;

    for (size_t i = 0; i < convert->disc->track_count; i++) {
        const struct dk_track *track = &convert->disc->tracks[i];
        uint32_t count;

        if (!dk_mode_is_data(track->mode) || track->lba > newest->lba || track->lba < at)
            continue;
        count = convert_sectors_there(convert, track);
        add_hole(convert, at, track->lba, newest);
        add_piece(convert, track->lba, count, false);
        convert->chosen[track->number] = true;
        at = track->lba + (int32_t)count;
    }
    dk_note(&convert->result->notes, DK_NOTE_GUESS,
            "the volume counts from LBA 0 of the disc, so the result begins there; its own sectors from %" PRId32
            " on (mount -o loop,sbsector=%" PRId32 "); --cut gives the bare track",
            newest->lba, newest->lba);
}

bool convert_plan_iso(struct convert *convert, struct dk_error *error)
{
    const struct dk_track *track = check_choice(convert, error) ? track_of_iso(convert, error) : NULL;

    if (!track)
        return false;
    convert->chosen[track->number] = true;
    if (counts_from_zero(convert, track) && !convert->options->cut)
        plan_from_zero(convert, track);
    else
        add_piece(convert, track->lba, convert_sectors_there(convert, track), false);
    if (convert->piece_count == 0)
        return dk_fail(error, DK_ERROR_DAMAGED, "the image has no sector of track %d", track->number);
    return true;
}

/* ---- Sound ---- */

static void add_sound(struct convert *convert, unsigned track, int32_t lba, uint32_t count)
{
    if (count == 0)
        return;
    convert->sounds[convert->sound_count++] = (struct convert_sound){ track, lba, count };
    convert->result->sectors += count;
}

/* To the next track's INDEX 01 where that is audio of the same session: the gap between belongs to this one. */
static uint32_t sound_count(struct convert *convert, const struct dk_track *track)
{
    const struct dk_track *next = dk_disc_track(convert->disc, track->number + 1u);

    if (next && next->session == track->session && next->mode == DK_AUDIO)
        return (uint32_t)(next->lba - track->lba);
    return convert_sectors_there(convert, track) + track->postgap;
}

/* Sound that the image stores before the first track. */
static bool has_hidden_track(const struct dk_disc *disc)
{
    const struct dk_track *first = &disc->tracks[0];

    if (first->mode != DK_AUDIO || first->lba <= 0)
        return false;
    for (int32_t lba = 0; lba < first->lba; lba++) {
        const struct dk_extent *extent = dk_disc_extent_at(disc, lba);

        if (extent && extent->store)
            return true;
        if (extent)
            lba = extent->lba + (int32_t)extent->count - 1;
    }
    return false;
}

bool convert_plan_sound(struct convert *convert, struct dk_error *error)
{
    const struct dk_disc *disc = convert->disc;

    if (!check_choice(convert, error))
        return false;
    if (!convert->options->track && convert_wants(convert, &disc->tracks[0]) && has_hidden_track(disc))
        add_sound(convert, 0, 0, (uint32_t)disc->tracks[0].lba);
    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];

        if (!convert_wants(convert, track) || track->mode != DK_AUDIO)
            continue;
        convert->chosen[track->number] = true;
        add_sound(convert, track->number, track->lba, sound_count(convert, track));
    }
    if (convert->sound_count)
        return true;
    if (convert->options->track) {
        char advice[40];

        snprintf(advice, sizeof advice, "--track %u", convert->options->track);
        return convert_refuse(convert, advice, "iso", error, "track %u of %s is data, and a .%s holds sound",
                              convert->options->track, disc->path, convert->target.id);
    }
    return convert_refuse(convert, NULL, "iso", error, "%s has no audio track%s, and a .%s holds nothing else",
                          disc->path, convert->options->session ? " in that session" : "", convert->target.id);
}

/* ---- Images ---- */

/* What the target can't hold at all is told as a loss of that track. */
static void choose_for_image(struct convert *convert, const struct dk_track *track)
{
    const unsigned needed = dk_mode_is_data(track->mode) ? DK_HOLDS_CD_DATA | DK_HOLDS_DVD : DK_HOLDS_AUDIO;

    if (!(convert->target.holds & needed) || (convert->result->sectors && !(convert->target.holds & DK_HOLDS_TRACKS)))
        return;
    convert->chosen[track->number] = true;
    convert->result->sectors += track->count;
}

bool convert_plan_image(struct convert *convert, struct dk_error *error)
{
    const struct dk_disc *disc = convert->disc;
    const bool dvd = disc->medium == DK_MEDIUM_DVD || disc->medium == DK_MEDIUM_BD;

    if (dvd && !(convert->target.holds & DK_HOLDS_DVD))
        return convert_refuse(convert, NULL, "iso", error, "%s is a %s, and a .%s holds CDs alone", disc->path,
                              disc->medium == DK_MEDIUM_DVD ? "DVD" : "BD", convert->target.id);
    if (convert->options->track || convert->options->session)
        return convert_refuse(convert, "", NULL, error,
                              "a .%s takes the whole disc: a track of it goes into an .iso or a .wav",
                              convert->target.id);
    for (size_t i = 0; i < disc->track_count; i++)
        choose_for_image(convert, &disc->tracks[i]);
    return true;
}
