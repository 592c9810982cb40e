/* What is wrapped around an image: unpacked as far as it goes, within a bound, and read in places. */
#include "formats/peel.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct dk_store *store = dk_store_from_memory(bytes, size, "fuzz.packed");
    const struct dk_candidate candidate = {
        .store = store, .path = "fuzz.packed", .head = bytes, .head_size = size, .tail = bytes, .tail_size = size
    };
    const struct peel_kind *kind = peel_kind_of(&candidate);
    struct dk_error error;
    struct dk_store *inside = kind ? peel_open(kind, &candidate, 4 << 20, NULL, &error) : NULL;
    uint8_t some[100];

    for (uint64_t at = 0; inside && at + sizeof some <= inside->size; at += inside->size / 7 + 1)
        if (!dk_store_read(inside, some, sizeof some, at, &error) && error.kind == DK_ERROR_NONE)
            __builtin_trap();
    dk_store_close(inside);
    dk_store_close(store);
    return 0;
}
