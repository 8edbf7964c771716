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
	/* A vault of version 1 is written as version 2: then what was written is what has one form. */
	bool old = bytes[0] == 1;
	size_t cap = old ? KEYRING_ENCODED_MAX : len;
	uint8_t *again = malloc(2 * cap);
	assert(again != NULL);
	size_t written = keyring_encode(ring, again, cap);
	if (old) {
		assert(written > 0 && keyring_decode(ring, again, written, NULL));
		assert(keyring_encode(ring, again + cap, cap) == written && memcmp(again, again + cap, written) == 0);
	} else {
		assert(written == len && memcmp(bytes, again, len) == 0);
	}
	free(again);
	return 0;
}
