#include "tests/support/relief.h"

#include "crypto/digest.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool relief_on_server(void)
{
	return getenv("BARID_TEST_PG") != NULL;
}

/* Makes or drops the database of a room, by way of the one that a server always has. */
static void room_on_server(const char *verb, const char *where)
{
	struct sql *sql;
	char text[128];
	(void)snprintf(text, sizeof(text), "%s DATABASE %s", verb, strrchr(where, '/') + 1); /* fits */
	ck_assert_int_eq(sql_open(&sql, getenv("BARID_TEST_PG")), ERR_OK);
	ck_assert_int_eq(sql_exec(sql, text), ERR_OK);
	sql_close(sql);
}

void relief_place(char where[static 64])
{
	static unsigned rooms;
	char folder[] = "/tmp/barid-relief-XXXXXX";
	if (relief_on_server()) {
		(void)snprintf(where, 64, "postgresql:///room_%d_%u", (int)getpid(), rooms++); /* fits; the server is in the environment */
		room_on_server("CREATE", where);
		return;
	}
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(where, 64, "%s/relief.db", folder); /* fits */
}

void relief_room(struct reliefdb *db, char path[static 64])
{
	uint8_t key[32];
	memset(key, 7, sizeof(key));
	relief_place(path);
	ck_assert_int_eq(reliefdb_open(db, path, key), ERR_OK);
}

void relief_room_end(struct reliefdb *db, const char *path)
{
	reliefdb_close(db);
	relief_place_end(path);
}

void relief_place_end(const char *path)
{
	char other[96];
	static const char *const endings[] = {"", "-wal", "-shm"};
	if (sql_is_server(path)) {
		room_on_server("DROP", path);
		return;
	}
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(other, sizeof(other), "%s%s", path, endings[i]); /* fits */
		(void)unlink(other);                                            /* may not be there */
	}
	(void)snprintf(other, sizeof(other), "%.*s", (int)(strrchr(path, '/') - path), path); /* fits */
	ck_assert_int_eq(rmdir(other), 0);
}

static void make_id(uint8_t person, uint32_t seq, uint8_t id[static LETTER_ID_SIZE])
{
	uint8_t source[5] = {person, (uint8_t)seq, (uint8_t)(seq >> 8), (uint8_t)(seq >> 16), (uint8_t)(seq >> 24)};
	digest_of("barid-test-id", source, sizeof(source), id, LETTER_ID_SIZE);
}

void relief_tag(uint8_t person, uint32_t seq, uint8_t tag[static LETTER_TAG_SIZE])
{
	uint8_t id[LETTER_ID_SIZE];
	make_id(person, seq, id);
	memcpy(tag, id, LETTER_TAG_SIZE);
}

void relief_opened(struct opened *out, const struct letter *letter, uint8_t person, uint32_t seq)
{
	memset(out, 0, sizeof(*out));
	make_id(person, seq, out->id);
	out->header = (struct envelope_header){.kind = ENVELOPE_SEALED, .class = CLASS_NEED, .ttl = TTL_24_HOURS, .day = day_of_unix(NOON)};
	memset(out->sender.key, person, sizeof(out->sender.key));
	out->payload = (struct payload){.type = letter->type, .sent_at = NOON + seq, .seq = seq, .body = out->plain};
	out->payload.body_len = (uint16_t)letter_encode(letter, out->plain, BODY_SIZE_MAX);
	ck_assert_uint_gt(out->payload.body_len, 0);
	out->understood = letter_decode(letter->type, out->plain, out->payload.body_len, &out->letter);
	ck_assert(out->understood);
}

enum cases_kept relief_keep(struct reliefdb *db, const struct letter *letter, uint8_t person, uint32_t seq, struct case_file *file)
{
	enum cases_kept kept;
	struct opened *opened = malloc(sizeof(*opened));
	ck_assert_ptr_nonnull(opened);
	relief_opened(opened, letter, person, seq);
	ck_assert_int_eq(reliefdb_begin(db), ERR_OK);
	ck_assert_int_eq(cases_keep(db, opened, NOON + 60, &kept, file), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(db), ERR_OK);
	free(opened);
	return kept;
}

struct letter *relief_merged(struct reliefdb *db, const struct case_file *file)
{
	struct case_letter *letters;
	size_t n;
	struct letter *out = malloc(sizeof(*out));
	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(cases_letters(db, file, &letters, &n), ERR_OK);
	ck_assert(cases_merge(letters, n, out));
	free(letters);
	return out;
}

struct case_file relief_found(struct reliefdb *db, const char *name)
{
	struct case_file file;
	enum cases_found how;
	ck_assert_int_eq(cases_find(db, name, &how, &file), ERR_OK);
	ck_assert_int_eq(how, CASES_FOUND);
	return file;
}

void relief_refer(struct letter *letter, uint8_t person, uint32_t seq, uint8_t action)
{
	letter->action = action;
	letter->has_ref = true;
	relief_tag(person, seq, letter->ref);
}
