/*
 * HFS and HFS+: recognised, with their labels (Inside Macintosh: Files, chapter 2; Apple TN1150). On a whole disk of
 * their own, or in a partition of an Apple partition map. Their trees are not read.
 */
#include "util/text.h"
#include "volume/found.h"
#include "volume/numbers.h"

#include <string.h>

enum {
    HEADER_AT = 1024, /* of the volume */
    HEADER_SIZE = 512,
    LABEL_MAX = 27,        /* drVN, Inside Macintosh: Files 2-61 */
    CATALOG_AT = 272 + 16, /* the extents of the catalog file in an HFS+ header, TN1150 */
    PARTITIONS_MAX = 64,
};

static const char *roman(const struct found *found, const uint8_t *text, size_t length)
{
    const char *label = text_from_charset(found->volumes->arena, "MACINTOSH", text, length);

    return label ? label : text_escaped(found->volumes->arena, (const char *)text, length);
}

/*
 * The name of an HFS+ volume is that of its root folder, whose record is the first of the catalog's first leaf: its
 * key has the root's parent, 1, and the name. "" where that is not so.
 */
static const char *plus_label(const struct found *found, uint64_t volume_at, const uint8_t *header)
{
    const uint64_t block_size = be32(header + 40), catalog = volume_at + be32(header + CATALOG_AT) * block_size;
    uint8_t node[64], leaf[14 + 8 + 2 * 255];
    uint64_t leaf_at;
    size_t length;

    if (!found_read(found, catalog, node, sizeof node))
        return "";
    leaf_at = catalog + (uint64_t)be32(node + 14 + 10) * be16(node + 14 + 18); /* first leaf node, node size */
    if (!found_read(found, leaf_at, leaf, sizeof leaf) || be32(leaf + 14 + 2) != 1)
        return "";
    length = be16(leaf + 14 + 6);
    return text_from_utf16be(found->volumes->arena, leaf + 14 + 8, 2 * (length < 255 ? length : 255));
}

static void add(struct found *found, uint64_t at, const char *variant, const char *label, uint64_t bytes,
                uint32_t block_size)
{
    found_add(found, (struct dk_volume){
                         .kind = DK_VOLUME_HFS,
                         .variant = variant,
                         .label = label,
                         .blocks = (uint32_t)(bytes / DK_SECTOR_USER),
                         .block_size = block_size,
                         .base = found->lba + (int32_t)(at / DK_SECTOR_USER),
                         .lba = found->lba + (int32_t)((at + HEADER_AT) / DK_SECTOR_USER),
                     });
}

static bool find_at(struct found *found, uint64_t at)
{
    uint8_t header[HEADER_SIZE];

    if (!found_read(found, at + HEADER_AT, header, sizeof header))
        return false;
    if (memcmp(header, "BD", 2) == 0 && header[36] <= LABEL_MAX) {
        const bool wrapper = memcmp(header + 124, "H+", 2) == 0; /* drEmbedSigWord, TN1150 */

        add(found, at, wrapper ? "HFS+ in HFS" : "HFS", roman(found, header + 37, header[36]),
            (uint64_t)be16(header + 18) * be32(header + 20), be32(header + 20));
        return true;
    }
    if ((memcmp(header, "H+", 2) == 0 && be16(header + 2) == 4) ||
        (memcmp(header, "HX", 2) == 0 && be16(header + 2) == 5)) {
        add(found, at, header[1] == 'X' ? "HFSX" : "HFS+", plus_label(found, at, header),
            (uint64_t)be32(header + 44) * be32(header + 40), be32(header + 40));
        return true;
    }
    return false;
}

/* Inside Macintosh: Devices, chapter 3: the map's entries are a block each, from block 1 on. */
static void find_in_map(struct found *found)
{
    uint8_t entry[HEADER_SIZE];
    uint32_t block_size;

    if (!found_read(found, 0, entry, sizeof entry) || memcmp(entry, "ER", 2) != 0)
        return;
    block_size = be16(entry + 2) == 2048 ? 2048 : 512;
    for (uint32_t i = 1; i <= PARTITIONS_MAX; i++) {
        if (!found_read(found, (uint64_t)i * block_size, entry, sizeof entry) || memcmp(entry, "PM", 2) != 0)
            return;
        if (memcmp(entry + 48, "Apple_HFS", 9) == 0 && find_at(found, (uint64_t)be32(entry + 8) * block_size))
            return;
    }
}

void find_hfs(struct found *found)
{
    if (!find_at(found, 0))
        find_in_map(found);
}
