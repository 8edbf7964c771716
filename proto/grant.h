#ifndef BARID_PROTO_GRANT_H
#define BARID_PROTO_GRANT_H
/*
 * The grant (SPEC.md 12.6): what an organisation sends to a person it gives a role: tickets of one day, or an announcer's certificate, or both, and
 * the person's shares of the secrets that revoke colleagues. Travels as the body field of a sealed letter of type 15, never in the open. Only desks
 * use it.
 */

#include "proto/certificate.h"
#include "proto/ticket.h"

struct grant_ticket {
	uint8_t slot;
	uint8_t linkage[TICKET_LINKAGE_SIZE];
	uint8_t signature[SIGNATURE_SIZE];
};

/* The holder's share of the secret that revokes a colleague (proto/share.h). */
struct grant_share {
	uint8_t colleague[GRANT_NAME_MAX + 1]; /* UTF-8 with its NUL, 1..GRANT_NAME_MAX bytes */
	uint8_t x;                             /* 1..255, the holder's own place on the line */
	uint16_t day;                          /* the secret is the linkage seed of this day */
	uint8_t value[LINKAGE_SEED_SIZE];
};

struct grant {
	uint8_t organisation[SIGN_KEY_SIZE];
	enum ticket_role role;               /* of the tickets; TICKET_MEDIC with no tickets if there is only a certificate */
	uint16_t day;                        /* of the tickets */
	uint8_t key_seed[LINKAGE_SEED_SIZE]; /* ticket keys are made from it */
	uint8_t ticket_count, share_count;   /* 0..GRANT_TICKETS_MAX, 0..GRANT_SHARES_MAX */
	bool has_certificate;
	struct grant_ticket tickets[GRANT_TICKETS_MAX];
	struct grant_share shares[GRANT_SHARES_MAX];
	uint8_t certificate[CERTIFICATE_SIZE];
	uint8_t certificate_seed[SIGN_KEY_SIZE]; /* private half of the certificate's subject; only with a certificate */
};

/* The Ed25519 seed of a ticket's key: D("barid-ticket-key-v1", 32, key_seed ‖ day ‖ slot). */
void grant_ticket_seed(const uint8_t key_seed[static LINKAGE_SEED_SIZE], uint16_t day, uint8_t slot, uint8_t out[static SIGN_KEY_SIZE]);
/* Length of the encoding, at most GRANT_SIZE_MAX; 0 if it does not fit cap. */
size_t grant_encode(const struct grant *grant, uint8_t *out, size_t cap);
/* Strict: names hold no control characters, slots rise, nothing is left over. Signatures are not checked here. */
bool grant_decode(const uint8_t *bytes, size_t len, struct grant *out);

#endif
