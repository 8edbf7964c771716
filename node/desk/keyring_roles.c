/* What a keyring knows of tickets and certificates that others hold: which organisation made one, and whether it was taken back. */

#include "node/desk/keyring.h"

#include "crypto/sign.h"
#include "proto/linkage.h"
#include "proto/revocation.h"

#include <string.h>

bool keyring_add_revocation(struct keyring *ring, const struct revoked *revoked)
{
	for (unsigned i = 0; i < ring->revocations_n; i++) {
		struct revoked *known = &ring->revocations[i];
		if (memcmp(known->secret, revoked->secret, sizeof known->secret) != 0)
			continue;
		if (known->day <= revoked->day)
			return false;
		known->day = revoked->day;
		return true;
	}
	if (ring->revocations_n == KEYRING_REVOCATIONS_MAX) {
		memmove(&ring->revocations[0], &ring->revocations[1], sizeof ring->revocations - sizeof ring->revocations[0]);
		ring->revocations_n--;
	}
	ring->revocations[ring->revocations_n++] = *revoked;
	return true;
}

bool keyring_ticket_revoked(const struct keyring *ring, const struct ticket *ticket)
{
	for (unsigned i = 0; i < ring->revocations_n; i++)
		if (linkage_kills(ring->revocations[i].secret, ring->revocations[i].day, ticket))
			return true;
	return false;
}

bool keyring_certificate_revoked(const struct keyring *ring, const uint8_t commitment[static REVOCATION_COMMITMENT_SIZE])
{
	for (unsigned i = 0; i < ring->revocations_n; i++) {
		uint8_t named[REVOCATION_COMMITMENT_SIZE];
		revocation_commitment(ring->revocations[i].secret, named);
		if (memcmp(named, commitment, sizeof named) == 0)
			return true;
	}
	return false;
}

static bool made_by(const uint8_t ticket[static TICKET_SIZE], const struct ticket *parsed, const uint8_t signing[static SIGN_KEY_SIZE])
{
	uint8_t issuer[TICKET_ISSUER_SIZE];
	ticket_issuer(signing, issuer);
	return memcmp(issuer, parsed->issuer, sizeof issuer) == 0 && ticket_ok(ticket, signing);
}

bool keyring_ticket_organisation(const struct keyring *ring, const uint8_t ticket[static TICKET_SIZE], uint8_t out[static SIGN_KEY_SIZE])
{
	struct ticket parsed;
	if (!ticket_parse(ticket, &parsed))
		return false;
	for (unsigned i = 0; i < ring->orgs_n; i++) {
		memcpy(out, ring->orgs[i].card.signing, SIGN_KEY_SIZE);
		if (made_by(ticket, &parsed, out))
			return true;
	}
	if (!ring->org.present)
		return false;
	sign_public(ring->org.sign_seed, out);
	return made_by(ticket, &parsed, out);
}
