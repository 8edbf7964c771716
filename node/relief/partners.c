#include "node/relief/partners.h"

#include "crypto/digest.h"
#include "crypto/wipe.h"
#include "node/relief/feed.h"
#include "node/relief/merge.h"
#include "node/relief/notes.h"
#include "node/relief/queue.h"
#include "proto/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_DIGEST = 12, SAID_NAME = 48, SAID_MAX = 256, LATE_S = 600 };

static const char said_prefix[] = "partner/";

bool partner_has(const struct partner_said *said, uint64_t now)
{
	return said->word == PARTNER_CLAIMED && now <= said->until;
}

const char *partner_said_word(uint8_t word)
{
	static const char *const words[] = {"", "claimed", "released", "closed"};
	return word <= PARTNER_CLOSED ? words[word] : "";
}

enum err partners_list(struct reliefdb *db, uint8_t keys[static PARTNERS_MAX][DH_KEY_SIZE], size_t *n)
{
	uint8_t value[PARTNERS_MAX * DH_KEY_SIZE];
	size_t len = 0;
	*n = 0;
	enum err err = reliefdb_fact(db, "partners", value, sizeof(value), &len);
	if (err == ERR_NO_FILE)
		return ERR_OK;
	if (err == ERR_OK && len % DH_KEY_SIZE != 0)
		err = ERR_DAMAGED;
	for (size_t at = 0; err == ERR_OK && at < len; at += DH_KEY_SIZE)
		memcpy(keys[(*n)++], value + at, DH_KEY_SIZE);
	return err;
}

static size_t place_of(uint8_t keys[static PARTNERS_MAX][DH_KEY_SIZE], size_t n, const uint8_t *key)
{
	size_t at = 0;
	while (at < n && memcmp(keys[at], key, DH_KEY_SIZE) != 0)
		at++;
	return at;
}

enum err partners_add(struct reliefdb *db, const uint8_t key[static DH_KEY_SIZE])
{
	uint8_t keys[PARTNERS_MAX][DH_KEY_SIZE];
	size_t n = 0;
	enum err err = partners_list(db, keys, &n);
	if (err != ERR_OK || place_of(keys, n, key) < n)
		return err;
	if (n == PARTNERS_MAX)
		return ERR_LIMIT;
	memcpy(keys[n++], key, DH_KEY_SIZE);
	return reliefdb_fact_set(db, "partners", keys[0], n * DH_KEY_SIZE);
}

enum err partners_remove(struct reliefdb *db, const uint8_t key[static DH_KEY_SIZE])
{
	uint8_t keys[PARTNERS_MAX][DH_KEY_SIZE];
	size_t n = 0;
	enum err err = partners_list(db, keys, &n);
	size_t at = err == ERR_OK ? place_of(keys, n, key) : 0;
	if (err != ERR_OK || at == n)
		return err != ERR_OK ? err : ERR_NO_FILE;
	memmove(keys[at], keys[at + 1], (n - at - 1) * DH_KEY_SIZE);
	return reliefdb_fact_set(db, "partners", keys[0], (n - 1) * DH_KEY_SIZE);
}

/* One fact for each request and partner, under a name that tells a thief neither. */
static void said_name(const struct reliefdb *db, const struct partner_said *said, char name[static SAID_NAME])
{
	uint8_t hash[NAME_DIGEST];
	char hex[2 * NAME_DIGEST + 1];
	struct digest digest;
	digest_start(&digest, "barid-partner-said-v1", sizeof(hash));
	digest_add(&digest, db->key, sizeof(db->key));
	digest_add(&digest, said->claim, sizeof(said->claim));
	digest_add(&digest, said->identity, sizeof(said->identity));
	digest_end(&digest, hash);
	text_hex(hash, sizeof(hash), hex);
	(void)snprintf(name, SAID_NAME, "%s%s", said_prefix, hex); /* fits */
}

