/* SPDX-License-Identifier: GPL-3.0-or-later */
/* odsim: an optical drive and its medium in software. One function takes a command block and answers as a drive would
 * (MMC-6). */
#ifndef ODSIM_H
#define ODSIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ODSIM_GOOD = 0, ODSIM_CHECK = 2, ODSIM_SENSE = 18 };

struct odsim;

/* Opens the drive that a configuration file describes. On failure: NULL and a sentence in message. */
struct odsim *odsim_open(const char *conf, char *message, size_t room);
void odsim_close(struct odsim *drive);
const char *odsim_name(const struct odsim *drive);

/* Runs one command. out: the data that the host sends; in: room for the drive's answer, *moved how much of it was
   filled. Returns the SCSI status; sense holds fixed-format data after ODSIM_CHECK. */
int odsim_command(struct odsim *drive, const uint8_t *cdb, size_t cdb_len, const uint8_t *out, size_t out_len,
                  uint8_t *in, size_t in_len, size_t *moved, uint8_t sense[ODSIM_SENSE]);

/* Writes a line about a command to stderr, in one piece: other threads, and the programs of other drives, do so, too.
 */
void odsim_trace(const char *name, const uint8_t *cdb, size_t cdb_len, size_t moved, size_t len, int status,
                 const uint8_t sense[ODSIM_SENSE]);

/* Does another program hold the drive for itself ("fault claimed")? */
bool odsim_claimed(const struct odsim *drive);

/* What a hand at the drive does: "load CONF", "eject", "button", "fault ...", "clear-faults", "stats". False: refused;
 * reply holds a sentence or an answer. */
bool odsim_control(struct odsim *drive, const char *line, char *reply, size_t room);

#endif
