#ifndef BARID_DESK_COMPOSE_H
#define BARID_DESK_COMPOSE_H
/*
 * From a struct letter to an envelope: body, size, seal. Changes only the keyring's counters; the caller puts the result into the keyring
 * (compose_sent()), saves the vault, and only then submits it (outbox.h does all of that).
 */

#include "node/desk/wallet.h"
#include "proto/payload.h"

/* To whom. Exactly one of the first two is the usual case; reply_key is used if there is no card. All borrowed. */
struct recipient {
	const struct card *card;            /* NULL: we have none */
	const uint8_t *identity;            /* 32: always set */
	const uint8_t *reply_key;           /* 32 or NULL */
	const struct wallet_ticket *ticket; /* to be spent on the letter to them, of its day; NULL: none */
};

enum compose_result {
	COMPOSE_OK = 0,
	COMPOSE_TOO_LONG, /* composed.excess bytes too many */
	COMPOSE_BAD_KEY,
	COMPOSE_LIMIT, /* no room for another topic */
};

struct composed {
	struct envelope_header header;
	uint8_t id[LETTER_ID_SIZE];
	uint8_t secret[RECEIPT_SECRET_SIZE];
	bool reduced; /* sealed to the identity key */
	size_t excess;
	size_t len;
	uint8_t envelope[ENVELOPE_SIZE_MAX];
};

/* The class and TTL a type goes out with unless told otherwise. Stage letters take those of what they answer. */
enum letter_class compose_class(const struct letter *letter);
enum ttl_class compose_ttl(const struct letter *letter);

/* Seals to one recipient. now: keyring_time(). Sets reply_key in the body if the recipient is an organisation or unknown. */
enum compose_result compose_letter(struct keyring *ring, const struct recipient *to, const struct letter *letter, uint64_t now, struct composed *out);
/* The same with class and TTL given. */
enum compose_result compose_letter_as(struct keyring *ring, const struct recipient *to, const struct letter *letter,
				      const struct envelope_header *wish, uint64_t now, struct composed *out);

/* 64 bits naming what a notice is about: type and line (transport), area (alert) or place (headcount), folded as names are. */
void compose_topic(const struct letter *letter, uint8_t topic[static NOTICE_TOPIC_SIZE]);
/* The notice verb a letter means unless its issuer says otherwise: turned_back STOP, cancelled CANCEL, action cancel CANCEL, else INFO. A GO is
 * always said. */
enum notice_verb compose_verb(const struct letter *letter);
/* The same for a witness, who can only tell or warn: STOP for a bus turned back or cancelled, for danger now and for what is cancelled, else INFO. */
enum notice_verb compose_witness_verb(const struct letter *letter);
/* Seconds after issuing that a notice may count, to its writer and to its readers: 6 hours for GO, SAFE, COMPLETE and everything about transport, 72
 * for others. Who waits at a crossing goes by a notice of this morning, not of yesterday. */
uint32_t compose_valid_max(uint8_t type, enum notice_verb verb);

struct notice_wish {
	enum notice_verb verb;
	uint32_t not_after; /* Unix seconds; cut to compose_valid_max() */
};
/* Who speaks: the organisation of the keyring unless one of these is set. Borrowed. */
struct notice_signer {
	struct held_certificate *certificate; /* its announcer; counts on in its topics */
	const struct wallet_ticket *ticket;   /* of the day of now: a witness */
};
/* Signs a notice. HEARTBEAT goes to the topic of zeros, so that it replaces nothing. An organisation's word is noted in org.last_word. */
enum compose_result compose_notice_as(struct keyring *ring, const struct notice_signer *signer, const struct letter *letter,
				      const struct notice_wish *wish, uint64_t now, struct composed *out);
/* The same as the organisation of the keyring (ring->org.present). */
enum compose_result compose_notice(struct keyring *ring, const struct letter *letter, const struct notice_wish *wish, uint64_t now,
				   struct composed *out);
/* "We are here", for those who wonder why an organisation is silent. */
enum compose_result compose_heartbeat(struct keyring *ring, uint64_t now, struct composed *out);
/* The organisation's card as a CONTROL envelope. */
enum compose_result compose_card(const struct keyring *ring, struct composed *out);
/* RECEIPTS envelope of 1..RECEIPTS_MAX receipts, in random order. */
void compose_receipts(const struct receipt *receipts, size_t n, enum letter_class class, uint64_t now, struct composed *out);

/* What the keyring keeps of it, envelope pending. */
void compose_sent(const struct composed *composed, const struct recipient *to, const struct letter *letter, uint64_t now, bool send_now,
		  struct sent *out);

#endif
