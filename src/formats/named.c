/* What is recognised and not read. A row leaves when its format is read. */
#include "formats/named.h"

#include <string.h>

#define MAGIC(bytes) bytes, sizeof(bytes) - 1

static const struct named_kind kinds[] = {
    { "an MDX image (Daemon Tools; its table is encrypted, cdemu can open it)", 0, MAGIC("MEDIA DESCRIPTOR\2"), 0 },
    { "an MDS sheet of a version that nobody has seen", 0, MAGIC("MEDIA DESCRIPTOR"), NAMED_WEAKLY },
    { "a BlindWrite image", 0, MAGIC("BWT4 STREAM SIGN"), 0 },
    { "an Aaru image", 0, MAGIC("AARUFRMT"), 0 },
    { "an Aaru image", 0, MAGIC("DICMFRMT"), 0 },
    { "an encrypted Apple disk image", 0, MAGIC("encrcdsa"), 0 },
    { "an RVZ image", 0, MAGIC("RVZ\1"), 0 },
    { "a WIA image", 0, MAGIC("WIA\1"), 0 },
    { "a PlayStation EBOOT", 0, MAGIC("\0PBP"), 0 },
    { "a QCOW virtual disk", 0, MAGIC("QFI\xFB"), 0 },
    { "a VHDX virtual disk", 0, MAGIC("vhdxfile"), 0 },
    { "a VHD virtual disk", 0, MAGIC("conectix"), 0 },
    { "a VHD virtual disk", -512, MAGIC("conectix"), 0 },
    { "a VMDK virtual disk", 0, MAGIC("KDMV"), 0 },
    { "a VMDK virtual disk", 0, MAGIC("# Disk DescriptorFile"), 0 },
    { "a VDI virtual disk", 64, MAGIC("\x7F\x10\xDA\xBE"), 0 },
    { "a partclone image", 0, MAGIC("partclone-image"), 0 },
    { "a file compressed by gzip", 0, MAGIC("\x1F\x8B\x08"), 0 },
    { "a file compressed by xz", 0,
      MAGIC("\xFD"
            "7zXZ\0"),
      NAMED_WEAKLY },
    { "a file compressed by zstd", 0, MAGIC("\x28\xB5\x2F\xFD"), 0 },
    { "a file compressed by bzip2", 0, MAGIC("BZh"), NAMED_WEAKLY },
    { "a file compressed by lz4", 0, MAGIC("\4\"M\x18"), 0 },
    { "a ZIP archive", 0, MAGIC("PK\3\4"), 0 },
    { "a 7z archive", 0, MAGIC("7z\xBC\xAF\x27\x1C"), 0 },
    { "a RAR archive", 0, MAGIC("Rar!\x1A\x07"), 0 },
    { "a CD-XA file in RIFF", 8, MAGIC("CDXAfmt "), 0 },
    { "a WAVE file without a sheet", 8, MAGIC("WAVE"), NAMED_SOUND },
    { "an AIFF file without a sheet", 8, MAGIC("AIF"), NAMED_SOUND },
    { "a FLAC file without a sheet", 0, MAGIC("fLaC"), NAMED_SOUND },
    { "an MP3 file without a sheet", 0, MAGIC("ID3"), NAMED_SOUND },
};

static bool fits(const struct named_kind *kind, const struct dk_candidate *candidate)
{
    const uint8_t *at = candidate->head;
    size_t left = candidate->head_size, offset = (size_t)kind->offset;

    if (kind->offset < 0) {
        at = candidate->tail;
        left = candidate->tail_size;
        if (left < (size_t)-kind->offset)
            return false;
        offset = left - (size_t)-kind->offset;
    }
    return left >= offset + kind->length && memcmp(at + offset, kind->magic, kind->length) == 0;
}

const struct named_kind *named_kind_of(const struct dk_candidate *candidate)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (fits(&kinds[i], candidate))
            return &kinds[i];
    return NULL;
}
