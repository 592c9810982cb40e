/* A recorder and its medium, held through libburn. */
#include "drive/burner.h"

#include "drive/drive.h"
#include "util/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PROFILE_FILE = 0xFFFF,
    CLAIM_TRIES = 10, /* for two seconds: after a load other programs look at the new disc */
    POLL_MILLISECONDS = 100,
    ERASE_STEPS = 0x10000, /* libburn's unit of progress while blanking and formatting */
    LOOK_SECTORS = 512,    /* from LBA 0: the descriptors of ISO 9660 (16) and UDF (256) are among them */
};

static const unsigned overwritable[] = { 0x12, 0x13, 0x1A, 0x2A, 0x43 };

static bool is_overwritable(unsigned profile)
{
    for (size_t i = 0; i < sizeof overwritable / sizeof *overwritable; i++)
        if (overwritable[i] == profile)
            return true;
    return false;
}

static void pause_for(unsigned milliseconds)
{
    const struct timespec pause = { milliseconds / 1000, (long)(milliseconds % 1000) * 1000000L };

    nanosleep(&pause, NULL);
}

void burner_listen(struct dk_burner *burner)
{
    char text[BURN_MSGS_MESSAGE_LEN], severity[80];
    int code, reason, level = 0, least = 0;

    burn_text_to_sev("SORRY", &least, 0);
    while (burn_msgs_obtain("ALL", &code, text, &reason, severity) == 1)
        if (burner->first.kind == DK_ERROR_NONE && burn_text_to_sev(severity, &level, 0) > 0 && level >= least)
            dk_fail(&burner->first, DK_ERROR_SYSTEM, "%s", text);
}

bool burner_wait(struct dk_burner *burner, const char *doing, struct dk_watch *watch)
{
    struct burn_progress progress;
    bool wanted = true;

    while (burn_drive_get_status(burner->drive, &progress) != BURN_DRIVE_IDLE) {
        burner_listen(burner);
        wanted = dk_watch_tick(watch, doing, (uint64_t)progress.sector, ERASE_STEPS) && wanted;
        pause_for(POLL_MILLISECONDS);
    }
    burner_listen(burner);
    return wanted;
}

