/* Volume descriptors of ISO 9660 and Joliet (ECMA-119 8), and of their kin that are only recognised. */
#include "util/text.h"
#include "volume/found.h"
#include "volume/numbers.h"
#include "volume/time.h"

#include <inttypes.h>
#include <string.h>

enum {
    FIRST_DESCRIPTOR = 16, /* sectors from the start of the track; ECMA-119 6.2.1 */
    DESCRIPTORS_MAX = 64,  /* far more than any disc has */
};

struct texts {
    struct found *found;
    bool utf16;
};

static const char *text(const struct texts *texts, const uint8_t *bytes, size_t length)
{
    uint8_t units[128];
    size_t end = 0;

    if (!texts->utf16)
        return found_text(texts->found, bytes, length);
    for (; end + 1 < length && (bytes[end] || bytes[end + 1]); end += 2)
        memcpy(units + end, bytes + end, 2);
    while (end && units[end - 2] == 0 && units[end - 1] == ' ')
        end -= 2;
    return text_from_utf16be(texts->found->volumes->arena, units, end);
}

static const char *text_or_null(const struct texts *texts, const uint8_t *bytes, size_t length)
{
    const char *given = text(texts, bytes, length);

    return *given ? given : NULL;
}

/* The texts of a descriptor that may be left out: where, how long, and where they go. */
static const struct {
    uint16_t offset, length;
    size_t field;
} optional_texts[] = {
    { 8, 32, offsetof(struct dk_volume, system) },          { 190, 128, offsetof(struct dk_volume, set) },
    { 318, 128, offsetof(struct dk_volume, publisher) },    { 446, 128, offsetof(struct dk_volume, preparer) },
    { 574, 128, offsetof(struct dk_volume, application) },  { 702, 37, offsetof(struct dk_volume, copyright_file) },
    { 739, 37, offsetof(struct dk_volume, abstract_file) }, { 776, 37, offsetof(struct dk_volume, bibliographic_file) },
};

/* Volume sets are counted in blocks of a size that can be; else 2048, which all discs have. */
static uint32_t settle_block_size(struct found *found, int32_t lba, unsigned given)
{
    if (given == 512 || given == 1024 || given == 2048)
        return given;
    dk_note(&found->volumes->notes, DK_NOTE_DAMAGE,
            "the volume descriptor at LBA %" PRId32 " gives %u bytes as its block size: 2048 is taken", lba, given);
    return DK_SECTOR_USER;
}

static void read_descriptor(struct found *found, int32_t lba, const uint8_t *bytes, struct dk_volume volume)
{
    const struct texts texts = { found, volume.kind == DK_VOLUME_JOLIET };

    volume.lba = lba;
    volume.label = text(&texts, bytes + 40, 32);
    volume.block_size = settle_block_size(found, lba, both16(bytes + 128));
    volume.blocks = (uint32_t)((uint64_t)both32(bytes + 80) * volume.block_size / DK_SECTOR_USER);
    volume.charset = texts.utf16 ? "UTF-16BE" : "ASCII";
    for (size_t i = 0; i < sizeof optional_texts / sizeof *optional_texts; i++)
        *(const char **)((char *)&volume + optional_texts[i].field) =
            text_or_null(&texts, bytes + optional_texts[i].offset, optional_texts[i].length);
    volume.set_size = both16(bytes + 120);
    volume.set_number = both16(bytes + 124);
    volume.created = time_of_digits(bytes + 813);
    volume.modified = time_of_digits(bytes + 830);
    volume.expires = time_of_digits(bytes + 847);
    volume.effective = time_of_digits(bytes + 864);
    memcpy(volume.root, bytes + 156, sizeof volume.root);
    find_root(found, found_add(found, volume));
}

/* ---- By type ---- */

static bool have_primary(const struct found *found)
{
    for (size_t i = 0; i < found->volumes->count; i++)
        if (found->volumes->items[i].kind == DK_VOLUME_ISO9660 && !found->volumes->items[i].variant)
            return true;
    return false;
}

/* Of several primary descriptors the first counts: ECMA-119 8.3.2 has them alike. */
static void read_primary(struct found *found, int32_t lba, const uint8_t *bytes)
{
    if (!have_primary(found))
        read_descriptor(found, lba, bytes, (struct dk_volume){ .kind = DK_VOLUME_ISO9660 });
}

