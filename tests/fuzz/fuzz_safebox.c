/*
 * A whole vault file with least costs, changed at places the input names (three bytes of place, one of exclusive or, again and again) and cut
 * nowhere, since its size is fixed. Only the untouched file opens. Changes that would ask Argon2id for long work are passed over.
 */

#include "crypto/digest.h"
#include "crypto/safebox.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { EDIT_SIZE = 4, EDITS_MAX = 64, OPS_AT = 16, MEMORY_AT = 20, MEMORY_KIB_QUICK = 64 };

static uint8_t original[SAFEBOX_FILE_SIZE], file[SAFEBOX_FILE_SIZE], body[SAFEBOX_BODY_SIZE];
static const char passphrase[] = "passphrase";

static void prepare(void)
{
	static bool prepared;
	if (prepared)
		return;
	struct safebox box;
	bool started = crypto_start();
	assert(started);
	enum safebox_result result = safebox_make(&box, passphrase, sizeof passphrase - 1, safebox_cost_none());
	assert(result == SAFEBOX_OK);
	safebox_close(&box, body, original);
	memcpy(file, original, sizeof file);
	prepared = true;
}

static uint32_t cost_at(size_t at)
{
	return (uint32_t)file[at] | (uint32_t)file[at + 1] << 8 | (uint32_t)file[at + 2] << 16 | (uint32_t)file[at + 3] << 24;
}

static size_t place_of(const uint8_t *edit)
{
	return ((size_t)edit[0] | (size_t)edit[1] << 8 | (size_t)edit[2] << 16) % SAFEBOX_FILE_SIZE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	prepare();
	size_t edits = size / EDIT_SIZE < EDITS_MAX ? size / EDIT_SIZE : EDITS_MAX;
	for (size_t i = 0; i < edits; i++)
		file[place_of(data + i * EDIT_SIZE)] ^= data[i * EDIT_SIZE + 3];
	bool untouched = memcmp(file, original, sizeof file) == 0;
	bool allowed =
		cost_at(MEMORY_AT) >= 8 && cost_at(MEMORY_AT) <= SAFEBOX_MEMORY_KIB_MAX && cost_at(OPS_AT) >= 1 && cost_at(OPS_AT) <= SAFEBOX_OPS_MAX;
	if (!allowed || cost_at(MEMORY_AT) <= MEMORY_KIB_QUICK) {
		struct safebox box;
		enum safebox_result result = safebox_open(&box, file, passphrase, sizeof passphrase - 1, body);
		assert((result == SAFEBOX_OK) == untouched);
		assert(allowed || result == SAFEBOX_DAMAGED);
		safebox_wipe(&box);
	}
	for (size_t i = 0; i < edits; i++)
		file[place_of(data + i * EDIT_SIZE)] ^= data[i * EDIT_SIZE + 3];
	return 0;
}
