/* role: what organisations let us do. */

#include "node/desk/verbs.h"

#include "crypto/sign.h"
#include "crypto/wipe.h"
#include "node/desk/armor.h"
#include "node/desk/outbox.h"
#include "platform/files.h"
#include "proto/bundle.h"
#include "proto/revocation.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { GRANT_FILE_MAX = 1 << 20, DAY_S = 86400, DAY_ZERO = 1451606400, QUARTER = 4, ROLE_LINE_SIZE = 256 };

static void org_name(const struct desk *desk, const uint8_t signing[static SIGN_KEY_SIZE], char name[static 3 * CARD_NAME_MAX + 1])
{
	const struct pinned_org *org = keyring_org_signing(desk->ring, signing);
	text_inert(org != NULL ? org->card.name : "an organisation no longer trusted", false, name, 3 * CARD_NAME_MAX + 1);
}

static unsigned granted_of(const struct ticket_batch *batch)
{
	unsigned granted = 0;
	for (uint32_t slots = batch->slots; slots != 0; slots &= slots - 1)
		granted++;
	return granted;
}

static void scope_words(uint8_t scope, char words[static 32])
{
	snprintf(words, 32, "%s%s%s", (scope & SCOPE_TRANSPORT) != 0 ? " transport" : "", (scope & SCOPE_ALERT) != 0 ? " alert" : "",
		 (scope & SCOPE_HEADCOUNT) != 0 ? " headcount" : "");
}

/* What it covers, as the kinds of letters are called. */
static void scope_text(enum words_lang lang, uint8_t scope, char text[static ROLE_LINE_SIZE])
{
	snprintf(text, ROLE_LINE_SIZE, "%s%s%s%s%s", (scope & SCOPE_TRANSPORT) != 0 ? words_code(lang, "type", "transport") : "",
		 (scope & SCOPE_TRANSPORT) != 0 && (scope & SCOPE_ALERT) != 0 ? "; " : "",
		 (scope & SCOPE_ALERT) != 0 ? words_code(lang, "type", "alert") : "",
		 (scope & SCOPE_HEADCOUNT) != 0 && (scope & ~SCOPE_HEADCOUNT) != 0 ? "; " : "",
		 (scope & SCOPE_HEADCOUNT) != 0 ? words_code(lang, "type", "headcount") : "");
}

static int print_batch(const struct desk *desk, const struct ticket_batch *batch)
{
	char name[3 * CARD_NAME_MAX + 1], day[TEXT_TIME];
	unsigned granted = granted_of(batch);
	org_name(desk, batch->organisation, name);
	text_time(DAY_ZERO + (uint64_t)batch->day * DAY_S, day);
	day[10] = '\0';
	if (desk->cli->json)
		return cli_json(desk->cli, json_pack("{s:s, s:o, s:o, s:s, s:i, s:i, s:b}", "role", desk_role_word(batch->role), "organisation",
						     cli_json_text(name), "key", cli_json_hex(batch->organisation, SIGN_KEY_SIZE), "day", day, "left",
						     (int)batch->tickets_n, "granted", (int)granted, "revoked", batch->revoked));
	enum words_lang lang = desk->cli->lang;
	char digits[WORDS_TIME_MAX], left[WORDS_TIME_MAX], all[WORDS_TIME_MAX], text[ROLE_LINE_SIZE];
	words_digits(lang, day, digits, sizeof digits);
	words_number(lang, batch->tickets_n, left, sizeof left);
	words_number(lang, granted, all, sizeof all);
	words_fill(lang, batch->day == day_of_unix(desk->now) ? WORD_TERM_TICKETS_TODAY : WORD_TERM_TICKETS_LEFT, text, sizeof text, left, all);
	printf("%-10s %-20s %s  %s\n", words_code(lang, "verified", desk_role_word(batch->role)), name, digits,
	       batch->revoked ? words_get(lang, WORD_TERM_TAKEN_BACK) : text);
	return 0;
}

