/* Writing images: which sectors of a disc go into a result, and the names of its files. */
#include "formats/writer.h"

#include "util/arena.h"

#include <disckit/cdtext.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool ends_in(const char *path, const char *suffix)
{
    const size_t length = strlen(path), more = strlen(suffix);

    return length > more && path[length - more - 1] == '.' && strcasecmp(path + length - more, suffix) == 0;
}

bool writer_can(const struct writer *writer, const char *suffix, unsigned abilities, struct dk_error *error)
{
    const struct dk_disc *disc = writer->disc;

    if ((disc->medium == DK_MEDIUM_DVD || disc->medium == DK_MEDIUM_BD) && !(abilities & WRITER_DVD))
        return dk_fail(error, DK_ERROR_REFUSED, "%s is an image of a %s, and a .%s holds CDs alone", disc->path,
                       disc->medium == DK_MEDIUM_DVD ? "DVD" : "BD", suffix);
    if (!ends_in(writer->path, suffix) && !(abilities & WRITER_ANY_NAME))
        return dk_fail(error, DK_ERROR_REFUSED,
                       "%s: the files beside a .%s are found by its name, which must end in .%s", writer->path, suffix,
                       suffix);
    if (writer->options->split && !(abilities & WRITER_SPLIT))
        return dk_fail(error, DK_ERROR_REFUSED, "a .%s can't be split into a file a track", suffix);
    if (writer->options->sector == DK_SECTOR_USER && !(abilities & WRITER_SECTOR_2048))
        return dk_fail(error, DK_ERROR_REFUSED, "a .%s has sectors of 2352 bytes: --sector 2048 has no use for it",
                       suffix);
    return true;
}

bool writer_keeps_subchannel(const struct dk_disc *disc)
{
    for (size_t i = 0; i < disc->extent_count; i++)
        if (disc->extents[i].store && disc->extents[i].layout->sub_size)
            return true;
    return false;
}

const uint8_t *writer_packs(const struct writer *writer, size_t *count)
{
    const struct dk_disc *disc = writer->disc;
    const struct dk_cd_text *text = disc->cd_text;
    const uint8_t *packs = text ? text->packs : NULL;

    *count = packs ? text->pack_count : 0;
    if (!text || text->count == 0 || packs)
        return packs;
    *count = dk_cd_text_encode(text, disc->tracks[0].number, disc->tracks[disc->track_count - 1].number, disc->arena,
                               &packs);
    if (*count == 0)
        dk_note(writer->options->notes, DK_NOTE_DAMAGE, "the CD-TEXT of %s does not fit in packs: it is lost",
                disc->path);
    return *count ? packs : NULL;
}

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

/* The pause before a later session is the same on all discs: it is taken only where there is something in it. */
static int32_t begin_of_session(const struct dk_disc *disc, const struct dk_track *track)
{
    const int32_t pause = track->lba - (int32_t)track->pregap;

    return writer_first_full(disc, pause, track->lba) < track->lba ? writer_first_stored(disc, pause, track->lba)
                                                                   : track->lba;
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
            part->begin = begin_of_session(disc, track);
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
    const size_t length = strlen(writer->path);
    const size_t stem = ends_in(writer->path, own) ? length - strlen(own) - 1 : length;
    const size_t size = stem + strlen(suffix) + 1;
    char *path = arena_zeroed(writer->disc->arena, size, 1);

    snprintf(path, size, "%.*s%s", (int)stem, writer->path, suffix);
    return path;
}

char *writer_data_path(const struct writer *writer, const char *own, const struct dk_track *track)
{
    const struct dk_disc *disc = writer->disc;
    char suffix[sizeof " (Track 255).bin"] = ".bin";

    if (writer->options->split && disc->track_count > 1) /* redump.org numbers no track that is alone */
        snprintf(suffix, sizeof suffix, " (Track %0*d).bin", disc->tracks[disc->track_count - 1].number > 9 ? 2 : 1,
                 track->number);
    return writer_path(writer, own, suffix);
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

const char *writer_time(uint64_t sectors, char text[WRITER_TIME])
{
    const unsigned frames = (unsigned)(sectors % DK_FRAMES_A_SECOND);
    const unsigned seconds = (unsigned)(sectors / DK_FRAMES_A_SECOND % 60);

    snprintf(text, WRITER_TIME, "%02" PRIu64 ":%02u:%02u", sectors / DK_FRAMES_A_SECOND / 60, seconds, frames);
    return text;
}
