/* Converting, step by step: what to write, what would be lost, writing, comparing. */
#include "jobs/convert.h"

#include "util/arena.h"
#include "util/hash.h"

#include <stdlib.h>
#include <string.h>

/* ---- Sums of what is written ---- */

enum { FILES_MAX = 2 * DK_TRACKS_MAX + 2 };

struct sums {
    unsigned kinds;
    struct {
        const struct dk_output_file *file;
        struct hash_set *set;
    } files[FILES_MAX];
    size_t count;
    bool failed;
    struct dk_error error;
};

static struct hash_set *set_of(struct sums *sums, const struct dk_output_file *file)
{
    for (size_t i = sums->count; i-- > 0;)
        if (sums->files[i].file == file)
            return sums->files[i].set;
    if (sums->failed || sums->count == FILES_MAX)
        return NULL;
    sums->files[sums->count].file = file;
    sums->files[sums->count].set = hash_set_new(sums->kinds, &sums->error);
    sums->failed = !sums->files[sums->count].set;
    return sums->files[sums->count++].set;
}

static void add_to_sums(void *context, const struct dk_output_file *file, const void *bytes, size_t count)
{
    struct hash_set *set = set_of(context, file);

    if (set)
        hash_set_update(set, bytes, count);
}

static void tell_sums(struct sums *sums, const struct dk_output_file *file, struct dk_result_file *result)
{
    struct hash_set *set = sums->kinds ? set_of(sums, file) : NULL; /* an empty file has none yet */

    if (!set)
        return;
    hash_set_finish(set);
    for (int kind = 0; kind < HASH_KINDS; kind++) {
        struct dk_sum *sum = &result->sums[result->sum_count];

        if (!(sums->kinds & 1U << kind))
            continue;
        sum->name = hash_name(kind);
        sum->tag = hash_tag(kind);
        strcpy(sum->hex, hash_set_hex(set, kind));
        result->sum_count++;
    }
}

static void free_sums(struct sums *sums)
{
    for (size_t i = 0; i < sums->count; i++)
        hash_set_free(sums->files[i].set);
}

/* ---- The result ---- */

static void list_files(struct convert *convert, struct sums *sums)
{
    struct dk_conversion *result = convert->result;
    const struct dk_output_file *file;

    while (dk_output_file_at(convert->output, result->file_count))
        result->file_count++;
    result->files = arena_zeroed(result->arena, result->file_count + 1, sizeof *result->files);
    for (size_t i = 0; (file = dk_output_file_at(convert->output, i)); i++) {
        const char *path = dk_output_path(file);

        result->files[i].path = arena_copy(result->arena, path, strlen(path));
        result->files[i].size = dk_output_size(file);
        tell_sums(sums, file, &result->files[i]);
    }
}

static bool write_and_commit(struct convert *convert, struct sums *sums, struct dk_error *error)
{
    if (sums->kinds)
        dk_output_set_tap(convert->output, add_to_sums, sums);
    if (!convert->way->write(convert, error))
        return false;
    if (sums->failed) {
        *error = sums->error;
        return false;
    }
    return dk_output_commit(convert->output, error);
}

/* A result that compares wrong is taken back: it would only be trusted. */
static bool verify(struct convert *convert, struct dk_error *error)
{
    if (!convert->options->verify)
        return true;
    convert->result->verified = convert->way->verify(convert, error);
    if (!convert->result->verified)
        dk_output_withdraw(convert->output);
    return convert->result->verified;
}

/* The sheet, and the files with the sectors. */
static void keep_input(struct convert *convert)
{
    const struct dk_disc *disc = convert->disc;

    dk_output_keep(convert->output, disc->path);
    for (size_t i = 0; i < disc->extent_count; i++)
        if (i == 0 || disc->extents[i].store != disc->extents[i - 1].store)
            dk_output_keep_store(convert->output, disc->extents[i].store);
}

static bool convert_all(struct convert *convert, struct sums *sums, struct dk_error *error)
{
    if (convert->options->sums && !hash_parse(convert->options->sums, &sums->kinds, error))
        return false;
    if (!convert_find_target(convert, error))
        return false;
    if (convert->disc->missing_count)
        return dk_fail(error, DK_ERROR_MISSING, "%s names %s, which is not there", convert->disc->path,
                       convert->disc->missing[0]);
    if (convert->options->verify && strcmp(convert->path, "-") == 0)
        return dk_fail(error, DK_ERROR_REFUSED, "what went to stdout can't be opened again to verify it");
    if (!convert->way->plan(convert, error) || !convert_accept_losses(convert, error))
        return false;
    convert->output = dk_output_new(convert->options->replace);
    if (!convert->output)
        return dk_fail_errno(error, "cannot write %s", convert->path);
    keep_input(convert);
    if (!write_and_commit(convert, sums, error) || !verify(convert, error))
        return false;
    list_files(convert, sums);
    if (convert->result->bad.odd_headers)
        dk_note(&convert->result->notes, DK_NOTE_ODD, "%ju sectors have a header of another place",
                (uintmax_t)convert->result->bad.odd_headers);
    dk_bad_list_note(&convert->result->bad, &convert->result->notes);
    return true;
}

bool dk_convert(struct dk_disc *disc, const char *path, const struct dk_convert_options *options,
                struct dk_conversion *conversion, struct dk_error *error)
{
    struct convert convert = { .disc = disc, .path = path, .options = options, .result = conversion };
    struct sums sums = { 0 };
    bool right;

    *conversion = (struct dk_conversion){ .arena = arena_new() };
    right = convert_all(&convert, &sums, error);
    free_sums(&sums);
    dk_output_close(convert.output);
    dk_volumes_free(convert.volumes);
    return right;
}

void dk_conversion_free(struct dk_conversion *conversion)
{
    dk_bad_list_free(&conversion->bad);
    dk_notes_free(&conversion->notes);
    arena_free(conversion->arena);
}
