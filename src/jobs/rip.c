#include "jobs/rip.h"

#include "jobs/data_track.h"

#include <disckit/drive.h>
#include <disckit/input.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What is to be read: one track, or the tracks of a volume that counts from LBA 0 of the disc. */
struct plan {
    const struct dk_track *track; /* the last of them */
    struct {
        int64_t lba;
        struct rip_range range;
    } parts[DK_TRACKS_MAX];
    size_t count;
};

static void free_volumes(struct dk_volumes **volumes)
{
    dk_volumes_free(*volumes);
}

static void close_output(struct dk_output **output)
{
    dk_output_close(*output);
}

static void close_store(struct dk_store **store)
{
    dk_store_close(*store);
}

static void free_hashes(struct hash_set **hashes)
{
    hash_set_free(*hashes);
}

/* ---- How much of it ---- */

static const struct dk_track *track_behind(const struct dk_disc *disc, const struct dk_track *track)
{
    const size_t next = (size_t)(track - disc->tracks) + 1;

    return next < disc->track_count ? &disc->tracks[next] : NULL;
}

static struct rip_range range_of(const struct dk_disc *disc, const struct dk_track *track,
                                 const struct dk_volumes *volumes, struct rip_lengths *lengths)
{
    const struct dk_drive_facts *facts = dk_drive_facts(disc);
    const struct dk_track *next = track_behind(disc, track);

    *lengths = (struct rip_lengths){
        .start = track->lba,
        .toc = track->lba + (int64_t)track->count,
        .capacity = facts && !next ? facts->capacity : 0,
        .audio_next = next && !dk_mode_is_data(next->mode),
    };
    for (size_t i = 0; volumes && i < volumes->count; i++) {
        int64_t end = (int64_t)volumes->items[i].base + volumes->items[i].blocks;

        /* A later session's volume has addresses from LBA 0 on, and a size from its own start on. */
        if (end <= track->lba)
            end = track->lba + (int64_t)volumes->items[i].blocks;
        if (end > lengths->volume)
            lengths->volume = end;
    }
    return rip_reconcile(lengths);
}

static bool counts_from_zero(const struct dk_track *track, const struct dk_volumes *volumes)
{
    return track->lba > 0 && volumes->count > 0 && volumes->items[0].base == 0;
}

static uint32_t length_from(int64_t start, int64_t end)
{
    return end > start ? (uint32_t)(end - start) : 0;
}

static void make_plan(const struct dk_disc *disc, const struct dk_track *track, const struct dk_volumes *volumes,
                      struct plan *plan, struct dk_rip_report *report)
{
    struct rip_lengths lengths;

    *plan = (struct plan){ .track = track };
    for (const struct dk_track *before = disc->tracks; counts_from_zero(track, volumes) && before < track; before++) {
        if (!dk_mode_is_data(before->mode))
            continue;
        plan->parts[plan->count].lba = before->lba;
        plan->parts[plan->count].range = range_of(disc, before, NULL, &lengths);
        /* An earlier session's files end where they end: what can't be read there after the last is told apart below.
         */
        plan->parts[plan->count++].range.soft_end = before->lba + (int64_t)before->count - 2;
    }
    plan->parts[plan->count].lba = track->lba;
    plan->parts[plan->count++].range = range_of(disc, track, volumes, &lengths);
    report->track = track->number;
    report->session = track->session;
    report->lba = counts_from_zero(track, volumes) ? 0 : track->lba;
    report->by_toc = length_from(track->lba, lengths.toc);
    report->by_capacity = length_from(track->lba, lengths.capacity);
    report->by_volume = length_from(track->lba, lengths.volume);
    if (report->lba != track->lba)
        dk_note(&report->notes, DK_NOTE_GUESS,
                "the volume counts from LBA 0 of the disc, so the image begins there; its own sectors from %" PRId32
                " on (mount -o loop,sbsector=%" PRId32 ")",
                track->lba, track->lba);
    if (volumes->count == 0)
        dk_note(&report->notes, DK_NOTE_ODD, "there is no volume on track %d that tells how long it should be",
                track->number);
    if (lengths.volume > plan->parts[plan->count - 1].range.end)
        dk_note(&report->notes, DK_NOTE_DAMAGE, "the volume claims %" PRIu32 " sectors, the disc has only %" PRId64,
                report->by_volume, plan->parts[plan->count - 1].range.end - track->lba);
}

