/* Subchannel: the two orders in which images keep it, and P and Q made from the table of contents (IEC 60908; MMC-6
 * annex). */
#include <disckit/sector.h>
#include <string.h>

enum {
    CHANNELS = 8,
    CHANNEL_BYTES = 12,
    Q_AT = CHANNEL_BYTES, /* in the linear order */
    ADR_POSITION = 1,
    LEAD_OUT = 0xAA,
};

/* Rows of eight bits, the first in the highest byte, become columns (Warren, "Hacker's Delight", 7-3). */
static uint64_t transposed(uint64_t rows)
{
    rows = (rows & 0xAA55AA55AA55AA55) | (rows & 0x00AA00AA00AA00AA) << 7 | (rows >> 7 & 0x00AA00AA00AA00AA);
    rows = (rows & 0xCCCC3333CCCC3333) | (rows & 0x0000CCCC0000CCCC) << 14 | (rows >> 14 & 0x0000CCCC0000CCCC);
    return (rows & 0xF0F0F0F00F0F0F0F) | (rows & 0x00000000F0F0F0F0) << 28 | (rows >> 28 & 0x00000000F0F0F0F0);
}

/* Eight bytes of the disc's order are one byte of each channel. */
void dk_sub_to_linear(const uint8_t interleaved[DK_SUBCHANNEL], uint8_t linear[DK_SUBCHANNEL])
{
    for (int i = 0; i < CHANNEL_BYTES; i++) {
        uint64_t rows = 0;

        for (int k = 0; k < CHANNELS; k++)
            rows = rows << 8 | interleaved[CHANNELS * i + k];
        rows = transposed(rows);
        for (int channel = 0; channel < CHANNELS; channel++)
            linear[channel * CHANNEL_BYTES + i] = (uint8_t)(rows >> (56 - 8 * channel));
    }
}

void dk_sub_to_interleaved(const uint8_t linear[DK_SUBCHANNEL], uint8_t interleaved[DK_SUBCHANNEL])
{
    for (int i = 0; i < CHANNEL_BYTES; i++) {
        uint64_t rows = 0;

        for (int channel = 0; channel < CHANNELS; channel++)
            rows = rows << 8 | linear[channel * CHANNEL_BYTES + i];
        rows = transposed(rows);
        for (int k = 0; k < CHANNELS; k++)
            interleaved[CHANNELS * i + k] = (uint8_t)(rows >> (56 - 8 * k));
    }
}

/* CRC-16 with x^16 + x^12 + x^5 + 1, highest bit first. */
static uint16_t crc_table[256];

__attribute__((constructor)) static void make_crc_table(void)
{
    for (unsigned i = 0; i < 256; i++) {
        unsigned crc = i << 8;

        for (int bit = 0; bit < 8; bit++)
            crc = crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0);
        crc_table[i] = (uint16_t)crc;
    }
}

uint16_t dk_q_crc(const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    uint16_t crc = 0;

    for (; count; count--, at++)
        crc = (uint16_t)(crc << 8 ^ crc_table[crc >> 8 ^ *at]);
    return (uint16_t)~crc;
}

static void put_msf(uint8_t *at, struct dk_msf msf)
{
    at[0] = dk_bcd(msf.minute);
    at[1] = dk_bcd(msf.second);
    at[2] = dk_bcd(msf.frame);
}

static uint8_t index_at(const struct dk_track *track, int32_t lba)
{
    uint8_t index = 1;

    if (lba < track->lba)
        return 0;
    for (size_t i = 0; i < track->index_count && track->indexes[i].lba <= lba; i++)
        index = track->indexes[i].number;
    return index;
}

/* The track of `lba`; its pause too, where the image names none: the 150 sectors before a session, all before LBA 0. */
static const struct dk_track *track_or_pause(const struct dk_disc *disc, int32_t lba)
{
    const struct dk_track *track = dk_disc_track_at(disc, lba);

    for (size_t i = 0; !track && i < disc->track_count; i++)
        if (lba < disc->tracks[i].lba && (i == 0 || lba >= (int64_t)disc->tracks[i].lba - DK_LEAD_IN_PREGAP))
            track = &disc->tracks[i];
    return track;
}

/* The last lead-out that begins at or before `lba`, and the CONTROL of the track before it. */
static int32_t lead_out_before(const struct dk_disc *disc, int32_t lba, uint8_t *control)
{
    int32_t lead_out = lba;

    *control = 0;
    for (size_t i = 0; i < disc->session_count && disc->sessions[i].lead_out <= lba; i++)
        lead_out = disc->sessions[i].lead_out;
    for (size_t i = 0; i < disc->track_count && disc->tracks[i].lba < lead_out; i++)
        *control = disc->tracks[i].control;
    return lead_out;
}

static struct dk_msf running_time(int64_t sectors)
{
    return dk_msf_of_lba((int32_t)(sectors - DK_LEAD_IN_PREGAP));
}

void dk_sub_make(const struct dk_disc *disc, int32_t lba, uint8_t linear[DK_SUBCHANNEL])
{
    const struct dk_track *track = track_or_pause(disc, lba);
    uint8_t *q = linear + Q_AT, control;
    int64_t relative;
    uint16_t crc;

    memset(linear, 0, DK_SUBCHANNEL);
    if (track) {
        const bool pause = lba < track->lba;

        /* in a pause the time counts down, to 00:00:00 in its last sector */
        relative = pause ? (int64_t)track->lba - lba - 1 : (int64_t)lba - track->lba;
        memset(linear, pause ? 0xFF : 0, CHANNEL_BYTES);
        control = track->control;
        q[1] = dk_bcd(track->number);
        q[2] = dk_bcd(index_at(track, lba));
    } else {
        relative = (int64_t)lba - lead_out_before(disc, lba, &control);
        q[1] = LEAD_OUT;
        q[2] = 1;
    }
    q[0] = (uint8_t)(control << 4 | ADR_POSITION);
    put_msf(q + 3, running_time(relative));
    put_msf(q + 7, dk_msf_of_lba(lba));
    crc = dk_q_crc(q, 10);
    q[10] = (uint8_t)(crc >> 8);
    q[11] = (uint8_t)crc;
}
