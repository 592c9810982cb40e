/* UIF: the table of blocks, a zlib stream that is unpacked entry by entry, since nothing in it can be trusted. */
#include "formats/uif.h"
#include "util/checked.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <zlib.h>

enum {
    ENTRY = 24,
    INPUT = 16 << 10,
};

enum block_type { BLOCK_PLAIN = 1, BLOCK_ZEROS = 3, BLOCK_ZLIB = 5 };

/* ---- Unpacking ---- */

struct unpacking {
    const struct uif *uif;
    uint64_t at, left; /* what is to be read of the file */
    z_stream z;
    uint8_t input[INPUT];
};

static bool fill_input(struct unpacking *unpacking, struct dk_error *error)
{
    const size_t count = unpacking->left < INPUT ? (size_t)unpacking->left : INPUT;

    if (!dk_store_read(unpacking->uif->candidate->store, unpacking->input, count, unpacking->at, error))
        return false;
    unpacking->at += count;
    unpacking->left -= count;
    unpacking->z.next_in = unpacking->input;
    unpacking->z.avail_in = (unsigned)count;
    return true;
}

/* Fills `piece`, or as much of it as there is: then `*ended` is set. */
static bool unpack_piece(struct unpacking *unpacking, uint8_t *piece, size_t size, bool *ended, struct dk_error *error)
{
    z_stream *z = &unpacking->z;

    z->next_out = piece;
    z->avail_out = (unsigned)size;
    while (z->avail_out && !*ended) {
        int result;

        if (z->avail_in == 0 && unpacking->left && !fill_input(unpacking, error))
            return false;
        result = inflate(z, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END)
            return dk_fail(error, DK_ERROR_DAMAGED, "the zlib stream before byte %" PRIu64 " of %s is wrong",
                           unpacking->at, unpacking->uif->candidate->path);
        *ended = result == Z_STREAM_END;
    }
    return true;
}

bool uif_unpack(const struct uif *uif, const struct uif_chunk *chunk, size_t piece, uint64_t most, uif_take *take,
                void *context, struct dk_error *error)
{
    struct unpacking unpacking = { .uif = uif, .at = chunk->data_at, .left = chunk->packed };
    bool right = inflateInit(&unpacking.z) == Z_OK || dk_fail(error, DK_ERROR_SYSTEM, "no memory is left");
    uint8_t bytes[UIF_PIECE_MAX];
    bool ended = false;

    for (uint64_t done = 0; right && !ended && done + piece <= most; done += piece) {
        right = unpack_piece(&unpacking, bytes, piece, &ended, error);
        if (right && unpacking.z.avail_out == 0)
            right = take(context, bytes, error);
    }
    inflateEnd(&unpacking.z);
    return right;
}

/* ---- Blocks ---- */

static const struct wrapped_codec codecs[] = {
    { .name = "zlib", .codec = &dk_codec_zlib },
    { .name = NULL },
};

struct table {
    const struct uif *uif;
    struct wrapped *wrapped;
    uint64_t sector; /* that is next */
    uint64_t stored; /* bytes of all blocks up to here */
    uint32_t count;  /* of entries up to here */
};

struct entry {
    uint64_t offset;
    uint32_t length, sector, sectors, type;
};

/* Blocks rise, stay within the image, and do not share their bytes: so a small file has no endless table. */
static bool check_entry(struct table *table, const struct entry *entry, struct dk_error *error)
{
    const struct uif *uif = table->uif;

    if (entry->sector < table->sector || !range_inside(entry->sector, entry->sectors, uif->sectors))
        return dk_fail(error, DK_ERROR_FORMAT,
                       "entry %" PRIu32 " of the table of %s is of %" PRIu32 " sectors from sector %" PRIu32
                       " on; %" PRIu64 " to %" PRIu32 " are left",
                       table->count, uif->candidate->path, entry->sectors, entry->sector, table->sector, uif->sectors);
    if (entry->type != BLOCK_ZEROS)
        table->stored += entry->length ? entry->length : 1;
    if (table->stored > uif->candidate->store->size)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "the blocks up to entry %" PRIu32 " of the table of %s have more bytes than the file",
                       table->count, uif->candidate->path);
    return true;
}

/* Sectors that are in no block, up to `sector`. */
static bool fill_gap(struct table *table, uint64_t sector, struct dk_error *error)
{
    if (sector > table->sector)
        dk_note(&table->uif->disc->notes, DK_NOTE_DAMAGE,
                "the table has no block for the sectors %" PRIu64 " to %" PRIu64 ": they are taken as zeros",
                table->sector, sector - 1);
    return wrapped_add(table->wrapped, (sector - table->sector) * table->uif->sector_size, WRAPPED_ZEROS, 0, 0, error);
}

static bool add_block(struct table *table, const struct entry *entry, struct dk_error *error)
{
    const uint64_t size = (uint64_t)entry->sectors * table->uif->sector_size;
    const uint64_t plain = entry->length < size ? entry->length : size;

    switch (entry->type) {
    case BLOCK_PLAIN: /* what it is short of are zeros */
        return wrapped_add(table->wrapped, plain, WRAPPED_RAW, entry->offset, plain, error) &&
               wrapped_add(table->wrapped, size - plain, WRAPPED_ZEROS, 0, 0, error);
    case BLOCK_ZEROS:
        return wrapped_add(table->wrapped, size, WRAPPED_ZEROS, 0, 0, error);
    case BLOCK_ZLIB:
        return wrapped_add(table->wrapped, size, WRAPPED_CODED, entry->offset, entry->length, error);
    default:
        return wrapped_add(table->wrapped, size, WRAPPED_BAD, entry->offset, entry->length, error);
    }
}

static bool take_entry(void *context, const uint8_t *bytes, struct dk_error *error)
{
    struct table *table = context;
    struct cursor cursor = cursor_over(bytes, ENTRY);
    struct entry entry;

    entry.offset = cursor_le64(&cursor);
    entry.length = cursor_le32(&cursor);
    entry.sector = cursor_le32(&cursor);
    entry.sectors = cursor_le32(&cursor);
    entry.type = cursor_le32(&cursor);
    if (!check_entry(table, &entry, error) || !fill_gap(table, entry.sector, error) || !add_block(table, &entry, error))
        return false;
    table->sector = (uint64_t)entry.sector + entry.sectors;
    table->count++;
    return true;
}

static bool read_table(struct table *table, struct uif *uif, struct dk_error *error)
{
    struct uif_chunk chunk;

    if (!uif_next_chunk(uif, "blhr", &chunk, error) ||
        !uif_unpack(uif, &chunk, ENTRY, (uint64_t)chunk.number * ENTRY, take_entry, table, error))
        return false;
    if (table->count < chunk.number)
        return dk_fail(error, DK_ERROR_DAMAGED, "the table of blocks of %s ends after entry %" PRIu32 " of %" PRIu32,
                       uif->candidate->path, table->count, chunk.number);
    return fill_gap(table, uif->sectors, error);
}

struct dk_store *uif_open_blocks(struct uif *uif, struct dk_error *error)
{
    const struct wrapped_rules rules = {
        .codecs = codecs,
        .not_plain = uif->mixed || uif->sector_size != DK_SECTOR_USER,
    };
    DK_CLEANUP(wrapped_free) struct wrapped *wrapped = wrapped_new(uif->candidate->store, &rules);
    struct table table = { .uif = uif, .wrapped = wrapped };

    if (!wrapped) {
        dk_fail_errno(error, "cannot open %s", uif->candidate->path);
        return NULL;
    }
    return read_table(&table, uif, error) ? wrapped_open(&wrapped, &uif->disc->notes, error) : NULL;
}