static int print_certificate(const struct desk *desk, const struct held_certificate *held)
{
	struct certificate certificate;
	char name[3 * CARD_NAME_MAX + 1], until[TEXT_TIME], scope[32];
	if (!certificate_parse(held->bytes, &certificate))
		return 0; /* keyring_turn() drops it */
	org_name(desk, certificate.organisation, name);
	scope_words(certificate.scope, scope);
	if (desk->cli->json)
		return cli_json(desk->cli, json_pack("{s:s, s:o, s:o, s:s, s:o}", "role", "announcer", "organisation", cli_json_text(name), "key",
						     cli_json_hex(certificate.organisation, SIGN_KEY_SIZE), "scope", scope + 1, "until",
						     cli_json_time(certificate.not_after)));
	text_time_local(certificate.not_after, until);
	enum words_lang lang = desk->cli->lang;
	char topics[ROLE_LINE_SIZE], digits[WORDS_TIME_MAX], text[2 * ROLE_LINE_SIZE];
	scope_text(lang, certificate.scope, topics);
	words_digits(lang, until, digits, sizeof digits);
	words_fill(lang, WORD_TERM_MAY_PUBLISH, text, sizeof text, topics, digits);
	printf("%-20s %s\n", name, text);
	return 0;
}

static int list(struct desk *desk)
{
	const struct keyring *ring = desk->ring;
	uint16_t today = day_of_unix(desk->now);
	int code = 0;
	bool revoked = false;
	for (unsigned i = 0; i < ring->batches_n; i++)
		revoked |= ring->batches[i].revoked;
	for (unsigned i = 0; i < ring->batches_n && code == 0; i++)
		code = print_batch(desk, &ring->batches[i]);
	for (unsigned i = 0; i < ring->certificates_n && code == 0; i++)
		code = print_certificate(desk, &ring->certificates[i]);
	if (code == 0 && !desk->cli->json && ring->batches_n == 0 && ring->certificates_n == 0)
		puts(words_get(desk->cli->lang, WORD_TERM_NO_ROLE));
	for (unsigned role = TICKET_MEDIC; role <= TICKET_CIVILIAN && code == 0 && !revoked; role++) {
		unsigned granted = 0, left = wallet_left(ring, (enum ticket_role)role, today, &granted);
		if (granted > 0 && left * QUARTER < granted)
			cli_say(desk->cli, "fewer than a quarter of today's %s tickets are left: meet a post so that a refill can come",
				desk_role_word(role));
	}
	return code;
}

struct taking {
	unsigned taken, had, refused, full, strange; /* strange: not for us, or no grant */
};

/* One envelope that came by hand, as if the post had brought it. */
static void take_envelope(struct desk *desk, const uint8_t *envelope, size_t len, struct taking *taking)
{
	struct envelope_header header;
	struct opened *opened = malloc(sizeof *opened);
	struct grant *grant = calloc(1, sizeof *grant);
	enum wallet_result result = WALLET_NONE;
	if (opened != NULL && grant != NULL && envelope_parse(envelope, len, &header) == ENVELOPE_OK && header.kind == ENVELOPE_SEALED &&
	    open_letter(desk->ring, envelope, len, &header, opened) && opened->understood && opened->letter.type == LETTER_GRANT) {
		result = wallet_take(desk->ring, opened->sender.key, opened->letter.grant, opened->letter.grant_len, grant);
		if (result == WALLET_TAKEN)
			keyring_remember_opened(desk->ring, opened->id); /* the same letter may come by the post too */
		desk_say_grant(desk, result, grant);
	}
	taking->taken += result == WALLET_TAKEN;
	taking->had += result == WALLET_HAD;
	taking->refused += result == WALLET_REFUSED;
	taking->full += result == WALLET_FULL;
	taking->strange += result == WALLET_NONE;
	if (opened != NULL)
		wipe(opened, sizeof *opened);
	if (grant != NULL)
		wipe(grant, sizeof *grant);
	free(opened);
	free(grant);
}

/* Lines of text, or a bundle. False: neither, or damaged. */
static bool take_file(struct desk *desk, const uint8_t *file, size_t len, struct taking *taking)
{
	struct bundle_cursor cursor;
	const uint8_t *envelope = NULL;
	uint8_t from_text[ENVELOPE_SIZE_MAX];
	size_t envelope_len = 0, at = 0, rest = 0;
	if (bundle_open(file, len, &cursor)) {
		while (bundle_next(&cursor, &envelope, &envelope_len))
			take_envelope(desk, envelope, envelope_len, taking);
		return true;
	}
	while (armor_decode("LETTER", (const char *)file + at, len - at, from_text, sizeof from_text, &envelope_len, &rest)) {
		take_envelope(desk, from_text, envelope_len, taking);
		at += rest;
	}
	while (at < len && (file[at] == ' ' || file[at] == '\n' || file[at] == '\r' || file[at] == '\t'))
		at++;
	return at == len && at > 0;
}

