/* SPDX-License-Identifier: GPL-3.0-or-later */
/* odsim-tcmu: an odsim drive that the kernel sees as a SCSI device of its own (/dev/srN, /dev/sgN), through
   target_core_user and tcm_loop. odsim-tcmu CONF            serves the drive; ready once its line is printed (it then
   goes to the background) odsim-tcmu NAME COMMAND    a hand at the drive NAME: load CONF, eject, button, fault ...,
   clear-faults, stats */
#define _GNU_SOURCE
#include "odsim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* The kernel's header brings a struct iovec of its own: it gets another name, and the C library's is used. */
#define iovec kernel_iovec
#include <linux/uio.h>
#undef iovec
#include <linux/target_core_user.h>

#define CONFIG "/sys/kernel/config/target"
#define RUN    "/run/lab"

static int die(const char *what)
{
    fprintf(stderr, "odsim-tcmu: %s: %s\n", what, strerror(errno));
    return 1;
}

static bool put(const char *path, const char *value)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

    if (!good)
        fprintf(stderr, "odsim-tcmu: %s <- %s: %s\n", path, value, strerror(errno));
    if (fd >= 0)
        close(fd);
    return good;
}

static int find_uio(const char *name, size_t *size) /* the UIO device that the kernel made for this drive */
{
    char path[600], line[256], want[128];
    DIR *dir = opendir("/sys/class/uio");
    struct dirent *e;
    int fd = -1;

    snprintf(want, sizeof want, "tcm-user/0/%s/", name);
    while (dir && fd < 0 && (e = readdir(dir))) {
        FILE *f;

        snprintf(path, sizeof path, "/sys/class/uio/%s/name", e->d_name);
        f = e->d_name[0] == 'u' ? fopen(path, "r") : NULL;
        if (!f)
            continue;
        if (fgets(line, sizeof line, f) && !strncmp(line, want, strlen(want))) {
            FILE *m;

            snprintf(path, sizeof path, "/sys/class/uio/%s/maps/map0/size", e->d_name);
            m = fopen(path, "r");
            if (m) {
                unsigned long v = 0;

                if (fscanf(m, "%li", (long *)&v) == 1)
                    *size = v;
                fclose(m);
            }
            snprintf(path, sizeof path, "/dev/%s", e->d_name);
            fd = open(path, O_RDWR | O_CLOEXEC);
        }
        fclose(f);
    }
    if (dir)
        closedir(dir);
    return fd;
}

/* The data of a command lies in pieces of the shared memory. */
static void gather(const char *base, const struct iovec *v, unsigned n, uint8_t *to)
{
    for (unsigned i = 0; i < n; to += v[i++].iov_len)
        memcpy(to, base + (size_t)v[i].iov_base, v[i].iov_len);
}

static void scatter(char *base, const struct iovec *v, unsigned n, const uint8_t *from, size_t len)
{
    for (unsigned i = 0; i < n && len; i++) {
        size_t k = v[i].iov_len < len ? v[i].iov_len : len;

        memcpy(base + (size_t)v[i].iov_base, from, k);
        from += k;
        len -= k;
    }
}

static bool host_sends(uint8_t op)
{
    static const uint8_t ops[] = { 0x04, 0x15, 0x55, 0x2A, 0xAA, 0x5D, 0xB6, 0xBF, 0xA3, 0x54, 0x1D };

    return memchr(ops, op, sizeof ops) != NULL;
}

