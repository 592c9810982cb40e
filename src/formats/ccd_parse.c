/* CCD: the lines of the sheet: sections in brackets, and in them KEY=VALUE. What is not known is left out. */
#include "formats/ccd.h"
#include "util/arena.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum section { NO_SECTION, DISC, CD_TEXT, ENTRY, TRACK };

/* Where the reader is: the section, and the record that its keys go into. */
struct reader {
    struct ccd *ccd;
    enum section section;
    struct ccd_entry *entry;
    struct ccd_track *track;
};

static bool fail(const struct reader *reader, struct dk_error *error, const char *what, const char *text)
{
    const struct sheet *sheet = &reader->ccd->sheet;

    return dk_fail(error, DK_ERROR_FORMAT, "%s line %u: %s: %.60s", sheet->path, sheet->line, what,
                   sheet_text(sheet, text));
}

/* Decimal or, behind 0x, hexadecimal; both are met for every key. */
static bool number_of(const char *text, int32_t *number)
{
    const bool hexadecimal = strncasecmp(text, "0x", 2) == 0;
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, hexadecimal ? 16 : 10);
    if (end == text || *end || errno || value <= INT32_MIN || value > INT32_MAX)
        return false;
    *number = (int32_t)value;
    return true;
}

/* ---- Sections ---- */

static bool begin_entry(struct reader *reader, int32_t number, struct dk_error *error)
{
    struct ccd *ccd = reader->ccd;

    (void)number;
    if (ccd->entry_count == CCD_ENTRIES_MAX)
        return fail(reader, error, "there are more entries than a disc's table can have", "[Entry]");
    reader->entry = &ccd->entries[ccd->entry_count++];
    *reader->entry = (struct ccd_entry){ .session = CCD_UNSET,
                                         .point = CCD_UNSET,
                                         .minute = CCD_UNSET,
                                         .second = CCD_UNSET,
                                         .frame = CCD_UNSET,
                                         .lba = CCD_UNSET };
    return true;
}

static bool begin_track(struct reader *reader, int32_t number, struct dk_error *error)
{
    if (number < 1 || number > DK_TRACKS_MAX)
        return fail(reader, error, "only tracks 1 to 99 can be", "[TRACK]");
    reader->track = &reader->ccd->tracks[number];
    return true;
}

static const struct {
    const char *name;
    enum section section;
    bool (*begin)(struct reader *reader, int32_t number, struct dk_error *error); /* NULL: it has no number */
} sections[] = {
    { "Disc", DISC, NULL },
    { "CDText", CD_TEXT, NULL },
    { "Entry", ENTRY, begin_entry },
    { "TRACK", TRACK, begin_track },
};

static bool begin_section(struct reader *reader, char *line, struct dk_error *error)
{
    char *rest = line + 1, *end = strchr(line, ']'), *name;
    int32_t number = 0;

    reader->section = NO_SECTION;
    if (!end)
        return fail(reader, error, "a section's name has no end", line);
    *end = '\0';
    name = sheet_word(&rest);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        if (strcasecmp(sections[i].name, name) != 0)
            continue;
        reader->section = sections[i].section;
        if (!sections[i].begin)
            return true;
        if (!number_of(sheet_word(&rest), &number))
            return fail(reader, error, "a section without its number", name);
        return sections[i].begin(reader, number, error);
    }
    return true;
}

/* ---- Keys ---- */

static const struct {
    enum section section;
    const char *key;
    size_t offset; /* of an int32_t in the section's record */
} numbers[] = {
    { DISC, "DataTracksScrambled", offsetof(struct ccd, scrambled) },
    { ENTRY, "Session", offsetof(struct ccd_entry, session) },
    { ENTRY, "Point", offsetof(struct ccd_entry, point) },
    { ENTRY, "Control", offsetof(struct ccd_entry, control) },
    { ENTRY, "PMin", offsetof(struct ccd_entry, minute) },
    { ENTRY, "PSec", offsetof(struct ccd_entry, second) },
    { ENTRY, "PFrame", offsetof(struct ccd_entry, frame) },
    { ENTRY, "PLBA", offsetof(struct ccd_entry, lba) },
    { TRACK, "MODE", offsetof(struct ccd_track, mode) },
};

