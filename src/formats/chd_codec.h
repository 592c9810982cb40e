/* The codecs of CHD: how one stored hunk becomes its bytes. */
#ifndef FORMATS_CHD_CODEC_H
#define FORMATS_CHD_CODEC_H

#include "formats/chd.h"

/*
 * A codec of the whole hunk has `data` alone. Those of CDs pack the sectors of all frames with `data` and the subcode
 * of all frames with `subcode`, and leave out of data sectors what can be computed.
 */
struct chd_codec {
    uint32_t tag;
    const struct dk_codec *data, *subcode;
    bool flac; /* of CDs, with the samples in FLAC frames that end where the subcode begins */
};

extern const struct chd_codec chd_codecs[]; /* ends with a tag of 0 */

const struct chd_codec *chd_codec_find(uint32_t tag); /* NULL: there is none */
/* "cdzl", or what else is in the four bytes, made fit to be shown. */
const char *chd_tag_text(uint32_t tag, char text[24]);

/* What a thread needs for one codec. False: out of memory; what was made is still to be freed. */
struct chd_codec_worker {
    void *data, *subcode;
    uint8_t *frames; /* of CDs: the sectors without and then the subcode, a hunk together */
};
bool chd_codec_start(const struct chd_codec *codec, size_t hunk_size, struct chd_codec_worker *worker);
void chd_codec_stop(const struct chd_codec *codec, struct chd_codec_worker *worker);

/* Fills a whole hunk, or fails with a sentence that wants the place in front of it. */
bool chd_codec_decode(const struct chd_codec *codec, struct chd_codec_worker *worker, const uint8_t *from,
                      size_t from_size, uint8_t *to, size_t to_size, struct dk_error *error);

extern const struct dk_codec chd_lzma, chd_huff, chd_flac;

/*
 * FLAC frames of 16-bit stereo until `pairs` are out, as bytes in the order that is wanted; `used` is how many bytes of
 * the input they took; `worker` is that of chd_flac. False: they are none, or end early.
 */
bool chd_flac_frames(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t pairs, bool big_endian,
                     size_t *used);

#endif
