#ifndef BARID_PROTO_SYNC_H
#define BARID_PROTO_SYNC_H
/*
 * Letters on their way over one link (SPEC.md 7.6): offers of what has become known since the two compared, picks that answer them, letters, and
 * acknowledgements once they are durable. Pure bookkeeping over message payloads: the caller knows the store. About 21 kB, no allocation; nothing a
 * peer says makes it grow.
 */

#include "proto/envelope.h"
#include "proto/session.h"

struct sync {
	uint16_t picks_owed; /* bit s: the answer to their offer in slot s has not left yet */
	uint16_t unacked_first, unacked_count;
	uint16_t verdict_count, settled_count;
	uint8_t offered[OFFER_SLOTS];              /* letters of an OFFER of ours that is not answered yet; 0: the slot is free */
	uint8_t verdicts[UNACKED_LETTERS_MAX / 8]; /* bit i: the i-th letter since the last ACK was kept */
	/* From here on nothing means anything before it is filled: most links live and die without touching it. */
	uint64_t picks[OFFER_SLOTS];                           /* bit i: letter i of their offer is wanted */
	uint32_t handles[OFFER_SLOTS][OFFER_IDS_MAX];          /* of what we offer */
	uint8_t unacked[UNACKED_LETTERS_MAX][LETTER_TAG_SIZE]; /* ring of letters sent, oldest first */
};

enum sync_kind {
	SYNC_OFFERED,   /* the peer offers event.count tags: find out which we lack, then sync_pick() */
	SYNC_PICKED,    /* the peer wants event.count letters of ours, named in event.handles */
	SYNC_LETTER,    /* event.envelope: let it in or refuse it, then sync_verdict() */
	SYNC_ACKED,     /* the peer answered for event.count letters: take each with sync_next_acked() */
	SYNC_MALFORMED, /* not of the protocol: end the link */
};

struct sync_event {
	enum sync_kind kind;
	uint8_t slot;
	uint16_t count;
	const uint8_t *tags; /* OFFERED: count times 16 bytes; a view of the payload */
	uint32_t handles[OFFER_IDS_MAX];
	const uint8_t *envelope; /* LETTER */
	size_t envelope_len;
	const uint8_t *verdicts; /* ACKED: bitmap, a view of the payload */
};

/* Nothing offered, nothing under way. */
void sync_start(struct sync *sync);

/* True if there is a slot for one more offer. */
bool sync_may_offer(const struct sync *sync);
/* Letters that were offered and of which the peer has not said yet whether it lacks them. */
uint32_t sync_unanswered(const struct sync *sync);
/* Offers 1..64 letters: writes an OFFER into the session; handles name them for the caller and come back in a PICKED event. False: no slot or no
 * room. */
bool sync_offer(struct sync *sync, struct session *session, const uint32_t *handles, uint8_t (*tags)[LETTER_TAG_SIZE], uint8_t count);
/* Takes one OFFER, PICK, LETTER or ACK. */
void sync_input(struct sync *sync, const struct message *message, struct sync_event *event);
/* Answers an OFFERED event: bit i of wanted set means send letter i. */
void sync_pick(struct sync *sync, const struct sync_event *offered, uint64_t wanted);
/* Answers a LETTER event. */
void sync_verdict(struct sync *sync, bool kept);
/* The tag of the i-th letter an ACKED event spoke of, in order; removes it. kept: the peer holds it durably. Good until the next sync_sent(). */
const uint8_t *sync_next_acked(struct sync *sync, const struct sync_event *acked, uint16_t i, bool *kept);

/* True if one more letter may be under way. */
bool sync_may_send(const struct sync *sync);
/* A LETTER with this tag was written. */
void sync_sent(struct sync *sync, const uint8_t tag[static LETTER_TAG_SIZE]);

/* Everything taken so far is durable: it may be acknowledged. */
void sync_settled(struct sync *sync);
/* Writes the PICKs owed and an ACK for what is settled, as far as the session has room. */
void sync_reply(struct sync *sync, struct session *session);

#endif