static void *record_of(const struct reader *reader)
{
    return reader->section == ENTRY   ? (void *)reader->entry
           : reader->section == TRACK ? (void *)reader->track
                                      : (void *)reader->ccd;
}

static bool take_number(struct reader *reader, const char *key, const char *value, struct dk_error *error)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].section == reader->section && strcasecmp(numbers[i].key, key) == 0) {
            int32_t number;

            if (!number_of(value, &number))
                return fail(reader, error, "this is no number", value);
            memcpy((char *)record_of(reader) + numbers[i].offset, &number, sizeof number);
            return true;
        }
    return true;
}

/* "INDEX 2=400" of a track. */
static bool take_index(struct reader *reader, char *rest, const char *value, struct dk_error *error)
{
    int32_t number, place;

    if (!number_of(sheet_word(&rest), &number) || number < 0 || number > DK_INDEX_MAX || !number_of(value, &place))
        return fail(reader, error, "this is no index", value);
    reader->track->indexes[number] = place;
    return true;
}

/* "Entry 0=80 00 ..." of CD-TEXT: 16 bytes in hexadecimal, the pack without its check sum. */
static bool take_pack(struct reader *reader, char *value, struct dk_error *error)
{
    struct ccd *ccd = reader->ccd;
    size_t count = 0;
    char *rest = value, *end;

    if (ccd->pack_count == CCD_PACKS_MAX)
        return fail(reader, error, "there are more packs than CD-TEXT can have", value);
    ccd->packs = arena_grown(ccd->disc->arena, ccd->packs, ccd->pack_count, sizeof *ccd->packs);
    for (const char *word = sheet_word(&rest); *word; word = sheet_word(&rest)) {
        const unsigned long byte = strtoul(word, &end, 16);

        if (count == sizeof *ccd->packs || end == word || *end || byte > UINT8_MAX)
            return fail(reader, error, "this is no pack of 16 bytes", word);
        ccd->packs[ccd->pack_count][count++] = (uint8_t)byte;
    }
    if (count != sizeof *ccd->packs)
        return fail(reader, error, "this pack has fewer than 16 bytes", "[CDText]");
    ccd->pack_count++;
    return true;
}

static bool take_key(struct reader *reader, char *line, struct dk_error *error)
{
    char *equals = strchr(line, '='), *value, *rest = line, *key;

    if (!equals)
        return fail(reader, error, "this is neither a section nor a key", line);
    *equals = '\0';
    value = equals + 1 + strspn(equals + 1, " \t");
    key = sheet_word(&rest);
    if (reader->section == CD_TEXT && strcasecmp(key, "Entry") == 0)
        return take_pack(reader, value, error);
    if (reader->section == TRACK && strcasecmp(key, "INDEX") == 0)
        return take_index(reader, rest, value, error);
    if (reader->section == TRACK && strcasecmp(key, "ISRC") == 0)
        reader->track->isrc = value;
    if (reader->section == DISC && strcasecmp(key, "CATALOG") == 0)
        reader->ccd->catalog = value;
    return take_number(reader, key, value, error);
}

bool ccd_parse(struct ccd *ccd, struct dk_error *error)
{
    struct reader reader = { .ccd = ccd };
    char *line;

    for (size_t i = 0; i <= DK_TRACKS_MAX; i++)
        for (size_t j = 0; j <= DK_INDEX_MAX; j++)
            ccd->tracks[i].indexes[j] = CCD_UNSET;
    while ((line = sheet_next_line(&ccd->sheet))) {
        if (*line == '\0' || *line == ';')
            continue;
        if (!(*line == '[' ? begin_section : take_key)(&reader, line, error))
            return false;
    }
    return true;
}