/* ---- Protection ---- */

static bool may_copy(const struct dk_disc *disc, const struct dk_rip_options *options, struct dk_error *error)
{
    const struct dk_drive_facts *facts = dk_drive_facts(disc);
    char regions[40] = "";
    size_t at = 0;

    if (!facts || facts->protection == DK_PROTECTION_NONE || options->allow_protected)
        return true;
    for (unsigned i = 0; i < 8; i++)
        if (facts->regions >> i & 1)
            regions[at++] = (char)('1' + i);
    regions[at] = '\0';
    return dk_fail(error, DK_ERROR_REFUSED,
                   "the disc in %s is protected by %s%s%s%s: the image would hold scrambled video that no player can "
                   "use without keys that are not part of an image; --allow-protected rips it so",
                   disc->path, dk_drive_protection_name(facts->protection), at ? " (regions: " : "", regions,
                   at ? ")" : "");
}

/* ---- The rip ---- */

static void note_bad_runs(struct dk_rip_report *report)
{
    for (size_t i = 0; i < report->bad_count; i++) {
        const struct dk_rip_run *run = &report->bad[i];
        const char *what = run->protected ? "protected against copying" : "cannot be read";

        if (run->count == 1)
            dk_note(&report->notes, DK_NOTE_DAMAGE, "LBA %" PRId32 " %s: zeros in the image", run->lba, what);
        else
            dk_note(&report->notes, DK_NOTE_DAMAGE, "LBA %" PRId32 " to %" PRId32 " %s: zeros in the image", run->lba,
                    run->lba + (int32_t)run->count - 1, what);
    }
    if (report->recovered)
        dk_note(&report->notes, DK_NOTE_ODD, "%" PRIu32 " sectors could be read only when they were tried again",
                report->recovered);
    if (report->run_out)
        dk_note(&report->notes, DK_NOTE_ODD,
                "%" PRIu32 " run-out sectors behind the volume cannot be read, as usual, and are left out",
                report->run_out);
}

static void keep_sums(const struct hash_set *hashes, struct dk_rip_report *report)
{
    for (unsigned kind = 0; hashes && kind < HASH_KINDS; kind++) {
        struct dk_rip_sum *sum = &report->sums[report->sum_count];

        if (!(hash_set_kinds(hashes) >> kind & 1))
            continue;
        sum->name = hash_name(kind);
        sum->tag = hash_tag(kind);
        strcpy(sum->hex, hash_set_hex(hashes, kind));
        report->sum_count++;
    }
}

/* A hole from LBA `from` to `to` of the disc; where it would hide the newest volume's descriptors, they stand there. */
static bool write_hole(struct rip_copy *copy, const struct plan *plan, int64_t from, int64_t to, struct dk_error *error)
{
    const uint32_t count = from == 0 && to > DESCRIPTORS_AT ? data_track_descriptors(copy->disc, plan->track) : 0;

    if (count == 0 || DESCRIPTORS_AT + (int64_t)count > to)
        return rip_write_zeros(copy, (uint64_t)(to - from), error);
    return rip_write_zeros(copy, DESCRIPTORS_AT, error) &&
           rip_copy_exactly(copy, plan->track->lba + (int64_t)DESCRIPTORS_AT, count, error) &&
           rip_write_zeros(copy, (uint64_t)(to - DESCRIPTORS_AT) - count, error);
}

static bool copy_parts(struct rip_copy *copy, const struct plan *plan, struct dk_error *error)
{
    int64_t at = copy->report->lba;

    for (size_t i = 0; i < plan->count; i++) {
        const int64_t lba = plan->parts[i].lba;

        copy->report->run_out = 0; /* that of an earlier session is a hole like the gap behind it */
        if (!write_hole(copy, plan, at, lba, error) || !rip_copy_range(copy, lba, plan->parts[i].range, error))
            return false;
        at = copy->report->lba + (int64_t)(dk_output_size(copy->file) / DK_SECTOR_USER);
    }
    copy->report->sectors = (uint32_t)(at - copy->report->lba);
    return true;
}

