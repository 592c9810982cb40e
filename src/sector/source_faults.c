/* Faults by list, so that damage can be had without a damaged disc. */
#include "sector/wrapper.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum fault_kind { FAULT_BAD, FAULT_FLAKY, FAULT_SLOW };

enum { RANGE_MAX = 1 << 20, NUMBER_MAX = 100000 };

struct fault {
    struct fault *next;
    enum fault_kind kind;
    int32_t first, last; /* LBA */
    uint32_t number;     /* reads that fail, or milliseconds */
    uint32_t failed[];   /* of a flaky one, a count for each sector */
};

struct faults {
    struct dk_source source;
    struct dk_source *inner;
    struct fault *list;
};

static const struct {
    const char *word;
    enum fault_kind kind;
    bool takes_number;
} words[] = {
    { "bad", FAULT_BAD, false },
    { "flaky", FAULT_FLAKY, true },
    { "slow", FAULT_SLOW, true },
};

/* A number after blanks. */
static bool take_number(const char **at, int64_t least, int64_t most, int64_t *number)
{
    char *end;

    *number = strtoll(*at, &end, 10);
    if (end == *at || *number < least || *number > most)
        return false;
    *at = end;
    return true;
}

/* "120-130 2" behind the word, as the kind takes it; NULL: it is none. */
static struct fault *new_fault(const char *at, enum fault_kind kind, bool takes_number)
{
    int64_t first, last, number = 0;
    struct fault *fault;

    if (!take_number(&at, INT32_MIN, INT32_MAX, &first))
        return NULL;
    last = first;
    if (*at == '-') {
        at++;
        if (!take_number(&at, first, first + RANGE_MAX - 1, &last) || last > INT32_MAX)
            return NULL;
    }
    if (takes_number && !take_number(&at, 1, NUMBER_MAX, &number))
        return NULL;
    if (at[strspn(at, " \t\r")])
        return NULL;
    fault = calloc(1, sizeof *fault + (size_t)(last - first + 1) * sizeof *fault->failed);
    if (!fault)
        return NULL;
    fault->kind = kind;
    fault->first = (int32_t)first;
    fault->last = (int32_t)last;
    fault->number = (uint32_t)number;
    return fault;
}

static struct fault *parse_line(const char *line)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t length = strlen(words[i].word);

        if (strncmp(line, words[i].word, length) == 0 && (line[length] == ' ' || line[length] == '\t'))
            return new_fault(line + length, words[i].kind, words[i].takes_number);
    }
    return NULL;
}

static bool holds(const struct fault *fault, int32_t lba)
{
    return lba >= fault->first && lba <= fault->last;
}

/* Does the sector fail, this time? */
static bool fails(const struct faults *faults, int32_t lba)
{
    bool bad = false;

    for (struct fault *fault = faults->list; fault; fault = fault->next) {
        if (!holds(fault, lba) || fault->kind == FAULT_SLOW)
            continue;
        if (fault->kind == FAULT_BAD || fault->failed[lba - fault->first] < fault->number)
            bad = true;
        if (fault->kind == FAULT_FLAKY)
            fault->failed[lba - fault->first]++;
    }
    return bad;
}

static uint64_t milliseconds(const struct faults *faults, int32_t lba)
{
    uint64_t sum = 0;

    for (const struct fault *fault = faults->list; fault; fault = fault->next)
        if (holds(fault, lba) && fault->kind == FAULT_SLOW)
            sum += fault->number;
    return sum;
}

static uint32_t faults_read(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                            struct dk_error *error)
{
    const struct faults *faults = (const struct faults *)source;
    uint64_t wait = 0;
    uint32_t whole, got;
    bool failed = false;

    for (whole = 0; whole < count && !failed; whole += !failed) {
        wait += milliseconds(faults, lba + (int32_t)whole);
        failed = fails(faults, lba + (int32_t)whole);
    }
    if (wait)
        nanosleep(&(struct timespec){ (time_t)(wait / 1000), (long)(wait % 1000) * 1000000 }, NULL);
    got = whole ? dk_source_read(faults->inner, lba, whole, form, to, error) : 0;
    if (got == whole && failed)
        dk_fail(error, DK_ERROR_DAMAGED, "LBA %" PRId32 " cannot be read", lba + (int32_t)whole);
    return got;
}

static void faults_destroy(struct dk_source *source)
{
    struct faults *faults = (struct faults *)source;

    while (faults->list) {
        struct fault *fault = faults->list;

        faults->list = fault->next;
        free(fault);
    }
    free(faults);
}

static const struct dk_source_ops faults_ops = { faults_read, faults_destroy };

static bool parse_list(struct faults *faults, char *list, struct dk_error *error)
{
    for (char *line; (line = strsep(&list, "\n"));) {
        struct fault *fault;

        line += strspn(line, " \t\r");
        if (!*line || *line == '#')
            continue;
        fault = parse_line(line);
        if (!fault)
            return dk_fail(error, DK_ERROR_FORMAT,
                           "'%s' is no fault: bad LBA, flaky LBA TIMES or slow LBA MILLISECONDS", line);
        fault->next = faults->list;
        faults->list = fault;
    }
    return true;
}

struct dk_source *dk_source_faults(struct dk_source *inner, const char *list, struct dk_error *error)
{
    struct faults *faults = calloc(1, sizeof *faults);
    char *copy = strdup(list);
    bool right = (faults && copy) || dk_fail_errno(error, "cannot make faults");

    if (right) {
        faults->source.ops = &faults_ops;
        faults->inner = inner;
        right = parse_list(faults, copy, error);
    }
    free(copy);
    if (right)
        return &faults->source;
    if (faults)
        faults_destroy(&faults->source);
    return NULL;
}
