/*
 * The keyring as bytes: one flat sequence of CBOR tokens in fixed order (token.h), version first. Only we write it and only inside the vault's seal;
 * decoding is strict all the same, because a vault file may be damaged by us, and a lie in a count must never become a lie in memory.
 */

#include "node/desk/keyring.h"

#include "node/desk/text.h"
#include "node/desk/token.h"

#include <assert.h>
#include <string.h>

enum { KEYRING_VERSION = 2, KEYRING_VERSION_FIRST = 1 }; /* version 1 knew nothing of tickets; it is read, and written as 2 */

/* What a keyring at all its bounds needs; see the sizes where each part is written. */
enum {
	SIZE_SELF = 400,
	SIZE_CARD = 1950,
	SIZE_CONTACT = SIZE_CARD + 90,
	SIZE_PINNED = SIZE_CARD + 10,
	SIZE_SENT = 250,
	SIZE_PENDING = ENVELOPE_SIZE_MAX,
	SIZE_RELEASE = 48,
	SIZE_TOPIC = 16,
	SIZE_OPENED = LETTER_TAG_SIZE + 1,
	SIZE_BATCH = 48,
	SIZE_TICKET = 2 + 1 + TICKET_LINKAGE_SIZE + 2 + SIGNATURE_SIZE + 2 + SIGN_KEY_SIZE,
	SIZE_CERTIFICATE = 200 + KEYRING_CERTIFICATE_TOPICS_MAX * SIZE_TOPIC,
	SIZE_SHARE = 115,
	SIZE_REVOCATION = 3 + 2 + LINKAGE_SEED_SIZE,
	SIZE_SPEND = 3 + 2 * (1 + LETTER_TAG_SIZE),
	SIZE_ROLES = KEYRING_BATCHES_MAX * SIZE_BATCH + KEYRING_TICKETS_MAX * SIZE_TICKET + KEYRING_CERTIFICATES_MAX * SIZE_CERTIFICATE +
		     KEYRING_SHARES_MAX * SIZE_SHARE + KEYRING_REVOCATIONS_MAX * SIZE_REVOCATION + KEYRING_SPENDS_MAX * SIZE_SPEND,
	SIZE_ALL = SIZE_SELF + KEYRING_CONTACTS_MAX * SIZE_CONTACT + KEYRING_ORGS_MAX * SIZE_PINNED + KEYRING_SENT_MAX * SIZE_SENT +
		   KEYRING_PENDING_MAX * SIZE_PENDING + KEYRING_RECEIVED_BYTES + KEYRING_NOTICE_BYTES + KEYRING_RELEASES_MAX * SIZE_RELEASE +
		   KEYRING_TOPICS_MAX * SIZE_TOPIC + KEYRING_OPENED_MAX * SIZE_OPENED + SIZE_ROLES,
};
static_assert((int)SIZE_ALL <= (int)KEYRING_ENCODED_MAX, "a keyring at its bounds fits the vault");

static void put_card(struct token_writer *writer, const struct card *card)
{
	token_put_uint(writer, card->kind);
	token_put_uint(writer, card->first_day);
	token_put_uint(writer, card->days);
	token_put_uint(writer, card->seq);
	token_put_uint(writer, card->issued);
	token_put_bytes(writer, card->identity, sizeof card->identity);
	token_put_bytes(writer, card->signing, sizeof card->signing);
	token_put_bytes(writer, card->keys, (size_t)card->days * CARD_DAY_SIZE);
	token_put_text(writer, card->name);
}

static void put_chain(struct token_writer *writer, const struct epoch_chain *chain)
{
	token_put_uint(writer, chain->day);
	token_put_bytes(writer, chain->seed, sizeof chain->seed);
}

static void put_self(struct token_writer *writer, const struct keyring *ring)
{
	token_put_text(writer, ring->name);
	token_put_bytes(writer, ring->secret, sizeof ring->secret);
	put_chain(writer, &ring->fast);
	put_chain(writer, &ring->slow);
	token_put_uint(writer, ring->card_seq);
	token_put_uint(writer, ring->card_first_day);
	token_put_uint(writer, ring->card_issued);
	token_put_uint(writer, ring->letter_seq);
	token_put_uint(writer, ring->noted);
	token_put_uint(writer, ring->store_id);
	token_put_uint(writer, ring->cursor);
}

