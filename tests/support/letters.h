#ifndef BARID_TESTS_SUPPORT_LETTERS_H
#define BARID_TESTS_SUPPORT_LETTERS_H
/* Builders of letters for tests: valid on the outside, as a carrier sees them. */

#include "proto/card.h"
#include "proto/notice.h"
#include "proto/receipt.h"
#include "proto/revocation.h"
#include "proto/ticket.h"

enum {
	SAMPLE_DAY = 3978,          /* in the header of what has no other */
	SAMPLE_LINKAGE_DAY = 3900,  /* chains of linkage begin here */
	SAMPLE_ISSUED = 1800000000, /* notices, cards; day 4032 */
};

struct sample {
	uint8_t bytes[ENVELOPE_SIZE_MAX];
	size_t len;
	uint8_t id[LETTER_ID_SIZE];
	uint8_t secret[RECEIPT_SECRET_SIZE]; /* sealed kind: opens its commitment */
};

/* A sealed letter with noise inside, different for every number; the same number gives the same letter. */
struct sample sample_sealed(uint32_t number, enum letter_class class, uint8_t bucket);
/* A signed notice of issuer 0.. (a key made of the number) on a topic. body distinguishes two notices of one seq. */
struct sample sample_notice(uint8_t issuer, uint8_t topic, uint32_t seq, const char *body);
/* A signed organisation card in its CONTROL envelope. */
struct sample sample_control(uint8_t issuer, uint32_t seq, uint8_t days);
/* Receipts for n sealed samples. */
struct sample sample_receipts(const struct sample *letters, size_t n);

/* Which ticket: organisation 0..63 is issuer 0.. above; person 0..63 has a chain of linkage, and a key for each ticket. */
struct sample_ticket {
	uint8_t organisation, person;
	enum ticket_role role;
	uint16_t day; /* from SAMPLE_LINKAGE_DAY, 1024 days */
	uint8_t slot;
};

/* The signing key of organisation or issuer 0... */
void sample_organisation(uint8_t organisation, uint8_t key[static SIGN_KEY_SIZE]);
/* And its private half. */
void sample_organisation_seed(uint8_t organisation, uint8_t seed[static SIGN_KEY_SIZE]);
/* The seed of a person's chain on a day: publishing it revokes that day's tickets and later ones. */
void sample_linkage_seed(uint8_t person, uint16_t day, uint8_t seed[static LINKAGE_SEED_SIZE]);
/* The ticket, signed; seed gets the private half of its key. */
void sample_ticket_bytes(const struct sample_ticket *which, uint8_t ticket[static TICKET_SIZE], uint8_t seed[static SIGN_KEY_SIZE]);
/* A sealed letter with noise inside, of the ticket's day, on which the ticket is spent. bucket 1..3. */
struct sample sample_ticketed(uint32_t number, enum letter_class class, uint8_t bucket, const struct sample_ticket *which);
/* A notice of type transport, verb INFO, on which the ticket is spent. */
struct sample sample_witness(const struct sample_ticket *which, uint8_t topic, const char *body);
/* The certificate of announcer 0.. by an organisation, for everything, from a day before SAMPLE_ISSUED to 20 days after; seed gets the private half
 * of the announcer's key. */
void sample_certificate_bytes(uint8_t organisation, uint8_t announcer, uint8_t certificate[static CERTIFICATE_SIZE],
			      uint8_t seed[static SIGN_KEY_SIZE]);
/* The secret that revokes it. */
void sample_certificate_secret(uint8_t announcer, uint8_t secret[static LINKAGE_SEED_SIZE]);
/* A notice under that certificate. */
struct sample sample_certified_notice(uint8_t organisation, uint8_t announcer, uint8_t topic, uint32_t seq, const char *body);
/* A revocation signed by an organisation. n: 1..REVOCATIONS_MAX. */
struct sample sample_revocation(uint8_t organisation, uint32_t issued, const struct revocation_entry *entries, uint8_t n);
/* The same by colleagues: a ticket is spent on it. */
struct sample sample_ticketed_revocation(const struct sample_ticket *which, const struct revocation_entry *entries, uint8_t n);

#endif
