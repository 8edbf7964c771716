/* safe, seek, seen, medevac, patient, incident, need, facility, alert, bus post, headcount, send, reply, cancel: writing. */

#include "node/desk/dispatch.h"
#include "node/desk/outbox.h"
#include "node/desk/track.h"
#include "node/desk/verbs.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Whom a letter goes to because of the letter it refers to. */
struct other_side {
	bool known, has_reply_key, has_card;
	uint8_t key[DH_KEY_SIZE], reply_key[DH_KEY_SIZE];
	struct card card;          /* a stranger's, sent along with a letter */
	struct received *answered; /* the letter of theirs, NULL if it is ours; until the keyring moves */
};

/* Copies, for the keyring may move while letters are added. Returns 0 or an exit code after a sentence. */
static int other_side_of(struct desk *desk, const struct desk_found *found, struct other_side *other)
{
	*other = (struct other_side){.known = true};
	memcpy(other->key, found->sent != NULL ? found->sent->recipient : found->received->sender, DH_KEY_SIZE);
	other->has_card = desk_introduced(desk, other->key, &other->card);
	if (found->sent != NULL)
		return 0;
	const struct received *received = other->answered = found->received;
	struct letter *letter = malloc(sizeof *letter);
	if (letter == NULL)
		return cli_weather(desk->cli, ERR_MEMORY, "nothing was sent");
	other->has_reply_key = letter_decode(received->type, received->body, received->body_len, letter) && letter->has_reply_key;
	if (other->has_reply_key)
		memcpy(other->reply_key, letter->reply_key, DH_KEY_SIZE);
	free(letter);
	return 0;
}

/* other is borrowed by the dispatch. */
static void address_other(struct desk *desk, struct dispatch *dispatch, const struct other_side *other)
{
	struct contact *contact = keyring_contact_keyed(desk->ring, other->key);
	const struct pinned_org *org = keyring_org_keyed(desk->ring, other->key);
	struct addressee *addressee = &dispatch->addressees[dispatch->n++];
	const struct card *card = org != NULL ? &org->card : contact != NULL ? &contact->card : other->has_card ? &other->card : NULL;
	*addressee = (struct addressee){.to = {.card = card, .identity = other->key, .reply_key = other->has_reply_key ? other->reply_key : NULL},
					.contact = contact};
	desk_name(desk, other->key, addressee->name);
}

/* The same, and a letter of theirs is answered by it. */
static void answer_other(struct desk *desk, struct dispatch *dispatch, const struct other_side *other)
{
	struct received *answered = other->answered;
	address_other(desk, dispatch, other);
	if (answered == NULL)
		return;
	answered->answered = answered->answered != 0 ? answered->answered : desk->now;
	answered->read = true;
}

/* Reads --update ID, an earlier letter of ours that this one replaces, or --about ID, any letter that it belongs to; the other side of that letter
 * gets it if nobody is named. */
