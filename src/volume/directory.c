#include "volume/directory.h"

#include "util/cursor.h"
#include "volume/numbers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool record_parse(const uint8_t *bytes, size_t left, struct record *record)
{
    const size_t length = left ? bytes[0] : 0;
    struct cursor cursor = cursor_over(bytes, length < left ? length : left);
    const uint8_t *fixed = cursor_bytes(&cursor, RECORD_FIXED);

    if (!fixed || length > left || fixed[32] == 0)
        return false;
    record->attribute_blocks = fixed[1];
    record->extent = both32(fixed + 2);
    record->size = both32(fixed + 10);
    record->big_extent = be32(fixed + 6);
    record->big_size = be32(fixed + 14);
    record->halves_differ = le32(fixed + 2) != record->big_extent || le32(fixed + 10) != record->big_size;
    record->date = fixed + 18;
    record->flags = fixed[25];
    record->unit = fixed[26];
    record->gap = fixed[27];
    record->name_length = fixed[32];
    record->name = cursor_bytes(&cursor, record->name_length);
    if (!record->name)
        return false;
    if (record->name_length % 2 == 0) /* ECMA-119 9.1.12: a padding byte makes the whole even */
        cursor_skip(&cursor, 1);
    record->system_use_size = cursor_left(&cursor);
    record->system_use = cursor_bytes(&cursor, record->system_use_size);
    return true;
}

bool record_place(const struct record *record, const struct blocks *blocks, struct place *place)
{
    return blocks_place(blocks, (uint64_t)record->extent + record->attribute_blocks, place);
}

const char *record_where(const struct record *record, char to[40])
{
    snprintf(to, 40, "LBA %" PRId32 ", byte %u", record->lba, record->offset);
    return to;
}

static const char *shown(const struct directory *directory)
{
    return *directory->path ? directory->path : "/";
}

/* The sector that holds byte `at`, or NULL where it can't be read. */
static const uint8_t *sector_of(struct directory *directory, uint64_t at, struct dk_error *error)
{
    struct window *window = directory->window;
    const int64_t lba = (int64_t)(directory->place.lba + at / DK_SECTOR_USER);
    const uint64_t left = (directory->end - 1) / DK_SECTOR_USER - at / DK_SECTOR_USER + 1;
    uint32_t want = directory->run < left ? directory->run : (uint32_t)left;

    if (lba < window->lba || lba >= (int64_t)window->lba + window->count) {
        window->lba = (int32_t)lba;
        window->count =
            dk_source_read(directory->blocks->source, window->lba, want, DK_FORM_USER, window->bytes, error);
        if (window->count == 0 && want > 1)
            window->count =
                dk_source_read(directory->blocks->source, window->lba, 1, DK_FORM_USER, window->bytes, error);
        directory->run = directory->run * 2 < WINDOW_SECTORS ? directory->run * 2 : WINDOW_SECTORS;
    }
    return window->count ? window->bytes + (size_t)(lba - window->lba) * DK_SECTOR_USER : NULL;
}

/* A record that is most likely one: it says its numbers twice, alike, and a month that there is. */
static bool is_plausible(const uint8_t *bytes, size_t left)
{
    struct record record;

    return record_parse(bytes, left, &record) && !record.halves_differ && record.date[1] <= 12 && record.date[2] <= 31;
}

/* Bytes from a broken record to where the next one may begin. */
static size_t step_over(const uint8_t *bytes, size_t left)
{
    size_t step = bytes[0];

    if (step >= RECORD_LEAST && step < left && (bytes[step] == 0 || is_plausible(bytes + step, left - step)))
        return step;
    for (step = 1; step < left; step++)
        if (is_plausible(bytes + step, left - step))
            return step;
    return left;
}

static void note_broken(const struct directory *directory, const uint8_t *bytes, size_t left, uint64_t at)
{
    const char *why = bytes[0] < RECORD_LEAST ? "is too short to be one"
                      : bytes[0] > left       ? "runs past the end of its sector"
                      : bytes[32] == 0        ? "has no name"
                                              : "has a name that is longer than the record";

    dk_note(directory->notes, DK_NOTE_DAMAGE, "%s: the directory record at LBA %" PRId64 ", byte %u, %s",
            shown(directory), (int64_t)(directory->place.lba + at / DK_SECTOR_USER), (unsigned)(at % DK_SECTOR_USER),
            why);
}

