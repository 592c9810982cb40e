/* A disc as a format's reader puts it together, checked and settled once for all formats. */
#include "sector/contents.h"
#include "util/arena.h"
#include "util/checked.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Sectors: what no CD and no DVD has (99:59:74 and DVD+R DL). */
    CD_MAX = 449850,
    DVD_MAX = 4173824,
};

struct dk_disc *dk_disc_new(const char *format, const char *path)
{
    struct dk_arena *arena = arena_new();
    struct dk_disc *disc = arena_zeroed(arena, 1, sizeof *disc);

    disc->arena = arena;
    disc->format = format;
    disc->path = arena_copy(arena, path, strlen(path));
    return disc;
}

void dk_disc_add_track(struct dk_disc *disc, struct dk_track track)
{
    disc->tracks = arena_grown(disc->arena, disc->tracks, disc->track_count, sizeof track);
    disc->tracks[disc->track_count++] = track;
}

void dk_disc_add_extent(struct dk_disc *disc, struct dk_extent extent)
{
    disc->extents = arena_grown(disc->arena, disc->extents, disc->extent_count, sizeof extent);
    if (extent.store)
        dk_store_use(extent.store);
    disc->extents[disc->extent_count++] = extent;
}

void dk_disc_add_missing(struct dk_disc *disc, const char *file)
{
    for (size_t i = 0; i < disc->missing_count; i++)
        if (strcmp(disc->missing[i], file) == 0)
            return;
    disc->missing = arena_grown(disc->arena, disc->missing, disc->missing_count, sizeof *disc->missing);
    disc->missing[disc->missing_count++] = arena_copy(disc->arena, file, strlen(file));
}

static struct dk_session *session_of(struct dk_disc *disc, unsigned number)
{
    for (size_t i = 0; i < disc->session_count; i++)
        if (disc->sessions[i].number == number)
            return &disc->sessions[i];
    disc->sessions = arena_grown(disc->arena, disc->sessions, disc->session_count, sizeof *disc->sessions);
    disc->sessions[disc->session_count] = (struct dk_session){ .number = (uint8_t)number, .lead_out = INT32_MIN };
    return &disc->sessions[disc->session_count++];
}

void dk_disc_set_lead_out(struct dk_disc *disc, unsigned session, int32_t lba)
{
    session_of(disc, session)->lead_out = lba;
}

static int by_number(const void *a, const void *b)
{
    return ((const struct dk_track *)a)->number - ((const struct dk_track *)b)->number;
}

static int by_session_number(const void *a, const void *b)
{
    return ((const struct dk_session *)a)->number - ((const struct dk_session *)b)->number;
}

static int by_lba(const void *a, const void *b)
{
    const int32_t left = ((const struct dk_extent *)a)->lba, right = ((const struct dk_extent *)b)->lba;

    return (left > right) - (left < right);
}

static int64_t end_of(const struct dk_track *track)
{
    return (int64_t)track->lba + track->count + track->postgap;
}

static bool check_track(const struct dk_track *track, const struct dk_track *before, struct dk_error *error)
{
    if (track->number < 1 || track->number > DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "there is a track %d: only 1 to 99 can be", track->number);
    if (end_of(track) > INT32_MAX || (int64_t)track->lba - track->pregap < INT32_MIN)
        return dk_fail(error, DK_ERROR_FORMAT, "track %d is longer than any disc", track->number);
    if (before && before->number == track->number)
        return dk_fail(error, DK_ERROR_FORMAT, "there are two tracks %d", track->number);
    if (before && (int64_t)track->lba - track->pregap < end_of(before))
        return dk_fail(error, DK_ERROR_FORMAT,
                       "track %d begins at LBA %" PRId64 ", before the end of track %d at LBA %" PRId64, track->number,
                       (int64_t)track->lba - track->pregap, before->number, end_of(before));
    if (before && track->session < before->session)
        return dk_fail(error, DK_ERROR_FORMAT, "track %d is in session %d, before that of track %d", track->number,
                       track->session, before->number);
    return true;
}

static bool check_extent(const struct dk_extent *extent, const struct dk_extent *next, struct dk_error *error)
{
    if (extent->store && !extent->layout)
        return dk_fail(error, DK_ERROR_FORMAT, "the sectors of %s from LBA %" PRId32 " have a size that is not known",
                       extent->store->name, extent->lba);
    if ((int64_t)extent->lba + extent->count > INT32_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%" PRIu32 " sectors from LBA %" PRId32 " are more than any disc has",
                       extent->count, extent->lba);
    if (next && (int64_t)extent->lba + extent->count > next->lba)
        return dk_fail(error, DK_ERROR_FORMAT, "two parts of the image both claim LBA %" PRId32, next->lba);
    if (extent->store &&
        !range_inside(extent->offset, (uint64_t)extent->count * extent->layout->stored, extent->store->size))
        return dk_fail(error, DK_ERROR_DAMAGED, "%s is too short for its %" PRIu32 " sectors from LBA %" PRId32,
                       extent->store->name, extent->count, extent->lba);
    return true;
}

