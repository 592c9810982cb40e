/* Words, times and addresses as disc-inspect prints them. */
#include "tools/inspect_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

void inspect_time(const struct dk_time *when, char between, char to[INSPECT_TIME])
{
    const time_t local = (time_t)(when->seconds + when->zone * 60);
    const int zone = abs(when->zone);
    struct tm parts;

    *to = '\0';
    if (when->known && gmtime_r(&local, &parts))
        snprintf(to, INSPECT_TIME, "%04d-%02d-%02d%c%02d:%02d:%02d%c%02d:%02d", (parts.tm_year + 1900) % 10000,
                 parts.tm_mon + 1, parts.tm_mday, between, parts.tm_hour, parts.tm_min, parts.tm_sec,
                 when->zone < 0 ? '-' : '+', zone / 60 % 100, zone % 60);
}

const char *inspect_msf_of_lba(const struct dk_disc *disc, int32_t lba, char to[INSPECT_MSF])
{
    const struct dk_msf msf = dk_msf_of_lba(lba);

    if (disc->medium == DK_MEDIUM_DVD || disc->medium == DK_MEDIUM_BD || msf.minute > 99)
        return NULL;
    snprintf(to, INSPECT_MSF, "%02d:%02d:%02d", msf.minute, msf.second, msf.frame);
    return to;
}

void inspect_msf_of_length(uint32_t sectors, char to[INSPECT_MSF])
{
    const uint32_t seconds = sectors / DK_FRAMES_A_SECOND;

    snprintf(to, INSPECT_MSF, "%02" PRIu32 ":%02" PRIu32 ":%02" PRIu32, seconds / 60, seconds % 60,
             sectors % DK_FRAMES_A_SECOND);
}

const struct inspect_flag inspect_flags[] = {
    { DK_CONTROL_PRE_EMPHASIS, "pre-emphasis" },
    { DK_CONTROL_COPY_PERMITTED, "copy-permitted" },
    { DK_CONTROL_FOUR_CHANNELS, "four-channels" },
    { 0, NULL },
};

const char *inspect_platform(uint8_t platform)
{
    static const struct {
        uint8_t number;
        const char *name;
    } rows[] = { { 0, "x86" }, { 1, "PowerPC" }, { 2, "Mac" }, { 0xEF, "EFI" } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].number == platform)
            return rows[i].name;
    return NULL;
}

const char *inspect_boot_media(uint8_t media)
{
    static const char *const names[] = { "no emulation", "1.2 MB floppy", "1.44 MB floppy", "2.88 MB floppy",
                                         "hard disk" };

    return media < sizeof names / sizeof *names ? names[media] : NULL;
}

const char *inspect_verdict(enum dk_size_verdict verdict)
{
    static const char *const names[] = {
        [DK_SIZE_EXACT] = "exact",
        [DK_SIZE_PADDED] = "padded",
        [DK_SIZE_PADDING_SHORT] = "padding-short",
        [DK_SIZE_TRUNCATED] = "truncated",
    };

    return names[verdict];
}
