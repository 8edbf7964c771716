#include "node/relief/cases.h"

#include "crypto/digest.h"
#include "crypto/wipe.h"
#include "node/desk/cli.h"
#include "node/relief/claims.h"
#include "node/relief/feed.h"
#include "node/relief/merge.h"
#include "node/relief/record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LINK_SIZE = 16, JOINED_MAX = 96 };

static const char *const state_words[CASE_STATES] = {"new", "opened", "assigned", "answered", "closed"};
static const char *const reason_words[CASE_REASONS] = {"", "done", "moved_on", "duplicate", "false", "unreachable", "expired"};
static const char *const verification_words[CASE_VERIFICATIONS] = {"unverified", "plausible", "confirmed", "contradicted"};

const char *case_state_word(enum case_state state)
{
	assert(state < CASE_STATES);
	return state_words[state];
}

const char *case_reason_word(enum case_reason reason)
{
	assert(reason < CASE_REASONS);
	return reason_words[reason];
}

static int find_word(const char *const *words, int n, const char *word)
{
	char plain[16] = "";
	if (word[0] == '\0' || strlen(word) >= sizeof(plain))
		return -1;
	for (size_t i = 0; word[i] != '\0'; i++)
		plain[i] = word[i] == '-' ? '_' : word[i];
	for (int i = 0; i < n; i++) {
		if (strcmp(words[i], plain) == 0)
			return i;
	}
	return -1;
}

int case_state_of_word(const char *word)
{
	return find_word(state_words, CASE_STATES, word);
}

int case_reason_of_word(const char *word)
{
	return find_word(reason_words, CASE_REASONS, word);
}

const char *case_verification_word(enum case_verification verification)
{
	assert(verification < CASE_VERIFICATIONS);
	return verification_words[verification];
}

int case_verification_of_word(const char *word)
{
	return find_word(verification_words, CASE_VERIFICATIONS, word);
}

bool case_claimed(const struct case_file *file, uint64_t now)
{
	return file->operator_name[0] != '\0' && file->state != CASE_CLOSED && now <= file->lease_until;
}

bool case_ran_out(const struct case_file *file, uint64_t now)
{
	return file->operator_name[0] != '\0' && file->state != CASE_CLOSED && now > file->lease_until;
}

void case_wait(struct case_file *file, uint64_t now)
{
	file->operator_name[0] = '\0';
	file->claimed_at = file->lease_until = file->told_until = file->touched_at = 0;
	file->lease_s = 0;
	file->lapse_told = false;
	file->waiting_since = now;
}

/* Names the case that the letter with this tag by this sender opens; tells nothing to who lacks the key. */
static void link_of(const struct reliefdb *db, const uint8_t tag[static LETTER_TAG_SIZE], const uint8_t sender[static DH_KEY_SIZE],
		    uint8_t out[static LINK_SIZE])
{
	struct digest digest;
	digest_start(&digest, "barid-case-link-v1", LINK_SIZE);
	digest_add(&digest, db->key, sizeof(db->key));
	digest_add(&digest, tag, LETTER_TAG_SIZE);
	digest_add(&digest, sender, DH_KEY_SIZE);
	digest_end(&digest, out);
}

static struct row_context case_context(uint32_t number)
{
	uint8_t row[4] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), (uint8_t)(number >> 24)};
	return row_context("case", row, sizeof(row));
}

static struct row_context letter_context(const uint8_t id[static LETTER_ID_SIZE])
{
	return row_context("letter", id, LETTER_ID_SIZE);
}

/* Opens the case that a statement stands on: columns number, sealed. */
static enum err read_case(struct reliefdb *db, const struct sql_row *row, struct case_file *file)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	size_t len;
	uint32_t number = (uint32_t)sql_get_int(row, 0);
	struct row_context context = case_context(number);
	bool good = reliefdb_unseal(db, &context, row, 1, plain, &len) && record_case_decode(plain, len, file) && file->number == number;
	wipe(plain, sizeof(plain));
	return good ? ERR_OK : ERR_DAMAGED;
}

