#include "node/desk/desk.h"

#include "crypto/wipe.h"
#include "node/desk/outbox.h"
#include "node/desk/track.h"
#include "platform/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { DAY_S = 86400, DAY_ZERO = 1451606400 }; /* 2016-01-01 UTC, SPEC.md 3.1 */

/* Notes the time and keeps what changed by it. */
static int turn(struct desk *desk)
{
	enum clock_trust trust;
	uint64_t clock = clock_now().unix_s;
	(void)keyring_time(desk->ring, clock, &trust); /* only whether the clock is believed */
	uint32_t card_before = desk->ring->card_seq;
	desk->now = keyring_turn(desk->ring, clock);
	if (trust != CLOCK_GOOD) {
		char theirs[TEXT_TIME], ours[TEXT_TIME];
		text_time(clock, theirs);
		text_time(desk->now, ours);
		cli_say(desk->cli,
			"this machine's clock says %s, which cannot be right; going by %s (\"barid doctor --trust-clock\" if the clock is right)",
			theirs, ours);
	}
	if (desk->ring->card_seq == card_before)
		return 0;
	enum err err = vault_save(&desk->vault);
	if (err == ERR_OK)
		return 0;
	return cli_weather(desk->cli, err, "the vault could not be saved");
}

enum err desk_tell_trust(struct desk *desk)
{
	enum err err = outbox_trust(&desk->vault, &desk->link, desk->cli->post);
	if (err == ERR_FULL)
		cli_say(desk->cli, "the post cannot note all organisations you trust: their letters may have to wait behind others");
	return err == ERR_FULL ? ERR_OK : err;
}

int desk_open(struct desk *desk, const struct cli *cli)
{
	*desk = (struct desk){.cli = cli, .link = {.fd = -1}};
	int code = cli_open_vault_keeping(cli, &desk->vault, &desk->passphrase);
	if (code != 0)
		return code;
	desk->ring = desk->vault.ring;
	code = turn(desk);
	if (code != 0) {
		desk_close(desk);
		return code;
	}
	desk->post = postlink_open(&desk->link, cli->post);
	unsigned handed = 0;
	if (desk->post == ERR_OK)
		desk->post = desk_tell_trust(desk);
	if (desk->post == ERR_OK)
		desk->post = outbox_flush(&desk->vault, &desk->link, desk->now, &handed);
	if (handed > 0)
		cli_say(cli, "%u letter%s that waited for the post %s handed over now", handed, handed == 1 ? "" : "s", handed == 1 ? "is" : "are");
	if (desk->post == ERR_FULL)
		desk->post = ERR_OK; /* it answers; that letter goes on waiting */
	return 0;
}

void desk_close(struct desk *desk)
{
	postlink_close(&desk->link);
	vault_close(&desk->vault);
	wipe(&desk->passphrase, sizeof desk->passphrase);
	desk->ring = NULL;
}

int desk_no_post(const struct desk *desk)
{
	return cli_weather(desk->cli, desk->post == ERR_OK ? ERR_NO_POST : desk->post, desk->cli->post);
}

/* Whether a letter belongs in the person's own list: what only moved the ladder or renewed a card does not. */
static bool worth_keeping(const struct opened *opened)
{
	if (!opened->understood)
		return true;
	if (opened->letter.type == LETTER_CARD)
		return opened->sender.kind == SENDER_STRANGER;
	if (opened->letter.type == LETTER_GRANT)
		return false; /* what is in it is in the wallet, or is worth nothing */
	if (opened->letter.type == LETTER_RECEIPT)
		return opened->letter.text[0] != '\0';
	return true;
}

static void fill_received(const struct opened *opened, uint64_t now, struct received *received)
{
	*received = (struct received){.arrived = now,
				      .sent_at = opened->payload.sent_at,
				      .seq = opened->payload.seq,
				      .class = opened->header.class,
				      .reduced = opened->reduced,
				      .ticket = (uint8_t)opened->ticket,
				      .role = (uint8_t)opened->role,
				      .type = opened->payload.type,
				      .body_len = opened->payload.body_len};
	memcpy(received->id, opened->id, sizeof received->id);
	memcpy(received->sender, opened->sender.key, sizeof received->sender);
	memcpy(received->body, opened->payload.body, opened->payload.body_len);
}

