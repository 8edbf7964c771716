/* crypto/digest.h, sign.h, verify.h, keys.h and gatekey.h. The expected bytes were computed with Python's hashlib and cryptography. */

#include "crypto/digest.h"
#include "crypto/gatekey.h"
#include "crypto/keys.h"
#include "crypto/sign.h"
#include "crypto/verify.h"

#include "tests/support/suite.h"

#include <sodium.h>

#include <ctype.h>
#include <signal.h>
#include <string.h>

static const char domain[] = "barid-test-v1";

static void from_hex(const char *text, uint8_t *out, size_t len)
{
	size_t got;
	ck_assert_int_eq(sodium_hex2bin(out, len, text, strlen(text), NULL, &got, NULL), 0);
	ck_assert_uint_eq(got, len);
}

static void counting(uint8_t out[static 32])
{
	for (uint8_t i = 0; i < 32; i++)
		out[i] = i;
}

START_TEST(digest_is_blake2b_keyed_with_the_domain)
{
	uint8_t expected[32], got[32];
	from_hex("537c8795e3d748f20b41d6ef6ab92cca274dd1a4caa3dc75e9146f01d506f6e6", expected, 32);
	digest_of(domain, "abc", 3, got, 32);
	ck_assert_mem_eq(got, expected, 32);
}
END_TEST

START_TEST(short_digests_are_the_sixteen_byte_one_cut)
{
	uint8_t expected[16], got[17];
	from_hex("be0da6de1fb7ddeff4918d569830a9ce", expected, 16);
	for (size_t size = 4; size <= 16; size++) {
		memset(got, 0xaa, sizeof got);
		digest_of(domain, "abc", 3, got, size);
		ck_assert_mem_eq(got, expected, size);
		ck_assert_uint_eq(got[size], 0xaa);
	}
}
END_TEST

START_TEST(pieces_give_the_digest_of_the_whole)
{
	uint8_t bytes[300], whole[64], pieces[64];
	randombytes_buf(bytes, sizeof bytes);
	digest_of(domain, bytes, sizeof bytes, whole, sizeof whole);
	struct digest digest;
	digest_start(&digest, domain, sizeof pieces);
	digest_add(&digest, bytes, 1);
	digest_add(&digest, NULL, 0);
	digest_add(&digest, bytes + 1, 128);
	digest_add(&digest, bytes + 129, sizeof bytes - 129);
	digest_end(&digest, pieces);
	ck_assert_mem_eq(whole, pieces, sizeof whole);
	ck_assert(sodium_is_zero((const uint8_t *)&digest, sizeof digest));
}
END_TEST

START_TEST(a_digest_in_one_domain_is_none_in_another)
{
	static const char *const domains[] = {"barid-test-v1", "barid-test-v2", "barid-test-v1x", "barid-test-v", "BARID-test-v1"};
	uint8_t digests[5][16];
	for (size_t i = 0; i < 5; i++) {
		digest_of(domains[i], "abc", 3, digests[i], 16);
		for (size_t j = 0; j < i; j++)
			ck_assert_mem_ne(digests[i], digests[j], 16);
	}
}
END_TEST

START_TEST(a_domain_of_seven_letters_is_our_bug)
{
	uint8_t out[16];
	digest_of("barid-v", "abc", 3, out, sizeof out);
}
END_TEST

START_TEST(a_signature_is_rfc_8032_over_domain_zero_bytes)
{
	uint8_t seed[32], key[32], expected_key[32], signature[64], expected[64];
	counting(seed);
	from_hex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8", expected_key, 32);
	from_hex("b9b3ffef7bf561972644025515f5c9b27e833dfe67858558bc1978b2c4c06cc625aa66289ada9bdebf3f628f9be34492fea6dae3b2d671a66a1df9c9834a1907",
		 expected, 64);
	sign_public(seed, key);
	ck_assert_mem_eq(key, expected_key, 32);
	sign(domain, "abc", 3, seed, signature);
	ck_assert_mem_eq(signature, expected, 64);
	ck_assert(signature_ok(domain, "abc", 3, signature, key));
}
END_TEST

START_TEST(a_signature_of_one_domain_is_none_of_another)
{
	uint8_t seed[32] = {5}, key[32], signature[64];
	sign_public(seed, key);
	sign(domain, "abc", 3, seed, signature);
	ck_assert(!signature_ok("barid-test-v2", "abc", 3, signature, key));
	ck_assert(!signature_ok("barid-test-v1a", "bc", 2, signature, key));
	ck_assert(!signature_ok("barid-test-v", "1abc", 4, signature, key));
	ck_assert(!signature_ok(domain, "ab", 2, signature, key));
	ck_assert(!signature_ok(domain, "abc\0", 4, signature, key));
}
END_TEST

