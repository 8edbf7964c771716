#include "node/desk/serve_allow.h"

#include "node/desk/verb_table.h"

#include <assert.h>
#include <string.h>

#define COMPOSE "org to send-now update exercise test lang ticket no-ticket "
#define SUBJECT "name father origin age sex "
#define PUBLIC COMPOSE "public valid "

enum { PLAIN_WORDS_MAX = 4, LINE_SIZE_MAX = 32, ID_DIGITS_MIN = 4, ID_DIGITS_MAX = 64 };

static const struct serve_allowed rows[] = {
	{"init", "name", {""}, SERVE_ANYBODY, true},
	{"status", "", {""}, SERVE_ANYBODY, false},
	{"card", "", {"-"}, SERVE_ANYBODY, false},
	{"id", "card qr", {""}, SERVE_PERSON, false},
	{"contact", "letter yes", {"list", "add * -", "add *", "verify *", "rm *"}, SERVE_PERSON, false},
	{"org", "", {"list", "trust -"}, SERVE_PERSON, false},
	{"safe", COMPOSE SUBJECT "people place going-to text", {""}, SERVE_PERSON, false},
	{"medevac",
	 COMPOSE "place red yellow green litter walking children pregnant equip blood-group security marking hazard callback text",
	 {""},
	 SERVE_PERSON,
	 false},
	{"patient",
	 COMPOSE "about number triage by age sex time mechanism injuries signs treatment move place going-to text",
	 {""},
	 SERVE_PERSON,
	 false},
	{"incident", COMPOSE "major place kind hazard access red yellow green dead present needed time text", {""}, SERVE_PERSON, false},
	{"seek", COMPOSE SUBJECT "place time text", {""}, SERVE_PERSON, false},
	{"seen", COMPOSE SUBJECT "about news source place time text", {""}, SERVE_PERSON, false},
	{"need", COMPOSE "sector item quantity unit people children place text", {""}, SERVE_PERSON, false},
	{"facility", COMPOSE "name open beds services lacks until place text", {""}, SERVE_PERSON, false},
	{"bus", PUBLIC "all line verb stop time seats group reason source text", {"list", "post"}, SERVE_PERSON, false},
	{"alert", PUBLIC "all event urgency severity certainty area headline instruction source text", {"", "list"}, SERVE_PERSON, false},
	{"alerts", "all", {""}, SERVE_PERSON, false},
	{"headcount", PUBLIC "place people source text", {""}, SERVE_PERSON, false},
	{"headcounts", "all", {""}, SERVE_PERSON, false},
	{"send", COMPOSE "text", {""}, SERVE_PERSON, false},
	{"reply", "text send-now exercise test lang ticket no-ticket", {"@"}, SERVE_PERSON, false},
	{"role", "", {"", "take -"}, SERVE_PERSON, false},
	{"inbox", "new type", {""}, SERVE_PERSON, false},
	{"search", "", {"*", "* *", "* * *", "* * * *"}, SERVE_PERSON, false},
	{"show", "", {"@"}, SERVE_PERSON, false},
	{"track", "", {"", "@"}, SERVE_PERSON, false},
	{"cancel", "", {"@"}, SERVE_PERSON, false},
	{"doctor", "trust-clock", {""}, SERVE_PERSON, false},
	{"wipe", "", {""}, SERVE_PERSON, true},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

const struct serve_allowed *serve_allow_row(unsigned n)
{
	return n < ROWS ? &rows[n] : NULL;
}

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
static bool split(const struct serve_request *request, const struct serve_allowed *row, const char *words[static PLAIN_WORDS_MAX], unsigned *n)
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
		const struct cli_option *option = strncmp(word, "--", 2) == 0 ? verb_table_option(word + 2) : NULL;
		if (option == NULL || !listed(row->options, option->name))
			return false;
		if (option->takes_value && ++i == request->words_n)
			return false;
	}
	return true;
}

static bool row_fits(const struct serve_allowed *row, const struct serve_request *request)
{
	const char *words[PLAIN_WORDS_MAX];
	unsigned n = 0;
	if (!split(request, row, words, &n) || (request->has_passphrase && !row->takes_passphrase))
		return false;
	for (size_t i = 0; i < sizeof row->lines / sizeof row->lines[0] && row->lines[i] != NULL; i++)
		if (line_fits(row->lines[i], words, n))
			return true;
	return false;
}

const struct serve_allowed *serve_allow(const struct serve_request *request)
{
	assert(request->kind == SERVE_RUN);
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].verb, request->words[0]) == 0)
			return row_fits(&rows[i], request) ? &rows[i] : NULL;
	return NULL;
}
