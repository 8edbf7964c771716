/* Letters of every kind as a neighbour would hand them over. The check is put right first, else no input would get past it; bytes that still pass as
 * a signed kind must carry the id their layout says. */

#include "crypto/digest.h"
#include "proto/outside.h"
#include "proto/receipt.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

/* Who vouches is said by one extra or by none. */
static void check_extra(const struct outside *letter)
{
	assert(letter->has_certificate == (letter->header.extra == EXTRA_CERTIFICATE));
	assert(!letter->has_certificate || letter->has_organisation);
	if (letter->header.extra != EXTRA_TICKET)
		return;
	uint8_t again[TICKET_SIZE];
	ticket_encode(&letter->ticket, again);
	assert(memcmp(again, letter->ticket_bytes, sizeof(again)) == 0);
	assert(letter->ticket.day == letter->header.day && !letter->has_organisation);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct outside letter;
	uint8_t copy[ENVELOPE_SIZE_MAX], id[LETTER_ID_SIZE];
	bool as_it_is = outside_examine(bytes, len, &letter);
	int bucket = envelope_bucket_for(len);
	if (bucket < 0)
		return 0;
	assert(!as_it_is || envelope_size((uint8_t)bucket) == len);
	size_t whole = envelope_size((uint8_t)bucket);
	memset(copy, 0, whole);
	memcpy(copy, bytes, len);
	envelope_finish(copy, whole);
	if (!outside_examine(copy, whole, &letter))
		return 0;
	outside_id(copy, whole, id);
	assert(memcmp(id, letter.id, sizeof(id)) == 0);
	check_extra(&letter);
	if (letter.header.kind == ENVELOPE_RECEIPTS) {
		struct receipt receipts[RECEIPTS_MAX];
		size_t n;
		bool good = receipts_parse(copy, whole, receipts, &n);
		assert(good && n >= 1 && n <= receipts_max(letter.header.bucket));
	}
	return 0;
}
