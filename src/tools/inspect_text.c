/* The report of disc-inspect for people: the table, the volumes, the sizes side by side. */
#include "tools/inspect_report.h"
#include "util/text.h"

#include <disckit/cdtext.h>
#include <disckit/format.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* "  publisher     SOMEBODY": a line of a list, left out where there is nothing to say. */
static void print_field(FILE *to, const char *indent, const char *name, const char *text)
{
    char escaped[1024];

    if (!text || !*text)
        return;
    text_escape(text, strlen(text), false, escaped, sizeof escaped);
    fprintf(to, "%s%-13s %s\n", indent, name, escaped);
}

static void print_container(const struct dk_disc *disc, FILE *to)
{
    const struct dk_format *format = dk_format_by_id(disc->format);
    char size[16], line[200];

    text_size(disc->container_size, size);
    snprintf(line, sizeof line, "%s, %" PRIu64 " bytes (%s)", format ? format->name : disc->format,
             disc->container_size, size);
    print_field(to, "", "image", disc->path);
    print_field(to, "", "format", line);
    print_field(to, "", "medium", dk_medium_name(disc->medium));
    print_field(to, "", "MCN", disc->mcn);
    for (size_t i = 0; i < disc->missing_count; i++)
        print_field(to, "", "missing file", disc->missing[i]);
}

/* The texts of one track, or of the disc where `track` is 0. */
static void print_cd_text(const struct dk_cd_text *text, unsigned track, const char *indent, FILE *to)
{
    for (size_t i = 0; text && i < text->count; i++) {
        const struct dk_cd_text_item *item = &text->items[i];
        const char *language = dk_cd_text_language_name(text->language[item->block % DK_CD_TEXT_BLOCKS]);
        char name[80];

        if (item->track != track || !dk_cd_text_type_name(item->type))
            continue;
        snprintf(name, sizeof name, "%s%s%s%s", dk_cd_text_type_name(item->type), item->block ? " (" : "",
                 !item->block ? ""
                 : language   ? language
                              : "other language",
                 item->block ? ")" : "");
        print_field(to, indent, name, item->text);
    }
}

static void print_flags(const struct dk_track *track, FILE *to)
{
    const char *before = "  ";

    for (const struct inspect_flag *flag = inspect_flags; flag->name; flag++)
        if (track->control & flag->bit) {
            fprintf(to, "%s%s", before, flag->name);
            before = " ";
        }
}

static void print_track(const struct dk_disc *disc, const struct dk_track *track, FILE *to)
{
    static const char indent[] = "       ";
    char room[INSPECT_MSF], length[INSPECT_MSF] = "-";
    const char *start = inspect_msf_of_lba(disc, track->lba, room);

    if (start)
        inspect_msf_of_length(track->count, length);
    fprintf(to, "  %5d  %-11s  %7" PRId32 "  %8s  %7" PRIu32 "  %8s  %6" PRIu32 "  %6d", track->number,
            dk_mode_name(track->mode), track->lba, start ? start : "-", track->count, length, track->pregap,
            track->stored);
    print_flags(track, to);
    fprintf(to, "%s\n", track->missing ? " (its data is not there)" : "");
    if (track->postgap)
        fprintf(to, "%s%-13s %" PRIu32 " sectors\n", indent, "postgap", track->postgap);
    for (size_t i = 0; i < track->index_count; i++)
        fprintf(to, "%sINDEX %02d      LBA %" PRId32 "\n", indent, track->indexes[i].number, track->indexes[i].lba);
    print_field(to, indent, "ISRC", track->isrc);
    print_cd_text(disc->cd_text, track->number, indent, to);
}

static void print_table(const struct dk_disc *disc, FILE *to)
{
    for (size_t i = 0; i < disc->session_count; i++) {
        const struct dk_session *session = &disc->sessions[i];
        char room[INSPECT_MSF];
        const char *lead_out = inspect_msf_of_lba(disc, session->lead_out, room);

        fprintf(to, "\nsession %d, lead-out at LBA %" PRId32, session->number, session->lead_out);
        if (lead_out)
            fprintf(to, " (%s)", lead_out);
        fputc('\n', to);
        fputs("  track  mode             LBA     start  sectors    length  pregap  stored  flags\n", to);
        for (size_t j = 0; j < disc->track_count; j++)
            if (disc->tracks[j].session == session->number)
                print_track(disc, &disc->tracks[j], to);
    }
}

static void print_time(FILE *to, const char *name, const struct dk_time *when)
{
    char text[INSPECT_TIME];

    inspect_time(when, ' ', text);
    print_field(to, "  ", name, text);
}

