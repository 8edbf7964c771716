/*
 * What a desk may send to a post and a post to a desk. First the packet as every kind of message: what decodes must encode to the same bytes. Then
 * the input as a talk with a real counter: a length of two bytes, so many bytes as one packet, and so on.
 */

#include "crypto/digest.h"
#include "node/post/counter.h"
#include "proto/envelope.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { STORE_MAX = 1 << 20, PACKETS_MAX = 8 };

static char folder[64];
static char socket_path[96];
static struct loop *loop;
static struct post *post;
static struct pump *pump;
static struct counter *counter;
static struct tally outside;

static struct moment now(void *owner)
{
	(void)owner; /* the loop's */
	return loop_now(loop);
}

static void turn_end(void *owner)
{
	(void)owner; /* everything is static here */
	enum err err = pump_turn(pump);
	assert(err == ERR_OK);
	counter_answer(counter, err);
}

static void clean(void)
{
	counter_close(counter);
	pump_free(pump);
	post_close(post);
	loop_close(loop);
	(void)rmdir(folder); /* a folder that stays is no finding */
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc; /* no flags of our own */
	(void)argv;
	bool random = crypto_start();
	assert(random);
	snprintf(folder, sizeof folder, "/tmp/barid-fuzz-XXXXXX");
	const char *made = mkdtemp(folder);
	assert(made);
	snprintf(socket_path, sizeof socket_path, "%s/ctl.sock", folder);
	enum err err = loop_open(&loop);
	assert(err == ERR_OK);
	err = post_open(&post, &(struct post_config){.store_path = ":memory:", .store_max_bytes = STORE_MAX}, clock_now());
	assert(err == ERR_OK);
	pump = pump_new(&(struct pump_config){.post = post, .now = now});
	assert(pump);
	err = counter_open(&counter, &(struct counter_config){.path = socket_path, .loop = loop, .pump = pump, .post = post, .outside = &outside});
	assert(err == ERR_OK);
	loop_turn_end(loop, turn_end, NULL);
	atexit(clean);
	return 0;
}

static void expect_same(const uint8_t *bytes, size_t len, const uint8_t *again, size_t again_len)
{
	assert(again_len == len);
	assert(!memcmp(bytes, again, len));
}

static void decode_all(const uint8_t *bytes, size_t len)
{
	uint8_t again[CONTROL_PACKET_MAX];
	struct control_request request;
	struct control_submitted submitted;
	struct control_letter letter;
	struct control_track track;
	struct control_status status;
	struct control_radios radios;
	if (control_request_decode(bytes, len, &request))
		expect_same(bytes, len, again, control_request_encode(&request, again, sizeof again));
	if (control_submitted_decode(bytes, len, &submitted))
		expect_same(bytes, len, again, control_submitted_encode(&submitted, again, sizeof again));
	if (control_letter_decode(bytes, len, &letter))
		expect_same(bytes, len, again, control_letter_encode(&letter, again, sizeof again));
	if (control_track_decode(bytes, len, &track))
		expect_same(bytes, len, again, control_track_encode(&track, again, sizeof again));
	if (control_status_decode(bytes, len, &status))
		expect_same(bytes, len, again, control_status_encode(&status, again, sizeof again));
	if (control_radios_decode(bytes, len, &radios))
		expect_same(bytes, len, again, control_radios_encode(&radios, again, sizeof again));
}

static void turn(void)
{
	enum err err = loop_run_once(loop);
	assert(err == ERR_OK);
}

static void talk(const uint8_t *bytes, size_t len)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	memcpy(name.sun_path, socket_path, strlen(socket_path) + 1);
	int failed = connect(fd, (const struct sockaddr *)(const void *)&name, sizeof name);
	assert(!failed);
	for (unsigned i = 0; i < PACKETS_MAX && len > 2; i++) {
		size_t packet = (size_t)(bytes[0] | bytes[1] << 8);
		packet = packet < len - 2 ? packet : len - 2;
		(void)!send(fd, bytes + 2, packet, MSG_NOSIGNAL); /* the counter may have had enough */
		bytes += 2 + packet;
		len -= 2 + packet;
		if (i % 3 == 0)
			turn();
	}
	turn();
	uint8_t answer[CONTROL_PACKET_MAX];
	while (recv(fd, answer, sizeof answer, 0) > 0)
		;
	close(fd);
	turn();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	if (len > 2 * CONTROL_PACKET_MAX)
		return 0;
	decode_all(bytes, len);
	talk(bytes, len);
	return 0;
}
