#include "node/sim/readers.h"

#include "node/desk/board.h"
#include "node/desk/keyring.h"
#include "node/desk/letter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct desk_reader {
	uint32_t node;
	struct keyring *ring;
};

struct readers {
	const struct writer *writer;
	unsigned organisations, count;
	struct desk_reader all[READERS_MAX];
};

struct readers *readers_new(const struct writer *writer, unsigned organisations)
{
	struct readers *readers = calloc(1, sizeof *readers);
	if (!readers)
		return NULL;
	readers->writer = writer;
	readers->organisations = organisations;
	return readers;
}

void readers_free(struct readers *readers)
{
	if (!readers)
		return;
	for (unsigned i = 0; i < readers->count; i++)
		keyring_free(readers->all[i].ring);
	free(readers);
}

/* What a desk keeps of an organisation it was told to trust. */
static void pin(const struct readers *readers, struct keyring *ring, unsigned number)
{
	struct card card = {.kind = CARD_ORGANISATION, .seq = 1, .issued = SCENARIO_UNIX_S};
	memcpy(card.identity, readers->writer->organisation_public[number], sizeof card.identity);
	memcpy(card.signing, readers->writer->organisation_key[number], sizeof card.signing);
	card.name_len = (uint8_t)snprintf(card.name, sizeof card.name, "organisation %u", number);
	(void)keyring_trust_org(ring, &card, SCENARIO_UNIX_S); /* it has room for more than there are */
}

unsigned readers_place(const struct readers *readers, uint32_t node)
{
	for (unsigned i = 0; i < readers->count; i++)
		if (readers->all[i].node == node)
			return i;
	return READERS_MAX;
}

static struct keyring *ring_of(const struct readers *readers, uint32_t node)
{
	unsigned place = readers_place(readers, node);
	return place < READERS_MAX ? readers->all[place].ring : NULL;
}

void readers_add(struct readers *readers, uint32_t node)
{
	if (readers->count == READERS_MAX || readers_place(readers, node) < READERS_MAX)
		return;
	struct keyring *ring = keyring_new();
	if (!ring)
		return;
	keyring_make_person(ring, "reader", SCENARIO_UNIX_S);
	for (unsigned i = 0; i < readers->organisations; i++)
		pin(readers, ring, i);
	readers->all[readers->count++] = (struct desk_reader){.node = node, .ring = ring};
}

void readers_take(struct readers *readers, uint32_t node, const struct written *notice, uint64_t unix_s)
{
	struct keyring *ring = ring_of(readers, node);
	struct notice parsed;
	size_t signed_len;
	if (!ring || notice->header.kind != ENVELOPE_NOTICE || !notice_parse(notice->bytes, notice->len, &parsed, &signed_len))
		return;
	uint64_t now = keyring_turn(ring, unix_s);
	(void)keyring_add_notice(ring, notice->header.extra, &parsed, notice->id, now); /* older ones are not taken */
	if (keyring_org_signing(ring, parsed.issuer))
		keyring_note_issued(ring, parsed.issued);
}

/* The number of the organisation that signs with this key. */
static uint8_t signer_of(const struct readers *readers, const uint8_t *key)
{
	uint8_t number = 0;
	while (number + 1u < readers->organisations && memcmp(readers->writer->organisation_key[number], key, SIGN_KEY_SIZE) != 0)
		number++;
	return number;
}

unsigned readers_look(struct readers *readers, uint32_t node, uint64_t unix_s, struct reader_word words[static READERS_WORDS_MAX])
{
	struct keyring *ring = ring_of(readers, node);
	struct board *board = ring ? board_new(ring, keyring_turn(ring, unix_s)) : NULL;
	unsigned n = 0;
	for (unsigned i = 0; board && i < board->n && n < READERS_WORDS_MAX; i++) {
		const struct kept_notice *notice = board->words[i].notice;
		words[n++] = (struct reader_word){
			.node = node,
			.topic = notice->topic[0],
			.organisation = signer_of(readers, notice->issuer),
			.verb = notice->verb,
			.seq = notice->seq,
			.current = board_state(board, &board->words[i]) == BOARD_CURRENT,
		};
	}
	board_free(board);
	return n;
}