static void serve(struct odsim *d, struct tcmu_mailbox *mb)
{
    char *base = (char *)mb;

    while (mb->cmd_tail != *(volatile __u32 *)&mb->cmd_head) {
        struct tcmu_cmd_entry *e = (void *)(base + mb->cmdr_off + mb->cmd_tail);

        __sync_synchronize();
        if (tcmu_hdr_get_op(e->hdr.len_op) == TCMU_OP_CMD) {
            const uint8_t *cdb = (const uint8_t *)base + e->req.cdb_off;
            static const size_t lengths[8] = { 6, 10, 10, 16, 16, 12, 12, 16 };
            unsigned n = e->req.iov_cnt;
            struct iovec v[512];
            size_t total = 0, moved = 0;
            uint8_t *buf = NULL, sense[ODSIM_SENSE], command[16] = { 0 };
            int status = ODSIM_CHECK;

            memset(sense, 0, sizeof sense);
            memcpy(command, cdb, lengths[cdb[0] >> 5]);
            if (n <= 512) {
                memcpy(v, e->req.iov, n * sizeof *v);
                for (unsigned i = 0; i < n; i++)
                    total += v[i].iov_len;
                buf = calloc(1, total + 1);
            }
            if (buf && host_sends(command[0])) {
                gather(base, v, n, buf);
                status = odsim_command(d, command, sizeof command, buf, total, NULL, 0, &moved, sense);
                moved = total;
            } else if (buf) {
                status = odsim_command(d, command, sizeof command, NULL, 0, buf, total, &moved, sense);
                scatter(base, v, n, buf, moved);
            }
            free(buf);
            if (getenv("ODSIM_TRACE"))
                odsim_trace(odsim_name(d), command, lengths[command[0] >> 5], moved, total, status, sense);
            memset(&e->rsp, 0, sizeof e->rsp);
            e->rsp.scsi_status = (__u8)status;
            if (status == ODSIM_CHECK)
                memcpy(e->rsp.sense_buffer, sense, sizeof sense);
            else if (status == ODSIM_GOOD && moved < total && (mb->flags & TCMU_MAILBOX_FLAG_CAP_READ_LEN)) {
                e->rsp.read_len = (__u32)moved;
                e->hdr.uflags |= TCMU_UFLAG_READ_LEN;
            }
        } else if (tcmu_hdr_get_op(e->hdr.len_op) != TCMU_OP_PAD)
            e->hdr.uflags |= TCMU_UFLAG_UNKNOWN_OP;
        __sync_synchronize();
        mb->cmd_tail = (mb->cmd_tail + tcmu_hdr_get_len(e->hdr.len_op)) % mb->cmdr_size;
        __sync_synchronize();
    }
}

static int talk(const char *name, int argc, char **argv) /* the other end of the control socket */
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    char line[4096] = "", answer[4096];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ssize_t n;

    snprintf(a.sun_path, sizeof a.sun_path, RUN "/%s.ctl", name);
    for (int i = 0; i < argc; i++) {
        char full[4096];
        const char *word = argv[i];

        if (i == 1 && !strcmp(argv[0], "load") && realpath(word, full))
            word = full;
        snprintf(line + strlen(line), sizeof line - strlen(line), "%s%s", i ? " " : "", word);
    }
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a))
        return die(a.sun_path);
    if (write(fd, line, strlen(line)) < 0 || shutdown(fd, SHUT_WR))
        return die("write");
    n = read(fd, answer, sizeof answer - 1);
    if (n < 1)
        return die("no answer");
    answer[n] = 0;
    if (answer[1])
        puts(answer + 1);
    return answer[0] == '1' ? 0 : 1;
}

static void control(struct odsim *d, int listener)
{
    char line[4096], answer[4096] = "";
    int fd = accept(listener, NULL, NULL);
    ssize_t n, all = 0;

    if (fd < 0)
        return;
    while (all < (ssize_t)sizeof line - 1 && (n = read(fd, line + all, sizeof line - 1 - (size_t)all)) > 0)
        all += n;
    line[all] = 0;
    answer[0] = odsim_control(d, line, answer + 1, sizeof answer - 1) ? '1' : '0';
    if (write(fd, answer, strlen(answer)) < 0)
        perror("odsim-tcmu");
    close(fd);
}

static volatile sig_atomic_t stop;
static void on_signal(int s)
{
    (void)s;
    stop = 1;
}

