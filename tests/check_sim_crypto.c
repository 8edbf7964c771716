/* Crypto that is remembered answers as libsodium does, the first time and every other; and chance in a simulation follows from its seed. */
#include "crypto/digest.h"
#include "node/sim/chance.h"
#include "node/sim/fastcrypto.h"
#include "platform/sim/fate.h"
#include "tests/support/suite.h"

#include <sodium.h>
#include <string.h>

enum { KEY = SIM_CHANCE_SECRET_SIZE, PAIRS = 144 };

static void arrange(void)
{
	sim_chance_start(7);
}

START_TEST(chance_follows_from_the_seed_and_the_stream_entered)
{
	uint8_t first[100], second[100];
	struct fate fate;
	fate_seed(&fate, 1, 2);
	fate_enter(&fate);
	randombytes_buf(first, sizeof(first));
	uint32_t number = randombytes_uniform(1000);
	fate_seed(&fate, 1, 2);
	randombytes_buf(second, sizeof(second));
	ck_assert_mem_eq(first, second, sizeof(first));
	ck_assert_uint_eq(randombytes_uniform(1000), number);
	fate_seed(&fate, 1, 3);
	randombytes_buf(second, sizeof(second));
	ck_assert_mem_ne(first, second, sizeof(first));
}
END_TEST

START_TEST(thirty_two_bytes_are_one_of_the_secrets)
{
	bool seen[SIM_CHANCE_SECRETS] = {false};
	unsigned different = 0;
	struct fate fate;
	fate_seed(&fate, 1, 2);
	fate_enter(&fate);
	for (unsigned i = 0; i < 8 * SIM_CHANCE_SECRETS; i++) {
		uint8_t drawn[KEY];
		uint32_t which = 0;
		randombytes_buf(drawn, sizeof(drawn));
		while (which < SIM_CHANCE_SECRETS && memcmp(sim_chance_secret(which), drawn, KEY) != 0)
			which++;
		ck_assert_uint_lt(which, SIM_CHANCE_SECRETS);
		different += !seen[which];
		seen[which] = true;
	}
	ck_assert_uint_gt(different, SIM_CHANCE_SECRETS * 9 / 10);
}
END_TEST

/* Never remembered: through a function that nobody wraps. */
static int multiply(uint8_t *product, const uint8_t *secret, const uint8_t *point)
{
	return crypto_scalarmult_curve25519(product, secret, point);
}

START_TEST(products_are_those_of_libsodium)
{
	uint8_t foreign[KEY] = {9, 8, 7}, low_order[KEY] = {0};
	fastcrypto_start();
	for (unsigned round = 0; round < 2; round++)
		for (uint32_t i = 0; i < PAIRS; i++) { /* each of twelve with each of twelve */
			const uint8_t *a = sim_chance_secret(i % 12 * 23), *b = sim_chance_secret(i / 12 * 22 + 5);
			uint8_t public_key[KEY], expected[KEY], one[KEY], other[KEY];
			ck_assert_int_eq(crypto_scalarmult_base(public_key, b), 0);
			ck_assert_int_eq(crypto_scalarmult_curve25519_base(expected, b), 0);
			ck_assert_mem_eq(public_key, expected, KEY);
			ck_assert_int_eq(multiply(expected, a, public_key), 0);
			ck_assert_int_eq(crypto_scalarmult(one, a, public_key), 0);
			ck_assert_mem_eq(one, expected, KEY);
			ck_assert_int_eq(crypto_scalarmult_base(public_key, a), 0);
			ck_assert_int_eq(crypto_scalarmult(other, b, public_key), 0);
			ck_assert_mem_eq(other, expected, KEY);
			ck_assert_int_eq(crypto_scalarmult(one, foreign, public_key), 0);
			ck_assert_int_eq(multiply(expected, foreign, public_key), 0);
			ck_assert_mem_eq(one, expected, KEY);
			ck_assert_int_ne(crypto_scalarmult(one, a, low_order), 0);
		}
	struct fastcrypto_sums sums = fastcrypto_sums();
	ck_assert_uint_eq(sums.publics_made, SIM_CHANCE_SECRETS);
	ck_assert_uint_le(sums.products_made, PAIRS + 2 * 2 * PAIRS);
	ck_assert_uint_eq(sums.products, 2 * 4 * PAIRS);
}
END_TEST

START_TEST(verdicts_are_those_of_libsodium)
{
	uint8_t seed[crypto_sign_SEEDBYTES] = {1}, public_key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	ck_assert_int_eq(crypto_sign_seed_keypair(public_key, secret, seed), 0);
	fastcrypto_start();
	for (unsigned round = 0; round < 2; round++)
		for (uint8_t i = 0; i < 40; i++) {
			uint8_t message[50] = {i}, signature[crypto_sign_BYTES];
			ck_assert_int_eq(crypto_sign_detached(signature, NULL, message, sizeof(message), secret), 0);
			ck_assert_int_eq(crypto_sign_verify_detached(signature, message, sizeof(message), public_key), 0);
			ck_assert_int_ne(crypto_sign_verify_detached(signature, message, sizeof(message) - 1, public_key), 0);
			signature[i] ^= 1;
			ck_assert_int_ne(crypto_sign_verify_detached(signature, message, sizeof(message), public_key), 0);
		}
	ck_assert_uint_eq(fastcrypto_sums().verdicts, 2 * 3 * 40);
	ck_assert_uint_eq(fastcrypto_sums().verdicts_made, 3 * 40);
}
END_TEST

