/* The report of disc-inspect for people. */
#include "tools/inspect_report.h"

#include <inttypes.h>

static void print_track(const struct dk_track *track, FILE *to)
{
    fprintf(to, "  track %2d  %-11s  LBA %7" PRId32 "  %7" PRIu32 " sectors\n", track->number,
            dk_mode_name(track->mode), track->lba, track->count);
}

void inspect_print_text(const struct dk_disc *disc, FILE *to)
{
    fprintf(to, "%s: %s\n", disc->path, disc->format);
    for (size_t i = 0; i < disc->session_count; i++) {
        fprintf(to, "session %d\n", disc->sessions[i].number);
        for (size_t j = 0; j < disc->track_count; j++)
            if (disc->tracks[j].session == disc->sessions[i].number)
                print_track(&disc->tracks[j], to);
    }
}
