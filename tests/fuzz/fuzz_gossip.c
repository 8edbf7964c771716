/*
 * A whole post against one hostile neighbour. First byte even: the rest are raw bytes on an answered link. Odd: the neighbour has shaken hands and
 * greeted, and the rest is what it says inside its records. Whatever it says, the post stays within its bounds and goes on for others.
 */

#include "crypto/digest.h"
#include "node/post/post.h"
#include "proto/hello.h"
#include "proto/session.h"

#include "tests/fuzz/target.h"
#include "tests/support/letters.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LINK = 1, HELD = 3 };

static struct session peer;
static uint8_t wire[16 * RECORD_WIRE_MAX];
static const struct moment now = {.boot_ms = 1000, .unix_s = 1800000000};

/* Everything the post has to say, into the peer's ears. */
static void listen(struct post *post)
{
	enum err err = post_settle(post, now);
	assert(err == ERR_OK);
	bool may_speak = post_link_may_speak(post, LINK);
	size_t len = post_link_output(post, LINK, true, wire, sizeof(wire), now);
	assert(len == 0 || may_speak);
	for (size_t at = 0; at < len;) {
		at += session_input(&peer, wire + at, len - at);
		struct message message;
		while (session_next(&peer, &message))
			;
		assert(peer.state == SESSION_HANDSHAKE || peer.state == SESSION_OPEN);
	}
}

static bool tell(struct post *post)
{
	uint8_t *glance = session_greeting(&peer);
	if (glance != NULL)
		memset(glance, 0xee, GLANCE_SIZE); /* differs from the post's */
	size_t len = session_output(&peer, wire, RECORD_WIRE_MAX, false);
	return len > 0 && post_link_input(post, LINK, wire, len, now);
}

static void speak(struct post *post, const uint8_t *bytes, size_t len)
{
	static const uint8_t psk[32], ephemeral[32] = {9};
	struct session_setup setup = {.initiator = true, .psk = psk, .ephemeral_secret = ephemeral};
	session_start(&peer, &setup);
	bool up = tell(post);
	assert(up);
	listen(post);
	struct hello hello = {.nonce = {0xee}, .wants = {.capacity = 100}};
	hello_encode(&hello, (1 << LETTER_TIERS) - 1, session_message(&peer, MESSAGE_HELLO, HELLO_SIZE));
	up = tell(post);
	assert(up);
	listen(post);
	while (len > 0) {
		size_t part = len < 1000 ? len : 1000;
		memcpy(peer.out, bytes, part);
		peer.out_len = part;
		bytes += part;
		len -= part;
		if (!tell(post))
			return;
		listen(post);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	if (len == 0 || len > 20000)
		return 0;
	struct post_config config = {.store_path = ":memory:", .store_max_bytes = 8 * 256};
	struct post *post;
	enum err err = post_open(&post, &config, now);
	assert(err == ERR_OK);
	for (uint32_t n = 0; n < HELD; n++) {
		struct sample sample = sample_sealed(n, (enum letter_class)n, 0);
		uint8_t id[LETTER_ID_SIZE];
		enum control_verdict verdict = post_submit(post, sample.bytes, sample.len, SUBMIT_CARRIED, id, now);
		assert(verdict == VERDICT_STORED);
	}
	bool up = post_link_up(post, LINK, LINK_ANSWERED, false, now);
	assert(up);
	if (bytes[0] % 2 == 1)
		speak(post, bytes + 1, len - 1);
	else
		(void)post_link_input(post, LINK, bytes + 1, len - 1, now); /* mostly the end of the link */
	err = post_settle(post, now);
	assert(err == ERR_OK);
	struct control_status status;
	post_status(post, &status, now);
	assert(status.store_bytes <= config.store_max_bytes);
	post_close(post);
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return crypto_start() ? 0 : 1;
}