static void put_organisation(struct token_writer *writer, const struct organisation *org)
{
	token_put_uint(writer, org->present);
	if (!org->present)
		return;
	token_put_bytes(writer, org->sign_seed, sizeof org->sign_seed);
	token_put_bytes(writer, org->db_key, sizeof org->db_key);
	token_put_uint(writer, org->card_published_at);
	token_put_uint(writer, org->last_word);
	token_put_array(writer, org->topics_n);
	for (unsigned i = 0; i < org->topics_n; i++) {
		token_put_bytes(writer, org->topics[i].topic, NOTICE_TOPIC_SIZE);
		token_put_uint(writer, org->topics[i].seq);
	}
}

static void put_sent(struct token_writer *writer, const struct sent *sent)
{
	token_put_bytes(writer, sent->id, sizeof sent->id);
	token_put_bytes(writer, sent->secret, sizeof sent->secret);
	token_put_bytes(writer, sent->recipient, sizeof sent->recipient);
	token_put_uint(writer, sent->type);
	token_put_uint(writer, sent->action);
	token_put_uint(writer, sent->class);
	token_put_uint(writer, sent->ttl);
	token_put_uint(writer, sent->day);
	token_put_uint(writer, sent->reduced);
	token_put_uint(writer, sent->send_now);
	token_put_bytes(writer, sent->ref, sent->has_ref ? LETTER_TAG_SIZE : 0);
	token_put_uint(writer, sent->created);
	token_put_uint(writer, sent->cancelled_at);
	token_put_uint(writer, sent->copies);
	for (unsigned i = 0; i < STAGE_EXPIRED; i++) {
		token_put_uint(writer, sent->at[i]);
		token_put_uint(writer, sent->said[i]);
	}
	token_put_uint(writer, sent->answered);
	token_put_bytes(writer, sent->pending, sent->pending_len);
}

static void put_received(struct token_writer *writer, const struct received *received)
{
	token_put_bytes(writer, received->id, sizeof received->id);
	token_put_bytes(writer, received->sender, sizeof received->sender);
	token_put_uint(writer, received->arrived);
	token_put_uint(writer, received->sent_at);
	token_put_uint(writer, received->seq);
	token_put_uint(writer, received->class);
	token_put_uint(writer, received->reduced);
	token_put_uint(writer, received->read);
	token_put_uint(writer, received->answered);
	token_put_uint(writer, received->cancelled);
	token_put_uint(writer, received->ticket);
	token_put_uint(writer, received->role);
	token_put_uint(writer, received->type);
	token_put_bytes(writer, received->body, received->body_len);
}

static void put_notice(struct token_writer *writer, const struct kept_notice *notice)
{
	token_put_bytes(writer, notice->id, sizeof notice->id);
	token_put_bytes(writer, notice->issuer, sizeof notice->issuer);
	token_put_bytes(writer, notice->topic, sizeof notice->topic);
	token_put_uint(writer, notice->seq);
	token_put_uint(writer, notice->issued);
	token_put_uint(writer, notice->not_after);
	token_put_uint(writer, notice->verb);
	token_put_uint(writer, notice->conflict);
	token_put_uint(writer, notice->arrived);
	token_put_bytes(writer, notice->organisation, sizeof notice->organisation);
	token_put_uint(writer, notice->extra);
	token_put_uint(writer, notice->role);
	token_put_bytes(writer, notice->revocable, sizeof notice->revocable);
	token_put_uint(writer, notice->day);
	token_put_uint(writer, notice->slot);
	token_put_bytes(writer, notice->linkage, sizeof notice->linkage);
	token_put_uint(writer, notice->type);
	token_put_bytes(writer, notice->body, notice->body_len);
}

static void put_people(struct token_writer *writer, const struct keyring *ring)
{
	token_put_array(writer, ring->contacts_n);
	for (unsigned i = 0; i < ring->contacts_n; i++) {
		token_put_text(writer, ring->contacts[i].name);
		token_put_uint(writer, ring->contacts[i].verified);
		token_put_uint(writer, ring->contacts[i].card_sent_at);
		token_put_uint(writer, ring->contacts[i].added_at);
		put_card(writer, &ring->contacts[i].card);
	}
	token_put_array(writer, ring->orgs_n);
	for (unsigned i = 0; i < ring->orgs_n; i++) {
		token_put_uint(writer, ring->orgs[i].added_at);
		put_card(writer, &ring->orgs[i].card);
	}
}

