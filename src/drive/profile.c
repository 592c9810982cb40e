/* What MMC calls the media (MMC-6 table 93). */
#include "drive/drive.h"

static const struct {
    unsigned profile;
    enum dk_medium medium;
    const char *name;
} profiles[] = {
    { 0x08, DK_MEDIUM_CD, "CD-ROM" },
    { 0x09, DK_MEDIUM_CD, "CD-R" },
    { 0x0A, DK_MEDIUM_CD, "CD-RW" },
    { 0x10, DK_MEDIUM_DVD, "DVD-ROM" },
    { 0x11, DK_MEDIUM_DVD, "DVD-R" },
    { 0x12, DK_MEDIUM_DVD, "DVD-RAM" },
    { 0x13, DK_MEDIUM_DVD, "DVD-RW, restricted overwrite" },
    { 0x14, DK_MEDIUM_DVD, "DVD-RW" },
    { 0x15, DK_MEDIUM_DVD, "DVD-R DL" },
    { 0x16, DK_MEDIUM_DVD, "DVD-R DL, layer jump" },
    { 0x1A, DK_MEDIUM_DVD, "DVD+RW" },
    { 0x1B, DK_MEDIUM_DVD, "DVD+R" },
    { 0x2A, DK_MEDIUM_DVD, "DVD+RW DL" },
    { 0x2B, DK_MEDIUM_DVD, "DVD+R DL" },
    { 0x40, DK_MEDIUM_BD, "BD-ROM" },
    { 0x41, DK_MEDIUM_BD, "BD-R" },
    { 0x42, DK_MEDIUM_BD, "BD-R, random" },
    { 0x43, DK_MEDIUM_BD, "BD-RE" },
};

const char *dk_drive_profile_name(unsigned profile)
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (profiles[i].profile == profile)
            return profiles[i].name;
    return profile ? "disc of an unknown kind" : "no disc";
}

const char *dk_drive_protection_name(enum dk_drive_protection protection)
{
    static const char *const names[] = {
        [DK_PROTECTION_NONE] = "",
        [DK_PROTECTION_CSS] = "CSS",
        [DK_PROTECTION_CPRM] = "CPRM",
        [DK_PROTECTION_AACS] = "AACS",
    };

    return names[protection];
}

/* A drive too old for profiles (MMC-1) reads CDs. */
enum dk_medium drive_medium_of(unsigned profile)
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (profiles[i].profile == profile)
            return profiles[i].medium;
    return profile ? DK_MEDIUM_UNKNOWN : DK_MEDIUM_CD;
}

unsigned drive_kilobytes(unsigned profile, unsigned times)
{
    /* At 1x, in thousands of bytes (libburn.h has the same). */
    static const double at_once[] = {
        [DK_MEDIUM_UNKNOWN] = 1385,
        [DK_MEDIUM_CD] = 176.4,
        [DK_MEDIUM_DVD] = 1385,
        [DK_MEDIUM_BD] = 4495.6,
    };

    return (unsigned)(times * at_once[drive_medium_of(profile)]);
}