/* Steps once and reads the case; ERR_NO_FILE: no row. Ends the statement. */
static enum err one_case(struct reliefdb *db, struct sql_row *row, struct case_file *file)
{
	enum err err = sql_step(row);
	if (err == ERR_OK)
		err = read_case(db, row, file);
	sql_end(row);
	return err;
}

static enum err case_by_number(struct reliefdb *db, uint32_t number, struct case_file *file)
{
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT number, sealed FROM cases WHERE org = ? AND number = ?");
	sql_int(row, 2, number);
	return one_case(db, row, file);
}

static enum err case_by_link(struct reliefdb *db, const uint8_t link[static LINK_SIZE], struct case_file *file)
{
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT number, sealed FROM cases WHERE org = ? AND link = ?");
	sql_blob(row, 2, link, LINK_SIZE);
	return one_case(db, row, file);
}

/* The case that holds a letter whose id lies between the two; ERR_LIMIT: several do. */
static enum err case_by_letter(struct reliefdb *db, const uint8_t low[static LETTER_ID_SIZE], const uint8_t high[static LETTER_ID_SIZE],
			       struct case_file *file)
{
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT DISTINCT number FROM letters WHERE org = ? AND id BETWEEN ? AND ? LIMIT 2");
	sql_blob(row, 2, low, LETTER_ID_SIZE);
	sql_blob(row, 3, high, LETTER_ID_SIZE);
	enum err err = sql_step(row);
	uint32_t number = err == ERR_OK ? (uint32_t)sql_get_int(row, 0) : 0;
	bool several = err == ERR_OK && sql_step(row) == ERR_OK;
	sql_end(row);
	if (err != ERR_OK)
		return err;
	return several ? ERR_LIMIT : case_by_number(db, number, file);
}

enum err cases_save(struct reliefdb *db, struct case_file *file)
{
	uint8_t plain[RELIEFDB_ROW_MAX], sealed[RELIEFDB_ROW_MAX + RELIEFDB_SEAL];
	file->revision++;
	size_t len = record_case_encode(file, plain);
	struct row_context context = case_context(file->number);
	reliefdb_seal(db, &context, plain, len, sealed);
	wipe(plain, sizeof(plain));
	struct sql_row *row = reliefdb_prepare(db, "UPDATE cases SET type = ?, state = ?, sealed = ? WHERE org = ? AND number = ?");
	sql_int(row, 1, file->type);
	sql_int(row, 2, (int64_t)file->state);
	sql_blob(row, 3, sealed, len + RELIEFDB_SEAL);
	sql_blob(row, 4, db->org, sizeof(db->org));
	sql_int(row, 5, file->number);
	return reliefdb_run(db, row);
}

/* A new row for a new case; fills file->number. The row is sealed by the cases_save() that follows. */
static enum err insert_case(struct reliefdb *db, const uint8_t link[static LINK_SIZE], struct case_file *file)
{
	int64_t number = 0;
	enum err err = reliefdb_next(db, "cases", &number);
	if (err != ERR_OK)
		return err;
	if (number > REF_NUMBER_MAX)
		return ERR_LIMIT;
	file->number = (uint32_t)number;
	struct sql_row *row = reliefdb_prepare_org(db, "INSERT INTO cases(org, number, type, state, link, sealed) VALUES(?, ?, ?, ?, ?, ?)");
	sql_int(row, 2, number);
	sql_int(row, 3, file->type);
	sql_int(row, 4, (int64_t)file->state);
	sql_blob(row, 5, link, LINK_SIZE);
	sql_blob(row, 6, "", 0);
	return reliefdb_run(db, row);
}

