#include "node/desk/wallet.h"

#include "crypto/random.h"
#include "crypto/sign.h"
#include "crypto/wipe.h"
#include "node/desk/armor.h"
#include "node/desk/text.h"
#include "proto/bytes.h"
#include "proto/linkage.h"
#include "proto/share.h"

#include <assert.h>
#include <string.h>

static void rebuild(const struct ticket_batch *batch, const struct held_ticket *held, struct ticket *out)
{
	*out = (struct ticket){.role = batch->role, .slot = held->slot, .day = batch->day};
	sign_public(held->seed, out->key);
	ticket_issuer(batch->organisation, out->issuer);
	memcpy(out->linkage, held->linkage, sizeof out->linkage);
	memcpy(out->signature, held->signature, sizeof out->signature);
}

/* Whether every ticket of the grant is one that the organisation signed. */
static bool tickets_good(const struct grant *grant)
{
	bool good = true;
	for (unsigned i = 0; i < grant->ticket_count && good; i++) {
		struct ticket_batch batch = {.role = grant->role, .day = grant->day};
		struct held_ticket held = {.slot = grant->tickets[i].slot};
		struct ticket ticket;
		uint8_t bytes[TICKET_SIZE];
		memcpy(batch.organisation, grant->organisation, sizeof batch.organisation);
		memcpy(held.linkage, grant->tickets[i].linkage, sizeof held.linkage);
		memcpy(held.signature, grant->tickets[i].signature, sizeof held.signature);
		grant_ticket_seed(grant->key_seed, grant->day, held.slot, held.seed);
		rebuild(&batch, &held, &ticket);
		ticket_encode(&ticket, bytes);
		good = ticket_ok(bytes, grant->organisation);
		wipe(&held, sizeof held);
	}
	return good;
}

static bool certificate_good(const struct grant *grant, struct certificate *out)
{
	uint8_t subject[SIGN_KEY_SIZE];
	sign_public(grant->certificate_seed, subject);
	return certificate_parse(grant->certificate, out) && memcmp(out->organisation, grant->organisation, SIGN_KEY_SIZE) == 0 &&
	       memcmp(out->subject, subject, SIGN_KEY_SIZE) == 0;
}

static unsigned tickets_held(const struct keyring *ring)
{
	unsigned n = 0;
	for (unsigned i = 0; i < ring->batches_n; i++)
		n += ring->batches[i].tickets_n;
	return n;
}

static struct ticket_batch *batch_of(struct keyring *ring, const uint8_t organisation[static SIGN_KEY_SIZE], enum ticket_role role, uint16_t day)
{
	for (unsigned i = 0; i < ring->batches_n; i++) {
		struct ticket_batch *batch = &ring->batches[i];
		if (batch->day == day && batch->role == role && memcmp(batch->organisation, organisation, SIGN_KEY_SIZE) == 0)
			return batch;
	}
	return NULL;
}

/* Takes those whose slot was never granted before: a grant that comes twice, by post and by hand, brings no spent ticket back. */
static enum wallet_result take_tickets(struct keyring *ring, const struct grant *grant)
{
	if (grant->ticket_count == 0 || grant->day < day_of_unix(ring->noted))
		return WALLET_HAD;
	struct ticket_batch *batch = batch_of(ring, grant->organisation, grant->role, grant->day);
	if ((batch == NULL && ring->batches_n == KEYRING_BATCHES_MAX) || tickets_held(ring) + grant->ticket_count > KEYRING_TICKETS_MAX)
		return WALLET_FULL;
	if (batch == NULL) {
		batch = &ring->batches[ring->batches_n++];
		*batch = (struct ticket_batch){.role = grant->role, .day = grant->day};
		memcpy(batch->organisation, grant->organisation, sizeof batch->organisation);
	}
	enum wallet_result result = WALLET_HAD;
	for (unsigned i = 0; i < grant->ticket_count; i++) {
		uint32_t bit = (uint32_t)1 << grant->tickets[i].slot;
		if ((batch->slots & bit) != 0)
			continue;
		assert(batch->tickets_n < GRANT_TICKETS_MAX);
		struct held_ticket *held = &batch->tickets[batch->tickets_n++];
		held->slot = grant->tickets[i].slot;
		memcpy(held->linkage, grant->tickets[i].linkage, sizeof held->linkage);
		memcpy(held->signature, grant->tickets[i].signature, sizeof held->signature);
		grant_ticket_seed(grant->key_seed, grant->day, held->slot, held->seed);
		batch->slots |= bit;
		result = WALLET_TAKEN;
	}
	return result;
}

