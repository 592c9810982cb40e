/* A plain file as a store. */
#include <disckit/bytes.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_store {
    struct dk_store store;
    int fd;
    char name[];
};

static bool file_read(struct dk_store *store, void *to, size_t count, uint64_t offset, struct dk_error *error)
{
    const struct file_store *file = (const struct file_store *)store;
    size_t done = 0;

    while (done < count) {
        const ssize_t got = pread(file->fd, (char *)to + done, count - done, (off_t)(offset + done));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return dk_fail_errno(error, "cannot read %s at byte %ju", file->name, (uintmax_t)(offset + done));
        if (got == 0)
            return dk_fail(error, DK_ERROR_DAMAGED, "%s became shorter while it was read", file->name);
        done += (size_t)got;
    }
    return true;
}

static int file_plain_file(struct dk_store *store, uint64_t *start)
{
    *start = 0;
    return ((const struct file_store *)store)->fd;
}

static void file_destroy(struct dk_store *store)
{
    struct file_store *file = (struct file_store *)store;

    close(file->fd);
    free(file);
}

static const struct dk_store_ops file_ops = {
    .read = file_read,
    .plain_file = file_plain_file,
    .destroy = file_destroy,
};

struct dk_store *dk_store_from_descriptor(int fd, const char *name, struct dk_error *error)
{
    struct file_store *file = NULL;
    struct stat status;

    if (fstat(fd, &status) != 0) {
        dk_fail_errno(error, "cannot open %s", name);
        goto fail;
    }
    if (!S_ISREG(status.st_mode)) {
        dk_fail(error, DK_ERROR_FORMAT, "%s is not a file", name);
        goto fail;
    }
    file = malloc(sizeof *file + strlen(name) + 1);
    if (!file) {
        dk_fail_errno(error, "cannot open %s", name);
        goto fail;
    }
    strcpy(file->name, name);
    file->fd = fd;
    file->store.ops = &file_ops;
    file->store.size = (uint64_t)status.st_size;
    file->store.name = file->name;
    file->store.users = 1;
    return &file->store;

fail:
    close(fd);
    return NULL;
}

struct dk_store *dk_store_open_file(const char *path, struct dk_error *error)
{
    /* O_NONBLOCK: a fifo that somebody put there must not hang us */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        dk_fail_errno(error, "cannot open %s", path);
        return NULL;
    }
    return dk_store_from_descriptor(fd, path, error);
}
