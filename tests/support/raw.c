#include "support/raw.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 12, SUBHEADER = 16, PROTECTED = 2340 /* bytes from the header on, in two planes */, COLUMNS = 43 };

static uint8_t bcd(int32_t number)
{
    return (uint8_t)(number / 10 * 16 + number % 10);
}

static void put_msf(uint8_t *to, int32_t frames)
{
    if (frames < 0)
        frames += 100 * 60 * 75;
    to[0] = bcd(frames / (60 * 75));
    to[1] = bcd(frames / 75 % 60);
    to[2] = bcd(frames % 75);
}

/* ECMA-130 14.3, a bit at a time. */
static void put_edc(const uint8_t *bytes, size_t count, uint8_t *to)
{
    uint32_t edc = 0;

    for (size_t i = 0; i < count; i++) {
        edc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            edc = edc & 1 ? edc >> 1 ^ 0xD8018001 : edc >> 1;
    }
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(edc >> 8 * i);
}

static uint8_t times(uint8_t a, uint8_t b)
{
    unsigned product = 0;

    for (unsigned bit = 0; bit < 8; bit++)
        if (b & 1U << bit)
            product ^= (unsigned)a << bit;
    for (unsigned bit = 15; bit >= 8; bit--)
        if (product & 1U << bit)
            product ^= 0x11DU << (bit - 8);
    return (uint8_t)product;
}

/*
 * The two parity bytes of a codeword by the rows of the parity-check matrix (ECMA-130 annex A): the sum of all bytes is
 * 0, and so is the sum of the bytes times falling powers of 2. With s and w the sums over the data, the second ending
 * at the power 2: a + b = s and 2 a + b = w, so a = (s + w) / 3.
 */
static void put_parity(const uint8_t *plane, const unsigned *places, unsigned length, uint8_t *first, uint8_t *second)
{
    const uint8_t third = 0xF4; /* times 3 is 1 */
    uint8_t sum = 0, weighted = 0;

    for (unsigned i = 0; i < length; i++) {
        sum ^= plane[2 * places[i]];
        weighted = times(weighted, 2) ^ plane[2 * places[i]];
    }
    weighted = times(weighted, 4);
    *first = times(sum ^ weighted, third);
    *second = *first ^ sum;
}

static void put_parities(uint8_t protected[PROTECTED])
{
    unsigned places[COLUMNS];

    for (int plane = 0; plane < 2; plane++) {
        uint8_t *at = protected + plane;

        for (unsigned n = 0; n < COLUMNS; n++) {
            for (unsigned m = 0; m < 24; m++)
                places[m] = COLUMNS * m + n;
            put_parity(at, places, 24, at + 2 * (COLUMNS * 24 + n), at + 2 * (COLUMNS * 25 + n));
        }
        for (unsigned n = 0; n < 26; n++) {
            for (unsigned m = 0; m < COLUMNS; m++)
                places[m] = (44 * m + COLUMNS * n) % 1118;
            put_parity(at, places, COLUMNS, at + 2 * (1118 + n), at + 2 * (1144 + n));
        }
    }
}

size_t raw_user_size(enum dk_mode mode)
{
    switch (mode) {
    case DK_MODE1:
    case DK_MODE2_FORM1:
        return DK_SECTOR_USER;
    case DK_MODE2_FORM2:
        return DK_SECTOR_FORM2;
    default:
        return 2336;
    }
}

void raw_sector(uint8_t raw[DK_SECTOR_RAW], enum dk_mode mode, int32_t lba, const uint8_t *user,
                const uint8_t subheader[4])
{
    static const uint8_t plain[2][4] = { { 0, 0, 8, 0 }, { 0, 0, 0x20, 0 } };
    const bool has_form = mode == DK_MODE2_FORM1 || mode == DK_MODE2_FORM2;
    uint8_t header[4];

    memset(raw, 0, DK_SECTOR_RAW);
    memset(raw + 1, 0xFF, 10);
    put_msf(raw + HEADER, lba + 150);
    raw[HEADER + 3] = mode == DK_MODE0 ? 0 : mode == DK_MODE1 ? 1 : 2;
    if (has_form)
        for (int copy = 0; copy < 2; copy++)
            memcpy(raw + SUBHEADER + 4 * copy, subheader ? subheader : plain[mode == DK_MODE2_FORM2], 4);
    if (user)
        memcpy(raw + (has_form ? 24 : 16), user, raw_user_size(mode));
    if (mode == DK_MODE1) {
        put_edc(raw, 2064, raw + 2064);
        put_parities(raw + HEADER);
    } else if (mode == DK_MODE2_FORM1) {
        put_edc(raw + SUBHEADER, 2056, raw + 2072);
        memcpy(header, raw + HEADER, sizeof header);
        memset(raw + HEADER, 0, sizeof header);
        put_parities(raw + HEADER);
        memcpy(raw + HEADER, header, sizeof header);
    } else if (mode == DK_MODE2_FORM2) {
        put_edc(raw + SUBHEADER, 2332, raw + 2348);
    }
}