static void put_batch(struct token_writer *writer, const struct ticket_batch *batch)
{
	token_put_bytes(writer, batch->organisation, sizeof batch->organisation);
	token_put_uint(writer, batch->role);
	token_put_uint(writer, batch->day);
	token_put_uint(writer, batch->revoked);
	token_put_uint(writer, batch->slots);
	token_put_array(writer, batch->tickets_n);
	for (unsigned i = 0; i < batch->tickets_n; i++) {
		token_put_uint(writer, batch->tickets[i].slot);
		token_put_bytes(writer, batch->tickets[i].linkage, TICKET_LINKAGE_SIZE);
		token_put_bytes(writer, batch->tickets[i].signature, SIGNATURE_SIZE);
		token_put_bytes(writer, batch->tickets[i].seed, SIGN_KEY_SIZE);
	}
}

static void put_certificate(struct token_writer *writer, const struct held_certificate *held)
{
	token_put_bytes(writer, held->bytes, sizeof held->bytes);
	token_put_bytes(writer, held->seed, sizeof held->seed);
	token_put_array(writer, held->topics_n);
	for (unsigned i = 0; i < held->topics_n; i++) {
		token_put_bytes(writer, held->topics[i].topic, NOTICE_TOPIC_SIZE);
		token_put_uint(writer, held->topics[i].seq);
	}
}

static void put_share(struct token_writer *writer, const struct held_share *held)
{
	token_put_bytes(writer, held->organisation, sizeof held->organisation);
	token_put_text(writer, (const char *)held->share.colleague);
	token_put_uint(writer, held->share.x);
	token_put_uint(writer, held->share.day);
	token_put_bytes(writer, held->share.value, sizeof held->share.value);
}

static void put_roles(struct token_writer *writer, const struct keyring *ring)
{
	token_put_array(writer, ring->batches_n);
	for (unsigned i = 0; i < ring->batches_n; i++)
		put_batch(writer, &ring->batches[i]);
	token_put_array(writer, ring->certificates_n);
	for (unsigned i = 0; i < ring->certificates_n; i++)
		put_certificate(writer, &ring->certificates[i]);
	token_put_array(writer, ring->shares_n);
	for (unsigned i = 0; i < ring->shares_n; i++)
		put_share(writer, &ring->shares[i]);
	token_put_array(writer, ring->revocations_n);
	for (unsigned i = 0; i < ring->revocations_n; i++) {
		token_put_uint(writer, ring->revocations[i].day);
		token_put_bytes(writer, ring->revocations[i].secret, LINKAGE_SEED_SIZE);
	}
	token_put_array(writer, ring->spends_n);
	for (unsigned i = 0; i < ring->spends_n; i++) {
		token_put_uint(writer, ring->spends[i].day);
		token_put_bytes(writer, ring->spends[i].key, LETTER_TAG_SIZE);
		token_put_bytes(writer, ring->spends[i].letter, LETTER_TAG_SIZE);
	}
}

size_t keyring_encode(const struct keyring *ring, uint8_t *out, size_t cap)
{
	struct token_writer writer = {.out = out, .cap = cap};
	token_put_uint(&writer, KEYRING_VERSION);
	put_self(&writer, ring);
	put_organisation(&writer, &ring->org);
	put_people(&writer, ring);
	token_put_array(&writer, ring->sent_n);
	for (unsigned i = 0; i < ring->sent_n; i++)
		put_sent(&writer, &ring->sent[i]);
	token_put_array(&writer, ring->received_n);
	for (unsigned i = 0; i < ring->received_n; i++)
		put_received(&writer, &ring->received[i]);
	token_put_array(&writer, ring->notices_n);
	for (unsigned i = 0; i < ring->notices_n; i++)
		put_notice(&writer, &ring->notices[i]);
	token_put_array(&writer, ring->releases_n);
	for (unsigned i = 0; i < ring->releases_n; i++) {
		token_put_uint(&writer, ring->releases[i].due);
		token_put_uint(&writer, ring->releases[i].class);
		token_put_bytes(&writer, ring->releases[i].receipt.tag, LETTER_TAG_SIZE);
		token_put_bytes(&writer, ring->releases[i].receipt.secret, RECEIPT_SECRET_SIZE);
	}
	token_put_array(&writer, ring->opened_n);
	for (unsigned i = 0; i < ring->opened_n; i++)
		token_put_bytes(&writer, ring->opened[i], LETTER_TAG_SIZE);
	put_roles(&writer, ring);
	return writer.len <= cap ? writer.len : 0;
}

