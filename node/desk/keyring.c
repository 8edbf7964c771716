#include "node/desk/keyring.h"

#include "crypto/digest.h"
#include "crypto/sign.h"
#include "node/desk/text.h"
#include "node/desk/track.h"
#include "node/desk/wallet.h"

#include <assert.h>
#include <sodium/utils.h>
#include <stdlib.h>
#include <string.h>

enum {
	DAY_S = 86400,
	JUMP_MAX_S = 45 * DAY_S, /* a clock that runs further ahead of what was noted is not believed */
	TIME_FLOOR = 1464739200, /* 2016-06-01: no desk is older; what is noted if the clock was never plausible */
};

struct keyring *keyring_new(void)
{
	return calloc(1, sizeof(struct keyring));
}

void keyring_free(struct keyring *ring)
{
	if (ring == NULL)
		return;
	sodium_memzero(ring, sizeof *ring);
	free(ring);
}

static void start_chains(struct keyring *ring, uint16_t day)
{
	ring->fast = (struct epoch_chain){.day = day, .lane = LANE_FAST};
	ring->slow = (struct epoch_chain){.day = day, .lane = LANE_SLOW};
	key_random(ring->fast.seed, sizeof ring->fast.seed);
	key_random(ring->slow.seed, sizeof ring->slow.seed);
}

static void renew_card(struct keyring *ring)
{
	uint16_t day = day_of_unix(ring->noted);
	if (ring->card_seq > 0 && day == ring->card_first_day)
		return;
	ring->card_seq++;
	ring->card_first_day = day;
	ring->card_issued = (uint32_t)ring->noted;
}

void keyring_make_person(struct keyring *ring, const char *name, uint64_t unix_s)
{
	size_t len = strlen(name);
	assert(len > 0 && len <= CARD_NAME_MAX && text_utf8_ok(name, len));
	memset(ring, 0, sizeof *ring);
	memcpy(ring->name, name, len);
	bool usable;
	do {
		key_random(ring->secret, sizeof ring->secret);
		usable = key_public(ring->secret, ring->identity);
	} while (!usable);
	ring->noted = unix_s < TIME_FLOOR || unix_s > UINT32_MAX ? TIME_FLOOR : unix_s;
	start_chains(ring, day_of_unix(ring->noted));
	renew_card(ring);
}

void keyring_make_organisation(struct keyring *ring, const char *name, uint64_t unix_s)
{
	keyring_make_person(ring, name, unix_s);
	ring->org.present = true;
	key_random(ring->org.sign_seed, sizeof ring->org.sign_seed);
	key_random(ring->org.db_key, sizeof ring->org.db_key);
}

uint64_t keyring_time(const struct keyring *ring, uint64_t unix_s, enum clock_trust *trust)
{
	enum clock_trust found = CLOCK_GOOD;
	if (unix_s < TIME_FLOOR || unix_s / DAY_S < ring->noted / DAY_S)
		found = CLOCK_BEHIND;
	else if (unix_s > UINT32_MAX || (ring->noted != TIME_FLOOR && unix_s > ring->noted + JUMP_MAX_S))
		found = CLOCK_AHEAD;
	if (trust != NULL)
		*trust = found;
	return found == CLOCK_GOOD && unix_s > ring->noted ? unix_s : ring->noted;
}

static void forget_before(struct epoch_chain *chain, uint16_t day)
{
	while (chain->day < day) {
		uint16_t step = (uint16_t)(day - chain->day > EPOCH_AHEAD_MAX ? chain->day + EPOCH_AHEAD_MAX : day);
		epoch_forget_before(chain, step);
	}
}

uint64_t keyring_turn(struct keyring *ring, uint64_t unix_s)
{
	ring->noted = keyring_time(ring, unix_s, NULL);
	uint16_t day = day_of_unix(ring->noted);
	forget_before(&ring->fast, day > EPOCH_KEEP_FAST ? (uint16_t)(day - EPOCH_KEEP_FAST) : 0);
	forget_before(&ring->slow, day > EPOCH_KEEP_SLOW ? (uint16_t)(day - EPOCH_KEEP_SLOW) : 0);
	renew_card(ring);
	wallet_turn(ring);
	return ring->noted;
}

