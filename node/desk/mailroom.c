#include "node/desk/mailroom.h"

#include "crypto/random.h"
#include "crypto/sign.h"
#include "crypto/wipe.h"
#include "node/desk/outbox.h"
#include "node/desk/track.h"
#include "node/desk/wallet.h"
#include "proto/revocation.h"

#include <assert.h>
#include <string.h>

enum {
	KINDS_ALL = 1 << ENVELOPE_SEALED | 1 << ENVELOPE_NOTICE | 1 << ENVELOPE_CONTROL | 1 << ENVELOPE_RECEIPTS,
	RELEASE_LEAST_S = 30 * 60,
	RELEASE_SPREAD_S = 60 * 60,
	CARD_PERIOD_S = 7 * 86400,
};

void mailroom_start(struct mailroom *room, struct vault *vault, struct postlink *link, uint64_t now)
{
	*room = (struct mailroom){.vault = vault, .link = link, .now = now, .cursor = vault->ring->cursor, .store_id = vault->ring->store_id};
}

/* A card inside a letter counts only for the one who sealed it. */
static void take_card(struct mailroom *room, const struct opened *opened)
{
	struct card card;
	size_t used = 0;
	if (opened->sender.kind != SENDER_CONTACT || !card_parse(opened->letter.card, opened->letter.card_len, &card, &used) ||
	    used != opened->letter.card_len)
		return;
	if (memcmp(card.identity, opened->sender.key, sizeof card.identity) == 0)
		room->changed |= keyring_add_contact(room->vault->ring, NULL, &card, room->now) == KEYRING_UPDATED;
}

/* A cancel by the writer of a letter we have. */
static void take_cancel(struct mailroom *room, const struct opened *opened)
{
	struct received *received = opened->letter.has_ref ? keyring_received(room->vault->ring, opened->letter.ref) : NULL;
	if (received == NULL || memcmp(received->sender, opened->sender.key, sizeof received->sender) != 0 || received->cancelled != 0)
		return;
	received->cancelled = room->now;
	room->changed = true;
}

static void note_release(struct mailroom *room, const struct opened *opened)
{
	const struct keyring *ring = room->vault->ring;
	bool known = opened->sender.kind == SENDER_CONTACT || opened->sender.kind == SENDER_ORGANISATION;
	if (!known && !ring->org.present)
		return; /* a person's desk tells no stranger that somebody is here */
	assert(room->fresh_n < MAILROOM_BATCH);
	uint64_t delay = ring->org.present ? 0 : RELEASE_LEAST_S + random_below(RELEASE_SPREAD_S);
	struct release *release = &room->fresh[room->fresh_n++];
	*release = (struct release){.due = room->now + delay, .class = opened->header.class};
	memcpy(release->receipt.tag, opened->id, LETTER_TAG_SIZE);
	memcpy(release->receipt.secret, opened->payload.receipt_secret, RECEIPT_SECRET_SIZE);
}

/* Notes which letter a good ticket is on. Another letter with the same ticket makes both worth no more than any; who of the two is honest, a reader
 * cannot know. */
static void note_spend(struct mailroom *room, const struct control_letter *letter, const struct envelope_header *header)
{
	struct keyring *ring = room->vault->ring;
	struct ticket ticket;
	uint8_t id[LETTER_ID_SIZE];
	enum received_ticket worth = open_ticket(ring, letter->envelope, letter->envelope_len, header, &ticket);
	if (worth != RECEIVED_GOOD && worth != RECEIVED_TWICE)
		return;
	envelope_id(letter->envelope, letter->envelope_len, id);
	for (unsigned i = 0; i < ring->spends_n; i++) {
		const struct spend *spend = &ring->spends[i];
		if (memcmp(spend->key, ticket.key, sizeof spend->key) != 0)
			continue;
		struct received *first = worth == RECEIVED_TWICE ? keyring_received(ring, spend->letter) : NULL;
		if (first != NULL && first->ticket == RECEIVED_GOOD) {
			first->ticket = RECEIVED_TWICE;
			room->changed = true;
		}
		return;
	}
	if (ring->spends_n == KEYRING_SPENDS_MAX) {
		memmove(&ring->spends[0], &ring->spends[1], sizeof ring->spends - sizeof ring->spends[0]);
		ring->spends_n--;
	}
	struct spend *spend = &ring->spends[ring->spends_n++];
	*spend = (struct spend){.day = ticket.day};
	memcpy(spend->key, ticket.key, sizeof spend->key);
	memcpy(spend->letter, id, sizeof spend->letter);
	room->changed = true;
}

