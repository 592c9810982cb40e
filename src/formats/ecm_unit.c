/* ECM: one unit, packed and unpacked (ECMA-130 chapter 14, and CD-ROM XA for Mode 2). */
#include "formats/ecm.h"

#include <string.h>

enum {
    SYNC = 12,
    ADDRESS = 3,
    MODE_BYTE = 15,
    MODE1_USER = 16,
    MODE1_EDC = 2064,
    MODE1_ECC = 2076,
    SUBHEADER = 16,
    MODE2_USER = 24,
    FORM1_EDC = 2072,
    FORM2_EDC = 2348,
    COPY = 4, /* bytes of a subheader, which stands there twice */
};

const struct ecm_unit ecm_units[ECM_TYPES] = {
    [ECM_BYTES] = { 1, 1 },
    [ECM_MODE1] = { ADDRESS + 2048, DK_SECTOR_RAW },
    [ECM_FORM1] = { COPY + 2048, DK_SECTOR_RAW - SUBHEADER },
    [ECM_FORM2] = { COPY + 2324, DK_SECTOR_RAW - SUBHEADER },
};

static const uint8_t sync[SYNC] = { 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0 };

static void put_edc(uint8_t *raw, size_t from, size_t to)
{
    const uint32_t edc = dk_edc(0, raw + from, to - from);

    for (int i = 0; i < 4; i++)
        raw[to + (size_t)i] = (uint8_t)(edc >> 8 * i);
}

static void make_mode1(const uint8_t *packed, uint8_t raw[DK_SECTOR_RAW])
{
    memcpy(raw, sync, SYNC);
    memcpy(raw + SYNC, packed, ADDRESS);
    raw[MODE_BYTE] = 1;
    memcpy(raw + MODE1_USER, packed + ADDRESS, 2048);
    put_edc(raw, 0, MODE1_EDC);
    memset(raw + MODE1_EDC + 4, 0, MODE1_ECC - MODE1_EDC - 4);
    dk_ecc_write(raw, false);
}

/* Sync and header are no part of the unit; P and Q of Mode 2 take the header for zeros. */
static void make_mode2(enum ecm_type type, const uint8_t *packed, uint8_t raw[DK_SECTOR_RAW])
{
    memcpy(raw + SUBHEADER, packed, COPY);
    memcpy(raw + SUBHEADER + COPY, packed, COPY);
    memcpy(raw + MODE2_USER, packed + COPY, ecm_units[type].packed - COPY);
    put_edc(raw, SUBHEADER, type == ECM_FORM1 ? FORM1_EDC : FORM2_EDC);
    if (type == ECM_FORM1)
        dk_ecc_write(raw, true);
}

void ecm_unpack(enum ecm_type type, const uint8_t *packed, uint8_t *to)
{
    uint8_t raw[DK_SECTOR_RAW];

    switch (type) {
    case ECM_MODE1:
        make_mode1(packed, to);
        break;
    case ECM_FORM1:
    case ECM_FORM2:
        make_mode2(type, packed, raw);
        memcpy(to, raw + SUBHEADER, ecm_units[type].size);
        break;
    default:
        *to = *packed;
    }
}

enum ecm_type ecm_pack(const uint8_t raw[DK_SECTOR_RAW], uint8_t packed[DK_SECTOR_RAW])
{
    const bool mode1 = raw[MODE_BYTE] == 1;
    const enum ecm_type type = mode1 ? ECM_MODE1 : raw[SUBHEADER + 2] & 0x20 ? ECM_FORM2 : ECM_FORM1;
    const size_t kept = mode1 ? ADDRESS : COPY, left_out = mode1 ? 0 : SUBHEADER;
    uint8_t again[DK_SECTOR_RAW];

    if (memcmp(raw, sync, SYNC) != 0 || (!mode1 && raw[MODE_BYTE] != 2))
        return ECM_BYTES;
    memcpy(packed, raw + (mode1 ? SYNC : SUBHEADER), kept);
    memcpy(packed + kept, raw + (mode1 ? MODE1_USER : MODE2_USER), ecm_units[type].packed - kept);
    ecm_unpack(type, packed, again);
    return memcmp(again, raw + left_out, ecm_units[type].size) == 0 ? type : ECM_BYTES;
}
