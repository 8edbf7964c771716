#ifndef BARID_PROTO_NOTICE_H
#define BARID_PROTO_NOTICE_H
/*
 * The public notice (SPEC.md section 5): plain text, signed by an organisation's Ed25519 key, replacing the notice of the same issuer and
 * topic with a lower sequence number. It carries the whole key, so every carrier can verify it; whether to believe it is the desk's matter.
 */

#include "proto/envelope.h"

enum notice_verb {
	NOTICE_INFO = 1,
	NOTICE_GO = 2,
	NOTICE_STOP = 3,
	NOTICE_CANCEL = 4,
	NOTICE_COMPLETE = 5,
	NOTICE_HEARTBEAT = 6,
};

struct notice {
	uint8_t issuer[SIGN_KEY_SIZE];
	uint8_t topic[NOTICE_TOPIC_SIZE];
	uint32_t seq;       /* from 1; higher replaces lower */
	uint32_t issued;    /* Unix seconds */
	uint32_t not_after; /* Unix seconds; > issued, by at most NOTICE_VALID_MAX */
	enum notice_verb verb;
	uint8_t type; /* letter type of the body: transport or alert, SPEC.md 9 */
	uint16_t body_len;
	const uint8_t *body; /* borrows */
};

enum { NOTICE_VALID_MAX = 72 * 3600 };

/* Bytes of the signed part (from the envelope header on) of a notice with this body. */
size_t notice_signed_len(uint16_t body_len);
/* Smallest bucket that holds a notice with this body, or -1. */
int notice_bucket_for(uint16_t body_len);
/* Lays out everything but the signature into envelope[envelope_size(header->bucket)], zeros after it. Returns the signed length. The caller
 * signs those bytes with domain "barid-notice-v1", writes the signature right behind them, and calls envelope_finish(). */
size_t notice_encode(const struct envelope_header *header, const struct notice *notice, uint8_t *envelope);
/* Parses and verifies an envelope of kind NOTICE already accepted by envelope_parse(). Fills notice (views into envelope) and signed_len. */
bool notice_parse(const uint8_t *envelope, size_t len, struct notice *out, size_t *signed_len);

#endif
