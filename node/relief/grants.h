#ifndef BARID_RELIEF_GRANTS_H
#define BARID_RELIEF_GRANTS_H
/*
 * From the roster to letters: grants sealed to members, kept in the queue in the same transaction as what the roster says of them, and revocations.
 * The verbs (duty_role.c) and every fetch use it. Wants to be inside office_begin() and office_commit() unless said otherwise.
 */

#include "node/desk/compose.h"
#include "node/relief/office.h"
#include "node/relief/roster.h"

/* The whole roster, in memory for one command. */
struct grants {
	struct office *office;
	struct member *members;
	size_t n;
	uint16_t today;
};

/* Reads the roster; every member's secrets are turned to today in memory. Not necessarily inside a transaction. */
enum err grants_open(struct grants *grants, struct office *office);
/* Takes one that was opened or zero. */
void grants_close(struct grants *grants);

/* Where grants go: into the queue (bundle NULL), or into memory to be handed over. Letters of at most tickets_max tickets. */
struct grants_out {
	uint8_t tickets_max, shares_max;
	bool by_hand;
	unsigned n;
	struct composed *letters; /* by_hand: n of them; the caller wipes nothing (they are sealed) and frees */
};
enum { GRANTS_BY_POST_TICKETS = GRANT_TICKETS_MAX, GRANTS_BY_QR_TICKETS = 10, GRANTS_BY_QR_SHARES = 8 };

/* Tickets of days from..until with shares of colleagues, and an announcer's certificate; notes the last day in the member and saves it. */
enum err grants_issue(struct grants *grants, struct member *member, uint16_t from, uint16_t until, struct grants_out *out);
/* Tells those who hold shares of a new member theirs, for the days that they have tickets for. */
enum err grants_introduce(struct grants *grants, const struct member *newcomer);
/* What every fetch does: tickets for the days to come, certificates before they run out, and once a week all revocations. Changes nothing and returns
 * ERR_OK if nothing is due. revoked: how many members were left out because colleagues revoked them. */
enum err grants_refill(struct grants *grants, unsigned *issued, unsigned *revoked);
/* Publishes what revokes the member, from today on, and takes them out of the roster. */
enum err grants_revoke(struct grants *grants, struct member *member);
/* True if colleagues revoked them. */
bool grants_revoked(const struct grants *grants, const struct member *member);

#endif
