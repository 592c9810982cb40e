/* Rock Ridge (RRIP 1.12, and 1.09 as it is mostly written): what its fields say of one record. */
#ifndef VOLUME_ROCK_RIDGE_H
#define VOLUME_ROCK_RIDGE_H

#include "volume/directory.h"
#include "volume/susp.h"

enum { ROCK_RIDGE_NAME_MAX = 1024, ROCK_RIDGE_TARGET_MAX = 16384 };

struct rock_ridge {
    bool any; /* a field of Rock Ridge was there */
    bool has_mode, has_device, has_name, has_target, has_child, relocated, sparse;
    uint32_t mode, links, uid, gid; /* PX */
    uint32_t device_major, device_minor;
    struct dk_time modified, created;
    uint32_t child; /* CL: block of the directory that this record stands for */
    bool packed;    /* ZF */
    uint8_t zisofs_version, zisofs_header_size, zisofs_block_log2;
    uint64_t unpacked_size;
    const char *damage; /* half a sentence, or NULL */
    size_t name_length, target_length;
    unsigned component_count; /* of the target */
    bool component_open;      /* the last one goes on */
    bool component_root;      /* it was the root */
    uint8_t name[ROCK_RIDGE_NAME_MAX];
    char target[ROCK_RIDGE_TARGET_MAX]; /* without a NUL */
};

/* Fills `found`, all of it but the unused ends of name and target. */
void rock_ridge_read_record(struct susp *susp, const struct record *record, struct rock_ridge *found);
/* The same for the root's own record, whose fields begin with SP. */
void rock_ridge_read_root(struct susp *susp, const uint8_t *area, size_t size, struct rock_ridge *found);
/*
 * Is there Rock Ridge in the directory `root`? Sets susp->skip, and `*marked` where the SP field says so: there are
 * discs that forgot it.
 */
bool rock_ridge_detect(struct susp *susp, struct directory *root, bool *marked);

#endif
