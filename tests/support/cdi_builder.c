#include "support/cdi_builder.h"

#include <string.h>

struct writer {
    const struct cdi_built *built;
    uint8_t *to;
    size_t at;
};

static void put(struct writer *writer, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        writer->to[writer->at++] = (uint8_t)(value >> 8 * i);
}

static void skip(struct writer *writer, size_t count)
{
    writer->at += count;
}

static void put_text(struct writer *writer, const char *text, size_t length)
{
    if (text)
        memcpy(writer->to + writer->at, text, length);
    writer->at += length;
}

static unsigned count_tracks(const struct cdi_built *built, unsigned session)
{
    unsigned count = 0;

    for (size_t i = 0; i < CDI_TRACKS && built->tracks[i].session; i++)
        count += session == 0 || built->tracks[i].session == session;
    return count;
}

static void put_header(struct writer *writer)
{
    const struct cdi_built *built = writer->built;

    put(writer, built->early, 4);
    if (built->early)
        skip(writer, 8);
    for (int i = 0; i < 2; i++) {
        skip(writer, 2);
        put(writer, 1, 4);
        put(writer, 0xFFFFFFFF, 4);
    }
    put(writer, 0x1000AB, 3);
    put(writer, count_tracks(built, 0), 1);
    put(writer, 5, 1);
    put_text(writer, "x.cdi", 5);
    skip(writer, 11);
    put(writer, 2, 4);
    skip(writer, 4);
    put(writer, built->late ? 0x80000000 : 0, 4);
    if (built->late) {
        put(writer, 360000, 4);
        put(writer, 0x980000, 4);
    }
}

static void put_texts(struct writer *writer, const char *title)
{
    put(writer, title != NULL, 4);
    for (int i = 0; title && i < 18; i++) {
        put(writer, i == 10 ? strlen(title) : 0, 1);
        if (i == 10)
            put_text(writer, title, strlen(title));
    }
}

static void put_sound(struct writer *writer)
{
    const struct cdi_built *built = writer->built;

    if (built->version == 2)
        return;
    put(writer, built->sound ? 0xFFFFFFFF00 : 0, 5);
    put(writer, built->sound ? 0xFFFFFFFF : 0, 4);
    if (!built->sound)
        return;
    put(writer, 1, 4);
    put(writer, 0x80, 4);
    put(writer, 2, 4);
    put(writer, 16, 4);
    put(writer, 44100, 4);
    skip(writer, 42);
    put(writer, 0xFFFFFFFF, 4);
    skip(writer, 12);
}

static void put_track(struct writer *writer, const struct cdi_built_track *track, unsigned in_session)
{
    unsigned indexes = CDI_LENGTHS;
    uint32_t total = track->total;

    while (indexes > 2 && track->lengths[indexes - 1] == 0)
        indexes--;
    put(writer, indexes, 2);
    for (unsigned i = 0; i < indexes; i++) {
        put(writer, track->lengths[i], 4);
        total += track->total ? 0 : track->lengths[i];
    }
    put_texts(writer, track->title);
    skip(writer, 2);
    put(writer, track->mode, 4);
    skip(writer, 4);
    put(writer, track->session - 1, 4);
    put(writer, in_session, 4);
    put(writer, track->start, 4);
    put(writer, total, 4);
    skip(writer, 16);
    put(writer, track->read_mode, 4);
    put(writer, track->mode ? 4 : 0, 4);
    skip(writer, 1);
    put(writer, total, 4);
    skip(writer, 4);
    put_text(writer, track->isrc, 12);
    put(writer, track->isrc != NULL, 4);
    put_sound(writer);
}

static void put_session(struct writer *writer, unsigned session, size_t *track)
{
    const struct cdi_built *built = writer->built;
    const unsigned count = count_tracks(built, session);

    put(writer, count, 2);
    for (unsigned i = 0; i < count; i++, ++*track) {
        put_header(writer);
        put_track(writer, &built->tracks[*track], i);
    }
    put(writer, built->tracks[*track - 1].mode, 4);
    skip(writer, 4);
    put(writer, built->tracks[*track - 1].start, 4);
    skip(writer, built->version == 2 ? 0 : 1);
}

size_t cdi_build(const struct cdi_built *built, size_t data, uint8_t to[CDI_BUILT_MAX])
{
    struct writer writer = { .built = built, .to = to };
    const unsigned last = built->tracks[count_tracks(built, 0) - 1].session;
    size_t track = 0;

    memset(to, 0, CDI_BUILT_MAX);
    put(&writer, last, 2);
    for (unsigned session = 1; session <= last; session++)
        put_session(&writer, session, &track);
    put(&writer, 0, 2);
    put_header(&writer);
    put(&writer, (uint32_t)built->lead_out + 150, 4);
    skip(&writer, 2);
    put(&writer, 1, 4);
    put(&writer, 1, 4);
    put_text(&writer, built->mcn, 13);
    put(&writer, built->mcn != NULL, 4);
    put(&writer, built->packs ? 18 : 0, 4);
    put_text(&writer, built->packs, built->packs ? 18 : 0);
    skip(&writer, 8);
    put(&writer, built->version == 35 ? 0x80000006 : 0x80000002 + built->version, 4);
    put(&writer, built->version == 35 ? writer.at + 4 : data, 4);
    return writer.at;
}
