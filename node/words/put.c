#include "node/words/put.h"

#include <assert.h>

struct put put_into(char *out, size_t cap)
{
	assert(cap > 0);
	return (struct put){.out = out, .cap = cap};
}

void put_byte(struct put *put, char byte)
{
	put->full = put->full || put->len + 1 >= put->cap;
	if (!put->full)
		put->out[put->len++] = byte;
}

void put_text(struct put *put, const char *text)
{
	for (; *text != '\0'; text++)
		put_byte(put, *text);
}

static void put_digit(struct put *put, enum words_lang lang, char digit)
{
	if (lang == WORDS_AR || lang == WORDS_CKB) {
		put_byte(put, (char)0xD9); /* U+0660 is D9 A0 */
		put_byte(put, (char)(0xA0 + (digit - '0')));
	} else {
		put_byte(put, digit);
	}
}

void put_number(struct put *put, enum words_lang lang, uint64_t n, unsigned width)
{
	char digits[20]; /* of 2^64 - 1 */
	unsigned len = 0;
	do {
		digits[len++] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	for (unsigned i = len; i < width; i++)
		put_digit(put, lang, '0');
	while (len > 0)
		put_digit(put, lang, digits[--len]);
}

void put_digits(struct put *put, enum words_lang lang, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text >= '0' && *text <= '9')
			put_digit(put, lang, *text);
		else
			put_byte(put, *text);
	}
}

size_t put_end(struct put *put)
{
	size_t start = put->len;
	while (put->full && start > 0 && ((unsigned char)put->out[start - 1] & 0xC0) == 0x80)
		start--;
	if (put->full && start > 0) {
		unsigned char lead = (unsigned char)put->out[start - 1];
		size_t whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
		if (put->len - (start - 1) < whole)
			put->len = start - 1;
	}
	put->out[put->len] = '\0';
	return put->len;
}