void keyring_trust_clock(struct keyring *ring, uint64_t unix_s)
{
	ring->noted = unix_s < TIME_FLOOR || unix_s > UINT32_MAX ? TIME_FLOOR : unix_s;
	uint16_t day = day_of_unix(ring->noted);
	if (ring->fast.day > day || ring->slow.day > day)
		start_chains(ring, day); /* the keys of today were forgotten while the clock was wrong */
	(void)keyring_turn(ring, unix_s);
}

void keyring_note_issued(struct keyring *ring, uint32_t issued)
{
	if (issued > ring->noted)
		ring->noted = issued > ring->noted + DAY_S ? ring->noted + DAY_S : issued;
}

size_t keyring_card_days(const struct keyring *ring, uint8_t days, uint8_t out[static CARD_SIZE_MAX])
{
	assert(days <= CARD_DAYS_MAX);
	assert(ring->card_seq > 0);
	struct card card = {.kind = ring->org.present ? CARD_ORGANISATION : CARD_PERSON,
			    .first_day = ring->card_first_day,
			    .seq = ring->card_seq,
			    .issued = ring->card_issued,
			    .name_len = (uint8_t)strlen(ring->name)};
	memcpy(card.identity, ring->identity, sizeof card.identity);
	memcpy(card.name, ring->name, card.name_len);
	if (ring->org.present)
		sign_public(ring->org.sign_seed, card.signing);
	for (; card.days < days; card.days++) {
		uint16_t day = (uint16_t)(card.first_day + card.days);
		if (day < card.first_day || !epoch_public(&ring->fast, day, card.keys[card.days][LANE_FAST]) ||
		    !epoch_public(&ring->slow, day, card.keys[card.days][LANE_SLOW]))
			break;
	}
	size_t len = card_encode(&card, out, CARD_SIZE_MAX);
	if (ring->org.present) {
		sign("barid-card-v1", out, len, ring->org.sign_seed, out + len);
		len += SIGNATURE_SIZE;
	}
	return len;
}

size_t keyring_card(const struct keyring *ring, uint8_t out[static CARD_SIZE_MAX])
{
	return keyring_card_days(ring, CARD_DAYS_MAX, out);
}

bool keyring_reply_key(const struct keyring *ring, uint16_t day, uint8_t out[static DH_KEY_SIZE])
{
	return epoch_public(&ring->slow, day, out);
}

static bool same_name(const char *a, const char *b)
{
	char folded_a[4 * CARD_NAME_MAX], folded_b[4 * CARD_NAME_MAX];
	text_fold(a, folded_a, sizeof folded_a);
	text_fold(b, folded_b, sizeof folded_b);
	return folded_a[0] == '\0' ? strcmp(a, b) == 0 : strcmp(folded_a, folded_b) == 0;
}

struct contact *keyring_contact_named(struct keyring *ring, const char *name)
{
	for (unsigned i = 0; i < ring->contacts_n; i++)
		if (same_name(ring->contacts[i].name, name))
			return &ring->contacts[i];
	return NULL;
}

struct contact *keyring_contact_keyed(struct keyring *ring, const uint8_t identity[static DH_KEY_SIZE])
{
	for (unsigned i = 0; i < ring->contacts_n; i++)
		if (memcmp(ring->contacts[i].card.identity, identity, DH_KEY_SIZE) == 0)
			return &ring->contacts[i];
	return NULL;
}

struct pinned_org *keyring_org_named(struct keyring *ring, const char *name)
{
	for (unsigned i = 0; i < ring->orgs_n; i++)
		if (same_name(ring->orgs[i].card.name, name))
			return &ring->orgs[i];
	return NULL;
}

