/*
 * GDI, the sheets of GD-ROMs: the number of tracks, then a line for each with its number, LBA, control, bytes a sector,
 * file and where it begins in that. The low-density area is session 1, the high-density area session 2.
 */
#include "formats/gdi.h"
#include "formats/placed.h"
#include "formats/rows.h"
#include "formats/sheet.h"
#include "util/arena.h"

#include <inttypes.h>
#include <string.h>

enum {
    FIELDS_BEFORE_NAME = 4,
    LONGEST_PREGAP = 450, /* sectors; 150 before audio and 225 before data are usual */
    BID_COUNTED = 90,     /* the first line is a number, the next one a track's */
    BID_LINES = 45,       /* lines of tracks alone */
};

struct gdi_track {
    struct placed placed;
    const char *name;
    unsigned line;
    uint64_t end; /* byte of the file behind its last sector */
};

struct gdi {
    const struct dk_candidate *candidate;
    struct dk_disc *disc;
    struct sheet sheet;
    struct gdi_track tracks[DK_TRACKS_MAX];
    size_t track_count;
};

/* ---- A line ---- */

struct line {
    uint32_t numbers[FIELDS_BEFORE_NAME]; /* track, LBA, control, bytes a sector */
    char *name;
    uint32_t offset;
};

/* A number up to a blank or the end; `*at` then stands there. */
static bool take_number(char **at, uint32_t *number)
{
    uint64_t value = 0;
    char *digit = *at + strspn(*at, " \t");

    if (*digit < '0' || *digit > '9')
        return false;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        value = value * 10 + (uint64_t)(*digit - '0');
        if (value > INT32_MAX)
            return false;
    }
    *at = digit;
    *number = (uint32_t)value;
    return *digit == '\0' || *digit == ' ' || *digit == '\t';
}

/* Cuts the last word off; NULL where there is but one. */
static char *cut_last_word(char *text)
{
    char *end = text + strlen(text), *word = end;

    while (word > text && word[-1] != ' ' && word[-1] != '\t')
        word--;
    if (word == text)
        return NULL;
    for (end = word; end > text && (end[-1] == ' ' || end[-1] == '\t'); end--)
        end[-1] = '\0';
    return word;
}

/* Names may have blanks in them without quotes, so that a line is read from both ends. NULL: what is wrong with it. */
static const char *parse_line(char *text, struct line *line)
{
    static const char *const wrong[FIELDS_BEFORE_NAME] = { "the number of a track", "the LBA of a track",
                                                           "the control nibble of a track", "the bytes of a sector" };
    char *last;
    size_t length;

    for (unsigned i = 0; i < FIELDS_BEFORE_NAME; i++)
        if (!take_number(&text, &line->numbers[i]))
            return wrong[i];
    text += strspn(text, " \t");
    last = cut_last_word(text);
    if (!last || !take_number(&last, &line->offset) || *last)
        return "where a track begins in its file";
    length = strlen(text);
    if (*text == '"' && (length < 2 || text[length - 1] != '"'))
        return "the name of a file: its quotes are not closed";
    line->name = *text == '"' ? text + 1 : text;
    if (*text == '"')
        text[length - 1] = '\0';
    return *line->name ? NULL : "the name of a file";
}

/* ---- Is it one? ---- */

static int bid(struct sheet *sheet)
{
    char *text = sheet_next_line(sheet);
    struct line line;
    uint32_t count;

    while (text && !*text)
        text = sheet_next_line(sheet);
    if (!text)
        return 0;
    if (!parse_line(text, &line))
        return BID_LINES;
    if (!take_number(&text, &count) || *text)
        return 0;
    text = sheet_next_line(sheet);
    return text && !parse_line(text, &line) ? BID_COUNTED : 0;
}

static int gdi_probe(const struct dk_candidate *candidate)
{
    return candidate->store->size <= candidate->head_size ? sheet_bid(candidate, bid) : 0;
}

/* ---- Lines into tracks ---- */

static bool fail_at(const struct gdi *gdi, unsigned line, const char *what, struct dk_error *error)
{
    return dk_fail(error, DK_ERROR_FORMAT, "%s line %u: %s", gdi->sheet.path, line, what);
}

