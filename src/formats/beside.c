/* Finding the files that a sheet names: sheets come from other systems, and their files were moved and renamed since.
 */
#include "formats/beside.h"
#include "formats/ecm.h"
#include "formats/same_name.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void free_text(char **text)
{
    free(*text);
}

static void close_directory(DIR **directory)
{
    if (*directory)
        closedir(*directory);
}

char *beside_folder(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

size_t beside_stem(const char *path, const char **stem)
{
    const char *slash = strrchr(path, '/'), *dot;

    *stem = slash ? slash + 1 : path;
    dot = strrchr(*stem, '.');
    return dot && dot > *stem ? (size_t)(dot - *stem) : strlen(*stem);
}

bool beside_each(const char *folder, bool (*visit)(const char *name, void *context), void *context)
{
    DK_CLEANUP(close_directory) DIR *directory = opendir(folder);
    const struct dirent *entry;

    while (directory && (entry = readdir(directory)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && visit(entry->d_name, context))
            return true;
    return false;
}

static char *joined(const char *folder, const char *name)
{
    char *path;

    return asprintf(&path, strcmp(folder, "/") == 0 ? "%s%s" : "%s/%s", folder, name) < 0 ? NULL : path;
}

/* ---- One name in one folder ---- */

struct wanted {
    const char *name;
    size_t length;
    char *found;
};

static bool is_exact(const char *name, void *context)
{
    struct wanted *wanted = context;

    if (strlen(name) != wanted->length || memcmp(name, wanted->name, wanted->length) != 0)
        return false;
    wanted->found = strdup(name);
    return true;
}

static bool is_alike(const char *name, void *context)
{
    struct wanted *wanted = context;

    if (!same_name_part(name, strlen(name), wanted->name, wanted->length))
        return false;
    wanted->found = strdup(name);
    return true;
}

/* The entry of `folder` that is called so, or nearly so; the caller frees it. NULL: there is none. */
static char *entry_called(const char *folder, const char *name, size_t length)
{
    struct wanted wanted = { .name = name, .length = length };

    if (!beside_each(folder, is_exact, &wanted))
        beside_each(folder, is_alike, &wanted);
    return wanted.found;
}

/*
 * The path of the file that `name` leads to from `folder`, part by part; NULL where there is none, or where a part
 * leads up. Both kinds of slash divide parts if `backslashes`.
 */
static char *path_below(const char *folder, const char *name, bool backslashes)
{
    const char *const dividers = backslashes ? "/\\" : "/";
    char *path = strdup(folder);

    while (path && *name) {
        const size_t length = strcspn(name, dividers);

        if (length == 2 && memcmp(name, "..", 2) == 0) {
            free(path);
            return NULL;
        }
        if (length > 1 || (length == 1 && *name != '.')) {
            DK_CLEANUP(free_text) char *above = path;
            DK_CLEANUP(free_text) char *entry = entry_called(above, name, length);

            path = entry ? joined(above, entry) : NULL;
        }
        name += length + (name[length] != '\0');
    }
    return path;
}

static bool is_absolute(const char *name)
{
    return *name == '/' || *name == '\\' || (*name && name[1] == ':');
}

static const char *last_part(const char *name)
{
    const char *part = name;

    for (; *name; name++)
        if (*name == '/' || *name == '\\' || (*name == ':' && name - part == 1))
            part = name + 1;
    return part;
}

/* ---- What the name of a sheet's single file may have become ---- */

static const char *const data_suffixes[] = { "bin", "img", "iso", "wav", "mdf" };

static char *file_named_as_sheet(const char *folder, const char *sheet)
{
    const char *stem;
    const size_t length = beside_stem(sheet, &stem);

    for (size_t i = 0; i < sizeof data_suffixes / sizeof *data_suffixes; i++) {
        DK_CLEANUP(free_text) char *name = NULL;
        char *path;

        if (asprintf(&name, "%.*s.%s", (int)length, stem, data_suffixes[i]) < 0)
            return NULL;
        path = path_below(folder, name, false);
        if (path)
            return path;
    }
    return NULL;
}

struct only_file {
    char *name;
    unsigned count;
};

static bool count_data_file(const char *name, void *context)
{
    struct only_file *only = context;
    const char *stem, *suffix;
    const size_t length = beside_stem(name, &stem);

    suffix = stem + length + (stem[length] == '.');
    for (size_t i = 0; i < sizeof data_suffixes / sizeof *data_suffixes; i++)
        if (same_name(suffix, data_suffixes[i]) && only->count++ == 0)
            only->name = strdup(name);
    return only->count > 1;
}

static char *only_data_file(const char *folder)
{
    struct only_file only = { 0 };
    DK_CLEANUP(free_text) char *name = NULL;

    beside_each(folder, count_data_file, &only);
    name = only.name;
    return only.count == 1 && name ? joined(folder, name) : NULL;
}

/* ---- All of it ---- */

/* `path`, or NULL where it leads to no file. */
static char *file_or_nothing(char *path)
{
    struct stat status;

    if (path && (stat(path, &status) != 0 || S_ISDIR(status.st_mode))) {
        free(path);
        return NULL;
    }
    return path;
}

static char *path_by_name(const char *folder, const char *name)
{
    char *path = is_absolute(name) ? NULL : file_or_nothing(path_below(folder, name, false));

    if (!path && !is_absolute(name))
        path = file_or_nothing(path_below(folder, name, true));
    if (!path)
        path = file_or_nothing(path_below(folder, last_part(name), false));
    return path;
}

/* The file without what can be computed in its sectors, under its own name and .ecm; NULL: there is none. */
static struct dk_store *open_packed(const char *folder, const char *name, struct dk_notes *notes,
                                    struct dk_error *error)
{
    DK_CLEANUP(free_text) char *packed = NULL;
    DK_CLEANUP(free_text) char *path = NULL;
    struct dk_store *file, *store;

    if (asprintf(&packed, "%s.ecm", name) < 0) {
        packed = NULL;
        return NULL;
    }
    path = path_by_name(folder, packed);
    file = path ? dk_store_open_file(path, error) : NULL;
    store = file && ecm_is_one(file) ? ecm_open(file, notes, error) : NULL;
    dk_store_close(file);
    return store;
}

struct dk_store *dk_open_beside(const struct dk_candidate *candidate, const char *name, bool only,
                                struct dk_notes *notes, struct dk_error *error)
{
    DK_CLEANUP(free_text) char *folder = beside_folder(candidate->path);
    DK_CLEANUP(free_text) char *path = folder && *name ? path_by_name(folder, name) : NULL;
    struct dk_store *packed = !path && folder && *name ? open_packed(folder, name, notes, error) : NULL;

    if (packed)
        return packed;
    if (candidate->data && only)
        return dk_store_use(candidate->data);
    if (!path && folder && only) {
        path = file_named_as_sheet(folder, candidate->path);
        if (path)
            dk_note(notes, DK_NOTE_GUESS, "%s names %s, which is not there: %s is taken by its name", candidate->path,
                    name, path);
    }
    if (!path && folder && only) {
        path = only_data_file(folder);
        if (path)
            dk_note(notes, DK_NOTE_ODD, "%s names %s, which is not there: the only data file beside it is taken, %s",
                    candidate->path, name, path);
    }
    if (path)
        return dk_store_open_file(path, error);
    dk_fail(error, DK_ERROR_MISSING, "%s, which %s names, is not there", name, candidate->path);
    return NULL;
}
