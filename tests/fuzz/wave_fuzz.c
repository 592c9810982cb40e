/* Sound files of every kind: opened, and samples read at their beginning, middle and end. */
#include "formats/wave.h"

#include <stdint.h>
#include <stdlib.h>

enum { PIECE = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_at(struct dk_store *store, uint64_t offset)
{
    uint8_t piece[PIECE];
    struct dk_error error;
    const uint64_t left = store->size - offset;

    (void)!dk_store_read(store, piece, left < PIECE ? (size_t)left : PIECE, offset, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct dk_store *file = dk_store_from_memory(bytes, size, "fuzz.wav");
    const struct sound_kind *kind = sound_find(file);
    struct sound sound = { 0 };
    struct dk_notes notes = { 0 };
    struct dk_error error;

    if (kind && kind->open && kind->open(file, &sound, &notes, &error)) {
        read_at(sound.store, 0);
        read_at(sound.store, sound.store->size / 2);
        read_at(sound.store, sound.store->size - (sound.store->size < PIECE ? sound.store->size : PIECE));
    }
    dk_store_close(sound.store);
    dk_store_close(file);
    dk_notes_free(&notes);
    return 0;
}