void desk_say_grant(const struct desk *desk, enum wallet_result result, const struct grant *grant)
{
	const struct pinned_org *org = keyring_org_signing(desk->ring, grant->organisation);
	char name[3 * CARD_NAME_MAX + 1] = "somebody", day[TEXT_TIME];
	if (org != NULL)
		text_inert(org->card.name, false, name, sizeof name);
	text_time((uint64_t)DAY_ZERO + (uint64_t)grant->day * DAY_S, day);
	switch (result) {
	case WALLET_NONE:
	case WALLET_HAD:
		return;
	case WALLET_FULL:
		cli_say(desk->cli, "tickets of %s for %.10s found no room: there are too many of other days here", name, day);
		return;
	case WALLET_REFUSED:
		cli_say(desk->cli, "a grant came that no organisation trusted here made like that; nothing of it was kept");
		return;
	case WALLET_TAKEN:
		break;
	}
	if (grant->ticket_count > 0)
		cli_say(desk->cli, "%s: role %s, %u ticket%s for %.10s", name, desk_role_word(grant->role), grant->ticket_count,
			grant->ticket_count == 1 ? "" : "s", day);
	if (grant->has_certificate)
		cli_say(desk->cli, "%s: role announcer, a certificate to publish in its name", name);
}

static enum err fetch(struct desk *desk, struct opened *opened, struct received *received)
{
	struct mailroom room;
	int got;
	enum err err;
	mailroom_start(&room, &desk->vault, &desk->link, desk->now);
	do {
		while ((got = mailroom_next(&room, opened)) == MAILROOM_LETTER) {
			desk_say_grant(desk, room.granted, &room.grant);
			if (!worth_keeping(opened))
				continue;
			fill_received(opened, desk->now, received);
			if (keyring_add_received(desk->ring, received))
				continue;
			cli_say(desk->cli,
				"the vault is full of letters not read yet; read some with \"barid show ID\", the others wait at the post");
			mailroom_refuse(&room, opened);
		}
		err = mailroom_settle(&room); /* what came before a broken line is kept as well */
		if (got < 0 && err == ERR_OK)
			err = (enum err)got;
	} while (err == ERR_OK && got == MAILROOM_MORE);
	return err;
}

int desk_fetch(struct desk *desk)
{
	if (desk->post != ERR_OK) {
		cli_say(desk->cli, "the post does not answer at %s: what follows is what was known before", desk->cli->post);
		return 0;
	}
	struct opened *opened = malloc(sizeof *opened);
	struct received *received = malloc(sizeof *received);
	enum err err = opened != NULL && received != NULL ? fetch(desk, opened, received) : ERR_MEMORY;
	if (opened != NULL)
		wipe(opened, sizeof *opened);
	if (received != NULL)
		wipe(received, sizeof *received);
	free(opened);
	free(received);
	if (err == ERR_OK)
		return 0;
	if (err == ERR_NO_POST || err == ERR_TIMEOUT || err == ERR_PROTOCOL) {
		desk->post = err;
		cli_say(desk->cli, "the post stopped answering (%s): what follows may not be all", err_text(err));
		return 0;
	}
	return cli_weather(desk->cli, err, "the vault could not be saved");
}

void desk_ask(struct desk *desk, struct sent *sent)
{
	struct control_track answer;
	if (desk->post != ERR_OK || sent->pending_len > 0)
		return;
	desk->post = postlink_track(&desk->link, sent->id, &answer);
	if (desk->post == ERR_OK)
		desk->changed |= track_post(sent, &answer, desk->now);
}

int desk_keep(struct desk *desk)
{
	if (!desk->changed)
		return 0;
	desk->changed = false;
	enum err err = vault_save(&desk->vault);
	return err == ERR_OK ? 0 : cli_weather(desk->cli, err, "the vault could not be saved");
}

