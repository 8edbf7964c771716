#ifndef BARID_PROTO_HELLO_H
#define BARID_PROTO_HELLO_H
/*
 * How two posts introduce themselves (SPEC.md 7.3). The initiator's glance and the responder's greeting travel inside the handshake; the initiator's
 * HELLO is its first message. When nothing differs, that is the whole contact.
 */

#include "proto/carried.h"

#include <stdbool.h>

/* What a post is willing to take: letters that come before (rank, day) in the order of letters, the day included, and no more than its capacity. */
struct wants {
	uint8_t rank;     /* 0..64; letters of lower rank are not wanted; 64: none are */
	uint16_t day;     /* of letters of exactly this rank, those of an earlier day are not wanted */
	uint8_t capacity; /* the whole store has room for at most 2^(capacity / 4) bytes; 0..255 */
};

enum { WANTS_SIZE = 4, HELLO_SIZE = 12 };

/* Flags of a hello. */
enum { HELLO_GATEWAY = 1, HELLO_LANE_JOIN = 2, HELLO_LANE_MAKE = 4, HELLO_FLAGS = 7, HELLO_SAME = 8, GREETING_FLAGS = 15 };

struct hello {
	uint8_t flags; /* HELLO_ bits: I am a gateway; I can join, I can make a fast lane; in a greeting only: I show what your glance says */
	uint8_t nonce[BEACON_NONCE_SIZE];
	struct wants wants;
};

struct greeting { /* the responder's */
	struct hello hello;
	uint8_t digests[LETTER_TIERS][CARRIED_DIGEST_SIZE]; /* carried_tier_digest() under session_greeting_salt() */
};

/* Bytes as the exponent of a struct wants, rounded up; and back. */
uint8_t wants_capacity(uint64_t bytes);
uint64_t wants_bytes(uint8_t capacity);
/* True if a letter of that rank and day is wanted. */
bool wants_letter(const struct wants *wants, uint8_t rank, uint16_t day);
/* The one of two floors that lets less through. */
struct wants wants_higher(struct wants a, struct wants b);

/* Says which letters are shown, under session_greeting_salt(). */
void greeting_show(struct greeting *greeting, const struct carried *carried, const uint8_t salt[static 32]);
/* The tiers (bit c: tier c) in which something else is shown than the greeting says, under the same salt. */
uint8_t greeting_differs(const struct greeting *greeting, const struct carried *carried, const uint8_t salt[static 32]);

void greeting_encode(const struct greeting *greeting, uint8_t out[static GREETING_SIZE]);
bool greeting_decode(struct greeting *greeting, const uint8_t bytes[static GREETING_SIZE]);
/* tiers: bit c set: tier c differs from what the greeting says of the other side. */
void hello_encode(const struct hello *hello, uint8_t tiers, uint8_t out[static HELLO_SIZE]);
bool hello_decode(struct hello *hello, uint8_t *tiers, const uint8_t *bytes, size_t len);
void wants_encode(const struct wants *wants, uint8_t out[static WANTS_SIZE]);
bool wants_decode(struct wants *wants, const uint8_t *bytes, size_t len);

#endif
