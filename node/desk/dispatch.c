#include "node/desk/dispatch.h"

#include "node/desk/outbox.h"

#include "crypto/wipe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { CARD_PERIOD_S = 7 * 86400, STDIN_MAX = 1 << 16 };

static const struct letter_field *field_of(const struct letter *letter, const char *option)
{
	const struct letter_field *field = letter_fields(letter->type);
	for (; field->json != NULL; field++)
		if (field->option != NULL && strcmp(field->option, option) == 0)
			return field;
	return NULL;
}

/* A text given as "-": what stands on standard input, without the line breaks at its end. Returns 0 or an exit code after a sentence. */
static int read_text(const struct cli *cli, char text[static STDIN_MAX])
{
	size_t len = 0;
	enum err err = cli_read_file("-", text, STDIN_MAX, &len);
	if (err == ERR_LIMIT)
		return cli_fail(cli, EX_DATAERR, "the text on standard input has %d bytes or more, %d fit; nothing was sent", STDIN_MAX,
				BODY_SIZE_MAX);
	if (err != ERR_OK)
		return cli_weather(cli, err, "standard input");
	if (strlen(text) != len)
		return cli_fail(cli, EX_DATAERR, "what is on standard input is no text; nothing was sent");
	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	return 0;
}

static int set_field(const struct cli *cli, struct letter *letter, const struct letter_field *field, const char *value)
{
	static char from_stdin[STDIN_MAX];
	char choices[256];
	if (field->kind == FIELD_TEXT && strcmp(value, "-") == 0) {
		int code = read_text(cli, from_stdin);
		if (code != 0)
			return code;
		value = from_stdin;
	}
	switch (letter_set(letter, field->option, value)) {
	case LETTER_SET_OK:
	case LETTER_SET_NO_FIELD:
		return 0;
	case LETTER_SET_BAD_VALUE:
		letter_field_choices(field, choices, sizeof choices);
		return cli_fail(cli, EX_USAGE, "--%s takes %s, not \"%s\"; nothing was sent", field->option, choices, value);
	case LETTER_SET_TOO_LONG:
		break;
	}
	return cli_fail(cli, EX_DATAERR, "--%s is %zu bytes too long, it takes %zu; nothing was sent", field->option,
			strlen(value) - (field->size - 1), field->size - 1);
}

int dispatch_fill(const struct cli *cli, struct letter *letter)
{
	for (unsigned i = 0; i < cli->options_n; i++) {
		const struct letter_field *field = field_of(letter, cli->options[i].name);
		int code = field != NULL ? set_field(cli, letter, field, cli->options[i].value) : 0;
		if (code != 0)
			return code;
	}
	const char *lang = cli_value(cli, "lang");
	if (lang != NULL && (lang[0] == '\0' || strlen(lang) > LETTER_LANG_MAX || !text_utf8_ok(lang, strlen(lang))))
		return cli_fail(cli, EX_USAGE, "--lang takes a code like ar, kmr, ckb, en, tr; nothing was sent");
	if (lang != NULL)
		strcpy(letter->lang, lang);
	if (cli_has(cli, "exercise"))
		letter->status = STATUS_EXERCISE;
	if (cli_has(cli, "test"))
		letter->status = STATUS_TEST;
	return 0;
}

enum wallet_wish dispatch_ticket(const struct cli *cli)
{
	return cli_has(cli, "no-ticket") ? WALLET_NEVER : cli_has(cli, "ticket") ? WALLET_ALWAYS : WALLET_AS_USUAL;
}

static int add(const struct cli *cli, struct dispatch *dispatch, const struct card *card, const char *name, struct contact *contact)
{
	for (unsigned i = 0; i < dispatch->n; i++)
		if (memcmp(dispatch->addressees[i].to.identity, card->identity, DH_KEY_SIZE) == 0)
			return 0; /* named twice, sent once */
	if (dispatch->n == DISPATCH_MAX)
		return cli_fail(cli, EX_USAGE, "a letter goes to at most %d at a time; nothing was sent", DISPATCH_MAX);
	struct addressee *addressee = &dispatch->addressees[dispatch->n++];
	*addressee = (struct addressee){.to = {.card = card, .identity = card->identity}, .contact = contact};
	snprintf(addressee->name, sizeof addressee->name, "%s", name);
	return 0;
}

