/* Burning to a file: libburn's pseudo-drive, under a temporary name until it is whole. */
#include "jobs/burn.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK = 64 << 10, CHUNK = 32 };

static void close_output(struct dk_output **output)
{
    dk_output_close(*output);
}

static void close_store(struct dk_store **store)
{
    dk_store_close(*store);
}

/* libburn takes any file for blank; a byte that is not zero says that it is not. Holes are skipped. */
static bool is_blank(int fd, off_t size, const char *path, bool *blank, struct dk_error *error)
{
    static const char zeros[LOOK];
    char buffer[LOOK];
    off_t at = lseek(fd, 0, SEEK_DATA);

    *blank = true;
    while (at >= 0 && at < size && *blank) {
        const ssize_t got = pread(fd, buffer, sizeof buffer, at);

        if (got < 0)
            return dk_fail_errno(error, "cannot read %s", path);
        if (got == 0)
            break;
        *blank = memcmp(buffer, zeros, (size_t)got) == 0;
        at = lseek(fd, at + got, SEEK_DATA);
    }
    return true;
}

/* `there`: a file has the name, and may be replaced. */
static bool may_write(const struct burn_task *task, const char *path, bool *there, struct dk_error *error)
{
    struct stat status;
    bool blank = true;
    int fd;

    *there = false;
    if (stat(path, &status) != 0)
        return errno == ENOENT || dk_fail_errno(error, "cannot write %s", path);
    if (!S_ISREG(status.st_mode))
        return dk_fail(error, DK_ERROR_REFUSED, "%s is no file", path);
    *there = true;
    if (task->options->overwrite)
        return true;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return dk_fail_errno(error, "cannot read %s", path);
    if (!is_blank(fd, status.st_size, path, &blank, error)) {
        close(fd);
        return false;
    }
    close(fd);
    return blank || dk_fail(error, DK_ERROR_REFUSED, "%s is not blank; --force replaces it", path);
}

static bool burn(const struct burn_task *task, const char *path, struct dk_error *error)
{
    struct dk_burner *burner;
    char address[4096];
    bool right;

    if (snprintf(address, sizeof address, "stdio:%s", path) >= (int)sizeof address)
        return dk_fail(error, DK_ERROR_REFUSED, "%s is too long a name", path);
    burner = dk_burner_open(address, NULL, error);
    if (!burner)
        return false;
    right = dk_burner_medium(burner)->room >= task->track->count ||
            dk_fail(error, DK_ERROR_REFUSED,
                    "the image has %" PRIu32 " sectors, where %s is to be there is room for %" PRIu64,
                    task->track->count, task->target + 6, dk_burner_medium(burner)->room);
    right = right && burn_write(task, burner, error);
    dk_burner_close(burner, false);
    return right;
}

/* A file of 2048-byte sectors as a source. */
struct file_source {
    struct dk_source source;
    struct dk_store *store;
};

static uint32_t read_file(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                          struct dk_error *error)
{
    (void)form;
    return dk_store_read(((struct file_source *)source)->store, to, (size_t)count * DK_SECTOR_USER,
                         (uint64_t)lba * DK_SECTOR_USER, error)
               ? count
               : 0;
}

static bool compare_file(const struct burn_task *task, const char *path, struct dk_error *error)
{
    static const struct dk_source_ops ops = { .read = read_file };
    struct dk_store *store DK_CLEANUP(close_store) = dk_store_open_file(path, error);
    struct file_source source = { { &ops }, store };

    return store && burn_compare(task, &source.source, 0, error);
}

bool burn_to_file(const struct burn_task *task, const char *path, struct dk_error *error)
{
    struct dk_output *output DK_CLEANUP(close_output) = NULL;
    struct dk_output_file *file;
    bool there;

    snprintf(task->report->medium, sizeof task->report->medium, "file");
    if (strcmp(path, "-") == 0)
        return dk_fail(error, DK_ERROR_REFUSED, "stdio: needs the name of a file");
    if (!may_write(task, path, &there, error))
        return false;
    output = dk_output_new(there);
    if (!output || !(file = dk_output_add(output, path, error)))
        return false;
    if (!burn(task, dk_output_temporary(file), error))
        return false;
    if (task->options->simulate)
        return true;
    if (truncate(dk_output_temporary(file), (off_t)task->track->count * DK_SECTOR_USER) != 0)
        return dk_fail_errno(error, "cannot write %s", path);
    if (task->options->verify && !compare_file(task, dk_output_temporary(file), error))
        return false;
    return dk_output_commit(output, error);
}