/* A newer certificate of an organisation replaces the one before. */
static bool take_certificate(struct keyring *ring, const struct grant *grant, const struct certificate *certificate)
{
	struct held_certificate *place = NULL;
	for (unsigned i = 0; i < ring->certificates_n; i++) {
		struct certificate known;
		if (memcmp(ring->certificates[i].bytes, grant->certificate, CERTIFICATE_SIZE) == 0)
			return false;
		if (!certificate_parse(ring->certificates[i].bytes, &known) ||
		    memcmp(known.organisation, certificate->organisation, SIGN_KEY_SIZE) != 0)
			continue;
		if (known.not_before > certificate->not_before)
			return false;
		place = &ring->certificates[i];
	}
	if (place == NULL && ring->certificates_n == KEYRING_CERTIFICATES_MAX)
		return false;
	if (place == NULL)
		place = &ring->certificates[ring->certificates_n++];
	wipe(place, sizeof *place);
	memcpy(place->bytes, grant->certificate, CERTIFICATE_SIZE);
	memcpy(place->seed, grant->certificate_seed, SIGN_KEY_SIZE);
	return true;
}

static void drop_share(struct keyring *ring, unsigned index)
{
	memmove(&ring->shares[index], &ring->shares[index + 1], (ring->shares_n - index - 1U) * sizeof ring->shares[0]);
	wipe(&ring->shares[--ring->shares_n], sizeof ring->shares[0]);
}

static bool same_colleague(const struct held_share *a, const struct held_share *b)
{
	return memcmp(a->organisation, b->organisation, SIGN_KEY_SIZE) == 0 &&
	       strcmp((const char *)a->share.colleague, (const char *)b->share.colleague) == 0;
}

/* The oldest gives way. */
static bool take_share(struct keyring *ring, const struct grant *grant, const struct grant_share *share)
{
	struct held_share held = {.share = *share};
	memcpy(held.organisation, grant->organisation, sizeof held.organisation);
	for (unsigned i = 0; i < ring->shares_n; i++) {
		if (!same_colleague(&ring->shares[i], &held) || ring->shares[i].share.day != share->day)
			continue;
		bool same = ring->shares[i].share.x == share->x && memcmp(ring->shares[i].share.value, share->value, SHARE_SIZE) == 0;
		ring->shares[i] = held;
		return !same;
	}
	if (ring->shares_n == KEYRING_SHARES_MAX)
		drop_share(ring, 0);
	ring->shares[ring->shares_n++] = held;
	return true;
}

/* The vault holds names as text, so they must be that. */
static bool names_good(const struct grant *grant)
{
	bool good = true;
	for (unsigned i = 0; i < grant->share_count && good; i++)
		good = text_utf8_ok((const char *)grant->shares[i].colleague, strlen((const char *)grant->shares[i].colleague));
	return good;
}

enum wallet_result wallet_take(struct keyring *ring, const uint8_t sender[static DH_KEY_SIZE], const uint8_t *bytes, size_t len, struct grant *grant)
{
	const struct pinned_org *org = keyring_org_keyed(ring, sender);
	struct certificate certificate;
	if (!grant_decode(bytes, len, grant) || org == NULL || memcmp(org->card.signing, grant->organisation, SIGN_KEY_SIZE) != 0 ||
	    !names_good(grant) || !tickets_good(grant) || (grant->has_certificate && !certificate_good(grant, &certificate)))
		return WALLET_REFUSED;
	enum wallet_result result = take_tickets(ring, grant);
	bool news = grant->has_certificate && certificate.not_after > ring->noted && take_certificate(ring, grant, &certificate);
	for (unsigned i = 0; i < grant->share_count; i++)
		news |= take_share(ring, grant, &grant->shares[i]);
	return result == WALLET_HAD && news ? WALLET_TAKEN : result;
}

/* A share for an earlier day is of use only while there is none for a later one: it says more about the past than is needed. */
static bool share_replaced(const struct keyring *ring, const struct held_share *held, uint16_t today)
{
	for (unsigned i = 0; i < ring->shares_n; i++)
		if (same_colleague(&ring->shares[i], held) && ring->shares[i].share.day > held->share.day && ring->shares[i].share.day <= today)
			return true;
	return false;
}

