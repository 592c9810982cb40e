#include "volume/rock_ridge.h"

#include "util/cursor.h"
#include "volume/numbers.h"
#include "volume/time.h"

#include <string.h>

enum {
    NAME_CURRENT = 0x02, /* flags of NM, RRIP 4.1.4 */
    NAME_PARENT = 0x04,
    COMPONENT_CONTINUES = 0x01, /* flags of a component of SL, RRIP 4.1.3.1 */
    COMPONENT_CURRENT = 0x02,
    COMPONENT_PARENT = 0x04,
    COMPONENT_ROOT = 0x08,
    TIME_CREATION = 0x01, /* flags of TF, RRIP 4.1.6 */
    TIME_MODIFY = 0x02,
    TIME_LONG_FORM = 0x80,
    TIME_KINDS = 7,
};

static void read_mode(struct rock_ridge *found, struct cursor cursor)
{
    const uint8_t *numbers = cursor_bytes(&cursor, 32);

    if (!numbers)
        return;
    found->has_mode = true;
    found->mode = both32(numbers);
    found->links = both32(numbers + 8);
    found->uid = both32(numbers + 16);
    found->gid = both32(numbers + 24);
}

static void read_device(struct rock_ridge *found, struct cursor cursor)
{
    const uint8_t *numbers = cursor_bytes(&cursor, 16);

    if (!numbers)
        return;
    found->has_device = true;
    found->device_major = both32(numbers);
    found->device_minor = both32(numbers + 8);
    if (found->device_major == 0 && found->device_minor > 255) { /* both in one number of 32 bits, as Linux packs it */
        const uint32_t packed = found->device_minor;

        found->device_major = packed >> 8 & 0xFFF;
        found->device_minor = (packed & 0xFF) | (packed >> 12 & 0xFFF00);
    }
}

static void append_name(struct rock_ridge *found, const void *bytes, size_t count)
{
    if (count > ROCK_RIDGE_NAME_MAX - found->name_length) {
        count = ROCK_RIDGE_NAME_MAX - found->name_length;
        found->damage = "its name is longer than 1024 bytes";
    }
    memcpy(found->name + found->name_length, bytes, count);
    found->name_length += count;
}

static void read_name(struct rock_ridge *found, struct cursor cursor)
{
    const uint8_t flags = cursor_u8(&cursor);
    const size_t length = cursor_left(&cursor);

    found->has_name = true;
    if (flags & (NAME_CURRENT | NAME_PARENT))
        append_name(found, "..", flags & NAME_PARENT ? 2 : 1);
    else
        append_name(found, cursor_bytes(&cursor, length), length);
}

static void append_target(struct rock_ridge *found, const void *bytes, size_t count)
{
    if (count > ROCK_RIDGE_TARGET_MAX - found->target_length) {
        count = ROCK_RIDGE_TARGET_MAX - found->target_length;
        found->damage = "its target is longer than 16384 bytes";
    }
    memcpy(found->target + found->target_length, bytes, count);
    found->target_length += count;
}

/* A slash joins components, unless one goes on with the last or follows the root, which is a slash itself. */
static void read_component(struct rock_ridge *found, uint8_t flags, const uint8_t *text, size_t length)
{
    if (found->component_count++ && !found->component_open && !found->component_root)
        append_target(found, "/", 1);
    if (flags & COMPONENT_ROOT)
        append_target(found, "/", 1);
    else if (flags & (COMPONENT_CURRENT | COMPONENT_PARENT))
        append_target(found, "..", flags & COMPONENT_PARENT ? 2 : 1);
    else
        append_target(found, text, length);
    found->component_open = flags & COMPONENT_CONTINUES;
    found->component_root = flags & COMPONENT_ROOT;
}

static void read_target(struct rock_ridge *found, struct cursor cursor)
{
    found->has_target = true;
    cursor_skip(&cursor, 1); /* whether another SL follows: that one says it itself */
    while (cursor_left(&cursor) >= 2) {
        const uint8_t flags = cursor_u8(&cursor), length = cursor_u8(&cursor);
        const uint8_t *text = cursor_bytes(&cursor, length);

        if (!text) {
            found->damage = "a component of its target runs past its field";
            return;
        }
        read_component(found, flags, text, length);
    }
}

static void read_times(struct rock_ridge *found, struct cursor cursor)
{
    const uint8_t flags = cursor_u8(&cursor);

    for (int kind = 0; kind < TIME_KINDS; kind++) {
        const uint8_t flag = (uint8_t)(1 << kind);
        const uint8_t *bytes;
        struct dk_time time;

        if (!(flags & flag))
            continue;
        bytes = cursor_bytes(&cursor, flags & TIME_LONG_FORM ? 17 : 7);
        if (!bytes) {
            found->damage = "it claims more times than its field holds";
            return;
        }
        time = flags & TIME_LONG_FORM ? time_of_digits(bytes) : time_of_record(bytes);
        if (flag == TIME_MODIFY)
            found->modified = time;
        else if (flag == TIME_CREATION)
            found->created = time;
    }
}