int dispatch_address(struct desk *desk, struct dispatch *dispatch)
{
	const struct cli *cli = desk->cli;
	for (unsigned i = 0; i < cli->options_n; i++) {
		const char *value = cli->options[i].value;
		int code = 0;
		if (strcmp(cli->options[i].name, "org") == 0) {
			struct pinned_org *org = keyring_org_named(desk->ring, value);
			if (org == NULL)
				return cli_fail(cli, 1, "no organisation called %s is trusted here (\"barid org list\"); nothing was sent", value);
			code = add(cli, dispatch, &org->card, org->card.name, NULL);
		} else if (strcmp(cli->options[i].name, "to") == 0) {
			struct contact *contact = keyring_contact_named(desk->ring, value);
			if (contact == NULL)
				return cli_fail(cli, 1, "there is no contact called %s (\"barid contact list\"); nothing was sent", value);
			code = add(cli, dispatch, &contact->card, contact->name, contact);
		}
		if (code != 0)
			return code;
	}
	if (dispatch->n == 0)
		return cli_fail(cli, EX_USAGE, "say who gets it: --org NAME or --to CONTACT; nothing was sent");
	return 0;
}

/* Takes the ticket out of the wallet in memory: before the letter leaves the vault is saved without it, so that no crash lets it be used twice. A
 * letter that would go first with a ticket and has none goes all the same, and its writer hears what that means. */
static bool take_ticket(struct desk *desk, const struct dispatch *dispatch, const struct letter *letter, struct wallet_ticket *ticket)
{
	uint16_t day = day_of_unix(desk->now);
	memset(ticket, 0, sizeof *ticket);
	if (letter->type == LETTER_CARD || letter->type == LETTER_RECEIPT)
		return false;
	enum ticket_role role = wallet_choose(desk->ring, dispatch->wish.class, day, dispatch->ticket);
	if (role != 0 && wallet_spend(desk->ring, role, day, ticket))
		return true;
	if (dispatch->ticket == WALLET_ALWAYS)
		cli_say(desk->cli, "there is no ticket for today: the letter goes unverified, carried, but not ahead of a flood");
	else if (dispatch->wish.class == CLASS_URGENT && dispatch->ticket != WALLET_NEVER && !dispatch->quiet)
		cli_say(desk->cli, "no ticket for today: the letter goes unverified, carried, but not ahead of a flood");
	return false;
}

/* Composes to one addressee and puts the letter into the keyring, in memory. */
static int compose_one(struct desk *desk, const struct dispatch *dispatch, const struct addressee *addressee, const struct letter *letter,
		       uint8_t id[static LETTER_ID_SIZE])
{
	const struct cli *cli = desk->cli;
	struct composed composed;
	struct wallet_ticket ticket;
	struct recipient to = addressee->to;
	to.ticket = take_ticket(desk, dispatch, letter, &ticket) ? &ticket : NULL;
	enum compose_result result = compose_letter_as(desk->ring, &to, letter, &dispatch->wish, desk->now, &composed);
	wipe(&ticket, sizeof ticket);
	switch (result) {
	case COMPOSE_OK:
		break;
	case COMPOSE_TOO_LONG:
		return cli_fail(cli, EX_DATAERR, "the letter is %zu bytes too long; shorten the text, nothing was sent", composed.excess);
	case COMPOSE_BAD_KEY:
	case COMPOSE_LIMIT:
		return cli_fail(cli, EX_DATAERR, "the card of %s holds no usable key; ask for a new one, nothing was sent", addressee->name);
	}
	struct sent *sent = malloc(sizeof *sent);
	if (sent == NULL)
		return cli_weather(cli, ERR_MEMORY, "nothing was sent");
	compose_sent(&composed, &addressee->to, letter, desk->now, dispatch->send_now, sent);
	bool kept = keyring_add_sent(desk->ring, sent, desk->now) != NULL;
	wipe(sent, sizeof *sent);
	free(sent);
	if (!kept)
		return cli_fail(cli, EX_CANTCREAT,
				"the vault is full of letters still on their way; cancel one, or wait until the post answers; nothing was sent");
	memcpy(id, composed.id, LETTER_ID_SIZE);
	if (composed.reduced && letter->type != LETTER_CARD)
		cli_say(cli, "reduced protection: the card of %s holds no key for today; get a newer card", addressee->name);
	return 0;
}