int desk_wait(struct desk *desk, uint32_t timeout_ms)
{
	uint64_t cursor = desk->ring->cursor;
	vault_close(&desk->vault);
	desk->ring = NULL;
	if (desk->post != ERR_OK)
		desk->post = postlink_open(&desk->link, desk->cli->post);
	struct control_letter ignored;
	if (desk->post == ERR_OK)
		desk->post = postlink_watch(&desk->link, cursor, timeout_ms, &ignored);
	if (desk->post != ERR_OK)
		return desk_no_post(desk);
	int code = cli_reopen_vault(desk->cli, &desk->vault, &desk->passphrase);
	if (code != 0)
		return code;
	desk->ring = desk->vault.ring;
	return turn(desk);
}

int desk_find(struct desk *desk, const char *text, struct desk_found *found)
{
	struct keyring *ring = desk->ring;
	struct cli_prefix prefix;
	*found = (struct desk_found){0};
	if (!cli_prefix_parse(text, &prefix))
		return cli_fail(desk->cli, EX_USAGE, "\"%s\" is no id; give 4 to 64 of its digits 0-9 a-f", text);
	unsigned hits = 0;
	for (unsigned i = 0; i < ring->sent_n; i++)
		if (cli_prefix_fits(&prefix, ring->sent[i].id) && ++hits > 0)
			found->sent = &ring->sent[i];
	for (unsigned i = 0; i < ring->received_n; i++)
		if (cli_prefix_fits(&prefix, ring->received[i].id) && ++hits > 0)
			found->received = &ring->received[i];
	for (unsigned i = 0; i < ring->notices_n; i++)
		if (cli_prefix_fits(&prefix, ring->notices[i].id) && ++hits > 0)
			found->notice = &ring->notices[i];
	if (hits == 1)
		return 0;
	if (hits == 0)
		return cli_fail(desk->cli, 1, "no letter here has an id that begins with %s", text);
	return cli_fail(desk->cli, EX_USAGE, "%u letters have an id that begins with %s; give more digits", hits, text);
}

void desk_name(const struct desk *desk, const uint8_t key[static DH_KEY_SIZE], char out[static CARD_NAME_MAX + 1])
{
	struct verified who;
	open_sender(desk->ring, key, &who);
	if (who.kind == SENDER_STRANGER)
		snprintf(out, CARD_NAME_MAX + 1, "unknown %.11s", who.fingerprint);
	else
		snprintf(out, CARD_NAME_MAX + 1, "%.*s", CARD_NAME_MAX, who.name);
}

bool desk_introduced(const struct desk *desk, const uint8_t key[static DH_KEY_SIZE], struct card *card)
{
	struct letter *letter = malloc(sizeof *letter);
	bool found = false;
	for (unsigned i = desk->ring->received_n; i > 0 && letter != NULL && !found; i--) {
		const struct received *received = &desk->ring->received[i - 1];
		size_t used = 0;
		if (received->type != LETTER_CARD || memcmp(received->sender, key, DH_KEY_SIZE) != 0)
			continue;
		found = letter_decode(received->type, received->body, received->body_len, letter) &&
			card_parse(letter->card, letter->card_len, card, &used) && used == letter->card_len && card->kind == CARD_PERSON &&
			memcmp(card->identity, key, DH_KEY_SIZE) == 0;
	}
	free(letter);
	return found;
}

const char *desk_role_word(unsigned role)
{
	static const char *const words[] = {"none", "medic", "marshal", "civilian"};
	assert(role <= TICKET_CIVILIAN);
	return words[role];
}

const char *desk_verified_word(unsigned ticket, unsigned role)
{
	switch ((enum received_ticket)ticket) {
	case RECEIVED_GOOD:
		return desk_role_word(role);
	case RECEIVED_TWICE:
		return "twice";
	case RECEIVED_UNKNOWN:
		return "unknown";
	case RECEIVED_PLAIN:
	case RECEIVED_REVOKED:
		break;
	}
	return "no";
}

const char *desk_sender_word(enum sender_kind kind)
{
	switch (kind) {
	case SENDER_CONTACT:
		return "contact";
	case SENDER_ORGANISATION:
		return "organisation";
	case SENDER_OURSELVES:
		return "self";
	case SENDER_STRANGER:
		break;
	}
	return "unknown";
}
