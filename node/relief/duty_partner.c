/* partner add, list, remove: organisations that are told who has which request. */
#include "node/relief/duties.h"

#include "node/desk/verbs.h"
#include "node/relief/partners.h"

#include <string.h>
#include <sysexits.h>

static int database_failed(const struct office *office, enum err err)
{
	return cli_weather(office->cli, err, "nothing was changed");
}

static int show(const struct office *office, const char *name, const uint8_t signing[static SIGN_KEY_SIZE])
{
	char fingerprint[FINGERPRINT_TEXT], inert[3 * CARD_NAME_MAX + 1];
	key_fingerprint(signing, fingerprint);
	if (office->cli->json)
		return cli_json(office->cli, json_pack("{s: o, s: s}", "name", cli_json_text(name), "fingerprint", fingerprint));
	text_inert(name, false, inert, sizeof(inert));
	printf("%s  %s\n", fingerprint, inert);
	return 0;
}

static int list(struct office *office)
{
	uint8_t keys[PARTNERS_MAX][DH_KEY_SIZE];
	size_t n = 0;
	int code = 0;
	enum err err = partners_list(&office->db, keys, &n);
	if (err != ERR_OK)
		return database_failed(office, err);
	for (size_t i = 0; i < n && code == 0; i++) {
		const struct pinned_org *org = keyring_org_keyed(office->vault.ring, keys[i]);
		if (org != NULL)
			code = show(office, org->card.name, org->card.signing);
	}
	if (n == 0 && !office->cli->json)
		puts("No partner yet: barid-relief partner add FILE, with the card of \"org card\" of theirs");
	return code;
}

static int pin(struct office *office, const struct card *card)
{
	struct keyring *ring = office->vault.ring;
	if (memcmp(card->identity, ring->identity, DH_KEY_SIZE) == 0)
		return cli_fail(office->cli, EX_USAGE, "that is our own card");
	switch (keyring_trust_org(ring, card, office->now)) {
	case KEYRING_ADDED:
	case KEYRING_UPDATED:
	case KEYRING_SAME:
	case KEYRING_OLDER:
		return 0;
	case KEYRING_NAME_TAKEN:
		return cli_fail(office->cli, EX_DATAERR,
				"another organisation of that name is pinned already: one of the two is not who it says, nothing was changed");
	case KEYRING_FULL:
		return cli_fail(office->cli, EX_CANTCREAT, "there is room for %d organisations", KEYRING_ORGS_MAX);
	case KEYRING_WRONG_KIND:
		break;
	}
	return cli_fail(office->cli, EX_DATAERR, "that is a person's card, not an organisation's");
}

static int change(struct office *office, const uint8_t key[static DH_KEY_SIZE], const char *name, bool add)
{
	char detail[CARD_NAME_MAX + 16];
	(void)snprintf(detail, sizeof(detail), "%s %s", add ? "with" : "without", name); /* fits */
	office->vault_changed = add;
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = add ? partners_add(&office->db, key) : partners_remove(&office->db, key);
	if (err == ERR_OK)
		err = office_audit(office, AUDIT_PARTNERED, detail);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	if (err == ERR_LIMIT)
		return cli_fail(office->cli, EX_CANTCREAT, "there is room for %d partners; remove one first", PARTNERS_MAX);
	if (err == ERR_NO_FILE)
		return cli_fail(office->cli, 1, "%s is no partner", name);
	return err == ERR_OK ? 0 : database_failed(office, err);
}

static int add(struct office *office)
{
	struct card card;
	int code = verb_read_card(office->cli, office->cli->words[2], &card);
	if (code == 0)
		code = pin(office, &card);
	if (code == 0)
		code = change(office, card.identity, card.name, true);
	return code == 0 ? show(office, card.name, card.signing) : code;
}

static int remove_one(struct office *office)
{
	const char *name = office->cli->words[2];
	const struct pinned_org *org = keyring_org_named(office->vault.ring, name);
	if (org == NULL)
		return cli_fail(office->cli, 1, "%s is no partner", name);
	return change(office, org->card.identity, org->card.name, false);
}

int duty_partner(const struct cli *cli)
{
	struct office office;
	bool lists = strcmp(cli->words[1], "list") == 0, adds = strcmp(cli->words[1], "add") == 0, removes = strcmp(cli->words[1], "remove") == 0;
	if ((!lists && !adds && !removes) || (cli->words_n == 2) != lists)
		return cli_fail(cli, EX_USAGE, "there are partner add FILE, partner remove NAME and partner list");
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	code = lists ? list(&office) : adds ? add(&office) : remove_one(&office);
	office_close(&office);
	return code;
}
