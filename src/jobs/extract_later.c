/*
 * What is made last: directories get their modes and times, links come when nothing can follow them any more. There may
 * be any number of them, so they are kept in a file without a name, each record between two copies of its length, so
 * that it can be read from both ends.
 */
#include "jobs/extraction.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record {
    struct later fixed;              /* its pointers mean nothing in the file */
    uint32_t path_size, target_size; /* with their NULs; 0: no target */
};

bool later_add(struct later_list *list, const struct dk_entry *entry)
{
    const struct record record = {
        .fixed = { .type = entry->type,
                   .has_mode = entry->has_mode,
                   .mode = entry->mode,
                   .device_major = entry->device_major,
                   .device_minor = entry->device_minor,
                   .mtime = entry->mtime },
        .path_size = (uint32_t)entry->path_length + 1,
        .target_size = entry->target ? (uint32_t)strlen(entry->target) + 1 : 0,
    };
    const uint32_t size = (uint32_t)sizeof record + record.path_size + record.target_size;

    if (!list->file && !(list->file = tmpfile()))
        return false;
    list->count++;
    return fwrite(&size, sizeof size, 1, list->file) == 1 && fwrite(&record, sizeof record, 1, list->file) == 1 &&
           fwrite(entry->path, record.path_size, 1, list->file) == 1 &&
           (!record.target_size || fwrite(entry->target, record.target_size, 1, list->file) == 1) &&
           fwrite(&size, sizeof size, 1, list->file) == 1;
}

bool later_rewind(struct later_list *list, bool forwards)
{
    return !list->file || (fflush(list->file) == 0 && fseeko(list->file, 0, forwards ? SEEK_SET : SEEK_END) == 0);
}

static bool read_record(struct later_list *list, uint32_t size, struct later *later)
{
    struct record record;

    if (size > list->room) {
        char *larger = realloc(list->text, size);

        if (!larger)
            return false;
        list->text = larger;
        list->room = size;
    }
    if (fread(&record, sizeof record, 1, list->file) != 1 ||
        fread(list->text, size - sizeof record, 1, list->file) != 1)
        return false;
    *later = record.fixed;
    later->path = list->text;
    later->target = record.target_size ? list->text + record.path_size : NULL;
    return true;
}

static int next_forwards(struct later_list *list, struct later *later)
{
    uint32_t size;

    if (fread(&size, sizeof size, 1, list->file) != 1)
        return ferror(list->file) ? -1 : 0;
    return read_record(list, size, later) && fread(&size, sizeof size, 1, list->file) == 1 ? 1 : -1;
}

static int next_backwards(struct later_list *list, struct later *later)
{
    uint32_t size;
    off_t begin;

    if (ftello(list->file) == 0)
        return 0;
    if (fseeko(list->file, -(off_t)sizeof size, SEEK_CUR) != 0 || fread(&size, sizeof size, 1, list->file) != 1 ||
        fseeko(list->file, -(off_t)(size + sizeof size), SEEK_CUR) != 0)
        return -1;
    begin = ftello(list->file) - (off_t)sizeof size;
    return read_record(list, size, later) && fseeko(list->file, begin, SEEK_SET) == 0 ? 1 : -1;
}

int later_next(struct later_list *list, bool forwards, struct later *record)
{
    if (!list->file)
        return 0;
    return forwards ? next_forwards(list, record) : next_backwards(list, record);
}

void later_close(struct later_list *list)
{
    if (list->file)
        fclose(list->file);
    free(list->text);
}
