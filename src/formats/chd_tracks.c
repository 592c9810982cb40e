/* CHD: the tracks of a CD or GD-ROM, put where they belong. Their frames lie one behind the other in the hunks. */
#include "formats/chd_tracks.h"
#include "util/arena.h"

#include <inttypes.h>
#include <string.h>

static bool is_gd(const struct chd *chd)
{
    return chd_find_metadata(chd, CHD_TAG('C', 'H', 'G', 'D')) || chd_find_metadata(chd, CHD_TAG('C', 'H', 'G', 'T'));
}

bool chd_is_cd(const struct chd *chd)
{
    return is_gd(chd) || chd_find_metadata(chd, CHD_TAG('C', 'H', 'T', '2')) ||
           chd_find_metadata(chd, CHD_TAG('C', 'H', 'T', 'R')) || chd_find_metadata(chd, CHD_TAG('C', 'H', 'C', 'D'));
}

/* ---- Where they are ---- */

/* Cuts a track to the frames that the image has. */
static void clip(struct chd_track_list *list, struct chd_track *track)
{
    const uint64_t all = list->chd->header.logical_size / CHD_FRAME;
    const uint64_t left = track->first_frame < all ? all - track->first_frame : 0;

    if (track->frames <= left)
        return;
    dk_note(&list->disc->notes, DK_NOTE_DAMAGE,
            "track %" PRIu32 " should have %" PRIu32 " frames, and %" PRIu64 " are there", track->number, track->frames,
            left);
    track->frames = (uint32_t)left;
    track->pad = track->pad < track->frames ? track->pad : track->frames;
    if (track->pregap_stored && track->pregap > track->frames - track->pad)
        track->pregap = track->frames - track->pad;
}

bool chd_place_tracks(struct chd_track_list *list, struct dk_error *error)
{
    const bool gd = is_gd(list->chd);
    uint64_t frame = 0;
    int64_t at = 0; /* LBA */

    for (size_t i = 0; i < list->count; i++) {
        struct chd_track *track = &list->tracks[i];

        track->first_frame = frame;
        clip(list, track);
        frame += (track->frames + (uint64_t)CHD_TRACK_PADDING - 1) / CHD_TRACK_PADDING * CHD_TRACK_PADDING;
        if (i == 0 && !track->pregap_stored) /* the 150 sectors before LBA 0 are in no table */
            at += track->pregap > DK_LEAD_IN_PREGAP ? track->pregap - DK_LEAD_IN_PREGAP : 0;
        else
            at += track->pregap;
        if (at + track->frames + track->postgap > INT32_MAX - DK_FIRST_SESSION_GAP)
            return dk_fail(error, DK_ERROR_FORMAT, "%s: track %" PRIu32 " would end beyond any disc",
                           list->chd->file->name, track->number);
        track->lba = (int32_t)at;
        track->session = gd && at >= CHD_GD_HIGH ? 2 : 1;
        at += (int64_t)track->frames - (track->pregap_stored ? track->pregap : 0) + track->postgap;
    }
    return true;
}

/* ---- The disc ---- */

/* A frame is the sector as far as it is kept, room up to the subcode, the subcode. */
static const struct dk_layout *layout_of(struct dk_disc *disc, const struct chd_track *track)
{
    struct dk_layout *layout = arena_zeroed(disc->arena, 1, sizeof *layout);

    *layout = (struct dk_layout){ .stored = CHD_FRAME, .from = track->kind->from, .to = track->kind->to };
    layout->c2_size = (uint16_t)(CHD_FRAME_SUBCODE - (layout->to - layout->from));
    if (track->subcode == CHD_SUB_RAW)
        layout->sub_size = DK_SUBCHANNEL;
    return layout;
}

static void add_gap(struct dk_disc *disc, int64_t from, int64_t to, enum dk_mode mode)
{
    if (from < to)
        dk_disc_add_extent(disc,
                           (struct dk_extent){ .lba = (int32_t)from, .count = (uint32_t)(to - from), .mode = mode });
}

static void add_stored(struct chd_track_list *list, struct dk_store *store, const struct chd_track *track)
{
    const uint32_t before = track->pregap_stored ? track->pregap : 0, count = track->frames - track->pad;
    struct chd *chd = list->chd;

    if (count == 0)
        return;
    dk_disc_add_extent(list->disc, (struct dk_extent){
                                       .lba = track->lba - (int32_t)before,
                                       .count = count,
                                       .mode = track->kind->mode,
                                       .store = store,
                                       .offset = track->first_frame * CHD_FRAME,
                                       .layout = layout_of(list->disc, track),
                                       .audio_big_endian = track->kind->mode == DK_AUDIO,
                                   });
    chd->spans = arena_grown(chd->arena, chd->spans, chd->span_count, sizeof *chd->spans);
    chd->spans[chd->span_count++] =
        (struct chd_span){ (uint32_t)track->first_frame, count, track->lba - (int32_t)before };
}

static void add_track(struct chd_track_list *list, struct dk_store *store, size_t i, int64_t *end)
{
    const struct chd_track *from = &list->tracks[i], *before = i ? from - 1 : NULL;
    const uint32_t stored_pregap = from->pregap_stored ? from->pregap : 0;
    const int64_t begin = (int64_t)from->lba - stored_pregap;
    struct dk_track track = {
        .number = (uint8_t)from->number,
        .session = from->session,
        .mode = from->kind->mode,
        .lba = from->lba,
        .count = from->frames - from->pad - stored_pregap,
        .control = from->control,
        .pregap = list->said ? from->said_pregap : from->pregap,
        .indexes = from->indexes,
        .index_count = from->index_count,
        .postgap = from->postgap,
        .stored = (uint16_t)(from->kind->to - from->kind->from + (from->subcode == CHD_SUB_RAW ? DK_SUBCHANNEL : 0)),
    };

    memcpy(track.isrc, from->isrc, sizeof track.isrc);
    if (!before || before->session == from->session) {
        add_gap(list->disc, *end, begin, from->kind->mode);
        if (before && before->pad && !list->said) /* a GD-ROM's gaps are written as padding */
            track.pregap = (uint32_t)(from->lba - *end);
    }
    if (from->subcode == CHD_SUB_COOKED)
        dk_note(&list->disc->notes, DK_NOTE_ODD, "the R to W subcode of track %" PRIu32 " is cooked, and not used",
                from->number);
    dk_disc_add_track(list->disc, track);
    add_stored(list, store, from);
    *end = (int64_t)track.lba + track.count;
}

void chd_add_tracks(struct chd_track_list *list, struct dk_store *store)
{
    int64_t end = 0;

    for (size_t i = 0; i < list->count; i++)
        add_track(list, store, i, &end);
    if (is_gd(list->chd))
        dk_note(&list->disc->notes, DK_NOTE_GUESS, "it is a GD-ROM, by its metadata; its second area is session 2");
}
