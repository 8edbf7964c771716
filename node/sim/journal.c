#include "node/sim/journal.h"

#include "crypto/digest.h"
#include "node/sim/logfile.h"

#include <sqlite3.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Events are hashed in blocks, because a call for each costs more than the hash of its 32 bytes. Rows are committed in batches: a commit costs as
 * much as ten thousand rows do. */
enum { BLOCK_EVENTS = 256, BATCH_ROWS = 50000, FORMAT = 1 };

/* Where a field of an event stands among its JOURNAL_EVENT_SIZE bytes, little-endian; the three after the event itself are zero. */
enum { AT_MS = 0, VALUE = 8, NODE = 16, OTHER = 20, LETTER = 24, EVENT = 28 };
static_assert(EVENT + 4 == JOURNAL_EVENT_SIZE, "the layout fills an event");

static const char domain[] = "barid-sim-journal-1";

enum statement { EVENT_ROW, PLACE_ROW, SAMPLE_ROW, NODE_ROW, SITE_ROW, RUN_ROW, STATEMENTS };

static const char *const sql[STATEMENTS] = {
	[EVENT_ROW] = "INSERT INTO event(at_ms, event, node, other, letter, value) VALUES(?, ?, ?, ?, ?, ?)",
	[PLACE_ROW] = "INSERT INTO place(at_ms, node, x_mm, y_mm) VALUES(?, ?, ?, ?)",
	[SAMPLE_ROW] =
		("INSERT INTO sample(at_ms, store_bytes, store_max_bytes, letters_held, le_bytes, wifi_bytes, net_bytes, advertise_ms, scan_ms,"
		 " linked_ms, alive, links) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
	[NODE_ROW] = "INSERT OR REPLACE INTO node(node, what) VALUES(?, ?)",
	[SITE_ROW] = "INSERT INTO site(name, kind, x_mm, y_mm, radius_mm) VALUES(?, ?, ?, ?, ?)",
	[RUN_ROW] = "INSERT OR REPLACE INTO run(name, value) VALUES(?, ?)",
};

/* A null stands where a number has no meaning. The views are for whoever asks by hand. */
static const char schema[] =
	"CREATE TABLE run(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE node(node INTEGER PRIMARY KEY, what TEXT NOT NULL);"
	"CREATE TABLE site(name TEXT NOT NULL, kind TEXT NOT NULL, x_mm INTEGER NOT NULL, y_mm INTEGER NOT NULL, radius_mm INTEGER NOT NULL);"
	"CREATE TABLE event_name(event INTEGER PRIMARY KEY, name TEXT NOT NULL);"
	"CREATE TABLE event(at_ms INTEGER NOT NULL, event INTEGER NOT NULL, node INTEGER, other INTEGER, letter INTEGER, value INTEGER NOT NULL);"
	"CREATE TABLE place(at_ms INTEGER NOT NULL, node INTEGER NOT NULL, x_mm INTEGER NOT NULL, y_mm INTEGER NOT NULL);"
	"CREATE TABLE sample(at_ms INTEGER NOT NULL, store_bytes INTEGER NOT NULL, store_max_bytes INTEGER NOT NULL, letters_held INTEGER NOT NULL,"
	" le_bytes INTEGER NOT NULL, wifi_bytes INTEGER NOT NULL, net_bytes INTEGER NOT NULL, advertise_ms INTEGER NOT NULL, scan_ms INTEGER NOT "
	"NULL,"
	" linked_ms INTEGER NOT NULL, alive INTEGER NOT NULL, links INTEGER NOT NULL);"
	"CREATE VIEW letter AS SELECT letter, at_ms, node AS writer, other AS addressee, value & 255 AS class, value >> 8 & 255 AS kind,"
	" value >> 16 & 16777215 AS bytes, value >> 40 & 1 AS idle FROM event WHERE event = 0;"
	"CREATE VIEW story AS SELECT at_ms, name AS event, node, other, letter, value FROM event JOIN event_name USING(event) ORDER BY event.rowid;"
	"PRAGMA application_id = 1112754509;" /* JOURNAL_APPLICATION, "BSIM" */
	"PRAGMA user_version = 1;";
static_assert(JOURNAL_APPLICATION == 1112754509 && FORMAT == 1, "what the schema says");

static const char *const event_names[JOURNAL_EVENTS] = {
	[JOURNAL_WRITTEN] = "written",     [JOURNAL_STORED] = "stored",       [JOURNAL_DROPPED] = "dropped",
	[JOURNAL_DELIVERED] = "delivered", [JOURNAL_RECEIPTED] = "receipted", [JOURNAL_MET] = "met",
	[JOURNAL_PARTED] = "parted",       [JOURNAL_LINK_UP] = "link up",     [JOURNAL_LINK_DOWN] = "link down",
	[JOURNAL_CRASHED] = "crashed",     [JOURNAL_RESTARTED] = "restarted", [JOURNAL_SEIZED] = "seized",
	[JOURNAL_ONLINE] = "online",       [JOURNAL_OFFLINE] = "offline",     [JOURNAL_CHECK_FAILED] = "check failed",
};

struct journal {
	struct digest digest; /* of all blocks before this one */
	uint8_t block[BLOCK_EVENTS * JOURNAL_EVENT_SIZE];
	size_t filled;
	uint64_t count;
	sqlite3 *db; /* NULL: only the hash */
	sqlite3_stmt *statements[STATEMENTS];
	unsigned rows;    /* since the last commit */
	bool ended;       /* there is a result */
	enum err trouble; /* what went wrong first: no rows since, and journal_close() says so */
};

static enum err err_of(sqlite3 *db, int code)
{
	int cause = (code & 0xff) == SQLITE_IOERR ? sqlite3_system_errno(db) : 0;
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return ERR_OK;
	case SQLITE_NOMEM:
		return ERR_MEMORY;
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return ERR_PERMISSION;
	default:
		return cause == ENOSPC || cause == EDQUOT ? ERR_FULL : ERR_IO;
	}
}