static bool check(struct dk_disc *disc, struct dk_error *error)
{
    if (disc->track_count == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "there is no track in it");
    for (size_t i = 0; i < disc->track_count; i++)
        if (disc->tracks[i].session == 0)
            disc->tracks[i].session = 1;
    qsort(disc->tracks, disc->track_count, sizeof *disc->tracks, by_number);
    for (size_t i = 0; i < disc->track_count; i++)
        if (!check_track(&disc->tracks[i], i ? &disc->tracks[i - 1] : NULL, error))
            return false;
    if (disc->extent_count)
        qsort(disc->extents, disc->extent_count, sizeof *disc->extents, by_lba);
    for (size_t i = 0; i < disc->extent_count; i++)
        if (!check_extent(&disc->extents[i], i + 1 < disc->extent_count ? &disc->extents[i + 1] : NULL, error))
            return false;
    return true;
}

static void settle_sessions(struct dk_disc *disc)
{
    for (size_t i = 0; i < disc->track_count; i++) {
        struct dk_track *track = &disc->tracks[i];
        struct dk_session *session;

        session = session_of(disc, track->session);
        if (session->lead_out < end_of(track))
            session->lead_out = (int32_t)end_of(track);
    }
    qsort(disc->sessions, disc->session_count, sizeof *disc->sessions, by_session_number);
}

/* The raw sector at `lba`, of an extent that keeps `from` on of each; false: there is none, or it cannot be read. */
static bool read_kept(const struct dk_disc *disc, int32_t lba, unsigned from, uint8_t raw[DK_SECTOR_RAW])
{
    const struct dk_extent *extent = dk_disc_extent_at(disc, lba);
    struct dk_error error;

    return extent && extent->store && extent->layout->from <= from &&
           dk_source_read(disc->source, lba, 1, DK_FORM_RAW, raw, &error) == 1;
}

/* The form that the sector at `lba` says itself, in a Mode 2 track, or that its size does. */
static enum dk_mode form_at(const struct dk_disc *disc, int32_t lba)
{
    const struct dk_extent *extent = dk_disc_extent_at(disc, lba);
    uint8_t raw[DK_SECTOR_RAW];

    if (read_kept(disc, lba, DK_SECTOR_RAW, raw))
        return dk_mode2_form(raw + 16);
    return extent && extent->mode != DK_AUDIO ? extent->mode : DK_MODE2;
}

/* The mode in the header of the sector at `lba`; -1 where it has no header, or no sync. */
static int mode_byte_at(const struct dk_disc *disc, int32_t lba)
{
    uint8_t raw[DK_SECTOR_RAW];

    return read_kept(disc, lba, 12, raw) && dk_sector_user_at(raw) >= 0 ? raw[15] & 3 : -1;
}

/* First, middle and last sector: what is true of these is taken to be so of the track. */
enum { SAMPLES = 3 };

static void choose_samples(const struct dk_track *track, int32_t lba[SAMPLES])
{
    for (int i = 0; i < SAMPLES; i++)
        lba[i] = (int32_t)((int64_t)track->lba + (uint64_t)(track->count - 1) * (unsigned)i / (SAMPLES - 1));
}

/* What the image says of a track is not what its sectors say: they are read by what they say. */
static void compare_with_headers(struct dk_disc *disc, const struct dk_track *track, const int32_t lba[SAMPLES])
{
    const int said = track->mode == DK_MODE0 ? 0 : track->mode == DK_MODE1 ? 1 : 2, found = mode_byte_at(disc, lba[0]);

    if (track->mode == DK_AUDIO || found == said || (found != 1 && found != 2))
        return;
    for (int i = 1; i < SAMPLES; i++)
        if (mode_byte_at(disc, lba[i]) != found)
            return;
    dk_note(&disc->notes, DK_NOTE_ODD, "track %d is said to be of Mode %d, and its sectors are of Mode %d",
            track->number, said, found);
}

/* Where a sector does not say its form, that of its track holds. */
static void settle_extents(const struct dk_disc *disc, const struct dk_track *track)
{
    for (size_t i = 0; i < disc->extent_count; i++) {
        struct dk_extent *extent = &disc->extents[i];

        if (extent->mode == DK_MODE2 && dk_disc_track_at(disc, extent->lba) == track)
            extent->mode = track->mode;
    }
}

