/* The keeper of `barid serve`: what it allows, and how its workers open a person's vault and run a verb. */

#include "node/desk/serve_kind.h"

#include "node/desk/serve_box.h"
#include "node/desk/verb_table.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define COMPOSE "org to send-now update exercise test lang ticket no-ticket "
#define SUBJECT "name father origin age sex share "
#define PUBLIC COMPOSE "public valid "

static const struct serve_allowed rows[] = {
	{"init", "name", {""}, SERVE_ANYBODY, SERVE_PASSPHRASE},
	{"status", "", {""}, SERVE_ANYBODY, SERVE_PLAIN},
	{"card", "", {"-"}, SERVE_ANYBODY, SERVE_PLAIN},
	{"id", "card qr", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"contact", "letter yes", {"list", "add * -", "add *", "verify *", "rm *"}, SERVE_PERSON, SERVE_PLAIN},
	{"org", "", {"list", "trust -"}, SERVE_PERSON, SERVE_PLAIN},
	{"safe", COMPOSE SUBJECT "people place going-to text", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"medevac",
	 COMPOSE "place red yellow green litter walking children pregnant equip blood-group security marking hazard callback text",
	 {""},
	 SERVE_PERSON,
	 SERVE_PLAIN},
	{"patient",
	 COMPOSE "about number triage by age sex time mechanism injuries signs treatment move place going-to text",
	 {""},
	 SERVE_PERSON,
	 SERVE_PLAIN},
	{"incident", COMPOSE "major place kind hazard access red yellow green dead present needed time text", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"seek", COMPOSE SUBJECT "place time text", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"seen", COMPOSE SUBJECT "about news source place time text", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"need", COMPOSE "sector item quantity unit people children place text", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"facility", COMPOSE "name open beds services lacks until place text", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"bus", PUBLIC "all line verb stop time seats group reason source text", {"list", "post"}, SERVE_PERSON, SERVE_PLAIN},
	{"alert", PUBLIC "all event urgency severity certainty area headline instruction source text", {"", "list"}, SERVE_PERSON, SERVE_PLAIN},
	{"alerts", "all", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"headcount", PUBLIC "place people source text", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"headcounts", "all", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"send", COMPOSE "text", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"reply", "text send-now exercise test lang ticket no-ticket", {"@"}, SERVE_PERSON, SERVE_PLAIN},
	{"role", "", {"", "take -"}, SERVE_PERSON, SERVE_PLAIN},
	{"inbox", "new type", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"search", "", {"*", "* *", "* * *", "* * * *"}, SERVE_PERSON, SERVE_PLAIN},
	{"show", "", {"@"}, SERVE_PERSON, SERVE_PLAIN},
	{"track", "", {"", "@"}, SERVE_PERSON, SERVE_PLAIN},
	{"cancel", "", {"@"}, SERVE_PERSON, SERVE_PLAIN},
	{"doctor", "trust-clock", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"passphrase", "", {"-"}, SERVE_PERSON, SERVE_PASSPHRASE},
	{"wipe", "", {""}, SERVE_PERSON, SERVE_PASSPHRASE},
	{NULL, NULL, {NULL}, SERVE_ANYBODY, SERVE_PLAIN},
};

enum { IDLE_MS = 10 * 60 * 1000 };

static int open_vault(const struct serve_job *job, struct serve_opened *opened)
{
	struct vault vault;
	enum err err = vault_open(job->home, &job->request->passphrase, &vault);
	if (err != ERR_OK) {
		fprintf(stderr, "barid: %s\n", err_text(err));
		return err_exit_code(err);
	}
	opened->kept = vault.box;
	vault_close(&vault);
	return 0;
}

static int check_passphrase(const struct serve_job *job)
{
	struct vault vault;
	bool wants = false;
	enum err err = vault_wants_passphrase(job->home, &wants);
	if (err != ERR_OK || !wants)
		return 0; /* the verb says what is wrong */
	err = vault_open(job->home, &job->request->passphrase, &vault);
	if (err == ERR_OK)
		vault_close(&vault);
	return err == ERR_OK ? 0 : err_exit_code(err);
}

static int run_verb(const struct serve_job *job, int n, char **arguments)
{
	/* Who has a session could have found the device unlocked: it opens nothing for what takes the passphrase once more. */
	bool wipes = strcmp(job->request->words[0], "wipe") == 0, uses = job->opened != NULL && !serve_box_asks_again(job->request);
	int code = wipes ? check_passphrase(job) : 0;
	if (wipes)
		arguments[n++] = "--yes";
	return code != 0 ? code : verbset_run(&verb_table, n, arguments, uses ? &job->opened->kept : NULL, NULL);
}

const struct serve_kind serve_barid = {
	.verbs = &verb_table,
	.allowed = rows,
	.gone_code = EX_NOPERM,
	.idle_ms = IDLE_MS,
	.open = open_vault,
	.run = run_verb,
};

const struct serve_kind serve_barid_box = {
	.verbs = &verb_table,
	.allowed = rows,
	.named = true,
	.apart = true,
	.gone_code = EX_NOPERM,
	.idle_ms = IDLE_MS,
	.open = open_vault,
	.run = run_verb,
};