START_TEST(every_flipped_bit_of_a_signature_key_or_text_is_refused)
{
	uint8_t seed[32] = {6}, all[64 + 32 + 20] = {0};
	sign_public(seed, all + 64);
	sign(domain, all + 96, 20, seed, all);
	for (size_t bit = 0; bit < 8 * sizeof all; bit++) {
		all[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert(!signature_ok(domain, all + 96, 20, all, all + 64));
		all[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert(signature_ok(domain, all + 96, 20, all, all + 64));
}
END_TEST

START_TEST(the_largest_text_is_signed_whole)
{
	uint8_t seed[32] = {7}, key[32], signature[64];
	static uint8_t text[SIGNED_MAX];
	sign_public(seed, key);
	sign(domain, text, sizeof text, seed, signature);
	ck_assert(signature_ok(domain, text, sizeof text, signature, key));
	text[SIGNED_MAX - 1] = 1;
	ck_assert(!signature_ok(domain, text, sizeof text, signature, key));
}
END_TEST

START_TEST(a_second_signature_made_by_adding_the_group_order_is_refused)
{
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
					  0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
	uint8_t seed[32] = {8}, key[32], signature[64];
	sign_public(seed, key);
	sign(domain, "abc", 3, seed, signature);
	unsigned carry = 0;
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)signature[32 + i] + order[i];
		signature[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	ck_assert_uint_eq(carry, 0);
	ck_assert(!signature_ok(domain, "abc", 3, signature, key));
}
END_TEST

START_TEST(a_key_of_small_order_signs_nothing)
{
	/* With the neutral element as key and as R, and S = 0, the equation of RFC 8032 holds for every text. */
	static const uint8_t neutral[32] = {1}, order_four[32] = {0};
	uint8_t signature[64] = {1}, text[1];
	ck_assert(!signature_ok(domain, "abc", 3, signature, neutral));
	for (int i = 0; i < 64; i++) {
		text[0] = (uint8_t)i;
		ck_assert(!signature_ok(domain, text, 1, signature, order_four));
	}
}
END_TEST

START_TEST(a_fingerprint_is_eight_groups_of_five_digits)
{
	uint8_t key[32];
	char text[FINGERPRINT_TEXT + 1];
	text[FINGERPRINT_TEXT] = '!';
	counting(key);
	key_fingerprint(key, text);
	ck_assert_str_eq(text, "36599 89510 90308 87740 35622 79739 09677 99946");
	ck_assert_int_eq(text[FINGERPRINT_TEXT], '!');
	for (int i = 0; i < 200; i++) {
		key[0]++;
		key_fingerprint(key, text);
		ck_assert_uint_eq(strlen(text), FINGERPRINT_TEXT - 1);
		for (size_t at = 0; at < FINGERPRINT_TEXT - 1; at++)
			ck_assert(at % 6 == 5 ? text[at] == ' ' : isdigit((unsigned char)text[at]));
	}
}
END_TEST

START_TEST(a_flipped_bit_of_a_key_changes_its_fingerprint)
{
	uint8_t key[32] = {9};
	char before[FINGERPRINT_TEXT], after[FINGERPRINT_TEXT];
	key_fingerprint(key, before);
	for (size_t bit = 0; bit < 256; bit++) {
		key[bit / 8] ^= (uint8_t)(1 << bit % 8);
		key_fingerprint(key, after);
		ck_assert_str_ne(before, after);
		key[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}
END_TEST

START_TEST(public_keys_agree_with_another_implementation)
{
	uint8_t secret[32], expected[32], got[32];
	from_hex("77076d0a7318a57d3c16c17251b26645df4c2f92ebc099fae60ff9e4cb3a6e2a", secret, 32);
	from_hex("634ebfc3eac9589371a0e199f67f3a5fa47cfaa9c133384f06df17babc745055", expected, 32);
	ck_assert(key_public(secret, got));
	ck_assert_mem_eq(got, expected, 32);
	memset(got, 0, sizeof got);
	ck_assert(gatekey_public(secret, got));
	ck_assert_mem_eq(got, expected, 32);
}
END_TEST

START_TEST(fresh_keys_differ)
{
	uint8_t one[32], two[32];
	key_random(one, sizeof one);
	key_random(two, sizeof two);
	ck_assert_mem_ne(one, two, 32);
	gatekey_make(one);
	gatekey_make(two);
	ck_assert_mem_ne(one, two, 32);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("crypto_digest");
	TCase *tcase = tcase_create("digests, signatures, keys");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, digest_is_blake2b_keyed_with_the_domain);
	tcase_add_test(tcase, short_digests_are_the_sixteen_byte_one_cut);
	tcase_add_test(tcase, pieces_give_the_digest_of_the_whole);
	tcase_add_test(tcase, a_digest_in_one_domain_is_none_in_another);
	tcase_add_test_raise_signal(tcase, a_domain_of_seven_letters_is_our_bug, SIGABRT);
	tcase_add_test(tcase, a_signature_is_rfc_8032_over_domain_zero_bytes);
	tcase_add_test(tcase, a_signature_of_one_domain_is_none_of_another);
	tcase_add_test(tcase, every_flipped_bit_of_a_signature_key_or_text_is_refused);
	tcase_add_test(tcase, the_largest_text_is_signed_whole);
	tcase_add_test(tcase, a_second_signature_made_by_adding_the_group_order_is_refused);
	tcase_add_test(tcase, a_key_of_small_order_signs_nothing);
	tcase_add_test(tcase, a_fingerprint_is_eight_groups_of_five_digits);
	tcase_add_test(tcase, a_flipped_bit_of_a_key_changes_its_fingerprint);
	tcase_add_test(tcase, public_keys_agree_with_another_implementation);
	tcase_add_test(tcase, fresh_keys_differ);
	suite_add_tcase(suite, tcase);
	return suite;
}
