#ifndef BARID_TESTS_SUPPORT_VOICES_H
#define BARID_TESTS_SUPPORT_VOICES_H
/* Who may speak in public, for tests: announcers and witnesses of an organisation's keyring, and their notices on the way into another's. */

#include "node/desk/compose.h"

/* A certificate of the organisation for a fresh key, good for a day around PEOPLE_NOW; secret: what revokes it. */
struct held_certificate voices_announcer(const struct keyring *organisation, uint8_t scope, const uint8_t secret[static LINKAGE_SEED_SIZE]);
/* A ticket of the organisation for a fresh key, of the day of PEOPLE_NOW; seed: the linkage seed of that day, which revokes it. */
struct wallet_ticket voices_ticket(const struct keyring *organisation, enum ticket_role role, uint8_t slot,
				   const uint8_t seed[static LINKAGE_SEED_SIZE]);
/* Such a ticket into somebody's wallet. */
void voices_give(struct keyring *ring, const struct keyring *organisation, enum ticket_role role, uint8_t slot,
		 const uint8_t seed[static LINKAGE_SEED_SIZE]);
/* Signs (signer NULL: as the organisation ring), issued now, for that many hours. Fails the test if it cannot. */
struct composed voices_say(struct keyring *ring, const struct notice_signer *signer, const struct letter *letter, enum notice_verb verb, uint64_t now,
			   unsigned hours);
/* The notice arrives in a reader's ring at its time now. Returns what keyring_add_notice() does; fails the test if it is no notice. */
bool voices_hear(struct keyring *reader, const struct composed *composed, uint64_t now);

#endif
