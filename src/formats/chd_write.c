/* CHD: writing a disc: its sectors as frames of 2448 bytes, or as bare sectors of a DVD. */
#include "formats/chd_write.h"
#include "formats/chd_codec.h"
#include "formats/chd_plan.h"

#include "util/arena.h"

#include <disckit/format.h>
#include <string.h>

enum {
    CD_HUNK = 8 * CHD_FRAME,
    DVD_HUNK = 2 * DK_SECTOR_USER,
    HUNK_MAX = 16 << 20,
    AT_ONCE = 16, /* frames */
};

/* ---- What is asked for ---- */

static const char *all_codecs(bool cd, char *list, size_t size)
{
    char text[24];

    *list = '\0';
    for (const struct chd_codec *codec = chd_codecs; codec->tag; codec++)
        if (cd == (codec->subcode != NULL)) {
            strncat(list, *list ? ", " : "", size - strlen(list) - 1);
            strncat(list, chd_tag_text(codec->tag, text), size - strlen(list) - 1);
        }
    return list;
}

static uint32_t tag_of(const char *word, size_t length)
{
    const uint8_t *at = (const uint8_t *)word;

    return length == 4 ? CHD_TAG(at[0], at[1], at[2], at[3]) : 0;
}

/* "cdlz,cdfl": up to four, in the order of the slots; "none" is no compression, which is not written. */
static bool parse_codecs(const char *words, bool cd, struct chd_packing *packing, struct dk_error *error)
{
    char list[80];

    for (size_t count = 0; *words; count++) {
        const size_t length = strcspn(words, ",");
        const struct chd_codec *codec = chd_codec_find(tag_of(words, length));

        if (!codec || cd != (codec->subcode != NULL))
            return dk_fail(error, DK_ERROR_REFUSED, "'%.*s' is no codec for a %s; there are: %s", (int)length, words,
                           cd ? "CD" : "DVD", all_codecs(cd, list, sizeof list));
        if (count == CHD_CODECS)
            return dk_fail(error, DK_ERROR_REFUSED, "a .chd takes no more than %d codecs", CHD_CODECS);
        packing->codecs[count] = codec->tag;
        words += length + (words[length] == ',');
    }
    return packing->codecs[0] || dk_fail(error, DK_ERROR_REFUSED, "a .chd is not written without a codec");
}

static bool parse_options(const struct dk_packing_options *options, bool cd, struct chd_packing *packing,
                          struct dk_error *error)
{
    static const enum chd_effort efforts[] = {
        [DK_LEVEL_DEFAULT] = CHD_NORMAL,
        [DK_LEVEL_FAST] = CHD_FAST,
        [DK_LEVEL_MAX] = CHD_MOST,
    };
    const uint32_t unit = cd ? CHD_FRAME : DK_SECTOR_USER;
    const char *const usual = cd ? "cdlz,cdzl,cdfl" : "lzma,zlib,huff,flac";

    packing->effort = efforts[options->level];
    packing->threads = options->threads;
    packing->hunk_size = options->block_size ? options->block_size : cd ? CD_HUNK : DVD_HUNK;
    if (packing->hunk_size % unit != 0 || packing->hunk_size > HUNK_MAX)
        return dk_fail(error, DK_ERROR_REFUSED, "hunks of %u bytes: a .chd of a %s takes multiples of %u up to %d",
                       packing->hunk_size, cd ? "CD" : "DVD", unit, HUNK_MAX);
    return parse_codecs(options->codecs ? options->codecs : usual, cd, packing, error);
}

/* ---- CDs ---- */

struct frames {
    struct chd_file *file;
    const struct chd_planned *track;
};

static void make_frame(const struct chd_planned *track, const uint8_t *sector, uint8_t frame[CHD_FRAME])
{
    const size_t size = (size_t)(track->kind->to - track->kind->from);

    if (track->form != DK_FORM_USER) /* else the kind's part is all that there is */
        sector += track->kind->from;
    if (track->kind->mode == DK_AUDIO) {
        for (size_t i = 0; i < size; i += 2) {
            frame[i] = sector[i + 1];
            frame[i + 1] = sector[i];
        }
    } else {
        memcpy(frame, sector, size);
    }
    memset(frame + size, 0, CHD_FRAME - size);
    if (track->subcode)
        dk_sub_to_interleaved(sector + DK_SECTOR_RAW, frame + CHD_FRAME_SUBCODE);
}

