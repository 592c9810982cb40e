/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The core of odsim: medium, faults and commands. No operating system calls but those on the medium's files and the
 * clock. */
#define _FILE_OFFSET_BITS 64
#define _POSIX_C_SOURCE   200809L
#include "odsim.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RAW = 2352, USER = 2048, SUB = 96, MAX_TRACKS = 100, MAX_FAULTS = 256, MAX_CUE = 2048 };

/* ------------------------------------------------------------------ the model */

enum kind {
    NONE,
    CD_ROM,
    CD_R,
    CD_RW,
    DVD_ROM,
    DVD_R,
    DVD_RW,
    DVD_RAM,
    DVD_PLUS_RW,
    DVD_PLUS_R,
    BD_ROM,
    BD_R,
    BD_RE,
    KINDS
};

static const struct kind_row {
    const char *name;
    uint16_t profile;
    bool cd, writable, erasable, random; /* random: any sector may be written again */
    uint32_t capacity;                   /* sectors, unless the configuration says otherwise */
} kinds[KINDS] = {
    [NONE] = { "none", 0, false, false, false, false, 0 },
    [CD_ROM] = { "cd-rom", 0x08, true, false, false, false, 0 },
    [CD_R] = { "cd-r", 0x09, true, true, false, false, 359845 },
    [CD_RW] = { "cd-rw", 0x0A, true, true, true, false, 359845 },
    [DVD_ROM] = { "dvd-rom", 0x10, false, false, false, false, 0 },
    [DVD_R] = { "dvd-r", 0x11, false, true, false, false, 2298496 },
    [DVD_RW] = { "dvd-rw", 0x14, false, true, true, false, 2298496 },
    [DVD_RAM] = { "dvd-ram", 0x12, false, true, true, true, 2236704 },
    [DVD_PLUS_RW] = { "dvd+rw", 0x1A, false, true, true, true, 2295104 },
    [DVD_PLUS_R] = { "dvd+r", 0x1B, false, true, false, false, 2295104 },
    [BD_ROM] = { "bd-rom", 0x40, false, false, false, false, 0 },
    [BD_R] = { "bd-r", 0x41, false, true, false, false, 12219392 },
    [BD_RE] = { "bd-re", 0x43, false, true, true, true, 11826176 },
};

enum mode { AUDIO, MODE1, MODE2 };

struct track {
    int nr, session;
    enum mode mode;
    uint8_t control; /* the Q channel's four bits */
    int32_t start, count, pregap;
    int32_t written;  /* sectors from start that hold data; what follows, up to count, is run-out */
    int64_t at;       /* the place of start in the image, in sectors; -1: start itself */
    int32_t reserved; /* a reserved track's size, 0 where none */
    bool closed;
    char isrc[13];
};

enum fault_kind { BAD, FLAKY, SLOW, C2, WRITE_ERROR, GONE, SCRAMBLED, UNNAMED, FAST, CACHED };
static const char *const fault_names[] = { "bad",  "flaky",     "slow",    "c2",   "write",
                                           "gone", "scrambled", "unnamed", "fast", "cached" };
struct fault {
    enum fault_kind kind;
    int32_t first, last;
    int count;     /* flaky: failures left; slow: milliseconds; c2: wrong bytes a sector; fast: kB/s; cached: sectors */
    uint8_t *left; /* flaky: failures left, a sector each */
    uint64_t since; /* cached: sectors that were read before it failed last, and one; 0: it did not fail yet */
};

struct cue_item {
    uint8_t ctl_adr, track, index, form;
    int32_t lba;
    char isrc[13];
};

struct odsim {
    char name[64], vendor[9], product[17], revision[5];
    char conf[4096];
    /* the medium */
    enum kind kind;
    int fd;
    char image[4096];
    bool image_writable;
    uint32_t stored; /* bytes a sector in the image */
    uint32_t capacity;
    struct track track[MAX_TRACKS];
    int tracks;
    int closed_sessions;
    bool finalized, formatted, dirty; /* dirty: the state file is behind */
    int bg_format;                    /* DVD+RW: 0 none, 1 stopped, 2 running, 3 complete */
    char mcn[14];
    uint8_t *cdtext;
    size_t cdtext_len;
    /* the drive */
    bool tray_open, locked;
    int unit_attention; /* ASC in the high byte, ASCQ in the low one; 0 none */
    int event;          /* GET EVENT STATUS NOTIFICATION, media class */
    uint64_t busy_until;
    uint64_t busy_from;
    uint8_t busy_ascq;
    int latency; /* milliseconds that a long operation takes */
    int busy_after_load;
    uint8_t sense[ODSIM_SENSE]; /* for REQUEST SENSE */
    /* mode page 05h */
    uint8_t wp[52];
    uint8_t error_page[12];
    uint16_t read_speed, write_speed;
    struct cue_item cue[MAX_CUE];
    int cue_len;
    int32_t sao_next;  /* the LBA that session-at-once wants next */
    int32_t sao_start; /* where the program area of this session begins */
    bool sao_active, sao_cdtext, cdtext_whole;
    int open_track; /* index of the track that is being written, or -1 */
    /* faults */
    struct fault fault[MAX_FAULTS];
    int faults;
    int audio_offset, audio_jitter;
    uint32_t random;
    int runout;
    int max_transfer; /* bytes; 0 any. Longer reads fail with 05/24/00, as behind some bridges */
    int css;          /* 1 + the region mask of a protected DVD; 0: it is none */
    int aacs;         /* packs of the media key block of a protected BD; 0: it is none */
    uint64_t claimed_until;
    int refused;  /* 1 + the command that this drive does not know; 0: none */
    int bare_eio; /* READs longer than this many sectors fail with sense 0/00/00 */
    unsigned long commands, reads, writes;
    uint64_t sectors_read;
    int32_t position;
    /* one command */
    uint8_t *in;
    size_t in_len, moved;
    const uint8_t *out;
    size_t out_len;
};

/* ------------------------------------------------------------------ small things */

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static void put24(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 16);
    put16(p + 1, v);
}
static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}
static uint32_t get16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}
static uint32_t get24(const uint8_t *p)
{
    return (uint32_t)p[0] << 16 | get16(p + 1);
}
static uint32_t get32(const uint8_t *p)
{
    return get16(p) << 16 | get16(p + 2);
}
static uint8_t bcd(unsigned v)
{
    return (uint8_t)(v / 10 % 10 << 4 | v % 10);
}

static void put_msf(uint8_t *p,
                    int32_t lba) /* binary; LBA -150 is 00:00:00, below it the lead-in counts down from 99:59:74 */
{
    int32_t f = lba + 150;

    if (f < 0)
        f += 450000;
    p[0] = (uint8_t)(f / 4500);
    p[1] = (uint8_t)(f / 75 % 60);
    p[2] = (uint8_t)(f % 75);
}

static int32_t from_msf(unsigned m, unsigned s, unsigned f)
{
    int32_t lba = (int32_t)((m * 60 + s) * 75 + f);

    return m >= 90 ? lba - 450150 : lba - 150;
}

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void sleep_ms(int ms)
{
    struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

    nanosleep(&t, NULL);
}

static const struct kind_row *row(const struct odsim *d)
{
    return &kinds[d->tray_open ? NONE : d->kind];
}

/* EDC and ECC of a data sector (ECMA-130 clause 14 and annex A). */
static uint32_t edc_table[256];
static uint8_t ecc_f[256], ecc_b[256];

static void make_tables(void)
{
    for (unsigned i = 0; i < 256; i++) {
        uint32_t e = i;
        unsigned j = i << 1 ^ (i & 0x80 ? 0x11D : 0);

        for (int k = 0; k < 8; k++)
            e = e >> 1 ^ (e & 1 ? 0xD8018001 : 0);
        edc_table[i] = e;
        ecc_f[i] = (uint8_t)j;
        ecc_b[i ^ j] = (uint8_t)i;
    }
}

static void put_edc(uint8_t *p, const uint8_t *from, size_t n)
{
    uint32_t e = 0;

    for (size_t i = 0; i < n; i++)
        e = e >> 8 ^ edc_table[(e ^ from[i]) & 0xFF];
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(e >> 8 * i);
}

static void put_parity(const uint8_t *data, unsigned columns, unsigned rows, unsigned column_step, unsigned row_step,
                       uint8_t *parity)
{
    unsigned size = columns * rows;

    for (unsigned c = 0; c < columns; c++) {
        unsigned index = (c >> 1) * column_step + (c & 1);
        uint8_t a = 0, b = 0;

        for (unsigned r = 0; r < rows; r++) {
            uint8_t v = data[index];

            index += row_step;
            if (index >= size)
                index -= size;
            a = ecc_f[a ^ v];
            b ^= v;
        }
        a = ecc_b[ecc_f[a] ^ b];
        parity[c] = a;
        parity[c + columns] = a ^ b;
    }
}

static void put_header(uint8_t *s, int32_t lba, uint8_t mode)
{
    uint8_t msf[3];

    memset(s, 0xFF, 12);
    s[0] = s[11] = 0;
    put_msf(msf, lba);
    for (int i = 0; i < 3; i++)
        s[12 + i] = bcd(msf[i]);
    s[15] = mode;
}

/* A whole 2352-byte sector around user data: mode 1, or mode 2 with the eight subheader bytes in place. */
static void finish_sector(uint8_t *s, int32_t lba, enum mode mode)
{
    uint8_t head[4];

    put_header(s, lba, mode == MODE1 ? 1 : 2);
    if (mode == MODE1) {
        put_edc(s + 2064, s, 2064);
        memset(s + 2068, 0, 8);
    } else if (s[18] & 0x20) {
        put_edc(s + 2348, s + 16, 2332);
        return;
    } else
        put_edc(s + 2072, s + 16, 2056);
    memcpy(head, s + 12, 4);
    if (mode == MODE2)
        memset(s + 12, 0, 4);
    put_parity(s + 12, 86, 24, 2, 86, s + 2076);
    put_parity(s + 12, 52, 43, 86, 88, s + 2248);
    memcpy(s + 12, head, 4);
}

static uint16_t crc16(const uint8_t *p, size_t n)
{
    uint16_t c = 0;

    while (n--) {
        c ^= (uint16_t)(*p++ << 8);
        for (int k = 0; k < 8; k++)
            c = (uint16_t)(c & 0x8000 ? c << 1 ^ 0x1021 : c << 1);
    }
    return (uint16_t)~c;
}

/* ------------------------------------------------------------------ the medium */

static struct track *find_track(struct odsim *d, int32_t lba) /* pregaps belong to the track that follows */
{
    for (int i = 0; i < d->tracks; i++) {
        struct track *t = &d->track[i];
        int32_t end = t->start + (t->closed || !t->reserved ? t->count : t->reserved);

        if (lba >= t->start - (t->pregap > 0 ? t->pregap : 0) && lba < end)
            return t;
    }
    return NULL;
}

static int32_t session_end(const struct odsim *d, int session)
{
    int32_t end = 0;

    for (int i = 0; i < d->tracks; i++)
        if (d->track[i].session == session && d->track[i].start + d->track[i].count > end)
            end = d->track[i].start + d->track[i].count;
    return end;
}

static int last_session(const struct odsim *d)
{
    return d->tracks ? d->track[d->tracks - 1].session : 0;
}

/* Where a new track would begin. */
static int32_t next_start(const struct odsim *d)
{
    const struct track *last = d->tracks ? &d->track[d->tracks - 1] : NULL;
    int32_t end;

    if (!last)
        return 0;
    end = last->start + (last->reserved && !last->closed ? last->reserved : last->count);
    if (row(d)->cd) {
        if (last->session <= d->closed_sessions)
            return end + (d->closed_sessions == 1 ? 11400 : 6900);
        return end + 150;
    }
    end = (end + 15) / 16 * 16;
    if (last->session <= d->closed_sessions)
        end += d->capacity > 100000 && d->kind != BD_R ? 4096 : d->kind == BD_R ? 0 : 256;
    return d->kind == BD_R ? (end + 31) / 32 * 32 : end;
}

static bool pread_all(int fd, void *buf, size_t n, int64_t at)
{
    uint8_t *p = buf;

    while (n) {
        ssize_t k = pread(fd, p, n, (off_t)at);

        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return false;
        if (k == 0) { /* past the end of a sparse medium */
            memset(p, 0, n);
            return true;
        }
        p += k;
        n -= (size_t)k;
        at += k;
    }
    return true;
}

static bool pwrite_all(int fd, const void *buf, size_t n, int64_t at)
{
    const uint8_t *p = buf;

    while (n) {
        ssize_t k = pwrite(fd, p, n, (off_t)at);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        p += k;
        n -= (size_t)k;
        at += k;
    }
    return true;
}

static int64_t place(const struct odsim *d, const struct track *t, int32_t lba)
{
    return (t && t->at >= 0 ? t->at + (lba - t->start) : lba) * (int64_t)d->stored;
}