void raw_audio_sector(uint8_t raw[DK_SECTOR_RAW], int32_t lba)
{
    uint32_t state = (uint32_t)lba * 2654435761U + 12345;

    for (int i = 0; i < DK_SECTOR_RAW; i++) {
        state = state * 1664525 + 1013904223;
        raw[i] = (uint8_t)(state >> 24);
    }
}

static void put_q_crc(uint8_t q[12])
{
    unsigned crc = 0;

    for (int i = 0; i < 80; i++) {
        const unsigned bit = q[i / 8] >> (7 - i % 8) & 1;

        crc = (crc << 1 & 0xFFFF) ^ ((crc >> 15 ^ bit) ? 0x1021 : 0);
    }
    q[10] = (uint8_t)(~crc >> 8);
    q[11] = (uint8_t)~crc;
}

static void interleave(const uint8_t *linear, uint8_t *to)
{
    memset(to, 0, DK_SUBCHANNEL);
    for (int k = 0; k < DK_SUBCHANNEL; k++)
        for (int channel = 0; channel < 8; channel++)
            to[k] = (uint8_t)(to[k] | (linear[12 * channel + k / 8] >> (7 - k % 8) & 1) << (7 - channel));
}

void raw_subchannel(const struct raw_position *position, enum dk_sub_order order, uint8_t sub[DK_SUBCHANNEL])
{
    uint8_t linear[DK_SUBCHANNEL] = { 0 }, *q = linear + 12;

    memset(linear, position->index == 0 ? 0xFF : 0, 12);
    q[0] = (uint8_t)(position->control << 4 | 1);
    q[1] = bcd(position->track);
    q[2] = bcd(position->index);
    put_msf(q + 3, position->relative);
    put_msf(q + 7, position->lba + 150);
    put_q_crc(q);
    if (order == DK_SUB_LINEAR)
        memcpy(sub, linear, sizeof linear);
    else
        interleave(linear, sub);
}

/* Where the stored part of a raw sector begins, and its length: the sizes that READ CD and the images know. */
static void window_of(enum dk_mode mode, unsigned stored, size_t *from, size_t *size)
{
    *from = 0;
    *size = stored < DK_SECTOR_RAW ? stored : DK_SECTOR_RAW;
    if (stored == 2340)
        *from = 12;
    else if (stored == 2336 || stored == 2332 || stored == 2056)
        *from = 16;
    else if (stored == 2324 || stored == 2048)
        *from = mode == DK_MODE1 ? 16 : 24;
}

size_t raw_cut(const uint8_t raw[DK_SECTOR_RAW], enum dk_mode mode, unsigned stored, const uint8_t *linear,
               enum dk_sub_order order, uint8_t *to)
{
    static const uint8_t none[DK_SUBCHANNEL];
    size_t from, size;

    window_of(mode, stored, &from, &size);
    memset(to, 0, stored);
    memcpy(to, raw + from, size);
    linear = linear ? linear : none;
    if (stored == 2368) {
        memcpy(to + DK_SECTOR_RAW, linear + 12, 12);
        to[2367] = linear[0] & 0x80;
    } else if (stored == 2448 && order == DK_SUB_LINEAR) {
        memcpy(to + DK_SECTOR_RAW, linear, DK_SUBCHANNEL);
    } else if (stored == 2448) {
        interleave(linear, to + DK_SECTOR_RAW);
    }
    return stored;
}

static uint8_t *new_image(uint32_t count, unsigned stored)
{
    uint8_t *image = malloc((size_t)count * stored + 1);

    ck_assert_ptr_nonnull(image);
    return image;
}

uint8_t *raw_image(const void *user, uint32_t count, enum dk_mode mode, int32_t lba, unsigned stored)
{
    uint8_t *image = new_image(count, stored), raw[DK_SECTOR_RAW], linear[DK_SUBCHANNEL];

    for (uint32_t i = 0; i < count; i++) {
        const struct raw_position position = { 4, 1, 1, (int32_t)i, lba + (int32_t)i };

        raw_sector(raw, mode, position.lba, user ? (const uint8_t *)user + i * raw_user_size(mode) : NULL, NULL);
        raw_subchannel(&position, DK_SUB_LINEAR, linear);
        raw_cut(raw, mode, stored, linear, DK_SUB_INTERLEAVED, image + (size_t)i * stored);
    }
    return image;
}

uint8_t *raw_audio_image(uint32_t count, int32_t lba, unsigned stored)
{
    uint8_t *image = new_image(count, stored), raw[DK_SECTOR_RAW], linear[DK_SUBCHANNEL];

    for (uint32_t i = 0; i < count; i++) {
        const struct raw_position position = { 0, 1, 1, (int32_t)i, lba + (int32_t)i };

        raw_audio_sector(raw, position.lba);
        raw_subchannel(&position, DK_SUB_LINEAR, linear);
        raw_cut(raw, DK_AUDIO, stored, linear, DK_SUB_INTERLEAVED, image + (size_t)i * stored);
    }
    return image;
}