static void read_child(struct rock_ridge *found, struct cursor cursor)
{
    const uint8_t *block = cursor_bytes(&cursor, 8);

    if (!block)
        return;
    found->has_child = true;
    found->child = both32(block);
}

static void read_relocated(struct rock_ridge *found, struct cursor cursor)
{
    (void)cursor;
    found->relocated = true;
}

static void read_sparse(struct rock_ridge *found, struct cursor cursor)
{
    (void)cursor;
    found->sparse = true;
}

/* Not of Rock Ridge itself: zisofs 1 (pz, 32-bit size) and 2 (PZ, 64-bit size). */
static void read_packed(struct rock_ridge *found, struct cursor cursor)
{
    const uint8_t *method = cursor_bytes(&cursor, 2), *rest = cursor_bytes(&cursor, 10);

    if (!rest)
        return;
    if (memcmp(method, "pz", 2) == 0)
        found->zisofs_version = 1;
    else if (memcmp(method, "PZ", 2) == 0)
        found->zisofs_version = 2;
    else
        found->damage = "it is packed by a method that is not known";
    found->packed = true;
    found->zisofs_header_size = rest[0];
    found->zisofs_block_log2 = rest[1];
    found->unpacked_size = found->zisofs_version == 2 ? le64(rest + 2) : both32(rest + 2);
}

static void read_nothing(struct rock_ridge *found, struct cursor cursor)
{
    (void)found;
    (void)cursor;
}

/* By how often they come. */
static const struct {
    char signature[3];
    void (*read)(struct rock_ridge *found, struct cursor cursor);
} fields[] = {
    { "NM", read_name },    { "PX", read_mode },   { "TF", read_times },  { "RR", read_nothing },
    { "SL", read_target },  { "PN", read_device }, { "CL", read_child },  { "RE", read_relocated },
    { "PL", read_nothing }, { "ZF", read_packed }, { "Z2", read_packed }, { "SF", read_sparse },
};

static void visit_field(void *context, const uint8_t *bytes, size_t length)
{
    struct rock_ridge *found = context;

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (bytes[0] == (uint8_t)fields[i].signature[0] && bytes[1] == (uint8_t)fields[i].signature[1]) {
            found->any = true;
            fields[i].read(found, cursor_over(bytes + 4, length - 4));
            return;
        }
}

static void rock_ridge_read(struct susp *susp, const uint8_t *area, size_t size, struct rock_ridge *found)
{
    memset(found, 0, offsetof(struct rock_ridge, name));
    susp_walk(susp, area, size, visit_field, found, &found->damage);
}

void rock_ridge_read_record(struct susp *susp, const struct record *record, struct rock_ridge *found)
{
    const size_t start = susp_start(susp, record->system_use, record->system_use_size);

    rock_ridge_read(susp, record->system_use + start, record->system_use_size - start, found);
}

/* SP (SUSP 5.3): the first field of the root's own record, or behind the 14 bytes of an XA record; else -1. */
static int find_sp(const uint8_t *area, size_t size)
{
    static const uint8_t sp[] = { 'S', 'P', 7, 1, 0xBE, 0xEF };

    for (size_t at = 0; at <= SUSP_XA_SIZE; at += SUSP_XA_SIZE)
        if (size >= at + sizeof sp + 1 && memcmp(area + at, sp, sizeof sp) == 0)
            return (int)at;
    return -1;
}

void rock_ridge_read_root(struct susp *susp, const uint8_t *area, size_t size, struct rock_ridge *found)
{
    const int sp = find_sp(area, size);
    const size_t start = sp >= 0 ? (size_t)sp : susp_start(susp, area, size);

    rock_ridge_read(susp, area + start, size - start, found);
}

bool rock_ridge_detect(struct susp *susp, struct directory *root, bool *marked)
{
    enum { LOOK_AT = 64 }; /* records: where the first have nothing, the others hardly do */
    struct rock_ridge found = { .any = false };
    struct record record;

    *marked = false;
    for (int i = 0; i < LOOK_AT && !found.any && directory_next(root, &record); i++) {
        const int sp = i == 0 ? find_sp(record.system_use, record.system_use_size) : -1;

        if (sp >= 0) {
            *marked = true;
            susp->skip = sp ? (uint8_t)sp : record.system_use[6]; /* SUSP 5.3: the seventh byte of SP */
        }
        if (i == 0)
            rock_ridge_read_root(susp, record.system_use, record.system_use_size, &found);
        else
            rock_ridge_read_record(susp, &record, &found);
    }
    return found.any;
}
