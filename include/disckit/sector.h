/*
 * Sectors: the core that every tool stands on. A disc is a table of contents and a source; a source gives any sector of
 * the disc, by its LBA, in the form that the caller wants, whatever form it is stored in.
 */
#ifndef DISCKIT_SECTOR_H
#define DISCKIT_SECTOR_H

#include <disckit/bytes.h>
#include <disckit/error.h>
#include <disckit/note.h>
#include <stdint.h>

struct dk_arena;
struct dk_cd_text;

/* ---- Addresses (ECMA-130 chapter 14; MMC-6 annex) ---- */

enum {
    DK_FRAMES_A_SECOND = 75,
    DK_LEAD_IN_PREGAP = 150,      /* sectors between 00:00:00 and LBA 0 */
    DK_FIRST_SESSION_GAP = 11400, /* from the lead-out of session 1 to INDEX 01 of the next: 6750 + 4500 + 150 */
    DK_LATER_SESSION_GAP = 6900,  /* the same after later sessions: 2250 + 4500 + 150 */
};

struct dk_msf {
    uint8_t minute, second, frame; /* plain numbers, not BCD; minutes up to 159 */
};

/* LBA -150 is 00:00:00; -151 and below count from 99:59:74 down, as MMC says. */
DK_API struct dk_msf dk_msf_of_lba(int32_t lba);
DK_API int32_t dk_lba_of_msf(struct dk_msf msf); /* -150 and up: what lies below is not told from long discs */
/*
 * The LBA of a header or a Q that is met where `expected` should be: 90:00:00 to 99:59:74 stand for the end of a long
 * disc and for the lead-in, whichever is nearer.
 */
DK_API int32_t dk_lba_near(struct dk_msf msf, int32_t expected);
/* BCD with the tens nibble going on to hexadecimal above 99, as GD-ROMs write their minutes (A0 is 100). */
DK_API uint8_t dk_bcd(unsigned number);
DK_API unsigned dk_of_bcd(uint8_t bcd);

/* ---- Layouts: which parts of a sector are stored ---- */

enum {
    DK_SECTOR_USER = 2048,  /* user data of Mode 1, of Mode 2 Form 1, and of a DVD's or BD's sector */
    DK_SECTOR_FORM2 = 2324, /* user data of Mode 2 Form 2 */
    DK_SECTOR_RAW = 2352,   /* ECMA-130: sync 12, header 4, [subheader 8], user data, EDC 4, [zero 8], P 172, Q 104 */
    DK_SUBCHANNEL = 96,     /* P to W, 12 bytes a channel */
    DK_SECTOR_RAW_SUB = 2448,
};

enum dk_mode {
    DK_AUDIO,
    DK_MODE0,
    DK_MODE1, /* DVD and BD sectors too */
    DK_MODE2, /* formless, or form known only from each sector's subheader */
    DK_MODE2_FORM1,
    DK_MODE2_FORM2,
};

/* What a caller wants of each sector. */
enum dk_form {
    DK_FORM_USER,    /* 2048 bytes of user data; of a Form 2 sector the first 2048 of its 2324 */
    DK_FORM_RAW,     /* 2352 bytes as on the disc; what is not stored is computed */
    DK_FORM_RAW_SUB, /* 2352 bytes, then 96 of subchannel P..W, a channel after the other ("linear") */
};

/*
 * A layout is a window on the 2352 bytes of a raw sector, with what some containers add behind it. All sizes that are
 * in use come from one table (src/sector/layout.c).
 */
struct dk_layout {
    uint16_t stored;   /* bytes a sector takes in the image */
    uint16_t from, to; /* the bytes [from, to) of the raw sector that are kept, first thing */
    uint16_t c2_size;  /* then 0 or 294 bytes of C2 error flags */
    uint8_t sub_size;  /* then 0, 16 (Q, padding, P) or 96 bytes of subchannel */
};

/* The layout of a sector of `mode` that takes `stored` bytes, or NULL: there is no such thing. */
DK_API const struct dk_layout *dk_layout_find(enum dk_mode mode, unsigned stored);

