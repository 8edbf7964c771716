#ifndef BARID_PROTO_BUNDLE_H
#define BARID_PROTO_BUNDLE_H
/* The bundle file (SPEC.md section 8.2): letters on a USB stick. Header, envelopes back to back, trailer with count and digest. */

#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BUNDLE_HEADER_SIZE = 16,
	BUNDLE_TRAILER_SIZE = 40,
	BUNDLE_ENTRY_HEADER_SIZE = 1, /* bucket 0..3, or 0xFF before the trailer */
	BUNDLE_END = 0xFF,
};

void bundle_header(uint8_t out[static BUNDLE_HEADER_SIZE]);
/* Trailer: count u64, BLAKE2b-256 (key "barid-bundle-v1") of everything before the trailer. */
void bundle_trailer(uint64_t count, const uint8_t digest[static 32], uint8_t out[static BUNDLE_TRAILER_SIZE]);
/* Length of the envelope that follows an entry header byte, or 0 if the byte is neither a bucket nor BUNDLE_END. */
size_t bundle_entry_len(uint8_t entry);

/* The same over a whole file in memory: calls nothing, walks with a cursor. */
struct bundle_cursor {
	const uint8_t *at;
	size_t left;
	uint64_t count;
};
/* Checks header, every entry's framing, trailer and digest of a whole file. On true the cursor stands before the first envelope. */
bool bundle_open(const uint8_t *file, size_t len, struct bundle_cursor *cursor);
/* Next envelope (a view into the file) and its length; false at the end. */
bool bundle_next(struct bundle_cursor *cursor, const uint8_t **envelope, size_t *len);

#endif
