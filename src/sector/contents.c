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

static bool is_zero(const uint8_t *bytes, size_t count)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

/* Does the EDC at the end of `count` bytes agree, where these are not all zero, of which it says nothing? */
static bool edc_agrees(const uint8_t *bytes, size_t count)
{
    return dk_edc(0, bytes, count) == 0 && !is_zero(bytes, count);
}

/* Two equal copies of a subheader that is not empty say the form; DK_MODE2: they do not. */
static enum dk_mode subheader_form(const uint8_t *copies)
{
    if (memcmp(copies, copies + 4, 4) != 0 || is_zero(copies, 4))
        return DK_MODE2;
    return copies[SUBMODE] & SUBMODE_FORM2 ? DK_MODE2_FORM2 : DK_MODE2_FORM1;
}

enum dk_mode dk_mode2_form(const uint8_t from_subheader[2336])
{
    const enum dk_mode form = subheader_form(from_subheader);

    if (form != DK_MODE2)
        return form;
    if (edc_agrees(from_subheader, FORM1_EDC + 4 - SUBHEADER))
        return DK_MODE2_FORM1;
    if (edc_agrees(from_subheader, DK_SECTOR_RAW - SUBHEADER))
        return DK_MODE2_FORM2;
    if (is_damaged_subheader(from_subheader))
        return from_subheader[SUBMODE] & SUBMODE_FORM2 ? DK_MODE2_FORM2 : DK_MODE2_FORM1;
    return DK_MODE2;
}

/* The form of a Mode 2 sector of which `layout` keeps a part, and which the image says to be of `mode`. */
static enum dk_mode stored_form(const struct dk_layout *layout, enum dk_mode mode, const uint8_t *stored)
{
    const uint8_t *from_subheader = stored + SUBHEADER - layout->from;
    enum dk_mode form;

    if (layout->from > SUBHEADER)
        return layout->to - layout->from == DK_SECTOR_FORM2 ? DK_MODE2_FORM2 : DK_MODE2_FORM1;
    if (layout->to == DK_SECTOR_RAW) {
        form = dk_mode2_form(from_subheader);
        return form == DK_MODE2 ? mode : form;
    }
    if (layout->to == MODE2_USER + DK_SECTOR_USER)
        return DK_MODE2_FORM1;
    form = subheader_form(from_subheader); /* 2332 bytes: one of the two, since nothing formless is cut so */
    if (form == DK_MODE2)
        form = mode;
    if (form == DK_MODE2)
        form = dk_edc(0, from_subheader, FORM1_EDC + 4 - SUBHEADER) == 0 ? DK_MODE2_FORM1 : DK_MODE2_FORM2;
    return form;
}

/*
 * The mode that a stored sector really has: by its own header where it keeps one that says Mode 1 or 2, by its
 * subheader, else as the image says.
 */
static enum dk_mode stored_mode(const struct dk_layout *layout, enum dk_mode mode, const uint8_t *stored)
{
    if (mode == DK_AUDIO)
        return DK_AUDIO;
    if (layout->from == HEADER || (layout->from == 0 && has_sync(stored))) {
        const unsigned in_header = stored[MODE_BYTE - layout->from] & 3;

        if (in_header == 1)
            return DK_MODE1;
        if (in_header == 2 && (mode == DK_MODE0 || mode == DK_MODE1))
            mode = DK_MODE2;
    }
    return mode == DK_MODE0 || mode == DK_MODE1 ? mode : stored_form(layout, mode, stored);
}

static void put_plain_subheader(uint8_t *raw, enum dk_mode form)
{
    memset(raw + SUBHEADER, 0, MODE2_USER - SUBHEADER);
    raw[SUBHEADER + SUBMODE] = raw[SUBHEADER + 4 + SUBMODE] = form == DK_MODE2_FORM2 ? SUBMODE_FORM2 : SUBMODE_DATA;
}

void sector_make_empty(uint8_t raw[DK_SECTOR_RAW], enum dk_mode mode, int32_t lba)
{
    memset(raw, 0, DK_SECTOR_RAW);
    if (mode == DK_MODE2_FORM1 || mode == DK_MODE2_FORM2)
        put_plain_subheader(raw, mode);
    if (mode != DK_AUDIO)
        dk_sector_complete(raw, mode, lba);
}

void dk_sector_expand(const struct dk_layout *layout, enum dk_mode mode, int32_t lba, const uint8_t *stored,
                      uint8_t raw[DK_SECTOR_RAW])
{
    const size_t kept = (size_t)(layout->to - layout->from);

    memcpy(raw + layout->from, stored, kept);
    if (layout->from == 0)
        return;
    mode = stored_mode(layout, mode, stored);
    if (layout->from == HEADER)
        memcpy(raw, sync_pattern, SYNC);
    else
        put_sync_header(raw, mode, lba);
    if (layout->from > SUBHEADER && mode != DK_MODE1)
        put_plain_subheader(raw, mode);
    if (layout->to == DK_SECTOR_RAW)
        return;
    put_check_bytes(raw, mode);
    memcpy(raw + layout->from, stored, kept); /* of 2332 bytes some are check bytes, wrong ones too */
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
    uint8_t expected[SUBHEADER];

    put_sync_header(expected, DK_MODE1, lba);
    return memcmp(raw + HEADER, expected + HEADER, 3) != 0 || raw[MODE_BYTE] > 2;
}

static unsigned check_mode1(const uint8_t *raw, bool ecc)
{
    if (dk_edc(0, raw, MODE1_EDC + 4) != 0)
        return DK_FAULT_EDC;
    return ecc && !dk_ecc_right(raw, false) ? DK_FAULT_ECC : 0;
}

static unsigned check_mode2(const uint8_t *raw, bool ecc)
{
    switch (dk_mode2_form(raw + SUBHEADER)) {
    case DK_MODE2_FORM1:
        if (dk_edc(0, raw + SUBHEADER, FORM1_EDC + 4 - SUBHEADER) != 0)
            return DK_FAULT_EDC;
        return ecc && !dk_ecc_right(raw, true) ? DK_FAULT_ECC : 0;
    case DK_MODE2_FORM2: /* which may leave its EDC out */
        if (is_zero(raw + FORM2_EDC, 4))
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
    case 0: /* all zeros behind the header (ECMA-130 14.2) */
        return faults | (is_zero(raw + SUBHEADER, DK_SECTOR_RAW - SUBHEADER) ? 0 : DK_FAULT_EDC);
    case 1:
        return faults | check_mode1(raw, ecc);
    case 2:
        return faults | check_mode2(raw, ecc);
    default: /* no mode: a flipped bit, which the EDC of Mode 1 covers */
        return faults | DK_FAULT_EDC;
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
    if (layout->to < FORM1_EDC + 4 || layout->to - layout->from == DK_SECTOR_FORM2)
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
