/* A second thread that tells when a drive has not answered for a while: no command can be hurried. */
#ifndef DRIVE_PATIENCE_H
#define DRIVE_PATIENCE_H

#include <disckit/drive.h>

struct patience;

/* `name` and `caller` must outlive it. NULL, which all calls here take: nobody wants to know. */
struct patience *patience_start(const char *name, const struct dk_drive_caller *caller);
void patience_end(struct patience *patience);

/* Around everything that waits for the drive; told once each time. They nest. */
void patience_begin_wait(struct patience *patience);
void patience_end_wait(struct patience *patience);

#endif
