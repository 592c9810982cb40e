/* What a user named, opened: an image file of any format, or the disc in a drive. */
#include <disckit/drive.h>
#include <disckit/format.h>
#include <disckit/input.h>

struct dk_disc *dk_input_open_for(const char *path, const struct dk_drive_caller *caller, struct dk_error *error)
{
    return dk_drive_is_one(path) ? dk_drive_open_for(path, caller, error) : dk_image_open(path, error);
}

struct dk_disc *dk_input_open(const char *path, struct dk_error *error)
{
    return dk_input_open_for(path, NULL, error);
}
