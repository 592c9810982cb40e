/* Q of the subchannel, decoded: a position, the media catalog number, or a recording's code (IEC 60908; MMC-6 annex).
 */
#include <disckit/sector.h>
#include <string.h>

enum {
    ADR_POSITION = 1,
    ADR_MCN = 2,
    ADR_ISRC = 3,
    CRC_AT = 10,
    LEAD_OUT = 0xAA,
    SYMBOLS = 5, /* of an ISRC, of 6 bits each; BCD digits follow */
};

static bool is_bcd(uint8_t byte)
{
    return (byte & 15) <= 9 && byte >> 4 <= 9;
}

static bool decode_position(const uint8_t q[12], struct dk_q *decoded)
{
    const struct dk_msf msf = {
        .minute = (uint8_t)dk_of_bcd(q[7]),
        .second = (uint8_t)dk_of_bcd(q[8]),
        .frame = (uint8_t)dk_of_bcd(q[9]),
    };

    if ((q[1] != LEAD_OUT && !is_bcd(q[1])) || !is_bcd(q[2]) || !is_bcd(q[8]) || !is_bcd(q[9]) || (q[7] & 15) > 9 ||
        msf.second > 59 || msf.frame >= DK_FRAMES_A_SECOND)
        return false;
    decoded->track = q[1] == LEAD_OUT ? LEAD_OUT : (uint8_t)dk_of_bcd(q[1]);
    decoded->index = (uint8_t)dk_of_bcd(q[2]);
    decoded->lba = dk_lba_of_msf(msf);
    return true;
}

/* `count` digits from the high nibble of the first byte on; false: one of them is none. */
static bool take_digits(const uint8_t *from, size_t count, char *to)
{
    for (size_t i = 0; i < count; i++) {
        const unsigned digit = i % 2 ? from[i / 2] & 15 : from[i / 2] >> 4;

        if (digit > 9)
            return false;
        to[i] = (char)('0' + digit);
    }
    return true;
}

/* Digits, and letters from A on, are their ASCII codes less 30h. */
static bool take_symbols(const uint8_t *from, char *to)
{
    uint32_t bits = (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];

    for (size_t i = 0; i < SYMBOLS; i++, bits <<= 6) {
        const char symbol = (char)('0' + (bits >> 26));

        if (!(symbol >= '0' && symbol <= '9') && !(symbol >= 'A' && symbol <= 'Z'))
            return false;
        to[i] = symbol;
    }
    return true;
}

static void decode_code(const uint8_t q[12], struct dk_q *decoded)
{
    const bool right = decoded->adr == ADR_MCN
                           ? take_digits(q + 1, DK_MCN_LENGTH, decoded->code)
                           : take_symbols(q + 1, decoded->code) &&
                                 take_digits(q + 5, DK_ISRC_LENGTH - SYMBOLS, decoded->code + SYMBOLS);

    if (!right || strspn(decoded->code, "0") == strlen(decoded->code))
        memset(decoded->code, 0, sizeof decoded->code);
}

bool dk_q_decode(const uint8_t q[12], struct dk_q *decoded)
{
    const uint16_t crc = dk_q_crc(q, CRC_AT);

    *decoded = (struct dk_q){ .control = q[0] >> 4, .adr = q[0] & 15 };
    if (q[CRC_AT] != crc >> 8 || q[CRC_AT + 1] != (crc & 255))
        return false;
    if (decoded->adr == ADR_POSITION)
        return decode_position(q, decoded);
    if (decoded->adr == ADR_MCN || decoded->adr == ADR_ISRC)
        decode_code(q, decoded);
    return true;
}
