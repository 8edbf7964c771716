/* safe, medevac, alert, bus post, headcount, send, reply, cancel: writing. */

#include "node/desk/dispatch.h"
#include "node/desk/outbox.h"
#include "node/desk/track.h"
#include "node/desk/verbs.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Reads --update ID: the letter replaces an earlier one of ours; its recipient gets it if no other is named. */
static int take_update(struct desk *desk, struct dispatch *dispatch, uint8_t recipient[static DH_KEY_SIZE], bool *has_recipient)
{
	const char *prefix = cli_value(desk->cli, "update");
	*has_recipient = false;
	if (prefix == NULL)
		return 0;
	struct desk_found found;
	int code = desk_find(desk, prefix, &found);
	if (code != 0)
		return code;
	if (found.sent == NULL)
		return cli_fail(desk->cli, EX_USAGE, "%s is not a letter of yours; only those can be updated", prefix);
	dispatch->letter.action = ACTION_UPDATE;
	dispatch->letter.has_ref = true;
	memcpy(dispatch->letter.ref, found.sent->id, LETTER_TAG_SIZE);
	memcpy(recipient, found.sent->recipient, DH_KEY_SIZE);
	*has_recipient = true;
	return 0;
}

/* Addresses a key that some earlier letter went to or came from. key is borrowed by the dispatch. */
static void address_key(struct desk *desk, struct dispatch *dispatch, const uint8_t key[static DH_KEY_SIZE], const uint8_t *reply_key)
{
	struct contact *contact = keyring_contact_keyed(desk->ring, key);
	const struct pinned_org *org = keyring_org_keyed(desk->ring, key);
	struct addressee *addressee = &dispatch->addressees[dispatch->n++];
	const struct card *card = org != NULL ? &org->card : contact != NULL ? &contact->card : NULL;
	*addressee = (struct addressee){.to = {.card = card, .identity = key, .reply_key = reply_key}, .contact = contact};
	desk_name(desk, key, addressee->name);
}

static int wait_all(struct desk *desk, const struct dispatch *dispatch, int wanted, uint64_t timeout_s)
{
	int code = 0;
	for (unsigned i = 0; i < dispatch->n && code == 0 && wanted >= 0; i++)
		code = verb_wait(desk, dispatch->ids[i], (enum letter_stage)wanted, timeout_s);
	return code;
}

/* What every composing verb does once the letter is filled. */
static int compose(const struct cli *cli, struct dispatch *dispatch)
{
	int wanted = -1;
	uint64_t timeout_s = 0;
	int code = verb_wait_options(cli, &wanted, &timeout_s);
	if (code != 0)
		return code;
	if (cli_has(cli, "ticket") && cli_has(cli, "no-ticket"))
		return cli_fail(cli, EX_USAGE, "give only one of --ticket and --no-ticket; nothing was sent");
	struct desk desk;
	code = desk_open(&desk, cli);
	if (code != 0)
		return code;
	uint8_t recipient[DH_KEY_SIZE];
	bool has_recipient = false;
	dispatch->wish = (struct envelope_header){.class = compose_class(&dispatch->letter), .ttl = compose_ttl(&dispatch->letter)};
	dispatch->send_now = cli_has(cli, "send-now");
	dispatch->ticket = dispatch_ticket(cli);
	code = take_update(&desk, dispatch, recipient, &has_recipient);
	if (code == 0 && has_recipient && !cli_has(cli, "org") && !cli_has(cli, "to"))
		address_key(&desk, dispatch, recipient, NULL);
	else if (code == 0)
		code = dispatch_address(&desk, dispatch);
	if (code == 0)
		code = dispatch_send(&desk, dispatch);
	if (code == 0)
		code = wait_all(&desk, dispatch, wanted, timeout_s);
	desk_close(&desk);
	return code;
}

/* What belongs to a public word only. */
static bool check_sealed(const struct cli *cli)
{
	static const char *const public[] = {"valid", "go", "stop-notice", "cancel-notice", "complete", "safe"};
	for (size_t i = 0; i < sizeof public / sizeof public[0]; i++) {
		if (!cli_has(cli, public[i]))
			continue;
		(void)cli_fail(cli, EX_USAGE, "--%s is said to everybody: it goes with --public; nothing was sent",
			       public[i]); /* the caller's code */
		return false;
	}
	return true;
}

