#include "node/relief/once.h"

#include "crypto/digest.h"
#include "crypto/wipe.h"
#include "node/relief/role.h"

#include <assert.h>
#include <string.h>

enum { KEY_LEN = 16, LINE_DIGEST = 32, KEY_LEAST = 8 };

bool once_key_ok(const char *key)
{
	size_t len = strlen(key);
	for (size_t i = 0; i < len; i++)
		if (key[i] <= ' ' || key[i] > '~')
			return false;
	return len >= KEY_LEAST && len <= ONCE_KEY_MAX;
}

/* One operator's keys are not another's. */
static void row_key(const struct cli *cli, uint8_t key[static KEY_LEN])
{
	struct digest digest;
	const char *who = cli->seat != NULL ? cli->seat->name : "";
	digest_start(&digest, "barid-once-v1", KEY_LEN);
	digest_add(&digest, who, strlen(who) + 1);
	digest_add(&digest, cli_value(cli, "once"), strlen(cli_value(cli, "once")));
	digest_end(&digest, key);
}

static void line_digest(const struct cli *cli, uint8_t out[static LINE_DIGEST])
{
	struct digest digest;
	digest_start(&digest, "barid-once-line-v1", LINE_DIGEST);
	for (unsigned i = 0; i < cli->words_n; i++)
		digest_add(&digest, cli->words[i], strlen(cli->words[i]) + 1);
	for (unsigned i = 0; i < cli->options_n; i++) {
		const char *value = cli->options[i].value != NULL ? cli->options[i].value : "";
		digest_add(&digest, cli->options[i].name, strlen(cli->options[i].name) + 1);
		digest_add(&digest, value, strlen(value) + 1);
	}
	digest_end(&digest, out);
}

enum err once_look(struct reliefdb *db, const struct cli *cli, enum once *once, char answer[static ONCE_ANSWER_MAX + 1])
{
	uint8_t key[KEY_LEN], line[LINE_DIGEST], plain[RELIEFDB_ROW_MAX];
	size_t len = 0;
	row_key(cli, key);
	line_digest(cli, line);
	struct row_context context = row_context("once", key, sizeof(key));
	struct sql_row *found = reliefdb_prepare_org(db, "SELECT sealed FROM requests WHERE org = ? AND key = ?");
	sql_blob(found, 2, key, sizeof(key));
	enum err err = sql_step(found);
	if (err == ERR_OK && (!reliefdb_unseal(db, &context, found, 0, plain, &len) || len < LINE_DIGEST || len - LINE_DIGEST > ONCE_ANSWER_MAX))
		err = ERR_DAMAGED;
	sql_end(found);
	*once = ONCE_NEW;
	if (err != ERR_OK)
		return err == ERR_NO_FILE ? ERR_OK : err;
	*once = memcmp(plain, line, LINE_DIGEST) == 0 ? ONCE_DONE : ONCE_OTHER;
	memcpy(answer, plain + LINE_DIGEST, len - LINE_DIGEST);
	answer[len - LINE_DIGEST] = '\0';
	wipe(plain, sizeof(plain));
	return ERR_OK;
}

enum err once_note(struct reliefdb *db, const struct cli *cli, uint64_t now)
{
	uint8_t key[KEY_LEN], line[LINE_DIGEST], sealed[LINE_DIGEST + RELIEFDB_SEAL];
	row_key(cli, key);
	line_digest(cli, line);
	struct row_context context = row_context("once", key, sizeof(key));
	reliefdb_seal(db, &context, line, sizeof(line), sealed);
	struct sql_row *put =
		reliefdb_prepare_org(db, "INSERT INTO requests(org, key, at, sealed) VALUES(?, ?, ?, ?) ON CONFLICT(org, key) DO NOTHING");
	sql_blob(put, 2, key, sizeof(key));
	sql_int(put, 3, (int64_t)now);
	sql_blob(put, 4, sealed, sizeof(sealed));
	return sql_run(put);
}

enum err once_answer(struct reliefdb *db, const struct cli *cli, const char *answer, size_t len)
{
	uint8_t key[KEY_LEN], plain[RELIEFDB_ROW_MAX], sealed[RELIEFDB_ROW_MAX + RELIEFDB_SEAL];
	if (len > ONCE_ANSWER_MAX)
		return ERR_OK;
	row_key(cli, key);
	line_digest(cli, plain);
	memcpy(plain + LINE_DIGEST, answer, len);
	struct row_context context = row_context("once", key, sizeof(key));
	reliefdb_seal(db, &context, plain, LINE_DIGEST + len, sealed);
	struct sql_row *put = reliefdb_prepare(db, "UPDATE requests SET sealed = ? WHERE org = ? AND key = ?");
	sql_blob(put, 1, sealed, LINE_DIGEST + len + RELIEFDB_SEAL);
	sql_blob(put, 2, db->org, sizeof(db->org));
	sql_blob(put, 3, key, sizeof(key));
	enum err err = sql_run(put);
	wipe(plain, sizeof(plain));
	return err;
}

enum err once_forget(struct reliefdb *db, uint64_t now)
{
	struct sql_row *old = reliefdb_prepare_org(db, "DELETE FROM requests WHERE org = ? AND at < ?");
	sql_int(old, 2, now > ONCE_KEPT_S ? (int64_t)(now - ONCE_KEPT_S) : 0);
	return sql_run(old);
}
