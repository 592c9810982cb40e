/* The subchannel that images keep: which order it is in, and what its Q tells that the image's table does not. */
#ifndef FORMATS_SUBCHANNEL_H
#define FORMATS_SUBCHANNEL_H

#include <disckit/format.h>

/* Q out of the 96 bytes of a sector; false: its CRC is wrong. */
bool subchannel_q(const uint8_t sub[DK_SUBCHANNEL], enum dk_sub_order order, struct dk_q *q);
/* The same of what lies at a place of a store. */
bool subchannel_q_at(struct dk_store *store, uint64_t offset, enum dk_sub_order order, struct dk_q *q);
/*
 * How many of `count` subchannels, `stride` bytes apart, have a right Q in each order. The one with more of them is the
 * order; nothing that was met is right in both.
 */
struct subchannel_votes {
    unsigned linear, interleaved;
};
struct subchannel_votes subchannel_vote(struct dk_store *store, uint64_t offset, uint64_t stride, uint32_t count);

/* Of a disc that was read: puts the order right, and takes MCN and ISRCs from Q where the image gives none. */
void subchannel_settle(struct dk_disc *disc);

#endif
