/* The contents of a file, from its sectors to a descriptor. */
#include "jobs/extraction.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNPACKED_STEP = 256 << 10 };

static bool write_all(int fd, const uint8_t *bytes, size_t count, const struct dk_entry *entry, struct dk_error *error)
{
    while (count) {
        const ssize_t put = write(fd, bytes, count);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return dk_fail_errno(error, "cannot write '%s'", entry->path);
        bytes += put;
        count -= (size_t)put;
    }
    return true;
}

static bool tick(struct contents_job *job, uint64_t more, struct dk_error *error)
{
    const uint64_t done = atomic_fetch_add(job->done, more) + more;

    if ((job->end && *job->end) || !dk_watch_tick(job->watch, job->doing, done, done <= job->total ? job->total : 0))
        return dk_fail(error, DK_ERROR_STOPPED, "stopped");
    return true;
}

static void see_sectors(const struct reader *reader, int32_t lba, uint32_t count, struct contents *seen)
{
    const uint32_t first = (uint32_t)(lba - reader->lba);

    for (uint32_t i = first; i < first + count; i++) {
        if (reader->bad[i] && seen->bad++ == 0)
            seen->first_bad = reader->lba + (int32_t)i;
        seen->form2 += reader->form2[i];
    }
}

/* The first `size` bytes of an extent. */
static bool write_extent(struct contents_job *job, const struct dk_entry *entry, const struct dk_file_extent *extent,
                         uint64_t size, int fd, struct contents *seen, struct dk_error *error)
{
    int32_t lba = extent->lba;
    size_t skip = extent->skip;

    for (uint64_t done = 0; done < size; skip = 0) {
        const uint64_t sectors = (skip + size - done + DK_SECTOR_USER - 1) / DK_SECTOR_USER;
        uint32_t count = sectors < READER_SECTORS ? (uint32_t)sectors : READER_SECTORS;
        const uint8_t *bytes = reader_get(job->reader, lba, &count, job->ahead, error);
        size_t piece = (size_t)count * DK_SECTOR_USER - skip;

        if (!bytes)
            return false;
        piece = size - done < piece ? (size_t)(size - done) : piece;
        see_sectors(job->reader, lba, count, seen);
        if (!write_all(fd, bytes + skip, piece, entry, error) || !tick(job, piece, error))
            return false;
        done += piece;
        lba += (int32_t)count;
    }
    seen->written += size;
    return true;
}

/* What the check bytes say of a packed file: its sectors are read, and nothing is written. */
static bool look_at_extent(struct contents_job *job, const struct dk_file_extent *extent, struct contents *seen,
                           struct dk_error *error)
{
    uint64_t left = extent_sectors(extent);

    for (int32_t lba = extent->lba; left;) {
        uint32_t count = left < READER_SECTORS ? (uint32_t)left : READER_SECTORS;

        if (!reader_get(job->reader, lba, &count, 0, error))
            return false;
        see_sectors(job->reader, lba, count, seen);
        left -= count;
        lba += (int32_t)count;
    }
    return true;
}

static bool read_unpacked(struct contents_job *job, const struct dk_entry *entry, uint64_t offset, uint8_t *to,
                          size_t count, struct dk_error *error)
{
    bool done;

    if (job->tree_lock)
        pthread_mutex_lock(job->tree_lock);
    done = dk_tree_read(job->tree, entry, offset, to, count, error);
    if (job->tree_lock)
        pthread_mutex_unlock(job->tree_lock);
    return done;
}

static bool write_unpacked(struct contents_job *job, const struct dk_entry *entry, int fd, struct contents *seen,
                           struct dk_error *error)
{
    uint8_t *buffer = malloc(UNPACKED_STEP);
    bool done = buffer || dk_fail_errno(error, "cannot unpack '%s'", entry->path);

    for (size_t i = 0; done && i < entry->extent_count; i++)
        done = look_at_extent(job, &entry->extents[i], seen, error);
    while (done && seen->written < entry->size) {
        const uint64_t left = entry->size - seen->written;
        const size_t piece = left < UNPACKED_STEP ? (size_t)left : UNPACKED_STEP;

        done = read_unpacked(job, entry, seen->written, buffer, piece, error) &&
               write_all(fd, buffer, piece, entry, error) && tick(job, piece, error);
        seen->written += piece;
    }
    free(buffer);
    return done;
}

bool contents_write(struct contents_job *job, const struct dk_entry *entry, int fd, struct contents *seen,
                    struct dk_error *error)
{
    *seen = (struct contents){ 0 };
    if (entry->zisofs_block_log2)
        return write_unpacked(job, entry, fd, seen, error);
    for (size_t i = 0; i < entry->extent_count && seen->written < entry->size; i++) {
        const uint64_t left = entry->size - seen->written;
        const uint64_t size = entry->extents[i].size < left ? entry->extents[i].size : left;

        if (!write_extent(job, entry, &entry->extents[i], size, fd, seen, error))
            return false;
    }
    if (seen->written < entry->size)
        return dk_fail(error, DK_ERROR_DAMAGED, "%" PRIu64 " of its %" PRIu64 " bytes have no place on the disc",
                       entry->size - seen->written, entry->size);
    return true;
}
