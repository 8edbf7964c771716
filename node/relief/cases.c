#include "node/relief/cases.h"

#include "crypto/digest.h"
#include "crypto/wipe.h"
#include "node/desk/cli.h"
#include "node/relief/record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LINK_SIZE = 16, JOINED_MAX = 96 };

static const char *const state_words[CASE_STATES] = {"new", "opened", "assigned", "answered", "closed"};
static const char *const reason_words[CASE_REASONS] = {"", "done", "moved_on", "duplicate", "false", "unreachable", "expired"};

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

/* Opens the case row a statement stands on: columns number, sealed. */
static enum err read_case(struct reliefdb *db, sqlite3_stmt *statement, struct case_file *file)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	size_t len;
	uint32_t number = (uint32_t)sqlite3_column_int64(statement, 0);
	struct row_context context = case_context(number);
	bool good = reliefdb_unseal(db, &context, statement, 1, plain, &len) && record_case_decode(plain, len, file) && file->number == number;
	wipe(plain, sizeof(plain));
	return good ? ERR_OK : ERR_DAMAGED;
}

/* Steps once and reads the case; ERR_NO_FILE: no row. Finalizes. */
static enum err one_case(struct reliefdb *db, sqlite3_stmt *statement, struct case_file *file)
{
	int code = sqlite3_step(statement);
	enum err err = code == SQLITE_ROW ? read_case(db, statement, file) : code == SQLITE_DONE ? ERR_NO_FILE : reliefdb_err(db, code);
	(void)sqlite3_finalize(statement); /* only read */
	return err;
}

static enum err case_by_number(struct reliefdb *db, uint32_t number, struct case_file *file)
{
	sqlite3_stmt *statement = reliefdb_prepare(db, "SELECT number, sealed FROM cases WHERE number = ?");
	if (statement == NULL)
		return reliefdb_last(db);
	(void)sqlite3_bind_int64(statement, 1, number); /* a failed bind shows in the step */
	return one_case(db, statement, file);
}

static enum err case_by_link(struct reliefdb *db, const uint8_t link[static LINK_SIZE], struct case_file *file)
{
	sqlite3_stmt *statement = reliefdb_prepare(db, "SELECT number, sealed FROM cases WHERE link = ?");
	if (statement == NULL)
		return reliefdb_last(db);
	(void)sqlite3_bind_blob(statement, 1, link, LINK_SIZE, SQLITE_STATIC); /* a failed bind shows in the step */
	return one_case(db, statement, file);
}

/* The case that holds a letter whose id lies between the two; ERR_LIMIT: several do. */
static enum err case_by_letter(struct reliefdb *db, const uint8_t low[static LETTER_ID_SIZE], const uint8_t high[static LETTER_ID_SIZE],
			       struct case_file *file)
{
	sqlite3_stmt *statement = reliefdb_prepare(db, "SELECT DISTINCT number FROM letters WHERE id BETWEEN ? AND ? LIMIT 2");
	if (statement == NULL)
		return reliefdb_last(db);
	(void)sqlite3_bind_blob(statement, 1, low, LETTER_ID_SIZE, SQLITE_STATIC); /* failed binds show in the step */
	(void)sqlite3_bind_blob(statement, 2, high, LETTER_ID_SIZE, SQLITE_STATIC);
	int code = sqlite3_step(statement);
	uint32_t number = code == SQLITE_ROW ? (uint32_t)sqlite3_column_int64(statement, 0) : 0;
	bool several = code == SQLITE_ROW && sqlite3_step(statement) == SQLITE_ROW;
	(void)sqlite3_finalize(statement); /* only read */
	if (code != SQLITE_ROW)
		return code == SQLITE_DONE ? ERR_NO_FILE : reliefdb_err(db, code);
	return several ? ERR_LIMIT : case_by_number(db, number, file);
}

enum err cases_save(struct reliefdb *db, const struct case_file *file)
{
	uint8_t plain[RELIEFDB_ROW_MAX], sealed[RELIEFDB_ROW_MAX + RELIEFDB_SEAL];
	size_t len = record_case_encode(file, plain);
	struct row_context context = case_context(file->number);
	reliefdb_seal(db, &context, plain, len, sealed);
	wipe(plain, sizeof(plain));
	sqlite3_stmt *statement = reliefdb_prepare(db, "UPDATE cases SET type = ?, state = ?, sealed = ? WHERE number = ?");
	if (statement != NULL) {
		(void)sqlite3_bind_int(statement, 1, file->type); /* failed binds show in the step */
		(void)sqlite3_bind_int(statement, 2, (int)file->state);
		(void)sqlite3_bind_blob(statement, 3, sealed, (int)(len + RELIEFDB_SEAL), SQLITE_STATIC);
		(void)sqlite3_bind_int64(statement, 4, file->number);
	}
	return reliefdb_run(db, statement);
}

