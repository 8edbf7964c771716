#ifndef BARID_PROTO_NOTICE_H
#define BARID_PROTO_NOTICE_H
/*
 * The public notice (SPEC.md section 5): plain text, signed by an organisation's Ed25519 key, by an announcer's whose certificate it carries, or, as
 * the word of a witness, by the key of a ticket. It replaces the notice of the same issuer and topic with a lower sequence number. It carries the
 * whole key, so every carrier can verify it; whether to believe it is the desk's matter.
 */

#include "proto/envelope.h"

enum notice_verb {
	NOTICE_INFO = 1,
	NOTICE_GO = 2,
	NOTICE_STOP = 3,
	NOTICE_CANCEL = 4,
	NOTICE_COMPLETE = 5,
	NOTICE_HEARTBEAT = 6,
	NOTICE_SAFE = 7, /* the route or place is safe */
};

struct notice {
	uint8_t issuer[SIGN_KEY_SIZE]; /* an organisation's, or the certificate's subject, or the ticket's */
	/* What stands before it, TICKET_SIZE or CERTIFICATE_SIZE bytes as header->extra says; borrowed. NULL with EXTRA_NONE. */
	const uint8_t *extra;
	uint8_t topic[NOTICE_TOPIC_SIZE];
	uint32_t seq;       /* from 1; higher replaces lower */
	uint32_t issued;    /* Unix seconds */
	uint32_t not_after; /* Unix seconds; > issued, by at most NOTICE_VALID_MAX */
	enum notice_verb verb;
	uint8_t type; /* letter type of the body: transport, alert or headcount, SPEC.md 9 */
	uint16_t body_len;
	const uint8_t *body; /* borrows */
};

enum { NOTICE_VALID_MAX = 72 * 3600 };

/* Bytes of the signed part (from the envelope header on) of a notice with this body. */
size_t notice_signed_len(enum envelope_extra extra, uint16_t body_len);
/* Smallest bucket that holds a notice with this body, or -1. */
int notice_bucket_for(enum envelope_extra extra, uint16_t body_len);
/* Lays out everything but the signature into envelope[envelope_size(header->bucket)], zeros after it. Returns the signed length. The caller
 * signs envelope_sign_bytes() of it with domain NOTICE_DOMAIN, writes the signature right behind them, and calls envelope_finish(). */
size_t notice_encode(const struct envelope_header *header, const struct notice *notice, uint8_t *envelope);
/* Parses and verifies an envelope of kind NOTICE already accepted by envelope_parse(): the signature is the issuer's; a certificate is its
 * organisation's word for this issuer, type and time; a ticket is for this issuer and the header's day, and its own signature is left to whoever
 * knows the organisation (ticket_ok()). Fills notice (views into envelope) and signed_len. */
bool notice_parse(const uint8_t *envelope, size_t len, struct notice *out, size_t *signed_len);

#define NOTICE_DOMAIN "barid-notice-v1"

#endif
