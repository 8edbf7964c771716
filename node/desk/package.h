#ifndef BARID_DESK_PACKAGE_H
#define BARID_DESK_PACKAGE_H
/*
 * An installation package that is handed on: its bytes, and FILE.sig beside it, three lines of text that say who signed it:
 *
 *   barid package v1
 *   key <64 hex digits: an Ed25519 public key>
 *   signature <128 hex digits: over the BLAKE2b-256 of the file, under a domain of its own (crypto/verify.h)>
 *
 * Anybody can make a key: what a good signature is worth is what the comparison of the key's fingerprint is worth. `barid package` and `barid serve`
 * call.
 */

#include "crypto/keys.h"
#include "platform/error.h"

enum { PACKAGE_MAX = 32 << 20, PACKAGE_SIGNATURE_MAX = 512 }; /* bytes */

struct package {
	uint8_t *bytes; /* owned */
	size_t len;
	char signature[PACKAGE_SIGNATURE_MAX]; /* the text of FILE.sig */
	char fingerprint[FINGERPRINT_TEXT];    /* of the key that signed it */
};

/* Reads FILE. ERR_LIMIT: too large, or empty. */
enum err package_read(const char *path, struct package *out);
/* Reads FILE.sig beside it and checks it. ERR_NO_FILE: there is none; ERR_DAMAGED: it is not a signature of this file. */
enum err package_check(const char *path, struct package *package);
/* Whether package.signature is one of package.bytes; fills the fingerprint. */
bool package_is_signed(struct package *package);
/* Takes NULL bytes. */
void package_free(struct package *package);
/* Signs what was read and writes FILE.sig. */
enum err package_sign(const char *path, struct package *package, const uint8_t seed[static 32]);

/* Makes a signing key in a new file of its own (0600). ERR_BUSY: there is a file already. */
enum err package_key_make(const char *path, uint8_t seed[static 32]);
/* ERR_DAMAGED: it is no such file. */
enum err package_key_read(const char *path, uint8_t seed[static 32]);
/* What people compare. */
void package_key_fingerprint(const uint8_t seed[static 32], char out[static FINGERPRINT_TEXT]);

#endif