/* text: with the values sealed, organisation, id, number, and seq unless that is 0. */
static enum err write_letter(struct reliefdb *db, uint32_t number, const struct case_letter *letter, int64_t seq, const char *text)
{
	uint8_t plain[RELIEFDB_ROW_MAX], sealed[RELIEFDB_ROW_MAX + RELIEFDB_SEAL];
	size_t len = record_letter_encode(letter, plain);
	struct row_context context = letter_context(letter->id);
	reliefdb_seal(db, &context, plain, len, sealed);
	wipe(plain, sizeof(plain));
	struct sql_row *row = reliefdb_prepare(db, text);
	sql_blob(row, 1, sealed, len + RELIEFDB_SEAL);
	sql_blob(row, 2, db->org, sizeof(db->org));
	sql_blob(row, 3, letter->id, LETTER_ID_SIZE);
	sql_int(row, 4, number);
	if (seq != 0)
		sql_int(row, 5, seq);
	return reliefdb_run(db, row);
}

static enum err insert_letter(struct reliefdb *db, uint32_t number, const struct case_letter *letter)
{
	int64_t seq = 0;
	enum err err = reliefdb_next(db, "letters", &seq);
	if (err != ERR_OK)
		return err;
	return write_letter(db, number, letter, seq, "INSERT INTO letters(sealed, org, id, number, seq) VALUES(?, ?, ?, ?, ?)");
}

static enum err letter_known(struct reliefdb *db, const uint8_t id[static LETTER_ID_SIZE], bool *known)
{
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT seq FROM letters WHERE org = ? AND id = ?");
	sql_blob(row, 2, id, LETTER_ID_SIZE);
	enum err err = sql_step(row);
	*known = err == ERR_OK;
	sql_end(row);
	return err == ERR_NO_FILE ? ERR_OK : err;
}

static void letter_of_opened(const struct opened *opened, uint64_t now, struct case_letter *out)
{
	assert(opened->payload.body_len <= BODY_SIZE_MAX);
	memset(out, 0, sizeof(*out));
	memcpy(out->id, opened->id, sizeof(out->id));
	out->reduced = opened->reduced;
	out->ticket = (uint8_t)opened->ticket;
	out->role = (uint8_t)opened->role;
	out->class = opened->header.class;
	out->ttl = opened->header.ttl;
	out->day = opened->header.day;
	out->type = opened->payload.type;
	out->sent_at = opened->payload.sent_at;
	out->seq = opened->payload.seq;
	out->arrived = now;
	out->body_len = opened->payload.body_len;
	memcpy(out->body, opened->payload.body, opened->payload.body_len);
}

/* The case of the letter that this one refers to, if the sender is the same. Fills link, by which a case is found that waits for that letter. alone:
 * such a case would wait in vain, or is full. */
static enum err find_referred(struct reliefdb *db, const struct opened *opened, uint8_t link[static LINK_SIZE], bool *alone, struct case_file *file)
{
	const uint8_t *sender = opened->sender.key;
	uint8_t low[LETTER_ID_SIZE] = {0}, high[LETTER_ID_SIZE];
	memset(high, 0xFF, sizeof(high));
	memcpy(low, opened->letter.ref, LETTER_TAG_SIZE);
	memcpy(high, opened->letter.ref, LETTER_TAG_SIZE);
	link_of(db, opened->letter.ref, sender, link);
	enum err err = case_by_link(db, link, file);
	if (err == ERR_NO_FILE)
		err = case_by_letter(db, low, high, file);
	bool foreign = err == ERR_LIMIT || (err == ERR_OK && memcmp(file->sender, sender, DH_KEY_SIZE) != 0);
	bool full = err == ERR_OK && file->letters >= JOINED_MAX;
	*alone = full || (foreign && opened->payload.type != LETTER_PATIENT); /* all patients of somebody else's request are one case */
	return full || foreign ? ERR_NO_FILE : err;
}

/* The case a letter belongs to: the one it refers to, if its sender is the same; the one that what refers to it opened before it came; else
 * ERR_NO_FILE, and link is what a new case of it is found by. */
static enum err find_home(struct reliefdb *db, const struct opened *opened, uint8_t link[static LINK_SIZE], struct case_file *file)
{
	uint8_t own[LINK_SIZE];
	bool alone = false, refers = opened->understood && opened->letter.has_ref;
	enum err err = refers ? find_referred(db, opened, link, &alone, file) : ERR_NO_FILE;
	if (err != ERR_NO_FILE)
		return err;
	link_of(db, opened->id, opened->sender.key, own);
	bool waits = refers && !alone && (opened->letter.action != ACTION_NEW || opened->payload.type == LETTER_PATIENT);
	if (!waits)
		memcpy(link, own, sizeof(own));
	return case_by_link(db, own, file);
}

