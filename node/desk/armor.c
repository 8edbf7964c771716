#include "node/desk/armor.h"

#include "crypto/digest.h"
#include "proto/base32.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void check_of(const char *word, const uint8_t *bytes, size_t len, uint8_t check[static ARMOR_CHECK_SIZE])
{
	struct digest digest;
	digest_start(&digest, "barid-text-v1", ARMOR_CHECK_SIZE);
	digest_add(&digest, word, strlen(word));
	digest_add(&digest, bytes, len);
	digest_end(&digest, check);
}

void armor_encode(const char *word, const uint8_t *bytes, size_t len, char text[static ARMOR_TEXT_MAX])
{
	uint8_t checked[ARMOR_BYTES_MAX + ARMOR_CHECK_SIZE];
	assert(len <= ARMOR_BYTES_MAX);
	memcpy(checked, bytes, len);
	check_of(word, bytes, len, checked + len);
	int prefix = snprintf(text, 16, "BARID:%s:", word);
	assert(prefix > 0 && prefix < 16);
	size_t digits = base32_encode(checked, len + ARMOR_CHECK_SIZE, text + prefix);
	text[(size_t)prefix + digits] = '\0';
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool armor_decode(const char *word, const char *from, size_t len, uint8_t *out, size_t cap, size_t *out_len, size_t *rest)
{
	char prefix[16];
	uint8_t checked[ARMOR_BYTES_MAX + ARMOR_CHECK_SIZE], check[ARMOR_CHECK_SIZE];
	size_t begin = 0, checked_len = 0, prefix_len = (size_t)snprintf(prefix, sizeof prefix, "BARID:%s:", word);
	while (begin < len && is_space(from[begin]))
		begin++;
	size_t end = begin;
	while (end < len && !is_space(from[end]))
		end++;
	if (end - begin <= prefix_len || strncasecmp(from + begin, prefix, prefix_len) != 0)
		return false;
	if (!base32_decode(from + begin + prefix_len, end - begin - prefix_len, checked, sizeof checked, &checked_len) ||
	    checked_len <= ARMOR_CHECK_SIZE || checked_len - ARMOR_CHECK_SIZE > cap)
		return false;
	*out_len = checked_len - ARMOR_CHECK_SIZE;
	check_of(word, checked, *out_len, check);
	if (memcmp(check, checked + *out_len, sizeof check) != 0)
		return false;
	memcpy(out, checked, *out_len);
	*rest = end;
	return true;
}
