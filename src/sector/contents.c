/* What is inside a sector: completing it, finding its user data, checking it (ECMA-130 chapter 14, CD-ROM XA, ECMA-130
 * annex B). */
#include "sector/contents.h"

#include <string.h>

enum {
    SYNC = 12,
    HEADER = 12,
    MODE_BYTE = 15,
    SUBHEADER = 16,
    MODE1_USER = 16,
    MODE1_EDC = 2064,
    MODE1_ZEROS = 2068,
    MODE2_USER = 24,
    FORM1_EDC = 2072,
    FORM2_EDC = 2348,
    PARITY = 2076,
    SUBMODE = 2, /* in a subheader */
    SUBMODE_VIDEO = 0x02,
    SUBMODE_AUDIO = 0x04,
    SUBMODE_DATA = 0x08,
    SUBMODE_FORM2 = 0x20,
};

static const uint8_t sync_pattern[SYNC] = { 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0 };

static bool has_sync(const uint8_t *raw)
{
    return memcmp(raw, sync_pattern, SYNC) == 0;
}

static void put_le32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void put_sync_header(uint8_t *raw, enum dk_mode mode, int32_t lba)
{
    const struct dk_msf msf = dk_msf_of_lba(lba);

    memcpy(raw, sync_pattern, SYNC);
    raw[HEADER] = dk_bcd(msf.minute);
    raw[HEADER + 1] = dk_bcd(msf.second);
    raw[HEADER + 2] = dk_bcd(msf.frame);
    raw[MODE_BYTE] = mode == DK_MODE0 ? 0 : mode == DK_MODE1 ? 1 : 2;
}

static void put_check_bytes(uint8_t *raw, enum dk_mode mode)
{
    switch (mode) {
    case DK_MODE1:
        put_le32(raw + MODE1_EDC, dk_edc(0, raw, MODE1_EDC));
        memset(raw + MODE1_ZEROS, 0, PARITY - MODE1_ZEROS);
        dk_ecc_write(raw, false);
        break;
    case DK_MODE2_FORM1:
        put_le32(raw + FORM1_EDC, dk_edc(0, raw + SUBHEADER, FORM1_EDC - SUBHEADER));
        dk_ecc_write(raw, true);
        break;
    case DK_MODE2_FORM2:
        put_le32(raw + FORM2_EDC, dk_edc(0, raw + SUBHEADER, FORM2_EDC - SUBHEADER));
        break;
    default:
        break;
    }
}

void dk_sector_complete(uint8_t raw[DK_SECTOR_RAW], enum dk_mode mode, int32_t lba)
{
    put_sync_header(raw, mode, lba);
    put_check_bytes(raw, mode);
}

/* A subheader says that its sector is one of video, audio or data; of Form 2, sometimes only that. */
static bool is_subheader(const uint8_t *bytes)
{
    const unsigned kinds = bytes[SUBMODE] & (SUBMODE_VIDEO | SUBMODE_AUDIO | SUBMODE_DATA);

    return kinds ? (kinds & (kinds - 1)) == 0 : bytes[SUBMODE] == SUBMODE_FORM2;
}

/* Both copies of a subheader but for one byte, where a copy is one indeed: damage, and no formless sector. */
static bool is_damaged_subheader(const uint8_t *copies)
{
    int differ = 0;

    for (int i = 0; i < 4; i++)
        differ += copies[i] != copies[i + 4];
    return differ == 1 && (is_subheader(copies) || is_subheader(copies + 4));
}

enum dk_mode dk_mode2_form(const uint8_t from_subheader[2336])
{
    static const uint8_t none[8];
    const enum dk_mode said = from_subheader[SUBMODE] & SUBMODE_FORM2 ? DK_MODE2_FORM2 : DK_MODE2_FORM1;

    if (memcmp(from_subheader, from_subheader + 4, 4) == 0 && memcmp(from_subheader, none, 4) != 0)
        return said;
    if (dk_edc(0, from_subheader, FORM1_EDC + 4 - SUBHEADER) == 0 && memcmp(from_subheader + 8, none, 8) != 0)
        return DK_MODE2_FORM1;
    if (dk_edc(0, from_subheader, DK_SECTOR_RAW - SUBHEADER) == 0 && memcmp(from_subheader + 8, none, 8) != 0)
        return DK_MODE2_FORM2;
    return is_damaged_subheader(from_subheader) ? said : DK_MODE2;
}

/* The form of a Mode 2 sector of which `layout` keeps a part. */
static enum dk_mode stored_form(const struct dk_layout *layout, enum dk_mode mode, const uint8_t *stored)
{
    if (layout->from > SUBHEADER)
        return layout->to - layout->from == DK_SECTOR_FORM2 ? DK_MODE2_FORM2 : DK_MODE2_FORM1;
    if (layout->to == DK_SECTOR_RAW)
        return dk_mode2_form(stored + SUBHEADER - layout->from);
    if (mode == DK_MODE2 && layout->to > MODE2_USER + DK_SECTOR_USER)
        return stored[SUBHEADER - layout->from + SUBMODE] & SUBMODE_FORM2 ? DK_MODE2_FORM2 : DK_MODE2_FORM1;
    return mode == DK_MODE2 ? DK_MODE2_FORM1 : mode;
}

/* The mode that a stored sector really has: by its own header where it keeps one, by its subheader, else as the image
 * says. */