static size_t said_encode(const struct partner_said *said, uint32_t sent_at, uint32_t seq, uint8_t out[static SAID_MAX])
{
	struct writer writer = writer_of(out, SAID_MAX);
	write_bytes(&writer, said->claim, sizeof(said->claim));
	write_bytes(&writer, said->identity, sizeof(said->identity));
	write_u8(&writer, said->word);
	write_u64(&writer, said->until);
	write_u64(&writer, said->at);
	write_u32(&writer, sent_at);
	write_u32(&writer, seq);
	write_u8(&writer, (uint8_t)strlen(said->who));
	write_bytes(&writer, said->who, strlen(said->who));
	assert(writer_ok(&writer));
	return writer.len;
}

static bool said_decode(const uint8_t *bytes, size_t len, struct partner_said *out, uint32_t *sent_at, uint32_t *seq)
{
	struct reader reader = reader_of(bytes, len);
	memset(out, 0, sizeof(*out));
	read_bytes(&reader, out->claim, sizeof(out->claim));
	read_bytes(&reader, out->identity, sizeof(out->identity));
	out->word = read_u8(&reader);
	out->until = read_u64(&reader);
	out->at = read_u64(&reader);
	*sent_at = read_u32(&reader);
	*seq = read_u32(&reader);
	uint8_t who_len = read_u8(&reader);
	if (who_len > CASE_OPERATOR_MAX)
		return false;
	read_bytes(&reader, out->who, who_len);
	return reader_done(&reader) && out->word >= PARTNER_CLAIMED && out->word <= PARTNER_CLOSED;
}

/* The fact a statement stands on: columns name, sealed. */
static enum err read_said(struct reliefdb *db, const struct sql_row *row, struct partner_said *out)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	size_t len = 0;
	uint32_t sent_at, seq;
	const char *name = sql_get_text(row, 0);
	struct row_context context = row_context("fact", name, strlen(name));
	bool good = reliefdb_unseal(db, &context, row, 1, plain, &len) && said_decode(plain, len, out, &sent_at, &seq);
	return good ? ERR_OK : ERR_DAMAGED;
}

enum err partners_said(struct reliefdb *db, struct partner_said **said, size_t *n)
{
	size_t cap = 0;
	*said = NULL;
	*n = 0;
	struct sql_row *row =
		reliefdb_prepare_org(db, "SELECT name, sealed FROM facts WHERE org = ? AND name >= ? AND name < ? ORDER BY name LIMIT ?");
	sql_text(row, 2, said_prefix);
	sql_text(row, 3, "partner0"); /* what follows a slash */
	sql_int(row, 4, PARTNER_WORDS_MAX);
	enum err err;
	while ((err = sql_step(row)) == ERR_OK) {
		if (*n == cap) {
			cap = cap == 0 ? 16 : 2 * cap;
			struct partner_said *more = reallocarray(*said, cap, sizeof(**said));
			err = more == NULL ? ERR_MEMORY : ERR_OK;
			*said = more != NULL ? more : *said;
		}
		if (err == ERR_OK)
			err = read_said(db, row, &(*said)[*n]);
		if (err != ERR_OK)
			break;
		++*n;
	}
	sql_end(row);
	if (err == ERR_NO_FILE)
		return ERR_OK;
	free(*said);
	*said = NULL;
	*n = 0;
	return err;
}

static enum err forget_old(struct reliefdb *db, uint64_t now)
{
	struct partner_said *said = NULL;
	size_t n = 0;
	enum err err = partners_said(db, &said, &n);
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		char name[SAID_NAME];
		if (said[i].until + PARTNER_KEPT_S >= now)
			continue;
		said_name(db, &said[i], name);
		struct sql_row *row = reliefdb_prepare_org(db, "DELETE FROM facts WHERE org = ? AND name = ?");
		sql_text(row, 2, name);
		err = reliefdb_run(db, row);
	}
	free(said);
	return err;
}

