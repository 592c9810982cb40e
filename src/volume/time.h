/* The three forms in which a disc records a time, and the days of the Gregorian calendar. */
#ifndef VOLUME_TIME_H
#define VOLUME_TIME_H

#include <disckit/volume.h>

struct calendar {
    int year, month, day, hour, minute, second;
};

/* Unknown where a figure can't be (a month 77): never a date that nobody wrote. `zone` in minutes east of UTC. */
struct dk_time time_of(const struct calendar *local, int zone);
/* ECMA-119 9.1.5: 7 bytes, of directory records and of Rock Ridge; all zero is none. */
struct dk_time time_of_record(const uint8_t bytes[7]);
/* ECMA-119 8.4.26.1: 16 digits and a zone, of descriptors and of Rock Ridge's long form; all digits '0' is none. */
struct dk_time time_of_digits(const uint8_t bytes[17]);

#endif
