#ifndef BARID_NODE_POST_TALLY_H
#define BARID_NODE_POST_TALLY_H
/* What the post counts instead of logging. One list: names appear in `barid status --json` under "counters". */

#include <stdint.h>

#define TALLY_LIST(X) \
	X(LETTERS_STORED, letters_stored) \
	X(LETTERS_KNOWN, letters_known) \
	X(LETTERS_MALFORMED, letters_malformed) \
	X(LETTERS_STALE, letters_stale) \
	X(LETTERS_FULL, letters_full) \
	X(LETTERS_UNMATCHED, letters_unmatched) \
	X(LETTERS_SENT, letters_sent) \
	X(LETTERS_EVICTED, letters_evicted) \
	X(LETTERS_EXPIRED, letters_expired) \
	X(LETTERS_PURGED, letters_purged) \
	X(LETTERS_ROTTEN, letters_rotten) \
	X(LINKS_UP, links_up) \
	X(LINKS_REFUSED, links_refused) \
	X(HANDSHAKES_FAILED, handshakes_failed) \
	X(RECORDS_FORGED, records_forged) \
	X(RECORDS_MALFORMED, records_malformed) \
	X(LINKS_TIMED_OUT, links_timed_out) \
	X(LINKS_DISPLACED, links_displaced) \
	X(BEACONS_MALFORMED, beacons_malformed) \
	X(CONTROL_MALFORMED, control_malformed) \
	X(COMMITS, commits) \
	X(COMMITS_FAILED, commits_failed)

enum tally_item {
#define TALLY_ENUM(upper, lower) TALLY_##upper,
	TALLY_LIST(TALLY_ENUM)
#undef TALLY_ENUM
		TALLY_ITEMS
};

struct tally {
	uint64_t count[TALLY_ITEMS];
};

#endif
