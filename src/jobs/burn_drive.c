/* Burning to a medium in a recorder. */
#include "jobs/burn.h"

#include <inttypes.h>
#include <stdio.h>

static void close_disc(struct dk_disc **disc)
{
    dk_disc_close(*disc);
}

static bool may_write(const struct burn_task *task, const struct dk_burn_medium *medium, struct dk_error *error)
{
    if (medium->used && !medium->erasable && !medium->overwritable)
        return dk_fail(error, DK_ERROR_REFUSED, "the %s in %s is not blank, and cannot be blanked", medium->name,
                       task->target);
    if (medium->used && !task->options->overwrite)
        return dk_fail(error, DK_ERROR_REFUSED, "the %s in %s is not blank; --force %s", medium->name, task->target,
                       medium->erasable ? "blanks it first" : "overwrites it");
    if (medium->used && medium->erasable && task->options->simulate)
        return dk_fail(error, DK_ERROR_REFUSED, "the %s in %s is not blank, and --simulate blanks nothing",
                       medium->name, task->target);
    if (medium->room < task->track->count && !medium->erasable)
        return dk_fail(error, DK_ERROR_REFUSED,
                       "the image has %" PRIu32 " sectors, the %s in %s has room for %" PRIu64 ": %" PRIu64 " too few",
                       task->track->count, medium->name, task->target, medium->room, task->track->count - medium->room);
    return true;
}

static bool burn(const struct burn_task *task, struct dk_error *error)
{
    struct dk_burner *burner = dk_burner_open(task->target, task->options->caller, error);
    bool right;

    if (!burner)
        return false;
    snprintf(task->report->medium, sizeof task->report->medium, "%s", dk_burner_medium(burner)->name);
    right = may_write(task, dk_burner_medium(burner), error) && burn_write(task, burner, error);
    dk_burner_close(burner, task->options->eject && !task->options->verify);
    return right;
}

static bool has_the_track(const struct burn_task *task, const struct dk_disc *written, struct dk_error *error)
{
    if (written->tracks[0].lba == 0 && written->tracks[0].count >= task->track->count)
        return true;
    return dk_fail(error, DK_ERROR_DAMAGED,
                   "the burned disc in %s has a first track of %" PRIu32 " sectors, not %" PRIu32, task->target,
                   written->tracks[0].count, task->track->count);
}

/*
 * The table is read again after every burn: a drive may have taken all and written nothing. A drive that shows no
 * table before the disc is loaded again at least gives the last sector.
 */
static bool read_back(const struct burn_task *task, struct dk_error *error)
{
    const struct dk_burn_options *options = task->options;
    struct dk_disc *written DK_CLEANUP(close_disc) = dk_drive_open_for(task->target, options->caller, error);
    const bool has_table = written;

    if (!has_table && error->kind == DK_ERROR_SYSTEM)
        return false;
    if (!has_table)
        written = dk_drive_open_sectors(task->target, options->caller, task->track->count, error);
    if (!written || !has_the_track(task, written, error))
        return false;
    if (has_table && !options->verify)
        return true;
    return burn_compare(task, written->source, options->verify ? 0 : task->track->count - 1, error);
}

bool burn_to_drive(const struct burn_task *task, struct dk_error *error)
{
    if (!burn(task, error))
        return false;
    if (task->options->simulate || (task->options->eject && !task->options->verify))
        return true;
    if (!read_back(task, error))
        return false;
    if (task->options->eject)
        dk_drive_eject(task->target);
    return true;
}