/* A new row for a new case; fills file->number. The row is sealed by the cases_save() that follows. */
static enum err insert_case(struct reliefdb *db, const uint8_t link[static LINK_SIZE], struct case_file *file)
{
	sqlite3_stmt *statement = reliefdb_prepare(db, "INSERT INTO cases(type, state, link, sealed) VALUES(?, ?, ?, x'')");
	if (statement != NULL) {
		(void)sqlite3_bind_int(statement, 1, file->type); /* failed binds show in the step */
		(void)sqlite3_bind_int(statement, 2, (int)file->state);
		(void)sqlite3_bind_blob(statement, 3, link, LINK_SIZE, SQLITE_STATIC);
	}
	enum err err = reliefdb_run(db, statement);
	if (err != ERR_OK)
		return err;
	int64_t number = sqlite3_last_insert_rowid(db->handle);
	if (number > REF_NUMBER_MAX)
		return ERR_LIMIT;
	file->number = (uint32_t)number;
	return ERR_OK;
}

static enum err write_letter(struct reliefdb *db, uint32_t number, const struct case_letter *letter, const char *sql)
{
	uint8_t plain[RELIEFDB_ROW_MAX], sealed[RELIEFDB_ROW_MAX + RELIEFDB_SEAL];
	size_t len = record_letter_encode(letter, plain);
	struct row_context context = letter_context(letter->id);
	reliefdb_seal(db, &context, plain, len, sealed);
	wipe(plain, sizeof(plain));
	sqlite3_stmt *statement = reliefdb_prepare(db, sql);
	if (statement != NULL) {
		(void)sqlite3_bind_blob(statement, 1, sealed, (int)(len + RELIEFDB_SEAL), SQLITE_STATIC); /* failed binds show in the step */
		(void)sqlite3_bind_blob(statement, 2, letter->id, LETTER_ID_SIZE, SQLITE_STATIC);
		(void)sqlite3_bind_int64(statement, 3, number);
	}
	return reliefdb_run(db, statement);
}

static enum err insert_letter(struct reliefdb *db, uint32_t number, const struct case_letter *letter)
{
	return write_letter(db, number, letter, "INSERT INTO letters(sealed, id, number) VALUES(?, ?, ?)");
}

