/* CHD: tracks out of metadata, which are lines of NAME:VALUE, or a binary table in the oldest files. */
#include "formats/chd_tracks.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <string.h>

static const struct chd_track_kind kinds[] = {
    { "MODE1", "MODE1/2048", DK_MODE1, 16, 2064 },
    { "MODE1_RAW", "MODE1/2352", DK_MODE1, 0, 2352 },
    { "MODE2", "MODE2/2336", DK_MODE2, 16, 2352 },
    { "MODE2_FORM1", "MODE2/2048", DK_MODE2_FORM1, 24, 2072 },
    { "MODE2_FORM2", "MODE2/2324", DK_MODE2_FORM2, 24, 2348 },
    { "MODE2_FORM_MIX", "MODE2/2336", DK_MODE2, 16, 2352 },
    { "MODE2_RAW", "MODE2/2352", DK_MODE2, 0, 2352 },
    { "AUDIO", "CDI/2352", DK_AUDIO, 0, 2352 },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static bool is_word(const char *word, const char *text, size_t length)
{
    return strlen(word) == length && memcmp(word, text, length) == 0;
}

const struct chd_track_kind *chd_kind_named(const char *name, size_t length)
{
    for (size_t i = 0; i < KINDS; i++)
        if (is_word(kinds[i].name, name, length) || is_word(kinds[i].other_name, name, length))
            return &kinds[i];
    return NULL;
}

const struct chd_track_kind *chd_kind_numbered(uint32_t number)
{
    return number < KINDS ? &kinds[number] : NULL;
}

/* ---- Text ---- */

/* What follows the colon of NAME:VALUE; false: it can't be. */
typedef bool take_value(struct chd_track *track, const char *value, size_t length);

static bool take_number(uint32_t *number, const char *value, size_t length)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < length; i++) {
        if (value[i] < '0' || value[i] > '9' || sum > INT32_MAX)
            return false;
        sum = sum * 10 + (uint64_t)(value[i] - '0');
    }
    *number = (uint32_t)sum;
    return length > 0 && sum <= INT32_MAX;
}

static bool take_track(struct chd_track *track, const char *value, size_t length)
{
    return take_number(&track->number, value, length);
}

static bool take_frames(struct chd_track *track, const char *value, size_t length)
{
    return take_number(&track->frames, value, length);
}

static bool take_pad(struct chd_track *track, const char *value, size_t length)
{
    return take_number(&track->pad, value, length);
}

static bool take_pregap(struct chd_track *track, const char *value, size_t length)
{
    return take_number(&track->pregap, value, length);
}

static bool take_postgap(struct chd_track *track, const char *value, size_t length)
{
    return take_number(&track->postgap, value, length);
}

static bool take_type(struct chd_track *track, const char *value, size_t length)
{
    track->kind = chd_kind_named(value, length);
    return track->kind;
}

static bool take_subtype(struct chd_track *track, const char *value, size_t length)
{
    static const char *const names[] = { "RW", "RW_RAW", "NONE" };

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (!is_word(names[i], value, length))
            continue;
        track->subcode = i;
        return true;
    }
    return false;
}

/* The kind of the pregap is the track's own; what counts is whether it is among the frames. */
static bool take_pregap_type(struct chd_track *track, const char *value, size_t length)
{
    track->pregap_stored = length > 0 && value[0] == 'V';
    return true;
}

static const struct {
    const char *name;
    take_value *take;
} fields[] = {
    { "TRACK", take_track }, { "TYPE", take_type },     { "SUBTYPE", take_subtype },    { "FRAMES", take_frames },
    { "PAD", take_pad },     { "PREGAP", take_pregap }, { "PGTYPE", take_pregap_type }, { "POSTGAP", take_postgap },
};

static take_value *find_field(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (is_word(fields[i].name, word, length))
            return fields[i].take;
    return NULL;
}

static bool parse_text(const struct chd *chd, const struct chd_metadata *entry, struct chd_track *track,
                       struct dk_error *error)
{
    const char *word = entry->text ? entry->text : "";

    *track = (struct chd_track){ .subcode = CHD_SUB_NONE };
    for (word += strspn(word, " "); *word; word += strspn(word, " ")) {
        const size_t length = strcspn(word, " "), name = strcspn(word, ": ");
        take_value *take = name < length ? find_field(word, name) : NULL;

        if (take && !take(track, word + name + 1, length - name - 1))
            return dk_fail(error, DK_ERROR_FORMAT, "%s: \"%.*s\" in the metadata at byte %" PRIu64 " can't be",
                           chd->file->name, (int)(length < 40 ? length : 40), word, entry->offset);
        word += length;
    }
    return true;
}

