#include "tools/ls_time.h"

#include <stdio.h>

enum { DAY = 86400 };

/* The proleptic Gregorian calendar: years that begin in March, in eras of 400 years that all have as many days. */
static void set_day(struct ls_day *day, int64_t number)
{
    const int64_t since_march_0 = number + 719468;
    const int64_t era = (since_march_0 >= 0 ? since_march_0 : since_march_0 - 146096) / 146097;
    const int64_t day_of_era = since_march_0 - era * 146097;
    const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month = (5 * day_of_year + 2) / 153;
    const int month_number = (int)(month < 10 ? month + 3 : month - 9);
    const int year = (int)(year_of_era + era * 400 + (month_number <= 2));

    day->length = (size_t)snprintf(day->text, sizeof day->text, "%04d-%02d-%02d", year, month_number,
                                   (int)(day_of_year - (153 * month + 2) / 5 + 1));
    day->number = number;
    day->known = true;
}

static void two_digits(char *to, int64_t number)
{
    to[0] = (char)('0' + number / 10);
    to[1] = (char)('0' + number % 10);
}

void ls_put_time(struct ls_buffer *buffer, struct ls_day *day, struct dk_time time, const char *between[2])
{
    const int64_t local = time.seconds + time.zone * 60;
    const int64_t number = local >= 0 ? local / DAY : -((DAY - 1 - local) / DAY);
    const int64_t second = local - number * DAY;
    const int zone = time.zone < 0 ? -time.zone : time.zone;
    char clock[] = "00:00:00", offset[] = "+00:00";

    if (!day->known || day->number != number)
        set_day(day, number);
    two_digits(clock, second / 3600);
    two_digits(clock + 3, second / 60 % 60);
    two_digits(clock + 6, second % 60);
    offset[0] = time.zone < 0 ? '-' : '+';
    two_digits(offset + 1, zone / 60);
    two_digits(offset + 4, zone % 60);
    ls_put(buffer, day->text, day->length);
    ls_put_text(buffer, between[0]);
    ls_put(buffer, clock, sizeof clock - 1);
    ls_put_text(buffer, between[1]);
    ls_put(buffer, offset, sizeof offset - 1);
}
