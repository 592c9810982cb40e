/*
 * Writing a disc as ECM: a file with the sectors of all tracks, packed, and a CUE sheet that names it as it is called
 * when it is unpacked. The sheet is what has the table; who reads it finds the packed file too.
 */
#include "formats/cue_write.h"
#include "formats/ecm.h"
#include "util/arena.h"

#include <string.h>
#include <strings.h>

enum { ROOM = 1 << 20 /* bytes of units that wait for their number, which comes before them */ };

struct packer {
    enum ecm_type type; /* of the units that wait */
    uint32_t count;
    size_t used;
    uint8_t *bytes;
    uint32_t edc; /* of everything so far */
    bool begun;
    struct dk_output_file *to;
};

static bool put_number(struct dk_output_file *to, enum ecm_type type, uint32_t number, struct dk_error *error)
{
    uint8_t bytes[ECM_NUMBER_MAX] = { (uint8_t)((unsigned)type | (number & 31) << 2) };
    size_t used = 1;

    for (number >>= 5; number; number >>= 7) {
        bytes[used - 1] |= 0x80;
        bytes[used++] = number & 0x7F;
    }
    return dk_output_write(to, bytes, used, error);
}

static bool flush(struct packer *packer, struct dk_error *error)
{
    const bool right = packer->count == 0 || (put_number(packer->to, packer->type, packer->count - 1, error) &&
                                              dk_output_write(packer->to, packer->bytes, packer->used, error));

    packer->count = 0;
    packer->used = 0;
    return right;
}

static bool add(struct packer *packer, enum ecm_type type, const uint8_t *bytes, size_t size, struct dk_error *error)
{
    if ((packer->type != type || packer->used + size > ROOM) && !flush(packer, error))
        return false;
    memcpy(packer->bytes + packer->used, bytes, size);
    packer->type = type;
    packer->used += size;
    packer->count += (uint32_t)(size / ecm_units[type].packed);
    return true;
}

static bool take(void *context, int32_t lba, uint32_t count, const uint8_t *raw, struct dk_error *error)
{
    struct packer *packer = context;
    uint8_t packed[DK_SECTOR_RAW];
    bool right = true;

    (void)lba;
    packer->edc = dk_edc(packer->edc, raw, (size_t)count * DK_SECTOR_RAW);
    for (; right && count; count--, raw += DK_SECTOR_RAW) {
        const enum ecm_type type = ecm_pack(raw, packed);
        const size_t plain = type == ECM_BYTES ? DK_SECTOR_RAW : DK_SECTOR_RAW - ecm_units[type].size;

        right = plain == 0 || add(packer, ECM_BYTES, raw, plain, error);
        if (right && type != ECM_BYTES)
            right = add(packer, type, packed, ecm_units[type].packed, error);
    }
    return right;
}

static bool finish(struct packer *packer, struct dk_error *error)
{
    const uint8_t edc[4] = { (uint8_t)packer->edc, (uint8_t)(packer->edc >> 8), (uint8_t)(packer->edc >> 16),
                             (uint8_t)(packer->edc >> 24) };

    return flush(packer, error) && put_number(packer->to, ECM_BYTES, UINT32_MAX, error) &&
           dk_output_write(packer->to, edc, sizeof edc, error);
}

static bool put(struct cue_writer *writer, const struct cue_part *part, struct dk_output_file *to,
                struct dk_error *error)
{
    struct packer *packer = writer->data->context;

    packer->to = to;
    if (!packer->begun && !dk_output_write(to, "ECM", ECM_MAGIC, error))
        return false;
    packer->begun = true;
    return part ? writer_read(&writer->base, part->first, part->sectors, DK_FORM_RAW, take, packer, error)
                : finish(packer, error);
}

bool ecm_write(struct dk_disc *disc, const char *path, const struct dk_write_options *options, struct dk_output *output,
               struct dk_error *error)
{
    struct writer writer = { .disc = disc, .path = path, .options = options, .output = output };
    struct packer *packer = arena_zeroed(disc->arena, 1, sizeof *packer);
    struct cue_data data = { .path = path, .put = put, .context = packer };
    char *sheet;

    if (!writer_can(&writer, "ecm", 0, error))
        return false;
    writer.path = writer_path(&writer, "ecm", "");
    data.name = writer_name(writer.path);
    sheet = writer_path(&writer, "bin", ".cue");
    packer->bytes = arena_zeroed(disc->arena, ROOM, 1);
    return cue_write_with(disc, sheet, options, output, &data, error);
}