enum dk_sub_order {
    DK_SUB_INTERLEAVED, /* byte k holds bit k of all eight channels, P in bit 7: as on the disc, and in most images */
    DK_SUB_LINEAR,      /* 12 bytes a channel, P first: CloneCD */
};

/* ---- The table of contents ---- */

enum dk_medium { DK_MEDIUM_UNKNOWN, DK_MEDIUM_CD, DK_MEDIUM_DVD, DK_MEDIUM_BD };

/* CONTROL bits of a track, as in the high nibble of Q's first byte (IEC 60908). */
enum dk_control {
    DK_CONTROL_PRE_EMPHASIS = 1,
    DK_CONTROL_COPY_PERMITTED = 2,
    DK_CONTROL_DATA = 4,
    DK_CONTROL_FOUR_CHANNELS = 8,
};

enum { DK_ISRC_LENGTH = 12, DK_MCN_LENGTH = 13, DK_TRACKS_MAX = 99, DK_INDEX_MAX = 99 };

struct dk_index {
    uint8_t number; /* 2..99 */
    int32_t lba;
};

struct dk_track {
    uint8_t number;  /* 1..99 */
    uint8_t session; /* 1.. */
    enum dk_mode mode;
    uint8_t control; /* enum dk_control; dk_disc_finish() sets DK_CONTROL_DATA from the mode */
    int32_t lba;     /* of INDEX 01 */
    uint32_t count;  /* sectors from INDEX 01 to the next track's INDEX 00 or the session's lead-out, without postgap */
    uint32_t pregap; /* sectors before INDEX 01 that belong to this track, stored or named by the image */
    uint32_t postgap;               /* sectors after the track that no file holds */
    uint16_t stored;                /* bytes a sector in the image; 0 where it keeps none */
    bool missing;                   /* the file with its data is not there */
    char isrc[DK_ISRC_LENGTH + 1];  /* empty where there is none */
    const struct dk_index *indexes; /* INDEX 02 and up, rising; in the disc's arena */
    size_t index_count;
};

struct dk_session {
    uint8_t number;
    int32_t lead_out; /* LBA of the first sector after its last track (and that one's postgap) */
};

/* ---- Extents: where the sectors of an image lie ---- */

struct dk_extent {
    int32_t lba;
    uint32_t count;
    enum dk_mode mode;      /* DK_MODE2: each sector's subheader says the form */
    struct dk_store *store; /* NULL: sectors that no file holds, as a gap: silence, or empty sectors of `mode` */
    uint64_t offset;        /* of the first sector in the store */
    const struct dk_layout *layout; /* NULL where `store` is */
    bool audio_big_endian;
    enum dk_sub_order sub_order;
};

/* ---- Sources ---- */

struct dk_source {
    const struct dk_source_ops *ops;
};

struct dk_source_ops {
    /* As dk_source_read(). */
    uint32_t (*read)(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form, void *to,
                     struct dk_error *error);
    void (*destroy)(struct dk_source *source);
};

/*
 * Reads up to `count` sectors from `lba` on into `to`, count * dk_form_size(form) bytes, and returns how many lie
 * there: fewer than `count` where the next one can't be read, and `error` then says why. A sector that was read and
 * whose check bytes disagree counts as read: finding that out is dk_sector_check()'s job, so that who wants speed pays
 * nothing for it. The source of a disc may be read by several threads at once; wrappers may not. An audio sector has no
 * DK_FORM_USER: asking for it is an error.
 */
DK_API DK_MUST_USE uint32_t dk_source_read(struct dk_source *source, int32_t lba, uint32_t count, enum dk_form form,
                                           void *to, struct dk_error *error);
DK_API size_t dk_form_size(enum dk_form form);
DK_API void dk_source_close(struct dk_source *source); /* NULL is fine */

/* ---- The disc ---- */

