/* How long a track is, and how long the volumes on it and their files take it to be. */
#include "jobs/inspection.h"

#include <inttypes.h>

/* What a walk through a tree finds out about the places of its files. */
struct survey {
    const struct dk_disc *disc;
    const struct dk_track *track;
    int64_t end; /* LBA behind the last sector of a file or directory that begins on this track */
    bool missing;
};

static bool see_entry(const struct dk_entry *entry, void *context)
{
    struct survey *survey = context;

    survey->missing = survey->missing || entry->damaged;
    for (size_t i = 0; i < entry->extent_count; i++) {
        const struct dk_file_extent *extent = &entry->extents[i];
        const int64_t end =
            extent->lba + (int64_t)((extent->skip + extent->size + DK_SECTOR_USER - 1) / DK_SECTOR_USER);
        const struct dk_track *track = dk_disc_track_at(survey->disc, extent->lba);

        if (end > extent->lba && (end > INT32_MAX || !dk_disc_extent_at(survey->disc, (int32_t)(end - 1))))
            survey->missing = true;
        if (extent->size && (!track || track == survey->track) && end > survey->end)
            survey->end = end;
    }
    return true;
}

static void survey_tree(struct survey *survey, const struct dk_volumes *volumes, enum dk_tree_kind kind,
                        struct dk_notes *notes)
{
    const size_t damage_before = notes->told[DK_NOTE_DAMAGE];
    struct dk_error error;
    struct dk_tree *tree = dk_tree_open(volumes, kind, notes, &error);

    if (!tree ||
        !dk_tree_walk(tree, "", DK_WALK_RECURSIVE | DK_WALK_UNSORTED | DK_WALK_SELF, see_entry, survey, &error))
        dk_note(notes, DK_NOTE_DAMAGE, "track %d: %s", survey->track->number, error.text);
    dk_tree_close(tree);
    survey->missing = survey->missing || notes->told[DK_NOTE_DAMAGE] > damage_before;
}

static const struct dk_volume *first_of_kind(const struct dk_volumes *volumes, enum dk_volume_kind kind)
{
    for (size_t i = 0; i < volumes->count; i++)
        if (volumes->items[i].kind == kind)
            return &volumes->items[i];
    return NULL;
}

static void survey_trees(struct survey *survey, const struct dk_volumes *volumes, struct dk_notes *notes)
{
    const struct dk_volume *plain = first_of_kind(volumes, DK_VOLUME_ISO9660);
    const struct dk_volume *joliet = first_of_kind(volumes, DK_VOLUME_JOLIET);

    if (plain)
        survey_tree(survey, volumes, plain->rock_ridge ? DK_TREE_ROCK_RIDGE : DK_TREE_ISO, notes);
    if (joliet)
        survey_tree(survey, volumes, DK_TREE_JOLIET, notes);
    if (!plain && !joliet)
        survey->missing = true; /* no tree says that what lies behind the end is only padding */
}

/* Those that are only recognised may give no size. */
static bool has_tree(const struct dk_volume *volume)
{
    return volume->kind == DK_VOLUME_ISO9660 || volume->kind == DK_VOLUME_JOLIET;
}

/*
 * LBA behind a volume. That of a later session has its addresses from LBA 0 of the disc, and its size from there (as
 * xorriso writes it) or from the start of the session (as genisoimage does): then it would end before its own files.
 */
static int64_t volume_end_of(const struct dk_volume *volume, int32_t session, const struct survey *survey)
{
    const int64_t from_base = (int64_t)volume->base + volume->blocks, from_session = (int64_t)session + volume->blocks;

    if (has_tree(volume) && volume->base < session &&
        (from_base <= volume->lba || (survey->end > from_base && survey->end <= from_session)))
        return from_session;
    return from_base;
}

/* LBA behind the longest volume: of a bridge disc the one of UDF may be longer, and is then the right one. */
static int64_t volumes_end(const struct dk_volumes *volumes, const struct survey *survey)
{
    int64_t longest = INT64_MIN;

    for (size_t i = 0; i < volumes->count; i++) {
        const struct dk_volume *volume = &volumes->items[i];
        const int64_t end = volume_end_of(volume, volumes->track_lba, survey);

        if ((volume->blocks || has_tree(volume)) && volume->kind != DK_VOLUME_HFS && end > longest)
            longest = end;
    }
    return longest;
}

static void note_size(struct dk_notes *notes, const struct dk_size *size, int64_t track_end)
{
    switch (size->verdict) {
    case DK_SIZE_TRUNCATED:
        dk_note(notes, DK_NOTE_DAMAGE,
                "track %u is truncated: it ends %" PRIu64 " sectors (%" PRIu64
                " bytes) before its volume does; LBA %" PRId64 " is the first that is missing",
                size->track, size->differ_sectors, size->differ_bytes, track_end);
        break;
    case DK_SIZE_PADDING_SHORT:
        /* a size that no disc can have says nothing of what should be there */
        dk_note(notes, size->volume_sectors > INT32_MAX ? DK_NOTE_ODD : DK_NOTE_DAMAGE,
                "track %u ends %" PRIu64 " sectors (%" PRIu64
                " bytes) before its volume does; only padding is missing: every file and directory is inside it",
                size->track, size->differ_sectors, size->differ_bytes);
        break;
    case DK_SIZE_PADDED:
        dk_note(notes, DK_NOTE_GUESS,
                "track %u goes on for %" PRIu64 " sectors (%" PRIu64 " bytes) behind the end of its volume",
                size->track, size->differ_sectors, size->differ_bytes);
        break;
    case DK_SIZE_EXACT:
        break;
    }
}

static enum dk_size_verdict judge(int64_t track_end, int64_t volume_end, const struct survey *survey)
{
    if (track_end > volume_end)
        return DK_SIZE_PADDED;
    if (track_end == volume_end)
        return DK_SIZE_EXACT;
    return survey->missing || survey->end > track_end ? DK_SIZE_TRUNCATED : DK_SIZE_PADDING_SHORT;
}

void inspection_measure(struct dk_inspection *inspection, const struct dk_disc *disc, const struct dk_track *track,
                        const struct dk_volumes *volumes)
{
    struct survey survey = { .disc = disc, .track = track, .end = INT64_MIN };
    const int64_t track_end = (int64_t)track->lba + track->count;
    const bool last = track == &disc->tracks[disc->track_count - 1];
    struct dk_size size = { .track = track->number };
    uint64_t odd_tail;
    int64_t volume_end;

    survey_trees(&survey, volumes, &inspection->notes);
    volume_end = volumes_end(volumes, &survey);
    if (volume_end == INT64_MIN)
        return;
    size.base = volumes->items[0].base;
    size.track_sectors = (uint64_t)(track_end - size.base);
    size.volume_sectors = (uint64_t)(volume_end - size.base);
    size.files_sectors = survey.end > size.base ? (uint64_t)(survey.end - size.base) : 0;
    size.verdict = judge(track_end, volume_end, &survey);
    size.differ_sectors = (uint64_t)(track_end > volume_end ? track_end - volume_end : volume_end - track_end);
    odd_tail = last ? disc->odd_tail : 0;
    size.differ_bytes = size.differ_sectors * track->stored;
    if (track_end >= volume_end)
        size.differ_bytes += odd_tail;
    else
        size.differ_bytes -= odd_tail;
    inspection->sizes[inspection->size_count++] = size;
    /* of an image without a table its reader has said so already */
    if (!disc->notes.told[DK_NOTE_DAMAGE])
        note_size(&inspection->notes, &size, track_end);
}
