#include "node/web/parts.h"

#include "node/web/send.h"

#include <assert.h>
#include <string.h>

enum { ID_DIGITS_MIN = 4, ID_DIGITS_MAX = 64, AMOUNT_MAX = 999, NUMBER_BYTES = 40, NAME_MAX_LEN = 32, LIST_ROOM = 10000 };

void parts_form(struct exchange *x, const char *path, const char *step)
{
	page_form(x, path);
	page_hidden(x, "step", step);
	/* The first button is the one the Enter key presses. */
	html_add(exchange_html(x), "<button type=\"submit\" class=\"v\" tabindex=\"-1\">%s</button>", words_get(exchange_lang(x), WORD_CONTINUE));
}

void parts_end(struct exchange *x, enum icon icon, enum word word)
{
	page_form_end(x, icon, word);
}

void parts_end_choices(struct exchange *x)
{
	html_raw(exchange_html(x), "</form>");
}

void parts_button(struct exchange *x, const char *name, const char *value, enum icon icon, const char *text, const char *colour)
{
	struct html *html = exchange_html(x);
	html_add(html, "<button type=\"submit\" class=\"%s\" name=\"%s\" value=\"%s\">", colour, name, value);
	if (icon != ICONS)
		icon_put(html, icon);
	html_add(html, "<span class=\"u\">%s</span></button>", text);
}

unsigned parts_number(const struct exchange *x, const char *name)
{
	char text[NUMBER_BYTES];
	return send_number(exchange_trimmed(x, name, text, sizeof text));
}

bool parts_number_ok(const struct exchange *x, const char *name)
{
	char text[NUMBER_BYTES];
	return send_number_ok(exchange_trimmed(x, name, text, sizeof text));
}

enum word parts_numbers_fault(const struct exchange *x, const char *names)
{
	enum word wrong = WORDS;
	while (*names != '\0' && wrong == WORDS) {
		char name[NAME_MAX_LEN + 1] = "", text[NUMBER_BYTES];
		size_t len = strcspn(names, " ");
		assert(len <= NAME_MAX_LEN);
		memcpy(name, names, len);
		wrong = send_number_fault(exchange_trimmed(x, name, text, sizeof text));
		names += len;
		names += *names == ' ';
	}
	return wrong;
}

void parts_amount_text(const struct exchange *x, const char *name, char out[static WORDS_TIME_MAX])
{
	bool less = strcmp(exchange_field(x, "less"), name) == 0, more = strcmp(exchange_field(x, "more"), name) == 0;
	unsigned value = parts_number(x, name);
	out[0] = '\0';
	if (!parts_number_ok(x, name)) {
		(void)exchange_trimmed(x, name, out, WORDS_TIME_MAX);
		return;
	}
	if (more && value < AMOUNT_MAX)
		value++;
	if (less && value > 0)
		value--;
	words_number(exchange_lang(x), value, out, WORDS_TIME_MAX);
}

/* The button for one less or one more. */
static void step_button(struct exchange *x, const char *field, const char *name, enum word label, enum word of, const char *sign)
{
	enum words_lang lang = exchange_lang(x);
	html_add(exchange_html(x), "<button type=\"submit\" name=\"%s\" value=\"%s\" aria-label=\"%s: %s\">", field, name, words_get(lang, label),
		 words_get(lang, of));
	html_raw(exchange_html(x), sign);
	html_raw(exchange_html(x), "</button>");
}

void parts_amount(struct exchange *x, const char *name, enum icon icon, enum word word, enum word hint, const char *colour)
{
	struct html *html = exchange_html(x);
	char value[WORDS_TIME_MAX];
	parts_amount_text(x, name, value);
	html_add(html, "<div class=\"m %s\"><label for=\"%s\">", colour, name);
	icon_put(html, icon);
	html_add(html, "%s <span class=\"n\">%s</span></label>", words_get(exchange_lang(x), word), words_get(exchange_lang(x), hint));
	step_button(x, "less", name, WORD_LESS_ONE, word, "&#8722;");
	html_add(html, "<input type=\"text\" inputmode=\"numeric\" id=\"%s\" name=\"%s\" maxlength=\"9\" autocomplete=\"off\" value=\"%s\">", name,
		 name, value);
	step_button(x, "more", name, WORD_MORE_ONE, word, "+");
	html_raw(html, "</div>");
}

/* Calls put for every word of a list. */
static void each(struct exchange *x, const char *names, void (*put)(struct exchange *x, const char *name, void *context), void *context)
{
	while (*names != '\0') {
		char name[NAME_MAX_LEN + 1] = "";
		size_t len = strcspn(names, " ");
		if (len <= NAME_MAX_LEN)
			memcpy(name, names, len);
		put(x, name, context);
		names += len;
		names += *names == ' ';
	}
}

static void carry(struct exchange *x, const char *name, void *context)
{
	const char *value;
	(void)context; /* nothing more to know */
	for (unsigned i = 0; (value = exchange_field_nth(x, name, i)) != NULL; i++)
		if (value[0] != '\0')
			page_hidden(x, name, value);
}

void parts_carry(struct exchange *x, const char *names)
{
	each(x, names, carry, NULL);
}

struct options {
	const char *group;
	bool many;
};

static void option(struct exchange *x, const char *code, void *context)
{
	const struct options *options = context;
	bool chosen = false;
	const char *value;
	for (unsigned i = 0; (value = exchange_field_nth(x, options->group, i)) != NULL; i++)
		chosen = chosen || strcmp(value, code) == 0;
	const char *text = words_code(exchange_lang(x), options->group, code);
	if (options->many)
		page_tick(x, options->group, code, text, false, chosen);
	else
		page_choice(x, options->group, code, text, chosen);
}

static void options(struct exchange *x, struct options options, const char *codes, enum word legend)
{
	struct html *html = exchange_html(x);
	html_add(html, "<fieldset><legend>%s</legend>", words_get(exchange_lang(x), legend));
	each(x, codes, option, &options);
	html_raw(html, "</fieldset>");
}

void parts_ticks(struct exchange *x, const char *group, const char *codes, enum word legend)
{
	options(x, (struct options){.group = group, .many = true}, codes, legend);
}

void parts_choices(struct exchange *x, const char *group, const char *codes, enum word legend)
{
	options(x, (struct options){.group = group}, codes, legend);
}

size_t parts_from(const struct exchange *x)
{
	return send_number(exchange_query(x, "from"));
}

bool parts_has_room(struct exchange *x)
{
	return exchange_html(x)->len < LIST_ROOM;
}

void parts_go_on(struct exchange *x, const char *path, size_t next)
{
	html_add(exchange_html(x), "<p><a class=\"b\" href=\"%sfrom=%u\">%s</a></p>", path, (unsigned)next, words_get(exchange_lang(x), WORD_NEXT));
}

void parts_change(struct exchange *x, const char *path)
{
	html_add(exchange_html(x), "<p><a href=\"%s\">%s</a></p>", path, words_get(exchange_lang(x), WORD_PUBLISH_CHANGE));
}

bool parts_rest_is_id(const struct exchange *x)
{
	const char *id = exchange_rest(x);
	size_t len = strlen(id);
	return len >= ID_DIGITS_MIN && len <= ID_DIGITS_MAX && strspn(id, "0123456789abcdef") == len;
}