struct dk_disc {
    const char *format; /* id of the image's row, or "drive"; a constant */
    const char *path;   /* what was opened, in the arena */
    enum dk_medium medium;
    struct dk_track *tracks; /* by number */
    size_t track_count;
    struct dk_session *sessions; /* by number; made by dk_disc_finish() */
    size_t session_count;
    struct dk_extent *extents; /* by LBA */
    size_t extent_count;
    const char **missing; /* files that a sheet names and that are not there: their tracks have no extent */
    size_t missing_count;
    char mcn[DK_MCN_LENGTH + 1]; /* media catalog number; empty where there is none */
    struct dk_cd_text *cd_text;  /* disckit/cdtext.h; NULL where there is none */
    uint64_t container_size;     /* bytes of all files with sectors, as they are */
    uint32_t odd_tail;           /* bytes after the last whole sector of the last file */
    struct dk_notes notes;
    struct dk_source *source; /* made by dk_disc_finish(); goes with the disc */
    struct dk_arena *arena;   /* everything that was parsed lives here and goes with the disc */
};

/*
 * A format's reader adds what its image says, in any order. dk_disc_finish() then sorts it and refuses what can't be:
 * no track, two tracks of one number, extents that overlap or reach past the end of their store, more than
 * DK_TRACKS_MAX. So no format checks that by itself. It settles what all formats leave to it: sessions, the data bit of
 * CONTROL, the mode of Mode 2 tracks (Form 1 or Form 2 where the first, the middle and the last sector agree), the
 * medium by its size where the image does not say. An extent uses its store on its own from then on; the caller still
 * closes the one it opened.
 */
DK_API struct dk_disc *dk_disc_new(const char *format, const char *path);
DK_API void dk_disc_add_track(struct dk_disc *disc, struct dk_track track);
DK_API void dk_disc_add_extent(struct dk_disc *disc, struct dk_extent extent);
DK_API void dk_disc_add_missing(struct dk_disc *disc, const char *file);
/* For images that say where a session's lead-out is; else it follows the session's last track. */
DK_API void dk_disc_set_lead_out(struct dk_disc *disc, unsigned session, int32_t lba);
DK_API DK_MUST_USE bool dk_disc_finish(struct dk_disc *disc, struct dk_error *error);
DK_API void dk_disc_close(struct dk_disc *disc); /* NULL is fine */

DK_API const struct dk_track *dk_disc_track(const struct dk_disc *disc, unsigned number); /* NULL: there is none */
/* The track that `lba` belongs to, its pregap and postgap included; NULL where none does. */
DK_API const struct dk_track *dk_disc_track_at(const struct dk_disc *disc, int32_t lba);
/* The extent that holds `lba`, or NULL. Who wants the stored bytes as they are reads its store. */
DK_API const struct dk_extent *dk_disc_extent_at(const struct dk_disc *disc, int32_t lba);
/* One sector of an extent, out of the bytes in which its store has it (NULL: it has none), in the form that is wanted.
 */
DK_API void dk_extent_turn(const struct dk_disc *disc, const struct dk_extent *extent, int32_t lba,
                           const uint8_t *stored, enum dk_form form, uint8_t *to);
DK_API int32_t dk_disc_lead_out(const struct dk_disc *disc, unsigned session);
DK_API int32_t dk_disc_end(const struct dk_disc *disc); /* the lead-out of the last session */
static inline bool dk_mode_is_data(enum dk_mode mode)
{
    return mode != DK_AUDIO;
}
DK_API const char *dk_mode_name(enum dk_mode mode);       /* "mode2-form1", as in --json */
DK_API const char *dk_medium_name(enum dk_medium medium); /* "cd" */

/* ---- What is inside a sector ---- */

/*
 * Computes everything around the user data of a sector that is to be of `mode` (not DK_MODE2) at `lba`: `raw` has the
 * user data in its place and, in Mode 2, the subheader; sync, header, EDC, zeros, P and Q are written.
 */
DK_API void dk_sector_complete(uint8_t raw[DK_SECTOR_RAW], enum dk_mode mode, int32_t lba);
/* The same for a sector of which a layout keeps a part: what is stored stays as it is, the rest is computed. */
DK_API void dk_sector_expand(const struct dk_layout *layout, enum dk_mode mode, int32_t lba, const uint8_t *stored,
                             uint8_t raw[DK_SECTOR_RAW]);
