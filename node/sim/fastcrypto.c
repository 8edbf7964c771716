#include "node/sim/fastcrypto.h"

#include "node/sim/bodies.h"
#include "node/sim/chance.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY = SIM_CHANCE_SECRET_SIZE,
	SECRETS = SIM_CHANCE_SECRETS,
	PLACES = SECRETS * 4, /* of the index by secret or public key */
	VERDICTS = 1 << 18,
};

static_assert(crypto_scalarmult_BYTES == KEY && crypto_scalarmult_SCALARBYTES == KEY, "X25519");

/* libsodium's own, as the linker names what it wraps. */
int __real_crypto_scalarmult(unsigned char *product, const unsigned char *secret, const unsigned char *point);
int __real_crypto_scalarmult_base(unsigned char *public_key, const unsigned char *secret);
int __real_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *message, unsigned long long len,
				       const unsigned char *key);
int __wrap_crypto_scalarmult(unsigned char *product, const unsigned char *secret, const unsigned char *point);
int __wrap_crypto_scalarmult_base(unsigned char *public_key, const unsigned char *secret);
int __wrap_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *message, unsigned long long len,
				       const unsigned char *key);

/* Numbers from 1 of the keys that start with the same bytes; 0: free. */
struct finder {
	uint16_t number[PLACES];
	uint8_t (*keys)[KEY];
};

static bool started;
static struct finder secrets, publics;
static uint8_t secret_keys[SECRETS][KEY], public_keys[SECRETS][KEY];
/* The product of two of our keys is the same whoever multiplies, so that half a square is enough: row of the greater number, column of the lesser. */
static uint8_t (*products)[KEY];
static uint8_t *product_known; /* a bit each */
static struct fastcrypto_sums sums;

/* 15 bytes of a hash of all that a verdict depends on, and the verdict. */
struct verdict {
	uint8_t question[15];
	uint8_t answer; /* 0: none; 1: good; 2: bad */
};
static struct verdict *verdicts;

static uint32_t place_of(const struct finder *finder, const uint8_t *key)
{
	uint32_t place;
	memcpy(&place, key, sizeof(place));
	place = place % PLACES;
	while (finder->number[place] != 0 && memcmp(finder->keys[finder->number[place] - 1], key, KEY) != 0)
		place = (place + 1) % PLACES;
	return place;
}

/* The number of a key, from 0; -1: it is none of ours. */
static int32_t find(const struct finder *finder, const uint8_t *key)
{
	return (int32_t)finder->number[place_of(finder, key)] - 1;
}

static void index_all(struct finder *finder, uint8_t keys[static SECRETS][KEY])
{
	*finder = (struct finder){.keys = keys};
	for (uint32_t i = 0; i < SECRETS; i++)
		finder->number[place_of(finder, keys[i])] = (uint16_t)(i + 1);
}

void fastcrypto_start(void)
{
	size_t pairs = (size_t)SECRETS * (SECRETS + 1) / 2;
	for (uint32_t i = 0; i < SECRETS; i++) {
		memcpy(secret_keys[i], sim_chance_secret(i), KEY);
		(void)__real_crypto_scalarmult_base(public_keys[i], secret_keys[i]); /* cannot fail */
	}
	index_all(&secrets, secret_keys);
	index_all(&publics, public_keys);
	products = bodies_memory(products, pairs * KEY);
	product_known = bodies_memory(product_known, pairs / 8 + 1);
	memset(product_known, 0, pairs / 8 + 1);
	verdicts = bodies_memory(verdicts, VERDICTS * sizeof(*verdicts));
	memset(verdicts, 0, VERDICTS * sizeof(*verdicts));
	sums = (struct fastcrypto_sums){.publics_made = SECRETS};
	started = true;
	fastseal_start();
	fastdigest_start();
#ifdef BARID_WITH_LIBCRYPTO
	fasthash_start();
#endif
}

struct fastcrypto_sums fastcrypto_sums(void)
{
	struct fastcrypto_sums all = sums;
	fastdigest_count(&all);
	return all;
}

int __wrap_crypto_scalarmult_base(unsigned char *public_key, const unsigned char *secret)
{
	int32_t number = started ? find(&secrets, secret) : -1;
	sums.publics++;
	if (number < 0) {
		sums.publics_made++;
		return __real_crypto_scalarmult_base(public_key, secret);
	}
	memcpy(public_key, public_keys[number], KEY);
	return 0;
}

int __wrap_crypto_scalarmult(unsigned char *product, const unsigned char *secret, const unsigned char *point)
{
	int32_t a = started ? find(&secrets, secret) : -1, b = a >= 0 ? find(&publics, point) : -1;
	sums.products++;
	if (b < 0) {
		sums.products_made++;
		return __real_crypto_scalarmult(product, secret, point);
	}
	size_t high = (size_t)(a > b ? a : b), low = (size_t)(a > b ? b : a), place = high * (high + 1) / 2 + low;
	uint8_t bit = (uint8_t)(1 << place % 8);
	if ((product_known[place / 8] & bit) == 0) {
		sums.products_made++;
		if (__real_crypto_scalarmult(products[place], secret, point) != 0)
			return -1;
		product_known[place / 8] |= bit;
	}
	memcpy(product, products[place], KEY);
	return 0;
}

int __wrap_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *message, unsigned long long len, const unsigned char *key)
{
	sums.verdicts++;
	if (!started) {
		sums.verdicts_made++;
		return __real_crypto_sign_verify_detached(signature, message, len, key);
	}
	uint8_t question[16];
	crypto_generichash_state state;
	(void)crypto_generichash_init(&state, NULL, 0, sizeof(question)); /* none of these can fail */
	(void)crypto_generichash_update(&state, key, crypto_sign_PUBLICKEYBYTES);
	(void)crypto_generichash_update(&state, signature, crypto_sign_BYTES);
	(void)crypto_generichash_update(&state, message, len);
	(void)crypto_generichash_final(&state, question, sizeof(question));
	uint32_t place;
	memcpy(&place, question, sizeof(place));
	struct verdict *verdict = &verdicts[place % VERDICTS];
	if (verdict->answer == 0 || memcmp(verdict->question, question, sizeof(verdict->question)) != 0) {
		sums.verdicts_made++;
		memcpy(verdict->question, question, sizeof(verdict->question));
		verdict->answer = __real_crypto_sign_verify_detached(signature, message, len, key) == 0 ? 1 : 2;
	}
	return verdict->answer == 1 ? 0 : -1;
}
