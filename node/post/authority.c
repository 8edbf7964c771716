#include "node/post/authority.h"

#include "node/post/store_authority.h"
#include "proto/linkage.h"
#include "proto/revocation.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	DAY_S = 86400,
	RENEW_HOURS = 24,
	SPENT_HOURS = 240,
	REVOKED_HOURS = 62 * 24,
	REVOKED_FIRST = 16,                           /* room for so many at first; doubled until it is AUTHORITY_REVOCATIONS_MAX */
	VOICES_MAX = AUTHORITY_ORGANISATIONS_MAX + 1, /* and the machine's clock */
};

struct organisation {
	uint8_t signing[SIGN_KEY_SIZE];
	uint8_t issuer[TICKET_ISSUER_SIZE];
	uint32_t issued;  /* the latest time it signed */
	uint32_t expires; /* hour from which it is not believed any more */
};

struct authority {
	struct store *store;                                            /* borrowed */
	struct organisation organisations[AUTHORITY_ORGANISATIONS_MAX]; /* place = number; a free place has a key of zeros */
	struct revocation_entry *revoked;                               /* owned; grows as need be, never shrinks */
	uint16_t revoked_count, revoked_cap;
	uint64_t clock_s;
};

static const uint8_t nobody[SIGN_KEY_SIZE];

static bool is_free(const struct organisation *organisation)
{
	return memcmp(organisation->signing, nobody, SIGN_KEY_SIZE) == 0;
}

/* False: there is no memory for so many, nothing changed. */
static bool reserve_revoked(struct authority *authority, unsigned count)
{
	unsigned cap = authority->revoked_cap;
	while (cap < count)
		cap = cap == 0 ? REVOKED_FIRST : 2 * cap;
	if (cap == authority->revoked_cap)
		return true;
	struct revocation_entry *revoked = realloc(authority->revoked, cap * sizeof(*revoked));
	if (revoked == NULL)
		return false;
	authority->revoked = revoked;
	authority->revoked_cap = (uint16_t)cap;
	return true;
}

/* All there are; false: only as many as there is memory for. */
static bool reload_revoked(struct authority *authority)
{
	bool room;
	do {
		room = reserve_revoked(authority, authority->revoked_count + 1u);
		authority->revoked_count = (uint16_t)store_revoked(authority->store, authority->revoked, authority->revoked_cap);
	} while (room && authority->revoked_count == authority->revoked_cap && authority->revoked_cap < AUTHORITY_REVOCATIONS_MAX);
	return room;
}

void authority_reload(struct authority *authority)
{
	struct shelf_trusted trusted[AUTHORITY_ORGANISATIONS_MAX];
	size_t n = store_trusted(authority->store, trusted, AUTHORITY_ORGANISATIONS_MAX);
	memset(authority->organisations, 0, sizeof(authority->organisations));
	for (size_t i = 0; i < n; i++) {
		if (trusted[i].number >= AUTHORITY_ORGANISATIONS_MAX)
			continue;
		struct organisation *organisation = &authority->organisations[trusted[i].number];
		memcpy(organisation->signing, trusted[i].signing, SIGN_KEY_SIZE);
		ticket_issuer(trusted[i].signing, organisation->issuer);
		organisation->issued = trusted[i].issued;
		organisation->expires = trusted[i].expires;
	}
	(void)reload_revoked(authority); /* what there is no memory for counts again when the post is opened anew */
}

void authority_free(struct authority *authority)
{
	if (authority == NULL)
		return;
	free(authority->revoked);
	free(authority);
}

struct authority *authority_open(struct store *store)
{
	struct authority *authority = calloc(1, sizeof(*authority));
	if (authority == NULL)
		return NULL;
	authority->store = store;
	if (!reload_revoked(authority)) {
		authority_free(authority);
		return NULL;
	}
	authority_reload(authority);
	return authority;
}

/* The number of an organisation, AUTHORITY_ORGANISATIONS_MAX if it is not believed. */
static uint16_t number_of(const struct authority *authority, const uint8_t signing[static SIGN_KEY_SIZE])
{
	uint16_t i = 0;
	while (i < AUTHORITY_ORGANISATIONS_MAX &&
	       (is_free(&authority->organisations[i]) || memcmp(authority->organisations[i].signing, signing, SIGN_KEY_SIZE) != 0))
		i++;
	return i;
}

