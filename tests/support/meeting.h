#ifndef BARID_TESTS_SUPPORT_MEETING_H
#define BARID_TESTS_SUPPORT_MEETING_H
/* Two catalogues that meet over a session of their own and compare, without a store, a disk or a link: the sync layer alone, for property tests and
 * bench_sync. */

#include "node/post/compare.h"

struct meeting_side {
	struct catalogue *catalogue;
	struct outbox outbox;
	struct marks offers;
	struct marks sent; /* every letter that was in the outbox: here they leave at once; or was offered and is not there */
	struct session session;
	struct compare *compare;
	struct wants wants;
	size_t said_bytes;                /* glance, wants, digests and messages: all that serves the comparison, before padding and encryption */
	size_t wire_bytes;                /* the same after it */
	unsigned heard[MESSAGE_REKEY];    /* messages that reached it, by type */
	unsigned verdicts[NEED_VERDICTS]; /* of the NEEDs among them */
};

struct meeting {
	struct meeting_side a, b; /* a opens the link */
	unsigned flights;         /* one way each, from the responder's first on; two are a round trip */
	bool ended;               /* one of them ended the link */
	unsigned corrupt_one_in;
	bool understate;
	unsigned forget_at; /* flight */
};

/* Two empty catalogues. seed: of everything that is drawn, so that a run can be repeated. */
void meeting_open(struct meeting *meeting, uint64_t seed);
void meeting_close(struct meeting *meeting);
/* Adds a letter to a catalogue. Returns its slot. */
uint32_t meeting_put(struct meeting_side *side, const uint8_t tag[static LETTER_TAG_SIZE], uint8_t rank, uint16_t day);
/* Adds letters of random tags to both, to a only, and to b only; of random ranks if mixed, otherwise routine ones of 512 bytes. */
void meeting_fill(struct meeting *meeting, uint32_t both, uint32_t only_a, uint32_t only_b, bool mixed);
/* Lets them meet until both have nothing more to say. May be called again: another contact. */
void meeting_run(struct meeting *meeting);
/* The same, but only so many flights after the greeting's. */
void meeting_run_flights(struct meeting *meeting, unsigned flights);
/* From now on every so many messages of a comparison are changed at random before they are heard; 0: none. */
void meeting_corrupt(struct meeting *meeting, unsigned one_in);
/* From now on every ESTIMATE claims that nothing differs. */
void meeting_understate(struct meeting *meeting);
/* In the midst of the next contact, before that flight (from 2 on), both sides forget a third of all letters, in a turn that is not kept yet. */
void meeting_forget(struct meeting *meeting, unsigned flight);
/* What was sent is exactly what the other has not: the number of letters missed or sent in vain. */
uint32_t meeting_mistakes(const struct meeting *meeting);
/* Next number of the meeting's own stream. */
uint64_t meeting_draw(void);

#endif