static void print_volume(const struct dk_volume *volume, FILE *to)
{
    static const char *const kinds[] = {
        [DK_VOLUME_ISO9660] = "ISO 9660", [DK_VOLUME_JOLIET] = "Joliet",           [DK_VOLUME_UDF] = "UDF",
        [DK_VOLUME_HFS] = "HFS",          [DK_VOLUME_HIGH_SIERRA] = "High Sierra", [DK_VOLUME_CD_I] = "CD-i",
    };
    char size[16], line[200];

    fprintf(to, "\nvolume on track %u: %s%s\n", volume->track, volume->variant ? volume->variant : kinds[volume->kind],
            volume->rock_ridge ? " with Rock Ridge" : "");
    print_field(to, "  ", "label", volume->label && *volume->label ? volume->label : "(none)");
    text_size((uint64_t)volume->blocks * DK_SECTOR_USER, size);
    snprintf(line, sizeof line, "%" PRIu32 " blocks of 2048 bytes (%s), block 0 at LBA %" PRId32, volume->blocks, size,
             volume->base);
    print_field(to, "  ", "size", line);
    print_field(to, "  ", "names", volume->charset);
    print_field(to, "  ", "system", volume->system);
    print_field(to, "  ", "volume set", volume->set);
    if (volume->set_size > 1)
        fprintf(to, "  %-13s volume %u of %u\n", "", volume->set_number, volume->set_size);
    print_field(to, "  ", "publisher", volume->publisher);
    print_field(to, "  ", "preparer", volume->preparer);
    print_field(to, "  ", "application", volume->application);
    print_field(to, "  ", "copyright", volume->copyright_file);
    print_field(to, "  ", "abstract", volume->abstract_file);
    print_field(to, "  ", "bibliography", volume->bibliographic_file);
    print_time(to, "created", &volume->created);
    print_time(to, "modified", &volume->modified);
    print_time(to, "expires", &volume->expires);
    print_time(to, "effective", &volume->effective);
}

static void print_boot_entry(const struct dk_boot_entry *entry, FILE *to)
{
    const char *platform = inspect_platform(entry->platform), *media = inspect_boot_media(entry->media);

    fprintf(to, "  %-13s %s, %s, block %" PRIu32 ", %d sectors of 512 bytes to load%s\n", "boot record",
            platform ? platform : "unknown platform", media ? media : "unknown medium", entry->lba, entry->sectors,
            entry->bootable ? "" : ", not bootable");
}

static void print_size_row(FILE *to, const char *name, uint64_t sectors)
{
    fprintf(to, "  %-14s %10" PRIu64 "  %14" PRIu64 "\n", name, sectors, sectors * DK_SECTOR_USER);
}

static void print_size(const struct dk_size *size, FILE *to)
{
    char name[40], differ[80];

    snprintf(name, sizeof name, "from LBA %" PRId32, size->base);
    fprintf(to, "\nsizes\n  %-14s %10s  %14s\n", name, "sectors", "bytes");
    snprintf(name, sizeof name, "track %u", size->track);
    print_size_row(to, name, size->track_sectors);
    print_size_row(to, "volume", size->volume_sectors);
    if (size->files_sectors)
        print_size_row(to, "files end at", size->files_sectors);
    snprintf(differ, sizeof differ, "%" PRIu64 " sectors, %" PRIu64 " bytes of the image", size->differ_sectors,
             size->differ_bytes);
    switch (size->verdict) {
    case DK_SIZE_EXACT:
        fprintf(to, "  exact: the track ends with its volume%s\n", size->differ_bytes ? ", and odd bytes follow" : "");
        break;
    case DK_SIZE_PADDED:
        fprintf(to, "  padded: the track goes on behind its volume for %s\n", differ);
        break;
    case DK_SIZE_PADDING_SHORT:
        fprintf(to, "  whole: only padding is missing at the end, %s\n", differ);
        break;
    case DK_SIZE_TRUNCATED:
        fprintf(to, "  truncated: the end of the volume is missing, %s\n", differ);
        break;
    }
}

static void print_checked(const struct dk_inspection *inspection, FILE *to)
{
    if (!inspection->checked)
        return;
    fprintf(to, "\ncheck bytes: %" PRIu64 " sectors checked, %" PRIu64 " damaged\n", inspection->checked,
            inspection->bad.sectors);
    for (size_t i = 0; i < inspection->bad.count; i++) {
        const struct dk_bad_run *run = &inspection->bad.runs[i];

        if (run->count == 1)
            fprintf(to, "  LBA %" PRId32 "\n", run->lba);
        else
            fprintf(to, "  LBA %" PRId32 " to %" PRId64 "\n", run->lba, (int64_t)run->lba + run->count - 1);
    }
}

void inspect_print_text(const struct dk_disc *disc, const struct dk_inspection *inspection, FILE *to)
{
    print_container(disc, to);
    print_cd_text(disc->cd_text, 0, "", to);
    print_table(disc, to);
    for (size_t i = 0; i < inspection->volumes_count; i++) {
        const struct dk_volumes *volumes = inspection->volumes[i];

        for (size_t j = 0; j < volumes->count; j++)
            print_volume(&volumes->items[j], to);
        for (size_t j = 0; j < volumes->boot_count; j++)
            print_boot_entry(&volumes->boot[j], to);
    }
    for (size_t i = 0; i < inspection->size_count; i++)
        print_size(&inspection->sizes[i], to);
    print_checked(inspection, to);
}
