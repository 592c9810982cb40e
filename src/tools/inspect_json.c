/* The report of disc-inspect for programs. */
#include "tools/inspect_report.h"
#include "tools/report.h"

#include <disckit/cdtext.h>
#include <string.h>

static json_t *json_of_time(const struct dk_time *time)
{
    char text[INSPECT_TIME];

    inspect_time(time, 'T', text);
    return report_text(text);
}

static json_t *json_of_flags(const struct dk_track *track)
{
    json_t *flags = json_array();

    for (const struct inspect_flag *flag = inspect_flags; flag->name; flag++)
        if (track->control & flag->bit)
            json_array_append_new(flags, json_string(flag->name));
    return flags;
}

static json_t *json_of_indexes(const struct dk_track *track)
{
    json_t *indexes = json_array();

    for (size_t i = 0; i < track->index_count; i++)
        json_array_append_new(
            indexes, json_pack("{s:i, s:i}", "nr", track->indexes[i].number, "lba", (int)track->indexes[i].lba));
    return indexes;
}

static json_t *json_of_track(const struct dk_disc *disc, const struct dk_track *track)
{
    char msf[INSPECT_MSF];

    return json_pack("{s:i, s:s, s:i, s:s?, s:I, s:I, s:I, s:i, s:o, s:o, s:o, s:b}", "nr", track->number, "mode",
                     dk_mode_name(track->mode), "lba", (int)track->lba, "msf",
                     inspect_msf_of_lba(disc, track->lba, msf), "count", (json_int_t)track->count, "pregap",
                     (json_int_t)track->pregap, "postgap", (json_int_t)track->postgap, "stored", (int)track->stored,
                     "flags", json_of_flags(track), "indexes", json_of_indexes(track), "isrc", report_text(track->isrc),
                     "missing", (int)track->missing);
}

static json_t *json_of_sessions(const struct dk_disc *disc)
{
    json_t *sessions = json_array();

    for (size_t i = 0; i < disc->session_count; i++) {
        const struct dk_session *session = &disc->sessions[i];
        json_t *tracks = json_array();

        for (size_t j = 0; j < disc->track_count; j++)
            if (disc->tracks[j].session == session->number)
                json_array_append_new(tracks, json_of_track(disc, &disc->tracks[j]));
        json_array_append_new(sessions, json_pack("{s:i, s:i, s:o}", "nr", session->number, "lead_out",
                                                  (int)session->lead_out, "tracks", tracks));
    }
    return sessions;
}

static json_t *json_of_cd_text(const struct dk_cd_text *text)
{
    json_t *items = json_array();

    for (size_t i = 0; text && i < text->count; i++) {
        const struct dk_cd_text_item *item = &text->items[i];
        const char *type = dk_cd_text_type_name(item->type);

        if (type)
            json_array_append_new(
                items, json_pack("{s:i, s:o, s:i, s:s, s:o}", "block", item->block, "language",
                                 report_text(dk_cd_text_language_name(text->language[item->block % DK_CD_TEXT_BLOCKS])),
                                 "track", item->track, "type", type, "text", report_text(item->text)));
    }
    return items;
}

static json_t *json_of_volume(const struct dk_volume *volume)
{
    const struct {
        const char *key, *text;
    } texts[] = {
        { "variant", volume->variant },
        { "charset", volume->charset },
        { "system", volume->system },
        { "set", volume->set },
        { "publisher", volume->publisher },
        { "preparer", volume->preparer },
        { "application", volume->application },
        { "copyright_file", volume->copyright_file },
        { "abstract_file", volume->abstract_file },
        { "bibliographic_file", volume->bibliographic_file },
    };
    json_t *label = volume->label && *volume->label ? report_text(volume->label) : json_string("");
    json_t *object = json_pack("{s:s, s:o, s:i, s:I, s:I, s:i, s:i, s:b, s:i, s:i, s:o, s:o, s:o, s:o}", "kind",
                               dk_volume_kind_name(volume->kind), "label", label, "track", (int)volume->track, "blocks",
                               (json_int_t)volume->blocks, "block_size", (json_int_t)volume->block_size, "base",
                               (int)volume->base, "lba", (int)volume->lba, "rock_ridge", (int)volume->rock_ridge,
                               "set_size", (int)volume->set_size, "set_number", (int)volume->set_number, "created",
                               json_of_time(&volume->created), "modified", json_of_time(&volume->modified), "expires",
                               json_of_time(&volume->expires), "effective", json_of_time(&volume->effective));

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_object_set_new(object, texts[i].key, report_text(texts[i].text));
    return object;
}

