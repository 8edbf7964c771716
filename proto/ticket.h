#ifndef BARID_PROTO_TICKET_H
#define BARID_PROTO_TICKET_H
/*
 * The one-time ticket (SPEC.md 12.1): an organisation's word that whoever holds its key may send one letter of one day as a medic, a bus marshal or a
 * civilian it sponsors. Any post that trusts the organisation checks it without asking anybody. Two tickets of one person have nothing in common that
 * a carrier could see; revoking the person's seed of a day names all later ones and no earlier one. (After the pseudonym certificates with linkage
 * values of vehicle networks, IEEE 1609.2.1.)
 */

#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ticket_role {
	TICKET_MEDIC = 1,    /* raises letters of class urgent to the urgent tier; may witness */
	TICKET_MARSHAL = 2,  /* for letters of any class, none of them to the urgent tier; may witness */
	TICKET_CIVILIAN = 3, /* the same */
};

struct ticket {
	uint8_t key[SIGN_KEY_SIZE];         /* Ed25519; its private half signs the one letter */
	uint8_t issuer[TICKET_ISSUER_SIZE]; /* ticket_issuer() of the organisation's key */
	enum ticket_role role;
	uint8_t slot; /* 0..TICKET_SLOTS - 1, different for each ticket of one person and day */
	uint16_t day; /* the only header day of a letter that it may be on */
	uint8_t linkage[TICKET_LINKAGE_SIZE];
	uint8_t signature[SIGNATURE_SIZE]; /* the organisation's, over the bytes before it */
};

/* The short name of an organisation's signing key that stands in its tickets. */
void ticket_issuer(const uint8_t signing[static SIGN_KEY_SIZE], uint8_t out[static TICKET_ISSUER_SIZE]);
/* Fills out[TICKET_SIZE]. The first TICKET_SIGNED_SIZE bytes are what the organisation signs, domain TICKET_DOMAIN. */
void ticket_encode(const struct ticket *ticket, uint8_t out[static TICKET_SIZE]);
/* The form only; false if role or slot is unknown. */
bool ticket_parse(const uint8_t bytes[static TICKET_SIZE], struct ticket *out);
/* True if the organisation with this key signed the ticket. */
bool ticket_ok(const uint8_t bytes[static TICKET_SIZE], const uint8_t signing[static SIGN_KEY_SIZE]);

#define TICKET_DOMAIN "barid-ticket-v1"
/* The ticket's own key signs the 32-byte id of the sealed letter it is spent on, in this domain. */
#define TICKET_SPEND_DOMAIN "barid-spend-v1"

#endif