struct pinned_org *keyring_org_keyed(struct keyring *ring, const uint8_t identity[static DH_KEY_SIZE])
{
	for (unsigned i = 0; i < ring->orgs_n; i++)
		if (memcmp(ring->orgs[i].card.identity, identity, DH_KEY_SIZE) == 0)
			return &ring->orgs[i];
	return NULL;
}

struct pinned_org *keyring_org_signing(struct keyring *ring, const uint8_t signing[static SIGN_KEY_SIZE])
{
	for (unsigned i = 0; i < ring->orgs_n; i++)
		if (memcmp(ring->orgs[i].card.signing, signing, SIGN_KEY_SIZE) == 0)
			return &ring->orgs[i];
	return NULL;
}

struct sent *keyring_sent(struct keyring *ring, const uint8_t tag[static LETTER_TAG_SIZE])
{
	for (unsigned i = 0; i < ring->sent_n; i++)
		if (memcmp(ring->sent[i].id, tag, LETTER_TAG_SIZE) == 0)
			return &ring->sent[i];
	return NULL;
}

struct received *keyring_received(struct keyring *ring, const uint8_t tag[static LETTER_TAG_SIZE])
{
	for (unsigned i = 0; i < ring->received_n; i++)
		if (memcmp(ring->received[i].id, tag, LETTER_TAG_SIZE) == 0)
			return &ring->received[i];
	return NULL;
}

bool keyring_opened_before(const struct keyring *ring, const uint8_t tag[static LETTER_TAG_SIZE])
{
	for (unsigned i = 0; i < ring->opened_n; i++)
		if (memcmp(ring->opened[i], tag, LETTER_TAG_SIZE) == 0)
			return true;
	return false;
}

enum keyring_add keyring_add_contact(struct keyring *ring, const char *name, const struct card *card, uint64_t now)
{
	if (card->kind != CARD_PERSON)
		return KEYRING_WRONG_KIND;
	struct contact *known = keyring_contact_keyed(ring, card->identity);
	struct contact *namesake = name != NULL ? keyring_contact_named(ring, name) : NULL;
	if (namesake != NULL && namesake != known)
		return KEYRING_NAME_TAKEN;
	if (known == NULL) {
		assert(name != NULL);
		if (ring->contacts_n == KEYRING_CONTACTS_MAX)
			return KEYRING_FULL;
		struct contact *contact = &ring->contacts[ring->contacts_n++];
		*contact = (struct contact){.added_at = now, .card = *card};
		strncpy(contact->name, name, CONTACT_NAME_MAX);
		return KEYRING_ADDED;
	}
	if (name != NULL) {
		memset(known->name, 0, sizeof known->name);
		strncpy(known->name, name, CONTACT_NAME_MAX);
	}
	if (card->seq < known->card.seq)
		return KEYRING_OLDER;
	if (card->seq == known->card.seq)
		return KEYRING_SAME;
	known->card = *card;
	return KEYRING_UPDATED;
}

enum keyring_add keyring_trust_org(struct keyring *ring, const struct card *card, uint64_t now)
{
	if (card->kind != CARD_ORGANISATION)
		return KEYRING_WRONG_KIND;
	struct pinned_org *known = keyring_org_signing(ring, card->signing);
	struct pinned_org *namesake = keyring_org_named(ring, card->name);
	if (namesake != NULL && namesake != known)
		return KEYRING_NAME_TAKEN;
	if (known == NULL) {
		if (ring->orgs_n == KEYRING_ORGS_MAX)
			return KEYRING_FULL;
		ring->orgs[ring->orgs_n++] = (struct pinned_org){.added_at = now, .card = *card};
		return KEYRING_ADDED;
	}
	if (card->seq < known->card.seq)
		return KEYRING_OLDER;
	if (card->seq == known->card.seq)
		return KEYRING_SAME;
	known->card = *card;
	return KEYRING_UPDATED;
}