static json_t *json_of_boot_entry(const struct dk_boot_entry *entry, unsigned track)
{
    return json_pack("{s:i, s:o, s:b, s:o, s:I, s:i, s:i}", "track", (int)track, "platform",
                     report_text(inspect_platform(entry->platform)), "bootable", (int)entry->bootable, "media",
                     report_text(inspect_boot_media(entry->media)), "lba", (json_int_t)entry->lba, "load_segment",
                     (int)entry->load_segment, "sectors", (int)entry->sectors);
}

static void add_volumes(json_t *report, const struct dk_inspection *inspection)
{
    json_t *volumes = json_array(), *boot = json_array();

    for (size_t i = 0; i < inspection->volumes_count; i++) {
        const struct dk_volumes *list = inspection->volumes[i];

        for (size_t j = 0; j < list->count; j++)
            json_array_append_new(volumes, json_of_volume(&list->items[j]));
        for (size_t j = 0; j < list->boot_count; j++)
            json_array_append_new(boot, json_of_boot_entry(&list->boot[j], list->count ? list->items[0].track : 0));
    }
    json_object_set_new(report, "volumes", volumes);
    json_object_set_new(report, "boot", boot);
}

static json_t *json_of_sizes(const struct dk_inspection *inspection)
{
    json_t *sizes = json_array();

    for (size_t i = 0; i < inspection->size_count; i++) {
        const struct dk_size *size = &inspection->sizes[i];

        json_array_append_new(
            sizes, json_pack("{s:i, s:i, s:I, s:I, s:I, s:s, s:I, s:I}", "track", (int)size->track, "base",
                             (int)size->base, "track_sectors", (json_int_t)size->track_sectors, "volume_sectors",
                             (json_int_t)size->volume_sectors, "files_sectors", (json_int_t)size->files_sectors,
                             "verdict", inspect_verdict(size->verdict), "differ_sectors",
                             (json_int_t)size->differ_sectors, "differ_bytes", (json_int_t)size->differ_bytes));
    }
    return sizes;
}

static json_t *json_of_bad_sectors(const struct dk_inspection *inspection)
{
    json_t *bad = json_array();

    for (size_t i = 0; i < inspection->bad.count; i++)
        json_array_append_new(bad, json_pack("{s:i, s:I}", "lba", (int)inspection->bad.runs[i].lba, "count",
                                             (json_int_t)inspection->bad.runs[i].count));
    return bad;
}

static json_t *json_of_notes(const struct dk_disc *disc, const struct dk_inspection *inspection)
{
    json_t *notes = json_array();

    report_add_notes(notes, &disc->notes);
    for (size_t i = 0; i < inspection->volumes_count; i++)
        report_add_notes(notes, &inspection->volumes[i]->notes);
    report_add_notes(notes, &inspection->notes);
    return notes;
}

void inspect_print_json(const struct dk_disc *disc, const struct dk_inspection *inspection, FILE *to)
{
    json_t *missing = json_array(), *report;

    for (size_t i = 0; i < disc->missing_count; i++)
        json_array_append_new(missing, report_text(disc->missing[i]));
    report = json_pack("{s:o, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "path", report_text(disc->path), "format",
                       disc->format, "medium", dk_medium_name(disc->medium), "container_size",
                       (json_int_t)disc->container_size, "odd_tail", (json_int_t)disc->odd_tail, "mcn",
                       report_text(disc->mcn), "cd_text", json_of_cd_text(disc->cd_text), "sessions",
                       json_of_sessions(disc), "missing", missing);
    add_volumes(report, inspection);
    json_object_set_new(report, "sizes", json_of_sizes(inspection));
    json_object_set_new(report, "checked_sectors", json_integer((json_int_t)inspection->checked));
    json_object_set_new(report, "bad_sectors", json_of_bad_sectors(inspection));
    json_object_set_new(report, "notes", json_of_notes(disc, inspection));
    report_print(report, to);
}
