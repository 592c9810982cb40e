/* Writing images: which sectors of a disc go into a result, and the names of its files. */
#include "formats/writer.h"

#include "util/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- Which sectors ---- */

int32_t writer_first_stored(const struct dk_disc *disc, int64_t from, int32_t to)
{
    for (size_t i = 0; i < disc->extent_count; i++) {
        const struct dk_extent *extent = &disc->extents[i];

        if (extent->store && extent->lba < to && (int64_t)extent->lba + extent->count > from)
            return extent->lba > from ? extent->lba : (int32_t)from;
    }
    return to;
}

static bool is_empty_sector(const struct dk_disc *disc, const struct dk_extent *extent, int32_t lba)
{
    const enum dk_form form = extent->mode == DK_AUDIO ? DK_FORM_RAW : DK_FORM_USER;
    uint8_t sector[DK_SECTOR_RAW];
    struct dk_error error;

    return dk_source_read(disc->source, lba, 1, form, sector, &error) == 1 && sector[0] == 0 &&
           memcmp(sector, sector + 1, dk_form_size(form) - 1) == 0;
}

int32_t writer_first_full(const struct dk_disc *disc, int32_t lba, int32_t end)
{
    for (lba = writer_first_stored(disc, lba, end); lba < end; lba = writer_first_stored(disc, lba + 1, end))
        if (!is_empty_sector(disc, dk_disc_extent_at(disc, lba), lba))
            break;
    return lba;
}

static int32_t begin_of_first(const struct dk_disc *disc, const struct dk_track *track)
{
    if (track->lba <= 0)
        return track->lba;
    return disc->extent_count == 0 || dk_disc_extent_at(disc, 0) ? 0 : writer_first_stored(disc, 0, track->lba);
}

bool writer_parts(const struct dk_disc *disc, struct writer_part parts[DK_TRACKS_MAX], struct dk_error *error)
{
    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];
        struct writer_part *part = &parts[i];

        if (track->missing)
            return dk_fail(error, DK_ERROR_MISSING, "track %d of %s is not there", track->number, disc->path);
        *part = (struct writer_part){ .track = track, .opens_session = i == 0 || track->session != track[-1].session };
        if (i == 0)
            part->begin = begin_of_first(disc, track);
        else if (part->opens_session)
            part->begin = writer_first_stored(disc, (int64_t)track->lba - track->pregap, track->lba);
        else
            part->begin = part[-1].end;
        part->stored = writer_first_stored(disc, part->begin, track->lba);
        part->end = (int32_t)(track->lba + track->count + track->postgap);
    }
    return true;
}

/* ---- Files ---- */

char *writer_path(const struct writer *writer, const char *own, const char *suffix)
{
    const size_t length = strlen(writer->path), more = strlen(own);
    const bool has_own = length > more + 1 && writer->path[length - more - 1] == '.' &&
                         strcasecmp(writer->path + length - more, own) == 0;
    const size_t stem = has_own ? length - more - 1 : length, size = stem + strlen(suffix) + 1;
    char *path = arena_zeroed(writer->disc->arena, size, 1);

    snprintf(path, size, "%.*s%s", (int)stem, writer->path, suffix);
    return path;
}

const char *writer_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool writer_print(struct dk_output_file *to, struct dk_error *error, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    int length;
    bool right;

    va_start(arguments, format);
    length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return dk_fail_errno(error, "cannot write %s", dk_output_path(to));
    right = dk_output_write(to, text, (size_t)length, error);
    free(text);
    return right;
}