static enum err run_sql(struct journal *journal, const char *text)
{
	return err_of(journal->db, sqlite3_exec(journal->db, text, NULL, NULL, NULL));
}

static void fail(struct journal *journal, enum err err)
{
	if (journal->trouble == ERR_OK)
		journal->trouble = err;
}

/* NULL: no rows are to be written. */
static sqlite3_stmt *row_begin(struct journal *journal, enum statement which)
{
	return journal->db != NULL && journal->trouble == ERR_OK ? journal->statements[which] : NULL;
}

/* Failed binds show here too: a column that must not be null is. */
static void commit_rows(struct journal *journal)
{
	journal->rows = 0;
	enum err err = run_sql(journal, "COMMIT; BEGIN");
	if (err != ERR_OK)
		fail(journal, err);
}

static void row_end(struct journal *journal, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);
	(void)sqlite3_reset(statement); /* repeats the code of the step */
	if (code != SQLITE_DONE) {
		fail(journal, err_of(journal->db, code));
		return;
	}
	if (++journal->rows == BATCH_ROWS)
		commit_rows(journal);
}

static void bind_number(sqlite3_stmt *statement, int column, uint64_t number)
{
	(void)sqlite3_bind_int64(statement, column, (sqlite3_int64)number); /* a failed bind shows in the step */
}

static void bind_text(sqlite3_stmt *statement, int column, const char *text)
{
	(void)sqlite3_bind_text(statement, column, text, -1, SQLITE_TRANSIENT); /* as above */
}

static void bind_or_null(sqlite3_stmt *statement, int column, uint32_t number)
{
	if (number == JOURNAL_NONE)
		(void)sqlite3_bind_null(statement, column); /* as above */
	else
		bind_number(statement, column, number);
}

static void fact_number(struct journal *journal, const char *name, uint64_t value)
{
	sqlite3_stmt *statement = row_begin(journal, RUN_ROW);
	if (statement == NULL)
		return;
	bind_text(statement, 1, name);
	bind_number(statement, 2, value);
	row_end(journal, statement);
}

static void fact_text(struct journal *journal, const char *name, const char *value)
{
	sqlite3_stmt *statement = row_begin(journal, RUN_ROW);
	if (statement == NULL)
		return;
	bind_text(statement, 1, name);
	bind_text(statement, 2, value);
	row_end(journal, statement);
}

static const char *place_kind(enum scenario_place_kind kind)
{
	switch (kind) {
	case PLACE_SHELTER:
		return "shelter";
	case PLACE_CLINIC:
		return "clinic";
	case PLACE_QUEUE:
		return "queue";
	case PLACE_CROSSING:
		return "crossing";
	}
	assert(!"a place of no kind");
	return "";
}

