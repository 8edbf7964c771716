#ifndef BARID_PROTO_LETTER_H
#define BARID_PROTO_LETTER_H
/* A whole letter of any kind, examined: what the door of a post needs to know before it lets foreign bytes in. */

#include "proto/envelope.h"

struct letter {
	struct envelope_header header;
	uint8_t id[LETTER_ID_SIZE];
	/* NOTICE and CONTROL only: of the letters with one kind, issuer and topic, the highest seq replaces the others. */
	uint8_t issuer[SIGN_KEY_SIZE];
	uint8_t topic[NOTICE_TOPIC_SIZE];
	uint32_t seq;
};

/* Everything that can be checked without opening: envelope, layout of public kinds, their signatures. False: refuse it. */
bool letter_examine(const uint8_t *bytes, size_t len, struct letter *out);
/* The id of bytes that letter_examine() accepted before. Checks nothing again. */
void letter_id(const uint8_t *bytes, size_t len, uint8_t id[static LETTER_ID_SIZE]);

#endif