static int report(const struct desk *desk, const struct taking *taking, const char *path)
{
	if (taking->refused > 0)
		return cli_fail(desk->cli, EX_DATAERR, "a grant in %s was not kept: trust its organisation first (\"barid org trust FILE\")", path);
	if (taking->full > 0 && taking->taken + taking->had == 0)
		return cli_fail(desk->cli, EX_CANTCREAT, "there is room for %d tickets, and as many are here", KEYRING_TICKETS_MAX);
	if (taking->taken + taking->had == 0)
		return cli_fail(desk->cli, EX_DATAERR, "no grant in %s is for you", path);
	if (desk->cli->json)
		return cli_json(desk->cli, json_pack("{s:i, s:i}", "taken", (int)taking->taken, "known", (int)taking->had));
	if (taking->taken == 0)
		puts(words_get(desk->cli->lang, WORD_TERM_ALL_KNOWN));
	return 0;
}

static int take(struct desk *desk)
{
	const struct cli *cli = desk->cli;
	if (cli->words_n != 3)
		return cli_fail(cli, EX_USAGE, "say \"barid role take FILE\"; FILE may be -");
	const char *path = strcmp(cli->words[2], "-") == 0 ? "/dev/stdin" : cli->words[2];
	struct taking taking = {0};
	uint8_t *file = NULL;
	size_t len = 0;
	enum err err = files_read(path, GRANT_FILE_MAX, &file, &len);
	if (err != ERR_OK)
		return cli_weather(cli, err, cli->words[2]);
	bool whole = take_file(desk, file, len, &taking);
	wipe(file, len);
	free(file);
	if (!whole)
		return cli_fail(cli, EX_DATAERR, "%s holds no grant, or a damaged one; nothing was kept", cli->words[2]);
	if (taking.taken > 0)
		err = vault_save(&desk->vault);
	return err == ERR_OK ? report(desk, &taking, cli->words[2]) : cli_weather(cli, err, "the vault could not be saved");
}

static int print_share(const struct desk *desk, const struct held_share *share)
{
	char text[WALLET_SHARE_TEXT];
	wallet_share_text(share, text);
	int code = 0;
	if (desk->cli->json)
		code = cli_json(desk->cli, json_pack("{s:o, s:s}", "colleague", cli_json_text((const char *)share->share.colleague), "share", text));
	else
		puts(text);
	wipe(text, sizeof text);
	if (code == 0)
		cli_say(desk->cli, "give this only to another colleague of theirs who also wants it: two shares take the role back");
	return code;
}

/* The ticket that vouches for the revocation: any of today's. */
static bool spend_any(struct keyring *ring, uint16_t today, struct wallet_ticket *ticket)
{
	return wallet_spend(ring, TICKET_CIVILIAN, today, ticket) || wallet_spend(ring, TICKET_MARSHAL, today, ticket) ||
	       wallet_spend(ring, TICKET_MEDIC, today, ticket);
}

static void compose_revocation(const struct revoked *revoked, const struct wallet_ticket *ticket, uint64_t now, struct composed *out)
{
	struct revocation revocation = {.issued = (uint32_t)now, .count = 1};
	uint8_t plain[ENVELOPE_SIZE_MAX];
	revocation.entries[0].day = revoked->day;
	memcpy(revocation.entries[0].secret, revoked->secret, sizeof revoked->secret);
	memcpy(revocation.issuer, ticket->bytes, sizeof revocation.issuer); /* a ticket begins with its key */
	*out = (struct composed){0};
	size_t signed_len = revocation_encode(&revocation, ticket->bytes, out->envelope, &out->len);
	size_t plain_len = envelope_sign_bytes(out->envelope, signed_len, plain, sizeof plain);
	sign(REVOCATION_DOMAIN, plain, plain_len, ticket->seed, out->envelope + signed_len);
	envelope_finish(out->envelope, out->len);
	envelope_id(out->envelope, signed_len, out->id);
}

/* The vault is saved without the ticket, and with the revocation, before anything leaves: a revocation that is lost on the way to the post is made
 * again from the same two shares. */
