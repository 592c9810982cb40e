/* ECM: the records, and what is in them. */
#include "fuzz/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return image_fuzz("ecm", bytes, size);
}