static bool add_line(struct gdi *gdi, char *text, struct dk_error *error)
{
    struct gdi_track *track = &gdi->tracks[gdi->track_count];
    struct line line;
    const char *wrong = parse_line(text, &line);

    if (wrong)
        return dk_fail(error, DK_ERROR_FORMAT, "%s line %u: it is not %s", gdi->sheet.path, gdi->sheet.line, wrong);
    if (gdi->track_count == DK_TRACKS_MAX)
        return fail_at(gdi, gdi->sheet.line, "this is a track too many: a disc has 99", error);
    if (line.numbers[0] < 1 || line.numbers[0] > DK_TRACKS_MAX)
        return fail_at(gdi, gdi->sheet.line, "tracks have numbers from 1 to 99", error);
    if (line.numbers[2] > 15)
        return fail_at(gdi, gdi->sheet.line, "a control nibble is 0 to 15", error);
    if (line.numbers[3] > UINT16_MAX)
        return fail_at(gdi, gdi->sheet.line, "no disc has sectors of so many bytes", error);
    if (gdi->track_count && line.numbers[0] <= track[-1].placed.number)
        return fail_at(gdi, gdi->sheet.line, "its number is not above that of the track before", error);
    gdi->track_count++;
    track->line = gdi->sheet.line;
    track->name = line.name;
    track->placed = (struct placed){
        .number = (uint8_t)line.numbers[0],
        .session = line.numbers[1] >= GD_ROM_HIGH_DENSITY && gdi->tracks[0].placed.lba < GD_ROM_HIGH_DENSITY ? 2 : 1,
        .control = (uint8_t)line.numbers[2],
        .mode = line.numbers[2] & DK_CONTROL_DATA ? DK_MODE1 : DK_AUDIO,
        .stored = (uint16_t)line.numbers[3],
        .lba = (int32_t)line.numbers[1],
        .offset = line.offset,
    };
    return true;
}

static bool parse(struct gdi *gdi, struct dk_error *error)
{
    uint32_t told = 0;
    bool counted = false;
    char *text;

    while ((text = sheet_next_line(&gdi->sheet))) {
        char *after = text;

        if (!*text)
            continue;
        if (!counted && gdi->track_count == 0 && take_number(&after, &told) && *after == '\0')
            counted = true;
        else if (!add_line(gdi, text, error))
            return false;
    }
    if (gdi->track_count == 0)
        return fail_at(gdi, gdi->sheet.line, "there is no line of a track", error);
    if (!counted)
        dk_note(&gdi->disc->notes, DK_NOTE_ODD, "%s does not begin with the number of its tracks", gdi->sheet.path);
    else if (told > gdi->track_count)
        dk_note(&gdi->disc->notes, DK_NOTE_DAMAGE, "%s is said to have %" PRIu32 " tracks, and lines of %zu are there",
                gdi->sheet.path, told, gdi->track_count);
    else if (told < gdi->track_count)
        dk_note(&gdi->disc->notes, DK_NOTE_ODD, "%s is said to have %" PRIu32 " tracks, and has lines of %zu",
                gdi->sheet.path, told, gdi->track_count);
    return true;
}

/* ---- Files ---- */

static bool open_file(struct gdi *gdi, struct gdi_track *track, struct dk_error *error)
{
    for (const struct gdi_track *other = gdi->tracks; other < track; other++)
        if (strcmp(other->name, track->name) == 0) {
            track->placed.store = other->placed.store ? dk_store_use(other->placed.store) : NULL;
            return true;
        }
    track->placed.store =
        sheet_open_beside(&gdi->sheet, gdi->candidate, track->name, gdi->track_count == 1, &gdi->disc->notes, error);
    if (track->placed.store)
        gdi->disc->container_size += track->placed.store->size;
    else if (error->kind == DK_ERROR_MISSING)
        dk_disc_add_missing(gdi->disc, sheet_text(&gdi->sheet, track->name));
    return track->placed.store || error->kind == DK_ERROR_MISSING;
}

/* Where the next track of the same file begins, or the file's end. */
static uint64_t end_in_file(const struct gdi *gdi, const struct gdi_track *track)
{
    uint64_t end = track->placed.store->size;

    for (size_t i = 0; i < gdi->track_count; i++) {
        const struct placed *other = &gdi->tracks[i].placed;

        if (other->store == track->placed.store && other->offset > track->placed.offset && other->offset < end)
            end = other->offset;
    }
    return end;
}

