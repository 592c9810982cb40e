/*
 * CCD: where the tracks lie. The .img has every sector from LBA 0 to the lead-out of session 1, then those of the next
 * session; whether a hidden track, or the pause before a later session, is among them its size tells.
 */
#include "formats/ccd.h"
#include "formats/clear.h"
#include "formats/descriptor.h"
#include "formats/subchannel.h"
#include "formats/sync.h"
#include "formats/with_sub.h"
#include "util/arena.h"

#include <inttypes.h>
#include <string.h>

enum { LEAD_OUT = 0xA2, SESSIONS_MAX = DK_TRACKS_MAX, SECTORS_MAX = 449850 /* 99:59:74 */ };

struct placed {
    uint8_t number, session, control;
    int32_t lba;
    uint32_t count;    /* from INDEX 01 */
    uint32_t pregap;   /* sectors of it in the .img */
    uint64_t position; /* of its pregap in the .img, in sectors */
    enum dk_mode mode;
};

struct layout {
    struct ccd *ccd;
    struct placed tracks[DK_TRACKS_MAX];
    size_t count;
    int32_t lead_outs[SESSIONS_MAX + 1]; /* by session; CCD_UNSET: none is given */
    struct dk_store *image, *sub;        /* as files; NULL: not there */
    struct dk_store *audio, *data;       /* as extents have them, with subchannel */
    struct dk_store *bare;               /* data behind the end of a short .sub */
    uint64_t sub_sectors;
};

/* ---- The table ---- */

/* The time counts; an LBA that says something else is damage. */
static bool lba_of(struct ccd *ccd, const struct ccd_entry *entry, int32_t *lba, struct dk_error *error)
{
    if (entry->minute == CCD_UNSET || entry->second == CCD_UNSET || entry->frame == CCD_UNSET) {
        *lba = entry->lba;
        if (*lba >= 0 && *lba <= SECTORS_MAX)
            return true;
    } else if (entry->minute >= 0 && entry->minute < 100 && entry->second >= 0 && entry->second < 60 &&
               entry->frame >= 0 && entry->frame < DK_FRAMES_A_SECOND) {
        *lba = dk_lba_of_msf((struct dk_msf){ (uint8_t)entry->minute, (uint8_t)entry->second, (uint8_t)entry->frame });
        if (entry->lba != CCD_UNSET && entry->lba != *lba)
            dk_note(&ccd->disc->notes, DK_NOTE_DAMAGE,
                    "point %02X is said to be at LBA %" PRId32 ", and by its time at LBA %" PRId32 ": the time is used",
                    (unsigned)entry->point, entry->lba, *lba);
        if (*lba >= 0)
            return true;
    }
    return dk_fail(error, DK_ERROR_FORMAT, "%s: the entry of point %02X has no place that a disc has", ccd->sheet.path,
                   (unsigned)entry->point);
}

static bool add_entry(struct layout *layout, const struct ccd_entry *entry, struct dk_error *error)
{
    struct placed *track = &layout->tracks[layout->count];
    const bool is_track = entry->point >= 1 && entry->point <= DK_TRACKS_MAX;

    if (!is_track && entry->point != LEAD_OUT)
        return true;
    if (entry->session < 1 || entry->session > SESSIONS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the entry of point %02X is of no session", layout->ccd->sheet.path,
                       (unsigned)entry->point);
    if (!is_track)
        return lba_of(layout->ccd, entry, &layout->lead_outs[entry->session], error);
    if (layout->count && (entry->point <= track[-1].number || entry->session < track[-1].session))
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the entry of track %" PRId32 " comes after that of track %u",
                       layout->ccd->sheet.path, entry->point, track[-1].number);
    layout->count++;
    track->number = (uint8_t)entry->point;
    track->session = (uint8_t)entry->session;
    track->control = (uint8_t)(entry->control & 15);
    track->mode = track->control & DK_CONTROL_DATA ? DK_MODE1 : DK_AUDIO;
    return lba_of(layout->ccd, entry, &track->lba, error);
}

static bool begins_session(const struct layout *layout, size_t i)
{
    return i == 0 || layout->tracks[i].session != layout->tracks[i - 1].session;
}

/* INDEX values count from the disc's beginning or from the session's: only differences are used. */
static void take_pregap(struct layout *layout, size_t i)
{
    const struct ccd_track *section = &layout->ccd->tracks[layout->tracks[i].number];
    const int64_t pregap = (int64_t)section->indexes[1] - section->indexes[0];

    if (!begins_session(layout, i) && section->indexes[0] != CCD_UNSET && section->indexes[1] != CCD_UNSET &&
        pregap > 0 && pregap <= layout->tracks[i].lba)
        layout->tracks[i].pregap = (uint32_t)pregap;
}