static int compose_type(const struct cli *cli, uint8_t type)
{
	struct dispatch *dispatch = calloc(1, sizeof *dispatch);
	if (dispatch == NULL)
		return cli_weather(cli, ERR_MEMORY, "nothing was sent");
	dispatch->letter.type = type;
	int code = dispatch_fill(cli, &dispatch->letter);
	if (code == 0)
		code = cli_has(cli, "public") ? verb_public(cli, &dispatch->letter) : check_sealed(cli) ? compose(cli, dispatch) : EX_USAGE;
	free(dispatch);
	return code;
}

int verb_safe(const struct cli *cli)
{
	return compose_type(cli, LETTER_SAFE);
}

int verb_medevac(const struct cli *cli)
{
	return compose_type(cli, LETTER_MEDEVAC);
}

int verb_alert(const struct cli *cli)
{
	if (cli->words_n == 2 && strcmp(cli->words[1], "list") == 0)
		return verb_board(cli, LETTER_ALERT);
	if (cli->words_n == 2)
		return cli_fail(cli, EX_USAGE, "say \"barid alert --org NAME ...\" to report, or \"barid alert list\" to read");
	return compose_type(cli, LETTER_ALERT);
}

int verb_alerts(const struct cli *cli)
{
	return verb_board(cli, LETTER_ALERT);
}

int verb_headcount(const struct cli *cli)
{
	return compose_type(cli, LETTER_HEADCOUNT);
}

int verb_headcounts(const struct cli *cli)
{
	return verb_board(cli, LETTER_HEADCOUNT);
}

int verb_bus(const struct cli *cli)
{
	if (strcmp(cli->words[1], "list") == 0)
		return verb_board(cli, LETTER_TRANSPORT);
	if (strcmp(cli->words[1], "post") == 0)
		return compose_type(cli, LETTER_TRANSPORT);
	return cli_fail(cli, EX_USAGE, "say \"barid bus list\" or \"barid bus post --org NAME --line LINE --verb VERB\"");
}

int verb_send(const struct cli *cli)
{
	if (!cli_has(cli, "text"))
		return cli_fail(cli, EX_USAGE, "say what: --text \"...\", or --text - to read it from standard input; nothing was sent");
	return compose_type(cli, LETTER_LETTER);
}

/* What a reply is addressed to, and under which key. */
static int address_reply(struct desk *desk, struct dispatch *dispatch, const char *prefix, uint8_t reply_key[static DH_KEY_SIZE],
			 struct received **answered)
{
	struct desk_found found;
	int code = desk_find(desk, prefix, &found);
	if (code != 0)
		return code;
	if (found.received == NULL)
		return cli_fail(desk->cli, EX_USAGE, "%s is not a letter somebody sent here; only those can be answered", prefix);
	struct letter *original = malloc(sizeof *original);
	if (original == NULL)
		return cli_weather(desk->cli, ERR_MEMORY, "nothing was sent");
	bool has_key = letter_decode(found.received->type, found.received->body, found.received->body_len, original) && original->has_reply_key;
	if (has_key)
		memcpy(reply_key, original->reply_key, DH_KEY_SIZE);
	free(original);
	dispatch->letter.has_ref = true;
	memcpy(dispatch->letter.ref, found.received->id, LETTER_TAG_SIZE);
	/* An answer is as urgent as what it answers. */
	dispatch->wish = (struct envelope_header){.class = found.received->class, .ttl = TTL_7_DAYS};
	address_key(desk, dispatch, found.received->sender, has_key ? reply_key : NULL);
	*answered = found.received;
	return 0;
}

static int reply(struct desk *desk, struct dispatch *dispatch, int wanted, uint64_t timeout_s)
{
	struct card introduced;
	uint8_t reply_key[DH_KEY_SIZE], sender[DH_KEY_SIZE];
	struct received *answered = NULL;
	int code = address_reply(desk, dispatch, desk->cli->words[1], reply_key, &answered);
	if (code != 0)
		return code;
	memcpy(sender, answered->sender, sizeof sender); /* the keyring may move while letters are added */
	dispatch->addressees[0].to.identity = sender;
	if (dispatch->addressees[0].to.card == NULL && desk_introduced(desk, sender, &introduced))
		dispatch->addressees[0].to.card = &introduced;
	answered->answered = answered->answered != 0 ? answered->answered : desk->now;
	answered->read = true;
	code = dispatch_send(desk, dispatch);
	return code == 0 ? wait_all(desk, dispatch, wanted, timeout_s) : code;
}

