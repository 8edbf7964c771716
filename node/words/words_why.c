/* Spans of time, and why a case stands where it stands. */

#include "node/words/words.h"

#include <string.h>

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

size_t words_span(enum words_lang lang, uint64_t seconds, char *out, size_t cap)
{
	if (seconds < 2 * HOUR_S)
		return words_count(lang, PLURAL_SPAN_MINUTES, seconds / MINUTE_S, out, cap);
	if (seconds < 2 * DAY_S)
		return words_count(lang, PLURAL_SPAN_HOURS, seconds / HOUR_S, out, cap);
	return words_count(lang, PLURAL_SPAN_DAYS, seconds / DAY_S, out, cap);
}

static bool plain_of(const char *code, enum word *out)
{
	static const struct {
		const char *code;
		enum word word;
	} rows[] = {{"withdrawn", WORD_WHY_WITHDRAWN}, {"exercise", WORD_WHY_EXERCISE}, {"test", WORD_WHY_TEST},    {"urgent", WORD_WHY_URGENT},
		    {"need", WORD_WHY_NEED},           {"routine", WORD_WHY_ROUTINE},   {"danger", WORD_WHY_DANGER}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i].code, code) != 0)
			continue;
		*out = rows[i].word;
		return true;
	}
	return false;
}

size_t words_why(enum words_lang lang, const struct words_reason *reason, char *out, size_t cap)
{
	char span[WORDS_TIME_MAX];
	enum word word;
	const char *code = reason->code, *who = reason->who != NULL ? reason->who : "";
	words_span(lang, reason->n, span, sizeof span);
	if (plain_of(code, &word))
		return words_fill(lang, word, out, cap, "");
	if (strcmp(code, "red") == 0)
		return words_count(lang, PLURAL_RED, reason->n, out, cap);
	if (strcmp(code, "yellow") == 0)
		return words_count(lang, PLURAL_YELLOW, reason->n, out, cap);
	if (strcmp(code, "untouched") == 0)
		return words_fill(lang, WORD_WHY_UNTOUCHED, out, cap, span);
	if (strcmp(code, "unacted") == 0)
		return words_fill(lang, WORD_WHY_UNACTED, out, cap, span);
	if (strcmp(code, "ran_out") == 0)
		return words_fill(lang, WORD_WHY_RAN_OUT, out, cap, who, span);
	if (strcmp(code, "taken") == 0)
		return words_fill(lang, WORD_WHY_TAKEN, out, cap, who);
	return words_digits(WORDS_EN, code, out, cap);
}
