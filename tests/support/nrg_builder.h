/* Nero images for tests, written from the layout of their chunks: data, chunks, footer. All numbers are big-endian. */
#ifndef SUPPORT_NRG_BUILDER_H
#define SUPPORT_NRG_BUILDER_H

#include <stddef.h>
#include <stdint.h>

struct nrg_builder {
    unsigned version; /* 1 or 2 */
    uint8_t *bytes;
    size_t size, room;
    uint64_t hole; /* bytes of data that a sparse file has in front of these */
};

/* A track as the chunks are to describe it; only what the chunk in question has is used. */
struct nrg_part {
    uint8_t code, control; /* of the mode; CONTROL and ADR */
    uint16_t stored;
    uint64_t index0, index1, end; /* bytes of the file */
    int32_t lba0, lba1;
    const char *isrc; /* NULL: none */
};

void nrg_builder_start(struct nrg_builder *builder, unsigned version);
void nrg_builder_free(struct nrg_builder *builder);
/* Each returns where in the file it went. NULL for `bytes` are zeros. */
uint64_t nrg_builder_data(struct nrg_builder *builder, const void *bytes, size_t count);
uint64_t nrg_builder_chunk(struct nrg_builder *builder, const char *id, const void *bytes, size_t count);
void nrg_builder_number(struct nrg_builder *builder, uint64_t value, size_t width);

/* CUEX and DAOX, or CUES (times in BCD) and DAOI, of one session whose first track is `first`. */
void nrg_builder_cue(struct nrg_builder *builder, const struct nrg_part *parts, size_t count, unsigned first,
                     int32_t lead_out);
void nrg_builder_dao(struct nrg_builder *builder, const struct nrg_part *parts, size_t count, unsigned first,
                     const char *mcn);
/* ETN2 or ETNF; `lba1` is their start. */
void nrg_builder_tao(struct nrg_builder *builder, const struct nrg_part *parts, size_t count);
void nrg_builder_sinf(struct nrg_builder *builder, uint32_t tracks);
void nrg_builder_mtyp(struct nrg_builder *builder, uint32_t medium);
/* END! and the footer. */
void nrg_builder_end(struct nrg_builder *builder, uint64_t first_chunk);

#endif
