#include "node/desk/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { STACKED_MAX = 4 }; /* marks on one character: more than any script here needs */

/* Decodes one character of at most left bytes; returns its length, 0 if it is not valid UTF-8. */
static size_t character(const unsigned char *at, size_t left, uint32_t *code)
{
	if (left == 0)
		return 0;
	if (at[0] < 0x80) {
		*code = at[0];
		return 1;
	}
	size_t len = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	if (at[0] < 0xC2 || at[0] > 0xF4 || left < len)
		return 0;
	uint32_t value = at[0] & (0x7FU >> len);
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xC0) != 0x80)
			return 0;
		value = value << 6 | (at[i] & 0x3FU);
	}
	if (value < least[len] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
		return 0;
	*code = value;
	return len;
}

bool text_utf8_ok(const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text;
	for (size_t i = 0; i < len;) {
		uint32_t code = 0;
		size_t used = character(at + i, len - i, &code);
		if (used == 0 || code == 0)
			return false;
		i += used;
	}
	return true;
}

/* What Unicode keeps from ever being a character: readers of XML refuse a whole file for it. */
static bool no_character(uint32_t code)
{
	return (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
}

/* Characters that move the cursor, turn the direction of text, or hide. Joiners U+200C and U+200D stay: Persian, Kurdish and emoji need them. */
static bool harmful(uint32_t code)
{
	return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200B || code == 0x200E || code == 0x200F ||
	       (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
	       (code >= 0xE0000 && code <= 0xE007F) || no_character(code);
}

/* A mark that stands on the character before it. */
static bool combining(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},   {0x64B, 0x65F},     {0x670, 0x670},     {0x6D6, 0x6DC},
		{0x6DF, 0x6E8},   {0x6EA, 0x6ED},   {0x8D3, 0x8FF},   {0xE31, 0xE31},   {0xE34, 0xE3A},     {0xE47, 0xE4E},     {0x1AB0, 0x1AFF},
		{0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0x1D165, 0x1D169}, {0xE0100, 0xE01EF},
	};
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

void text_inert(const char *text, bool lines, char *out, size_t cap)
{
	assert(cap > 0);
	const unsigned char *at = (const unsigned char *)text;
	size_t left = strlen(text), len = 0;
	unsigned stacked = 0;
	while (left > 0) {
		uint32_t code = 0;
		size_t used = character(at, left, &code);
		stacked = used > 0 && combining(code) ? stacked + 1 : 0;
		const char *put = (const char *)at;
		size_t put_len = used;
		if (code == '\n' && used == 1) {
			put = lines ? "\n" : " ";
		} else if (code == '\t' && used == 1) {
			put = " ";
		} else if (used == 0 || harmful(code)) {
			put = "\xEF\xBF\xBD";
			put_len = 3;
		}
		if (stacked > STACKED_MAX)
			put_len = 0;
		if (put_len >= cap - len)
			break;
		memcpy(out + len, put, put_len);
		len += put_len;
		at += used == 0 ? 1 : used;
		left -= used == 0 ? 1 : used;
	}
	out[len] = '\0';
}

/* Value of a digit of one of the three scripts and its length, -1 if it is none. */
static int digit(const char *text, size_t *len)
{
	uint32_t code = 0;
	*len = character((const unsigned char *)text, strlen(text), &code);
	if (code >= '0' && code <= '9')
		return (int)(code - '0');
	if (code >= 0x660 && code <= 0x669)
		return (int)(code - 0x660);
	if (code >= 0x6F0 && code <= 0x6F9)
		return (int)(code - 0x6F0);
	return -1;
}

int text_gap(const char *text, int columns)
{
	size_t len = strlen(text);
	for (size_t i = 0; i < len && columns > 0;) {
		uint32_t code = 0;
		size_t used = character((const unsigned char *)text + i, len - i, &code);
		assert(used > 0);
		columns -= !combining(code);
		i += used;
	}
	return columns;
}

bool text_count(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	unsigned digits = 0;
	while (*text != '\0') {
		size_t len = 0;
		int one = digit(text, &len);
		if (one < 0 || ++digits > 18)
			return false;
		value = value * 10 + (uint64_t)one;
		text += len;
	}
	if (digits == 0 || value > max)
		return false;
	*out = value;
	return true;
}

void text_time(uint64_t unix_s, char out[static TEXT_TIME])
{
	struct tm tm;
	time_t when = unix_s > 253402300799U ? (time_t)253402300799 : (time_t)unix_s; /* year 9999 at most */
	gmtime_r(&when, &tm);
	strftime(out, TEXT_TIME, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void text_time_local(uint64_t unix_s, char out[static TEXT_TIME])
{
	struct tm tm;
	time_t when = unix_s > 253402300799U ? (time_t)253402300799 : (time_t)unix_s;
	localtime_r(&when, &tm);
	if (unix_s == 0)
		strcpy(out, "-");
	else
		strftime(out, TEXT_TIME, "%Y-%m-%d %H:%M", &tm);
}

/* Rewrites digits of all three scripts as ASCII; false if it does not fit. */
static bool ascii_digits(const char *text, char *out, size_t cap)
{
	size_t len = 0;
	while (*text != '\0') {
		size_t used = 0;
		int one = digit(text, &used);
		if (used == 0 || (one < 0 && used > 1) || len + 1 >= cap)
			return false;
		out[len++] = one >= 0 ? (char)('0' + one) : *text;
		text += used;
	}
	out[len] = '\0';
	return true;
}

bool text_time_parse(const char *text, uint64_t *unix_s)
{
	if (text_count(text, 253402300799U, unix_s))
		return true;
	char ascii[32];
	if (!ascii_digits(text, ascii, sizeof ascii))
		return false;
	struct tm tm = {0};
	const char *end = strptime(ascii, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (end == NULL || *end != '\0') {
		tm = (struct tm){0};
		end = strptime(ascii, "%Y-%m-%dT%H:%MZ", &tm);
	}
	if (end == NULL || *end != '\0')
		return false;
	time_t when = timegm(&tm);
	if (when <= 0)
		return false;
	*unix_s = (uint64_t)when;
	return true;
}

void text_hex(const uint8_t *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
}

/* What a character compares as; 0 drops it. */
static uint32_t folded(uint32_t code)
{
	if (code >= 'A' && code <= 'Z')
		return code + ('a' - 'A');
	if (code >= 0x660 && code <= 0x669)
		return code - 0x660 + '0';
	if (code >= 0x6F0 && code <= 0x6F9)
		return code - 0x6F0 + '0';
	if ((code >= 0x64B && code <= 0x65F) || code == 0x670 || code == 0x640 || harmful(code))
		return 0;
	switch (code) {
	case 0x622:
	case 0x623:
	case 0x625:
	case 0x671:
		return 0x627;
	case 0x649:
	case 0x6CC:
		return 0x64A;
	case 0x629:
		return 0x647;
	case 0x6A9:
		return 0x643;
	case 0xA0:
		return ' ';
	default:
		return code;
	}
}

/* The same for finding: Latin letters with marks as those without. */
static uint32_t folded_wide(uint32_t code)
{
	static const struct {
		uint32_t marked, plain;
	} letters[] = {
		{0xC2, 'a'},  {0xE2, 'a'},  {0xC7, 'c'}, {0xE7, 'c'},  {0xCA, 'e'},  {0xEA, 'e'}, {0x11E, 'g'},
		{0x11F, 'g'}, {0xCE, 'i'},  {0xEE, 'i'}, {0x130, 'i'}, {0x131, 'i'}, {0xD6, 'o'}, {0xF6, 'o'},
		{0x15E, 's'}, {0x15F, 's'}, {0xDB, 'u'}, {0xFB, 'u'},  {0xDC, 'u'},  {0xFC, 'u'},
	};
	if (code >= 0x300 && code <= 0x36F)
		return 0; /* marks that stand alone behind their letter */
	for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
		if (letters[i].marked == code)
			return letters[i].plain;
	return folded(code);
}

static size_t encode_character(uint32_t code, char out[static 4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3F));
		code >>= 6;
	}
	out[0] = (char)((0xF00U >> len & 0xFF) | code);
	return len;
}

static void fold(const char *text, uint32_t (*fold_one)(uint32_t code), char *out, size_t cap)
{
	assert(cap > 0);
	const unsigned char *at = (const unsigned char *)text;
	size_t left = strlen(text), len = 0;
	bool space = false;
	while (left > 0) {
		uint32_t code = 0xFFFD;
		size_t used = character(at, left, &code);
		if (used == 0)
			used = 1;
		at += used;
		left -= used;
		if (code == '\t' || code == '\n')
			code = ' ';
		code = fold_one(code);
		if (code == ' ') {
			space = len > 0;
			continue;
		}
		if (code == 0)
			continue;
		char bytes[4];
		size_t bytes_len = encode_character(code, bytes);
		if (len + bytes_len + 1 >= cap)
			break;
		if (space)
			out[len++] = ' ';
		space = false;
		memcpy(out + len, bytes, bytes_len);
		len += bytes_len;
	}
	out[len] = '\0';
}

void text_fold(const char *text, char *out, size_t cap)
{
	fold(text, folded, out, cap);
}

void text_fold_search(const char *text, char *out, size_t cap)
{
	fold(text, folded_wide, out, cap);
}
