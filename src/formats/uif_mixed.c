/* UIF: images that are no ISO. What is packed is a whole Nero image, or the sectors of a CUE sheet that lies behind. */
#include "formats/inner.h"
#include "formats/rows.h"
#include "formats/uif.h"
#include "util/arena.h"

#include <inttypes.h>
#include <string.h>

enum {
    SHEET_MAX = 1 << 20, /* bytes of a CUE sheet */
    SHEET_EXTRA = 4,     /* bytes more in the header of its chunk */
    ENDS_MAX = 2 * 4096, /* where the footer of a Nero image may lie: in one of the last two sectors */
    FOOTER_2 = 12,
    FOOTER_1 = 8,
};

/* ---- A Nero image ---- */

/* Where it ends: behind its footer, which the end of the last sectors may not be. */
static uint64_t end_of_nero(const struct uif *uif, struct dk_store *image)
{
    const uint64_t both = 2 * (uint64_t)uif->sector_size;
    const size_t count = image->size < both ? (size_t)image->size : (size_t)both;
    uint8_t ends[ENDS_MAX];
    struct dk_error error;

    if (!dk_store_read(image, ends, count, image->size - count, &error))
        return image->size;
    for (size_t back = FOOTER_1; back <= count; back++) {
        const uint8_t *at = ends + count - back;

        if (back >= FOOTER_2 && memcmp(at, "NER5", 4) == 0)
            return image->size - back + FOOTER_2;
        if (memcmp(at, "NERO", 4) == 0)
            return image->size - back + FOOTER_1;
    }
    return image->size;
}

static bool read_nero(struct uif *uif, struct dk_store *image, struct dk_error *error)
{
    struct dk_store *nero = dk_store_slice(image, 0, end_of_nero(uif, image), error);
    const bool right = nero && inner_read_as(uif->disc, nero, &format_nrg, NULL, error);

    dk_store_close(nero);
    return right;
}

/* ---- A sheet ---- */

struct text {
    char *bytes;
    size_t size;
};

static bool take_letter(void *context, const uint8_t *letter, struct dk_error *error)
{
    struct text *text = context;

    (void)error;
    text->bytes[text->size++] = (char)*letter;
    return true;
}

static bool read_sheet(struct uif *uif, const struct uif_chunk *chunk, struct dk_store *image, struct dk_error *error)
{
    struct text text = { .bytes = NULL };
    struct dk_store *sheet;
    bool right;

    if (chunk->number > SHEET_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "the sheet in %s is said to have %" PRIu32 " bytes, and %d can be",
                       uif->candidate->path, chunk->number, SHEET_MAX);
    text.bytes = arena_zeroed(uif->disc->arena, chunk->number, 1);
    if (!uif_unpack(uif, chunk, 1, chunk->number, take_letter, &text, error))
        return false;
    sheet = dk_store_from_memory(text.bytes, text.size, uif->candidate->path);
    if (!sheet)
        return dk_fail_errno(error, "cannot open %s", uif->candidate->path);
    right = inner_read_as(uif->disc, sheet, &format_cue, image, error);
    dk_store_close(sheet);
    return right;
}

bool uif_read_mixed(struct uif *uif, struct dk_store *image, struct dk_error *error)
{
    struct uif_chunk tracks, sheet;

    if (!uif_next_chunk(uif, "blms", &tracks, error) || !uif_next_chunk(uif, "blss", &sheet, error))
        return false;
    if (sheet.number == 0)
        return read_nero(uif, image, error);
    if (sheet.packed < SHEET_EXTRA)
        return dk_fail(error, DK_ERROR_DAMAGED, "the sheet in %s has no bytes", uif->candidate->path);
    sheet.data_at += SHEET_EXTRA;
    sheet.packed -= SHEET_EXTRA;
    return read_sheet(uif, &sheet, image, error);
}