/* The whole sector of a CD. sub: 96 bytes P to W as stored, or NULL; *has_sub tells whether the image keeps them. */
static bool read_cd(struct odsim *d, struct track *t, int32_t lba, uint8_t raw[RAW], uint8_t sub[SUB], bool *has_sub)
{
    uint8_t buf[RAW + SUB];
    int64_t at;

    *has_sub = false;
    if (!t)
        t = find_track(d, lba);
    at = place(d, t, lba);
    memset(raw, 0, RAW);
    if (at < 0 || !t) { /* a pregap that the image does not keep */
        if (t && t->mode != AUDIO)
            finish_sector(raw, lba, t->mode);
        return true;
    }
    if (!pread_all(d->fd, buf, d->stored, at))
        return false;
    switch (d->stored) {
    case 2048:
        memcpy(raw + (t->mode == MODE2 ? 24 : 16), buf, USER);
        if (t->mode != AUDIO)
            finish_sector(raw, lba, t->mode);
        break;
    case 2336:
        memcpy(raw + 16, buf, 2336);
        put_header(raw, lba, 2);
        break;
    default:
        memcpy(raw, buf, RAW);
        if (d->stored == RAW + SUB) {
            memcpy(sub, buf + RAW, SUB);
            *has_sub = true;
        }
    }
    return true;
}

static void make_q(const struct odsim *d, const struct track *t, int32_t lba, uint8_t q[12])
{
    uint8_t m[3];
    int32_t rel;

    memset(q, 0, 12);
    put_msf(m, lba);
    if (d->mcn[0] && lba % 98 == 40) {
        q[0] = (uint8_t)((t ? t->control : 0) << 4 | 2);
        for (int i = 0; i < 13; i++)
            q[1 + i / 2] |= (uint8_t)((d->mcn[i] & 15) << (i & 1 ? 0 : 4));
        q[9] = bcd(m[2]);
    } else if (t && t->isrc[0] && lba % 98 == 70) {
        uint64_t v = 0;

        q[0] = (uint8_t)(t->control << 4 | 3);
        for (int i = 0; i < 5; i++) {
            int c = t->isrc[i];

            v = v << 6 | (uint64_t)(c >= 'A' ? c - 'A' + 17 : c - '0');
        }
        v <<= 2;
        for (int i = 0; i < 4; i++)
            q[1 + i] = (uint8_t)(v >> (24 - 8 * i));
        for (int i = 5; i < 12; i++)
            q[5 + (i - 5) / 2] |= (uint8_t)((t->isrc[i] & 15) << ((i - 5) & 1 ? 0 : 4));
        q[9] = bcd(m[2]);
    } else {
        bool pause = t && lba < t->start;

        q[0] = (uint8_t)((t ? t->control : 0) << 4 | 1);
        q[1] = t ? bcd((unsigned)t->nr) : 0xAA;
        q[2] = pause ? 0 : 1;
        rel = !t ? lba - session_end(d, last_session(d)) : pause ? t->start - lba : lba - t->start;
        put_msf(q + 3, rel - 150);
        for (int i = 0; i < 3; i++) {
            q[3 + i] = bcd(q[3 + i]);
            q[7 + i] = bcd(m[i]);
        }
    }
    put16(q + 10, crc16(q, 10));
}

static void make_sub(const struct odsim *d, const struct track *t, int32_t lba, uint8_t sub[SUB])
{
    uint8_t q[12];
    bool p = t && lba < t->start;

    make_q(d, t, lba, q);
    for (int i = 0; i < SUB; i++)
        sub[i] = (uint8_t)((p ? 0x80 : 0) | (q[i / 8] >> (7 - i % 8) & 1) << 6);
}

static void q_of(const uint8_t sub[SUB], uint8_t q[12])
{
    memset(q, 0, 12);
    for (int i = 0; i < SUB; i++)
        q[i / 8] |= (uint8_t)((sub[i] >> 6 & 1) << (7 - i % 8));
}

/* The state of a recordable medium lies beside its image, in the words of the configuration file. */
static void save_medium(struct odsim *d)
{
    char name[4128], tmp[4140];
    FILE *f, *pack_file;

    if (!kinds[d->kind].writable || !d->dirty)
        return;
    snprintf(name, sizeof name, "%s.odsim", d->image);
    snprintf(tmp, sizeof tmp, "%s.tmp", name);
    f = fopen(tmp, "w");
    if (!f)
        return;
    fprintf(f, "state closed %d finalized %d formatted %d bg %d\n", d->closed_sessions, d->finalized, d->formatted,
            d->bg_format);
    for (int i = 0; i < d->tracks; i++) {
        const struct track *t = &d->track[i];

        fprintf(f,
                "track %d %s %" PRId32 " %" PRId32 " session=%d control=%d pregap=%" PRId32 " written=%" PRId32
                " reserved=%" PRId32 " closed=%d%s%s\n",
                t->nr,
                t->mode == AUDIO   ? "audio"
                : t->mode == MODE1 ? "mode1"
                                   : "mode2",
                t->start, t->count, t->session, t->control, t->pregap, t->written, t->reserved, t->closed,
                t->isrc[0] ? " isrc=" : "", t->isrc);
    }
    if (d->mcn[0])
        fprintf(f, "mcn %s\n", d->mcn);
    if (d->cdtext_len) {
        snprintf(tmp + strlen(tmp) - 4, 8, ".cdt");
        pack_file = fopen(tmp, "wb");
        if (pack_file) {
            fwrite(d->cdtext, 1, d->cdtext_len, pack_file);
            fclose(pack_file);
            fprintf(f, "cdtext %s\n", tmp + (strrchr(tmp, '/') ? strrchr(tmp, '/') + 1 - tmp : 0));
        }
        snprintf(tmp, sizeof tmp, "%s.tmp", name);
    }
    if (fclose(f) == 0 && rename(tmp, name) == 0)
        d->dirty = false;
}

static void clear_faults(struct odsim *d)
{
    for (int i = 0; i < d->faults; i++)
        free(d->fault[i].left);
    d->faults = 0;
    d->audio_offset = d->audio_jitter = 0;
}

static void unload(struct odsim *d)
{
    if (d->kind == NONE)
        return;
    save_medium(d);
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
    d->kind = NONE;
    d->tracks = d->closed_sessions = d->bg_format = d->cue_len = 0;
    d->finalized = d->formatted = d->sao_active = false;
    d->open_track = -1;
    d->stored = d->capacity = 0;
    d->mcn[0] = d->image[0] = 0;
    free(d->cdtext);
    d->cdtext = NULL;
    d->cdtext_len = 0;
    clear_faults(d);
}

/* ------------------------------------------------------------------ configuration */

static bool complain(char *message, size_t room, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(message, room, format, ap);
    va_end(ap);
    return false;
}

static bool add_fault(struct odsim *d, const char *text, char *message, size_t room)
{
    char word[16];
    int first, last, count = 0, used = 0;

    if (sscanf(text, "%15s %d%n", word, &first, &used) < 2)
        return complain(message, room, "fault: not understood: %s", text);
    text += used;
    if (!strcmp(word, "offset") || !strcmp(word, "jitter")) {
        *(word[0] == 'o' ? &d->audio_offset : &d->audio_jitter) = first;
        return true;
    }
    if (!strcmp(word, "aacs")) {
        d->aacs = first;
        return true;
    }
    if (!strcmp(word, "claimed")) {
        d->claimed_until = now_ms() + (uint64_t)first;
        return true;
    }
    if (!strcmp(word, "css") || !strcmp(word, "refuse")) {
        *(word[0] == 'c' ? &d->css : &d->refused) = 1 + first;
        return true;
    }
    if (!strcmp(word, "busy") || !strcmp(word, "max-transfer") || !strcmp(word, "no-sense-above") ||
        !strcmp(word, "runout")) {
        *(word[0] == 'b'   ? &d->busy_after_load
          : word[0] == 'm' ? &d->max_transfer
          : word[0] == 'n' ? &d->bare_eio
                           : &d->runout) = first;
        if (word[0] == 'b') {
            d->busy_from = now_ms();
            d->busy_until = d->busy_from + (uint64_t)first;
            d->busy_ascq = 1;
        }
        return true;
    }
    last = first;
    if (sscanf(text, "-%d%n", &last, &used) == 1)
        text += used;
    sscanf(text, "%d", &count);
    if (last < first || d->faults == MAX_FAULTS)
        return complain(message, room, "fault: a wrong range, or more than %d", MAX_FAULTS);
    for (unsigned k = 0; k < sizeof fault_names / sizeof *fault_names; k++)
        if (!strcmp(word, fault_names[k])) {
            struct fault *f = &d->fault[d->faults++];

            *f = (struct fault){ (enum fault_kind)k, first, last, count, NULL, 0 };
            if (k == FLAKY) {
                f->left = malloc((size_t)(last - first) + 1);
                if (!f->left) {
                    d->faults--;
                    return complain(message, room, "no memory");
                }
                memset(f->left, count > 0 ? count : 1, (size_t)(last - first) + 1);
            }
            return true;
        }
    return complain(message, room,
                    "fault: %s is none of bad unnamed scrambled flaky fast cached slow c2 write gone offset jitter "
                    "busy max-transfer "
                    "no-sense-above runout css aacs claimed refuse",
                    word);
}

static void path_beside(const char *conf, const char *name, char *out, size_t room)
{
    const char *slash = strrchr(conf, '/');

    if (name[0] == '/' || !slash)
        snprintf(out, room, "%s", name);
    else
        snprintf(out, room, "%.*s/%s", (int)(slash - conf), conf, name);
}

static bool add_track(struct odsim *d, char *text, char *message, size_t room)
{
    struct track t = { .at = -1, .written = -1, .session = 1, .closed = true, .pregap = 0 };
    char mode[8], *p;
    int used = 0, v;
    bool control = false;

    if (d->tracks == MAX_TRACKS - 1 ||
        sscanf(text, "%d %7s %" SCNd32 " %" SCNd32 "%n", &t.nr, mode, &t.start, &t.count, &used) < 4 || t.nr < 1 ||
        t.nr > 99)
        return complain(message, room, "track: not understood: %s", text);
    t.mode = !strcmp(mode, "audio") ? AUDIO : !strcmp(mode, "mode2") ? MODE2 : MODE1;
    for (p = strtok(text + used, " \t"); p; p = strtok(NULL, " \t")) {
        char *eq = strchr(p, '=');

        if (!eq)
            return complain(message, room, "track: not understood: %s", p);
        *eq++ = 0;
        v = (int)strtol(eq, NULL, 0);
        if (!strcmp(p, "session"))
            t.session = v;
        else if (!strcmp(p, "control"))
            t.control = (uint8_t)(v & 15), control = true;
        else if (!strcmp(p, "pregap"))
            t.pregap = v;
        else if (!strcmp(p, "written"))
            t.written = v;
        else if (!strcmp(p, "reserved"))
            t.reserved = v;
        else if (!strcmp(p, "closed"))
            t.closed = v;
        else if (!strcmp(p, "at"))
            t.at = v;
        else if (!strcmp(p, "isrc") && strlen(eq) == 12)
            memcpy(t.isrc, eq, 13);
        else
            return complain(message, room, "track: %s= is not known", p);
    }
    if (!control)
        t.control = t.mode == AUDIO ? 0 : 4;
    if (t.written < 0)
        t.written = t.count;
    d->track[d->tracks++] = t;
    return true;
}

static bool read_conf(struct odsim *d, const char *conf, bool state, char *message, size_t room)
{
    char line[4400], *p, *value;
    FILE *f = fopen(conf, "r");
    bool good = true;

    if (!f)
        return complain(message, room, "%s: %s", conf, strerror(errno));
    while (good && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\r\n")] = 0;
        for (p = line; *p == ' ' || *p == '\t'; p++)
            ;
        if (!*p || *p == '#')
            continue;
        value = p + strcspn(p, " \t");
        if (*value)
            *value++ = 0;
        value += strspn(value, " \t");
        if (!strcmp(p, "track"))
            good = add_track(d, value, message, room);
        else if (!strcmp(p, "mcn") && strlen(value) == 13)
            memcpy(d->mcn, value, 14);
        else if (state && !strcmp(p, "state")) {
            int fin = 0, form = 0;

            sscanf(value, "closed %d finalized %d formatted %d bg %d", &d->closed_sessions, &fin, &form, &d->bg_format);
            d->finalized = fin;
            d->formatted = form;
        } else if (!strcmp(p, "name"))
            snprintf(d->name, sizeof d->name, "%.60s", value);
        else if (!strcmp(p, "vendor"))
            snprintf(d->vendor, sizeof d->vendor, "%.8s", value);
        else if (!strcmp(p, "product"))
            snprintf(d->product, sizeof d->product, "%.16s", value);
        else if (!strcmp(p, "revision"))
            snprintf(d->revision, sizeof d->revision, "%.4s", value);
        else if (!strcmp(p, "medium")) {
            int k = 0;

            while (k < KINDS && strcmp(value, kinds[k].name))
                k++;
            if (k == KINDS)
                good = complain(message, room, "medium: %s is not known", value);
            else
                d->kind = (enum kind)k;
        } else if (!strcmp(p, "image")) {
            char *size = strrchr(value, ' ');

            if (size && (atoi(size + 1) == 2048 || atoi(size + 1) == 2336 || atoi(size + 1) == 2352 ||
                         atoi(size + 1) == 2448)) {
                d->stored = (uint32_t)atoi(size + 1);
                *size = 0;
            }
            path_beside(conf, value, d->image, sizeof d->image);
        } else if (!strcmp(p, "capacity"))
            d->capacity = (uint32_t)strtoul(value, NULL, 0);
        else if (!strcmp(p, "latency"))
            d->latency = atoi(value);
        else if (!strcmp(p, "formatted"))
            d->formatted = atoi(value), d->bg_format = d->formatted ? 3 : 0;
        else if (!strcmp(p, "fault"))
            good = add_fault(d, value, message, room);
        else if (!strcmp(p, "cdtext")) {
            char name[4096];
            FILE *t;
            long n;

            path_beside(conf, value, name, sizeof name);
            t = fopen(name, "rb");
            if (!t || fseek(t, 0, SEEK_END) || (n = ftell(t)) < 0 || n > 0x10000) {
                good = complain(message, room, "%s: cannot be read", name);
            } else {
                rewind(t);
                free(d->cdtext);
                d->cdtext = malloc((size_t)n + 1);
                d->cdtext_len = d->cdtext ? fread(d->cdtext, 1, (size_t)n, t) / 18 * 18 : 0;
            }
            if (t)
                fclose(t);
        } else
            good = complain(message, room, "%s: %s is not known", conf, p);
    }
    fclose(f);
    return good;
}

