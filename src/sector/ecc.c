/*
 * P and Q of a data sector (ECMA-130 annex A): two Reed-Solomon codes over GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1, two
 * parity bytes a codeword. The even and the odd bytes of 12..2351 are two planes with codewords of their own.
 */
#include <disckit/sector.h>
#include <string.h>

enum {
    PROTECTED = 12, /* the first byte that P and Q protect: the header */
    P_AT = 2076,
    Q_AT = 2248, /* in the raw sector */
    P_WORDS = 86,
    P_LENGTH = 24, /* codewords of both planes, data bytes in each */
    Q_WORDS = 52,
    Q_LENGTH = 43,
};

static uint8_t doubled[256], third[256]; /* times 2, and divided by 3, in the field */

__attribute__((constructor)) static void make_tables(void)
{
    for (unsigned i = 0; i < 256; i++) {
        doubled[i] = (uint8_t)(i << 1 ^ (i & 0x80 ? 0x1D : 0));
        third[i ^ doubled[i]] = (uint8_t)i;
    }
}

/* The parities of all codewords; from one byte of a codeword to the next is `step`, in a ring of words * length bytes.
 */
static void parities(const uint8_t *data, unsigned words, unsigned length, unsigned next_word, unsigned step,
                     uint8_t *to)
{
    const unsigned size = words * length;

    for (unsigned word = 0; word < words; word++) {
        unsigned at = (word >> 1) * next_word + (word & 1);
        uint8_t sum = 0, weighted = 0;

        for (unsigned i = 0; i < length; i++) {
            weighted = doubled[weighted ^ data[at]];
            sum ^= data[at];
            at += step;
            if (at >= size)
                at -= size;
        }
        to[word] = third[doubled[weighted] ^ sum];
        to[word + words] = to[word] ^ sum;
    }
}

void dk_ecc_write(uint8_t raw[DK_SECTOR_RAW], bool mode2)
{
    uint8_t header[4];

    memcpy(header, raw + PROTECTED, sizeof header);
    if (mode2)
        memset(raw + PROTECTED, 0, sizeof header);
    parities(raw + PROTECTED, P_WORDS, P_LENGTH, 2, P_WORDS, raw + P_AT);
    parities(raw + PROTECTED, Q_WORDS, Q_LENGTH, P_WORDS, P_WORDS + 2, raw + Q_AT);
    memcpy(raw + PROTECTED, header, sizeof header);
}

bool dk_ecc_right(const uint8_t raw[DK_SECTOR_RAW], bool mode2)
{
    uint8_t copy[DK_SECTOR_RAW];

    memcpy(copy, raw, sizeof copy);
    dk_ecc_write(copy, mode2);
    return memcmp(copy + P_AT, raw + P_AT, DK_SECTOR_RAW - P_AT) == 0;
}