/* Sums were made of what was written first; where some of it was written over they are made of the file. */
static bool hash_again(struct rip_copy *copy, struct dk_error *error)
{
    struct dk_store *store DK_CLEANUP(close_store) = dk_store_open_file(dk_output_temporary(copy->file), error);
    struct hash_set *hashes DK_CLEANUP(free_hashes) = store ? hash_set_new(hash_set_kinds(copy->hashes), error) : NULL;
    uint8_t bytes[64 << 10];
    struct hash_set *old;

    if (!hashes)
        return false;
    for (uint64_t at = 0; at < store->size; at += sizeof bytes) {
        const size_t size = store->size - at < sizeof bytes ? (size_t)(store->size - at) : sizeof bytes;

        if (!dk_store_read(store, bytes, size, at, error))
            return false;
        hash_set_update(hashes, bytes, size);
    }
    old = copy->hashes;
    copy->hashes = hashes;
    hashes = old;
    return true;
}

static bool copy_all(struct rip_copy *copy, const struct plan *plan, struct dk_error *error)
{
    if (!copy_parts(copy, plan, error))
        return false;
    if (copy->streams)
        return true;
    if (!rip_retry(copy, error))
        return false;
    return !copy->hashes || copy->report->recovered == 0 || hash_again(copy, error);
}

static bool verify(struct rip_copy *copy, const struct plan *plan, const char *path, struct dk_error *error)
{
    struct dk_store *store DK_CLEANUP(close_store) = dk_store_open_file(path, error);
    const int64_t end = copy->report->lba + (int64_t)copy->report->sectors;

    if (!store)
        return false;
    for (size_t i = 0; i < plan->count; i++) {
        const struct rip_range range = plan->parts[i].range;
        const int64_t until = i + 1 < plan->count ? range.soft_end : end;

        if (!rip_verify(copy, store, plan->parts[i].lba, until, error))
            return false;
    }
    return true;
}

static bool copy_disc(struct dk_disc *disc, const char *path, const struct plan *plan, struct rip_copy *copy,
                      struct dk_error *error)
{
    struct dk_output *output DK_CLEANUP(close_output) = dk_output_new(copy->options->replace);

    if (!output || !(copy->file = dk_output_add(output, path, error)))
        return false;
    if (!copy_all(copy, plan, error) || !dk_drive_is_same_disc(disc, error) || !dk_output_commit(output, error))
        return false;
    note_bad_runs(copy->report);
    return !copy->options->verify || verify(copy, plan, path, error);
}

static bool rip_track(struct dk_disc *disc, const struct dk_track *track, const char *path, struct rip_copy *copy,
                      struct dk_error *error)
{
    struct dk_volumes *volumes DK_CLEANUP(free_volumes) = dk_input_volumes(disc, track->number, 0, error);
    struct plan plan;

    if (!volumes)
        return false;
    make_plan(disc, track, volumes, &plan, copy->report);
    copy->total = (uint64_t)(plan.parts[plan.count - 1].range.end - copy->report->lba);
    return copy_disc(disc, path, &plan, copy, error);
}

bool dk_rip(struct dk_disc *disc, const char *path, const struct dk_rip_options *options, struct dk_rip_report *report,
            struct dk_error *error)
{
    struct rip_copy copy = { .disc = disc, .options = options, .report = report, .streams = strcmp(path, "-") == 0 };
    const struct dk_track *track;
    unsigned kinds = 0;
    bool right;

    *report = (struct dk_rip_report){ 0 };
    if (options->verify && copy.streams)
        return dk_fail(error, DK_ERROR_REFUSED, "what goes to stdout cannot be verified");
    track = data_track_choose(disc, options->track, options->session, "ripped", error);
    if (!track || !may_copy(disc, options, error))
        return false;
    if (options->hashes && (!hash_parse(options->hashes, &kinds, error) || !(copy.hashes = hash_set_new(kinds, error))))
        return false;
    right = rip_track(disc, track, path, &copy, error);
    if (right && copy.hashes) {
        hash_set_finish(copy.hashes);
        keep_sums(copy.hashes, report);
    }
    hash_set_free(copy.hashes);
    return right;
}

void dk_rip_report_free(struct dk_rip_report *report)
{
    free(report->bad);
    dk_notes_free(&report->notes);
    *report = (struct dk_rip_report){ 0 };
}