static bool load(struct odsim *d, const char *conf, char *message, size_t room)
{
    char state[4128];
    struct stat st;
    const struct kind_row *k;

    if (!read_conf(d, conf, false, message, room))
        return false;
    d->open_track = -1;
    d->tray_open = false;
    if (d->kind == NONE)
        return true;
    k = &kinds[d->kind];
    if (!d->image[0])
        return complain(message, room, "%s: no image line", conf);
    if (!d->stored)
        d->stored = k->cd && k->writable ? RAW : USER;
    d->image_writable = k->writable;
    d->fd = open(d->image, (k->writable ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0666);
    if (d->fd < 0 || fstat(d->fd, &st))
        return complain(message, room, "%s: %s", d->image, strerror(errno));
    if (!d->capacity)
        d->capacity = k->writable ? k->capacity : (uint32_t)(st.st_size / d->stored);
    snprintf(state, sizeof state, "%s.odsim", d->image);
    if (k->writable && access(state, R_OK) == 0) {
        d->tracks = 0;
        if (!read_conf(d, state, true, message, room))
            return false;
    }
    if (!k->writable && d->tracks == 0) {
        uint8_t h[16] = { 0 };

        d->track[d->tracks++] = (struct track){ .nr = 1,
                                                .session = 1,
                                                .mode = MODE1,
                                                .control = 4,
                                                .count = (int32_t)(st.st_size / d->stored),
                                                .at = -1,
                                                .closed = true };
        d->track[0].written = d->track[0].count;
        if (d->stored == 2336 || (d->stored >= RAW && pread(d->fd, h, 16, 0) == 16 && h[15] == 2))
            d->track[0].mode = MODE2;
    }
    if (!k->writable) {
        d->closed_sessions = last_session(d);
        d->finalized = true;
    }
    if (k->random && d->tracks == 0)
        d->track[d->tracks++] = (struct track){ .nr = 1,
                                                .session = 1,
                                                .mode = MODE1,
                                                .control = 4,
                                                .count = (int32_t)d->capacity,
                                                .written = (int32_t)d->capacity,
                                                .at = -1,
                                                .closed = true };
    if (d->kind == DVD_RAM)
        d->formatted = true;
    return true;
}

struct odsim *odsim_open(const char *conf, char *message, size_t room)
{
    struct odsim *d = calloc(1, sizeof *d);

    if (!d) {
        complain(message, room, "no memory");
        return NULL;
    }
    make_tables();
    d->fd = -1;
    d->open_track = -1;
    d->latency = 30;
    d->runout = 2;
    d->random = 1;
    d->read_speed = d->write_speed = 0xFFFF;
    snprintf(d->name, sizeof d->name, "odsim0");
    snprintf(d->vendor, sizeof d->vendor, "DISCKIT");
    snprintf(d->product, sizeof d->product, "ODSIM DRIVE");
    snprintf(d->revision, sizeof d->revision, "1.0");
    snprintf(d->conf, sizeof d->conf, "%s", conf);
    d->wp[0] = 0x05;
    d->wp[1] = 0x32;
    d->wp[2] = 0x41;
    d->wp[3] = 0x04;
    d->wp[4] = 8;
    put16(d->wp + 14, 150);
    d->error_page[0] = 0x01;
    d->error_page[1] = 0x0A;
    d->error_page[3] = 5;
    if (!load(d, conf, message, room)) {
        odsim_close(d);
        return NULL;
    }
    if (d->kind != NONE) {
        d->unit_attention = 0x2800;
        d->event = 2;
    }
    return d;
}

void odsim_close(struct odsim *d)
{
    if (!d)
        return;
    unload(d);
    free(d);
}

void odsim_trace(const char *name, const uint8_t *cdb, size_t cdb_len, size_t moved, size_t len, int status,
                 const uint8_t sense[ODSIM_SENSE])
{
    char line[512];
    int n = snprintf(line, 300, "%s", name);

    n = n < 300 ? n : 299;
    for (size_t i = 0; i < cdb_len && i < 16; i++)
        n += snprintf(line + n, sizeof line - (size_t)n, " %02x", cdb[i]);
    n += snprintf(line + n, sizeof line - (size_t)n, " [%zu/%zu] -> %d", moved, len, status);
    if (status)
        n += snprintf(line + n, sizeof line - (size_t)n, " %x/%02x/%02x", sense[2] & 15, sense[12], sense[13]);
    line[n] = '\n';
    if (write(STDERR_FILENO, line, (size_t)n + 1) < 0)
        return; /* nobody is there to be told */
}

bool odsim_claimed(const struct odsim *d)
{
    return now_ms() < d->claimed_until;
}

const char *odsim_name(const struct odsim *d)
{
    return d->name;
}

bool odsim_control(struct odsim *d, const char *line, char *reply, size_t room)
{
    char value[4096];

    reply[0] = 0;
    if (!strncmp(line, "load ", 5)) {
        snprintf(value, sizeof value, "%s", line + 5);
        unload(d);
        if (!load(d, value, reply, room)) {
            if (d->fd >= 0)
                close(d->fd);
            d->fd = -1;
            d->kind = NONE;
            return false;
        }
        d->unit_attention = 0x2800;
        d->event = 2;
        if (d->busy_after_load) {
            d->busy_from = now_ms();
            d->busy_until = d->busy_from + (uint64_t)d->busy_after_load;
            d->busy_ascq = 1;
        }
    } else if (!strcmp(line, "eject")) {
        unload(d);
        d->event = 3;
        d->unit_attention = 0x3A00;
    } else if (!strcmp(line, "button"))
        d->event = 1;
    else if (!strncmp(line, "fault ", 6))
        return add_fault(d, line + 6, reply, room);
    else if (!strcmp(line, "clear-faults"))
        clear_faults(d);
    else if (!strcmp(line, "stats"))
        snprintf(reply, room, "commands %lu reads %lu writes %lu tracks %d sessions %d", d->commands, d->reads,
                 d->writes, d->tracks, d->closed_sessions);
    else if (!strcmp(line, "save"))
        save_medium(d);
    else
        return complain(reply, room, "%s: not known", line);
    return true;
}

/* ------------------------------------------------------------------ answers */

#define SENSE(key, asc, ascq) ((key) << 16 | (asc) << 8 | (ascq))
enum {
    S_BECOMING_READY = SENSE(2, 0x04, 0x01),
    S_NO_MEDIUM = SENSE(2, 0x3A, 0x01),
    S_NO_MEDIUM_OPEN = SENSE(2, 0x3A, 0x02),
    S_READ_ERROR = SENSE(3, 0x11, 0x05),
    S_WRITE_ERROR = SENSE(3, 0x0C, 0x00),
    S_UNFORMATTED = SENSE(3, 0x31, 0x00),
    S_OPCODE = SENSE(5, 0x20, 0x00),
    S_RANGE = SENSE(5, 0x21, 0x00),
    S_WRITE_ADDRESS = SENSE(5, 0x21, 0x02),
    S_CDB = SENSE(5, 0x24, 0x00),
    S_PARAMETER = SENSE(5, 0x26, 0x00),
    S_PARAMETER_LENGTH = SENSE(5, 0x1A, 0x00),
    S_SEQUENCE = SENSE(5, 0x2C, 0x00),
    S_INCOMPATIBLE = SENSE(5, 0x30, 0x00),
    S_LOCKED = SENSE(5, 0x53, 0x02),
    S_USER_END = SENSE(5, 0x63, 0x00),
    S_MODE = SENSE(5, 0x64, 0x00),
    S_SCRAMBLED = SENSE(5, 0x6F, 0x03),
    S_FIXATION = SENSE(5, 0x72, 0x00),
    S_CLOSED = SENSE(5, 0x72, 0x04),
    S_PROTECTED = SENSE(7, 0x27, 0x00),
};

static void set_sense(struct odsim *d, int code)
{
    memset(d->sense, 0, sizeof d->sense);
    d->sense[0] = 0x70;
    d->sense[2] = (uint8_t)(code >> 16);
    d->sense[7] = 10;
    d->sense[12] = (uint8_t)(code >> 8);
    d->sense[13] = (uint8_t)code;
}

static int fail(struct odsim *d, int code)
{
    set_sense(d, code);
    return ODSIM_CHECK;
}

static int fail_at(struct odsim *d, int code, int32_t lba)
{
    set_sense(d, code);
    d->sense[0] |= 0x80;
    put32(d->sense + 3, (uint32_t)lba);
    return ODSIM_CHECK;
}

/* At most `allocated` bytes of an answer go to the host. */
static int reply(struct odsim *d, const uint8_t *p, size_t n, size_t allocated)
{
    if (n > allocated)
        n = allocated;
    if (n > d->in_len)
        n = d->in_len;
    if (n)
        memcpy(d->in, p, n);
    d->moved = n;
    return ODSIM_GOOD;
}

static bool busy(struct odsim *d)
{
    if (d->busy_until && now_ms() >= d->busy_until) {
        d->busy_until = 0;
        if (d->bg_format == 2)
            d->bg_format = 3;
    }
    return d->busy_until != 0;
}

static int fail_busy(struct odsim *d)
{
    uint64_t all = d->busy_until - d->busy_from, done = now_ms() - d->busy_from;

    set_sense(d, SENSE(2, 0x04, d->busy_ascq));
    d->sense[15] = 0x80;
    put16(d->sense + 16, all ? (uint32_t)(done * 65535 / all) : 0);
    return ODSIM_CHECK;
}

static void long_operation(struct odsim *d, bool immediate, uint8_t ascq)
{
    if (!immediate) {
        sleep_ms(d->latency);
        return;
    }
    d->busy_from = now_ms();
    d->busy_until = d->busy_from + (uint64_t)d->latency;
    d->busy_ascq = ascq;
}

/* Every command that needs the medium asks here first. */
static int ready(struct odsim *d)
{
    if (d->tray_open)
        return fail(d, S_NO_MEDIUM_OPEN);
    if (d->kind == NONE)
        return fail(d, S_NO_MEDIUM);
    if (busy(d))
        return fail_busy(d);
    return ODSIM_GOOD;
}

static int cmd_inquiry(struct odsim *d, const uint8_t *c)
{
    uint8_t r[96] = { 0x05, 0x80, 0x05, 0x32, 91 };

    if (c[1] & 1) {
        if (c[2] == 0x00) {
            static const uint8_t pages[] = { 0x05, 0, 0, 2, 0x00, 0x80 };

            return reply(d, pages, sizeof pages, get16(c + 3));
        }
        if (c[2] == 0x80) {
            uint8_t p[12] = { 0x05, 0x80, 0, 8 };

            snprintf((char *)p + 4, 8, "%-7.7s", d->name);
            p[11] = ' ';
            return reply(d, p, sizeof p, get16(c + 3));
        }
        return fail(d, S_CDB);
    }
    snprintf((char *)r + 8, 29, "%-8.8s%-16.16s%-4.4s", d->vendor, d->product, d->revision);
    memset(r + 36, 0, 20);
    put16(r + 58, 0x04E0); /* MMC-6, SPC-3 */
    put16(r + 60, 0x0300);
    return reply(d, r, sizeof r, get16(c + 3));
}

static int cmd_request_sense(struct odsim *d, const uint8_t *c)
{
    uint8_t s[ODSIM_SENSE];

    if (d->unit_attention) {
        set_sense(d, 6 << 16 | d->unit_attention);
        d->unit_attention = 0;
    } else if (busy(d))
        fail_busy(d);
    memcpy(s, d->sense, sizeof s);
    s[0] |= 0x70;
    set_sense(d, 0);
    return reply(d, s, sizeof s, c[4]);
}

/* ---- GET CONFIGURATION */

static size_t feature(uint8_t *p, unsigned code, unsigned flags, const void *data, size_t n)
{
    put16(p, code);
    p[2] = (uint8_t)flags; /* version << 2 | persistent << 1 | current */
    p[3] = (uint8_t)n;
    if (n)
        memcpy(p + 4, data, n);
    return n + 4;
}

static size_t features(struct odsim *d, uint8_t *r)
{
    static const enum kind order[] = { BD_RE,   BD_R,  BD_ROM,  DVD_PLUS_R, DVD_PLUS_RW, DVD_RW,
                                       DVD_RAM, DVD_R, DVD_ROM, CD_RW,      CD_R,        CD_ROM };
    enum kind k = d->tray_open ? NONE : d->kind;
    bool cd = kinds[k].cd, dvd = k >= DVD_ROM && k <= DVD_PLUS_R, bd = k >= BD_ROM, w = kinds[k].writable,
         any = k != NONE;
    bool seq_dvd = k == DVD_R || k == DVD_RW;
    uint8_t list[4 * sizeof order / sizeof *order];
    size_t n = 0;

    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        put16(list + 4 * i, kinds[order[i]].profile);
        list[4 * i + 2] = order[i] == k;
        list[4 * i + 3] = 0;
    }
    n += feature(r + n, 0x0000, 0x03, list, sizeof list);
    n += feature(r + n, 0x0001, 0x0B, (uint8_t[]){ 0, 0, 0, 1, 1, 0, 0, 0 }, 8); /* core: SCSI */
    n += feature(r + n, 0x0002, 0x07, (uint8_t[]){ 2, 0, 0, 0 }, 4);             /* morphing: OCEvent */
    n += feature(r + n, 0x0003, 0x03, (uint8_t[]){ 0x29, 0, 0, 0 }, 4);          /* removable: tray, eject, lock */
    n += feature(r + n, 0x0010, any, (uint8_t[]){ 0, 0, 8, 0, 0, cd ? 1 : 16, 1, 0 }, 8);
    n += feature(r + n, 0x001D, any, NULL, 0);
    n += feature(r + n, 0x001E, 0x08 | cd, (uint8_t[]){ 0x03, 0, 0, 0 }, 4); /* CD read: C2 and CD-TEXT */
    n += feature(r + n, 0x001F, 0x04 | dvd, (uint8_t[]){ 1, 0, 1, 0 }, 4);
    n += feature(r + n, 0x0020, kinds[k].random, (uint8_t[]){ 0, 0, 0, 0, 0, 0, 8, 0, 0, bd ? 32 : 16, 1, 0 }, 12);
    if (kinds[k].random)
        put32(r + n - 12, d->capacity - 1);
    n += feature(r + n, 0x0021, 0x04 | (w && !kinds[k].random && !bd),
                 (uint8_t[]){ 0, cd ? 0x3F : 0x01, 0, 1, seq_dvd ? 0x10 : 0x07, 0, 0, 0 }, 8);
    n += feature(r + n, 0x0023, 0x08 | (kinds[k].random || k == BD_R || k == DVD_RW),
                 (uint8_t[]){ 0x08, 0, 0, 0, 0x01, 0, 0, 0 }, 8);
    n += feature(r + n, 0x002A, 0x04 | (k == DVD_PLUS_RW), (uint8_t[]){ 1, 0, 0, 0 }, 4);
    n += feature(r + n, 0x002B, k == DVD_PLUS_R, (uint8_t[]){ 1, 0, 0, 0 }, 4);
    n += feature(r + n, 0x002D, 0x08 | (k == CD_R || k == CD_RW), (uint8_t[]){ 0x46, 0, 0x3F, 0xFF },
                 4); /* TAO: BUF, test write, CD-RW */
    n += feature(r + n, 0x002E, k == CD_R || k == CD_RW, (uint8_t[]){ 0x66, 0, 0x0D, 0x48 },
                 4); /* SAO: BUF, SAO, test write, CD-RW */
    n += feature(r + n, 0x002F, 0x08 | seq_dvd, (uint8_t[]){ 0x46, 0, 0, 0 }, 4);
    n += feature(r + n, 0x0037, k == CD_RW, (uint8_t[]){ 0, 0xFF, 0, 0 }, 4);
    n += feature(r + n, 0x0038, 0, (uint8_t[]){ 0, 0, 0, 0 }, 4);
    n += feature(r + n, 0x0040, bd, (uint8_t[28]){ 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1 }, 28);
    n += feature(r + n, 0x0041, bd && w, (uint8_t[20]){ 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1 }, 20);
    n += feature(r + n, 0x0100, 0x03, NULL, 0);
    n += feature(r + n, 0x0105, 0x07, (uint8_t[]){ 0, 0, 0, 0 }, 4);
    n += feature(r + n, 0x0107, 0x10 | any, (uint8_t[]){ 0x1F, 0, 0, 0 },
                 4); /* real time streaming: SW, WSPD, MP2A, SCS, RBCB */
    n += feature(r + n, 0x0108, 0x03, "ODSIM-00000001\0", 16);
    return n;
}

