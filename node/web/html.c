#include "node/web/html.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char replacement[] = "\xEF\xBF\xBD";

struct range {
	uint32_t first, last;
};

/* Move the cursor, turn the direction of what follows, or hide. Joiners (U+200C, U+200D) stay: Persian, Kurdish and emoji need them. Marks of
 * direction (U+061C, U+200E, U+200F) are another matter, see is_direction(). */
static const struct range harmful[] = {
	{0x00, 0x09},     {0x0B, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x115F, 0x1160}, {0x180E, 0x180E}, {0x200B, 0x200B},
	{0x2028, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF},
};

/* Stand upon or under the letter before them, or take no room at all. */
static const struct range marks[] = {
	{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05C7},   {0x0610, 0x061A}, {0x061C, 0x061C}, {0x064B, 0x065F}, {0x0670, 0x0670},
	{0x06D6, 0x06DC}, {0x06DF, 0x06E8}, {0x06EA, 0x06ED},   {0x0730, 0x074A}, {0x07A6, 0x07B0}, {0x07EB, 0x07F3}, {0x0816, 0x082D},
	{0x0859, 0x085B}, {0x0898, 0x089F}, {0x08CA, 0x08FF},   {0x0900, 0x0903}, {0x093A, 0x094F}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A},
	{0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},   {0x200C, 0x200F}, {0x20D0, 0x20FF}, {0x302A, 0x302F}, {0x3099, 0x309A},
	{0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0x1D165, 0x1D169},
};

static bool within(const struct range *ranges, size_t n, uint32_t code)
{
	for (size_t i = 0; i < n; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* Length of the character at the head, 0 if the bytes are no UTF-8. */
static size_t character(const unsigned char *at, uint32_t *code)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	*code = at[0];
	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xC2 || at[0] > 0xF4)
		return 0;
	size_t len = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
	*code = at[0] & (0x7FU >> len);
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xC0) != 0x80) /* the final NUL too */
			return 0;
		*code = *code << 6 | (at[i] & 0x3FU);
	}
	return *code < least[len] || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF) ? 0 : len;
}

static bool is_harmful(uint32_t code)
{
	return within(harmful, sizeof harmful / sizeof harmful[0], code);
}

static bool is_mark(uint32_t code)
{
	return within(marks, sizeof marks / sizeof marks[0], code);
}

bool html_open(struct html *html, size_t size)
{
	*html = (struct html){.bytes = malloc(size + 1), .cap = size + 1};
	if (html->bytes == NULL)
		return false;
	html->bytes[0] = '\0';
	return true;
}

void html_close(struct html *html)
{
	if (html->bytes != NULL)
		explicit_bzero(html->bytes, html->cap);
	free(html->bytes);
	*html = (struct html){0};
}

static void put(struct html *html, const char *bytes, size_t len)
{
	if (html->full || len >= html->cap - html->len) {
		html->full = true;
		return;
	}
	memcpy(html->bytes + html->len, bytes, len);
	html->len += len;
	html->bytes[html->len] = '\0';
}

void html_raw(struct html *html, const char *trusted)
{
	put(html, trusted, strlen(trusted));
}

static const char *entity(uint32_t code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

/* Marks of direction: nothing of them is seen, so they are left out of what is shown. */
static bool is_direction(uint32_t code)
{
	return code == 0x061C || code == 0x200E || code == 0x200F;
}

/* line_break: stands for one; NULL: the inside of a field, where it and marks of direction stay. */
static void put_text(struct html *html, const char *text, const char *line_break)
{
	unsigned stacked = 0;
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
		uint32_t code = 0;
		size_t len = character(at, &code);
		bool mark = len > 0 && is_mark(code);
		stacked = mark ? stacked + 1 : 0;
		const char *instead = len == 0 || is_harmful(code) ? replacement : entity(code);
		if (len > 0 && code == '\n')
			instead = line_break != NULL ? line_break : "\n";
		else if (len > 0 && code == '\t')
			instead = " ";
		else if (mark && (stacked > HTML_MARKS_MAX || (line_break != NULL && is_direction(code))))
			instead = "";
		put(html, instead != NULL ? instead : (const char *)at, instead != NULL ? strlen(instead) : len);
		at += len > 0 ? len : 1;
	}
}

void html_value(struct html *html, const char *text)
{
	unsigned stacked = 0;
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
		uint32_t code = 0;
		char number[16];
		size_t len = character(at, &code);
		stacked = len > 0 && is_mark(code) ? stacked + 1 : 0;
		const char *instead = len > 0 ? entity(code) : replacement;
		/* The numbers 128 to 159 would mean other characters to a browser. */
		if (len > 0 && code >= 0x7F && code <= 0x9F) {
			instead = replacement;
		} else if (len > 0 && (is_harmful(code) || stacked > HTML_MARKS_MAX)) {
			snprintf(number, sizeof number, "&#%u;", (unsigned)code);
			instead = number;
		}
		put(html, instead != NULL ? instead : (const char *)at, instead != NULL ? strlen(instead) : len);
		at += len > 0 ? len : 1;
	}
}

void html_text(struct html *html, const char *text)
{
	put_text(html, text, NULL);
}

void html_user(struct html *html, const char *text)
{
	html_raw(html, "<bdi dir=\"auto\">");
	put_text(html, text, " ");
	html_raw(html, "</bdi>");
}

void html_user_lines(struct html *html, const char *text)
{
	html_raw(html, "<bdi dir=\"auto\">");
	put_text(html, text, "<br>");
	html_raw(html, "</bdi>");
}

void html_add(struct html *html, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	while (*format != '\0') {
		size_t plain = strcspn(format, "%");
		put(html, format, plain);
		format += plain;
		if (*format == '\0')
			break;
		char number[16];
		switch (format[1]) {
		case 's':
			put_text(html, va_arg(arguments, const char *), " ");
			break;
		case 'u':
			snprintf(number, sizeof number, "%u", va_arg(arguments, unsigned));
			html_raw(html, number);
			break;
		default:
			assert(format[1] == '%');
			html_raw(html, "%");
			break;
		}
		format += 2;
	}
	va_end(arguments);
}
