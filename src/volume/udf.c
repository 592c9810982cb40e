/*
 * UDF: recognised, with its label and size (ECMA-167 2/8 and 3/10, OSTA UDF 2.60 2.2). Its tree is not read. Blocks are
 * those of the medium: 2048 bytes on discs, 512 or 4096 in images of disks.
 */
#include "util/checked.h"
#include "util/text.h"
#include "volume/found.h"
#include "volume/numbers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    TAG_SIZE = 16,
    TAG_ANCHOR = 2,
    TAG_POINTER = 3,
    TAG_PARTITION = 5,
    TAG_LOGICAL_VOLUME = 6,
    TAG_TERMINATOR = 8,
    RECOGNITION_AT = 16 * DK_SECTOR_USER, /* ECMA-167 2/8.3.1 */
    RECOGNITION_MAX = 64,
    SEQUENCE_MAX = 256, /* descriptors that are looked at: real sequences have 16 blocks */
    LABEL_AT = 84,      /* ECMA-167 3/10.6: logical volume identifier, 128 bytes */
    LABEL_SIZE = 128,
};

/* CRC-16 of ECMA-167 3/7.2.6: x^16 + x^12 + x^5 + 1 from zero, as the CD's, but not inverted. */
static uint16_t crc_of(const uint8_t *bytes, size_t count)
{
    return (uint16_t)~dk_q_crc(bytes, count);
}

/* Is it a descriptor with this tag? Its place within the volume is not asked: later sessions have their own count. */
static bool has_tag(const uint8_t *block, size_t size, unsigned tag)
{
    const size_t crc_length = le16(block + 10);
    uint8_t sum = 0;

    for (int i = 0; i < TAG_SIZE; i++)
        sum = (uint8_t)(sum + (i == 4 ? 0 : block[i]));
    return le16(block) == tag && sum == block[4] && crc_length <= size - TAG_SIZE &&
           crc_of(block + TAG_SIZE, crc_length) == le16(block + 8);
}

/* OSTA CS0: a first byte that says 8 or 16 bits a character; a dstring has its length in its last byte. */
static const char *label_of(const struct found *found, const uint8_t *field)
{
    const size_t used = field[LABEL_SIZE - 1] < LABEL_SIZE ? field[LABEL_SIZE - 1] : LABEL_SIZE - 1;
    uint8_t units[2 * LABEL_SIZE];
    size_t count = 0;

    if (used < 1)
        return "";
    if (field[0] == 16 || field[0] == 255)
        return text_from_utf16be(found->volumes->arena, field + 1, (used - 1) & ~(size_t)1);
    for (size_t i = 1; i < used; i++) {
        units[count++] = 0;
        units[count++] = field[i];
    }
    return text_from_utf16be(found->volumes->arena, units, count);
}

/* What the descriptors say that are of use. */
struct udf {
    uint32_t block_size;
    bool named;
    uint32_t number; /* of the logical volume descriptor: of several the highest counts */
    const char *label;
    uint16_t revision; /* BCD: 0x0102 */
    uint32_t partition_blocks;
    uint64_t at; /* of the descriptor, in bytes of the track */
};

static void take_descriptor(const struct found *found, const uint8_t *block, uint64_t at, struct udf *udf)
{
    if (has_tag(block, udf->block_size, TAG_PARTITION)) {
        udf->partition_blocks = le32(block + 192);
    } else if (has_tag(block, udf->block_size, TAG_LOGICAL_VOLUME) && (!udf->named || le32(block + 16) > udf->number)) {
        udf->named = true;
        udf->number = le32(block + 16);
        udf->label = label_of(found, block + LABEL_AT);
        udf->revision = le16(block + 240);
        udf->at = at;
    }
}

/* Follows one of the two descriptor sequences that an anchor names. */
static void read_sequence(const struct found *found, uint32_t length, uint32_t place, struct udf *udf)
{
    uint8_t block[4096];
    uint32_t left = length / udf->block_size;

    for (int i = 0; i < SEQUENCE_MAX && left; i++, left--, place++) {
        const uint64_t at = (uint64_t)place * udf->block_size;

        if (!found_read(found, at, block, udf->block_size) || has_tag(block, udf->block_size, TAG_TERMINATOR))
            return;
        if (has_tag(block, udf->block_size, TAG_POINTER)) { /* the sequence goes on elsewhere */
            left = le32(block + 20) / udf->block_size + 1;
            place = le32(block + 24) - 1;
        } else {
            take_descriptor(found, block, at, udf);
        }
    }
}