static int cmd_get_configuration(struct odsim *d, const uint8_t *c)
{
    uint8_t all[1024], r[1032];
    size_t n = features(d, all), out = 8;
    unsigned rt = c[1] & 3, start = get16(c + 2);

    if (rt == 3)
        return fail(d, S_CDB);
    for (size_t i = 0; i < n; i += 4u + all[i + 3]) {
        unsigned code = get16(all + i);
        bool take = rt == 0 ? code >= start : rt == 1 ? code >= start && (all[i + 2] & 1) : code == start;

        if (take) {
            memcpy(r + out, all + i, 4u + all[i + 3]);
            out += 4u + all[i + 3];
        }
    }
    put32(r, (uint32_t)out - 4);
    r[4] = r[5] = 0;
    put16(r + 6, row(d)->profile);
    return reply(d, r, out, get16(c + 7));
}

static int cmd_get_event(struct odsim *d, const uint8_t *c)
{
    uint8_t r[8] = { 0, 2, 0x80, 0x5E };

    if (!(c[1] & 1))
        return fail(d, S_CDB);
    if (c[4] & 0x10) {
        r[1] = 6;
        r[2] = 4;
        r[4] = (uint8_t)d->event;
        r[5] = (uint8_t)((d->tray_open ? 1 : 0) | (d->kind != NONE && !d->tray_open ? 2 : 0));
        d->event = 0;
        return reply(d, r, 8, get16(c + 7));
    }
    if (c[4] & 0x42) { /* operational change, device busy: nothing new */
        r[1] = 6;
        r[2] = c[4] & 0x02 ? 1 : 6;
        if (r[2] == 6 && busy(d)) {
            r[4] = 1;
            r[5] = 1;
            put16(r + 6, (uint32_t)((d->busy_until - now_ms()) / 100));
        }
        return reply(d, r, 8, get16(c + 7));
    }
    return reply(d, r, 4, get16(c + 7));
}

/* ---- what is on the medium */

static int32_t last_readable(const struct odsim *d) /* one past it */
{
    const struct kind_row *k = row(d);

    if (k->random)
        return (int32_t)d->capacity;
    if (k->cd)
        return d->closed_sessions ? session_end(d, d->closed_sessions) : 0;
    return session_end(d, last_session(d));
}

static int cmd_read_capacity(struct odsim *d)
{
    uint8_t r[8];
    int32_t end;

    if (ready(d))
        return ODSIM_CHECK;
    end = last_readable(d);
    put32(r, end > 0 ? (uint32_t)end - 1 : 0);
    put32(r + 4, USER);
    return reply(d, r, 8, 8);
}

static int32_t invisible_start(struct odsim *d)
{
    return d->finalized || row(d)->random || !row(d)->writable ? -1 : next_start(d);
}

static int cmd_read_disc_information(struct odsim *d, const uint8_t *c)
{
    uint8_t r[34] = { 0 };
    const struct kind_row *k = row(d);
    int sessions, tracks = d->tracks, open;
    int32_t nwa;

    if (ready(d))
        return ODSIM_CHECK;
    if ((c[1] & 7) != 0)
        return fail(d, S_CDB);
    open = d->finalized || k->random || !k->writable ? 0 : 1;
    sessions = d->closed_sessions + open;
    put16(r, 32);
    if (k->random)
        r[2] = d->kind == DVD_PLUS_RW && !d->formatted && !d->bg_format ? 0 : d->formatted ? 2 : 0;
    else
        r[2] = (uint8_t)(d->finalized || !k->writable ? 2 : tracks == 0 ? 0 : 1);
    if (k->random && d->formatted)
        r[2] |= 3 << 2;
    else if (d->finalized || !k->writable)
        r[2] |= 3 << 2;
    else
        r[2] |= (uint8_t)((tracks && last_session(d) > d->closed_sessions ? 1 : 0) << 2);
    if (k->erasable)
        r[2] |= 0x10;
    if (k->random)
        r[2] = (uint8_t)((r[2] & ~3) | (d->formatted ? (d->kind == DVD_PLUS_RW && d->bg_format != 3 ? 1 : 2) : 0));
    if (!sessions)
        sessions = 1;
    r[3] = 1;
    r[4] = (uint8_t)sessions;
    r[5] = r[6] = (uint8_t)(tracks ? tracks : 1);
    if (!k->random)
        for (int i = 0; i < tracks; i++)
            if (d->track[i].session == sessions) {
                r[5] = (uint8_t)d->track[i].nr;
                break;
            }
    if (open && (!tracks || last_session(d) == d->closed_sessions))
        r[5] = r[6] = (uint8_t)(tracks + 1);
    else if (open && tracks && d->track[tracks - 1].closed)
        r[6] = (uint8_t)(tracks + 1); /* the invisible track counts */
    r[7] = 0x20 | (uint8_t)(d->kind == DVD_PLUS_RW ? d->bg_format : 0);
    if (k->cd)
        r[8] = d->tracks && d->track[0].mode == MODE2 ? 0x20 : 0;
    memset(r + 16, 0xFF, 8);
    if (k->cd && k->writable) {
        nwa = invisible_start(d);
        r[16] = 0;
        if (nwa >= 0)
            put_msf(r + 17, nwa == 0 ? -11634 : nwa - 4650);
        r[20] = 0;
        put_msf(r + 21, (int32_t)d->capacity);
    }
    return reply(d, r, 34, get16(c + 7));
}

static int cmd_read_track_information(struct odsim *d, const uint8_t *c)
{
    uint8_t r[48] = { 0 };
    const struct kind_row *k = row(d);
    struct track *t = NULL, inv = { 0 };
    uint32_t what = get32(c + 2);
    int32_t size, free_sectors = 0, nwa = 0, inv_start;
    bool nwa_valid = false, is_blank = false;

    if (ready(d))
        return ODSIM_CHECK;
    inv_start = invisible_start(d);
    if ((c[1] & 3) == 1) {
        if (what == 0xFF || (inv_start >= 0 && (int)what == d->tracks + 1)) {
            if (d->tracks && !d->track[d->tracks - 1].closed && !d->track[d->tracks - 1].reserved && what == 0xFF)
                t = &d->track[d->tracks - 1];
            else if (inv_start >= 0)
                t = &inv;
        } else
            for (int i = 0; i < d->tracks; i++)
                if (d->track[i].nr == (int)what)
                    t = &d->track[i];
    } else if ((c[1] & 3) == 0) {
        t = find_track(d, (int32_t)what);
        if (!t && inv_start >= 0 && (int32_t)what >= inv_start)
            t = &inv;
    } else
        for (int i = d->tracks - 1; i >= 0; i--)
            if (d->track[i].session == (int)what)
                t = &d->track[i];
    if (!t)
        return fail(d, S_CDB);
    if (t == &inv) {
        inv =
            (struct track){ .nr = d->tracks + 1,
                            .session = last_session(d) > d->closed_sessions ? last_session(d) : d->closed_sessions + 1,
                            .start = inv_start,
                            .control = 4,
                            .mode = MODE1 };
        is_blank = true;
        nwa = inv_start;
        nwa_valid = nwa < (int32_t)d->capacity;
        size = free_sectors = (int32_t)d->capacity - nwa;
        if (d->open_track >= 0 && d->kind != BD_R)
            nwa_valid = false;
    } else {
        size = t->count;
        if (!t->closed) {
            nwa = t->start + t->written;
            nwa_valid = true;
            size = t->reserved ? t->reserved : (int32_t)d->capacity - t->start;
            free_sectors = t->start + size - nwa;
            is_blank = t->written == 0;
        }
    }
    if (k->random) {
        nwa_valid = false;
        size = (int32_t)d->capacity;
        free_sectors = size;
        is_blank = !d->formatted;
    }
    put16(r, 46);
    r[2] = (uint8_t)t->nr;
    r[3] = (uint8_t)t->session;
    r[5] = (uint8_t)(t->control | (is_blank && !k->cd ? 0 : 0));
    r[6] = (uint8_t)((t->reserved ? 0x80 : 0) | (is_blank ? 0x40 : 0) |
                     (k->cd                       ? 0
                      : k->writable && !k->random ? 0x20
                                                  : 0) |
                     (t->mode == AUDIO   ? 0
                      : t->mode == MODE2 ? 2
                                         : 1));
    if (t == &inv && k->cd)
        r[6] |= 0x0F;
    r[7] = (uint8_t)((nwa_valid ? 1 : 0) | (!k->cd && t->written > 0 ? 2 : 0));
    put32(r + 8, (uint32_t)t->start);
    put32(r + 12, nwa_valid ? (uint32_t)nwa : 0);
    put32(r + 16, (uint32_t)(free_sectors < 0 ? 0 : free_sectors));
    put32(r + 20, k->cd ? 0 : d->kind >= BD_ROM ? 32 : 16);
    put32(r + 24, (uint32_t)(size < 0 ? 0 : size));
    put32(r + 28, t->written > 0 && !k->cd ? (uint32_t)(t->start + t->written - 1) : 0);
    return reply(d, r, 36, get16(c + 7));
}

