/* Files that appear under their names when they are whole, or not at all. */
#include <disckit/bytes.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    COPY_BUFFER = 256 << 10,
    COPY_AT_ONCE = 1 << 30, /* what a copy in the kernel may take before Ctrl-C is seen */
    ZEROS = 64 << 10,
    ATTEMPTS = 100,            /* to find a name that nothing has */
    NAME_KEPT = NAME_MAX - 16, /* bytes of a name that its temporary one begins with */
    BEGIN_WRITING = 8 << 20,   /* bytes that gather before the disk is set to work */
};

struct dk_output_file {
    struct dk_output_file *next; /* the one added before it */
    struct dk_output *output;
    char *path, *temporary; /* `temporary` is NULL on stdout */
    int fd;
    uint64_t size, begun; /* bytes written; of these, that the disk was set to work on */
    bool seekable;
    bool shown_late; /* to the tap, when all of it is as it shall be */
};

/* What a file is, whatever its names are. */
struct kept {
    dev_t device;
    ino_t inode;
};

struct dk_output {
    struct dk_output_file *last;
    struct kept *kept; /* must not be replaced */
    size_t kept_count;
    bool replace, committed;
    dk_output_tap *tap;
    void *tap_context;
};

struct dk_output *dk_output_new(bool replace)
{
    struct dk_output *output = calloc(1, sizeof *output);

    if (output)
        output->replace = replace;
    return output;
}

/*
 * A name beside the file's own that nothing has, cut where the two together would be too long. Not mkostemp(), whose
 * files are not for others to read: to find out the umask would mean to change it under other threads.
 */
static bool open_temporary(struct dk_output_file *file, struct dk_error *error)
{
    const char *slash = strrchr(file->path, '/');
    const int folder = slash ? (int)(slash + 1 - file->path) : 0;

    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        uint32_t number;

        if (getrandom(&number, sizeof number, 0) != sizeof number ||
            asprintf(&file->temporary, "%.*s%.*s.%08" PRIx32, folder, file->path, NAME_KEPT, file->path + folder,
                     number) < 0) {
            file->temporary = NULL;
            break;
        }
        file->fd = open(file->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file->fd >= 0)
            return true;
        free(file->temporary);
        file->temporary = NULL;
        if (errno != EEXIST)
            break;
    }
    return dk_fail_errno(error, "cannot write %s", file->path);
}

static void keep(struct dk_output *output, const struct stat *status)
{
    struct kept *larger = realloc(output->kept, (output->kept_count + 1) * sizeof *larger);

    if (!larger)
        return;
    output->kept = larger;
    output->kept[output->kept_count++] = (struct kept){ status->st_dev, status->st_ino };
}

void dk_output_keep(struct dk_output *output, const char *path)
{
    struct stat status;

    if (path && stat(path, &status) == 0)
        keep(output, &status);
}

void dk_output_keep_store(struct dk_output *output, struct dk_store *store)
{
    struct stat status;
    uint64_t start;
    const int fd = store ? dk_store_plain_file(store, &start) : -1;

    if (fd >= 0 && fstat(fd, &status) == 0)
        keep(output, &status);
    else if (store)
        dk_output_keep(output, store->name);
}

static bool is_kept(const struct dk_output *output, const char *path)
{
    struct stat status;

    for (size_t i = 0; i < output->kept_count && stat(path, &status) == 0; i++)
        if (output->kept[i].device == status.st_dev && output->kept[i].inode == status.st_ino)
            return true;
    return false;
}

static bool may_take_name(const struct dk_output *output, const char *path, struct dk_error *error)
{
    struct stat status;

    if (lstat(path, &status) != 0)
        return errno == ENOENT ? true : dk_fail_errno(error, "cannot write %s", path);
    if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode))
        return dk_fail(error, DK_ERROR_REFUSED, "%s is there and is no file", path);
    if (is_kept(output, path))
        return dk_fail(error, DK_ERROR_REFUSED, "%s is read from, and would be replaced by what is made of it", path);
    if (!output->replace)
        return dk_fail(error, DK_ERROR_REFUSED, "%s is there already; --force replaces it", path);
    return true;
}

static void free_file(struct dk_output_file *file)
{
    free(file->path);
    free(file->temporary);
    free(file);
}

