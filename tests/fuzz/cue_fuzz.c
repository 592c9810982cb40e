/* CUE sheets whose files are not there: the lines and the table. */
#include <disckit/format.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct dk_format *format = dk_format_by_id("cue");
    struct dk_store *store = dk_store_from_memory(bytes, size, "fuzz.cue");
    const struct dk_candidate candidate = {
        .store = store,
        .path = "/nowhere/fuzz.cue",
        .head = bytes,
        .head_size = size < DK_PROBE_HEAD ? size : DK_PROBE_HEAD,
        .tail = size < DK_PROBE_TAIL ? bytes : bytes + size - DK_PROBE_TAIL,
        .tail_size = size < DK_PROBE_TAIL ? size : DK_PROBE_TAIL,
    };
    struct dk_disc *disc = dk_disc_new("cue", candidate.path);
    uint8_t raw[DK_SECTOR_RAW];
    struct dk_error error;

    format->probe(&candidate);
    if (format->read(&candidate, disc, &error) && dk_disc_finish(disc, &error))
        for (size_t i = 0; i < disc->track_count; i++)
            if (dk_source_read(disc->source, disc->tracks[i].lba, 1, DK_FORM_RAW, raw, &error) > 1)
                abort();
    dk_disc_close(disc);
    dk_store_close(store);
    return 0;
}