/* True if it is a letter to us that was not opened before. */
static bool take_sealed(struct mailroom *room, const struct control_letter *letter, const struct envelope_header *header, struct opened *opened)
{
	struct keyring *ring = room->vault->ring;
	uint8_t id[LETTER_ID_SIZE];
	envelope_id(letter->envelope, letter->envelope_len, id);
	if (keyring_opened_before(ring, id) || keyring_sent(ring, id) != NULL)
		return false;
	if (!open_letter(ring, letter->envelope, letter->envelope_len, header, opened))
		return false;
	keyring_remember_opened(ring, id);
	room->changed = true;
	note_release(room, opened);
	if (!opened->understood)
		return true;
	(void)track_opened(ring, opened, room->now); /* changed is set already */
	if (opened->letter.type == LETTER_CARD)
		take_card(room, opened);
	if (opened->letter.action == ACTION_CANCEL)
		take_cancel(room, opened);
	if (opened->letter.type == LETTER_GRANT)
		room->granted = wallet_take(ring, opened->sender.key, opened->letter.grant, opened->letter.grant_len, &room->grant);
	return true;
}

static void take_notice(struct mailroom *room, const struct control_letter *letter, const struct envelope_header *header)
{
	struct keyring *ring = room->vault->ring;
	struct notice notice;
	size_t signed_len = 0;
	uint8_t id[LETTER_ID_SIZE];
	struct letter body;
	if (!notice_parse(letter->envelope, letter->envelope_len, &notice, &signed_len) ||
	    !letter_decode(notice.type, notice.body, notice.body_len, &body))
		return;
	envelope_id(letter->envelope, signed_len, id);
	room->changed |= keyring_add_notice(ring, header->extra, &notice, id, room->now);
	/* Only the organisation's own key moves our clock: an announcer or a witness could push it on with many words. */
	if (keyring_org_signing(ring, notice.issuer) != NULL)
		keyring_note_issued(ring, notice.issued);
}

/* Whether somebody whose word counts here publishes it: a pinned organisation, ourselves, or a holder of a good ticket of one. */
static bool revoker_counts(struct keyring *ring, const struct control_letter *letter, const struct revocation *revocation)
{
	struct envelope_header header;
	struct ticket ticket;
	uint8_t key[SIGN_KEY_SIZE];
	const uint8_t *bytes = letter->envelope + ENVELOPE_HEADER_SIZE;
	envelope_header_decode(letter->envelope, &header);
	if (header.extra == EXTRA_TICKET)
		return ticket_parse(bytes, &ticket) && keyring_ticket_organisation(ring, bytes, key) && !keyring_ticket_revoked(ring, &ticket);
	if (ring->org.present)
		sign_public(ring->org.sign_seed, key);
	if (ring->org.present && memcmp(key, revocation->issuer, sizeof key) == 0)
		return true;
	if (keyring_org_signing(ring, revocation->issuer) == NULL)
		return false;
	keyring_note_issued(ring, revocation->issued);
	return true;
}

static void take_revocation(struct mailroom *room, const struct control_letter *letter)
{
	struct keyring *ring = room->vault->ring;
	struct revocation revocation;
	size_t signed_len = 0;
	if (!revocation_parse(letter->envelope, letter->envelope_len, &revocation, &signed_len) || !revoker_counts(ring, letter, &revocation))
		return;
	bool news = false;
	for (unsigned i = 0; i < revocation.count; i++) {
		struct revoked revoked = {.day = revocation.entries[i].day};
		memcpy(revoked.secret, revocation.entries[i].secret, sizeof revoked.secret);
		news |= keyring_add_revocation(ring, &revoked);
	}
	if (news)
		(void)wallet_drop_revoked(ring); /* changed is set in any case */
	room->changed |= news;
}

