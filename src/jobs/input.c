/* What a user named, opened: an image file of any format. */
#include <disckit/format.h>
#include <disckit/input.h>

struct dk_disc *dk_input_open(const char *path, struct dk_error *error)
{
    return dk_image_open(path, error);
}
