/*
 * NRG: sessions, and where tracks lie on the disc. Cues tell it of discs written at once. Tracks written one at a time
 * have a start that counts the pauses between them or leaves them out, as the program that wrote it did; which of both
 * is seen from the numbers themselves.
 */
#include "formats/nrg.h"

#include <inttypes.h>

enum { PAUSE = DK_LEAD_IN_PREGAP };

/* ---- Sessions ---- */

static void assign_by_counts(struct nrg *nrg)
{
    size_t session = 0, left = nrg->session_sizes[0];

    for (size_t i = 0; i < nrg->track_count; i++, left--) {
        while (left == 0)
            left = nrg->session_sizes[++session];
        nrg->tracks[i].session = (uint8_t)(session + 1);
    }
}

static void assign_sessions(struct nrg *nrg)
{
    uint64_t told = 0;

    for (size_t i = 0; i < nrg->session_count; i++)
        told += nrg->session_sizes[i];
    if (told == nrg->track_count) {
        assign_by_counts(nrg);
        return;
    }
    if (nrg->session_count)
        dk_note(&nrg->disc->notes, DK_NOTE_ODD,
                "the SINF chunks are for %" PRIu64
                " tracks, and there are %zu: each list of tracks is taken as a session",
                told, nrg->track_count);
    for (size_t i = 0; i < nrg->track_count; i++)
        nrg->tracks[i].session = (uint8_t)(nrg->tracks[i].part + 1);
}

/* ---- Addresses ---- */

/* Where the next track would begin, from what was placed so far. */
struct place {
    int64_t end;       /* LBA behind the last track */
    int64_t told_end;  /* the same as the records count */
    unsigned sessions; /* that have a track */
};

static int64_t session_gap(const struct place *place)
{
    return place->sessions == 1 ? DK_FIRST_SESSION_GAP : DK_LATER_SESSION_GAP;
}

/* Without a cue: behind the track before; the pause of track 1 lies before LBA 0 where it is stored. */
static int64_t counted_lba(const struct nrg *nrg, const struct nrg_track *track, const struct place *place)
{
    if (track == nrg->tracks)
        return track->pregap >= PAUSE ? (int64_t)track->pregap - PAUSE : track->pregap;
    if (track->session != track[-1].session)
        return place->end + session_gap(place);
    return place->end + track->pregap;
}

/* Are these tracks' starts sums of the lengths before them, so that no pause is counted? */
static bool without_pauses(const struct nrg_track *tracks, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (tracks[i].start != (int64_t)tracks[i - 1].start + tracks[i - 1].count)
            return false;
    return true;
}

static bool with_pauses(const struct nrg_track *tracks, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (tracks[i].start < (int64_t)tracks[i - 1].start + tracks[i - 1].count + PAUSE)
            return false;
    return true;
}

/* LBA of the first of a run of tracks that were written one at a time. */
static int64_t first_lba(const struct nrg *nrg, const struct nrg_track *track, const struct place *place)
{
    int64_t expected;

    if (track == nrg->tracks)
        return track->has_start ? track->start : 0;
    if (track->session == track[-1].session)
        return place->end + PAUSE;
    expected = place->end + session_gap(place);
    if (!track->has_start || track->start == place->told_end || track->start < expected - PAUSE)
        return expected;
    return track->start == expected - PAUSE ? expected : track->start;
}

static void step(struct place *place, const struct nrg_track *track)
{
    place->end = (int64_t)track->lba + track->count;
    place->told_end = track->has_start ? (int64_t)track->start + track->count : place->end;
}

static bool set_lba(const struct nrg *nrg, struct nrg_track *track, int64_t lba, struct place *place,
                    struct dk_error *error)
{
    if (lba - track->pregap < INT32_MIN || lba + track->count > INT32_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %u would begin at LBA %" PRId64 ", beyond any disc",
                       nrg->path, track->number, lba);
    track->lba = (int32_t)lba;
    step(place, track);
    return true;
}

static bool place_at_once(struct nrg *nrg, struct nrg_track *track, struct place *place, struct dk_error *error)
{
    const struct nrg_cue *index0 = nrg_cue_of(nrg, track, 0), *index1 = nrg_cue_of(nrg, track, 1);
    const int64_t lba = index1 ? index1->lba : counted_lba(nrg, track, place);

    if (!index1)
        dk_note(&nrg->disc->notes, DK_NOTE_GUESS,
                "no cue says where track %u begins: it is placed at LBA %" PRId64 ", as its length and gap ask",
                track->number, lba);
    if (index0 && index1 && track->index0 < track->index1 && index0->lba != lba - (int64_t)track->pregap &&
        !(track == nrg->tracks && index0->lba == -PAUSE))
        dk_note(&nrg->disc->notes, DK_NOTE_GUESS,
                "track %u: index 0 is said to be at LBA %" PRId32
                ", and %u sectors are stored before index 1 at LBA %" PRId64 ": what is stored counts",
                track->number, index0->lba, track->pregap, lba);
    return set_lba(nrg, track, lba, place, error);
}

/* Places `count` tracks of one session that were written one at a time. */
static bool place_one_at_a_time(struct nrg *nrg, struct nrg_track *tracks, size_t count, struct place *place,
                                struct dk_error *error)
{
    const bool summed = tracks->has_start && without_pauses(tracks, count);
    const bool paused = tracks->has_start && with_pauses(tracks, count);
    const int64_t first = first_lba(nrg, tracks, place);

    if (tracks->has_start && !summed && !paused)
        dk_note(&nrg->disc->notes, DK_NOTE_ODD,
                "tracks %u to %u are said to overlap: they are placed by their lengths, with a pause between them",
                tracks->number, tracks[count - 1].number);
    for (size_t i = 0; i < count; i++) {
        int64_t lba = i ? place->end + PAUSE : first;

        if (paused && !summed)
            lba = first + tracks[i].start - tracks->start;
        if (!set_lba(nrg, &tracks[i], lba, place, error))
            return false;
    }
    return true;
}

bool nrg_place(struct nrg *nrg, struct dk_error *error)
{
    struct place place = { 0 };

    assign_sessions(nrg);
    for (size_t i = 0; i < nrg->track_count;) {
        struct nrg_track *track = &nrg->tracks[i];
        size_t count = 1;

        if (track->at_once) {
            if (!place_at_once(nrg, track, &place, error))
                return false;
        } else {
            while (i + count < nrg->track_count && track[count].session == track->session && !track[count].at_once)
                count++;
            if (!place_one_at_a_time(nrg, track, count, &place, error))
                return false;
        }
        i += count;
        if (i < nrg->track_count && nrg->tracks[i].session != track->session)
            place.sessions++;
    }
    return true;
}
