#include "proto/base32.h"

#include <string.h>

static const char base32_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

size_t base32_encode(const uint8_t *bytes, size_t len, char *out)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8 | bytes[i]) & 0xfff;
		for (have += 8; have >= 5; have -= 5)
			out[n++] = base32_digits[bits >> (have - 5) & 31];
	}
	if (have > 0)
		out[n++] = base32_digits[bits << (5 - have) & 31];
	return n;
}

bool base32_decode(const char *text, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
	uint32_t bits = 0;
	unsigned have = 0;
	*out_len = 0;
	for (size_t i = 0; i < len; i++) {
		char upper = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
		const char *digit = upper == '\0' ? NULL : strchr(base32_digits, upper);
		if (digit == NULL)
			return false;
		bits = (bits << 5 | (uint32_t)(digit - base32_digits)) & 0xfff;
		have += 5;
		if (have < 8)
			continue;
		if (*out_len == cap)
			return false;
		have -= 8;
		out[(*out_len)++] = (uint8_t)(bits >> have);
	}
	return have < 5 && (bits & ((1u << have) - 1)) == 0;
}
