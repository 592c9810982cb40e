/* SPDX-License-Identifier: GPL-3.0-or-later */
/* odsim-preload: odsim drives inside one process, with no kernel and no virtual machine. Loaded with LD_PRELOAD, or
   linked into a test program. ODSIM="/dev/sr0=CONF /dev/sr1=CONF ..." names the drives. While it is set, every other
   /dev/sr*, /dev/scd*, /dev/sg*, /dev/hd* and /dev/cdrom* of the system is hidden from the process, so that a test
   never touches a drive of the machine it runs on. ODSIM_TRACE=1 prints each command on stderr. */
#define _GNU_SOURCE
#include "odsim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <pthread.h>
#include <scsi/scsi.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
enum { DRIVES = 8, FDS = 1024 };

static struct drive {
    char file[4096]; /* its configuration, which stands in for the device: locks are on it */
    char path[256];
    struct odsim *sim;
    int64_t size; /* as the kernel would know it: read when the medium was seen last */
    bool locked;
    bool changed; /* for CDROM_MEDIA_CHANGED */
} drives[DRIVES];
static int drive_count;
static struct drive *of_fd[FDS];
static int64_t position[FDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool tracing;
static _Thread_local bool starting; /* the core's own calls while the drives open go straight to the system */

static int (*real_open)(const char *, int, ...);
static int (*real_ioctl)(int, unsigned long, ...);
static ssize_t (*real_read)(int, void *, size_t);
static ssize_t (*real_pread)(int, void *, size_t, off64_t);
static off64_t (*real_lseek)(int, off64_t, int);
static int (*real_close)(int);
static int (*real_stat)(const char *, struct stat *);
static int (*real_lstat)(const char *, struct stat *);
static int (*real_fstat)(int, struct stat *);
static int (*real_xstat)(int, const char *, struct stat *);
static int (*real_lxstat)(int, const char *, struct stat *);
static int (*real_fxstat)(int, int, struct stat *);
static int (*real_access)(const char *, int);
static char *(*real_realpath)(const char *, char *);

static void find(void *where, const char *name)
{
    void *p = dlsym(RTLD_NEXT, name);

    memcpy(where, &p, sizeof p);
}

static void open_drives(char *list)
{
    char *word, *save = NULL;

    for (word = strtok_r(list, " ", &save); word && drive_count < DRIVES; word = strtok_r(NULL, " ", &save)) {
        struct drive *d = &drives[drive_count];
        char *eq = strchr(word, '='), message[4096];

        if (!eq)
            continue;
        *eq = 0;
        snprintf(d->path, sizeof d->path, "%s", word);
        snprintf(d->file, sizeof d->file, "%s", eq + 1);
        d->sim = odsim_open(eq + 1, message, sizeof message);
        if (!d->sim) {
            fprintf(stderr, "odsim: %s\n", message);
            _exit(125);
        }
        d->size = -1;
        d->changed = true;
        drive_count++;
    }
}

static void start(void)
{
    const char *env = getenv("ODSIM");
    char *copy;

    starting = true;
    find(&real_open, "open64");
    find(&real_ioctl, "ioctl");
    find(&real_read, "read");
    find(&real_pread, "pread64");
    find(&real_lseek, "lseek64");
    find(&real_close, "close");
    find(&real_stat, "stat");
    find(&real_lstat, "lstat");
    find(&real_fstat, "fstat");
    find(&real_xstat, "__xstat");
    find(&real_lxstat, "__lxstat");
    find(&real_fxstat, "__fxstat");
    find(&real_access, "access");
    find(&real_realpath, "realpath");
    tracing = getenv("ODSIM_TRACE") != NULL;
    copy = env ? strdup(env) : NULL;
    if (copy)
        open_drives(copy);
    free(copy);
    starting = false;
}

static void begin(void)
{
    if (!starting)
        pthread_once(&once, start);
}

__attribute__((destructor)) static void finish(void) /* the media's state goes to disk */
{
    for (int i = 0; i < drive_count; i++)
        odsim_close(drives[i].sim);
    drive_count = 0;
}

static struct drive *named(const char *path)
{
    begin();
    for (int i = 0; path && i < drive_count; i++)
        if (!strcmp(path, drives[i].path))
            return &drives[i];
    return NULL;
}

static bool hidden(const char *path) /* a drive of the system, which tests leave alone */
{
    static const char *const start_of[] = { "/dev/sr",    "/dev/scd", "/dev/sg",   "/dev/hd",
                                            "/dev/cdrom", "/dev/dvd", "/dev/cdrw", "/dev/dvdrw" };

    begin();
    for (size_t i = 0; drive_count && path && i < sizeof start_of / sizeof *start_of; i++)
        if (!strncmp(path, start_of[i], strlen(start_of[i])))
            return true;
    return false;
}

static struct drive *held(int fd)
{
    begin();
    return fd >= 0 && fd < FDS ? of_fd[fd] : NULL;
}

static bool sends(uint8_t op)
{
    static const uint8_t ops[] = { 0x04, 0x15, 0x55, 0x2A, 0xAA, 0x5D, 0xB6, 0xBF };

    return memchr(ops, op, sizeof ops) != NULL;
}

static int command(struct drive *d, const uint8_t *cdb, size_t cdb_len, void *data, size_t len, bool to_drive,
                   size_t *moved, uint8_t sense[ODSIM_SENSE])
{
    int status;

    pthread_mutex_lock(&lock);
    if (to_drive) {
        status = odsim_command(d->sim, cdb, cdb_len, data, len, NULL, 0, moved, sense);
        *moved = len;
    } else
        status = odsim_command(d->sim, cdb, cdb_len, NULL, 0, data, sends(cdb[0]) ? 0 : len, moved, sense);
    pthread_mutex_unlock(&lock);
    if (tracing) {
        char name[sizeof d->path + 6];

        snprintf(name, sizeof name, "odsim %s", d->path);
        odsim_trace(name, cdb, cdb_len, *moved, len, status, sense);
    }
    if (status == ODSIM_CHECK && (sense[2] & 15) == 6) {
        d->changed = true;
        d->size = -1;
    }
    return status;
}

/* A command of the kernel's own: unit attention is swallowed, as the kernel does. 0 or an errno. */
static int simple(struct drive *d, const uint8_t *cdb, size_t cdb_len, void *data, size_t len,
                  uint8_t sense[ODSIM_SENSE])
{
    for (int tries = 0; tries < 4; tries++) {
        size_t moved;

        if (data)
            memset(data, 0, len);
        if (command(d, cdb, cdb_len, data, len, false, &moved, sense) == ODSIM_GOOD)
            return 0;
        if ((sense[2] & 15) != 6)
            break;
    }
    return (sense[2] & 15) == 2 && sense[12] == 0x3A ? ENOMEDIUM : EIO;
}

static int64_t medium_size(struct drive *d)
{
    uint8_t sense[ODSIM_SENSE], r[8];

    if (d->size < 0) {
        if (simple(d, (const uint8_t[10]){ 0x25 }, 10, r, sizeof r, sense))
            return 0;
        d->size = (((int64_t)r[0] << 24 | r[1] << 16 | r[2] << 8 | r[3]) + 1) * 2048;
    }
    return d->size;
}

static int open_drive(struct drive *d, int flags)
{
    uint8_t sense[ODSIM_SENSE];
    int fd, e;

    if ((flags & O_EXCL) && odsim_claimed(d->sim)) {
        errno = EBUSY;
        return -1;
    }
    if (!(flags & O_NONBLOCK)) {
        e = simple(d, (const uint8_t[6]){ 0 }, 6, NULL, 0, sense);
        if (e == ENOMEDIUM) {
            errno = e;
            return -1;
        }
        medium_size(d);
    } else {
        size_t moved;

        /* The kernel asks for events on every open: a change of medium shows there. */
        command(d, (const uint8_t[10]){ 0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8 }, 10, (uint8_t[8]){ 0 }, 8, false, &moved,
                sense);
    }
    fd = real_open(d->file, O_RDWR | (flags & O_CLOEXEC));
    if (fd < 0)
        fd = real_open("/dev/null", O_RDWR | (flags & O_CLOEXEC));
    if (fd >= FDS) {
        real_close(fd);
        errno = EMFILE;
        return -1;
    }
    if (fd >= 0) {
        of_fd[fd] = d;
        position[fd] = 0;
    }
    return fd;
}

static ssize_t read_drive(struct drive *d, void *buf, size_t n, int64_t at)
{
    int64_t size = medium_size(d);
    uint8_t block[64 * 2048], sense[ODSIM_SENSE], *to = buf;
    size_t done = 0;

    if (at >= size)
        return 0;
    if ((int64_t)n > size - at)
        n = (size_t)(size - at);
    while (done < n) {
        int64_t first = (at + (int64_t)done) / 2048;
        size_t skip = (size_t)((at + (int64_t)done) % 2048), count = (n - done + skip + 2047) / 2048, k;
        int e;

        if (count > 64)
            count = 64;
        uint8_t cdb[10] = {
            0x28, 0, (uint8_t)(first >> 24), (uint8_t)(first >> 16), (uint8_t)(first >> 8), (uint8_t)first,
            0,    0, (uint8_t)count
        };

        e = simple(d, cdb, 10, block, count * 2048, sense);
        if (e && count > 1) { /* what lies before the bad sector is given, as the page cache does */
            size_t good = 0;

            for (cdb[8] = 1; good < count; good++) {
                cdb[2] = (uint8_t)((first + (int64_t)good) >> 24);
                cdb[3] = (uint8_t)((first + (int64_t)good) >> 16);
                cdb[4] = (uint8_t)((first + (int64_t)good) >> 8);
                cdb[5] = (uint8_t)(first + (int64_t)good);
                if (simple(d, cdb, 10, block + good * 2048, 2048, sense))
                    break;
            }
            if (good) {
                count = good;
                e = 0;
            }
        }
        if (e) {
            if (done)
                break;
            errno = e == ENOMEDIUM ? EIO : e;
            return -1;
        }
        k = count * 2048 - skip;
        if (k > n - done)
            k = n - done;
        memcpy(to + done, block + skip, k);
        done += k;
    }
    return (ssize_t)done;
}

static int toc_entry(struct drive *d, struct cdrom_tocentry *t)
{
    uint8_t r[12], sense[ODSIM_SENSE];
    uint8_t cdb[10] = { 0x43, (uint8_t)(t->cdte_format == CDROM_MSF ? 2 : 0), 0, 0, 0, 0, t->cdte_track, 0, sizeof r };
    int e = simple(d, cdb, 10, r, sizeof r, sense);

    if (e)
        return e;
    t->cdte_ctrl = r[5] & 15;
    t->cdte_adr = r[5] >> 4;
    t->cdte_datamode = t->cdte_ctrl & 4 ? 1 : 0;
    if (t->cdte_format == CDROM_MSF) {
        t->cdte_addr.msf.minute = r[9];
        t->cdte_addr.msf.second = r[10];
        t->cdte_addr.msf.frame = r[11];
    } else
        t->cdte_addr.lba = r[8] << 24 | r[9] << 16 | r[10] << 8 | r[11];
    return 0;
}

static int sg_io(struct drive *d, struct sg_io_hdr *h)
{
    uint8_t sense[ODSIM_SENSE];
    size_t moved = 0;
    int status;

    if (h->interface_id != 'S' || h->cmd_len < 6 || h->cmd_len > 16 || h->iovec_count)
        return EINVAL;
    status = command(d, h->cmdp, h->cmd_len, h->dxferp, h->dxfer_direction == SG_DXFER_NONE ? 0 : h->dxfer_len,
                     h->dxfer_direction == SG_DXFER_TO_DEV, &moved, sense);
    h->status = (unsigned char)status;
    h->masked_status = (unsigned char)(status >> 1);
    h->host_status = 0;
    h->driver_status = status == ODSIM_CHECK ? 8 : 0;
    h->msg_status = 0;
    h->sb_len_wr = 0;
    if (status == ODSIM_CHECK && h->sbp) {
        h->sb_len_wr = h->mx_sb_len < ODSIM_SENSE ? h->mx_sb_len : ODSIM_SENSE;
        memcpy(h->sbp, sense, h->sb_len_wr);
    }
    h->resid = (int)(h->dxfer_direction == SG_DXFER_NONE ? 0 : h->dxfer_len - moved);
    h->duration = 1;
    h->info = status ? SG_INFO_CHECK : 0;
    return 0;
}

static int packet(struct drive *d, struct cdrom_generic_command *g)
{
    uint8_t sense[ODSIM_SENSE];
    size_t moved;

    g->stat = command(d, g->cmd, 12, g->buffer, g->buflen, g->data_direction == CGC_DATA_WRITE, &moved, sense);
    if (g->stat && g->sense)
        memcpy(g->sense, sense, sizeof *g->sense < ODSIM_SENSE ? sizeof *g->sense : ODSIM_SENSE);
    g->buflen -= (unsigned)moved;
    return g->stat ? (sense[2] & 15) == 5 && sense[12] == 0x20 ? EDRIVE_CANT_DO_THIS : EIO : 0;
}

static int raw_read(struct drive *d, void *arg, uint8_t flags,
                    size_t size) /* CDROMREADRAW and its kin: an MSF address in the buffer */
{
    struct cdrom_msf m;
    uint8_t sense[ODSIM_SENSE], cdb[12] = { 0xBE };
    int32_t lba;

    memcpy(&m, arg, sizeof m);
    lba = (m.cdmsf_min0 * 60 + m.cdmsf_sec0) * 75 + m.cdmsf_frame0 - 150;
    for (int i = 0; i < 4; i++)
        cdb[2 + i] = (uint8_t)(lba >> (24 - 8 * i));
    cdb[8] = 1;
    cdb[9] = flags;
    return simple(d, cdb, 12, arg, size, sense);
}

static int control_drive(struct drive *d, unsigned long request, void *arg)
{
    uint8_t r[64], sense[ODSIM_SENSE];
    int e;

    switch (request) {
    case SG_IO:
        return sg_io(d, arg);
    case CDROM_SEND_PACKET:
        return packet(d, arg);
    case CDROM_DRIVE_STATUS:
        e = simple(d, (const uint8_t[6]){ 0 }, 6, NULL, 0, sense);
        return -(e == 0           ? CDS_DISC_OK
                 : e == ENOMEDIUM ? (sense[13] == 2 ? CDS_TRAY_OPEN : CDS_NO_DISC)
                                  : CDS_DRIVE_NOT_READY);
    case CDROM_DISC_STATUS: {
        struct cdrom_tocentry t = { .cdte_track = 1, .cdte_format = CDROM_LBA };
        bool audio = false, data = false;

        for (; t.cdte_track < 100 && !toc_entry(d, &t); t.cdte_track++)
            *(t.cdte_ctrl & 4 ? &data : &audio) = true;
        return -(audio && data ? CDS_MIXED : audio ? CDS_AUDIO : data ? CDS_DATA_1 : CDS_NO_INFO);
    }
    case CDROM_MEDIA_CHANGED: {
        bool was = d->changed;

        d->changed = false;
        return was ? -1 : 0;
    }
    case CDROM_GET_CAPABILITY:
        return -(CDC_CLOSE_TRAY | CDC_OPEN_TRAY | CDC_LOCK | CDC_SELECT_SPEED | CDC_MULTI_SESSION | CDC_MCN |
                 CDC_MEDIA_CHANGED | CDC_PLAY_AUDIO | CDC_RESET | CDC_DRIVE_STATUS | CDC_GENERIC_PACKET | CDC_CD_R |
                 CDC_CD_RW | CDC_DVD | CDC_DVD_R | CDC_DVD_RAM | CDC_RAM);
    case CDROMREADTOCHDR:
        e = simple(d, (const uint8_t[10]){ 0x43, 0, 0, 0, 0, 0, 0, 0, 4 }, 10, r, 4, sense);
        if (!e) {
            ((struct cdrom_tochdr *)arg)->cdth_trk0 = r[2];
            ((struct cdrom_tochdr *)arg)->cdth_trk1 = r[3];
        }
        return e;
    case CDROMREADTOCENTRY:
        return toc_entry(d, arg);
    case CDROMMULTISESSION: {
        struct cdrom_multisession *m = arg;

        e = simple(d, (const uint8_t[10]){ 0x43, (uint8_t)(m->addr_format == CDROM_MSF ? 2 : 0), 1, 0, 0, 0, 0, 0, 12 },
                   10, r, 12, sense);
        if (e)
            return e;
        m->xa_flag = r[3] > r[2];
        if (m->addr_format == CDROM_MSF) {
            m->addr.msf.minute = r[9];
            m->addr.msf.second = r[10];
            m->addr.msf.frame = r[11];
        } else
            m->addr.lba = r[8] << 24 | r[9] << 16 | r[10] << 8 | r[11];
        return 0;
    }
    case CDROM_GET_MCN:
        e = simple(d, (const uint8_t[10]){ 0x42, 0, 0x40, 2, 0, 0, 0, 0, 24 }, 10, r, 24, sense);
        if (!e) {
            memset(arg, 0, 14);
            memcpy(arg, r + 9, 13);
        }
        return e;
    case CDROMREADMODE1:
        return raw_read(d, arg, 0x10, 2048);
    case CDROMREADMODE2:
        return raw_read(d, arg, 0x58, 2336);
    case CDROMREADRAW:
        return raw_read(d, arg, 0xF8, 2352);
    case CDROMREADAUDIO: {
        struct cdrom_read_audio *a = arg;
        int32_t lba = a->addr_format == CDROM_LBA
                          ? a->addr.lba
                          : (a->addr.msf.minute * 60 + a->addr.msf.second) * 75 + a->addr.msf.frame - 150;
        uint8_t cdb[12] = { 0xBE,
                            0,
                            (uint8_t)(lba >> 24),
                            (uint8_t)(lba >> 16),
                            (uint8_t)(lba >> 8),
                            (uint8_t)lba,
                            0,
                            0,
                            (uint8_t)a->nframes,
                            0xF8 };

        return a->nframes < 1 || a->nframes > 75 ? EINVAL
                                                 : simple(d, cdb, 12, a->buf, (size_t)a->nframes * 2352, sense);
    }
    case CDROMEJECT:
        return simple(d, (const uint8_t[6]){ 0x1B, 0, 0, 0, 2 }, 6, NULL, 0, sense);
    case CDROMCLOSETRAY:
        return simple(d, (const uint8_t[6]){ 0x1B, 0, 0, 0, 3 }, 6, NULL, 0, sense);
    case CDROM_LOCKDOOR:
        return simple(d, (const uint8_t[6]){ 0x1E, 0, 0, 0, (uint8_t)(arg != NULL) }, 6, NULL, 0, sense);
    case CDROM_SELECT_SPEED: {
        const unsigned speed = arg ? (unsigned)(uintptr_t)arg * 177 : 0xFFFF; /* as sr_select_speed() has it */

        return simple(d, (const uint8_t[12]){ 0xBB, 0, (uint8_t)(speed >> 8), (uint8_t)speed }, 12, NULL, 0, sense);
    }
    case CDROM_SET_OPTIONS:
    case CDROM_CLEAR_OPTIONS:
    case CDROMRESET:
    case BLKFLSBUF:
    case BLKRASET:
    case SG_SET_TIMEOUT:
    case SG_SET_RESERVED_SIZE:
        return 0;
    case BLKGETSIZE64:
        *(uint64_t *)arg = (uint64_t)medium_size(d);
        return 0;
    case BLKGETSIZE:
        *(unsigned long *)arg = (unsigned long)(medium_size(d) / 512);
        return 0;
    case BLKSSZGET:
        *(int *)arg = 2048;
        return 0;
    case BLKROGET:
        *(int *)arg = 0;
        return 0;
    case SG_GET_VERSION_NUM:
        *(int *)arg = 30527;
        return 0;
    case SG_GET_TIMEOUT:
        return -6000;
    case SG_GET_RESERVED_SIZE:
        *(int *)arg = 128 * 1024;
        return 0;
    case SG_EMULATED_HOST:
        *(int *)arg = 1;
        return 0;
    case SCSI_IOCTL_GET_BUS_NUMBER:
        *(int *)arg = 9;
        return 0;
    case SCSI_IOCTL_GET_IDLUN:
        ((uint32_t *)arg)[0] = (uint32_t)(d - drives) | 9u << 24;
        ((uint32_t *)arg)[1] = (uint32_t)(d - drives);
        return 0;
    default:
        return ENOTTY;
    }
}

static int fill(const struct drive *d, struct stat *st)
{
    memset(st, 0, sizeof *st);
    st->st_mode = S_IFBLK | 0660;
    st->st_rdev = makedev(11, (unsigned)(d - drives));
    st->st_ino = (ino_t)(1 + (d - drives));
    st->st_nlink = 1;
    st->st_blksize = 4096;
    return 0;
}

static int no_such(void)
{
    errno = ENOENT;
    return -1;
}

/* ------------------------------------------------------------------ what the process calls */

EXPORT int open(const char *path, int flags, ...);
EXPORT int open64(const char *path, int flags, ...);
EXPORT int __open_2(const char *path, int flags);
EXPORT int __open64_2(const char *path, int flags);
EXPORT int openat(int at, const char *path, int flags, ...);
EXPORT int openat64(int at, const char *path, int flags, ...);
EXPORT int __xstat(int version, const char *path, struct stat *st);
EXPORT int __lxstat(int version, const char *path, struct stat *st);
EXPORT int __fxstat(int version, int fd, struct stat *st);
EXPORT int __xstat64(int version, const char *path, struct stat64 *st);
EXPORT int __lxstat64(int version, const char *path, struct stat64 *st);
EXPORT int __fxstat64(int version, int fd, struct stat64 *st);
EXPORT ssize_t __read_chk(int fd, void *buf, size_t n, size_t room);
EXPORT char *__realpath_chk(const char *path, char *out, size_t room);
EXPORT bool odsim_preload_control(const char *path, const char *line, char *reply, size_t room);

static int open_path(const char *path, int flags, mode_t mode)
{
    struct drive *d = named(path);

    if (d)
        return open_drive(d, flags);
    return hidden(path) ? no_such() : real_open(path, flags, mode);
}

#define MODE_ARGUMENT(mode)                                                                                            \
    mode_t mode = 0;                                                                                                   \
    if (flags & (O_CREAT | __O_TMPFILE)) {                                                                             \
        va_list ap;                                                                                                    \
        va_start(ap, flags);                                                                                           \
        mode = va_arg(ap, mode_t);                                                                                     \
        va_end(ap);                                                                                                    \
    }

int open(const char *path, int flags, ...)
{
    MODE_ARGUMENT(mode) return open_path(path, flags, mode);
}
int open64(const char *path, int flags, ...)
{
    MODE_ARGUMENT(mode) return open_path(path, flags, mode);
}
int __open_2(const char *path, int flags)
{
    return open_path(path, flags, 0);
}
int __open64_2(const char *path, int flags)
{
    return open_path(path, flags, 0);
}

static int open_at(int at, const char *path, int flags, mode_t mode)
{
    static int (*next)(int, const char *, int, ...);

    if (named(path) || hidden(path))
        return open_path(path, flags, mode);
    if (!next)
        find(&next, "openat64");
    return next(at, path, flags, mode);
}
int openat(int at, const char *path, int flags, ...)
{
    MODE_ARGUMENT(mode) return open_at(at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...)
{
    MODE_ARGUMENT(mode) return open_at(at, path, flags, mode);
}

/* A copy of a drive's descriptor is the drive as well; the two positions part, which no program here minds. */
static int copied(int from, int to)
{
    struct drive *d = held(from);

    if (to >= 0 && to < FDS && from != to) {
        of_fd[to] = d;
        position[to] = d ? position[from] : 0;
    }
    return to;
}

EXPORT int dup(int fd)
{
    static int (*next)(int);

    if (!next)
        find(&next, "dup");
    return copied(fd, next(fd));
}

EXPORT int dup2(int fd, int to)
{
    static int (*next)(int, int);

    if (!next)
        find(&next, "dup2");
    return copied(fd, next(fd, to));
}

EXPORT int close(int fd)
{
    if (held(fd))
        of_fd[fd] = NULL;
    return real_close(fd);
}

EXPORT int ioctl(int fd, unsigned long request, ...)
{
    struct drive *d = held(fd);
    va_list ap;
    void *arg;
    int e;

    va_start(ap, request);
    arg = va_arg(ap, void *);
    va_end(ap);
    if (!d)
        return real_ioctl(fd, request, arg);
    e = control_drive(d, request, arg);
    if (request == CDROM_MEDIA_CHANGED || request == CDROM_DRIVE_STATUS || request == CDROM_DISC_STATUS ||
        request == CDROM_GET_CAPABILITY || e < 0)
        return -e; /* an answer, not an error */
    if (e) {
        errno = e;
        return -1;
    }
    return 0;
}

EXPORT ssize_t read(int fd, void *buf, size_t n)
{
    struct drive *d = held(fd);
    ssize_t k;

    if (!d)
        return real_read(fd, buf, n);
    k = read_drive(d, buf, n, position[fd]);
    if (k > 0)
        position[fd] += k;
    return k;
}
ssize_t __read_chk(int fd, void *buf, size_t n, size_t room)
{
    return read(fd, buf, n < room ? n : room);
}

EXPORT ssize_t pread64(int fd, void *buf, size_t n, off64_t at)
{
    struct drive *d = held(fd);

    return d ? read_drive(d, buf, n, at) : real_pread(fd, buf, n, at);
}
EXPORT ssize_t pread(int fd, void *buf, size_t n, off_t at)
{
    return pread64(fd, buf, n, at);
}

EXPORT off64_t lseek64(int fd, off64_t at, int whence)
{
    struct drive *d = held(fd);
    int64_t to;

    if (!d)
        return real_lseek(fd, at, whence);
    to = whence == SEEK_SET ? at : whence == SEEK_CUR ? position[fd] + at : medium_size(d) + at;
    if (to < 0) {
        errno = EINVAL;
        return -1;
    }
    return position[fd] = to;
}
EXPORT off_t lseek(int fd, off_t at, int whence)
{
    return lseek64(fd, at, whence);
}

static int stat_path(const char *path, struct stat *st, int (*next)(const char *, struct stat *))
{
    struct drive *d = named(path);

    return d ? fill(d, st) : hidden(path) ? no_such() : next(path, st);
}
EXPORT int stat(const char *path, struct stat *st)
{
    named(path);
    return stat_path(path, st, real_stat);
}
EXPORT int lstat(const char *path, struct stat *st)
{
    named(path);
    return stat_path(path, st, real_lstat);
}
EXPORT int fstat(int fd, struct stat *st)
{
    struct drive *d = held(fd);
    return d ? fill(d, st) : real_fstat(fd, st);
}
EXPORT int stat64(const char *path, struct stat64 *st)
{
    return stat(path, (struct stat *)st);
}
EXPORT int lstat64(const char *path, struct stat64 *st)
{
    return lstat(path, (struct stat *)st);
}
EXPORT int fstat64(int fd, struct stat64 *st)
{
    return fstat(fd, (struct stat *)st);
}
int __xstat(int v, const char *path, struct stat *st)
{
    struct drive *d = named(path);
    return d ? fill(d, st) : hidden(path) ? no_such() : real_xstat(v, path, st);
}
int __lxstat(int v, const char *path, struct stat *st)
{
    struct drive *d = named(path);
    return d ? fill(d, st) : hidden(path) ? no_such() : real_lxstat(v, path, st);
}
int __fxstat(int v, int fd, struct stat *st)
{
    struct drive *d = held(fd);
    return d ? fill(d, st) : real_fxstat(v, fd, st);
}
int __xstat64(int v, const char *path, struct stat64 *st)
{
    return __xstat(v, path, (struct stat *)st);
}
int __lxstat64(int v, const char *path, struct stat64 *st)
{
    return __lxstat(v, path, (struct stat *)st);
}
int __fxstat64(int v, int fd, struct stat64 *st)
{
    return __fxstat(v, fd, (struct stat *)st);
}

EXPORT int access(const char *path, int mode)
{
    return named(path) ? 0 : hidden(path) ? no_such() : real_access(path, mode);
}

EXPORT char *realpath(const char *path, char *out)
{
    if (!named(path))
        return real_realpath(path, out);
    if (!out)
        return strdup(path);
    return strcpy(out, path);
}
char *__realpath_chk(const char *path, char *out, size_t room)
{
    (void)room;
    return realpath(path, out);
}

/* libburn's waits are for mechanics, of which these drives have none: a tenth of them is enough. */
EXPORT int usleep(useconds_t microseconds)
{
    const useconds_t part = drive_count ? microseconds / 10 : microseconds;
    const struct timespec pause = { part / 1000000, (long)(part % 1000000) * 1000 };

    return nanosleep(&pause, NULL);
}

/* For a test program that is linked with this file: a hand at the drive (see odsim_control). */
bool odsim_preload_control(const char *path, const char *line, char *reply, size_t room)
{
    struct drive *d = named(path);
    bool good;

    if (!d)
        return false;
    pthread_mutex_lock(&lock);
    good = odsim_control(d->sim, line, reply, room);
    pthread_mutex_unlock(&lock);
    return good;
}
