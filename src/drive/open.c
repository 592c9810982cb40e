/* From the path of a drive to the disc in it. */
#include "drive/drive.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/cdrom.h>
#include <linux/major.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { SCSI_TYPE_OPTICAL = 5 }; /* SPC-3 table 83 */

/* A number that a file of sysfs about this device holds; -1 where there is none. */
static long sysfs_number(dev_t device, const char *name)
{
    char path[100];
    long number = -1;
    FILE *file;

    snprintf(path, sizeof path, "/sys/dev/block/%u:%u/%s", major(device), minor(device), name);
    file = fopen(path, "re");
    if (!file)
        return -1;
    if (fscanf(file, "%ld", &number) != 1)
        number = -1;
    fclose(file);
    return number;
}

bool dk_drive_is_one(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0 || !S_ISBLK(status.st_mode))
        return false;
    return major(status.st_rdev) == SCSI_CDROM_MAJOR ||
           sysfs_number(status.st_rdev, "device/type") == SCSI_TYPE_OPTICAL;
}

size_t drive_largest_read(const char *path)
{
    struct stat status;
    long kilobytes = -1;

    if (stat(path, &status) == 0)
        kilobytes = sysfs_number(status.st_rdev, "queue/max_sectors_kb");
    return kilobytes > 0 && (size_t)kilobytes << 10 < DK_DRIVE_READ ? (size_t)kilobytes << 10 : DK_DRIVE_READ;
}

bool dk_drive_is_claimed(const char *path)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_EXCL | O_CLOEXEC);

    if (fd < 0)
        return errno == EBUSY;
    close(fd);
    return false;
}

void drive_close(struct drive *drive)
{
    if (!drive)
        return;
    patience_end(drive->patience);
    drive->link->close(drive->link);
    free(drive->path);
    free(drive);
}

static void close_drive(struct drive **drive)
{
    drive_close(*drive);
}

struct drive *drive_open_link(const char *path, const struct dk_drive_caller *caller, struct dk_error *error)
{
    struct drive *drive = calloc(1, sizeof *drive);

    if (!drive || !(drive->path = strdup(path)) || !(drive->link = drive_link_open(path))) {
        dk_fail_errno(error, "cannot open %s", path);
        if (drive)
            free(drive->path);
        free(drive);
        return NULL;
    }
    drive->largest = drive_largest_read(path);
    if (caller)
        drive->caller = *caller;
    drive->patience = patience_start(drive->path, &drive->caller);
    return drive;
}

/* One data track of so many sectors from LBA 0 on, as no table says. */
static void assume_track(struct drive_toc *toc, uint32_t sectors)
{
    *toc = (struct drive_toc){ .count = 1, .sessions = 1 };
    toc->tracks[0] = (struct drive_toc_track){ 1, 1, DK_CONTROL_DATA, DK_MODE1, 0, (int32_t)sectors };
    toc->lead_out[1] = (int32_t)sectors;
}

/* `sectors`: do without a table of contents; 0: read it. */
static bool learn(struct drive *drive, uint32_t sectors, struct dk_error *error)
{
    if (!drive_get_ready(drive, error))
        return false;
    drive->changed = false; /* what was said before this is about the disc that is there now */
    drive_inquire(drive);
    drive->facts.profile = drive_current_profile(drive);
    if (sectors) {
        assume_track(&drive->toc, sectors);
    } else if (!drive_read_toc(drive, &drive->toc)) {
        if (drive_is_blank(drive))
            return dk_fail(error, DK_ERROR_FORMAT, "the disc in %s is blank", drive->path);
        return dk_fail(error, DK_ERROR_DAMAGED, "the table of contents of the disc in %s cannot be read", drive->path);
    }
    drive->facts.capacity = drive_read_capacity(drive);
    drive_read_protection(drive);
    return true;
}

void dk_drive_eject(const char *path)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return;
    (void)ioctl(fd, CDROMEJECT);
    close(fd);
}

void dk_drive_set_speed(struct dk_disc *disc, unsigned times)
{
    /* The kernel counts in 1x of CDs, whatever the medium; it may send what a reader of the device may not. */
    enum { KERNEL_AT_ONCE = 177 };
    const struct drive *drive = drive_of(disc);
    const int fd = drive ? open(drive->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;

    if (fd < 0)
        return;
    (void)ioctl(fd, CDROM_SELECT_SPEED,
                (drive_kilobytes(drive->facts.profile, times) + KERNEL_AT_ONCE - 1) / KERNEL_AT_ONCE);
    close(fd);
}

static void add_tracks(const struct drive_toc *toc, struct dk_disc *disc)
{
    for (size_t i = 0; i < toc->count; i++) {
        const struct drive_toc_track *track = &toc->tracks[i];

        dk_disc_add_track(disc, (struct dk_track){
                                    .number = track->number,
                                    .session = track->session,
                                    .mode = track->mode,
                                    .control = track->control,
                                    .lba = track->lba,
                                    .count = (uint32_t)(track->end - track->lba),
                                });
    }
    for (unsigned session = 1; session <= toc->sessions; session++)
        if (toc->lead_out[session] != INT32_MIN)
            dk_disc_set_lead_out(disc, session, toc->lead_out[session]);
}

static struct dk_disc *open_disc(const char *path, const struct dk_drive_caller *caller, uint32_t sectors,
                                 struct dk_error *error)
{
    struct drive *drive DK_CLEANUP(close_drive) = NULL;
    struct dk_disc *disc;

    if (!dk_drive_is_one(path)) {
        dk_fail(error, DK_ERROR_REFUSED, "%s is no optical drive", path);
        return NULL;
    }
    drive = drive_open_link(path, caller, error);
    if (!drive || !learn(drive, sectors, error))
        return NULL;
    disc = dk_disc_new("drive", path);
    disc->medium = drive_medium_of(drive->facts.profile);
    add_tracks(&drive->toc, disc);
    if (drive->facts.protection != DK_PROTECTION_NONE)
        dk_note(&disc->notes, DK_NOTE_DAMAGE,
                "the disc is protected by %s: protected parts of it are scrambled, and useless without keys",
                dk_drive_protection_name(drive->facts.protection));
    if (!dk_disc_finish(disc, error)) {
        dk_disc_close(disc);
        return NULL;
    }
    drive_become_source(drive, disc);
    drive = NULL;
    return disc;
}

struct dk_disc *dk_drive_open_for(const char *path, const struct dk_drive_caller *caller, struct dk_error *error)
{
    return open_disc(path, caller, 0, error);
}

struct dk_disc *dk_drive_open_sectors(const char *path, const struct dk_drive_caller *caller, uint32_t sectors,
                                      struct dk_error *error)
{
    return open_disc(path, caller, sectors, error);
}

struct dk_disc *dk_drive_open(const char *path, struct dk_error *error)
{
    return dk_drive_open_for(path, NULL, error);
}

const struct dk_drive_facts *dk_drive_facts(const struct dk_disc *disc)
{
    const struct drive *drive = drive_of(disc);

    return drive ? &drive->facts : NULL;
}

bool dk_drive_is_same_disc(struct dk_disc *disc, struct dk_error *error)
{
    struct drive *drive = drive_of(disc);
    struct drive_toc toc;

    if (!drive)
        return true;
    if (!drive_get_ready(drive, error))
        return false;
    if (drive->changed || !drive_read_toc(drive, &toc) || !drive_toc_same(&toc, &drive->toc) ||
        drive_read_capacity(drive) != drive->facts.capacity)
        return dk_fail(error, DK_ERROR_SYSTEM, "the disc in %s was changed while it was read", drive->path);
    return true;
}