struct dk_output_file *dk_output_add(struct dk_output *output, const char *path, struct dk_error *error)
{
    struct dk_output_file *file = calloc(1, sizeof *file);

    if (!file || !(file->path = strdup(path))) {
        dk_fail_errno(error, "cannot write %s", path);
        free(file);
        return NULL;
    }
    file->output = output;
    if (strcmp(path, "-") == 0) {
        file->fd = STDOUT_FILENO;
    } else if (!may_take_name(output, path, error) || !open_temporary(file, error)) {
        free_file(file);
        return NULL;
    } else {
        file->seekable = true;
    }
    file->next = output->last;
    output->last = file;
    return file;
}

/*
 * Asks the system to begin writing what has gathered, without waiting: the sync at the end would otherwise find all of
 * it still to do while the processors idle.
 */
static void begin_writing(struct dk_output_file *file)
{
    if (!file->seekable || file->size - file->begun < BEGIN_WRITING)
        return;
    (void)sync_file_range(file->fd, (off_t)file->begun, (off_t)(file->size - file->begun), SYNC_FILE_RANGE_WRITE);
    file->begun = file->size;
}

static void show_to_tap(const struct dk_output_file *file, const void *bytes, size_t count)
{
    if (file->output->tap && !file->shown_late)
        file->output->tap(file->output->tap_context, file, bytes, count);
}

bool dk_output_write(struct dk_output_file *file, const void *bytes, size_t count, struct dk_error *error)
{
    const char *at = bytes;

    show_to_tap(file, bytes, count);
    while (count) {
        const ssize_t put = write(file->fd, at, count);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return dk_fail_errno(error, "cannot write %s", file->path);
        at += put;
        count -= (size_t)put;
        file->size += (uint64_t)put;
    }
    begin_writing(file);
    return true;
}

static bool copy_through_memory(struct dk_output_file *file, struct dk_store *store, uint64_t offset, uint64_t count,
                                struct dk_error *error)
{
    char *buffer = malloc(COPY_BUFFER);
    bool right = buffer || dk_fail_errno(error, "cannot write %s", file->path);

    while (right && count) {
        const size_t piece = count < COPY_BUFFER ? (size_t)count : COPY_BUFFER;

        right = dk_store_read(store, buffer, piece, offset, error) && dk_output_write(file, buffer, piece, error);
        offset += piece;
        count -= piece;
    }
    free(buffer);
    return right;
}

bool dk_output_copy(struct dk_output_file *file, struct dk_store *store, uint64_t offset, uint64_t count,
                    struct dk_error *error)
{
    uint64_t start = 0;
    const int from = file->seekable && !file->output->tap ? dk_store_plain_file(store, &start) : -1;
    off_t at = (off_t)(start + offset);

    while (from >= 0 && count) {
        const ssize_t copied =
            copy_file_range(from, &at, file->fd, NULL, count < COPY_AT_ONCE ? count : COPY_AT_ONCE, 0);

        if (copied < 0 && errno == EINTR)
            continue;
        if (copied <= 0) /* another file system, or one that can't: the rest by hand, where a real error shows again */
            break;
        file->size += (uint64_t)copied;
        offset += (uint64_t)copied;
        count -= (uint64_t)copied;
        begin_writing(file);
    }
    return copy_through_memory(file, store, offset, count, error);
}

bool dk_output_zeros(struct dk_output_file *file, uint64_t count, struct dk_error *error)
{
    static const char zeros[ZEROS];

    for (uint64_t shown = 0; file->seekable && file->output->tap && shown < count; shown += ZEROS)
        show_to_tap(file, zeros, count - shown < ZEROS ? (size_t)(count - shown) : ZEROS);
    if (file->seekable) {
        if (ftruncate(file->fd, (off_t)(file->size + count)) != 0 ||
            lseek(file->fd, (off_t)(file->size + count), SEEK_SET) < 0)
            return dk_fail_errno(error, "cannot write %s", file->path);
        file->size += count;
        return true;
    }
    while (count) {
        const size_t piece = count < ZEROS ? (size_t)count : ZEROS;

        if (!dk_output_write(file, zeros, piece, error))
            return false;
        count -= piece;
    }
    return true;
}

bool dk_output_allow_replacing(struct dk_output_file *file, struct dk_error *error)
{
    if (!file->seekable)
        return dk_fail(error, DK_ERROR_REFUSED, "what is written goes back in the file, which stdout can't");
    file->shown_late = true;
    return true;
}