static void note_scenario(struct journal *journal, const struct scenario *scenario, const char *policy, const char *commit)
{
	char seed[24];
	(void)snprintf(seed, sizeof seed, "%" PRIu64, scenario->seed); /* 20 digits at most; as text, because SQLite's numbers have a sign */
	fact_text(journal, "scenario", scenario->name);
	fact_text(journal, "seed", seed);
	fact_text(journal, "policy", policy);
	fact_text(journal, "commit", commit);
	fact_number(journal, "run_ms", scenario->run_ms);
	fact_number(journal, "calm_ms", scenario->calm_ms);
	fact_number(journal, "width_mm", (uint64_t)scenario->width_mm);
	fact_number(journal, "height_mm", (uint64_t)scenario->height_mm);
	fact_number(journal, "civilians", scenario->civilians);
	fact_number(journal, "medics", scenario->medics);
	fact_number(journal, "boxes", scenario->boxes);
	fact_number(journal, "gateways", scenario->gateways);
	fact_number(journal, "le_range_mm", scenario->radio.le_range_mm);
	fact_number(journal, "begin_unix_s", SCENARIO_UNIX_S);
	for (unsigned i = 0; i < scenario->place_count; i++) {
		const struct scenario_place *place = &scenario->places[i];
		sqlite3_stmt *statement = row_begin(journal, SITE_ROW);
		if (statement == NULL)
			return;
		bind_text(statement, 1, place->name);
		bind_text(statement, 2, place_kind(place->kind));
		bind_number(statement, 3, (uint64_t)(int64_t)place->x_mm);
		bind_number(statement, 4, (uint64_t)(int64_t)place->y_mm);
		bind_number(statement, 5, place->radius_mm);
		row_end(journal, statement);
	}
}

static enum err name_events(struct journal *journal)
{
	enum err err = ERR_OK;
	for (int i = 0; i < JOURNAL_EVENTS && err == ERR_OK; i++) {
		char text[96];
		int len = snprintf(text, sizeof text, "INSERT INTO event_name VALUES(%d, '%s')", i, event_names[i]);
		assert(len > 0 && (size_t)len < sizeof text);
		err = run_sql(journal, text);
	}
	return err;
}

/* The file is made here and not by SQLite, which would write into one that is there. Without waiting for the disk: after a power cut a log may be
 * lost. */
static enum err open_file(struct journal *journal, const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (file < 0)
		return errno == EEXIST ? ERR_BUSY : err_from_errno(errno);
	(void)close(file); /* nothing was written */
	int code = logfile_open(path, &journal->db);
	if (journal->db == NULL)
		return ERR_MEMORY;
	if (code != SQLITE_OK)
		return err_of(journal->db, code);
	enum err err = run_sql(journal, "PRAGMA page_size = 16384; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN");
	if (err == ERR_OK)
		err = run_sql(journal, schema);
	if (err == ERR_OK)
		err = name_events(journal);
	for (int i = 0; i < STATEMENTS && err == ERR_OK; i++)
		err = err_of(journal->db, sqlite3_prepare_v3(journal->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &journal->statements[i], NULL));
	return err;
}

static void close_file(struct journal *journal)
{
	for (int i = 0; i < STATEMENTS; i++)
		(void)sqlite3_finalize(journal->statements[i]); /* repeats an error that is known */
	(void)sqlite3_close(journal->db);                       /* nothing is left that could keep it open */
}

enum err journal_open(struct journal **out, const char *path, const struct scenario *scenario, const char *policy, const char *commit)
{
	/* libsodium's state wants its place in memory a multiple of 64. */
	static_assert(sizeof(struct journal) % _Alignof(struct journal) == 0, "aligned_alloc");
	struct journal *journal = aligned_alloc(_Alignof(struct journal), sizeof *journal);
	if (journal == NULL)
		return ERR_MEMORY;
	memset(journal, 0, sizeof *journal);
	digest_start(&journal->digest, domain, DIGEST_SIZE);
	if (path != NULL) {
		enum err err = open_file(journal, path);
		if (err == ERR_OK) {
			note_scenario(journal, scenario, policy, commit);
			commit_rows(journal); /* a run that is broken off early leaves a log, too */
			err = journal->trouble;
		}
		if (err != ERR_OK) {
			close_file(journal);
			free(journal);
			return err;
		}
	}
	*out = journal;
	return ERR_OK;
}

