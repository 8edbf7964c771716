#include "node/relief/role.h"

#include <assert.h>
#include <string.h>

static const char *const words[ROLES_END] = {"", "viewer", "triager", "publisher", "admin"};

/* The first row that fits decides. word and option: NULL any. */
static const struct {
	const char *verb, *word, *option;
	enum account_role role;
} table[] = {
	{"queue", NULL, NULL, ROLE_VIEWER},         {"case", NULL, NULL, ROLE_VIEWER},    {"people", NULL, NULL, ROLE_VIEWER},
	{"transport", NULL, NULL, ROLE_VIEWER},     {"map", NULL, NULL, ROLE_VIEWER},     {"feed", NULL, NULL, ROLE_VIEWER},
	{"board", NULL, NULL, ROLE_VIEWER},         {"status", NULL, NULL, ROLE_VIEWER},  {"inbox", NULL, NULL, ROLE_TRIAGER},
	{"show", NULL, NULL, ROLE_TRIAGER},         {"claim", NULL, NULL, ROLE_TRIAGER},  {"release", NULL, NULL, ROLE_TRIAGER},
	{"assign", NULL, NULL, ROLE_TRIAGER},       {"note", NULL, NULL, ROLE_TRIAGER},   {"reply", NULL, NULL, ROLE_TRIAGER},
	{"verify", NULL, NULL, ROLE_TRIAGER},       {"merge", NULL, NULL, ROLE_TRIAGER},  {"unmerge", NULL, NULL, ROLE_TRIAGER},
	{"suggest", NULL, NULL, ROLE_TRIAGER},      {"close", NULL, NULL, ROLE_TRIAGER},  {"reopen", NULL, NULL, ROLE_TRIAGER},
	{"export", NULL, "precise", ROLE_ADMIN},    {"export", NULL, NULL, ROLE_TRIAGER}, {"publish", NULL, NULL, ROLE_PUBLISHER},
	{"account", "password", NULL, ROLE_VIEWER}, {"org", "card", NULL, ROLE_VIEWER},   {"partner", "list", NULL, ROLE_TRIAGER},
	{"role", "list", NULL, ROLE_TRIAGER},
};

const char *role_word(enum account_role role)
{
	assert(role >= ROLE_VIEWER);
	assert(role < ROLES_END);
	return words[role];
}

enum account_role role_of_word(const char *word)
{
	for (int i = ROLE_VIEWER; i < ROLES_END; i++) {
		if (strcmp(words[i], word) == 0)
			return (enum account_role)i;
	}
	return 0;
}

enum account_role role_wanted(const struct cli *cli)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]) && cli->words_n > 0; i++) {
		bool word = table[i].word == NULL || (cli->words_n > 1 && strcmp(cli->words[1], table[i].word) == 0);
		bool option = table[i].option == NULL || cli_has(cli, table[i].option);
		if (word && option && strcmp(cli->words[0], table[i].verb) == 0)
			return table[i].role;
	}
	return ROLE_ADMIN;
}

bool role_may(enum account_role role, const struct cli *cli)
{
	return role >= role_wanted(cli);
}

bool role_sees_places(enum account_role role)
{
	return role >= ROLE_TRIAGER;
}