int verb_reply(const struct cli *cli)
{
	int wanted = -1;
	uint64_t timeout_s = 0;
	int code = verb_wait_options(cli, &wanted, &timeout_s);
	if (code != 0)
		return code;
	if (cli_has(cli, "ticket") && cli_has(cli, "no-ticket"))
		return cli_fail(cli, EX_USAGE, "give only one of --ticket and --no-ticket; nothing was sent");
	if (!cli_has(cli, "text"))
		return cli_fail(cli, EX_USAGE, "say what: --text \"...\"; nothing was sent");
	struct dispatch *dispatch = calloc(1, sizeof *dispatch);
	if (dispatch == NULL)
		return cli_weather(cli, ERR_MEMORY, "nothing was sent");
	dispatch->letter.type = LETTER_LETTER;
	dispatch->send_now = cli_has(cli, "send-now");
	dispatch->ticket = dispatch_ticket(cli);
	code = dispatch_fill(cli, &dispatch->letter);
	struct desk desk;
	if (code == 0)
		code = desk_open(&desk, cli);
	if (code == 0) {
		code = reply(&desk, dispatch, wanted, timeout_s);
		desk_close(&desk);
	}
	free(dispatch);
	return code;
}

/* Tells the recipient, who may have opened it already. */
static int send_cancel(struct desk *desk, const struct sent *sent)
{
	struct dispatch *dispatch = calloc(1, sizeof *dispatch);
	if (dispatch == NULL)
		return cli_weather(desk->cli, ERR_MEMORY, "the recipient was not told");
	uint8_t recipient[DH_KEY_SIZE];
	memcpy(recipient, sent->recipient, sizeof recipient);
	dispatch->letter = (struct letter){.type = sent->type, .action = ACTION_CANCEL, .has_ref = true};
	memcpy(dispatch->letter.ref, sent->id, LETTER_TAG_SIZE);
	dispatch->wish = (struct envelope_header){.class = sent->class, .ttl = sent->ttl};
	dispatch->send_now = true;
	dispatch->quiet = true;
	dispatch->ticket = WALLET_NEVER;
	address_key(desk, dispatch, recipient, NULL);
	int code = dispatch_send(desk, dispatch);
	free(dispatch);
	return code;
}

static int withdraw(struct desk *desk, struct sent *sent)
{
	struct receipt receipt;
	struct composed composed;
	memcpy(receipt.tag, sent->id, sizeof receipt.tag);
	memcpy(receipt.secret, sent->secret, sizeof receipt.secret);
	compose_receipts(&receipt, 1, sent->class, desk->now, &composed);
	if (desk->post == ERR_OK)
		desk->post = outbox_publish(&desk->link, &composed, SUBMIT_SEND_NOW);
	return desk->post == ERR_OK ? 0 : desk_no_post(desk);
}

static int cancel(struct desk *desk, struct sent *sent)
{
	const struct cli *cli = desk->cli;
	uint8_t id[LETTER_ID_SIZE];
	memcpy(id, sent->id, sizeof id);
	bool never_left = sent->pending_len > 0;
	int code = never_left ? 0 : withdraw(desk, sent);
	if (code != 0)
		return code;
	sent->pending_len = 0;
	sent->cancelled_at = desk->now;
	enum err err = vault_save(&desk->vault);
	if (err != ERR_OK)
		return cli_weather(cli, err, "the vault could not be saved");
	if (cli->json)
		code = cli_json(cli, json_pack("{s:o, s:o}", "id", cli_json_hex(id, LETTER_ID_SIZE), "cancelled", cli_json_time(desk->now)));
	else
		printf("%s\n", never_left
				       ? "Cancelled: it never left this vault."
				       : "Cancelled: carriers drop it as the news reaches them. It cannot be taken back from somebody who read it.");
	bool may_be_there = sent->at[STAGE_GATEWAY] != 0 || sent->at[STAGE_RECEIVED] != 0;
	return code == 0 && may_be_there ? send_cancel(desk, sent) : code;
}

int verb_cancel(const struct cli *cli)
{
	struct desk desk;
	int code = desk_open(&desk, cli);
	if (code != 0)
		return code;
	code = desk_fetch(&desk);
	struct desk_found found;
	if (code == 0)
		code = desk_find(&desk, cli->words[1], &found);
	if (code == 0 && found.sent == NULL)
		code = cli_fail(cli, EX_USAGE, "%s is not a letter of yours; only those can be cancelled", cli->words[1]);
	else if (code == 0 && found.sent->cancelled_at != 0)
		code = cli_fail(cli, 1, "that letter was cancelled before");
	else if (code == 0) {
		desk_ask(&desk, found.sent);
		code = cancel(&desk, found.sent);
	}
	desk_close(&desk);
	return code;
}