static bool is_withdrawal(const struct opened *opened)
{
	return opened->understood && opened->letter.action == ACTION_CANCEL;
}

/* What names the case to others: the request's own letter, if it came. */
static void name_claim(const struct case_letter *letters, size_t n, struct case_file *file)
{
	for (size_t i = 0; i < n; i++)
		if (!letters[i].outgoing && memcmp(letters[i].id, file->letter, sizeof(file->letter)) == 0)
			claims_id(file->sender, &letters[i], file->claim);
}

/* What decides the case's place in the queue, from everything the sender said so far. */
static enum err weigh(struct reliefdb *db, uint64_t now, struct case_file *file)
{
	struct case_letter *letters = NULL;
	size_t n = 0;
	enum err err = cases_letters(db, file, &letters, &n);
	if (err == ERR_OK && !cases_weigh(letters, n, now, file))
		err = ERR_MEMORY;
	if (err == ERR_OK)
		name_claim(letters, n, file);
	free(letters);
	return err;
}

static enum err forget_looks(struct reliefdb *db, uint32_t number)
{
	struct sql_row *row = reliefdb_prepare_org(db, "DELETE FROM looks WHERE org = ? AND number = ?");
	sql_int(row, 2, number);
	return reliefdb_run(db, row);
}

/* What a further letter of the sender does to a case. */
static void join(struct case_file *file, const struct opened *opened, uint64_t now)
{
	if (opened->understood && opened->letter.action == ACTION_NEW && !opened->letter.has_ref) {
		memcpy(file->letter, opened->id, sizeof(file->letter)); /* the first letter, later than its own update, or than a patient of it */
		file->type = opened->payload.type;
	}
	if (is_withdrawal(opened)) {
		/* a patient taken back never takes back the request; where there are only patients cases_weigh() sees whether any is left */
		if (opened->payload.type == file->type)
			file->withdrawn_at = now;
	} else if (file->state == CASE_CLOSED) {
		case_wait(file, now);
		file->state = CASE_OPENED;
		file->reason = REASON_NONE;
		file->closed_at = 0;
	}
	if (opened->header.class > file->class)
		file->class = opened->header.class;
}

enum err cases_keep(struct reliefdb *db, const struct opened *opened, uint64_t now, enum cases_kept *kept, struct case_file *file)
{
	uint8_t link[LINK_SIZE];
	bool known = false;
	uint8_t type = opened->payload.type;
	*kept = CASES_NOT_OURS;
	if (type == LETTER_RECEIPT || type == LETTER_CARD || type == LETTER_GRANT || type == LETTER_CLAIM)
		return ERR_OK;
	enum err err = letter_known(db, opened->id, &known);
	*kept = CASES_HAD;
	if (err != ERR_OK || known)
		return err;
	struct case_letter *letter = malloc(sizeof(*letter));
	if (letter == NULL)
		return ERR_MEMORY;
	letter_of_opened(opened, now, letter);
	err = find_home(db, opened, link, file);
	*kept = CASES_JOINED;
	if (err == ERR_OK) {
		join(file, opened, now);
		err = forget_looks(db, file->number);
	} else if (err == ERR_NO_FILE) {
		*kept = CASES_OPENED;
		memset(file, 0, sizeof(*file));
		file->type = type;
		file->arrived = now;
		file->class = opened->header.class;
		file->withdrawn_at = is_withdrawal(opened) ? now : 0;
		memcpy(file->letter, opened->id, sizeof(file->letter));
		memcpy(file->sender, opened->sender.key, sizeof(file->sender));
		err = insert_case(db, link, file);
	}
	file->changed = now;
	file->letters++;
	file->unread++;
	if (err == ERR_OK)
		err = insert_letter(db, file->number, letter);
	if (err == ERR_OK)
		err = weigh(db, now, file);
	if (err == ERR_OK)
		err = cases_save(db, file);
	if (err == ERR_OK)
		err = feed_add(db, now, *kept == CASES_OPENED ? FEED_ARRIVED : FEED_JOINED, file, "");
	if (err == ERR_OK)
		err = merge_stir(db, file, is_withdrawal(opened), now);
	wipe(letter, sizeof(*letter));
	free(letter);
	return err;
}