/* Takers: on anything unexpected they set the sticky failure and give zero. */

static uint64_t take(struct tokens *tokens, uint64_t max)
{
	uint64_t value = 0;
	return token_uint(tokens, max, &value) ? value : 0;
}

static bool take_flag(struct tokens *tokens)
{
	return take(tokens, 1) == 1;
}

/* Bytes of min..max; returns how many. */
static size_t take_some(struct tokens *tokens, void *to, size_t min, size_t max)
{
	struct token token;
	if (!token_next(tokens, &token) || token.kind != TOKEN_BYTES || token.len < min || token.len > max) {
		tokens->failed = true;
		return 0;
	}
	if (token.len > 0)
		memcpy(to, token.bytes, token.len);
	return token.len;
}

static void take_bytes(struct tokens *tokens, void *to, size_t len)
{
	(void)take_some(tokens, to, len, len); /* the failure is sticky */
}

/* Text of 1..max bytes; to has room for the NUL. Returns its length. */
static size_t take_text(struct tokens *tokens, char *to, size_t max)
{
	struct token token;
	if (!token_next(tokens, &token) || token.kind != TOKEN_TEXT || token.len == 0 || token.len > max) {
		tokens->failed = true;
		return 0;
	}
	memcpy(to, token.bytes, token.len);
	to[token.len] = '\0';
	return token.len;
}

static uint16_t take_array(struct tokens *tokens, uint16_t max)
{
	struct token token;
	if (!token_next(tokens, &token) || token.kind != TOKEN_ARRAY || token.value > max) {
		tokens->failed = true;
		return 0;
	}
	return (uint16_t)token.value;
}

static void take_card(struct tokens *tokens, struct card *card, enum card_kind kind)
{
	if (take(tokens, CARD_ORGANISATION) != kind)
		tokens->failed = true;
	card->kind = kind;
	card->first_day = (uint16_t)take(tokens, UINT16_MAX);
	card->days = (uint8_t)take(tokens, CARD_DAYS_MAX);
	card->seq = (uint32_t)take(tokens, UINT32_MAX);
	card->issued = (uint32_t)take(tokens, UINT32_MAX);
	take_bytes(tokens, card->identity, sizeof card->identity);
	take_bytes(tokens, card->signing, sizeof card->signing);
	take_bytes(tokens, card->keys, (size_t)card->days * CARD_DAY_SIZE);
	card->name_len = (uint8_t)take_text(tokens, card->name, CARD_NAME_MAX);
}

static void take_chain(struct tokens *tokens, struct epoch_chain *chain, enum card_lane lane)
{
	chain->lane = (uint8_t)lane;
	chain->day = (uint16_t)take(tokens, UINT16_MAX);
	take_bytes(tokens, chain->seed, sizeof chain->seed);
}

static void take_self(struct tokens *tokens, struct keyring *ring)
{
	(void)take_text(tokens, ring->name, CARD_NAME_MAX); /* the failure is sticky */
	take_bytes(tokens, ring->secret, sizeof ring->secret);
	if (!key_public(ring->secret, ring->identity))
		tokens->failed = true;
	take_chain(tokens, &ring->fast, LANE_FAST);
	take_chain(tokens, &ring->slow, LANE_SLOW);
	ring->card_seq = (uint32_t)take(tokens, UINT32_MAX);
	ring->card_first_day = (uint16_t)take(tokens, UINT16_MAX);
	ring->card_issued = (uint32_t)take(tokens, UINT32_MAX);
	ring->letter_seq = (uint32_t)take(tokens, UINT32_MAX);
	ring->noted = take(tokens, UINT32_MAX);
	ring->store_id = take(tokens, UINT64_MAX);
	ring->cursor = take(tokens, UINT64_MAX);
}

