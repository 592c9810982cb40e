/*
 * Where everything that a CUE sheet names lies. An INDEX gives the time of a sector in its file, and a sector takes as
 * many bytes as its own track says: so the place in the file is summed up piece by piece, from INDEX to INDEX.
 */
#include "formats/cue_place.h"
#include "util/arena.h"

#include <inttypes.h>
#include <string.h>

enum { CD_MAX = 449850 /* sectors: 99:59:74 */ };

/* One piece behind the other in one store is one extent. */
static bool extends(const struct dk_extent *last, const struct dk_extent *next)
{
    return last->store == next->store && last->mode == next->mode && last->layout == next->layout &&
           (int64_t)last->lba + last->count == next->lba &&
           (!last->store || last->offset + (uint64_t)last->count * last->layout->stored == next->offset);
}

static bool add_extent(struct cue_layout *layout, struct dk_extent extent, int64_t count, unsigned line,
                       struct dk_error *error)
{
    struct dk_disc *disc = layout->cue->disc;
    struct dk_extent *last = disc->extent_count ? &disc->extents[disc->extent_count - 1] : NULL;

    if (count > INT32_MAX - layout->at)
        return cue_fail(layout->cue, line, error, "there are more sectors than any disc has");
    if (count <= 0)
        return true;
    extent.lba = (int32_t)layout->at;
    extent.count = (uint32_t)count;
    layout->at += count;
    if (last && extends(last, &extent))
        last->count += extent.count;
    else
        dk_disc_add_extent(disc, extent);
    return true;
}

/* Sectors that no file holds. */
static bool add_gap(struct cue_layout *layout, const struct cue_track *track, int64_t count, struct dk_error *error)
{
    return add_extent(layout, (struct dk_extent){ .mode = track->mode }, count, track->line, error);
}

static bool add_sectors(struct cue_layout *layout, int64_t count, unsigned line, struct dk_error *error)
{
    const struct cue_file *file = &layout->cue->files[layout->file];
    const uint64_t offset = layout->offset;

    layout->offset += (uint64_t)count * layout->size;
    if (!file->store && count <= INT32_MAX - layout->at) {
        layout->at += count;
        return true;
    }
    return add_extent(layout,
                      (struct dk_extent){
                          .mode = layout->mode,
                          .store = file->store,
                          .offset = offset,
                          .layout = dk_layout_find(layout->mode, layout->size),
                          .audio_big_endian = file->big_endian,
                      },
                      count, line, error);
}

/* ---- The end of a file ---- */

/* A last sector of audio that is not whole goes on with silence. */
static bool add_padded(struct cue_layout *layout, unsigned bytes, unsigned line, struct dk_error *error)
{
    static const uint8_t zeros[DK_SECTOR_RAW_SUB];
    const struct cue_file *file = &layout->cue->files[layout->file];
    struct dk_store *parts[2] = { NULL, NULL }, *whole = NULL;
    bool right = false;

    parts[0] = dk_store_slice(file->store, layout->offset, bytes, error);
    parts[1] = parts[0] ? dk_store_from_memory(zeros, layout->size - bytes, file->store->name) : NULL;
    if (parts[1])
        whole = dk_store_chain(parts, 2, file->store->name, error);
    else if (parts[0])
        dk_fail_errno(error, "cannot open %s", file->store->name);
    if (whole)
        right = add_extent(layout,
                           (struct dk_extent){
                               .mode = layout->mode,
                               .store = whole,
                               .layout = dk_layout_find(layout->mode, layout->size),
                               .audio_big_endian = file->big_endian,
                           },
                           1, line, error);
    dk_store_close(whole);
    dk_store_close(parts[1]);
    dk_store_close(parts[0]);
    return right;
}

/* What is left of a file behind its last whole sector. */
static bool end_file(struct cue_layout *layout, unsigned line, struct dk_error *error)
{
    const struct cue_file *file = &layout->cue->files[layout->file];
    const unsigned rest = file->store ? (unsigned)((file->store->size - layout->offset) % layout->size) : 0;
    struct dk_notes *notes = &layout->cue->disc->notes;

    layout->cue->disc->odd_tail = rest;
    if (rest == 0)
        return true;
    if (dk_mode_is_data(layout->mode)) {
        dk_note(notes, DK_NOTE_DAMAGE,
                "%s ends %u bytes into a sector of %u, that of LBA %" PRId64 ", which is left out: it is cut short",
                file->store->name, rest, layout->size, layout->at);
        return true;
    }
    dk_note(notes, DK_NOTE_DAMAGE,
            "%s ends %u bytes into a sector of %u, that of LBA %" PRId64 ", which goes on with silence",
            file->store->name, rest, layout->size, layout->at);
    return add_padded(layout, rest, line, error);
}

