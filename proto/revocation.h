#ifndef BARID_PROTO_REVOCATION_H
#define BARID_PROTO_REVOCATION_H
/*
 * Revocations (SPEC.md 12.3): a CONTROL letter with secrets whose publication is itself the revocation. Whoever knows the secret of a person's
 * tickets or certificate may revoke them: the organisation that made it, or two colleagues who put their shares of it together. So there is no list
 * that could be rolled back or forked: each entry stands alone, and what is known only grows. The signature only shows that the letter is worth
 * carrying.
 */

#include "proto/envelope.h"

struct revocation_entry {
	uint16_t day; /* tickets of that day and later are dead */
	uint8_t secret[LINKAGE_SEED_SIZE];
};

struct revocation {
	uint32_t issued;               /* Unix seconds */
	uint8_t issuer[SIGN_KEY_SIZE]; /* an organisation's key, or that of the ticket spent on it */
	uint8_t count;                 /* 1..REVOCATIONS_MAX */
	struct revocation_entry entries[REVOCATIONS_MAX];
};

/* What a certificate says of the secret that revokes it. */
void revocation_commitment(const uint8_t secret[static LINKAGE_SEED_SIZE], uint8_t out[static REVOCATION_COMMITMENT_SIZE]);
/* Lays out a CONTROL envelope but for its signature; ticket: TICKET_SIZE bytes of the ticket spent on it, or NULL if an organisation signs. The
 * caller signs the envelope as envelope_sign_bytes() gives it, domain REVOCATION_DOMAIN, and writes the signature behind. Returns the signed length;
 * *len is the envelope's. The header is fixed by the content: class urgent, 168 hours, smallest bucket, day of issued or of the ticket. */
size_t revocation_encode(const struct revocation *revocation, const uint8_t *ticket, uint8_t *envelope, size_t *len);
/* An envelope of kind CONTROL that envelope_parse() accepted. Verifies the signature under issuer, and that issuer is the ticket's key if it has one.
 */
bool revocation_parse(const uint8_t *envelope, size_t len, struct revocation *out, size_t *signed_len);
/* True if a CONTROL envelope says that it is this and no card. */
bool revocation_is(const uint8_t *envelope, size_t len);

#define REVOCATION_DOMAIN "barid-revocation-v1"

#endif