/* LBA behind a track: the next one's pregap, the lead-out, or as far as the file goes; -1: nothing says. */
static int64_t end_of(const struct layout *layout, size_t i)
{
    const struct placed *track = &layout->tracks[i];
    const bool last = i + 1 == layout->count;

    if (!last && !begins_session(layout, i + 1))
        return (int64_t)track[1].lba - track[1].pregap;
    if (layout->lead_outs[track->session] != CCD_UNSET)
        return layout->lead_outs[track->session];
    return last && layout->image ? track->lba + (int64_t)(layout->image->size / DK_SECTOR_RAW) -
                                       (int64_t)(track->position + track->pregap)
                                 : -1;
}

static bool count_sectors(struct layout *layout, struct dk_error *error)
{
    uint64_t position = 0;

    for (size_t i = 0; i < layout->count; i++) {
        struct placed *track = &layout->tracks[i];
        int64_t end;

        track->position = position;
        end = end_of(layout, i);
        if (end <= track->lba || end > SECTORS_MAX)
            return dk_fail(error, DK_ERROR_FORMAT,
                           "%s: track %u begins at LBA %" PRId32 ", and its end would be LBA %" PRId64,
                           layout->ccd->sheet.path, track->number, track->lba, end);
        track->count = (uint32_t)(end - track->lba);
        position += track->pregap + track->count;
    }
    return true;
}

/* ---- What the size tells ---- */

static void shift(struct layout *layout, bool hidden, bool pauses)
{
    uint64_t more = 0;

    for (size_t i = 0; i < layout->count; i++) {
        struct placed *track = &layout->tracks[i];

        if (begins_session(layout, i))
            track->pregap = i == 0 ? hidden ? (uint32_t)track->lba : 0 : pauses ? DK_LEAD_IN_PREGAP : 0;
        track->position += more;
        more += begins_session(layout, i) ? track->pregap : 0;
    }
}

/* Does the .img have the pause before a later session? The header of its first sector tells, or its Q. */
static bool stores_pauses(const struct layout *layout)
{
    for (size_t i = 1; i < layout->count; i++) {
        const struct placed *track = &layout->tracks[i];
        struct sync_header header;
        struct dk_q q;

        if (!begins_session(layout, i))
            continue;
        if (sync_read(layout->bare, track->position * DK_SECTOR_RAW, &header) && header.has_lba)
            return header.lba == track->lba - DK_LEAD_IN_PREGAP;
        if (layout->sub && subchannel_q_at(layout->sub, track->position * DK_SUBCHANNEL, DK_SUB_LINEAR, &q) &&
            q.adr == 1)
            return q.lba == track->lba - DK_LEAD_IN_PREGAP;
    }
    return false;
}

static void close_sum(struct layout *layout)
{
    const struct placed *last = &layout->tracks[layout->count - 1];
    const uint64_t sum = last->position + last->pregap + last->count, hidden = (uint64_t)layout->tracks[0].lba;
    const uint64_t size = layout->image->size, sectors = size / DK_SECTOR_RAW;
    uint64_t pauses = 0;

    for (size_t i = 1; i < layout->count; i++)
        pauses += begins_session(layout, i) ? DK_LEAD_IN_PREGAP : 0;
    if (sectors == sum)
        return;
    if (sectors == sum + hidden || sectors == sum + pauses || sectors == sum + hidden + pauses)
        shift(layout, sectors == sum + hidden || sectors == sum + hidden + pauses, sectors != sum + hidden);
    else if (stores_pauses(layout))
        shift(layout, false, true);
    else if (sectors > sum)
        dk_note(&layout->ccd->disc->notes, DK_NOTE_ODD,
                "%s has %" PRIu64 " sectors, and the tracks have %" PRIu64 ": the others belong to none",
                layout->image->name, sectors, sum);
}

/*
 * Where the sheet gives no INDEX 0, the gap's sectors are in the range of the track before: the .sub tells which they
 * are, from INDEX 01 back.
 */
static uint32_t pregap_by_q(const struct layout *layout, const struct placed *track)
{
    enum { UNREAD_MAX = 100 /* sectors in a row without a position */ };
    const uint64_t index1 = track->position + track->pregap;
    uint32_t pregap = 0, unread = 0;

    for (uint32_t back = 1; back < track[-1].count && unread < UNREAD_MAX; back++) {
        struct dk_q q;

        if (!subchannel_q_at(layout->sub, (index1 - back) * DK_SUBCHANNEL, DK_SUB_LINEAR, &q) || q.adr != 1) {
            unread++;
            continue;
        }
        if (q.track != track->number || q.index != 0)
            break;
        pregap = back;
        unread = 0;
    }
    return pregap;
}

