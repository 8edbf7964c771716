#include "crypto/safebox.h"

#include <sodium.h>

#include <assert.h>
#include <string.h>

enum {
	SALT_AT = 0,
	OPS_AT = 16,
	MEMORY_AT = 20,
	ZERO_AT = 24,
	SLOTS_AT = 32,
	BODY_NONCE_AT = 352,
	BODY_AT = 376,
	NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	DATA_KEY_SIZE = 32,
	SLOT_PLAIN_SIZE = DATA_KEY_SIZE + 8,
	SLOT_SIZE = NONCE_SIZE + SLOT_PLAIN_SIZE + TAG_SIZE,
	MEMORY_KIB_MIN = 8,
};

static_assert(SALT_AT + crypto_pwhash_SALTBYTES == OPS_AT, "SPEC.md section 11");
static_assert(SLOTS_AT + SAFEBOX_SLOTS * SLOT_SIZE == BODY_NONCE_AT, "SPEC.md section 11");
static_assert(BODY_AT == BODY_NONCE_AT + NONCE_SIZE, "SPEC.md section 11");
static_assert(sizeof((struct safebox *)0)->head == BODY_NONCE_AT, "the head is all before the body's nonce");
static_assert(BODY_AT + SAFEBOX_BODY_SIZE + TAG_SIZE == SAFEBOX_FILE_SIZE, "nothing left over");

static uint32_t load_u32(const uint8_t bytes[static 4])
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void store_u32(uint8_t bytes[static 4], uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
}

static struct safebox_cost head_cost(const uint8_t head[static SLOTS_AT])
{
	return (struct safebox_cost){.ops = load_u32(head + OPS_AT), .memory_kib = load_u32(head + MEMORY_AT)};
}

static bool cost_allowed(struct safebox_cost cost)
{
	return cost.ops >= 1 && cost.ops <= SAFEBOX_OPS_MAX && cost.memory_kib >= MEMORY_KIB_MIN && cost.memory_kib <= SAFEBOX_MEMORY_KIB_MAX;
}

