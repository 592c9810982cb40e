/* Files beside an image: the first byte says of which kind the others are, and the sectors are read with them. */
#include "formats/side.h"
#include "formats/subchannel.h"

#include <stdlib.h>

enum { COUNT = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct dk_disc *make_disc(void)
{
    static const uint8_t image[COUNT * DK_SECTOR_RAW];
    struct dk_store *store = dk_store_from_memory(image, sizeof image, "fuzz.bin");
    struct dk_disc *disc = dk_disc_new("cue", "/nowhere/fuzz.cue");
    struct dk_error error;

    dk_disc_add_track(disc, (struct dk_track){ .number = 1, .count = COUNT });
    dk_disc_add_extent(disc, (struct dk_extent){
                                 .count = COUNT,
                                 .store = store,
                                 .layout = dk_layout_find(DK_AUDIO, DK_SECTOR_RAW),
                             });
    dk_store_close(store);
    if (!dk_disc_finish(disc, &error))
        abort();
    return disc;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const kinds[] = { ".sub", ".sbi", ".lsd" };
    uint8_t sector[DK_SECTOR_RAW_SUB];
    struct dk_disc *disc;
    struct dk_store *file;
    struct dk_error error;

    if (size == 0)
        return 0;
    disc = make_disc();
    file = dk_store_from_memory(bytes + 1, size - 1, "fuzz.side");
    side_take(disc, file, kinds[bytes[0] % 3]);
    dk_store_close(file);
    subchannel_settle(disc);
    for (int32_t lba = 0; lba < COUNT; lba++)
        if (dk_source_read(disc->source, lba, 1, DK_FORM_RAW_SUB, sector, &error) != 1)
            abort();
    dk_disc_close(disc);
    return 0;
}