static void toc_address(uint8_t *p, int32_t lba, bool msf)
{
    if (msf) {
        p[0] = 0;
        put_msf(p + 1, lba);
    } else
        put32(p, (uint32_t)lba);
}

static size_t toc_entry(uint8_t *p, int session, int adr_control, int point, int32_t msf_part, const uint8_t *pmsf)
{
    memset(p, 0, 11);
    p[0] = (uint8_t)session;
    p[1] = (uint8_t)adr_control;
    p[3] = (uint8_t)point;
    if (msf_part >= 0)
        put_msf(p + 4, msf_part);
    if (pmsf)
        memcpy(p + 8, pmsf, 3);
    return 11;
}

static int cmd_read_toc(struct odsim *d, const uint8_t *c)
{
    uint8_t *r, m[3];
    size_t n = 4, room = get16(c + 7);
    bool msf = c[1] & 2;
    int format = c[2] & 15, first = 0, rc;
    const struct kind_row *k = row(d);

    if (!format)
        format = c[9] >> 6;
    if (ready(d))
        return ODSIM_CHECK;
    r = calloc(1, 0x10000 + 64);
    if (!r)
        return fail(d, SENSE(4, 0x44, 0));
    if (format != 4 && format != 3 && k->cd && !d->closed_sessions) {
        free(r);
        return fail(d, S_CDB);
    }
    for (int i = 0; i < d->tracks && !first; i++)
        if (d->track[i].closed)
            first = d->track[i].nr;
    if (!first)
        first = 1;
    switch (format) {
    case 0: {
        int last = first;
        int want = c[6];

        for (int i = 0; i < d->tracks; i++) {
            const struct track *t = &d->track[i];

            if (k->cd && t->session > d->closed_sessions)
                continue;
            last = t->nr;
            if (want == 0xAA || t->nr < want)
                continue;
            r[n + 1] = (uint8_t)(0x10 | t->control);
            r[n + 2] = (uint8_t)t->nr;
            toc_address(r + n + 4, t->start, msf);
            n += 8;
        }
        if (want > last && want != 0xAA) {
            free(r);
            return fail(d, S_CDB);
        }
        r[n + 1] = (uint8_t)(0x10 | (d->tracks ? d->track[d->tracks - 1].control : 4));
        r[n + 2] = 0xAA;
        toc_address(r + n + 4, last_readable(d), msf);
        n += 8;
        r[2] = (uint8_t)first;
        r[3] = (uint8_t)last;
        break;
    }
    case 1: {
        int session = d->closed_sessions ? d->closed_sessions : 1;

        r[2] = 1;
        r[3] = (uint8_t)session;
        for (int i = 0; i < d->tracks; i++)
            if (d->track[i].session == session) {
                r[n + 1] = (uint8_t)(0x10 | d->track[i].control);
                r[n + 2] = (uint8_t)d->track[i].nr;
                toc_address(r + n + 4, d->track[i].start, msf);
                break;
            }
        n += 8;
        break;
    }
    case 2: {
        int sessions = k->cd ? d->closed_sessions : 1;

        if (!k->cd) {
            free(r);
            return fail(d, S_CDB);
        }
        r[2] = 1;
        r[3] = (uint8_t)sessions;
        for (int s = 1; s <= sessions; s++) {
            const struct track *a = NULL, *z = NULL;

            for (int i = 0; i < d->tracks; i++)
                if (d->track[i].session == s) {
                    a = a ? a : &d->track[i];
                    z = &d->track[i];
                }
            if (!a)
                continue;
            m[0] = (uint8_t)a->nr;
            m[1] = a->mode == MODE2 || z->mode == MODE2 ? 0x20 : 0;
            m[2] = 0;
            n += toc_entry(r + n, s, 0x10 | a->control, 0xA0, -1, m);
            m[0] = (uint8_t)z->nr;
            m[1] = 0;
            n += toc_entry(r + n, s, 0x10 | z->control, 0xA1, -1, m);
            put_msf(m, session_end(d, s));
            n += toc_entry(r + n, s, 0x10 | z->control, 0xA2, -1, m);
            for (int i = 0; i < d->tracks; i++)
                if (d->track[i].session == s) {
                    put_msf(m, d->track[i].start);
                    n += toc_entry(r + n, s, 0x10 | d->track[i].control, d->track[i].nr, -1, m);
                }
            if (s < sessions || (k->writable && !d->finalized)) {
                int32_t next = session_end(d, s) + (s == 1 ? 11400 : 6900);

                put_msf(m, (int32_t)d->capacity);
                n += toc_entry(r + n, s, 0x50 | z->control, 0xB0, next - 150, m);
                r[n - 4] = s == 1 ? 2 : 1;
                if (s == 1) {
                    put_msf(m, -11634);
                    n += toc_entry(r + n, s, 0x50 | z->control, 0xC0, -1, m);
                }
            }
        }
        break;
    }
    case 4:
        if (!k->cd || !k->writable) {
            free(r);
            return fail(d, S_CDB);
        }
        n = 28;
        r[4] = 0xC0;
        r[5] = 0x40;
        r[6] = (uint8_t)(0x80 | (d->kind == CD_RW ? 0x40 : 0));
        put_msf(r + 8, -11634);
        put_msf(r + 12, (int32_t)d->capacity);
        break;
    case 5:
        if (!d->cdtext_len) { /* a disc without CD-TEXT: the header alone */
            break;
        }
        memcpy(r + n, d->cdtext, d->cdtext_len);
        n += d->cdtext_len;
        break;
    case 3:
        break;
    default:
        free(r);
        return fail(d, S_CDB);
    }
    put16(r, (uint32_t)n - 2);
    rc = reply(d, r, n, room);
    free(r);
    return rc;
}

static int cmd_read_format_capacities(struct odsim *d, const uint8_t *c)
{
    static const struct {
        enum kind kind;
        uint8_t type;
    } types[] = { { CD_RW, 0x10 },   { DVD_RW, 0x10 },  { DVD_RW, 0x13 },      { DVD_RW, 0x15 },
                  { DVD_RAM, 0x00 }, { DVD_RAM, 0x01 }, { DVD_PLUS_RW, 0x26 }, { BD_R, 0x00 },
                  { BD_R, 0x32 },    { BD_RE, 0x00 },   { BD_RE, 0x30 },       { BD_RE, 0x31 } };
    uint8_t r[128] = { 0 };
    size_t n = 12;

    if (d->tray_open || d->kind == NONE) {
        r[8] = 3;
        put24(r + 9, USER);
    } else {
        if (busy(d))
            return fail_busy(d);
        put32(r + 4, d->capacity);
        r[8] = !row(d)->writable || d->formatted || (!row(d)->random && d->tracks) ? 2 : 1;
        put24(r + 9, USER);
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
            if (types[i].kind == d->kind) {
                put32(r + n, d->capacity);
                r[n + 4] = (uint8_t)(types[i].type << 2);
                put24(r + n + 5, d->kind == DVD_PLUS_RW                                         ? 0
                                 : types[i].type >= 0x10 && d->kind != BD_R && d->kind != BD_RE ? 16
                                                                                                : USER);
                n += 8;
            }
    }
    r[3] = (uint8_t)(n - 4);
    return reply(d, r, n, get16(c + 7));
}

/* ------------------------------------------------------------------ reading */

/* What the fault list says of a sector that is about to be read. */
static int read_fault(struct odsim *d, int32_t lba)
{
    for (int i = 0; i < d->faults; i++) {
        struct fault *f = &d->fault[i];

        if (lba < f->first || lba > f->last)
            continue;
        if (f->kind == SLOW)
            sleep_ms(f->count);
        else if (f->kind == BAD)
            return fail_at(d, S_READ_ERROR, lba);
        else if (f->kind == SCRAMBLED)
            return fail(d, S_SCRAMBLED);
        else if (f->kind == UNNAMED) { /* an address, and no bit that says that it is one */
            set_sense(d, S_READ_ERROR);
            d->sense[6] = 1;
            return ODSIM_CHECK;
        } else if (f->kind == FLAKY && f->left[lba - f->first]) {
            f->left[lba - f->first]--;
            return fail_at(d, S_READ_ERROR, lba);
        } else if (f->kind == FAST && d->read_speed > f->count) {
            return fail_at(d, S_READ_ERROR, lba);
        } else if (f->kind == CACHED && (!f->since || d->sectors_read - (f->since - 1) < (uint64_t)f->count)) {
            f->since = d->sectors_read + 1;
            return fail_at(d, S_READ_ERROR, lba);
        } else if (f->kind == GONE) {
            unload(d);
            d->event = 3;
            return fail(d, S_NO_MEDIUM);
        }
    }
    d->sectors_read++;
    return ODSIM_GOOD;
}

static int cmd_read(struct odsim *d, const uint8_t *c)
{
    int32_t lba = (int32_t)get32(c + 2);
    uint32_t count = c[0] == 0x28 ? get16(c + 7) : get32(c + 6);
    bool cd = row(d)->cd;

    if (ready(d))
        return ODSIM_CHECK;
    d->reads++;
    if (d->max_transfer && count * (uint64_t)USER > (uint64_t)d->max_transfer)
        return fail(d, S_CDB);
    if (d->bare_eio && count > (uint32_t)d->bare_eio) {
        set_sense(d, 0);
        return ODSIM_CHECK; /* sense that says nothing */
    }
    if (row(d)->random && !d->formatted && d->kind != DVD_RAM)
        return fail(d, S_UNFORMATTED);
    if (count && (lba < 0 || (int64_t)lba + count > last_readable(d)))
        return fail_at(d, S_RANGE, last_readable(d));
    if ((uint64_t)count * USER > d->in_len)
        count = (uint32_t)(d->in_len / USER);
    for (uint32_t i = 0; i < count; i++, lba++) {
        uint8_t *to = d->in + (size_t)i * USER;
        struct track *t = find_track(d, lba);

        d->moved = (size_t)i * USER;
        if (read_fault(d, lba))
            return ODSIM_CHECK;
        if (cd) {
            uint8_t raw[RAW], sub[SUB];
            bool has;

            if (!t || t->mode == AUDIO || lba >= t->start + t->written)
                return fail_at(d, S_MODE, lba);
            if (!read_cd(d, t, lba, raw, sub, &has))
                return fail_at(d, S_READ_ERROR, lba);
            memcpy(to, raw + (t->mode == MODE2 ? 24 : 16), USER);
        } else if (!pread_all(d->fd, to, USER, place(d, t, lba)))
            return fail_at(d, S_READ_ERROR, lba);
    }
    d->position = lba;
    d->moved = (size_t)count * USER;
    return ODSIM_GOOD;
}

/* Audio as a drive with an offset and with jitter gives it: the samples come from a little before or after. */
static bool read_audio(struct odsim *d, int32_t lba, int shift, uint8_t raw[RAW], uint8_t sub[SUB], bool *has)
{
    uint8_t three[3 * RAW], other[SUB];
    bool dummy;

    if (shift == 0)
        return read_cd(d, NULL, lba, raw, sub, has);
    memset(three, 0, sizeof three);
    for (int i = -1; i <= 1; i++) {
        struct track *t = find_track(d, lba + i);

        if (i == 0) {
            if (!read_cd(d, t, lba, three + RAW, sub, has))
                return false;
        } else if (t && t->mode == AUDIO && !read_cd(d, t, lba + i, three + (i + 1) * RAW, other, &dummy))
            return false;
    }
    memcpy(raw, three + RAW + 4 * shift, RAW);
    return true;
}

