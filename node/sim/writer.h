#ifndef BARID_NODE_SIM_WRITER_H
#define BARID_NODE_SIM_WRITER_H
/*
 * Real letters for simulated people: sealed with Noise X, vouched for by real tickets, signed, as a desk makes them (SPEC.md 3 to 5, 8.1, 12.1),
 * without a vault for each of fifty thousand. Everybody's keys follow from the seed and their number. The simulated desk of a recipient opens them
 * with the same keys.
 */

#include "node/sim/scenario.h"
#include "platform/sim/fate.h"
#include "proto/notice.h"
#include "proto/receipt.h"
#include "proto/ticket.h"

struct writer {
	uint64_t seed;
	struct fate fate; /* bodies, ephemeral keys, receipt secrets, tickets */
	uint8_t organisation_seed[SCENARIO_ORGANISATIONS_MAX][SIGN_KEY_SIZE], organisation_key[SCENARIO_ORGANISATIONS_MAX][SIGN_KEY_SIZE];
	uint8_t organisation_secret[SCENARIO_ORGANISATIONS_MAX][DH_KEY_SIZE], organisation_public[SCENARIO_ORGANISATIONS_MAX][DH_KEY_SIZE];
};

/* A letter as it leaves a desk. */
struct written {
	uint8_t bytes[ENVELOPE_SIZE_MAX];
	size_t len;
	struct envelope_header header;
	uint8_t id[LETTER_ID_SIZE];
};

/* Whom a sealed letter is for. */
struct writer_reader {
	bool is_organisation;
	uint32_t number; /* of the organisation, or of the person's node */
};

struct writer_wish {
	struct writer_reader to;
	enum letter_class class;
	enum ttl_class ttl;
	uint8_t bucket;  /* 1..3 with a ticket */
	uint64_t unix_s; /* by the writer's clock */
	bool ticket;     /* of organisation 0, as a medic if the class is urgent, else as a civilian it sponsors */
	uint32_t author; /* the writer's node */
	uint8_t slot;    /* of the ticket: the how manieth of this author and day, 0..TICKET_SLOTS - 1 */
};

void writer_open(struct writer *writer, uint64_t seed);
/* A letter to one reader. */
void writer_seal(struct writer *writer, const struct writer_wish *wish, struct written *out);
/* The same outside with noise inside: what a flooder writes, who cares for nobody. Of the wish class, ttl, bucket and time. */
void writer_noise(struct writer *writer, const struct writer_wish *wish, struct written *out);
/* Opens it with the reader's own key: true, and secret[], if it is theirs and whole. */
bool writer_unseal(const struct writer *writer, const struct writer_reader *reader, const struct written *letter,
		   uint8_t secret[static RECEIPT_SECRET_SIZE]);

struct writer_saying {
	uint8_t organisation, topic;
	enum notice_verb verb;
	uint32_t seq; /* from 1 */
	uint64_t unix_s;
	uint32_t valid_s;
};

/* A notice about a bus. */
void writer_notice(struct writer *writer, const struct writer_saying *saying, struct written *out);
/* n >= 1 receipts, at most RECEIPTS_MAX. */
void writer_receipts(const struct receipt *receipts, size_t n, enum letter_class class, uint64_t unix_s, struct written *out);
/* A notice's topic in full. */
void writer_topic(uint8_t topic, uint8_t out[static NOTICE_TOPIC_SIZE]);

#endif