static int publish(struct desk *desk, const struct revoked *revoked, const char *name)
{
	struct wallet_ticket ticket;
	struct composed composed;
	if (desk->post != ERR_OK)
		return desk_no_post(desk);
	if (!spend_any(desk->ring, day_of_unix(desk->now), &ticket))
		return cli_fail(desk->cli, EX_TEMPFAIL, "it takes a ticket of today to be believed, and you have none left; nothing was sent");
	compose_revocation(revoked, &ticket, desk->now, &composed);
	wipe(&ticket, sizeof ticket);
	(void)keyring_add_revocation(desk->ring, revoked); /* known already: then it is said once more */
	enum err err = vault_save(&desk->vault);
	if (err != ERR_OK)
		return cli_weather(desk->cli, err, "the vault could not be saved, nothing was sent");
	err = outbox_publish(&desk->link, &composed, SUBMIT_SEND_NOW);
	if (err != ERR_OK)
		return cli_weather(desk->cli, err, desk->cli->post);
	if (desk->cli->json)
		return cli_json(desk->cli, json_pack("{s:o, s:o}", "revoked", cli_json_text(name), "id", cli_json_hex(composed.id, LETTER_ID_SIZE)));
	char inert[3 * GRANT_NAME_MAX + 1];
	text_inert(name, false, inert, sizeof inert);
	cli_print(desk->cli, WORD_TERM_ROLE_REVOKED, inert);
	return 0;
}

static int revoke(struct desk *desk)
{
	const struct cli *cli = desk->cli;
	struct held_share theirs;
	struct revoked revoked;
	if (cli->words_n != 3)
		return cli_fail(cli, EX_USAGE, "say \"barid role revoke NAME\" or \"barid role revoke NAME --with SHARE\"");
	const struct held_share *ours = wallet_share(desk->ring, cli->words[2]);
	if (ours == NULL)
		return cli_fail(cli, 1, "you hold no share of a colleague called %s; whoever gave you your role says whose you hold", cli->words[2]);
	const char *with = cli_value(cli, "with");
	if (with == NULL)
		return print_share(desk, ours);
	if (!wallet_share_parse(with, &theirs))
		return cli_fail(cli, EX_DATAERR, "that is no share, or a digit of it is wrong; it begins with BARID:SHARE:");
	char wanted[4 * GRANT_NAME_MAX + 1], named[4 * GRANT_NAME_MAX + 1];
	text_fold((const char *)ours->share.colleague, wanted, sizeof wanted);
	text_fold((const char *)theirs.share.colleague, named, sizeof named);
	ours = wallet_share_beside(desk->ring, &theirs);
	int code;
	if (strcmp(wanted, named) != 0)
		code = cli_fail(cli, EX_DATAERR, "that share is of another colleague, not of %s", cli->words[2]);
	else if (ours == NULL)
		code = cli_fail(cli, EX_DATAERR, "that share is of another day or organisation than yours; ask for one made today");
	else if (!wallet_join(desk->ring, ours, &theirs, &revoked))
		code = cli_fail(cli, EX_DATAERR, "that is your own share; it takes another colleague's");
	else
		code = publish(desk, &revoked, (const char *)ours->share.colleague);
	wipe(&theirs, sizeof theirs);
	wipe(&revoked, sizeof revoked);
	return code;
}

int verb_role(const struct cli *cli)
{
	static const struct {
		const char *word;
		int (*run)(struct desk *desk);
	} actions[] = {{"list", list}, {"take", take}, {"revoke", revoke}};
	const char *word = cli->words_n > 1 ? cli->words[1] : "list";
	size_t i = 0;
	while (i < sizeof actions / sizeof actions[0] && strcmp(actions[i].word, word) != 0)
		i++;
	if (i == sizeof actions / sizeof actions[0] || (i == 0 && cli->words_n > 2))
		return cli_fail(cli, EX_USAGE, "say \"barid role\", \"barid role take FILE\" or \"barid role revoke NAME\"");
	if (cli_has(cli, "with") && i != 2)
		return cli_fail(cli, EX_USAGE, "--with goes with \"barid role revoke NAME\"");
	struct desk desk;
	int code = desk_open(&desk, cli);
	if (code != 0)
		return code;
	code = desk_fetch(&desk);
	if (code == 0)
		code = actions[i].run(&desk);
	desk_close(&desk);
	return code;
}
