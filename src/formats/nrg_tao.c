/* NRG, tracks written one at a time: ETN2 (64-bit), ETNF, and the TINF of the first versions, which has no addresses.
 */
#include "formats/nrg.h"

#include <inttypes.h>

/* How a record of such a chunk is laid out; all have offset, length and mode, in this order. */
struct tao_record {
    size_t size;
    size_t width; /* bytes of offset and length */
    bool has_start;
};

static bool read_tao_track(struct nrg *nrg, struct nrg_chunk *chunk, const struct tao_record *record,
                           struct dk_error *error)
{
    struct cursor cursor = cursor_over(cursor_bytes(&chunk->cursor, record->size), record->size);
    struct nrg_track *track = nrg_new_track(nrg, chunk, error);
    uint64_t length;
    uint32_t code;

    if (!track)
        return false;
    track->index0 = track->index1 = cursor_big_endian(&cursor, record->width);
    length = cursor_big_endian(&cursor, record->width);
    code = cursor_be32(&cursor);
    track->code = code > UINT8_MAX ? UINT8_MAX : (uint8_t)code;
    track->has_start = record->has_start;
    if (record->has_start)
        track->start = (int32_t)cursor_be32(&cursor);
    if (track->index1 > UINT64_MAX - length)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: track %u is said to have %" PRIu64 " bytes from byte %" PRIu64 " on", nrg->path,
                       track->number, length, track->index1);
    track->end = track->index1 + length;
    return true;
}

static bool parse_tao(struct nrg *nrg, struct nrg_chunk *chunk, const struct tao_record *record, struct dk_error *error)
{
    const size_t count = chunk->size / record->size;

    if (count == 0 || chunk->size % record->size)
        return dk_fail(error, DK_ERROR_DAMAGED,
                       "%s: the %s chunk at byte %" PRIu64 " has %zu bytes: %zu for each track belong in it", nrg->path,
                       chunk->id, chunk->offset, chunk->size, record->size);
    for (size_t i = 0; i < count; i++)
        if (!read_tao_track(nrg, chunk, record, error))
            return false;
    nrg->part_count++;
    return true;
}

bool nrg_parse_etn2(struct nrg *nrg, struct nrg_chunk *chunk, struct dk_error *error)
{
    return parse_tao(nrg, chunk, &(struct tao_record){ .size = 32, .width = 8, .has_start = true }, error);
}

bool nrg_parse_etnf(struct nrg *nrg, struct nrg_chunk *chunk, struct dk_error *error)
{
    return parse_tao(nrg, chunk, &(struct tao_record){ .size = 20, .width = 4, .has_start = true }, error);
}

bool nrg_parse_tinf(struct nrg *nrg, struct nrg_chunk *chunk, struct dk_error *error)
{
    return parse_tao(nrg, chunk, &(struct tao_record){ .size = 12, .width = 4 }, error);
}
