/* The vault's inside. What is read is written back byte for byte: there is one form only. */

#include "node/desk/keyring.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct keyring *ring;
	if (ring == NULL)
		ring = keyring_new();
	assert(ring != NULL);
	if (!keyring_decode(ring, bytes, len, NULL))
		return 0;
	uint8_t *again = malloc(len);
	assert(again != NULL);
	size_t written = keyring_encode(ring, again, len);
	assert(written == len && memcmp(bytes, again, len) == 0);
	free(again);
	return 0;
}