static void keep_organisation(struct authority *authority, const struct organisation *organisation)
{
	struct shelf_trusted trusted = {
		.number = (uint16_t)(organisation - authority->organisations), .issued = organisation->issued, .expires = organisation->expires};
	memcpy(trusted.signing, organisation->signing, SIGN_KEY_SIZE);
	store_trust(authority->store, &trusted);
}

enum authority_trusting authority_trust(struct authority *authority, const uint8_t signing[static SIGN_KEY_SIZE], uint32_t hour)
{
	if (memcmp(signing, nobody, SIGN_KEY_SIZE) == 0)
		return AUTHORITY_FULL;
	uint16_t number = number_of(authority, signing);
	bool news = number == AUTHORITY_ORGANISATIONS_MAX;
	if (news) {
		number = 0;
		while (number < AUTHORITY_ORGANISATIONS_MAX && !is_free(&authority->organisations[number]))
			number++;
		if (number == AUTHORITY_ORGANISATIONS_MAX)
			return AUTHORITY_FULL;
		memcpy(authority->organisations[number].signing, signing, SIGN_KEY_SIZE);
		ticket_issuer(signing, authority->organisations[number].issuer);
		authority->organisations[number].issued = authority->organisations[number].expires = 0;
	}
	struct organisation *organisation = &authority->organisations[number];
	/* Every run of a desk names them: once a day is enough for the disk. */
	if (organisation->expires + RENEW_HOURS <= hour + AUTHORITY_TRUST_HOURS) {
		organisation->expires = hour + AUTHORITY_TRUST_HOURS;
		keep_organisation(authority, organisation);
	}
	return news ? AUTHORITY_NEWS : AUTHORITY_KNEW;
}

bool authority_trusts(const struct authority *authority, const uint8_t signing[static SIGN_KEY_SIZE])
{
	return number_of(authority, signing) < AUTHORITY_ORGANISATIONS_MAX;
}

void authority_clock(struct authority *authority, uint64_t unix_s)
{
	authority->clock_s = unix_s;
}

uint16_t authority_day(const struct authority *authority)
{
	uint64_t first = authority->clock_s, second = 0;
	for (size_t i = 0; i < AUTHORITY_ORGANISATIONS_MAX; i++) {
		uint64_t voice = authority->organisations[i].issued;
		if (voice > first) {
			second = first;
			first = voice;
		} else if (voice > second) {
			second = voice;
		}
	}
	return day_of_unix(first > second + DAY_S ? second + DAY_S : first);
}

static bool is_revoked_ticket(const struct authority *authority, const struct ticket *ticket)
{
	for (uint16_t i = 0; i < authority->revoked_count; i++)
		if (linkage_kills(authority->revoked[i].secret, authority->revoked[i].day, ticket))
			return true;
	return false;
}

static bool is_revoked_certificate(const struct authority *authority, const uint8_t commitment[static REVOCATION_COMMITMENT_SIZE])
{
	uint8_t there[REVOCATION_COMMITMENT_SIZE];
	for (uint16_t i = 0; i < authority->revoked_count; i++) {
		revocation_commitment(authority->revoked[i].secret, there);
		if (memcmp(there, commitment, sizeof(there)) == 0)
			return true;
	}
	return false;
}

/* The believed organisation that issued a ticket and really signed it, or AUTHORITY_ORGANISATIONS_MAX. */
static uint16_t signer_of_ticket(const struct authority *authority, const struct outside *letter)
{
	uint16_t i = 0;
	for (; i < AUTHORITY_ORGANISATIONS_MAX; i++) {
		const struct organisation *organisation = &authority->organisations[i];
		if (!is_free(organisation) && memcmp(organisation->issuer, letter->ticket.issuer, TICKET_ISSUER_SIZE) == 0 &&
		    ticket_ok(letter->ticket_bytes, organisation->signing))
			break;
	}
	return i;
}

/* Is the ticket on another letter, of a lower id? */
static bool is_spent(const struct authority *authority, const struct outside *letter)
{
	uint8_t tag[LETTER_TAG_SIZE];
	return store_spent(authority->store, letter->ticket.key, tag) && memcmp(tag, letter->id, LETTER_TAG_SIZE) < 0;
}

static bool is_old(const struct authority *authority, uint16_t day)
{
	return authority_day(authority) > day + AUTHORITY_DAYS_OLD;
}

static const struct judgement unproven = {.standing = STANDING_UNPROVEN, .pool = POOL_OTHERS};

