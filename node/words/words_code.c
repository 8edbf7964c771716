/* How the codes of JSON and of the command line are shown. */

#include "node/words/words.h"

#include <string.h>

struct code {
	const char *group, *code;
	enum word word;
};

static const struct code codes[] = {
#define CODE(group, code, name) {group, code, WORD_##name},
#define FIELD(type, member, name)
#define COUNT(member, name)
#define BRIEF(member, name)
#include "node/words/codes.def"
#undef CODE
#undef FIELD
#undef COUNT
#undef BRIEF
};

static const struct code fields[] = {
#define CODE(group, code, name)
#define FIELD(type, member, name) {type, member, WORD_##name},
#define COUNT(member, name)
#define BRIEF(member, name)
#include "node/words/codes.def"
#undef CODE
#undef FIELD
#undef COUNT
#undef BRIEF
};

static const struct code briefs[] = {
#define CODE(group, code, name)
#define FIELD(type, member, name)
#define COUNT(member, name)
#define BRIEF(member, name) {"", member, WORD_##name},
#include "node/words/codes.def"
#undef CODE
#undef FIELD
#undef COUNT
#undef BRIEF
};

static const struct {
	const char *member;
	enum plural plural;
} counts[] = {
#define CODE(group, code, name)
#define FIELD(type, member, name)
#define COUNT(member, name) {member, PLURAL_##name},
#define BRIEF(member, name)
#include "node/words/codes.def"
#undef CODE
#undef FIELD
#undef COUNT
#undef BRIEF
};

static bool find(const struct code *table, size_t n, const char *group, const char *code, enum word *out)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(table[i].group, group) != 0 || strcmp(table[i].code, code) != 0)
			continue;
		*out = table[i].word;
		return true;
	}
	return false;
}

bool words_of_code(const char *group, const char *code, enum word *out)
{
	return find(codes, sizeof codes / sizeof codes[0], group, code, out);
}

const char *words_code(enum words_lang lang, const char *group, const char *code)
{
	enum word word;
	return words_of_code(group, code, &word) ? words_get(lang, word) : code;
}

bool words_of_field(const char *type, const char *member, enum word *out)
{
	return find(fields, sizeof fields / sizeof fields[0], type, member, out) || find(fields, sizeof fields / sizeof fields[0], "", member, out);
}

bool words_of_brief(const char *member, enum word *out)
{
	return find(briefs, sizeof briefs / sizeof briefs[0], "", member, out);
}

bool words_of_count(const char *member, enum plural *out)
{
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		if (strcmp(counts[i].member, member) != 0)
			continue;
		*out = counts[i].plural;
		return true;
	}
	return false;
}

/* "4000 people" is a claim about a count. */
static bool is_head_count(const char *claim, uint64_t *n)
{
	size_t digits = strspn(claim, "0123456789");
	*n = 0;
	if (digits == 0 || digits > 9 || strcmp(claim + digits, " people") != 0)
		return false;
	for (size_t i = 0; i < digits; i++)
		*n = *n * 10 + (uint64_t)(claim[i] - '0');
	return true;
}

bool words_of_claim(enum words_lang lang, const char *claim, char *out, size_t cap)
{
	uint64_t n = 0;
	enum word word;
	if (is_head_count(claim, &n)) {
		words_count(lang, PLURAL_PEOPLE, n, out, cap);
		return true;
	}
	if (!words_of_code("verb", claim, &word) && !words_of_code("says", claim, &word))
		return false;
	words_fill(lang, WORD_AS_IT_IS, out, cap, words_get(lang, word));
	return true;
}
