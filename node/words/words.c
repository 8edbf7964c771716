#include "node/words/words.h"

#include "node/words/put.h"

#include <assert.h>

static const char *const rows[WORDS][WORDS_LANGS] = {
#define WORD(name, en, ar, kmr, ckb, tr) [WORD_##name] = {[WORDS_EN] = en, [WORDS_AR] = ar, [WORDS_KMR] = kmr, [WORDS_CKB] = ckb, [WORDS_TR] = tr},
#define PLURAL(name, ...)
#include "node/words/all.def"
#undef WORD
#undef PLURAL
};

/* In the order of the languages in a WORD row; of each language its categories in the order of enum words_category. */
static const char *const plurals[PLURALS][WORDS_LANGS][WORDS_CATEGORIES] = {
#define WORD(name, ...)
#define PLURAL(name, en1, en, ar0, ar1, ar2, ar3, ar11, ar, kmr1, kmr, ckb1, ckb, tr1, tr) \
	[PLURAL_##name] = {[WORDS_EN] = {[WORDS_ONE] = en1, [WORDS_OTHER] = en}, \
			   [WORDS_AR] = {ar0, ar1, ar2, ar3, ar11, ar}, \
			   [WORDS_KMR] = {[WORDS_ONE] = kmr1, [WORDS_OTHER] = kmr}, \
			   [WORDS_CKB] = {[WORDS_ONE] = ckb1, [WORDS_OTHER] = ckb}, \
			   [WORDS_TR] = {[WORDS_ONE] = tr1, [WORDS_OTHER] = tr}},
#include "node/words/all.def"
#undef WORD
#undef PLURAL
};

static const struct {
	const char *tag, *native;
	bool rtl;
} langs[WORDS_LANGS] = {
	[WORDS_AR] = {"ar", "العربية", true},          [WORDS_KMR] = {"kmr", "Kurdî (Kurmancî)", false},
	[WORDS_CKB] = {"ckb", "کوردی (سۆرانی)", true}, [WORDS_TR] = {"tr", "Türkçe", false},
	[WORDS_EN] = {"en", "English", false},
};

const char *words_get(enum words_lang lang, enum word word)
{
	assert(lang < WORDS_LANGS);
	assert(word < WORDS);
	return rows[word][lang];
}

const char *words_plural(enum words_lang lang, enum plural plural, enum words_category category)
{
	assert(lang < WORDS_LANGS);
	assert(plural < PLURALS);
	assert(category < WORDS_CATEGORIES);
	return plurals[plural][lang][category];
}

const char *words_tag(enum words_lang lang)
{
	assert(lang < WORDS_LANGS);
	return langs[lang].tag;
}

const char *words_native(enum words_lang lang)
{
	assert(lang < WORDS_LANGS);
	return langs[lang].native;
}

bool words_rtl(enum words_lang lang)
{
	assert(lang < WORDS_LANGS);
	return langs[lang].rtl;
}

size_t words_fill_args(enum words_lang lang, enum word word, char *out, size_t cap, const char *const *args)
{
	struct put put = put_into(out, cap);
	size_t args_n = 0;
	while (args[args_n] != NULL)
		args_n++;
	for (const char *at = words_get(lang, word); *at != '\0'; at++) {
		if (at[0] != '{' || at[1] < '1' || at[1] > '9' || at[2] != '}') {
			put_byte(&put, *at);
			continue;
		}
		size_t which = (size_t)(at[1] - '1');
		assert(which < args_n);
		put_text(&put, args[which]);
		at += 2;
	}
	return put_end(&put);
}

enum words_category words_category(enum words_lang lang, uint64_t n)
{
	if (lang != WORDS_AR)
		return n == 1 ? WORDS_ONE : WORDS_OTHER;
	if (n <= 2)
		return n == 0 ? WORDS_ZERO : n == 1 ? WORDS_ONE : WORDS_TWO;
	uint64_t rest = n % 100;
	if (rest >= 3 && rest <= 10)
		return WORDS_FEW;
	return rest >= 11 ? WORDS_MANY : WORDS_OTHER;
}

size_t words_count(enum words_lang lang, enum plural plural, uint64_t n, char *out, size_t cap)
{
	struct put put = put_into(out, cap);
	const char *at = words_plural(lang, plural, words_category(lang, n));
	assert(at != NULL);
	for (; *at != '\0'; at++) {
		if (at[0] != '{' || at[1] != 'n' || at[2] != '}') {
			put_byte(&put, *at);
			continue;
		}
		put_number(&put, lang, n, 1);
		at += 2;
	}
	return put_end(&put);
}
