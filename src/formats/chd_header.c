/* CHD: the header, in five versions. */
#include "formats/chd.h"
#include "util/checked.h"
#include "util/cursor.h"

#include <inttypes.h>
#include <string.h>

enum {
    VERSIONS = 5,
    SECTOR_V1 = 512, /* version 1 says its hunk size in these */
    HAS_PARENT = 1,  /* a flag up to version 4 */
    COMPRESSION_NONE = 0,
    COMPRESSION_ZLIB_PLUS = 2,
    COMPRESSION_AV = 3,
    HUNKS_MAX = 1 << 26,
};

static const unsigned header_sizes[VERSIONS + 1] = { 0, 76, 80, 120, 108, CHD_HEADER_V5 };

bool chd_is_one(const void *head, size_t size)
{
    return size >= CHD_MAGIC_SIZE && memcmp(head, "MComprHD", CHD_MAGIC_SIZE) == 0;
}

/* ---- The fields ---- */

struct reading {
    struct cursor cursor;
    struct chd_header *header;
    uint32_t compression; /* up to version 4 */
    bool fits;            /* sizes that are products did not wrap */
};

static struct chd_name take_name(struct reading *reading, size_t size)
{
    static const uint8_t none[CHD_SHA1];
    struct chd_name name = { 0 };

    memcpy(name.bytes, cursor_bytes(&reading->cursor, size), size);
    if (memcmp(name.bytes, none, size) != 0)
        name.size = size;
    return name;
}

static void take_flags(struct reading *reading)
{
    reading->header->child = cursor_be32(&reading->cursor) & HAS_PARENT;
    reading->compression = cursor_be32(&reading->cursor);
}

/* Versions 1 and 2: a hard disk with cylinders, heads and sectors. */
static void parse_old(struct reading *reading)
{
    struct cursor *cursor = &reading->cursor;
    struct chd_header *header = reading->header;
    uint32_t hunk_sectors, sector = SECTOR_V1;

    take_flags(reading);
    hunk_sectors = cursor_be32(cursor);
    header->hunk_count = cursor_be32(cursor);
    header->logical_size = cursor_be32(cursor);
    for (int i = 0; i < 2; i++)
        reading->fits &= checked_multiply(header->logical_size, cursor_be32(cursor), &header->logical_size);
    header->md5 = take_name(reading, CHD_MD5);
    header->parent = take_name(reading, CHD_MD5);
    if (header->version == 2)
        sector = cursor_be32(cursor);
    reading->fits &= checked_multiply(header->logical_size, sector, &header->logical_size);
    reading->fits &= checked_multiply(hunk_sectors, sector, &header->hunk_size);
}

static void parse_v3(struct reading *reading)
{
    struct cursor *cursor = &reading->cursor;
    struct chd_header *header = reading->header;

    take_flags(reading);
    header->hunk_count = cursor_be32(cursor);
    header->logical_size = cursor_be64(cursor);
    header->metadata_offset = cursor_be64(cursor);
    header->md5 = take_name(reading, CHD_MD5);
    cursor_skip(cursor, CHD_MD5); /* of the parent, whose SHA-1 follows */
    header->hunk_size = cursor_be32(cursor);
    header->raw = take_name(reading, CHD_SHA1);
    header->parent = take_name(reading, CHD_SHA1);
}

static void parse_v4(struct reading *reading)
{
    struct cursor *cursor = &reading->cursor;
    struct chd_header *header = reading->header;

    take_flags(reading);
    header->hunk_count = cursor_be32(cursor);
    header->logical_size = cursor_be64(cursor);
    header->metadata_offset = cursor_be64(cursor);
    header->hunk_size = cursor_be32(cursor);
    header->total = take_name(reading, CHD_SHA1);
    header->parent = take_name(reading, CHD_SHA1);
    header->raw = take_name(reading, CHD_SHA1);
}

static void parse_v5(struct reading *reading)
{
    struct cursor *cursor = &reading->cursor;
    struct chd_header *header = reading->header;

    for (int i = 0; i < CHD_CODECS; i++)
        header->codecs[i] = cursor_be32(cursor);
    header->logical_size = cursor_be64(cursor);
    header->map_offset = cursor_be64(cursor);
    header->metadata_offset = cursor_be64(cursor);
    header->hunk_size = cursor_be32(cursor);
    header->unit_size = cursor_be32(cursor);
    header->raw = take_name(reading, CHD_SHA1);
    header->total = take_name(reading, CHD_SHA1);
    header->parent = take_name(reading, CHD_SHA1);
    header->child = header->parent.size > 0;
    header->compressed = header->codecs[0] != 0;
}