/* ---- Pieces, from one INDEX to the next ---- */

static const struct cue_point *next_point(const struct cue *cue, size_t track, size_t point)
{
    if (point + 1 < cue->tracks[track].point_count)
        return &cue->tracks[track].points[point + 1];
    return track + 1 < cue->track_count ? &cue->tracks[track + 1].points[0] : NULL;
}

/* Sectors of the current file from where the layout is; -1: nobody knows. */
static int64_t sectors_left(const struct cue_layout *layout)
{
    const struct cue_file *file = &layout->cue->files[layout->file];

    return file->store ? (int64_t)((file->store->size - layout->offset) / layout->size) : -1;
}

static bool beyond_end(const struct cue_layout *layout, const struct cue_point *point, struct dk_error *error)
{
    const struct cue_file *file = &layout->cue->files[layout->file];

    return cue_fail(layout->cue, point->line, error,
                    "INDEX %02u at sector %" PRId32 " lies beyond the end of %s (%ju bytes, %u a sector)", point->index,
                    point->time, file->store->name, (uintmax_t)file->store->size, layout->size);
}

/* The piece that ends where the next INDEX of the same file stands; less where the session's lead-out comes before. */
static bool length_to_next(struct cue_layout *layout, size_t i, const struct cue_point *point,
                           const struct cue_point *next, int64_t *length, struct dk_error *error)
{
    const struct cue *cue = layout->cue;
    const int64_t left = sectors_left(layout);
    const bool ends = next != point + 1 && cue_ends_session(cue, i); /* else `next` is the same track's */
    const int32_t lead_out = ends ? cue_lead_out_time(cue, i, point->time, next->time) : -1;

    if (next->time < point->time)
        return cue_fail(cue, next->line, error,
                        "INDEX %02u at sector %" PRId32 " lies before the one above it, at sector %" PRId32,
                        next->index, next->time, point->time);
    *length = next->time - point->time;
    if (left >= 0 && *length > left)
        return beyond_end(layout, next, error);
    if (lead_out >= 0) {
        layout->skipped = next->time - lead_out;
        *length -= layout->skipped;
    }
    return true;
}

/* The piece that goes to the end of its file, or to the lead-out that REM LEAD-OUT places before that. */
static bool length_to_end(struct cue_layout *layout, size_t i, const struct cue_point *point, int64_t *length,
                          struct dk_error *error)
{
    const struct cue *cue = layout->cue;
    const int64_t left = sectors_left(layout), end = point->time + (left < 0 ? INT32_MAX : left);
    const int32_t lead_out = cue_lead_out_time(cue, i, point->time, end > INT32_MAX ? INT32_MAX : (int32_t)end);

    *length = left < 0 ? 0 : left;
    if (left == 0 && point->index > 0)
        return beyond_end(layout, point, error);
    if (lead_out >= 0 && i + 1 == cue->track_count) {
        *length = lead_out - point->time;
        if (left > *length)
            dk_note(&cue->disc->notes, DK_NOTE_ODD,
                    "%s has %" PRId64 " sectors behind the lead-out that %s gives; they are left out",
                    cue->files[point->file].store->name, left - *length, cue->sheet.path);
    }
    return true;
}

/* Goes on to the file of `point`. What lies in it before its first INDEX comes before that INDEX on the disc too. */
static bool enter_file(struct cue_layout *layout, const struct cue_point *point, int64_t *before,
                       struct dk_error *error)
{
    const int64_t left = sectors_left(layout);

    *before = 0;
    if (layout->offset || point->time == 0)
        return true;
    if (left >= 0 && point->time > left)
        return beyond_end(layout, point, error);
    *before = point->time;
    return add_sectors(layout, point->time, point->line, error);
}

/* The pause of a data track can lie in the sound file before it: then it is audio. */
static void select_file(struct cue_layout *layout, const struct cue_track *track, unsigned file)
{
    const bool is_sound = layout->cue->files[file].type == CUE_SOUND;

    if (file != layout->file)
        layout->offset = 0;
    layout->file = file;
    layout->mode = is_sound ? DK_AUDIO : track->mode;
    layout->size = is_sound ? DK_SECTOR_RAW : track->stored;
}

static bool add_piece(struct cue_layout *layout, size_t i, const struct cue_point *point, const struct cue_point *next,
                      struct dk_track *out, struct dk_error *error)
{
    const struct cue_track *track = &layout->cue->tracks[i];
    const bool goes_on = next && next->file == point->file;
    int64_t before, length = 0, start;

