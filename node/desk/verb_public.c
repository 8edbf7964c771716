/* bus post, alert and headcount with --public: what a person says to everybody, as an organisation's announcer or as a witness with a ticket. */

#include "node/desk/board.h"
#include "node/desk/publish.h"
#include "node/desk/verbs.h"
#include "node/desk/wallet.h"

#include "crypto/wipe.h"
#include "proto/certificate.h"

#include <string.h>
#include <sysexits.h>

/* A certificate of ours that lets us speak on this now, for an organisation that is pinned here. NULL: none. */
static struct held_certificate *certificate_for(struct keyring *ring, uint8_t type, uint64_t now, const char **organisation)
{
	for (unsigned i = 0; i < ring->certificates_n; i++) {
		struct certificate certificate;
		if (!certificate_parse(ring->certificates[i].bytes, &certificate) || (certificate.scope & certificate_scope_of(type)) == 0 ||
		    now < certificate.not_before || now > certificate.not_after || keyring_certificate_revoked(ring, certificate.revocation))
			continue;
		*organisation = keyring_org_name(ring, certificate.organisation);
		if (*organisation != NULL)
			return &ring->certificates[i];
	}
	return NULL;
}

/* Saves the vault before anybody hears the word: a ticket or a number used twice would be found out, one lost is not. */
static int hand_over(struct desk *desk, const struct composed *composed)
{
	const struct cli *cli = desk->cli;
	struct control_submitted answer;
	enum err err = vault_save(&desk->vault);
	if (err != ERR_OK)
		return cli_weather(cli, err, "the vault could not be saved, nothing was published");
	err = postlink_submit(&desk->link, composed->envelope, composed->len, cli_has(cli, "send-now") ? SUBMIT_SEND_NOW : 0, &answer);
	if (err != ERR_OK)
		return cli_fail(cli, EX_UNAVAILABLE, "the post stopped answering at %s (%s): publish it again", cli->post, err_text(err));
	switch (answer.verdict) {
	case VERDICT_STORED:
	case VERDICT_KNOWN:
		return 0;
	case VERDICT_FULL:
		return cli_fail(cli, EX_CANTCREAT, "the post has no room for it; nothing was published");
	case VERDICT_MALFORMED:
	case VERDICT_STALE:
	case VERDICT_UNMATCHED:
		break;
	}
	return cli_fail(cli, EX_SOFTWARE, "the post refused the notice; nothing was published");
}

static int print_public(const struct desk *desk, const struct composed *composed, const struct letter *letter, const char *organisation)
{
	char id[CLI_ID_TEXT], scratch[12], summary[400];
	struct notice notice;
	size_t signed_len = 0;
	if (!notice_parse(composed->envelope, composed->len, &notice, &signed_len))
		return cli_fail(desk->cli, EX_SOFTWARE, "the notice does not read back as it was written");
	const char *role = board_role_word(organisation != NULL ? BOARD_ANNOUNCER : BOARD_WITNESS);
	if (desk->cli->json)
		return cli_json(desk->cli,
				json_pack("{s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:s}", "id", cli_json_hex(composed->id, LETTER_ID_SIZE), "type",
					  letter_type_word(letter->type, scratch), "role", role, "says", board_verb_word(notice.verb), "organisation",
					  organisation != NULL ? cli_json_text(organisation) : json_null(), "until", cli_json_time(notice.not_after),
					  "body", letter_body_json(letter), "stage", "saved"));
	letter_summary(letter, desk->cli->lang, summary, sizeof summary);
	text_hex(composed->id, LETTER_ID_SIZE, id);
	id[CLI_ID_SHOWN] = '\0';
	if (organisation != NULL)
		cli_print(desk->cli, WORD_TERM_PUBLISHED_FOR, organisation, summary, id);
	else
		cli_print(desk->cli, WORD_TERM_PUBLISHED, summary, id);
	return 0;
}

/* Signs as an announcer if we are one for this, else spends a ticket on it. */
static int compose_public(struct desk *desk, struct letter *letter, const char **organisation, struct composed *composed)
{
	const struct cli *cli = desk->cli;
	struct wallet_ticket ticket = {0};
	struct notice_wish wish;
	bool said = false;
	int code = publish_verb(cli, letter, &wish.verb, &said);
	if (code != 0)
		return code;
	struct notice_signer signer = {.certificate = certificate_for(desk->ring, letter->type, desk->now, organisation)};
	if (signer.certificate == NULL) {
		if (said)
			return cli_fail(cli, 1,
					"only an organisation or its announcer says what others should do; a witness says what happened, "
					"without --go, --safe and the like; nothing was published");
		wish.verb = compose_witness_verb(letter);
	}
	code = publish_end(cli, letter, wish.verb, desk->now, &wish.not_after);
	if (code != 0)
		return code;
	if (signer.certificate == NULL) {
		uint16_t day = day_of_unix(desk->now);
		enum ticket_role role = wallet_choose(desk->ring, compose_class(letter), day, WALLET_ALWAYS);
		if (role == 0 || !wallet_spend(desk->ring, role, day, &ticket))
			return cli_fail(cli, 1,
					"you hold no ticket for today, and only who has one is believed as a witness; "
					"send it sealed with --org NAME instead; nothing was published");
		signer.ticket = &ticket;
	}
	enum compose_result result = compose_notice_as(desk->ring, &signer, letter, &wish, desk->now, composed);
	wipe(&ticket, sizeof ticket);
	switch (result) {
	case COMPOSE_OK:
		return 0;
	case COMPOSE_TOO_LONG:
		return cli_fail(cli, EX_DATAERR, "the notice is %zu bytes too long; shorten the text, nothing was published", composed->excess);
	case COMPOSE_LIMIT:
		return cli_fail(cli, EX_CANTCREAT, "you have published on %d lines and areas under this certificate and it takes no further one",
				KEYRING_CERTIFICATE_TOPICS_MAX);
	case COMPOSE_BAD_KEY:
		break;
	}
	return cli_fail(cli, EX_SOFTWARE, "the notice could not be signed");
}

int verb_public(const struct cli *cli, struct letter *letter)
{
	static const char *const sealed[] = {"org", "to", "update", "wait", "timeout"};
	for (size_t i = 0; i < sizeof sealed / sizeof sealed[0]; i++)
		if (cli_has(cli, sealed[i]))
			return cli_fail(cli, EX_USAGE, "--public is for everybody and goes without --%s; nothing was published", sealed[i]);
	int code = publish_check(cli, letter);
	if (code != 0)
		return code;
	struct desk desk;
	code = desk_open(&desk, cli);
	if (code != 0)
		return code;
	const char *organisation = NULL;
	struct composed composed;
	if (desk.post != ERR_OK) /* before a ticket is spent on it */
		code = cli_fail(cli, EX_UNAVAILABLE, "the post does not answer at %s (%s): nothing was published", cli->post, err_text(desk.post));
	if (code == 0)
		code = compose_public(&desk, letter, &organisation, &composed);
	if (code == 0)
		code = hand_over(&desk, &composed);
	if (code == 0)
		code = print_public(&desk, &composed, letter, organisation);
	desk_close(&desk);
	return code;
}
