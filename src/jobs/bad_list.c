/* Which sectors turned out to be bad: runs of neighbours with the same fault. */
#include <disckit/pipeline.h>
#include <inttypes.h>
#include <stdlib.h>

static bool goes_on(const struct dk_bad_run *run, int32_t lba, unsigned faults)
{
    return run->faults == faults && (int64_t)run->lba + run->count == lba;
}

void dk_bad_list_add(struct dk_bad_list *list, int32_t lba, uint32_t count, unsigned faults)
{
    struct dk_bad_run *larger;

    list->sectors += count;
    if (list->count && goes_on(&list->runs[list->count - 1], lba, faults)) {
        list->runs[list->count - 1].count += count;
        return;
    }
    if (list->count == DK_BAD_RUNS_MAX)
        return;
    larger = realloc(list->runs, (list->count + 1) * sizeof *larger);
    if (!larger) /* still counted */
        return;
    list->runs = larger;
    list->runs[list->count++] = (struct dk_bad_run){ lba, count, faults };
}

void dk_bad_list_free(struct dk_bad_list *list)
{
    free(list->runs);
    dk_notes_free(&list->reasons);
    *list = (struct dk_bad_list){ 0 };
}

static const struct {
    const char *name, *sentence;
} faults_table[] = {
    { "unreadable", "could not be read" },
    { "sync", "no sync where a data sector should begin" },
    { "data", "the data are wrong: neither EDC nor ECC agrees with them" },
    { "edc", "the EDC is wrong, though the ECC agrees with the data" },
};

static size_t row_of(unsigned faults)
{
    if (faults == 0)
        return 0;
    if (faults & DK_FAULT_SYNC)
        return 1;
    return faults & DK_FAULT_ECC ? 2 : 3;
}

const char *dk_bad_fault_name(unsigned faults)
{
    return faults_table[row_of(faults)].name;
}

void dk_bad_list_note(const struct dk_bad_list *list, struct dk_notes *notes)
{
    uint64_t told = 0;

    for (size_t i = 0; i < list->count && i < DK_NOTES_MAX - 1; i++) {
        const struct dk_bad_run *run = &list->runs[i];

        if (run->count == 1)
            dk_note(notes, DK_NOTE_DAMAGE, "LBA %" PRId32 ": %s", run->lba, faults_table[row_of(run->faults)].sentence);
        else
            dk_note(notes, DK_NOTE_DAMAGE, "LBA %" PRId32 " to %" PRId64 " (%" PRIu32 " sectors): %s", run->lba,
                    (int64_t)run->lba + run->count - 1, run->count, faults_table[row_of(run->faults)].sentence);
        told += run->count;
    }
    for (size_t i = 0; i < list->reasons.count; i++)
        dk_note(notes, DK_NOTE_DAMAGE, "%s", list->reasons.items[i].text);
    if (told < list->sectors)
        dk_note(notes, DK_NOTE_DAMAGE, "and %" PRIu64 " more bad sectors", list->sectors - told);
}
