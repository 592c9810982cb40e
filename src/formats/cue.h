/*
 * CUE sheets, from text to disc in three steps: cue_parse() reads the lines into the structs below, cue_open_files()
 * opens what they name, cue_lay_out() finds where everything lies and adds it to the disc.
 */
#ifndef FORMATS_CUE_H
#define FORMATS_CUE_H

#include "formats/sheet.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>

enum {
    CUE_FILES_MAX = 2 * DK_TRACKS_MAX + 2, /* a pause and a track in files of their own, for every track */
    CUE_TEXT_TYPES = 16,                   /* 80h to 8Fh */
};

enum cue_type { CUE_ANY, CUE_BINARY, CUE_MOTOROLA, CUE_SOUND };

struct cue_file {
    const char *name; /* as the sheet has it: in its code page */
    unsigned line;
    enum cue_type type;
    bool used;              /* an INDEX stands in it */
    struct dk_store *store; /* sectors or samples; NULL: the file is not there */
    bool big_endian;
};

/* An INDEX line. Its time counts from the start of its file. */
struct cue_point {
    uint8_t index;
    uint8_t file;
    int32_t time;
    unsigned line;
    bool has_lba; /* REM MSF gave its address */
    int32_t lba;
};

struct cue_track {
    uint8_t number, session, control;
    bool high_density;
    bool placeholder; /* EAC's line for a data track that it did not read: there are no sectors of it */
    enum dk_mode mode;
    uint16_t stored;
    unsigned line;
    int32_t pregap, postgap; /* sectors that no file holds */
    char isrc[DK_ISRC_LENGTH + 1];
    struct cue_point *points;
    size_t point_count;
};

/* What REM lines say of a session; -1: nothing. */
struct cue_session {
    int32_t lead_out; /* a length or a place in the file: cue_lay_out() finds out which */
    int32_t lead_in, pregap;
};

struct cue {
    const struct dk_candidate *candidate;
    struct dk_disc *disc;
    struct sheet sheet;
    struct cue_file files[CUE_FILES_MAX];
    size_t file_count;
    struct cue_track tracks[DK_TRACKS_MAX];
    size_t track_count;
    struct cue_session sessions[DK_TRACKS_MAX + 1]; /* by number */
    uint8_t session;                                /* where the reader is */
    bool high_density;
    bool next_has_lba; /* REM MSF came, and its INDEX did not yet */
    int32_t next_lba;
    const char *cd_text_file;
    const char *texts[DK_TRACKS_MAX + 1][CUE_TEXT_TYPES]; /* by track, 0 the disc, and by type */
};

/* A keyword and what it does with the rest of its line. */
struct cue_keyword {
    const char *word;
    bool (*run)(struct cue *cue, char *rest, struct dk_error *error);
    enum dk_cd_text_type text; /* or, without `run`, what text the line gives */
};

/* What a table, which ends with a row of zeros, has for the first word of `*line`, in whatever case; NULL: nothing.
 * `*line` then stands behind the word. */
const struct cue_keyword *cue_find_keyword(const struct cue_keyword *table, char **line);
/* mm:ss:ff as frames: false where it is not that. Minutes go on above 99. */
bool cue_time(const char *text, int32_t *frames);
/* A number of at most `most`. */
bool cue_number(const char *text, unsigned most, unsigned *number);
/* "PATH line N: ..." */
bool cue_fail(const struct cue *cue, unsigned line, struct dk_error *error, const char *format, ...) DK_PRINTF(4, 5);

bool cue_parse(struct cue *cue, struct dk_error *error);
bool cue_rem(struct cue *cue, char *rest, struct dk_error *error);
bool cue_open_files(struct cue *cue, struct dk_error *error);
/* Opens a file beside the sheet under all names that its bytes can mean. */
struct dk_store *cue_open_beside(struct cue *cue, const char *name, bool only, struct dk_error *error);
/* Holds the mode and size that the sheet gives a data track against its first sector, at `offset`, and corrects them.
 */
void cue_judge(struct cue *cue, struct cue_track *track, const struct cue_file *file, uint64_t offset);
/* The address in the header of the sector at `offset`; false where there is no sector with a sane header. */
bool cue_header_lba(const struct cue_track *track, const struct cue_file *file, uint64_t offset, int32_t *lba);
bool cue_lay_out(struct cue *cue, struct dk_error *error);

bool cue_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error);

#endif
