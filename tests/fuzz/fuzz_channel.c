/*
 * Handshake messages and records as a hostile peer would send them. The first byte chooses who reads; of the rest,
 *   0..3 stand as they are, as the message;
 *   4..8 are laid over a good message by exclusive or, so that the fuzzer gets past the tags and the result is known: anything changed is refused.
 */

#include "crypto/channel.h"
#include "crypto/digest.h"

#include "tests/fuzz/target.h"

#include <sodium.h>

#include <assert.h>
#include <string.h>

enum { MESSAGE_MAX = 512, MODES = 9, RECORD_PLAIN = 256 };

enum reader { NN_RESPONDER = 0, NK_RESPONDER, X_RESPONDER, NN_INITIATOR, RECORD };

static const uint8_t secrets[4][32] = {{8}, {16}, {24}, {32}};
static const uint8_t psk[32] = {42};
static const uint8_t prologue[] = "barid-link-v1";

static void start(struct channel *channel, enum channel_pattern pattern, enum channel_role role)
{
	uint8_t static_public[32];
	int result = crypto_scalarmult_base(static_public, secrets[0]);
	assert(result == 0);
	bool initiator = role == CHANNEL_INITIATOR, known = pattern != CHANNEL_NNPSK0;
	channel_start(channel, &(struct channel_setup){
				       .pattern = pattern,
				       .role = role,
				       .prologue = prologue,
				       .prologue_len = sizeof prologue - 1,
				       .psk = known ? NULL : psk,
				       .static_secret = !known                 ? NULL
							: !initiator           ? secrets[0]
							: pattern == CHANNEL_X ? secrets[1]
									       : NULL,
				       .remote_static = known && initiator ? static_public : NULL,
				       .ephemeral_secret = initiator              ? secrets[2]
							   : pattern == CHANNEL_X ? NULL
										  : secrets[3],
			       });
}

/* Prepares the reader and the message it waits for; returns that message's length. */
static size_t prepare(enum reader who, struct channel *reader, uint8_t message[static MESSAGE_MAX])
{
	static const enum channel_pattern patterns[] = {CHANNEL_NNPSK0, CHANNEL_NK, CHANNEL_X, CHANNEL_NNPSK0, CHANNEL_NNPSK0};
	struct channel initiator, responder;
	start(&initiator, patterns[who], CHANNEL_INITIATOR);
	start(&responder, patterns[who], CHANNEL_RESPONDER);
	size_t payload_len, len = channel_write_handshake(&initiator, NULL, 0, message, MESSAGE_MAX);
	assert(len > 0);
	*reader = responder;
	if (who != NN_INITIATOR && who != RECORD)
		return len;
	bool good = channel_read_handshake(&responder, message, len, NULL, 0, &payload_len);
	assert(good);
	len = channel_write_handshake(&responder, NULL, 0, message, MESSAGE_MAX);
	assert(len > 0);
	*reader = initiator;
	if (who == NN_INITIATOR)
		return len;
	good = channel_read_handshake(reader, message, len, NULL, 0, &payload_len);
	assert(good && reader->done);
	uint8_t plain[RECORD_PLAIN] = {1, 2, 3};
	good = channel_encrypt(&responder, plain, sizeof plain, message);
	assert(good);
	return sizeof plain + CHANNEL_TAG_SIZE;
}

static bool read_one(enum reader who, struct channel *reader, const uint8_t *message, size_t len)
{
	uint8_t payload[MESSAGE_MAX];
	if (who == RECORD)
		return channel_decrypt(reader, message, len, payload);
	size_t payload_len;
	bool good = channel_read_handshake(reader, message, len, payload, sizeof payload, &payload_len);
	assert(good ? payload_len < len : payload_len == 0);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!crypto_start() || size == 0 || size > MESSAGE_MAX)
		return 0;
	uint8_t message[MESSAGE_MAX], good_message[MESSAGE_MAX];
	bool laid_over = data[0] % MODES >= 4;
	enum reader who = laid_over ? data[0] % MODES - 4 : data[0] % MODES;
	struct channel reader;
	size_t good_len = prepare(who, &reader, good_message), len = size - 1;
	data++;
	for (size_t i = 0; i < len; i++)
		message[i] = data[i] ^ (laid_over && i < good_len ? good_message[i] : 0);
	bool good = read_one(who, &reader, message, len);
	if (laid_over)
		assert(good == (len == good_len && memcmp(message, good_message, len) == 0));
	assert(good != reader.failed);
	channel_wipe(&reader);
	return 0;
}
