#include "support/b5t_builder.h"

#include <string.h>

enum { LENGTHS = 240, DVD = 6, INFORMATION = 56 };

struct writer {
    uint8_t *to;
    size_t at;
};

static void put(struct writer *writer, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        writer->to[writer->at++] = (uint8_t)(value >> 8 * i);
}

static void put_at(struct writer *writer, size_t at, uint64_t value, size_t width)
{
    struct writer there = { writer->to, at };

    put(&there, value, width);
}

static void put_text(struct writer *writer, const char *text)
{
    memcpy(writer->to + writer->at, text, strlen(text));
    writer->at += strlen(text);
}

static void put_wide(struct writer *writer, const char *text)
{
    put(writer, 2 * strlen(text), 4);
    for (; *text; text++)
        put(writer, (uint8_t)*text, 2);
}

static void put_msf(struct writer *writer, int32_t lba)
{
    const struct dk_msf msf = dk_msf_of_lba(lba);

    put(writer, msf.minute, 1);
    put(writer, msf.second, 1);
    put(writer, msf.frame, 1);
}

static void put_header(struct writer *writer, const struct b5t_built *built)
{
    put_text(writer, "BWT5 STREAM SIGN");
    put(writer, 2, 4);
    put(writer, 2, 4);
    put(writer, 6, 4);
    writer->at = 48;
    put(writer, built->profile, 2);
    put(writer, built->lead_outs[1] ? 2 : 1, 2);
    put(writer, 2, 4);
    writer->at = 64;
    put(writer, 1, 1);
    put_text(writer, "4006408123456");
    put_at(writer, 100, built->packs ? 18 : 0, 2);
    put_at(writer, built->profile < 0x10 ? 102 : 124, INFORMATION, built->profile < 0x10 ? 2 : 4);
    writer->at = 160;
    put_text(writer, "VENDOR  PRODUCT         1.00");
    writer->at = 208;
    put_text(writer, "TESTVOL                         ");
    put(writer, 28, 4);
    put(writer, 4, 4);
}

static void put_blocks(struct writer *writer, const struct b5t_built *built)
{
    const size_t start = writer->at;
    uint32_t count = 0;

    while (count < B5T_BLOCKS && built->blocks[count].name)
        count++;
    put(writer, count, 4);
    put_wide(writer, "C:\\");
    for (uint32_t i = 0; i < count; i++) {
        const struct b5t_built_block *block = &built->blocks[i];

        put(writer, built->tracks[i].type == 1 ? 0x8000 : 0, 4);
        put(writer, block->length, 4);
        writer->at += 16;
        put(writer, block->offset, 4);
        writer->at += 12;
        put(writer, (uint32_t)block->first, 4);
        put(writer, block->count, 4);
        put_wide(writer, block->name);
        writer->at += 4;
    }
    put_at(writer, LENGTHS + 8, writer->at - start, 4);
}

static void put_entry(struct writer *writer, unsigned session, uint8_t control, uint8_t point, int32_t lba,
                      const struct b5t_built_track *track)
{
    const size_t start = writer->at;

    put(writer, track ? track->type : 0, 1);
    put(writer, track && track->type > 1 && track->type != DVD ? 0x01010101 : 0, 4);
    writer->at = start + 10;
    put(writer, control, 1);
    put(writer, 1, 1);
    put(writer, point, 1);
    writer->at = start + 18;
    put_msf(writer, lba);
    put(writer, 1, 1);
    put(writer, track ? track->pregap : 0, 4);
    writer->at = start + 42;
    put(writer, track ? (uint32_t)track->first : 0, 4);
    put(writer, track ? track->count : 0, 4);
    writer->at = start + 58;
    put(writer, session, 4);
    writer->at = start + (track && track->type != DVD ? 72 : 64);
}

static void put_session(struct writer *writer, const struct b5t_built *built, unsigned session)
{
    const uint8_t points = built->no_points ? 0 : 3;
    const size_t start = writer->at;
    uint8_t tracks = 0;

    writer->at += 16;
    if (points) {
        put_entry(writer, session, 4, 0xA0, 60 * 75 - 150, NULL);
        put_entry(writer, session, 0, 0xA1, 2 * 60 * 75 - 150, NULL);
        put_entry(writer, session, 0, 0xA2, built->lead_outs[session - 1], NULL);
    }
    for (size_t i = 0; i < B5T_TRACKS && built->tracks[i].session; i++) {
        const struct b5t_built_track *track = &built->tracks[i];

        if (track->session != session)
            continue;
        put_entry(writer, session, track->type == 1 ? 0 : 4, track->number, track->first + (int32_t)track->pregap,
                  track);
        if (tracks++ == 0)
            put_at(writer, start + 12, track->number, 2);
        put_at(writer, start + 14, track->number, 2);
    }
    put_at(writer, start, session, 2);
    put_at(writer, start + 2, (uint8_t)(points + tracks), 1);
    put_at(writer, start + 3, points, 1);
    put_at(writer, start + 8, (uint32_t)built->lead_outs[session - 1], 4);
}

size_t b5t_build(const struct b5t_built *built, uint8_t to[B5T_BUILT_MAX])
{
    struct writer writer = { .to = to };
    size_t start;

    memset(to, 0, B5T_BUILT_MAX);
    put_header(&writer, built);
    writer.at = 260 + 28 + 4;
    if (built->packs) {
        memcpy(to + writer.at, built->packs, 18);
        writer.at += 18;
    }
    writer.at += INFORMATION;
    put_blocks(&writer, built);
    start = writer.at;
    put_session(&writer, built, 1);
    if (built->lead_outs[1])
        put_session(&writer, built, 2);
    put_at(&writer, LENGTHS + 12, writer.at - start, 4);
    writer.at += 4;
    put_text(&writer, "BWT5 STREAM FOOT");
    return writer.at;
}