static void take_control(struct mailroom *room, const struct control_letter *letter)
{
	struct keyring *ring = room->vault->ring;
	if (revocation_is(letter->envelope, letter->envelope_len)) {
		take_revocation(room, letter);
		return;
	}
	struct card card;
	size_t signed_len = 0;
	if (!control_parse(letter->envelope, letter->envelope_len, &card, &signed_len) || keyring_org_signing(ring, card.signing) == NULL)
		return;
	room->changed |= keyring_trust_org(ring, &card, room->now) == KEYRING_UPDATED;
	keyring_note_issued(ring, card.issued);
}

static void take_receipts(struct mailroom *room, const struct control_letter *letter)
{
	struct receipt receipts[RECEIPTS_MAX];
	size_t n = 0;
	if (!receipts_parse(letter->envelope, letter->envelope_len, receipts, &n))
		return;
	for (size_t i = 0; i < n; i++)
		room->changed |= track_receipt(room->vault->ring, &receipts[i], room->now);
}

/* True if opened was filled with a letter for the caller. */
static bool take_letter(struct mailroom *room, const struct control_letter *letter, struct opened *opened)
{
	struct envelope_header header;
	/* The post checked all of this; a desk that holds keys checks again. */
	if (envelope_parse(letter->envelope, letter->envelope_len, &header) != ENVELOPE_OK)
		return false;
	switch (header.kind) {
	case ENVELOPE_SEALED:
		note_spend(room, letter, &header);
		return take_sealed(room, letter, &header, opened);
	case ENVELOPE_NOTICE:
		take_notice(room, letter, &header);
		break;
	case ENVELOPE_CONTROL:
		take_control(room, letter);
		break;
	case ENVELOPE_RECEIPTS:
		take_receipts(room, letter);
		break;
	}
	return false;
}

/* What has come of cards and revocations, before anything is judged by them: letters come in the order in which the post got them, and a letter whose
 * ticket is dead may have been faster than the word that killed it. They come once more in their turn and change nothing then. */
static enum err take_controls(struct mailroom *room)
{
	uint64_t after = room->cursor;
	for (;;) {
		unsigned got = 0;
		struct control_letter letter = {.end = false};
		enum err err = postlink_feed(room->link, after, MAILROOM_BATCH, 1U << ENVELOPE_CONTROL);
		while (err == ERR_OK) {
			err = postlink_feed_next(room->link, &letter);
			if (err != ERR_OK || letter.end)
				break;
			struct envelope_header header;
			bool control =
				envelope_parse(letter.envelope, letter.envelope_len, &header) == ENVELOPE_OK && header.kind == ENVELOPE_CONTROL;
			if (control)
				take_control(room, &letter);
			after = letter.cursor;
			if (++got > MAILROOM_BATCH)
				return ERR_PROTOCOL; /* more than was asked for */
		}
		if (err != ERR_OK || got < MAILROOM_BATCH)
			return err;
	}
}

int mailroom_next(struct mailroom *room, struct opened *opened)
{
	enum err err = ERR_OK;
	room->granted = WALLET_NONE;
	wipe(&room->grant, sizeof room->grant);
	if (!room->controls_taken) {
		err = take_controls(room);
		room->controls_taken = err == ERR_OK;
	}
	if (err == ERR_OK && !room->asked) {
		room->letters = 0;
		err = postlink_feed(room->link, room->cursor, MAILROOM_BATCH, KINDS_ALL);
		room->asked = err == ERR_OK;
	}
	while (err == ERR_OK) {
		struct control_letter letter;
		err = postlink_feed_next(room->link, &letter);
		if (err != ERR_OK)
			break;
		bool other_store = letter.store_id != room->store_id && room->cursor != 0;
		room->store_id = letter.store_id;
		if (other_store) {
			/* The post began anew: our cursor means nothing to it. Read from the start; what was opened before is remembered. */
			while (err == ERR_OK && !letter.end)
				err = postlink_feed_next(room->link, &letter);
			room->cursor = 0;
			if (err == ERR_OK)
				err = postlink_feed(room->link, 0, MAILROOM_BATCH, KINDS_ALL);
			continue;
		}
		if (letter.end) {
			room->asked = false;
			if (!room->held && letter.cursor > room->cursor)
				room->cursor = letter.cursor;
			return room->letters == MAILROOM_BATCH && !room->held ? MAILROOM_MORE : MAILROOM_DONE;
		}
		if (room->letters == MAILROOM_BATCH) {
			err = ERR_PROTOCOL; /* more than was asked for */
			break;
		}
		room->letters++;
		room->before = room->cursor;
		if (!room->held)
			room->cursor = letter.cursor;
		if (take_letter(room, &letter, opened))
			return MAILROOM_LETTER;
	}
	room->asked = false;
	return err;
}