static enum err tell_one(struct office *office, const struct case_file *file, const struct letter *letter, const uint8_t key[static DH_KEY_SIZE])
{
	struct keyring *ring = office->vault.ring;
	const struct pinned_org *org = keyring_org_keyed(ring, key);
	struct composed *composed = malloc(sizeof(*composed));
	if (composed == NULL)
		return ERR_MEMORY;
	struct recipient to = {.card = org != NULL ? &org->card : NULL, .identity = key};
	struct envelope_header wish = {.class = file->class > CLASS_NEED ? file->class : CLASS_NEED, .ttl = TTL_24_HOURS};
	enum err err = compose_letter_as(ring, &to, letter, &wish, office->now, composed) == COMPOSE_OK ? queue_add(&office->db, composed) : ERR_OK;
	free(composed); /* a partner whose key is none cannot be told, and must not stop the operator */
	return err;
}

enum err partners_tell(struct office *office, const struct case_file *file, enum partner_word word)
{
	uint8_t keys[PARTNERS_MAX][DH_KEY_SIZE];
	size_t n = 0;
	if (!claims_named(file->claim))
		return ERR_OK;
	enum err err = partners_list(&office->db, keys, &n);
	struct letter *letter = n > 0 ? calloc(1, sizeof(*letter)) : NULL;
	if (err == ERR_OK && n > 0 && letter == NULL)
		err = ERR_MEMORY;
	if (letter != NULL) {
		letter->type = LETTER_CLAIM;
		letter->has_claim = true;
		memcpy(letter->claim, file->claim, sizeof(letter->claim));
		letter->status = file->status;
		letter->word = word;
		letter->until = file->lease_until > office->now ? file->lease_until : office->now;
		letter->at = file->claimed_at != 0 ? file->claimed_at : office->now;
		(void)snprintf(letter->who, sizeof(letter->who), "%s", file->operator_name); /* shorter */
	}
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = tell_one(office, file, letter, keys[i]);
	free(letter);
	return err;
}

/* True if it is newer than what the partner said before about this request; then it is kept. */
static enum err keep(struct reliefdb *db, const struct opened *opened, const struct partner_said *said, bool *news)
{
	char name[SAID_NAME];
	uint8_t value[SAID_MAX];
	size_t len = 0;
	uint32_t sent_at = 0, seq = 0;
	struct partner_said before;
	said_name(db, said, name);
	enum err err = reliefdb_fact(db, name, value, sizeof(value), &len);
	bool had = err == ERR_OK && said_decode(value, len, &before, &sent_at, &seq);
	*news = !had || opened->payload.sent_at > sent_at || (opened->payload.sent_at == sent_at && opened->payload.seq > seq);
	if ((err != ERR_OK && err != ERR_NO_FILE) || !*news)
		return err;
	len = said_encode(said, opened->payload.sent_at, opened->payload.seq, value);
	return reliefdb_fact_set(db, name, value, len);
}

static enum err note_said(struct office *office, const struct case_file *file, const struct partner_said *said, enum note_kind kind, const char *org)
{
	struct note note = {.at = office->now, .kind = kind};
	(void)snprintf(note.text, sizeof(note.text), "%s %s%s%s", org, partner_said_word(said->word), said->who[0] != '\0' ? ", " : "",
		       said->who); /* fits */
	return notes_add(&office->db, file->number, &note);
}

/* Theirs was the earlier: ours is void. */
static enum err lose(struct office *office, struct case_file *file, const char *org)
{
	char detail[AUDIT_DETAIL_MAX + 1], ref[REF_TEXT];
	ref_text(file->type, file->number, ref);
	(void)snprintf(detail, sizeof(detail), "%s by %s from %s", ref, org, file->operator_name); /* fits */
	enum err err = claims_release(&office->db, file);
	case_wait(file, office->now);
	file->touched_at = office->now;
	file->taken_at = office->now;
	(void)snprintf(file->taken_by, sizeof(file->taken_by), "%s", org); /* cut: a name for people */
	if (err == ERR_OK)
		err = office_audit(office, AUDIT_TAKEN, detail);
	return err;
}

