#include "node/relief/office.h"

#include "node/desk/outbox.h"
#include "node/relief/accounts.h"
#include "node/relief/once.h"
#include "node/relief/queue.h"
#include "node/relief/reliefdb_place.h"
#include "platform/clock.h"

#include <assert.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { DAY_S = 86400 };

/* Who sits there by cli->seat, else --by, else $BARID_OPERATOR, else the name of the account. False if the name given is too long or no text. */
static bool name_operator(struct office *office)
{
	const struct seat *seat = office->cli->seat;
	const char *name = seat != NULL ? seat->name : cli_value(office->cli, "by");
	office->role = seat != NULL ? seat->role : ROLE_ADMIN;
	if (name == NULL)
		name = getenv("BARID_OPERATOR");
	if (name == NULL || name[0] == '\0') {
		const struct passwd *account = getpwuid(getuid());
		name = account != NULL ? account->pw_name : "unknown";
	}
	size_t len = strlen(name);
	if (len == 0 || len > AUDIT_WHO_MAX || !text_utf8_ok(name, len))
		return false;
	memcpy(office->operator_name, name, len + 1);
	return true;
}

static int open_database(struct office *office)
{
	struct reliefdb_place place;
	enum err err = reliefdb_place_read(&place, office->cli->home);
	if (err == ERR_DAMAGED)
		return cli_fail(office->cli, EX_DATAERR, "%s/database does not say where the database is; put back a copy of that file",
				office->cli->home);
	if (err == ERR_OK)
		err = reliefdb_place_open(&office->db, office->cli->home, office->vault.ring->org.db_key);
	if (err == ERR_NEWER)
		return cli_fail(office->cli, EX_DATAERR, "%s was written by a newer version of barid-relief; use that one", place.where);
	if (err == ERR_DAMAGED)
		return cli_fail(office->cli, EX_DATAERR, "%s is damaged or belongs to another vault; put back a copy that belongs to this one",
				place.where);
	if (err == ERR_LIMIT)
		return cli_fail(office->cli, EX_CONFIG, "this barid-relief cannot use %s: it was built without PostgreSQL, or the address is wrong",
				place.where);
	return err == ERR_OK ? 0 : cli_weather(office->cli, err, place.where);
}

/* The day's turn of the vault's keys is on the disk before anything else happens. */
static int turn(struct office *office)
{
	struct keyring *ring = office->vault.ring;
	enum clock_trust trust;
	uint64_t day_before = ring->noted / DAY_S, clock = clock_now().unix_s;
	uint32_t card_before = ring->card_seq;
	(void)keyring_time(ring, clock, &trust); /* only whether the clock is believed */
	office->now = keyring_turn(ring, clock);
	if (trust != CLOCK_GOOD) {
		char theirs[TEXT_TIME], ours[TEXT_TIME];
		text_time(clock, theirs);
		text_time(office->now, ours);
		cli_say(office->cli, "this machine's clock says %s, which cannot be right; going by %s", theirs, ours);
	}
	office->letter_seq_kept = ring->letter_seq;
	if (ring->noted / DAY_S == day_before && ring->card_seq == card_before)
		return 0;
	enum err err = vault_save(&office->vault);
	return err == ERR_OK ? 0 : cli_weather(office->cli, err, "the vault could not be saved");
}

/* A session of the console ends with the account it came by. */
static int check_seat(struct office *office)
{
	const struct seat *seat = office->cli->seat;
	bool current = true;
	enum err err = seat != NULL && seat->stamp != NULL ? accounts_current(&office->db, seat, &current) : ERR_OK;
	if (err != ERR_OK && err != ERR_DAMAGED)
		return cli_weather(office->cli, err, "the accounts");
	return err == ERR_OK && current ? 0 : cli_fail(office->cli, EX_NOUSER, "that account was changed since; log in again");
}

