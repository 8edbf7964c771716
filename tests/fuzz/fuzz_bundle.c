/* Bundle files from a stick. The digest is put right where the framing is, so that the walk over the envelopes is reached. */

#include "crypto/digest.h"
#include "proto/bundle.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

static void walk(const uint8_t *file, size_t len)
{
	struct bundle_cursor cursor;
	if (!bundle_open(file, len, &cursor))
		return;
	const uint8_t *envelope;
	size_t envelope_len;
	uint64_t count = 0;
	while (bundle_next(&cursor, &envelope, &envelope_len)) {
		assert(envelope >= file && envelope + envelope_len <= file + len);
		count++;
	}
	/* the end marker is left over: it is no envelope */
	assert(count == cursor.count && cursor.left == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static uint8_t file[1 << 16];
	walk(bytes, len);
	if (len < BUNDLE_TRAILER_SIZE + BUNDLE_HEADER_SIZE || len > sizeof(file))
		return 0;
	memcpy(file, bytes, len);
	size_t framed = len - BUNDLE_TRAILER_SIZE;
	uint8_t digest[DIGEST_SIZE];
	digest_of("barid-bundle-v1", file, framed, digest, sizeof(digest));
	memcpy(file + framed + 8, digest, sizeof(digest));
	walk(file, len);
	return 0;
}