enum err cases_add_ours(struct reliefdb *db, struct case_file *file, const struct case_letter *letter)
{
	assert(letter->outgoing);
	if (file->letters >= CASE_LETTERS_MAX)
		return ERR_LIMIT;
	file->letters++;
	return insert_letter(db, file->number, letter);
}

enum err cases_mark_read(struct reliefdb *db, const struct case_file *file, struct case_letter *letter)
{
	letter->read = true;
	return write_letter(db, file->number, letter, 0, "UPDATE letters SET sealed = ? WHERE org = ? AND id = ? AND number = ?");
}

enum err cases_numbered(struct reliefdb *db, uint32_t number, struct case_file *file)
{
	return case_by_number(db, number, file);
}

/* The lowest and highest id a prefix may mean. */
static void prefix_range(const struct cli_prefix *prefix, uint8_t low[static LETTER_ID_SIZE], uint8_t high[static LETTER_ID_SIZE])
{
	for (size_t i = 0; i < LETTER_ID_SIZE; i++) {
		bool whole = prefix->digits >= 2 * i + 2, half = prefix->digits == 2 * i + 1;
		low[i] = whole || half ? prefix->bytes[i] : 0;
		high[i] = whole ? prefix->bytes[i] : half ? (uint8_t)(prefix->bytes[i] | 0x0F) : 0xFF;
	}
}

/* True if a case that was named after an early letter of another type, until the one it is about came, was called by this letter. */
static enum err was_called(struct reliefdb *db, const struct case_file *file, char letter, bool *was)
{
	struct case_letter *letters = NULL;
	size_t n = 0;
	enum err err = cases_letters(db, file, &letters, &n);
	*was = ref_letter(file->type) == letter;
	for (size_t i = 0; i < n; i++)
		*was = *was || (!letters[i].outgoing && ref_letter(letters[i].type) == letter);
	free(letters);
	return err;
}

enum err cases_find(struct reliefdb *db, const char *name, enum cases_found *found, struct case_file *file)
{
	char letter;
	uint32_t number;
	enum err err = ERR_NO_FILE;
	enum ref_result result = ref_parse(name, &letter, &number);
	if (result == REF_OK)
		err = case_by_number(db, number, file);
	bool was = true;
	if (err == ERR_OK)
		err = was_called(db, file, letter, &was);
	if (err == ERR_OK && !was)
		err = ERR_NO_FILE;
	struct cli_prefix prefix;
	if (err == ERR_NO_FILE && cli_prefix_parse(name, &prefix)) {
		uint8_t low[LETTER_ID_SIZE], high[LETTER_ID_SIZE];
		prefix_range(&prefix, low, high);
		err = case_by_letter(db, low, high, file);
	}
	*found = err == ERR_OK ? CASES_FOUND : err == ERR_LIMIT ? CASES_AMBIGUOUS : result == REF_MISHEARD ? CASES_MISHEARD : CASES_NONE;
	return err == ERR_NO_FILE || err == ERR_LIMIT ? ERR_OK : err;
}

static bool fits_drill(const struct cases_filter *filter, const struct case_file *file)
{
	return filter->drill == CASES_BOTH || (filter->drill == CASES_DRILL) == (file->status != STATUS_ACTUAL);
}