static void take_organisation(struct tokens *tokens, struct organisation *org, uint64_t version)
{
	org->present = take_flag(tokens);
	if (!org->present)
		return;
	take_bytes(tokens, org->sign_seed, sizeof org->sign_seed);
	take_bytes(tokens, org->db_key, sizeof org->db_key);
	org->card_published_at = take(tokens, UINT32_MAX);
	if (version > KEYRING_VERSION_FIRST)
		org->last_word = take(tokens, UINT32_MAX);
	org->topics_n = take_array(tokens, KEYRING_TOPICS_MAX);
	for (unsigned i = 0; i < org->topics_n && !tokens->failed; i++) {
		take_bytes(tokens, org->topics[i].topic, NOTICE_TOPIC_SIZE);
		org->topics[i].seq = (uint32_t)take(tokens, UINT32_MAX);
	}
}

static void take_people(struct tokens *tokens, struct keyring *ring)
{
	ring->contacts_n = take_array(tokens, KEYRING_CONTACTS_MAX);
	for (unsigned i = 0; i < ring->contacts_n && !tokens->failed; i++) {
		struct contact *contact = &ring->contacts[i];
		(void)take_text(tokens, contact->name, CONTACT_NAME_MAX); /* the failure is sticky */
		contact->verified = take_flag(tokens);
		contact->card_sent_at = take(tokens, UINT32_MAX);
		contact->added_at = take(tokens, UINT32_MAX);
		take_card(tokens, &contact->card, CARD_PERSON);
	}
	ring->orgs_n = take_array(tokens, KEYRING_ORGS_MAX);
	for (unsigned i = 0; i < ring->orgs_n && !tokens->failed; i++) {
		ring->orgs[i].added_at = take(tokens, UINT32_MAX);
		take_card(tokens, &ring->orgs[i].card, CARD_ORGANISATION);
	}
}

static void take_sent(struct tokens *tokens, struct sent *sent)
{
	take_bytes(tokens, sent->id, sizeof sent->id);
	take_bytes(tokens, sent->secret, sizeof sent->secret);
	take_bytes(tokens, sent->recipient, sizeof sent->recipient);
	sent->type = (uint8_t)take(tokens, UINT8_MAX);
	sent->action = (uint8_t)take(tokens, ACTION_CANCEL);
	sent->class = (enum letter_class)take(tokens, CLASS_URGENT);
	sent->ttl = (enum ttl_class)take(tokens, TTL_7_DAYS);
	sent->day = (uint16_t)take(tokens, UINT16_MAX);
	sent->reduced = take_flag(tokens);
	sent->send_now = take_flag(tokens);
	size_t ref_len = take_some(tokens, sent->ref, 0, LETTER_TAG_SIZE);
	sent->has_ref = ref_len == LETTER_TAG_SIZE;
	if (ref_len != 0 && !sent->has_ref)
		tokens->failed = true;
	sent->created = take(tokens, UINT32_MAX);
	sent->cancelled_at = take(tokens, UINT32_MAX);
	sent->copies = (uint32_t)take(tokens, UINT32_MAX);
	for (unsigned i = 0; i < STAGE_EXPIRED; i++) {
		sent->at[i] = take(tokens, UINT32_MAX);
		sent->said[i] = take(tokens, UINT32_MAX);
	}
	sent->answered = take_flag(tokens);
	sent->pending_len = (uint16_t)take_some(tokens, sent->pending, 0, ENVELOPE_SIZE_MAX);
}

static void take_received(struct tokens *tokens, struct received *received, uint64_t version)
{
	take_bytes(tokens, received->id, sizeof received->id);
	take_bytes(tokens, received->sender, sizeof received->sender);
	received->arrived = take(tokens, UINT32_MAX);
	received->sent_at = (uint32_t)take(tokens, UINT32_MAX);
	received->seq = (uint32_t)take(tokens, UINT32_MAX);
	received->class = (enum letter_class)take(tokens, CLASS_URGENT);
	received->reduced = take_flag(tokens);
	received->read = take_flag(tokens);
	received->answered = take(tokens, UINT32_MAX);
	received->cancelled = take(tokens, UINT32_MAX);
	if (version > KEYRING_VERSION_FIRST) {
		received->ticket = (uint8_t)take(tokens, RECEIVED_REVOKED);
		received->role = (uint8_t)take(tokens, TICKET_CIVILIAN);
	}
	received->type = (uint8_t)take(tokens, UINT8_MAX);
	received->body_len = (uint16_t)take_some(tokens, received->body, 0, BODY_SIZE_MAX);
}

