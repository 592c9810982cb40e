/* Side files: which of them lie beside an image, and what the records of .sbi and .lsd say. */
#include "formats/side.h"
#include "formats/beside.h"
#include "formats/same_name.h"
#include "formats/side_store.h"
#include "formats/subchannel.h"
#include "util/arena.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIDE_MAX = 1 << 20, /* bytes of .sbi and .lsd; protections have some 32 odd sectors */
    SBI_HEAD = 4,
    LSD_RECORD = 15,
    VOTERS = 256, /* sectors of a .sub that tell its order */
};

static const char *const suffixes[] = { ".sub", ".sbi", ".lsd" };

bool side_is_name(const char *path)
{
    const char *stem;
    const size_t length = beside_stem(path, &stem);

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (stem[length] == '.' && same_name(stem + length, suffixes[i]))
            return true;
    return false;
}

/* The file of this suffix beside the image; NULL: there is none. */
static struct dk_store *open_side(const struct dk_candidate *candidate, struct dk_disc *disc, const char *suffix)
{
    const char *stem;
    const size_t length = beside_stem(candidate->path, &stem), size = length + strlen(suffix) + 1;
    char *name = arena_zeroed(disc->arena, size, 1);
    struct dk_error error;

    snprintf(name, size, "%.*s%s", (int)length, stem, suffix);
    return dk_open_beside(candidate, name, false, NULL, &error);
}

/* ---- .sub ---- */

/* Sectors that files hold, in a row. */
static uint64_t stored_sectors(const struct dk_disc *disc)
{
    uint64_t sectors = 0;

    for (size_t i = 0; i < disc->extent_count; i++)
        sectors += disc->extents[i].store ? disc->extents[i].count : 0;
    return sectors;
}

/*
 * Most have a place for every sector from LBA 0 on, others for those that the image stores. A subtitle of a film has
 * this suffix, too.
 */
static void attach_sub(struct dk_disc *disc, struct dk_store *sub)
{
    const uint64_t sectors = sub->size / DK_SUBCHANNEL, stored = stored_sectors(disc);
    const bool by_lba = sectors >= (uint64_t)dk_disc_end(disc) && disc->session_count == 1;
    const struct subchannel_votes votes =
        subchannel_vote(sub, 0, DK_SUBCHANNEL, sectors < VOTERS ? (uint32_t)sectors : VOTERS);

    if (votes.linear == votes.interleaved) {
        dk_note(&disc->notes, DK_NOTE_GUESS, "%s has no Q that is right: it is not used", sub->name);
    } else if (!by_lba && sectors != stored) {
        dk_note(&disc->notes, DK_NOTE_ODD,
                "%s has the subchannel of %" PRIu64 " sectors, and the image has %" PRIu64 ": it is not used",
                sub->name, sectors, stored);
    } else {
        side_give_sub(disc, sub, votes.linear > votes.interleaved ? DK_SUB_LINEAR : DK_SUB_INTERLEAVED, by_lba);
        dk_note(&disc->notes, DK_NOTE_GUESS, "%s beside it has its subchannel", sub->name);
    }
}

/* ---- .sbi and .lsd ---- */

/* An absolute time in BCD. */
static bool read_lba(struct cursor *cursor, int32_t *lba)
{
    uint8_t bcd[3];
    struct dk_msf msf;

    for (int i = 0; i < 3; i++) {
        bcd[i] = cursor_u8(cursor);
        if ((bcd[i] & 15) > 9 || bcd[i] >> 4 > 9)
            return false;
    }
    msf = (struct dk_msf){ (uint8_t)dk_of_bcd(bcd[0]), (uint8_t)dk_of_bcd(bcd[1]), (uint8_t)dk_of_bcd(bcd[2]) };
    *lba = dk_lba_of_msf(msf);
    return msf.second < 60 && msf.frame < DK_FRAMES_A_SECOND;
}

/* What the record of each type has of Q; its CRC is wrong on the disc. */
static const struct {
    uint8_t type, from, count;
} sbi_types[] = { { 1, 0, 10 }, { 2, 3, 3 }, { 3, 7, 3 } };

