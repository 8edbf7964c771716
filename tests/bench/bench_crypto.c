/* Letters sealed, opened and tried in vain a second, next to the bare X25519 they are made of. */

#include "crypto/digest.h"
#include "crypto/keys.h"
#include "crypto/seal.h"
#include "proto/limits.h"
#include "tests/support/measure.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLAIN = 512 - ENVELOPE_HEADER_SIZE - SEAL_OVERHEAD, ROUND = 64 };

#define SECONDS 0.5

struct desk {
	uint8_t secret[KEY_SIZE], public_key[KEY_SIZE];
};

struct bench {
	struct desk writer, reader, stranger;
	uint8_t header[ENVELOPE_HEADER_SIZE], plain[PLAIN], sealed[PLAIN + SEAL_EXTRA];
};

static void x25519_once(struct bench *bench)
{
	uint8_t shared[KEY_SIZE];
	if (crypto_scalarmult(shared, bench->writer.secret, bench->reader.public_key) != 0)
		measure_fail("X25519 fails");
}

static void seal_once(struct bench *bench)
{
	uint8_t ephemeral[KEY_SIZE];
	key_random(ephemeral, sizeof(ephemeral));
	struct seal_keys keys = {.sender_secret = bench->writer.secret, .recipient_public = bench->reader.public_key, .ephemeral_secret = ephemeral};
	if (!seal(&keys, bench->header, sizeof(bench->header), bench->plain, sizeof(bench->plain), bench->sealed))
		measure_fail("a letter is not sealed");
}

static bool unseal_with(struct bench *bench, const struct desk *desk)
{
	uint8_t plain[PLAIN], sender[KEY_SIZE];
	return unseal(desk->secret, bench->header, sizeof(bench->header), bench->sealed, sizeof(bench->sealed), plain, sender);
}

static void unseal_once(struct bench *bench)
{
	if (!unseal_with(bench, &bench->reader))
		measure_fail("a letter is not opened");
}

static void try_once(struct bench *bench)
{
	if (unseal_with(bench, &bench->stranger))
		measure_fail("a letter is opened by a stranger");
}

static double rate(void (*once)(struct bench *), struct bench *bench)
{
	double start = measure_now(), spent = 0;
	size_t done = 0;
	for (; spent < SECONDS; spent = measure_now() - start)
		for (size_t i = 0; i < ROUND; i++, done++)
			once(bench);
	return (double)done / spent;
}

static void make_desk(struct desk *desk)
{
	key_random(desk->secret, sizeof(desk->secret));
	if (!key_public(desk->secret, desk->public_key))
		measure_fail("no key can be made");
}

int main(void)
{
	static struct bench bench;
	if (!crypto_start())
		measure_fail("no randomness from the system");
	make_desk(&bench.writer);
	make_desk(&bench.reader);
	make_desk(&bench.stranger);
	double bare = rate(x25519_once, &bench), sealed = rate(seal_once, &bench), opened = rate(unseal_once, &bench), tried = rate(try_once, &bench);
	printf("{\"bench\":\"crypto\",\"x25519_per_s\":%.0f,\"seal_per_s\":%.0f,\"unseal_per_s\":%.0f,\"tried_in_vain_per_s\":%.0f,"
	       "\"x25519_a_seal\":%.2f,\"x25519_an_unseal\":%.2f}\n",
	       bare, sealed, opened, tried, bare / sealed, bare / opened);
	return EXIT_SUCCESS;
}