void wallet_turn(struct keyring *ring)
{
	uint16_t today = day_of_unix(ring->noted);
	for (unsigned i = ring->batches_n; i > 0; i--) {
		if (ring->batches[i - 1].day >= today)
			continue;
		memmove(&ring->batches[i - 1], &ring->batches[i], (ring->batches_n - i) * sizeof ring->batches[0]);
		wipe(&ring->batches[--ring->batches_n], sizeof ring->batches[0]);
	}
	for (unsigned i = ring->certificates_n; i > 0; i--) {
		struct certificate certificate;
		if (certificate_parse(ring->certificates[i - 1].bytes, &certificate) && certificate.not_after >= ring->noted)
			continue;
		memmove(&ring->certificates[i - 1], &ring->certificates[i], (ring->certificates_n - i) * sizeof ring->certificates[0]);
		wipe(&ring->certificates[--ring->certificates_n], sizeof ring->certificates[0]);
	}
	for (unsigned i = ring->shares_n; i > 0; i--) {
		const struct held_share *held = &ring->shares[i - 1];
		bool old = held->share.day != 0 && today > held->share.day && today - held->share.day > LINKAGE_DAYS_MAX;
		if (old || (held->share.day != 0 && share_replaced(ring, held, today)))
			drop_share(ring, i - 1);
	}
}

bool wallet_drop_revoked(struct keyring *ring)
{
	bool any = false;
	for (unsigned i = 0; i < ring->batches_n; i++) {
		struct ticket_batch *batch = &ring->batches[i];
		struct ticket ticket;
		if (batch->tickets_n == 0)
			continue;
		rebuild(batch, &batch->tickets[0], &ticket);
		if (!keyring_ticket_revoked(ring, &ticket))
			continue;
		wipe(batch->tickets, sizeof batch->tickets);
		batch->tickets_n = 0;
		batch->revoked = any = true;
	}
	for (unsigned i = ring->certificates_n; i > 0; i--) {
		struct certificate certificate;
		if (!certificate_parse(ring->certificates[i - 1].bytes, &certificate) || !keyring_certificate_revoked(ring, certificate.revocation))
			continue;
		memmove(&ring->certificates[i - 1], &ring->certificates[i], (ring->certificates_n - i) * sizeof ring->certificates[0]);
		wipe(&ring->certificates[--ring->certificates_n], sizeof ring->certificates[0]);
		any = true;
	}
	return any;
}

unsigned wallet_left(const struct keyring *ring, enum ticket_role role, uint16_t day, unsigned *granted)
{
	unsigned left = 0;
	*granted = 0;
	for (unsigned i = 0; i < ring->batches_n; i++) {
		const struct ticket_batch *batch = &ring->batches[i];
		if (batch->day != day || batch->role != role)
			continue;
		left += batch->tickets_n;
		for (uint32_t slots = batch->slots; slots != 0; slots &= slots - 1)
			++*granted;
	}
	return left;
}

enum ticket_role wallet_choose(const struct keyring *ring, enum letter_class class, uint16_t day, enum wallet_wish wish)
{
	static const enum ticket_role urgent[] = {TICKET_MEDIC, TICKET_MARSHAL, TICKET_CIVILIAN};
	static const enum ticket_role other[] = {TICKET_MARSHAL, TICKET_CIVILIAN, TICKET_MEDIC};
	const enum ticket_role *order = class == CLASS_URGENT ? urgent : other;
	if (wish == WALLET_NEVER || (class == CLASS_ROUTINE && wish != WALLET_ALWAYS))
		return 0;
	for (unsigned i = 0; i < sizeof urgent / sizeof urgent[0]; i++) {
		unsigned granted = 0, left = wallet_left(ring, order[i], day, &granted);
		bool spared = class != CLASS_URGENT && order[i] == TICKET_MEDIC;
		if (class == CLASS_STATUS)
			spared = order[i] != TICKET_CIVILIAN || 4 * left <= granted;
		if (left > 0 && (wish == WALLET_ALWAYS || !spared))
			return order[i];
	}
	return 0;
}