/* ---- The binary table ---- */

enum { OLD_ENTRY = 24, OLD_SIZE = 4 + 99 * OLD_ENTRY };

static uint32_t take_either(struct cursor *cursor, bool big_endian)
{
    return big_endian ? cursor_be32(cursor) : cursor_le32(cursor);
}

/* Writers left it in either order of bytes; a count of tracks above 99 tells. */
static bool parse_old(struct chd_track_list *list, const struct chd_metadata *entry, struct dk_error *error)
{
    struct cursor cursor = cursor_over(entry->text, entry->size);
    const bool big_endian = entry->size >= OLD_SIZE && cursor_be32(&cursor) <= DK_TRACKS_MAX;
    uint32_t count;

    if (entry->size < OLD_SIZE)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s: the table of tracks at byte %" PRIu64 " is cut short",
                       list->chd->file->name, entry->offset);
    cursor = cursor_over(entry->text, entry->size);
    count = take_either(&cursor, big_endian);
    if (count > DK_TRACKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the table of tracks at byte %" PRIu64 " says %" PRIu32 " of them",
                       list->chd->file->name, entry->offset, count);
    for (uint32_t i = 0; i < count; i++) {
        struct chd_track *track = &list->tracks[i];
        const uint32_t kind = take_either(&cursor, big_endian), subcode = take_either(&cursor, big_endian);

        cursor_skip(&cursor, 8); /* sizes, which follow from the kinds */
        *track = (struct chd_track){ .number = i + 1, .kind = chd_kind_numbered(kind) };
        track->subcode = subcode <= CHD_SUB_RAW ? subcode : CHD_SUB_NONE;
        track->frames = take_either(&cursor, big_endian);
        cursor_skip(&cursor, 4); /* frames of padding, which follow from theirs */
    }
    list->count = count;
    return true;
}

/* ---- All of them ---- */

static bool check_track(const struct chd_track_list *list, const struct chd_track *track, struct dk_error *error)
{
    const struct chd_track *before = track > list->tracks ? track - 1 : NULL;
    const char *name = list->chd->file->name;

    if (track->number < 1 || track->number > DK_TRACKS_MAX || (before && track->number <= before->number))
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %" PRIu32 " in the metadata, after %" PRIu32, name,
                       track->number, before ? before->number : 0);
    if (!track->kind)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %" PRIu32 " is of a type that is not known", name,
                       track->number);
    if (track->pad > track->frames)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: track %" PRIu32 " has %" PRIu32 " frames, and PAD is %" PRIu32,
                       name, track->number, track->frames, track->pad);
    if (track->pregap_stored && track->pregap > track->frames - track->pad)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the pregap of track %" PRIu32 " has %" PRIu32 " frames, and the whole track %" PRIu32, name,
                       track->number, track->pregap, track->frames - track->pad);
    return true;
}

static bool parse_lines(struct chd_track_list *list, uint32_t tag, struct dk_error *error)
{
    const struct chd *chd = list->chd;

    for (size_t i = 0; i < chd->metadata_count; i++) {
        if (chd->metadata[i].tag != tag)
            continue;
        if (list->count == DK_TRACKS_MAX)
            return dk_fail(error, DK_ERROR_FORMAT, "%s has more than %d tracks", chd->file->name, DK_TRACKS_MAX);
        if (!parse_text(chd, &chd->metadata[i], &list->tracks[list->count], error))
            return false;
        list->tracks[list->count++].gd = tag == CHD_TAG('C', 'H', 'G', 'D');
    }
    return true;
}

bool chd_parse_tracks(struct chd_track_list *list, struct dk_error *error)
{
    static const uint32_t tags[] = { CHD_TAG('C', 'H', 'G', 'D'), CHD_TAG('C', 'H', 'T', '2'),
                                     CHD_TAG('C', 'H', 'T', 'R') };
    const struct chd_metadata *old = chd_find_metadata(list->chd, CHD_TAG('C', 'H', 'C', 'D'));

    for (size_t i = 0; i < sizeof tags / sizeof *tags && list->count == 0; i++)
        if (!parse_lines(list, tags[i], error))
            return false;
    if (list->count == 0 && old && !parse_old(list, old, error))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (!check_track(list, &list->tracks[i], error))
            return false;
    return list->count > 0 ||
           dk_fail(error, DK_ERROR_FORMAT, "%s has no tracks in its metadata", list->chd->file->name);
}