bool dk_output_replace_bytes(struct dk_output_file *file, uint64_t offset, const void *bytes, size_t count,
                             struct dk_error *error)
{
    const char *at = bytes;

    while (count) {
        const ssize_t put = pwrite(file->fd, at, count, (off_t)offset);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return dk_fail_errno(error, "cannot write %s", file->path);
        at += put;
        offset += (uint64_t)put;
        count -= (size_t)put;
    }
    return true;
}

uint64_t dk_output_size(const struct dk_output_file *file)
{
    return file->size;
}

const char *dk_output_temporary(const struct dk_output_file *file)
{
    return file->temporary;
}

const char *dk_output_path(const struct dk_output_file *file)
{
    return file->path;
}

static bool show_all_to_tap(struct dk_output_file *file, struct dk_error *error)
{
    char buffer[ZEROS];

    for (uint64_t offset = 0; offset < file->size;) {
        const ssize_t got = pread(file->fd, buffer, sizeof buffer, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return dk_fail_errno(error, "cannot read %s again", file->path);
        file->output->tap(file->output->tap_context, file, buffer, (size_t)got);
        offset += (uint64_t)got;
    }
    return true;
}

static bool show_late(struct dk_output *output, struct dk_error *error)
{
    for (struct dk_output_file *file = output->last; file && output->tap; file = file->next)
        if (file->shown_late && !show_all_to_tap(file, error))
            return false;
    return true;
}

static bool sync_all(struct dk_output *output, struct dk_error *error)
{
    for (struct dk_output_file *file = output->last; file; file = file->next)
        if (file->temporary && fsync(file->fd) != 0)
            return dk_fail_errno(error, "cannot write %s", file->path);
    return true;
}

/* Without --force a file that came up meanwhile is not replaced either. */
static bool give_name(const struct dk_output_file *file, struct dk_error *error)
{
    if (!file->output->replace) {
        if (renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->path, RENAME_NOREPLACE) == 0)
            return true;
        /* file systems that do not know RENAME_NOREPLACE say EINVAL */
        if (errno == EEXIST || faccessat(AT_FDCWD, file->path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return dk_fail(error, DK_ERROR_REFUSED, "%s came up while it was written; --force replaces it", file->path);
    }
    return rename(file->temporary, file->path) == 0 || dk_fail_errno(error, "cannot write %s", file->path);
}

/* Of several files none stays where one gets no name; what they replaced is gone, and then they are better than
 * nothing.
 */
static void take_names_back(struct dk_output *output)
{
    for (const struct dk_output_file *file = output->last; file && !output->replace; file = file->next)
        if (file->seekable && !file->temporary)
            unlink(file->path);
}

bool dk_output_commit(struct dk_output *output, struct dk_error *error)
{
    if (!show_late(output, error) || !sync_all(output, error))
        return false;
    for (struct dk_output_file *file = output->last; file; file = file->next) {
        if (!file->temporary)
            continue;
        if (!give_name(file, error)) {
            take_names_back(output);
            return false;
        }
        free(file->temporary);
        file->temporary = NULL;
    }
    output->committed = true;
    return true;
}

const struct dk_output_file *dk_output_file_at(const struct dk_output *output, size_t index)
{
    const struct dk_output_file *file = output->last;
    size_t count = 0;

    for (const struct dk_output_file *each = output->last; each; each = each->next)
        count++;
    for (size_t i = index + 1; file && i < count; i++)
        file = file->next;
    return index < count ? file : NULL;
}

void dk_output_withdraw(struct dk_output *output)
{
    for (const struct dk_output_file *file = output->last; file; file = file->next)
        if (output->committed && file->seekable)
            unlink(file->path);
}

void dk_output_set_tap(struct dk_output *output, dk_output_tap *tap, void *context)
{
    output->tap = tap;
    output->tap_context = context;
}

void dk_output_close(struct dk_output *output)
{
    while (output && output->last) {
        struct dk_output_file *file = output->last;

        output->last = file->next;
        if (file->temporary)
            unlink(file->temporary);
        if (file->seekable)
            close(file->fd);
        free_file(file);
    }
    if (output)
        free(output->kept);
    free(output);
}
