/* CHD: a hunk packed by each of the file's codecs, and the smallest taken. */
#include "formats/chd_encode.h"

#include "formats/chd_codec.h"

#include <libdeflate.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum {
    SYNC = 12,
    MODE_BYTE = 15,
    P_AND_Q = 2076,
    LZMA_DICTIONARY_MIN = 4096,
    LZMA_NICE_MOST = 273,
    FLAC_BLOCK_CD = 2352,
    FLAC_BLOCK = 2048,
    PAIR = 4,
    PROBE_LEVEL = 1, /* of a deflate that only tells how well something packs */
    ZSTD_MOST = 22,
    ZSTD_FAST = 12,
};

struct chd_encoder {
    struct chd_packing packing;
    struct libdeflate_compressor *deflate, *probe;
    lzma_stream lzma;
    ZSTD_CCtx *zstd;
    struct chd_flac_encoder *flac;
    struct huffman_codes codes;
    uint8_t *other;   /* room for a second packed hunk */
    uint8_t *frames;  /* of CDs: sectors without what can be computed, then the subcode; */
    uint8_t *sectors; /* and the sectors with all of it, for FLAC */
    uint8_t *subcode; /* packed by deflate; */
    size_t subcode_size;
    uint8_t *bitmap;
    bool is_data; /* the hunk has a sync in it */
};

/* ---- Bare codecs: 0 is no room ---- */

static size_t pack_deflate(struct chd_encoder *encoder, const uint8_t *from, size_t size, uint8_t *to, size_t room)
{
    return libdeflate_deflate_compress(encoder->deflate, from, size, to, room);
}

static size_t pack_lzma(struct chd_encoder *encoder, const uint8_t *from, size_t size, uint8_t *to, size_t room)
{
    lzma_options_lzma options = { 0 };
    const lzma_filter filters[] = { { LZMA_FILTER_LZMA1EXT, &options }, { LZMA_VLI_UNKNOWN, NULL } };
    lzma_stream *stream = &encoder->lzma;

    if (lzma_lzma_preset(&options, encoder->packing.effort == CHD_FAST ? 4 : 9))
        return 0;
    options.dict_size = size < LZMA_DICTIONARY_MIN ? LZMA_DICTIONARY_MIN : (uint32_t)size;
    options.nice_len = encoder->packing.effort == CHD_MOST ? LZMA_NICE_MOST : options.nice_len;
    options.ext_size_low = (uint32_t)size; /* no end mark, which decoders of CHD do not expect */
    if (lzma_raw_encoder(stream, filters) != LZMA_OK)
        return 0;
    stream->next_in = from;
    stream->avail_in = size;
    stream->next_out = to;
    stream->avail_out = room;
    return lzma_code(stream, LZMA_FINISH) == LZMA_STREAM_END ? room - stream->avail_out : 0;
}

static size_t pack_zstd(struct chd_encoder *encoder, const uint8_t *from, size_t size, uint8_t *to, size_t room)
{
    const size_t packed = ZSTD_compressCCtx(encoder->zstd, to, room, from, size,
                                            encoder->packing.effort == CHD_FAST ? ZSTD_FAST : ZSTD_MOST);

    return ZSTD_isError(packed) ? 0 : packed;
}

static size_t pack_huff(struct chd_encoder *encoder, const uint8_t *from, size_t size, uint8_t *to, size_t room)
{
    struct bit_sink sink = sink_over(to, room);
    uint32_t counts[HUFFMAN_SYMBOLS] = { 0 };
    const uint8_t *end;

    for (size_t i = 0; i < size; i++)
        counts[from[i]]++;
    huffman_make(&encoder->codes, counts, HUFFMAN_SYMBOLS, HUFFMAN_BITS);
    huffman_put_huffman(&encoder->codes, &sink);
    for (size_t i = 0; i < size; i++)
        huffman_put(&encoder->codes, from[i], &sink);
    end = sink_end(&sink);
    return sink.full ? 0 : (size_t)(end - to);
}

/* Halved until it is no more than `most`: decoders of CHD work out the same. */
static unsigned flac_block(size_t pairs, unsigned most)
{
    while (pairs > most)
        pairs /= 2;
    return (unsigned)pairs;
}

/* Both orders of bytes, the letter of the better one in front. */
static size_t pack_flac(struct chd_encoder *encoder, const uint8_t *from, size_t size, uint8_t *to, size_t room)
{
    const size_t pairs = size / PAIR;
    const unsigned block = flac_block(pairs, FLAC_BLOCK);
    size_t little, big;

    if (size % PAIR != 0 || room < 2)
        return 0;
    little = chd_flac_encode(encoder->flac, from, pairs, false, block, encoder->other, room - 1);
    big = chd_flac_encode(encoder->flac, from, pairs, true, block, to + 1, little ? little - 1 : room - 1);
    to[0] = 'B';
    if (big)
        return big + 1;
    to[0] = 'L';
    memcpy(to + 1, encoder->other, little);
    return little ? little + 1 : 0;
}

typedef size_t pack(struct chd_encoder *encoder, const uint8_t *from, size_t size, uint8_t *to, size_t room);

