#include "node/console/board_rows.h"

#include <string.h>

enum { LINE_SIZE = 512 };

static bool says(const json_t *row, const char *name, const char *value)
{
	return strcmp(page_string(row, name), value) == 0;
}

/* The organisation that speaks; `board` and `transport` name it differently. */
static const char *speaker(const json_t *row)
{
	const char *org = page_string(row, "org");
	return org[0] != '\0' ? org : page_string(row, "organisation")[0] != '\0' ? page_string(row, "organisation") : page_string(row, "issuer");
}

static bool asks_to_go(const json_t *row)
{
	return says(row, "says", "go") || says(row, "says", "safe") || says(row, "says", "complete");
}

bool board_is_alone(const json_t *row)
{
	return asks_to_go(row) && says(row, "state", "unconfirmed");
}

void board_says(struct exchange *x, const json_t *row)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const json_t *body = json_object_get(row, "body");
	const char *verb = page_string(row, "verb");
	bool stops = says(row, "says", "stop") || says(row, "says", "cancel"), goes = asks_to_go(row), counts = says(row, "state", "current");
	if (!says(row, "says", "info") && page_string(row, "says")[0] != '\0')
		html_add(html, "<span class=\"k %s\">%s</span> ",
			 stops            ? "k3"
			 : goes && counts ? "kg"
			 : goes           ? "k2"
					  : "",
			 words_code(lang, "says", page_string(row, "says")));
	enum word word;
	if (words_of_code("verb", verb, &word))
		html_add(html, "<b>%s</b> ", words_get(lang, word));
	static const char *const texts[] = {"event", "headline", "instruction", "stop", "group", "reason", "text"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		const char *text = page_string(row, texts[i])[0] != '\0' ? page_string(row, texts[i]) : page_string(body, texts[i]);
		if (text[0] == '\0')
			continue;
		html_raw(html, "<br>");
		show_short(x, text);
	}
}

static void voice(struct exchange *x, const char *class, enum word word, const char *name, const char *said)
{
	struct html *html = exchange_html(x);
	html_add(html, "<br><span class=\"%s\">", class);
	page_named(x, word, name);
	if (said != NULL) {
		char claim[WORDS_TIME_MAX];
		html_raw(html, " ");
		if (words_of_claim(exchange_lang(x), said, claim, sizeof claim))
			html_text(html, claim);
		else
			html_user(html, said);
	}
	html_raw(html, "</span>");
}

void board_beside(struct exchange *x, const json_t *row)
{
	struct html *html = exchange_html(x);
	const json_t *same = json_object_get(row, "confirmed_by"), *against = json_object_get(row, "contradicted_by");
	const char *claim;
	json_t *count;
	char text[LINE_SIZE];
	html_raw(html, "<b>");
	html_user(html, speaker(row));
	html_raw(html, "</b>");
	if (says(row, "role", "announcer") || says(row, "role", "witness"))
		html_add(html, " <span class=\"n\">%s</span>", page_string(row, "role"));
	for (size_t i = 0; i < json_array_size(same); i++)
		voice(x, "n", WORD_CONFIRMED_BY, json_string_value(json_array_get(same, i)) != NULL ? json_string_value(json_array_get(same, i)) : "",
		      NULL);
	for (size_t i = 0; i < json_array_size(against); i++)
		voice(x, "late", WORD_OPPOSITE_OF, page_string(json_array_get(against, i), "issuer"),
		      page_string(json_array_get(against, i), "says"));
	json_object_foreach((json_t *)(uintptr_t)json_object_get(row, "counts"), claim, count)
	{
		char said[WORDS_TIME_MAX];
		words_count(exchange_lang(x), PLURAL_WITNESSES_SAY, (uint64_t)json_integer_value(count), text, sizeof text);
		html_add(html, "<br><span class=\"n\">%s: ", text);
		if (words_of_claim(exchange_lang(x), claim, said, sizeof said))
			html_text(html, said);
		else
			html_user(html, claim);
		html_raw(html, "</span>");
	}
}

void board_worth(struct exchange *x, const json_t *row)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const char *state = page_string(row, "state");
	bool doubt = says(row, "state", "unconfirmed") || says(row, "state", "conflict") || says(row, "state", "cancelled");
	enum word word;
	char until[WORDS_TIME_MAX], text[LINE_SIZE];
	const json_t *end = json_object_get(row, "valid_until") != NULL ? json_object_get(row, "valid_until") : json_object_get(row, "until");
	if (words_of_code("board_state", state, &word))
		html_add(html, "<span class=\"k %s\">%s</span>", doubt ? "k2" : says(row, "state", "current") ? "kg" : "", words_get(lang, word));
	else
		html_add(html, "<span class=\"k\">%s</span>", words_code(lang, "case_state", state));
	page_when(x, end, until);
	words_fill(lang, WORD_BOARD_UNTIL, text, sizeof text, until);
	if (until[0] != '\0')
		html_add(html, "<br><span class=\"n\">%s</span>", text);
	if (says(row, "status", "exercise") || json_is_true(json_object_get(row, "exercise")))
		html_add(html, "<br><span class=\"late\">%s</span>", words_get(lang, WORD_EXERCISE));
	if (board_is_alone(row))
		html_add(html, "<br><span class=\"n\">%s</span>", words_get(lang, WORD_PUBLISH_ALONE));
}
