/*
 * CHD: FLAC frames (RFC 9639) without a stream around them. CD audio alone: two channels of 16 bits. What they become
 * is held against the hunk's own check sum, so that the frames' are not looked at.
 */
#include "formats/chd_codec.h"
#include "formats/chd_huffman.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHANNELS = 2,
    PAIR = 4, /* bytes */
    SAMPLE_BITS = 16,
    BLOCK_MAX = 65536,
    ORDER_MAX = 32,
};

/* How the channels are put together (RFC 9639 section 9.1.3). */
enum { LEFT_RIGHT = 1, LEFT_SIDE = 8, SIDE_RIGHT = 9, MID_SIDE = 10 };

struct flac {
    struct bits bits;
    int32_t samples[CHANNELS][BLOCK_MAX];
};

/* ---- Numbers ---- */

static int32_t take_signed(struct bits *bits, unsigned count)
{
    const uint32_t value = bits_take(bits, count);

    return count == 0 ? 0 : (int32_t)(value << (32 - count)) >> (32 - count);
}

/* Zeros up to the next one, which is taken too. */
static uint32_t take_unary(struct bits *bits)
{
    uint32_t zeros = 0;

    for (;;) {
        if (bits->count < 32)
            bits_fill(bits);
        if (bits->window) {
            const unsigned here = (unsigned)__builtin_clzll(bits->window);

            if (here < bits->count) {
                bits_skip(bits, here + 1);
                return zeros + here;
            }
        }
        if (bits->count == 0) {
            bits->overrun = true;
            return 0;
        }
        zeros += bits->count;
        bits_skip(bits, bits->count);
    }
}

/* ---- Residuals ---- */

static int32_t unfold(uint32_t folded)
{
    return (int32_t)(folded >> 1 ^ (0 - (folded & 1)));
}

static void take_rice(struct bits *from, unsigned parameter, int32_t *to, size_t count)
{
    struct bits bits = *from; /* of its own, so that it stays in registers */

    for (size_t i = 0; i < count; i++) {
        unsigned zeros, length;

        if (bits.count < 48)
            bits_fill(&bits);
        zeros = bits.window ? (unsigned)__builtin_clzll(bits.window) : 64;
        length = zeros + 1 + parameter;
        if (length <= bits.count) { /* nearly always */
            const uint32_t low = parameter ? (uint32_t)(bits.window << (zeros + 1) >> (64 - parameter)) : 0;

            to[i] = unfold(zeros << parameter | low);
            bits_skip(&bits, length);
        } else {
            const uint32_t high = take_unary(&bits) << parameter;

            to[i] = unfold(high | bits_take(&bits, parameter));
        }
    }
    *from = bits;
}

static void take_plain(struct bits *bits, unsigned width, int32_t *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = take_signed(bits, width);
}

/* What is left after the prediction, behind the `order` samples that begin the block. */
static bool take_residual(struct bits *bits, int32_t *block, size_t size, unsigned order)
{
    const unsigned method = bits_take(bits, 2), width = method == 0 ? 4 : 5;
    const unsigned partitions = 1U << bits_take(bits, 4);
    const size_t each = size / partitions;
    int32_t *to = block + order;

    if (method > 1 || size % partitions != 0 || each < order)
        return false;
    for (unsigned i = 0; i < partitions; i++) {
        const unsigned parameter = bits_take(bits, width);
        const size_t count = i ? each : each - order;

        if (parameter == (1U << width) - 1)
            take_plain(bits, bits_take(bits, 5), to, count);
        else
            take_rice(bits, parameter, to, count);
        if (bits->overrun)
            return false;
        to += count;
    }
    return true;
}

/* ---- Prediction ---- */

/* The sample before comes last, since it has only just been made. */
#define TERM(k)  factors[k] * at[-1 - (k)]
#define TERMS_1  TERM(0)
#define TERMS_2  TERM(1) + TERMS_1
#define TERMS_3  TERM(2) + TERMS_2
#define TERMS_4  TERM(3) + TERMS_3
#define TERMS_5  TERM(4) + TERMS_4
#define TERMS_6  TERM(5) + TERMS_5
#define TERMS_7  TERM(6) + TERMS_6
#define TERMS_8  TERM(7) + TERMS_7
#define TERMS_9  TERM(8) + TERMS_8
#define TERMS_10 TERM(9) + TERMS_9
#define TERMS_11 TERM(10) + TERMS_10
#define TERMS_12 TERM(11) + TERMS_11