bool wallet_spend(struct keyring *ring, enum ticket_role role, uint16_t day, struct wallet_ticket *out)
{
	for (unsigned i = 0; i < ring->batches_n; i++) {
		struct ticket_batch *batch = &ring->batches[i];
		if (batch->day != day || batch->role != role || batch->tickets_n == 0)
			continue;
		struct held_ticket *held = &batch->tickets[random_below(batch->tickets_n)];
		struct ticket ticket;
		rebuild(batch, held, &ticket);
		ticket_encode(&ticket, out->bytes);
		memcpy(out->seed, held->seed, sizeof out->seed);
		struct held_ticket *last = &batch->tickets[--batch->tickets_n];
		*held = *last;
		wipe(last, sizeof *last);
		return true;
	}
	return false;
}

const struct held_share *wallet_share(const struct keyring *ring, const char *colleague)
{
	uint16_t today = day_of_unix(ring->noted);
	const struct held_share *best = NULL;
	char wanted[4 * GRANT_NAME_MAX + 1], folded[4 * GRANT_NAME_MAX + 1];
	text_fold(colleague, wanted, sizeof wanted);
	for (unsigned i = 0; i < ring->shares_n; i++) {
		const struct held_share *held = &ring->shares[i];
		text_fold((const char *)held->share.colleague, folded, sizeof folded);
		if (strcmp(wanted, folded) != 0)
			continue;
		bool later = best != NULL && held->share.day > best->share.day;
		if (best == NULL || (later ? held->share.day <= today : best->share.day > today))
			best = held;
	}
	return best;
}

const struct held_share *wallet_share_beside(const struct keyring *ring, const struct held_share *other)
{
	for (unsigned i = 0; i < ring->shares_n; i++)
		if (same_colleague(&ring->shares[i], other) && ring->shares[i].share.day == other->share.day)
			return &ring->shares[i];
	return NULL;
}

bool wallet_join(const struct keyring *ring, const struct held_share *ours, const struct held_share *theirs, struct revoked *out)
{
	uint16_t today = day_of_unix(ring->noted);
	if (!same_colleague(ours, theirs) || ours->share.day != theirs->share.day ||
	    !share_join(ours->share.x, ours->share.value, theirs->share.x, theirs->share.value, out->secret))
		return false;
	out->day = ours->share.day == 0 ? today : ours->share.day;
	for (; out->day < today; out->day++)
		linkage_next(out->secret, out->secret);
	return true;
}

enum { SHARE_BYTES_MAX = SIGN_KEY_SIZE + 1 + 2 + SHARE_SIZE + 1 + GRANT_NAME_MAX };

void wallet_share_text(const struct held_share *share, char text[static WALLET_SHARE_TEXT])
{
	uint8_t bytes[SHARE_BYTES_MAX];
	char all[ARMOR_TEXT_MAX];
	struct writer writer = writer_of(bytes, sizeof bytes);
	size_t name_len = strlen((const char *)share->share.colleague);
	write_bytes(&writer, share->organisation, SIGN_KEY_SIZE);
	write_u8(&writer, share->share.x);
	write_u16(&writer, share->share.day);
	write_bytes(&writer, share->share.value, SHARE_SIZE);
	write_u8(&writer, (uint8_t)name_len);
	write_bytes(&writer, share->share.colleague, name_len);
	assert(writer_ok(&writer));
	armor_encode("SHARE", bytes, writer.len, all);
	assert(strlen(all) < WALLET_SHARE_TEXT);
	strcpy(text, all);
	wipe(bytes, sizeof bytes);
	wipe(all, sizeof all);
}

bool wallet_share_parse(const char *text, struct held_share *out)
{
	uint8_t bytes[SHARE_BYTES_MAX];
	size_t len = 0, rest = 0;
	*out = (struct held_share){0};
	if (!armor_decode("SHARE", text, strlen(text), bytes, sizeof bytes, &len, &rest) || text[rest] != '\0')
		return false;
	struct reader reader = reader_of(bytes, len);
	read_bytes(&reader, out->organisation, SIGN_KEY_SIZE);
	out->share.x = read_u8(&reader);
	out->share.day = read_u16(&reader);
	read_bytes(&reader, out->share.value, SHARE_SIZE);
	uint8_t name_len = read_u8(&reader);
	const uint8_t *name = read_view(&reader, name_len);
	bool good = reader_done(&reader) && name != NULL && name_len > 0 && name_len <= GRANT_NAME_MAX && out->share.x != 0 &&
		    bytes_printable((const char *)name, name_len) && text_utf8_ok((const char *)name, name_len);
	if (good)
		memcpy(out->share.colleague, name, name_len);
	wipe(bytes, sizeof bytes);
	return good;
}