static bool take_sectors(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    const struct frames *frames = context;
    const size_t size = dk_form_size(frames->track->form);
    uint8_t made[AT_ONCE * CHD_FRAME];

    (void)lba;
    while (count) {
        const uint32_t piece = count < AT_ONCE ? count : AT_ONCE;

        for (uint32_t i = 0; i < piece; i++, bytes += size)
            make_frame(frames->track, bytes, made + (size_t)i * CHD_FRAME);
        if (!chd_file_add(frames->file, made, (size_t)piece * CHD_FRAME, error))
            return false;
        count -= piece;
    }
    return true;
}

static bool add_zero_frames(struct chd_file *file, uint32_t count, struct dk_error *error)
{
    static const uint8_t zeros[AT_ONCE * CHD_FRAME];

    for (; count; count -= count < AT_ONCE ? count : AT_ONCE)
        if (!chd_file_add(file, zeros, (size_t)(count < AT_ONCE ? count : AT_ONCE) * CHD_FRAME, error))
            return false;
    return true;
}

static bool add_track(struct writer *writer, struct chd_file *file, const struct chd_planned *track,
                      struct dk_error *error)
{
    struct frames frames = { file, track };

    return writer_read(writer, track->first, track->frames, track->form, take_sectors, &frames, error) &&
           add_zero_frames(file, chd_padding(track), error);
}

static bool write_tracks(struct writer *writer, const struct chd_plan *plan, struct chd_file *file,
                         struct dk_error *error)
{
    if (!chd_plan_metadata(plan, file, chd_dkct_write(writer, plan), error))
        return false;
    for (size_t i = 0; i < plan->count; i++)
        if (!add_track(writer, file, &plan->tracks[i], error))
            return false;
    return chd_file_finish(file, error);
}

static bool write_cd(struct writer *writer, const struct chd_packing *packing, struct dk_error *error)
{
    struct chd_plan *plan = arena_zeroed(writer->disc->arena, 1, sizeof *plan);
    struct dk_output_file *to;
    struct chd_file *file;
    uint64_t frames = 0;
    bool right;

    if (!chd_plan_cd(writer, plan, error))
        return false;
    for (size_t i = 0; i < plan->count; i++)
        frames += plan->tracks[i].frames + (uint64_t)chd_padding(&plan->tracks[i]);
    writer->total = plan->sectors;
    to = dk_output_add(writer->output, writer->path, error);
    file = to ? chd_file_new(packing, CHD_FRAME, to, frames * CHD_FRAME, error) : NULL;
    right = file && write_tracks(writer, plan, file, error);
    chd_file_free(file);
    return right;
}

/* ---- DVDs ---- */

static bool take_user_data(void *context, int32_t lba, uint32_t count, const uint8_t *bytes, struct dk_error *error)
{
    (void)lba;
    return chd_file_add(context, bytes, (size_t)count * DK_SECTOR_USER, error);
}

static bool write_dvd(struct writer *writer, const struct chd_packing *packing, struct dk_error *error)
{
    const struct dk_track *track = &writer->disc->tracks[0];
    struct dk_output_file *to;
    struct chd_file *file;
    bool right;

    if (writer->disc->track_count != 1 || track->mode == DK_AUDIO || track->missing)
        return dk_fail(error, DK_ERROR_REFUSED, "%s is of a %s, and has more than one track of data",
                       writer->disc->path, dk_medium_name(writer->disc->medium));
    if (writer->options->sector == DK_SECTOR_RAW)
        return dk_fail(error, DK_ERROR_REFUSED, "a DVD has sectors of 2048 bytes: --sector 2352 has no use for it");
    writer->total = track->count;
    to = dk_output_add(writer->output, writer->path, error);
    file = to ? chd_file_new(packing, DK_SECTOR_USER, to, (uint64_t)track->count * DK_SECTOR_USER, error) : NULL;
    right = file && chd_file_metadata(file, CHD_TAG('D', 'V', 'D', ' '), true, "", 1, true, error) &&
            writer_read(writer, track->lba, track->count, DK_FORM_USER, take_user_data, file, error) &&
            chd_file_finish(file, error);
    chd_file_free(file);
    return right;
}

bool chd_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error)
{
    struct writer writer = { .disc = disc, .path = path, .options = options, .output = output };
    const bool cd = disc->medium != DK_MEDIUM_DVD && disc->medium != DK_MEDIUM_BD;
    struct chd_packing packing = { .hunk_size = 0 };

    return writer_can(&writer, "chd", WRITER_DVD | WRITER_SECTOR_2048 | WRITER_ANY_NAME, error) &&
           parse_options(&options->packing, cd, &packing, error) &&
           (cd ? write_cd(&writer, &packing, error) : write_dvd(&writer, &packing, error));
}