#define PREDICT(order)                                                                                                 \
    case order:                                                                                                        \
        for (int32_t *at = block + order; at < end; at++)                                                              \
            *at = (int32_t)((uint32_t)*at + (uint32_t)((TERMS_##order) >> shift));                                     \
        break

/*
 * What is in the block are the differences to the prediction, behind `order` samples. Encoders use orders up to 12,
 * each of which has a loop without a loop in it. No sum leaves 64 bits: 32 products of 32 and 15.
 */
static void predict(int32_t *block, size_t size, const int32_t *narrow, unsigned order, unsigned shift)
{
    int32_t *const end = block + size;
    int64_t factors[ORDER_MAX];

    for (unsigned k = 0; k < order; k++)
        factors[k] = narrow[k];
    switch (order) {
        PREDICT(1);
        PREDICT(2);
        PREDICT(3);
        PREDICT(4);
        PREDICT(5);
        PREDICT(6);
        PREDICT(7);
        PREDICT(8);
        PREDICT(9);
        PREDICT(10);
        PREDICT(11);
        PREDICT(12);
    default:
        for (int32_t *at = block + order; at < end; at++) {
            int64_t sum = 0;

            for (unsigned k = order; k-- > 0;)
                sum += TERM(k);
            *at = (int32_t)((uint32_t)*at + (uint32_t)(sum >> shift));
        }
    }
}

/* ---- Subframes (RFC 9639 section 9.2) ---- */

static bool take_fixed(struct bits *bits, int32_t *block, size_t size, unsigned order, unsigned width)
{
    static const int32_t factors[5][4] = { { 0 }, { 1 }, { 2, -1 }, { 3, -3, 1 }, { 4, -6, 4, -1 } };

    if (order > size)
        return false;
    take_plain(bits, width, block, order);
    if (!take_residual(bits, block, size, order))
        return false;
    if (order)
        predict(block, size, factors[order], order, 0);
    return true;
}

static bool take_linear(struct bits *bits, int32_t *block, size_t size, unsigned order, unsigned width)
{
    int32_t factors[ORDER_MAX];
    unsigned precision;
    int32_t shift;

    if (order > size)
        return false;
    take_plain(bits, width, block, order);
    precision = bits_take(bits, 4) + 1;
    shift = take_signed(bits, 5);
    if (precision == 16 || shift < 0)
        return false;
    take_plain(bits, precision, factors, order);
    if (!take_residual(bits, block, size, order))
        return false;
    predict(block, size, factors, order, (unsigned)shift);
    return true;
}

static bool take_constant(struct bits *bits, int32_t *block, size_t size, unsigned width)
{
    const int32_t value = take_signed(bits, width);

    for (size_t i = 0; i < size; i++)
        block[i] = value;
    return true;
}

static bool take_by_kind(struct bits *bits, int32_t *block, size_t size, unsigned kind, unsigned width)
{
    enum { CONSTANT = 0, VERBATIM = 1, FIXED = 8, FIXED_MOST = 12, LINEAR = 32 };

    if (kind == CONSTANT)
        return take_constant(bits, block, size, width);
    if (kind >= LINEAR)
        return take_linear(bits, block, size, kind - LINEAR + 1, width);
    if (kind >= FIXED && kind <= FIXED_MOST)
        return take_fixed(bits, block, size, kind - FIXED, width);
    if (kind != VERBATIM)
        return false;
    take_plain(bits, width, block, size);
    return true;
}

static bool take_subframe(struct bits *bits, int32_t *block, size_t size, unsigned width)
{
    const unsigned head = bits_take(bits, 8);
    unsigned wasted = 0;

    if (head & 1)
        wasted = take_unary(bits) + 1;
    if (head >> 7 || wasted >= width || !take_by_kind(bits, block, size, head >> 1 & 63, width - wasted))
        return false;
    for (size_t i = 0; wasted && i < size; i++)
        block[i] = (int32_t)((uint32_t)block[i] << wasted);
    return !bits->overrun;
}

/* ---- Frames (RFC 9639 section 9.1) ---- */

struct frame {
    size_t size; /* pairs */
    unsigned assignment;
};

static size_t block_size(struct bits *bits, unsigned code)
{
    if (code == 1)
        return 192;
    if (code >= 8)
        return (size_t)256 << (code - 8);
    if (code >= 6)
        return bits_take(bits, code == 6 ? 8 : 16) + (size_t)1;
    return code ? (size_t)576 << (code - 2) : 0;
}

/* As UTF-8 has it: the ones that the first byte begins with say how many bytes follow. */
static void skip_number(struct bits *bits)
{
    const uint32_t first = bits_take(bits, 8);

    for (uint32_t mask = 0x40; first & 0x80 && first & mask; mask >>= 1)
        (void)bits_take(bits, 8);
}

static bool take_head(struct bits *bits, struct frame *frame)
{
    enum { SYNC = 0x3FFE, SAMPLE_16 = 4, FROM_STREAM = 0 };
    unsigned size_code, rate_code, bits_code;

    if (bits_take(bits, 14) != SYNC)
        return false;
    (void)bits_take(bits, 2);
    size_code = bits_take(bits, 4);
    rate_code = bits_take(bits, 4);
    frame->assignment = bits_take(bits, 4);
    bits_code = bits_take(bits, 3);
    (void)bits_take(bits, 1);
    skip_number(bits);
    frame->size = block_size(bits, size_code);
    if (rate_code >= 12 && rate_code <= 14)
        (void)bits_take(bits, rate_code == 12 ? 8 : 16);
    (void)bits_take(bits, 8); /* CRC-8 */
    return !bits->overrun && frame->size && (bits_code == SAMPLE_16 || bits_code == FROM_STREAM) &&
           (frame->assignment == LEFT_RIGHT || (frame->assignment >= LEFT_SIDE && frame->assignment <= MID_SIDE));
}

/* The second channel is what it says; the first is made of both. */
static void join(const struct frame *frame, int32_t *a, int32_t *b)
{
    for (size_t i = 0; i < frame->size; i++) {
        const uint32_t first = (uint32_t)a[i], second = (uint32_t)b[i];

        if (frame->assignment == LEFT_SIDE) {
            b[i] = (int32_t)(first - second);
        } else if (frame->assignment == SIDE_RIGHT) {
            a[i] = (int32_t)(first + second);
        } else {
            const uint32_t twice = first << 1 | (second & 1);

            a[i] = (int32_t)(twice + second) >> 1;
            b[i] = (int32_t)(twice - second) >> 1;
        }
    }
}

/* Loops of one order each, which the compiler can make wide. */
static void put_little(const int32_t *left, const int32_t *right, size_t size, uint8_t *to)
{
    for (size_t i = 0; i < size; i++) {
        const uint32_t pair = htole32((uint32_t)left[i] & 0xFFFF) | htole32((uint32_t)right[i] << 16);

        memcpy(to + i * PAIR, &pair, PAIR);
    }
}

static void put_big(const int32_t *left, const int32_t *right, size_t size, uint8_t *to)
{
    for (size_t i = 0; i < size; i++) {
        const uint32_t pair = htobe32((uint32_t)left[i] << 16 | ((uint32_t)right[i] & 0xFFFF));

        memcpy(to + i * PAIR, &pair, PAIR);
    }
}

static bool take_frame(struct flac *flac, struct frame *frame, size_t pairs)
{
    struct bits *bits = &flac->bits;

    if (!take_head(bits, frame) || frame->size > pairs)
        return false;
    for (unsigned i = 0; i < CHANNELS; i++) {
        const bool is_side =
            i == 0 ? frame->assignment == SIDE_RIGHT : frame->assignment == LEFT_SIDE || frame->assignment == MID_SIDE;

        if (!take_subframe(bits, flac->samples[i], frame->size, SAMPLE_BITS + is_side))
            return false;
    }
    bits_skip(bits, bits->count % 8);
    (void)bits_take(bits, 16); /* CRC-16 */
    if (frame->assignment != LEFT_RIGHT)
        join(frame, flac->samples[0], flac->samples[1]);
    return !bits->overrun;
}

bool chd_flac_frames(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t pairs, bool big_endian,
                     size_t *used)
{
    struct flac *flac = worker;

    flac->bits = bits_over(from, from_size);
    while (pairs) {
        struct frame frame;

        if (!take_frame(flac, &frame, pairs))
            return false;
        (big_endian ? put_big : put_little)(flac->samples[0], flac->samples[1], frame.size, to);
        to += frame.size * PAIR;
        pairs -= frame.size;
    }
    *used = (size_t)(flac->bits.at - from) - flac->bits.count / 8;
    return true;
}

/* ---- The codec of whole hunks: the order of the bytes, then frames ---- */

static void *flac_new(void)
{
    return malloc(sizeof(struct flac));
}

static bool flac_decode(void *worker, const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
                        struct dk_error *error)
{
    size_t used;

    if (from_size == 0 || (from[0] != 'L' && from[0] != 'B'))
        return dk_fail(error, DK_ERROR_DAMAGED, "it does not say the order of its bytes");
    if (to_size % PAIR != 0 ||
        !chd_flac_frames(worker, from + 1, from_size - 1, to, to_size / PAIR, from[0] == 'B', &used))
        return dk_fail(error, DK_ERROR_DAMAGED, "its FLAC frames cannot be decoded");
    return true;
}

const struct dk_codec chd_flac = { "flac", flac_new, free, flac_decode };
