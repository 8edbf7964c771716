#ifndef BARID_NODE_POST_GOSSIP_H
#define BARID_NODE_POST_GOSSIP_H
/* One link of the post: what to say to the neighbour at its end, and what to make of what it says (SPEC.md 7.3 to 7.6). */

#include "node/post/door.h"
#include "node/post/holdback.h"
#include "node/post/news.h"
#include "platform/clock.h"
#include "platform/radio.h"
#include "proto/session.h"
#include "proto/sync.h"

/* What all links of a post share. Everything is borrowed from the post. */
struct gossip {
	struct door *door;
	struct news *news;
	struct holdback *holdback;
	struct tally *tally;
	const uint8_t *nonce; /* of our beacon */
	bool is_gateway;
	bool must_commit; /* this turn let in something that will be acknowledged */
};

struct neighbour {
	uint32_t link;
	enum link_kind kind;
	struct session session;
	struct sync sync;
	bool greeted, met;                  /* our HELLO is out; theirs is in */
	bool is_gateway;                    /* they say so, on a link where only a gateway can answer */
	uint8_t nonce[BEACON_NONCE_SIZE];   /* theirs */
	uint8_t digests[LETTER_CLASSES][8]; /* ours, as greeted with */
	bool same[LETTER_CLASSES];          /* nothing to exchange in this class when we met */
	bool started, finished;             /* of the walk through the store */
	struct store_position position;     /* last place of the walk */
	uint64_t news_at;
	uint64_t up_ms, heard_ms, sent_ms, rekey_ms;
	uint64_t useful_ms; /* when it last brought or took a letter, or came up */
};

enum { HELLO_SIZE = 12 + LETTER_CLASSES * 8, HELLO_VERSION = 1, HELLO_GATEWAY = 1 };

/* Takes bytes from the link. False: end it. */
bool gossip_input(struct gossip *gossip, struct neighbour *neighbour, const uint8_t *bytes, size_t len, struct moment now);
/* Fills buf with up to cap bytes of handshake or whole records; 0: nothing to say. */
size_t gossip_output(struct gossip *gossip, struct neighbour *neighbour, uint8_t *buf, size_t cap, struct moment now);

#endif
