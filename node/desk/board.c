#include "node/desk/board.h"

#include "node/desk/compose.h"
#include "node/desk/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What one organisation alone cannot say, because people set out on it. */
static bool leads(enum notice_verb verb)
{
	return verb == NOTICE_GO || verb == NOTICE_SAFE || verb == NOTICE_COMPLETE;
}

static bool stops(enum notice_verb verb)
{
	return verb == NOTICE_STOP || verb == NOTICE_CANCEL;
}

static void claim_of(const struct letter *letter, struct board_word *word)
{
	const struct letter_field *verb;
	const char *known = NULL;
	switch (letter->type) {
	case LETTER_TRANSPORT:
		for (verb = letter_fields(LETTER_TRANSPORT); verb->json != NULL && strcmp(verb->json, "verb") != 0;)
			verb++;
		for (uint64_t i = 1; letter->verb != 0 && verb->words[i] != NULL; i++)
			known = i == letter->verb ? verb->words[i] : known;
		if (known != NULL)
			snprintf(word->claim, sizeof word->claim, "%s", known);
		else if (letter->verb != 0)
			snprintf(word->claim, sizeof word->claim, "other-%llu", (unsigned long long)letter->verb);
		break;
	case LETTER_ALERT:
		text_inert(letter->event[0] != '\0' ? letter->event : letter->headline, false, word->claim, sizeof word->claim);
		break;
	case LETTER_HEADCOUNT:
		word->people = letter->people;
		snprintf(word->claim, sizeof word->claim, "%llu people", (unsigned long long)letter->people);
		break;
	default:
		break;
	}
}

/* Whether a revocation that is known now names the signer. One that was known before makes the notice nobody's (keyring_add_notice()). */
static bool signer_revoked(const struct keyring *ring, const struct kept_notice *notice)
{
	struct ticket ticket = {.day = notice->day, .slot = notice->slot, .role = (enum ticket_role)notice->role};
	switch ((enum envelope_extra)notice->extra) {
	case EXTRA_NONE:
		return false;
	case EXTRA_CERTIFICATE:
		return keyring_certificate_revoked(ring, notice->revocable);
	case EXTRA_TICKET:
		memcpy(ticket.linkage, notice->linkage, sizeof ticket.linkage);
		return keyring_ticket_revoked(ring, &ticket);
	}
	return false;
}

static void fill_word(struct board *board, const struct kept_notice *notice, struct letter *letter)
{
	struct board_word *word = &board->words[board->n++];
	*word = (struct board_word){.notice = notice, .organisation = keyring_org_name(board->ring, notice->organisation)};
	word->role = notice->extra == EXTRA_TICKET ? BOARD_WITNESS : notice->extra == EXTRA_CERTIFICATE ? BOARD_ANNOUNCER : BOARD_ORGANISATION;
	word->revoked = signer_revoked(board->ring, notice);
	/* A notice dated ahead of us would count for as long as its signer likes; it counts from when it came. */
	word->said = notice->issued < notice->arrived ? notice->issued : notice->arrived;
	word->until = word->said + compose_valid_max(notice->type, notice->verb);
	if (notice->not_after < word->until)
		word->until = notice->not_after;
	word->expired = board->now > word->until;
	if (!letter_decode(notice->type, notice->body, notice->body_len, letter))
		return;
	word->status = letter->status;
	claim_of(letter, word);
}

struct board *board_new(struct keyring *ring, uint64_t now)
{
	struct board *board = calloc(1, sizeof *board);
	struct letter *letter = malloc(sizeof *letter);
	if (board != NULL && letter != NULL) {
		board->ring = ring;
		board->now = now;
		for (unsigned i = 0; i < ring->notices_n; i++)
			fill_word(board, &ring->notices[i], letter);
	} else {
		free(board);
		board = NULL;
	}
	free(letter);
	return board;
}

void board_free(struct board *board)
{
	free(board);
}

bool board_same_topic(const struct board_word *word, const struct board_word *other)
{
	return word->status == other->status && word->notice->type == other->notice->type &&
	       memcmp(word->notice->topic, other->notice->topic, NOTICE_TOPIC_SIZE) == 0;
}

static bool same_organisation(const struct board_word *word, const struct board_word *other)
{
	return memcmp(word->notice->organisation, other->notice->organisation, SIGN_KEY_SIZE) == 0;
}

static bool same_signer(const struct board_word *word, const struct board_word *other)
{
	return memcmp(word->notice->issuer, other->notice->issuer, SIGN_KEY_SIZE) == 0;
}

static bool same_claim(const char *claim, const char *other)
{
	char folded[4 * BOARD_CLAIM_MAX], other_folded[4 * BOARD_CLAIM_MAX];
	text_fold(claim, folded, sizeof folded);
	text_fold(other, other_folded, sizeof other_folded);
	return strcmp(folded, other_folded) == 0;
}

