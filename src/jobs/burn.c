#include "jobs/burn.h"

#include "jobs/data_track.h"

#include <disckit/input.h>
#include <disckit/pipeline.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 32 };

static void free_volumes(struct dk_volumes **volumes)
{
    dk_volumes_free(*volumes);
}

/* A burned data track is Mode 1 and begins at LBA 0: what does not fit that would be another disc than the image. */
static bool can_become_mode1(const struct burn_task *task, struct dk_error *error)
{
    const struct dk_track *track = task->track;
    struct dk_volumes *volumes DK_CLEANUP(free_volumes) = NULL;

    if (track->missing)
        return dk_fail(error, DK_ERROR_MISSING, "the file with track %d of %s is not there", track->number,
                       task->image->path);
    if (track->mode != DK_MODE1 && track->mode != DK_MODE2_FORM1)
        return dk_fail(error, DK_ERROR_REFUSED, "track %d is %s, which cannot be burned yet: only Mode 1 is",
                       track->number, dk_mode_name(track->mode));
    volumes = dk_input_volumes(task->image, track->number, 0, error);
    if (!volumes)
        return false;
    if (volumes->count && volumes->items[0].base != track->lba)
        return dk_fail(error, DK_ERROR_REFUSED,
                       "the volume on track %d counts from LBA %" PRId32 " of its disc, and could not be read at LBA "
                       "0 of another: disc-convert --track %d makes an .iso of it that can be burned",
                       track->number, volumes->items[0].base, track->number);
    if (track->mode == DK_MODE2_FORM1)
        dk_note(&task->report->notes, DK_NOTE_ODD, "track %d is Mode 2 Form 1: its user data is burned as Mode 1",
                track->number);
    return true;
}

/*
 * Looks for damage before the disc is begun: what the image's check bytes tell is lost in the burned disc, whose drive
 * makes new ones. It is told, and burned as it is.
 */
static bool check_image(const struct burn_task *task, struct dk_error *error)
{
    struct dk_bad_list bad = { 0 };
    const struct dk_pipeline settings = {
        .disc = task->image,
        .lba = task->track->lba,
        .count = task->track->count,
        .form = DK_FORM_USER,
        .check = true,
        .bad = &bad,
        .watch = task->options->watch,
        .doing = "checking the image",
    };
    bool right;

    if (task->track->stored == DK_SECTOR_USER)
        return true; /* there are no check bytes */
    right = dk_pipeline_run(&settings, error);
    dk_bad_list_note(&bad, &task->report->notes);
    dk_bad_list_free(&bad);
    return right;
}

bool burn_write(const struct burn_task *task, struct dk_burner *burner, struct dk_error *error)
{
    const struct dk_burner_job job = {
        .source = task->image->source,
        .lba = task->track->lba,
        .count = task->track->count,
        .speed = task->options->speed,
        .simulate = task->options->simulate,
        .watch = task->options->watch,
        .notes = &task->report->notes,
    };

    return dk_burner_prepare(burner, task->options->watch, error) && dk_burner_write(burner, &job, error);
}

bool burn_compare(const struct burn_task *task, struct dk_source *written, uint32_t from, struct dk_error *error)
{
    uint8_t image[CHUNK * DK_SECTOR_USER], back[CHUNK * DK_SECTOR_USER];
    const uint32_t count = task->track->count;
    uint32_t differ = 0, first = 0, piece;

    for (uint32_t at = from; at < count; at += piece) {
        piece = count - at < CHUNK ? count - at : CHUNK;
        if (!dk_watch_tick(task->options->watch, "verifying", (uint64_t)at * DK_SECTOR_USER,
                           (uint64_t)count * DK_SECTOR_USER))
            return dk_fail(error, DK_ERROR_STOPPED, "stopped");
        if (dk_source_read(task->image->source, task->track->lba + (int32_t)at, piece, DK_FORM_USER, image, error) !=
                piece ||
            dk_source_read(written, (int32_t)at, piece, DK_FORM_USER, back, error) != piece)
            return false;
        for (uint32_t i = 0; i < piece; i++)
            if (memcmp(image + i * DK_SECTOR_USER, back + i * DK_SECTOR_USER, DK_SECTOR_USER) != 0 && differ++ == 0)
                first = at + i;
    }
    if (differ)
        dk_note(&task->report->notes, DK_NOTE_DAMAGE,
                "%" PRIu32 " sectors read back differ from the image, the first at LBA %" PRIu32, differ, first);
    task->report->verified = !differ && from == 0;
    return true;
}

static bool is_block_device(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISBLK(status.st_mode);
}

static bool burn_to(const struct burn_task *task, struct dk_error *error)
{
    const bool to_file = strncmp(task->target, "stdio:", 6) == 0;
    const char *path = to_file ? task->target + 6 : task->target;

    if (!to_file && dk_drive_is_one(path))
        return burn_to_drive(task, error);
    if (is_block_device(path))
        return dk_fail(error, DK_ERROR_REFUSED,
                       "%s is %s: only optical drives, by their own names, and files are written for now", path,
                       dk_drive_is_one(path) ? "an optical drive and no file" : "a block device and no optical drive");
    if (to_file)
        return burn_to_file(task, path, error);
    return dk_fail(error, DK_ERROR_REFUSED, "%s is no optical drive; stdio:%s would write to a file", path, path);
}

bool dk_burn(struct dk_disc *image, const char *target, const struct dk_burn_options *options,
             struct dk_burn_report *report, struct dk_error *error)
{
    struct burn_task task = { .image = image, .target = target, .options = options, .report = report };

    *report = (struct dk_burn_report){ 0 };
    task.track = data_track_choose(image, options->track, options->session, "burned", error);
    if (!task.track)
        return false;
    report->track = task.track->number;
    report->sectors = task.track->count;
    return can_become_mode1(&task, error) && check_image(&task, error) && burn_to(&task, error);
}

void dk_burn_report_free(struct dk_burn_report *report)
{
    dk_notes_free(&report->notes);
    *report = (struct dk_burn_report){ 0 };
}