static int take_reference(struct desk *desk, struct dispatch *dispatch, struct other_side *other)
{
	const struct cli *cli = desk->cli;
	const char *update = cli_value(cli, "update"), *about = cli_value(cli, "about");
	other->known = false;
	if (update == NULL && about == NULL)
		return 0;
	if (update != NULL && about != NULL)
		return cli_fail(cli, EX_USAGE, "give only one of --update and --about; nothing was sent");
	const char *prefix = update != NULL ? update : about;
	struct desk_found found;
	int code = desk_find(desk, prefix, &found);
	if (code != 0)
		return code;
	if (update != NULL && found.sent == NULL)
		return cli_fail(cli, EX_USAGE, "%s is not a letter of yours; only those can be updated", prefix);
	if (found.notice != NULL)
		return cli_fail(cli, EX_USAGE, "%s is a public notice, not a letter; nothing was sent", prefix);
	dispatch->letter.action = update != NULL ? ACTION_UPDATE : ACTION_NEW;
	dispatch->letter.has_ref = true;
	memcpy(dispatch->letter.ref, found.sent != NULL ? found.sent->id : found.received->id, LETTER_TAG_SIZE);
	return other_side_of(desk, &found, other);
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
	struct other_side other;
	dispatch->wish = (struct envelope_header){.class = compose_class(&dispatch->letter), .ttl = compose_ttl(&dispatch->letter)};
	dispatch->send_now = cli_has(cli, "send-now");
	dispatch->ticket = dispatch_ticket(cli);
	code = take_reference(&desk, dispatch, &other);
	if (code == 0 && other.known && !cli_has(cli, "org") && !cli_has(cli, "to"))
		answer_other(&desk, dispatch, &other);
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

/* A letter of a type that means nothing unless one of these options is given. */
static int compose_about(const struct cli *cli, uint8_t type, const char *const *options, const char *what)
{
	for (; *options != NULL; options++)
		if (cli_has(cli, *options))
			return compose_type(cli, type);
	return cli_fail(cli, EX_USAGE, "%s; nothing was sent", what);
}

int verb_safe(const struct cli *cli)
{
	return compose_type(cli, LETTER_SAFE);
}

int verb_seek(const struct cli *cli)
{
	static const char *const one_of[] = {"name", "text", "update", NULL};
	return compose_about(cli, LETTER_SEEK, one_of, "say whom you look for: --name \"...\", or --text \"...\" if you do not know it");
}

int verb_seen(const struct cli *cli)
{
	static const char *const one_of[] = {"about", "name", "update", NULL};
	return compose_about(cli, LETTER_SEEN, one_of, "say whom the news is of: --about ID of the letter that asks, or --name \"...\"");
}

int verb_patient(const struct cli *cli)
{
	static const char *const one_of[] = {"about", "place", "update", NULL};
	return compose_about(cli, LETTER_PATIENT, one_of, "say where the patient is: --about ID of the evacuation request, or --place \"...\"");
}

int verb_incident(const struct cli *cli)
{
	static const char *const one_of[] = {"place", "kind", "text", "update", NULL};
	return compose_about(cli, LETTER_INCIDENT, one_of, "say what happened and where: --kind WORD --place \"...\"");
}

int verb_need(const struct cli *cli)
{
	static const char *const one_of[] = {"sector", "item", "text", "update", NULL};
	return compose_about(cli, LETTER_NEED, one_of, "say what is needed: --sector water, or --item \"...\"");
}

int verb_facility(const struct cli *cli)
{
	static const char *const one_of[] = {"name", "update", NULL};
	return compose_about(cli, LETTER_FACILITY, one_of, "say which facility it is: --name \"...\", a name its readers know");
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

static int reply(struct desk *desk, struct dispatch *dispatch, int wanted, uint64_t timeout_s)
{
	const char *prefix = desk->cli->words[1];
	struct desk_found found;
	struct other_side other;
	int code = desk_find(desk, prefix, &found);
	if (code == 0 && found.received == NULL)
		code = cli_fail(desk->cli, EX_USAGE, "%s is not a letter somebody sent here; only those can be answered", prefix);
	if (code == 0)
		code = other_side_of(desk, &found, &other);
	if (code != 0)
		return code;
	dispatch->letter.has_ref = true;
	memcpy(dispatch->letter.ref, found.received->id, LETTER_TAG_SIZE);
	/* An answer is as urgent as what it answers. */
	dispatch->wish = (struct envelope_header){.class = found.received->class, .ttl = TTL_7_DAYS};
	answer_other(desk, dispatch, &other);
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
static int send_cancel(struct desk *desk, struct sent *sent)
{
	struct dispatch *dispatch = calloc(1, sizeof *dispatch);
	if (dispatch == NULL)
		return cli_weather(desk->cli, ERR_MEMORY, "the recipient was not told");
	struct other_side other;
	int code = other_side_of(desk, &(struct desk_found){.sent = sent}, &other);
	dispatch->letter = (struct letter){.type = sent->type, .action = ACTION_CANCEL, .has_ref = true};
	memcpy(dispatch->letter.ref, sent->id, LETTER_TAG_SIZE);
	dispatch->wish = (struct envelope_header){.class = sent->class, .ttl = sent->ttl};
	dispatch->send_now = true;
	dispatch->quiet = true;
	dispatch->ticket = WALLET_NEVER;
	address_other(desk, dispatch, &other);
	if (code == 0)
		code = dispatch_send(desk, dispatch);
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
		puts(words_get(cli->lang, never_left ? WORD_TERM_CANCELLED_HERE : WORD_TERM_CANCELLED));
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