static bool read_sbi_record(struct cursor *cursor, struct side_patch *patch)
{
    uint8_t type;

    *patch = (struct side_patch){ .wrong_crc = true };
    if (!read_lba(cursor, &patch->lba))
        return false;
    type = cursor_u8(cursor);
    for (size_t i = 0; i < sizeof sbi_types / sizeof *sbi_types; i++)
        if (sbi_types[i].type == type) {
            const uint8_t *bytes = cursor_bytes(cursor, sbi_types[i].count);

            patch->from = sbi_types[i].from;
            patch->count = sbi_types[i].count;
            if (bytes)
                memcpy(patch->q, bytes, patch->count);
            return bytes != NULL;
        }
    return false;
}

static bool read_lsd_record(struct cursor *cursor, struct side_patch *patch)
{
    const uint8_t *bytes;

    *patch = (struct side_patch){ .count = 12 };
    if (!read_lba(cursor, &patch->lba))
        return false;
    bytes = cursor_bytes(cursor, patch->count);
    if (bytes)
        memcpy(patch->q, bytes, patch->count);
    return bytes != NULL;
}

static int by_lba(const void *a, const void *b)
{
    const int32_t left = ((const struct side_patch *)a)->lba, right = ((const struct side_patch *)b)->lba;

    return (left > right) - (left < right);
}

static void attach_patches(struct dk_disc *disc, struct dk_store *file, struct cursor cursor,
                           bool (*read)(struct cursor *cursor, struct side_patch *patch))
{
    const size_t size = cursor_left(&cursor);
    struct side_patch *patches = arena_zeroed(disc->arena, size / 7 + 1, sizeof *patches); /* 3, 1, and 3 bytes of Q */
    size_t count = 0, kept = 0;

    while (cursor_left(&cursor)) {
        const size_t at = (size_t)file->size - cursor_left(&cursor);

        if (!read(&cursor, &patches[count])) {
            dk_note(&disc->notes, DK_NOTE_DAMAGE, "%s: the record at byte %zu is none: it and what follows is left out",
                    file->name, at);
            break;
        }
        count++;
    }
    qsort(patches, count, sizeof *patches, by_lba);
    kept = side_give_patches(disc, patches, count);
    dk_note(&disc->notes, DK_NOTE_GUESS, "%s beside it has the Q of %zu sectors", file->name, kept);
    if (kept < count)
        dk_note(&disc->notes, DK_NOTE_ODD,
                "%s has the Q of %zu sectors that the image does not have, or twice: it is left out", file->name,
                count - kept);
}

static void attach_file(struct dk_disc *disc, struct dk_store *file, bool is_sbi)
{
    struct dk_error error;
    uint8_t *bytes;

    if (file->size > SIDE_MAX || (is_sbi ? file->size < SBI_HEAD : file->size == 0 || file->size % LSD_RECORD)) {
        dk_note(&disc->notes, DK_NOTE_ODD, "%s has %" PRIu64 " bytes, which no file of its kind has: it is not used",
                file->name, file->size);
        return;
    }
    bytes = arena_zeroed(disc->arena, (size_t)file->size + 1, 1);
    if (!dk_store_read(file, bytes, (size_t)file->size, 0, &error))
        dk_note(&disc->notes, DK_NOTE_DAMAGE, "%s is not used: %s", file->name, error.text);
    else if (is_sbi && memcmp(bytes, "SBI\0", SBI_HEAD) != 0)
        dk_note(&disc->notes, DK_NOTE_ODD, "%s does not begin with SBI: it is not used", file->name);
    else if (is_sbi)
        attach_patches(disc, file, cursor_over(bytes + SBI_HEAD, (size_t)file->size - SBI_HEAD), read_sbi_record);
    else
        attach_patches(disc, file, cursor_over(bytes, (size_t)file->size), read_lsd_record);
}

/* ---- All of them ---- */

static bool keeps_subchannel(const struct dk_disc *disc)
{
    for (size_t i = 0; i < disc->extent_count; i++)
        if (disc->extents[i].store && disc->extents[i].layout->sub_size)
            return true;
    return false;
}

void side_take(struct dk_disc *disc, struct dk_store *file, const char *suffix)
{
    if (strcmp(suffix, ".sub") == 0)
        attach_sub(disc, file);
    else
        attach_file(disc, file, strcmp(suffix, ".sbi") == 0);
}

void side_attach(const struct dk_candidate *candidate, struct dk_disc *disc)
{
    struct dk_store *file;

    if (disc->medium != DK_MEDIUM_CD || keeps_subchannel(disc))
        return;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes && !keeps_subchannel(disc); i++) {
        file = open_side(candidate, disc, suffixes[i]);
        if (file)
            side_take(disc, file, suffixes[i]);
        dk_store_close(file);
    }
}
