#include "support/made_disc.h"

#include "support/raw.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>

static struct dk_store *store_of(const uint8_t *image, size_t size, bool in_file, size_t number)
{
    struct dk_error error = { 0 };
    struct dk_store *store;
    char name[40];

    snprintf(name, sizeof name, "made-track-%zu.bin", number);
    store =
        in_file ? dk_store_open_file(suite_file(name, image, size), &error) : dk_store_from_memory(image, size, name);
    ck_assert_msg(store != NULL, "%s", error.text);
    return store;
}

static void add_track(struct dk_disc *disc, const struct made_track *track, int32_t lba, size_t number)
{
    const size_t size = (size_t)track->count * track->stored;
    uint8_t *image = track->mode == DK_AUDIO ? raw_audio_image(track->count, lba, track->stored)
                                             : raw_image(track->user, track->count, track->mode, lba, track->stored);
    struct dk_store *store;

    if (track->spoil)
        track->spoil(image);
    store = store_of(image, size, track->in_file, number);
    free(image);
    dk_disc_add_extent(disc, (struct dk_extent){
                                 .lba = lba,
                                 .count = track->count,
                                 .mode = track->mode,
                                 .store = store,
                                 .layout = dk_layout_find(track->mode, track->stored),
                             });
    dk_store_close(store);
    dk_disc_add_track(disc, (struct dk_track){
                                .number = (uint8_t)number,
                                .session = track->session ? track->session : 1,
                                .mode = track->mode,
                                .lba = lba + (int32_t)track->pregap,
                                .count = track->count - track->pregap,
                                .pregap = track->pregap,
                                .stored = (uint16_t)track->stored,
                            });
}

struct dk_disc *made_disc(const struct made_track *tracks, size_t count)
{
    struct dk_disc *disc = dk_disc_new("made", "made disc");
    struct dk_error error = { 0 };
    int32_t lba = 0;

    for (size_t i = 0; i < count; i++) {
        if (tracks[i].lba)
            lba = tracks[i].lba;
        add_track(disc, &tracks[i], lba, i + 1);
        lba += (int32_t)tracks[i].count;
    }
    ck_assert_msg(dk_disc_finish(disc, &error), "%s", error.text);
    return disc;
}