static struct judgement judge_ticket(const struct authority *authority, const struct outside *letter)
{
	uint16_t number = signer_of_ticket(authority, letter);
	if (number == AUTHORITY_ORGANISATIONS_MAX || is_old(authority, letter->ticket.day) || is_revoked_ticket(authority, &letter->ticket) ||
	    is_spent(authority, letter))
		return unproven;
	if (letter->header.kind == ENVELOPE_CONTROL)
		return (struct judgement){.standing = STANDING_CONTROL, .pool = POOL_AUTHORITY, .group = number};
	bool urgent = letter->header.kind == ENVELOPE_SEALED && letter->header.class == CLASS_URGENT && letter->ticket.role == TICKET_MEDIC;
	return (struct judgement){
		.standing = urgent ? STANDING_URGENT : STANDING_PROVEN,
		.pool = urgent ? POOL_URGENT : POOL_SPONSORED,
		.group = number,
	};
}

struct judgement authority_judge(const struct authority *authority, const struct outside *letter, bool held)
{
	if (letter->header.extra == EXTRA_TICKET)
		return judge_ticket(authority, letter);
	if (!letter->has_organisation)
		return unproven;
	uint16_t number = number_of(authority, letter->organisation);
	if (number == AUTHORITY_ORGANISATIONS_MAX)
		return unproven;
	if (letter->has_certificate && !held && is_revoked_certificate(authority, letter->revocable))
		return unproven;
	bool urgent = letter->header.class == CLASS_URGENT;
	return (struct judgement){
		.standing = letter->header.kind == ENVELOPE_CONTROL ? STANDING_CONTROL
			    : urgent                                ? STANDING_URGENT
								    : STANDING_PROVEN,
		.pool = POOL_AUTHORITY,
		.group = number,
	};
}

static void note_time(struct authority *authority, const struct outside *letter)
{
	bool itself = letter->has_organisation && !letter->has_certificate;
	uint16_t number = itself ? number_of(authority, letter->organisation) : AUTHORITY_ORGANISATIONS_MAX;
	if (number == AUTHORITY_ORGANISATIONS_MAX || letter->issued <= authority->organisations[number].issued)
		return;
	authority->organisations[number].issued = letter->issued;
	keep_organisation(authority, &authority->organisations[number]);
}

static bool knows_entry(const struct authority *authority, const struct revocation_entry *entry)
{
	for (uint16_t i = 0; i < authority->revoked_count; i++)
		if (authority->revoked[i].day <= entry->day && memcmp(authority->revoked[i].secret, entry->secret, LINKAGE_SEED_SIZE) == 0)
			return true;
	return false;
}

/* True if one of its entries is new. */
static bool note_revocation(struct authority *authority, const uint8_t *envelope, size_t len, uint32_t hour)
{
	struct revocation revocation;
	size_t signed_len;
	bool news = false;
	if (!revocation_is(envelope, len) || !revocation_parse(envelope, len, &revocation, &signed_len))
		return false;
	for (uint8_t i = 0; i < revocation.count; i++) {
		if (knows_entry(authority, &revocation.entries[i]) || authority->revoked_count == AUTHORITY_REVOCATIONS_MAX)
			continue;
		if (!reserve_revoked(authority, authority->revoked_count + 1u))
			continue; /* as with no room: it may come again */
		authority->revoked[authority->revoked_count++] = revocation.entries[i];
		store_revoke(authority->store, &revocation.entries[i], hour + REVOKED_HOURS);
		news = true;
	}
	return news;
}

/* The ticket is on this letter from now on. */
static void note_spent(struct authority *authority, const struct outside *letter, uint32_t hour, struct authority_effects *out)
{
	out->displaces =
		store_spent(authority->store, letter->ticket.key, out->displaced) && memcmp(out->displaced, letter->id, LETTER_TAG_SIZE) != 0;
	store_spend(authority->store, letter->ticket.key, letter->id, hour + SPENT_HOURS);
}

void authority_note(struct authority *authority, const struct outside *letter, const uint8_t *envelope, size_t len, const struct judgement *judgement,
		    uint32_t hour, struct authority_effects *out)
{
	*out = (struct authority_effects){.revokes = false};
	if (judgement->standing == STANDING_UNPROVEN)
		return;
	note_time(authority, letter);
	if (letter->header.kind == ENVELOPE_CONTROL)
		out->revokes = note_revocation(authority, envelope, len, hour);
	if (letter->header.extra == EXTRA_TICKET)
		note_spent(authority, letter, hour, out);
}

bool authority_forget(struct authority *authority, uint32_t hour)
{
	bool changed = store_forget_authority(authority->store, hour);
	if (changed)
		authority_reload(authority);
	return changed;
}