static void take_notice(struct tokens *tokens, struct kept_notice *notice, uint64_t version)
{
	take_bytes(tokens, notice->id, sizeof notice->id);
	take_bytes(tokens, notice->issuer, sizeof notice->issuer);
	take_bytes(tokens, notice->topic, sizeof notice->topic);
	notice->seq = (uint32_t)take(tokens, UINT32_MAX);
	notice->issued = (uint32_t)take(tokens, UINT32_MAX);
	notice->not_after = (uint32_t)take(tokens, UINT32_MAX);
	notice->verb = (enum notice_verb)take(tokens, NOTICE_SAFE);
	notice->conflict = take_flag(tokens);
	notice->arrived = take(tokens, UINT32_MAX);
	if (version > KEYRING_VERSION_FIRST) {
		take_bytes(tokens, notice->organisation, sizeof notice->organisation);
		notice->extra = (uint8_t)take(tokens, EXTRA_CERTIFICATE);
		notice->role = (uint8_t)take(tokens, TICKET_CIVILIAN);
		take_bytes(tokens, notice->revocable, sizeof notice->revocable);
		notice->day = (uint16_t)take(tokens, UINT16_MAX);
		notice->slot = (uint8_t)take(tokens, TICKET_SLOTS - 1);
		take_bytes(tokens, notice->linkage, sizeof notice->linkage);
	} else {
		/* Then every notice was its issuer's own word. */
		memcpy(notice->organisation, notice->issuer, sizeof notice->organisation);
		notice->day = day_of_unix(notice->issued);
	}
	notice->type = (uint8_t)take(tokens, UINT8_MAX);
	notice->body_len = (uint16_t)take_some(tokens, notice->body, 0, NOTICE_BODY_MAX);
}

static void take_mail(struct tokens *tokens, struct keyring *ring, uint64_t version)
{
	ring->sent_n = take_array(tokens, KEYRING_SENT_MAX);
	for (unsigned i = 0; i < ring->sent_n && !tokens->failed; i++)
		take_sent(tokens, &ring->sent[i]);
	ring->received_n = take_array(tokens, KEYRING_RECEIVED_MAX);
	for (unsigned i = 0; i < ring->received_n && !tokens->failed; i++)
		take_received(tokens, &ring->received[i], version);
	ring->notices_n = take_array(tokens, KEYRING_NOTICES_MAX);
	for (unsigned i = 0; i < ring->notices_n && !tokens->failed; i++)
		take_notice(tokens, &ring->notices[i], version);
	ring->releases_n = take_array(tokens, KEYRING_RELEASES_MAX);
	for (unsigned i = 0; i < ring->releases_n && !tokens->failed; i++) {
		ring->releases[i].due = take(tokens, UINT32_MAX);
		ring->releases[i].class = (enum letter_class)take(tokens, CLASS_URGENT);
		take_bytes(tokens, ring->releases[i].receipt.tag, LETTER_TAG_SIZE);
		take_bytes(tokens, ring->releases[i].receipt.secret, RECEIPT_SECRET_SIZE);
	}
	ring->opened_n = take_array(tokens, KEYRING_OPENED_MAX);
	for (unsigned i = 0; i < ring->opened_n && !tokens->failed; i++)
		take_bytes(tokens, ring->opened[i], LETTER_TAG_SIZE);
}

static void take_batch(struct tokens *tokens, struct ticket_batch *batch)
{
	take_bytes(tokens, batch->organisation, sizeof batch->organisation);
	uint64_t role = take(tokens, TICKET_CIVILIAN);
	if (role < TICKET_MEDIC)
		tokens->failed = true;
	batch->role = (enum ticket_role)role;
	batch->day = (uint16_t)take(tokens, UINT16_MAX);
	batch->revoked = take_flag(tokens);
	batch->slots = (uint32_t)take(tokens, UINT32_MAX);
	batch->tickets_n = (uint8_t)take_array(tokens, GRANT_TICKETS_MAX);
	for (unsigned i = 0; i < batch->tickets_n && !tokens->failed; i++) {
		batch->tickets[i].slot = (uint8_t)take(tokens, TICKET_SLOTS - 1);
		take_bytes(tokens, batch->tickets[i].linkage, TICKET_LINKAGE_SIZE);
		take_bytes(tokens, batch->tickets[i].signature, SIGNATURE_SIZE);
		take_bytes(tokens, batch->tickets[i].seed, SIGN_KEY_SIZE);
	}
}

