#include "tools/drives.h"

#include <disckit/input.h>
#include <jansson.h>

enum { DRIVES_MAX = 32 };

static void tell(void *tool, const char *sentence)
{
    tool_say(tool, "%s", sentence);
}

struct dk_drive_caller drives_caller(struct tool *tool)
{
    return (struct dk_drive_caller){ .tell = tell, .context = tool };
}

struct dk_disc *drives_open_input(struct tool *tool, const char *path, struct dk_error *error)
{
    const struct dk_drive_caller caller = drives_caller(tool);

    return dk_input_open_for(path, &caller, error);
}

static void print_json(const struct dk_drive_entry *entry)
{
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "path", entry->path, "vendor", entry->facts.vendor, "model",
                  entry->facts.model, "medium", dk_drive_profile_name(entry->facts.profile), "state", entry->state);

    if (object)
        json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

int drives_print(bool json)
{
    struct dk_drive_entry entries[DRIVES_MAX];
    const size_t count = dk_drive_list(entries, DRIVES_MAX);

    for (size_t i = 0; i < count; i++) {
        const struct dk_drive_entry *entry = &entries[i];

        if (json)
            print_json(entry);
        else
            printf("%-10s  %s %s  %s (%s)\n", entry->path, entry->facts.vendor, entry->facts.model,
                   dk_drive_profile_name(entry->facts.profile), entry->state);
    }
    if (!json && count == 0)
        fprintf(stderr, "no optical drive was found\n");
    return EXIT_DONE;
}
