#include "support/nrg_builder.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRY_SIZES = 18 /* what a DAO entry has besides its three offsets */ };

void nrg_builder_start(struct nrg_builder *builder, unsigned version)
{
    *builder = (struct nrg_builder){ .version = version };
}

void nrg_builder_free(struct nrg_builder *builder)
{
    free(builder->bytes);
    builder->bytes = NULL;
}

uint64_t nrg_builder_data(struct nrg_builder *builder, const void *bytes, size_t count)
{
    const size_t at = builder->size;

    if (builder->room < at + count) {
        builder->room = 2 * (at + count);
        builder->bytes = realloc(builder->bytes, builder->room);
        ck_assert_ptr_nonnull(builder->bytes);
    }
    if (bytes)
        memcpy(builder->bytes + at, bytes, count);
    else
        memset(builder->bytes + at, 0, count);
    builder->size += count;
    return builder->hole + at;
}

void nrg_builder_number(struct nrg_builder *builder, uint64_t value, size_t width)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> 8 * (width - 1 - i));
    nrg_builder_data(builder, bytes, width);
}

uint64_t nrg_builder_chunk(struct nrg_builder *builder, const char *id, const void *bytes, size_t count)
{
    const uint64_t at = nrg_builder_data(builder, id, 4);

    nrg_builder_number(builder, count, 4);
    if (bytes)
        nrg_builder_data(builder, bytes, count);
    return at;
}

static uint8_t bcd(unsigned number)
{
    return (uint8_t)(number / 10 * 16 + number % 10);
}

static void put_cue(struct nrg_builder *builder, uint8_t control, uint8_t track, uint8_t index, int32_t lba)
{
    const unsigned frames = (unsigned)(lba + 150);

    nrg_builder_data(builder, (const uint8_t[]){ control, track, index, 0 }, 4);
    if (builder->version == 2)
        nrg_builder_number(builder, (uint32_t)lba, 4);
    else
        nrg_builder_data(builder, (const uint8_t[]){ 0, bcd(frames / 4500), bcd(frames / 75 % 60), bcd(frames % 75) },
                         4);
}

void nrg_builder_cue(struct nrg_builder *builder, const struct nrg_part *parts, size_t count, unsigned first,
                     int32_t lead_out)
{
    nrg_builder_chunk(builder, builder->version == 2 ? "CUEX" : "CUES", NULL, 8 * (2 * count + 2));
    put_cue(builder, parts->control, 0, 0, parts->lba0);
    for (size_t i = 0; i < count; i++) {
        put_cue(builder, parts[i].control, bcd(first + (unsigned)i), 0, parts[i].lba0);
        put_cue(builder, parts[i].control, bcd(first + (unsigned)i), 1, parts[i].lba1);
    }
    put_cue(builder, parts[count - 1].control, 0xAA, 1, lead_out);
}

void nrg_builder_dao(struct nrg_builder *builder, const struct nrg_part *parts, size_t count, unsigned first,
                     const char *mcn)
{
    const size_t width = builder->version == 2 ? 8 : 4, size = 22 + count * (ENTRY_SIZES + 3 * width);

    nrg_builder_chunk(builder, builder->version == 2 ? "DAOX" : "DAOI", NULL, size);
    nrg_builder_number(builder, size, 4);
    nrg_builder_data(builder, mcn, 13);
    nrg_builder_number(builder, 0, 3);
    nrg_builder_number(builder, first, 1);
    nrg_builder_number(builder, first + count - 1, 1);
    for (size_t i = 0; i < count; i++) {
        nrg_builder_data(builder, parts[i].isrc, 12);
        nrg_builder_number(builder, parts[i].stored, 2);
        nrg_builder_number(builder, parts[i].code, 1);
        nrg_builder_number(builder, 1, 3);
        nrg_builder_number(builder, parts[i].index0, width);
        nrg_builder_number(builder, parts[i].index1, width);
        nrg_builder_number(builder, parts[i].end, width);
    }
}

void nrg_builder_tao(struct nrg_builder *builder, const struct nrg_part *parts, size_t count)
{
    const size_t width = builder->version == 2 ? 8 : 4;

    nrg_builder_chunk(builder, builder->version == 2 ? "ETN2" : "ETNF", NULL,
                      count * (builder->version == 2 ? 32 : 20));
    for (size_t i = 0; i < count; i++) {
        nrg_builder_number(builder, parts[i].index1, width);
        nrg_builder_number(builder, parts[i].end - parts[i].index1, width);
        nrg_builder_number(builder, parts[i].code, 4);
        nrg_builder_number(builder, (uint32_t)parts[i].lba1, 4);
        nrg_builder_number(builder, 0, builder->version == 2 ? 8 : 4);
    }
}

void nrg_builder_sinf(struct nrg_builder *builder, uint32_t tracks)
{
    nrg_builder_chunk(builder, "SINF", NULL, 4);
    nrg_builder_number(builder, tracks, 4);
}

void nrg_builder_mtyp(struct nrg_builder *builder, uint32_t medium)
{
    nrg_builder_chunk(builder, "MTYP", NULL, 4);
    nrg_builder_number(builder, medium, 4);
}

void nrg_builder_end(struct nrg_builder *builder, uint64_t first_chunk)
{
    nrg_builder_chunk(builder, "END!", NULL, 0);
    nrg_builder_data(builder, builder->version == 2 ? "NER5" : "NERO", 4);
    nrg_builder_number(builder, first_chunk, builder->version == 2 ? 8 : 4);
}