static const struct {
    const struct dk_codec *codec;
    pack *pack;
} packs[] = {
    { &dk_codec_deflate, pack_deflate },
    { &chd_lzma, pack_lzma },
    { &dk_codec_zstd, pack_zstd },
    { &chd_huff, pack_huff },
    { &chd_flac, pack_flac },
};

static pack *pack_of(const struct dk_codec *codec)
{
    for (size_t i = 0; i < sizeof packs / sizeof *packs; i++)
        if (packs[i].codec == codec)
            return packs[i].pack;
    return NULL;
}

/* ---- CDs ---- */

static bool can_be_computed(const uint8_t *sector)
{
    static const uint8_t sync[SYNC] = { 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0 };

    return memcmp(sector, sync, SYNC) == 0 && dk_ecc_right(sector, sector[MODE_BYTE] == 2);
}

/* Parts sectors and subcode; takes out of data sectors what can be computed, and sets a bit for each of those. */
static void part_frames(struct chd_encoder *encoder, const uint8_t *hunk)
{
    const size_t frames = encoder->packing.hunk_size / CHD_FRAME;
    uint8_t *subcode = encoder->frames + frames * DK_SECTOR_RAW;

    encoder->is_data = false;
    memset(encoder->bitmap, 0, (frames + 7) / 8);
    for (size_t i = 0; i < frames; i++) {
        const uint8_t *frame = hunk + i * CHD_FRAME;
        uint8_t *sector = encoder->frames + i * DK_SECTOR_RAW;

        memcpy(sector, frame, DK_SECTOR_RAW);
        memcpy(encoder->sectors + i * DK_SECTOR_RAW, frame, DK_SECTOR_RAW);
        memcpy(subcode + i * DK_SUBCHANNEL, frame + DK_SECTOR_RAW, DK_SUBCHANNEL);
        if (!can_be_computed(sector))
            continue;
        encoder->is_data = true;
        encoder->bitmap[i / 8] |= (uint8_t)(1 << i % 8);
        memset(sector, 0, SYNC);
        memset(sector + P_AND_Q, 0, DK_SECTOR_RAW - P_AND_Q);
    }
    encoder->subcode_size =
        pack_deflate(encoder, subcode, frames * DK_SUBCHANNEL, encoder->subcode, encoder->packing.hunk_size);
}

static size_t append_subcode(struct chd_encoder *encoder, const struct chd_codec *codec, uint8_t *to, size_t size,
                             size_t room)
{
    const size_t frames = encoder->packing.hunk_size / CHD_FRAME;
    size_t more;

    if (codec->subcode == &dk_codec_deflate) {
        more = encoder->subcode_size <= room - size ? encoder->subcode_size : 0;
        memcpy(to + size, encoder->subcode, more);
    } else {
        more = pack_of(codec->subcode)(encoder, encoder->frames + frames * DK_SECTOR_RAW, frames * DK_SUBCHANNEL,
                                       to + size, room - size);
    }
    return more ? size + more : 0;
}

static size_t pack_cd(struct chd_encoder *encoder, const struct chd_codec *codec, uint8_t *to, size_t room)
{
    const size_t frames = encoder->packing.hunk_size / CHD_FRAME, bitmap = (frames + 7) / 8;
    const size_t width = encoder->packing.hunk_size < 65536 ? 2 : 3, head = bitmap + width;
    size_t size;

    if (room <= head)
        return 0;
    memcpy(to, encoder->bitmap, bitmap);
    size = pack_of(codec->data)(encoder, encoder->frames, frames * DK_SECTOR_RAW, to + head, room - head);
    if (size == 0)
        return 0;
    for (size_t i = 0; i < width; i++)
        to[bitmap + i] = (uint8_t)(size >> 8 * (width - 1 - i));
    return append_subcode(encoder, codec, to, head + size, room);
}

static size_t pack_cd_flac(struct chd_encoder *encoder, const struct chd_codec *codec, uint8_t *to, size_t room)
{
    const size_t pairs = encoder->packing.hunk_size / CHD_FRAME * DK_SECTOR_RAW / PAIR;
    const size_t size =
        chd_flac_encode(encoder->flac, encoder->sectors, pairs, true, flac_block(pairs, FLAC_BLOCK_CD), to, room);

    return size ? append_subcode(encoder, codec, to, size, room) : 0;
}

/* ---- The smallest ---- */

static size_t pack_by(struct chd_encoder *encoder, const struct chd_codec *codec, const uint8_t *hunk, uint8_t *to,
                      size_t room)
{
    if (codec->flac)
        return pack_cd_flac(encoder, codec, to, room);
    if (codec->subcode)
        return pack_cd(encoder, codec, to, room);
    return pack_of(codec->data)(encoder, hunk, encoder->packing.hunk_size, to, room);
}

static bool is_flac(const struct chd_codec *codec)
{
    return codec->data == &chd_flac;
}

/*
 * What is tried first: FLAC for what can be sound, and last for what is none. Else the order of the header, where the
 * lower slot has a tie.
 */
