/* Volumes: the bytes as a disc of one track; all trees walked both ways, and what lies in them read. */
#include <disckit/volume.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { ENTRIES_MAX = 2000, READ_MAX = 1 << 20 }; /* an input is small: what goes on and on says nothing new */

struct visitor {
    struct dk_tree *tree;
    unsigned entries;
    uint64_t read;
};

static bool visit(const struct dk_entry *entry, void *context)
{
    struct visitor *visitor = context;
    uint8_t contents[5000];
    struct dk_error error;

    for (uint64_t at = 0; entry->type == DK_ENTRY_FILE && at < entry->size && visitor->read < READ_MAX;) {
        const size_t count = entry->size - at < sizeof contents ? (size_t)(entry->size - at) : sizeof contents;

        if (!dk_tree_read(visitor->tree, entry, at, contents, count, &error))
            break;
        at += count;
        visitor->read += count;
    }
    return ++visitor->entries < ENTRIES_MAX;
}

static void walk(const struct dk_volumes *volumes, enum dk_tree_kind kind, unsigned flags)
{
    struct dk_notes notes = { 0 };
    struct dk_error error;
    struct dk_tree *tree = dk_tree_open(volumes, kind, &notes, &error);
    struct visitor visitor = { .tree = tree };

    if (tree && dk_tree_walk(tree, "", DK_WALK_RECURSIVE | DK_WALK_SELF | flags, visit, &visitor, &error) &&
        dk_tree_walk(tree, "a/b", 0, visit, &visitor, &error))
        visit(&(struct dk_entry){ .path = "", .name = "" }, &visitor);
    dk_tree_close(tree);
    dk_notes_free(&notes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const uint32_t sectors = (uint32_t)(size / DK_SECTOR_USER);
    struct dk_store *store = dk_store_from_memory(bytes, size, "input");
    struct dk_disc *disc = dk_disc_new("iso", "input");
    struct dk_volumes *volumes = NULL;
    struct dk_error error;

    dk_disc_add_track(disc, (struct dk_track){ .number = 1, .session = 1, .mode = DK_MODE1, .count = sectors });
    dk_disc_add_extent(disc, (struct dk_extent){ .count = sectors,
                                                 .mode = DK_MODE1,
                                                 .store = store,
                                                 .layout = dk_layout_find(DK_MODE1, DK_SECTOR_USER) });
    if (dk_disc_finish(disc, &error))
        volumes = dk_volumes_find(disc->source, 1, 0, sectors, &error);
    for (int kind = DK_TREE_BEST; volumes && kind <= DK_TREE_JOLIET; kind++) {
        walk(volumes, (enum dk_tree_kind)kind, 0);
        walk(volumes, (enum dk_tree_kind)kind, DK_WALK_UNSORTED);
    }
    dk_volumes_free(volumes);
    dk_disc_close(disc);
    dk_store_close(store);
    return 0;
}
