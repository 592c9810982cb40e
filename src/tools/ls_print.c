#include "tools/ls_print.h"

#include "util/text.h"

#include <string.h>

/* What each type is called in JSON, and its letter in a long list. */
static const struct {
    const char *name;
    char letter;
} types[] = {
    [DK_ENTRY_FILE] = { "file", '-' },          [DK_ENTRY_DIRECTORY] = { "dir", 'd' },
    [DK_ENTRY_SYMLINK] = { "symlink", 'l' },    [DK_ENTRY_CHARACTER_DEVICE] = { "char", 'c' },
    [DK_ENTRY_BLOCK_DEVICE] = { "block", 'b' }, [DK_ENTRY_FIFO] = { "fifo", 'p' },
    [DK_ENTRY_SOCKET] = { "socket", 's' },
};

static bool is_device(const struct dk_entry *entry)
{
    return entry->type == DK_ENTRY_CHARACTER_DEVICE || entry->type == DK_ENTRY_BLOCK_DEVICE;
}

/* ---- Text ---- */

/* "rwsr-xr-t"; question marks where the tree records no modes. */
static void put_mode(struct ls_buffer *buffer, const struct dk_entry *entry)
{
    char text[] = "-?????????";

    text[0] = types[entry->type].letter;
    if (entry->has_mode) {
        for (int bit = 0; bit < 9; bit++)
            text[1 + bit] = entry->mode & 0400 >> bit ? "rwx"[bit % 3] : '-';
        for (int which = 0; which < 3; which++) /* set user, set group, sticky stand where x does */
            if (entry->mode & 04000 >> which)
                text[3 + 3 * which] = entry->mode & 0100 >> 3 * which ? "sst"[which] : "SST"[which];
    }
    ls_put(buffer, text, sizeof text - 1);
}

static void put_owner(struct ls_buffer *buffer, const struct dk_entry *entry)
{
    if (!entry->has_mode) {
        ls_put_text(buffer, "   -     -     - ");
        return;
    }
    ls_put_number(buffer, entry->links, 4);
    ls_put_number(buffer, entry->uid, 6);
    ls_put_number(buffer, entry->gid, 6);
    ls_put(buffer, " ", 1);
}

static void put_size(struct ls_buffer *buffer, const struct dk_entry *entry)
{
    if (is_device(entry)) {
        ls_put_number(buffer, entry->device_major, 5);
        ls_put(buffer, ", ", 2);
        ls_put_number(buffer, entry->device_minor, 3);
    } else {
        ls_put_number(buffer, entry->size, 10);
    }
    ls_put(buffer, " ", 1);
}

static void put_long(struct ls_printer *printer, const struct dk_entry *entry)
{
    struct ls_buffer *buffer = &printer->buffer;

    put_mode(buffer, entry);
    put_owner(buffer, entry);
    put_size(buffer, entry);
    if (entry->mtime.known)
        ls_put_time(buffer, &printer->day, entry->mtime, (const char *[]){ " ", " " });
    else
        ls_put_text(buffer, "-                         ");
    ls_put(buffer, " ", 1);
}

static void put_name(struct ls_printer *printer, const char *text, size_t length)
{
    if (printer->escape)
        ls_put_escaped(&printer->buffer, text, length);
    else
        ls_put(&printer->buffer, text, length);
}

void ls_print_text(struct ls_printer *printer, const struct dk_entry *entry)
{
    struct ls_buffer *buffer = &printer->buffer;

    if (printer->long_form)
        put_long(printer, entry);
    if (printer->lba) {
        ls_put_signed(buffer, entry->lba, 9);
        ls_put(buffer, " ", 1);
    }
    put_name(printer, entry->path, entry->path_length);
    if (printer->long_form) {
        if (entry->target) {
            ls_put_text(buffer, " -> ");
            put_name(printer, entry->target, strlen(entry->target));
        }
        if (entry->associated)
            ls_put_text(buffer, " (associated file)");
        if (entry->hidden)
            ls_put_text(buffer, " (hidden)");
    }
    ls_put(buffer, "\n", 1);
}

/* ---- JSON ---- */

static void put_octal(struct ls_buffer *buffer, uint32_t mode)
{
    const char digits[] = { '"',
                            (char)('0' + (mode >> 9 & 7)),
                            (char)('0' + (mode >> 6 & 7)),
                            (char)('0' + (mode >> 3 & 7)),
                            (char)('0' + (mode & 7)),
                            '"' };

    ls_put(buffer, digits, sizeof digits);
}

/* What only some entries have. */
static void put_extras(struct ls_buffer *buffer, const struct dk_entry *entry)
{
    const size_t name_length = entry->path_length - (size_t)(entry->name - entry->path);

    if (entry->has_mode) {
        ls_put_text(buffer, ",\"uid\":");
        ls_put_number(buffer, entry->uid, 0);
        ls_put_text(buffer, ",\"gid\":");
        ls_put_number(buffer, entry->gid, 0);
    }
    if (is_device(entry)) {
        ls_put_text(buffer, ",\"device\":[");
        ls_put_number(buffer, entry->device_major, 0);
        ls_put(buffer, ",", 1);
        ls_put_number(buffer, entry->device_minor, 0);
        ls_put(buffer, "]", 1);
    }
    if (entry->hidden)
        ls_put_text(buffer, ",\"hidden\":true");
    if (entry->associated)
        ls_put_text(buffer, ",\"associated\":true");
    if (entry->raw_name || !text_is_utf8(entry->name, name_length)) {
        ls_put_text(buffer, ",\"name_hex\":\"");
        if (entry->raw_name)
            ls_put_hex(buffer, entry->raw_name, entry->raw_name_length);
        else
            ls_put_hex(buffer, (const uint8_t *)entry->name, name_length);
        ls_put(buffer, "\"", 1);
    }
}

void ls_print_json(struct ls_printer *printer, const struct dk_entry *entry)
{
    struct ls_buffer *buffer = &printer->buffer;

    ls_put_text(buffer, "{\"path\":");
    ls_put_json(buffer, entry->path, entry->path_length);
    ls_put_text(buffer, ",\"type\":\"");
    ls_put_text(buffer, types[entry->type].name);
    ls_put_text(buffer, "\",\"size\":");
    ls_put_number(buffer, entry->size, 0);
    ls_put_text(buffer, ",\"mode\":");
    if (entry->has_mode)
        put_octal(buffer, entry->mode);
    else
        ls_put_text(buffer, "null");
    ls_put_text(buffer, ",\"mtime\":");
    if (entry->mtime.known) {
        ls_put(buffer, "\"", 1);
        ls_put_time(buffer, &printer->day, entry->mtime, (const char *[]){ "T", "" });
        ls_put(buffer, "\"", 1);
    } else {
        ls_put_text(buffer, "null");
    }
    ls_put_text(buffer, ",\"lba\":");
    ls_put_signed(buffer, entry->lba, 0);
    ls_put_text(buffer, ",\"target\":");
    if (entry->target)
        ls_put_json(buffer, entry->target, strlen(entry->target));
    else
        ls_put_text(buffer, "null");
    put_extras(buffer, entry);
    ls_put_text(buffer, "}\n");
}
