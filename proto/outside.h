#ifndef BARID_PROTO_OUTSIDE_H
#define BARID_PROTO_OUTSIDE_H
/* The outside of a letter of any kind: all that a carrier can know of it, and must check before it lets foreign bytes in. */

#include "proto/envelope.h"

struct outside {
	struct envelope_header header;
	uint8_t id[LETTER_ID_SIZE];
	/* NOTICE and CONTROL only: of the letters with one kind, issuer and topic, the highest seq replaces the others. */
	uint8_t issuer[SIGN_KEY_SIZE];
	uint8_t topic[NOTICE_TOPIC_SIZE];
	uint32_t seq;
};

/* Everything that can be checked without opening: envelope, layout of public kinds, their signatures. False: refuse it. */
bool outside_examine(const uint8_t *bytes, size_t len, struct outside *out);
/* The id of bytes that outside_examine() accepted before. Checks nothing again. */
void outside_id(const uint8_t *bytes, size_t len, uint8_t id[static LETTER_ID_SIZE]);

#endif