static bool passphrase_key(const uint8_t head[static SLOTS_AT], const void *passphrase, size_t len, uint8_t key[static 32])
{
	struct safebox_cost cost = head_cost(head);
	assert(cost_allowed(cost));
	const char *words = len == 0 ? "" : passphrase;
	return crypto_pwhash(key, 32, words, len, head + SALT_AT, cost.ops, (size_t)cost.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

static void seal_slot(uint8_t head[static BODY_NONCE_AT], uint32_t index, const uint8_t key[static 32], const uint8_t data_key[static 32])
{
	assert(index < SAFEBOX_SLOTS);
	uint8_t *slot = head + SLOTS_AT + index * SLOT_SIZE;
	uint8_t plain[SLOT_PLAIN_SIZE] = {0};
	memcpy(plain, data_key, DATA_KEY_SIZE);
	randombytes_buf(slot, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(slot + NONCE_SIZE, NULL, plain, sizeof plain, head, SLOTS_AT, NULL, slot, key);
	sodium_memzero(plain, sizeof plain);
}

/* Tries every slot, found or not, so that the time does not tell which one it was. */
static bool open_slots(const uint8_t head[static BODY_NONCE_AT], const uint8_t key[static 32], uint8_t out[static SLOT_PLAIN_SIZE])
{
	bool found = false;
	for (size_t i = 0; i < SAFEBOX_SLOTS; i++) {
		const uint8_t *slot = head + SLOTS_AT + i * SLOT_SIZE;
		uint8_t plain[SLOT_PLAIN_SIZE];
		int result = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, slot + NONCE_SIZE, SLOT_SIZE - NONCE_SIZE, head, SLOTS_AT,
									slot, key);
		if (result == 0 && !found) {
			memcpy(out, plain, sizeof plain);
			found = true;
		}
		sodium_memzero(plain, sizeof plain);
	}
	return found;
}

static bool open_body(const struct safebox *box, const uint8_t file[static SAFEBOX_FILE_SIZE], uint8_t *body)
{
	return crypto_aead_xchacha20poly1305_ietf_decrypt(body, NULL, NULL, file + BODY_AT, SAFEBOX_BODY_SIZE + TAG_SIZE, box->head, sizeof box->head,
							  file + BODY_NONCE_AT, box->data_key) == 0;
}

struct safebox_cost safebox_cost_default(void)
{
	return (struct safebox_cost){.ops = 3, .memory_kib = 64 * 1024};
}

struct safebox_cost safebox_cost_none(void)
{
	return (struct safebox_cost){.ops = 1, .memory_kib = MEMORY_KIB_MIN};
}

enum safebox_result safebox_make(struct safebox *box, const void *passphrase, size_t len, struct safebox_cost cost)
{
	assert(cost_allowed(cost));
	assert(passphrase != NULL || len == 0);
	/* Random everywhere first: that is what the unused slots are. */
	randombytes_buf(box, sizeof *box);
	store_u32(box->head + OPS_AT, cost.ops);
	store_u32(box->head + MEMORY_AT, cost.memory_kib);
	memset(box->head + ZERO_AT, 0, SLOTS_AT - ZERO_AT);
	uint8_t key[32];
	if (!passphrase_key(box->head, passphrase, len, key)) {
		safebox_wipe(box);
		return SAFEBOX_NO_MEMORY;
	}
	/* Any slot may be the one, so that its place says nothing about what the others are. */
	seal_slot(box->head, randombytes_uniform(SAFEBOX_SLOTS), key, box->data_key);
	sodium_memzero(key, sizeof key);
	return SAFEBOX_OK;
}

enum safebox_result safebox_open(struct safebox *box, const uint8_t file[static SAFEBOX_FILE_SIZE], const void *passphrase, size_t len, uint8_t *body)
{
	assert(passphrase != NULL || len == 0);
	enum safebox_result result = SAFEBOX_DAMAGED;
	uint8_t key[32] = {0}, plain[SLOT_PLAIN_SIZE] = {0};
	memcpy(box->head, file, sizeof box->head);
	if (!cost_allowed(head_cost(box->head)) || !sodium_is_zero(box->head + ZERO_AT, SLOTS_AT - ZERO_AT))
		goto err0;
	if (!passphrase_key(box->head, passphrase, len, key)) {
		result = SAFEBOX_NO_MEMORY;
		goto err0;
	}
	if (!open_slots(box->head, key, plain)) {
		result = SAFEBOX_WRONG_PASSPHRASE;
		goto err0;
	}
	memcpy(box->data_key, plain, DATA_KEY_SIZE);
	if (!sodium_is_zero(plain + DATA_KEY_SIZE, SLOT_PLAIN_SIZE - DATA_KEY_SIZE))
		goto err0;
	if (!open_body(box, file, body))
		goto err0;
	sodium_memzero(key, sizeof key);
	sodium_memzero(plain, sizeof plain);
	return SAFEBOX_OK;

err0:
	sodium_memzero(key, sizeof key);
	sodium_memzero(plain, sizeof plain);
	safebox_wipe(box);
	return result;
}

enum safebox_result safebox_reopen(const struct safebox *box, const uint8_t file[static SAFEBOX_FILE_SIZE], uint8_t *body)
{
	assert(cost_allowed(head_cost(box->head)));
	if (memcmp(box->head, file, sizeof box->head) != 0)
		return SAFEBOX_WRONG_PASSPHRASE;
	return open_body(box, file, body) ? SAFEBOX_OK : SAFEBOX_DAMAGED;
}

void safebox_close(const struct safebox *box, const uint8_t *body, uint8_t file[static SAFEBOX_FILE_SIZE])
{
	assert(cost_allowed(head_cost(box->head)));
	memcpy(file, box->head, sizeof box->head);
	randombytes_buf(file + BODY_NONCE_AT, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(file + BODY_AT, NULL, body, SAFEBOX_BODY_SIZE, box->head, sizeof box->head, NULL,
						   file + BODY_NONCE_AT, box->data_key);
}

void safebox_wipe(struct safebox *box)
{
	sodium_memzero(box, sizeof *box);
}

void rowbox_close(const uint8_t key[static 32], const void *context, size_t context_len, const uint8_t *plain, size_t len, uint8_t *out)
{
	assert(context != NULL || context_len == 0);
	randombytes_buf(out, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_SIZE, NULL, plain, len, context, context_len, NULL, out, key);
}

bool rowbox_open(const uint8_t key[static 32], const void *context, size_t context_len, const uint8_t *sealed, size_t len, uint8_t *plain)
{
	assert(context != NULL || context_len == 0);
	if (len < NONCE_SIZE + TAG_SIZE)
		return false;
	return crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed + NONCE_SIZE, len - NONCE_SIZE, context, context_len, sealed,
							  key) == 0;
}

enum { PASSBOX_NONCE_AT = ZERO_AT, PASSBOX_SEALED_AT = PASSBOX_NONCE_AT + NONCE_SIZE };

static_assert(PASSBOX_SEALED_AT + TAG_SIZE == PASSBOX_OVER, "salt, costs and nonce before, a tag behind");

/* The context stands before what is in the head: neither says where it ends, so its length does. */
static void passbox_bind(const uint8_t head[static PASSBOX_NONCE_AT], const void *context, size_t context_len, uint8_t out[static 32])
{
	crypto_generichash_state state;
	const uint8_t len[4] = {(uint8_t)context_len, (uint8_t)(context_len >> 8)};
	assert(context_len <= UINT16_MAX);
	crypto_generichash_init(&state, (const uint8_t *)"barid-passbox-v1", 16, 32);
	crypto_generichash_update(&state, len, sizeof len);
	crypto_generichash_update(&state, context, context_len);
	crypto_generichash_update(&state, head, PASSBOX_NONCE_AT);
	crypto_generichash_final(&state, out, 32);
}

enum safebox_result passbox_close(const struct passbox_words *words, struct safebox_cost cost, const uint8_t *plain, size_t len, uint8_t *out)
{
	uint8_t key[32], bound[32];
	assert(cost_allowed(cost));
	assert(cost.memory_kib <= PASSBOX_MEMORY_KIB_MAX);
	randombytes_buf(out, PASSBOX_SEALED_AT);
	store_u32(out + OPS_AT, cost.ops);
	store_u32(out + MEMORY_AT, cost.memory_kib);
	if (!passphrase_key(out, words->password, words->len, key))
		return SAFEBOX_NO_MEMORY;
	passbox_bind(out, words->context, words->context_len, bound);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + PASSBOX_SEALED_AT, NULL, plain, len, bound, sizeof bound, NULL, out + PASSBOX_NONCE_AT, key);
	sodium_memzero(key, sizeof key);
	return SAFEBOX_OK;
}

enum safebox_result passbox_open(const struct passbox_words *words, const uint8_t *box, size_t len, uint8_t *plain)
{
	uint8_t key[32], bound[32];
	if (len < PASSBOX_OVER || !cost_allowed(head_cost(box)) || head_cost(box).memory_kib > PASSBOX_MEMORY_KIB_MAX)
		return SAFEBOX_DAMAGED;
	if (!passphrase_key(box, words->password, words->len, key))
		return SAFEBOX_NO_MEMORY;
	passbox_bind(box, words->context, words->context_len, bound);
	int result = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, box + PASSBOX_SEALED_AT, len - PASSBOX_SEALED_AT, bound,
								sizeof bound, box + PASSBOX_NONCE_AT, key);
	sodium_memzero(key, sizeof key);
	return result == 0 ? SAFEBOX_OK : SAFEBOX_WRONG_PASSPHRASE;
}