static int read_cd_sectors(struct odsim *d, int32_t lba, uint32_t count, const uint8_t *c)
{
    unsigned type = c[1] >> 2 & 7, flags = c[9], c2 = flags >> 1 & 3, sub_sel = c[10] & 7;
    size_t used = 0;
    int shift = 0;

    if (ready(d))
        return ODSIM_CHECK;
    d->reads++;
    if (!row(d)->cd)
        return fail(d, S_MODE);
    if (c2 == 3 || type > 5 || (sub_sel != 0 && sub_sel != 1 && sub_sel != 2 && sub_sel != 4))
        return fail(d, S_CDB);
    if (count && (lba < -150 || (int64_t)lba + count > last_readable(d)))
        return fail_at(d, S_RANGE, lba);
    if (d->audio_jitter) {
        d->random = d->random * 1103515245u + 12345u;
        shift = (int)(d->random >> 16) % (2 * d->audio_jitter + 1) - d->audio_jitter;
    }
    shift += d->audio_offset;
    if (shift > 588 || shift < -588)
        shift = 0;
    for (uint32_t i = 0; i < count; i++, lba++) {
        struct track *t = find_track(d, lba);
        uint8_t raw[RAW], sub[SUB], err[296], piece[RAW + 296 + SUB];
        size_t n = 0;
        bool has = false, form2, is_audio;

        d->moved = used;
        if (!t)
            return fail_at(d, S_MODE, lba);
        if (read_fault(d, lba))
            return ODSIM_CHECK;
        is_audio = t->mode == AUDIO;
        if (lba >= t->start + t->written)
            return fail_at(d, S_MODE, lba);
        if (!(is_audio ? read_audio(d, lba, shift, raw, sub, &has) : read_cd(d, t, lba, raw, sub, &has)))
            return fail_at(d, S_READ_ERROR, lba);
        form2 = t->mode == MODE2 && raw[18] & 0x20;
        if ((type == 1 && !is_audio) || (type == 2 && t->mode != MODE1) ||
            ((type == 3 || type == 4 || type == 5) && t->mode != MODE2) || (type == 4 && form2) ||
            (type == 5 && !form2))
            return fail_at(d, S_MODE, lba);
        memset(err, 0, sizeof err);
        for (int k = 0; k < d->faults; k++)
            if (d->fault[k].kind == C2 && lba >= d->fault[k].first && lba <= d->fault[k].last)
                for (int b = 0; b < d->fault[k].count && b < RAW;
                     b++) { /* wrong bytes and the bits that say so, from byte 100 */
                    int at = (100 + b) % RAW;

                    raw[at] ^= 0x5A;
                    err[at / 8] |= (uint8_t)(0x80 >> at % 8);
                }
        if (is_audio) {
            if (flags & 0xF8) {
                memcpy(piece, raw, RAW);
                n = RAW;
            }
        } else {
            if (flags & 0x80) {
                memcpy(piece + n, raw, 12);
                n += 12;
            }
            if (flags & 0x20) {
                memcpy(piece + n, raw + 12, 4);
                n += 4;
            }
            if ((flags & 0x40) && t->mode == MODE2) {
                memcpy(piece + n, raw + 16, 8);
                n += 8;
            }
            if (flags & 0x10) {
                size_t from = t->mode == MODE2 ? 24 : 16, len = form2 ? 2324 : USER;

                memcpy(piece + n, raw + from, len);
                n += len;
            }
            if (flags & 0x08) {
                size_t from = t->mode == MODE1 ? 2064 : form2 ? 2348 : 2072;

                memcpy(piece + n, raw + from, RAW - from);
                n += RAW - from;
            }
        }
        if (c2 == 1) {
            memcpy(piece + n, err, 294);
            n += 294;
        } else if (c2 == 2) {
            uint8_t any = 0;

            for (int k = 0; k < 294; k++)
                any |= err[k];
            piece[n] = any;
            piece[n + 1] = 0;
            memcpy(piece + n + 2, err, 294);
            n += 296;
        }
        if (sub_sel) {
            if (!has)
                make_sub(d, t, lba, sub);
            if (sub_sel == 1)
                memcpy(piece + n, sub, SUB), n += SUB;
            else if (sub_sel == 2) { /* sixteen bytes: Q with its CRC, three of padding, P in the last bit */
                memset(piece + n, 0, 16);
                q_of(sub, piece + n);
                piece[n + 15] = sub[0] & 0x80;
                n += 16;
            } else {
                for (int k = 0; k < SUB; k++)
                    piece[n + (size_t)k] = sub[k] & 0x3F;
                n += SUB;
            }
        }
        if (used + n > d->in_len)
            break;
        if (n)
            memcpy(d->in + used, piece, n);
        used += n;
    }
    d->position = lba;
    d->moved = used;
    return ODSIM_GOOD;
}

static int cmd_read_sub_channel(struct odsim *d, const uint8_t *c)
{
    uint8_t r[24] = { 0, 0x15 };
    size_t n = 4;
    struct track *t;
    bool msf = c[1] & 2;

    if (ready(d))
        return ODSIM_CHECK;
    if (!row(d)->cd)
        return fail(d, S_CDB);
    if (c[2] & 0x40) {
        r[4] = c[3];
        n = c[3] == 1 ? 16 : 24;
        switch (c[3]) {
        case 1:
            t = find_track(d, d->position);
            r[5] = (uint8_t)(0x10 | (t ? t->control : 4));
            r[6] = (uint8_t)(t ? t->nr : 1);
            r[7] = 1;
            toc_address(r + 8, d->position, msf);
            toc_address(r + 12, d->position - (t ? t->start : 0) - (msf ? 150 : 0), msf);
            break;
        case 2:
            r[8] = d->mcn[0] ? 0x80 : 0;
            memcpy(r + 9, d->mcn, 13);
            break;
        case 3:
            t = NULL;
            for (int i = 0; i < d->tracks; i++)
                if (d->track[i].nr == c[6])
                    t = &d->track[i];
            if (!t)
                return fail(d, S_CDB);
            r[5] = (uint8_t)(0x10 | t->control);
            r[6] = c[6];
            r[8] = t->isrc[0] ? 0x80 : 0;
            memcpy(r + 9, t->isrc, 12);
            break;
        default:
            return fail(d, S_CDB);
        }
    }
    put16(r + 2, (uint32_t)n - 4);
    return reply(d, r, n, get16(c + 7));
}

static int cmd_read_header(struct odsim *d, const uint8_t *c)
{
    uint8_t r[8] = { 0 };
    struct track *t;

    if (ready(d))
        return ODSIM_CHECK;
    t = row(d)->cd ? find_track(d, (int32_t)get32(c + 2)) : NULL;
    if (!t || t->mode == AUDIO)
        return fail(d, S_MODE);
    r[0] = (uint8_t)t->mode;
    toc_address(r + 4, (int32_t)get32(c + 2), c[1] & 2);
    return reply(d, r, 8, get16(c + 7));
}

static int cmd_read_disc_structure(struct odsim *d, const uint8_t *c)
{
    uint8_t r[2052 + 4096] = { 0 };
    size_t n = 4;
    bool bd = (c[1] & 15) == 1;

    if (ready(d))
        return ODSIM_CHECK;
    if (row(d)->cd || bd != (d->kind >= BD_ROM))
        return fail(d, SENSE(5, 0x30, 0x02));
    switch (c[7]) {
    case 0x00:
        if (bd) {
            memcpy(r + n, "DI\001", 3);
            r[n + 5] = 112;
            memcpy(r + n + 8, d->kind == BD_R ? "BDR" : d->kind == BD_RE ? "BDW" : "BDO", 3);
            n += 4096;
        } else {
            static const uint8_t book[KINDS] = { [DVD_ROM] = 0x01, [DVD_R] = 0x25,       [DVD_RW] = 0x32,
                                                 [DVD_RAM] = 0x16, [DVD_PLUS_RW] = 0x91, [DVD_PLUS_R] = 0xA1 };
            uint32_t first = d->kind == DVD_RAM ? 0x31000 : 0x30000;

            r[n] = book[d->kind];
            r[n + 1] = 0x02;
            r[n + 2] = d->kind == DVD_ROM ? 0x01 : 0x02;
            put24(r + n + 5, first);
            put24(r + n + 9, first + (uint32_t)(row(d)->writable && !row(d)->random
                                                    ? (last_readable(d) > 0 ? last_readable(d) - 1 : 0)
                                                    : (int32_t)d->capacity - 1));
            n += 2048;
        }
        break;
    case 0x01:
        if (bd)
            return fail(d, S_CDB);
        if (d->css) {
            r[n] = 1;
            r[n + 1] = (uint8_t)(d->css - 1);
        }
        n += 4;
        break;
    case 0x09:
        if (d->kind != DVD_RAM)
            return fail(d, S_CDB);
        n += 4;
        break;
    case 0x83: /* the first pack of the media key block */
        if (!d->aacs)
            return fail(d, S_CDB);
        r[3] = (uint8_t)d->aacs;
        put16(r, 0x8002);
        return reply(d, r, sizeof r, get16(c + 8));
    case 0x11:
        if (d->kind != DVD_PLUS_R && d->kind != DVD_PLUS_RW)
            return fail(d, S_CDB);
        memcpy(r + n + 19, "ODSIM\0\0\0DP1", 11);
        n += 256;
        break;
    case 0xFF: {
        static const uint8_t known[] = { 0x00, 0x01 };

        for (size_t i = 0; i < sizeof known; i++) {
            r[n] = known[i];
            r[n + 1] = 0x40;
            put16(r + n + 2, 2052);
            n += 4;
        }
        break;
    }
    default:
        return fail(d, S_CDB);
    }
    put16(r, (uint32_t)n - 2);
    return reply(d, r, n, get16(c + 8));
}

/* ------------------------------------------------------------------ modes and speeds */

static size_t page_2a(struct odsim *d, uint8_t *p)
{
    uint16_t rs = d->read_speed == 0xFFFF ? 8467 : d->read_speed, ws = d->write_speed == 0xFFFF ? 8467 : d->write_speed;

    memset(p, 0, 56);
    p[0] = 0x2A;
    p[2] = 0x3F;
    p[3] = 0x37; /* writes CD-R, CD-RW, test write, DVD-R, DVD-RAM */
    p[4] = 0xF1; /* BUF, multi-session, mode 2 forms, audio play */
    p[5] = 0x7F; /* CD-DA, accurate stream, R-W, C2, ISRC, MCN */
    p[6] = (uint8_t)(0x29 | (d->locked ? 2 : 0));
    p[7] = 0x20;
    put16(p + 8, 8467);
    put16(p + 10, 256);
    put16(p + 12, 4096);
    put16(p + 14, rs);
    put16(p + 18, 8467);
    put16(p + 20, ws);
    put16(p + 22, 1);
    put16(p + 28, ws);
    put16(p + 30, 3);
    for (uint32_t i = 0; i < 3; i++)
        put16(p + 32 + 4 * i + 2, (uint32_t[]){ 8467, 4234, 1411 }[i]);
    p[1] = 42;
    return 44;
}

static int cmd_mode_sense(struct odsim *d, const uint8_t *c, bool ten)
{
    uint8_t r[512] = { 0 }, one[64];
    size_t n = ten ? 8 : 4;
    unsigned page = c[2] & 0x3F, pc = c[2] >> 6;
    static const uint8_t pages[] = { 0x01, 0x05, 0x0D, 0x0E, 0x1A, 0x1D, 0x2A };
    bool found = false;

    if (pc == 3)
        return fail(d, SENSE(5, 0x39, 0));
    for (size_t i = 0; i < sizeof pages; i++) {
        size_t len;

        if (page != 0x3F && page != pages[i])
            continue;
        found = true;
        memset(one, 0, sizeof one);
        switch (pages[i]) {
        case 0x01:
            memcpy(one, d->error_page, len = 12);
            break;
        case 0x05:
            memcpy(one, d->wp, len = 52);
            break;
        case 0x0D:
            one[5] = 60, one[7] = 75, len = 8;
            break;
        case 0x0E:
            one[2] = 4, one[8] = 1, one[9] = 0xFF, one[10] = 2, one[11] = 0xFF, len = 16;
            break;
        case 0x1A:
            len = 12;
            break;
        case 0x1D:
            len = 12;
            break;
        default:
            len = page_2a(d, one);
        }
        one[0] = pages[i];
        one[1] = (uint8_t)(len - 2);
        if (pc == 1 && pages[i] != 0x05 && pages[i] != 0x01) /* what can be changed */
            memset(one + 2, 0, len - 2);
        else if (pc == 1)
            memset(one + 2, 0xFF, len - 2);
        memcpy(r + n, one, len);
        n += len;
    }
    if (!found)
        return fail(d, S_CDB);
    if (ten)
        put16(r, (uint32_t)n - 2);
    else
        r[0] = (uint8_t)(n - 1);
    return reply(d, r, n, ten ? get16(c + 7) : c[4]);
}

static int cmd_mode_select(struct odsim *d, const uint8_t *c, bool ten)
{
    size_t n = ten ? 8 : 4, len = ten ? get16(c + 7) : c[4];
    const uint8_t *p = d->out;

    if (len == 0)
        return ODSIM_GOOD;
    if (len > d->out_len || len < n)
        return fail(d, S_PARAMETER_LENGTH);
    n += ten ? get16(p + 6) : p[3]; /* a block descriptor is passed over */
    while (n + 2 <= len) {
        size_t size = 2u + p[n + 1];

        if (n + size > len)
            return fail(d, S_PARAMETER_LENGTH);
        switch (p[n] & 0x3F) {
        case 0x01:
            memcpy(d->error_page + 2, p + n + 2, size - 2 < 10 ? size - 2 : 10);
            break;
        case 0x05: {
            unsigned type = p[n + 2] & 15, block = size > 4 ? p[n + 4] & 15 : 0;

            if (size > 52 || size < 22 || type > 3 || (block > 3 && block != 8 && block != 10 && block != 13))
                return fail(d, S_PARAMETER);
            if (type == 3 || (block >= 1 && block <= 3)) /* raw writing is not simulated */
                return fail(d, S_PARAMETER);
            memcpy(d->wp + 2, p + n + 2, size - 2);
            break;
        }
        case 0x0D:
        case 0x0E:
        case 0x1A:
        case 0x1D:
        case 0x2A:
            break;
        default:
            return fail(d, S_PARAMETER);
        }
        n += size;
    }
    return ODSIM_GOOD;
}