static bool is_zeros(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

static bool start_is_used(struct drive *drive)
{
    uint8_t buffer[16 * DK_SECTOR_USER];
    const struct drive_toc nothing = { .count = 0 };
    struct dk_disc disc = { .source = NULL };
    struct dk_error ignored;
    bool used = false;

    drive->toc = nothing; /* no table is needed to read sectors */
    drive_become_source(drive, &disc);
    for (int32_t lba = 0; lba < LOOK_SECTORS && !used; lba += 16) {
        const uint32_t got = dk_source_read(disc.source, lba, 16, DK_FORM_USER, buffer, &ignored);

        used = !is_zeros(buffer, (size_t)got * DK_SECTOR_USER);
    }
    return used;
}

bool burner_looks_used(const char *path, const struct dk_drive_caller *caller, unsigned *profile,
                       struct dk_error *error, bool *used)
{
    struct drive *drive = drive_open_link(path, caller, error);
    bool ready;

    if (!drive)
        return false;
    ready = drive_get_ready(drive, error);
    drive->changed = false;
    *profile = ready ? drive_current_profile(drive) : 0;
    drive->facts.profile = *profile;
    *used = ready && is_overwritable(*profile) && start_is_used(drive);
    drive_close(drive);
    return ready;
}

/* libburn's states are of the whole process: opened with the first burner, closed with it. */
static bool grab(struct dk_burner *burner, const char *address, struct dk_error *error)
{
    char named[BURN_DRIVE_ADR_LEN], path[BURN_DRIVE_ADR_LEN];
    bool claimed = false;

    if (!burn_initialize())
        return dk_fail(error, DK_ERROR_SYSTEM, "libburn cannot be started");
    burn_msgs_set_severities("ALL", "NEVER", "disckit: ");
    if (strlen(address) >= sizeof path)
        return dk_fail(error, DK_ERROR_SYSTEM, "%s is too long a name", address);
    strcpy(named, address);
    if (burner->file || burn_drive_convert_fs_adr(named, path) <= 0)
        strcpy(path, address);
    for (int i = 0; i < CLAIM_TRIES && !stop_requested(); i++) {
        claimed = !burner->file && dk_drive_is_claimed(burner->path);
        if (!claimed && burn_drive_scan_and_grab(&burner->info, path, 1) == 1) {
            burner->drive = burner->info[0].drive;
            return true;
        }
        pause_for(2 * POLL_MILLISECONDS);
    }
    if (claimed)
        return dk_fail(error, DK_ERROR_SYSTEM, "%s is busy: it is mounted, or another program holds it", burner->path);
    burner_listen(burner);
    return dk_fail(error, DK_ERROR_SYSTEM, "%s cannot be used for burning%s%s", burner->path,
                   burner->first.kind ? ": " : "", burner->first.kind ? burner->first.text : "");
}

static enum burn_disc_status settled_status(struct burn_drive *drive)
{
    enum burn_disc_status status = burn_disc_get_status(drive);

    while (status == BURN_DISC_UNREADY && !stop_requested()) {
        pause_for(POLL_MILLISECONDS);
        status = burn_disc_get_status(drive);
    }
    return status;
}

static void look_at_formats(struct dk_burner *burner)
{
    int status = 0, count = 0;
    unsigned spare;
    off_t size = 0;

    if (burn_disc_get_formats(burner->drive, &status, &size, &spare, &count) > 0 &&
        status == BURN_FORMAT_IS_UNFORMATTED) {
        burner->medium.unformatted = true;
        burner->medium.room = (uint64_t)size / DK_SECTOR_USER;
    }
}

static bool learn(struct dk_burner *burner, bool looks_used, struct dk_error *error)
{
    struct dk_burn_medium *medium = &burner->medium;
    const enum burn_disc_status status = settled_status(burner->drive);
    char name[80];
    int profile = 0;

    burn_disc_get_profile(burner->drive, &profile, name);
    medium->profile = burner->file ? PROFILE_FILE : (unsigned)profile;
    medium->name = burner->file ? "file" : dk_drive_profile_name(medium->profile);
    medium->overwritable = burner->file || is_overwritable(medium->profile);
    if (status == BURN_DISC_EMPTY)
        return dk_fail(error, DK_ERROR_SYSTEM, "there is no disc in %s", burner->path);
    if (status != BURN_DISC_BLANK && status != BURN_DISC_APPENDABLE && status != BURN_DISC_FULL)
        return dk_fail(error, DK_ERROR_REFUSED, "the %s in %s cannot be written", medium->name, burner->path);
    medium->used = status != BURN_DISC_BLANK || looks_used;
    medium->erasable = status != BURN_DISC_BLANK && burn_disc_erasable(burner->drive);
    medium->room = (uint64_t)burn_disc_available_space(burner->drive, NULL) / DK_SECTOR_USER;
    if (medium->overwritable && !burner->file)
        look_at_formats(burner);
    return true;
}

struct dk_burner *dk_burner_open(const char *address, const struct dk_drive_caller *caller, struct dk_error *error)
{
    struct dk_burner *burner = calloc(1, sizeof *burner);
    unsigned profile = 0;
    bool used = false;

    if (!burner) {
        dk_fail_errno(error, "cannot open %s", address);
        return NULL;
    }
    burner->file = strncmp(address, "stdio:", 6) == 0;
    burner->path = address;
    if ((burner->file || burner_looks_used(address, caller, &profile, error, &used)) && grab(burner, address, error) &&
        learn(burner, used, error))
        return burner;
    dk_burner_close(burner, false);
    return NULL;
}

const struct dk_burn_medium *dk_burner_medium(const struct dk_burner *burner)
{
    return &burner->medium;
}

bool dk_burner_prepare(struct dk_burner *burner, struct dk_watch *watch, struct dk_error *error)
{
    const bool blanking = burner->medium.used && burner->medium.erasable;
    /* The largest size, without the certification that takes hours. libburn formats a DVD+RW by itself on writing. */
    const int format = 2 << 1 | 1 << 6;

    if (blanking)
        burn_disc_erase(burner->drive, 1);
    else if (burner->medium.unformatted && burner->medium.profile != 0x1A && burner->medium.profile != 0x2A)
        burn_disc_format(burner->drive, 0, format);
    else
        return true;
    (void)burner_wait(burner, blanking ? "blanking" : "formatting", watch);
    if (!burn_drive_wrote_well(burner->drive))
        return dk_fail(error, DK_ERROR_SYSTEM, "the %s in %s cannot be %s%s%s", burner->medium.name, burner->path,
                       blanking ? "blanked" : "formatted", burner->first.kind ? ": " : "",
                       burner->first.kind ? burner->first.text : "");
    return !stop_requested() || dk_fail(error, DK_ERROR_STOPPED, "stopped");
}

void dk_burner_close(struct dk_burner *burner, bool eject)
{
    if (!burner)
        return;
    if (burner->drive)
        burn_drive_release(burner->drive, eject);
    if (burner->info)
        burn_drive_info_free(burner->info);
    burn_finish();
    free(burner);
}
