/* CHD: headers, maps, metadata, and the hunks that they lead to. */
#include "fuzz/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return image_fuzz("chd", bytes, size);
}