static enum err apply(struct office *office, struct case_file *file, const struct partner_said *said)
{
	const struct pinned_org *org = keyring_org_keyed(office->vault.ring, said->identity);
	const char *name = org != NULL ? org->card.name : "another organisation";
	struct claims_bid ours = {.at = file->claimed_at}, theirs = {.at = said->at};
	memcpy(ours.identity, office->vault.ring->identity, DH_KEY_SIZE);
	memcpy(theirs.identity, said->identity, DH_KEY_SIZE);
	bool lost = partner_has(said, office->now) && case_claimed(file, office->now) && claims_loses(&ours, &theirs);
	bool over = !partner_has(said, office->now) && file->taken_at != 0 && strcmp(file->taken_by, name) == 0;
	enum err err = lost ? lose(office, file, name) : ERR_OK;
	if (over)
		case_wait(file, office->now);
	if (over && said->word != PARTNER_CLAIMED) {
		file->taken_at = 0;
		file->taken_by[0] = '\0';
	}
	file->changed = office->now;
	if (err == ERR_OK)
		err = note_said(office, file, said, lost ? NOTE_TAKEN : NOTE_PARTNER, name);
	if (err == ERR_OK)
		err = cases_save(&office->db, file);
	return err == ERR_OK ? feed_add(&office->db, office->now, said->word == PARTNER_CLAIMED ? FEED_TAKEN : FEED_RELEASED, file, "") : err;
}

/* What is said of a merged case concerns the one that speaks for it: who has that goes for both. */
static enum err apply_to(struct office *office, const struct case_file *file, const struct partner_said *said)
{
	struct case_file root;
	enum err err = merge_root(&office->db, file, &root);
	return err == ERR_OK ? apply(office, &root, said) : err;
}

/* The cases of that request: one, unless its sender wrote the same twice. */
static enum err apply_all(struct office *office, const struct partner_said *said)
{
	struct case_file *files = NULL;
	size_t n = 0;
	struct cases_filter filter = {.type = -1, .state = -1};
	enum err err = cases_list(&office->db, &filter, &files, &n);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		if (memcmp(files[i].claim, said->claim, CASE_CLAIM_SIZE) == 0)
			err = apply_to(office, &files[i], said);
	free(files);
	return err;
}

/* A claim from the future, or for longer than a claim may be, is one of a wrong clock: it counts for what it may. */
static bool read_letter(const struct opened *opened, uint64_t now, struct partner_said *out)
{
	const struct letter *letter = &opened->letter;
	if (!letter->has_claim || letter->word < CLAIM_CLAIMED || letter->word > CLAIM_CLOSED || letter->at == 0 || letter->until == 0)
		return false;
	*out = (struct partner_said){.word = (uint8_t)letter->word, .until = letter->until, .at = letter->at};
	if (out->at > now + LATE_S)
		return false;
	if (out->until > now + CASE_LEASE_MAX_S)
		out->until = now + CASE_LEASE_MAX_S;
	memcpy(out->claim, letter->claim, sizeof(out->claim));
	memcpy(out->identity, opened->sender.key, sizeof(out->identity));
	size_t len = strlen(letter->who) <= CASE_OPERATOR_MAX ? strlen(letter->who) : 0;
	memcpy(out->who, letter->who, len);
	return true;
}

enum err partners_take(struct office *office, const struct opened *opened)
{
	uint8_t keys[PARTNERS_MAX][DH_KEY_SIZE];
	size_t n = 0;
	struct partner_said said;
	bool news = false;
	enum err err = partners_list(&office->db, keys, &n);
	if (err != ERR_OK || place_of(keys, n, opened->sender.key) == n || !opened->understood || !read_letter(opened, office->now, &said))
		return err;
	err = forget_old(&office->db, office->now);
	if (err == ERR_OK)
		err = keep(&office->db, opened, &said, &news);
	return err == ERR_OK && news ? apply_all(office, &said) : err;
}
