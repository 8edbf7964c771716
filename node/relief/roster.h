#ifndef BARID_RELIEF_ROSTER_H
#define BARID_RELIEF_ROSTER_H
/*
 * Whom an organisation gave a role, and the secrets that their tickets are made of (SPEC.md 12). A member's secrets step forward every day and those
 * of the days before are forgotten: who takes this desk away can link nobody's past letters. A day's tickets are the same however often they are
 * made, so a grant may be sent twice. Rows are sealed (reliefdb.h). What changes something wants to be inside reliefdb_begin() and reliefdb_commit().
 */

#include "node/desk/keyring.h"
#include "node/relief/reliefdb.h"
#include "proto/revocation.h"

enum { ROSTER_MEMBERS_MAX = 4000, ROSTER_PLACES = 255, ROSTER_CERTIFICATE_DAYS = 30, ROSTER_RENEW_DAYS = 10, ROSTER_REVOKED_DAYS = 30 };

/* The first three are those of enum ticket_role. */
enum member_role { MEMBER_MEDIC = TICKET_MEDIC, MEMBER_MARSHAL = TICKET_MARSHAL, MEMBER_CIVILIAN = TICKET_CIVILIAN, MEMBER_ANNOUNCER };

struct member {
	uint32_t number; /* of the row; 0: not kept yet */
	char name[GRANT_NAME_MAX + 1];
	enum member_role role;
	uint8_t x;                          /* place of the shares that this member holds, 0 none */
	uint16_t day;                       /* of the next two */
	uint8_t linkage[LINKAGE_SEED_SIZE]; /* seed of that day */
	uint8_t keys[LINKAGE_SEED_SIZE];    /* what that day's ticket keys and slope are made of */
	uint16_t granted_until;             /* the last day that tickets were granted for, 0 none */
	/* an announcer's */
	uint8_t scope;
	uint8_t secret[LINKAGE_SEED_SIZE], slope[LINKAGE_SEED_SIZE]; /* of what revokes the certificate */
	uint8_t certificate[CERTIFICATE_SIZE], certificate_seed[SIGN_KEY_SIZE];
	struct card card; /* the latest we have of theirs */
};

const char *roster_role_word(enum member_role role);
/* 0: no such word. */
enum member_role roster_role_of_word(const char *word);
/* Tickets a day, and for how many days after today they are granted ahead. */
unsigned roster_quota(enum member_role role);
unsigned roster_days_ahead(enum member_role role);

/* Fresh secrets; number, card and name are the caller's. members: the n there are, for a place among them. */
void roster_enroll(struct member *member, const struct member *members, size_t n, uint16_t today);
/* A fresh key and certificate for so long as one may be, for an announcer with scope set. Signed by the organisation of the ring. */
void roster_certify(struct member *member, const struct keyring *ring, uint64_t now);
/* Forgets the secrets of days before today. */
void roster_turn(struct member *member, uint16_t today);

/* Every member, by number; the caller frees. ERR_DAMAGED: a row does not open. */
enum err roster_list(struct reliefdb *db, struct member **members, size_t *n);
/* The member with this name (as names compare), NULL if there is none. Borrows. */
struct member *roster_named(struct member *members, size_t n, const char *name);
/* Inserts or replaces; fills number. */
enum err roster_save(struct reliefdb *db, struct member *member);
enum err roster_remove(struct reliefdb *db, const struct member *member);

/* The member's tickets of that day, from slot first on, at most count. day: not before member->day. Fills grant but for shares. */
void roster_tickets(const struct member *member, const struct keyring *ring, uint16_t day, uint8_t first, uint8_t count, struct grant *out);
/* The certificate alone. */
void roster_certificate(const struct member *member, const struct keyring *ring, struct grant *out);
/* True if holder holds shares of about: the next GRANT_SHARES_MAX members after it that tickets or certificates are worth revoking of. */
bool roster_holds(const struct member *members, size_t n, const struct member *holder, const struct member *about);
/* Adds the holder's share of one colleague for a day (that of the certificate for an announcer). False: the grant is full, or holder has no place. */
bool roster_share(const struct member *holder, const struct member *about, uint16_t day, struct grant *out);

/* Appends what revokes the member from today on; returns how many entries, at most 2. */
uint8_t roster_revoke(const struct member *member, uint16_t today, struct revocation_entry *out);
/* Keeps entries that were published, to be published again. */
enum err roster_note_revoked(struct reliefdb *db, const struct revocation_entry *entries, uint8_t n, uint64_t now);
/* Those younger than ROSTER_REVOKED_DAYS, the newest REVOCATIONS_MAX; older ones are deleted. */
enum err roster_revoked(struct reliefdb *db, uint64_t now, struct revocation_entry *entries, uint8_t *n);

#endif
