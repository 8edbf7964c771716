#ifndef BARID_NODE_SIM_CLASSICS_INSIDE_H
#define BARID_NODE_SIM_CLASSICS_INSIDE_H
/* What classics.c (the node), classics_buffer.c (its letters), classics_link.c (what crosses a link) and classics_prophet.c (whom it expects to meet)
 * share; for them only. */

#include "node/sim/classics.h"

enum {
	CLASSIC_PEERS = 32, /* neighbours it remembers for whether a link is of use */
	CLASSIC_DIALS_MAX = 8,
	CLASSIC_HEAD = 3,
	CLASSIC_MESSAGE_MAX = CLASSIC_HEAD + CLASSIC_LETTER_MAX,
	CLASSIC_SUMMARY_ENTRY = 8,
	CLASSIC_EXPECTED_MAX = 1024,
};

struct held {
	uint32_t number, addressee, bytes;
	uint32_t copies;  /* with CLASSIC_SPRAY: to give away or keep; else 1 */
	uint64_t arrival; /* order of coming */
	uint64_t expires_ms;
};

struct buffer {
	struct held *all; /* by number */
	uint32_t count, cap;
	uint64_t bytes, arrivals;
	uint64_t next_expiry_ms; /* not later than the first one */
	uint32_t digest;         /* of the numbers held, the same in any order */
	uint32_t generation;     /* counts changes */
};

struct held *buffer_find(const struct buffer *buffer, uint32_t number);
/* Adds a letter that is not there. A view, good until the next call that changes the buffer. */
struct held *buffer_add(struct buffer *buffer, const struct classic_letter *letter, uint32_t copies);
void buffer_remove(struct buffer *buffer, uint32_t number);
/* The first that came, of letters for others than node; NULL: there is none. */
const struct held *buffer_oldest(const struct buffer *buffer, uint32_t node);
/* One that has expired; NULL: there is none, and next_expiry_ms is exact. */
const struct held *buffer_expired(struct buffer *buffer, uint64_t now_ms);
/* The numbers of all letters in the order in which they came; the caller frees them. */
uint32_t *buffer_by_arrival(const struct buffer *buffer);
void buffer_free(struct buffer *buffer);

/* Probabilities are in thousand millionths. */
struct expected {
	uint32_t node, probability;
	uint64_t met_ms; /* UINT64_MAX: never itself */
};

struct prophet {
	struct expected *all; /* by node */
	uint32_t count, cap;
	uint64_t aged_ms; /* up to when all have been aged, in whole units */
};

/* How likely node is met, after aging up to now. */
uint32_t prophet_of(const struct prophet *prophet, uint32_t node);
void prophet_age(struct prophet *prophet, uint64_t now_ms);
void prophet_meet(struct prophet *prophet, uint32_t node, uint64_t now_ms);
/* peer, just met, expects to meet node so likely. self is not expected. */
void prophet_hear(struct prophet *prophet, uint32_t self, uint32_t peer, uint32_t node, uint32_t probability);
void prophet_free(struct prophet *prophet);

struct strand; /* one link, classics_link.c */

struct classic_peer {
	uint32_t node;
	uint32_t digest;                             /* heard last */
	uint32_t settled_digest, settled_generation; /* of the other and of us when all had been exchanged */
	bool settled;
	bool news;         /* there is something to exchange */
	uint64_t since_ms; /* there is */
	uint64_t settled_ms;
	uint64_t used; /* 0: free */
};

struct classic_dial {
	struct radio *radio; /* NULL: free */
	uint32_t link, node;
};

struct classic {
	struct classic_config config;
	struct radio_listener listener;
	struct radio *radios[CLASSIC_RADIOS_MAX];
	uint8_t radio_count;
	bool beacon_owed, touched;
	uint32_t shown; /* the digest on the air */
	struct buffer buffer;
	struct prophet prophet;
	struct strand **strands;
	uint32_t strand_count;
	struct classic_peer peers[CLASSIC_PEERS];
	struct classic_dial dials[CLASSIC_DIALS_MAX];
	uint64_t uses;
};

/* Never NULL: without memory the program ends. */
void *classic_need(void *memory);
/* A whole letter came over a link, with so many copies. False: it was here already, or does not fit. */
bool classic_take(struct classic *classic, const struct classic_letter *letter, uint32_t copies, uint32_t from);
/* All was exchanged with a node whose digest is that now. */
void classic_settled(struct classic *classic, uint32_t node, uint32_t digest);
uint64_t classic_now_ms(const struct classic *classic);

/* A link is open; dialled: from here. node: who is thought to be at the other end, CLASSIC_EVERYBODY if that is not known. */
struct strand *strand_open(struct radio *radio, uint32_t link, bool dialled, uint32_t node);
void strand_free(struct strand *strand);
bool strand_is(const struct strand *strand, const struct radio *radio, uint32_t link);
/* The node at the other end, CLASSIC_EVERYBODY if it has not said yet. */
uint32_t strand_node(const struct strand *strand);
/* To be closed at the end of the turn. */
void strand_end(struct strand *strand);
bool strand_is_ending(const struct strand *strand);
void strand_input(struct classic *classic, struct strand *strand, const uint8_t *bytes, size_t len);
/* Sends what there is room for. */
void strand_serve(struct classic *classic, struct strand *strand);
/* boot_ms at which it wants to be served; UINT64_MAX: not for itself. */
uint64_t strand_deadline(const struct strand *strand);
/* Closes it at the radio. */
void strand_close(struct strand *strand);
bool strand_of_radio(const struct strand *strand, const struct radio *radio);

#endif