static enum dk_mode stored_mode(const struct dk_layout *layout, enum dk_mode mode, const uint8_t *stored)
{
    if (mode == DK_AUDIO)
        return DK_AUDIO;
    if (layout->from <= HEADER && (layout->from == HEADER || has_sync(stored))) {
        static const enum dk_mode by_header[] = { DK_MODE0, DK_MODE1, DK_MODE2 };
        const unsigned in_header = stored[MODE_BYTE - layout->from] & 3;

        if (in_header < 3)
            mode = by_header[in_header];
    }
    return mode == DK_MODE0 || mode == DK_MODE1 ? mode : stored_form(layout, mode, stored);
}

void dk_sector_expand(const struct dk_layout *layout, enum dk_mode mode, int32_t lba, const uint8_t *stored,
                      uint8_t raw[DK_SECTOR_RAW])
{
    memcpy(raw + layout->from, stored, (size_t)(layout->to - layout->from));
    if (layout->from == 0)
        return;
    mode = stored_mode(layout, mode, stored);
    if (layout->from <= HEADER) {
        memcpy(raw, sync_pattern, SYNC);
    } else {
        put_sync_header(raw, mode, lba);
        if (layout->from > SUBHEADER && mode != DK_MODE1) {
            memset(raw + SUBHEADER, 0, MODE2_USER - SUBHEADER);
            raw[SUBHEADER + SUBMODE] = raw[SUBHEADER + 4 + SUBMODE] =
                mode == DK_MODE2_FORM2 ? SUBMODE_FORM2 : SUBMODE_DATA;
        }
    }
    if (layout->to < DK_SECTOR_RAW)
        put_check_bytes(raw, mode);
}

int dk_sector_user_at(const uint8_t raw[DK_SECTOR_RAW])
{
    if (!has_sync(raw))
        return -1;
    if ((raw[MODE_BYTE] & 3) != 2)
        return MODE1_USER;
    return dk_mode2_form(raw + SUBHEADER) == DK_MODE2 ? SUBHEADER : MODE2_USER;
}

int sector_user_in(const struct dk_layout *layout, enum dk_mode mode, const uint8_t *stored)
{
    int at;

    switch (stored_mode(layout, mode, stored)) {
    case DK_MODE2_FORM1:
    case DK_MODE2_FORM2:
        at = MODE2_USER;
        break;
    default: /* Mode 0 and formless Mode 2 have 2336 bytes from here on */
        at = MODE1_USER;
    }
    return at - layout->from;
}

static bool header_is_odd(const uint8_t *raw, int32_t lba)
{
    uint8_t expected[DK_SECTOR_RAW];

    put_sync_header(expected, DK_MODE1, lba);
    return memcmp(raw + HEADER, expected + HEADER, 3) != 0 || raw[MODE_BYTE] > 2;
}

static unsigned check_mode2(const uint8_t *raw, bool ecc)
{
    static const uint8_t none[4];

    switch (dk_mode2_form(raw + SUBHEADER)) {
    case DK_MODE2_FORM1:
        if (dk_edc(0, raw + SUBHEADER, FORM1_EDC + 4 - SUBHEADER) != 0)
            return DK_FAULT_EDC;
        return ecc && !dk_ecc_right(raw, true) ? DK_FAULT_ECC : 0;
    case DK_MODE2_FORM2: /* which may leave its EDC out */
        if (memcmp(raw + FORM2_EDC, none, sizeof none) == 0)
            return 0;
        return dk_edc(0, raw + SUBHEADER, DK_SECTOR_RAW - SUBHEADER) != 0 ? DK_FAULT_EDC : 0;
    default:
        return 0;
    }
}

unsigned dk_sector_check(const uint8_t raw[DK_SECTOR_RAW], int32_t lba, bool ecc)
{
    unsigned faults;

    if (!has_sync(raw))
        return DK_FAULT_SYNC;
    faults = header_is_odd(raw, lba) ? DK_FAULT_HEADER : 0;
    switch (raw[MODE_BYTE] & 3) {
    case 1:
        if (dk_edc(0, raw, MODE1_EDC + 4) != 0)
            return faults | DK_FAULT_EDC;
        return ecc && !dk_ecc_right(raw, false) ? faults | DK_FAULT_ECC : faults;
    case 2:
        return faults | check_mode2(raw, ecc);
    default:
        return faults;
    }
}

unsigned dk_sector_check_stored(const struct dk_layout *layout, enum dk_mode mode, const uint8_t *stored, int32_t lba,
                                bool ecc)
{
    uint8_t raw[DK_SECTOR_RAW];

    if (mode == DK_AUDIO)
        return 0;
    if (layout->from == 0)
        return dk_sector_check(stored, lba, ecc);
    if (layout->to < FORM1_EDC + 4)
        return 0; /* no check bytes are stored */
    dk_sector_expand(layout, mode, lba, stored, raw);
    return dk_sector_check(raw, lba, ecc);
}

/* The sequence of ECMA-130 annex B: x^15 + x + 1, preset to 1, the lowest bit first. */
static uint8_t scrambler[DK_SECTOR_RAW];

__attribute__((constructor)) static void make_scrambler(void)
{
    unsigned state = 1;

    for (int at = SYNC; at < DK_SECTOR_RAW; at++)
        for (int bit = 0; bit < 8; bit++) {
            scrambler[at] = (uint8_t)(scrambler[at] | (state & 1) << bit);
            state = state >> 1 | ((state ^ state >> 1) & 1) << 14;
        }
}

void dk_scramble(uint8_t raw[DK_SECTOR_RAW])
{
    for (int at = SYNC; at < DK_SECTOR_RAW; at++)
        raw[at] ^= scrambler[at];
}