static int cmd_get_performance(struct odsim *d, const uint8_t *c)
{
    uint8_t r[8 + 4 * 16] = { 0 };
    unsigned type = c[10], most = get16(c + 8), n = 0;
    uint32_t end = d->capacity ? d->capacity - 1 : 0;
    static const uint32_t speeds[] = { 22160, 11080, 5540 };
    size_t size = 16;

    if (d->tray_open || d->kind == NONE)
        return fail(d, S_NO_MEDIUM);
    if (type == 0)
        for (n = 0; n < 1 && n < most; n++) {
            put32(r + 12, 5540);
            put32(r + 16, end);
            put32(r + 20, 5540);
        }
    else if (type == 3)
        for (n = 0; n < 3 && n < most; n++) {
            put32(r + 8 + 16 * n + 4, end);
            put32(r + 8 + 16 * n + 8, speeds[n]);
            put32(r + 8 + 16 * n + 12, speeds[n]);
        }
    else
        return fail(d, S_CDB);
    put32(r, (uint32_t)(4 + n * size));
    r[4] = type == 0 && (c[1] & 4) ? 2 : 0;
    return reply(d, r, 8 + n * size, d->in_len);
}

/* ------------------------------------------------------------------ writing */

static int write_fault(struct odsim *d, int32_t lba)
{
    for (int i = 0; i < d->faults; i++) {
        struct fault *f = &d->fault[i];

        if (lba < f->first || lba > f->last)
            continue;
        if (f->kind == SLOW)
            sleep_ms(f->count);
        else if (f->kind == WRITE_ERROR)
            return fail_at(d, S_WRITE_ERROR, lba);
        else if (f->kind == GONE) {
            unload(d);
            d->event = 3;
            return fail(d, S_NO_MEDIUM);
        }
    }
    return ODSIM_GOOD;
}

static unsigned write_type(const struct odsim *d)
{
    return d->wp[2] & 15;
}
static bool test_write(const struct odsim *d)
{
    return d->wp[2] & 0x10 && (row(d)->cd || d->kind == DVD_R || d->kind == DVD_RW);
}

static struct track *new_track(struct odsim *d, int32_t start, int32_t pregap, enum mode mode, uint8_t control)
{
    struct track *t;

    if (d->tracks >= 99)
        return NULL;
    t = &d->track[d->tracks];
    *t = (struct track){ .nr = d->tracks + 1,
                         .session = d->closed_sessions + 1,
                         .mode = mode,
                         .control = control,
                         .start = start,
                         .pregap = pregap,
                         .at = -1 };
    d->open_track = d->tracks++;
    return t;
}

/* Stores one sector of a CD as 2352 bytes. block: the data block type of mode page 05h. */
static bool store_cd(struct odsim *d, int32_t lba, enum mode mode, unsigned block, const uint8_t *from)
{
    uint8_t raw[RAW] = { 0 };

    if (lba < 0)
        return true; /* the pause before track 1 is not kept */
    if (block == 0)
        memcpy(raw, from, RAW);
    else if (mode == MODE1) {
        memcpy(raw + 16, from, USER);
        finish_sector(raw, lba, MODE1);
    } else {
        if (block == 13)
            memcpy(raw + 16, from, 2332);
        else
            memcpy(raw + 24, from, USER), raw[18] = raw[22] = 0x08;
        finish_sector(raw, lba, MODE2);
    }
    return pwrite_all(d->fd, raw, RAW, (int64_t)lba * RAW);
}

static size_t block_size(unsigned type)
{
    return type == 0 ? RAW : type == 13 ? 2332 : USER;
}

static const struct cue_item *cue_at(const struct odsim *d, int32_t lba)
{
    const struct cue_item *best = NULL;

    for (int i = 0; i < d->cue_len; i++)
        if (d->cue[i].track && d->cue[i].lba <= lba && (d->cue[i].ctl_adr & 15) == 1)
            best = &d->cue[i];
    return best;
}

static size_t cue_size(uint8_t form)
{
    switch (form & 0x3F) {
    case 0x00:
        return RAW;
    case 0x10:
        return USER;
    case 0x11:
    case 0x21:
    case 0x31:
        return RAW;
    case 0x20:
    case 0x30:
        return 2336;
    default: /* 01, 12, 14, 22, 23, 24 ...: the drive makes the sector itself */
        return 0;
    }
}

static void close_disc_session(struct odsim *d)
{
    for (int i = 0; i < d->tracks; i++)
        d->track[i].closed = true;
    d->open_track = -1;
    d->sao_active = false;
    d->cue_len = 0;
    d->closed_sessions = last_session(d);
    if (!(d->wp[3] & 0xC0) && (row(d)->cd || d->kind == DVD_R || d->kind == DVD_RW))
        d->finalized = true;
    save_medium(d);
}

/* CD-TEXT: 96 bytes a lead-in sector, six bits each, are four packs; the same packs come again and again. */
static int write_cdtext(struct odsim *d, int32_t lba, uint32_t count)
{
    if ((size_t)count * SUB > d->out_len || lba + (int32_t)count > d->sao_start)
        return fail(d, S_CDB);
    if (!d->cdtext)
        d->cdtext = malloc(0x10000);
    for (uint32_t i = 0; d->cdtext && i < 4 * count; i++) {
        const uint8_t *s = d->out + (size_t)i * 24;
        uint8_t pack[18];

        for (int k = 0; k < 6; k++, s += 4) {
            pack[3 * k] = (uint8_t)(s[0] << 2 | s[1] >> 4);
            pack[3 * k + 1] = (uint8_t)(s[1] << 4 | s[2] >> 2);
            pack[3 * k + 2] = (uint8_t)(s[2] << 6 | s[3]);
        }
        if (d->cdtext_len + 18 > 0x10000 || (d->cdtext_len && !memcmp(pack, d->cdtext, 18)))
            d->cdtext_whole = true;
        if (d->cdtext_whole)
            break;
        memcpy(d->cdtext + d->cdtext_len, pack, 18);
        d->cdtext_len += 18;
    }
    d->sao_next = lba + (int32_t)count;
    return ODSIM_GOOD;
}

static int write_sao(struct odsim *d, int32_t lba, uint32_t count)
{
    const uint8_t *from = d->out, *end = d->out + d->out_len;
    int32_t lead_out = d->cue[d->cue_len - 1].lba;

    if (lba != d->sao_next)
        return fail_at(d, S_WRITE_ADDRESS, d->sao_next);
    if (d->sao_cdtext && lba < d->sao_start)
        return write_cdtext(d, lba, count);
    for (uint32_t i = 0; i < count; i++, lba++) {
        const struct cue_item *item = cue_at(d, lba);
        size_t size;
        enum mode mode;

        if (!item || lba >= lead_out)
            return fail_at(d, S_WRITE_ADDRESS, lba);
        if (write_fault(d, lba))
            return ODSIM_CHECK;
        size = cue_size(item->form);
        mode = (item->form & 0x30) == 0 ? AUDIO : (item->form & 0x30) == 0x10 ? MODE1 : MODE2;
        if (item->form & 0xC0)
            size += SUB;
        if (from + size > end)
            return fail(d, S_CDB);
        if (d->tracks == 0 || d->track[d->tracks - 1].nr != item->track) {
            int32_t start = lba;

            for (int k = 0; k < d->cue_len; k++)
                if (d->cue[k].track == item->track && d->cue[k].index == 1 && (d->cue[k].ctl_adr & 15) == 1)
                    start = d->cue[k].lba;
            if (d->tracks && d->track[d->tracks - 1].session > d->closed_sessions)
                d->track[d->tracks - 1].closed = true;
            if (!new_track(d, start, start - lba, mode, item->ctl_adr >> 4))
                return fail(d, S_WRITE_ADDRESS);
            for (int k = 0; k < d->cue_len; k++)
                if (d->cue[k].track == item->track && d->cue[k].isrc[0])
                    memcpy(d->track[d->tracks - 1].isrc, d->cue[k].isrc, 13);
        }
        if (!test_write(d) && size) {
            unsigned block = mode == AUDIO || size == RAW || size == RAW + SUB ? 0
                             : size == 2336 || size == 2336 + SUB              ? 13
                             : mode == MODE1                                   ? 8
                                                                               : 10;

            if (!store_cd(d, lba, mode, block, from))
                return fail_at(d, S_WRITE_ERROR, lba);
        } else if (!test_write(d)) {
            static const uint8_t zero[RAW];

            if (!store_cd(d, lba, mode, mode == AUDIO ? 0 : mode == MODE1 ? 8 : 10, zero))
                return fail_at(d, S_WRITE_ERROR, lba);
        }
        from += size;
        if (lba >= d->track[d->tracks - 1].start) {
            d->track[d->tracks - 1].count = lba - d->track[d->tracks - 1].start + 1;
            d->track[d->tracks - 1].written = d->track[d->tracks - 1].count;
        }
        d->sao_next = lba + 1;
    }
    return ODSIM_GOOD;
}

static int cmd_write(struct odsim *d, const uint8_t *c)
{
    int32_t lba = (int32_t)get32(c + 2);
    uint32_t count = c[0] == 0x2A ? get16(c + 7) : get32(c + 6);
    const struct kind_row *k = row(d);
    struct track *t = NULL;
    unsigned block = d->wp[4] & 15;
    size_t size;

    if (ready(d))
        return ODSIM_CHECK;
    d->writes++;
    if (!k->writable)
        return fail(d, S_PROTECTED);
    if (!count)
        return ODSIM_GOOD;
    if (k->random) {
        if (d->kind == DVD_PLUS_RW && !d->formatted && !d->bg_format)
            return fail(d, S_UNFORMATTED);
        if (d->kind == BD_RE && !d->formatted)
            return fail(d, S_UNFORMATTED);
        if (lba < 0 || (int64_t)lba + count > d->capacity)
            return fail_at(d, S_RANGE, lba);
        if ((size_t)count * USER > d->out_len)
            return fail(d, S_CDB);
        for (uint32_t i = 0; i < count; i++) {
            if (write_fault(d, lba + (int32_t)i))
                return ODSIM_CHECK;
            if (!pwrite_all(d->fd, d->out + (size_t)i * USER, USER, (int64_t)(lba + (int32_t)i) * USER))
                return fail_at(d, S_WRITE_ERROR, lba + (int32_t)i);
        }
        return ODSIM_GOOD;
    }
    if (d->finalized)
        return fail(d, S_PROTECTED);
    if (k->cd && write_type(d) == 2) {
        if (!d->sao_active)
            return fail(d, S_SEQUENCE);
        return write_sao(d, lba, count);
    }
    /* Sequential: the address is the next writable one of an open, a reserved or the invisible track. */
    for (int i = 0; i < d->tracks; i++)
        if (!d->track[i].closed && lba == d->track[i].start + d->track[i].written)
            t = &d->track[i];
    if (!t) {
        int32_t start = next_start(d);

        if (d->open_track >= 0 && !d->track[d->open_track].closed && !d->track[d->open_track].reserved)
            return fail_at(d, S_WRITE_ADDRESS, d->track[d->open_track].start + d->track[d->open_track].written);
        if (lba == -1)
            lba = start;
        if (lba != start)
            return fail_at(d, S_WRITE_ADDRESS, start);
        if ((int64_t)lba + count > d->capacity)
            return fail_at(d, S_USER_END, lba);
        t = new_track(d, start, k->cd ? 150 : 0,
                      !k->cd       ? MODE1
                      : block == 0 ? AUDIO
                      : block == 8 ? MODE1
                                   : MODE2,
                      k->cd ? d->wp[3] & 15 : 4);
        if (!t)
            return fail(d, S_WRITE_ADDRESS);
    }
    size = k->cd ? block_size(block) : USER;
    if ((size_t)count * size > d->out_len)
        return fail(d, S_CDB);
    if ((t->reserved && t->written + (int32_t)count > t->reserved) || (int64_t)lba + count > d->capacity)
        return fail_at(d, S_USER_END, lba);
    for (uint32_t i = 0; i < count; i++, lba++) {
        const uint8_t *from = d->out + (size_t)i * size;

        if (write_fault(d, lba))
            return ODSIM_CHECK;
        if (!test_write(d) &&
            !(k->cd ? store_cd(d, lba, t->mode, block, from) : pwrite_all(d->fd, from, USER, (int64_t)lba * USER)))
            return fail_at(d, S_WRITE_ERROR, lba);
        t->written++;
        if (t->count < t->written)
            t->count = t->written;
    }
    return ODSIM_GOOD;
}

static void end_test_write(struct odsim *d) /* a simulated burn leaves no trace */
{
    while (d->tracks && d->track[d->tracks - 1].session > d->closed_sessions)
        d->tracks--;
    d->open_track = -1;
    d->sao_active = false;
    d->cue_len = 0;
}

static void close_track(struct odsim *d, struct track *t);

static int cmd_synchronize_cache(struct odsim *d, const uint8_t *c)
{
    if (ready(d))
        return ODSIM_CHECK;
    if (d->sao_active && d->cue_len && d->sao_next >= d->cue[d->cue_len - 1].lba) {
        if (test_write(d))
            end_test_write(d);
        else
            close_disc_session(d);
    } else if ((d->kind == DVD_R || d->kind == DVD_RW) && write_type(d) == 2 && d->open_track >= 0) {
        struct track *t = &d->track[d->open_track];

        if (test_write(d))
            end_test_write(d);
        else {
            t->count = (t->written + 15) / 16 * 16;
            close_disc_session(d);
        }
    } else if (row(d)->cd && write_type(d) == 1 && d->open_track >= 0 && d->track[d->open_track].written)
        close_track(d, &d->track[d->open_track]); /* track at once: flushing ends the track */
    save_medium(d);
    long_operation(d, c[1] & 2, 0x08);
    return ODSIM_GOOD;
}

