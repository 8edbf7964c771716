#ifndef BARID_NODE_POST_GOSSIP_H
#define BARID_NODE_POST_GOSSIP_H
/*
 * One link of the post: what to say to the neighbour at its end, and what to make of what it says (SPEC.md 7.3 to 7.7). First the two compare what
 * they have (compare.h); what the neighbour lacks waits in its outbox (outbox.h). What becomes known later is pushed if it is proven or urgent and
 * offered if it is neither.
 */

#include "node/post/compare.h"
#include "node/post/door.h"
#include "node/post/lanes.h"
#include "platform/clock.h"
#include "platform/radio.h"
#include "proto/session.h"
#include "proto/sync.h"

struct fresh;

/* What all links of a post share. Everything is borrowed from the post. */
struct gossip {
	struct door *door;
	struct fresh *fresh; /* what this turn let in */
	struct tally *tally;
	struct lanes *lanes;
	const uint8_t *nonce; /* of our beacon */
	bool is_gateway;
	bool must_commit;   /* this turn let in something that will be acknowledged */
	bool urgent_handed; /* somebody has taken an urgent letter; whoever reads it clears it */
};

struct neighbour {
	uint32_t link;
	enum link_kind kind;
	bool greeted, met;       /* they know who we are; we know who they are */
	bool opened;             /* responder: the comparison is open */
	bool is_gateway;         /* they say so, on a link where only a gateway can answer */
	bool keepalive_owed;     /* nothing was sent for so long that an empty record is due */
	uint8_t tiers;           /* in which we differ */
	uint16_t suspects_out;   /* bit s: the offer in slot s has such letters and is not answered */
	struct compare *compare; /* owned; NULL until the handshake is done */
	uint64_t up_ms, heard_ms, sent_ms, rekey_ms;
	uint64_t useful_ms;               /* when it last brought or took a letter, or came up */
	struct wants theirs, told;        /* what they want of ours; what we said we want */
	struct wants floor;               /* below which letters were offered, */
	uint32_t tail;                    /* so many */
	uint8_t nonce[BEACON_NONCE_SIZE]; /* theirs */
	uint8_t glance[GLANCE_SIZE];      /* initiator: what we said */
	struct ingress ingress;           /* of what it brings */
	struct marks news;                /* to be offered */
	struct marks suspects;            /* the same, before all others: proven here, and perhaps there in another tier */
	struct marks doubts;              /* the same, a few at a time: of lesser tiers, and perhaps there in another */
	struct outbox outbox;
	struct aside aside;
	/* These two are large and set up by gossip_start(), which leaves most of them untouched. */
	struct sync sync;
	struct session session;
};

/* A new neighbour at the end of a link that has just come up. setup as for session_start(). */
void gossip_start(struct neighbour *neighbour, const struct session_setup *setup);
/* Frees what it owns and wipes its keys. */
void gossip_end(struct neighbour *neighbour);
/* Takes bytes from the link. False: end it. */
bool gossip_input(struct gossip *gossip, struct neighbour *neighbour, const uint8_t *bytes, size_t len, struct moment now);
/* Fills buf with up to cap bytes of handshake or whole records; 0: nothing to say. lesser: as for post_link_output(). */
size_t gossip_output(struct gossip *gossip, struct neighbour *neighbour, bool lesser, uint8_t *buf, size_t cap, struct moment now);
/* True if something waits that gossip_output() leaves out unless it may be lesser. */
bool gossip_holds_lesser(const struct neighbour *neighbour);
/* A letter has become known that came by the given link (0: by none). */
void gossip_tell(const struct gossip *gossip, struct neighbour *neighbour, uint32_t slot, uint32_t link);
/* Letters were moved in the order. */
void gossip_reorder(struct neighbour *neighbour);
/* This slot means another letter from now on, or none. */
void gossip_forget(struct neighbour *neighbour, uint32_t slot);

#endif
