#include "volume/time.h"

#include <string.h>

enum {
    ZONE_UNIT = 15, /* minutes; ECMA-119 9.1.5 */
    ZONE_MAX = 56,  /* +14:00, the easternmost zone there is; the standard, older than that, ends at +13:00 */
};

/* Days since 1970-01-01 of a day in the proleptic Gregorian calendar: years begin in March, eras have 400 years. */
static int64_t days_of(int year, int month, int day)
{
    const int y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400, year_of_era = y - era * 400;
    const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return (int64_t)era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int days_in_month(int year, int month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return days[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

struct dk_time time_of(const struct calendar *local, int zone)
{
    int64_t seconds;

    if (local->month < 1 || local->month > 12 || local->day < 1 ||
        local->day > days_in_month(local->year, local->month) || local->hour > 23 || local->minute > 59 ||
        local->second > 59)
        return (struct dk_time){ 0 };
    seconds = days_of(local->year, local->month, local->day) * 86400 + local->hour * 3600 + local->minute * 60 +
              local->second - zone * 60;
    return (struct dk_time){ true, seconds, (int16_t)zone };
}

/* What is no zone on Earth says nothing: the time then counts as UTC. */
static int zone_of(uint8_t byte)
{
    const int zone = (int8_t)byte;

    return zone >= -ZONE_MAX && zone <= ZONE_MAX ? zone * ZONE_UNIT : 0;
}

struct dk_time time_of_record(const uint8_t bytes[7])
{
    const struct calendar local = { 1900 + bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5] };

    return time_of(&local, zone_of(bytes[6]));
}

static int digits(const uint8_t *bytes, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (bytes[i] < '0' || bytes[i] > '9')
            return -1;
        value = value * 10 + bytes[i] - '0';
    }
    return value;
}

struct dk_time time_of_digits(const uint8_t bytes[17])
{
    const struct calendar local = { digits(bytes, 4),     digits(bytes + 4, 2),  digits(bytes + 6, 2),
                                    digits(bytes + 8, 2), digits(bytes + 10, 2), digits(bytes + 12, 2) };

    if (local.year < 1 || local.hour < 0 || local.minute < 0 || local.second < 0)
        return (struct dk_time){ 0 };
    return time_of(&local, zone_of(bytes[16]));
}
