/* What is recognised and not read. A row leaves when its format is read. */
#include "formats/named.h"

#include "util/text.h"

#include <string.h>

#define MAGIC(bytes) bytes, sizeof(bytes) - 1

static const char plain_disk[] = "\"qemu-img convert -O raw\" makes a plain image of it";

static const struct named_kind kinds[] = {
    { "an MDX image (Daemon Tools; its table is encrypted, cdemu can open it)", 0, MAGIC("MEDIA DESCRIPTOR\2"), 0,
      NULL },
    { "an MDS sheet of a version that nobody has seen", 0, MAGIC("MEDIA DESCRIPTOR"), NAMED_WEAKLY, NULL },
    { "a BlindWrite image", 0, MAGIC("BWT4 STREAM SIGN"), 0, "BlindWrite can open it" },
    { "an Aaru image", 0, MAGIC("AARUFRMT"), 0, "\"aaru image convert\" makes a CUE sheet of it" },
    { "an Aaru image", 0, MAGIC("DICMFRMT"), 0, "\"aaru image convert\" makes a CUE sheet of it" },
    { "an encrypted Apple disk image", 0, MAGIC("encrcdsa"), 0, "macOS can open it" },
    { "an encrypted Apple disk image", -8, MAGIC("cdsaencr"), 0, "macOS can open it" },
    { "an NKit image", 0x200, MAGIC("NKIT"), 0, "NKit makes the disc of it again, which it left parts of out" },
    { "an RVZ image", 0, MAGIC("RVZ\1"), 0, "dolphin-tool makes an ISO of it" },
    { "a WIA image", 0, MAGIC("WIA\1"), 0, "dolphin-tool makes an ISO of it" },
    { "a PlayStation EBOOT", 0, MAGIC("\0PBP"), 0, "pop-fe and PSX2PSP make a CUE sheet of it" },
    { "an Acronis backup (TIB)", 0, MAGIC("\xCE\x24\xB9\xA2\x20\0\0\0"), 0, "Acronis True Image can open it" },
    { "a QCOW virtual disk", 0, MAGIC("QFI\xFB"), 0, plain_disk },
    { "a VHDX virtual disk", 0, MAGIC("vhdxfile"), 0, plain_disk },
    { "a VHD virtual disk", 0, MAGIC("conectix"), 0, plain_disk },
    { "a VHD virtual disk", -512, MAGIC("conectix"), 0, plain_disk },
    { "a VMDK virtual disk", 0, MAGIC("KDMV"), 0, plain_disk },
    { "a VMDK virtual disk", 0, MAGIC("# Disk DescriptorFile"), 0, plain_disk },
    { "a VDI virtual disk", 64, MAGIC("\x7F\x10\xDA\xBE"), 0, plain_disk },
    { "a partclone image", 0, MAGIC("partclone-image"), 0, "partclone.restore puts it back" },
    { "an EnCase image (EWF)", 0, MAGIC("EVF\x09\x0D\x0A\xFF\0"), 0, "\"ewfexport -f raw\" makes a plain image of it" },
    { "an EnCase image (EWF)", 0, MAGIC("EVF2\x0D\x0A\x81\0"), 0, "\"ewfexport -f raw\" makes a plain image of it" },
    { "an AFF image", 0, MAGIC("AFF10\r\n"), 0, "\"affconvert -r\" makes a plain image of it" },
    { "a squashfs file system, no disc", 0, MAGIC("hsqs"), NAMED_WEAKLY, "unsquashfs unpacks it" },
    { "a file compressed by lz4", 0, MAGIC("\4\"M\x18"), 0, NULL },
    { "a ZIP archive", 0, MAGIC("PK\3\4"), 0, NULL },
    { "a 7z archive", 0, MAGIC("7z\xBC\xAF\x27\x1C"), 0, NULL },
    { "a RAR archive", 0, MAGIC("Rar!\x1A\x07"), 0, NULL },
    { "a CD-XA file in RIFF", 8, MAGIC("CDXAfmt "), 0, NULL },
    { "a WAVE file without a sheet", 8, MAGIC("WAVE"), NAMED_SOUND, NULL },
    { "an AIFF file without a sheet", 8, MAGIC("AIF"), NAMED_SOUND, NULL },
    { "a FLAC file without a sheet", 0, MAGIC("fLaC"), NAMED_SOUND, NULL },
    { "an MP3 file without a sheet", 0, MAGIC("ID3"), NAMED_SOUND, NULL },
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

static const struct named_suffix suffixes[] = {
    { "mrimg,mrbak", "a Macrium Reflect backup", "Macrium Reflect can open it" },
    { "tibx", "an Acronis backup", "Acronis True Image can open it" },
    { "vcd,fcd,vc4", "an image of VirtualDrive or Virtual CD", "these programs can open it" },
    { "p01,gi,lcd,ncd,pxi,ashdisc", "an image of a burning program that told nobody its layout",
      "PowerISO or IsoBuster may open it" },
    { "ibp,ibq,cdm", "an IsoBuster managed image", "IsoBuster can export it as an ISO or a CUE sheet" },
};

const struct named_suffix *named_suffix_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof suffixes / sizeof *suffixes; i++)
        if (text_list_has(suffixes[i].suffixes, dot + 1, strlen(dot + 1)))
            return &suffixes[i];
    return NULL;
}