/* passphrase: NULL to ask for it. */
static int open_with(struct office *office, const struct cli *cli, const struct passphrase *passphrase)
{
	memset(office, 0, sizeof(*office));
	office->cli = cli;
	office->link.fd = -1;
	if (!name_operator(office))
		return cli_fail(cli, EX_USAGE, "an operator's name is 1 to %d bytes of UTF-8; give another with --by NAME", AUDIT_WHO_MAX);
	if (!role_may(office->role, cli))
		return cli_fail(cli, EX_NOPERM, "%s is a %s here; this wants a %s", office->operator_name, role_word(office->role),
				role_word(role_wanted(cli)));
	int code = passphrase != NULL ? cli_reopen_vault(cli, &office->vault, passphrase) : cli_open_vault(cli, &office->vault);
	if (code != 0)
		return code;
	if (!office->vault.ring->org.present)
		code = cli_fail(cli, EX_CONFIG,
				"the vault in %s is a person's; make an organisation's in another folder with \"barid-relief --home DIR org create "
				"--name NAME\"",
				cli->home);
	if (code == 0)
		code = turn(office);
	if (code == 0)
		code = open_database(office);
	if (code == 0)
		code = check_seat(office);
	if (code != 0)
		office_close(office);
	return code;
}

int office_open(struct office *office, const struct cli *cli)
{
	return open_with(office, cli, NULL);
}

int office_open_with(struct office *office, const struct cli *cli, const struct passphrase *passphrase)
{
	return open_with(office, cli, passphrase);
}

void office_close(struct office *office)
{
	postlink_close(&office->link);
	office->link.fd = -1;
	if (office->db.sql != NULL)
		reliefdb_close(&office->db);
	if (office->vault.ring != NULL)
		vault_close(&office->vault);
	memset(&office->vault, 0, sizeof(office->vault));
}

enum err office_link(struct office *office)
{
	if (office->link.fd >= 0)
		return ERR_OK;
	enum err err = postlink_open(&office->link, office->cli->post);
	if (err == ERR_OK)
		err = outbox_trust(&office->vault, &office->link, office->cli->post);
	return err == ERR_FULL ? ERR_OK : err; /* a post that cannot note us takes our letters all the same */
}

enum err office_begin(struct office *office)
{
	return reliefdb_begin(&office->db);
}

enum err office_audit(struct office *office, enum audit_action action, const char *detail)
{
	struct audit_entry entry = {.at = office->now, .action = action};
	assert(strlen(detail) <= AUDIT_DETAIL_MAX);
	(void)strcpy(entry.who, office->operator_name); /* same size */
	(void)strcpy(entry.detail, detail);             /* asserted */
	return audit_add(&office->db, &entry);
}

enum err office_commit(struct office *office)
{
	const struct keyring *ring = office->vault.ring;
	enum err err = ERR_OK;
	/* Counters first: one skipped is harmless, one used twice is not. */
	if (office->vault_changed || ring->letter_seq != office->letter_seq_kept)
		err = vault_save(&office->vault);
	if (err != ERR_OK) {
		office_rollback(office);
		return err;
	}
	office->letter_seq_kept = ring->letter_seq;
	office->vault_changed = false;
	if (cli_has(office->cli, "once"))
		err = once_note(&office->db, office->cli, office->now);
	if (err != ERR_OK) {
		office_rollback(office);
		return err;
	}
	return reliefdb_commit(&office->db);
}

void office_rollback(struct office *office)
{
	reliefdb_rollback(&office->db);
}

bool office_flush(struct office *office)
{
	uint64_t waiting = 0;
	unsigned handed = 0, refused = 0;
	enum err err = queue_count(&office->db, &waiting);
	if (err == ERR_OK && waiting == 0)
		return true;
	if (err == ERR_OK)
		err = office_link(office);
	if (err == ERR_OK)
		err = queue_flush(&office->db, &office->link, &handed, &refused);
	if (refused > 0)
		cli_say(office->cli, "letters of ours that the post refused as overtaken by newer ones, and that were dropped: %u", refused);
	if (err != ERR_OK)
		cli_say(office->cli, "letters of ours that wait for the post: %u (%s); they leave with the next command that reaches it",
			(unsigned)(waiting - handed - refused), err_text(err));
	return err == ERR_OK;
}