int main(int argc, char **argv)
{
    char message[4096], path[512], target[512], value[256];
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    struct tcmu_mailbox *mb;
    struct odsim *d;
    size_t size = 0;
    int uio, listener;
    unsigned id;
    pid_t child;

    if (argc > 2)
        return talk(argv[1], argc - 2, argv + 2);
    if (argc != 2) {
        fprintf(stderr, "usage: odsim-tcmu CONF | odsim-tcmu NAME COMMAND...\n");
        return 2;
    }
    d = odsim_open(argv[1], message, sizeof message);
    if (!d) {
        fprintf(stderr, "odsim-tcmu: %s\n", message);
        return 1;
    }
    id = 0;
    for (const char *p = odsim_name(d); *p; p++)
        id = id * 31 + (unsigned char)*p;
    id &= 0xFFFFFF;
    mkdir(CONFIG "/core/user_0", 0755);
    snprintf(path, sizeof path, CONFIG "/core/user_0/%s", odsim_name(d));
    if (mkdir(path, 0755) && errno != EEXIST)
        return die(path);
    snprintf(target, sizeof target, "%s/control", path);
    snprintf(value, sizeof value, "dev_config=odsim/%s,dev_size=1048576,hw_block_size=2048,hw_max_sectors=2048",
             odsim_name(d));
    if (!put(target, value))
        return 1;
    snprintf(target, sizeof target, "%s/enable", path);
    if (!put(target, "1"))
        return 1;
    uio = find_uio(odsim_name(d), &size);
    if (uio < 0 || !size)
        return die("no uio device");
    mb = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, uio, 0);
    if (mb == MAP_FAILED)
        return die("mmap");
    if (mb->version != TCMU_MAILBOX_VERSION) {
        fprintf(stderr, "odsim-tcmu: mailbox version %d\n", mb->version);
        return 1;
    }
    snprintf(a.sun_path, sizeof a.sun_path, RUN "/%s.ctl", odsim_name(d));
    mkdir(RUN, 0755);
    unlink(a.sun_path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&a, sizeof a) || listen(listener, 4))
        return die(a.sun_path);

    /* The drive answers while the kernel looks at it, so the work begins before the LUN exists. */
    child = fork();
    if (child < 0)
        return die("fork");
    if (child) {
        char nexus[64];

        snprintf(target, sizeof target, CONFIG "/loopback/naa.5%06x00000000a", id);
        mkdir(CONFIG "/loopback", 0755);
        mkdir(target, 0755);
        snprintf(value, sizeof value, "%s/tpgt_1", target);
        mkdir(value, 0755);
        snprintf(nexus, sizeof nexus, "naa.5%06x00000000b", id);
        snprintf(message, sizeof message, "%s/nexus", value);
        if (!put(message, nexus))
            return 1;
        snprintf(message, sizeof message, "%s/lun/lun_0", value);
        if (mkdir(message, 0755) && errno != EEXIST)
            return die(message);
        snprintf(message, sizeof message, "%s/lun/lun_0/drive", value);
        if (symlink(path, message) && errno != EEXIST)
            return die(message);
        printf("%s is there\n", odsim_name(d));
        fflush(stdout);
        _exit(0);
    }
    setsid();
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    signal(SIGPIPE, SIG_IGN);
    while (!stop) {
        struct pollfd p[2] = { { uio, POLLIN, 0 }, { listener, POLLIN, 0 } };
        uint32_t n;

        serve(d, mb);
        n = 0;
        if (write(uio, &n, 4) < 0 && errno != EINTR)
            break;
        if (poll(p, 2, -1) < 0)
            continue;
        if (p[0].revents & POLLIN && read(uio, &n, 4) < 0 && errno != EINTR && errno != EAGAIN)
            break;
        if (p[1].revents & POLLIN)
            control(d, listener);
    }
    odsim_close(d);
    return 0;
}
