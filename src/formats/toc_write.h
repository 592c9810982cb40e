/* Writing cdrdao's TOC: what the plan, the words and the texts share. */
#ifndef FORMATS_TOC_WRITE_H
#define FORMATS_TOC_WRITE_H

#include "formats/toc.h"
#include "formats/writer.h"

/* A track of the result: sectors that no file holds, then [stored, end_stored) in a file, then such as none holds. */
struct toc_part {
    const struct dk_track *track;
    int32_t begin, stored, end_stored, end; /* LBA */
    const char *mode;
    unsigned size; /* bytes a sector, with subchannel */
    bool subchannel;
    bool own_file;
    uint64_t offset; /* of its first sector in the file */
};

struct toc_writer {
    struct writer base;
    struct dk_output_file *sheet;
    struct toc_part parts[DK_TRACKS_MAX]; /* as many as the disc has tracks */
};

/* CD_TEXT of the disc, track 0, or of a track; nothing where there is none. */
bool toc_write_texts(struct toc_writer *writer, unsigned track, struct dk_error *error);
/* `bytes` in quotes, with escapes for what cannot stand there; octal ones for all that is not ASCII where asked for. */
bool toc_write_string(struct toc_writer *writer, const char *bytes, bool octal, struct dk_error *error);

#endif