/* A voice of an organisation trusted here, not an expired one. */
static bool voice(const struct board_word *word)
{
	return word->organisation != NULL && word->role != BOARD_WITNESS && !word->expired;
}

/* Somebody counted people after others said that none are left. */
static bool counts_against(const struct board_word *word, const struct board_word *other)
{
	return word->status == other->status && word->notice->verb == NOTICE_COMPLETE && other->notice->type == LETTER_HEADCOUNT &&
	       other->people > 0 && !stops(other->notice->verb) && (other->role == BOARD_WITNESS || !same_organisation(word, other));
}

bool board_confirms(const struct board_word *word, const struct board_word *other)
{
	if (!board_same_topic(word, other) || same_organisation(word, other) || !voice(other) || word->role == BOARD_WITNESS)
		return false;
	/* Who signed two different ones, or lost the key since, sends nobody on their way. */
	if (other->notice->verb != word->notice->verb || (leads(word->notice->verb) && (other->notice->conflict || other->revoked)))
		return false;
	return leads(word->notice->verb) || stops(word->notice->verb) || (word->claim[0] != '\0' && same_claim(word->claim, other->claim));
}

bool board_contradicts(const struct board_word *word, const struct board_word *other)
{
	if (other->organisation == NULL || other->expired || same_signer(word, other))
		return false;
	if (counts_against(word, other))
		return true;
	if (word->role != BOARD_WITNESS && other->role != BOARD_WITNESS && counts_against(other, word))
		return true;
	if (!board_same_topic(word, other))
		return false;
	enum notice_verb verb = word->notice->verb, opposite = other->notice->verb;
	bool on_its_way = verb == NOTICE_INFO && word->notice->type == LETTER_TRANSPORT && !same_claim(word->claim, other->claim);
	return (stops(opposite) && (leads(verb) || on_its_way)) || (stops(verb) && leads(opposite));
}

enum board_state board_state(const struct board *board, const struct board_word *word)
{
	enum notice_verb verb = word->notice->verb;
	if (word->notice->conflict)
		return BOARD_CONFLICT;
	if (word->expired)
		return BOARD_EXPIRED;
	if (verb == NOTICE_CANCEL)
		return BOARD_CANCELLED;
	if (!leads(verb))
		return BOARD_CURRENT;
	bool confirmed = false, contradicted = false;
	for (unsigned i = 0; i < board->n; i++) {
		const struct board_word *other = &board->words[i];
		confirmed = confirmed || board_confirms(word, other);
		contradicted = contradicted || (voice(other) && board_contradicts(word, other));
	}
	/* One word to stop is enough, however many say go. */
	if (contradicted)
		return BOARD_CONFLICT;
	return confirmed && !word->revoked ? BOARD_CURRENT : BOARD_UNCONFIRMED;
}

unsigned board_witnesses(const struct board *board, const struct board_word *word, struct board_claim claims[static BOARD_CLAIMS_MAX])
{
	unsigned n = 0;
	for (unsigned i = 0; i < board->n; i++) {
		const struct board_word *other = &board->words[i];
		bool beside = board_same_topic(word, other) || counts_against(word, other);
		if (other->role != BOARD_WITNESS || other->organisation == NULL || other->expired || other->revoked || other->notice->conflict ||
		    other->claim[0] == '\0' || !beside)
			continue;
		unsigned at = 0;
		while (at < n && !same_claim(claims[at].claim, other->claim))
			at++;
		if (at == n && n == BOARD_CLAIMS_MAX)
			continue;
		if (at == n)
			claims[n++] = (struct board_claim){.claim = other->claim};
		claims[at].count++;
		for (; at > 0 && claims[at].count > claims[at - 1].count; at--) {
			struct board_claim more = claims[at];
			claims[at] = claims[at - 1];
			claims[at - 1] = more;
		}
	}
	return n;
}

uint64_t board_last_word(const struct board *board, const struct pinned_org *org)
{
	uint64_t last = org->card.issued < board->now ? org->card.issued : board->now;
	for (unsigned i = 0; i < board->n; i++) {
		const struct board_word *word = &board->words[i];
		bool theirs = word->role != BOARD_WITNESS && memcmp(word->notice->organisation, org->card.signing, SIGN_KEY_SIZE) == 0;
		if (theirs && word->said > last)
			last = word->said < board->now ? word->said : board->now;
	}
	return last;
}

const char *board_state_word(enum board_state state)
{
	static const char *const words[] = {"current", "expired", "superseded", "cancelled", "conflict", "unconfirmed"};
	assert(state <= BOARD_UNCONFIRMED);
	return words[state];
}

const char *board_verb_word(enum notice_verb verb)
{
	static const char *const words[] = {"", "info", "go", "stop", "cancel", "complete", "heartbeat", "safe"};
	assert(verb <= NOTICE_SAFE);
	return words[verb];
}

const char *board_role_word(enum board_role role)
{
	static const char *const words[] = {"organisation", "announcer", "witness"};
	assert(role <= BOARD_WITNESS);
	return words[role];
}