static void close_track(struct odsim *d, struct track *t)
{
    if (t->closed)
        return;
    if (row(d)->cd)
        t->count = t->written + (t->mode == AUDIO ? 0 : d->runout);
    else {
        int32_t unit = d->kind == BD_R ? 32 : 16;

        t->count = t->reserved ? t->reserved : (t->written + unit - 1) / unit * unit;
    }
    t->closed = true;
    if (d->open_track >= 0 && t == &d->track[d->open_track])
        d->open_track = -1;
}

static int cmd_close(struct odsim *d, const uint8_t *c)
{
    unsigned function = c[2] & 7;
    const struct kind_row *k = row(d);

    if (ready(d))
        return ODSIM_CHECK;
    if (!k->writable)
        return fail(d, S_PROTECTED);
    if (k->random) {
        if (d->kind == DVD_PLUS_RW && d->bg_format == 2)
            d->bg_format = 1;
        save_medium(d);
        long_operation(d, c[1] & 1, 0x08);
        return ODSIM_GOOD;
    }
    if (d->finalized)
        return fail(d, S_CLOSED);
    if (test_write(d)) {
        end_test_write(d);
        return ODSIM_GOOD;
    }
    if (function == 1) {
        int nr = (int)get16(c + 4);
        struct track *t = NULL;

        for (int i = 0; i < d->tracks; i++)
            if (d->track[i].nr == nr || (nr == 0xFF && !d->track[i].closed))
                t = &d->track[i];
        if (!t)
            return nr == d->tracks + 1 || nr == 0xFF ? ODSIM_GOOD : fail(d, S_CDB);
        close_track(d, t);
    } else if (function == 2 || function == 3 || function == 5 || function == 6) {
        if (!d->tracks || (last_session(d) <= d->closed_sessions && function == 2))
            return fail(d, S_FIXATION);
        for (int i = 0; i < d->tracks; i++)
            close_track(d, &d->track[i]);
        d->closed_sessions = last_session(d);
        if (function != 2 || ((k->cd || d->kind == DVD_R || d->kind == DVD_RW) && !(d->wp[3] & 0xC0)))
            d->finalized = true;
    } else if (function != 0)
        return fail(d, S_CDB);
    save_medium(d);
    long_operation(d, c[1] & 1, 0x08);
    return ODSIM_GOOD;
}

static int cmd_reserve_track(struct odsim *d, const uint8_t *c)
{
    uint32_t size = get32(c + 5);
    struct track *t;
    int32_t start;

    if (ready(d))
        return ODSIM_CHECK;
    if (!row(d)->writable || row(d)->random || d->finalized)
        return fail(d, row(d)->writable && !row(d)->random ? S_PROTECTED : S_INCOMPATIBLE);
    if (d->open_track >= 0 && !d->track[d->open_track].closed)
        return fail(d, S_SEQUENCE);
    start = next_start(d);
    if (!row(d)->cd)
        size = (size + 15) / 16 * 16;
    if (size == 0 || (uint64_t)start + size > d->capacity)
        return fail(d, S_CDB);
    t = new_track(d, start, row(d)->cd ? 150 : 0, row(d)->cd && (d->wp[4] & 15) == 0 ? AUDIO : MODE1,
                  row(d)->cd ? d->wp[3] & 15 : 4);
    if (!t)
        return fail(d, S_CDB);
    t->reserved = (int32_t)size;
    save_medium(d);
    return ODSIM_GOOD;
}

static int cmd_send_cue_sheet(struct odsim *d, const uint8_t *c)
{
    uint32_t len = get24(c + 6);
    int n = (int)(len / 8);

    if (ready(d))
        return ODSIM_CHECK;
    if (d->kind != CD_R && d->kind != CD_RW)
        return fail(d, S_INCOMPATIBLE);
    if (d->finalized)
        return fail(d, S_PROTECTED);
    if (write_type(d) != 2)
        return fail(d, S_SEQUENCE);
    if (len % 8 || n < 3 || n > MAX_CUE || len > d->out_len)
        return fail(d, S_PARAMETER_LENGTH);
    for (int i = 0; i < n; i++) {
        const uint8_t *p = d->out + 8 * i;

        d->cue[i] = (struct cue_item){
            .ctl_adr = p[0], .track = p[1], .index = p[2], .form = p[3], .lba = from_msf(p[5], p[6], p[7])
        };
        if ((p[0] & 15) == 3 && i + 1 < n && p[8] == p[0]) { /* two items of one track: eight and four characters */
            memcpy(d->cue[i].isrc, p + 2, 6);
            memcpy(d->cue[i].isrc + 6, p + 10, 6);
        }
        if ((p[0] & 15) == 2 || (p[0] & 15) == 3) { /* MCN and ISRC: text, no address */
            d->cue[i].lba = 0;
            if ((p[0] & 15) == 2 && i + 1 < n && (d->out[8 * (i + 1)] & 15) == 2) {
                memcpy(d->mcn, p + 1, 7);
                memcpy(d->mcn + 7, p + 9, 6);
                d->mcn[13] = 0;
            }
        }
    }
    if (d->cue[n - 1].track != 0xAA || d->cue[n - 1].lba <= 0)
        return fail(d, S_PARAMETER);
    if (d->cue[n - 1].lba > (int32_t)d->capacity)
        return fail(d, S_USER_END);
    d->cue_len = n;
    d->sao_active = true;
    d->sao_start = d->sao_next = d->tracks ? next_start(d) - 150 : -150;
    d->sao_cdtext = d->cue[0].form & 0x40;
    if (d->sao_cdtext) { /* the lead-in is the host's */
        d->sao_next = d->sao_start - 11484;
        d->cdtext_len = 0;
        d->cdtext_whole = false;
    }
    return ODSIM_GOOD;
}

static int cmd_blank(struct odsim *d, const uint8_t *c)
{
    unsigned type = c[1] & 7;

    if (ready(d))
        return ODSIM_CHECK;
    if (!row(d)->writable)
        return fail(d, S_PROTECTED);
    if (d->kind != CD_RW && d->kind != DVD_RW)
        return fail(d, S_INCOMPATIBLE);
    if (type != 0 && type != 1 && type != 6)
        return fail(d, S_CDB);
    d->tracks = d->closed_sessions = 0;
    d->finalized = false;
    d->open_track = -1;
    d->mcn[0] = 0;
    d->cdtext_len = 0;
    if (type != 1 && ftruncate(d->fd, 0) != 0)
        return fail(d, S_WRITE_ERROR);
    save_medium(d);
    long_operation(d, c[1] & 0x10, 0x07);
    return ODSIM_GOOD;
}

static int cmd_format_unit(struct odsim *d, const uint8_t *c)
{
    const uint8_t *p = d->out;

    if (ready(d))
        return ODSIM_CHECK;
    if (!row(d)->writable)
        return fail(d, S_PROTECTED);
    if (!(c[1] & 0x10) || d->out_len < 12)
        return fail(d, S_CDB);
    if (!row(d)->random && d->kind != BD_R)
        return fail(d, S_INCOMPATIBLE);
    d->formatted = true;
    if (d->kind == DVD_PLUS_RW) {
        d->bg_format = 2;
        d->busy_until = 0;
        save_medium(d);
        return ODSIM_GOOD; /* it goes on in the background, and the drive stays ready */
    }
    save_medium(d);
    long_operation(d, p[1] & 2, 0x04);
    return ODSIM_GOOD;
}

static int cmd_start_stop(struct odsim *d, const uint8_t *c)
{
    if (c[4] >> 4)
        return ODSIM_GOOD;
    if (!(c[4] & 2))
        return c[4] & 1 ? ready(d) : ODSIM_GOOD;
    if (c[4] & 1) { /* load */
        if (d->tray_open) {
            d->tray_open = false;
            if (d->kind != NONE) {
                d->unit_attention = 0x2800;
                d->event = 2;
            }
        }
        return ODSIM_GOOD;
    }
    if (d->locked)
        return fail(d, S_LOCKED);
    if (busy(d))
        return fail_busy(d);
    save_medium(d);
    if (!d->tray_open) {
        d->tray_open = true;
        d->event = 3;
    }
    return ODSIM_GOOD;
}

/* ------------------------------------------------------------------ the table */

static int dispatch(struct odsim *d, const uint8_t *c)
{
    static const uint8_t changes[] = {
        0x04, 0x2A, 0xAA, 0x53, 0x5B, 0x5D, 0xA1
    }; /* commands that change the medium's state */
    uint8_t r[32] = { 0 };

    if (d->refused == 1 + c[0])
        return fail(d, S_OPCODE);
    if (memchr(changes, c[0], sizeof changes))
        d->dirty = true;
    switch (c[0]) {
    case 0x00:
        return ready(d);
    case 0x03:
        return cmd_request_sense(d, c);
    case 0x04:
        return cmd_format_unit(d, c);
    case 0x12:
        return cmd_inquiry(d, c);
    case 0x15:
        return cmd_mode_select(d, c, false);
    case 0x1A:
        return cmd_mode_sense(d, c, false);
    case 0x1B:
        return cmd_start_stop(d, c);
    case 0x1E:
        d->locked = c[4] & 1;
        return ODSIM_GOOD;
    case 0x23:
        return cmd_read_format_capacities(d, c);
    case 0x25:
        return cmd_read_capacity(d);
    case 0x28:
    case 0xA8:
        return cmd_read(d, c);
    case 0x2A:
    case 0xAA:
        return cmd_write(d, c);
    case 0x2B:
        return ready(d);
    case 0x2F:
        return ready(d);
    case 0x35:
        return cmd_synchronize_cache(d, c);
    case 0x42:
        return cmd_read_sub_channel(d, c);
    case 0x43:
        return cmd_read_toc(d, c);
    case 0x44:
        return cmd_read_header(d, c);
    case 0x46:
        return cmd_get_configuration(d, c);
    case 0x4A:
        return cmd_get_event(d, c);
    case 0x51:
        return cmd_read_disc_information(d, c);
    case 0x52:
        return cmd_read_track_information(d, c);
    case 0x53:
        return cmd_reserve_track(d, c);
    case 0x54:
        return ready(d);
    case 0x55:
        return cmd_mode_select(d, c, true);
    case 0x5A:
        return cmd_mode_sense(d, c, true);
    case 0x5B:
        return cmd_close(d, c);
    case 0x5C:
        if (ready(d))
            return ODSIM_CHECK;
        put16(r, 10);
        put32(r + 4, c[1] & 1 ? 2048 : 4u << 20);
        put32(r + 8, c[1] & 1 ? 2048 : 4u << 20);
        return reply(d, r, 12, get16(c + 7));
    case 0x5D:
        return cmd_send_cue_sheet(d, c);
    case 0xA1:
        return cmd_blank(d, c);
    case 0xA7:
        return ODSIM_GOOD;
    case 0xAC:
        return cmd_get_performance(d, c);
    case 0xAD:
        return cmd_read_disc_structure(d, c);
    case 0xB6:
        if (d->out_len >= 28 && get32(d->out + 24)) {
            d->read_speed = (uint16_t)(get32(d->out + 12) > 0xFFFE ? 0xFFFE : get32(d->out + 12));
            d->write_speed = (uint16_t)(get32(d->out + 20) > 0xFFFE ? 0xFFFE : get32(d->out + 20));
        }
        return ODSIM_GOOD;
    case 0xB9: {
        int32_t a = from_msf(c[3], c[4], c[5]), z = from_msf(c[6], c[7], c[8]);

        return z < a ? fail(d, S_CDB) : read_cd_sectors(d, a, (uint32_t)(z - a), c);
    }
    case 0xBB:
        d->read_speed = (uint16_t)get16(c + 2);
        d->write_speed = (uint16_t)get16(c + 4);
        return ODSIM_GOOD;
    case 0xBD:
        put16(r + 6, 0);
        r[1] = d->tray_open ? 0x10 : 0;
        return reply(d, r, 8, get16(c + 8));
    case 0xBE:
        return read_cd_sectors(d, (int32_t)get32(c + 2), get24(c + 6), c);
    default:
        return fail(d, S_OPCODE);
    }
}

int odsim_command(struct odsim *d, const uint8_t *cdb, size_t cdb_len, const uint8_t *out, size_t out_len, uint8_t *in,
                  size_t in_len, size_t *moved, uint8_t sense[ODSIM_SENSE])
{
    uint8_t c[16] = { 0 };
    int status;

    memcpy(c, cdb, cdb_len < sizeof c ? cdb_len : sizeof c);
    d->commands++;
    d->in = in;
    d->in_len = in_len;
    d->out = out;
    d->out_len = out_len;
    d->moved = 0;
    if (d->unit_attention && c[0] != 0x12 && c[0] != 0x03 && c[0] != 0x46 && c[0] != 0x4A) {
        set_sense(d, 6 << 16 | d->unit_attention);
        d->unit_attention = 0;
        status = ODSIM_CHECK;
    } else
        status = dispatch(d, c);
    *moved = d->moved;
    memcpy(sense, d->sense, ODSIM_SENSE);
    if (status == ODSIM_GOOD && c[0] != 0x03)
        set_sense(d, 0);
    return status;
}