static enum err letter_known(struct reliefdb *db, const uint8_t id[static LETTER_ID_SIZE], bool *known)
{
	sqlite3_stmt *statement = reliefdb_prepare(db, "SELECT 1 FROM letters WHERE id = ?");
	if (statement == NULL)
		return reliefdb_last(db);
	(void)sqlite3_bind_blob(statement, 1, id, LETTER_ID_SIZE, SQLITE_STATIC); /* a failed bind shows in the step */
	int code = sqlite3_step(statement);
	*known = code == SQLITE_ROW;
	(void)sqlite3_finalize(statement); /* only read */
	return reliefdb_err(db, code);
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

/* What decides the case's place in the queue, from everything the sender said so far. */
static enum err weigh(struct reliefdb *db, uint64_t now, struct case_file *file)
{
	struct case_letter *letters = NULL;
	size_t n = 0;
	enum err err = cases_letters(db, file, &letters, &n);
	if (err == ERR_OK && !cases_weigh(letters, n, now, file))
		err = ERR_MEMORY;
	free(letters);
	return err;
}

static enum err forget_looks(struct reliefdb *db, uint32_t number)
{
	sqlite3_stmt *statement = reliefdb_prepare(db, "DELETE FROM looks WHERE number = ?");
	if (statement != NULL)
		(void)sqlite3_bind_int64(statement, 1, number); /* a failed bind shows in the step */
	return reliefdb_run(db, statement);
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
		file->state = file->operator_name[0] != '\0' ? CASE_ASSIGNED : CASE_OPENED;
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
	if (type == LETTER_RECEIPT || type == LETTER_CARD || type == LETTER_GRANT)
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
	return write_letter(db, file->number, letter, "UPDATE letters SET sealed = ? WHERE id = ? AND number = ?");
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

enum err cases_list(struct reliefdb *db, const struct cases_filter *filter, struct case_file **files, size_t *n)
{
	size_t cap = 0;
	*files = NULL;
	*n = 0;
	sqlite3_stmt *statement = reliefdb_prepare(
		db,
		"SELECT number, sealed FROM cases WHERE (?1 OR state <> ?2) AND (?3 < 0 OR type = ?3) AND (?4 < 0 OR state = ?4) ORDER BY number");
	if (statement == NULL)
		return reliefdb_last(db);
	(void)sqlite3_bind_int(statement, 1, filter->all || filter->state == CASE_CLOSED); /* failed binds show in the step */
	(void)sqlite3_bind_int(statement, 2, CASE_CLOSED);
	(void)sqlite3_bind_int(statement, 3, filter->type);
	(void)sqlite3_bind_int(statement, 4, filter->state);
	int code;
	enum err err = ERR_OK;
	while (err == ERR_OK && (code = sqlite3_step(statement)) != SQLITE_DONE) {
		if (code == SQLITE_ROW && *n == cap) {
			cap = cap == 0 ? 64 : 2 * cap;
			struct case_file *more = reallocarray(*files, cap, sizeof(**files));
			if (more == NULL) {
				err = ERR_MEMORY;
				break;
			}
			*files = more;
		}
		err = code == SQLITE_ROW ? read_case(db, statement, &(*files)[*n]) : reliefdb_err(db, code);
		*n += err == ERR_OK;
	}
	(void)sqlite3_finalize(statement); /* only read */
	if (err != ERR_OK) {
		free(*files);
		*files = NULL;
		*n = 0;
	}
	return err;
}

enum err cases_count(struct reliefdb *db, uint64_t count[static CASE_STATES])
{
	memset(count, 0, CASE_STATES * sizeof(count[0]));
	sqlite3_stmt *statement = reliefdb_prepare(db, "SELECT state, count(*) FROM cases GROUP BY state");
	if (statement == NULL)
		return reliefdb_last(db);
	int code;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		int state = sqlite3_column_int(statement, 0);
		if (state >= 0 && state < CASE_STATES)
			count[state] = (uint64_t)sqlite3_column_int64(statement, 1);
	}
	(void)sqlite3_finalize(statement); /* only read */
	return reliefdb_err(db, code);
}

static enum err read_letter(struct reliefdb *db, sqlite3_stmt *statement, struct case_letter *letter)
{
	uint8_t plain[RELIEFDB_ROW_MAX], id[LETTER_ID_SIZE];
	size_t len;
	if (sqlite3_column_bytes(statement, 0) != LETTER_ID_SIZE)
		return ERR_DAMAGED;
	memcpy(id, sqlite3_column_blob(statement, 0), LETTER_ID_SIZE);
	struct row_context context = letter_context(id);
	bool good = reliefdb_unseal(db, &context, statement, 1, plain, &len) && record_letter_decode(plain, len, letter);
	memcpy(letter->id, id, sizeof(id));
	wipe(plain, sizeof(plain));
	return good ? ERR_OK : ERR_DAMAGED;
}

enum err cases_letters(struct reliefdb *db, const struct case_file *file, struct case_letter **letters, size_t *n)
{
	*n = 0;
	*letters = calloc(CASE_LETTERS_MAX, sizeof(**letters));
	sqlite3_stmt *statement = reliefdb_prepare(db, "SELECT id, sealed FROM letters WHERE number = ? ORDER BY seq LIMIT ?");
	enum err err = *letters == NULL ? ERR_MEMORY : statement == NULL ? reliefdb_last(db) : ERR_OK;
	int code = SQLITE_DONE;
	if (err == ERR_OK) {
		(void)sqlite3_bind_int64(statement, 1, file->number); /* failed binds show in the step */
		(void)sqlite3_bind_int(statement, 2, CASE_LETTERS_MAX);
	}
	while (err == ERR_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		err = read_letter(db, statement, &(*letters)[*n]);
		*n += err == ERR_OK;
	}
	(void)sqlite3_finalize(statement); /* only read; takes NULL */
	if (err == ERR_OK)
		err = reliefdb_err(db, code);
	if (err != ERR_OK) {
		free(*letters);
		*letters = NULL;
		*n = 0;
	}
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
	sqlite3_stmt *statement = reliefdb_prepare(db, "INSERT OR IGNORE INTO looks(number, who) VALUES(?, ?)");
	if (statement != NULL) {
		(void)sqlite3_bind_int64(statement, 1, file->number); /* failed binds show in the step */
		(void)sqlite3_bind_blob(statement, 2, who, sizeof(who), SQLITE_STATIC);
	}
	enum err err = reliefdb_run(db, statement);
	*first = err == ERR_OK && sqlite3_changes(db->handle) > 0;
	return err;
}
