/* What could not be read, once more: after all the rest, at other speeds, from the other side. */
#include "jobs/rip.h"

#include <disckit/drive.h>
#include <stdlib.h>

enum {
    RUNS_MAX = 10000, /* bad runs that are listed; more are only counted, so that a wreck fills no memory */
    CHUNK = 32,
    /* Sectors that a drive may keep in its memory: what cdparanoia takes them for, too. */
    REMEMBERED = 1200,
};

/* A change of speed helps more than repetition; 0 is the fastest. */
static const unsigned speeds[] = { 8, 4, 0 };

bool rip_is_bad_sector(const struct dk_error *error)
{
    return error->kind == DK_ERROR_DAMAGED || error->kind == DK_ERROR_REFUSED;
}

bool rip_remember_bad(struct dk_rip_report *report, int64_t lba, bool protected, struct dk_error *error)
{
    struct dk_rip_run *last = report->bad_count ? &report->bad[report->bad_count - 1] : NULL, *runs;

    report->bad_sectors++;
    if (last && last->protected == protected && last->lba + (int64_t)last->count == lba) {
        last->count++;
        return true;
    }
    if (last && last->protected == protected && last->lba - 1 == lba) {
        last->lba--;
        last->count++;
        return true;
    }
    if (report->bad_count == RUNS_MAX)
        return true;
    runs = realloc(report->bad, (report->bad_count + 1) * sizeof *runs);
    if (!runs)
        return dk_fail_errno(error, "cannot list the bad sectors");
    report->bad = runs;
    report->bad[report->bad_count++] = (struct dk_rip_run){ (int32_t)lba, 1, protected };
    return true;
}

/*
 * Reads sectors that are far from this one, so that the drive has no memory of its failure left to answer from. What
 * can't be read there does not matter.
 */
static void make_it_forget(const struct rip_copy *copy, int64_t lba)
{
    uint8_t sectors[CHUNK * DK_SECTOR_USER];
    const int64_t start = copy->report->lba, end = start + (int64_t)copy->total;
    const bool before = lba - start > end - lba; /* there is more room */
    int64_t at = before ? start : end - REMEMBERED, until;
    struct dk_error ignored;

    if (!before && at < lba + CHUNK) /* bad ones seldom come alone */
        at = lba + CHUNK;
    until = at + REMEMBERED < end ? at + REMEMBERED : end;
    if (before && until > lba - CHUNK)
        until = lba - CHUNK;
    while (at + CHUNK <= until &&
           dk_source_read(copy->disc->source, (int32_t)at, CHUNK, DK_FORM_USER, sectors, &ignored) == CHUNK)
        at += CHUNK;
}

static bool read_alone(const struct rip_copy *copy, int64_t lba, uint8_t *sector, struct dk_error *error)
{
    return dk_source_read(copy->disc->source, (int32_t)lba, 1, DK_FORM_USER, sector, error) == 1;
}

static void try_otherwise(const struct rip_copy *copy, int64_t lba, unsigned attempt)
{
    dk_drive_set_speed(copy->disc, speeds[attempt % (sizeof speeds / sizeof *speeds)]);
    make_it_forget(copy, lba);
}

bool rip_try_again(const struct rip_copy *copy, int64_t lba, unsigned attempt, uint8_t *sector, struct dk_error *error)
{
    bool right;

    try_otherwise(copy, lba, attempt);
    right = read_alone(copy, lba, sector, error);
    dk_drive_set_speed(copy->disc, 0);
    return right;
}

/* ---- A pass over all that is bad ---- */

struct pass {
    struct rip_copy *copy;
    bool backwards;
    uint64_t tried, total; /* sectors */
};

static bool retry_sector(struct pass *pass, int64_t lba, struct dk_error *error)
{
    struct rip_copy *copy = pass->copy;
    uint8_t sector[DK_SECTOR_USER];

    if (!dk_watch_tick(copy->options->watch, "retrying", pass->tried++ * DK_SECTOR_USER, pass->total * DK_SECTOR_USER))
        return dk_fail(error, DK_ERROR_STOPPED, "stopped");
    if (read_alone(copy, lba, sector, error)) {
        copy->report->recovered++;
        return dk_output_replace_bytes(copy->file, (uint64_t)(lba - copy->report->lba) * DK_SECTOR_USER, sector,
                                       sizeof sector, error);
    }
    return rip_is_bad_sector(error) && rip_remember_bad(copy->report, lba, error->kind == DK_ERROR_REFUSED, error);
}

static bool retry_run(struct pass *pass, const struct dk_rip_run *run, struct dk_error *error)
{
    for (uint32_t i = 0; i < run->count; i++) {
        const int64_t lba = run->lba + (int64_t)(pass->backwards ? run->count - 1 - i : i);

        if (!(run->protected ? rip_remember_bad(pass->copy->report, lba, true, error) : retry_sector(pass, lba, error)))
            return false;
    }
    return true;
}

static void turn_round(struct dk_rip_run *runs, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        const struct dk_rip_run run = runs[i];

        runs[i] = runs[count - 1 - i];
        runs[count - 1 - i] = run;
    }
}

/* The list is made anew of what still can't be read. */
static bool run_pass(struct pass *pass, unsigned attempt, struct dk_error *error)
{
    struct dk_rip_report *report = pass->copy->report;
    struct dk_rip_run *runs = report->bad;
    const size_t count = report->bad_count;
    bool right = true;

    pass->backwards = attempt % 2 == 0;
    report->bad = NULL;
    report->bad_count = 0;
    for (size_t i = 0; i < count; i++)
        report->bad_sectors -= runs[i].count;
    if (pass->backwards)
        turn_round(runs, count);
    try_otherwise(pass->copy, runs[0].lba, attempt);
    for (size_t i = 0; right && i < count; i++)
        right = retry_run(pass, &runs[i], error);
    free(runs);
    if (pass->backwards)
        turn_round(report->bad, report->bad_count);
    return right;
}

/* Sectors that another reading may bring: protected ones it does not. */
static uint64_t worth_retrying(const struct dk_rip_report *report)
{
    uint64_t count = 0;

    for (size_t i = 0; i < report->bad_count; i++)
        count += report->bad[i].protected ? 0 : report->bad[i].count;
    return count;
}

bool rip_retry(struct rip_copy *copy, struct dk_error *error)
{
    struct pass pass = { .copy = copy };
    bool right = true;

    for (unsigned i = 0; right && i < copy->options->retries; i++) {
        const uint64_t left = worth_retrying(copy->report);

        if (left == 0)
            break;
        pass.total = pass.tried + left * (copy->options->retries - i);
        right = run_pass(&pass, i, error);
        dk_drive_set_speed(copy->disc, 0);
    }
    return right;
}