enum err journal_close(struct journal *journal)
{
	if (journal == NULL)
		return ERR_OK;
	if (journal->db != NULL) {
		char hash[JOURNAL_HASH_TEXT];
		journal_hash(journal, hash);
		fact_text(journal, "event_hash", hash);
		fact_number(journal, "events", journal->count);
		if (journal->trouble == ERR_OK)
			journal->trouble = run_sql(journal, "COMMIT");
	}
	enum err err = journal->trouble;
	close_file(journal);
	free(journal);
	return err;
}

static void put(uint8_t *to, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static void event_encode(const struct journal_entry *entry, uint8_t bytes[static JOURNAL_EVENT_SIZE])
{
	put(bytes + AT_MS, entry->at_ms, 8);
	put(bytes + VALUE, entry->value, 8);
	put(bytes + NODE, entry->node, 4);
	put(bytes + OTHER, entry->other, 4);
	put(bytes + LETTER, entry->letter, 4);
	put(bytes + EVENT, (uint64_t)entry->event, 4);
}

void journal_note(struct journal *journal, const struct journal_entry *entry)
{
	assert(entry->event >= 0 && entry->event < JOURNAL_EVENTS);
	if (journal->ended)
		return;
	event_encode(entry, journal->block + journal->filled);
	journal->filled += JOURNAL_EVENT_SIZE;
	journal->count++;
	if (journal->filled == sizeof journal->block) {
		digest_add(&journal->digest, journal->block, sizeof journal->block);
		journal->filled = 0;
	}
	sqlite3_stmt *statement = row_begin(journal, EVENT_ROW);
	if (statement == NULL)
		return;
	bind_number(statement, 1, entry->at_ms);
	bind_number(statement, 2, (uint64_t)entry->event);
	bind_or_null(statement, 3, entry->node);
	bind_or_null(statement, 4, entry->other);
	bind_or_null(statement, 5, entry->letter);
	bind_number(statement, 6, entry->value);
	row_end(journal, statement);
}

void journal_place(struct journal *journal, uint64_t at_ms, uint32_t node, int32_t x_mm, int32_t y_mm)
{
	sqlite3_stmt *statement = row_begin(journal, PLACE_ROW);
	if (statement == NULL)
		return;
	bind_number(statement, 1, at_ms);
	bind_number(statement, 2, node);
	bind_number(statement, 3, (uint64_t)(int64_t)x_mm);
	bind_number(statement, 4, (uint64_t)(int64_t)y_mm);
	row_end(journal, statement);
}

void journal_sample(struct journal *journal, const struct journal_sample *sample)
{
	sqlite3_stmt *statement = row_begin(journal, SAMPLE_ROW);
	if (statement == NULL)
		return;
	const uint64_t values[] = {sample->at_ms,    sample->store_bytes, sample->store_max_bytes, sample->letters_held,
				   sample->le_bytes, sample->wifi_bytes,  sample->net_bytes,       sample->advertise_ms,
				   sample->scan_ms,  sample->linked_ms,   sample->alive,           sample->links};
	for (int i = 0; i < (int)(sizeof values / sizeof *values); i++)
		bind_number(statement, i + 1, values[i]);
	row_end(journal, statement);
}

void journal_node(struct journal *journal, uint32_t node, const char *what)
{
	sqlite3_stmt *statement = row_begin(journal, NODE_ROW);
	if (statement == NULL)
		return;
	bind_number(statement, 1, node);
	bind_text(statement, 2, what);
	row_end(journal, statement);
}

void journal_result(struct journal *journal, const char *json)
{
	fact_text(journal, "result", json);
	journal->ended = true;
}

void journal_hash(const struct journal *journal, char text[static JOURNAL_HASH_TEXT])
{
	struct digest digest = journal->digest;
	digest_add(&digest, journal->block, journal->filled);
	uint8_t out[DIGEST_SIZE];
	digest_end(&digest, out);
	for (size_t i = 0; i < sizeof out; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", out[i]); /* always two digits */
}

uint64_t journal_count(const struct journal *journal)
{
	return journal->count;
}