bool keyring_remove_contact(struct keyring *ring, const char *name)
{
	struct contact *contact = keyring_contact_named(ring, name);
	if (contact == NULL)
		return false;
	size_t index = (size_t)(contact - ring->contacts);
	memmove(contact, contact + 1, (ring->contacts_n - index - 1) * sizeof *contact);
	ring->contacts_n--;
	sodium_memzero(&ring->contacts[ring->contacts_n], sizeof *contact);
	return true;
}

/* A letter that nothing more is expected of. */
static bool finished(const struct sent *sent, uint64_t now)
{
	if (sent->pending_len > 0)
		return false;
	bool untracked = sent->type == LETTER_RECEIPT || sent->type == LETTER_CARD || sent->type == LETTER_GRANT;
	return untracked || sent->at[STAGE_RECEIVED] != 0 || sent->cancelled_at != 0 || track_expired(sent, now);
}

struct sent *keyring_add_sent(struct keyring *ring, const struct sent *sent, uint64_t now)
{
	unsigned pending = 0;
	for (unsigned i = 0; i < ring->sent_n; i++)
		pending += ring->sent[i].pending_len > 0;
	if (sent->pending_len > 0 && pending >= KEYRING_PENDING_MAX)
		return NULL;
	if (ring->sent_n == KEYRING_SENT_MAX) {
		unsigned i = 0;
		while (i < ring->sent_n && !finished(&ring->sent[i], now))
			i++;
		if (i == ring->sent_n)
			return NULL;
		memmove(&ring->sent[i], &ring->sent[i + 1], (ring->sent_n - i - 1U) * sizeof ring->sent[0]);
		ring->sent_n--;
	}
	struct sent *kept = &ring->sent[ring->sent_n++];
	*kept = *sent;
	return kept;
}

enum { RECEIVED_OVERHEAD = 144 };

static size_t received_bytes(const struct keyring *ring)
{
	size_t bytes = 0;
	for (unsigned i = 0; i < ring->received_n; i++)
		bytes += ring->received[i].body_len + (size_t)RECEIVED_OVERHEAD;
	return bytes;
}

/* Index of the letter to drop first: the oldest read one, else the oldest of a stranger; -1 none. */
static int received_to_drop(struct keyring *ring)
{
	int strangers = -1;
	for (unsigned i = 0; i < ring->received_n; i++) {
		if (ring->received[i].read)
			return (int)i;
		bool known =
			keyring_contact_keyed(ring, ring->received[i].sender) != NULL || keyring_org_keyed(ring, ring->received[i].sender) != NULL;
		if (strangers < 0 && !known)
			strangers = (int)i;
	}
	return strangers;
}

bool keyring_add_received(struct keyring *ring, const struct received *received)
{
	assert(received->body_len <= BODY_SIZE_MAX);
	while (ring->received_n == KEYRING_RECEIVED_MAX || received_bytes(ring) + received->body_len + RECEIVED_OVERHEAD > KEYRING_RECEIVED_BYTES) {
		int drop = received_to_drop(ring);
		if (drop < 0)
			return false;
		memmove(&ring->received[drop], &ring->received[drop + 1], (size_t)(ring->received_n - drop - 1) * sizeof ring->received[0]);
		ring->received_n--;
	}
	ring->received[ring->received_n++] = *received;
	return true;
}

void keyring_remember_opened(struct keyring *ring, const uint8_t tag[static LETTER_TAG_SIZE])
{
	if (keyring_opened_before(ring, tag))
		return;
	if (ring->opened_n == KEYRING_OPENED_MAX) {
		memmove(ring->opened[0], ring->opened[1], sizeof ring->opened - sizeof ring->opened[0]);
		ring->opened_n--;
	}
	memcpy(ring->opened[ring->opened_n++], tag, LETTER_TAG_SIZE);
}

bool keyring_add_release(struct keyring *ring, const struct release *release)
{
	if (ring->releases_n == KEYRING_RELEASES_MAX)
		return false;
	ring->releases[ring->releases_n++] = *release;
	return true;
}
