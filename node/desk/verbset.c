#include "node/desk/verbset.h"

#include <string.h>
#include <sysexits.h>

static int help(const struct verbset *set, const struct verb *verb)
{
	if (verb == NULL) {
		set->overview();
		return 0;
	}
	size_t len = strlen(verb->usage);
	printf("%s%s%s", verb->usage, len > 0 && verb->usage[len - 1] == '\n' ? "" : "\n", set->more(verb));
	return 0;
}

static int run_verb(const struct verbset *set, const struct verb *verb, const struct cli *cli)
{
	unsigned words = cli->words_n - 1U;
	if (cli->help)
		return help(set, verb);
	if (!cli_only(cli, verb->options))
		return EX_USAGE;
	if (words < verb->words_min || words > verb->words_max)
		return cli_fail(cli, EX_USAGE, "\"%s\" has too %s words; see %s %s --help", verb->name, words < verb->words_min ? "few" : "many",
				set->program, verb->name);
	return verb->run(cli);
}

static int run(const struct verbset *set, const struct cli *cli)
{
	if (cli->version) {
		printf("%s " BARID_VERSION "\n", set->program);
		return 0;
	}
	if (cli->words_n == 0 && cli->help)
		return help(set, NULL);
	if (cli->words_n == 0)
		return cli_fail(cli, EX_USAGE, "say what to do: %s, ...; see %s --help", set->examples, set->program);
	for (const struct verb *verb = set->verbs; verb->name != NULL; verb++)
		if (strcmp(verb->name, cli->words[0]) == 0)
			return run_verb(set, verb, cli);
	return cli_fail(cli, EX_USAGE, "\"%s\" is not something %s does; see %s --help", cli->words[0], set->program, set->program);
}

int verbset_run(const struct verbset *set, int argc, char **argv, const struct safebox *kept, const struct seat *seat)
{
	struct cli cli;
	int code = cli_parse(&cli, set->program, argc, argv, set->options);
	if (code != 0)
		return code;
	cli.kept = kept;
	cli.seat = seat;
	code = run(set, &cli);
	if (code == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		return cli_fail(&cli, EX_IOERR, "the answer could not be written to standard output");
	return code;
}

const struct cli_option *verbset_option(const struct verbset *set, const char *name)
{
	for (const struct cli_option *option = set->options; option->name != NULL; option++)
		if (strcmp(option->name, name) == 0)
			return option;
	return NULL;
}
