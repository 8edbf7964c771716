#include "crypto/wipe.h"

#include <sodium/utils.h>

void wipe(void *bytes, size_t len)
{
	sodium_memzero(bytes, len);
}