static int seal_record(uint8_t *out, const uint8_t *plain, size_t len, const uint8_t *nonce, const uint8_t *key)
{
	return crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain, len, NULL, 0, NULL, nonce, key);
}

static int verify_record(const uint8_t *sealed, size_t len, const uint8_t *nonce, const uint8_t *key)
{
	return crypto_aead_chacha20poly1305_ietf_decrypt_detached(NULL, NULL, sealed, len, sealed + len, NULL, 0, nonce, key);
}

START_TEST(a_record_comes_through_whole_and_a_spoilt_one_is_noticed)
{
	uint8_t plain[508 + 3], sealed[sizeof(plain) + 16], opened[sizeof(plain)], key[32] = {1, 2, 3}, nonce[12] = {0, 0, 0, 0, 7};
	fastcrypto_start();
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)(i * 5);
	for (size_t len = 254; len <= sizeof(plain); len++) {
		ck_assert_int_eq(seal_record(sealed, plain, len, nonce, key), 0);
		for (size_t bit = 0; bit < (len + 16) * 8; bit += 3) {
			sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
			ck_assert_int_ne(verify_record(sealed, len, nonce, key), 0);
			sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		nonce[11] ^= 1;
		ck_assert_int_ne(verify_record(sealed, len, nonce, key), 0);
		nonce[11] ^= 1;
		key[31] ^= 1;
		ck_assert_int_ne(verify_record(sealed, len, nonce, key), 0);
		key[31] ^= 1;
		ck_assert_int_eq(verify_record(sealed, len, nonce, key), 0);
		ck_assert_int_eq(crypto_stream_chacha20_ietf_xor_ic(opened, sealed, len, nonce, 1, key), 0);
		ck_assert_mem_eq(opened, plain, len);
	}
}
END_TEST

int __real_crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char *out, unsigned long long *out_len, const unsigned char *in, unsigned long long len,
						     const unsigned char *ad, unsigned long long ad_len, const unsigned char *secret_nonce,
						     const unsigned char *nonce, const unsigned char *key);

START_TEST(handshakes_and_new_keys_are_sealed_by_libsodium)
{
	const uint8_t plain[300] = {4}, key[32] = {5}, nonce[12] = {6}, hash[32] = {7};
	uint8_t sealed[sizeof(plain) + 16], expected[sizeof(sealed)];
	fastcrypto_start();
	ck_assert_int_eq(crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, plain, sizeof(plain), hash, sizeof(hash), NULL, nonce, key), 0);
	(void)__real_crypto_aead_chacha20poly1305_ietf_encrypt(expected, NULL, plain, sizeof(plain), hash, sizeof(hash), NULL, nonce, key);
	ck_assert_mem_eq(sealed, expected, sizeof(sealed));
	ck_assert_int_eq(seal_record(sealed, plain, 32, nonce, key), 0);
	(void)__real_crypto_aead_chacha20poly1305_ietf_encrypt(expected, NULL, plain, 32, NULL, 0, NULL, nonce, key);
	ck_assert_mem_eq(sealed, expected, 48);
}
END_TEST

/* Of functions that nobody wraps. */
static void hash(uint8_t *out, const uint8_t *bytes, size_t len)
{
	(void)crypto_hash_sha256(out, bytes, len);
}

static void authenticate(uint8_t *out, const uint8_t *bytes, size_t len, const uint8_t *key)
{
	(void)crypto_auth_hmacsha256(out, bytes, len, key);
}

/* Every length over some blocks, taken in two pieces that are cut anywhere. */
START_TEST(hashes_are_those_of_libsodium)
{
	enum { LONGEST = 200, HASH = crypto_hash_sha256_BYTES };
	uint8_t bytes[LONGEST], key[crypto_auth_hmacsha256_KEYBYTES], expected[HASH], got[HASH];
	struct fate fate;
	fate_seed(&fate, 3, 4);
	fate_fill(&fate, bytes, sizeof(bytes));
	fate_fill(&fate, key, sizeof(key));
	fastcrypto_start();
	for (uint32_t len = 0; len <= LONGEST; len++) {
		uint32_t cut = fate_below(&fate, len + 1);
		crypto_hash_sha256_state state;
		crypto_hash_sha256_init(&state);
		crypto_hash_sha256_update(&state, bytes, cut);
		crypto_hash_sha256_update(&state, bytes + cut, len - cut);
		crypto_hash_sha256_final(&state, got);
		hash(expected, bytes, len);
		ck_assert_mem_eq(got, expected, HASH);
		crypto_auth_hmacsha256_state keyed, copy;
		crypto_auth_hmacsha256_init(&keyed, key, sizeof(key));
		copy = keyed;
		crypto_auth_hmacsha256_update(&copy, bytes, cut);
		crypto_auth_hmacsha256_update(&copy, bytes + cut, len - cut);
		crypto_auth_hmacsha256_final(&copy, got);
		authenticate(expected, bytes, len, key);
		ck_assert_mem_eq(got, expected, HASH);
	}
}
END_TEST

