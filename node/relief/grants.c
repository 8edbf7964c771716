#include "node/relief/grants.h"

#include "crypto/sign.h"
#include "crypto/wipe.h"
#include "node/relief/queue.h"
#include "proto/linkage.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, REPEAT_S = 7 * DAY_S };

enum err grants_open(struct grants *grants, struct office *office)
{
	*grants = (struct grants){.office = office, .today = day_of_unix(office->now)};
	enum err err = roster_list(&office->db, &grants->members, &grants->n);
	for (size_t i = 0; i < grants->n; i++)
		roster_turn(&grants->members[i], grants->today);
	return err;
}

void grants_close(struct grants *grants)
{
	if (grants->members != NULL)
		wipe(grants->members, grants->n * sizeof(grants->members[0]));
	free(grants->members);
	grants->members = NULL;
	grants->n = 0;
}

static enum err put_out(struct grants *grants, const struct composed *composed, struct grants_out *out)
{
	if (!out->by_hand)
		return queue_add(&grants->office->db, composed);
	struct composed *more = realloc(out->letters, (out->n + 1) * sizeof(*more));
	if (more == NULL)
		return ERR_MEMORY;
	out->letters = more;
	out->letters[out->n++] = *composed;
	return ERR_OK;
}

/* Seals one grant to the member and wipes it. ERR_DAMAGED: their card holds no usable key. */
static enum err send(struct grants *grants, const struct member *member, struct grant *grant, struct grants_out *out)
{
	struct letter *letter = calloc(1, sizeof(*letter));
	struct composed *composed = malloc(sizeof(*composed));
	struct recipient to = {.card = &member->card, .identity = member->card.identity};
	enum err err = letter != NULL && composed != NULL ? ERR_OK : ERR_MEMORY;
	if (err == ERR_OK) {
		letter->type = LETTER_GRANT;
		letter->grant_len = (uint16_t)grant_encode(grant, letter->grant, sizeof(letter->grant));
		assert(letter->grant_len > 0); /* tickets and shares of one letter are bounded so that it fits */
		if (compose_letter(grants->office->vault.ring, &to, letter, grants->office->now, composed) != COMPOSE_OK)
			err = ERR_DAMAGED;
	}
	if (err == ERR_OK)
		err = put_out(grants, composed, out);
	if (letter != NULL)
		wipe(letter, sizeof(*letter));
	wipe(grant, sizeof(*grant));
	free(letter);
	free(composed);
	return err;
}

/* The shares that the member holds for one day, as many letters as it takes; begins with what is in grant already. */
static enum err send_with_shares(struct grants *grants, const struct member *member, uint16_t day, struct grant *grant, struct grants_out *out)
{
	enum err err = ERR_OK;
	unsigned room = grant->ticket_count > 0 && out->tickets_max < GRANT_TICKETS_MAX ? 0 : out->shares_max; /* a code holds either */
	for (size_t i = 0; i < grants->n && err == ERR_OK; i++) {
		if (!roster_holds(grants->members, grants->n, member, &grants->members[i]))
			continue;
		if (grant->share_count == room) {
			struct grant next = {.role = grant->role, .day = grant->day};
			memcpy(next.organisation, grant->organisation, sizeof(next.organisation));
			err = send(grants, member, grant, out);
			*grant = next;
			room = out->shares_max;
		}
		if (err == ERR_OK)
			(void)roster_share(member, &grants->members[i], day, grant); /* no place: then they hold none */
	}
	if (err == ERR_OK && (grant->ticket_count > 0 || grant->share_count > 0 || grant->has_certificate))
		err = send(grants, member, grant, out);
	wipe(grant, sizeof(*grant));
	return err;
}

static enum err issue_day(struct grants *grants, const struct member *member, uint16_t day, struct grants_out *out)
{
	struct grant grant;
	const struct keyring *ring = grants->office->vault.ring;
	unsigned quota = roster_quota(member->role);
	enum err err = ERR_OK;
	uint8_t first = 0;
	for (; quota - first > out->tickets_max && err == ERR_OK; first = (uint8_t)(first + out->tickets_max)) {
		roster_tickets(member, ring, day, first, out->tickets_max, &grant);
		err = send(grants, member, &grant, out);
	}
	if (err != ERR_OK)
		return err;
	if (member->role == MEMBER_ANNOUNCER)
		roster_certificate(member, ring, &grant);
	else
		roster_tickets(member, ring, day, first, out->tickets_max, &grant);
	return send_with_shares(grants, member, day, &grant, out);
}

enum err grants_issue(struct grants *grants, struct member *member, uint16_t from, uint16_t until, struct grants_out *out)
{
	enum err err = ERR_OK;
	assert(from >= grants->today);
	for (uint32_t day = from; day <= until && err == ERR_OK; day++)
		err = issue_day(grants, member, (uint16_t)day, out);
	if (err != ERR_OK)
		return err;
	/* What goes by hand may stay in a pocket: the next fetch sends the same tickets by post. */
	if (!out->by_hand && until > member->granted_until)
		member->granted_until = until;
	return roster_save(&grants->office->db, member);
}

