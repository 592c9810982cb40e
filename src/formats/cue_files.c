/* The files that a CUE sheet names: found whatever code page their names are in, and opened by what is in them. */
#include "formats/cue.h"
#include "formats/wave.h"

#include <string.h>
#include <strings.h>

struct dk_store *cue_open_beside(struct cue *cue, const char *name, bool only, struct dk_error *error)
{
    return sheet_open_beside(&cue->sheet, cue->candidate, name, only, &cue->disc->notes, error);
}

static bool only_one_is_used(const struct cue *cue)
{
    size_t used = 0;

    for (size_t i = 0; i < cue->file_count; i++)
        used += cue->files[i].used;
    return used == 1;
}

static bool has_suffix(const char *name, const char *suffix)
{
    const size_t length = strlen(name), wanted = strlen(suffix);

    return length >= wanted && strcasecmp(name + length - wanted, suffix) == 0;
}

/* Some programs write WAVE for every audio track, whatever its file is. */
static bool is_raw_under_a_wrong_type(const struct dk_store *store)
{
    return has_suffix(store->name, ".bin") || has_suffix(store->name, ".raw") || has_suffix(store->name, ".img");
}

/* Where INDEX 00 stands tells nothing: a data track's pause can end an audio file. */
static bool only_audio_in(const struct cue *cue, const struct cue_file *file)
{
    for (size_t i = 0; i < cue->track_count; i++)
        for (size_t j = 0; j < cue->tracks[i].point_count; j++)
            if (&cue->files[cue->tracks[i].points[j].file] == file && cue->tracks[i].points[j].index > 0 &&
                cue->tracks[i].mode != DK_AUDIO)
                return false;
    return true;
}

static bool open_as_sound(struct cue *cue, struct cue_file *file, struct dk_store *store, const struct sound_kind *kind,
                          struct dk_error *error)
{
    struct sound sound;

    if (!kind->open)
        return cue_fail(cue, file->line, error, "%s is %s, which is not read here", store->name, kind->name);
    if (!kind->open(store, &sound, &cue->disc->notes, error))
        return false;
    if (file->type == CUE_BINARY)
        dk_note(&cue->disc->notes, DK_NOTE_ODD, "%s line %u: %s is %s and is read as such", cue->sheet.path, file->line,
                store->name, kind->name);
    file->type = CUE_SOUND;
    file->store = sound.store;
    file->big_endian = sound.big_endian;
    return true;
}

/* Finds the sectors or samples of a file that is there; `store` is the whole file. */
static bool open_contents(struct cue *cue, struct cue_file *file, struct dk_store *store, struct dk_error *error)
{
    const struct sound_kind *kind = only_audio_in(cue, file) ? sound_find(store) : NULL;

    /* samples can look like the few bytes that some kinds begin with: BINARY is believed then */
    if (kind && (file->type == CUE_SOUND || (file->type != CUE_MOTOROLA && kind->open)))
        return open_as_sound(cue, file, store, kind, error);
    if (file->type == CUE_SOUND && !is_raw_under_a_wrong_type(store))
        return cue_fail(cue, file->line, error, "%s is no sound file that is known", store->name);
    if (file->type == CUE_SOUND)
        dk_note(&cue->disc->notes, DK_NOTE_ODD, "%s line %u: %s is no sound file and is read as bare samples",
                cue->sheet.path, file->line, store->name);
    file->store = dk_store_use(store);
    file->big_endian = file->type == CUE_MOTOROLA;
    return true;
}

/* A file that the sheet has named before is not opened again. */
static const struct cue_file *named_before(const struct cue *cue, const struct cue_file *file)
{
    for (const struct cue_file *other = cue->files; other < file; other++)
        if (other->store && strcmp(other->name, file->name) == 0)
            return other;
    return NULL;
}

static bool open_file(struct cue *cue, struct cue_file *file, bool only, struct dk_error *error)
{
    const struct cue_file *before = named_before(cue, file);
    struct dk_error why = { 0 };
    struct dk_store *store;
    bool right;

    if (before) {
        file->store = dk_store_use(before->store);
        file->type = before->type;
        file->big_endian = before->big_endian;
        return true;
    }
    store = cue_open_beside(cue, file->name, only, &why);
    if (!store && why.kind == DK_ERROR_MISSING) {
        dk_disc_add_missing(cue->disc, sheet_text(&cue->sheet, file->name));
        return true;
    }
    if (!store) {
        *error = why;
        return false;
    }
    cue->disc->container_size += store->size;
    right = open_contents(cue, file, store, error);
    dk_store_close(store);
    return right;
}

bool cue_open_files(struct cue *cue, struct dk_error *error)
{
    const bool only = only_one_is_used(cue);

    for (size_t i = 0; i < cue->file_count; i++) {
        struct cue_file *file = &cue->files[i];

        if (!file->used)
            dk_note(&cue->disc->notes, DK_NOTE_ODD, "%s line %u: no track stands in FILE \"%s\"", cue->sheet.path,
                    file->line, sheet_text(&cue->sheet, file->name));
        else if (!open_file(cue, file, only, error))
            return false;
    }
    return true;
}