static void take_certificate(struct tokens *tokens, struct held_certificate *held)
{
	take_bytes(tokens, held->bytes, sizeof held->bytes);
	take_bytes(tokens, held->seed, sizeof held->seed);
	held->topics_n = (uint8_t)take_array(tokens, KEYRING_CERTIFICATE_TOPICS_MAX);
	for (unsigned i = 0; i < held->topics_n && !tokens->failed; i++) {
		take_bytes(tokens, held->topics[i].topic, NOTICE_TOPIC_SIZE);
		held->topics[i].seq = (uint32_t)take(tokens, UINT32_MAX);
	}
}

static void take_share(struct tokens *tokens, struct held_share *held)
{
	take_bytes(tokens, held->organisation, sizeof held->organisation);
	(void)take_text(tokens, (char *)held->share.colleague, GRANT_NAME_MAX); /* the failure is sticky */
	held->share.x = (uint8_t)take(tokens, UINT8_MAX);
	held->share.day = (uint16_t)take(tokens, UINT16_MAX);
	take_bytes(tokens, held->share.value, sizeof held->share.value);
}

static void take_roles(struct tokens *tokens, struct keyring *ring)
{
	ring->batches_n = take_array(tokens, KEYRING_BATCHES_MAX);
	for (unsigned i = 0; i < ring->batches_n && !tokens->failed; i++)
		take_batch(tokens, &ring->batches[i]);
	unsigned tickets = 0;
	for (unsigned i = 0; i < ring->batches_n; i++)
		tickets += ring->batches[i].tickets_n;
	if (tickets > KEYRING_TICKETS_MAX)
		tokens->failed = true;
	ring->certificates_n = take_array(tokens, KEYRING_CERTIFICATES_MAX);
	for (unsigned i = 0; i < ring->certificates_n && !tokens->failed; i++)
		take_certificate(tokens, &ring->certificates[i]);
	ring->shares_n = take_array(tokens, KEYRING_SHARES_MAX);
	for (unsigned i = 0; i < ring->shares_n && !tokens->failed; i++)
		take_share(tokens, &ring->shares[i]);
	ring->revocations_n = take_array(tokens, KEYRING_REVOCATIONS_MAX);
	for (unsigned i = 0; i < ring->revocations_n && !tokens->failed; i++) {
		ring->revocations[i].day = (uint16_t)take(tokens, UINT16_MAX);
		take_bytes(tokens, ring->revocations[i].secret, LINKAGE_SEED_SIZE);
	}
	ring->spends_n = take_array(tokens, KEYRING_SPENDS_MAX);
	for (unsigned i = 0; i < ring->spends_n && !tokens->failed; i++) {
		ring->spends[i].day = (uint16_t)take(tokens, UINT16_MAX);
		take_bytes(tokens, ring->spends[i].key, LETTER_TAG_SIZE);
		take_bytes(tokens, ring->spends[i].letter, LETTER_TAG_SIZE);
	}
}

bool keyring_decode(struct keyring *ring, const uint8_t *bytes, size_t len, bool *newer)
{
	memset(ring, 0, sizeof *ring);
	struct tokens tokens = tokens_of(bytes, len);
	uint64_t version = take(&tokens, UINT64_MAX);
	if (newer != NULL)
		*newer = !tokens.failed && version > KEYRING_VERSION;
	if (version < KEYRING_VERSION_FIRST || version > KEYRING_VERSION)
		return false;
	take_self(&tokens, ring);
	take_organisation(&tokens, &ring->org, version);
	take_people(&tokens, ring);
	take_mail(&tokens, ring, version);
	if (version > KEYRING_VERSION_FIRST)
		take_roles(&tokens, ring);
	return tokens_done(&tokens);
}
