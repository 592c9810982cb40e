/* The report of disc-inspect for programs. */
#include "tools/inspect_report.h"

#include <jansson.h>

static json_t *json_of_track(const struct dk_track *track)
{
    return json_pack("{s:i, s:s, s:i, s:I, s:I, s:i}", "nr", track->number, "mode", dk_mode_name(track->mode), "lba",
                     (int)track->lba, "count", (json_int_t)track->count, "pregap", (json_int_t)track->pregap, "stored",
                     (int)track->stored);
}

static json_t *json_of_session(const struct dk_disc *disc, const struct dk_session *session)
{
    json_t *tracks = json_array();

    for (size_t i = 0; i < disc->track_count; i++)
        if (disc->tracks[i].session == session->number)
            json_array_append_new(tracks, json_of_track(&disc->tracks[i]));
    return json_pack("{s:i, s:i, s:o}", "nr", session->number, "lead_out", (int)session->lead_out, "tracks", tracks);
}

void inspect_print_json(const struct dk_disc *disc, FILE *to)
{
    json_t *sessions = json_array(), *report;

    for (size_t i = 0; i < disc->session_count; i++)
        json_array_append_new(sessions, json_of_session(disc, &disc->sessions[i]));
    report = json_pack("{s:s, s:s, s:o, s:[]}", "format", disc->format, "medium", dk_medium_name(disc->medium),
                       "sessions", sessions, "volumes");
    json_dumpf(report, to, JSON_INDENT(2));
    fputc('\n', to);
    json_decref(report);
}