    select_file(layout, track, point->file);
    if (!enter_file(layout, point, &before, error))
        return false;
    if (point->index <= 1)
        out->pregap += (uint32_t)before;
    start = layout->at;
    if (point->index == 1)
        out->lba = (int32_t)start;
    else if (point->index > 1)
        layout->indexes[out->index_count++] = (struct dk_index){ point->index, (int32_t)start };
    if (!(goes_on ? length_to_next(layout, i, point, next, &length, error)
                  : length_to_end(layout, i, point, &length, error)) ||
        !add_sectors(layout, length, point->line, error))
        return false;
    if (!goes_on && sectors_left(layout) == 0 && !end_file(layout, point->line, error))
        return false;
    if (goes_on)
        layout->offset += (uint64_t)layout->skipped * layout->size;
    length = layout->at - start;
    if (point->index == 0)
        out->pregap += (uint32_t)length;
    else
        out->count += (uint32_t)length + (point->index > 1 ? (uint32_t)before : 0);
    return true;
}

/* ---- Tracks ---- */

/* The INDEX 01 of a track; of one that was never read, its pause. */
static const struct cue_point *start_of(const struct cue_track *track)
{
    return &track->points[track->points[0].index == 0 && track->point_count > 1];
}

static bool check_kind(const struct cue *cue, const struct cue_track *track, struct dk_error *error)
{
    const struct cue_file *file = &cue->files[start_of(track)->file];

    if (file->type == CUE_SOUND && (dk_mode_is_data(track->mode) || track->stored != DK_SECTOR_RAW))
        return cue_fail(cue, track->line, error, "track %u is no audio, but its file of line %u is a sound file",
                        track->number, file->line);
    return true;
}

static struct dk_track start_track(const struct cue *cue, const struct cue_track *track)
{
    struct dk_track out = {
        .number = track->number,
        .session = track->session,
        .mode = track->mode,
        .control = track->control,
        .pregap = (uint32_t)track->pregap,
        .postgap = (uint32_t)track->postgap,
        .stored = track->stored,
    };

    memcpy(out.isrc, track->isrc, sizeof out.isrc);
    for (size_t i = 0; i < track->point_count; i++)
        if (!cue->files[track->points[i].file].store)
            out.missing = true;
    return out;
}

/* The sectors of PREGAP: those before LBA 0 are in no table. */
static bool add_pregap(struct cue_layout *layout, size_t i, struct dk_error *error)
{
    const struct cue_track *track = &layout->cue->tracks[i];
    int64_t gap = track->pregap;

    if (i == 0) {
        gap = gap ? layout->at : 0;
        layout->at -= gap;
    }
    return gap <= 0 || add_gap(layout, track, gap, error);
}

/* The place of a track whose sectors nobody kept: behind its pause. */
static void empty_track(const struct cue_layout *layout, struct dk_track *out)
{
    dk_note(&layout->cue->disc->notes, DK_NOTE_DAMAGE, "%s names track %u, and no file with its sectors",
            layout->cue->sheet.path, out->number);
    out->lba = (int32_t)layout->at;
    out->mode = DK_MODE1;
    out->stored = 0;
    out->missing = true;
}

static bool lay_track(struct cue_layout *layout, size_t i, struct dk_error *error)
{
    struct cue *cue = layout->cue;
    struct cue_track *track = &cue->tracks[i];
    const unsigned file = start_of(track)->file;
    struct dk_track out;

    if (!check_kind(cue, track, error))
        return false;
    select_file(layout, track, track->points[0].file);
    cue_judge(cue, track, &cue->files[file], file == layout->file ? layout->offset : 0);
    if (!cue_place(layout, i, error) || !add_pregap(layout, i, error))
        return false;
    layout->skipped = 0;
    out = start_track(cue, track);
    layout->indexes = arena_zeroed(cue->disc->arena, track->point_count, sizeof *layout->indexes);
    out.indexes = layout->indexes;
    for (size_t j = 0; j < track->point_count; j++)
        if (!add_piece(layout, i, &track->points[j], next_point(cue, i, j), &out, error))
            return false;
    if (track->placeholder)
        empty_track(layout, &out);
    if (out.count == 0 && !out.missing)
        return cue_fail(cue, track->line, error, "track %u has no sector", track->number);
    if (!add_gap(layout, track, track->postgap, error))
        return false;
    dk_disc_add_track(cue->disc, out);
    return true;
}

bool cue_lay_out(struct cue *cue, struct dk_error *error)
{
    struct cue_layout layout = { .cue = cue, .file = CUE_FILES_MAX };

    for (size_t i = 0; i < cue->track_count; i++)
        if (!lay_track(&layout, i, error))
            return false;
    if (cue->disc->medium == DK_MEDIUM_UNKNOWN && layout.at <= CD_MAX)
        cue->disc->medium = DK_MEDIUM_CD;
    return true;
}
