#ifndef BARID_PROTO_CERTIFICATE_H
#define BARID_PROTO_CERTIFICATE_H
/*
 * The announcer's certificate (SPEC.md 12.2): an organisation lets a key of somebody else's sign notices in its name, about some things, for some
 * days. It stands inside every notice it is for, so that each notice can be checked alone. Depth is one: a certificate signs no certificate.
 */

#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum certificate_scope { SCOPE_TRANSPORT = 1, SCOPE_ALERT = 2, SCOPE_HEADCOUNT = 4, SCOPE_ALL = 7 };

struct certificate {
	uint8_t subject[SIGN_KEY_SIZE];
	uint8_t organisation[SIGN_KEY_SIZE];
	uint8_t scope;                                  /* bits of enum certificate_scope, at least one */
	uint32_t not_before, not_after;                 /* Unix seconds; the second is later, by at most CERTIFICATE_VALID_MAX */
	uint8_t revocation[REVOCATION_COMMITMENT_SIZE]; /* revocation_commitment() of the secret that revokes it */
	uint8_t signature[SIGNATURE_SIZE];
};

enum { CERTIFICATE_VALID_MAX = 30 * 86400 };

/* Fills out[CERTIFICATE_SIZE]; the first CERTIFICATE_SIGNED_SIZE bytes are what the organisation signs, domain CERTIFICATE_DOMAIN. */
void certificate_encode(const struct certificate *certificate, uint8_t out[static CERTIFICATE_SIZE]);
/* Parses and verifies. */
bool certificate_parse(const uint8_t bytes[static CERTIFICATE_SIZE], struct certificate *out);
/* The scope bit of a notice's letter type, 0 if no notice may be of that type. */
uint8_t certificate_scope_of(uint8_t letter_type);

#define CERTIFICATE_DOMAIN "barid-certificate-v1"

#endif
