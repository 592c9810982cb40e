/* The CISO of GameCube and Wii discs: the map, blocks and holes. */
#include "fuzz/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return image_fuzz("ciso", bytes, size);
}
