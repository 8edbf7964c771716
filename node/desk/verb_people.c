/* contact, org: whom we know. */

#include "node/desk/verbs.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { CARD_FILE_MAX = 8192 };

int verb_read_card(const struct cli *cli, const char *path, struct card *card)
{
	char text[CARD_FILE_MAX];
	uint8_t raw[CARD_SIZE_MAX];
	size_t len = 0, raw_len = 0;
	enum err err = cli_read_file(path, text, sizeof text, &len);
	if (err == ERR_LIMIT)
		return cli_fail(cli, EX_DATAERR, "%s is too long to be a card", path);
	if (err != ERR_OK)
		return cli_weather(cli, err, path);
	if (!card_from_text(text, len, card, raw, &raw_len))
		return cli_fail(cli, EX_DATAERR, "%s holds no card, or a damaged one; ask for it again", path);
	return 0;
}

/* The card of a stranger who sent it along with the letter that has this id. */
static int card_of_letter(struct desk *desk, const char *prefix, struct card *card)
{
	struct desk_found found;
	int code = desk_fetch(desk);
	if (code == 0)
		code = desk_find(desk, prefix, &found);
	if (code != 0)
		return code;
	if (found.received == NULL)
		return cli_fail(desk->cli, EX_USAGE, "%s is no letter that somebody sent here", prefix);
	if (desk_introduced(desk, found.received->sender, card))
		return 0;
	return cli_fail(desk->cli, 1, "whoever wrote %s sent no card along; get it by hand", prefix);
}

static json_t *contact_json(const struct contact *contact)
{
	char fingerprint[FINGERPRINT_TEXT];
	key_fingerprint(contact->card.identity, fingerprint);
	return json_pack("{s:o, s:o, s:s, s:o, s:b, s:o}", "name", cli_json_text(contact->name), "own_name", cli_json_text(contact->card.name),
			 "fingerprint", fingerprint, "key", cli_json_hex(contact->card.identity, DH_KEY_SIZE), "verified", contact->verified, "added",
			 cli_json_time(contact->added_at));
}

static int print_contact(const struct cli *cli, const struct contact *contact)
{
	if (cli->json)
		return cli_json(cli, contact_json(contact));
	char fingerprint[FINGERPRINT_TEXT], name[CONTACT_NAME_MAX * 3 + 1];
	key_fingerprint(contact->card.identity, fingerprint);
	text_inert(contact->name, false, name, sizeof name);
	printf("%-20s %s %s\n", name, fingerprint, words_get(cli->lang, contact->verified ? WORD_TERM_COMPARED : WORD_TERM_NOT_COMPARED));
	return 0;
}

static int contact_add(struct desk *desk)
{
	const struct cli *cli = desk->cli;
	if (cli->words_n < 3 || (cli->words_n == 4) == cli_has(cli, "letter"))
		return cli_fail(cli, EX_USAGE, "say \"barid contact add NAME FILE\" or \"barid contact add NAME --letter ID\"");
	const char *name = cli->words[2];
	size_t len = strlen(name);
	if (len == 0 || len > CONTACT_NAME_MAX || !text_utf8_ok(name, len))
		return cli_fail(cli, EX_USAGE, "a contact's name is 1 to %d bytes of UTF-8", CONTACT_NAME_MAX);
	struct card card;
	int code = cli->words_n == 4 ? verb_read_card(cli, cli->words[3], &card) : card_of_letter(desk, cli_value(cli, "letter"), &card);
	if (code != 0)
		return code;
	if (memcmp(card.identity, desk->ring->identity, sizeof card.identity) == 0)
		return cli_fail(cli, EX_USAGE, "that is your own card");
	switch (keyring_add_contact(desk->ring, name, &card, desk->now)) {
	case KEYRING_ADDED:
	case KEYRING_UPDATED:
	case KEYRING_SAME:
		break;
	case KEYRING_OLDER:
		cli_say(cli, "a newer card of %s is here already; it stays", name);
		break;
	case KEYRING_NAME_TAKEN:
		return cli_fail(cli, EX_USAGE, "somebody else is called %s already; choose another name", name);
	case KEYRING_FULL:
		return cli_fail(cli, EX_CANTCREAT, "there is room for %d contacts; remove one first", KEYRING_CONTACTS_MAX);
	case KEYRING_WRONG_KIND:
		return cli_fail(cli, EX_DATAERR, "that is an organisation's card; use \"barid org trust FILE\"");
	}
	enum err err = vault_save(&desk->vault);
	if (err != ERR_OK)
		return cli_weather(cli, err, "the contact could not be kept");
	return print_contact(cli, keyring_contact_keyed(desk->ring, card.identity));
}

/* For two people to read to each other. */
static void show_numbers(const struct desk *desk, const struct contact *contact)
{
	enum words_lang lang = desk->cli->lang;
	char ours[FINGERPRINT_TEXT], theirs[FINGERPRINT_TEXT];
	key_fingerprint(desk->ring->identity, ours);
	key_fingerprint(contact->card.identity, theirs);
	fprintf(stderr, "%s\n  %s: %s\n  %s: %s\n", words_get(lang, WORD_TERM_COMPARE), words_get(lang, WORD_CONTACTS_NUMBER_MINE), ours,
		words_get(lang, WORD_CONTACTS_NUMBER_THEIRS), theirs);
}

