#include "support/chd_builder.h"

#include <disckit/sector.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME = 2448, ENTRY = 12 };

uint16_t chd_built_crc(const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    unsigned crc = 0xFFFF;

    for (size_t i = 0; i < count; i++) {
        crc ^= (unsigned)at[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xFFFF;
    }
    return (uint16_t)crc;
}

/* ---- Numbers and bits ---- */

static void put_number(uint8_t *to, uint64_t value, unsigned width)
{
    for (unsigned i = width; i > 0; i--, value >>= 8)
        to[i - 1] = (uint8_t)value;
}

struct bit_writer {
    uint8_t *to;
    size_t count;
};

static void put_bits(struct bit_writer *bits, uint64_t value, unsigned width)
{
    while (width--) {
        if (bits->count % 8 == 0)
            bits->to[bits->count / 8] = 0;
        bits->to[bits->count / 8] |= (uint8_t)((value >> width & 1) << (7 - bits->count % 8));
        bits->count++;
    }
}

/* ---- The map ---- */

static uint16_t map_crc(const struct chd_built *built, uint64_t offset)
{
    uint8_t entries[CHD_BUILT_HUNKS * ENTRY] = { 0 };

    for (size_t i = 0; i < built->hunk_count; i++) {
        const struct chd_built_hunk *hunk = &built->hunks[i];
        uint8_t *entry = entries + i * ENTRY;

        entry[0] = (uint8_t)hunk->kind;
        if (hunk->kind > 4) {
            put_number(entry + 4, hunk->reference, 6);
            continue;
        }
        put_number(entry + 1, hunk->size, 3);
        put_number(entry + 4, offset, 6);
        put_number(entry + 10, chd_built_crc(hunk->whole, built->hunk_size), 2);
        offset += hunk->size;
    }
    return chd_built_crc(entries, built->hunk_count * ENTRY);
}

static size_t put_map(const struct chd_built *built, uint64_t first, uint8_t *to)
{
    struct bit_writer bits = { .to = to + 16 };

    put_bits(&bits, 0x14D, 12); /* length 4, thirteen and three times */
    for (size_t i = 0; i < built->hunk_count; i++)
        put_bits(&bits, built->hunks[i].kind, 4);
    for (size_t i = 0; i < built->hunk_count; i++) {
        const struct chd_built_hunk *hunk = &built->hunks[i];

        if (hunk->kind < 4)
            put_bits(&bits, hunk->size, 24);
        put_bits(&bits, hunk->kind > 4 ? hunk->reference : chd_built_crc(hunk->whole, built->hunk_size),
                 hunk->kind > 4 ? 32 : 16);
    }
    put_number(to, (bits.count + 7) / 8, 4);
    put_number(to + 4, first, 6);
    put_number(to + 10, map_crc(built, first), 2);
    memcpy(to + 12, "\x18\x20\x20\0", 4);
    return 16 + (bits.count + 7) / 8;
}

/* ---- The file ---- */

static size_t put_metadata(const struct chd_built *built, uint8_t *to, size_t at)
{
    for (size_t i = 0; i < CHD_BUILT_METADATA && built->metadata[i]; i++) {
        const size_t size = strlen(built->metadata[i]) - 4 + 1;
        const bool last = i + 1 == CHD_BUILT_METADATA || !built->metadata[i + 1];

        memcpy(to + at, built->metadata[i], 4);
        to[at + 4] = 1;
        put_number(to + at + 5, size, 3);
        put_number(to + at + 8, last ? 0 : at + 16 + size, 8);
        memcpy(to + at + 16, built->metadata[i] + 4, size);
        at += 16 + size;
    }
    return at;
}

size_t chd_build(const struct chd_built *built, uint8_t to[CHD_BUILT_MAX])
{
    size_t at = CHD_BUILT_HEADER, first;

    memset(to, 0, CHD_BUILT_HEADER);
    memcpy(to, "MComprHD\0\0\0\x7C\0\0\0\5", 16);
    memcpy(to + 16, built->codecs, strlen(built->codecs));
    put_number(to + 32, built->logical_size, 8);
    put_number(to + 56, built->hunk_size, 4);
    put_number(to + 60, built->unit_size, 4);
    if (built->total)
        memcpy(to + 84, built->total, 20);
    if (built->parent)
        memcpy(to + 104, built->parent, 20);
    if (built->metadata[0])
        put_number(to + 48, at, 8);
    first = at = put_metadata(built, to, at);
    for (size_t i = 0; i < built->hunk_count; i++) {
        memcpy(to + at, built->hunks[i].bytes ? built->hunks[i].bytes : "", built->hunks[i].size);
        at += built->hunks[i].size;
    }
    put_number(to + 40, at, 8);
    return at + put_map(built, first, to + at);
}

size_t chd_built_map_at(const uint8_t *file)
{
    size_t at = 0;

    for (int i = 40; i < 48; i++)
        at = at << 8 | file[i];
    return at;
}

/* ---- Hunks ---- */

static size_t deflate(const uint8_t *from, size_t size, uint8_t *to, size_t room)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
    const size_t packed = libdeflate_deflate_compress(compressor, from, size, to, room);

    libdeflate_free_compressor(compressor);
    return packed;
}

size_t chd_built_cdzl(const uint8_t *frames, size_t count, uint8_t *to, size_t room)
{
    const size_t bitmap = (count + 7) / 8, head = bitmap + (count * FRAME < 65536 ? 2 : 3);
    uint8_t *sectors = malloc(count * FRAME), *subcode = sectors + count * DK_SECTOR_RAW;
    size_t size, more;

    memset(to, 0, head);
    for (size_t i = 0; i < count; i++) {
        uint8_t *sector = sectors + i * DK_SECTOR_RAW;

        memcpy(sector, frames + i * FRAME, DK_SECTOR_RAW);
        memcpy(subcode + i * DK_SUBCHANNEL, frames + i * FRAME + DK_SECTOR_RAW, DK_SUBCHANNEL);
        if (memcmp(sector, "\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0", 12) != 0)
            continue;
        to[i / 8] |= (uint8_t)(1 << i % 8);
        memset(sector, 0, 12);
        memset(sector + 2076, 0, 276);
    }
    size = deflate(sectors, count * DK_SECTOR_RAW, to + head, room - head);
    put_number(to + bitmap, size, (unsigned)(head - bitmap));
    more = deflate(subcode, count * DK_SUBCHANNEL, to + head + size, room - head - size);
    free(sectors);
    return head + size + more;
}