bool directory_next(struct directory *directory, struct record *record)
{
    while (directory->at < directory->end) {
        const uint64_t at = directory->at, next = (at / DK_SECTOR_USER + 1) * DK_SECTOR_USER;
        const size_t left = (size_t)((next < directory->end ? next : directory->end) - at);
        struct dk_error error;
        const uint8_t *bytes = sector_of(directory, at, &error);

        if (!bytes) {
            dk_note(directory->notes, DK_NOTE_DAMAGE, "%s: part of this directory can't be read: %s", shown(directory),
                    error.text);
            directory->at = next;
            continue;
        }
        bytes += at % DK_SECTOR_USER;
        if (directory->unwanted && at % DK_SECTOR_USER == 0 && !is_plausible(bytes, left))
            break;
        if (bytes[0] == 0) {
            directory->at = next;
        } else if (record_parse(bytes, left, record)) {
            record->lba = directory->place.lba + (int32_t)(at / DK_SECTOR_USER);
            record->offset = (unsigned)(at % DK_SECTOR_USER);
            directory->at += bytes[0];
            return true;
        } else {
            note_broken(directory, bytes, left, at);
            directory->at += step_over(bytes, left);
        }
    }
    return false;
}

void directory_note_size(struct dk_notes *notes, const char *path, struct place place, uint32_t size)
{
    dk_note(notes, DK_NOTE_DAMAGE,
            "%s: the directory at LBA %" PRId32 " has %" PRIu32 " bytes by its record, more than there are", path,
            place.lba, size);
}

void directory_note_loop(struct dk_notes *notes, const char *path, struct place place)
{
    dk_note(notes, DK_NOTE_DAMAGE,
            "%s: the directory at LBA %" PRId32 " is one that it lies in, or that was listed: the tree loops", path,
            place.lba);
}

/* Cuts a size that no disc has room for: to what its own record says, or to the end of the disc. */
static void settle_size(struct directory *directory, uint32_t size, const struct record *self)
{
    const struct blocks *blocks = directory->blocks;
    const struct place place = directory->place;
    const int64_t track_left = (int64_t)blocks->first + blocks->count - place.lba;
    uint64_t sectors = blocks_sectors(place, size);

    if (size == 0) {
        const bool sane = self && self->size && self->size % DK_SECTOR_USER == 0 &&
                          blocks_is_there(blocks, (int64_t)place.lba + self->size / DK_SECTOR_USER - 1);

        sectors = sane ? self->size / DK_SECTOR_USER : 1;
        dk_note(directory->notes, DK_NOTE_DAMAGE,
                "%s: the directory at LBA %" PRId32 " is recorded with a size of 0; %" PRIu64 " sectors of it are read",
                shown(directory), place.lba, sectors);
    } else if (!blocks_in_track(blocks, place.lba, sectors) &&
               !blocks_is_there(blocks, (int64_t)(place.lba + sectors - 1))) {
        const bool sane = self && self->size && self->size < size &&
                          blocks_in_track(blocks, place.lba, blocks_sectors(place, self->size));

        directory_note_size(directory->notes, shown(directory), place, size);
        directory->unwanted = size;
        sectors = sane ? blocks_sectors(place, self->size) : track_left > 0 ? (uint64_t)track_left : 1;
    }
    directory->end =
        size && !directory->unwanted
            ? place.skip + (uint64_t)size + (blocks->block_size - size % blocks->block_size) % blocks->block_size
            : sectors * DK_SECTOR_USER;
}

bool directory_open(struct directory *directory, const struct blocks *blocks, struct window *window,
                    struct dk_notes *notes, const char *path, struct place place, uint32_t size)
{
    struct record self;
    struct dk_error error;
    const uint8_t *bytes;
    bool found;

    *directory = (struct directory){
        .blocks = blocks,
        .window = window,
        .notes = notes,
        .path = path,
        .place = place,
        .run = 1,
    };
    directory->end = place.skip + 1;
    if (size > DK_SECTOR_USER && blocks_in_track(blocks, place.lba, blocks_sectors(place, size))) {
        directory->end = place.skip + (uint64_t)size;
        directory->run = WINDOW_SECTORS;
    }
    bytes = sector_of(directory, place.skip, &error);
    if (!bytes) {
        dk_note(notes, DK_NOTE_DAMAGE, "%s: this directory can't be read: %s", shown(directory), error.text);
        return false;
    }
    directory->run = WINDOW_SECTORS;
    directory->at = place.skip;
    found = record_parse(bytes + place.skip, DK_SECTOR_USER - place.skip, &self) && record_is_special(&self);
    if (!found)
        dk_note(notes, DK_NOTE_DAMAGE, "%s: the directory at LBA %" PRId32 " does not begin with its own record",
                shown(directory), place.lba);
    settle_size(directory, size, found ? &self : NULL);
    return true;
}
