/* Descriptors of BlindWrite whose files are not there: the parts, and the table. */
#include "fuzz/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return image_fuzz("b5t", bytes, size);
}
