/* fetch: what the console does by itself, once: letters, members' tickets, the heartbeat, and what belongs into the audit. */
#include "node/relief/duties.h"

#include "node/relief/accounts.h"
#include "node/relief/intake.h"
#include "node/relief/once.h"

#include <string.h>
#include <sysexits.h>

int duty_fetched(struct office *office)
{
	struct intake got;
	const struct cli *cli = office->cli;
	if (cli->seat != NULL)
		return 0;
	enum err err = intake_fetch(office, &got);
	if (err != ERR_OK)
		return cli_weather(cli, err, "what came from the post could not be kept, and stays there");
	if (got.line != ERR_OK)
		cli_say(cli, "the post at %s does not answer (%s): this is what was known before", cli->post, err_text(got.line));
	return 0;
}

/* Guesses at passwords, counted where nobody had the organisation's key. */
static enum err note_guesses(struct office *office)
{
	struct account account;
	char detail[AUDIT_DETAIL_MAX + 1];
	enum err err = office_begin(office);
	while (err == ERR_OK && (err = accounts_guessed(&office->db, &account)) == ERR_OK) {
		(void)snprintf(detail, sizeof(detail), "%s: %u wrong passwords",
			       account.name[0] != '\0' ? account.name : "names that nobody has here",
			       (unsigned)(account.failed - account.noted)); /* fits */
		err = office_audit(office, AUDIT_GUESSED, detail);
	}
	if (err == ERR_NO_FILE)
		err = once_forget(&office->db, office->now);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	return err;
}

static int fetch(struct office *office)
{
	struct intake got;
	enum err err = intake_fetch(office, &got);
	if (err != ERR_OK)
		return cli_weather(office->cli, err, "what came from the post could not be kept, and stays there");
	duty_refill(office);
	if (got.line == ERR_OK) {
		duty_heartbeat(office);
		(void)office_flush(office); /* says so itself; what waits goes on waiting */
	}
	err = note_guesses(office);
	if (err != ERR_OK)
		return cli_weather(office->cli, err, "the audit");
	if (office->cli->json)
		return cli_json(office->cli,
				json_pack("{s: i, s: i, s: b}", "opened", (int)got.opened, "joined", (int)got.joined, "post", got.line == ERR_OK));
	if (got.line != ERR_OK)
		return cli_weather(office->cli, got.line, office->cli->post);
	printf("%u new cases, %u letters more\n", got.opened, got.joined);
	return 0;
}

int duty_fetch(const struct cli *cli)
{
	struct office office;
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	code = fetch(&office);
	office_close(&office);
	return code;
}
