/* The paths that a user names, each once. */
#include "jobs/extraction.h"
#include "util/text.h"

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

/* Does `path` name what `other` names, or what is below that? */
static bool is_below(const char *path, const char *other, bool *same)
{
    const char *part, *wanted;
    size_t length, wanted_length;

    while ((wanted = text_next_part(&other, &wanted_length)) != NULL) {
        part = text_next_part(&path, &length);
        if (!part || length != wanted_length || memcmp(part, wanted, length) != 0)
            return false;
    }
    *same = text_next_part(&path, &length) == NULL;
    return true;
}

/* Does another of the paths stand for this one too? */
static bool is_named_already(const struct dk_extract_options *options, size_t which)
{
    bool same;

    for (size_t i = 0; i < options->path_count; i++)
        if (i != which && is_below(options->paths[which], options->paths[i], &same) && (!same || i < which))
            return true;
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
