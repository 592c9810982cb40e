#include "formats/cue_place.h"

#include "formats/gd_rom.h"

#include <inttypes.h>

enum {
    LEAD_IN = 4500, /* sectors of every lead-in but the first */
    FIRST_LEAD_OUT = DK_FIRST_SESSION_GAP - LEAD_IN - DK_LEAD_IN_PREGAP,
    LATER_LEAD_OUT = DK_LATER_SESSION_GAP - LEAD_IN - DK_LEAD_IN_PREGAP,
};

bool cue_ends_session(const struct cue *cue, size_t i)
{
    return i + 1 == cue->track_count || cue->tracks[i + 1].session != cue->tracks[i].session;
}

static size_t files_used(const struct cue *cue)
{
    size_t used = 0;

    for (size_t i = 0; i < cue->file_count; i++)
        used += cue->files[i].used;
    return used;
}

static int32_t session_time(const struct cue *cue, size_t i)
{
    while (i && cue->tracks[i - 1].session == cue->tracks[i].session)
        i--;
    return cue->tracks[i].points[0].time;
}

/*
 * REM LEAD-OUT is a length in the sheets of redump and a place in those of IsoBuster. It is a length where the next
 * session has a REM LEAD-IN, or where it is that of a standard lead-out and would lie amid the session as a place.
 */
int32_t cue_lead_out_time(const struct cue *cue, size_t i, int32_t from, int32_t to)
{
    const int32_t time = cue->sessions[cue->tracks[i].session].lead_out;
    const bool is_last = i + 1 == cue->track_count;

    if (time < 0 || files_used(cue) != 1 || (!is_last && cue->sessions[cue->tracks[i + 1].session].lead_in >= 0))
        return -1;
    if ((time == FIRST_LEAD_OUT || time == LATER_LEAD_OUT) && time > session_time(cue, i) && time < to)
        return -1;
    return time > from && time <= to ? time : -1;
}

/* Sectors of the file in front of the first INDEX of a track, where that begins a file elsewhere than at its start. */
static int32_t leading(const struct cue_layout *layout, const struct cue_track *track)
{
    return track->points[0].file == layout->file && layout->offset ? 0 : track->points[0].time;
}

/* Sectors of the file before INDEX 01 that are the track's. */
static int64_t stored_pause(const struct cue_layout *layout, const struct cue_track *track)
{
    const struct cue_point *first = &track->points[0];
    const int64_t before = leading(layout, track);

    if (first->index != 0 || track->point_count < 2 || track->points[1].file != first->file)
        return before;
    return before + track->points[1].time - first->time;
}

static int64_t default_lead_out(const struct cue *cue, const struct cue_track *before)
{
    return before->session == cue->tracks[0].session ? FIRST_LEAD_OUT : LATER_LEAD_OUT;
}

/* The first sector of a later session; what was found out how is told where the sheet does not say it. */
static int64_t session_start(const struct cue_layout *layout, const struct cue_track *track,
                             const struct cue_track *before)
{
    const struct cue *cue = layout->cue;
    const struct cue_session *session = &cue->sessions[track->session];
    const int32_t told = cue->sessions[before->session].lead_out;
    const int64_t lead_out = told >= 0 ? told : default_lead_out(cue, before);
    const int64_t usual = default_lead_out(cue, before) + LEAD_IN + DK_LEAD_IN_PREGAP;
    const int64_t pause = stored_pause(layout, track) + track->pregap;
    int32_t header;

    if (track->points[0].has_lba)
        return track->points[0].lba - leading(layout, track) - track->pregap;
    if (session->lead_in >= 0)
        return layout->at + lead_out + session->lead_in + (session->pregap >= 0 ? session->pregap : DK_LEAD_IN_PREGAP) -
               pause;
    if (cue_header_lba(track, &cue->files[track->points[0].file], layout->offset, &header) && header >= layout->at)
        return header - track->pregap;
    if (layout->skipped >= usual - DK_LEAD_IN_PREGAP)
        return layout->at + layout->skipped;
    if (track->high_density)
        return GD_ROM_HIGH_DENSITY - track->pregap;
    dk_note(&cue->disc->notes, DK_NOTE_GUESS,
            "session %u is taken to begin %" PRId64 " sectors after the end of session %u: %s does not say where",
            track->session, usual, before->session, cue->sheet.path);
    return layout->at + usual - pause;
}

/*
 * PREGAP of the first track. The 150 sectors before LBA 0 are named by it, not added; but the programs that write WAVE
 * in their sheets count what they leave out from LBA 0 on, and never name these 150.
 */
static int64_t first_gap(const struct cue_layout *layout, const struct cue_track *track)
{
    const struct cue_file *file = &layout->cue->files[track->points[0].file];
    const int32_t gap = track->pregap;
    int32_t header;

    if (cue_header_lba(track, file, 0, &header) && header == gap)
        return gap;
    if (file->type == CUE_SOUND && gap && gap != DK_LEAD_IN_PREGAP) {
        dk_note(&layout->cue->disc->notes, DK_NOTE_GUESS,
                "%s line %u: the PREGAP of track %u is taken to begin at LBA 0, as those do who leave it out of a WAVE",
                layout->cue->sheet.path, track->line, track->number);
        return gap;
    }
    return gap > DK_LEAD_IN_PREGAP ? gap - DK_LEAD_IN_PREGAP : 0;
}

/* The first stored sector of the disc lies at LBA 0, but for what a header or REM MSF says. */
static int64_t first_start(const struct cue_layout *layout, const struct cue_track *track)
{
    int32_t header;

    if (track->points[0].has_lba)
        return track->points[0].lba - leading(layout, track);
    if (track->pregap)
        return first_gap(layout, track);
    if (cue_header_lba(track, &layout->cue->files[track->points[0].file], 0, &header) && header < 0)
        return header;
    return 0;
}

static int64_t next_start(const struct cue_layout *layout, const struct cue_track *track)
{
    const struct cue_point *first = &track->points[0];
    int64_t start;

    if (!first->has_lba)
        return layout->at;
    start = (int64_t)first->lba - leading(layout, track) - track->pregap;
    if (start >= layout->at)
        return start;
    dk_note(&layout->cue->disc->notes, DK_NOTE_ODD,
            "%s line %u: REM MSF puts this INDEX at LBA %" PRId32 ", amid what comes before it, and is left out",
            layout->cue->sheet.path, first->line, first->lba);
    return layout->at;
}

/* What REM PREGAP names of the gap before a session's first track, and the file does not have. */
static void name_session_gap(const struct cue_layout *layout, struct cue_track *track)
{
    const struct cue_session *session = &layout->cue->sessions[track->session];
    const int64_t pause = stored_pause(layout, track);

    if (track->pregap == 0 && session->lead_in >= 0 && session->pregap > pause)
        track->pregap = (int32_t)(session->pregap - pause);
}

bool cue_place(struct cue_layout *layout, size_t i, struct dk_error *error)
{
    struct cue *cue = layout->cue;
    struct cue_track *track = &cue->tracks[i];
    const struct cue_track *before = i ? &cue->tracks[i - 1] : NULL;
    int64_t start;

    if (before && track->session != before->session)
        name_session_gap(layout, track);

    if (!before)
        start = first_start(layout, track);
    else if (track->session != before->session)
        start = session_start(layout, track, before);
    else
        start = next_start(layout, track);
    if (before && start < layout->at)
        return cue_fail(cue, track->line, error,
                        "track %u would begin at LBA %" PRId64 ", before the end of track %u at LBA %" PRId64,
                        track->number, start, before->number, layout->at);
    layout->at = start;
    return true;
}
