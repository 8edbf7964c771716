/* crypto/channel.h against the public Noise vectors and against a peer that damages, replays, reorders, reflects and interrupts. */

#include "crypto/channel.h"

#include "tests/support/suite.h"
#include "tests/support/vector.h"

#include <sodium.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_CAP = 512, DATA = 40 };

static const uint8_t secret_a[32] = {1, 2, 3}, secret_b[32] = {4, 5, 6}, secret_static[32] = {7, 8, 9}, secret_sender[32] = {10, 11};
static const uint8_t psk[32] = {42};
static const uint8_t prologue[] = "barid-link-v1";

static const uint8_t low_order[][32] = {
	{0},
	{1},
	{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
	 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
	{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
	 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
	{0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
	{0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
	{0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

static struct channel initiator, responder;

static void start(enum channel_pattern pattern)
{
	uint8_t static_public[32];
	ck_assert_int_eq(crypto_scalarmult_base(static_public, secret_static), 0);
	struct channel_setup setup = {.pattern = pattern, .prologue = prologue, .prologue_len = sizeof prologue - 1};
	setup.psk = pattern == CHANNEL_NNPSK0 ? psk : NULL;

	setup.role = CHANNEL_INITIATOR;
	setup.ephemeral_secret = secret_a;
	setup.static_secret = pattern == CHANNEL_X ? secret_sender : NULL;
	setup.remote_static = pattern == CHANNEL_NNPSK0 ? NULL : static_public;
	channel_start(&initiator, &setup);

	setup.role = CHANNEL_RESPONDER;
	setup.ephemeral_secret = pattern == CHANNEL_X ? NULL : secret_b;
	setup.static_secret = pattern == CHANNEL_NNPSK0 ? NULL : secret_static;
	setup.remote_static = NULL;
	channel_start(&responder, &setup);
}

/* Starts afresh and runs all messages before the given one; returns that one's length, written but not read. */
static size_t write_message(enum channel_pattern pattern, int step, uint8_t out[static MESSAGE_CAP])
{
	start(pattern);
	size_t len = channel_write_handshake(&initiator, NULL, 0, out, MESSAGE_CAP);
	ck_assert_uint_ne(len, 0);
	if (step == 0)
		return len;
	size_t payload_len;
	ck_assert(channel_read_handshake(&responder, out, len, NULL, 0, &payload_len));
	len = channel_write_handshake(&responder, NULL, 0, out, MESSAGE_CAP);
	ck_assert_uint_ne(len, 0);
	return len;
}

static bool read_message(int step, const uint8_t *message, size_t len)
{
	uint8_t payload[MESSAGE_CAP];
	size_t payload_len;
	return channel_read_handshake(step == 0 ? &responder : &initiator, message, len, payload, sizeof payload, &payload_len);
}

static void complete(enum channel_pattern pattern)
{
	uint8_t message[MESSAGE_CAP];
	int last = pattern == CHANNEL_X ? 0 : 1;
	size_t len = write_message(pattern, last, message);
	ck_assert(read_message(last, message, len));
	ck_assert(initiator.done && responder.done);
}

static void assert_unusable(struct channel *channel)
{
	uint8_t bytes[MESSAGE_CAP] = {0};
	ck_assert(channel->failed);
	channel->failed = false;
	ck_assert(sodium_is_zero((const uint8_t *)channel, sizeof *channel));
	channel->failed = true;
	size_t payload_len;
	ck_assert_uint_eq(channel_write_handshake(channel, NULL, 0, bytes, sizeof bytes), 0);
	ck_assert(!channel_read_handshake(channel, bytes, 48, bytes, sizeof bytes, &payload_len));
	ck_assert(!channel_encrypt(channel, bytes, 10, bytes));
	ck_assert(!channel_decrypt(channel, bytes, 26, bytes));
}

static const struct {
	enum channel_pattern pattern;
	int step;
	size_t len;
} messages[] = {{CHANNEL_NNPSK0, 0, 48}, {CHANNEL_NNPSK0, 1, 48}, {CHANNEL_NK, 0, 48}, {CHANNEL_NK, 1, 48}, {CHANNEL_X, 0, 96}};

static const struct {
	const char *name;
	enum channel_pattern pattern;
} vectors[] = {{"Noise_NNpsk0_25519_ChaChaPoly_SHA256", CHANNEL_NNPSK0},
	       {"Noise_NK_25519_ChaChaPoly_SHA256", CHANNEL_NK},
	       {"Noise_X_25519_ChaChaPoly_SHA256", CHANNEL_X}};

struct vector_keys {
	uint8_t prologue[64], psk[32], static_secret[32], remote_static[32], ephemeral_secret[32];
};

static void start_from_vector(struct channel *channel, const json_t *vector, enum channel_pattern pattern, enum channel_role role)
{
	struct vector_keys keys;
	bool initiates = role == CHANNEL_INITIATOR;
	struct channel_setup setup = {.pattern = pattern, .role = role, .prologue = keys.prologue};
	setup.prologue_len = vector_bytes(vector, initiates ? "init_prologue" : "resp_prologue", keys.prologue, sizeof keys.prologue);
	if (pattern == CHANNEL_NNPSK0) {
		const char *text = json_string_value(json_array_get(json_object_get(vector, initiates ? "init_psks" : "resp_psks"), 0));
		ck_assert_int_eq(sodium_hex2bin(keys.psk, 32, text, 64, NULL, NULL, NULL), 0);
		setup.psk = keys.psk;
	}
	const char *static_name = initiates ? "init_static" : "resp_static", *ephemeral_name = initiates ? "init_ephemeral" : "resp_ephemeral";
	if (json_object_get(vector, static_name) != NULL) {
		vector_exact(vector, static_name, keys.static_secret, 32);
		setup.static_secret = keys.static_secret;
	}
	if (json_object_get(vector, ephemeral_name) != NULL) {
		vector_exact(vector, ephemeral_name, keys.ephemeral_secret, 32);
		setup.ephemeral_secret = keys.ephemeral_secret;
	}
	if (initiates && json_object_get(vector, "init_remote_static") != NULL) {
		vector_exact(vector, "init_remote_static", keys.remote_static, 32);
		setup.remote_static = keys.remote_static;
	}
	channel_start(channel, &setup);
}

START_TEST(public_vectors_agree_in_both_roles)
{
	json_t *root = vector_file("noise");
	size_t found = 0, index;
	json_t *vector;
	json_array_foreach(json_object_get(root, "vectors"), index, vector)
	{
		if (strcmp(json_string_value(json_object_get(vector, "protocol_name")), vectors[_i].name) != 0)
			continue;
		found++;
		start_from_vector(&initiator, vector, vectors[_i].pattern, CHANNEL_INITIATOR);
		start_from_vector(&responder, vector, vectors[_i].pattern, CHANNEL_RESPONDER);
		bool one_way = vectors[_i].pattern == CHANNEL_X;
		size_t handshakes = one_way ? 1 : 2, i;
		json_t *message;
		json_array_foreach(json_object_get(vector, "messages"), i, message)
		{
			uint8_t payload[MESSAGE_CAP], expected[MESSAGE_CAP], wire[MESSAGE_CAP], back[MESSAGE_CAP];
			size_t payload_len = vector_bytes(message, "payload", payload, sizeof payload);
			size_t expected_len = vector_bytes(message, "ciphertext", expected, sizeof expected);
			bool forward = one_way || i % 2 == 0;
			struct channel *from = forward ? &initiator : &responder, *to = forward ? &responder : &initiator;
			if (i < handshakes) {
				ck_assert_uint_eq(channel_write_handshake(from, payload, payload_len, wire, sizeof wire), expected_len);
				ck_assert_mem_eq(wire, expected, expected_len);
				size_t back_len;
				ck_assert(channel_read_handshake(to, expected, expected_len, back, sizeof back, &back_len));
				ck_assert_uint_eq(back_len, payload_len);
			} else {
				ck_assert(channel_encrypt(from, payload, payload_len, wire));
				ck_assert_uint_eq(expected_len, payload_len + CHANNEL_TAG_SIZE);
				ck_assert_mem_eq(wire, expected, expected_len);
				ck_assert(channel_decrypt(to, expected, expected_len, back));
			}
			ck_assert_mem_eq(back, payload, payload_len);
		}
		ck_assert_uint_eq(i, 6);
		uint8_t hash[CHANNEL_HASH_SIZE];
		vector_exact(vector, "handshake_hash", hash, sizeof hash);
		ck_assert_mem_eq(initiator.hash, hash, sizeof hash);
		ck_assert_mem_eq(responder.hash, hash, sizeof hash);
	}
	ck_assert_uint_eq(found, 1);
	json_decref(root);
}
END_TEST

START_TEST(every_flipped_bit_of_a_handshake_message_is_refused)
{
	uint8_t message[MESSAGE_CAP];
	for (size_t bit = 0; bit < 8 * messages[_i].len; bit++) {
		size_t len = write_message(messages[_i].pattern, messages[_i].step, message);
		ck_assert_uint_eq(len, messages[_i].len);
		message[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert(!read_message(messages[_i].step, message, len));
		assert_unusable(messages[_i].step == 0 ? &responder : &initiator);
	}
}
END_TEST

START_TEST(a_handshake_message_of_any_other_length_is_refused)
{
	uint8_t message[MESSAGE_CAP] = {0};
	for (size_t cut = 0; cut <= messages[_i].len + 1; cut++) {
		size_t len = write_message(messages[_i].pattern, messages[_i].step, message);
		uint8_t *exact = malloc(cut + 1);
		ck_assert_ptr_nonnull(exact);
		memcpy(exact, message, cut);
		ck_assert_int_eq(read_message(messages[_i].step, exact, cut), cut == len);
		free(exact);
	}
}
END_TEST

START_TEST(every_flipped_bit_of_a_record_is_refused_and_writes_nothing)
{
	uint8_t plain[DATA] = "ten minutes of internet", record[DATA + CHANNEL_TAG_SIZE], untouched[DATA], out[DATA];
	memset(untouched, 0xaa, sizeof untouched);
	complete(CHANNEL_NNPSK0);
	struct channel fresh = responder;
	ck_assert(channel_encrypt(&initiator, plain, sizeof plain, record));
	for (size_t bit = 0; bit < 8 * sizeof record; bit++) {
		responder = fresh;
		record[bit / 8] ^= (uint8_t)(1 << bit % 8);
		memset(out, 0xaa, sizeof out);
		ck_assert(!channel_decrypt(&responder, record, sizeof record, out));
		ck_assert_mem_eq(out, untouched, sizeof out);
		assert_unusable(&responder);
		record[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	responder = fresh;
	ck_assert(channel_decrypt(&responder, record, sizeof record, out));
	ck_assert_mem_eq(out, plain, sizeof plain);
}
END_TEST

START_TEST(a_truncated_record_is_refused)
{
	uint8_t plain[DATA] = {1}, record[DATA + CHANNEL_TAG_SIZE], out[DATA];
	complete(CHANNEL_NNPSK0);
	struct channel fresh = responder;
	ck_assert(channel_encrypt(&initiator, plain, sizeof plain, record));
	for (size_t cut = 0; cut < sizeof record; cut++) {
		responder = fresh;
		ck_assert(!channel_decrypt(&responder, record, cut, out));
	}
}
END_TEST

START_TEST(replayed_reordered_and_reflected_records_are_refused)
{
	uint8_t plain[DATA] = {1}, first[DATA + CHANNEL_TAG_SIZE], second[DATA + CHANNEL_TAG_SIZE], out[DATA];
	complete(CHANNEL_NK);
	struct channel fresh_initiator = initiator, fresh_responder = responder;
	ck_assert(channel_encrypt(&initiator, plain, sizeof plain, first));
	ck_assert(channel_encrypt(&initiator, plain, sizeof plain, second));
	ck_assert_mem_ne(first, second, sizeof first);

	ck_assert(channel_decrypt(&responder, first, sizeof first, out));
	ck_assert(!channel_decrypt(&responder, first, sizeof first, out));
	ck_assert(!channel_decrypt(&responder, second, sizeof second, out));
	responder = fresh_responder;
	ck_assert(!channel_decrypt(&responder, second, sizeof second, out));
	ck_assert(!channel_decrypt(&fresh_initiator, first, sizeof first, out));
}
END_TEST

START_TEST(a_replayed_first_message_yields_a_session_the_replayer_cannot_use)
{
	uint8_t first[MESSAGE_CAP], second[MESSAGE_CAP], third[MESSAGE_CAP], plain[DATA] = {1}, record[DATA + CHANNEL_TAG_SIZE], out[DATA];
	size_t len = write_message(CHANNEL_NNPSK0, 0, first), payload_len;
	ck_assert(read_message(0, first, len));
	ck_assert_uint_eq(channel_write_handshake(&responder, NULL, 0, second, sizeof second), 48);
	ck_assert(read_message(1, second, 48));
	ck_assert(channel_encrypt(&initiator, plain, sizeof plain, record));

	struct channel other;
	channel_start(&other, &(struct channel_setup){.pattern = CHANNEL_NNPSK0,
						      .role = CHANNEL_RESPONDER,
						      .prologue = prologue,
						      .prologue_len = sizeof prologue - 1,
						      .psk = psk,
						      .ephemeral_secret = secret_sender});
	ck_assert(channel_read_handshake(&other, first, len, NULL, 0, &payload_len));
	ck_assert_uint_eq(channel_write_handshake(&other, NULL, 0, third, sizeof third), 48);
	ck_assert_mem_ne(second, third, 48);
	ck_assert(!channel_decrypt(&other, record, sizeof record, out));
}
END_TEST

START_TEST(out_of_turn_calls_end_the_channel)
{
	uint8_t message[MESSAGE_CAP], bytes[64] = {0};
	size_t len;

	start(CHANNEL_NNPSK0);
	ck_assert_uint_eq(channel_write_handshake(&responder, NULL, 0, message, sizeof message), 0);
	assert_unusable(&responder);
	ck_assert(!read_message(1, message, 48));
	assert_unusable(&initiator);

	/* Two initiators: the other's first message fits in every way but the turn. */
	len = write_message(CHANNEL_NNPSK0, 0, message);
	start(CHANNEL_NNPSK0);
	ck_assert(!read_message(1, message, len));
	assert_unusable(&initiator);

	len = write_message(CHANNEL_NNPSK0, 0, message);
	ck_assert_uint_eq(channel_write_handshake(&initiator, NULL, 0, message, sizeof message), 0);
	assert_unusable(&initiator);
	ck_assert(read_message(0, message, len));
	ck_assert(!read_message(0, message, len));
	assert_unusable(&responder);

	start(CHANNEL_NNPSK0);
	ck_assert(!channel_encrypt(&initiator, bytes, 10, bytes));
	assert_unusable(&initiator);
	ck_assert(!channel_decrypt(&responder, bytes, 26, bytes));
	assert_unusable(&responder);

	complete(CHANNEL_NK);
	ck_assert_uint_eq(channel_write_handshake(&initiator, NULL, 0, message, sizeof message), 0);
	assert_unusable(&initiator);
	ck_assert(!read_message(0, message, 48));
	assert_unusable(&responder);
}
END_TEST

START_TEST(a_one_way_channel_sends_one_way_only)
{
	uint8_t bytes[DATA + CHANNEL_TAG_SIZE] = {0};
	complete(CHANNEL_X);
	ck_assert(channel_encrypt(&initiator, bytes, DATA, bytes));
	ck_assert(channel_decrypt(&responder, bytes, sizeof bytes, bytes));
	ck_assert(!channel_encrypt(&responder, bytes, DATA, bytes));
	ck_assert(!channel_decrypt(&initiator, bytes, sizeof bytes, bytes));
}
END_TEST

START_TEST(too_small_a_buffer_is_refused)
{
	uint8_t message[MESSAGE_CAP], payload[8];
	size_t payload_len;
	start(CHANNEL_NK);
	ck_assert_uint_eq(channel_write_handshake(&initiator, NULL, 0, message, 47), 0);
	start(CHANNEL_NK);
	ck_assert_uint_eq(channel_write_handshake(&initiator, (const uint8_t *)"123456789", 9, message, 56), 0);
	start(CHANNEL_NK);
	ck_assert_uint_eq(channel_write_handshake(&initiator, (const uint8_t *)"123456789", 9, message, 57), 57);
	ck_assert(!channel_read_handshake(&responder, message, 57, payload, sizeof payload, &payload_len));
	assert_unusable(&responder);
}
END_TEST

START_TEST(low_order_ephemeral_keys_are_refused)
{
	uint8_t message[MESSAGE_CAP];
	for (size_t i = 0; i < sizeof low_order / sizeof low_order[0]; i++) {
		/* A peer that knows the psk: its first message fits in every other way. */
		start(CHANNEL_NNPSK0);
		memcpy(initiator.ephemeral_public, low_order[i], 32);
		ck_assert_uint_eq(channel_write_handshake(&initiator, NULL, 0, message, sizeof message), 48);
		ck_assert(read_message(0, message, 48));
		ck_assert_uint_eq(channel_write_handshake(&responder, NULL, 0, message, sizeof message), 0);
		assert_unusable(&responder);

		memcpy(message, low_order[i], 32);
		start(CHANNEL_NK);
		ck_assert(!read_message(0, message, 48));
		start(CHANNEL_X);
		ck_assert(!read_message(0, message, 96));
	}
}
END_TEST

START_TEST(low_order_static_keys_are_refused)
{
	uint8_t message[MESSAGE_CAP];
	for (size_t i = 0; i < sizeof low_order / sizeof low_order[0]; i++) {
		start(CHANNEL_NK);
		memcpy(initiator.remote_static, low_order[i], 32);
		ck_assert_uint_eq(channel_write_handshake(&initiator, NULL, 0, message, sizeof message), 0);
		assert_unusable(&initiator);
	}
}
END_TEST

START_TEST(another_psk_prologue_or_gateway_key_meets_no_answer)
{
	uint8_t message[MESSAGE_CAP], other[32] = {43}, other_public[32];
	ck_assert_int_eq(crypto_scalarmult_base(other_public, other), 0);
	struct channel_setup setup = {.pattern = CHANNEL_NNPSK0, .role = CHANNEL_INITIATOR, .ephemeral_secret = secret_a};
	setup.prologue = prologue;
	setup.prologue_len = sizeof prologue - 1;
	setup.psk = other;
	start(CHANNEL_NNPSK0);
	channel_start(&initiator, &setup);
	ck_assert_uint_eq(channel_write_handshake(&initiator, NULL, 0, message, sizeof message), 48);
	ck_assert(!read_message(0, message, 48));

	setup.psk = psk;
	setup.prologue_len--;
	start(CHANNEL_NNPSK0);
	channel_start(&initiator, &setup);
	ck_assert_uint_eq(channel_write_handshake(&initiator, NULL, 0, message, sizeof message), 48);
	ck_assert(!read_message(0, message, 48));

	setup = (struct channel_setup){.pattern = CHANNEL_NK, .role = CHANNEL_INITIATOR, .ephemeral_secret = secret_a, .remote_static = other_public};
	setup.prologue = prologue;
	setup.prologue_len = sizeof prologue - 1;
	start(CHANNEL_NK);
	channel_start(&initiator, &setup);
	ck_assert_uint_eq(channel_write_handshake(&initiator, NULL, 0, message, sizeof message), 48);
	ck_assert(!read_message(0, message, 48));
}
END_TEST

START_TEST(records_are_sealed_in_place_both_ways)
{
	uint8_t plain[4066], buf[sizeof plain + CHANNEL_TAG_SIZE];
	randombytes_buf(plain, sizeof plain);
	complete(CHANNEL_NNPSK0);
	for (int i = 0; i < 6; i++) {
		struct channel *from = i % 3 == 0 ? &responder : &initiator, *to = i % 3 == 0 ? &initiator : &responder;
		memcpy(buf, plain, sizeof plain);
		ck_assert(channel_encrypt(from, buf, sizeof plain, buf));
		ck_assert_mem_ne(buf, plain, sizeof plain);
		ck_assert(channel_decrypt(to, buf, sizeof buf, buf));
		ck_assert_mem_eq(buf, plain, sizeof plain);
	}
	ck_assert(channel_encrypt(&initiator, NULL, 0, buf));
	ck_assert(channel_decrypt(&responder, buf, CHANNEL_TAG_SIZE, buf));
}
END_TEST

START_TEST(rekey_is_noise_rekey_and_old_keys_no_longer_fit)
{
	uint8_t plain[DATA] = {1}, record[DATA + CHANNEL_TAG_SIZE], out[DATA], before[32], expected[32], zeros[32] = {0};
	complete(CHANNEL_NNPSK0);
	struct channel stale = responder;
	memcpy(before, initiator.send.key, 32);
	/* ENCRYPT(k, maxnonce, zerolen, zeros) begins with ChaCha20's block 1 under the all-ones nonce. */
	static const uint8_t nonce[12] = {0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255};
	ck_assert_int_eq(crypto_stream_chacha20_ietf_xor_ic(expected, zeros, 32, nonce, 1, before), 0);

	ck_assert(channel_encrypt(&initiator, plain, sizeof plain, record));
	ck_assert(channel_decrypt(&responder, record, sizeof record, out));
	ck_assert(channel_decrypt(&stale, record, sizeof record, out));
	channel_rekey(&initiator.send);
	channel_rekey(&responder.receive);
	ck_assert_mem_eq(initiator.send.key, expected, 32);
	ck_assert_uint_eq(initiator.send.nonce, 1);
	ck_assert(channel_encrypt(&initiator, plain, sizeof plain, record));
	ck_assert(channel_decrypt(&responder, record, sizeof record, out));
	ck_assert(!channel_decrypt(&stale, record, sizeof record, out));

	ck_assert(channel_encrypt(&responder, plain, sizeof plain, record));
	ck_assert(channel_decrypt(&initiator, record, sizeof record, out));
}
END_TEST

START_TEST(the_last_nonce_is_never_used)
{
	uint8_t plain[DATA] = {1}, record[DATA + CHANNEL_TAG_SIZE], out[DATA];
	complete(CHANNEL_NNPSK0);
	initiator.send.nonce = responder.receive.nonce = UINT64_MAX - 1;
	ck_assert(channel_encrypt(&initiator, plain, sizeof plain, record));
	ck_assert(channel_decrypt(&responder, record, sizeof record, out));
	memcpy(record, plain, sizeof plain);
	ck_assert(!channel_encrypt(&initiator, record, sizeof plain, record));
	ck_assert(sodium_is_zero(record, sizeof record));
	assert_unusable(&initiator);
	ck_assert(!channel_decrypt(&responder, record, sizeof record, out));
	assert_unusable(&responder);
}
END_TEST

START_TEST(handshake_secrets_are_gone_when_done)
{
	complete(_i == 0 ? CHANNEL_NNPSK0 : _i == 1 ? CHANNEL_NK : CHANNEL_X);
	const struct channel *both[] = {&initiator, &responder};
	for (size_t i = 0; i < 2; i++) {
		ck_assert(sodium_is_zero(both[i]->psk, 32));
		ck_assert(sodium_is_zero(both[i]->static_secret, 32));
		ck_assert(sodium_is_zero(both[i]->ephemeral_secret, 32));
		ck_assert(sodium_is_zero(both[i]->chaining_key, 32));
		ck_assert(sodium_is_zero(both[i]->handshake.key, 32));
	}
	ck_assert_mem_eq(initiator.hash, responder.hash, CHANNEL_HASH_SIZE);
	ck_assert_mem_eq(initiator.send.key, responder.receive.key, 32);
	ck_assert_mem_ne(initiator.send.key, initiator.receive.key, 32);
}
END_TEST

START_TEST(a_missing_psk_is_our_bug)
{
	channel_start(&initiator, &(struct channel_setup){.pattern = CHANNEL_NNPSK0, .role = CHANNEL_INITIATOR, .ephemeral_secret = secret_a});
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("crypto_channel");
	TCase *tcase = tcase_create("channel");
	int kinds = sizeof messages / sizeof messages[0];
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, public_vectors_agree_in_both_roles, 0, sizeof vectors / sizeof vectors[0]);
	tcase_add_loop_test(tcase, every_flipped_bit_of_a_handshake_message_is_refused, 0, kinds);
	tcase_add_loop_test(tcase, a_handshake_message_of_any_other_length_is_refused, 0, kinds);
	tcase_add_test(tcase, every_flipped_bit_of_a_record_is_refused_and_writes_nothing);
	tcase_add_test(tcase, a_truncated_record_is_refused);
	tcase_add_test(tcase, replayed_reordered_and_reflected_records_are_refused);
	tcase_add_test(tcase, a_replayed_first_message_yields_a_session_the_replayer_cannot_use);
	tcase_add_test(tcase, out_of_turn_calls_end_the_channel);
	tcase_add_test(tcase, a_one_way_channel_sends_one_way_only);
	tcase_add_test(tcase, too_small_a_buffer_is_refused);
	tcase_add_test(tcase, low_order_ephemeral_keys_are_refused);
	tcase_add_test(tcase, low_order_static_keys_are_refused);
	tcase_add_test(tcase, another_psk_prologue_or_gateway_key_meets_no_answer);
	tcase_add_test(tcase, records_are_sealed_in_place_both_ways);
	tcase_add_test(tcase, rekey_is_noise_rekey_and_old_keys_no_longer_fit);
	tcase_add_test(tcase, the_last_nonce_is_never_used);
	tcase_add_loop_test(tcase, handshake_secrets_are_gone_when_done, 0, 3);
	tcase_add_test_raise_signal(tcase, a_missing_psk_is_our_bug, SIGABRT);
	suite_add_tcase(suite, tcase);
	return suite;
}
