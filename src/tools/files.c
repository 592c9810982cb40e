#include "tools/files.h"

#include "tools/drives.h"

#include <disckit/input.h>
#include <string.h>

/* The parser of the options has seen that it is one of them. */
static enum dk_tree_kind tree_of_word(const char *word)
{
    static const struct {
        const char *word;
        enum dk_tree_kind kind;
    } trees[] = { { "iso", DK_TREE_ISO }, { "rr", DK_TREE_ROCK_RIDGE }, { "joliet", DK_TREE_JOLIET } };

    for (size_t i = 0; word && i < sizeof trees / sizeof *trees; i++)
        if (strcmp(word, trees[i].word) == 0)
            return trees[i].kind;
    return DK_TREE_BEST;
}

int files_open(struct tool *tool, const char *image, unsigned track, unsigned session, const char *tree,
               struct files *files)
{
    const enum dk_tree_kind kind = tree_of_word(tree);
    struct dk_error error;

    *files = (struct files){ .disc = drives_open_input(tool, image, &error) };
    if (!files->disc)
        return tool_fail(tool, &error);
    tool_tell_notes(tool, &files->disc->notes);
    files->volumes = dk_input_volumes(files->disc, track, session, &error);
    if (!files->volumes)
        return tool_fail(tool, &error);
    files->tree = dk_tree_open(files->volumes, kind, &files->volumes->notes, &error);
    if (files->tree)
        return EXIT_DONE;
    tool_tell_notes(tool, &files->volumes->notes);
    tool_fail(tool, &error);
    /* a volume of a kind that is not read yet is no failure of the image: what can be said of it was said */
    return kind == DK_TREE_BEST && files->volumes->count ? EXIT_DAMAGED : EXIT_FAILED;
}

void files_close(struct files *files)
{
    dk_tree_close(files->tree);
    dk_volumes_free(files->volumes);
    dk_disc_close(files->disc);
}