void mailroom_refuse(struct mailroom *room, const struct opened *opened)
{
	struct keyring *ring = room->vault->ring;
	if (room->fresh_n > 0 && memcmp(room->fresh[room->fresh_n - 1].receipt.tag, opened->id, LETTER_TAG_SIZE) == 0)
		room->fresh_n--;
	if (ring->opened_n > 0 && memcmp(ring->opened[ring->opened_n - 1], opened->id, LETTER_TAG_SIZE) == 0)
		ring->opened_n--;
	if (!room->held)
		room->cursor = room->before;
	room->held = true;
}

/* Publishes due receipts, as many as one envelope holds at a time. Returns whether any left. */
static bool release_due(struct mailroom *room)
{
	struct keyring *ring = room->vault->ring;
	bool released = false;
	for (;;) {
		struct receipt due[RECEIPTS_MAX];
		size_t n = 0;
		enum letter_class class = CLASS_ROUTINE;
		for (unsigned i = 0; i < ring->releases_n && n < RECEIPTS_MAX; i++) {
			if (ring->releases[i].due > room->now)
				continue;
			due[n++] = ring->releases[i].receipt;
			class = ring->releases[i].class > class ? ring->releases[i].class : class;
		}
		struct composed composed;
		if (n == 0)
			return released;
		compose_receipts(due, n, class, room->now, &composed);
		if (outbox_publish(room->link, &composed, ring->org.present ? SUBMIT_SEND_NOW : 0) != ERR_OK)
			return released;
		released = true;
		unsigned kept = 0;
		for (unsigned i = 0; i < ring->releases_n; i++) {
			bool sent = false;
			for (size_t j = 0; j < n; j++)
				sent = sent || memcmp(due[j].tag, ring->releases[i].receipt.tag, LETTER_TAG_SIZE) == 0;
			if (!sent)
				ring->releases[kept++] = ring->releases[i];
		}
		ring->releases_n = (uint16_t)kept;
	}
}

/* An organisation's card goes out again every week, so that whoever comes across it late can still seal with a key of the day. */
static bool publish_card(struct mailroom *room)
{
	struct organisation *org = &room->vault->ring->org;
	if (!org->present || (org->card_published_at != 0 && room->now < org->card_published_at + CARD_PERIOD_S))
		return false;
	struct composed composed;
	if (compose_card(room->vault->ring, &composed) != COMPOSE_OK || outbox_publish(room->link, &composed, SUBMIT_SEND_NOW) != ERR_OK)
		return false;
	org->card_published_at = room->now;
	return true;
}

enum err mailroom_settle(struct mailroom *room)
{
	struct keyring *ring = room->vault->ring;
	room->changed |= ring->cursor != room->cursor || ring->store_id != room->store_id || room->fresh_n > 0;
	ring->cursor = room->cursor;
	ring->store_id = room->store_id;
	for (unsigned i = 0; i < room->fresh_n; i++)
		if (!keyring_add_release(ring, &room->fresh[i]))
			break; /* the letters are kept; only their senders will not hear of it */
	room->fresh_n = 0;
	enum err err = room->changed ? vault_save(room->vault) : ERR_OK;
	if (err != ERR_OK)
		return err;
	room->changed = false;
	bool published = release_due(room);
	published |= publish_card(room);
	return published ? vault_save(room->vault) : ERR_OK;
}
