/* The body of a letter (SPEC.md 9): first byte the type, then the CBOR map. What is read is written back to the same letter, and every way of showing
 * it ends. */

#include "node/desk/letter.h"
#include "node/desk/text.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

static struct letter letter, again;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	if (len == 0 || !letter_decode(bytes[0], bytes + 1, len - 1, &letter))
		return 0;
	uint8_t body[2 * BODY_SIZE_MAX];
	size_t body_len = letter_encode(&letter, body, sizeof body);
	assert(body_len > 0 && body_len < len);
	bool read = letter_decode(bytes[0], body, body_len, &again);
	assert(read && memcmp(&letter, &again, sizeof letter) == 0);
	json_t *json = letter_body_json(&letter);
	assert(json != NULL);
	letter_common_json(&letter, json);
	json_decref(json);
	char summary[200];
	letter_summary(&letter, WORDS_AR, summary, sizeof summary);
	assert(text_utf8_ok(summary, strlen(summary)));
	FILE *nowhere = fopen("/dev/null", "w");
	assert(nowhere != NULL);
	letter_print(&letter, WORDS_EN, nowhere);
	fclose(nowhere);
	return 0;
}
