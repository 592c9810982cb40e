/* Ctrl-C and its kin: the handler only remembers; whoever works asks, cleans up, and lets the signal end the program.
 */
#ifndef UTIL_STOP_H
#define UTIL_STOP_H

#include <stdbool.h>

void stop_catch_signals(void); /* SIGINT, SIGTERM, SIGHUP, SIGPIPE */
bool stop_requested(void);     /* safe in any thread */
void stop_by_signal(void);     /* dies of the signal that came, as a shell expects; returns where none came */

#endif