static void take_pregaps_by_q(struct layout *layout)
{
    for (size_t i = 1; layout->sub && i < layout->count; i++) {
        struct placed *track = &layout->tracks[i];
        uint32_t pregap;

        if (begins_session(layout, i) || layout->ccd->tracks[track->number].indexes[0] != CCD_UNSET)
            continue;
        pregap = pregap_by_q(layout, track);
        track[-1].count -= pregap;
        track->pregap = pregap;
        track->position -= pregap;
        if (pregap)
            dk_note(&layout->ccd->disc->notes, DK_NOTE_GUESS,
                    "the pregap of track %u is that of the subchannel: %" PRIu32 " sectors", track->number, pregap);
    }
}

/* ---- Files ---- */

static bool open_files(struct layout *layout, struct dk_error *error)
{
    struct ccd *ccd = layout->ccd;
    const char *image = descriptor_sibling(ccd->candidate, ccd->disc, ".img"); /* the sheet names no files */
    struct dk_error no_sub;

    layout->image = dk_open_beside(ccd->candidate, image, true, &ccd->disc->notes, error);
    if (!layout->image && error->kind == DK_ERROR_MISSING)
        dk_disc_add_missing(ccd->disc, image);
    if (!layout->image)
        return error->kind == DK_ERROR_MISSING;
    ccd->disc->container_size = layout->image->size;
    layout->sub = dk_open_beside(ccd->candidate, descriptor_sibling(ccd->candidate, ccd->disc, ".sub"), false,
                                 &ccd->disc->notes, &no_sub);
    if (!layout->sub && no_sub.kind != DK_ERROR_MISSING)
        dk_note(&ccd->disc->notes, DK_NOTE_DAMAGE, "the subchannel is lost: %s", no_sub.text);
    if (layout->sub && layout->sub->size < DK_SUBCHANNEL) {
        dk_store_close(layout->sub);
        layout->sub = NULL;
    }
    if (layout->sub) {
        ccd->disc->container_size += layout->sub->size;
        layout->sub_sectors = layout->sub->size / DK_SUBCHANNEL;
    }
    layout->bare = ccd->scrambled ? clear_store(layout->image, DK_SECTOR_RAW) : dk_store_use(layout->image);
    layout->audio = layout->sub ? with_sub_store(layout->image, layout->sub) : dk_store_use(layout->image);
    if (layout->bare)
        layout->data = layout->sub ? with_sub_store(layout->bare, layout->sub) : dk_store_use(layout->bare);
    return (layout->audio && layout->data && layout->bare) || dk_fail_errno(error, "cannot open %s", ccd->sheet.path);
}

static void close_files(struct layout *layout)
{
    dk_store_close(layout->image);
    dk_store_close(layout->sub);
    dk_store_close(layout->audio);
    dk_store_close(layout->data);
    dk_store_close(layout->bare);
}

/* ---- The disc ---- */

/* MODE= is often wrong: which kind of data it is, the sectors say. */
static void settle_mode(struct layout *layout, struct placed *track)
{
    struct sync_header header;

    if (track->mode == DK_AUDIO)
        return;
    if (layout->ccd->tracks[track->number].mode == 2)
        track->mode = DK_MODE2;
    if (!layout->image)
        return;
    for (unsigned i = 0; i < 3; i++) {
        const uint64_t sector = track->position + track->pregap + (uint64_t)(track->count - 1) * i / 2;

        if (sync_read(layout->bare, sector * DK_SECTOR_RAW, &header)) {
            track->mode = header.mode;
            return;
        }
    }
    dk_note(&layout->ccd->disc->notes, DK_NOTE_ODD,
            "track %u is said to be data, and its first, middle and last sectors have no sync", track->number);
}

static void add_run(struct layout *layout, const struct placed *track, uint32_t first, uint32_t count, bool with_sub)
{
    struct dk_store *store = track->mode == DK_AUDIO ? layout->image : layout->bare;
    const unsigned stored = with_sub ? DK_SECTOR_RAW_SUB : DK_SECTOR_RAW;

    if (with_sub)
        store = track->mode == DK_AUDIO ? layout->audio : layout->data;
    if (count)
        dk_disc_add_extent(layout->ccd->disc, (struct dk_extent){
                                                  .lba = track->lba - (int32_t)track->pregap + (int32_t)first,
                                                  .count = count,
                                                  .mode = track->mode,
                                                  .store = store,
                                                  .offset = (track->position + first) * stored,
                                                  .layout = dk_layout_find(track->mode, stored),
                                                  .sub_order = DK_SUB_LINEAR,
                                              });
}

/* How many of a track's sectors a file goes on for. */
static uint32_t there(const struct placed *track, uint64_t sectors, uint32_t wanted)
{
    const uint64_t left = sectors > track->position ? sectors - track->position : 0;

    return left < wanted ? (uint32_t)left : wanted;
}

