#include "node/web/basic.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { PLAIN_MAX = BASIC_NAME_MAX + 1 + BASIC_PASSWORD_MAX, CODED_MAX = (PLAIN_MAX + 2) / 3 * 4 };

static int value_of(char digit)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = digit != '\0' ? strchr(digits, digit) : NULL;
	return at != NULL ? (int)(at - digits) : -1;
}

/* One way to write each text: with its padding, and nothing in the bits that stand for none. Returns the length, -1 if it is not so. */
static int decode(const char *coded, size_t len, char out[static PLAIN_MAX + 3])
{
	size_t n = 0, padding = 0;
	while (padding < 2 && padding < len && coded[len - 1 - padding] == '=')
		padding++;
	if (len == 0 || len % 4 != 0 || len > CODED_MAX)
		return -1;
	for (size_t i = 0; i < len; i += 4) {
		uint32_t bits = 0;
		size_t used = i + 4 == len ? 4 - padding : 4;
		for (size_t k = 0; k < 4; k++) {
			int value = k < used ? value_of(coded[i + k]) : 0;
			if (value < 0)
				return -1;
			bits = bits << 6 | (uint32_t)value;
		}
		if ((used == 3 && (bits & 0xFF) != 0) || (used == 2 && (bits & 0xFFFF) != 0))
			return -1;
		for (size_t k = 0; k + 1 < used; k++)
			out[n++] = (char)(bits >> (16 - 8 * k) & 0xFF);
	}
	return (int)n;
}

static bool take(const char *plain, size_t len, struct basic *out)
{
	const char *colon = memchr(plain, ':', len);
	size_t name_len = colon != NULL ? (size_t)(colon - plain) : len;
	if (colon == NULL || name_len == 0 || name_len > BASIC_NAME_MAX || len - name_len - 1 > BASIC_PASSWORD_MAX)
		return false;
	if (memchr(plain, '\0', len) != NULL || memchr(plain, '\n', len) != NULL)
		return false;
	json_t *text = json_stringn(plain, len); /* NULL unless it is UTF-8 */
	if (text == NULL)
		return false;
	json_decref(text);
	memcpy(out->name, plain, name_len);
	memcpy(out->password, colon + 1, len - name_len - 1);
	return true;
}

bool basic_parse(const char *value, struct basic *out)
{
	char plain[PLAIN_MAX + 3];
	*out = (struct basic){.name = ""};
	if (strncasecmp(value, "Basic ", 6) != 0)
		return false;
	int len = decode(value + 6, strlen(value + 6), plain);
	bool taken = len > 0 && (size_t)len <= PLAIN_MAX && take(plain, (size_t)len, out);
	explicit_bzero(plain, sizeof plain);
	return taken;
}