enum err grants_introduce(struct grants *grants, const struct member *newcomer)
{
	struct grants_out out = {.tickets_max = GRANTS_BY_POST_TICKETS, .shares_max = GRANT_SHARES_MAX};
	enum err err = ERR_OK;
	for (size_t i = 0; i < grants->n && err == ERR_OK; i++) {
		const struct member *holder = &grants->members[i];
		if (!roster_holds(grants->members, grants->n, holder, newcomer) || holder->x == 0)
			continue;
		struct grant grant = {.role = TICKET_MEDIC, .day = grants->today};
		sign_public(grants->office->vault.ring->org.sign_seed, grant.organisation);
		uint16_t until = newcomer->role == MEMBER_ANNOUNCER ? grants->today : newcomer->granted_until;
		for (uint32_t day = grants->today; day <= until; day++)
			(void)roster_share(holder, newcomer, (uint16_t)day, &grant); /* there is room: a few days */
		err = send(grants, holder, &grant, &out);
	}
	return err;
}

bool grants_revoked(const struct grants *grants, const struct member *member)
{
	struct ticket ticket = {.role = TICKET_MEDIC, .day = member->day};
	struct certificate certificate;
	const struct keyring *ring = grants->office->vault.ring;
	if (member->role == MEMBER_ANNOUNCER)
		return certificate_parse(member->certificate, &certificate) && keyring_certificate_revoked(ring, certificate.revocation);
	linkage_of(member->linkage, 0, ticket.linkage);
	return keyring_ticket_revoked(ring, &ticket);
}

/* Signs the entries in the organisation's name and puts the letter into the queue. */
static enum err publish(struct grants *grants, const struct revocation_entry *entries, uint8_t n)
{
	struct composed *composed = calloc(1, sizeof(*composed));
	if (composed == NULL)
		return ERR_MEMORY;
	const uint8_t *seed = grants->office->vault.ring->org.sign_seed;
	struct revocation revocation = {.issued = (uint32_t)grants->office->now, .count = n};
	uint8_t plain[ENVELOPE_SIZE_MAX];
	memcpy(revocation.entries, entries, n * sizeof(entries[0]));
	sign_public(seed, revocation.issuer);
	size_t signed_len = revocation_encode(&revocation, NULL, composed->envelope, &composed->len);
	size_t plain_len = envelope_sign_bytes(composed->envelope, signed_len, plain, sizeof(plain));
	sign(REVOCATION_DOMAIN, plain, plain_len, seed, composed->envelope + signed_len);
	envelope_finish(composed->envelope, composed->len);
	envelope_id(composed->envelope, signed_len, composed->id);
	enum err err = queue_add(&grants->office->db, composed);
	free(composed);
	return err;
}

enum err grants_revoke(struct grants *grants, struct member *member)
{
	struct revocation_entry entries[2];
	struct reliefdb *db = &grants->office->db;
	uint8_t n = roster_revoke(member, grants->today, entries);
	enum err err = publish(grants, entries, n);
	for (uint8_t i = 0; i < n; i++) {
		struct revoked revoked = {.day = entries[i].day};
		memcpy(revoked.secret, entries[i].secret, sizeof(revoked.secret));
		grants->office->vault_changed |= keyring_add_revocation(grants->office->vault.ring, &revoked);
	}
	if (err == ERR_OK)
		err = roster_note_revoked(db, entries, n, grants->office->now);
	if (err == ERR_OK)
		err = roster_remove(db, member);
	return err;
}

/* All that was revoked in the last days once more, for whoever came into the mesh since. */
static enum err repeat_revocations(struct grants *grants)
{
	static const char fact[] = "revocations_published";
	struct revocation_entry entries[REVOCATIONS_MAX];
	uint64_t last = 0, now = grants->office->now;
	size_t len = 0;
	uint8_t n = 0;
	struct reliefdb *db = &grants->office->db;
	enum err err = reliefdb_fact(db, fact, (uint8_t *)&last, sizeof(last), &len);
	if ((err == ERR_OK && now < last + REPEAT_S) || (err != ERR_OK && err != ERR_NO_FILE))
		return err == ERR_OK ? ERR_OK : err;
	err = roster_revoked(db, now, entries, &n);
	if (err == ERR_OK && n > 0)
		err = publish(grants, entries, n);
	return err == ERR_OK ? reliefdb_fact_set(db, fact, (const uint8_t *)&now, sizeof(now)) : err;
}

/* A new certificate in good time; the one before goes on being good until it ends. */
static enum err renew(struct grants *grants, struct member *member, struct grants_out *out)
{
	struct certificate certificate;
	uint64_t now = grants->office->now;
	if (certificate_parse(member->certificate, &certificate) && certificate.not_after > now + (uint64_t)ROSTER_RENEW_DAYS * DAY_S)
		return ERR_OK;
	roster_certify(member, grants->office->vault.ring, now);
	return grants_issue(grants, member, grants->today, grants->today, out);
}

enum err grants_refill(struct grants *grants, unsigned *issued, unsigned *revoked)
{
	struct grants_out out = {.tickets_max = GRANTS_BY_POST_TICKETS, .shares_max = GRANT_SHARES_MAX};
	enum err err = repeat_revocations(grants);
	*issued = *revoked = 0;
	for (size_t i = 0; i < grants->n && err == ERR_OK; i++) {
		struct member *member = &grants->members[i];
		uint16_t until = (uint16_t)(grants->today + roster_days_ahead(member->role));
		uint16_t from = member->granted_until >= grants->today ? (uint16_t)(member->granted_until + 1) : grants->today;
		if (grants_revoked(grants, member)) {
			++*revoked;
			continue;
		}
		if (member->role == MEMBER_ANNOUNCER) {
			err = renew(grants, member, &out);
			continue;
		}
		if (from > until)
			continue;
		err = grants_issue(grants, member, from, until, &out);
		++*issued;
	}
	return err;
}
