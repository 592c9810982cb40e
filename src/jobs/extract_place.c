/* The folder that things are extracted into: whatever their names are, they are made below its descriptor. */
#include "jobs/extraction.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
    TICK_TRIES = 100, /* of a millisecond: a clock of file systems moves on every 10 at the latest */
};

/* ---- Directories ---- */

static bool is_odd(const char *name, size_t length)
{
    return length == 0 || (length == 1 && name[0] == '.') || (length == 2 && name[0] == '.' && name[1] == '.');
}

/* From the root to `path`, one part after the other, following no link. With `make` what is not there is made. */
static int open_by_steps(const struct place *place, const char *path, size_t length, bool make)
{
    const char *end = path + length;
    int at = fcntl(place->root, F_DUPFD_CLOEXEC, 0);

    while (at >= 0 && path < end) {
        const char *slash = memchr(path, '/', (size_t)(end - path));
        const size_t part = (size_t)((slash ? slash : end) - path);
        char name[NAME_MAX + 1];
        int next = -1;

        if (part > NAME_MAX || is_odd(path, part)) {
            errno = part > NAME_MAX ? ENAMETOOLONG : EINVAL;
        } else {
            memcpy(name, path, part);
            name[part] = '\0';
            if (!make || mkdirat(at, name, 0777) == 0 || errno == EEXIST)
                next = openat(at, name, OPEN_DIRECTORY | O_NOFOLLOW);
        }
        close(at);
        at = next;
        path += part + (slash != NULL);
    }
    return at;
}

