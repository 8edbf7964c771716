/*
 * Our end of a link on standard input and output, for tests/interop/noise_peer.py: completes the handshake, in which it says zeros, then sends every
 * message back as it came. A HELLO of "rekey" is sent back too, and changes our sending key with the record it goes in. Ends at end of input, or with
 * 65 on forged bytes, 76 on malformed ones.
 *	noise_echo neighbour dial|answer PSK      noise_echo gateway dial PUBLIC-KEY      noise_echo gateway answer SECRET-KEY
 */

#include "crypto/digest.h"
#include "crypto/random.h"
#include "proto/session.h"

#include <sodium/utils.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static struct session session;
static size_t greeting_size; /* of what we say in the handshake */

static bool setup_from(char **argv, struct session_setup *setup, uint8_t key[static 32], uint8_t ephemeral[static 32])
{
	size_t len;
	if (sodium_hex2bin(key, 32, argv[3], strlen(argv[3]), NULL, &len, NULL) != 0 || len != 32)
		return false;
	bool gateway = strcmp(argv[1], "gateway") == 0, dial = strcmp(argv[2], "dial") == 0;
	if ((!gateway && strcmp(argv[1], "neighbour") != 0) || (!dial && strcmp(argv[2], "answer") != 0))
		return false;
	random_fill(ephemeral, 32);
	greeting_size = dial ? GLANCE_SIZE : GREETING_SIZE;
	*setup = (struct session_setup){
		.gateway = gateway,
		.initiator = dial,
		.psk = gateway ? NULL : key,
		.static_secret = gateway && !dial ? key : NULL,
		.remote_static = gateway && dial ? key : NULL,
		.ephemeral_secret = ephemeral,
	};
	return true;
}

static bool write_all(const uint8_t *bytes, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = write(STDOUT_FILENO, bytes + done, len - done);
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static bool flush(void)
{
	uint8_t wire[RECORD_WIRE_MAX];
	uint8_t *greeting = session_greeting(&session);
	if (greeting != NULL)
		memset(greeting, 0, greeting_size);
	for (size_t len; (len = session_output(&session, wire, sizeof wire, false)) > 0;) {
		if (!write_all(wire, len))
			return false;
	}
	return true;
}

static bool send_back(const struct message *message)
{
	uint8_t *payload = session_message(&session, message->type, message->len);
	if (payload == NULL)
		return false;
	if (message->len > 0)
		memcpy(payload, message->payload, message->len);
	if (message->type == MESSAGE_HELLO && message->len == 5 && memcmp(payload, "rekey", 5) == 0)
		session_rekey(&session);
	return flush();
}

static bool take(const uint8_t *bytes, size_t len)
{
	for (size_t used = 0; used < len;) {
		used += session_input(&session, bytes + used, len - used);
		for (struct message message; session_next(&session, &message);) {
			if (!send_back(&message))
				return false;
		}
	}
	return flush();
}

int main(int argc, char **argv)
{
	uint8_t key[32], ephemeral[32], bytes[RECORD_WIRE_MAX];
	struct session_setup setup;
	if (!crypto_start() || argc != 4 || !setup_from(argv, &setup, key, ephemeral)) {
		fprintf(stderr, "usage: %s neighbour|gateway dial|answer KEY-IN-HEX\n", argv[0]);
		return EX_USAGE;
	}
	session_start(&session, &setup);
	if (!flush())
		return EX_IOERR;
	for (ssize_t n; (n = read(STDIN_FILENO, bytes, sizeof bytes)) > 0;) {
		if (!take(bytes, (size_t)n))
			return EX_IOERR;
		if (session.state == SESSION_FORGED)
			return EX_DATAERR;
		if (session.state == SESSION_MALFORMED)
			return EX_PROTOCOL;
	}
	return EXIT_SUCCESS;
}
