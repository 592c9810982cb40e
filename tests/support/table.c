#include "support/table.h"

#include "support/raw.h"
#include "support/suite.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = 16 << 10, WAVE_HEAD = 44 };

static uint8_t *make_part(const struct table_part *part, size_t *size)
{
    *size = (size_t)part->count * part->stored;
    return part->mode == DK_AUDIO ? raw_audio_image(part->count, part->lba, part->stored)
                                  : raw_image(NULL, part->count, part->mode, part->lba, part->stored);
}

uint8_t *table_make_bytes(const struct table_part parts[TABLE_PARTS], size_t *size)
{
    uint8_t *bytes = NULL;
    size_t more;

    *size = 0;
    for (size_t i = 0; i < TABLE_PARTS && parts[i].count; i++) {
        uint8_t *part = make_part(&parts[i], &more);

        bytes = realloc(bytes, *size + more);
        ck_assert_ptr_nonnull(bytes);
        memcpy(bytes + *size, part, more);
        *size += more;
        free(part);
    }
    return bytes;
}

static void swap_pairs(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i + 1 < size; i += 2) {
        const uint8_t first = bytes[i];

        bytes[i] = bytes[i + 1];
        bytes[i + 1] = first;
    }
}

static void put_le32(uint8_t *to, size_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static void make_wave_head(uint8_t head[WAVE_HEAD], size_t size)
{
    static const uint8_t fixed[WAVE_HEAD] = "RIFF....WAVEfmt \x10\0\0\0\1\0\2\0\x44\xAC\0\0\x10\xB1\2\0\4\0\x10\0data";

    memcpy(head, fixed, WAVE_HEAD);
    put_le32(head + 4, size + WAVE_HEAD - 8);
    put_le32(head + 40, size);
}

static void make_file(const struct table_file *file)
{
    uint8_t *bytes = malloc(WAVE_HEAD);
    size_t size = file->kind == TABLE_WAVE ? WAVE_HEAD : 0, more;

    for (size_t i = 0; i < TABLE_PARTS && file->parts[i].count; i++) {
        uint8_t *part = make_part(&file->parts[i], &more);

        if (file->kind == TABLE_SWAPPED && file->parts[i].mode == DK_AUDIO)
            swap_pairs(part, more);
        bytes = realloc(bytes, size + more);
        ck_assert_ptr_nonnull(bytes);
        memcpy(bytes + size, part, more);
        size += more;
        free(part);
    }
    if (file->kind == TABLE_WAVE)
        make_wave_head(bytes, size - WAVE_HEAD);
    suite_file(file->name, bytes, size - file->cut);
    free(bytes);
}

void table_make_files(const struct table_file *files)
{
    for (size_t i = 0; i < TABLE_FILES && files[i].name; i++)
        make_file(&files[i]);
}

static void put_track(FILE *to, const struct dk_track *track)
{
    const int control = track->control & ~DK_CONTROL_DATA;

    fprintf(to, "%d/%d %s %" PRId32 "+%" PRIu32 " stored %d", track->session, track->number, dk_mode_name(track->mode),
            track->lba, track->count, track->stored);
    if (track->pregap)
        fprintf(to, " pregap %" PRIu32, track->pregap);
    if (track->postgap)
        fprintf(to, " postgap %" PRIu32, track->postgap);
    if (control)
        fprintf(to, " control %d", control);
    if (*track->isrc)
        fprintf(to, " %s", track->isrc);
    for (size_t i = 0; i < track->index_count; i++)
        fprintf(to, " %d@%" PRId32, track->indexes[i].number, track->indexes[i].lba);
    fputs(track->missing ? " missing\n" : "\n", to);
}

const char *table_text(const struct dk_disc *disc)
{
    static char texts[2][TEXT_SIZE];
    static int turn;
    char *text = texts[turn++ % 2];
    FILE *to = fmemopen(text, TEXT_SIZE, "w");

    for (size_t i = 0; i < disc->track_count; i++) {
        const struct dk_track *track = &disc->tracks[i];

        put_track(to, track);
        if (i + 1 == disc->track_count || disc->tracks[i + 1].session != track->session)
            fprintf(to, "out %" PRId32 "\n", dk_disc_lead_out(disc, track->session));
    }
    fclose(to);
    return text;
}

static void make_expected(const struct dk_extent *extent, int32_t lba, uint8_t raw[DK_SECTOR_RAW])
{
    if (extent->mode == DK_AUDIO && extent->store)
        raw_audio_sector(raw, lba);
    else if (extent->mode == DK_AUDIO)
        memset(raw, 0, DK_SECTOR_RAW);
    else /* of Mode 2 the recipes know Form 1 alone where the extent leaves the form open */
        raw_sector(raw, extent->mode == DK_MODE2 ? DK_MODE2_FORM1 : extent->mode, lba, NULL, NULL);
}

void table_check_sectors(const struct dk_disc *disc)
{
    uint8_t raw[DK_SECTOR_RAW], wanted[DK_SECTOR_RAW];
    struct dk_error error;

    for (size_t i = 0; i < disc->extent_count; i++) {
        const struct dk_extent *extent = &disc->extents[i];

        for (uint32_t j = 0; j < extent->count; j++) {
            const int32_t lba = extent->lba + (int32_t)j;

            ck_assert_msg(dk_source_read(disc->source, lba, 1, DK_FORM_RAW, raw, &error) == 1, "LBA %d: %s", lba,
                          error.text);
            make_expected(extent, lba, wanted);
            ck_assert_msg(memcmp(raw, wanted, sizeof raw) == 0, "LBA %d has another sector", lba);
        }
    }
}

static bool read_raw(const struct dk_disc *disc, int32_t lba, uint8_t raw[DK_SECTOR_RAW])
{
    struct dk_error error;

    return dk_source_read(disc->source, lba, 1, DK_FORM_RAW, raw, &error) == 1;
}

void table_check_same(const struct dk_disc *one, const struct dk_disc *other)
{
    const int32_t end = dk_disc_end(one);
    uint8_t raw[2][DK_SECTOR_RAW];

    ck_assert_str_eq(table_text(other), table_text(one));
    ck_assert_str_eq(other->mcn, one->mcn);
    for (int32_t lba = 0; lba < end; lba++) {
        const bool there = read_raw(one, lba, raw[0]);

        if (!there && !dk_disc_extent_at(one, lba)) /* between sessions */
            continue;
        ck_assert_msg(there == read_raw(other, lba, raw[1]), "LBA %d is in one alone", lba);
        if (there)
            ck_assert_msg(memcmp(raw[0], raw[1], sizeof raw[0]) == 0, "LBA %d differs", lba);
    }
}

bool table_has_note(const struct dk_notes *notes, enum dk_note_kind kind, const char *words)
{
    for (size_t i = 0; i < notes->count; i++)
        if (notes->items[i].kind == kind && strstr(notes->items[i].text, words))
            return true;
    return false;
}
