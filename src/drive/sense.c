#include "drive/command.h"

#include <stdio.h>

enum { ANY = -1 };

/* SPC-3 and MMC-6 annex F; the first row that fits is taken. */
static const struct {
    uint8_t key, asc;
    int ascq;
    const char *text;
} words[] = {
    { 2, 0x04, 0x01, "becoming ready" },
    { 2, 0x04, 0x04, "formatting" },
    { 2, 0x04, 0x07, "an operation is in progress" },
    { 2, 0x04, 0x08, "a long write is in progress" },
    { 2, 0x04, ANY, "not ready" },
    { 2, 0x30, ANY, "this medium cannot be read by this drive" },
    { 2, 0x3A, 0x02, "tray open" },
    { 2, 0x3A, ANY, "no medium" },
    { 3, 0x02, ANY, "no seek complete" },
    { 3, 0x0C, ANY, "write error" },
    { 3, 0x11, ANY, "unrecovered read error" },
    { 3, 0x31, ANY, "medium not formatted" },
    { 5, 0x20, ANY, "unknown command" },
    { 5, 0x21, 0x02, "invalid address for write" },
    { 5, 0x21, ANY, "address out of range" },
    { 5, 0x24, ANY, "invalid field in command" },
    { 5, 0x30, ANY, "incompatible medium" },
    { 5, 0x64, ANY, "illegal mode for this track" },
    { 5, 0x6F, ANY, "scrambled sector without authentication" },
    { 6, 0x28, ANY, "the medium may have changed" },
    { 6, 0x29, ANY, "the drive was reset" },
    { 7, 0x27, ANY, "write protected" },
};

static const char *const keys[] = {
    "no sense",  "recovered error", "not ready",   "medium error",    "hardware error", "illegal request",
    "attention", "data protect",    "blank check", "vendor specific", "copy aborted",   "aborted command",
    "reserved",  "volume overflow", "miscompare",  "completed",
};

const char *drive_sense_text(const struct drive_sense *sense, char to[120])
{
    const char *text = keys[sense->key & 15];

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].key != sense->key || words[i].asc != sense->asc ||
            (words[i].ascq != ANY && words[i].ascq != sense->ascq))
            continue;
        text = words[i].text;
        break;
    }
    snprintf(to, 120, "%s (sense %02X/%02X/%02X)", text, sense->key, sense->asc, sense->ascq);
    return to;
}