static void (*const parsers[VERSIONS + 1])(struct reading *) = { NULL,     parse_old, parse_old,
                                                                 parse_v3, parse_v4,  parse_v5 };

/* ---- What must hold ---- */

static bool check_compression(const struct dk_store *file, const struct reading *reading, struct dk_error *error)
{
    struct chd_header *header = reading->header;

    if (header->version == VERSIONS)
        return true;
    if (reading->compression == COMPRESSION_AV)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s is a CHD of a laserdisc (A/V codec), which is not read; chdman extractld does", file->name);
    if (reading->compression > COMPRESSION_AV)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: the header says compression %" PRIu32 " at byte 20, and 0 to 3 are known", file->name,
                       reading->compression);
    header->compressed = reading->compression != COMPRESSION_NONE;
    header->codecs[0] = CHD_TAG('z', 'l', 'i', 'b');
    return true;
}

static bool check_sizes(const struct dk_store *file, const struct reading *reading, struct dk_error *error)
{
    struct chd_header *header = reading->header;
    uint64_t hunks;

    if (!reading->fits || header->logical_size == 0 || header->logical_size > INT64_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: the size of what it holds, by its header, is none of a disc",
                       file->name);
    if (header->hunk_size == 0 || header->hunk_size > CHD_HUNK_MAX)
        return dk_fail(error, DK_ERROR_FORMAT, "%s: hunks of %" PRIu32 " bytes, where 1 to %d are possible", file->name,
                       header->hunk_size, CHD_HUNK_MAX);
    hunks = header->logical_size / header->hunk_size + (header->logical_size % header->hunk_size != 0);
    if (hunks > HUNKS_MAX)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: %" PRIu64 " bytes in hunks of %" PRIu32 " are %" PRIu64 " hunks, more than any disc has",
                       file->name, header->logical_size, header->hunk_size, hunks);
    if (header->version < VERSIONS && hunks > header->hunk_count)
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: %" PRIu32 " hunks, by the header, are too few for %" PRIu64 " bytes", file->name,
                       header->hunk_count, header->logical_size);
    header->hunk_count = (uint32_t)hunks;
    if (header->version == VERSIONS && (header->unit_size == 0 || header->hunk_size % header->unit_size != 0))
        return dk_fail(error, DK_ERROR_FORMAT,
                       "%s: hunks of %" PRIu32 " bytes are no whole number of units of %" PRIu32, file->name,
                       header->hunk_size, header->unit_size);
    return true;
}

bool chd_read_header(struct dk_store *file, struct chd_header *header, struct dk_error *error)
{
    uint8_t bytes[CHD_HEADER_V5] = { 0 };
    const size_t room = file->size < sizeof bytes ? (size_t)file->size : sizeof bytes;
    struct reading reading = { .cursor = cursor_over(bytes, sizeof bytes), .header = header, .fits = true };
    uint32_t size;

    *header = (struct chd_header){ 0 };
    if (!dk_store_read(file, bytes, room, 0, error))
        return false;
    cursor_skip(&reading.cursor, CHD_MAGIC_SIZE);
    size = cursor_be32(&reading.cursor);
    header->version = cursor_be32(&reading.cursor);
    if (header->version < 1 || header->version > VERSIONS)
        return dk_fail(error, DK_ERROR_FORMAT, "%s is a CHD of version %u, and versions 1 to %d are known", file->name,
                       header->version, VERSIONS);
    if (size != header_sizes[header->version])
        return dk_fail(error, DK_ERROR_FORMAT, "%s: a header of version %u has %u bytes, and this one says %" PRIu32,
                       file->name, header->version, header_sizes[header->version], size);
    if (room < size)
        return dk_fail(error, DK_ERROR_DAMAGED, "%s ends within its header, at byte %" PRIu64, file->name, file->size);
    parsers[header->version](&reading);
    if (header->version < VERSIONS)
        header->map_offset = size;
    return check_compression(file, &reading, error) && check_sizes(file, &reading, error);
}
