/* Cards as text, as in a file or QR code, and as bytes, as in a letter. What is read as text is written as text that reads the same. */

#include "proto/card.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct card card, again;
	uint8_t raw[CARD_SIZE_MAX], raw_again[CARD_SIZE_MAX];
	char text[CARD_TEXT_MAX];
	size_t raw_len = 0, again_len = 0, used = 0;
	if (card_parse(bytes, len, &card, &used)) {
		assert(used <= len && used <= CARD_SIZE_MAX);
		assert(card.name_len <= CARD_NAME_MAX && card.days <= CARD_DAYS_MAX);
	}
	if (!card_from_text((const char *)bytes, len, &card, raw, &raw_len))
		return 0;
	size_t text_len = card_to_text(raw, raw_len, text);
	bool read = card_from_text(text, text_len, &again, raw_again, &again_len);
	assert(read && raw_len == again_len && memcmp(raw, raw_again, raw_len) == 0);
	return 0;
}