/* Of a file that is not there, as many as there is room for. */
static bool count_sectors(struct gdi *gdi, size_t i, struct dk_error *error)
{
    struct gdi_track *track = &gdi->tracks[i];
    struct placed *placed = &track->placed;
    const struct placed *next = i + 1 < gdi->track_count ? &track[1].placed : NULL;
    uint64_t bytes;

    if (!placed->store) {
        if (next && next->session == placed->session && next->lba > placed->lba)
            placed->count = (uint32_t)(next->lba - placed->lba);
        return true;
    }
    track->end = end_in_file(gdi, track);
    if (placed->stored == 0 || placed->offset > track->end || track->end - placed->offset < placed->stored)
        return dk_fail(
            error, DK_ERROR_DAMAGED,
            "%s line %u: no sector of %u bytes lies from byte %" PRIu64 " on of %s, which has %" PRIu64 " bytes",
            gdi->sheet.path, track->line, placed->stored, placed->offset, placed->store->name, placed->store->size);
    bytes = track->end - placed->offset;
    if (bytes / placed->stored > INT32_MAX / 2)
        return fail_at(gdi, track->line, "its file has more sectors than any disc", error);
    placed->count = (uint32_t)(bytes / placed->stored);
    if (bytes % placed->stored)
        dk_note(&gdi->disc->notes, DK_NOTE_DAMAGE,
                "%s ends %" PRIu64 " bytes into a sector of %u, that of LBA %" PRId64 ", which is left out",
                placed->store->name, bytes % placed->stored, placed->stored, (int64_t)placed->lba + placed->count);
    return true;
}

/* ---- Places ---- */

/* The LBA is that of INDEX 01, but for sheets made of files that begin with the pregap: their headers tell it. */
static void correct_lba(struct gdi *gdi, struct gdi_track *track, int64_t least)
{
    struct placed *placed = &track->placed;
    int32_t told;

    if (!placed_address(placed, placed->offset, placed->count, &told) || told == placed->lba)
        return;
    dk_note(&gdi->disc->notes, DK_NOTE_ODD,
            "%s line %u: track %u is said to begin at LBA %" PRId32 ", and its sectors say LBA %" PRId32 ": %s used",
            gdi->sheet.path, track->line, placed->number, placed->lba, told,
            told >= least ? "what they say is" : "the first is");
    if (told >= least)
        placed->lba = told;
}

static bool place_track(struct gdi *gdi, size_t i, struct dk_error *error)
{
    struct placed *placed = &gdi->tracks[i].placed;
    const struct placed *before = i ? &gdi->tracks[i - 1].placed : NULL;
    const bool follows = before && before->session == placed->session;
    const int64_t area = placed->lba >= GD_ROM_HIGH_DENSITY ? GD_ROM_HIGH_DENSITY : 0;
    const int64_t end = follows ? (int64_t)before->lba + before->count : area;

    if (!placed_settle_mode(gdi->disc, placed, error))
        return false;
    correct_lba(gdi, &gdi->tracks[i], end);
    if (placed->lba - end > LONGEST_PREGAP) {
        dk_note(&gdi->disc->notes, DK_NOTE_DAMAGE,
                "%s line %u: LBA %" PRId64 " to %" PRId32 ", before track %u, are in no file", gdi->sheet.path,
                gdi->tracks[i].line, end, placed->lba - 1, placed->number);
        placed->pregap = DK_LEAD_IN_PREGAP;
    } else if (placed->lba > end) {
        placed->pregap = (uint32_t)(placed->lba - end);
    }
    return placed_add(gdi->disc, placed, before, error);
}

static void look_for_area(struct gdi *gdi)
{
    for (size_t i = 0; i < gdi->track_count; i++)
        if (gdi->tracks[i].placed.lba >= GD_ROM_HIGH_DENSITY)
            return;
    dk_note(&gdi->disc->notes, DK_NOTE_ODD, "%s has no track from LBA %d on, where a GD-ROM has its high-density area",
            gdi->sheet.path, GD_ROM_HIGH_DENSITY);
}

static bool lay_out(struct gdi *gdi, struct dk_error *error)
{
    for (size_t i = 0; i < gdi->track_count; i++)
        if (!open_file(gdi, &gdi->tracks[i], error))
            return false;
    for (size_t i = 0; i < gdi->track_count; i++)
        if (!count_sectors(gdi, i, error))
            return false;
    for (size_t i = 0; i < gdi->track_count; i++)
        if (!place_track(gdi, i, error))
            return false;
    look_for_area(gdi);
    return true;
}

static bool gdi_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct gdi *gdi = arena_zeroed(disc->arena, 1, sizeof *gdi);
    bool right;

    gdi->candidate = candidate;
    gdi->disc = disc;
    disc->medium = DK_MEDIUM_CD;
    right = sheet_read(&gdi->sheet, candidate, disc->arena, error) && parse(gdi, error) && lay_out(gdi, error);
    for (size_t i = 0; i < gdi->track_count; i++)
        dk_store_close(gdi->tracks[i].placed.store);
    return right;
}

const struct dk_format format_gdi = {
    .id = "gdi",
    .name = "GD-ROM sheet (GDI)",
    .suffixes = "gdi",
    .holds =
        DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_SESSIONS | DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS | DK_HOLDS_FORM2,
    .probe = gdi_probe,
    .read = gdi_read,
    .write = gdi_write,
};