/* An anchor names its own block, of the track or of the disc: with a wrong block size that does not come out. */
static bool read_anchor(const struct found *found, uint64_t block, struct udf *udf)
{
    const uint64_t at = block * udf->block_size, on_disc = block + (uint64_t)found->lba;
    uint8_t anchor[512];

    if (!found_read(found, at, anchor, sizeof anchor) || le16(anchor) != TAG_ANCHOR ||
        (le32(anchor + 12) != block && le32(anchor + 12) != on_disc))
        return false;
    if (!has_tag(anchor, sizeof anchor, TAG_ANCHOR)) {
        dk_note(&found->volumes->notes, DK_NOTE_DAMAGE,
                "the UDF anchor at block %" PRIu64 " of track %u is spoiled: its sums are wrong", block, found->track);
        return false;
    }
    read_sequence(found, le32(anchor + 16), le32(anchor + 20), udf);
    if (!udf->named) {
        read_sequence(found, le32(anchor + 24), le32(anchor + 28), udf);
        if (udf->named)
            dk_note(&found->volumes->notes, DK_NOTE_DAMAGE,
                    "the UDF volume \"%s\" has no descriptors at block %" PRIu32
                    ", where they should be: their second copy is read",
                    udf->label, le32(anchor + 20));
    }
    return true;
}

/*
 * `wide`: the recognition structures lie 4096 bytes apart, as only blocks of that size make them.
 * An anchor is at two of block 256, the last block, and 256 before it; padding and run-out move the last block.
 */
static bool find_anchor(const struct found *found, bool wide, struct udf *udf)
{
    const uint32_t sizes[] = { wide ? 4096 : 2048, 512, 1024, wide ? 2048 : 4096 };
    static const uint16_t from_start[] = { 256, 512 }, from_end[] = { 1, 257, 2, 3, 151, 153 };
    const uint64_t size = (uint64_t)found->count * DK_SECTOR_USER;

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        udf->block_size = sizes[s];
        for (size_t i = 0; i < sizeof from_start / sizeof *from_start; i++)
            if (read_anchor(found, from_start[i], udf))
                return true;
        for (size_t i = 0; i < sizeof from_end / sizeof *from_end; i++)
            if (size / udf->block_size > from_end[i] && read_anchor(found, size / udf->block_size - from_end[i], udf))
                return true;
    }
    return false;
}

/* ECMA-167 2/8.3: NSR02 or NSR03 among the structures behind those of ISO 9660. */
static const char *find_recognition(const struct found *found, bool *wide)
{
    static const char *const known[] = { "CD001", "BEA01", "BOOT2", "NSR02", "NSR03", "TEA01", "CDW02" };
    uint8_t bytes[8];
    bool after_gap = false;

    for (int i = 0; i < RECOGNITION_MAX; i++) {
        size_t which = 0;

        if (!found_read(found, RECOGNITION_AT + (uint64_t)i * DK_SECTOR_USER, bytes, sizeof bytes))
            return NULL;
        while (which < sizeof known / sizeof *known && memcmp(bytes + 1, known[which], 5) != 0)
            which++;
        if (which == sizeof known / sizeof *known && memcmp(bytes, "\0\0\0\0\0\0", 6) != 0)
            return NULL;
        if (which < sizeof known / sizeof *known && known[which][0] == 'N') {
            *wide = after_gap;
            return known[which];
        }
        after_gap = which == sizeof known / sizeof *known;
    }
    return NULL;
}

static const char *variant_of(const struct found *found, const struct udf *udf)
{
    char text[32];
    const int length = snprintf(text, sizeof text, "UDF %x.%02x", udf->revision >> 8, udf->revision & 0xFFu);

    return udf->revision ? arena_copy(found->volumes->arena, text, (size_t)length) : "UDF";
}

void find_udf(struct found *found)
{
    bool wide = false;
    const char *recognition = find_recognition(found, &wide);
    struct udf udf = { .label = "" };

    if (!recognition)
        return;
    if (!find_anchor(found, wide, &udf))
        dk_note(&found->volumes->notes, DK_NOTE_DAMAGE,
                "the UDF volume of track %u (%s) has no anchor where one should be: at block 256 or at its end",
                found->track, recognition);
    else if (!udf.named)
        dk_note(&found->volumes->notes, DK_NOTE_DAMAGE,
                "the UDF volume of track %u (%s) has an anchor, and no descriptors where that points", found->track,
                recognition);
    found_add(found, (struct dk_volume){
                         .kind = DK_VOLUME_UDF,
                         .variant = variant_of(found, &udf),
                         .label = udf.label,
                         .blocks = (uint32_t)((uint64_t)udf.partition_blocks * udf.block_size / DK_SECTOR_USER),
                         .block_size = udf.block_size,
                         .base = found->lba,
                         .lba = found->lba + (int32_t)(udf.at / DK_SECTOR_USER),
                         .charset = "OSTA CS0",
                     });
}
