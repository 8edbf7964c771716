#ifndef BARID_CRYPTO_KEYS_H
#define BARID_CRYPTO_KEYS_H
/* X25519 keys, fingerprints, and the epoch chain that gives a mailbox a new key every day (SPEC.md 6.3). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KEY_SIZE = 32,
	FINGERPRINT_DIGITS = 40,                       /* 132 bits */
	FINGERPRINT_TEXT = FINGERPRINT_DIGITS + 7 + 1, /* eight groups of five, spaces between, NUL */
};

/* Fills a fresh X25519 or epoch seed, or any secret of len bytes, from the system. */
void key_random(uint8_t *out, size_t len);
/* X25519 public key of a secret. False for a secret that gives no usable point. */
bool key_public(const uint8_t secret[static KEY_SIZE], uint8_t public_key[static KEY_SIZE]);
/* Eight groups of five digits to be compared by voice. */
void key_fingerprint(const uint8_t key[static KEY_SIZE], char out[static FINGERPRINT_TEXT]);

#endif
