#ifndef BARID_DESK_BOARD_H
#define BARID_DESK_BOARD_H
/* What a public notice is worth right now, beside the others on its topic (SPEC.md 10). Decides; prints nothing. */

#include "node/desk/keyring.h"

enum board_state {
	BOARD_CURRENT,
	BOARD_EXPIRED,
	BOARD_SUPERSEDED,
	BOARD_CANCELLED,
	BOARD_CONFLICT,    /* the issuer signed two, or another trusted organisation says the opposite */
	BOARD_UNCONFIRMED, /* GO or COMPLETE that only one organisation signed */
};

/* State of a notice of the ring. Only pinned organisations confirm or contradict. */
enum board_state board_state(struct keyring *ring, const struct kept_notice *notice, uint64_t now);
const char *board_state_word(enum board_state state);
/* "go", "stop", ... */
const char *board_verb_word(enum notice_verb verb);

#endif
