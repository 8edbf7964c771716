#ifndef BARID_PROTO_CARD_H
#define BARID_PROTO_CARD_H
/*
 * The card (SPEC.md section 6): who somebody is and which keys seal a letter to them, day by day. A person's card passes by hand, by QR or
 * inside a sealed letter and is not signed. An organisation's is signed and also gossiped in a CONTROL envelope.
 */

#include "proto/envelope.h"

enum card_kind { CARD_PERSON = 1, CARD_ORGANISATION = 2 };
enum card_lane { LANE_FAST = 0, LANE_SLOW = 1 }; /* TTL of 6 and 24 hours; TTL of 72 hours and 7 days */

struct card {
	enum card_kind kind;
	uint16_t first_day;
	uint8_t days;                   /* 0..28 days of keys from first_day on */
	uint32_t seq;                   /* higher replaces lower */
	uint32_t issued;                /* Unix seconds */
	uint8_t identity[DH_KEY_SIZE];  /* X25519: names the holder, and seals when no day key fits (reduced protection) */
	uint8_t signing[SIGN_KEY_SIZE]; /* Ed25519; zero for a person */
	uint8_t keys[CARD_DAYS_MAX][CARD_LANES][DH_KEY_SIZE];
	uint8_t name_len;             /* 1..64 bytes of UTF-8 */
	char name[CARD_NAME_MAX + 1]; /* NUL-terminated */
};

enum card_lane lane_of_ttl(enum ttl_class ttl);
/* Writes the card without signature, at most CARD_SIZE_MAX - SIGNATURE_SIZE bytes; an organisation signs them with domain "barid-card-v1". Returns
 * their number. */
size_t card_encode(const struct card *card, uint8_t *out, size_t cap);
/* Parses the card at the start of the bytes; verifies an organisation's signature. Fills card and used (signature included).
 * Bytes behind it are the caller's. */
bool card_parse(const uint8_t *bytes, size_t len, struct card *out, size_t *used);
/* The day key for lane and day, or NULL if the card does not cover that day. Borrows from card. */
const uint8_t *card_key(const struct card *card, enum card_lane lane, uint16_t day);

/* CONTROL envelope of an organisation's signed card (card_len bytes, signature included), finished; one card has exactly one such envelope.
 * Returns its length. */
size_t control_encode(const uint8_t *card_bytes, size_t card_len, uint8_t *envelope);
/* Parses and verifies an envelope of kind CONTROL accepted by envelope_parse(). signed_len: bytes that make the id. */
bool control_parse(const uint8_t *envelope, size_t len, struct card *out, size_t *signed_len);

enum { CARD_TEXT_MAX = 11 + (CARD_SIZE_MAX + 4) * 8 / 5 + 2 };
/* One line of text "BARID:CARD:" + base32 (RFC 4648, upper case, no padding) of card and a 4-byte check, NUL-terminated, no newline. Good
 * in a file, a mail, a QR code. Returns its length. */
size_t card_to_text(const uint8_t *card_bytes, size_t card_len, char out[static CARD_TEXT_MAX]);
/* Reads such text; surrounding white space is ignored, lower case accepted. Fills card, and raw/raw_len with the card's bytes. */
bool card_from_text(const char *text, size_t len, struct card *out, uint8_t raw[static CARD_SIZE_MAX], size_t *raw_len);

#endif
