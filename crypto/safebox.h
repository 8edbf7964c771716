#ifndef BARID_CRYPTO_SAFEBOX_H
#define BARID_CRYPTO_SAFEBOX_H
/*
 * The vault file's outside (SPEC.md section 11): one file of exactly 1 MiB that looks random. A salt, Argon2id costs, four key slots, then one
 * XChaCha20-Poly1305 box of fixed size. Works on bytes in memory; node/desk/vault.c reads and writes the file.
 *
 *      0  16  salt
 *     16   4  Argon2id operations        20   4  Argon2id memory in KiB      (little-endian; bound into every slot)
 *     24   8  zero
 *     32 320  four slots of 80: nonce 24 | sealed( data key 32 | meta 8 ) 40 | tag 16; unused ones are random
 *    352  24  nonce of the body
 *    376   .. sealed body and 16 tag bytes, to the end
 *
 * A slot is sealed under the Argon2id key and bound to bytes 0..31, the body under the data key and bound to bytes 0..351. meta is zero.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SAFEBOX_FILE_SIZE = 1 << 20,
	SAFEBOX_SLOTS = 4,
	SAFEBOX_BODY_SIZE = SAFEBOX_FILE_SIZE - 376 - 16, /* plaintext, always full: the caller pads */
	SAFEBOX_OPS_MAX = 10,
	SAFEBOX_MEMORY_KIB_MAX = 1 << 20,
};

struct safebox_cost {
	uint32_t ops;        /* 1..SAFEBOX_OPS_MAX */
	uint32_t memory_kib; /* 8..SAFEBOX_MEMORY_KIB_MAX */
};

/* The costs used for a new vault with a passphrase (64 MiB, 3 passes) and without one (the least possible: an empty passphrase protects nothing). */
struct safebox_cost safebox_cost_default(void);
struct safebox_cost safebox_cost_none(void);

/* An unlocked box: what is needed to write the file again without asking for the passphrase. Wipe when done. */
struct safebox {
	uint8_t head[352]; /* salt, costs, slots as in the file */
	uint8_t data_key[32];
};

enum safebox_result { SAFEBOX_OK, SAFEBOX_WRONG_PASSPHRASE, SAFEBOX_DAMAGED, SAFEBOX_NO_MEMORY };

/* Makes salt, data key and slots for a new box. Fails only with SAFEBOX_NO_MEMORY. */
enum safebox_result safebox_make(struct safebox *box, const void *passphrase, size_t len, struct safebox_cost cost);
/* Opens a file image; fills body[SAFEBOX_BODY_SIZE]. One Argon2id, then all four slots in constant order. SAFEBOX_DAMAGED: a slot opened but the
 * body did not, the costs are out of range, or reserved bytes are not zero. Unless SAFEBOX_OK, box is wiped and body shows nothing of the vault. */
enum safebox_result safebox_open(struct safebox *box, const uint8_t file[static SAFEBOX_FILE_SIZE], const void *passphrase, size_t len,
				 uint8_t *body);
/* Opens a newer image of a box that is unlocked already, without the passphrase; fills body[SAFEBOX_BODY_SIZE]. SAFEBOX_WRONG_PASSPHRASE: the image
 * has another head, so it is another vault or has another passphrase by now. The box stays as it is, whatever comes of it. */
enum safebox_result safebox_reopen(const struct safebox *box, const uint8_t file[static SAFEBOX_FILE_SIZE], uint8_t *body);
/* Seals body[SAFEBOX_BODY_SIZE] into a whole file image under a fresh nonce. */
void safebox_close(const struct safebox *box, const uint8_t *body, uint8_t file[static SAFEBOX_FILE_SIZE]);
void safebox_wipe(struct safebox *box);

/* One row of a database next to the vault (a relief group's cases): nonce 24 | sealed | tag 16, bound to a context. out gets len + 40. */
void rowbox_close(const uint8_t key[static 32], const void *context, size_t context_len, const uint8_t *plain, size_t len, uint8_t *out);
bool rowbox_open(const uint8_t key[static 32], const void *context, size_t context_len, const uint8_t *sealed, size_t len, uint8_t *plain);

/*
 * A few bytes under a password alone, in a row of a database (an operator's account): salt 16 | costs 8 | nonce 24 | sealed | tag 16, bound to a
 * context, so that it opens nothing in another row.
 */
enum { PASSBOX_OVER = 64, PASSBOX_MEMORY_KIB_MAX = 256 << 10 };

struct passbox_words {
	const void *password;
	size_t len;
	const void *context;
	size_t context_len; /* 0..65535 */
};

/* Seals plain into out[len + PASSBOX_OVER] under a fresh salt. SAFEBOX_NO_MEMORY: out is not to be used. */
enum safebox_result passbox_close(const struct passbox_words *words, struct safebox_cost cost, const uint8_t *plain, size_t len, uint8_t *out);
/* Opens a box of len bytes into plain[len - PASSBOX_OVER]. SAFEBOX_DAMAGED, without work: too short, or costs out of range, so that whoever can write
 * rows cannot make a try take a machine's memory. */
enum safebox_result passbox_open(const struct passbox_words *words, const uint8_t *box, size_t len, uint8_t *plain);

#endif
