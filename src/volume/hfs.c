#include "volume/found.h"
void find_hfs(struct found *found)
{
    (void)found;
}