/* A short key is one with zeros behind it, one beyond a block is its own hash. */
/* By way of functions that nobody wraps. */
static void digest_anew(uint8_t *out, size_t out_len, const uint8_t *key, size_t key_len, const uint8_t *bytes, size_t len)
{
	ck_assert_int_eq(crypto_generichash_blake2b(out, out_len, bytes, len, key, key_len), 0);
}

START_TEST(digests_are_those_of_libsodium)
{
	static uint8_t bytes[700];
	uint8_t key[crypto_generichash_KEYBYTES_MAX], expected[crypto_generichash_BYTES_MAX], got[crypto_generichash_BYTES_MAX];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 31);
	memset(key, 5, sizeof(key));
	fastcrypto_start();
	for (unsigned round = 0; round < 4; round++) {
		bytes[0] = (uint8_t)(round / 2);                   /* anew, and remembered; then others of the same lengths */
		for (size_t len = 0; len < sizeof(bytes); len++) { /* in two parts and with every length of key and digest, short ones and long */
			size_t first = len / 3, key_len = len % 7 == 0 ? 0 : 16 + len % 49, out_len = 16 + len % 5 * 12;
			crypto_generichash_state state;
			ck_assert_int_eq(crypto_generichash_init(&state, key_len > 0 ? key : NULL, key_len, out_len), 0);
			ck_assert_int_eq(crypto_generichash_update(&state, bytes, first), 0);
			crypto_generichash_state copy = state;
			ck_assert_int_eq(crypto_generichash_update(&state, bytes + first, len - first), 0);
			ck_assert_int_eq(crypto_generichash_final(&state, got, out_len), 0);
			digest_anew(expected, out_len, key, key_len, bytes, len);
			ck_assert_mem_eq(got, expected, out_len);
			ck_assert_int_eq(crypto_generichash_final(&copy, got, out_len), 0);
			digest_anew(expected, out_len, key, key_len, bytes, first);
			ck_assert_mem_eq(got, expected, out_len);
		}
	}
	struct fastcrypto_sums sums = fastcrypto_sums();
	ck_assert_uint_gt(sums.digests, 1000);
	ck_assert_uint_lt(sums.digests_made, sums.digests * 6 / 10);
}
END_TEST

START_TEST(keys_of_any_length_are_those_of_libsodium)
{
	enum { SHORT = 20, LONG = 100, KEY_SIZE = crypto_auth_hmacsha256_KEYBYTES, HASH = crypto_hash_sha256_BYTES };
	uint8_t bytes[LONG] = {1, 2, 3}, padded[KEY_SIZE] = {0}, hashed[HASH], expected[HASH], got[HASH];
	crypto_auth_hmacsha256_state state;
	fastcrypto_start();
	memcpy(padded, bytes, SHORT);
	hash(hashed, bytes, sizeof(bytes));
	for (unsigned round = 0; round < 2; round++) {
		crypto_auth_hmacsha256_init(&state, bytes, round == 0 ? SHORT : LONG);
		crypto_auth_hmacsha256_update(&state, (const uint8_t *)"letter", 6);
		crypto_auth_hmacsha256_final(&state, got);
		authenticate(expected, (const uint8_t *)"letter", 6, round == 0 ? padded : hashed);
		ck_assert_mem_eq(got, expected, HASH);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("sim_crypto");
	TCase *test_case = tcase_create("sim_crypto");
	tcase_add_checked_fixture(test_case, arrange, NULL);
	tcase_add_test(test_case, chance_follows_from_the_seed_and_the_stream_entered);
	tcase_add_test(test_case, thirty_two_bytes_are_one_of_the_secrets);
	tcase_add_test(test_case, products_are_those_of_libsodium);
	tcase_add_test(test_case, verdicts_are_those_of_libsodium);
	tcase_add_test(test_case, a_record_comes_through_whole_and_a_spoilt_one_is_noticed);
	tcase_add_test(test_case, handshakes_and_new_keys_are_sealed_by_libsodium);
	tcase_add_test(test_case, hashes_are_those_of_libsodium);
	tcase_add_test(test_case, keys_of_any_length_are_those_of_libsodium);
	tcase_add_test(test_case, digests_are_those_of_libsodium);
	suite_add_tcase(suite, test_case);
	return suite;
}