enum err cases_list(struct reliefdb *db, const struct cases_filter *filter, struct case_file **files, size_t *n)
{
	size_t cap = 0;
	*files = NULL;
	*n = 0;
	/* every state is below CASE_STATES: with that as the one left out, closed ones are in */
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT number, sealed FROM cases WHERE org = ? AND state <> ? AND (? < 0 OR type = ?) AND "
						       "(? < 0 OR state = ?) ORDER BY number");
	sql_int(row, 2, filter->all || filter->state == CASE_CLOSED ? CASE_STATES : CASE_CLOSED);
	sql_int(row, 3, filter->type);
	sql_int(row, 4, filter->type);
	sql_int(row, 5, filter->state);
	sql_int(row, 6, filter->state);
	enum err err;
	while ((err = sql_step(row)) == ERR_OK) {
		if (*n == cap) {
			cap = cap == 0 ? 64 : 2 * cap;
			struct case_file *more = reallocarray(*files, cap, sizeof(**files));
			if (more == NULL) {
				err = ERR_MEMORY;
				break;
			}
			*files = more;
		}
		err = read_case(db, row, &(*files)[*n]);
		if (err != ERR_OK)
			break;
		*n += fits_drill(filter, &(*files)[*n]);
	}
	sql_end(row);
	if (err == ERR_NO_FILE)
		return ERR_OK;
	free(*files);
	*files = NULL;
	*n = 0;
	return err;
}

enum err cases_count(struct reliefdb *db, uint64_t count[static CASE_STATES])
{
	struct case_file *files = NULL;
	size_t n = 0;
	struct cases_filter filter = {.all = true, .type = -1, .state = -1, .drill = CASES_REAL};
	memset(count, 0, CASE_STATES * sizeof(count[0]));
	enum err err = cases_list(db, &filter, &files, &n);
	for (size_t i = 0; i < n; i++)
		count[files[i].state] += files[i].merged_into == 0;
	free(files);
	return err;
}

static enum err read_letter(struct reliefdb *db, const struct sql_row *row, struct case_letter *letter)
{
	uint8_t plain[RELIEFDB_ROW_MAX], id[LETTER_ID_SIZE];
	size_t len;
	const uint8_t *bytes = sql_get_blob(row, 0, &len);
	if (len != LETTER_ID_SIZE)
		return ERR_DAMAGED;
	memcpy(id, bytes, LETTER_ID_SIZE);
	struct row_context context = letter_context(id);
	bool good = reliefdb_unseal(db, &context, row, 1, plain, &len) && record_letter_decode(plain, len, letter);
	memcpy(letter->id, id, sizeof(id));
	wipe(plain, sizeof(plain));
	return good ? ERR_OK : ERR_DAMAGED;
}

enum err cases_letters(struct reliefdb *db, const struct case_file *file, struct case_letter **letters, size_t *n)
{
	*n = 0;
	*letters = calloc(CASE_LETTERS_MAX, sizeof(**letters));
	if (*letters == NULL)
		return ERR_MEMORY;
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT id, sealed FROM letters WHERE org = ? AND number = ? ORDER BY seq LIMIT ?");
	sql_int(row, 2, file->number);
	sql_int(row, 3, CASE_LETTERS_MAX);
	enum err err;
	while ((err = sql_step(row)) == ERR_OK) {
		err = read_letter(db, row, &(*letters)[*n]);
		if (err != ERR_OK)
			break;
		++*n;
	}
	sql_end(row);
	if (err == ERR_NO_FILE)
		return ERR_OK;
	free(*letters);
	*letters = NULL;
	*n = 0;
	return err;
}

enum err cases_first_look(struct reliefdb *db, const struct case_file *file, const char *operator_name, bool *first)
{
	uint8_t who[LINK_SIZE];
	struct digest digest;
	digest_start(&digest, "barid-operator-v1", sizeof(who));
	digest_add(&digest, db->key, sizeof(db->key));
	digest_add(&digest, operator_name, strlen(operator_name));
	digest_end(&digest, who);
	struct sql_row *row =
		reliefdb_prepare_org(db, "INSERT INTO looks(org, number, who) VALUES(?, ?, ?) ON CONFLICT(org, number, who) DO NOTHING");
	sql_int(row, 2, file->number);
	sql_blob(row, 3, who, sizeof(who));
	enum err err = reliefdb_run(db, row);
	*first = err == ERR_OK && sql_changes(db->sql) > 0;
	return err;
}
