/* crypto/seal.h: only the right key opens a letter, and only exactly the letter that was written. */

#include "crypto/seal.h"

#include "tests/support/suite.h"

#include <sodium.h>

#include <stdlib.h>
#include <string.h>

enum { HEADER = 32, LETTER_MAX = 512, PLAIN_MAX = LETTER_MAX - HEADER - SEAL_EXTRA };

/* X25519 ignores the lowest three bits of a secret. */
static uint8_t sender_secret[32] = {8}, sender_public[32], recipient_secret[32] = {16}, recipient_public[32], ephemeral_secret[32] = {24};
static uint8_t letter[LETTER_MAX], plain[PLAIN_MAX];

static struct seal_keys keys(void)
{
	return (struct seal_keys){.sender_secret = sender_secret, .recipient_public = recipient_public, .ephemeral_secret = ephemeral_secret};
}

/* A letter of len bytes in all: a header, and behind it what is sealed and bound to it. */
static void write_letter(size_t len)
{
	ck_assert_int_eq(crypto_scalarmult_base(sender_public, sender_secret), 0);
	ck_assert_int_eq(crypto_scalarmult_base(recipient_public, recipient_secret), 0);
	for (size_t i = 0; i < HEADER; i++)
		letter[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (uint8_t)(i * 3);
	struct seal_keys with = keys();
	ck_assert(seal(&with, letter, HEADER, plain, len - HEADER - SEAL_EXTRA, letter + HEADER));
}

static bool open_letter(size_t len, uint8_t out[static PLAIN_MAX], uint8_t sender[static 32])
{
	return unseal(recipient_secret, letter, HEADER, letter + HEADER, len - HEADER, out, sender);
}

START_TEST(the_reader_gets_the_text_and_who_wrote_it)
{
	for (size_t len = HEADER + SEAL_EXTRA; len <= LETTER_MAX; len++) {
		uint8_t out[PLAIN_MAX], sender[32];
		write_letter(len);
		ck_assert(open_letter(len, out, sender));
		ck_assert_mem_eq(out, plain, len - HEADER - SEAL_EXTRA);
		ck_assert_mem_eq(sender, sender_public, 32);
	}
}
END_TEST

START_TEST(every_flipped_bit_of_a_letter_is_refused)
{
	size_t len = _i == 0 ? 256 : 512, accepted = 0;
	uint8_t out[PLAIN_MAX], sender[32] = {0};
	write_letter(len);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		letter[bit / 8] ^= (uint8_t)(1 << bit % 8);
		accepted += open_letter(len, out, sender);
		letter[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert_uint_eq(accepted, 0);
	ck_assert(sodium_is_zero(sender, sizeof sender));
	ck_assert(open_letter(len, out, sender));
}
END_TEST

START_TEST(a_letter_cut_or_lengthened_is_refused)
{
	uint8_t out[PLAIN_MAX + 1], sender[32];
	write_letter(256);
	for (size_t cut = 0; cut < 256 - HEADER; cut++) {
		uint8_t *exact = malloc(cut + 1);
		ck_assert_ptr_nonnull(exact);
		memcpy(exact, letter + HEADER, cut);
		ck_assert(!unseal(recipient_secret, letter, HEADER, exact, cut, out, sender));
		free(exact);
	}
	ck_assert(!unseal(recipient_secret, letter, HEADER, letter + HEADER, 256 - HEADER + 1, out, sender));
}
END_TEST

START_TEST(a_wrong_key_opens_nothing)
{
	uint8_t out[PLAIN_MAX], sender[32], other[32];
	write_letter(256);
	for (size_t bit = 3; bit < 254; bit++) {
		/* Bits that X25519 clamps away make no other key. */
		memcpy(other, recipient_secret, 32);
		other[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert(!unseal(other, letter, HEADER, letter + HEADER, 256 - HEADER, out, sender));
	}
	ck_assert(!unseal(sender_secret, letter, HEADER, letter + HEADER, 256 - HEADER, out, sender));
}
END_TEST

START_TEST(bound_bytes_of_another_length_are_refused)
{
	uint8_t out[PLAIN_MAX], sender[32];
	write_letter(256);
	ck_assert(!unseal(recipient_secret, letter, HEADER - 1, letter + HEADER, 256 - HEADER, out, sender));
	ck_assert(!unseal(recipient_secret, NULL, 0, letter + HEADER, 256 - HEADER, out, sender));
}
END_TEST

START_TEST(a_recipient_key_of_low_order_is_refused)
{
	uint8_t out[256];
	write_letter(256);
	struct seal_keys with = keys();
	uint8_t low[32] = {0};
	with.recipient_public = low;
	ck_assert(!seal(&with, letter, HEADER, plain, 10, out));
	low[0] = 1;
	ck_assert(!seal(&with, letter, HEADER, plain, 10, out));
	memset(low, 0xff, sizeof low);
	low[0] = 0xec;
	low[31] = 0x7f;
	ck_assert(!seal(&with, letter, HEADER, plain, 10, out));
}
END_TEST

START_TEST(two_letters_of_one_text_share_no_bytes_run)
{
	uint8_t first[LETTER_MAX];
	write_letter(256);
	memcpy(first, letter, sizeof first);
	ephemeral_secret[0] += 8;
	write_letter(256);
	for (size_t at = HEADER; at + 4 <= 256; at++)
		ck_assert_mem_ne(first + at, letter + at, 4);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("crypto_seal");
	TCase *tcase = tcase_create("seal");
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, the_reader_gets_the_text_and_who_wrote_it);
	tcase_add_loop_test(tcase, every_flipped_bit_of_a_letter_is_refused, 0, 2);
	tcase_add_test(tcase, a_letter_cut_or_lengthened_is_refused);
	tcase_add_test(tcase, a_wrong_key_opens_nothing);
	tcase_add_test(tcase, bound_bytes_of_another_length_are_refused);
	tcase_add_test(tcase, a_recipient_key_of_low_order_is_refused);
	tcase_add_test(tcase, two_letters_of_one_text_share_no_bytes_run);
	suite_add_tcase(suite, tcase);
	return suite;
}