/* Where the 2048 bytes of user data begin in a raw sector whose mode and form it says itself; -1: it has no sync. */
DK_API int dk_sector_user_at(const uint8_t raw[DK_SECTOR_RAW]);
/* Form of a Mode 2 sector by its subheader and EDC (FORMATS A 1.2): FORM1, FORM2, or DK_MODE2 where it is formless. */
DK_API enum dk_mode dk_mode2_form(const uint8_t from_subheader[2336]);

/* What dk_sector_check() found wrong; bits. */
enum dk_fault {
    DK_FAULT_SYNC = 1,   /* a data sector without sync */
    DK_FAULT_EDC = 2,    /* the user data, or the EDC, is wrong */
    DK_FAULT_ECC = 4,    /* the EDC is right, P or Q is not */
    DK_FAULT_HEADER = 8, /* mode byte or address is not what it should be at this LBA: an odd attribute, no damage */
};

/* Checks a raw sector of a data track. `ecc`: P and Q too where the EDC is right; they cost ten times the EDC. */
DK_API unsigned dk_sector_check(const uint8_t raw[DK_SECTOR_RAW], int32_t lba, bool ecc);
/*
 * The same for a sector as a layout stores it, as far as what is stored allows: 0 where nothing can be checked.
 */
DK_API unsigned dk_sector_check_stored(const struct dk_layout *layout, enum dk_mode mode, const uint8_t *stored,
                                       int32_t lba, bool ecc);

/*
 * Subchannel (IEC 60908; MMC-6 annex): from the order of the disc to a channel after the other, and back; the CRC-16 of
 * Q and of CD-TEXT packs (inverted, as it is stored); and what P and Q should be at an LBA of this disc, R to W empty.
 */
DK_API void dk_sub_to_linear(const uint8_t interleaved[DK_SUBCHANNEL], uint8_t linear[DK_SUBCHANNEL]);
DK_API void dk_sub_to_interleaved(const uint8_t linear[DK_SUBCHANNEL], uint8_t interleaved[DK_SUBCHANNEL]);
DK_API uint16_t dk_q_crc(const void *bytes, size_t count);
DK_API void dk_sub_make(const struct dk_disc *disc, int32_t lba, uint8_t linear[DK_SUBCHANNEL]);

/* What a Q of the program area says (IEC 60908; MMC-6 annex). */
struct dk_q {
    uint8_t control;              /* enum dk_control */
    uint8_t adr;                  /* 1: a position, 2: the MCN, 3: an ISRC */
    uint8_t track, index;         /* of a position; track 0 is the lead-in, 0xAA the lead-out */
    int32_t lba;                  /* of a position */
    char code[DK_MCN_LENGTH + 1]; /* MCN or ISRC; empty: all zeros, which is none, or no code at all */
};
/* False: the CRC is wrong (nothing but zeros, as where nothing was recorded, has none), or a position is none. */
DK_API bool dk_q_decode(const uint8_t q[12], struct dk_q *decoded);

/* EDC of CD sectors (ECMA-130 14.3): x^32 + x^31 + x^16 + x^15 + x^4 + x^3 + x + 1, reflected; start with 0. */
DK_API uint32_t dk_edc(uint32_t edc, const void *bytes, size_t count);
/* P and Q (ECMA-130 annex A) over bytes 12..2075 of a raw sector, into 2076..2351. Mode 2 takes its header as zeros. */
DK_API void dk_ecc_write(uint8_t raw[DK_SECTOR_RAW], bool mode2);
DK_API bool dk_ecc_right(const uint8_t raw[DK_SECTOR_RAW], bool mode2);
/* XORs bytes 12..2351 with the scrambler's sequence (ECMA-130 annex B): once scrambles, twice is the identity. */
DK_API void dk_scramble(uint8_t raw[DK_SECTOR_RAW]);

#endif
