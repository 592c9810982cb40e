/* What a disc can be converted to, and which of that an output's name means. */
#include "jobs/convert.h"
#include "util/text.h"

#include <disckit/format.h>
#include <stdio.h>
#include <string.h>

enum { IDS = 200 /* bytes of a list of them */ };

/* What only a conversion makes. */
/* What is no row of the formats. */
static const struct dk_target other_targets[] = {
    {
        .id = "flac",
        .name = "FLAC: the sound of audio tracks, a file each, with tags",
        .suffixes = "flac",
        .holds = DK_HOLDS_AUDIO | DK_HOLDS_CD_TEXT | DK_HOLDS_INDEXES | DK_HOLDS_ISRC | DK_HOLDS_MCN | DK_HOLDS_FLAGS,
        .writable = true,
    },
    {
        .id = "wav",
        .name = "WAV: the sound of audio tracks, a file each",
        .suffixes = "wav",
        .holds = DK_HOLDS_AUDIO,
        .writable = true,
    },
    {
        .id = "zst",
        .name = "ISO packed by zstd, read in place",
        .suffixes = "zst",
        .holds = DK_HOLDS_CD_DATA | DK_HOLDS_DVD,
        .codecs = "zstd",
        .readable = true,
        .writable = true,
    },
};

enum { OTHER_TARGETS = sizeof other_targets / sizeof *other_targets };

static const char *const holds_names[] = { "cd-data", "audio",       "dvd",    "sessions", "subchannel", "cd-text",
                                           "indexes", "check-bytes", "tracks", "pregaps",  "isrc",       "mcn",
                                           "form2",   "pause",       "flags",  "hidden" };

const char *dk_holds_name(unsigned bit)
{
    return bit < sizeof holds_names / sizeof *holds_names ? holds_names[bit] : NULL;
}

/* An ISO is written by the conversion itself; the other images by their formats. */
static bool is_iso(const struct dk_format *format)
{
    return strcmp(format->id, "iso") == 0;
}

bool dk_target_at(size_t index, struct dk_target *target)
{
    size_t count = 0;

    while (dk_formats[count])
        count++;
    if (index < count) {
        const struct dk_format *format = dk_formats[index];

        *target = (struct dk_target){
            .id = format->id,
            .name = format->name,
            .suffixes = format->suffixes,
            .holds = format->holds,
            .readable = true,
            .codecs = format->codecs,
            .writable = format->write || format->iso_sink || is_iso(format),
        };
    } else if (index < count + OTHER_TARGETS) {
        *target = other_targets[index - count];
    }
    return index < count + OTHER_TARGETS;
}

/* The first is also that of an ISO which is packed. */
static const struct convert_way ways[] = {
    { "iso", convert_plan_iso, convert_write_iso, convert_verify_iso },
    { "flac", convert_plan_sound, convert_write_flac, convert_verify_flac },
    { "wav", convert_plan_sound, convert_write_wav, convert_verify_wav },
    { NULL, convert_plan_image, convert_write_image, convert_verify_image },
};

static bool is_wanted(const struct convert *convert, const struct dk_target *target)
{
    const char *path = convert->path, *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');

    if (convert->options->to)
        return strcmp(target->id, convert->options->to) == 0;
    if (strcmp(path, "-") == 0)
        return strcmp(target->id, "iso") == 0;
    return dot && text_list_has(target->suffixes, dot + 1, strlen(dot + 1));
}

static bool no_target(const struct convert *convert, struct dk_error *error)
{
    struct dk_target target;
    char ids[IDS] = "";

    for (size_t i = 0; dk_target_at(i, &target); i++)
        if (target.writable)
            snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%s", *ids ? ", " : "", target.id);
    if (convert->options->to)
        return dk_fail(error, DK_ERROR_FORMAT, "'%s' is no format that is written here; there are: %s",
                       convert->options->to, ids);
    return dk_fail(error, DK_ERROR_FORMAT, "the name %s does not say what to write; there are (--to): %s",
                   convert->path, ids);
}

/* What packs the ISO for this target, or NULL. */
static const struct dk_iso_sink *sink_of(const struct dk_target *target)
{
    const struct dk_format *format = dk_format_by_id(target->id);

    if (strcmp(target->id, "zst") == 0)
        return &dk_zst_sink;
    return format ? format->iso_sink : NULL;
}

/* An option that the target has no use for is a misunderstanding, and no result would show it. */
static bool options_fit(const struct convert *convert, struct dk_error *error)
{
    const struct dk_convert_options *options = convert->options;
    const bool is_image = convert->way->write == convert_write_image;

    if (options->split && !is_image)
        return dk_fail(error, DK_ERROR_REFUSED, "--split is for sheets: a .%s has nothing to split",
                       convert->target.id);
    if (options->sector && !is_image)
        return dk_fail(error, DK_ERROR_REFUSED, "--sector is for sheets: a .%s has one size of sectors",
                       convert->target.id);
    if (!convert->target.codecs && (options->packing.level || options->packing.codecs || options->packing.block_size))
        return dk_fail(error, DK_ERROR_REFUSED, "--level, --codec and --block are for what is packed, and a .%s is not",
                       convert->target.id);
    if (options->cut && convert->way->write != convert_write_iso)
        return dk_fail(error, DK_ERROR_REFUSED, "--cut is for an .iso, and a .%s is none", convert->target.id);
    return true;
}

bool convert_find_target(struct convert *convert, struct dk_error *error)
{
    struct dk_target target;
    size_t way = 0;

    for (size_t i = 0; dk_target_at(i, &target); i++)
        if (target.writable && is_wanted(convert, &target)) {
            convert->iso_sink = sink_of(&target);
            while (!convert->iso_sink && ways[way].id && strcmp(ways[way].id, target.id) != 0)
                way++;
            convert->way = &ways[way];
            convert->target = target;
            if (!options_fit(convert, error))
                return false;
            convert->result->target = target.id;
            return true;
        }
    return no_target(convert, error);
}
