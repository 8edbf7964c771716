/* Which language is meant: tags, locales, Accept-Language. */

#include "node/words/words.h"

#include <string.h>

enum { TAG_MAX = 35, Q_WHOLE = 1000 }; /* longer tags than RFC 5646 asks for are nobody's */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool ends_part(char c)
{
	return c == '\0' || c == '-' || c == '_' || c == '.' || c == '@';
}

/* Whether a part of the tag, from at on, is this word. */
static bool is_part(const char *at, const char *word)
{
	size_t len = strlen(word);
	for (size_t i = 0; i < len; i++)
		if (lower(at[i]) != word[i])
			return false;
	return ends_part(at[len]);
}

/* Kurdish says neither dialect nor script; what follows may. */
static enum words_lang kurdish(const char *tag)
{
	static const char *const sorani[] = {"arab", "iq", "ir"};
	for (const char *at = tag; *at != '\0'; at++)
		for (size_t i = 0; ends_part(*at) && i < sizeof sorani / sizeof sorani[0]; i++)
			if (is_part(at + 1, sorani[i]))
				return WORDS_CKB;
	return WORDS_KMR;
}

bool words_of_tag(const char *tag, enum words_lang *out)
{
	static const struct {
		const char *part;
		enum words_lang lang;
	} known[] = {{"ar", WORDS_AR},   {"apc", WORDS_AR}, {"arb", WORDS_AR}, {"kmr", WORDS_KMR},
		     {"ckb", WORDS_CKB}, {"tr", WORDS_TR},  {"en", WORDS_EN}};
	if (is_part(tag, "ku")) {
		*out = kurdish(tag);
		return true;
	}
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (!is_part(tag, known[i].part))
			continue;
		*out = known[i].lang;
		return true;
	}
	return false;
}

static const char *skip_space(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/* The weight behind a tag, in thousandths: 1000 if none stands there, 0 if it is no weight. at stands behind the tag. */
static unsigned weight(const char *at)
{
	at = skip_space(at);
	if (*at != ';')
		return *at == '\0' || *at == ',' ? Q_WHOLE : 0;
	at = skip_space(at + 1);
	if (lower(at[0]) != 'q' || at[1] != '=')
		return 0;
	at += 2;
	if (*at != '0' && *at != '1')
		return 0;
	unsigned value = (unsigned)(*at++ - '0') * Q_WHOLE;
	if (*at == '.')
		at++;
	for (unsigned place = Q_WHOLE / 10; *at >= '0' && *at <= '9'; place /= 10)
		value += (unsigned)(*at++ - '0') * place;
	at = skip_space(at);
	return (*at == '\0' || *at == ',') && value <= Q_WHOLE ? value : 0;
}

enum words_lang words_accept(const char *header)
{
	enum words_lang best = WORDS_AR;
	unsigned best_weight = 0;
	for (const char *at = header != NULL ? header : ""; *at != '\0'; at += *at == ',') {
		char tag[TAG_MAX + 1];
		enum words_lang lang = WORDS_AR;
		at = skip_space(at);
		size_t len = strcspn(at, ",; \t");
		if (len <= TAG_MAX) {
			memcpy(tag, at, len);
			tag[len] = '\0';
			unsigned here = weight(at + len);
			if (here > best_weight && words_of_tag(tag, &lang)) {
				best = lang;
				best_weight = here;
			}
		}
		at += strcspn(at, ",");
	}
	return best;
}