/* Our card goes along to a contact at most once a week, so that they can answer, and seal with keys of the day. */
static int add_card(struct desk *desk, const struct dispatch *dispatch, const struct addressee *addressee)
{
	struct contact *contact = addressee->contact;
	if (contact == NULL || (contact->card_sent_at != 0 && desk->now < contact->card_sent_at + CARD_PERIOD_S))
		return 0;
	struct letter *letter = calloc(1, sizeof *letter);
	if (letter == NULL)
		return cli_weather(desk->cli, ERR_MEMORY, "nothing was sent");
	letter->type = LETTER_CARD;
	letter->card_len = (uint16_t)keyring_card(desk->ring, letter->card);
	struct dispatch with = {.wish = {.class = CLASS_ROUTINE, .ttl = TTL_7_DAYS}, .send_now = dispatch->send_now};
	uint8_t id[LETTER_ID_SIZE];
	int code = compose_one(desk, &with, addressee, letter, id);
	free(letter);
	contact->card_sent_at = desk->now;
	return code;
}

static int print_one(const struct desk *desk, const struct addressee *addressee, const struct sent *sent)
{
	char scratch[12], id[CLI_ID_TEXT];
	bool saved = sent->pending_len == 0;
	if (desk->cli->json)
		return cli_json(desk->cli, json_pack("{s:o, s:s?, s:o, s:s, s:o, s:b, s:s}", "id", cli_json_hex(sent->id, LETTER_ID_SIZE), "stage",
						     saved ? "saved" : NULL, "to", cli_json_text(addressee->name), "type",
						     letter_type_word(sent->type, scratch), "created", cli_json_time(sent->created), "reduced",
						     sent->reduced, "class", letter_class_word(sent->class)));
	text_hex(sent->id, LETTER_ID_SIZE, id);
	id[CLI_ID_SHOWN] = '\0';
	cli_print(desk->cli, saved ? WORD_TERM_SAVED : WORD_TERM_WAITING, words_code(desk->cli->lang, "type", letter_type_word(sent->type, scratch)),
		  addressee->name, id);
	return 0;
}

static int submit_all(struct desk *desk, const struct dispatch *dispatch)
{
	enum err err = desk->post;
	if (err == ERR_OK)
		err = outbox_flush(&desk->vault, &desk->link, desk->now, NULL);
	int code = 0;
	for (unsigned i = 0; i < dispatch->n && code == 0 && !dispatch->quiet; i++) {
		const struct sent *sent = keyring_sent(desk->ring, dispatch->ids[i]);
		assert(sent != NULL);
		code = print_one(desk, &dispatch->addressees[i], sent);
	}
	if (code != 0 || err == ERR_OK)
		return code;
	desk->post = err;
	if (err == ERR_FULL)
		return cli_fail(desk->cli, EX_CANTCREAT, "the post has no room for it; it is kept in the vault and goes out at a later run");
	if (err == ERR_NO_POST || err == ERR_TIMEOUT || err == ERR_PROTOCOL || err == ERR_PERMISSION)
		return cli_fail(desk->cli, EX_UNAVAILABLE,
				"the post does not answer at %s (%s): the letter is kept in the vault and goes out at the next run", desk->cli->post,
				err_text(err));
	return cli_weather(desk->cli, err, "the vault could not be saved");
}

int dispatch_send(struct desk *desk, struct dispatch *dispatch)
{
	int code = 0;
	for (unsigned i = 0; i < dispatch->n && code == 0; i++)
		code = compose_one(desk, dispatch, &dispatch->addressees[i], &dispatch->letter, dispatch->ids[i]);
	for (unsigned i = 0; i < dispatch->n && code == 0; i++)
		code = add_card(desk, dispatch, &dispatch->addressees[i]);
	if (code != 0)
		return code; /* nothing was saved: the vault on the disk knows nothing of it */
	enum err err = vault_save(&desk->vault);
	if (err != ERR_OK)
		return cli_weather(desk->cli, err, "the vault could not be saved, nothing was sent");
	return submit_all(desk, dispatch);
}