static unsigned order(const struct chd_encoder *encoder, unsigned slots[CHD_CODECS])
{
    const bool flac_first = !encoder->is_data && encoder->frames;
    unsigned count = 0;

    for (int pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < CHD_CODECS && encoder->packing.codecs[i]; i++)
            if ((is_flac(chd_codec_find(encoder->packing.codecs[i])) == flac_first) == (pass == 0))
                slots[count++] = i;
    return count;
}

/* What deflate in a hurry makes of the hunk: repetition in sound, which FLAC does not see, shows in it. */
static size_t probe(struct chd_encoder *encoder, const uint8_t *hunk)
{
    const size_t size = encoder->packing.hunk_size,
                 packed = libdeflate_deflate_compress(encoder->probe, hunk, size, encoder->other, size);

    return packed ? packed : size;
}

/* Is it all but sure that this codec is not the smallest, after what `best` has made of it? */
static bool is_hopeless(struct chd_encoder *encoder, const struct chd_codec *codec, const struct chd_codec *best,
                        size_t size, const uint8_t *hunk)
{
    const size_t whole = encoder->packing.hunk_size;

    if (encoder->packing.effort == CHD_MOST)
        return false;
    if (!best)
        return false;
    if (is_flac(codec) && encoder->is_data)
        return true;
    if (is_flac(best)) /* LZMA rarely makes less than three quarters of what deflate does */
        return size < whole / 10 * 9 && probe(encoder, hunk) / 3 * 2 > size;
    return best->data == &chd_lzma && codec->data == &dk_codec_deflate && size > 1000 && size < whole / 20 * 19;
}

size_t chd_encode_hunk(struct chd_encoder *encoder, const uint8_t *hunk, uint8_t *to, unsigned *slot)
{
    const size_t whole = encoder->packing.hunk_size;
    const struct chd_codec *best = NULL;
    unsigned slots[CHD_CODECS], count;
    size_t size = whole;

    if (encoder->frames)
        part_frames(encoder, hunk);
    count = order(encoder, slots);
    *slot = CHD_STORED;
    for (unsigned i = 0; i < count; i++) {
        const struct chd_codec *codec = chd_codec_find(encoder->packing.codecs[slots[i]]);
        uint8_t *into = best ? encoder->other + whole : to;
        size_t packed;

        if (is_hopeless(encoder, codec, best, size, hunk))
            continue;
        packed = pack_by(encoder, codec, hunk, into, whole);
        if (packed == 0 || packed > size || (packed == size && slots[i] > *slot) || packed == whole)
            continue;
        if (best)
            memcpy(to, into, packed);
        best = codec;
        size = packed;
        *slot = slots[i];
    }
    if (!best)
        memcpy(to, hunk, whole);
    return size;
}

/* ---- What a thread has ---- */

static bool uses(const struct chd_packing *packing, const struct dk_codec *wanted)
{
    for (int i = 0; i < CHD_CODECS && packing->codecs[i]; i++) {
        const struct chd_codec *codec = chd_codec_find(packing->codecs[i]);

        if (codec->data == wanted || codec->subcode == wanted)
            return true;
    }
    return false;
}

static bool is_for_cds(const struct chd_packing *packing)
{
    return packing->codecs[0] && chd_codec_find(packing->codecs[0])->subcode;
}

static bool start(struct chd_encoder *encoder, const struct chd_packing *packing)
{
    static const int levels[] = { [CHD_FAST] = 6, [CHD_NORMAL] = 9, [CHD_MOST] = 12 };
    const size_t whole = packing->hunk_size;

    encoder->packing = *packing;
    encoder->deflate = libdeflate_alloc_compressor(levels[packing->effort]);
    encoder->probe = libdeflate_alloc_compressor(PROBE_LEVEL);
    encoder->other = malloc(2 * whole);
    if (uses(packing, &dk_codec_zstd) && !(encoder->zstd = ZSTD_createCCtx()))
        return false;
    if (uses(packing, &chd_flac) && !(encoder->flac = chd_flac_encoder_new()))
        return false;
    if (is_for_cds(packing)) {
        encoder->frames = malloc(whole);
        encoder->sectors = malloc(whole);
        encoder->subcode = malloc(whole);
        encoder->bitmap = malloc(whole);
        if (!encoder->frames || !encoder->sectors || !encoder->subcode || !encoder->bitmap)
            return false;
    }
    return encoder->deflate && encoder->probe && encoder->other;
}

struct chd_encoder *chd_encoder_new(const struct chd_packing *packing)
{
    struct chd_encoder *encoder = calloc(1, sizeof *encoder);

    if (!encoder || start(encoder, packing))
        return encoder;
    chd_encoder_free(encoder);
    return NULL;
}

void chd_encoder_free(struct chd_encoder *encoder)
{
    if (!encoder)
        return;
    libdeflate_free_compressor(encoder->deflate);
    libdeflate_free_compressor(encoder->probe);
    lzma_end(&encoder->lzma);
    ZSTD_freeCCtx(encoder->zstd);
    chd_flac_encoder_free(encoder->flac);
    free(encoder->other);
    free(encoder->frames);
    free(encoder->sectors);
    free(encoder->subcode);
    free(encoder->bitmap);
    free(encoder);
}