static int contact_verify(struct desk *desk)
{
	const struct cli *cli = desk->cli;
	struct contact *contact = cli->words_n == 3 ? keyring_contact_named(desk->ring, cli->words[2]) : NULL;
	if (cli->words_n != 3)
		return cli_fail(cli, EX_USAGE, "say \"barid contact verify NAME\"");
	if (contact == NULL)
		return cli_fail(cli, 1, "there is no contact called %s", cli->words[2]);
	if (!contact->verified && !cli_has(cli, "yes")) {
		show_numbers(desk, contact);
		if (!isatty(STDIN_FILENO))
			return cli_fail(cli, EX_USAGE, "without a terminal say --yes once they were compared");
		if (!cli_agree(cli, WORD_TERM_SAME_ASK, "yes", ""))
			return cli_fail(cli, 1, "%s stays not verified", cli->words[2]);
	}
	contact->verified = true;
	enum err err = vault_save(&desk->vault);
	return err == ERR_OK ? print_contact(cli, contact) : cli_weather(cli, err, "the vault could not be saved");
}

static int contact_rm(struct desk *desk)
{
	const struct cli *cli = desk->cli;
	if (cli->words_n != 3)
		return cli_fail(cli, EX_USAGE, "say \"barid contact rm NAME\"");
	if (!keyring_remove_contact(desk->ring, cli->words[2]))
		return cli_fail(cli, 1, "there is no contact called %s", cli->words[2]);
	enum err err = vault_save(&desk->vault);
	if (err != ERR_OK)
		return cli_weather(cli, err, "the vault could not be saved");
	return cli->json ? cli_json(cli, json_pack("{s:o}", "removed", cli_json_text(cli->words[2]))) : 0;
}

static int contact_list(struct desk *desk)
{
	int code = 0;
	for (unsigned i = 0; i < desk->ring->contacts_n && code == 0; i++)
		code = print_contact(desk->cli, &desk->ring->contacts[i]);
	return code;
}

int verb_contact(const struct cli *cli)
{
	static const struct {
		const char *word;
		int (*run)(struct desk *desk);
	} actions[] = {{"add", contact_add}, {"list", contact_list}, {"verify", contact_verify}, {"rm", contact_rm}};
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
		if (cli->words_n < 2 || strcmp(actions[i].word, cli->words[1]) != 0)
			continue;
		struct desk desk;
		int code = desk_open(&desk, cli);
		if (code != 0)
			return code;
		code = actions[i].run(&desk);
		desk_close(&desk);
		return code;
	}
	return cli_fail(cli, EX_USAGE, "say contact add, list, verify or rm");
}

static int print_org(const struct cli *cli, const struct pinned_org *org)
{
	char fingerprint[FINGERPRINT_TEXT], name[CARD_NAME_MAX * 3 + 1];
	key_fingerprint(org->card.signing, fingerprint);
	if (cli->json)
		return cli_json(cli, json_pack("{s:o, s:s, s:o, s:o, s:I, s:o}", "name", cli_json_text(org->card.name), "fingerprint", fingerprint,
					       "key", cli_json_hex(org->card.signing, SIGN_KEY_SIZE), "issued", cli_json_time(org->card.issued),
					       "seq", (json_int_t)org->card.seq, "added", cli_json_time(org->added_at)));
	text_inert(org->card.name, false, name, sizeof name);
	printf("%-20s %s\n", name, fingerprint);
	return 0;
}

static int org_trust(struct desk *desk)
{
	const struct cli *cli = desk->cli;
	if (cli->words_n != 3)
		return cli_fail(cli, EX_USAGE, "say \"barid org trust FILE\"");
	struct card card;
	int code = verb_read_card(cli, cli->words[2], &card);
	if (code != 0)
		return code;
	switch (keyring_trust_org(desk->ring, &card, desk->now)) {
	case KEYRING_ADDED:
	case KEYRING_UPDATED:
	case KEYRING_SAME:
		break;
	case KEYRING_OLDER:
		cli_say(cli, "a newer card of %s is here already; it stays", card.name);
		break;
	case KEYRING_NAME_TAKEN:
		return cli_fail(cli, EX_DATAERR,
				"another organisation called %s is trusted already: one of the two is not who it says, nothing was changed",
				card.name);
	case KEYRING_FULL:
		return cli_fail(cli, EX_CANTCREAT, "there is room for %d organisations", KEYRING_ORGS_MAX);
	case KEYRING_WRONG_KIND:
		return cli_fail(cli, EX_DATAERR, "that is a person's card; use \"barid contact add NAME FILE\"");
	}
	keyring_note_issued(desk->ring, card.issued);
	enum err err = vault_save(&desk->vault);
	if (err != ERR_OK)
		return cli_weather(cli, err, "the organisation could not be kept");
	if (desk->post == ERR_OK)
		desk->post = desk_tell_trust(desk);
	return print_org(cli, keyring_org_signing(desk->ring, card.signing));
}

int verb_org(const struct cli *cli)
{
	bool trust = cli->words_n > 1 && strcmp(cli->words[1], "trust") == 0;
	if (!trust && (cli->words_n != 2 || strcmp(cli->words[1], "list") != 0))
		return cli_fail(cli, EX_USAGE, "say \"barid org trust FILE\" or \"barid org list\"");
	struct desk desk;
	int code = desk_open(&desk, cli);
	if (code != 0)
		return code;
	if (trust)
		code = org_trust(&desk);
	for (unsigned i = 0; !trust && i < desk.ring->orgs_n && code == 0; i++)
		code = print_org(cli, &desk.ring->orgs[i]);
	desk_close(&desk);
	return code;
}
