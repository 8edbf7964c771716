#include "node/desk/serve_allow.h"

#include "node/desk/serve_kind.h"

#include <assert.h>
#include <string.h>

enum { PLAIN_WORDS_MAX = 4, LINE_SIZE_MAX = 32, ID_DIGITS_MIN = 4, ID_DIGITS_MAX = 64, LIST_MAX = 2 << 20, TEXT_MAX = 12 << 20 };

static bool listed(const char *names, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = names; (at = strstr(at, name)) != NULL; at += len)
		if ((at == names || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

static bool word_fits(const char *pattern, const char *word)
{
	size_t len = strlen(word);
	if (strcmp(pattern, "*") == 0)
		return len > 0 && word[0] != '-';
	if (strcmp(pattern, "@") == 0)
		return len >= ID_DIGITS_MIN && len <= ID_DIGITS_MAX && strspn(word, "0123456789abcdef") == len;
	return strcmp(pattern, word) == 0;
}

static bool line_fits(const char *line, const char *const *words, unsigned n)
{
	char copy[LINE_SIZE_MAX], *rest = NULL;
	assert(strlen(line) < sizeof copy);
	strcpy(copy, line);
	unsigned used = 0;
	for (char *pattern = strtok_r(copy, " ", &rest); pattern != NULL; pattern = strtok_r(NULL, " ", &rest), used++)
		if (used == n || !word_fits(pattern, words[used]))
			return false;
	return used == n;
}

/* Sets the words that are no options and no values of options apart. An option is written whole, its value is the next word: so the parser of the
 * command line, which also takes "--name=value" and beginnings of names, can only see what was looked at here. */
static bool split(const struct verbset *verbs, const struct serve_request *request, const struct serve_allowed *row,
		  const char *words[static PLAIN_WORDS_MAX], unsigned *n)
{
	*n = 0;
	for (unsigned i = 1; i < request->words_n; i++) {
		const char *word = request->words[i];
		if (word[0] != '-' || word[1] == '\0') {
			if (*n == PLAIN_WORDS_MAX)
				return false;
			words[(*n)++] = word;
			continue;
		}
		const struct cli_option *option = strncmp(word, "--", 2) == 0 ? verbset_option(verbs, word + 2) : NULL;
		if (option == NULL || !listed(row->options, option->name))
			return false;
		if (option->takes_value && ++i == request->words_n)
			return false;
	}
	return true;
}

static bool row_fits(const struct verbset *verbs, const struct serve_allowed *row, const struct serve_request *request)
{
	const char *words[PLAIN_WORDS_MAX];
	unsigned n = 0;
	if (!split(verbs, request, row, words, &n) || (request->has_passphrase && row->way != SERVE_PASSPHRASE))
		return false;
	for (size_t i = 0; i < sizeof row->lines / sizeof row->lines[0] && row->lines[i] != NULL; i++)
		if (line_fits(row->lines[i], words, n))
			return true;
	return false;
}

const struct serve_allowed *serve_allow(const struct serve_kind *kind, const struct serve_request *request)
{
	assert(request->kind == SERVE_RUN);
	for (const struct serve_allowed *row = kind->allowed; row->verb != NULL; row++)
		if (strcmp(row->verb, request->words[0]) == 0)
			return row_fits(kind->verbs, row, request) ? row : NULL;
	return NULL;
}

bool serve_allow_text(const struct serve_kind *kind, const struct serve_request *request)
{
	const struct serve_allowed *row = request->kind == SERVE_RUN ? serve_allow(kind, request) : NULL;
	return row != NULL && row->way == SERVE_TEXT;
}

size_t serve_allow_output(const struct serve_kind *kind, const struct serve_request *request)
{
	return serve_allow_text(kind, request) ? TEXT_MAX : LIST_MAX;
}
