/* CHD: what of a disc goes into a file, and what its metadata say of it. */
#include "formats/chd_plan.h"

#include "util/arena.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WITHOUT_HEADER = 2336 /* bytes of a Mode 2 sector */ };

/* Do files keep all sectors of the track in so many bytes, and nothing beside them? */
static bool is_kept_in(const struct dk_disc *disc, const struct writer_part *part, int size)
{
    bool any = false;

    for (size_t i = 0; i < disc->extent_count; i++) {
        const struct dk_extent *extent = &disc->extents[i];

        if (!extent->store || extent->lba >= part->end || (int64_t)extent->lba + extent->count <= part->stored)
            continue;
        if (extent->layout->to - extent->layout->from != size || extent->layout->sub_size)
            return false;
        any = true;
    }
    return any;
}

static bool has_subchannel(const struct dk_disc *disc, const struct writer_part *part)
{
    for (size_t i = 0; i < disc->extent_count; i++) {
        const struct dk_extent *extent = &disc->extents[i];

        if (extent->store && extent->layout->sub_size && extent->lba < part->end &&
            (int64_t)extent->lba + extent->count > part->stored)
            return true;
    }
    return false;
}

static bool choose_form(const struct writer *writer, const struct writer_part *part, struct chd_planned *track,
                        struct dk_error *error)
{
    const enum dk_mode mode = part->track->mode;
    const bool can_user = mode == DK_MODE1 || mode == DK_MODE2_FORM1;
    const unsigned wanted = dk_mode_is_data(mode) ? writer->options->sector : 0;
    const char *name = mode == DK_AUDIO ? "AUDIO" : mode == DK_MODE1 || mode == DK_MODE0 ? "MODE1_RAW" : "MODE2_RAW";

    if (wanted == DK_SECTOR_USER && !can_user)
        return dk_fail(error, DK_ERROR_REFUSED,
                       "track %d is %s: sectors of 2048 bytes cannot hold it; --sector 2352 keeps it whole",
                       part->track->number, dk_mode_name(mode));
    track->form = DK_FORM_RAW;
    if (can_user && (wanted == DK_SECTOR_USER || (wanted == 0 && is_kept_in(writer->disc, part, DK_SECTOR_USER)))) {
        track->form = DK_FORM_USER;
        name = mode == DK_MODE1 ? "MODE1" : "MODE2_FORM1";
    } else if (wanted == 0 && strcmp(name, "MODE2_RAW") == 0 && is_kept_in(writer->disc, part, WITHOUT_HEADER)) {
        name = "MODE2";
    } else if (has_subchannel(writer->disc, part)) {
        track->form = DK_FORM_RAW_SUB;
        track->subcode = true;
    }
    track->kind = chd_kind_named(name, strlen(name));
    return true;
}

/* The two areas of a GD-ROM have their places; gaps on it are frames of padding. */
static bool is_gd(const struct dk_disc *disc, const struct writer_part *parts)
{
    bool high = false;

    for (size_t i = 0; i < disc->track_count; i++)
        high |= parts[i].opens_session && i > 0 && parts[i].stored == CHD_GD_HIGH;
    return high && disc->session_count == 2 && parts[0].begin == 0;
}

static bool plan_track(const struct writer *writer, const struct writer_part *part, struct chd_plan *plan,
                       struct dk_error *error)
{
    struct chd_planned *track = &plan->tracks[plan->count++];
    const int32_t end = part->track->lba + (int32_t)part->track->count;

    track->track = part->track;
    track->pregap_stored = part->stored < part->track->lba;
    track->first = part->stored;
    if (track->pregap_stored && !plan->gd)
        track->first = part->begin;
    track->pregap = (uint32_t)(part->track->lba - (plan->gd ? part->stored : part->begin));
    track->frames = (uint32_t)(end - track->first);
    plan->sectors += track->frames;
    return choose_form(writer, part, track, error);
}

static void plan_pads(struct chd_plan *plan)
{
    for (size_t i = 0; i + 1 < plan->count; i++)
        plan->tracks[i].pad = (uint32_t)(plan->tracks[i + 1].first - plan->tracks[i].first) - plan->tracks[i].frames;
}

/* As a reader finds it: see chd_place_tracks(). */
static void place_plainly(struct chd_plan *plan)
{
    int64_t at = 0;

    for (size_t i = 0; i < plan->count; i++) {
        struct chd_planned *track = &plan->tracks[i];

        if (i == 0 && !track->pregap_stored)
            at += track->pregap > DK_LEAD_IN_PREGAP ? track->pregap - DK_LEAD_IN_PREGAP : 0;
        else
            at += track->pregap;
        track->plain_lba = (int32_t)at;
        at += (int64_t)track->frames + track->pad - (track->pregap_stored ? track->pregap : 0) + track->track->postgap;
    }
}

bool chd_plan_cd(struct writer *writer, struct chd_plan *plan, struct dk_error *error)
{
    struct writer_part *parts = arena_zeroed(writer->disc->arena, DK_TRACKS_MAX, sizeof *parts);

    plan->disc = writer->disc;
    if (!writer_parts(writer->disc, parts, error))
        return false;
    plan->gd = is_gd(writer->disc, parts);
    for (size_t i = 0; i < writer->disc->track_count; i++)
        if (!plan_track(writer, &parts[i], plan, error))
            return false;
    if (plan->gd)
        plan_pads(plan);
    place_plainly(plan);
    return true;
}

uint32_t chd_padding(const struct chd_planned *track)
{
    const uint32_t frames = (track->frames + track->pad) % CHD_TRACK_PADDING;

    return track->pad + (frames ? CHD_TRACK_PADDING - frames : 0);
}

/* ---- Metadata ---- */

/* A pregap that no frame holds is said to be of MODE1 whatever the track is, as chdman does. */
static void track_text(const struct chd_plan *plan, const struct chd_planned *track, char *text, size_t size)
{
    const char *const subcode = track->subcode ? "RW_RAW" : "NONE";
    char pad[24] = "", pregap_kind[24] = "MODE1";

    if (plan->gd)
        snprintf(pad, sizeof pad, " PAD:%" PRIu32, track->pad);
    if (track->pregap_stored)
        snprintf(pregap_kind, sizeof pregap_kind, "V%s", track->kind->name);
    snprintf(text, size,
             "TRACK:%d TYPE:%s SUBTYPE:%s FRAMES:%" PRIu32 "%s PREGAP:%" PRIu32 " PGTYPE:%s PGSUB:%s POSTGAP:%" PRIu32,
             track->track->number, track->kind->name, subcode, track->frames + track->pad, pad, track->pregap,
             pregap_kind, track->pregap_stored ? subcode : "NONE", track->track->postgap);
}

bool chd_plan_metadata(const struct chd_plan *plan, struct chd_file *file, const char *more, struct dk_error *error)
{
    const uint32_t tag = plan->gd ? CHD_TAG('C', 'H', 'G', 'D') : CHD_TAG('C', 'H', 'T', '2');
    char text[256];

    for (size_t i = 0; i < plan->count; i++) {
        track_text(plan, &plan->tracks[i], text, sizeof text);
        if (!chd_file_metadata(file, tag, true, text, strlen(text) + 1, i + 1 == plan->count && !more, error))
            return false;
    }
    return !more || chd_file_metadata(file, CHD_TAG('D', 'K', 'C', 'T'), false, more, strlen(more) + 1, true, error);
}
