#include "node/desk/board.h"

#include <assert.h>
#include <string.h>

static bool says_go(enum notice_verb verb)
{
	return verb == NOTICE_GO || verb == NOTICE_COMPLETE;
}

static bool says_stop(enum notice_verb verb)
{
	return verb == NOTICE_STOP || verb == NOTICE_CANCEL;
}

enum board_state board_state(struct keyring *ring, const struct kept_notice *notice, uint64_t now)
{
	if (notice->conflict)
		return BOARD_CONFLICT;
	if (now > notice->not_after)
		return BOARD_EXPIRED;
	if (notice->verb == NOTICE_CANCEL)
		return BOARD_CANCELLED;
	bool confirmed = false, contradicted = false;
	for (unsigned i = 0; i < ring->notices_n; i++) {
		const struct kept_notice *other = &ring->notices[i];
		bool counts = other->type == notice->type && memcmp(other->topic, notice->topic, NOTICE_TOPIC_SIZE) == 0 && now <= other->not_after &&
			      memcmp(other->issuer, notice->issuer, SIGN_KEY_SIZE) != 0 && keyring_org_signing(ring, other->issuer) != NULL;
		if (!counts)
			continue;
		contradicted = contradicted || (says_go(notice->verb) && says_stop(other->verb));
		confirmed = confirmed || (other->verb == notice->verb && !other->conflict);
	}
	/* One word to stop is enough; two are needed to go. */
	if (contradicted)
		return BOARD_CONFLICT;
	return says_go(notice->verb) && !confirmed ? BOARD_UNCONFIRMED : BOARD_CURRENT;
}

const char *board_state_word(enum board_state state)
{
	static const char *const words[] = {"current", "expired", "superseded", "cancelled", "conflict", "unconfirmed"};
	assert(state <= BOARD_UNCONFIRMED);
	return words[state];
}

const char *board_verb_word(enum notice_verb verb)
{
	static const char *const words[] = {"", "info", "go", "stop", "cancel", "complete", "heartbeat"};
	assert(verb <= NOTICE_HEARTBEAT);
	return words[verb];
}
