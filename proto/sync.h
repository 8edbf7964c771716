#ifndef BARID_PROTO_SYNC_H
#define BARID_PROTO_SYNC_H
/*
 * Finding out what the other side lacks, and moving it (SPEC.md 7.4). Each side offers the tags of its letters in blocks, most urgent first; the
 * other answers which of them it wants; each wanted letter crosses once and is acknowledged when it is durable. Pure bookkeeping over message
 * payloads: the caller knows the store. About 27 kB a session, no allocation; nothing a peer says makes it grow.
 *
 * Four steps: sync_offer() what may go out, sync_input() what came in, sync_reply() the answers owed, sync_next() what to send now.
 */

#include "proto/envelope.h"
#include "proto/session.h"

struct sync_block { /* letters of one class, about to be offered */
	uint8_t count;
	enum letter_class class;
	uint64_t handles[OFFER_IDS_MAX]; /* the caller's names for them */
	uint8_t tags[OFFER_IDS_MAX][LETTER_TAG_SIZE];
};

struct sync_offered { /* one block of ours */
	bool used, answered;
	uint8_t count;
	enum letter_class class;
	uint64_t wanted; /* bit i: letter i is still to be sent */
	uint64_t handles[OFFER_IDS_MAX];
};

struct sync_wanted { /* one block of theirs */
	bool owed;   /* the WANT that answers this block has not left yet */
	uint8_t count;
	uint64_t wanted; /* bit i: letter i is still to come; 0 and not owed: the slot is free */
	uint8_t tags[OFFER_IDS_MAX][LETTER_TAG_SIZE];
};

struct sync {
	struct sync_offered offered[OFFER_SLOTS];
	struct sync_wanted wanted[OFFER_SLOTS];
	uint64_t unacked[UNACKED_LETTERS_MAX]; /* ring of handles sent, oldest first */
	uint16_t unacked_first, unacked_count;
	uint8_t verdicts[UNACKED_LETTERS_MAX / 8]; /* bit i: the i-th letter since the last ACK was kept */
	uint16_t verdict_count, settled_count;
};

enum sync_kind {
	SYNC_NOTHING,
	SYNC_OFFERED,   /* the peer offers event.count tags: find out which we lack, then sync_want() */
	SYNC_LETTER,    /* event.envelope is the letter we asked for by event.tag: let it in or refuse it, then sync_verdict() */
	SYNC_GONE,      /* a letter we asked for is no longer there */
	SYNC_ACKED,     /* the peer answered for event.count letters: take each with sync_next_acked() */
	SYNC_MALFORMED, /* not of the protocol: end the link */
};

struct sync_event {
	enum sync_kind kind;
	uint8_t slot;
	uint16_t count;
	const uint8_t *tags;     /* OFFERED: count times 16 bytes; a view of the payload */
	const uint8_t *envelope; /* LETTER */
	size_t envelope_len;
	const uint8_t *tag;      /* LETTER */
	const uint8_t *verdicts; /* ACKED: bitmap, a view of the payload */
};

struct sync_pick {
	uint64_t handle;
	uint8_t slot, index;
};

/* An empty sync: nothing offered, nothing asked for. */
void sync_start(struct sync *sync);

/* True if a block of this class may be offered now. */
bool sync_may_offer(const struct sync *sync, enum letter_class class);
/* Offers a block of 1..64 letters: writes an OFFER message into the session. Its handles come back from sync_next() and sync_next_acked(). False: no
 * slot or no room. */
bool sync_offer(struct sync *sync, struct session *session, const struct sync_block *block);

/* Takes one OFFER, WANT, LETTER or ACK. */
struct sync_event sync_input(struct sync *sync, const struct message *message);
/* Answers an OFFERED event: bit i of lacks set means send letter i. */
void sync_want(struct sync *sync, const struct sync_event *offered, uint64_t lacks);
/* True if this tag has been asked for and has not come yet. */
bool sync_awaits(const struct sync *sync, const uint8_t tag[static LETTER_TAG_SIZE]);
/* Answers a LETTER event. */
void sync_verdict(struct sync *sync, bool kept);
/* The i-th handle an ACKED event spoke of, in order; removes it. kept: the peer holds it durably. */
uint64_t sync_next_acked(struct sync *sync, const struct sync_event *acked, uint16_t i, bool *kept);

/* The most urgent letter to send now; false if there is none or 1024 are unacknowledged. It stays next until sync_sent(). */
bool sync_next(const struct sync *sync, struct sync_pick *pick);
/* It went out as a LETTER message; or, gone = true, it was no longer there and a LETTER without an envelope went out instead. */
void sync_sent(struct sync *sync, const struct sync_pick *pick, bool gone);

/* Everything taken so far is durable: it may be acknowledged. */
void sync_settled(struct sync *sync);
/* Writes the WANTs owed and an ACK for what is settled, as far as the session has room. */
void sync_reply(struct sync *sync, struct session *session);

#endif
