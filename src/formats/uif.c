/*
 * UIF: MagicISO's images. No layout was ever published; it is known from uif2iso, which took it from the program. The
 * end of the file leads to a table of blocks; behind it, in images that are no ISO, lie tables of tracks. All numbers
 * are little-endian.
 */
#include "formats/uif.h"
#include "formats/inner.h"
#include "formats/rows.h"
#include "util/checked.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <string.h>

enum {
    TRAILER = 64,
    CHUNK_HEADER = 16,
    CHUNK_COUNTED = 8, /* bytes of its header that the size of a chunk counts */
    SECTOR_MAX = 4096,
};

enum image_type { IMAGE_ISO = 8, IMAGE_MIXED = 9 };

static int uif_probe(const struct dk_candidate *candidate)
{
    if (candidate->tail_size < TRAILER)
        return 0;
    return memcmp(candidate->tail + candidate->tail_size - TRAILER, "bbis", 4) == 0 ? 95 : 0;
}

static bool read_trailer(struct uif *uif, struct dk_error *error)
{
    const struct dk_candidate *candidate = uif->candidate;
    struct cursor cursor = cursor_over(candidate->tail + candidate->tail_size - TRAILER, TRAILER);
    uint16_t type;

    cursor_skip(&cursor, 10); /* sign, size, version */
    type = cursor_le16(&cursor);
    cursor_skip(&cursor, 4);
    uif->sectors = cursor_le32(&cursor);
    uif->sector_size = cursor_le32(&cursor);
    cursor_skip(&cursor, 4);
    uif->chunk_at = cursor_le64(&cursor);
    uif->mixed = type == IMAGE_MIXED;
    if (type != IMAGE_ISO && type != IMAGE_MIXED)
        dk_note(&uif->disc->notes, DK_NOTE_ODD, "the image is of type %u, which nobody has seen: it is read as an ISO",
                type);
    if (uif->sectors == 0 || uif->sector_size == 0 || uif->sector_size > SECTOR_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s says that it has %" PRIu32 " sectors of %" PRIu32 " bytes",
                       candidate->path, uif->sectors, uif->sector_size);
    return true;
}

bool uif_next_chunk(struct uif *uif, const char *sign, struct uif_chunk *chunk, struct dk_error *error)
{
    struct dk_store *store = uif->candidate->store;
    uint8_t header[CHUNK_HEADER];
    struct cursor cursor = cursor_over(header, sizeof header);
    uint32_t size;

    if (!range_inside(uif->chunk_at, sizeof header, store->size))
        return dk_fail(error, DK_ERROR_DAMAGED, "the chunk '%s' of %s is said to be at byte %" PRIu64 " of %ju", sign,
                       uif->candidate->path, uif->chunk_at, (uintmax_t)store->size);
    if (!dk_store_read(store, header, sizeof header, uif->chunk_at, error))
        return false;
    if (memcmp(header, "bsdr", 4) == 0)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s is an UIF image that is encrypted with a password, which is not read: MagicISO opens it",
                       uif->candidate->path);
    if (memcmp(cursor_bytes(&cursor, 4), sign, 4) != 0)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s has no chunk '%s' at byte %" PRIu64, uif->candidate->path, sign,
                       uif->chunk_at);
    size = cursor_le32(&cursor);
    cursor_skip(&cursor, 4);
    chunk->number = cursor_le32(&cursor);
    chunk->data_at = uif->chunk_at + CHUNK_HEADER;
    chunk->packed = size - CHUNK_COUNTED;
    if (size < CHUNK_COUNTED || !range_inside(chunk->data_at, chunk->packed, store->size))
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "the chunk '%s' at byte %" PRIu64 " of %s has %" PRIu32 " bytes, which the file has not", sign,
                       uif->chunk_at, uif->candidate->path, size);
    uif->chunk_at = chunk->data_at + chunk->packed;
    return true;
}

static bool uif_read(const struct dk_candidate *candidate, struct dk_disc *disc, struct dk_error *error)
{
    struct uif uif = { .candidate = candidate, .disc = disc };
    struct dk_store *image = read_trailer(&uif, error) ? uif_open_blocks(&uif, error) : NULL;
    const bool right = image && (uif.mixed ? uif_read_mixed(&uif, image, error) : inner_read(disc, image, error));

    dk_store_close(image);
    return right;
}

const struct dk_format format_uif = {
    .id = "uif",
    .name = "MagicISO's compressed image",
    .suffixes = "uif",
    .holds = DK_HOLDS_CD_DATA | DK_HOLDS_AUDIO | DK_HOLDS_DVD | DK_HOLDS_CHECK_BYTES | DK_HOLDS_TRACKS |
             DK_HOLDS_PREGAPS | DK_HOLDS_FORM2,
    .probe = uif_probe,
    .read = uif_read,
};