static int open_at_once(const struct place *place, const char *path, size_t length)
{
    const struct open_how how = {
        .flags = OPEN_DIRECTORY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    char whole[PATH_MAX];

    if (length >= sizeof whole) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(whole, path, length);
    whole[length] = '\0';
    return (int)syscall(SYS_openat2, place->root, whole, &how, sizeof how);
}

int place_directory(struct place *place, const char *path, size_t length)
{
    if (length == 0)
        return fcntl(place->root, F_DUPFD_CLOEXEC, 0);
    if (!place->no_openat2) {
        const int fd = open_at_once(place, path, length);

        if (fd >= 0)
            return fd;
        /* EPERM: a filter of system calls that does not know it */
        if (errno == ENOSYS || errno == EPERM)
            place->no_openat2 = true;
        else if (errno != ENAMETOOLONG && errno != EAGAIN)
            return -1;
    }
    return open_by_steps(place, path, length, false);
}

const char *place_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool remember_parent(struct place *place, int fd, const char *path, size_t length)
{
    if (place->parent >= 0)
        close(place->parent);
    place->parent = -1;
    if (length > place->parent_room) {
        char *larger = realloc(place->parent_path, length);

        if (!larger) {
            close(fd);
            return false;
        }
        place->parent_path = larger;
        place->parent_room = length;
    }
    memcpy(place->parent_path, path, length);
    place->parent_length = length;
    place->parent = fd;
    return true;
}

int place_parent(struct place *place, const char *path)
{
    const char *name = place_name(path);
    const size_t length = name == path ? 0 : (size_t)(name - path) - 1;
    int fd;

    if (length == 0)
        return place->root;
    if (place->parent >= 0 && length == place->parent_length && memcmp(path, place->parent_path, length) == 0)
        return place->parent;
    fd = place_directory(place, path, length);
    if (fd < 0 && errno == ENOENT)
        fd = open_by_steps(place, path, length, true);
    return fd >= 0 && remember_parent(place, fd, path, length) ? fd : -1;
}

bool place_make_directory(struct place *place, const char *path, uint32_t mode)
{
    const int parent = place_parent(place, path);
    int fd;

    if (parent < 0)
        return false;
    if (mkdirat(parent, place_name(path), mode) == 0)
        return true;
    if (errno != EEXIST)
        return false;
    fd = place_directory(place, path, strlen(path));
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

/* ---- Files ---- */

/* May what has this name be replaced? Not where it is a directory, nor where this run has made it. */
static bool may_replace(const struct place *place, int parent, const char *name)
{
    struct stat status;

    if (!place->replace || fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || S_ISDIR(status.st_mode) ||
        status.st_ctim.tv_sec > place->began.tv_sec ||
        (status.st_ctim.tv_sec == place->began.tv_sec && status.st_ctim.tv_nsec > place->began.tv_nsec)) {
        errno = EEXIST;
        return false;
    }
    return true;
}

/* A name beside the one that will be replaced. */
static void temporary_name(char to[PLACE_TEMPORARY])
{
    static _Atomic unsigned count;

    snprintf(to, PLACE_TEMPORARY, ".disckit.%ld.%u", (long)getpid(), count++);
}

bool place_create(struct place *place, const char *path, uint32_t mode, struct place_file *file)
{
    static const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

    file->temporary[0] = '\0';
    file->name = place_name(path);
    file->parent = place_parent(place, path);
    if (file->parent < 0)
        return false;
    file->fd = openat(file->parent, file->name, flags, mode);
    if (file->fd < 0 && errno == EEXIST && may_replace(place, file->parent, file->name)) {
        temporary_name(file->temporary);
        file->fd = openat(file->parent, file->temporary, flags, mode);
    }
    return file->fd >= 0;
}

static bool set_time(int fd, const struct dk_time *mtime)
{
    const struct timespec times[] = { { 0, UTIME_OMIT }, { (time_t)mtime->seconds, 0 } };

    return !mtime->known || futimens(fd, times) == 0;
}

void place_abandon(struct place_file *file)
{
    const int why = errno;

    if (file->fd >= 0)
        close(file->fd);
    unlinkat(file->parent, file->temporary[0] ? file->temporary : file->name, 0);
    errno = why;
}

bool place_finish(struct place *place, struct place_file *file, uint32_t mode, const struct dk_time *mtime)
{
    bool done = ((mode & place->mask) == 0 || fchmod(file->fd, mode) == 0) && set_time(file->fd, mtime);

    if (close(file->fd) != 0)
        done = false;
    file->fd = -1;
    if (done && file->temporary[0])
        done = renameat(file->parent, file->temporary, file->parent, file->name) == 0;
    if (!done)
        place_abandon(file);
    return done;
}

/* ---- Links and special files ---- */

/* Makes room for a link or a special file where there may be something in its place. */
static bool make_room(struct place *place, int parent, const char *name)
{
    return errno == EEXIST && may_replace(place, parent, name) && unlinkat(parent, name, 0) == 0;
}

static bool set_time_of_name(int parent, const char *name, const struct dk_time *mtime)
{
    const struct timespec times[] = { { 0, UTIME_OMIT }, { (time_t)mtime->seconds, 0 } };

    return !mtime->known || utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW) == 0;
}

bool place_make_link(struct place *place, const char *path, const char *target, const struct dk_time *mtime)
{
    const int parent = place_parent(place, path);
    const char *name = place_name(path);

    if (parent < 0)
        return false;
    if (symlinkat(target, parent, name) != 0 &&
        !(make_room(place, parent, name) && symlinkat(target, parent, name) == 0))
        return false;
    return set_time_of_name(parent, name, mtime);
}

bool place_make_special(struct place *place, const char *path, uint32_t mode_and_type, dev_t device,
                        const struct dk_time *mtime)
{
    const int parent = place_parent(place, path);
    const char *name = place_name(path);

    if (parent < 0)
        return false;
    if (mknodat(parent, name, mode_and_type, device) != 0 &&
        !(make_room(place, parent, name) && mknodat(parent, name, mode_and_type, device) == 0))
        return false;
    return set_time_of_name(parent, name, mtime);
}

bool place_settle_directory(struct place *place, const char *path, bool set_mode, uint32_t mode,
                            const struct dk_time *mtime)
{
    const int fd = place_directory(place, path, strlen(path));
    bool done;

    if (fd < 0)
        return false;
    done = (!set_mode || fchmod(fd, mode) == 0) && set_time(fd, mtime);
    close(fd);
    return done;
}

/* ---- Opening ---- */

/*
 * What this run makes is told from what was there by the time of its last change, which nobody can set. So that no file
 * from before shares a tick of that clock with one of ours, it has to move on once.
 */
static bool wait_for_tick(struct place *place)
{
    static const struct timespec millisecond = { 0, 1000000 }, now[] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
    char name[PLACE_TEMPORARY];
    struct stat first, status;
    int fd;
    bool done;

    temporary_name(name);
    fd = openat(place->root, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    unlinkat(place->root, name, 0);
    done = fstat(fd, &first) == 0;
    place->began = first.st_ctim;
    for (int i = 0; done && i < TICK_TRIES; i++) {
        done = nanosleep(&millisecond, NULL) == 0 && futimens(fd, now) == 0 && fstat(fd, &status) == 0;
        if (done && (status.st_ctim.tv_sec != first.st_ctim.tv_sec || status.st_ctim.tv_nsec != first.st_ctim.tv_nsec))
            break;
    }
    close(fd);
    return done;
}

bool place_open(struct place *place, const char *folder, bool replace, struct dk_error *error)
{
    *place = (struct place){ .parent = -1, .replace = replace };
    place->mask = umask(0);
    umask(place->mask);
    place->root = open(folder ? folder : ".", OPEN_DIRECTORY);
    if (place->root < 0)
        return dk_fail_errno(error, "cannot extract into %s", folder ? folder : "the working directory");
    if (!replace || wait_for_tick(place))
        return true;
    dk_fail_errno(error, "cannot extract into %s", folder ? folder : "the working directory");
    place_close(place);
    return false;
}

struct place place_share(const struct place *place)
{
    struct place shared = *place;

    shared.parent = -1;
    shared.parent_path = NULL;
    shared.parent_room = 0;
    return shared;
}

void place_leave(struct place *place)
{
    if (place->parent >= 0)
        close(place->parent);
    free(place->parent_path);
}

void place_close(struct place *place)
{
    place_leave(place);
    close(place->root);
}
