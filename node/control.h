#ifndef BARID_NODE_CONTROL_H
#define BARID_NODE_CONTROL_H
/*
 * What a desk and its post say to each other over DIR/ctl.sock: an AF_UNIX SOCK_SEQPACKET, one packet a request, one or more packets an answer.
 * Both sides of the encoding stand here; node/post/counter.c answers, node/desk/postlink.c asks. Packets are at most CONTROL_PACKET_MAX
 * bytes. The post treats what comes in as foreign bytes.
 */

#include "platform/radio_report.h"
#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CONTROL_VERSION = 1,
	CONTROL_PACKET_MAX = 8192,
	CONTROL_COUNTERS_MAX = 64,
	CONTROL_RADIOS_MAX = 8,
	CONTROL_RADIO_NAME_MAX = 15,
	CONTROL_TRUST_MAX = 16
};

enum control_op {
	CONTROL_STATUS = 1, /* -> one packet, struct control_status */
	CONTROL_SUBMIT = 2, /* a letter -> one packet, struct control_submitted, after it is durable */
	CONTROL_FEED = 3,   /* everything that arrived after a cursor -> packets of struct control_letter, then one with end = true */
	CONTROL_TRACK = 4,  /* what became of one id -> one packet, struct control_track */
	CONTROL_WATCH = 5, /* answers (struct control_letter with end = true) as soon as something arrived after the cursor or an id was handed on, or
			      after timeout_ms */
	CONTROL_RADIOS = 6, /* -> one packet, struct control_radios. A post from before there were radios ends the connection */
	CONTROL_TRUST = 7,  /* the organisations that the desk's owner trusts -> one packet, struct control_trusted, after it is durable */
};

/* How a letter was met at the door. */
enum control_verdict {
	VERDICT_STORED = 0,
	VERDICT_KNOWN = 1,     /* had it, or had it once */
	VERDICT_MALFORMED = 2, /* not an envelope, or damaged */
	VERDICT_STALE = 3,     /* a newer notice or card of the same issuer is known */
	VERDICT_FULL = 4,      /* the store is full of more urgent letters */
	VERDICT_UNMATCHED = 5, /* receipts for letters this post never met */
};

enum { SUBMIT_SEND_NOW = 1, SUBMIT_CARRIED = 2 }; /* flags: no origination delay; somebody else's letter (from a bundle): no delay either */

struct control_request {
	enum control_op op;
	uint8_t flags;              /* SUBMIT */
	uint64_t after;             /* FEED, WATCH: cursor; 0 from the start */
	uint16_t max;               /* FEED: letters at most, 1..512 */
	uint8_t kinds;              /* FEED: bit (1 << kind) for each envelope kind wanted */
	uint32_t timeout_ms;        /* WATCH: at most 60000 */
	uint8_t id[LETTER_ID_SIZE]; /* TRACK */
	size_t envelope_len;        /* SUBMIT */
	const uint8_t *envelope;    /* SUBMIT; a view of the packet when decoded */
	uint8_t trust_count;        /* TRUST: 1..CONTROL_TRUST_MAX signing keys */
	const uint8_t *trust_keys;  /* TRUST: SIGN_KEY_SIZE bytes each; a view of the packet when decoded */
};

struct control_submitted {
	enum control_verdict verdict;
	uint8_t id[LETTER_ID_SIZE]; /* zero if malformed */
};

struct control_trusted {
	bool kept; /* false: this post believes as many organisations as it can, or its disk is full */
};

struct control_letter {
	bool end;          /* no letter in this packet: the answer is complete */
	uint64_t cursor;   /* position of this letter, or (end) where to go on next time */
	uint64_t store_id; /* a cursor is good only for the store it came from */
	size_t envelope_len;
	const uint8_t *envelope; /* a view of the packet when decoded */
};

enum control_place { PLACE_UNKNOWN = 0, PLACE_HELD = 1, PLACE_KNOWN = 2 }; /* never met or forgotten; carried here; no longer carried here */

struct control_track {
	enum control_place place;
	uint32_t copies;     /* links over which a neighbour confirmed to have stored it; about as many devices */
	uint64_t handed_at;  /* Unix seconds of the first such confirmation by our clock, 0 if none */
	uint64_t gateway_at; /* Unix seconds when a gateway confirmed to have stored it, 0 if not */
};

struct control_status {
	uint64_t unix_s; /* the post's clock */
	uint64_t uptime_s;
	uint64_t store_id;
	uint64_t newest;                  /* cursor of the newest letter */
	uint32_t letters[LETTER_CLASSES]; /* held, by class */
	uint8_t digest[8];                /* equal on two posts when they hold the same letters */
	uint32_t known;                   /* ids remembered without a body */
	uint64_t store_bytes, store_max_bytes;
	uint32_t neighbours; /* links up now, gateway included */
	bool gateway_linked, gateway_configured, is_gateway;
	uint64_t gateway_last; /* Unix seconds of the last gateway contact, 0 never */
	uint16_t counters;     /* how many of the next two are filled; the post's event counters in the order of node/post/tally.h */
	uint64_t counter[CONTROL_COUNTERS_MAX];
};

struct control_radio {
	char name[CONTROL_RADIO_NAME_MAX + 1]; /* small letters, digits and hyphens, such as "bluetooth"; at least one */
	struct radio_report report;
};

struct control_radios {
	uint8_t count; /* at most CONTROL_RADIOS_MAX */
	struct control_radio radio[CONTROL_RADIOS_MAX];
};

/* Encoders fill buf[cap] and return the packet's length, 0 if it does not fit. Decoders return false on anything not exactly of the form. */
size_t control_request_encode(const struct control_request *request, uint8_t *buf, size_t cap);
bool control_request_decode(const uint8_t *packet, size_t len, struct control_request *out);
size_t control_submitted_encode(const struct control_submitted *answer, uint8_t *buf, size_t cap);
bool control_submitted_decode(const uint8_t *packet, size_t len, struct control_submitted *out);
size_t control_letter_encode(const struct control_letter *answer, uint8_t *buf, size_t cap);
bool control_letter_decode(const uint8_t *packet, size_t len, struct control_letter *out);
size_t control_track_encode(const struct control_track *answer, uint8_t *buf, size_t cap);
bool control_track_decode(const uint8_t *packet, size_t len, struct control_track *out);
size_t control_status_encode(const struct control_status *answer, uint8_t *buf, size_t cap);
bool control_status_decode(const uint8_t *packet, size_t len, struct control_status *out);
size_t control_trusted_encode(const struct control_trusted *answer, uint8_t *buf, size_t cap);
bool control_trusted_decode(const uint8_t *packet, size_t len, struct control_trusted *out);
size_t control_radios_encode(const struct control_radios *answer, uint8_t *buf, size_t cap);
bool control_radios_decode(const uint8_t *packet, size_t len, struct control_radios *out);

#endif
