#include "node/web/rows.h"

#include <string.h>

enum word rows_type(const char *type)
{
	enum word word = WORD_TYPE_OTHER;
	(void)words_of_code("type", type, &word); /* a type not ours is what WORD_TYPE_OTHER says */
	return word;
}

const char *rows_value(enum words_lang lang, const char *field, const char *value)
{
	enum word word;
	return words_of_code(field, value, &word) ? words_get(lang, word) : NULL;
}

static void put_value(struct exchange *x, const char *field, const json_t *value)
{
	struct html *html = exchange_html(x);
	char text[WORDS_TIME_MAX];
	if (json_is_integer(value)) {
		words_number(exchange_lang(x), (uint64_t)json_integer_value(value), text, sizeof text);
		html_text(html, text);
		return;
	}
	const char *own = json_string_value(value), *word = own != NULL ? rows_value(exchange_lang(x), field, own) : NULL;
	page_when(x, value, text);
	if (word != NULL)
		html_text(html, word);
	else if (text[0] != '\0')
		html_text(html, text);
	else if (own != NULL)
		html_user_lines(html, own);
}

static void put_row(struct exchange *x, const char *type, const char *field, const json_t *value)
{
	struct html *html = exchange_html(x);
	enum word label;
	bool unsaid = json_is_integer(value) && json_integer_value(value) == 0;
	if (unsaid || !words_of_field(type, field, &label))
		return;
	html_add(html, "<dt>%s</dt><dd>", words_get(exchange_lang(x), label));
	if (!json_is_array(value))
		put_value(x, field, value);
	for (size_t i = 0; i < json_array_size(value); i++) {
		html_raw(html, i > 0 ? ", " : "");
		put_value(x, field, json_array_get(value, i));
	}
	html_raw(html, "</dd>");
}

void rows_put(struct exchange *x, const char *type, const json_t *body)
{
	const char *field;
	json_t *value;
	html_raw(exchange_html(x), "<dl>");
	json_object_foreach((json_t *)(uintptr_t)body, field, value) put_row(x, type, field, value);
	html_raw(exchange_html(x), "</dl>");
}

void rows_shorten(const char *text, char out[static ROWS_SHORT_MAX])
{
	size_t len = strlen(text);
	if (len >= ROWS_SHORT_MAX)
		for (len = ROWS_SHORT_MAX - 1; len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80; len--)
			;
	memcpy(out, text, len);
	out[len] = '\0';
}

void rows_summary(struct exchange *x, const json_t *body)
{
	static const char *const shown[] = {"headline", "line", "name", "place", "text"};
	char text[ROWS_SHORT_MAX];
	unsigned n = 0;
	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
		const char *value = page_string(body, shown[i]);
		if (value[0] == '\0')
			continue;
		html_raw(exchange_html(x), n++ > 0 ? " – " : "");
		rows_shorten(value, text);
		html_user(exchange_html(x), text);
	}
}
