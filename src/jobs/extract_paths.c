/* The paths that a user names, each once. */
#include "jobs/extraction.h"

#include <string.h>

static bool ends_walk(const struct dk_entry *entry, void *context)
{
    (void)entry;
    (void)context;
    return false;
}

bool paths_are_there(struct dk_tree *tree, const struct dk_extract_options *options, struct dk_error *error)
{
    for (size_t i = 0; i < options->path_count; i++)
        if (!dk_tree_walk(tree, options->paths[i], DK_WALK_SELF | DK_WALK_UNSORTED, ends_walk, NULL, error))
            return false;
    return true;
}

static const char *trimmed(const char *path, size_t *length)
{
    path += strspn(path, "/");
    *length = strlen(path);
    while (*length && path[*length - 1] == '/')
        --*length;
    return path;
}

/* Does another of the paths stand for this one too? */
static bool is_named_already(const struct dk_extract_options *options, size_t which)
{
    size_t length, other_length;
    const char *path = trimmed(options->paths[which], &length);

    for (size_t i = 0; i < options->path_count; i++) {
        const char *other = trimmed(options->paths[i], &other_length);

        if (i == which || other_length > length || memcmp(path, other, other_length) != 0)
            continue;
        if (other_length == length ? i < which : other_length == 0 || path[other_length] == '/')
            return true;
    }
    return false;
}

bool paths_walk(struct dk_tree *tree, const struct dk_extract_options *options, unsigned flags, dk_visit *visit,
                void *context, struct dk_error *error)
{
    flags |= DK_WALK_RECURSIVE | DK_WALK_SELF;
    if (!options->path_count)
        return dk_tree_walk(tree, "", flags, visit, context, error);
    for (size_t i = 0; i < options->path_count; i++)
        if (!is_named_already(options, i) && !dk_tree_walk(tree, options->paths[i], flags, visit, context, error))
            return false;
    return true;
}