static void settle_form(const struct dk_disc *disc, struct dk_track *track, const int32_t lba[SAMPLES])
{
    const enum dk_mode form = form_at(disc, lba[0]);

    for (int i = 1; i < SAMPLES; i++)
        if (form_at(disc, lba[i]) != form)
            return;
    track->mode = form;
    settle_extents(disc, track);
}

static void settle_mode(struct dk_disc *disc, struct dk_track *track)
{
    int32_t lba[SAMPLES];

    if (track->count && !track->missing) {
        choose_samples(track, lba);
        compare_with_headers(disc, track, lba);
        if (track->mode == DK_MODE2)
            settle_form(disc, track, lba);
    }
    if (dk_mode_is_data(track->mode))
        track->control |= DK_CONTROL_DATA;
    else
        track->control &= (uint8_t)~DK_CONTROL_DATA;
}

/* Audio, raw sectors and Mode 2 are of CDs alone, whatever the size: a GD-ROM counts beyond 100 minutes. */
static bool is_cd_track(const struct dk_track *track)
{
    return track->mode != DK_MODE1 || track->stored != DK_SECTOR_USER;
}

static void settle_medium(struct dk_disc *disc)
{
    const int32_t end = dk_disc_end(disc);

    for (size_t i = 0; i < disc->track_count && disc->medium == DK_MEDIUM_UNKNOWN; i++)
        if (is_cd_track(&disc->tracks[i]))
            disc->medium = DK_MEDIUM_CD;
    if (disc->medium != DK_MEDIUM_UNKNOWN)
        return;
    if (end > DVD_MAX)
        disc->medium = DK_MEDIUM_BD;
    else if (end > CD_MAX)
        disc->medium = DK_MEDIUM_DVD;
    else if (disc->track_count > 1)
        disc->medium = DK_MEDIUM_CD;
}

bool dk_disc_finish(struct dk_disc *disc, struct dk_error *error)
{
    if (!check(disc, error))
        return false;
    settle_sessions(disc);
    disc->source = disc_source_new(disc);
    if (!disc->source)
        return dk_fail_errno(error, "cannot open %s", disc->path);
    for (size_t i = 0; i < disc->track_count; i++)
        settle_mode(disc, &disc->tracks[i]);
    settle_medium(disc);
    return true;
}

void dk_disc_close(struct dk_disc *disc)
{
    if (!disc)
        return;
    dk_source_close(disc->source);
    for (size_t i = 0; i < disc->extent_count; i++)
        dk_store_close(disc->extents[i].store);
    dk_notes_free(&disc->notes);
    arena_free(disc->arena);
}

const struct dk_track *dk_disc_track(const struct dk_disc *disc, unsigned number)
{
    for (size_t i = 0; i < disc->track_count; i++)
        if (disc->tracks[i].number == number)
            return &disc->tracks[i];
    return NULL;
}

const struct dk_track *dk_disc_track_at(const struct dk_disc *disc, int32_t lba)
{
    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];

        if (lba >= (int64_t)track->lba - track->pregap && lba < end_of(track))
            return track;
    }
    return NULL;
}

const struct dk_extent *dk_disc_extent_at(const struct dk_disc *disc, int32_t lba)
{
    size_t low = 0, high = disc->extent_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct dk_extent *extent = &disc->extents[middle];

        if (lba < extent->lba)
            high = middle;
        else if (lba >= (int64_t)extent->lba + extent->count)
            low = middle + 1;
        else
            return extent;
    }
    return NULL;
}

int32_t dk_disc_lead_out(const struct dk_disc *disc, unsigned session)
{
    for (size_t i = 0; i < disc->session_count; i++)
        if (disc->sessions[i].number == session)
            return disc->sessions[i].lead_out;
    return 0;
}

int32_t dk_disc_end(const struct dk_disc *disc)
{
    return disc->session_count ? disc->sessions[disc->session_count - 1].lead_out : 0;
}

const char *dk_mode_name(enum dk_mode mode)
{
    static const char *const names[] = {
        [DK_AUDIO] = "audio",
        [DK_MODE0] = "mode0",
        [DK_MODE1] = "mode1",
        [DK_MODE2] = "mode2",
        [DK_MODE2_FORM1] = "mode2-form1",
        [DK_MODE2_FORM2] = "mode2-form2",
    };

    return names[mode];
}

const char *dk_medium_name(enum dk_medium medium)
{
    static const char *const names[] = { "unknown", "cd", "dvd", "bd" };

    return names[medium];
}