static void add_sectors(struct layout *layout, const struct placed *track)
{
    struct dk_notes *notes = &layout->ccd->disc->notes;
    const uint32_t wanted = track->pregap + track->count;
    const uint32_t count = there(track, layout->image->size / DK_SECTOR_RAW, wanted);
    const uint32_t with_sub = there(track, layout->sub_sectors, count);

    if (count < wanted)
        dk_note(notes, DK_NOTE_DAMAGE,
                "%s ends too early for track %u: LBA %" PRId64 " is the first that is missing, %" PRIu32 " in all",
                layout->image->name, track->number, (int64_t)track->lba - track->pregap + count, wanted - count);
    if (layout->sub && with_sub < count)
        dk_note(notes, DK_NOTE_DAMAGE,
                "%s ends too early for track %u: the subchannel of %" PRIu32 " sectors is missing", layout->sub->name,
                track->number, count - with_sub);
    add_run(layout, track, 0, with_sub, true);
    add_run(layout, track, with_sub, count - with_sub, false);
}

static void take_indexes(struct layout *layout, const struct placed *from, struct dk_track *track)
{
    const int32_t *told = layout->ccd->tracks[from->number].indexes;
    struct dk_index *indexes = arena_zeroed(layout->ccd->disc->arena, DK_INDEX_MAX, sizeof *indexes);
    int64_t after = from->lba;

    for (unsigned i = 2; i <= DK_INDEX_MAX && told[i] != CCD_UNSET && told[1] != CCD_UNSET; i++) {
        const int64_t lba = (int64_t)from->lba + told[i] - told[1];

        if (lba <= after || lba >= (int64_t)from->lba + from->count) {
            dk_note(&layout->ccd->disc->notes, DK_NOTE_ODD,
                    "index %u of track %u is said to be outside its place; it is left out", i, from->number);
            break;
        }
        indexes[track->index_count++] = (struct dk_index){ (uint8_t)i, (int32_t)lba };
        after = lba;
    }
    track->indexes = indexes;
}

static void take_code(struct layout *layout, const char *code, size_t length, char *to)
{
    if (!code || *code == '\0')
        return;
    if (strlen(code) == length && sheet_is_text(code, length))
        memcpy(to, code, length);
    else
        dk_note(&layout->ccd->disc->notes, DK_NOTE_ODD, "a code is not of %zu letters and digits: it is left out",
                length);
}

static void add_track(struct layout *layout, struct placed *from)
{
    struct dk_track track = {
        .number = from->number,
        .session = from->session,
        .control = from->control,
        .lba = from->lba,
        .count = from->count,
        .pregap = from->pregap,
        .stored = DK_SECTOR_RAW,
        .missing = !layout->image,
    };

    settle_mode(layout, from);
    track.mode = from->mode;
    if (from == layout->tracks && from->pregap == 0 && from->lba > 0) { /* a hidden track that no file has */
        track.pregap = (uint32_t)from->lba;
        dk_disc_add_extent(layout->ccd->disc,
                           (struct dk_extent){ .lba = 0, .count = (uint32_t)from->lba, .mode = from->mode });
    }
    take_code(layout, layout->ccd->tracks[from->number].isrc, DK_ISRC_LENGTH, track.isrc);
    take_indexes(layout, from, &track);
    dk_disc_add_track(layout->ccd->disc, track);
    if (layout->image)
        add_sectors(layout, from);
}

bool ccd_lay_out(struct ccd *ccd, struct dk_error *error)
{
    struct layout *layout = arena_zeroed(ccd->disc->arena, 1, sizeof *layout);
    bool right;

    layout->ccd = ccd;
    for (size_t i = 0; i <= SESSIONS_MAX; i++)
        layout->lead_outs[i] = CCD_UNSET;
    for (size_t i = 0; i < ccd->entry_count; i++)
        if (layout->count == DK_TRACKS_MAX && ccd->entries[i].point <= DK_TRACKS_MAX)
            return dk_fail(error, DK_ERROR_FORMAT, "%s has more than 99 tracks", ccd->sheet.path);
        else if (!add_entry(layout, &ccd->entries[i], error))
            return false;
    if (layout->count == 0)
        return dk_fail(error, DK_ERROR_FORMAT, "%s has no entry of a track", ccd->sheet.path);
    for (size_t i = 0; i < layout->count; i++)
        take_pregap(layout, i);
    right = open_files(layout, error) && count_sectors(layout, error);
    if (right && layout->image) {
        close_sum(layout);
        take_pregaps_by_q(layout);
    }
    for (size_t i = 0; right && i < layout->count; i++)
        add_track(layout, &layout->tracks[i]);
    take_code(layout, ccd->catalog, DK_MCN_LENGTH, ccd->disc->mcn);
    close_files(layout);
    return right;
}
