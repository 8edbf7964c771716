#ifndef BARID_PROTO_OUTSIDE_H
#define BARID_PROTO_OUTSIDE_H
/* The outside of a letter of any kind: all that a carrier can know of it, and must check before it lets foreign bytes in. */

#include "proto/envelope.h"
#include "proto/ticket.h"

struct outside {
	struct envelope_header header;
	uint8_t id[LETTER_ID_SIZE];
	/* NOTICE and CONTROL only: of the letters with one kind, issuer and topic, the highest seq replaces the others. */
	uint8_t issuer[SIGN_KEY_SIZE];
	uint8_t topic[NOTICE_TOPIC_SIZE];
	uint32_t seq;
	uint32_t issued;  /* NOTICE and CONTROL: Unix seconds, as signed */
	bool replaceable; /* the four above but for issued count: not for a revocation */
	/* Who vouches for it, if the reader trusts them: the organisation whose signature it bears, itself or through a certificate that is good. */
	bool has_organisation;
	uint8_t organisation[SIGN_KEY_SIZE];
	bool has_certificate;
	uint8_t revocable[REVOCATION_COMMITMENT_SIZE]; /* the certificate's */
	/* header.extra == EXTRA_TICKET: the ticket, whose key has signed this letter; ticket_ok() is left to whoever knows the organisation. */
	struct ticket ticket;
	uint8_t ticket_bytes[TICKET_SIZE];
};

/* Everything that can be checked without opening and without knowing anybody: envelope, layout of public kinds, signatures by the keys inside. False:
 * refuse it. */
bool outside_examine(const uint8_t *bytes, size_t len, struct outside *out);
/* The id of bytes that outside_examine() accepted before. Checks nothing again. */
void outside_id(const uint8_t *bytes, size_t len, uint8_t id[static LETTER_ID_SIZE]);

#endif