/* Escape sequences of ISO 2022 for the three levels of UCS-2, as the Joliet specification has them. */
static const struct {
    char escape[3];
    const char *variant;
} joliet_levels[] = { { "%/@", "Joliet level 1" }, { "%/C", "Joliet level 2" }, { "%/E", "Joliet level 3" } };

static void read_supplementary(struct found *found, int32_t lba, const uint8_t *bytes)
{
    if (bytes[6] == 2) { /* ISO 9660:1999 8.5: an enhanced descriptor is a supplementary one of version 2 */
        read_descriptor(found, lba, bytes, (struct dk_volume){ .kind = DK_VOLUME_ISO9660, .variant = "ISO 9660:1999" });
        return;
    }
    for (size_t i = 0; i < sizeof joliet_levels / sizeof *joliet_levels; i++)
        if (memcmp(bytes + 88, joliet_levels[i].escape, 3) == 0) {
            read_descriptor(found, lba, bytes,
                            (struct dk_volume){ .kind = DK_VOLUME_JOLIET, .variant = joliet_levels[i].variant });
            return;
        }
    dk_note(&found->volumes->notes, DK_NOTE_ODD,
            "the supplementary volume descriptor at LBA %" PRId32 " is in a character set that is not known: left out",
            lba);
}

static void read_boot(struct found *found, int32_t lba, const uint8_t *bytes)
{
    (void)lba;
    if (memcmp(bytes + 7, "EL TORITO SPECIFICATION", 23) == 0)
        find_boot(found, le32(bytes + 71));
}

static const struct {
    uint8_t type;
    void (*read)(struct found *found, int32_t lba, const uint8_t *bytes);
} types[] = { { 0, read_boot }, { 1, read_primary }, { 2, read_supplementary } };

static void read_by_type(struct found *found, int32_t lba, const uint8_t *bytes)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].type == bytes[0])
            types[i].read(found, lba, bytes);
}

/* ---- Kin ---- */

/* High Sierra has everything eight bytes later; the Green Book has ISO 9660's fields, big-endian alone. */
static const struct {
    uint16_t id_at, label_at, blocks_at;
    char id[6];
    enum dk_volume_kind kind;
} kin[] = {
    { 9, 48, 88, "CDROM", DK_VOLUME_HIGH_SIERRA },
    { 1, 40, 80, "CD-I ", DK_VOLUME_CD_I },
};

static void find_kin(struct found *found, int32_t lba, const uint8_t *bytes)
{
    for (size_t i = 0; i < sizeof kin / sizeof *kin; i++)
        if (memcmp(bytes + kin[i].id_at, kin[i].id, 5) == 0)
            found_add(found, (struct dk_volume){
                                 .kind = kin[i].kind,
                                 .lba = lba,
                                 .label = found_text(found, bytes + kin[i].label_at, 32),
                                 .blocks = both32(bytes + kin[i].blocks_at),
                                 .block_size = DK_SECTOR_USER,
                             });
}

void find_iso9660(struct found *found)
{
    struct dk_notes *notes = &found->volumes->notes;
    uint8_t bytes[DK_SECTOR_USER];
    uint32_t at = FIRST_DESCRIPTOR;
    int32_t lba;

    for (; at < FIRST_DESCRIPTOR + DESCRIPTORS_MAX && at < found->count; at++) {
        struct dk_error error;

        lba = found->lba + (int32_t)at;
        if (dk_source_read(found->volumes->source, lba, 1, DK_FORM_USER, bytes, &error) != 1) {
            dk_note(notes, DK_NOTE_DAMAGE,
                    "the sector at LBA %" PRId32 ", where a volume descriptor may be, can't be read: %s", lba,
                    error.text);
            continue;
        }
        if (memcmp(bytes + 1, "CD001", 5) != 0) {
            if (at == FIRST_DESCRIPTOR)
                find_kin(found, lba, bytes);
            else if (found->volumes->count)
                dk_note(notes, DK_NOTE_ODD, "the volume descriptors end at LBA %" PRId32 " without a terminator", lba);
            return;
        }
        if (bytes[0] == 255) /* ECMA-119 8.3.1: the terminator */
            return;
        read_by_type(found, lba, bytes);
    }
    if (found->volumes->count)
        dk_note(notes, DK_NOTE_DAMAGE, "the volume descriptors from LBA %" PRId32 " on have no end",
                found->lba + FIRST_DESCRIPTOR);
}
